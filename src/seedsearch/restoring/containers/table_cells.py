"""Tables (CSV, TSV) → their cells, as the `csv` module reads them: in quotes or without."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cache, partial

from seedsearch.damage import Damage
from seedsearch.reading.formats.tables import delimiter_of
from seedsearch.restoring.containers.values import Broken, Spelling, Value

# Nothing but a quote is spelled otherwise in a cell with quotes, and nothing at all in one without.
_QUOTED = Spelling(re.compile('""'), lambda _: '"', lambda text: text.replace('"', '""'), Damage.ENTITY, "entities")
_BARE = Spelling(re.compile(r"(?!)"), lambda _: "", lambda text: text, Damage.ENTITY, "entities")


@cache
def _cell(delimiter: str) -> re.Pattern[str]:
    """Match a cell and what ends it: a delimiter, the end of a row, or that of the table.

    What follows a closing quote belongs to the cell, as the `csv` module has it.
    """
    other = rf"[^{re.escape(delimiter)}\r\n]"
    return re.compile(
        rf'(?:"(?P<quoted>(?:[^"]++|"")*+)(?:"(?P<after>{other}*+)|\Z)|(?P<bare>{other}*+))'
        rf"(?P<end>{re.escape(delimiter)}|\r\n|\r|\n|\Z)"
    )


def _in_quotes(delimiter: str, text: str) -> str:
    """Return a cell that can stand between delimiters."""
    if text[:1] == '"' or any(mark in text for mark in (delimiter, "\r", "\n")):
        return '"' + text.replace('"', '""') + '"'
    return text


def values_of_table(text: str, wanted: Collection[str], seen: set[str]) -> Iterator[Value | Broken]:
    """Yield the cells of a table, or those of the columns `wanted`, by heading or number.

    The headings are restored with the others, and stand as they are where columns are chosen by them. Fields that were
    met are put into `seen`.
    """
    delimiter = delimiter_of(text)
    quoted = partial(_in_quotes, delimiter)
    columns: list[bool] = []
    headings, at, place = True, 0, 0
    while place < len(text):
        found = _cell(delimiter).match(text, place)
        if found is None:  # never: the pattern matches anywhere
            return
        span, bare = _span(found)
        if headings and wanted:
            names = {text[span[0] : span[1]].replace('""', '"').strip().lstrip("\ufeff"), str(at + 1)} & set(wanted)
            seen |= names
            columns.append(bool(names))
        elif (not wanted or (at < len(columns) and columns[at])) and not found["after"]:
            yield Value(*span, _BARE, quoted) if bare else Value(*span, _QUOTED)
        at += 1
        if found["end"] != delimiter:
            headings, at = False, 0
        place = found.end()


def _span(found: re.Match[str]) -> tuple[tuple[int, int], bool]:
    """Return where a cell stands, and whether it has no quotes."""
    bare = found["quoted"] is None
    return found.span("bare" if bare else "quoted"), bare
