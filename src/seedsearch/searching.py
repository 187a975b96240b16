"""A query as typed → hits with readable snippets and places in the untouched files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from math import ceil
from pathlib import Path
from types import TracebackType
from typing import Self

from seedsearch.analysis import fingerprint, query_words
from seedsearch.dictionary import own_words
from seedsearch.engines import Engine, open_engine
from seedsearch.errors import QueryError
from seedsearch.lexicon import OwnWords
from seedsearch.model import Hit, IndexStats, Match, Results, Snippet
from seedsearch.offsets import Span
from seedsearch.query import All, AtLeast, Not, Query, Ranked, Run, Term
from seedsearch.records import Record, from_bytes
from seedsearch.runs import run_grams, run_text
from seedsearch.snippets import Occurrence, Stretch, best_stretches
from seedsearch.typed import parts_of

# The share of a question's words that a document must have when none has all.
MOST = 0.5
# Encodings that are less sure than this are worth a look.
SURE = 0.9
# Code points of a query; longer ones are refused, not cut.
LONGEST_QUERY = 2000


@dataclass(frozen=True, slots=True)
class Tier:
    """One way to read a query: the documents it takes, and the runs to highlight in them."""

    name: str
    query: Query
    runs: tuple[str, ...]


class Index:
    """An index that is open for questions; a context manager."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._own = own_words(engine)

    def search(self, query: str, *, limit: int = 10, offset: int = 0, snippets: int = 1) -> Results:
        """The hits from `offset` on, `limit` at most, each with up to `snippets` snippets.

        Raises QueryError for a query with nothing to look for or past a limit.
        """
        tiers = self._answering(query)
        total = sum(self._engine.search(tier.query, 0).total for tier in tiers)
        hits = self._hits(tiers, offset + limit, snippets)[offset:]
        return Results(query, total, tiers[0].name if tiers else "query", tuple(hits))

    def stats(self) -> IndexStats:
        """What the index holds, and the damage there was."""
        encodings: Counter[str] = Counter()
        damage: Counter[str] = Counter()
        files, unsure = {}, []
        for record in self.records():
            encodings[record.encoding] += 1
            damage.update(record.damage)
            if record.damage:
                files[record.path] = record.damage
            if record.confidence < SURE:
                unsure.append((record.path, record.encoding, record.confidence))
        unsure.sort(key=lambda row: (row[2], row[0]))
        return IndexStats(
            self._engine.info(), dict(sorted(encodings.items())), dict(sorted(damage.items())), files, tuple(unsure)
        )

    def records(self) -> Iterator[Record]:
        """The record of every document."""
        return map(from_bytes, self._engine.stored())

    def close(self) -> None:
        """Give back what the index holds open."""
        self._engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _answering(self, query: str) -> list[Tier]:
        """The tiers that answer: those of the first stage in which any document matches."""
        for stage in _stages(query, self._own):
            tiers = [tier for tier in stage if self._engine.search(tier.query, 0).total]
            if tiers:
                return tiers
        return []

    def _hits(self, tiers: Sequence[Tier], wanted: int, snippets: int) -> list[Hit]:
        """The first `wanted` hits, documents with the same readable text collapsed into one."""
        groups: dict[bytes, list[tuple[Match, Record, Tier]]] = {}
        for tier in tiers:
            asked, seen = max(2 * wanted, 8), 0
            while len(groups) < wanted:
                matches = self._engine.search(tier.query, asked).best
                for match in matches[seen:]:
                    record = from_bytes(match.stored)
                    key = blake2b(match.readable.encode(), digest_size=16).digest()
                    groups.setdefault(key, []).append((match, record, tier))
                if len(matches) < asked:
                    break
                asked, seen = 2 * asked, len(matches)
        return [_hit(group, snippets) for group in list(groups.values())[:wanted]]


def open_index(index_dir: str | Path) -> Index:
    """Open the index in a folder; raises IndexMissing, IndexStale or IndexDamaged."""
    return Index(open_engine(Path(index_dir), fingerprint()))


def _stages(typed: str, own: OwnWords) -> Iterator[list[Tier]]:
    """The readings of a query, strictest first; a later stage is asked only when the ones before found nothing."""
    whole = run_text(typed).text.strip()
    if not whole:
        raise QueryError("the query is empty", hint="type a word to look for")
    if len(whole) > LONGEST_QUERY:
        raise QueryError(f"the query is longer than {LONGEST_QUERY} characters", hint="look for a part of it")
    parts = parts_of(typed)
    if parts is not None:
        yield [Tier("query", _ranked(All(_runs(parts)), parts), tuple(parts))]
        return
    phrase = _run(whole)
    stage = [Tier("phrase", _ranked(phrase, [whole]), (whole,))]
    typed_words = [run_text(word).text for word in typed.split()]
    if len(typed_words) > 1:
        several = All((*_runs(typed_words), Not(phrase)))
        stage.append(Tier("all", _ranked(several, typed_words), tuple(typed_words)))
    yield stage
    words = query_words(whole, own)
    if words and words != [whole]:
        yield [Tier("all", _ranked(All(_runs(words)), words), tuple(words))]
    if len(words) > 2:
        most = AtLeast(ceil(MOST * len(words)), _runs(words))
        yield [Tier("most", _ranked(most, words), tuple(words))]


def _run(text: str) -> Run:
    return Run(text)


def _runs(texts: Sequence[str]) -> tuple[Run, ...]:
    return tuple(map(_run, texts))


def _ranked(required: Query, texts: Sequence[str]) -> Ranked:
    """`required`, scored by the words that the texts are and by the grams that they hold."""
    words = [Term("word", text) for text in texts]
    pairs = [Term("gram", gram) for gram in dict.fromkeys(gram for text in texts for gram in run_grams(text))]
    return Ranked(required, tuple((term, 1.0) for term in (*words, *pairs)))


def _hit(group: Sequence[tuple[Match, Record, Tier]], snippets: int) -> Hit:
    match, record, tier = group[0]
    stretches = best_stretches(match.readable, _occurrences(match.readable, tier), snippets)
    return Hit(
        path=record.path,
        score=match.score,
        snippets=tuple(_snippet(match.readable, record, stretch) for stretch in stretches),
        also_in=tuple(other.path for _, other, _ in group[1:]),
    )


def _occurrences(readable: str, tier: Tier) -> list[Occurrence]:
    """Where the runs of the tier stand in the readable text, sorted, the longer of two that overlap."""
    text = run_text(readable)
    found = [Occurrence(span, i) for i, run in enumerate(tier.runs) for span in text.find(run)]
    found.sort(key=lambda f: (f.span.start, -f.span.end))
    kept: list[Occurrence] = []
    for occurrence in found:
        if not kept or occurrence.span.start >= kept[-1].span.end:
            kept.append(occurrence)
    return kept


def _snippet(readable: str, record: Record, stretch: Stretch) -> Snippet:
    raw = record.to_raw(stretch.found[0].span)
    line, column = record.place(raw.start)
    start = stretch.span.start
    return Snippet(
        text=stretch.span.cut(readable),
        highlights=tuple(Span(f.span.start - start, f.span.end - start) for f in stretch.found),
        line=line,
        column=column,
        raw_span=raw,
    )
