"""Recognizes, many at a time, records in which no step has anything to do: most of a corpus.

Running twenty steps on a record, with the preparation that they need, takes longer than reading it. So the values of
many records are scanned together for the signs of damage. Only records with a sign go through the steps. Leaving a
record out never changes the result: the steps would have found nothing.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from seedsearch.restoring.containers.json_strings import SPELLING, key_of, path_of
from seedsearch.restoring.containers.table_cells import Layout
from seedsearch.restoring.containers.values import PLAIN, SHORT
from seedsearch.restoring.repeated_passage import edits as repeated
from seedsearch.restoring.steps import signs

# Bytes of records that are looked through together: they and what is made of them fit into the cache of a processor.
TOGETHER = 128 * 1024

# Objects of JSON as tuples of pairs, so that a repeated key does not hide a value. Numbers are not restored: their
# length represents them, whatever their number of digits.
_DECODER = json.JSONDecoder(object_pairs_hook=tuple, parse_int=len, parse_float=len, parse_constant=len)


@dataclass(slots=True)
class Resting:
    """Decides which records are at rest: `add` them in order, then call `found`.

    `fields` that occur in records at rest are added to `seen`.
    """

    fields: Collection[str] = ()
    layout: Layout | None = None
    _texts: list[str] = field(default_factory=list)
    _begins: list[int] = field(default_factory=list)
    _said: list[list[str] | None] = field(default_factory=list)
    _met: list[set[str]] = field(default_factory=list)
    _size: int = 0

    def add(self, content: bytes) -> None:
        """Add a record."""
        self._begins.append(self._size)
        met: set[str] = set()
        said = self._values(content, met)
        for value in said or ():
            if value.isascii() and PLAIN.match(value):
                continue
            self._take(value)
            if len(value) <= SHORT and "\n" in value:
                self._take(value.replace("\n", " "))  # as when it is examined together with others
        self._said.append(said)
        self._met.append(met)

    def _take(self, text: str) -> None:
        self._texts.append(text)
        self._size += len(text) + 1

    def _values(self, content: bytes, met: set[str]) -> list[str] | None:
        """Return the content of the wanted values of a record; None if that cannot be determined cheaply."""
        try:
            text = content.decode()
            if self.layout is not None:
                # Escaped quotation marks and rows of several lines are rare.
                if '""' in text or "\n" in text.rstrip("\r\n"):
                    return None
                return [text[value.start : value.end] for value in self.layout.values(text, headings=False)]
            if SPELLING.numbers in text:
                return None
            said: list[str] = []
            if self.fields:
                _named(_DECODER.decode(text), [""], set(self.fields), said, met)
            else:
                _strings(_DECODER.decode(text), said)
        except (ValueError, RecursionError):
            return None
        return said

    def found(self, seen: set[str]) -> Sequence[list[str] | None]:
        """Return, for each record, the content of its values, or None if it has to be restored; then forget the
        records.
        """
        said, begins, text, at = self._said, self._begins, "\n".join(self._texts), 0
        while found := signs().search(text, at):
            number = bisect_right(begins, found.start()) - 1
            said[number] = None
            at = begins[number + 1] if number + 1 < len(begins) else len(text)
        for number, values in enumerate(said):
            if values is not None:
                if any(map(repeated, values)):
                    said[number] = None
                else:
                    seen |= self._met[number]
        self._texts, self._begins, self._said, self._met, self._size = [], [], [], [], 0
        return said


def _strings(value: Any, said: list[str]) -> None:
    """Add the string values in a JSON value to `said`."""
    if isinstance(value, str):
        said.append(value)
    elif isinstance(value, tuple):
        for _, inner in value:
            _strings(inner, said)
    elif isinstance(value, list):
        for inner in value:
            _strings(inner, said)


def _named(value: Any, keys: list[str], wanted: set[str], said: list[str], met: set[str]) -> None:
    """Add the strings of the fields `wanted` to `said`, by key or by path, and the fields that occur to `met`."""
    if isinstance(value, str):
        if match := {path_of(keys), key_of(keys)} & wanted:
            met |= match
            said.append(value)
    elif isinstance(value, tuple):
        for key, inner in value:
            _named(inner, [*keys, key], wanted, said, met)
    elif isinstance(value, list):
        for inner in value:
            _named(inner, [*keys, ""], wanted, said, met)
