"""The tiers of an answer → its hits, page after page.

Ranked hits are found as pages are requested: the next page of a query continues where the previous one ended, so it
costs no more than the first. With any other sort order, each page is queried separately. For queries of several words,
the documents after the first ones are also ranked by terms of the best one (feedback.py), still tier by tier.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from seedsearch.engines import Distant, Engine
from seedsearch.engines.entries import Match
from seedsearch.engines.query import Query, any_of
from seedsearch.metadata.document_records import from_bytes
from seedsearch.searching.feedback import learned
from seedsearch.searching.hits import NOWHERE, Collapsing, Found, Places, Shown, found, hit
from seedsearch.searching.ranking import JUDGED, LEADING, NEARNESS, SPARE, TITLED, Passages, Weighted
from seedsearch.searching.results import Hit
from seedsearch.searching.sorting import Order
from seedsearch.searching.tiers import Tier

MOST_AT_ONCE = 100  # matches fetched per request after the first; their texts are in memory meanwhile
SHOWING = "the places to show"  # a part of every question

Led: TypeAlias = tuple[Tier, Match, Places]  # a document ranked before feedback applies, with its tier

TAGS = {"date": "date:", "path": "path:", "size": "size:"}  # the tag prefix by which each order sorts


class Page(NamedTuple):
    """Some of the hits of an answer, and whether more follow."""

    hits: tuple[Hit, ...]
    more: bool


class Filling:
    """The hits of an answer, filled tier by tier as far as they have been requested."""

    def __init__(self, engine: Engine, tiers: Sequence[Tier], counts: Mapping[str, int], shown: Shown) -> None:
        """`counts` has the number of documents of each tier, by name."""
        self._engine, self._tiers, self._counts, self._shown = engine, tiers, counts, shown
        self._wanted = 0
        self._hits = Collapsing(self._matches())

    def page(self, offset: int, limit: int) -> Page:
        """Return the hits from `offset` on; after an error (OutOfTime), the object cannot be used any more."""
        self._wanted = offset + limit
        hits, more = self._hits.first(self._wanted)
        return Page(tuple(hits[offset:]), more)

    def _matches(self) -> Iterator[Found]:
        judge = Judge(self._engine)
        self._ahead([tier for tier in self._tiers if tier.learns], LEADING, JUDGED)
        leading = judge.leading(self._tiers)
        for tier, match, places in leading:
            yield _shown(self._engine, tier, match, places, self._shown)
        before = {match.doc_id for _, match, _ in leading}
        taught, asked = judge.taught(self._tiers, leading), max(self._wanted + SPARE, JUDGED)
        self._ahead(taught, self._wanted + SPARE, asked)
        for tier in taught:
            yield from found_in(judge, tier, max(self._wanted + SPARE, JUDGED), self._shown, before)

    def _ahead(self, tiers: Sequence[Tier], wanted: int, asked: int) -> None:
        """Fetch the best matches of as many tiers as are needed for so many documents, in one request if requests are
        slow.
        """
        some: list[tuple[Query, int]] = []
        for tier in tiers if isinstance(self._engine, Distant) else ():
            if wanted <= 0:
                break
            some.append((tier.query, asked))
            wanted -= sum(self._counts.get(grade.name, 0) for grade in tier.named)
        if len(some) > 1 and isinstance(self._engine, Distant):
            self._engine.ahead(some)


def found_in(
    judge: Judge, tier: Tier, asked: int, shown: Shown, before: Collection[str] = frozenset()
) -> Iterator[Found]:
    """Yield the matches of a tier, best first, without those in `before`; fetch `asked` at first, and more as they are
    consumed.
    """
    for match, places in _matches_of(judge, tier, asked):
        if match.doc_id not in before:
            yield _shown(judge.engine, tier, match, places, shown)


def _matches_of(judge: Judge, tier: Tier, asked: int) -> Iterator[tuple[Match, Places]]:
    seen = 0
    while True:
        matches = list(judge.engine.search(tier.query, asked, seen).best)
        judge.engine.budget.spend(SHOWING)
        first = JUDGED if not seen else 0
        yield from judge.judged(tier, matches[:first])
        yield from ((match, NOWHERE) for match in matches[first:])
        if len(matches) < asked:
            return
        seen, asked = seen + len(matches), min(asked, MOST_AT_ONCE)


def _shown(engine: Engine, tier: Tier, match: Match, places: Places, shown: Shown) -> Found:
    engine.budget.spend(SHOWING)
    return found(match, tier.wanted, shown, engine.budget, places, tier.name_of(match.run))


class Judge:
    """Orders the first matches of tiers by score, best passage and title; reads each document once."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._passages: dict[Weighted, Passages] = {}
        self._known: dict[str, tuple[float, Places]] = {}  # a document belongs to one tier only

    def judged(self, tier: Tier, matches: Sequence[Match]) -> list[tuple[Match, Places]]:
        """Return the matches ordered by score plus the score of their best passage or title.

        Each comes with the places of texts found on the way.
        """
        made = []
        for match in matches:
            if (known := self._known.get(match.doc_id)) is None:
                known = self._known[match.doc_id] = self._worth(tier, match)
                self.engine.budget.spend(SHOWING)
            worth, places = known
            made.append((Match(match.doc_id, match.score + worth, match.readable, match.run, match.stored), places))
        return sorted(made, key=lambda one: (-one[0].score, one[0].doc_id))

    def _worth(self, tier: Tier, match: Match) -> tuple[float, Places]:
        """Return what a document gains from its title or its best passage, whichever is better."""
        if (passages := self._passages.get(tier.scored)) is None:
            documents, having = self.engine.document_frequencies([term for term, _ in tier.scored])
            passages = self._passages[tier.scored] = Passages(tier.scored, having, documents)
        places = passages.places(match.run) if tier.judged else NOWHERE
        title = passages.title(match.run, match.readable)
        return max(TITLED * title, NEARNESS * passages.best(places) if tier.judged else 0.0), places

    def leading(self, tiers: Sequence[Tier]) -> list[Led]:
        """Return the first `LEADING` documents of the tiers that use feedback, each with its tier."""
        found: list[Led] = []
        for tier in tiers:
            if not tier.learns or len(found) >= LEADING:
                break
            some = self.judged(tier, self.engine.search(tier.query, JUDGED).best)
            found += [(tier, match, places) for match, places in some[: LEADING - len(found)]]
        return found

    def taught(self, tiers: Sequence[Tier], leading: Sequence[Led]) -> list[Tier]:
        """Return the tiers of the documents after the `leading` ones, also ranked by terms of the best of these."""
        if not leading:
            return list(tiers)
        if len(leading) < LEADING:
            return []  # there are no others
        tier, best, _ = leading[0]
        more = learned(self.engine, tier.scored, best.run)
        return [tier._replace(learned=more) for tier in tiers]


def paths_by_relevance(engine: Engine, tiers: Sequence[Tier]) -> Iterator[str]:
    """Yield the path of every document of all tiers, in the order of hits; only the texts of the first ones are
    read.
    """
    judge = Judge(engine)
    leading = judge.leading(tiers)
    seen = {match.doc_id for _, match, _ in leading}
    yield from (from_bytes(match.stored).path for _, match, _ in leading)
    for tier in judge.taught(tiers, leading):
        first = [one for one, _ in judge.judged(tier, engine.search(tier.query, JUDGED).best) if one.doc_id not in seen]
        yield from (from_bytes(match.stored).path for match in first)
        seen.update(match.doc_id for match in first)
        for doc_id, stored in engine.every_match(tier.query):
            if doc_id not in seen:
                yield from_bytes(stored).path


def learned_by(engine: Engine, tiers: Sequence[Tier]) -> Weighted:
    """Return the additional terms by which the documents after the first ones are ranked."""
    judge = Judge(engine)
    return next((tier.learned for tier in judge.taught(tiers, judge.leading(tiers))), ())


def in_order(
    engine: Engine, tiers: Sequence[Tier], order: Order, offset: int, limit: int, shown: Shown
) -> tuple[Hit, ...]:
    """Return a page of the documents of all tiers in a sort order other than relevance; nothing is collapsed."""
    asked = engine.in_order(every(tiers), TAGS[order.by], descending=order.descending, offset=offset, limit=limit)
    hits = []
    for match in asked.best:
        tier = next((tier for tier in tiers if tier.takes(match.run)), tiers[-1])
        hits.append(hit(found(match, tier.wanted, shown, engine.budget, NOWHERE, tier.name_of(match.run))))
        engine.budget.spend(SHOWING)
    return tuple(hits)


def paths_in_order(engine: Engine, tiers: Sequence[Tier], order: Order) -> Iterator[str]:
    """Yield the path of every document of all tiers, in such a sort order."""
    for _, stored in engine.every_match(every(tiers), TAGS[order.by], descending=order.descending):
        yield from_bytes(stored).path


def every(tiers: Sequence[Tier]) -> Query:
    """Return a query for the documents of all tiers."""
    return any_of(tier.documents for tier in tiers)
