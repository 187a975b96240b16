"""Microsoft compound files, the container of Office documents before 2007, and of later ones with a password.

The streams are read by olefile. What is in a compound file and is none of DOC, XLS and PPT is named, and not read.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from seedsearch.errors import NotText, SourceError
from seedsearch.reading.documents import Said
from seedsearch.reading.formats.format import File, Part
from seedsearch.reading.formats.members import encoding_of_names, text_of_name
from seedsearch.reading.formats.reasons import worded

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STREAM = 2  # the type of an entry of the directory
# Code pages of what a document says of itself, as codecs.
_CODE_PAGES = {936: "gb18030", 950: "big5hkscs", 1200: "utf-16-le", 65001: "utf-8"}


def recognises(file: File) -> bool:
    """Return whether it begins as a compound file does."""
    return file.content.startswith(MAGIC)


def parts(file: File) -> Iterator[Part]:
    """Nothing; raises NotText with what can be done."""
    if "EncryptedPackage" in names(file):
        raise NotText("an office document with a password", hint="save it without one")
    raise NotText("an office document of a kind that is not read", hint="save it as DOCX, XLSX or PPTX")


def names(file: File) -> frozenset[str]:
    """Return the streams at the top of a compound file; none where it is not one.

    Raises SourceError for a broken one.
    """
    if not recognises(file):
        return frozenset()
    return frozenset(entry.name for entry in file.once(_opened).root.kids if entry.entry_type == _STREAM)


def stream(file: File, name: str) -> bytes:
    """Return the bytes of a stream; raises SourceError where they cannot be had."""
    try:
        with file.once(_opened).openstream(name) as opened:
            content: bytes = opened.read()
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise SourceError(f"the document is broken: {worded(error)}") from error
    file.budget.spend(len(content))
    return content


def about(file: File) -> tuple[str, Said]:
    """Return title, subject and author of a document, as lines and by name; empty if there are none."""
    try:
        told = file.once(_opened).get_metadata()
        found = {"title": told.title, "subject": told.subject, "author": told.author}
    except Exception:  # the library raises whatever it stumbles on, and the text is there without these
        return "", Said()
    codec = _CODE_PAGES.get((told.codepage or 0) & 0xFFFF)
    values = [
        (name, text)
        for name, value in found.items()
        if isinstance(value, bytes) and (text := " ".join(_decoded(value, codec).split()))
    ]
    return "".join(f"{line}\n" for line in dict.fromkeys(text for _, text in values)), Said.of(values, ("author",))


def _decoded(value: bytes, codec: str | None) -> str:
    value = value.rstrip(b"\0") if codec != "utf-16-le" else value
    try:
        return value.decode(codec or "ascii").rstrip("\0")
    except UnicodeDecodeError:
        return text_of_name(value, encoding_of_names([value]))


def _opened(content: bytes) -> Any:
    import olefile

    try:
        return olefile.OleFileIO(io.BytesIO(content))
    except Exception as error:  # of what kind, the library does not say
        raise SourceError("the document is broken: its parts are not where it says") from error
