"""Answers query trees with documents and scores, by array operations on the segments of one commit.

query ─ term_lists (read together, kept) ─ matching (documents of each segment) ─ scoring (the best) ─ matches
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from heapq import nsmallest
from typing import TYPE_CHECKING

from seedsearch.engines.budget import Budget
from seedsearch.engines.embedded.matched import Matched, as_documents, as_mask, size_of
from seedsearch.engines.embedded.matching import Matching, key_of, keys_of
from seedsearch.engines.embedded.scoring import Scoring, best_of, keys_of_scores
from seedsearch.engines.embedded.segment import Segment
from seedsearch.engines.embedded.term_lists import KEPT_BYTES, TermLists
from seedsearch.engines.entries import Match, Matches
from seedsearch.engines.query import OnText, Query, Ranked, Term

if TYPE_CHECKING:
    from seedsearch.engines.embedded.tagged import Tagged


class Answering:
    """Answers queries from the segments of one commit."""

    def __init__(self, segments: Sequence[Segment], room: int = KEPT_BYTES) -> None:
        """`room` is the cache size for lists and masks in bytes."""
        self._segments = segments
        self._lists = TermLists(segments, room)
        self._matching, self._scoring = Matching(self._lists), Scoring(self._lists)
        self._read_ahead: object = None  # the terms of the last scored query, which are loaded
        self.count = self._lists.count

    @property
    def budget(self) -> Budget:
        """The budget of the current query."""
        return self._lists.budget

    @budget.setter
    def budget(self, budget: Budget) -> None:
        self._lists.budget = budget

    def totals(self, queries: Sequence[Query]) -> list[int]:
        """Return how many documents match each query."""
        # The dictionary of pairs usually tells that a run occurs nowhere, and the next query will need more of it.
        runs = [
            q for q in queries if isinstance(q, Ranked) and isinstance(q.required, OnText) and not key_of(q.required)
        ]
        self._read([q for q in queries if q not in runs] if runs else queries)
        for query in runs:
            missing = self._lists.kept.missing([*keys_of_scores([query]), *keys_of(query)])
            for segment in self._segments:
                segment.look_up(missing)
        return [sum(size_of(self._matching.matched(i, query)) for i in range(len(self._segments))) for query in queries]

    def any_match(self, queries: Sequence[Query]) -> list[bool]:
        """Tell whether any document matches each query."""
        self._read(queries)
        return [any(self._matching.any_matches(i, query) for i in range(len(self._segments))) for query in queries]

    def search(self, query: Query, limit: int, offset: int = 0) -> Matches:
        """Return the `limit` best matches from `offset` on, and their total number."""
        matched = self._all_matched(query)
        total = sum(map(size_of, matched))
        if not limit or offset >= total:
            return Matches(total, ())
        return Matches(total, self._matches(self._best(query, matched, offset + limit)[offset:]))

    def every_match(self, query: Query, prefix: str, descending: bool) -> Iterator[tuple[str, bytes]]:
        """Yield the doc_id and what was stored of every match; no text is read.

        In the order of `search`, or, with the `prefix` of tags, in that of `in_order`.
        """
        matched = self._all_matched(query)
        total = sum(map(size_of, matched))
        best = (
            self._placed(query, matched, prefix, descending, 0, total) if prefix else self._best(query, matched, total)
        )
        for _, doc_id, i, document in best:
            yield doc_id, self._segments[i].documents.stored(document)

    def tally(self, query: Query, prefix: str) -> list[tuple[str, int]]:
        """Return the tags that begin with `prefix` and that a match has, sorted, each with how many matches have it."""
        from seedsearch.engines.embedded.tagged import tally  # deferred: only for facets and other sort orders

        found: Counter[str] = Counter()
        of_each = zip(self._segments, self._tagged(prefix), self._all_matched(query), strict=True)
        for segment, tags, matched in of_each:
            found.update(dict(tally(tags, as_mask(matched, segment.documents.count))))
            self._lists.budget.spend(query)
        return sorted(found.items())

    def in_order(self, query: Query, prefix: str, descending: bool, offset: int, limit: int) -> Matches:
        """Return some of the matches in the order of a tag that begins with `prefix`, and how many there are."""
        matched = self._all_matched(query)
        return Matches(
            sum(map(size_of, matched)), self._matches(self._placed(query, matched, prefix, descending, offset, limit))
        )

    def _placed(
        self, query: Query, matched: Sequence[Matched], prefix: str, descending: bool, offset: int, limit: int
    ) -> list[tuple[float, str, int, int]]:
        """Return some of the matches in the order of a tag, in the form of `_best`."""
        from seedsearch.engines.embedded.tagged import page, ranks

        key = "order", prefix, descending
        if (keys := self._lists.kept.get(key)) is None:
            made = ranks(self._segments, self._tagged(prefix), last=descending)
            keys = self._lists.kept.put(key, made, sum(some.nbytes for some in made))
        documents = list(map(as_documents, matched))
        some = page(self._segments, documents, keys, descending=descending, offset=offset, limit=limit)
        self._lists.budget.spend(query)
        return [(-0.0, self._segments[i].id_of(number), i, number) for i, number in some]

    def _tagged(self, prefix: str) -> list[Tagged]:
        """Return the tags with `prefix` of each segment."""
        if (found := self._lists.kept.get(("tags", prefix, None))) is None:
            from seedsearch.engines.embedded.tagged import tagged

            made = [tagged(segment, prefix) for segment in self._segments]
            found = self._lists.kept.put(("tags", prefix, None), made, sum(tags.nbytes for tags in made))
        return found  # type: ignore[no-any-return]

    def _all_matched(self, query: Query) -> list[Matched]:
        """Return the matches of each segment, after reading the lists of all terms."""
        if not isinstance(query, Ranked) or query.scored is not self._read_ahead:
            self._read([query])
        return [self._matching.matched(i, query) for i in range(len(self._segments))]

    def _best(self, query: Query, matched: Sequence[Matched], limit: int) -> list[tuple[float, str, int, int]]:
        """Return the best matches as (negative score, doc_id, segment, document number)."""
        best: list[tuple[float, str, int, int]] = []
        for i, some in enumerate(matched):
            segment = self._segments[i]
            documents, scores = self._scoring.scored(i, some, query, limit)
            chosen = best_of(scores, documents, segment, limit)
            rows = zip(scores[chosen].tolist(), documents[chosen].tolist(), strict=True)
            best += [(-score, segment.id_of(document), i, document) for score, document in rows]
        return nsmallest(limit, best)

    def having(self, terms: Sequence[Term]) -> list[int]:
        """Return the number of documents that have each term."""
        return self._lists.sizes([(term.field, term.text) for term in terms])

    def _matches(self, best: Sequence[tuple[float, str, int, int]]) -> tuple[Match, ...]:
        texts: dict[tuple[int, int], tuple[str, str]] = {}
        for i, segment in enumerate(self._segments):
            numbers = [document for _, _, of, document in best if of == i]
            texts.update(zip(((i, n) for n in numbers), segment.documents.texts(numbers), strict=True))
        return tuple(
            Match(doc_id, -score, *texts[i, n], self._segments[i].documents.stored(n)) for score, doc_id, i, n in best
        )

    def _read(self, queries: Sequence[Query]) -> None:
        """Read everything that the query needs at once."""
        for query in queries:
            if isinstance(query, Ranked):
                self._read_ahead = query.scored
        self._lists.load([*keys_of_scores(queries), *(key for query in queries for key in keys_of(query))])
