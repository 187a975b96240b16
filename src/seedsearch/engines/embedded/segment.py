"""A mapped segment: documents, their terms, and which of them were deleted since."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seedsearch.engines.embedded import pairs, postings
from seedsearch.engines.embedded.container import Container
from seedsearch.engines.embedded.documents import Documents
from seedsearch.engines.embedded.pairs import PairTable
from seedsearch.engines.embedded.postings import Ints, Lists
from seedsearch.engines.embedded.singles import Singles
from seedsearch.engines.embedded.terms import CHUNK, TermTable
from seedsearch.query import Field

Mask = NDArray[np.bool_]
Found = tuple[Ints, Ints]  # documents, ascending, and how often each has the term

_NOTHING: Found = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


class Segment:
    """One segment as of one commit; `live` says which documents are there, None for all of them."""

    def __init__(self, container: Container, live: Mask | None) -> None:
        self.container = container
        self.live = live
        self.documents = Documents(container)
        self.pairs = PairTable(container)
        self.singles = Singles(container)
        self.tables = {"word": TermTable(container, "word"), "tag": TermTable(container, "tag")}
        self.ids = TermTable(container, "doc")

    @property
    def path(self) -> Path:
        """The file."""
        return self.container.path

    @cached_property
    def count(self) -> int:
        """How many documents are there."""
        return self.documents.count if self.live is None else int(self.live.sum())

    def lengths(self, field: Field) -> Ints:
        """How many terms of a field each document has, the deleted ones too."""
        if field == "tag":
            return self._tag_lengths
        lengths: Ints = self.documents.lengths[0 if field == "gram" else 1]
        return lengths

    @cached_property
    def _tag_lengths(self) -> Ints:
        rows = self.tables["tag"].rows
        lists = self.tables["tag"].lists(rows)
        return np.bincount(lists.documents, lists.counts, minlength=self.documents.count).astype(np.int64)

    def total(self, field: Field) -> int:
        """How many terms of a field the documents that are there have."""
        lengths = self.lengths(field)
        return int(lengths.sum() if self.live is None else lengths[self.live].sum())

    def with_term(self, field: Field, term: str) -> Found:
        """The documents that have a term."""
        if field == "gram":
            return self._with_gram(term)
        return self.there(self.tables[field].postings_of(term.encode("utf-8", "surrogatepass")))

    def _with_gram(self, gram: str) -> Found:
        if len(gram) == 1 and (single := self.singles.postings_of(gram)) is not None:
            return self.there(single)
        if len(gram) == 1:
            _, lists = self.pairs.between(pairs.key_of(gram), pairs.key_of(chr(ord(gram) + 1)))
            return self.together(lists)
        return self.there(self.pairs.postings_of(pairs.key_of(*gram)) if len(gram) == 2 else None)

    def at_most_with(self, gram: str) -> int:
        """How many documents may have a gram, as far as can be told without reading its list."""
        return self.pairs.documents_of(pairs.key_of(*gram)) if len(gram) == 2 else self.documents.count

    def there(self, lists: Lists | None) -> Found:
        """One list without the documents that were deleted."""
        if lists is None:
            return _NOTHING
        if self.live is None:
            return lists.documents, lists.counts
        there = self.live[lists.documents]
        return lists.documents[there], lists.counts[there]

    def together(self, lists: Lists) -> Found:
        """Several lists as one, the counts added."""
        if lists.documents.max(initial=0) >= self.documents.count:
            raise ValueError("a posting of a document that there is not")
        sums = np.bincount(lists.documents, lists.counts, minlength=self.documents.count)
        if self.live is not None:
            sums[~self.live] = 0
        documents = np.flatnonzero(sums)
        return documents, sums[documents].astype(np.int64)

    @cached_property
    def by_rank(self) -> Ints:
        """The documents in the order of their ids, the deleted ones too."""
        return postings.decode_singles(self.container.array("doc.postings", np.uint8), self.documents.count)

    @cached_property
    def ranks(self) -> Ints:
        """The place of each document in that order."""
        ranks = np.empty_like(self.by_rank)
        ranks[self.by_rank] = np.arange(len(ranks))
        return ranks

    def id_of(self, document: int) -> str:
        """The id of a document."""
        chunk, place = divmod(int(self.ranks[document]), CHUNK)
        return self.ids.chunk(chunk).terms[place].decode("utf-8", "surrogatepass")

    def number_of(self, doc_id: bytes) -> int | None:
        """The document with this id, where it is there."""
        if (found := self.ids.postings_of(doc_id)) is None:
            return None
        number = int(found.documents[0])
        return number if self.live is None or self.live[number] else None

    def all_ids(self) -> Iterator[tuple[str, int]]:
        """The id and the number of every document that is there, in the order of the ids."""
        for doc_id, number in zip(self.ids.rows.terms, self.by_rank.tolist(), strict=True):
            if self.live is None or self.live[number]:
                yield doc_id.decode("utf-8", "surrogatepass"), number
