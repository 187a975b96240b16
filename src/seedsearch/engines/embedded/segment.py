"""An open segment: documents, their terms, and which of them have been deleted."""

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
from seedsearch.engines.embedded.unigrams import Singles, most_of_others
from seedsearch.engines.query import Field
from seedsearch.engines.stored import UTF8
from seedsearch.text.array_types import Ints, Mask

COUNTED = 1 << 20  # postings summed at once

Key = tuple[Field, str]  # a term
Found = tuple[Ints, Ints]  # ascending documents, and the count of the term in each

_NOTHING: Found = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


def _encoded(term: str) -> bytes:
    return term.encode(*UTF8)


class Segment:
    """One segment as of one commit; `live` marks the documents that exist (None: all)."""

    def __init__(self, container: Container, live: Mask | None) -> None:
        self.container = container
        self.live = live
        self.documents = Documents(container)
        self.pairs = PairTable(container)
        self.singles = Singles(container)
        self.tables = {"word": TermTable(container, "word"), "tag": TermTable(container, "tag")}
        self.ids = TermTable(container, "doc")

    def again(self, live: Mask | None = None) -> Segment:
        """Return the same segment with nothing loaded, or with other live documents; data is verified again."""
        return Segment(self.container.again(), self.live if live is None else live)

    @property
    def path(self) -> Path:
        """Its file."""
        return self.container.path

    @cached_property
    def count(self) -> int:
        """The number of live documents."""
        return self.documents.count if self.live is None else int(self.live.sum())

    def lengths(self, field: Field) -> Ints:
        """Return the number of terms of a field in each document, including deleted ones."""
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
        """Return the total number of terms of a field in live documents."""
        lengths = self.lengths(field)
        return int(lengths.sum() if self.live is None else lengths[self.live].sum())

    def with_term(self, field: Field, term: str) -> Found:
        """Return the live documents that have a term."""
        found = [(lists.documents, lists.counts) for _, lists in self.read([(field, term)])]
        return found[0] if found else _NOTHING

    def look_up(self, terms: Sequence[Key]) -> tuple[list[tuple[int, Entry]], dict[str, int]]:
        """Locate the lists of the grams among some terms; return them with the indexes of the terms.

        Also return the indexes of characters without lists of their own, and unpack what is needed for these.
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
        """Yield lists of terms in groups: the indexes of the terms in `terms`, and their lists.

        Deleted documents are left out, and terms that no document has are skipped.
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
        for some, lists in self._with_singles(sorted(without)):
            yield [without[char] for char in some], lists

    def _placed(self, section: str, entries: Iterable[tuple[int, Entry | None]]) -> Iterator[tuple[int, Entry]]:
        """Return the located lists, in file order."""
        begin = 8 * self.container.span(section)[0]
        return ((place, (entry[0], entry[1], begin + entry[2])) for place, entry in entries if entry is not None)

    def _with_singles(self, chars: Sequence[str]) -> Iterator[tuple[Sequence[str], Lists]]:
        """Yield the lists of characters without lists of their own, several at a time."""
        at_once = max(1, COUNTED // most_of_others(self.documents.count))
        for some in (chars[i : i + at_once] for i in range(0, len(chars), at_once)):
            owners, lists = self.pairs.with_firsts(some)
            lists, count = self._there(lists), self.documents.count
            places = lists.documents + count * np.repeat(owners, lists.lengths)
            # The postings are few: sorting them takes a tenth of the time of an array over all documents.
            order = places.argsort(kind="stable")
            places = places[order]
            heads = np.flatnonzero(np.diff(places, prepend=-1))
            counts = np.add.reduceat(lists.counts[order], heads) if len(heads) else lists.counts
            there = places[heads]
            lengths = np.diff(there.searchsorted(count * np.arange(len(some) + 1)))
            yield some, Lists(lengths, there - count * np.repeat(np.arange(len(some)), lengths), counts)

    def at_most_with(self, grams: Sequence[str]) -> list[int]:
        """Return an upper limit for the documents that have each gram, without reading lists."""
        sizes = iter(self.pairs.sizes_of([key_of(*gram) for gram in grams if len(gram) == 2]))
        return [next(sizes) if len(gram) == 2 else self.documents.count for gram in grams]

    def sizes(self, terms: Sequence[Key]) -> list[int | None]:
        """Return the number of documents that have each term; None if documents were deleted, so that the list would
        have to be read.
        """
        if self.live is not None:
            return [None] * len(terms)
        chars = [text for field, text in terms if field == "gram" and len(text) == 1]
        entries = {char: self.singles.entry(char) for char in chars}
        of_chars = {char: entry[0] for char, entry in entries.items() if entry is not None}
        for some, lists in self._with_singles(sorted(char for char in entries if char not in of_chars)):
            of_chars.update(zip(some, lists.lengths.tolist(), strict=True))
        keys = [key_of(*text) for field, text in terms if field == "gram" and len(text) == 2]
        pairs = iter(self.pairs.sizes_of(keys))
        found: list[int | None] = []
        for field, text in terms:
            if field == "gram" and len(text) == 2:
                found.append(next(pairs))
            elif field == "gram":
                found.append(of_chars[text])
            else:
                entry = self.tables[field].entry(_encoded(text))
                found.append(0 if entry is None else entry[0])
        return found

    def _there(self, lists: Lists) -> Lists:
        """Return the lists without deleted documents."""
        if lists.documents.max(initial=0) >= self.documents.count:
            raise ValueError("a posting of a document that there is not")
        if self.live is None:
            return lists
        there = self.live[lists.documents]
        lengths = np.bincount(lists.owners(), there, minlength=len(lists.lengths)).astype(np.int64)
        return Lists(lengths, lists.documents[there], lists.counts[there])

    def together(self, lists: Lists) -> Found:
        """Merge several lists, adding counts."""
        if lists.documents.max(initial=0) >= self.documents.count:
            raise ValueError("a posting of a document that there is not")
        sums = np.bincount(lists.documents, lists.counts, minlength=self.documents.count)
        if self.live is not None:
            sums[~self.live] = 0
        documents = (sums > 0).nonzero()[0]
        return documents, sums[documents].astype(np.int64)

    @cached_property
    def by_rank(self) -> Ints:
        """The documents in the order of their ids, including deleted ones."""
        return postings.decode_singles(self.container.array("doc.postings", np.uint8), self.documents.count)

    @cached_property
    def ranks(self) -> Ints:
        """The rank of each document in that order."""
        ranks = np.empty_like(self.by_rank)
        ranks[self.by_rank] = np.arange(len(ranks))
        return ranks

    def id_of(self, document: int) -> str:
        """Return the id of a document."""
        chunk, place = divmod(int(self.ranks[document]), CHUNK)
        return self.ids.chunk(chunk).terms[place].decode(*UTF8)

    def number_of(self, doc_id: bytes) -> int | None:
        """Return the live document with this id, if there is one."""
        if (found := self.ids.postings_of(doc_id)) is None:
            return None
        number = int(found.documents[0])
        return number if self.live is None or self.live[number] else None

    def all_ids(self) -> Iterator[tuple[str, int]]:
        """Yield the id and the number of every live document, in the order of ids."""
        for doc_id, number in zip(self.ids.rows.terms, self.by_rank.tolist(), strict=True):
            if self.live is None or self.live[number]:
                yield doc_id.decode(*UTF8), number
