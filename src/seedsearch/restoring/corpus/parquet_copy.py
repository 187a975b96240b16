"""Restores the text columns of Parquet tables; types, other columns, row groups and compression stay.

One row group is in memory at a time. Text columns are restored, including dictionary-encoded ones; texts inside lists
and structures stay as they are.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

from seedsearch.errors import ExtraMissing, SourceError
from seedsearch.reading.documents import RawDocument
from seedsearch.restoring.clean import clean_document
from seedsearch.restoring.containers import no_field
from seedsearch.restoring.corpus.accounts import asked_of
from seedsearch.restoring.corpus.parts import part_of
from seedsearch.restoring.corpus.records import How, Tally, count, line_of, row_of_document
from seedsearch.restoring.corpus.where import Filter
from seedsearch.restoring.documents import Cleaned

ENDINGS = (".parquet", ".pq")
NAME = "parquet"  # takes the place of the encoding


def is_parquet(path: str) -> bool:
    """Tell whether a file is Parquet by its name."""
    return path.lower().endswith(ENDINGS)


def copy_restored(how: How, target: Path, rows: Path | None) -> Tally:
    """Write the restored copy of a table, and the provenance of its rows; return the tally.

    Raises SourceError if the table is broken or has none of the fields, ExtraMissing without the library.
    """
    tally = Tally()
    kept = Filter(how.corpus.where) if how.corpus.where and not how.corpus.deferred else None
    with ExitStack() as stack:
        out = None if rows is None else stack.enter_context(rows.open("w", encoding="utf-8", errors="surrogateescape"))

        def restored(table: Any) -> Any:
            columns = {at: table.column(at).to_pylist() for at in _fields(table.schema, how)}
            mask = []
            for i in range(len(table)):
                number = tally.documents + 1
                texts = {at: values[i] for at, values in columns.items() if values[i] is not None}
                row = _row(how, number, texts, tally)
                if kept is not None:
                    row["kept"] = kept.keeps(asked_of(row))
                elif not how.corpus.deferred:
                    row["kept"] = True
                mask.append(row.get("kept", True))
                tally.kept += mask[-1]
                for at, text in texts.items():
                    columns[at][i] = text
                if out is not None:
                    out.write(line_of(row))
            return _filtered(_with(table, columns), mask)

        _rewritten(how.path, target, restored, how)
    return tally


def keep(path: Path, kept: Iterable[bool]) -> None:
    """Reduce a copy to some of its rows."""
    flags = iter(kept)
    _rewritten(str(path), path, lambda table: _filtered(table, list(islice(flags, len(table)))))


def _rewritten(source: str, target: Path, change: Callable[[Any], Any], how: How | None = None) -> None:
    """Rewrite a table with each row group changed; the copy is complete or absent."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        hint = "to read it: pip install 'seedsearch[parquet]'"
        raise ExtraMissing("a table of Parquet", hint=hint, module="pyarrow") from None
    target.parent.mkdir(parents=True, exist_ok=True)
    part = part_of(target)
    try:
        with parquet.ParquetFile(source) as table:
            if how is not None and how.fields and not _fields(table.schema_arrow, how):
                raise no_field(how.path, how.fields)
            with parquet.ParquetWriter(part, table.schema_arrow, compression=_packing(table.metadata)) as writer:
                for group in range(table.num_row_groups):
                    changed = change(table.read_row_group(group))
                    writer.write_table(changed, row_group_size=max(1, len(changed)))
        os.replace(part, target)
    except (pyarrow.ArrowException, OSError) as error:
        raise SourceError(f"{source}: the table is broken or cannot be copied: {error}") from error
    finally:
        part.unlink(missing_ok=True)


def _packing(metadata: Any) -> dict[str, str] | str:
    """Return the compression of each column by path."""
    if not metadata.num_row_groups:
        return "snappy"
    group = metadata.row_group(0)
    columns = map(group.column, range(group.num_columns))
    packed = {column.path_in_schema: column.compression.lower() for column in columns}
    return {name: "none" if how == "uncompressed" else how for name, how in packed.items()}


def _fields(schema: Any, how: How) -> list[int]:
    """Return the numbers of the wanted text columns; several may share a name."""
    wanted = ((at, one) for at, one in enumerate(schema) if not how.fields or one.name in how.fields)
    return [at for at, one in wanted if _is_text(one.type)]


def _is_text(kind: Any) -> bool:
    from pyarrow import types

    kind = kind.value_type if types.is_dictionary(kind) else kind
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def _row(how: How, number: int, texts: dict[int, str], tally: Tally) -> dict[str, Any]:
    """Restore the texts of a row in place, count it, and return its provenance."""
    done = {at: clean_document(RawDocument("", "str", text), how.steps, sure=how.sure) for at, text in texts.items()}
    texts.update((at, one.readable) for at, one in done.items())
    whole = Cleaned(
        RawDocument(f"{how.path}#{number}", NAME, ""),
        tuple(e for one in done.values() for e in one.edits),
        tuple(f for one in done.values() for f in one.findings),
        "\n".join(texts.values()),
    )
    count(tally, whole)
    return row_of_document(whole, whole.readable, near=how.corpus.near)


def _with(table: Any, columns: dict[int, list[str | None]]) -> Any:
    """Return a table with these columns replaced, keeping names and types."""
    import pyarrow

    for at, values in columns.items():
        kind = table.schema.field(at).type
        plain = pyarrow.array(values, kind.value_type if pyarrow.types.is_dictionary(kind) else kind)
        array = plain.dictionary_encode().cast(kind) if pyarrow.types.is_dictionary(kind) else plain
        table = table.set_column(at, table.schema.field(at), array)
    return table


def _filtered(table: Any, mask: list[bool]) -> Any:
    import pyarrow

    return table if all(mask) else table.filter(pyarrow.array(mask, pyarrow.bool_()))
