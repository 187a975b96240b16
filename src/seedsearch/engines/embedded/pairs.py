"""The pairs of neighbouring characters, sorted, and where their postings are.

A pair is one number: the code point of the first, shifted by 21 bits, and the code point of the second plus one, or 0
where a blank or the end of the text follows. So every occurrence of a character is in one of its pairs, its pairs stand
side by side, and few need lists of their own (singles.py). Chunks hold up to 256 pairs. Sections:

    pairs           for each chunk, deflated, the varints: how many pairs it has, how far each (but the first) is from
                    the one before it, and those of the lists (postings.py)
    pairs.firsts    the first pair of each chunk, 8 bytes each
    pairs.chunks    for each chunk (and the end): where its varints and its postings begin, 8 bytes each
    pairs.postings  the lists
"""

from __future__ import annotations

import zlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from seedsearch.code_points import Points
from seedsearch.engines.embedded import postings, varints
from seedsearch.engines.embedded.container import Chunk, Container, Section
from seedsearch.engines.embedded.postings import Ints, Lists
from seedsearch.engines.embedded.singles import SinglesWriter
from seedsearch.parallel import made_ahead

CHUNK = 256
KEPT_CHUNKS = 1024  # unpacked
SECOND_BITS = 21
BLANK = 0x20

Keys = NDArray[np.uint64]
Part = tuple[Keys, Lists]


def key_of(first: str, second: str = "") -> int:
    """The number of a pair; without a second character, of the pair (character, end)."""
    return ord(first) << SECOND_BITS | (ord(second) + 1 if second else 0)


def text_of(key: int) -> str:
    """The character or the two of a pair."""
    second = key & (1 << SECOND_BITS) - 1
    return chr(key >> SECOND_BITS) + (chr(second - 1) if second else "")


def pairs_of(runs: Points, lengths: Ints) -> tuple[Keys, NDArray[np.uint64]]:
    """The pairs of run texts that stand one after the other, and for each the number of its text."""
    places = np.flatnonzero(runs != BLANK)
    first = runs[places].astype(np.uint64)
    following = np.append(runs[1:], np.uint32(BLANK))
    ends = np.cumsum(lengths)[lengths > 0]
    following[ends - 1] = BLANK
    second = following[places].astype(np.uint64)
    keys = first << np.uint64(SECOND_BITS) | np.where(second == BLANK, np.uint64(0), second + np.uint64(1))
    return keys, np.repeat(np.arange(len(lengths), dtype=np.uint64), lengths)[places]


class PairsWriter:
    """Makes the sections out of parts in the order of their pairs."""

    def __init__(self, count: int) -> None:
        """`count`: the documents of the segment."""
        self._count = count
        self._numbers: list[Chunk] = []
        self._firsts: list[Keys] = []
        self._places: list[NDArray[np.int64]] = []
        self._at = self._postings = 0

    def sections(self, parts: Iterable[Part]) -> Iterable[Section]:
        """The sections; each part is asked for when the one before it has been written."""
        singles = SinglesWriter(self._count)
        yield "pairs.postings", self._written(parts, singles)
        singles.close()
        yield from singles.sections()
        yield "pairs", self._numbers
        yield "pairs.firsts", [firsts.astype("<u8").tobytes() for firsts in self._firsts]
        end = np.array([[self._at, self._postings]])
        yield "pairs.chunks", [places.astype("<i8").tobytes() for places in (*self._places, end)]

    def _written(self, parts: Iterable[Part], singles: SinglesWriter) -> Iterable[Chunk]:
        for keys, lists, extras, stored, starts in made_ahead(self._encoded(parts)):
            yield stored
            if len(keys):
                self._add(keys, *postings.numbers_of(lists.lengths, extras), starts // 8)
                singles.add((keys >> np.uint64(SECOND_BITS)).astype(np.int64), lists)
            self._postings += len(stored)

    def _encoded(self, parts: Iterable[Part]) -> Iterator[tuple[Keys, Lists, Ints, bytes, Ints]]:
        for keys, lists in parts:
            extras = postings.extras_of(lists)
            yield keys, lists, extras, *postings.encode(lists, extras, self._count, CHUNK)

    def _add(self, keys: Keys, numbers: Keys, of_each: Ints, starts: Ints) -> None:
        """All chunks of a part at once."""
        heads = np.arange(0, len(keys), CHUNK)
        lengths = np.diff(np.append(heads, len(keys)))
        ends = np.cumsum(lengths + np.add.reduceat(of_each, heads))
        is_number = np.ones(int(ends[-1]), dtype=bool)
        begins = np.append(0, ends[:-1])
        is_number[np.repeat(begins, lengths) + np.arange(len(keys)) - np.repeat(heads, lengths)] = False
        steps = np.diff(keys, prepend=keys[0])
        steps[heads] = lengths  # in the place of the step to the first pair
        values = np.empty(len(is_number), dtype=np.uint64)
        values[~is_number], values[is_number] = steps, numbers
        width = np.append(0, np.cumsum(varints.sizes(values)))[np.append(begins, len(values))]
        written = varints.encode(values).tobytes()
        chunks = [zlib.compress(written[a:z], 6) for a, z in pairwise(width.tolist())]
        places = self._at + np.cumsum([0, *map(len, chunks)])
        self._places.append(np.stack([places[:-1], self._postings + starts[heads]], axis=1))
        self._firsts.append(keys[heads])
        self._numbers += chunks
        self._at = int(places[-1])


@dataclass(frozen=True, slots=True)
class PairRows:
    """Some pairs, sorted; for each its documents and extras, and the bit at which its list begins."""

    keys: Keys
    documents: Ints
    extras: Ints
    starts: Ints


class PairTable:
    """The pairs of a mapped segment."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._count = container.count
        self._kept: OrderedDict[int, PairRows] = OrderedDict()

    @cached_property
    def firsts(self) -> Keys:
        """The first pair of each chunk."""
        return self._container.array("pairs.firsts", "<u8")

    @property
    def sizes(self) -> NDArray[np.int64]:
        """How many bytes the lists of each chunk take."""
        sizes: NDArray[np.int64] = np.diff(self._places[:, 1])
        return sizes

    def keys(self) -> Keys:
        """All pairs."""
        chunks = [self._chunk(number).keys for number in range(len(self.firsts))]
        return np.concatenate([np.zeros(0, dtype=np.uint64), *chunks])

    @cached_property
    def _places(self) -> NDArray[np.int64]:
        return self._container.array("pairs.chunks", "<i8").reshape(-1, 2)

    @cached_property
    def _numbers(self) -> memoryview:
        return self._container.bytes("pairs")

    @cached_property
    def _postings(self) -> NDArray[np.uint8]:
        return self._container.array("pairs.postings", np.uint8)

    def chunk(self, number: int) -> PairRows:
        """One chunk."""
        if (rows := self._kept.get(number)) is None:
            rows = self._kept[number] = self._chunk(number)
            if len(self._kept) > KEPT_CHUNKS:
                self._kept.popitem(last=False)
        return rows

    def _chunk(self, number: int) -> PairRows:
        begin, first = self._places[number].tolist()
        end = int(self._places[number + 1][0])
        values = varints.decode(np.frombuffer(zlib.decompress(self._numbers[begin:end]), dtype=np.uint8))
        count = int(values[0])
        keys = values[:count]
        keys[0] = self.firsts[number]
        documents, extras = postings.from_numbers(values[count:])
        starts, _ = postings.starts_of(postings.Shape.of(documents, extras, self._count).sizes, CHUNK)
        return PairRows(np.cumsum(keys).astype(np.uint64), documents, extras, 8 * first + starts)

    def postings_of(self, key: int) -> Lists | None:
        """The postings of a pair."""
        if (found := self._find(key)) is None:
            return None
        return self._lists(found[0], slice(found[1], found[1] + 1))

    def documents_of(self, key: int) -> int:
        """How many documents have a pair, the deleted ones too."""
        found = self._find(key)
        return int(found[0].documents[found[1]]) if found else 0

    def _find(self, key: int) -> tuple[PairRows, int] | None:
        """The chunk that has a pair, and its place there."""
        number = int(np.searchsorted(self.firsts, np.uint64(key), side="right")) - 1
        if number < 0:
            return None
        rows = self.chunk(number)
        at = int(np.searchsorted(rows.keys, np.uint64(key)))
        if at == len(rows.keys) or rows.keys[at] != key:
            return None
        return rows, at

    def _lists(self, rows: PairRows, some: slice) -> Lists:
        return postings.decode(self._postings, rows.starts[some], rows.documents[some], rows.extras[some], self._count)

    def between(self, low: int, high: int) -> tuple[Keys, Lists]:
        """The pairs from `low` to before `high`, and their lists."""
        first = max(0, int(np.searchsorted(self.firsts, np.uint64(low), side="right")) - 1)
        last = int(np.searchsorted(self.firsts, np.uint64(high), side="left"))
        chunks = [self.chunk(number) for number in range(first, last)]
        if not chunks:
            return np.zeros(0, dtype=np.uint64), Lists.empty()
        names = ("keys", "documents", "extras", "starts")
        rows = PairRows(*(np.concatenate([getattr(chunk, name) for chunk in chunks]) for name in names))
        a, b = np.searchsorted(rows.keys, np.array([low, high], dtype=np.uint64)).tolist()
        return rows.keys[a:b], self._lists(rows, slice(a, b)) if a < b else Lists.empty()
