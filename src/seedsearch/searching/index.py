"""A query as typed → hits with readable snippets and places in the untouched files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from threading import RLock
from types import TracebackType
from typing import Self

from seedsearch.engines import Engine
from seedsearch.engines.budget import SECONDS, Budget
from seedsearch.engines.choice import Place, open_engine
from seedsearch.engines.entries import (
    Match,
)
from seedsearch.engines.query import All, Run
from seedsearch.errors import DocumentMissing, IndexClosed, OutOfTime
from seedsearch.metadata import synonyms, user_dictionary
from seedsearch.metadata.document_records import Record, doc_id_of, from_bytes
from seedsearch.metadata.freshness import of_other_rules, outdated
from seedsearch.metadata.user_dictionary import own_words
from seedsearch.offsets import Span
from seedsearch.searching.answer import WHOLE, Answer, answer_of
from seedsearch.searching.document import Document, document_of, only
from seedsearch.searching.explain import explained
from seedsearch.searching.hits import NOWHERE, Found, Places, Shown, all_places, collapsed, found, hit
from seedsearch.searching.more_like_this import keywords, like
from seedsearch.searching.parsed_query import ParsedQuery, parse
from seedsearch.searching.ranking import JUDGED, NEARNESS, SPARE, TELLING, TITLED, Passages
from seedsearch.searching.results import (
    Hit,
    IndexStats,
    Results,
)
from seedsearch.searching.tiers import Tier, readings
from seedsearch.text.analyzer import fingerprint

# Encodings that are less sure than this are worth a look.
SURE = 0.9
SHOWING = "the places to show"  # a part of every question
LONGEST_PART = 80  # characters of the part of a query that an error names
TOGETHER = 1000  # records that are read before another thread may ask


class Index:
    """An index that is open for questions; a context manager.

    Several threads may share one: it answers one question at a time. A question sees what was committed last when it
    began, by this process or another.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = RLock()
        self._is_closed = False
        self._remember()

    def _remember(self) -> None:
        """What the commit that is seen says of words."""
        engine = self._engine
        self._own = own_words(engine)
        self._synonyms = synonyms.remembered(engine)
        said = of_other_rules(engine.metadata), user_dictionary.changed(engine), synonyms.changed(engine)
        self._stale = tuple(filter(None, said))

    @property
    def generation(self) -> int:
        """The number of the commit that is seen; an index that was made anew begins with 1 again."""
        with self._lock:
            return self._engine.generation

    def refresh(self) -> bool:
        """See what was committed last; whether that is something new. Every question begins with this.

        Raises IndexMissing, IndexStale or IndexDamaged where there is nothing to see any more, and IndexClosed.
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
        """One question at a time, on what was committed last, in `seconds` at most."""
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
    ) -> Results:
        """The hits from `offset` on, `limit` at most, each with up to `snippets` snippets.

        Documents with the whole run come first, then those with its words; `strict` takes the strictest of these that
        finds any. A snippet is a stretch of sentences, or with `lines` whole lines with so many more around them.
        Where nothing is found as typed, what sounds the same is looked for, and the answer says so. Raises QueryError
        for a query with nothing to look for or past a limit, and for one that takes longer than `seconds` (None: any
        number).

        >>> from seedsearch import build_index
        >>> _ = build_index("seeds", "index")
        >>> with open_index("index") as index:
        ...     results = index.search("焊接机器人", limit=3)
        >>> results.matched, results.tiers
        ('phrase', {'phrase': 1, 'any': 3})
        >>> hit = results.hits[0]
        >>> hit.path, hit.snippets[0].line, hit.snippets[0].column
        ('seeds/letter.txt', 1, 16)
        """
        with self._question(seconds) as budget:
            return self._searched(query, limit, offset, Shown(snippets, lines, budget), strict)

    def _searched(self, query: str, limit: int, offset: int, shown: Shown, strict: bool) -> Results:
        parsed = self._parsed(query)
        answer = self._answer(parsed, strict)
        hits = self._hits(answer.tiers, limit, offset, shown) if limit else ()
        missing, suggestions = self._not_there(parsed, answer)
        notes = (*self._stale, *answer.notes, *missing)
        return Results(
            query,
            sum(answer.counts.values()),
            answer.matched or "query",
            hits,
            notes,
            suggestions,
            asked=answer.asked,
            tiers=answer.counts,
        )

    def _parsed(self, query: str) -> ParsedQuery:
        return parse(query, self._own, self._synonyms)

    def _answer(self, parsed: ParsedQuery, strict: bool = False) -> Answer:
        return answer_of(parsed, self._engine, self._synonyms, strict=strict)

    def paths(self, query: str, *, strict: bool = False, seconds: float | None = SECONDS) -> list[str]:
        """The path of every document that `search` counts, best first, those that share a hit too.

        Raises QueryError as `search` does; naming what was found may take longer than `seconds`.
        """
        with self._question(seconds):
            answer = self._answer(self._parsed(query), strict)
            return [path for tier in answer.tiers for path in self._paths(tier)]

    def _paths(self, tier: Tier) -> Iterator[str]:
        """Those of a tier; the first are in the order of `search`, which has looked at their texts."""
        first = [match for match, _ in self._judged(tier, list(self._engine.search(tier.query, JUDGED).best))]
        yield from (from_bytes(match.stored).path for match in first)
        seen = {match.doc_id for match in first}
        for doc_id, stored in self._engine.every_match(tier.query):
            if doc_id not in seen:
                yield from_bytes(stored).path

    def similar(self, readable: str, *, limit: int = 10, name: str = "") -> Results:
        """The documents most like a text, the text itself left out; `name` is what the answer calls it."""
        with self._question():
            tier = like(readable, self._engine, self._own)
            if tier is None:
                return Results(name, 0, "similar", ())
            matches = (one for one in self._found(tier, limit + JUDGED, Shown()) if one.match.readable != readable)
            hits = tuple(hit(group) for group in collapsed(matches, limit)) if limit else ()
            return Results(name, sum(self._engine.count([tier.query])), "similar", hits)

    def keywords(self, readable: str, count: int = TELLING) -> list[tuple[str, float]]:
        """The words that tell most of a text beside the documents of the index, with their weights, heaviest first."""
        with self._question():
            return keywords(readable, self._engine, self._own, count)

    def stats(self) -> IndexStats:
        """What the index holds, and the damage there was."""
        with self._question():
            return self._counts()

    def _counts(self) -> IndexStats:
        encodings: Counter[str] = Counter()
        damage: Counter[str] = Counter()
        files, unsure, neighbours = {}, [], 0
        for record in map(from_bytes, self._engine.stored()):
            encodings[record.encoding] += 1
            damage.update(record.damage)
            neighbours += record.told_by == "neighbours"
            if record.damage:
                files[record.path] = record.damage
            if record.confidence < SURE:
                unsure.append((record.path, record.encoding, record.confidence))
        unsure.sort(key=lambda row: (row[2], row[0]))
        counts = dict(sorted(encodings.items())), dict(sorted(damage.items()))
        stale = tuple(filter(None, (*self._stale, self.outdated())))
        return IndexStats(self._engine.info(), *counts, files, tuple(unsure), stale, neighbours)

    def outdated(self) -> str | None:
        """A sentence where the files, as seen from here, are no longer those that the index was made from."""
        from seedsearch.metadata.file_states import load

        with self._question():
            states = load(self._engine.metadata)
        return outdated(states)

    def records(self) -> Iterator[Record]:
        """The record of every document, of one commit."""
        with self._question():
            stored = self._engine.stored()
            some = list(islice(stored, TOGETHER))
        while some:
            yield from map(from_bytes, some)
            with self._lock:
                some = list(islice(stored, TOGETHER))

    def document(self, path: str) -> Document:
        """A document of the index, as of the last commit; raises DocumentMissing where it has none of this path."""
        with self._question():
            return document_of(self._one(path))

    def places(self, path: str, query: str, *, seconds: float | None = SECONDS) -> tuple[Span, ...]:
        """Every place of a query in a document, in its readable text: of the strictest tier that the document is in.

        Empty where the query does not find it. Raises DocumentMissing, and QueryError as `search` does.
        """
        with self._question(seconds) as budget:
            match = self._one(path)
            tiers = self._answer(self._parsed(query)).tiers
            counts = self._engine.count([All((tier.documents, only(match.doc_id))) for tier in tiers]) if tiers else []
            tier = next((tier for tier, count in zip(tiers, counts, strict=True) if count), None)
            return all_places(match, tier.wanted, budget) if tier else ()

    def _one(self, path: str) -> Match:
        found = self._engine.search(only(doc_id_of(path)), 1).best
        if not found:
            raise DocumentMissing(f"{path} is not in the index", hint="it may have been removed since")
        return found[0]

    def close(self) -> None:
        """Give back what the index holds open; what is asked of it from then on raises IndexClosed."""
        with self._lock:
            self._is_closed = True
            self._engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _hits(self, tiers: Sequence[Tier], limit: int, offset: int, shown: Shown) -> tuple[Hit, ...]:
        """A page of hits, filled from one tier after the other."""
        wanted = offset + limit
        matches = (one for tier in tiers for one in self._found(tier, max(wanted + SPARE, JUDGED), shown))
        return tuple([hit(group) for group in collapsed(matches, wanted)[offset:]])

    def _found(self, tier: Tier, asked: int, shown: Shown) -> Iterator[Found]:
        """The matches of a tier, best first; more are asked for as they are taken."""
        seen = 0
        while True:
            matches = list(self._engine.search(tier.query, asked).best)
            self._engine.budget.spend(SHOWING)
            ranked = self._judged(tier, matches[:JUDGED]) + [(match, NOWHERE) for match in matches[JUDGED:]]
            for match, places in ranked[seen:]:
                yield found(match, tier.wanted, shown, places, tier.name_of(match.run))
                shown.budget.spend(SHOWING)
            if len(matches) < asked:
                return
            seen, asked = len(matches), 2 * asked

    def _judged(self, tier: Tier, matches: list[Match]) -> list[tuple[Match, Places]]:
        """The matches in the order of their scores with those of their best passages and titles added.

        Each with the places of texts that were found on the way.
        """
        documents, having = self._engine.document_frequencies([term for term, _ in tier.scored])
        passages = Passages(tier.scored, having, documents)
        judged = []
        for match in matches:
            places = passages.places(match.run) if tier.judged else NOWHERE
            title = passages.title(match.run, match.readable)
            score = match.score + max(TITLED * title, NEARNESS * passages.best(places) if tier.judged else 0.0)
            self._engine.budget.spend(SHOWING)
            judged.append((Match(match.doc_id, score, match.readable, match.run, match.stored), places))
        return sorted(judged, key=lambda one: (-one[0].score, one[0].doc_id))

    def readings(self, query: str) -> list[str]:
        """How a query is read, a line a tier, in the order in which they are asked."""
        with self._lock:
            own, groups = self._own, self._synonyms
        return readings(query, own, groups)

    def _not_there(self, parsed: ParsedQuery, answer: Answer) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """A sentence on the words that no document holds where not all words were found, and words like them."""
        words = parsed.words if parsed.expression is None else parsed.expression.texts
        if answer.matched in (*WHOLE, "query", "pinyin", "sound"):
            return (), ()
        there = self._engine.exists([Run(word) for word in words])
        missing = [w for w, is_there in zip(words, there, strict=True) if not is_there and not answer.variants.of(w)]
        notes = (f"in no document: {', '.join(missing)}",) if 0 < len(missing) < len(words) else ()
        if not missing or (answer.matched and parsed.is_long):
            return notes, ()
        from seedsearch.searching.phonetic import similar_words

        return notes, tuple(similar_words(missing, self._engine))


def _says(part: object) -> str:
    """A part of a question in words, a line at most."""
    words = part if isinstance(part, str) else explained(part)  # type: ignore[arg-type]
    return words if len(words) <= LONGEST_PART else words[: LONGEST_PART - 1] + "…"


def open_index(index_dir: Place, *, cache_bytes: int | None = None) -> Index:
    """Open the index in a folder or at a URL (`memory:NAME`); raises the errors of its engine.

    They are IndexMissing, IndexStale, IndexDamaged, and EngineUnknown for a URL that no engine has the scheme of.

    `cache_bytes`: how much of what questions worked out is kept for the next ones at most (None: 96 MiB).

    >>> from seedsearch import build_index
    >>> _ = build_index("seeds", "index")
    >>> with open_index("index") as index:
    ...     index.stats().engine.documents
    5
    """
    return Index(open_engine(index_dir, fingerprint(), cache_bytes=cache_bytes))
