"""Tables (CSV, TSV) and JSON Lines → one text per record: one line per field, with its name.

Damage does not stop the reading: an unclosed quote extends to the end of what follows, a line that is not JSON is a
text as it is, and a field without a name is named by its number.

Names are repeated in every record, so a few kilobytes of long names could become gigabytes of text. Their total is
limited for a file (`limits.NAMES`). From the record that would exceed it on, fields of a table are given without their
names, and lines of JSON unparsed: nothing is lost, and the record says so.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import repeat

from seedsearch.offsets import apply_edits
from seedsearch.reading.documents import Failure, RawDocument
from seedsearch.reading.formats.format import File
from seedsearch.reading.formats.limits import FIELDS, NAMES, TEXT, UNPACKED, Budget

_TABLES = {".csv", ".tsv", ".tab"}
_LINES = {".jsonl", ".ndjson"}
_DELIMITERS = ",;\t|，；"
# Numbers stay as they are written. Made once: `json.loads` makes one for each line.
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
# As a file opened with newline="" is read: a line with its end.
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


def is_table(file: File) -> bool:
    """Return whether its name is that of a table."""
    return file.ending in _TABLES


def is_lines(file: File) -> bool:
    """Return whether its name is that of JSON Lines."""
    return file.ending in _LINES


def parts_of_table(file: File) -> Iterator[RawDocument | Failure]:
    """Return the records of a table; or the whole where that is asked for."""
    return _records(file, of_table)


def parts_of_lines(file: File) -> Iterator[RawDocument | Failure]:
    """Return the records of JSON Lines; or the whole where that is asked for."""
    long = file.asked.records and len(file.content) > TEXT
    return _long_lines(file) if long else _records(file, of_lines)


def _long_lines(file: File) -> Iterator[RawDocument | Failure]:
    """Yield the records of a file that is too long to be decoded as one text: it is UTF-8, line by line."""
    names = Names(file.budget)
    for number, content in enumerate(io.BytesIO(file.content), file.asked.before + 1):
        path = f"{file.path}#{number}"
        if not content.strip():
            continue
        file.budget.part()
        file.budget.text(len(content))
        try:
            record = _record(number, content.decode().rstrip("\n"), names)
        except UnicodeDecodeError:
            yield Failure(path, f"a line that is not UTF-8, in a file of more than {TEXT >> 20} MiB")
            continue
        yield RawDocument(path, "utf-8", record.text)
        if record.reason:
            yield Failure(path, record.reason)


def _records(file: File, found: Callable[[str, Budget], Iterator[Record]]) -> Iterator[RawDocument | Failure]:
    document = file.text()
    if not file.asked.records:
        yield document
        return
    for record in found(apply_edits(document.text, document.edits), file.budget):
        file.budget.part()
        path = f"{document.path}#{file.asked.before + record.number}"
        yield replace(document, path=path, text=record.text, edits=(), passed_over=())
        if record.reason:
            yield Failure(path, record.reason)


@dataclass(frozen=True, slots=True)
class Record:
    """A record: its number, from 1, its text, and what is wrong with it ("": nothing)."""

    number: int
    text: str
    reason: str = ""


class _NamesSpent(Exception):
    """The names of a record come to more than is left for those of the file."""


class Names:
    """Gives names to fields while the budget lasts; once it is spent, no record gets any."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self.spent = False

    def take(self, size: int) -> None:
        """Count `size` characters; raises _NamesSpent where so many are not left."""
        if self.spent or not self._budget.name(size):
            self.spent = True
            raise _NamesSpent

    def reason(self, before: bool) -> str:
        """Return what is to be said of a record that was read; `before`: whether names were spent when it was begun."""
        if before or not self.spent:
            return ""
        return f"from this record on names of fields are left out: they come to more than {NAMES} times the file"


def of_table(text: str, budget: Budget) -> Iterator[Record]:
    """Yield the records of a table whose first row names the fields; rows without text are left out, and counted."""
    csv.field_size_limit(UNPACKED)
    delimiter = delimiter_of(text)
    lines = _Lines(text, delimiter)
    rows = csv.reader(lines, delimiter=delimiter)
    names = Names(budget)
    headings: list[str] = []
    number = 0
    try:
        headings = [name.strip() for name in next(rows, [])]
        lines.row_ends()
        for number, row in enumerate(rows, 1):
            lines.row_ends()
            before = names.spent
            if found := _row(headings, row, names):
                yield Record(number, found, names.reason(before))
    except _TooWide:
        yield Record(number + 1, text[lines.begin :], f"a row of more than {FIELDS:,} fields; the rest is one record")


class _TooWide(Exception):
    """A row has more fields than are read."""


class _Lines:
    """The lines of a table one by one; ends by _TooWide in a row (of one line or more) with too many fields.

    The reader makes an object of every field of a row before anybody can look at it.
    """

    def __init__(self, text: str, delimiter: str) -> None:
        self._lines = LINE.finditer(text)
        self._delimiter = delimiter
        self._fields = 0
        self.begin = 0  # of the row
        self._end = 0

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self._fields += line[0].count(self._delimiter)
            if self._fields > FIELDS:
                raise _TooWide
            self._end = line.end()
            yield line[0]

    def row_ends(self) -> None:
        """The row that was begun is over."""
        self.begin, self._fields = self._end, 0


def delimiter_of(text: str) -> str:
    """Return the delimiter that occurs most often in the first row."""
    first = text[: text.find("\n") if "\n" in text else len(text)]
    return max(_DELIMITERS, key=first.count)


def _row(headings: list[str], row: list[str], names: Names) -> str:
    fields = ((_heading(headings, i), value) for i, value in enumerate(row) if value.strip())
    return _lines(_named(fields, names))


def _heading(headings: list[str], i: int) -> str:
    return headings[i] if i < len(headings) and headings[i] else str(i + 1)


def _named(fields: Iterable[tuple[str, str]], names: Names) -> Iterator[tuple[str, str]]:
    """Yield the fields, with their names while these last."""
    for name, value in fields:
        try:
            names.take(len(name))
        except _NamesSpent:
            name = ""
        yield name, value


def of_lines(text: str, budget: Budget) -> Iterator[Record]:
    """Yield the records of JSON Lines; the number of a record is that of its line."""
    names = Names(budget)
    begin = number = 0
    while begin <= len(text):
        end = text.find("\n", begin)
        end = len(text) if end < 0 else end
        line, number, begin = text[begin:end], number + 1, end + 1
        if not line.strip():
            continue
        yield _record(number, line, names)


def _record(number: int, line: str, names: Names) -> Record:
    if sum(map(line.count, ",[{")) > FIELDS:
        return Record(number, line, f"a line of more than {FIELDS:,} values, which stands as it is")
    before = names.spent
    found = of_line(line, names)
    return Record(number, found, names.reason(before))


def of_line(line: str, names: Names) -> str:
    """Return the values of a line of JSON, a line each with its name; the line itself where it is not JSON."""
    if names.spent:
        return line
    try:
        return _lines(_flat(_DECODER.decode(line), names))
    except (ValueError, RecursionError, _NamesSpent):
        return line


@dataclass(frozen=True, slots=True)
class _Path:
    """Where a value of JSON stands: a key below another path. Put together only for values, and when it is paid."""

    above: _Path | None
    key: str
    size: int

    def below(self, value: dict[str, object]) -> Iterator[tuple[_Path, object]]:
        """Return the paths of the values in an object."""
        return ((_Path(self, key, self.size + 1 + len(key)), inner) for key, inner in value.items())

    def __str__(self) -> str:
        """Return the keys with dots between them; empty ones at the top are left out."""
        keys: list[str] = []
        path: _Path | None = self
        while path is not None:
            keys.append(path.key)
            path = path.above
        while keys and not keys[-1]:
            keys.pop()
        return ".".join(reversed(keys))


def _flat(value: object, names: Names) -> Iterator[tuple[str, str]]:
    """Yield the leaves of a JSON value with their names, dots between levels; the items of a list share its name."""
    left: list[Iterator[tuple[_Path, object]]] = [iter([(_Path(None, "", 0), value)])]
    while left:
        for path, inner in left[-1]:
            if isinstance(inner, dict):
                left.append(path.below(inner))
                break
            if isinstance(inner, list):
                left.append(zip(repeat(path), inner))
                break
            if inner not in (None, ""):
                names.take(path.size)
                yield str(path), str(inner)
        else:
            left.pop()


def _lines(fields: Iterable[tuple[str, str]]) -> str:
    text = "".join(f"{name}: {value}\n" if name else f"{value}\n" for name, value in fields)
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
