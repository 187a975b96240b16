"""Lists of postings: which documents have a term, and how often.

On the way to the disk a posting is one number, sorted as such: 42 bits of the term's key, 18 of the document, 4 of the
count; a count above 15 goes in several pieces.

On disk a list is a row of bits (the lowest of a byte first), as Elias (1974) and Fano (1971) code ascending numbers
and Vigna (2013) an index. With `n` documents in the segment, `d` in the list, and `l` from both (see `Shape`):

    d · l bits               the lowest l bits of each document number
    d + ((n - 1) >> l) bits  the others: bit i + (number >> l) is set for the i-th document
    bits in unary            the counts: each as zeros, one less than the count, and a one

Lists follow one another bit by bit; every chunk of them begins with a byte. How long a list is follows from `d` and the
sum of its counts, which stand with the term as varints: d - 1, doubled, odd where counts are above 1, in which case
twice what they sum to above d follows. So a value is such a sum exactly where the one before it is odd.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, Protocol, Self, TypeAlias

import numpy as np

from seedsearch.text.array_types import Bytes, Ints, Keys, Points

if TYPE_CHECKING:
    from numpy.typing import NDArray


Rows: TypeAlias = Keys
Entry = tuple[int, int, int]  # of a list: its documents, their extras, and the bit at which it begins

DOCUMENT_BITS, COUNT_BITS = 18, 4
MOST_DOCUMENTS = 1 << DOCUMENT_BITS
LONG = 1500  # documents of a list that is better decoded alone
APART = 16  # bytes between lists that are better passed over than left out
SHORT = 2048  # documents of a list whose size is looked up
FEW = 64  # lists that are looked at one by one before they are decoded together
PIECE = (1 << COUNT_BITS) - 1
WAITING = 1 << 19  # postings (4 MiB) under which batches are not worth adding up before the last of them
AT_ONCE = 1 << 16  # postings that are added up at once
_DOCUMENT_SHIFT = np.uint64(COUNT_BITS)
_KEY_SHIFT = np.uint64(COUNT_BITS + DOCUMENT_BITS)
_NO_KEY = np.uint64(0xFFFFFFFFFFFFFFFF)


class Sliced(Protocol):
    """Bytes that are read slice by slice: an array, or a stretch of a file."""

    def __getitem__(self, some: slice, /) -> Bytes:
        """Return the bytes of a slice."""


class Lists(NamedTuple):
    """Postings of several terms: list i has `lengths[i]` of the rows of `documents` and `counts`, in their order."""

    lengths: Ints
    documents: Ints
    counts: Ints

    @classmethod
    def empty(cls) -> Self:
        """No list."""
        nothing = np.zeros(0, dtype=np.int64)
        return cls(nothing, nothing, nothing)

    def owners(self) -> Ints:
        """For each row the number of its list."""
        return np.repeat(np.arange(len(self.lengths)), self.lengths)


def packed(keys: NDArray[np.integer], documents: NDArray[np.integer]) -> Rows:
    """Occurrences (a key under 2 ** 42 and a document under 2 ** 18 each), as sorted postings."""
    rows: Rows = keys.astype(np.uint64) << _KEY_SHIFT
    rows |= documents.astype(np.uint64) << _DOCUMENT_SHIFT
    rows.sort()
    starts = np.flatnonzero(np.diff(rows, prepend=_NO_KEY))
    return _counted(rows[starts], np.diff(starts, append=len(rows)))


def _counted(rows: Rows, counts: Ints) -> Rows:
    """Sorted postings that lack their counts, with these."""
    if counts.max(initial=0) > PIECE:
        pieces = -(-counts // PIECE)
        rows, rest = np.repeat(rows, pieces), counts - PIECE * (pieces - 1)
        counts = np.full(len(rows), PIECE)
        counts[np.cumsum(pieces) - 1] = rest
    return np.bitwise_or(rows, counts.astype(np.uint64))


class Sum:
    """Sorted postings that come in batches, as one; those of one key in one document are added up.

    Batches are added up as they come, so that in memory there are about as many as there are in the sum, and not as
    many as came: the pairs of a long text are mostly those of its first part.
    """

    def __init__(self) -> None:
        self._batches: list[Rows] = []
        self._waiting = 0  # postings that came since the last time
        self._room = WAITING

    def add(self, rows: Rows) -> None:
        """Take in one more batch."""
        self._batches.append(rows)
        self._waiting += len(rows)
        if self._waiting > self._room:
            self._room = max(WAITING, len(self.rows()))

    def rows(self) -> Rows:
        """Return the sum of what came until now."""
        if len(self._batches) != 1:
            rows = np.concatenate([np.zeros(0, np.uint64), *self._batches])
            self._batches = []  # before the next arrays are made
            self._batches = [_added_up(rows)]
        self._waiting = 0
        return self._batches[0]


def _added_up(rows: Rows) -> Rows:
    """Postings in any order as sorted ones, those of one key in one document as one.

    Done in the place of the given ones, some at a time: as many arrays of all of them would be most of the memory
    that a long text takes.
    """
    rows.sort()
    begin = done = 0
    while begin < len(rows):
        last = rows[min(begin + AT_ONCE, len(rows)) - 1] | np.uint64(PIECE)
        end = int(np.searchsorted(rows, last, side="right"))
        some = _summed(rows[begin:end])
        rows[done : done + len(some)] = some  # never more than there were
        begin, done = end, done + len(some)
    return rows[:done].copy()


def _summed(rows: Rows) -> Rows:
    counts = (rows & np.uint64(PIECE)).astype(np.int64)
    whole = rows & ~np.uint64(PIECE)
    new = np.flatnonzero(np.diff(whole, prepend=_NO_KEY))
    return _counted(whole[new], np.add.reduceat(counts, new))


def moved(rows: Rows, first_document: int) -> Rows:
    """Return the same postings, the documents counted from `first_document`."""
    moved_rows: Rows = rows + (np.uint64(first_document) << _DOCUMENT_SHIFT)
    return moved_rows


def renamed(rows: Rows, keys: Keys) -> Rows:
    """Return the same postings, `keys[k]` in the place of key k; no longer sorted."""
    renamed_rows: Rows = keys[rows >> _KEY_SHIFT] << _KEY_SHIFT
    renamed_rows |= rows & ((np.uint64(1) << _KEY_SHIFT) - np.uint64(1))
    return renamed_rows


def first_of_key(row: np.uint64) -> np.uint64:
    """Return what no posting of a key lower than that of `row` reaches."""
    border: np.uint64 = row >> _KEY_SHIFT << _KEY_SHIFT
    return border


def unpacked(rows: Rows) -> tuple[Keys, Lists]:
    """Return the keys of sorted postings, each once, and their lists; pieces of one count are put together."""
    whole = rows >> _DOCUMENT_SHIFT
    counts = (rows & np.uint64(PIECE)).astype(np.int64)
    new = np.flatnonzero(np.diff(whole, prepend=_NO_KEY))
    if len(new) < len(rows):
        counts, whole = np.add.reduceat(counts, new), whole[new]
    keys = whole >> np.uint64(DOCUMENT_BITS)
    documents = (whole & np.uint64(MOST_DOCUMENTS - 1)).astype(np.int64)
    starts = np.flatnonzero(np.diff(keys, prepend=_NO_KEY))
    return keys[starts], Lists(np.diff(starts, append=len(keys)), documents, counts)


class Shape(NamedTuple):
    """How lists lie in the bits: for each the low bits of a number, the bits of the high parts, and all of its bits."""

    low: Ints
    high: Ints
    sizes: Ints

    @classmethod
    def of(cls, documents: Ints, extras: Ints, count: int) -> Self:
        """Of lists of so many documents (of `count`), whose counts sum to so much above that."""
        low = np.frexp((count // documents).astype(np.float64))[1].astype(np.int64) - 1
        more = documents * (low + 1) + ((count - 1) >> (low + 1)) < documents * low + ((count - 1) >> low)
        low += more
        high = documents + ((count - 1) >> low)
        return cls(low, high, documents * low + high + documents + extras)


@lru_cache(maxsize=16)
def _sizes_of_short(count: int) -> Ints:
    """Return the bits of a list of so many documents of `count` without extras, up to SHORT; computed in many steps."""
    documents = np.arange(1, min(count, SHORT) + 1)
    return np.append(0, Shape.of(documents, np.zeros_like(documents), count).sizes)


def sizes_of(documents: Ints, extras: Ints, count: int) -> Ints:
    """Return the bits of lists, as in `Shape`."""
    table = _sizes_of_short(count)
    sizes = table.take(documents, mode="clip")
    sizes += extras
    if len(documents) and documents.max() >= len(table):
        long = documents >= len(table)
        sizes[long] = Shape.of(documents[long], extras[long], count).sizes
    return sizes


def extras_of(lists: Lists) -> Ints:
    """Return what the counts of each list sum to above one a document."""
    if not len(lists.lengths):
        return lists.lengths
    sums: Ints = np.add.reduceat(lists.counts, np.cumsum(lists.lengths) - lists.lengths) - lists.lengths
    return sums


def numbers_of(documents: Ints, extras: Ints) -> tuple[Keys, Ints]:
    """Return what stands with the terms, and how many values each has."""
    often = extras > 0
    places = np.arange(len(documents)) + np.cumsum(often) - often
    values = np.empty(len(documents) + int(often.sum()), dtype=np.uint64)
    values[places] = documents - 1 << 1 | often
    values[places[often] + 1] = extras[often] << 1
    return values, 1 + often.astype(np.int64)


def from_numbers(values: Ints) -> tuple[Ints, Ints]:
    """Return the documents and the extras of each list."""
    is_own = np.ones(len(values), dtype=bool)
    is_own[1:] = values[:-1] & 1 == 0
    places = is_own.nonzero()[0]
    own = values[places]
    extras = values.take(places + 1, mode="clip") >> 1
    extras *= own & 1
    return (own >> 1) + 1, extras


def starts_of(sizes: Ints, chunk: int) -> tuple[Ints, int]:
    """Return where lists of so many bits begin, every `chunk` of them with a byte; and how many bytes they take."""
    if not len(sizes):
        return sizes, 0
    heads = np.arange(0, len(sizes), chunk)
    padding = -np.add.reduceat(sizes, heads) % 8
    padded = sizes.copy()
    padded[np.append(heads[1:], len(sizes)) - 1] += padding
    ends = np.cumsum(padded)
    return ends - padded, int(ends[-1]) // 8


def encode(lists: Lists, extras: Ints, count: int, chunk: int) -> tuple[bytes, Ints]:
    """Return the bits of the lists, and where each list begins (in bits)."""
    shape = Shape.of(lists.lengths, extras, count)
    starts, size = starts_of(shape.sizes, chunk)
    if not size:
        return b"", starts
    firsts = np.cumsum(lists.lengths) - lists.lengths
    number, low = np.arange(len(lists.documents)), np.repeat(shape.low, lists.lengths)
    high = starts + lists.lengths * shape.low
    bits = np.zeros(8 * size + -8 * size % 64 + 64, dtype=np.uint8)
    bits[np.repeat(high - firsts, lists.lengths) + number + (lists.documents >> low)] = 1
    ends = np.cumsum(lists.counts)
    before = ends[firsts] - lists.counts[firsts]
    bits[np.repeat(high + shape.high - before - 1, lists.lengths) + ends] = 1
    words = np.packbits(bits, bitorder="little").view("<u8").astype(np.uint64, copy=False)
    at = np.repeat(starts - firsts * shape.low, lists.lengths) + number * low
    _add_fields(words, at, (lists.documents & (1 << low) - 1).astype(np.uint64))
    return words.astype("<u8", copy=False).tobytes()[:size], starts


def _add_fields(words: Keys, at: Ints, values: Keys) -> None:
    """Add `values` (under 2 ** 32) to words of 64 bits, from the bits `at` on, which ascend and do not overlap."""
    word, inside = at >> 6, (at & 63).astype(np.uint64)
    new = np.flatnonzero(np.diff(word, prepend=-1))
    words[word[new]] += np.add.reduceat(values << inside, new)
    # The last value of a word may reach into the next one.
    last = np.append(new[1:], len(at)) - 1
    words[word[new] + 1] += values[last] >> np.uint64(1) >> np.uint64(63) - inside[last]


def _shape_of_one(documents: int, count: int) -> tuple[int, int]:
    """`low` and `high` of the shape of one list."""
    low = (count // documents).bit_length() - 1
    if low < 0:
        raise ValueError("a list of more documents than there are")
    if documents * (low + 1) + ((count - 1) >> (low + 1)) < documents * low + ((count - 1) >> low):
        low += 1
    return low, documents + ((count - 1) >> low)


def decode_one(stored: Sliced, entry: Entry, count: int) -> tuple[Ints, Ints]:
    """Return the documents and counts of one list; raises ValueError where there is none."""
    documents, extra, start = entry
    low, high = _shape_of_one(documents, count)
    size = documents * low + high + documents + extra
    bits = np.unpackbits(stored[start >> 3 : start + size + 7 >> 3], bitorder="little")[start & 7 :].view(np.bool_)
    middle = documents * low
    found = bits[middle : middle + high].nonzero()[0]
    ends = bits[middle + high : size].nonzero()[0]
    if len(found) != documents or len(ends) != documents:
        raise ValueError("a list of postings is broken")
    found -= np.arange(documents)
    found <<= low
    for k in range(low):
        found |= bits[k:middle:low].astype(np.int64) << k
    return found, _counts(ends)


def _counts(ones: Ints) -> Ints:
    """Return the counts that end at these bits."""
    counts = ones.copy()
    counts[1:] -= ones[:-1]
    counts[:1] += 1
    return counts


def decode_few(stored: Sliced, entries: Sequence[Entry], count: int) -> Lists:
    """Return some lists, in as few steps as if they were one; raises ValueError where there are none."""
    if not entries:
        return Lists.empty()
    if len(entries) == 1 and entries[0][0] >= LONG:
        return Lists(np.array([entries[0][0]]), *decode_one(stored, entries[0], count))
    pieces, highs, ends, columns = [], [], [], []
    size = first = before = 0  # bytes, postings and high bits so far
    for documents, extra, start in entries:
        low, high = _shape_of_one(documents, count)
        middle = (start & 7) + documents * low
        last = middle + high + documents + extra
        pieces.append(stored[start >> 3 : (start >> 3) + (last + 7 >> 3)])
        columns.append((documents, low, 8 * size + (start & 7) - first * low, first - before))
        highs.append(slice(8 * size + middle, 8 * size + middle + high))
        ends.append(slice(8 * size + middle + high, 8 * size + last))
        size, first, before = size + len(pieces[-1]), first + documents, before + high
    joined = np.concatenate([*pieces, np.zeros(3, dtype=np.uint8)])
    bits = np.unpackbits(joined, bitorder="little").view(np.bool_)
    found = np.concatenate([bits[some] for some in highs]).nonzero()[0]
    ones = np.concatenate([bits[some] for some in ends]).nonzero()[0]
    if len(found) != first or len(ones) != first:
        raise ValueError("a list of postings is broken")
    lengths, *others = np.array(columns).T
    low_bits, at, shift = np.repeat(others, lengths, axis=1)
    number = np.arange(first)
    found += shift
    found -= number
    found <<= low_bits
    number *= low_bits
    at += number
    return Lists(lengths, found | _low_bits(joined, at, low_bits), _counts(ones))


def decode_singles(stored: Bytes, count: int) -> Ints:
    """Return the documents of `count` lists of one document each, which chunks of 256 leave no gaps between."""
    low, high = _shape_of_one(1, count)
    at = np.arange(count) * (low + high + 1)
    window = np.zeros(count, dtype=np.int64)
    for k in range(5):
        window |= stored[np.minimum((at >> 3) + k, len(stored) - 1)].astype(np.int64) << 8 * k
    window >>= at & 7
    highs = np.zeros(count, dtype=np.int64)
    for k in range(1, high):
        highs[(window >> (low + k)) & 1 == 1] = k
    return (window & (1 << low) - 1) | highs << low


def decode(stored: Sliced, starts: Ints, documents: Ints, extras: Ints, count: int) -> Lists:
    """Return the lists that begin at these bits; raises ValueError where there are none."""
    if len(starts) <= FEW:
        return decode_few(stored, list(zip(documents.tolist(), extras.tolist(), starts.tolist(), strict=True)), count)
    shape = Shape.of(documents, extras, count)
    begins, ends = starts >> 3, starts + shape.sizes + 7 >> 3
    # What lies side by side is one piece.
    heads = np.append(0, (np.abs(begins[1:] - ends[:-1]) > APART).nonzero()[0] + 1)
    firsts, lasts = begins[heads], ends[np.append(heads[1:], len(ends)) - 1]
    pieces = [stored[first:last] for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True)]
    moved = 8 * (np.cumsum(lasts - firsts) - lasts)
    at = starts + np.repeat(moved, np.diff(heads, append=len(starts)))
    return _joined(np.concatenate([*pieces, np.zeros(3, dtype=np.uint8)]), at, documents, shape)


def _joined(joined: Bytes, starts: Ints, documents: Ints, shape: Shape) -> Lists:
    """Lists that follow one another in a stretch of bytes, three more behind it."""
    high = starts + documents * shape.low
    borders = np.array([high, starts + shape.sizes]).ravel("F")
    is_high = np.repeat(np.arange(len(borders), dtype=np.uint8) & 1, np.diff(borders, prepend=0))
    is_high &= np.unpackbits(joined, count=len(is_high), bitorder="little")
    ones = is_high.view(np.bool_).nonzero()[0]
    firsts = np.cumsum(documents) - documents
    if len(ones) != 2 * documents.sum():
        raise ValueError("a list of postings is broken")
    columns = np.array([shape.low, starts - firsts * shape.low, firsts - high, firsts, firsts + documents])
    low, at, shift, before, before_ends = np.repeat(columns, documents, axis=1)
    number = np.arange(len(low))
    before += number
    before_ends += number
    found, ends = ones[before], ones[before_ends]
    counts = _counts(ends)
    counts[firsts] = ends[firsts] - (high + shape.high) + 1
    found += shift
    found -= number
    found <<= low
    number *= low
    at += number
    return Lists(documents, found | _low_bits(joined, at, low), counts)


def _low_bits(joined: Bytes, at: Ints, low: Ints) -> Ints:
    """Return the `low` bits (25 at most) from each bit on, in bytes of which the last three are not meant."""
    words: Points = np.ndarray((len(joined) - 3,), "<u4", joined.data, 0, (1,))  # from each byte on
    bits: Ints = (words.take(at >> 3) >> (at & 7)) & (1 << low) - 1
    return bits
