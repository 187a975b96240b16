"""The tiers of an answer → its hits, page after page.

Ranked hits are found as pages are asked for: the next page of a query begins where the last one ended, so that it costs
what the first did. In another order each page is asked for alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from seedsearch.engines import Engine
from seedsearch.engines.entries import Match
from seedsearch.engines.query import Query, any_of
from seedsearch.metadata.document_records import from_bytes
from seedsearch.searching.hits import NOWHERE, Collapsing, Found, Places, Shown, found, hit
from seedsearch.searching.ranking import JUDGED, NEARNESS, SPARE, TITLED, Passages
from seedsearch.searching.results import Hit
from seedsearch.searching.sorting import Order
from seedsearch.searching.tiers import Tier

MOST_AT_ONCE = 100  # matches asked for at once behind the first: their texts are in memory meanwhile
SHOWING = "the places to show"  # a part of every question

TAGS = {"date": "date:", "path": "path:", "size": "size:"}  # what each order sorts by


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the hits of an answer, and whether there are more behind them."""

    hits: tuple[Hit, ...]
    more: bool


class Filling:
    """The hits of an answer, filled from one tier after the other as far as they have been asked for."""

    def __init__(self, engine: Engine, tiers: Sequence[Tier], shown: Shown) -> None:
        self._engine, self._tiers, self._shown = engine, tiers, shown
        self._wanted = 0
        self._hits = Collapsing(self._matches())

    def page(self, offset: int, limit: int) -> Page:
        """Return the hits from `offset` on; after an error (OutOfTime) there is nothing more to be had of it."""
        self._wanted = offset + limit
        hits, more = self._hits.first(self._wanted)
        return Page(tuple(hits[offset:]), more)

    def _matches(self) -> Iterator[Found]:
        return (one for tier in self._tiers for one in self._found(tier))

    def _found(self, tier: Tier) -> Iterator[Found]:
        asked = max(self._wanted + SPARE, JUDGED)
        return found_in(self._engine, tier, asked, self._shown)


def found_in(engine: Engine, tier: Tier, asked: int, shown: Shown) -> Iterator[Found]:
    """Yield the matches of a tier, best first, `asked` at first; more are asked for as they are taken."""
    seen = 0
    while True:
        matches = list(engine.search(tier.query, asked, seen).best)
        engine.budget.spend(SHOWING)
        first = JUDGED if not seen else 0
        for match, places in judged(engine, tier, matches[:first]) + [(match, NOWHERE) for match in matches[first:]]:
            yield found(match, tier.wanted, shown, engine.budget, places, tier.name_of(match.run))
            engine.budget.spend(SHOWING)
        if len(matches) < asked:
            return
        seen, asked = seen + len(matches), min(asked, MOST_AT_ONCE)


def judged(engine: Engine, tier: Tier, matches: Sequence[Match]) -> list[tuple[Match, Places]]:
    """Return the matches in the order of their scores with those of their best passages and titles added.

    Each with the places of texts that were found on the way.
    """
    if not matches:
        return []
    documents, having = engine.document_frequencies([term for term, _ in tier.scored])
    passages = Passages(tier.scored, having, documents)
    made = []
    for match in matches:
        places = passages.places(match.run) if tier.judged else NOWHERE
        title = passages.title(match.run, match.readable)
        score = match.score + max(TITLED * title, NEARNESS * passages.best(places) if tier.judged else 0.0)
        engine.budget.spend(SHOWING)
        made.append((Match(match.doc_id, score, match.readable, match.run, match.stored), places))
    return sorted(made, key=lambda one: (-one[0].score, one[0].doc_id))


def in_order(
    engine: Engine, tiers: Sequence[Tier], order: Order, offset: int, limit: int, shown: Shown
) -> tuple[Hit, ...]:
    """Return a page of the documents of all tiers in an order that is not that of relevance; none stands for others."""
    asked = engine.in_order(every(tiers), TAGS[order.by], descending=order.descending, offset=offset, limit=limit)
    hits = []
    for match in asked.best:
        tier = next((tier for tier in tiers if tier.takes(match.run)), tiers[-1])
        hits.append(hit(found(match, tier.wanted, shown, engine.budget, NOWHERE, tier.name_of(match.run))))
        engine.budget.spend(SHOWING)
    return tuple(hits)


def paths_in_order(engine: Engine, tiers: Sequence[Tier], order: Order) -> Iterator[str]:
    """Yield the path of every document of all tiers, in such an order."""
    for _, stored in engine.every_match(every(tiers), TAGS[order.by], descending=order.descending):
        yield from_bytes(stored).path


def every(tiers: Sequence[Tier]) -> Query:
    """Return the documents of all tiers."""
    return any_of(tier.documents for tier in tiers)
