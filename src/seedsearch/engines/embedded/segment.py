"""A mapped segment: documents, their terms, and which of them were deleted since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from seedsearch.engines.embedded import postings
from seedsearch.engines.embedded.bigrams import PairTable, key_of
from seedsearch.engines.embedded.documents import Documents
from seedsearch.engines.embedded.postings import LONG, Entry, Lists
from seedsearch.engines.embedded.section_file import Container
from seedsearch.engines.embedded.term_dictionary import CHUNK, TermTable
from seedsearch.engines.embedded.unigrams import Singles
from seedsearch.engines.query import Field
from seedsearch.engines.stored import UTF8
from seedsearch.text.array_types import Ints, Mask

COUNTED = 1 << 20  # counts that are added up at once

Key = tuple[Field, str]  # a term
Found = tuple[Ints, Ints]  # documents, ascending, and how often each has the term

_NOTHING: Found = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


def _encoded(term: str) -> bytes:
    return term.encode(*UTF8)


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

    def again(self, live: Mask | None = None) -> Segment:
        """Return the same with nothing in memory yet, or with others that are there; what is read is checked anew."""
        return Segment(self.container.again(), self.live if live is None else live)

    @property
    def path(self) -> Path:
        """The file."""
        return self.container.path

    @cached_property
    def count(self) -> int:
        """How many documents are there."""
        return self.documents.count if self.live is None else int(self.live.sum())

    def lengths(self, field: Field) -> Ints:
        """Return how many terms of a field each document has, the deleted ones too."""
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
        """Return how many terms of a field the documents that are there have."""
        lengths = self.lengths(field)
        return int(lengths.sum() if self.live is None else lengths[self.live].sum())

    def with_term(self, field: Field, term: str) -> Found:
        """Return the documents that have a term."""
        found = [(lists.documents, lists.counts) for _, lists in self.read([(field, term)])]
        return found[0] if found else _NOTHING

    def look_up(self, terms: Sequence[Key]) -> tuple[list[tuple[int, Entry]], dict[str, int]]:
        """Return where in the file the lists of the grams among some terms are, with the places of the terms.

        And the places of characters that have no list of their own; what tells of these is unpacked at the same time.
        """
        grams = {text: place for place, (field, text) in enumerate(terms) if field == "gram"}
        of_pairs = {key_of(*text): place for text, place in grams.items() if len(text) == 2}
        singles = [(text, place, self.singles.entry(text)) for text, place in grams.items() if len(text) == 1]
        without = {text: place for text, place, entry in singles if entry is None}
        found = self.pairs.entries([*of_pairs], sorted(without))
        entries = [
            *self._placed("pairs.postings", zip(of_pairs.values(), found, strict=True)),
            *self._placed("singles", ((place, entry) for _, place, entry in singles)),
        ]
        return entries, without

    def read(self, terms: Sequence[Key]) -> Iterator[tuple[list[int], Lists]]:
        """Yield the lists of some terms, several at once: the places of the terms in `terms`, and their lists.

        Documents that were deleted are left out, terms that no document has are passed over.
        """
        entries, without = self.look_up(terms)
        for field, table in self.tables.items():
            words = ((place, text) for place, (of, text) in enumerate(terms) if of == field)
            entries += self._placed(
                f"{field}.postings", ((place, table.entry(_encoded(text))) for place, text in words)
            )
        whole, count = self.container.whole(), self.documents.count
        short = [(place, entry) for place, entry in entries if entry[0] < LONG]
        if short:
            lists = postings.decode_few(whole, [entry for _, entry in short], count)
            yield [place for place, _ in short], self._there(lists)
        for place, entry in entries:
            if entry[0] >= LONG:
                yield [place], self._there(postings.decode_few(whole, [entry], count))
        at_once = max(1, COUNTED // count)
        chars = sorted(without)
        for some in (chars[i : i + at_once] for i in range(0, len(chars), at_once)):
            yield [without[char] for char in some], self._with_singles(some)

    def _placed(self, section: str, entries: Iterable[tuple[int, Entry | None]]) -> Iterator[tuple[int, Entry]]:
        """Return the lists that there are, as they lie in the file."""
        begin = 8 * self.container.span(section)[0]
        return ((place, (entry[0], entry[1], begin + entry[2])) for place, entry in entries if entry is not None)

    def _with_singles(self, chars: Sequence[str]) -> Lists:
        """Return the lists of characters that have none of their own."""
        owners, lists = self.pairs.with_firsts(chars)
        lists, count = self._there(lists), self.documents.count
        places = lists.documents + count * np.repeat(owners, lists.lengths)
        sums = np.bincount(places, lists.counts, minlength=count * len(chars))
        there = (sums > 0).nonzero()[0]
        lengths = np.diff(there.searchsorted(count * np.arange(len(chars) + 1)))
        return Lists(lengths, there - count * np.repeat(np.arange(len(chars)), lengths), sums[there].astype(np.int64))

    def at_most_with(self, grams: Sequence[str]) -> list[int]:
        """Return how many documents may have each gram, as far as can be told without reading lists."""
        sizes = iter(self.pairs.sizes_of([key_of(*gram) for gram in grams if len(gram) == 2]))
        return [next(sizes) if len(gram) == 2 else self.documents.count for gram in grams]

    def sizes(self, terms: Sequence[Key]) -> list[int | None]:
        """Return how many documents have each term; None where a list has to be read to know: where documents were
        deleted, or of a character that has none of its own.
        """
        if self.live is not None:
            return [None] * len(terms)
        keys = [key_of(*text) for field, text in terms if field == "gram" and len(text) == 2]
        pairs = iter(self.pairs.sizes_of(keys))
        found: list[int | None] = []
        for field, text in terms:
            if field == "gram" and len(text) == 2:
                found.append(next(pairs))
            elif field == "gram":
                entry = self.singles.entry(text)
                found.append(None if entry is None else entry[0])
            else:
                entry = self.tables[field].entry(_encoded(text))
                found.append(0 if entry is None else entry[0])
        return found

    def _there(self, lists: Lists) -> Lists:
        """Return the lists without the documents that were deleted."""
        if lists.documents.max(initial=0) >= self.documents.count:
            raise ValueError("a posting of a document that there is not")
        if self.live is None:
            return lists
        there = self.live[lists.documents]
        lengths = np.bincount(lists.owners(), there, minlength=len(lists.lengths)).astype(np.int64)
        return Lists(lengths, lists.documents[there], lists.counts[there])

    def together(self, lists: Lists) -> Found:
        """Several lists as one, the counts added."""
        if lists.documents.max(initial=0) >= self.documents.count:
            raise ValueError("a posting of a document that there is not")
        sums = np.bincount(lists.documents, lists.counts, minlength=self.documents.count)
        if self.live is not None:
            sums[~self.live] = 0
        documents = (sums > 0).nonzero()[0]
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
        """Return the id of a document."""
        chunk, place = divmod(int(self.ranks[document]), CHUNK)
        return self.ids.chunk(chunk).terms[place].decode(*UTF8)

    def number_of(self, doc_id: bytes) -> int | None:
        """Return the document with this id, where it is there."""
        if (found := self.ids.postings_of(doc_id)) is None:
            return None
        number = int(found.documents[0])
        return number if self.live is None or self.live[number] else None

    def all_ids(self) -> Iterator[tuple[str, int]]:
        """Yield the id and the number of every document that is there, in the order of the ids."""
        for doc_id, number in zip(self.ids.rows.terms, self.by_rank.tolist(), strict=True):
            if self.live is None or self.live[number]:
                yield doc_id.decode(*UTF8), number
