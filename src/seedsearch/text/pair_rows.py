"""A byte for each pair of frequent characters, in rows that are computed on first use.

Such a table has 17 MB, but a text needs only the rows of its own characters. A row is a page of memory, and unused rows
are neither computed nor stored.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from seedsearch.text.array_types import Array, Bytes


class PairRows:
    """A square table of bytes."""

    def __init__(self, size: int, row: Callable[[int, Bytes], None]) -> None:
        """`size` is the number of rows and columns; `row` writes a row into an array of `size` bytes."""
        self._cells: Bytes = np.empty((size, size), np.uint8)
        self._missing = np.ones(size, dtype=bool)
        self._row = row
        self._is_whole = False

    def with_rows(self, numbers: Array) -> Bytes:
        """Return the table with these rows computed."""
        if not self._is_whole:
            for number in set(numbers[self._missing[numbers]].tolist()):
                self._row(number, self._cells[number])
                self._missing[number] = False
        return self._cells

    def whole(self) -> Bytes:
        """Return the table with all rows computed."""
        if not self._is_whole:
            self.with_rows(self._missing.nonzero()[0])
            self._is_whole = True
        return self._cells
