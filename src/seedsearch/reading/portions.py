"""Divides large files of records (JSON Lines, tables, mailboxes) into portions of whole records, each read like a file.

So a file of any length takes no more memory than many small ones, and several processes read it at once. Records keep
their numbers in the whole file, and rows of a table their headings. Parquet, Arrow and SQLite cannot be divided: a
portion of them is a range of rows, and the file is read again for each.
"""

from __future__ import annotations

import csv
import mmap
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from tempfile import TemporaryFile
from typing import BinaryIO

from seedsearch.errors import SeedsearchError, SourceError
from seedsearch.parallel import Sent
from seedsearch.reading.documents import Failure, RawDocument
from seedsearch.reading.encodings import decode
from seedsearch.reading.encodings.names import strictly
from seedsearch.reading.files import LARGEST_FILE
from seedsearch.reading.formats import documents, documents_on_disk, format_of, mail, parquet, sqlite
from seedsearch.reading.formats.format import Asked, File
from seedsearch.reading.formats.limits import FIELDS, RECORDS, TEXT, UNPACKED, Budget
from seedsearch.reading.formats.tables import LINE, delimiter_of, is_lines, is_table

# Maximum bytes of a file of records that is read whole: with 30 times as much memory, 120 MB, half of what the program
# takes.
WHOLE = 4 * 1024 * 1024
# Bytes of a portion, as for a task of many small files (TASK_BYTES of indexing/build.py); the last may have half as
# many more.
SIZE = 400_000
# Records of a portion, half of what one file may have (`PARTS`), because up to 32,768 come at a time.
MANY = 50_000
# Bytes that tell the format, and an encoding in which the byte 0A is not a line end.
HEAD = 64 * 1024
# Size in bytes from which on the rows of a packed or indexed file are counted. It is read again for each portion, which
# takes half a second if a process is started for it, so portions have at least ROWS rows and there are at most SHARES.
PACKED, ROWS, SHARES = 256 * 1024, 10_000, 50
_PACKED = (".parquet", ".pq", ".arrow", ".feather", ".sqlite", ".sqlite3", ".db", ".db3")
_MESSAGE = re.compile(r"/(\d+)\.eml(?![^!/#])")


@dataclass(frozen=True, slots=True)
class Portion(Sent):
    """The bytes of a file from `begin` to `end`, and the number of records `before` them.

    `head` is the number of bytes at the beginning of the file that belong to every portion, the headings of a table.
    `lost` is the reason why the file is not read from here on; such a portion has no bytes. `rows` is the number of
    records to read, for a file that is not divided by `begin` and `end`.
    """

    begin: int
    end: int
    before: int
    head: int = 0
    is_last: bool = False
    lost: str = ""
    rows: int = 0

    def of(self, file: BinaryIO) -> bytes:
        """Return the bytes of the portion."""
        file.seek(0)
        if self.rows:
            return file.read()
        head = file.read(self.head)
        file.seek(self.begin)
        return head + file.read(self.end - self.begin)


def is_large(path: str, size: int) -> bool:
    """Tell whether a file of `size` bytes is, by its name, a file of records, and too large to be read whole."""
    file = File(path, b"", Asked(), Budget())
    if file.ending in _PACKED:
        return PACKED < size <= LARGEST_FILE
    return size > WHOLE and (is_lines(file) or is_table(file) or file.ending in mail.BOXES)


def portions_of(path: str, file: BinaryIO, encoding: str | None = None) -> list[Portion]:
    """Return the portions of an open file; none if it is to be read whole."""
    size = file.seek(0, os.SEEK_END)
    if not is_large(path, size):
        return []
    file.seek(0)
    head = file.read(HEAD)
    try:
        name = format_of(File(path, head, Asked(), Budget())).name
    except SourceError:
        return []
    file.seek(0)
    if name in ("parquet", "sqlite"):
        return _of_rows(name, file.read(), size)
    if name == "mbox":
        return list(_portions(_ends_of_messages(file), size))
    if name not in ("jsonl", "csv"):
        return []
    if (told := _encoding_of(head, encoding)) is None:
        return []
    mark = 2 if told.startswith("utf-16") else 0
    if name == "jsonl":
        return list(_portions(_ends_of_lines(file, told), size, mark))
    delimiter = delimiter_of(head[mark:].decode(told or "utf-8", "replace"))
    if not told and (delimiter == "|" or not delimiter.isascii()):
        return []
    rows = _Rows(file, delimiter, told)
    return list(_portions(iter(rows), size, mark, rows))


def _encoding_of(head: bytes, asked: str | None) -> str | None:
    """Return the encoding of a file, "" if Python has none of that name; None if the file cannot be divided."""
    told = (asked or "").lower().replace("_", "-")
    if told.startswith("utf-16") or not told:
        for mark, name in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
            if head.startswith(mark) and head[:4] != b"\xff\xfe\0\0":
                return name
    if b"\0" in head or told.startswith(("utf-16", "utf-32", "utf-7")):
        return None
    lines = head[: head.rfind(b"\n") + 1]
    if strictly(lines, "utf-8") is not None:
        return "utf-8"
    try:
        found = decode(lines, encoding=asked).encoding
        "".encode(found)
    except (SeedsearchError, LookupError):
        return ""
    return found


def _of_rows(name: str, content: bytes, size: int) -> list[Portion]:
    """Return portions by rows; none if there are so few rows that they are read together."""
    count = parquet.count_of_rows(content) if name == "parquet" else sqlite.count_of_rows(content)
    if count <= MANY:
        return []
    each = max(ROWS, -(-min(count, RECORDS) // SHARES))
    begins = range(0, min(count, RECORDS), each)
    found = [
        Portion(size * at // count, size * min(at + each, count) // count, at, rows=min(each, RECORDS - at))
        for at in begins
    ]
    if count <= RECORDS:
        return [*found[:-1], replace(found[-1], end=size, is_last=True)]
    end = found[-1].end
    return [*found, Portion(end, end, RECORDS, is_last=True, lost=_TOO_MANY.format(RECORDS))]


def _ends_of_messages(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """Yield the ends of the messages of a mailbox, each with the number of messages before it."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        for number, found in enumerate(mail.beginnings(content)):
            if number:
                yield found.start(), number


def documents_of(path: str, content: bytes, portion: Portion, asked: Asked) -> Iterator[RawDocument | Failure]:
    """Yield the records of a portion of the file at `path` with the bytes `content`."""
    if portion.lost:
        yield Failure(path, portion.lost)
    elif content:
        yield from documents_on_disk(path, content, replace(asked, before=portion.before, rows=portion.rows))


def documents_with(wanted: str, path: str, content: bytes, asked: Asked) -> Iterator[RawDocument | Failure]:
    """Yield the documents of the file at `path` as read for the index; for a file in portions, only those of the
    portion with `wanted`.
    """
    inside = wanted[len(path) :]
    numbered = re.fullmatch(r"#(\d+)", inside) or _MESSAGE.match(inside.removeprefix("!"))
    if not (numbered or inside.startswith("#")) or not is_large(path, len(content)):
        yield from documents(path, content, asked)
        return
    with TemporaryFile() as file:
        file.write(content)
        cut = portions_of(path, file, asked.encoding)
        if numbered:
            cut = [portion for portion in cut if portion.before < int(numbered[1])][-1:]
        for portion in cut:
            yield from documents_of(path, portion.of(file), portion, asked)
    if not cut:
        yield from documents(path, content, asked)


_TOO_MANY = "it holds more than {:,} records; split it"


def _portions(
    ends: Iterator[tuple[int, int]], size: int, mark: int = 0, rows: _Rows | None = None
) -> Iterator[Portion]:
    """Yield the portions of a file of `size` bytes, given the ends of records and the numbers of records before them.

    `mark` is the length of its byte order mark.
    """
    begin = before = 0
    lost = _TOO_MANY.format(RECORDS)
    head = 0
    for end, number in ends:
        is_enough = end - begin >= SIZE and size - end >= SIZE // 2
        if is_enough or (number - before >= MANY and end < size):
            yield Portion(begin, end, before, head)
            begin, before = end, number
            head = rows.head if rows is not None else mark
            if before >= RECORDS:
                break
    else:
        lost = rows.lost if rows is not None else ""
    if not lost:
        yield Portion(begin, size, before, head, is_last=True)
        return
    if rows is not None and rows.lost:
        yield Portion(begin, rows.end, before, head)
        begin = rows.end
    yield Portion(begin, begin, before, is_last=True, lost=lost)


def _ends_of_lines(file: BinaryIO, encoding: str) -> Iterator[tuple[int, int]]:
    """Yield the ends of lines about HEAD bytes apart, each with the number of lines before it."""
    if encoding.startswith("utf-16"):
        for number, (end, _) in enumerate(_lines_of(file, encoding), 1):
            yield end, number
        return
    at = lines = 0
    while block := file.read(HEAD):
        if end := block.rfind(b"\n") + 1:
            lines += block.count(b"\n")
            yield at + end, lines
        at += len(block)


def _lines_of(file: BinaryIO, encoding: str) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a file with their ends, in UTF-16 from after the mark on; at most TEXT bytes of each."""
    end = "\n".encode(encoding)
    if len(end) == 1:
        at = 0
        while line := file.readline(TEXT):
            at += len(line)
            yield at, line
        return
    at = file.seek(2)
    left = b""
    while block := file.read(HEAD & ~1):
        left += block
        begin = 0
        while (stop := left.find(end, begin)) >= 0:
            while stop >= 0 and (stop - begin) % 2:
                stop = left.find(end, stop + 1)
            if stop < 0:
                break
            line, begin = left[begin : stop + 2], stop + 2
            at += len(line)
            yield at, line
        left = left[begin:]
        if len(left) > TEXT:
            break
    if left:
        yield at + len(left), left


class _Rows:
    """The rows of a table: the end of each, and the number of rows before it, without the headings.

    Lines are decoded one by one: in the encodings that are divided, no character contains a line feed, but other
    delimiters occur (`|` is the trail byte of some characters in GBK and Big5).
    """

    def __init__(self, file: BinaryIO, delimiter: str, encoding: str) -> None:
        self._file = file
        self._delimiter = delimiter
        # ASCII except `|` can be read as bytes, which is faster.
        plain = delimiter.isascii() and delimiter != "|" and not encoding.startswith("utf-16")
        self._encoding, self._decoded_as = encoding, "latin-1" if plain else encoding
        self._at = 0
        self._is_whole = True  # whether the line was read completely
        self.head = 0  # bytes of the headings
        self.end = 0  # end of the last complete row
        self.lost = ""

    def __iter__(self) -> Iterator[tuple[int, int]]:
        csv.field_size_limit(UNPACKED)
        try:
            for number, _ in enumerate(csv.reader(self._lines(), delimiter=self._delimiter)):
                if self._is_whole:
                    self.end = self._at
                    self.head = self.head or self.end
                    yield self.end, number
        except _TooLong:
            self.lost = f"a row of more than {FIELDS:,} fields or {TEXT >> 20} MiB; what follows is not read"

    def _lines(self) -> Iterator[str]:
        for end, content in _lines_of(self._file, self._encoding):
            text = content.decode(self._decoded_as, "replace")
            if end - self.end > TEXT or text.count(self._delimiter) > FIELDS:
                self._at = end
                raise _TooLong
            for line in LINE.finditer(text):
                self._is_whole = line.end() == len(text)
                self._at = end
                yield line[0]


class _TooLong(Exception):
    """Raised for a row that is too long."""
