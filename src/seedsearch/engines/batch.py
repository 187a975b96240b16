"""Many entries at once, with their run texts and terms as arrays: what a packer takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from seedsearch.engines.entries import IndexEntry
from seedsearch.text.batch import _SPACE, Part, RunTexts, Terms


@dataclass(frozen=True, slots=True)
class Batch:
    """Some entries with their `parts`, in order, which can be asked for once; the `words` of the entries are not read.

    There is one part after the other, so that the arrays of a long text need not be in memory together.
    """

    entries: Sequence[IndexEntry]
    parts: Iterable[Part]

    @classmethod
    def of(cls, entries: Sequence[IndexEntry]) -> Self:
        """Entries that have their words."""
        runs = RunTexts.of([entry.readable for entry in entries])
        words = Terms.of([entry.words for entry in entries])
        ends = np.full(len(entries), _SPACE, dtype=np.uint32)
        return cls(entries, [Part(runs, words, np.arange(len(entries)), ends)])
