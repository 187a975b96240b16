"""The data of documents in a segment besides postings. Documents are numbered from 0 in the order in which they were
added.

    count               how many there are, 8 bytes
    characters          the alphabet of the codes
    codes, differences  the texts (text_store.py), one after the other
    sizes               varints: the sizes of the codes of all documents, then those of their differences
    lengths             varints: the lengths of the field `gram` of all documents, then those of `word`
    digests             of all documents, one after the other; `digests.sizes` holds their sizes as varints
    stored              what was stored with them, by sixteens: deflated varints of the sizes, and then the bytes
    stored.sizes        varints: the sizes of these

The ids are the terms of a field `doc` (term_dictionary.py).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from sys import getsizeof
from typing import NamedTuple

import numpy as np

from seedsearch.engines.embedded import varints
from seedsearch.engines.embedded.alphabet import INNER, LONGEST, Alphabet
from seedsearch.engines.embedded.section_file import BLOCK, SHIFT, Chunk, Container, Section, Slices
from seedsearch.engines.embedded.text_store import put_together
from seedsearch.engines.lru_cache import LRUCache
from seedsearch.engines.stored import UTF8
from seedsearch.text.array_types import Bytes, Ints, Mask, Points
from seedsearch.text.code_points import text_of

TOGETHER = 16
KEPT_BYTES, KEPT_TEXTS = 4 << 20, 8 << 20  # cached bytes of stored data, unpacked, and of texts


class Columns(NamedTuple):
    """The documents of a segment to be written, one row each; `codes` and `differences` come in pieces of any size.

    `code_sizes` may be a list that is filled while the codes are being written.
    """

    alphabet: Alphabet
    codes: Iterable[Chunk]
    code_sizes: Ints | list[Ints]
    differences: Iterable[Chunk]
    difference_sizes: Ints
    gram_lengths: Ints
    word_lengths: Ints
    digests: Sequence[bytes]
    stored: Iterable[bytes]

    def sections(self) -> Iterator[Section]:
        """Yield the sections, as described above."""
        yield "count", [len(self.gram_lengths).to_bytes(8, "little")]
        yield "characters", [self.alphabet.characters.encode()]
        yield "codes", self.codes
        yield "differences", self.differences
        yield "sizes", _both(self.code_sizes, self.difference_sizes)
        yield "lengths", [_numbers(self.gram_lengths), _numbers(self.word_lengths)]
        yield "digests", [b"".join(self.digests)]
        yield "digests.sizes", [_numbers([len(digest) for digest in self.digests])]
        sizes: list[int] = []
        yield "stored", _grouped(self.stored, sizes)
        yield "stored.sizes", [_numbers(sizes)]


def _both(first: Ints | list[Ints], second: Ints) -> Iterator[bytes]:
    """Yield the second column after the first has been filled."""
    yield _numbers(np.concatenate(first) if isinstance(first, list) else first)
    yield _numbers(second)


def _numbers(values: Ints | Sequence[int]) -> bytes:
    return varints.encode(np.asarray(values, dtype=np.uint64)).tobytes()


def _grouped(stored: Iterable[bytes], sizes: list[int]) -> Iterator[bytes]:
    """Yield the groups, and append their sizes to `sizes`."""
    group: list[bytes] = []

    def deflated() -> bytes:
        made = zlib.compress(_numbers([len(one) for one in group]) + b"".join(group), 6)
        sizes.append(len(made))
        return made

    for one in stored:
        group.append(one)
        if len(group) == TOGETHER:
            yield deflated()
            group = []
    if group:
        yield deflated()


class Documents:
    """The documents of an open segment."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._count = container.count
        self._kept = LRUCache(KEPT_BYTES)
        self._kept_texts = LRUCache(KEPT_TEXTS)

    @cached_property
    def alphabet(self) -> Alphabet:
        """The alphabet of the codes."""
        return Alphabet(str(self._container.bytes("characters"), "utf-8"))

    @property
    def count(self) -> int:
        """The number of documents, including deleted ones."""
        return self._count

    def _halves(self, name: str) -> Ints:
        both: Ints = varints.decode(self._container.array(name, np.uint8)).reshape(2, self._count)
        return both

    @cached_property
    def lengths(self) -> Ints:
        """The lengths of the field `gram`, and those of `word`."""
        return self._halves("lengths")

    @cached_property
    def _borders(self) -> Ints:
        """The start of the codes and differences of each document, and the ends."""
        sizes = self._halves("sizes")
        return np.concatenate([np.zeros((2, 1), dtype=np.int64), np.cumsum(sizes, axis=1)], axis=1)

    @property
    def difference_sizes(self) -> Ints:
        """The size in bytes of the differences of each document."""
        sizes: Ints = np.diff(self._borders[1])
        return sizes

    @cached_property
    def code_borders(self) -> list[int]:
        """The position in the file of the codes of each document, and the end."""
        borders: list[int] = (self._borders[0] + self._container.span("codes")[0]).tolist()
        return borders

    def holding(self, documents: Iterable[int], run: bytes) -> Iterator[int]:
        """Yield the `documents` whose codes contain `run`."""
        find, borders = self._container.mapped.find, self.code_borders
        ready, need = self._container.ready, self._container.need
        for d in documents:
            begin, end = borders[d], borders[d + 1]
            if end - begin > BLOCK or not (ready[begin >> SHIFT] and ready[end >> SHIFT]):
                need(begin, end)
            if find(run, begin, end) >= 0:
                yield d

    def holding_alone(
        self, documents: Iterable[int], run: bytes, before: tuple[bytes, ...], behind: tuple[bytes, ...]
    ) -> Iterator[int]:
        """Yield those of `documents` in whose codes `run` stands with none of these `before` it or `behind` it."""
        mapped, borders = self._container.mapped, self.code_borders
        reach = [max(map(len, some), default=0) for some in (before, behind)]
        for d in self.holding(documents, run):
            begin, end = borders[d], borders[d + 1]
            at = mapped.find(run, begin, end)
            while at >= 0:
                last = at + len(run)
                if not (
                    mapped[max(begin, at - reach[0]) : at].endswith(before)
                    or mapped[last : min(end, last + reach[1])].startswith(behind)
                ):
                    yield d
                    break
                at = mapped.find(run, at + 1, end)

    @property
    def code_sizes(self) -> Ints:
        """The size in bytes of the codes of each document."""
        sizes: Ints = np.diff(self._borders[0])
        return sizes

    def beginnings(self, documents: Ints, size: int, between: bytes) -> tuple[Bytes, Ints, Mask]:
        """Return the first `size` bytes of the codes of each document, up to the end of a character, with `between`
        after each.

        Also return where each begins in the result, and whether it is complete.
        """
        before = self._container.span("codes")[0]
        starts, lasts = self._borders[0].take([documents, documents + 1]) + before
        ends = np.minimum(lasts, starts + size)
        for start, end in zip(starts.tolist(), np.minimum(lasts, ends + LONGEST).tolist(), strict=True):
            self._container.need(start, end)
        whole = np.frombuffer(self._container.mapped, dtype=np.uint8)
        for _ in range(LONGEST - 1):
            ends += (ends < lasts) & (whole.take(ends, mode="clip") >= INNER)
        mapped = self._container.mapped
        spans = zip(starts.tolist(), ends.tolist(), strict=True)
        joined = between.join([mapped[start:end] for start, end in spans]) + between
        sizes = ends - starts + len(between)
        return np.frombuffer(joined, dtype=np.uint8), np.cumsum(sizes) - sizes, ends == lasts

    def _slices(self, name: str, row: int, documents: Sequence[int]) -> list[Bytes]:
        whole, borders, at = self._container.slices(name), self._borders[row], np.array(documents, dtype=np.int64)
        return [whole[a:b] for a, b in zip(borders[at].tolist(), borders[at + 1].tolist(), strict=True)]

    def codes(self, documents: Sequence[int]) -> list[Bytes]:
        """Return the codes of some documents."""
        return self._slices("codes", 0, documents)

    def differences(self, documents: Sequence[int]) -> list[Bytes]:
        """Return the differences of some documents."""
        return self._slices("differences", 1, documents)

    def runs(self, documents: Sequence[int]) -> tuple[Points, Ints]:
        """Return the concatenated run texts of some documents, and their lengths."""
        codes = self.codes(documents)
        if not codes:
            return np.zeros(0, dtype=np.uint32), np.zeros(0, dtype=np.int64)
        chars, starts = self.alphabet.decode(np.concatenate(codes))
        ends = np.cumsum([len(one) for one in codes], dtype=np.int64)
        lengths = starts.searchsorted(ends)
        lengths[1:] -= lengths[:-1].copy()
        return chars, lengths

    def run_texts(self, documents: Sequence[int]) -> list[str]:
        """Return the run texts of some documents."""
        return _texts_of(*self.runs(documents))

    def texts(self, documents: Sequence[int]) -> list[tuple[str, str]]:
        """Return the readable texts of some documents, each with its run text."""
        found: dict[int, tuple[str, str]] = {d: kept for d in documents if (kept := self._kept_texts.get(d))}
        missing = [d for d in documents if d not in found]
        for document, texts in zip(missing, self._put_together(missing), strict=True):
            found[document] = self._kept_texts.put(document, texts, 200 + sum(map(getsizeof, texts)))
        return [found[d] for d in documents]

    def _put_together(self, documents: Sequence[int]) -> list[tuple[str, str]]:
        if not documents:
            return []
        differences = self.differences(documents)
        sizes = np.array([len(one) for one in differences], dtype=np.int64)
        runs, lengths = self.runs(documents)
        readable = put_together(runs, lengths, np.concatenate(differences), sizes)
        return list(zip(readable, _texts_of(runs, lengths), strict=True))

    def digest_rows(self) -> list[bytes]:
        """Return the digests of all documents, as stored."""
        sizes = varints.decode(self._container.array("digests.sizes", np.uint8))
        whole, ends = bytes(self._container.bytes("digests")), np.cumsum(sizes).tolist()
        return [whole[a:b] for a, b in zip([0, *ends], ends, strict=False)]

    def digests(self) -> list[str]:
        """Return the digests of all documents."""
        return [digest_of(digest) for digest in self.digest_rows()]

    @cached_property
    def _groups(self) -> list[int]:
        return [0, *np.cumsum(varints.decode(self._container.array("stored.sizes", np.uint8))).tolist()]

    def stored(self, document: int) -> bytes:
        """Return the stored data of a document."""
        number, place = divmod(document, TOGETHER)
        if (group := self._kept.get(number)) is None:
            group = self._group(number)
            self._kept.put(number, group, 1000 + len(group[0]))
        whole, at, sizes = group
        start = at + sum(sizes[:place])
        found: bytes = whole[start : start + sizes[place]]
        return found

    def all_stored(self) -> Iterator[bytes]:
        """Yield the stored data of all documents."""
        for number in range(len(self._groups) - 1):
            whole, at, sizes = self._group(number)
            for size in sizes:
                yield whole[at : at + size]
                at += size

    def _group(self, number: int) -> tuple[bytes, int, list[int]]:
        """Return a group, the start of its first document, and the sizes of its documents."""
        whole = zlib.decompress(self._stored[self._groups[number] : self._groups[number + 1]].data)
        sizes: list[int] = []
        count = min(TOGETHER, self.count - number * TOGETHER)
        size = shift = 0
        for at, byte in enumerate(whole, start=1):
            if byte >= 128:
                size, shift = size | (byte & 127) << shift, shift + 7
                continue
            sizes.append(size | byte << shift)
            size = shift = 0
            if len(sizes) == count:
                return whole, at, sizes
        raise ValueError("a group without its sizes")

    @cached_property
    def _stored(self) -> Slices:
        return self._container.slices("stored")


def digest_of(stored: bytes) -> str:
    """Decode a stored digest."""
    return stored[1:].hex() if stored[:1] == b"x" else stored[1:].decode(*UTF8)


def _texts_of(runs: Points, lengths: Ints) -> list[str]:
    """Split concatenated texts."""
    joined, ends = text_of(runs), np.cumsum(lengths).tolist()
    return [joined[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]
