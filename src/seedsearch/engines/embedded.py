"""The embedded engine: a Whoosh index in a folder. The only module that imports Whoosh.

Each node of a query tree becomes a query of Whoosh's. An exact run is decided in two steps: the documents that have
all its grams, and among them those whose stored run text holds it; so no positions are stored.
User text never meets Whoosh's own query parser.
"""

from __future__ import annotations

import json
import os
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import reduce
from pathlib import Path
from types import TracebackType
from typing import Any as AnyType
from typing import Self

from seedsearch.errors import IndexDamaged, IndexLocked, IndexMissing, IndexStale, OutputError, SeedsearchError
from seedsearch.model import EngineInfo, IndexEntry, Match, Matches
from seedsearch.query import (
    FIELDS,
    All,
    Any,
    AtLeast,
    Field,
    Gapped,
    Near,
    Not,
    OnText,
    Query,
    Ranked,
    Run,
    Term,
    Terms,
)
from seedsearch.runs import grams, run_grams, run_text

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # invalid escapes in Whoosh's source, shown by Python 3.12 and later
    from whoosh import fields, formats, index, query
    from whoosh.filedb.filestore import FileStorage
    from whoosh.matching import ListMatcher, NullMatcher
    from whoosh.scoring import BM25F
    from whoosh.system import pack_uint
    from whoosh.writing import CLEAR, LockError

FORMAT = 1
DESCRIPTION = "seedsearch.json"


class _Counts(fields.FieldType):  # type: ignore[misc]  # Whoosh has no types
    """A field that is given its terms counted and keeps how often each occurs."""

    scorable = True
    indexed = True
    stored = False
    unique = False
    vector = None
    analyzer = None
    column_type = None
    spelling = False
    sortable = False
    multitoken_query = "default"

    def __init__(self) -> None:
        self.format = formats.Frequency()

    def index(self, value: Mapping[str, int], **_: object) -> Iterator[tuple[bytes, int, float, bytes]]:
        for text in sorted(value):
            count = value[text]
            yield text.encode(), count, float(count), pack_uint(count)


def _schema() -> AnyType:
    return fields.Schema(
        doc=fields.ID(unique=True),
        gram=_Counts(),
        word=_Counts(),
        tag=_Counts(),
        doc_id=fields.STORED(),
        digest=fields.STORED(),
        readable=fields.STORED(),
        stored=fields.STORED(),
    )


class EmbeddedEngine:
    """Entries in a Whoosh index, with a description that says what made it."""

    def __init__(self, folder: Path, fingerprint: str, *, create: bool = False, replace: bool = False) -> None:
        self._folder = folder
        with _mapped(folder):
            if create and not (folder / DESCRIPTION).is_file():
                _make(folder, fingerprint)
            try:
                self._open(fingerprint)
            except (IndexStale, IndexDamaged):
                if not replace:
                    raise
                _make(folder, fingerprint)
                self._open(fingerprint)

    def _open(self, fingerprint: str) -> None:
        with _mapped(self._folder):
            _check_description(self._folder, fingerprint)
            self._index = index.FileIndex(FileStorage(str(self._folder)), schema=_schema())
            self._searcher = self._index.searcher(weighting=BM25F(B=0.75, K1=1.2))

    def info(self) -> EngineInfo:
        with _mapped(self._folder):
            reader = self._searcher.reader()
            terms: dict[str, int] = {name: sum(1 for _ in reader.lexicon(name)) for name in FIELDS}
            size = sum(entry.stat().st_size for entry in os.scandir(self._folder) if entry.is_file())
            return EngineInfo(reader.doc_count(), terms, size)

    def digests(self) -> Mapping[str, str]:
        with _mapped(self._folder):
            return {row["doc_id"]: row["digest"] for row in self._searcher.reader().all_stored_fields()}

    def stored(self) -> Iterator[bytes]:
        with _mapped(self._folder):
            rows = sorted(self._searcher.reader().all_stored_fields(), key=lambda row: str(row["doc_id"]))
            return iter([row["stored"] for row in rows])

    def vocabulary(self, field: Field, prefix: str = "") -> Iterator[tuple[str, int]]:
        with _mapped(self._folder):
            reader = self._searcher.reader()
            terms = reader.expand_prefix(field, prefix.encode())
            return iter([(t.decode(), reader.doc_frequency(field, t)) for t in terms])

    def having(self, terms: Sequence[Term]) -> tuple[int, list[int]]:
        with _mapped(self._folder):
            reader = self._searcher.reader()
            return reader.doc_count(), [reader.doc_frequency(term.field, term.text.encode()) for term in terms]

    def writer(self) -> _Writer:
        with _mapped(self._folder):
            return _Writer(self, self._index.writer(limitmb=256))

    def search(self, query_tree: Query, limit: int) -> Matches:
        with _mapped(self._folder):
            results = self._searcher.search(_build(query_tree), limit=None)
            ranked = sorted(((hit.score, hit.fields()) for hit in results), key=lambda r: (-r[0], r[1]["doc_id"]))
            best = ((score, row["doc_id"], row["readable"], row["stored"]) for score, row in ranked[:limit])
            return Matches(len(ranked), tuple(Match(d, score, text, stored) for score, d, text, stored in best))

    def close(self) -> None:
        self._searcher.close()
        self._index.close()

    def _refresh(self) -> None:
        self._searcher = self._searcher.refresh()


class _Writer:
    """One transaction over Whoosh's writer."""

    def __init__(self, engine: EmbeddedEngine, writer: AnyType) -> None:
        self._engine = engine
        self._writer = writer
        self._clear = False
        self._numbers: dict[str, int] = {}  # of the documents put by this writer, in the segment it writes

    def put(self, entry: IndexEntry) -> None:
        self._forget(entry.doc_id)
        self._numbers[entry.doc_id] = self._writer.docnum
        self._writer.update_document(
            doc=entry.doc_id,
            gram=grams(run_text(entry.readable).text),
            word=Counter(entry.words),
            tag=Counter(entry.tags),
            doc_id=entry.doc_id,
            digest=entry.digest,
            readable=entry.readable,
            stored=entry.stored,
        )

    def remove(self, doc_id: str) -> None:
        self._forget(doc_id)
        self._writer.delete_by_term("doc", doc_id)

    def _forget(self, doc_id: str) -> None:
        """Whoosh deletes what was committed; what this writer put is deleted in the segment under way."""
        if (number := self._numbers.pop(doc_id, None)) is not None:
            self._writer.newsegment.delete_document(number)

    def clear(self) -> None:
        self._clear = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._writer.cancel()
            return
        with _mapped(self._engine._folder):
            self._writer.commit(mergetype=CLEAR if self._clear else None)
            self._engine._refresh()


def _make(folder: Path, fingerprint: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    index.FileIndex.create(FileStorage(str(folder)), _schema(), "MAIN")
    text = json.dumps({"format": FORMAT, "fingerprint": fingerprint}, indent=1)
    (folder / f"{DESCRIPTION}.new").write_text(text + "\n", encoding="utf-8")
    os.replace(folder / f"{DESCRIPTION}.new", folder / DESCRIPTION)


def _check_description(folder: Path, fingerprint: str) -> None:
    if not (folder / DESCRIPTION).is_file():
        raise IndexMissing(f"there is no index in {folder}", hint="make one with: seedsearch index")
    try:
        found = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
        made = (found["format"], found["fingerprint"])
    except (ValueError, TypeError, KeyError) as error:
        raise IndexDamaged(f"{folder / DESCRIPTION} can not be read", hint=_REBUILD) from error
    if made != (FORMAT, fingerprint):
        raise IndexStale(f"the index in {folder} was made with “{made[1]}”, this is “{fingerprint}”", hint=_REBUILD)


_REBUILD = "make it anew with: seedsearch index --rebuild"


@contextmanager
def _mapped(folder: Path) -> Iterator[None]:
    """What Whoosh and the file system raise, as errors of ours."""
    try:
        yield
    except SeedsearchError:
        raise
    except LockError as error:
        raise IndexLocked(f"another process is writing to {folder}", hint="wait until it is done") from error
    except PermissionError as error:
        raise OutputError(f"{folder} can not be used: {error.strerror}") from error
    except OSError as error:
        raise IndexDamaged(f"the index in {folder} failed: {error}", hint=_REBUILD) from error
    except Exception as error:  # a broken file reaches Whoosh's readers as almost any exception
        raise IndexDamaged(f"the index in {folder} can not be read ({type(error).__name__})", hint=_REBUILD) from error


def _build(tree: Query) -> AnyType:
    """The query of Whoosh's that means `tree`."""
    match tree:
        case Term(field=field, text=text):
            return query.Term(field, text)
        case Terms(field=field, test=test):
            return _TermsQuery(field, test.accepts)
        case Run() | Near() | Gapped():
            return _TextQuery(tree)
        case All(children=children):
            return _SetQuery(children, _every)
        case Any(children=children):
            return _SetQuery(children, lambda sets: set().union(*sets))
        case AtLeast(count=count, children=children):
            return _SetQuery(children, lambda sets: _at_least(count, sets))
        case Not(child=child):
            return _NotQuery(_build(child))
        case Ranked(required=required, scored=scored):
            terms_ = query.Or([query.Term(term.field, term.text, boost=weight) for term, weight in scored])
            return query.AndMaybe(query.ConstantScoreQuery(_build(required)), terms_)


def _every(sets: list[set[int]]) -> set[int]:
    return reduce(set.intersection, sets) if sets else set()


def _at_least(count: int, sets: list[set[int]]) -> set[int]:
    counts = Counter(doc for docs in sets for doc in docs)
    return {doc for doc, n in counts.items() if n >= count}


class _Ids(query.Query):  # type: ignore[misc]
    """A query whose documents are worked out whole, a segment at a time."""

    def ids(self, searcher: AnyType, context: AnyType) -> list[int]:
        raise NotImplementedError

    def matcher(self, searcher: AnyType, context: AnyType = None) -> AnyType:
        found = self.ids(searcher, context)
        return ListMatcher(found) if found else NullMatcher()

    def is_leaf(self) -> bool:
        return True

    def normalize(self) -> Self:
        return self

    def estimate_size(self, reader: AnyType) -> int:
        return int(reader.doc_count())


class _SetQuery(_Ids):
    def __init__(self, children: tuple[Query, ...], combine: Callable[[list[set[int]]], set[int]]) -> None:
        self._children = [_build(child) for child in children]
        self._combine = combine

    def ids(self, searcher: AnyType, context: AnyType) -> list[int]:
        return sorted(self._combine([set(child.matcher(searcher, context).all_ids()) for child in self._children]))


class _NotQuery(_Ids):
    def __init__(self, child: AnyType) -> None:
        self._child = child

    def ids(self, searcher: AnyType, context: AnyType) -> list[int]:
        without = set(self._child.matcher(searcher, context).all_ids())
        return [doc for doc in searcher.reader().all_doc_ids() if doc not in without]


class _TermsQuery(_Ids):
    def __init__(self, field: Field, accepts: Callable[[str], bool]) -> None:
        self._field = field
        self._accepts = accepts

    def ids(self, searcher: AnyType, context: AnyType) -> list[int]:
        terms = [term for term in searcher.reader().lexicon(self._field) if self._accepts(term.decode())]
        found = [query.Term(self._field, term).matcher(searcher, context).all_ids() for term in terms]
        return sorted({doc for docs in found for doc in docs})


class _TextQuery(_Ids):
    def __init__(self, wanted: OnText) -> None:
        self._wanted = wanted

    def ids(self, searcher: AnyType, context: AnyType) -> list[int]:
        terms = dict.fromkeys(gram for text in self._wanted.texts for gram in run_grams(text))
        having = [set(query.Term("gram", term).matcher(searcher, context).all_ids()) for term in terms]
        candidates = sorted(_every(having))
        if isinstance(self._wanted, Run) and list(terms) == [self._wanted.text]:
            return candidates
        reader = searcher.reader()
        return [doc for doc in candidates if self._holds(reader.stored_fields(doc)["readable"])]

    def _holds(self, readable: str) -> bool:
        return self._wanted.holds(run_text(readable).text)
