"""The reference engine: every answer by looking at every document. For tests, and as the meaning of a query tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import log
from types import TracebackType
from typing import Self

from seedsearch.errors import IndexLocked
from seedsearch.model import EngineInfo, IndexEntry, Match, Matches
from seedsearch.query import All, Any, AtLeast, Not, Query, Ranked, Run, Term

# Okapi BM25 (Robertson et al., TREC-3, 1994) with the constants that Lucene and Whoosh use.
K1 = 1.2
B = 0.75


class MemoryEngine:
    """Entries in a dictionary."""

    def __init__(self) -> None:
        self._entries: dict[str, IndexEntry] = {}
        self._writing = False

    def info(self) -> EngineInfo:
        entries = self._entries.values()
        terms = {
            "gram": len({gram for e in entries for gram in e.grams}),
            "word": len({word for e in entries for word in e.words}),
        }
        return EngineInfo(len(entries), terms, sum(len(e.stored) for e in entries))

    def digests(self) -> Mapping[str, str]:
        return {e.doc_id: e.digest for e in self._entries.values()}

    def stored(self) -> Iterator[bytes]:
        return (entry.stored for _, entry in sorted(self._entries.items()))

    def writer(self) -> _Writer:
        if self._writing:
            raise IndexLocked("another writer is open")
        return _Writer(self)

    def search(self, query: Query, limit: int) -> Matches:
        found = [e for e in self._entries.values() if _matches(query, e)]
        weights = self._weights(query)
        scored = [(sum(weigh(e) for weigh in weights), e) for e in found]
        scored.sort(key=lambda pair: (-pair[0], pair[1].doc_id))
        return Matches(len(found), tuple(Match(e.doc_id, score, e.stored) for score, e in scored[:limit]))

    def close(self) -> None:
        pass

    def _weights(self, query: Query) -> list[Callable[[IndexEntry], float]]:
        """For each scored term the function that scores an entry."""
        if not isinstance(query, Ranked):
            return []
        return [self._bm25(term, weight) for term, weight in query.scored]

    def _bm25(self, term: Term, weight: float) -> Callable[[IndexEntry], float]:
        fields = [_field(term, e) for e in self._entries.values()]
        having = sum(term.text in field for field in fields)
        idf = log(max(len(fields), 1) / (having + 1)) + 1  # as Whoosh defines it
        mean = sum(sum(field.values()) for field in fields) / max(len(fields), 1)

        def score(entry: IndexEntry) -> float:
            count = _field(term, entry).get(term.text, 0)
            length = sum(_field(term, entry).values())
            return weight * idf * count * (K1 + 1) / (count + K1 * (1 - B + B * length / mean)) if count else 0.0

        return score


def _field(term: Term, entry: IndexEntry) -> Mapping[str, int]:
    return entry.words if term.field == "word" else entry.grams


def _matches(query: Query, entry: IndexEntry) -> bool:
    match query:
        case Term():
            return query.text in _field(query, entry)
        case Run(text=text):
            return text in entry.run_text
        case All(children=children):
            return all(_matches(child, entry) for child in children)
        case Any(children=children):
            return any(_matches(child, entry) for child in children)
        case AtLeast(count=count, children=children):
            return sum(_matches(child, entry) for child in children) >= count
        case Not(child=child):
            return not _matches(child, entry)
        case Ranked(required=required):
            return _matches(required, entry)


class _Writer:
    def __init__(self, engine: MemoryEngine) -> None:
        self._engine = engine
        self._entries = dict(engine._entries)

    def put(self, entry: IndexEntry) -> None:
        self._entries[entry.doc_id] = entry

    def remove(self, doc_id: str) -> None:
        self._entries.pop(doc_id, None)

    def clear(self) -> None:
        for doc_id in self._engine._entries:
            self._entries.pop(doc_id, None)

    def __enter__(self) -> Self:
        self._engine._writing = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._engine._writing = False
        if kind is None:
            self._engine._entries = self._entries
