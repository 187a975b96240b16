"""The pairs of adjacent characters, sorted, with the places of their postings.

A pair is one number: the code point of the first character, shifted by 21 bits, plus that of the second plus one, or 0
if a blank or the end of the text follows. So every occurrence of a character is in one of its pairs, its pairs are
adjacent, and few characters need lists of their own (unigrams.py). Chunks have up to 256 pairs. Sections:

    pairs           for each chunk, deflated, the varints: how many pairs it has, how far each (but the first) is from
                    the one before it, and those of the lists (postings.py)
    pairs.firsts    the first pair of each chunk, 8 bytes each
    pairs.chunks    for each chunk (and the end): where its varints and its postings begin, 8 bytes each
    pairs.postings  the lists
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain, pairwise
from typing import TypeAlias

import numpy as np

from seedsearch.engines.embedded import postings, varints
from seedsearch.engines.embedded.postings import Entry, Lists
from seedsearch.engines.embedded.section_file import Chunk, Container, Section, Slices
from seedsearch.engines.embedded.unigrams import SinglesWriter
from seedsearch.engines.lru_cache import LRUCache
from seedsearch.parallel import made_ahead
from seedsearch.text.array_types import Ints, Keys, Points

CHUNK = 256
KEPT_CHUNKS = 2048  # unpacked chunks in the cache
SECOND_BITS = 21
BLANK = 0x20

# Columns of each pair: its number, its documents and extras, and the bit at which its list begins.
PairRows: TypeAlias = Ints
Part = tuple[Keys, Lists]


def key_of(first: str, second: str = "") -> int:
    """Return the number of a pair; without a second character, that of (character, end)."""
    return ord(first) << SECOND_BITS | (ord(second) + 1 if second else 0)


def text_of(key: int) -> str:
    """Return the one or two characters of a pair."""
    second = key & (1 << SECOND_BITS) - 1
    return chr(key >> SECOND_BITS) + (chr(second - 1) if second else "")


def pairs_of(runs: Points, lengths: Ints, following: Points | None = None) -> tuple[Keys, Points]:
    """Return the pairs of concatenated run texts, each with the number of its text.

    `following` has the code point after each, if they are pieces of texts; None means that a blank follows.
    """
    second = np.append(runs[1:], np.uint32(BLANK))
    some = lengths > 0
    second[np.cumsum(lengths)[some] - 1] = BLANK if following is None else following[some]
    second = np.where(second == BLANK, np.uint32(0), second + np.uint32(1))
    keys = runs.astype(np.uint64) << np.uint64(SECOND_BITS)
    keys |= second
    there = runs != BLANK
    return keys[there], np.repeat(np.arange(len(lengths), dtype=np.uint32), lengths)[there]


def across(owned: Sequence[tuple[int, str]]) -> tuple[Ints, Keys]:
    """Return the pairs across joints as arrays of texts and of pair numbers."""
    owners = np.array([owner for owner, _ in owned], dtype=np.int64)
    return owners, np.array([key_of(*pair) for _, pair in owned], dtype=np.uint64)


class PairsWriter:
    """Makes the sections from parts in the order of their pairs."""

    def __init__(self, count: int) -> None:
        """`count` is the number of documents of the segment."""
        self._count = count
        self._numbers: list[Chunk] = []
        self._firsts: list[Keys] = []
        self._places: list[Ints] = []
        self._at = self._postings = 0

    def sections(self, parts: Iterable[Part]) -> Iterable[Section]:
        """Yield the sections; each part is requested after the previous one has been written."""
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
        """Add all chunks of a part at once."""
        heads = np.arange(0, len(keys), CHUNK)
        lengths = np.diff(np.append(heads, len(keys)))
        ends = np.cumsum(lengths + np.add.reduceat(of_each, heads))
        is_number = np.ones(int(ends[-1]), dtype=bool)
        begins = np.append(0, ends[:-1])
        is_number[np.repeat(begins, lengths) + np.arange(len(keys)) - np.repeat(heads, lengths)] = False
        steps = np.diff(keys, prepend=keys[0])
        steps[heads] = lengths  # replaces the step to the first pair
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


class PairTable:
    """The pairs of an open segment."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._count = container.count
        self._kept = LRUCache(KEPT_CHUNKS)

    @cached_property
    def firsts(self) -> Keys:
        """The first pair of each chunk."""
        return self._container.array("pairs.firsts", "<u8")

    @property
    def sizes(self) -> Ints:
        """The size in bytes of the lists of each chunk."""
        sizes: Ints = np.diff(self._places[:, 1])
        return sizes

    def keys(self) -> Keys:
        """Return all pairs."""
        chunks = [rows[0] for number in range(len(self.firsts)) for rows in self._read([number])]
        return np.concatenate([np.zeros(0, dtype=np.int64), *chunks]).view(np.uint64)

    @cached_property
    def _places(self) -> Ints:
        return self._container.array("pairs.chunks", "<i8").reshape(-1, 2)

    @cached_property
    def _numbers(self) -> Slices:
        return self._container.slices("pairs")

    @cached_property
    def _postings(self) -> Slices:
        return self._container.slices("pairs.postings")

    def _chunks(self, numbers: Sequence[int]) -> list[PairRows]:
        """Return some chunks."""
        kept = self._kept
        found = {number: rows for number in numbers if (rows := kept.get(number)) is not None}
        missing = [number for number in numbers if number not in found]
        for number, rows in zip(missing, self._read(missing), strict=True):
            found[number] = kept.put(number, rows, 1)
        return [found[number] for number in numbers]

    def _read(self, numbers: Sequence[int]) -> list[PairRows]:
        """Unpack several chunks together, because the number of array operations matters more than the number of
        pairs.
        """
        if not numbers:
            return []
        at = np.array(numbers)
        firsts = self.firsts[at].tolist()
        places = self._places[at].tolist()
        ends = self._places[at + 1, 0].tolist()
        raw = [zlib.decompress(self._numbers[begin:end].data) for (begin, _), end in zip(places, ends, strict=True)]
        stored = np.frombuffer(b"".join(raw), dtype=np.uint8)
        values = varints.decode(stored)
        ends = np.add.reduceat(stored < 128, np.cumsum([0, *map(len, raw[:-1])]), dtype=np.int64).cumsum().tolist()
        begins = [0, *ends[:-1]]
        counts = values[begins].tolist()
        heads = [begin + count for begin, count in zip(begins, counts, strict=True)]
        numbered = np.concatenate([values[head:end] for head, end in zip(heads, ends, strict=True)])
        documents, extras = postings.from_numbers(numbered)
        sizes = postings.sizes_of(documents, extras, self._count)
        columns = np.empty((4, len(documents)), dtype=np.int64)
        columns[0] = np.concatenate([values[begin:head] for begin, head in zip(begins, heads, strict=True)])
        columns[1:] = documents, extras, sizes
        borders = np.cumsum([0, *counts])
        columns[0, borders[:-1]] = 0
        columns[::3].cumsum(axis=1, out=columns[::3])
        columns[3] -= sizes
        shifts = np.array([(first, 8 * place) for first, (_, place) in zip(firsts, places, strict=True)])
        columns[::3] += np.repeat(shifts.T - columns[::3, borders[:-1]], counts, axis=1)
        return [columns[:, a:b] for a, b in pairwise(borders.tolist())]

    def entries(self, keys: Sequence[int], chars: Sequence[str] = ()) -> list[Entry | None]:
        """Return the place of the list of each pair; None for a pair that no document has.

        Also unpacks what `with_firsts` will need for `chars`.
        """
        wanted = np.array(keys, dtype=np.uint64)
        if chars:
            self._chunks(sorted(self._numbers_of(wanted) | self._numbers_between(*_keys_with_firsts(chars))))
        if (found := self._found(wanted)) is None:
            return [None] * len(keys)
        rows = found.T.tolist()
        return [(row[1], row[2], row[3]) if row[0] == key else None for key, row in zip(keys, rows, strict=True)]

    def sizes_of(self, keys: Sequence[int]) -> list[int]:
        """Return the number of documents that have each pair, including deleted ones."""
        wanted = np.array(keys, dtype=np.uint64)
        if (found := self._found(wanted)) is None:
            return [0] * len(keys)
        sizes: list[int] = np.where(found[0] == wanted.view(np.int64), found[1], 0).tolist()
        return sizes

    def _found(self, keys: Keys) -> PairRows | None:
        """Return the column of each pair, or an arbitrary one if no document has it; None if there are no pairs
        at all.
        """
        chunks = self._chunks(sorted(self._numbers_of(keys)))
        if not chunks:
            return None
        rows = chunks[0] if len(chunks) == 1 else np.concatenate(chunks, axis=1)
        found: PairRows = rows.take(rows[0].searchsorted(keys.view(np.int64)), axis=1, mode="clip")
        return found

    def _numbers_of(self, keys: Keys) -> set[int]:
        """Return the chunks that pairs would be in."""
        numbers = self.firsts.searchsorted(keys, side="right") - 1
        return set(numbers[numbers >= 0].tolist())

    def between(self, low: int, high: int) -> tuple[Keys, Lists]:
        """Return the pairs from `low` to before `high`, and their lists, without caching."""
        rows = _between(self._read(self._range(low, high)), low, high)
        return rows[0].view(np.uint64), self._lists(rows)

    def with_firsts(self, chars: Sequence[str]) -> tuple[Ints, Lists]:
        """Return the lists of all pairs that begin with one of these characters, each with the index of its
        character.
        """
        lows, highs = _keys_with_firsts(chars)
        chunks = self._chunks(sorted(self._numbers_between(lows, highs)))
        rows = np.concatenate([np.zeros((4, 0), dtype=np.int64), *chunks], axis=1)
        begins, ends = rows[0].searchsorted([lows, highs])
        lengths = ends - begins
        owners = np.repeat(np.arange(len(chars)), lengths)
        before = np.cumsum(lengths) - lengths
        return owners, self._lists(rows.take(np.arange(len(owners)) + (begins - before)[owners], axis=1))

    def _numbers_between(self, lows: Ints, highs: Ints) -> set[int]:
        """Return the chunks with the pairs from each of `lows` to before its `highs`."""
        firsts = self.firsts.view(np.int64)
        begins, ends = np.maximum(firsts.searchsorted(lows, side="right") - 1, 0), firsts.searchsorted(highs)
        return set(chain.from_iterable(map(range, begins.tolist(), ends.tolist())))

    def _range(self, low: int, high: int) -> range:
        """Return the chunks with the pairs from `low` to before `high`."""
        first, last = self.firsts.searchsorted(np.array([low + 1, high], dtype=np.uint64)).tolist()
        return range(max(0, first - 1), last)

    def _lists(self, rows: PairRows) -> Lists:
        _, documents, extras, starts = rows
        return postings.decode(self._postings, starts, documents, extras, self._count)


def _keys_with_firsts(chars: Sequence[str]) -> tuple[Ints, Ints]:
    """Return for each character the range of pairs that begin with it."""
    lows = np.array([key_of(char) for char in chars], dtype=np.int64)
    return lows, lows + (1 << SECOND_BITS)


def _between(chunks: Sequence[PairRows], low: int, high: int) -> PairRows:
    """Return the pairs from `low` to before `high` in consecutive chunks."""
    rows = np.concatenate([np.zeros((4, 0), dtype=np.int64), *chunks], axis=1)
    first, last = rows[0].view(np.uint64).searchsorted(np.array([low, high], dtype=np.uint64)).tolist()
    return rows[:, first:last]
