"""Selects the best matching documents by BM25.

Rare terms are summed for all documents at once; frequent terms only for documents that can still be among the best.

The contribution of a term is rounded to 32 bits and, weighted, to a whole number of units (2 ** -36). Sums of these are
exact (below 2 ** 17), so equal documents have equal scores in any order and segment.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from seedsearch.engines.embedded.matched import Documents, Matched, as_documents
from seedsearch.engines.embedded.segment import Key, Segment
from seedsearch.engines.embedded.term_lists import Listed, TermLists, added_by
from seedsearch.engines.query import Field, Query, Ranked, Term
from seedsearch.text.array_types import Ints, Scores

UNIT = 2.0**-36
AT_ONCE = 512  # documents below which it does not pay to discard any before adding the remaining terms


Weighted: TypeAlias = tuple[tuple[Term, float], ...]
Row: TypeAlias = tuple[Listed, Field, float]  # the list of a term in a segment, its field, and its weight in the query


class _Summed(NamedTuple):
    """The sum of the listed terms for each document of a segment, in units, and the terms with counts."""

    scored: Weighted
    few: Scores
    many: tuple[Row, ...]


class Scoring:
    """Scores documents of the segments of these lists."""

    def __init__(self, lists: TermLists) -> None:
        self._lists = lists
        self._segments = lists.segments
        self._last: dict[int, _Summed] = {}  # by segment; all tiers of an answer are scored by the same terms

    def scored(self, i: int, matched: Matched, query: Query, limit: int) -> tuple[Documents, Scores]:
        """Return the matching documents, without those that cannot be among the `limit` best, and their scores."""
        documents = as_documents(matched)
        if not isinstance(query, Ranked):
            return documents, np.zeros(len(documents))
        summed = self._summed(i, query.scored)
        scores = summed.few[documents]
        many = sorted(summed.many, key=lambda row: row[0].weight * row[2])
        while many:
            if len(documents) > limit:
                left = sum(one.weight * weight / UNIT + 1 for one, _, weight in many)
                kept = (scores >= _border(scores, limit) - left).nonzero()[0]
                documents, scores = documents[kept], scores[kept]
            at = -1 if len(documents) > AT_ONCE else 0
            scores += self._of_many(i, many[at:], documents)
            del many[at:]
        return documents, scores * UNIT

    def _summed(self, i: int, scored: Weighted) -> _Summed:
        """Return the sum of terms; continues from the last sum if these terms extend it."""
        last = self._last.get(i)
        if last is None or scored[: len(last.scored)] != last.scored:
            last = _Summed((), np.zeros(self._segments[i].documents.count), ())
        if rest := scored[len(last.scored) :]:
            listed = [(self._lists.listed((term.field, term.text))[i], term.field, weight) for term, weight in rest]
            many = (*last.many, *(row for row in listed if row[0].counts is not None))
            few = self._of_few(i, listed)
            last = _Summed(scored, few + last.few if last.scored else few, many)
            self._last[i] = last
        return last

    def _of_few(self, i: int, listed: Sequence[Row]) -> Scores:
        """Return the sum of the listed terms for each document of a segment, in units."""
        few = [(one, weight / UNIT) for one, _, weight in listed if one.size and one.counts is None]
        if not few:
            return np.zeros(self._segments[i].documents.count)
        units = np.repeat([weight for _, weight in few], [one.size for one, _ in few])
        units *= np.concatenate([one.added for one, _ in few])
        documents = np.concatenate([one.documents for one, _ in few])
        sums = np.bincount(documents, np.rint(units, out=units), minlength=self._segments[i].documents.count)
        return sums.astype(np.float64, copy=False)

    def _of_many(self, i: int, listed: Sequence[Row], documents: Documents) -> Scores:
        """Return the sum of the terms with counts for some documents, in units."""
        counts = np.concatenate([one.counts[documents] for one, _, _ in listed if one.counts is not None])
        norms = {field: self._lists.norms(i, field)[documents] for field in {field for _, field, _ in listed}}
        weights, shares = np.array([(one.weight, weight / UNIT) for one, _, weight in listed]).T[:, :, None]
        of_each = np.concatenate([norms[field] for _, field, _ in listed]).reshape(len(listed), -1)
        added = added_by(weights, counts.reshape(of_each.shape), of_each)
        units: Scores = np.rint(added * shares).sum(axis=0)
        return units


def keys_of_scores(queries: Sequence[Query]) -> list[Key]:
    """Return the terms that score documents."""
    scored = {id(query.scored): query.scored for query in queries if isinstance(query, Ranked)}
    return [(term.field, term.text) for terms in scored.values() for term, _ in terms]


def _border(scores: Scores, limit: int) -> float:
    """Return a value that at least `limit` of the scores reach: the minimum of the maxima of `limit` blocks."""
    size = len(scores) // (8 * limit)
    if size > 1:
        scores = scores[: len(scores) // size * size].reshape(-1, size).max(axis=1)
    return float(np.partition(scores, -limit)[-limit])


def best_of(scores: Scores, documents: Documents, segment: Segment, limit: int) -> Ints:
    """Return the indexes of the `limit` highest scores, ties resolved by id, in no particular order."""
    if len(scores) <= limit:
        return np.arange(len(scores))
    places = (scores >= _border(scores, limit)).nonzero()[0]
    some = scores[places]
    border = np.partition(some, -limit)[-limit]
    above, equal = places[some > border], places[some == border]
    left = limit - len(above)
    if left < len(equal):
        equal = equal[np.argpartition(segment.ranks[documents[equal]], left - 1)[:left]]
    return np.concatenate([above, equal])
