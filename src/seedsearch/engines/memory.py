"""The reference engine: answers by looking at every document. For tests, and as the definition of query trees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from threading import Lock
from types import TracebackType
from typing import Self

from seedsearch.engines import Pack
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
    Fuzzy,
    Gapped,
    Near,
    Not,
    Number,
    Pattern,
    Query,
    Ranked,
    Run,
    Spelled,
    Term,
    Terms,
)
from seedsearch.errors import IndexLocked, IndexMissing, IndexStale
from seedsearch.text.joints import grams
from seedsearch.text.run_text import run_text


@dataclass(frozen=True, slots=True)
class _Document:
    """An entry with its run text and term counts."""

    entry: IndexEntry
    run_text: str
    terms: Mapping[Field, Counter[str]]

    @classmethod
    def of(cls, entry: IndexEntry, words: Sequence[str]) -> Self:
        run = run_text(entry.readable)
        return cls(entry, run, {"gram": grams(run), "word": Counter(words), "tag": Counter(entry.tags)})

    def match(self, score: float) -> Match:
        return Match(self.entry.doc_id, score, self.entry.readable, self.run_text, self.entry.stored)


@dataclass(frozen=True, slots=True)
class _Commit:
    """The state after one commit; immutable, so readers keep seeing the state that they opened."""

    generation: int = 0
    documents: Mapping[str, _Document] = field(default_factory=dict)
    metadata: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(slots=True)
class _Store:
    """The state shared by all engines of one name: the last commit, its fingerprint, the write lock."""

    name: str = "in memory"
    committed: _Commit = field(default_factory=_Commit)
    fingerprint: str | None = None  # None: nothing has been committed yet
    writing: Lock = field(default_factory=Lock)

    def is_stale(self, fingerprint: str | None) -> bool:
        """Tell whether the last commit was made with another fingerprint."""
        return None not in (fingerprint, self.fingerprint) and fingerprint != self.fingerprint


_STORES: dict[str, _Store] = {}


def open_place(
    place: str,
    fingerprint: str | None,
    *,
    create: bool = False,
    replace: bool = False,
    cache_bytes: int | None = None,
) -> MemoryEngine:
    """Open the index `memory:NAME` of this process; raises like `choice.open_engine`."""
    store = _STORES.setdefault(place, _Store(place)) if create else _STORES.get(place)
    if store is None or not (create or store.fingerprint is not None):
        what = f"there is no index {place} in this process"
        raise IndexMissing(what, hint="what is in memory ends with the process that indexed it")
    return MemoryEngine(fingerprint, store, replace=replace)


class MemoryEngine:
    """Entries in a dictionary; an engine made without a store has its own."""

    def __init__(self, fingerprint: str | None = "", store: _Store | None = None, *, replace: bool = False) -> None:
        self._store = store or _Store()
        self._fingerprint = fingerprint
        self._replace = replace
        self._seen = _Commit()
        self.budget = Budget()
        self.refresh()

    @property
    def generation(self) -> int:
        return self._seen.generation

    @property
    def _documents(self) -> Mapping[str, _Document]:
        return self._seen.documents

    def refresh(self) -> bool:
        before, store = self._seen, self._store
        if not store.is_stale(self._fingerprint):
            self._seen = store.committed
        elif not self._replace:
            what = f"the index {store.name} was made with “{store.fingerprint}”, this is “{self._fingerprint}”"
            raise IndexStale(what, hint="rebuild it with: seedsearch index --rebuild")
        return before is not self._seen

    def info(self) -> EngineInfo:
        terms: dict[str, int] = {field: sum(1 for _ in self.vocabulary(field)) for field in FIELDS}
        return EngineInfo(len(self._documents), terms, sum(len(d.entry.stored) for d in self._documents.values()))

    def digests(self) -> Mapping[str, str]:
        return {d.entry.doc_id: d.entry.digest for d in self._documents.values()}

    def stored(self) -> Iterator[bytes]:
        return (document.entry.stored for _, document in sorted(self._documents.items()))

    def entries(self) -> Iterator[IndexEntry]:
        """Yield every entry, with its tags sorted."""
        for _, document in sorted(self._documents.items()):
            yield replace(document.entry, tags=tuple(sorted(set(document.entry.tags))))

    def vocabulary(self, field: Field, prefix: str = "", near: Fuzzy | None = None) -> Iterator[tuple[str, int]]:
        self.budget.spend(f"the terms that begin with “{prefix}”")
        counts = Counter(term for d in self._documents.values() for term in d.terms[field])
        rows = ((term, count) for term, count in counts.items() if term.startswith(prefix))
        return iter(sorted(row for row in rows if near is None or near.accepts(row[0])))

    def document_frequencies(self, terms: Sequence[Term]) -> tuple[int, list[int]]:
        documents = self._documents.values()
        return len(documents), [sum(term.text in d.terms[term.field] for d in documents) for term in terms]

    def writer(self) -> _Writer:
        if self._fingerprint is None:
            raise ValueError("opened to be checked, not to be written")
        if not self._store.writing.acquire(blocking=False):
            raise IndexLocked("another writer is open", hint="wait until it is done")
        self.refresh()
        return _Writer(self)

    def search(self, query: Query, limit: int, offset: int = 0) -> Matches:
        found = list(self._matching(query))
        weights = self._weights(query)
        scored = [(sum(weigh(d) for weigh in weights), d) for d in found]
        scored.sort(key=lambda pair: (-pair[0], pair[1].entry.doc_id))
        return Matches(len(found), tuple(d.match(score) for score, d in scored[offset : offset + limit]))

    def every_match(self, query: Query, prefix: str = "", *, descending: bool = False) -> Iterator[tuple[str, bytes]]:
        """Return the doc_id and the stored data of every match, in the order of `search` or of a tag."""
        limit = len(self._documents)
        if prefix:
            found = self.in_order(query, prefix, descending=descending, limit=limit)
        else:
            found = self.search(query, limit)
        return ((match.doc_id, match.stored) for match in found.best)

    def tally(self, query: Query, prefix: str) -> list[tuple[str, int]]:
        """Count the matches that have each tag that begins with `prefix`."""
        found = Counter(tag for d in self._matching(query) for tag in d.terms["tag"] if tag.startswith(prefix))
        return sorted(found.items())

    def in_order(
        self, query: Query, prefix: str, *, descending: bool = False, offset: int = 0, limit: int = 10
    ) -> Matches:
        """Return some of the matches in the order of a tag."""

        def last(document: _Document) -> str:
            return max((tag for tag in document.terms["tag"] if tag.startswith(prefix)), default="")

        def first(document: _Document) -> tuple[bool, str]:
            found = min((tag for tag in document.terms["tag"] if tag.startswith(prefix)), default="")
            return not found, found

        every = sorted(self._matching(query), key=lambda d: d.entry.doc_id)
        placed = sorted(every, key=last, reverse=True) if descending else sorted(every, key=first)
        return Matches(len(every), tuple(d.match(0.0) for d in placed[offset : offset + limit]))

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
        return self._seen.metadata.get(name)

    def check(self) -> list[str]:
        return []

    def close(self) -> None:
        self._seen = _Commit()

    def _weights(self, query: Query) -> list[Callable[[_Document], float]]:
        """Return, for each scored term, the function that scores a document."""
        scored = query.scored if isinstance(query, Ranked) else ()
        return [self._bm25(term, weight) for term, weight in scored]

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
        case Run() | Number() | Near() | Gapped() | Pattern():
            return query.holds(document.run_text)
        case Spelled():
            return query.holds(document.run_text, document.entry.readable)
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


@dataclass(frozen=True, slots=True)
class _Pack(Pack):
    documents: tuple[_Document, ...]


class _Packer:
    def pack(self, batch: Batch) -> _Pack:
        words: list[list[str]] = [[] for _ in batch.entries]
        for part in batch.parts:
            for number, owner in zip(part.words.numbers.tolist(), part.words.owners.tolist(), strict=True):
                words[owner].append(part.words.terms[number])
        return _Pack(tuple(map(_Document.of, batch.entries, words)))


class _Writer:
    """Changes to be merged with the last commit. A document that is None was removed."""

    def __init__(self, engine: MemoryEngine) -> None:
        self._engine = engine
        self._before = engine._seen
        self._added: dict[str, _Document | None] = {}
        self._metadata: dict[str, bytes] = {}

    def packer(self, sample: Sequence[IndexEntry] = ()) -> _Packer:
        return _Packer()

    def add(self, pack: Pack) -> None:
        if not isinstance(pack, _Pack):
            raise TypeError("a pack of another engine")
        self._added |= {document.entry.doc_id: document for document in pack.documents}

    def remove(self, doc_id: str) -> None:
        self._added[doc_id] = None

    def clear(self) -> None:
        self._before = _Commit(self._before.generation)

    def put_metadata(self, name: str, content: bytes) -> None:
        self._metadata[name] = content

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._commit()
        self._engine._store.writing.release()

    def _commit(self) -> None:
        store, last = self._engine._store, self._engine._seen
        merged = {**self._before.documents, **self._added}
        documents = {doc_id: document for doc_id, document in merged.items() if document is not None}
        metadata = {**self._before.metadata, **self._metadata}
        is_new = store.fingerprint != self._engine._fingerprint
        if is_new or (documents, metadata) != (last.documents, last.metadata):
            store.committed = _Commit(store.committed.generation + 1, documents, metadata)
            store.fingerprint = self._engine._fingerprint
        self._engine.refresh()
