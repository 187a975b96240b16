"""SQLite databases → one document per row: one line per column, with its name. A row is named by its table and number.

The database is read from memory. Of what a stranger's schema may hold, nothing is run: only what ordinary tables keep
in their own columns is asked for, no views, no virtual tables, no columns that are computed.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing

from seedsearch.errors import SourceError
from seedsearch.reading.documents import Failure, RawDocument
from seedsearch.reading.formats.format import File
from seedsearch.reading.formats.limits import NAMES
from seedsearch.reading.formats.members import Extracted, encoding_of_names, text_of_name
from seedsearch.reading.formats.reasons import worded

MAGIC = b"SQLite format 3\0"
_JOURNAL = slice(18, 20)  # how it is written; a log beside it, which is not here, would be asked for
_TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY rowid"
_COLUMNS = "SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0"


def recognises(file: File) -> bool:
    """Return whether it begins as a database of SQLite does."""
    return file.content.startswith(MAGIC)


def parts(file: File) -> Iterator[RawDocument | Failure | Extracted]:
    """Yield the rows of all tables, or all of them as one text; raises SourceError for a database that is broken."""
    file.budget.spend(len(file.content))
    try:
        with closing(_opened(file.content)) as database:
            if file.asked.records:
                yield from _documents(database, file)
            else:
                yield Extracted("\n".join(text for _, text, _ in _rows(database, file)))
    except (sqlite3.Error, MemoryError, OverflowError) as error:
        raise SourceError(f"the database is broken: {worded(error)}") from error


def count_of_rows(content: bytes) -> int:
    """Return how many rows all tables have, 0 where the database is broken."""
    try:
        with closing(_opened(content)) as database:
            return sum(_count(database, table) for table, _ in _tables(database))
    except (sqlite3.Error, MemoryError, OverflowError):
        return 0


def _opened(content: bytes) -> sqlite3.Connection:
    there = bytearray(content)
    if len(there) > _JOURNAL.stop:
        there[_JOURNAL] = b"\1\1"
    database = sqlite3.connect(":memory:")
    database.execute("PRAGMA trusted_schema = OFF")
    database.deserialize(bytes(there))
    database.text_factory = _text
    return database


def _documents(database: sqlite3.Connection, file: File) -> Iterator[RawDocument | Failure]:
    before = True
    for place, text, named in _rows(database, file):
        path = f"{file.path}#{place}"
        yield RawDocument(path, "sqlite", text)
        if before and not named:
            yield Failure(path, f"from this row on names of columns are left out: they come to more than {NAMES} times")
        before = named


def _rows(database: sqlite3.Connection, file: File) -> Iterator[tuple[str, str, bool]]:
    """Yield the rows that hold text: table and number, what they say, and whether with the names of the columns."""
    named = True
    passed, left = file.asked.before, file.asked.rows or sys.maxsize
    for table, columns in _tables(database):
        begin = 0
        if file.asked.rows:
            count = _count(database, table)
            begin, passed = min(passed, count), passed - min(passed, count)
            if begin == count or not left:
                continue
        asked = f"SELECT {', '.join(map(_quoted, columns))} FROM {_quoted(table)} LIMIT ? OFFSET ?"
        for number, row in enumerate(database.execute(asked, (left, begin)), begin + 1):
            left -= 1
            fields = [(name, value) for name, value in zip(columns, row, strict=True) if _says(value)]
            if any(isinstance(value, str) for _, value in fields):
                file.budget.part()
                file.budget.text(sum(len(str(value)) for _, value in fields))
                named = named and all(file.budget.name(len(name)) for name, _ in fields)
                text = "".join(f"{name}: {value}\n" if named else f"{value}\n" for name, value in fields)
                yield f"{table}/{number}", text, named


def _tables(database: sqlite3.Connection) -> Iterator[tuple[str, list[str]]]:
    """Yield the tables of the user, each with its columns."""
    for (table,) in database.execute(_TABLES).fetchall():
        columns = [name for (name,) in database.execute(_COLUMNS, (table,))]
        if columns and not table.startswith("sqlite_"):
            yield table, columns


def _count(database: sqlite3.Connection, table: str) -> int:
    return int(database.execute(f"SELECT count(*) FROM {_quoted(table)}").fetchone()[0])


def _text(value: bytes) -> str:
    """Return a text of the database: of UTF-8, or of what else programs have put there."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return text_of_name(value, encoding_of_names([value]))


def _says(value: object) -> bool:
    """Return whether a value stands in the text: bytes and nothing do not."""
    return isinstance(value, int | float) or (isinstance(value, str) and bool(value.strip()))


def _quoted(name: str) -> str:
    """Return a name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'
