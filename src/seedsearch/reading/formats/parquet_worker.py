"""The process that reads one Parquet or Arrow table: bytes on standard input, rows on standard output.

A row is a line of JSON, or `-` where it holds no text; `.` is the end, and `!` with a reason another end. It is started
by `seedsearch.reading.formats.parquet`, which counts what comes.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from seedsearch.reading.formats.confined import confine

_ROWS = 256  # that are in memory together


def main(watched: int, seconds: int, memory: int, before: int, rows: int) -> None:
    """Limit this process, read a table and answer: `rows` rows after the first `before` (0: all); the number of rows if
    `before` is negative.
    """
    confine(watched, seconds, memory)
    os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"  # others reserve more addresses than there may be
    content = sys.stdin.buffer.read()
    try:
        if before < 0:
            print(sum(size for size, _ in _groups(content)), flush=True)
            return
        for batch in _batches(content, before, rows or sys.maxsize):
            for row in batch.to_pylist():
                _say(row)
    except MemoryError:
        raise SystemExit(1) from None
    except Exception as error:
        print("!" + " ".join(f"{error}".split())[:300], flush=True)
        return
    print(".", flush=True)


def _groups(content: bytes) -> Iterator[tuple[int, Callable[[], Iterator[Any]]]]:
    """Yield the groups of rows that a table is kept in: how many each has, and what reads it in batches."""
    import pyarrow

    pyarrow.set_cpu_count(1)
    source = pyarrow.BufferReader(content)
    if content.startswith(b"PAR1"):
        from pyarrow import parquet

        table = parquet.ParquetFile(source)
        read = partial(table.iter_batches, batch_size=_ROWS, use_threads=False)
        for number in range(table.num_row_groups):
            yield table.metadata.row_group(number).num_rows, partial(read, row_groups=[number])
        return
    reader = pyarrow.ipc.open_file(source)
    for number in range(reader.num_record_batches):
        batch = reader.get_batch(number)
        yield len(batch), partial(_slices, batch)


def _slices(batch: Any) -> Iterator[Any]:
    return (batch.slice(begin, _ROWS) for begin in range(0, len(batch), _ROWS))


def _batches(content: bytes, before: int, rows: int) -> Iterator[Any]:
    """Yield the wanted rows, some at a time; groups that hold none of them are not read."""
    at = 0
    for size, read in _groups(content):
        if at + size > before and at < before + rows:
            begin = at
            for batch in read():
                first, last = max(before - begin, 0), min(before + rows - begin, len(batch))
                if last > first:
                    yield batch.slice(first, last - first)
                begin += len(batch)
                if begin >= before + rows:
                    return
        at += size


def _say(row: dict[str, Any]) -> None:
    value = _plain(row)
    sys.stdout.write(json.dumps(value, ensure_ascii=True, default=str) + "\n" if _says(value) else "-\n")


def _plain(value: Any) -> Any:
    """Return a value without bytes."""
    if isinstance(value, dict):
        return {str(name): _plain(inner) for name, inner in value.items() if not isinstance(inner, bytes)}
    if isinstance(value, list):
        return [_plain(inner) for inner in value if not isinstance(inner, bytes)]
    return value


def _says(value: Any) -> bool:
    """Return whether there is a text in a value."""
    if isinstance(value, dict):
        return any(map(_says, value.values()))
    if isinstance(value, list):
        return any(map(_says, value))
    return isinstance(value, str) and bool(value.strip())
