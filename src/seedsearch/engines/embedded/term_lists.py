"""The lists of documents of the terms of a query in each segment, read once and cached.

The terms of a query are read together, because many small arrays take longer than a few large ones. The contribution of
a term to the score is computed when it is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from seedsearch.engines.bm25 import K1, B, rarity
from seedsearch.engines.budget import Budget
from seedsearch.engines.embedded.matched import Documents, Matched, in_both
from seedsearch.engines.embedded.postings import Lists
from seedsearch.engines.embedded.segment import Key, Segment
from seedsearch.engines.lru_cache import LRUCache
from seedsearch.engines.query import Field
from seedsearch.text.array_types import Ints, Scores, Small

if TYPE_CHECKING:
    from numpy.typing import NDArray

READING = "the lists of its terms"  # a part of every query
KEPT_BYTES = 96 << 20  # bytes of lists and masks in the cache
SIZE_BYTES = 300  # bytes that a cached number of documents takes
BULK = 256  # with more terms at once, caching their sizes takes longer than reading them again
MANY = 8  # a term that at least one document in so many has is stored as the counts of all documents


@dataclass(slots=True)
class Listed:
    """The `size` documents of a segment that have a term.

    If they are few, `documents` lists them, and `added` has the contribution of the term to each score; if they are
    many, `counts` has the count of the term in each document of the segment. `weight` is the largest contribution.
    """

    size: int
    weight: float
    documents: Small
    added: NDArray[np.float32]
    counts: NDArray[np.unsignedinteger] | None = None

    @property
    def nbytes(self) -> int:
        """Its memory use."""
        return 400 + self.documents.nbytes + self.added.nbytes + (0 if self.counts is None else self.counts.nbytes)

    @property
    def matched(self) -> Matched:
        """The documents."""
        return self.documents if self.counts is None else self.counts != 0

    def among(self, documents: Documents) -> Documents:
        """Return the `documents` that have the term."""
        if self.counts is None:
            return in_both(documents, self.documents)
        found: Documents = documents[self.counts[documents] != 0]
        return found


_NOWHERE = Listed(0, 0.0, np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32))


class TermLists:
    """The lists of the segments of one commit, with a budget to which all work on them is charged."""

    def __init__(self, segments: Sequence[Segment], room: int = KEPT_BYTES) -> None:
        """`room` is the cache size in bytes, including what others cache here."""
        self.budget = Budget()
        self.segments = segments
        self.kept = LRUCache(room)
        self.count = sum(segment.count for segment in segments)

    def listed(self, key: Key) -> tuple[Listed, ...]:
        """Return the list of a term in each segment."""
        if (found := self.kept.get(key)) is None:
            found = self.load([key])[key]  # the cache may be too small for it
        return found  # type: ignore[no-any-return]

    def load(self, keys: Iterable[Key]) -> dict[Key, tuple[Listed, ...]]:
        """Load the lists of the terms that are not cached."""
        missing = self.kept.missing(keys)
        if not missing:
            return {}
        parts = []
        for i, segment in enumerate(self.segments):
            for part in segment.read(missing):
                parts.append((i, *part))
                self.budget.spend(READING)
        sizes = [0] * len(missing)
        for _, places, lists in parts:
            for place, size in zip(places, lists.lengths.tolist(), strict=True):
                sizes[place] += size
        weights = [rarity(self.count, size) * (K1 + 1) for size in sizes]
        made = [[_NOWHERE] * len(self.segments) for _ in missing]
        for i, places, lists in parts:
            for place, listed in zip(
                places, self._weighed(i, [missing[p] for p in places], lists, [weights[p] for p in places]), strict=True
            ):
                made[place][i] = listed
        read = {key: tuple(of_segments) for key, of_segments in zip(missing, made, strict=True)}
        for key, found in read.items():
            self.kept.put(key, found, sum(listed.nbytes for listed in found))
        return read

    def sizes(self, keys: Sequence[Key]) -> list[int]:
        """Return the number of documents that have each term; reads a list only if necessary."""
        if len(keys) > BULK and all(segment.live is None for segment in self.segments):
            totals = [0] * len(keys)
            for segment in self.segments:
                totals = [total + (size or 0) for total, size in zip(totals, segment.sizes(keys), strict=True)]
            self.budget.spend(READING)
            return totals
        known = {key: size for key in keys if (size := self._size(key)) is not None}
        if missing := [key for key in dict.fromkeys(keys) if key not in known]:
            of_each = [segment.sizes(missing) for segment in self.segments]
            made = {key: None if None in some else sum(some) for key, *some in zip(missing, *of_each, strict=True)}
            self.budget.spend(READING)
            self.load([key for key, size in made.items() if size is None])
            for key, size in made.items():
                known[key] = sum([one.size for one in self.listed(key)]) if size is None else size
                self.kept.put(("size", key), known[key], SIZE_BYTES)
        return [known[key] for key in keys]

    def _size(self, key: Key) -> int | None:
        """Return the number of documents that have a term, if it is cached."""
        if (size := self.kept.get(("size", key))) is not None:
            return size  # type: ignore[no-any-return]
        found = self.kept.get(key)
        return None if found is None else sum([one.size for one in found])

    def _weighed(self, i: int, keys: Sequence[Key], lists: Lists, weights: Sequence[float]) -> Iterator[Listed]:
        """Add the contributions to scores to lists of a segment."""
        every = self.segments[i].documents.count
        lengths = lists.lengths.tolist()
        if len(lengths) == 1 and lengths[0] * MANY >= every:
            yield _spread(lists.documents, lists.counts, weights[0], every)
            return
        ends = np.cumsum(lists.lengths).tolist()
        norms = np.empty(len(lists.documents))
        begin = 0
        for field, same in groupby(zip(keys, ends, strict=True), key=lambda row: row[0][0]):
            *_, (_, end) = same
            self.norms(i, field).take(lists.documents[begin:end], out=norms[begin:end], mode="clip")
            begin = end
        added = added_by(np.repeat(weights, lists.lengths), lists.counts, norms)
        documents = lists.documents.astype(np.int32)
        for begin, end, weight in zip([0, *ends], ends, weights, strict=False):
            if (end - begin) * MANY < every:
                yield Listed(end - begin, weight, documents[begin:end].copy(), added[begin:end].copy())
            else:
                yield _spread(lists.documents[begin:end], lists.counts[begin:end], weight, every)

    def norms(self, i: int, field: Field) -> Scores:
        """Return the BM25 length normalization of each document."""
        key = "norms", i, field
        if (norms := self.kept.get(key)) is None:
            made = K1 * (1 - B + B * self.segments[i].lengths(field) / self._mean(field))
            norms = self.kept.put(key, made, made.nbytes)
        return norms  # type: ignore[no-any-return]

    def _mean(self, field: Field) -> float:
        """Return the mean length of a field."""
        return max(sum(segment.total(field) for segment in self.segments), 1) / max(self.count, 1)


def added_by(weights: Scores, counts: Ints, norms: Scores) -> NDArray[np.float32]:
    """Return the contributions of a term to scores."""
    added: NDArray[np.float32] = (weights * counts / (counts + norms)).astype(np.float32)
    return added


def _spread(documents: Ints, counts: Ints, weight: float, every: int) -> Listed:
    """Return a list as counts of `every` document."""
    spread = np.zeros(every, dtype=np.min_scalar_type(int(counts.max(initial=0))))
    spread[documents] = counts
    return Listed(len(documents), weight, _NOWHERE.documents, _NOWHERE.added, spread)
