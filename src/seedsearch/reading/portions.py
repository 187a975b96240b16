"""Large files of records (JSON Lines, tables) → portions of whole records, each read as a file of its own would be.

So a file of any length takes no more memory than many small ones, and several processes read it at once. Records have
the numbers that they have in the whole file, and rows of a table its headings.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import BinaryIO

from seedsearch.errors import SourceError
from seedsearch.parallel import Sent
from seedsearch.reading.documents import Failure, RawDocument
from seedsearch.reading.encodings.names import strictly
from seedsearch.reading.formats import documents, documents_on_disk, format_of
from seedsearch.reading.formats.format import Asked, File
from seedsearch.reading.formats.limits import FIELDS, RECORDS, TEXT, UNPACKED, Budget
from seedsearch.reading.formats.tables import delimiter_of, is_lines, is_table

# Bytes of a file of records that is read as one: at 30 times as much memory 120 MB, half of what the program takes.
WHOLE = 4 * 1024 * 1024
# Bytes of a portion, as of a task of many small files (TASK_BYTES of indexing/build.py); the last has up to half more.
SIZE = 400_000
# Records of a portion, half of what one file may hold (`PARTS`): they come up to 32,768 at a time.
MANY = 50_000
# Bytes by which a format is known, and an encoding in which a line does not end where the byte 0A stands.
HEAD = 64 * 1024


@dataclass(frozen=True, slots=True)
class Portion(Sent):
    """Bytes of a file, from `begin` to `end`, and how many records are `before` them.

    `head`: bytes at the beginning of the file that belong to every portion, the headings of a table. `lost`: why
    the file is not read from here on; such a portion has no bytes.
    """

    begin: int
    end: int
    before: int
    head: int = 0
    is_last: bool = False
    lost: str = ""

    def of(self, file: BinaryIO) -> bytes:
        """Return its bytes."""
        file.seek(0)
        head = file.read(self.head)
        file.seek(self.begin)
        return head + file.read(self.end - self.begin)


def is_large(path: str, size: int) -> bool:
    """Tell whether a file of `size` bytes is one of records, by its name, and too large to be read as one."""
    file = File(path, b"", Asked(), Budget())
    return size > WHOLE and (is_lines(file) or is_table(file))


def portions_of(path: str, file: BinaryIO, encoding: str | None = None) -> list[Portion]:
    """Return the portions of an open file; none where it is one that is read as a whole."""
    size = file.seek(0, os.SEEK_END)
    if not is_large(path, size):
        return []
    file.seek(0)
    head = file.read(HEAD)
    if b"\0" in head or (encoding or "").lower().startswith(("utf-16", "utf-32", "utf-7")):
        return []
    try:
        name = format_of(File(path, head, Asked(), Budget())).name
    except SourceError:
        return []
    file.seek(0)
    if name == "jsonl":
        return list(_portions(_ends_of_lines(file), size))
    delimiter = delimiter_of(head.decode("utf-8", "replace"))
    if name != "csv" or not delimiter.isascii():
        return []
    if delimiter == "|" and strictly(head[: head.rfind(b"\n") + 1], "utf-8") is None:
        return []
    rows = _Rows(file, delimiter)
    return list(_portions(iter(rows), size, rows))


def documents_of(path: str, content: bytes, portion: Portion, asked: Asked) -> Iterator[RawDocument | Failure]:
    """Yield the records of a portion of the file at `path`, `content` being its bytes."""
    if portion.lost:
        yield Failure(path, portion.lost)
    elif content:
        yield from documents_on_disk(path, content, replace(asked, before=portion.before))


def documents_with(wanted: str, path: str, content: bytes, asked: Asked) -> Iterator[RawDocument | Failure]:
    """Yield what the file at `path` holds, as it was read for the index; of one in portions, the one with `wanted`."""
    file = io.BytesIO(content)
    number = wanted[len(path) + 1 :]
    portions = portions_of(path, file, asked.encoding) if number.isdecimal() else []
    before = [portion for portion in portions if portion.before < int(number)]
    if before:
        yield from documents_of(path, before[-1].of(file), before[-1], asked)
    else:
        yield from documents(path, content, asked)


def _portions(ends: Iterator[tuple[int, int]], size: int, rows: _Rows | None = None) -> Iterator[Portion]:
    """Yield the portions of a file of `size` bytes, out of where records end and how many are before that."""
    begin = before = 0
    lost = f"it holds more than {RECORDS:,} records; split it"
    head = 0
    for end, number in ends:
        is_enough = end - begin >= SIZE and size - end >= SIZE // 2
        if is_enough or (number - before >= MANY and end < size):
            yield Portion(begin, end, before, head)
            begin, before = end, number
            head = rows.head if rows is not None else 0
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


def _ends_of_lines(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """Yield the ends of some lines, about HEAD bytes apart, with the number of lines before them."""
    at = lines = 0
    while block := file.read(HEAD):
        if end := block.rfind(b"\n") + 1:
            lines += block.count(b"\n")
            yield at + end, lines
        at += len(block)


class _Rows:
    """The rows of a table: where each ends, and how many are before that, without the headings.

    Bytes are taken for characters: the marks of a table are ASCII, and none of them is the second byte of a character,
    but for `|`, by which only tables in UTF-8 are cut.
    """

    def __init__(self, file: BinaryIO, delimiter: str) -> None:
        self._text = io.TextIOWrapper(file, encoding="latin-1", newline="")
        self._delimiter = delimiter
        self._at = 0
        self.head = 0  # bytes of the headings
        self.end = 0  # of the last row that is whole
        self.lost = ""

    def __iter__(self) -> Iterator[tuple[int, int]]:
        csv.field_size_limit(UNPACKED)
        try:
            for number, _ in enumerate(csv.reader(self._lines(), delimiter=self._delimiter)):
                self.end = self._at
                self.head = self.head or self.end
                yield self.end, number
        except _TooLong:
            self.lost = f"a row of more than {FIELDS:,} fields or {TEXT >> 20} MiB; what follows is not read"
        finally:
            self._text.detach()

    def _lines(self) -> Iterator[str]:
        for line in iter(partial(self._text.readline, TEXT), ""):
            self._at += len(line)
            if self._at - self.end > TEXT or line.count(self._delimiter) > FIELDS:
                raise _TooLong
            yield line


class _TooLong(Exception):
    """A row is longer than what is read."""
