"""The sorted terms of a field of words, with the places of their postings.

Terms are stored in chunks of 256. A chunk has its terms, joined by the byte 255 (which never occurs in UTF-8) and
deflated, and the varints of their lists (postings.py). Sections, by the name of the field:

    F.terms     the chunks                            F.firsts   the first term of each chunk, joined by 255
    F.chunks    for each chunk (and the end): where its terms, its varints and its postings begin, 8 bytes each
    F.postings  the lists
"""

from __future__ import annotations

import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain
from typing import NamedTuple

import numpy as np

from seedsearch.engines.embedded import postings, varints
from seedsearch.engines.embedded.postings import Entry, Lists
from seedsearch.engines.embedded.section_file import Chunk, Container, Section, Slices
from seedsearch.engines.lru_cache import LRUCache
from seedsearch.engines.stored import UTF8
from seedsearch.parallel import made_ahead
from seedsearch.text.array_types import Bytes, Ints, Points, Small
from seedsearch.text.code_points import points

CHUNK = 256
BETWEEN = b"\xff"
KEPT_CHUNKS = 512  # unpacked chunks in the cache, per field
KEPT_OWNERS = 1 << 20  # bytes per field of cached lists of terms by character, enough for a few thousand characters

_NO_BYTES: Bytes = np.zeros(0, dtype=np.uint8)

Part = tuple[Sequence[bytes], Lists]


class TermsWriter:
    """Makes the sections of a field from parts in the order of their terms."""

    def __init__(self, field: str, count: int) -> None:
        """`count`: the documents of the segment."""
        self._field = field
        self._count = count
        self._chunks: list[bytes] = []
        self._firsts: list[bytes] = []
        self._places: list[tuple[int, int, int]] = []
        self._at = self._postings = 0

    def sections(self, parts: Iterable[Part]) -> Iterable[Section]:
        """Yield the sections; each part is asked for when the one before it has been written."""
        yield f"{self._field}.postings", self._written(parts)
        yield f"{self._field}.terms", self._chunks
        yield f"{self._field}.firsts", [BETWEEN.join(self._firsts)]
        places = np.array([*self._places, (self._at, self._at, self._postings)], dtype="<u8")
        yield f"{self._field}.chunks", [places.tobytes()]

    def _written(self, parts: Iterable[Part]) -> Iterable[Chunk]:
        for terms, lists, extras, stored, starts in made_ahead(self._encoded(parts)):
            yield stored
            for start in range(0, len(terms), CHUNK):
                some = slice(start, start + CHUNK)
                self._add(terms[some], lists.lengths[some], extras[some], int(starts[start]) // 8)
            self._postings += len(stored)

    def _encoded(self, parts: Iterable[Part]) -> Iterator[tuple[Sequence[bytes], Lists, Ints, bytes, Ints]]:
        for terms, lists in parts:
            extras = postings.extras_of(lists)
            yield terms, lists, extras, *postings.encode(lists, extras, self._count, CHUNK)

    def _add(self, terms: Sequence[bytes], documents: Ints, extras: Ints, start: int) -> None:
        text = zlib.compress(BETWEEN.join(terms), 6)
        numbers = varints.encode(postings.numbers_of(documents, extras)[0]).tobytes()
        self._firsts.append(terms[0])
        self._places.append((self._at, self._at + len(text), self._postings + start))
        self._chunks += [text, numbers]
        self._at += len(text) + len(numbers)


class TermRows(NamedTuple):
    """Some sorted terms of a field, each with its documents and extras, and the bit at which its list begins."""

    terms: list[bytes]
    documents: Ints
    extras: Ints
    starts: Ints

    def at(self, places: Ints | slice) -> TermRows:
        """Return some of the rows, with their terms only if `places` is a slice."""
        terms = self.terms[places] if isinstance(places, slice) else []
        return TermRows(terms, self.documents[places], self.extras[places], self.starts[places])


class TermTable:
    """The terms of a field of an open segment."""

    def __init__(self, container: Container, field: str) -> None:
        self._container = container
        self._count = container.count
        self._field = field
        self._kept = LRUCache(KEPT_CHUNKS)
        self._owners = LRUCache(KEPT_OWNERS)

    @cached_property
    def firsts(self) -> list[bytes]:
        """The first term of each chunk."""
        firsts = bytes(self._container.bytes(f"{self._field}.firsts"))
        return firsts.split(BETWEEN) if len(self._places) > 1 else []

    @cached_property
    def _places(self) -> Ints:
        return self._container.array(f"{self._field}.chunks", "<i8").reshape(-1, 3)

    @cached_property
    def _terms(self) -> Slices:
        return self._container.slices(f"{self._field}.terms")

    @cached_property
    def _postings(self) -> Slices:
        return self._container.slices(f"{self._field}.postings")

    def find(self, term: bytes) -> tuple[int, int] | None:
        """Return the chunk of a term and its index there, if the field has the term."""
        number = bisect_right(self.firsts, term) - 1
        if number < 0:
            return None
        terms = self.chunk(number).terms
        at = bisect_right(terms, term) - 1
        return (number, at) if terms[at] == term else None

    def chunk(self, number: int) -> TermRows:
        """Return one chunk."""
        kept: TermRows | None = self._kept.get(number)
        return self._kept.put(number, self._read(number), 1) if kept is None else kept

    def _stored(self, number: int) -> tuple[list[bytes], Bytes]:
        """Return the terms of a chunk and the varints of their lists, for immediate use."""
        text, numbers, _ = self._places[number].tolist()
        terms = zlib.decompress(self._terms[text:numbers].data).split(BETWEEN)
        return terms, self._terms[numbers : int(self._places[number + 1][0])]

    def _read(self, number: int) -> TermRows:
        terms, stored = self._stored(number)
        begin = int(self._places[number, 2])
        documents, extras = postings.from_numbers(varints.decode(stored))
        sizes = postings.sizes_of(documents, extras, self._count)
        return TermRows(terms, documents, extras, 8 * begin + np.cumsum(sizes) - sizes)

    def entry(self, term: bytes) -> Entry | None:
        """Return the place of the list of a term; None if no document has it."""
        if (found := self.find(term)) is None:
            return None
        rows, at = self.chunk(found[0]), found[1]
        return int(rows.documents[at]), int(rows.extras[at]), int(rows.starts[at])

    def postings_of(self, term: bytes) -> Lists | None:
        """Return the postings of a term."""
        entry = self.entry(term)
        return None if entry is None else postings.decode_few(self._postings, [entry], self._count)

    def lists(self, rows: TermRows) -> Lists:
        """Return the lists of some terms."""
        if not len(rows.starts):
            return Lists.empty()
        return postings.decode(self._postings, rows.starts, rows.documents, rows.extras, self._count)

    @cached_property
    def rows(self) -> TermRows:
        """All terms."""
        places = self._places.tolist()
        whole = [self._stored(number) for number in range(len(places) - 1)]
        terms = [terms for terms, _ in whole]
        lengths = np.array([len(some) for some in terms], dtype=np.int64)
        # All chunks at once: their numbers follow one another, and each of them begins its postings with a byte.
        documents, extras = postings.from_numbers(varints.decode(np.concatenate([_NO_BYTES, *(n for _, n in whole)])))
        if len(documents) != lengths.sum():
            raise ValueError("a chunk of terms is broken")
        ends = np.cumsum(postings.sizes_of(documents, extras, self._count))
        begins = np.append(0, ends[:-1])[: len(ends)]
        firsts = begins[np.cumsum(lengths) - lengths]
        chunk_begins = np.array([8 * begin for _, _, begin in places[:-1]], dtype=np.int64)
        begins += np.repeat(chunk_begins - firsts, lengths)
        return TermRows(list(chain.from_iterable(terms)), documents, extras, begins)

    @cached_property
    def joined(self) -> bytes:
        """All terms, each followed by the byte 255."""
        return BETWEEN.join([*self.rows.terms, b""])

    @cached_property
    def begins(self) -> Ints:
        """The start of each term in `joined`."""
        return np.append(0, np.flatnonzero(np.frombuffer(self.joined, dtype=np.uint8) == 255)[:-1] + 1)

    @cached_property
    def points(self) -> tuple[Points, Small, Small]:
        """The code points of all terms, the index of the term of each, and the length of each term."""
        joined = np.frombuffer(self.joined, dtype=np.uint8)
        # The bytes from 0x80 to 0xBF, the smallest as signed numbers, continue a character; any other begins one.
        begun = np.cumsum(joined.view(np.int8) >= -0x40, dtype=np.int32)[joined == 255]
        lengths = np.diff(begun, prepend=np.int32(0)) - 1  # without the separator
        text = self.joined.replace(BETWEEN, b"").decode(*UTF8)
        return points(text), np.repeat(np.arange(len(lengths), dtype=np.int32), lengths), lengths

    def owners_of(self, char: int) -> Small:
        """Return the indexes of the terms that contain a code point, in order, once per occurrence.

        Terms near a text are requested for each of its stretches, which share characters.
        """
        if (found := self._owners.get(char)) is None:
            chars, owners, _ = self.points
            found = owners[np.flatnonzero(chars == char)]
            self._owners.put(char, found, found.nbytes)
        return found  # type: ignore[no-any-return]

    def between(self, low: bytes, high: bytes) -> TermRows:
        """Return the terms from `low` to before `high`."""
        terms = self.rows.terms
        return self.rows.at(slice(bisect_left(terms, low), bisect_left(terms, high)))
