"""Large files of records (JSON Lines, tables, mailboxes) → portions of whole records, each read like a file of its own.

So a file of any length takes no more memory than many small ones, and several processes read it at once. Records have
the numbers that they have in the whole file, and rows of a table its headings. Parquet, Arrow and SQLite cannot be cut:
a portion of them is some of the rows, and the file is read again for each.
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

# Bytes of a file of records that is read as one: at 30 times as much memory 120 MB, half of what the program takes.
WHOLE = 4 * 1024 * 1024
# Bytes of a portion, as of a task of many small files (TASK_BYTES of indexing/build.py); the last has up to half more.
SIZE = 400_000
# Records of a portion, half of what one file may hold (`PARTS`): they come up to 32,768 at a time.
MANY = 50_000
# Bytes by which a format is known, and an encoding in which a line does not end where the byte 0A stands.
HEAD = 64 * 1024
# Bytes of a file that is packed, or has an index of its own: from so many on its rows are counted. It is read again for
# each portion, half a second where a process is started for it, so these have ROWS at least and are SHARES at most.
PACKED, ROWS, SHARES = 256 * 1024, 10_000, 50
_PACKED = (".parquet", ".pq", ".arrow", ".feather", ".sqlite", ".sqlite3", ".db", ".db3")
_MESSAGE = re.compile(r"/(\d+)\.eml(?![^!/#])")


@dataclass(frozen=True, slots=True)
class Portion(Sent):
    """Bytes of a file, from `begin` to `end`, and how many records are `before` them.

    `head`: bytes at the beginning of the file that belong to every portion, the headings of a table. `lost`: why
    the file is not read from here on; such a portion has no bytes. `rows`: so many records are read of the whole file,
    which `begin` and `end` do not cut.
    """

    begin: int
    end: int
    before: int
    head: int = 0
    is_last: bool = False
    lost: str = ""
    rows: int = 0

    def of(self, file: BinaryIO) -> bytes:
        """Return its bytes."""
        file.seek(0)
        if self.rows:
            return file.read()
        head = file.read(self.head)
        file.seek(self.begin)
        return head + file.read(self.end - self.begin)


def is_large(path: str, size: int) -> bool:
    """Return whether a file of `size` bytes is one of records, by its name, and too large to be read as one."""
    file = File(path, b"", Asked(), Budget())
    if file.ending in _PACKED:
        return PACKED < size <= LARGEST_FILE
    return size > WHOLE and (is_lines(file) or is_table(file) or file.ending in mail.BOXES)


def portions_of(path: str, file: BinaryIO, encoding: str | None = None) -> list[Portion]:
    """Return the portions of an open file; none where it is one that is read as a whole."""
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
    """Return the encoding of a file, "" where Python has none of that name; None where it cannot be cut."""
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
    """Return portions of some rows each; none where there are so few that they are read together."""
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
    """Yield where the messages of a mailbox end, with the number of messages before that."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        for number, found in enumerate(mail.beginnings(content)):
            if number:
                yield found.start(), number


def documents_of(path: str, content: bytes, portion: Portion, asked: Asked) -> Iterator[RawDocument | Failure]:
    """Yield the records of a portion of the file at `path`, `content` being its bytes."""
    if portion.lost:
        yield Failure(path, portion.lost)
    elif content:
        yield from documents_on_disk(path, content, replace(asked, before=portion.before, rows=portion.rows))


def documents_with(wanted: str, path: str, content: bytes, asked: Asked) -> Iterator[RawDocument | Failure]:
    """Yield what the file at `path` holds, as it was read for the index; of one in portions, the one with `wanted`."""
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
    """Yield the portions of a file of `size` bytes, out of where records end and how many are before that.

    `mark`: bytes at its beginning that say its encoding.
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
    """Yield the ends of some lines, about HEAD bytes apart, with the number of lines before them."""
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
    """Yield the lines of a file, each with where it ends, from after the mark on in UTF-16; at most TEXT bytes of
    one.
    """
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
    """The rows of a table: where each ends, and how many are before that, without the headings.

    Lines are decoded one by one: in no encoding that is cut does a line feed stand within a character, but other marks
    of a table do (`|` is the second byte of Chinese characters in GBK and Big5).
    """

    def __init__(self, file: BinaryIO, delimiter: str, encoding: str) -> None:
        self._file = file
        self._delimiter = delimiter
        # ASCII but for `|` stands for itself in bytes, too, which are read faster so.
        plain = delimiter.isascii() and delimiter != "|" and not encoding.startswith("utf-16")
        self._encoding, self._decoded_as = encoding, "latin-1" if plain else encoding
        self._at = 0
        self._is_whole = True  # whether what was read of a line is all of it
        self.head = 0  # bytes of the headings
        self.end = 0  # of the last row that is whole
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
    """A row is longer than what is read."""
