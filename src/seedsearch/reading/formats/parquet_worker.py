"""The process that reads one table of Parquet or Arrow: bytes on standard input, rows on standard output.

A row is a line of JSON, or `-` where it holds no text; `.` is the end, and `!` with a reason another end. It is started
by `seedsearch.reading.formats.parquet`, which counts what comes.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from typing import Any

from seedsearch.reading.formats.confined import confine

_ROWS = 256  # that are in memory together


def main(watched: int, seconds: int, memory: int) -> None:
    """Limit this process, read a table, answer."""
    confine(watched, seconds, memory)
    os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"  # others reserve more addresses than there may be
    content = sys.stdin.buffer.read()
    try:
        for batch in _batches(content):
            for row in batch.to_pylist():
                _say(row)
    except MemoryError:
        raise SystemExit(1) from None
    except Exception as error:
        print("!" + " ".join(f"{error}".split())[:300], flush=True)
        return
    print(".", flush=True)


def _batches(content: bytes) -> Iterator[Any]:
    import pyarrow

    pyarrow.set_cpu_count(1)
    source = pyarrow.BufferReader(content)
    if content.startswith(b"PAR1"):
        from pyarrow import parquet

        yield from parquet.ParquetFile(source).iter_batches(batch_size=_ROWS, use_threads=False)
        return
    reader = pyarrow.ipc.open_file(source)
    for number in range(reader.num_record_batches):
        batch = reader.get_batch(number)
        for begin in range(0, len(batch), _ROWS):
            yield batch.slice(begin, _ROWS)


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
    """Tell whether there is a text in a value."""
    if isinstance(value, dict):
        return any(map(_says, value.values()))
    if isinstance(value, list):
        return any(map(_says, value))
    return isinstance(value, str) and bool(value.strip())
