"""Finds the cells of tables (CSV, TSV) as the `csv` module reads them, quoted or not."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Self

from seedsearch.damage import Damage
from seedsearch.reading.formats.tables import delimiter_of
from seedsearch.restoring.containers.values import Broken, Spelling, Value

# In a quoted cell, only quotes are escaped; in an unquoted one, nothing is.
_QUOTED = Spelling(
    sign='"',
    numbers="\0",
    escape=re.compile('""'),
    said=lambda _: '"',
    read=lambda cell: cell.replace('""', '"'),
    write=lambda text: text.replace('"', '""'),
    kind=Damage.ENTITY,
    step="entities",
)
_BARE = replace(
    _QUOTED, sign="\0", escape=re.compile(r"(?!)"), said=lambda _: "", read=lambda cell: cell, write=lambda text: text
)


_END = r"(?:\r\n|\r|\n|\Z)"


def _cell(delimiter: str, groups: bool) -> str:
    """Return the pattern of a cell. Text after a closing quote belongs to it, as in the `csv` module."""
    mark = re.escape(delimiter)
    # A delimiter of several bytes cannot be in a character class.
    other = rf"[^{mark}\r\n]" if delimiter.isascii() else rf"(?:(?!{mark})[^\r\n])"
    cell = rf'(?:"(?P<quoted>(?:[^"]++|"")*+)(?:"(?P<after>{other}*+)|\Z)|(?P<bare>{other}*+))'
    return cell if groups else re.sub(r"\?P<\w+>", "?:", cell)


@cache
def _cells(delimiter: str) -> re.Pattern[str]:
    """Return the pattern of a cell and its end: a delimiter, the end of the row, or of the table."""
    return re.compile(rf"{_cell(delimiter, True)}(?P<end>{re.escape(delimiter)}|{_END})")


@cache
def row_of(delimiter: str) -> re.Pattern[bytes]:
    """Return the pattern of a row of a table in UTF-8 with its end."""
    cell = _cell(delimiter, False)
    return re.compile(rf"{cell}(?:{re.escape(delimiter)}{cell})*+{_END}".encode())


def _in_quotes(delimiter: str, text: str) -> str:
    """Quote a cell if necessary."""
    if text[:1] == '"' or any(mark in text for mark in (delimiter, "\r", "\n")):
        return '"' + text.replace('"', '""') + '"'
    return text


@dataclass(frozen=True, slots=True)
class Layout:
    """The delimiter of a table, and the wanted columns; None for all, including headings."""

    delimiter: str
    columns: tuple[bool, ...] | None = None

    @classmethod
    def of(cls, text: str, wanted: Collection[str], seen: set[str]) -> Self:
        """Read it from the first row of a table; those of the fields `wanted` that exist are added to `seen`."""
        delimiter = delimiter_of(text)
        if not wanted:
            return cls(delimiter)
        columns: list[bool] = []
        for found in _walked(text, delimiter):
            heading = text[slice(*_span(found)[0])].replace('""', '"').strip().lstrip("\ufeff")
            names = {heading, str(len(columns) + 1)} & set(wanted)
            seen |= names
            columns.append(bool(names))
            if found["end"] != delimiter:
                break
        return cls(delimiter, tuple(columns))

    def values(self, text: str, *, headings: bool) -> Iterator[Value]:
        """Yield the wanted cells of rows; with `headings`, the first row has the headings."""
        quoted = partial(_in_quotes, self.delimiter)
        at, named = 0, headings and self.columns is not None
        for found in _walked(text, self.delimiter):
            wanted = self.columns is None or (at < len(self.columns) and self.columns[at])
            if wanted and not named and not found["after"]:
                span, bare = _span(found)
                yield Value(*span, _BARE, quoted) if bare else Value(*span, _QUOTED)
            at += 1
            if found["end"] != self.delimiter:
                at, named = 0, False


def values_of_table(text: str, wanted: Collection[str], seen: set[str]) -> Iterator[Value | Broken]:
    """Yield the cells of a table, or those of the columns `wanted`, by heading or number.

    Headings are restored like other cells, but left alone if they select columns. Fields that occur are added to
    `seen`.
    """
    return Layout.of(text, wanted, seen).values(text, headings=True)


def _walked(text: str, delimiter: str) -> Iterator[re.Match[str]]:
    """Yield the cells one after the other."""
    cells, place = _cells(delimiter), 0
    while place < len(text) and (found := cells.match(text, place)):
        yield found
        place = found.end()


def _span(found: re.Match[str]) -> tuple[tuple[int, int], bool]:
    """Return the span of a cell, and whether it is unquoted."""
    bare = found["quoted"] is None
    return found.span("bare" if bare else "quoted"), bare
