"""The pairs of neighbouring characters, sorted, and where their postings are.

A pair is one number: the code point of the first, shifted by 21 bits, and the code point of the second plus one, or 0
where a blank or the end of the text follows. So every occurrence of a character is in one of its pairs, its pairs stand
side by side, and no list of its own is needed. Chunks hold up to 128 pairs. Sections:

    pairs           for each chunk the varints: how far each pair (but the first) is from the one before it, and
                    then how many bytes each list takes
    pairs.firsts    the first pair of each chunk, 8 bytes each
    pairs.chunks    for each chunk (and the end): where its varints and its postings begin, 8 bytes each
    pairs.postings  the lists
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from seedsearch.engines.embedded import postings, varints
from seedsearch.engines.embedded.alphabet import Points
from seedsearch.engines.embedded.container import Chunk, Container, Section
from seedsearch.engines.embedded.postings import Ints, Lists

CHUNK = 128
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

    def __init__(self) -> None:
        self._numbers: list[Chunk] = []
        self._firsts: list[Keys] = []
        self._places: list[NDArray[np.int64]] = []
        self._at = self._postings = 0

    def sections(self, parts: Iterable[Part]) -> Iterable[Section]:
        """The sections; each part is asked for when the one before it has been written."""
        yield "pairs.postings", self._written(parts)
        yield "pairs", self._numbers
        yield "pairs.firsts", [firsts.astype("<u8").tobytes() for firsts in self._firsts]
        end = np.array([[self._at, self._postings]])
        yield "pairs.chunks", [places.astype("<i8").tobytes() for places in (*self._places, end)]

    def _written(self, parts: Iterable[Part]) -> Iterable[Chunk]:
        for keys, lists in parts:
            stored, sizes = postings.encode(lists)
            yield stored.data
            if len(keys):
                self._add(keys, sizes)

    def _add(self, keys: Keys, sizes: Ints) -> None:
        """All chunks of a part at once: the varints of a chunk are its steps and then its sizes."""
        heads = np.arange(0, len(keys), CHUNK)
        steps = np.delete(np.diff(keys, prepend=keys[0]), heads)
        lengths = np.diff(np.append(heads, len(keys)))
        ends = np.cumsum(2 * lengths - 1)
        is_step = np.ones(int(ends[-1]), dtype=bool)
        starts = ends - lengths
        within = np.arange(len(keys)) - np.repeat(heads, lengths)
        is_step[np.repeat(starts, lengths) + within] = False
        values = np.empty(len(is_step), dtype=np.uint64)
        values[is_step] = steps
        values[~is_step] = sizes
        width = np.cumsum(varints.sizes(values))
        begins = np.append(0, width[ends[:-1] - 1])
        first = np.append(0, np.cumsum(sizes)[heads[1:] - 1])
        self._places.append(np.stack([self._at + begins, self._postings + first], axis=1))
        self._firsts.append(keys[heads])
        self._numbers.append(varints.encode(values).data)
        self._at += int(width[-1])
        self._postings += int(sizes.sum())


class PairTable:
    """The pairs of a mapped segment."""

    def __init__(self, container: Container) -> None:
        self._container = container

    @cached_property
    def firsts(self) -> Keys:
        """The first pair of each chunk."""
        return self._container.array("pairs.firsts", "<u8")

    @cached_property
    def _places(self) -> NDArray[np.int64]:
        return self._container.array("pairs.chunks", "<i8").reshape(-1, 2)

    @cached_property
    def _numbers(self) -> NDArray[np.uint8]:
        return self._container.array("pairs", np.uint8)

    @cached_property
    def _postings(self) -> NDArray[np.uint8]:
        return self._container.array("pairs.postings", np.uint8)

    def chunk(self, number: int) -> tuple[Keys, Ints, int]:
        """The pairs of one chunk, the sizes of their lists, and where the first of these begins."""
        begin, first = self._places[number].tolist()
        end = int(self._places[number + 1][0])
        values = varints.decode(self._numbers[begin:end])
        count = (len(values) + 1) // 2
        keys = np.empty(count, dtype=np.int64)
        keys[0] = self.firsts[number]
        keys[1:] = values[: count - 1]
        return np.cumsum(keys).astype(np.uint64), values[count - 1 :], first

    def postings_of(self, key: int) -> Lists | None:
        """The postings of a pair."""
        number = int(np.searchsorted(self.firsts, np.uint64(key), side="right")) - 1
        if number < 0:
            return None
        keys, sizes, first = self.chunk(number)
        at = int(np.searchsorted(keys, np.uint64(key)))
        if at == len(keys) or keys[at] != key:
            return None
        start = first + int(sizes[:at].sum())
        return postings.decode(self._postings[start : start + int(sizes[at])], sizes[at : at + 1])

    def between(self, low: int, high: int) -> tuple[Keys, Lists]:
        """The pairs from `low` to before `high`, and their lists."""
        first = max(0, int(np.searchsorted(self.firsts, np.uint64(low), side="right")) - 1)
        last = int(np.searchsorted(self.firsts, np.uint64(high), side="left"))
        chunks = [self.chunk(number) for number in range(first, last)]
        if not chunks:
            return np.zeros(0, dtype=np.uint64), Lists.empty()
        keys = np.concatenate([keys for keys, _, _ in chunks])
        sizes = np.concatenate([sizes for _, sizes, _ in chunks])
        a, b = np.searchsorted(keys, np.array([low, high], dtype=np.uint64)).tolist()
        if a == b:
            return np.zeros(0, dtype=np.uint64), Lists.empty()
        start = chunks[0][2] + int(sizes[:a].sum())
        return keys[a:b], postings.decode(self._postings[start : start + int(sizes[a:b].sum())], sizes[a:b])
