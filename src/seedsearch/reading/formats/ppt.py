"""Presentations before PPTX → text: one line per paragraph, a form feed before each slide but the first.

Source: [MS-PPT], sections 2.3.1 (records) and 2.9 (texts).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from seedsearch.errors import SourceError
from seedsearch.reading.formats import ole
from seedsearch.reading.formats.format import File
from seedsearch.reading.formats.members import Extracted

BODY = "PowerPoint Document"
_CONTAINER = 0xF
_SLIDE, _OF_SLIDE, _MASTER, _UNITS, _BYTES = 0x03EE, 0x03F3, 0x03F8, 0x0FA0, 0x0FA8


def recognises(file: File) -> bool:
    """Return whether it is a compound file with the body of a presentation."""
    return BODY in ole.names(file)


def parts(file: File) -> Iterator[Extracted]:
    """Yield the text of the presentation; raises SourceError for one that is encrypted."""
    if "EncryptedSummary" in ole.names(file):
        raise SourceError("it is encrypted", hint="save it without a password")
    text = "".join(_texts(ole.stream(file, BODY)))
    about, said = ole.about(file)
    yield Extracted(about + text.strip("\f"), said)


def _texts(body: bytes) -> Iterator[str]:
    """Yield what stands in the records of texts, each read once, in their order."""
    at = 0
    while at + 8 <= len(body):
        head, kind, size = struct.unpack_from("<HHI", body, at)
        at += 8
        if kind in (_SLIDE, _OF_SLIDE):
            yield "\f"
        elif kind in (_UNITS, _BYTES):
            text = body[at : at + size].decode("utf-16-le" if kind == _UNITS else "latin-1", "replace")
            yield text.replace("\r", "\n").replace("\x0b", "\n") + "\n"
        if head & _CONTAINER != _CONTAINER or kind == _MASTER:
            at += size
