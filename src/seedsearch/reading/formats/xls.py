"""Workbooks before XLSX (BIFF8, Excel 97 to 2003) → text, as for XLSX: one line per row, a form feed after each sheet.

Source: [MS-XLS], sections 2.4 (records) and 2.5.293 (strings).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from itertools import dropwhile, takewhile

from seedsearch.errors import SourceError
from seedsearch.reading.formats import ole
from seedsearch.reading.formats.format import File
from seedsearch.reading.formats.limits import NAMES, NAMES_GRANTED
from seedsearch.reading.formats.members import Extracted
from seedsearch.reading.formats.reasons import worded

BODY = "Workbook"
_BEGIN, _END, _PASSWORD, _SHEET, _STRINGS, _MORE = 0x0809, 0x000A, 0x002F, 0x0085, 0x00FC, 0x003C
_SHARED, _LABEL, _RESULT, _NUMBER = 0x00FD, 0x0204, 0x0207, 0x0203
_WIDE, _EXTENDED, _RICH = 1, 4, 8
_OF_SHEET = 0x0010


def recognises(file: File) -> bool:
    """Return whether it is a compound file with the body of a workbook."""
    return BODY in ole.names(file)


def parts(file: File) -> Iterator[Extracted]:
    """Yield the text of the workbook; raises SourceError for one that is broken or encrypted."""
    body = ole.stream(file, BODY)
    try:
        about, said = ole.about(file)
        yield Extracted(about + "".join(_lines(body, NAMES_GRANTED + NAMES * len(body))), said)
    except (struct.error, IndexError) as error:
        raise SourceError(f"the workbook is broken: {worded(error)}") from error


def _records(body: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(body):
        kind, size = struct.unpack_from("<HH", body, at)
        yield kind, body[at + 4 : at + 4 + size]
        at += 4 + size


def _lines(body: bytes, left: int) -> Iterator[str]:
    """Yield the rows of all sheets; `left`: characters that texts in many cells may come to."""
    names = list(_names(body))
    strings = _shared(body)
    row, cells, in_sheet = -1, list[str](), False
    for kind, content in _records(body):
        if kind == _BEGIN and content[2:4] == _OF_SHEET.to_bytes(2, "little"):
            in_sheet = True
            yield f"{names.pop(0)}\n" if names else ""
        elif kind == _END and in_sheet:
            yield "\t".join(cells) + "\n\f" if cells else "\f"
            row, cells, in_sheet = -1, [], False
        elif kind in (_SHARED, _LABEL, _RESULT, _NUMBER):
            at = row if kind == _RESULT else struct.unpack_from("<H", content)[0]
            if at != row and cells:
                yield "\t".join(cells) + "\n"
                cells = []
            row, text = at, _cell(kind, content, strings)
            left -= len(text)
            if left < 0:
                raise SourceError(f"texts that stand in many cells come to more than {NAMES} times the workbook")
            cells += [text] if text else []


def _names(body: bytes) -> Iterator[str]:
    """Yield the names of the sheets; raises SourceError where the workbook has a password."""
    for kind, content in _records(body):
        if kind == _PASSWORD:
            raise SourceError("it is encrypted", hint="save it without a password")
        if kind == _SHEET:
            yield _Strings([content[6:]]).short()


def _cell(kind: int, content: bytes, strings: Sequence[str]) -> str:
    if kind == _SHARED:
        number = struct.unpack_from("<I", content, 6)[0]
        return strings[number] if number < len(strings) else ""
    if kind == _NUMBER:
        return f"{struct.unpack_from('<d', content, 6)[0]:.15g}"
    return _one_line(_Strings([content if kind == _RESULT else content[6:]]).next())


def _shared(body: bytes) -> list[str]:
    """Return the texts that cells point to. A record of them goes on in the records that follow."""
    following = dropwhile(lambda record: record[0] != _STRINGS, _records(body))
    first = next(following, None)
    if first is None:
        return []
    more = takewhile(lambda record: record[0] == _MORE, following)
    strings = _Strings([first[1][8:], *(content for _, content in more)])
    found: list[str] = []
    while strings.more():
        found.append(_one_line(strings.next()))
    return found


def _one_line(text: str) -> str:
    return " ".join(text.split())


class _Strings:
    """Strings one after the other in pieces; where characters go on in the next piece, that begins with their kind."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._pieces = pieces
        self._piece = self._at = 0

    def more(self) -> bool:
        """Return whether another string follows."""
        return self._at < len(self._pieces[self._piece]) or self._piece + 1 < len(self._pieces)

    def short(self) -> str:
        """Return a string whose length is a byte."""
        length, flags = self._bytes(2)
        return self._characters(length, wide=bool(flags & _WIDE))

    def next(self) -> str:
        """Return a string whose length is two bytes, with what may be said of its characters passed over."""
        length, flags = struct.unpack("<HB", self._bytes(3))
        runs = struct.unpack("<H", self._bytes(2))[0] if flags & _RICH else 0
        more = struct.unpack("<I", self._bytes(4))[0] if flags & _EXTENDED else 0
        text = self._characters(length, wide=bool(flags & _WIDE))
        self._skip(4 * runs + more)
        return text

    def _characters(self, length: int, *, wide: bool) -> str:
        pieces: list[str] = []
        while length:
            size = 2 if wide else 1
            there = self._pieces[self._piece][self._at : self._at + length * size]
            taken = len(there) // size
            self._at += taken * size
            pieces.append(there[: taken * size].decode("utf-16-le" if wide else "latin-1", "replace"))
            length -= taken
            if length:
                self._turn()
                wide = bool(self._bytes(1)[0] & _WIDE)
        return "".join(pieces)

    def _bytes(self, size: int) -> bytes:
        if self._at >= len(self._pieces[self._piece]):
            self._turn()
        found = self._pieces[self._piece][self._at : self._at + size]
        self._at += size
        if len(found) < size:
            raise IndexError("a string that is cut off")
        return found

    def _skip(self, size: int) -> None:
        while size > len(self._pieces[self._piece]) - self._at:
            size -= len(self._pieces[self._piece]) - self._at
            self._turn()
        self._at += size

    def _turn(self) -> None:
        """Go on to the next piece; raises IndexError if there is none."""
        if self._piece + 1 >= len(self._pieces):
            raise IndexError("a string that is cut off")
        self._piece, self._at = self._piece + 1, 0
