"""Parquet and Arrow tables → one document per row: one line per value, with its name, as for JSON Lines.

The library runs in a separate process and sends one row at a time, as JSON.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

from seedsearch.errors import SourceError
from seedsearch.reading.documents import Failure, RawDocument
from seedsearch.reading.formats import libarchive, tables
from seedsearch.reading.formats.confined import running
from seedsearch.reading.formats.format import File
from seedsearch.reading.formats.limits import TABLE_MEMORY, TABLE_SECONDS, TABLE_WALL_SECONDS
from seedsearch.reading.formats.members import Extracted
from seedsearch.reading.formats.reasons import worded

MAGIC = (b"PAR1", b"ARROW1\0\0")
_WORKER = "seedsearch.reading.formats.parquet_worker"


def recognises(file: File) -> bool:
    """Return whether it begins as Parquet or a file of Arrow does."""
    return file.content.startswith(MAGIC)


def parts(file: File) -> Iterator[RawDocument | Failure | Extracted]:
    """Yield the rows with text, or all of them as one text; raises SourceError if the file is broken."""
    rows = _rows(file)
    if not file.asked.records:
        yield Extracted("\n".join(record.text for record in rows))
        return
    for record in rows:
        path = f"{file.path}#{record.number}"
        yield RawDocument(path, "parquet", record.text)
        if record.reason:
            yield Failure(path, record.reason)


def count_of_rows(content: bytes) -> int:
    """Return the number of rows of a table, 0 if it cannot be read."""
    if find_spec("pyarrow") is None:
        return 0
    with running(_WORKER, TABLE_SECONDS, TABLE_MEMORY, -1, 0, seconds=TABLE_WALL_SECONDS) as process:
        libarchive.feed(process, content)
        answer = process.stdout.read() if process.stdout is not None else b""
    return int(answer) if answer.strip().isdigit() else 0


def _rows(file: File) -> Iterator[tables.Record]:
    content, number = file.content, file.asked.before
    wanted = file.asked.before, file.asked.rows
    names = tables.Names(file.budget)
    with running(_WORKER, TABLE_SECONDS, TABLE_MEMORY, *wanted, seconds=TABLE_WALL_SECONDS) as process:
        libarchive.feed(process, content)
        for line in process.stdout or ():
            if line.startswith(b"!"):
                raise SourceError(f"the table is broken: {worded(line[1:].decode('utf-8', 'replace'))}")
            if line == b".\n":
                return
            number += 1
            if line == b"-\n":  # a row without text
                continue
            file.budget.part()
            file.budget.text(len(line))
            before = names.spent
            found = tables.of_line(line.decode(), names)
            yield tables.Record(number, found, names.reason(before))
    raise SourceError(f"a table that cannot be read in {TABLE_SECONDS} s and {TABLE_MEMORY >> 20} MiB")
