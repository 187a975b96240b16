"""The reference engine: every answer by looking at every document. For tests, and as the meaning of a query tree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from seedsearch.engines.batch import (
    Batch,
)
from seedsearch.engines.bm25 import K1, B, rarity
from seedsearch.engines.budget import Budget
from seedsearch.engines.entries import (
    EngineInfo,
    IndexEntry,
    Match,
    Matches,
)
from seedsearch.engines.query import (
    FIELDS,
    All,
    Any,
    AtLeast,
    Field,
    Gapped,
    Near,
    Not,
    Query,
    Ranked,
    Run,
    Term,
    Terms,
)
from seedsearch.errors import IndexLocked
from seedsearch.text.run_text import grams, run_text


@dataclass(frozen=True, slots=True)
class _Document:
    """An entry with its run text and its terms counted."""

    entry: IndexEntry
    run_text: str
    terms: Mapping[Field, Counter[str]]

    @classmethod
    def of(cls, entry: IndexEntry) -> Self:
        run = run_text(entry.readable)
        return cls(entry, run, {"gram": grams(run), "word": Counter(entry.words), "tag": Counter(entry.tags)})

    def match(self, score: float) -> Match:
        return Match(self.entry.doc_id, score, self.entry.readable, self.run_text, self.entry.stored)


class MemoryEngine:
    """Entries in a dictionary."""

    def __init__(self) -> None:
        self._documents: dict[str, _Document] = {}
        self._kept: dict[str, bytes] = {}
        self._writing = False
        self._seen = self.generation = 0
        self.budget = Budget()

    def refresh(self) -> bool:
        seen, self._seen = self._seen, self.generation
        return seen != self.generation

    def info(self) -> EngineInfo:
        terms: dict[str, int] = {field: sum(1 for _ in self.vocabulary(field)) for field in FIELDS}
        return EngineInfo(len(self._documents), terms, sum(len(d.entry.stored) for d in self._documents.values()))

    def digests(self) -> Mapping[str, str]:
        return {d.entry.doc_id: d.entry.digest for d in self._documents.values()}

    def stored(self) -> Iterator[bytes]:
        return (document.entry.stored for _, document in sorted(self._documents.items()))

    def vocabulary(self, field: Field, prefix: str = "") -> Iterator[tuple[str, int]]:
        self.budget.spend(f"the terms that begin with “{prefix}”")
        counts = Counter(term for d in self._documents.values() for term in d.terms[field])
        return iter(sorted((term, count) for term, count in counts.items() if term.startswith(prefix)))

    def document_frequencies(self, terms: Sequence[Term]) -> tuple[int, list[int]]:
        documents = self._documents.values()
        return len(documents), [sum(term.text in d.terms[term.field] for d in documents) for term in terms]

    def writer(self) -> _Writer:
        if self._writing:
            raise IndexLocked("another writer is open")
        return _Writer(self)

    def search(self, query: Query, limit: int) -> Matches:
        found = list(self._matching(query))
        weights = self._weights(query)
        scored = [(sum(weigh(d) for weigh in weights), d) for d in found]
        scored.sort(key=lambda pair: (-pair[0], pair[1].entry.doc_id))
        return Matches(len(found), tuple(d.match(score) for score, d in scored[:limit]))

    def every_match(self, query: Query) -> Iterator[tuple[str, bytes]]:
        """The doc_id and what was stored of every match, in the order of `search`."""
        return ((match.doc_id, match.stored) for match in self.search(query, len(self._documents)).best)

    def count(self, queries: Sequence[Query]) -> list[int]:
        return [sum(1 for _ in self._matching(query)) for query in queries]

    def exists(self, queries: Sequence[Query]) -> list[bool]:
        return [any(True for _ in self._matching(query)) for query in queries]

    def _matching(self, query: Query) -> Iterator[_Document]:
        for document in self._documents.values():
            self.budget.spend(query)
            if _matches(query, document):
                yield document

    def metadata(self, name: str) -> bytes | None:
        return self._kept.get(name)

    def close(self) -> None:
        pass

    def _weights(self, query: Query) -> list[Callable[[_Document], float]]:
        """For each scored term the function that scores a document."""
        if not isinstance(query, Ranked):
            return []
        return [self._bm25(term, weight) for term, weight in query.scored]

    def _bm25(self, term: Term, weight: float) -> Callable[[_Document], float]:
        fields = [d.terms[term.field] for d in self._documents.values()]
        having = sum(term.text in field for field in fields)
        idf = rarity(len(fields), having)
        mean = sum(field.total() for field in fields) / max(len(fields), 1)

        def score(document: _Document) -> float:
            field = document.terms[term.field]
            count, length = field[term.text], field.total()
            return weight * idf * count * (K1 + 1) / (count + K1 * (1 - B + B * length / mean)) if count else 0.0

        return score


def _matches(query: Query, document: _Document) -> bool:
    match query:
        case Term():
            return query.text in document.terms[query.field]
        case Terms(field=field, test=test):
            return any(map(test.accepts, document.terms[field]))
        case Run() | Near() | Gapped():
            return query.holds(document.run_text)
        case All(children=children):
            return all(_matches(child, document) for child in children)
        case Any(children=children):
            return any(_matches(child, document) for child in children)
        case AtLeast(count=count, children=children):
            return sum(_matches(child, document) for child in children) >= count
        case Not(child=child):
            return not _matches(child, document)
        case Ranked(required=required):
            return _matches(required, document)


class _Packer:
    def pack(self, batch: Batch) -> Sequence[IndexEntry]:
        words: list[list[str]] = [[] for _ in batch.entries]
        for part in batch.parts:
            for number, owner in zip(part.words.numbers.tolist(), part.words.owners.tolist(), strict=True):
                words[owner].append(part.words.terms[number])
        return [replace(entry, words=tuple(own)) for entry, own in zip(batch.entries, words, strict=True)]


class _Writer:
    def __init__(self, engine: MemoryEngine) -> None:
        self._engine = engine
        self._documents = dict(engine._documents)
        self._kept = dict(engine._kept)

    def packer(self, sample: Sequence[IndexEntry] = ()) -> _Packer:
        return _Packer()

    def put(self, entry: IndexEntry) -> None:
        self._documents[entry.doc_id] = _Document.of(entry)

    def add(self, pack: Sequence[IndexEntry]) -> None:
        for entry in pack:
            self.put(entry)

    def put_metadata(self, name: str, content: bytes) -> None:
        self._kept[name] = content

    def remove(self, doc_id: str) -> None:
        self._documents.pop(doc_id, None)

    def clear(self) -> None:
        self._kept = {name: made for name, made in self._kept.items() if self._engine._kept.get(name) is not made}
        for doc_id in self._engine._documents:
            self._documents.pop(doc_id, None)

    def __enter__(self) -> Self:
        self._engine._writing = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._engine._writing = False
        if kind is None:
            self._engine._documents = self._documents
            self._engine._kept = self._kept
            self._engine.generation += 1
