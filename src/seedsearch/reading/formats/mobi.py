"""Mobipocket and Kindle books (MOBI, AZW3, PRC) → their text, as one HTML chapter, with title and authors.

Text is compressed with PalmDOC's LZ77, with HUFF/CDIC or not at all; protected books are reported as such. Source: the
MobileRead wiki, "MOBI" and "PalmDOC"; both kinds of Kindle books store text in the same way.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from itertools import pairwise

from seedsearch.errors import SourceError
from seedsearch.reading.documents import Said
from seedsearch.reading.formats.format import File
from seedsearch.reading.formats.huff import Huff
from seedsearch.reading.formats.members import Member

_KINDS = (b"BOOKMOBI", b"TEXtREAd")
_KIND = slice(60, 68)
_PLAIN, _LZ77, _HUFF = 1, 2, 17480
_TABLES = 112  # offset in the header of the first HUFF record and the number of HUFF and CDIC records
_AUTHOR, _TITLE = 100, 503
_WITH_EXTH = 0x40
_CODE_PAGES = {65001: "utf-8", 1252: "cp1252", 936: "gb18030", 950: "big5"}


def recognises(file: File) -> bool:
    """Tell whether it is a Palm database with a book."""
    return file.content[_KIND] in _KINDS


def parts(file: File) -> Iterator[Member]:
    """Yield the text as an HTML file; raises SourceError if the book cannot be read."""
    try:
        yield _book(file)
    except (struct.error, IndexError) as error:
        raise SourceError("the book is broken: its records are not where it says") from error


def _book(file: File) -> Member:
    records = _records(file.content)
    head = records[0]
    packing, _, _, count, _, protected = struct.unpack_from(">HHIHHH", head)
    if protected:
        raise SourceError("the book is protected (DRM)", hint="take one that is not")
    unpacked = _unpacker(packing, records)
    extra = _extra(head)
    pieces = []
    size = 0
    for record in records[1 : count + 1]:
        piece = unpacked(_without_tail(record, extra))
        file.budget.spend(len(piece))
        size += len(piece)
        file.budget.fits(size)
        pieces.append(piece)
    name = "text.html" if head[16:20] == b"MOBI" else "text.txt"
    return Member(name, b"".join(pieces), said=_said(head))


def _unpacker(packing: int, records: list[bytes]) -> Callable[[bytes], bytes]:
    """Return the function that unpacks a text record; raises SourceError for an unknown compression."""
    if packing == _HUFF:
        first, count = struct.unpack_from(">II", records[0], _TABLES)
        return Huff(records[first : first + count]).unpacked
    if packing not in (_PLAIN, _LZ77):
        how = f"an unknown way ({packing})"
        raise SourceError(f"the book is packed by {how}", hint="convert it to EPUB, with calibre for example")
    return bytes if packing == _PLAIN else _unpacked


def _records(content: bytes) -> list[bytes]:
    (count,) = struct.unpack_from(">H", content, 76)
    begins = [struct.unpack_from(">I", content, 78 + 8 * i)[0] for i in range(count)]
    spans = list(pairwise([*begins, len(content)]))
    if not spans or any(a > b for a, b in spans):
        raise IndexError
    return [content[a:b] for a, b in spans]


def _extra(head: bytes) -> int:
    """Return the flags of the trailing data after the text of each record."""
    if head[16:20] != b"MOBI" or struct.unpack_from(">I", head, 20)[0] < 228 or len(head) < 244:
        return 0
    return int(struct.unpack_from(">H", head, 242)[0])


def _without_tail(record: bytes, extra: int) -> bytes:
    """Return a record without its trailing data, whose sizes are stored backwards with seven bits per byte."""
    for _ in range((extra >> 1).bit_count()):
        size = 0
        for i, byte in enumerate(reversed(record[-4:])):
            size |= (byte & 0x7F) << (7 * i)
            if byte & 0x80:
                break
        record = record[: max(0, len(record) - size)]
    if extra & 1 and record:  # the rest of a character that continues in the next record
        record = record[: max(0, len(record) - (record[-1] & 3) - 1)]
    return record


def _unpacked(packed: bytes) -> bytes:
    """Undo PalmDOC's LZ77."""
    out = bytearray()
    at = 0
    while at < len(packed):
        byte = packed[at]
        at += 1
        if byte == 0 or 9 <= byte < 0x80:
            out.append(byte)
        elif byte < 9:
            out += packed[at : at + byte]
            at += byte
        elif byte >= 0xC0:
            out += bytes((0x20, byte ^ 0x80))
        else:
            pair = (byte << 8 | packed[at]) & 0x3FFF
            at += 1
            back, length = pair >> 3, (pair & 7) + 3
            if not 0 < back <= len(out):
                raise IndexError
            for _ in range(length):
                out.append(out[-back])
    return bytes(out)


def _said(head: bytes) -> Said:
    if head[16:20] != b"MOBI":
        return Said()
    size, _, page = struct.unpack_from(">III", head, 20)
    encoding = _CODE_PAGES.get(page, "utf-8")
    begin, length = struct.unpack_from(">II", head, 84)
    values = [("title", head[begin : begin + length])]
    if struct.unpack_from(">I", head, 128)[0] & _WITH_EXTH and head[16 + size : 20 + size] == b"EXTH":
        values = [*_exth(head, 16 + size), *values]
    texts = [(name, " ".join(value.decode(encoding, "replace").split())) for name, value in values]
    found = [(name, text) for name, text in texts if text]
    titles = [one for one in found if one[0] == "title"]
    return Said.of([*(one for one in found if one[0] != "title"), *titles[:1]], ("author",))


def _exth(head: bytes, at: int) -> Iterator[tuple[str, bytes]]:
    """Yield author and title from the extended header."""
    (count,) = struct.unpack_from(">I", head, at + 8)
    place = at + 12
    for _ in range(min(count, 1000)):
        kind, length = struct.unpack_from(">II", head, place)
        if length < 8:
            return
        if kind in (_AUTHOR, _TITLE):
            yield ("author" if kind == _AUTHOR else "title"), head[place + 8 : place + length]
        place += length
