"""A byte for each pair of frequent characters, in rows that are made when they are first asked for.

Such a table is 17 MB, and a text asks for the rows of the characters that it holds: a row is a page of memory, and what
nobody asks for is neither worked out nor held.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from seedsearch.text.array_types import Array, Bytes


class PairRows:
    """A square table of bytes."""

    def __init__(self, size: int, row: Callable[[int, Bytes], None]) -> None:
        """`size`: its rows and columns; `row` writes the row of a number into an array of `size` bytes."""
        self._cells: Bytes = np.empty((size, size), np.uint8)
        self._missing = np.ones(size, dtype=bool)
        self._row = row
        self._is_whole = False

    def with_rows(self, numbers: Array) -> Bytes:
        """Return the table, in which the rows of these numbers are right."""
        if not self._is_whole:
            for number in set(numbers[self._missing[numbers]].tolist()):
                self._row(number, self._cells[number])
                self._missing[number] = False
        return self._cells

    def whole(self) -> Bytes:
        """Return the table with all of its rows."""
        if not self._is_whole:
            self.with_rows(self._missing.nonzero()[0])
            self._is_whole = True
        return self._cells
