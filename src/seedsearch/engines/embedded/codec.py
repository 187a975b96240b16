"""Whoosh's interfaces over the segments: its own searcher, queries and scoring run on them.

Read-only: writing goes through the engine's writer, which makes no Python objects of postings. No table of contents
of Whoosh's is read or written, and nothing is unpickled.
"""

from __future__ import annotations

import warnings
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from seedsearch.engines.bm25 import K1, B, rarity
from seedsearch.engines.embedded.expansion import accepted_rows
from seedsearch.engines.embedded.segment import Segment
from seedsearch.engines.embedded.vocabulary import vocabulary
from seedsearch.engines.query import FIELDS, Field, Fuzzy

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # invalid escapes in Whoosh's source, shown by Python 3.12 and later
    from whoosh import fields, formats, query, scoring
    from whoosh.codec import base
    from whoosh.matching import ListMatcher, NullMatcher
    from whoosh.matching.binary import AndNotMatcher
    from whoosh.reading import EmptyReader, MultiReader, SegmentReader, TermInfo
    from whoosh.searching import Searcher
    from whoosh.system import pack_uint

Term = tuple[Field, bytes]


def _find_first(matcher: Any) -> None:
    """Move to the first document that only the first part of the matcher has."""
    if matcher.a.is_active():
        matcher._find_next()


# Whoosh 2.7.4 lets the first document of `a AND NOT b` pass unseen where the first one of b comes before it.
AndNotMatcher._find_first = _find_first


class CountedField(fields.FieldType):  # type: ignore[misc]  # Whoosh has no types
    """A field of which it is known how often each document has each term."""

    scorable = indexed = True
    stored = unique = spelling = sortable = False
    vector = analyzer = column_type = None
    multitoken_query = "default"

    def __init__(self) -> None:
        self.format = formats.Frequency()


def schema() -> Any:
    """The fields of the index as Whoosh names them."""
    counted = {name: CountedField() for name in FIELDS}
    stored = {name: fields.STORED() for name in ("doc_id", "digest", "readable", "stored")}
    return fields.Schema(**counted, **stored)


def searcher(segments: Sequence[Segment]) -> Any:
    """Whoosh's searcher over segments; scores are those of the engine (Okapi BM25)."""
    readers = [SegmentReader(None, schema(), _Segment(segment)) for segment in segments]
    reader = MultiReader(readers) if readers else EmptyReader(schema())
    return Searcher(reader, weighting=_Weighting(B=B, K1=K1))


class _Weighting(scoring.BM25F):  # type: ignore[misc]
    """Whoosh's BM25 with our weight of terms."""

    def idf(self, searcher: Any, fieldname: str, text: bytes) -> float:
        whole = searcher.get_parent()
        return rarity(whole.doc_count_all(), whole.doc_frequency(fieldname, text))


class FlatCodec(base.Codec):  # type: ignore[misc]
    """The way from Whoosh's reader to a segment."""

    def terms_reader(self, storage: None, segment: _Segment) -> _Terms:
        return _Terms(segment.mapped)

    def per_document_reader(self, storage: None, segment: _Segment) -> _Documents:
        return _Documents(segment.mapped)

    def automata(self, storage: None, segment: _Segment) -> _Automata:
        return _Automata()


class _Segment(base.Segment):  # type: ignore[misc]
    def __init__(self, mapped: Segment) -> None:
        super().__init__(mapped.path.stem)
        self.mapped = mapped

    def codec(self) -> FlatCodec:
        return FlatCodec()

    def doc_count_all(self) -> int:
        return self.mapped.documents.count

    def deleted_count(self) -> int:
        return self.mapped.documents.count - self.mapped.count

    def deleted_docs(self) -> set[int]:
        return set() if self.mapped.live is None else set(np.flatnonzero(~self.mapped.live).tolist())

    def is_deleted(self, docnum: int) -> bool:
        return self.mapped.live is not None and not self.mapped.live[docnum]


class _Documents(base.PerDocumentReader):  # type: ignore[misc]
    def __init__(self, mapped: Segment) -> None:
        self._mapped = mapped
        self._segment = _Segment(mapped)

    def doc_count(self) -> int:
        return self._mapped.count

    def doc_count_all(self) -> int:
        return self._mapped.documents.count

    def has_deletions(self) -> bool:
        return self._mapped.live is not None

    def is_deleted(self, docnum: int) -> bool:
        return self._segment.is_deleted(docnum)

    def deleted_docs(self) -> set[int]:
        return self._segment.deleted_docs()

    def doc_field_length(self, docnum: int, fieldname: Field, default: int = 0) -> int:
        return int(self._mapped.lengths(fieldname)[docnum])

    def field_length(self, fieldname: Field) -> int:
        return self._mapped.total(fieldname)

    def min_field_length(self, fieldname: Field) -> int:
        return int(self._mapped.lengths(fieldname).min(initial=0))

    def max_field_length(self, fieldname: Field) -> int:
        return int(self._mapped.lengths(fieldname).max(initial=0))

    def stored_fields(self, docnum: int) -> dict[str, object]:
        documents = self._mapped.documents
        return {
            "doc_id": self._mapped.id_of(docnum),
            "digest": documents.digests()[docnum],
            "readable": documents.texts([docnum])[0][0],
            "stored": documents.stored(docnum),
        }


class _Terms(base.TermsReader):  # type: ignore[misc]
    def __init__(self, mapped: Segment) -> None:
        self._mapped = mapped

    def __contains__(self, term: Term) -> bool:
        return self.doc_frequency(*term) > 0

    def indexed_field_names(self) -> Sequence[str]:
        return FIELDS

    def cursor(self, fieldname: Field, fieldobj: object) -> _Cursor:
        return _Cursor(self._mapped, fieldname)

    def terms(self) -> Iterator[Term]:
        return (term for name in FIELDS for term in self.terms_from(name, b""))

    def terms_from(self, fieldname: Field, prefix: bytes) -> Iterator[Term]:
        """The terms of a field from `prefix` on: first those that begin so, which is all that most callers take."""
        begin = prefix.decode()
        for text, _ in vocabulary([self._mapped], fieldname, begin):
            yield fieldname, text.encode()
        if begin:
            rest = (text for text, _ in vocabulary([self._mapped], fieldname, ""))
            yield from ((fieldname, text.encode()) for text in rest if text > begin and not text.startswith(begin))

    def items(self) -> Iterator[tuple[Term, Any]]:
        return ((term, self.term_info(*term)) for term in self.terms())

    def items_from(self, fieldname: Field, prefix: bytes) -> Iterator[tuple[Term, Any]]:
        return ((term, self.term_info(*term)) for term in self.terms_from(fieldname, prefix))

    def term_info(self, fieldname: Field, text: bytes) -> Any:
        documents, counts = self._mapped.with_term(fieldname, text.decode())
        if not len(documents):
            raise KeyError(text)
        lengths = self._mapped.lengths(fieldname)[documents]
        return TermInfo(
            weight=float(counts.sum()),
            df=len(documents),
            minlength=int(lengths.min()),
            maxlength=int(lengths.max()),
            maxweight=float(counts.max()),
            minid=int(documents[0]),
            maxid=int(documents[-1]),
        )

    def frequency(self, fieldname: Field, text: bytes) -> float:
        return float(self._mapped.with_term(fieldname, text.decode())[1].sum())

    def doc_frequency(self, fieldname: Field, text: bytes) -> int:
        return len(self._mapped.with_term(fieldname, text.decode())[0])

    def matcher(self, fieldname: Field, text: bytes, format_: object, scorer: object = None) -> Any:
        documents, counts = self._mapped.with_term(fieldname, text.decode())
        if not len(documents):
            return NullMatcher()
        return ListMatcher(
            documents.tolist(),
            weights=counts.astype(float).tolist(),
            values=[pack_uint(count) for count in counts.tolist()],
            format=format_,
            scorer=scorer,
            term=(fieldname, text),
            terminfo=self.term_info(fieldname, text),
        )


class _Cursor(base.FieldCursor):  # type: ignore[misc]
    def __init__(self, mapped: Segment, field: Field) -> None:
        self._mapped = mapped
        self._field = field
        self._at = 0

    @cached_property
    def _terms(self) -> Sequence[str]:
        return [text for text, _ in vocabulary([self._mapped], self._field, "")]

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
        """The terms that `test` accepts, wherever the cursor stands."""
        if self._field == "gram":
            yield from filter(test.accepts, self._terms)
            return
        table = self._mapped.tables[self._field]
        for place in accepted_rows(table, test).tolist():
            yield table.rows.terms[place].decode("utf-8", "surrogatepass")


class _Automata(base.Automata):  # type: ignore[misc]
    """Finds the terms near a text by array work over the vocabulary."""

    def terms_within(self, fieldcur: _Cursor, uterm: str, maxdist: int, prefix: int = 0) -> Iterator[str]:
        return (text for text in fieldcur.near(Fuzzy(uterm, maxdist)) if text.startswith(uterm[:prefix]))


__all__ = ["FlatCodec", "query", "schema", "searcher"]
