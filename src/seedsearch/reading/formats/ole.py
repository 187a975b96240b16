"""Documents of Office before 2007 (DOC, XLS, PPT), and later ones that are encrypted: they are named, and not read."""

from __future__ import annotations

from collections.abc import Iterator

from seedsearch.errors import NotText
from seedsearch.reading.formats.format import File, Part

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Streams are named in UTF-16 in the directory of the file.
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def recognises(file: File) -> bool:
    """Whether it begins as the compound files of Microsoft do."""
    return file.content.startswith(MAGIC)


def parts(file: File) -> Iterator[Part]:
    """Nothing; raises NotText with what can be done."""
    if _ENCRYPTED in file.content:
        raise NotText("an office document with a password", hint="save it without one")
    raise NotText("an office document of a kind that is not read", hint="save it as DOCX, XLSX or PPTX")
