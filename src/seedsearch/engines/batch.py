"""Many entries at once, with their run texts and terms as arrays: the input of a packer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from seedsearch.engines.entries import IndexEntry
from seedsearch.text.batch import Part


@dataclass(frozen=True, slots=True)
class Batch:
    """Some entries with their `parts`, in order; the parts can be iterated once.

    A long text comes in several parts, so that its arrays need not be in memory together.
    """

    entries: Sequence[IndexEntry]
    parts: Iterable[Part]
