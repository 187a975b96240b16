"""Lists of postings: which documents have a term, and how often.

On the way to the disk a posting is one number, sorted as such: 42 bits of the term's key, 18 of the document, 4 of the
count; a count above 15 goes in several pieces. On disk a list is a row of varints: for each document the distance from
the one before it (less one, and for the first its number), doubled, odd where the count is above 1, in which case twice
the count less 2 follows. So a value is a count exactly where the one before it is odd, and any stretch of lists is
read at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from seedsearch.engines.embedded import varints
from seedsearch.engines.embedded.varints import Bytes

Rows = NDArray[np.uint64]
Keys = NDArray[np.uint64]
Ints = NDArray[np.int64]

DOCUMENT_BITS, COUNT_BITS = 18, 4
MOST_DOCUMENTS = 1 << DOCUMENT_BITS
PIECE = (1 << COUNT_BITS) - 1
_DOCUMENT_SHIFT = np.uint64(COUNT_BITS)
_KEY_SHIFT = np.uint64(COUNT_BITS + DOCUMENT_BITS)
_NO_KEY = np.uint64(0xFFFFFFFFFFFFFFFF)


@dataclass(frozen=True, slots=True)
class Lists:
    """Postings of several terms: list i has `lengths[i]` of the rows of `documents` and `counts`, in their order."""

    lengths: Ints
    documents: Ints
    counts: Ints

    @classmethod
    def empty(cls) -> Self:
        """No list."""
        nothing = np.zeros(0, dtype=np.int64)
        return cls(nothing, nothing, nothing)

    def owners(self) -> Ints:
        """For each row the number of its list."""
        return np.repeat(np.arange(len(self.lengths)), self.lengths)


def packed(keys: Keys, documents: NDArray[np.uint64]) -> Rows:
    """Occurrences (a key under 2 ** 42 and a document under 2 ** 18 each), as sorted postings."""
    rows = (keys << _KEY_SHIFT) | (documents << _DOCUMENT_SHIFT)
    rows.sort()
    starts = np.flatnonzero(np.diff(rows, prepend=_NO_KEY))
    counts = np.diff(starts, append=len(rows))
    rows = rows[starts]
    if counts.max(initial=0) > PIECE:
        pieces = -(-counts // PIECE)
        rows, rest = np.repeat(rows, pieces), counts - PIECE * (pieces - 1)
        counts = np.full(len(rows), PIECE)
        counts[np.cumsum(pieces) - 1] = rest
    return np.bitwise_or(rows, counts.astype(np.uint64))


def moved(rows: Rows, first_document: int) -> Rows:
    """The same postings, the documents counted from `first_document`."""
    moved_rows: Rows = rows + (np.uint64(first_document) << _DOCUMENT_SHIFT)
    return moved_rows


def renamed(rows: Rows, keys: Keys) -> Rows:
    """The same postings, `keys[k]` in the place of key k; no longer sorted."""
    renamed_rows: Rows = keys[rows >> _KEY_SHIFT] << _KEY_SHIFT
    renamed_rows |= rows & ((np.uint64(1) << _KEY_SHIFT) - np.uint64(1))
    return renamed_rows


def first_of_key(row: np.uint64) -> np.uint64:
    """What no posting of a key lower than that of `row` reaches."""
    border: np.uint64 = row >> _KEY_SHIFT << _KEY_SHIFT
    return border


def unpacked(rows: Rows) -> tuple[Keys, Lists]:
    """The keys of sorted postings, each once, and their lists; pieces of one count are put together."""
    whole = rows >> _DOCUMENT_SHIFT
    counts = (rows & np.uint64(PIECE)).astype(np.int64)
    new = np.flatnonzero(np.diff(whole, prepend=_NO_KEY))
    if len(new) < len(rows):
        counts, whole = np.add.reduceat(counts, new), whole[new]
    keys = whole >> np.uint64(DOCUMENT_BITS)
    documents = (whole & np.uint64(MOST_DOCUMENTS - 1)).astype(np.int64)
    starts = np.flatnonzero(np.diff(keys, prepend=_NO_KEY))
    return keys[starts], Lists(np.diff(starts, append=len(keys)), documents, counts)


def encode(lists: Lists) -> tuple[Bytes, Ints]:
    """The lists as stored, and how many bytes each takes."""
    if not len(lists.documents):
        return np.zeros(0, dtype=np.uint8), np.zeros(len(lists.lengths), dtype=np.int64)
    firsts = np.cumsum(lists.lengths) - lists.lengths
    gaps = np.diff(lists.documents, prepend=0) - 1
    gaps[firsts] = lists.documents[firsts]
    often = lists.counts > 1
    places = np.arange(len(gaps)) + np.cumsum(often) - often
    values = np.empty(len(gaps) + int(often.sum()), dtype=np.uint64)
    values[places] = gaps << 1 | often
    values[places[often] + 1] = lists.counts[often] - 2 << 1
    ends = np.cumsum(varints.sizes(values))
    last = np.append(places[firsts[1:]], len(values)) - 1
    return varints.encode(values), np.diff(ends[last], prepend=0)


def decode(stored: Bytes, sizes: Ints) -> Lists:
    """The lists that take `sizes` bytes each of `stored`, one after the other; none is empty."""
    values = varints.decode(stored)
    counted = np.zeros(len(values), dtype=bool)
    counted[1:] = values[:-1] & 1
    places = np.flatnonzero(~counted)
    gaps = values[places] >> 1
    counts = np.ones(len(gaps), dtype=np.int64)
    counts[np.flatnonzero(values[places] & 1)] = (values[counted] >> 1) + 2
    if len(sizes) == 1:
        gaps[1:] += 1
        return Lists(np.array([len(gaps)]), np.cumsum(gaps), counts)
    return _split(stored, sizes, places, gaps, counts)


def _split(stored: Bytes, sizes: Ints, places: Ints, gaps: Ints, counts: Ints) -> Lists:
    ends = np.flatnonzero(stored < 128)[places]
    lengths = np.diff(np.searchsorted(ends, np.cumsum(sizes)), prepend=0)
    firsts = np.cumsum(lengths) - lengths
    gaps += 1
    gaps[firsts] -= 1
    whole = np.cumsum(gaps)
    before = np.repeat(whole[firsts] - gaps[firsts], lengths)
    return Lists(lengths, whole - before, counts)
