"""A Whoosh codec over the segments of the embedded engine: terms, postings, vectors, columns and stored fields."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import chain
from typing import Any

import numpy as np

from seedsearch.engines.embedded.expansion import accepted_rows
from seedsearch.engines.embedded.segment import Found, Segment
from seedsearch.engines.embedded.vocabulary import ids_from, terms_from
from seedsearch.engines.lru_cache import LRUCache
from seedsearch.engines.query import Field, Fuzzy
from seedsearch.engines.stored import UTF8
from seedsearch.engines.whoosh_reader.library import NullMatcher, TermInfo, base
from seedsearch.engines.whoosh_reader.matcher import Place, PlacesOf, PostingMatcher
from seedsearch.engines.whoosh_reader.path_column import PathReader
from seedsearch.engines.whoosh_reader.schema import Places

Term = tuple[str, bytes]  # a field of the schema and the UTF-8 of a term

# The engine's field for each field of the schema; paths are the ids of documents.
FIELDS: dict[str, Field] = {"gram": "gram", "tag": "tag", "text": "word", "word": "word"}
NAMES = ("gram", "path", "tag", "text", "word")  # sorted, as Whoosh sorts the terms of all fields
# Cached bytes of term places per segment, of the documents used last.
ROOM = 1 << 26
PLACE = 100  # approximate bytes of a place: a tuple of three numbers, and its share of lists


class Opened:
    """A segment opened by a reader."""

    def __init__(self, mapped: Segment) -> None:
        self.mapped = mapped
        self._kept = LRUCache(ROOM)
        self.found = lru_cache(maxsize=256)(self._found)

    def _found(self, fieldname: str, text: str) -> Found:
        """Return the live documents that have a term."""
        if fieldname in FIELDS:
            return self.mapped.with_term(FIELDS[fieldname], text)
        number = self.mapped.number_of(text.encode(*UTF8))
        documents = np.array([] if number is None else [number], dtype=np.int64)
        return documents, np.ones_like(documents)

    def rows_from(self, fieldname: str, begin: str) -> Iterator[str]:
        """Return the sorted terms of a field from `begin` on."""
        field = FIELDS.get(fieldname)
        rows = ids_from(self.mapped, begin) if field is None else terms_from(self.mapped, field, begin)
        return (text for text, _ in rows)

    def places(self, docnum: int, format_: Places) -> Mapping[str, Sequence[Place]]:
        """Return the places of each term in the readable text of a document, by the analyzer of the field."""
        key = docnum, type(format_.analyzer)
        if (kept := self._kept.get(key)) is not None:
            found: Mapping[str, Sequence[Place]] = kept
            return found
        made: defaultdict[str, list[Place]] = defaultdict(list)
        text = self.mapped.documents.texts([docnum])[0][0]
        for token in format_.analyzer(text, positions=True, chars=True, mode="index"):
            made[token.text].append((token.pos, token.startchar, token.endchar))
        return self._kept.put(key, made, PLACE * sum(map(len, made.values())))


class FlatCodec(base.Codec):  # type: ignore[misc]  # Whoosh has no types
    """Connects Whoosh's reader to a segment."""

    def __init__(self) -> None:
        self._opened: Opened | None = None

    def _open(self, storage: Any, segment: Any) -> Opened:
        if self._opened is None:
            self._opened = segment.opened_in(storage)
        return self._opened

    def terms_reader(self, storage: Any, segment: Any) -> _Terms:
        """Terms and postings."""
        return _Terms(self._open(storage, segment))

    def per_document_reader(self, storage: Any, segment: Any) -> _Documents:
        """Return the reader of per-document data."""
        return _Documents(self._open(storage, segment))

    def automata(self, storage: Any, segment: Any) -> _Automata:
        """Return the search for similar terms."""
        return _Automata()


class _Documents(base.PerDocumentReader):  # type: ignore[misc]
    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._mapped = opened.mapped

    def doc_count(self) -> int:
        return self._mapped.count

    def doc_count_all(self) -> int:
        return self._mapped.documents.count

    def has_deletions(self) -> bool:
        return self._mapped.count < self._mapped.documents.count

    def is_deleted(self, docnum: int) -> bool:
        return docnum in self._deleted  # Whoosh also asks for the number after the last

    @cached_property
    def _deleted(self) -> frozenset[int]:
        return frozenset([] if self._mapped.live is None else np.flatnonzero(~self._mapped.live).tolist())

    def deleted_docs(self) -> frozenset[int]:
        return self._deleted

    def supports_columns(self) -> bool:
        return True

    def has_column(self, fieldname: str) -> bool:
        return fieldname == "path"

    def column_reader(self, fieldname: str, column: object) -> PathReader:
        terms, ranks = self._mapped.ids.rows.terms, self._mapped.ranks.tolist()
        return PathReader([terms[rank] for rank in ranks])

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        return int(self._mapped.lengths(FIELDS[fieldname])[docnum]) if fieldname in FIELDS else default

    def field_length(self, fieldname: str) -> int:
        return self._mapped.total(FIELDS[fieldname]) if fieldname in FIELDS else 0

    def min_field_length(self, fieldname: str) -> int:
        return int(self._mapped.lengths(FIELDS[fieldname]).min()) if fieldname in FIELDS else 0

    def max_field_length(self, fieldname: str) -> int:
        return int(self._mapped.lengths(FIELDS[fieldname]).max()) if fieldname in FIELDS else 0

    def has_vector(self, docnum: int, fieldname: str) -> bool:
        return fieldname in ("gram", "text", "word")

    def vector(self, docnum: int, fieldname: str, format_: Places) -> PostingMatcher:
        places = self._opened.places(docnum, format_)
        terms = sorted(places)
        weights = [float(len(places[term])) for term in terms]
        return PostingMatcher(terms, weights, places.__getitem__, format=format_)

    def stored_fields(self, docnum: int) -> dict[str, str]:
        return {"path": self._mapped.id_of(docnum), "text": self._mapped.documents.texts([docnum])[0][0]}


class _Terms(base.TermsReader):  # type: ignore[misc]
    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    def __contains__(self, term: Term) -> bool:
        return self.doc_frequency(*term) > 0

    def indexed_field_names(self) -> Sequence[str]:
        return NAMES

    def cursor(self, fieldname: str, fieldobj: object) -> _Cursor:
        return _Cursor(self._opened, fieldname)

    def terms(self) -> Iterator[Term]:
        return chain.from_iterable(self.terms_from(name, b"") for name in NAMES)

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[Term]:
        for text in self._opened.rows_from(fieldname, _decoded(prefix)):
            yield fieldname, text.encode(*UTF8)

    def items(self) -> Iterator[tuple[Term, Any]]:
        return ((term, self.term_info(*term)) for term in self.terms())

    def items_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[Term, Any]]:
        return ((term, self.term_info(*term)) for term in self.terms_from(fieldname, prefix))

    def term_info(self, fieldname: str, text: bytes) -> Any:
        documents, counts = self._opened.found(fieldname, _decoded(text))
        if not len(documents):
            raise KeyError(text)
        lengths = self._opened.mapped.lengths(FIELDS[fieldname])[documents] if fieldname in FIELDS else counts
        return TermInfo(
            weight=float(counts.sum()),
            df=len(documents),
            minlength=int(lengths.min()),
            maxlength=int(lengths.max()),
            maxweight=float(counts.max()),
            minid=int(documents[0]),
            maxid=int(documents[-1]),
        )

    def frequency(self, fieldname: str, text: bytes) -> float:
        return float(self._opened.found(fieldname, _decoded(text))[1].sum())

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        return len(self._opened.found(fieldname, _decoded(text))[0])

    def matcher(self, fieldname: str, text: bytes, format_: Any, scorer: object = None) -> Any:
        documents, counts = self._opened.found(fieldname, _decoded(text))
        if not len(documents):
            return NullMatcher()
        return PostingMatcher(
            documents.tolist(),
            counts.astype(float).tolist(),
            self._places_of(_decoded(text), format_) if isinstance(format_, Places) else None,
            format=format_,
            scorer=scorer,
            term=(fieldname, text),
            terminfo=self.term_info(fieldname, text),
        )

    def _places_of(self, text: str, format_: Places) -> PlacesOf:
        return lambda docnum: self._opened.places(docnum, format_).get(text, ())


def _decoded(text: bytes) -> str:
    return text.decode(*UTF8)


class _Cursor(base.FieldCursor):  # type: ignore[misc]
    def __init__(self, opened: Opened, fieldname: str) -> None:
        self._opened = opened
        self._field = fieldname
        self._at = 0

    @cached_property
    def _terms(self) -> Sequence[str]:
        return list(self._opened.rows_from(self._field, ""))

    def first(self) -> str | None:
        self._at = 0
        return self.text()

    def find(self, string: str) -> str | None:
        self._at = bisect_left(self._terms, string)
        return self.text()

    def next(self) -> str | None:
        self._at += 1
        return self.text()

    def text(self) -> str | None:
        return self._terms[self._at] if self.is_valid() else None

    def is_valid(self) -> bool:
        return self._at < len(self._terms)

    def near(self, test: Fuzzy) -> Iterator[str]:
        """Yield the terms that `test` accepts, regardless of the cursor."""
        if (field := FIELDS.get(self._field, "gram")) == "gram":
            yield from filter(test.accepts, self._terms)
            return
        table = self._opened.mapped.tables[field]
        for place in accepted_rows(table, test).tolist():
            yield _decoded(table.rows.terms[place])


class _Automata(base.Automata):  # type: ignore[misc]
    """Finds the terms near a text by array operations on the vocabulary."""

    def terms_within(self, fieldcur: _Cursor, uterm: str, maxdist: int, prefix: int = 0) -> Iterator[str]:
        return (text for text in fieldcur.near(Fuzzy(uterm, maxdist)) if text.startswith(uterm[:prefix]))
