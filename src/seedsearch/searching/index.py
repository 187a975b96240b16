"""The public `Index`: answers queries with hits, readable snippets and places in the untouched files."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from threading import RLock
from types import TracebackType
from typing import TYPE_CHECKING, Self

from seedsearch.engines import Engine
from seedsearch.engines.budget import SECONDS, Budget
from seedsearch.engines.choice import Place, open_engine
from seedsearch.engines.entries import (
    Match,
)
from seedsearch.engines.lru_cache import LRUCache
from seedsearch.engines.query import All, Run
from seedsearch.errors import DocumentMissing, IndexClosed, OutOfTime
from seedsearch.metadata import synonyms, user_dictionary
from seedsearch.metadata.document_records import Record, doc_id_of, from_bytes
from seedsearch.metadata.freshness import of_other_rules, outdated
from seedsearch.metadata.made_from import DEFAULT
from seedsearch.metadata.made_from import load as made_from
from seedsearch.metadata.unfinished import unfinished
from seedsearch.metadata.user_dictionary import own_words
from seedsearch.offsets import Span
from seedsearch.searching.answer import WHOLE, Answer, answer_of
from seedsearch.searching.document import Document, document_of, only
from seedsearch.searching.explain import Put, explained, in_english
from seedsearch.searching.facets import facets_of, filters_of
from seedsearch.searching.filling import (
    Filling,
    Judge,
    Page,
    found_in,
    in_order,
    learned_by,
    paths_by_relevance,
    paths_in_order,
)
from seedsearch.searching.hits import Collapsing, Shown, all_places
from seedsearch.searching.notes import Note
from seedsearch.searching.parsed_query import ParsedQuery, parse
from seedsearch.searching.query_tokens import EVERYTHING
from seedsearch.searching.ranking import JUDGED, LEADING, TELLING
from seedsearch.searching.results import (
    BANDS,
    Group,
    IndexStats,
    Results,
)
from seedsearch.searching.sorting import Order, order_of
from seedsearch.searching.tiers import readings
from seedsearch.text.analyzer import fingerprint

if TYPE_CHECKING:
    from seedsearch.searching.origins import Origin, Origins

# `stats` lists the documents whose encoding was detected with a confidence below this.
SURE = 0.9
FILLINGS = 4  # answers cached with their hits, for their next page
ANSWERS = 16  # answers cached as tiers with counts only
GIVEN, SHORT = 16, 100  # pages of hits cached whole, and the most snippets that a cached page may have
NO_FILTERS: Mapping[str, Sequence[str]] = {}
SUGGESTED = 8  # completions of what was typed
LONGEST_PART = 80  # characters of the part of a query that an error names
TOGETHER = 1000  # records read before another thread gets the lock


class Index:
    """An open index; a context manager.

    Threads may share one: it answers one query at a time. Every query sees the latest commit at the time it begins,
    whichever process made it.
    """

    def __init__(self, engine: Engine, place: Place = DEFAULT) -> None:
        self._engine = engine
        self._place = place
        self._lock = RLock()
        self._is_closed = False
        self._remember()

    def _remember(self) -> None:
        """Load the dictionary, synonyms and notes of the current commit, and empty the caches."""
        engine = self._engine
        self._own = own_words(engine)
        self._synonyms = synonyms.remembered(engine)
        self._origins: Origins | None = None
        words = (kind.changed(engine, self._place) for kind in (user_dictionary, synonyms))
        kept = engine.metadata
        said = of_other_rules(kept, self._place), unfinished(kept, self._place), *words
        self._stale = tuple(Note("stale", sentence) for sentence in said if sentence)
        self._answers, self._given = LRUCache(ANSWERS), LRUCache(GIVEN)
        self._fillings: dict[Hashable, Filling] = {}

    @property
    def generation(self) -> int:
        """The number of the commit that queries see; a rebuilt index starts at 1 again."""
        with self._lock:
            return self._engine.generation

    def refresh(self) -> bool:
        """Move on to the latest commit; return whether it is a new one. Every query begins with this.

        Raises IndexMissing, IndexStale or IndexDamaged if the index can no longer be read, and IndexClosed after
        `close`.
        """
        with self._lock:
            if self._is_closed:
                raise IndexClosed("this index was closed", hint="open it again with open_index")
            is_new = self._engine.refresh()
            if is_new:
                self._remember()
            return is_new

    @contextmanager
    def _question(self, seconds: float | None = None) -> Iterator[Budget]:
        """Hold the lock for one query on the latest commit, with a budget of `seconds`."""
        with self._lock:
            self.refresh()
            budget = self._engine.budget = Budget(seconds)
            try:
                yield budget
            except OutOfTime as error:
                raise OutOfTime(error.seconds, error.part, says=_says(error.part)) from None
            finally:
                self._engine.budget = Budget()

    def search(
        self,
        query: str,
        *,
        limit: int = 10,
        offset: int = 0,
        snippets: int = 1,
        lines: int | None = None,
        strict: bool = False,
        seconds: float | None = SECONDS,
        sort: str = "relevance",
        filters: Mapping[str, Sequence[str]] = NO_FILTERS,
        facets: Sequence[str] = (),
        group_by: str = "",
    ) -> Results:
        """Return the hits of a query, best first.

        Documents with the whole string come first, then those with its words. If nothing is found as typed, words that
        sound the same are searched for, and the answer says so.

        Args:
            query: What was typed. It may be empty if there are filters.
            limit: Number of hits at most.
            offset: Number of hits to skip.
            snippets: Number of snippets per hit at most.
            lines: Make snippets of whole lines, with this many lines of context; by default of whole sentences.
            strict: Answer only from the first tier that has a hit.
            seconds: Time limit; None for none.
            sort: `relevance`, `date` (latest first), `size` (largest first) or `path`; a minus sign in front reverses
                the order. An order in the query takes precedence.
            filters: Values by facet; a document must have one of the values of each.
            facets: Properties whose values are counted over all results: damage, encoding, ext, folder, year.
            group_by: One of these properties; then `limit` and `offset` count groups, each with its three best hits.

        Raises:
            QueryError: The query is empty, exceeds a limit or takes too long, or a name of an order or facet is
                unknown.


        >>> from seedsearch import build_index
        >>> _ = build_index("seeds", "index")
        >>> with open_index("index") as index:
        ...     results = index.search("焊接机器人", limit=3, facets=["encoding"])
        >>> results.matched, results.tiers, results.more
        ('phrase', {'phrase': 1, 'any': 3}, True)
        >>> hit = results.hits[0]
        >>> hit.path, hit.snippets[0].line, hit.snippets[0].column
        ('seeds/letter.txt', 1, 16)
        >>> [(value.value, value.count) for value in results.facets["encoding"]]
        [('utf-8', 3), ('gb18030', 1)]
        """
        with self._question(seconds):
            parsed = self._parsed(query, filters)
            order = parsed.order or order_of(sort)
            shown = Shown(snippets, lines)
            if group_by or facets or lines is not None or limit * snippets > SHORT:
                return self._results(parsed, query, strict, order, offset, limit, shown, facets, group_by)
            key = parsed, query, strict, order, offset, limit, shown, self._engine.generation
            if (found := self._given.get(key)) is None:
                made = self._results(parsed, query, strict, order, offset, limit, shown)
                found = self._given.put(key, made, 1)
            return found  # type: ignore[no-any-return]

    def _results(
        self,
        parsed: ParsedQuery,
        query: str,
        strict: bool,
        order: Order,
        offset: int,
        limit: int,
        shown: Shown,
        facets: Sequence[str] = (),
        group_by: str = "",
    ) -> Results:
        """Return the answer to a query that is not in the cache."""
        answer = self._answer(parsed, strict)
        groups: tuple[Group, ...] = ()
        if group_by:
            from seedsearch.searching.grouping import groups_of

            groups, more = groups_of(self._engine, answer.tiers, group_by, offset, limit, shown)
            page = Page((), more)
        else:
            page = self._page((parsed, strict), answer, order, offset, limit, shown)
        missing, suggestions = self._not_there(parsed, answer)
        return Results(
            query,
            sum(answer.counts.values()),
            answer.matched or "query",
            page.hits,
            (*self._stale, *answer.notes, *missing),
            suggestions,
            asked=answer.asked,
            tiers=answer.counts,
            more=page.more,
            facets=facets_of(self._engine, answer.tiers, facets),
            groups=groups,
        )

    def _page(self, key: Hashable, answer: Answer, order: Order, offset: int, limit: int, shown: Shown) -> Page:
        """Return a page of the hits of an answer; a later page continues from the previous one if that is cached."""
        total = sum(answer.counts.values())
        if not (limit and total):
            return Page((), offset < total)
        if not order.is_relevance:
            hits = in_order(self._engine, answer.tiers, order, offset, limit, shown)
            return Page(hits, offset + len(hits) < total)
        key = key, shown.snippets, shown.lines, self._engine.generation
        filling = self._fillings.pop(key, None) if offset else None
        filling = filling or Filling(self._engine, answer.tiers, answer.counts, shown)
        page = filling.page(offset, limit)
        if page.more:
            self._fillings = {**dict(list(self._fillings.items())[1 - FILLINGS :]), key: filling}
        return page

    def _parsed(self, query: str, filters: Mapping[str, Sequence[str]] = NO_FILTERS) -> ParsedQuery:
        more = filters_of(filters)
        parsed = parse(query if query.strip() or not more else EVERYTHING[0], self._own, self._synonyms)
        return replace(parsed, filters=(*parsed.filters, *more)) if more else parsed

    def _answer(self, parsed: ParsedQuery, strict: bool = False) -> Answer:
        """Return the tiers that answer; those of recent queries are cached for their next pages."""
        key = parsed, strict, self._engine.generation
        if (found := self._answers.get(key)) is None:
            found = answer_of(parsed, self._engine, self._synonyms, strict=strict, own=self._own)
            self._answers.put(key, found, 1)
        return found  # type: ignore[no-any-return]

    def paths(
        self,
        query: str,
        *,
        strict: bool = False,
        seconds: float | None = SECONDS,
        sort: str = "relevance",
        filters: Mapping[str, Sequence[str]] = NO_FILTERS,
    ) -> list[str]:
        """Return the path of every matching document in the order of `search`, including those that share a hit.

        Raises QueryError like `search`. `seconds` limits the search, not the listing of its results.
        """
        with self._question(seconds):
            parsed = self._parsed(query, filters)
            order = parsed.order or order_of(sort)
            tiers = self._answer(parsed, strict).tiers
            by = (
                paths_by_relevance(self._engine, tiers)
                if order.is_relevance
                else paths_in_order(self._engine, tiers, order)
            )
            return list(by) if tiers else []

    def similar(self, readable: str, *, limit: int = 10, name: str = "") -> Results:
        """Return the documents most similar to a text, without the text itself; `name` is its name in the answer.

        For a record (`a.csv#12`), the field names are ignored.
        """
        from seedsearch.searching.more_like_this import like, values_of

        with self._question():
            tier = like(values_of(name, readable), self._engine, self._own)
            if tier is None:
                return Results(name, 0, "similar", ())
            matches = found_in(Judge(self._engine), tier, limit + JUDGED, Shown())
            others = Collapsing(one for one in matches if one.match.readable != readable)
            hits, more = others.first(limit) if limit else ([], False)
            return Results(name, sum(self._engine.count([tier.query])), "similar", tuple(hits), more=more)

    def keywords(self, readable: str, count: int = TELLING, *, name: str = "") -> list[tuple[str, float]]:
        """Return the most characteristic words of a text, weighted against the index, with their weights.

        The heaviest come first. `name` is the name of the text; for a record (`a.csv#12`), field names are ignored.
        """
        from seedsearch.searching.more_like_this import keywords, values_of

        with self._question():
            return keywords(values_of(name, readable), self._engine, self._own, count)

    def stats(self) -> IndexStats:
        """Return the numbers of documents, terms, encodings and kinds of damage in the index."""
        with self._question():
            return self._counts()

    def _counts(self) -> IndexStats:
        encodings: Counter[str] = Counter()
        damage: Counter[str] = Counter()
        files, unsure, neighbours = {}, [], 0
        inferred: Counter[int] = Counter()
        for record in map(from_bytes, self._engine.stored()):
            encodings[record.encoding] += 1
            damage.update(record.damage)
            neighbours += record.told_by == "neighbours"
            inferred.update(record.probabilities)
            if record.damage:
                files[record.path] = record.damage
            if record.confidence < SURE:
                unsure.append((record.path, record.encoding, record.confidence))
        unsure.sort(key=lambda row: (row[2], row[0]))
        counts = dict(sorted(encodings.items())), dict(sorted(damage.items()))
        stale = tuple(filter(None, (*self._stale, self.outdated())))
        return IndexStats(self._engine.info(), *counts, files, tuple(unsure), stale, neighbours, _banded(inferred))

    def outdated(self) -> str | None:
        """Return a sentence if the files have changed since they were indexed, else None."""
        with self._question():
            return outdated(self._engine, self._place)

    @property
    def base(self) -> str:
        """The folder to which the paths of documents are relative, at its present location."""
        with self._lock:
            made = made_from(self._engine)
            return made.found(self._place) if made else os.getcwd()

    def records(self) -> Iterator[Record]:
        """Yield the record of every document, all from the same commit."""
        with self._question():
            stored = self._engine.stored()
            some = list(islice(stored, TOGETHER))
        while some:
            yield from map(from_bytes, some)
            with self._lock:
                some = list(islice(stored, TOGETHER))

    def document(self, path: str) -> Document:
        """Return a document as stored in the index; raises DocumentMissing if the path is not in it."""
        with self._question():
            return document_of(self._one(path))

    def places(self, path: str, query: str, *, seconds: float | None = SECONDS) -> tuple[Span, ...]:
        """Return all matches of a query in the readable text of a document, by the first tier that finds it.

        Empty if the query does not find the document. Raises DocumentMissing, and QueryError like `search`.
        """
        with self._question(seconds) as budget:
            match = self._one(path)
            tiers = self._answer(self._parsed(query)).tiers
            counts = self._engine.count([All((tier.documents, only(match.doc_id))) for tier in tiers]) if tiers else []
            tier = next((tier for tier, count in zip(tiers, counts, strict=True) if count), None)
            return all_places(match, tier.wanted, budget) if tier else ()

    def digests(self) -> Mapping[str, str]:
        """Return the digest of every document by its id; it changes when the file does."""
        with self._question():
            return self._engine.digests()

    def suggest(self, typed: str, limit: int = SUGGESTED) -> tuple[tuple[str, int], ...]:
        """Return up to `limit` completions of what was typed, with the number of documents of each, most first."""
        from seedsearch.searching.completion import completions

        with self._question(SECONDS):
            return completions(typed, self._engine, limit)

    def origin(self, path: str) -> Origin | None:
        """Return the file that a document was read from, with the data to tell whether it is unchanged.

        None if the index has no such data.
        """
        from seedsearch.searching.origins import Origins

        with self._question():
            if self._origins is None:
                self._origins = Origins(self._engine)
            return self._origins.of(doc_id_of(path))

    def _one(self, path: str) -> Match:
        found = self._engine.search(only(doc_id_of(path)), 1).best
        if not found:
            raise DocumentMissing(f"{path} is not in the index", hint="it may have been removed since")
        return found[0]

    def close(self) -> None:
        """Release all resources; later calls raise IndexClosed."""
        with self._lock:
            self._is_closed = True
            self._engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def readings(self, query: str, put: Put = in_english) -> list[str]:
        """Return how a query is parsed, one line per tier in order; `put` translates the sentences."""
        with self._question():
            lines = readings(query, self._own, self._synonyms, put)
            more = learned_by(self._engine, self._answer(self._parsed(query)).tiers)
            words = ", ".join(f"“{term.text}”" for term, _ in more)
            behind = "behind the first {count}: better with {words}"
            return [*lines, put(behind, count=LEADING, words=words)] if words else lines

    def _not_there(self, parsed: ParsedQuery, answer: Answer) -> tuple[tuple[Note, ...], tuple[str, ...]]:
        """Return a sentence that names the words that no document contains, and similar words; for answers without all
        words.
        """
        words = parsed.words if parsed.expression is None else parsed.expression.texts
        suggested: tuple[str, ...] = ()
        if answer.near:
            from seedsearch.searching.near_words import as_typed

            suggested = tuple(as_typed(near.text, parsed.raw) for near in answer.near)
        if answer.matched in (*WHOLE, "query", "pinyin", "sound"):
            return (), suggested
        there = self._engine.exists([Run(word) for word in words])
        missing = [w for w, is_there in zip(words, there, strict=True) if not is_there and not answer.variants.of(w)]
        says = f"not in any document: {', '.join(missing)}"
        notes = (Note("not-there", says, missing),) if 0 < len(missing) < len(words) else ()
        if answer.near or not missing or (answer.matched and parsed.is_long):
            return notes, suggested
        from seedsearch.searching.phonetic import similar_words

        return notes, tuple(similar_words(missing, self._engine))


def _says(part: object) -> str:
    """Describe a part of a query in one line."""
    words = part if isinstance(part, str) else explained(part)  # type: ignore[arg-type]
    return words if len(words) <= LONGEST_PART else words[: LONGEST_PART - 1] + "…"


def open_index(index_dir: Place, *, cache_bytes: int | None = None) -> Index:
    """Open an index.

    Args:
        index_dir: A folder or a URL, such as `memory:NAME`.
        cache_bytes: Limit for the cache of intermediate results; by default 96 MiB.

    Raises:
        IndexMissing: There is no index.
        IndexStale: It was made with another analyzer or another version of its format.
        IndexDamaged: It cannot be read.
        EngineUnknown: The URL has an unknown scheme.


    >>> from seedsearch import build_index
    >>> _ = build_index("seeds", "index")
    >>> with open_index("index") as index:
    ...     index.stats().engine.documents
    5
    """
    return Index(open_engine(index_dir, fingerprint(), cache_bytes=cache_bytes), index_dir)


def _banded(hundredths: Mapping[int, int]) -> tuple[tuple[float, float, int], ...]:
    """Count probabilities, given in hundredths, by the bands of `BANDS`: (from, below, number)."""
    counts: Counter[int] = Counter()
    for probability, count in hundredths.items():
        counts[min(bisect_right(BANDS, probability / 100), len(BANDS) - 1)] += count
    return tuple((BANDS[band - 1], BANDS[band], count) for band, count in sorted(counts.items()))
