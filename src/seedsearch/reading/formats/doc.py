"""Word documents before DOCX → text: one line per paragraph, a tab after each cell of a table.

The text is in pieces, each in UTF-16 or code page 1252; Word 95 and 6 have it in one piece, in the code page of their
Windows. Source: [MS-DOC], sections 2.4.1, 2.5.1 and 2.8.35.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from seedsearch.errors import SourceError
from seedsearch.offsets import apply_edits
from seedsearch.reading.encodings import decode
from seedsearch.reading.formats import ole
from seedsearch.reading.formats.format import File
from seedsearch.reading.formats.members import Extracted
from seedsearch.reading.formats.reasons import worded

BODY = "WordDocument"
_WORD_97 = 0xC1
_ENCRYPTED, _SECOND_TABLE = 0x0100, 0x0200
_COMPRESSED = 1 << 30
_SIGNS = {"\r": "\n", "\x07": "\t", "\x0b": "\n", "\x0c": "\f", "\x0e": "\n", "\x1e": "-", "\xa0": " "}
# Characters that begin the instruction of a field, begin its result, and end it.
_FIELD, _RESULT, _END = "\x13", "\x14", "\x15"


def recognises(file: File) -> bool:
    """Tell whether it is a compound file with a Word document."""
    return BODY in ole.names(file)


def parts(file: File) -> Iterator[Extracted]:
    """Yield the text of the document; raises SourceError if it is broken or encrypted."""
    body = ole.stream(file, BODY)
    try:
        about, said = ole.about(file)
        yield Extracted(about + _shown(_text(file, body)), said)
    except struct.error as error:
        raise SourceError(f"the document is broken: {worded(error)}") from error


def _text(file: File, body: bytes) -> str:
    version, flags = struct.unpack_from("<H", body, 2)[0], struct.unpack_from("<H", body, 10)[0]
    if flags & _ENCRYPTED:
        raise SourceError("it is encrypted", hint="save it without a password")
    if version < _WORD_97:
        begin, end = struct.unpack_from("<II", body, 0x18)
        decoded = decode(body[begin:end].replace(b"\0", b""), encoding=file.asked.encoding)
        return apply_edits(decoded.text, decoded.edits)
    table = ole.stream(file, "1Table" if flags & _SECOND_TABLE else "0Table")
    begin, size = struct.unpack_from("<II", body, 0x1A2)
    return "".join(_pieces(body, table[begin : begin + size]))


def _pieces(body: bytes, table: bytes) -> Iterator[str]:
    """Yield the pieces of the text; raises SourceError if they exceed the document."""
    at = 0
    while table[at : at + 1] == b"\x01":  # formats of pieces
        at += 3 + struct.unpack_from("<H", table, at + 1)[0]
    if table[at : at + 1] != b"\x02":
        raise SourceError("the document is broken: it does not say where its text is")
    count = (struct.unpack_from("<I", table, at + 1)[0] - 4) // 12
    places = struct.unpack_from(f"<{count + 1}I", table, at + 5) if 0 <= count < len(table) else ()
    left = len(body)
    for number in range(len(places) - 1):
        length = places[number + 1] - places[number]
        told = struct.unpack_from("<I", table, at + 5 + 4 * (count + 1) + 8 * number + 2)[0]
        begin = told & ~_COMPRESSED
        left -= length
        if length < 0 or left < 0:
            raise SourceError("the document is broken: its pieces overlap")
        if told & _COMPRESSED:
            yield body[begin // 2 : begin // 2 + length].decode("cp1252", "replace")
        else:
            yield body[begin : begin + 2 * length].decode("utf-16-le", "replace")


def _shown(text: str) -> str:
    """Return the text without field instructions, picture placeholders and marks."""
    pieces: list[str] = []
    fields: list[bool] = []  # for each open field, whether its result has begun
    for char in text:
        if char == _FIELD:
            fields.append(False)
        elif char == _RESULT and fields:
            fields[-1] = True
        elif char == _END and fields:
            fields.pop()
        elif all(fields[-1:]) and (char >= " " or char in _SIGNS or char in "\t\n"):
            pieces.append(_SIGNS.get(char, char))
    return "".join(pieces).replace("\t\t\n", "\n")
