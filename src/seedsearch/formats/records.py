"""Tables (CSV, TSV) and JSON Lines → a text a record: a line a field, with its name.

Damage does not stop them: a quote that is never closed takes in what follows, a line that is no JSON is a text as it
stands, and a field without a name goes by its number.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

from seedsearch.formats.limits import UNPACKED

Record = tuple[int, str]  # its number, from 1, and its text

_DELIMITERS = ",;\t|，；"


def of_table(text: str) -> Iterator[Record]:
    """The records of a table whose first row names the fields; rows without text are left out, and counted."""
    csv.field_size_limit(UNPACKED)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    names = [name.strip() for name in next(rows, [])]
    for number, row in enumerate(rows, 1):
        fields = [(_name(names, i), value) for i, value in enumerate(row) if value.strip()]
        if fields:
            yield number, _lines(fields)


def _delimiter(text: str) -> str:
    """What stands oftenest in the first row, of what parts fields."""
    first = text[: text.find("\n") if "\n" in text else len(text)]
    return max(_DELIMITERS, key=first.count)


def _name(names: list[str], i: int) -> str:
    return names[i] if i < len(names) and names[i] else str(i + 1)


def of_lines(text: str) -> Iterator[Record]:
    """The records of JSON Lines; the number of a record is that of its line."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, _of_line(line)


def _of_line(line: str) -> str:
    try:
        value = json.loads(line, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        return line
    return _lines(list(_flat(value)))


def _flat(value: object) -> Iterator[tuple[str, str]]:
    """The leaves of a JSON value with their names, dots between levels; the items of a list share its name."""
    left: list[tuple[str, object]] = [("", value)]
    while left:
        name, value = left.pop()
        if isinstance(value, dict):
            left += [(f"{name}.{key}" if name else key, inner) for key, inner in reversed(value.items())]
        elif isinstance(value, list):
            left += [(name, inner) for inner in reversed(value)]
        elif value not in (None, ""):
            yield name, str(value)


def _lines(fields: list[tuple[str, str]]) -> str:
    text = "".join(f"{name}: {value}\n" if name else f"{value}\n" for name, value in fields)
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
