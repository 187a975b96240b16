"""Lists of postings: which documents have a term, and how often.

Before it is written, a posting is one sortable number: 42 bits for the key of the term, 18 for the document, 4 for the
count; a count above 15 is split into several.

On disk, a list is a sequence of bits (lowest bit of a byte first) in the code of Elias (1974) and Fano (1971), as Vigna
(2013) uses it for indexes. With `n` documents in the segment, `d` in the list, and `l` derived from both (see `Shape`):

    d · l bits               the lowest l bits of each document number
    d + ((n - 1) >> l) bits  the others: bit i + (number >> l) is set for the i-th document
    bits in unary            the counts: each as zeros, one less than the count, and a one

Lists follow one another without padding; each chunk begins at a byte. The length of a list follows from `d` and the sum
of its counts, which are stored with the term as varints: 2(d - 1), plus 1 if a count is above 1, and then twice the
excess of the sum over d. So a value is such an excess exactly if the one before it is odd.
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
LONG = 1500  # documents from which on a list is better decoded alone
APART = 16  # gap in bytes that is better read than skipped
SHORT = 2048  # documents up to which the size of a list is looked up
FEW = 64  # lists up to which they are located one by one before they are decoded together
PIECE = (1 << COUNT_BITS) - 1
WAITING = 1 << 19  # postings (4 MiB) below which batches are only summed at the end
AT_ONCE = 1 << 16  # postings summed at once
_DOCUMENT_SHIFT = np.uint64(COUNT_BITS)
_KEY_SHIFT = np.uint64(COUNT_BITS + DOCUMENT_BITS)
_NO_KEY = np.uint64(0xFFFFFFFFFFFFFFFF)


class Sliced(Protocol):
    """Bytes that are read in slices: an array, or a stretch of a file."""

    def __getitem__(self, some: slice, /) -> Bytes:
        """Return the bytes of a slice."""


class Lists(NamedTuple):
    """Postings of several terms: list i has the next `lengths[i]` rows of `documents` and `counts`."""

    lengths: Ints
    documents: Ints
    counts: Ints

    @classmethod
    def empty(cls) -> Self:
        """Return no lists."""
        nothing = np.zeros(0, dtype=np.int64)
        return cls(nothing, nothing, nothing)

    def owners(self) -> Ints:
        """The number of the list of each row."""
        return np.repeat(np.arange(len(self.lengths)), self.lengths)


def packed(keys: NDArray[np.integer], documents: NDArray[np.integer]) -> Rows:
    """Pack occurrences (keys below 2 ** 42, documents below 2 ** 18) into sorted postings."""
    rows: Rows = keys.astype(np.uint64) << _KEY_SHIFT
    rows |= documents.astype(np.uint64) << _DOCUMENT_SHIFT
    rows.sort()
    starts = np.flatnonzero(np.diff(rows, prepend=_NO_KEY))
    return _counted(rows[starts], np.diff(starts, append=len(rows)))


def _counted(rows: Rows, counts: Ints) -> Rows:
    """Add counts to sorted postings without counts."""
    if counts.max(initial=0) > PIECE:
        pieces = -(-counts // PIECE)
        rows, rest = np.repeat(rows, pieces), counts - PIECE * (pieces - 1)
        counts = np.full(len(rows), PIECE)
        counts[np.cumsum(pieces) - 1] = rest
    return np.bitwise_or(rows, counts.astype(np.uint64))


class Sum:
    """Sums batches of sorted postings; the counts of one key in one document are added.

    Batches are summed as they come, so memory holds about as many postings as the sum, not as many as were added: most
    pairs of a long text occur in its first part.
    """

    def __init__(self) -> None:
        self._batches: list[Rows] = []
        self._waiting = 0  # postings added since the last summation
        self._room = WAITING

    def add(self, rows: Rows) -> None:
        """Add a batch."""
        self._batches.append(rows)
        self._waiting += len(rows)
        if self._waiting > self._room:
            self._room = max(WAITING, len(self.rows()))

    def rows(self) -> Rows:
        """Return the sum so far."""
        if len(self._batches) != 1:
            rows = np.concatenate([np.zeros(0, np.uint64), *self._batches])
            self._batches = []  # frees them before the next arrays are made
            self._batches = [_added_up(rows)]
        self._waiting = 0
        return self._batches[0]


def _added_up(rows: Rows) -> Rows:
    """Sort postings, and combine those of one key in one document.

    Works in place and in portions, because further arrays of this size would take most of the memory of a long text.
    """
    rows.sort()
    begin = done = 0
    while begin < len(rows):
        last = rows[min(begin + AT_ONCE, len(rows)) - 1] | np.uint64(PIECE)
        end = int(np.searchsorted(rows, last, side="right"))
        some = _summed(rows[begin:end])
        rows[done : done + len(some)] = some  # never longer than the input
        begin, done = end, done + len(some)
    return rows[:done].copy()


def _summed(rows: Rows) -> Rows:
    counts = (rows & np.uint64(PIECE)).astype(np.int64)
    whole = rows & ~np.uint64(PIECE)
    new = np.flatnonzero(np.diff(whole, prepend=_NO_KEY))
    return _counted(whole[new], np.add.reduceat(counts, new))


def moved(rows: Rows, first_document: int) -> Rows:
    """Return the same postings, with document numbers shifted by `first_document`."""
    moved_rows: Rows = rows + (np.uint64(first_document) << _DOCUMENT_SHIFT)
    return moved_rows


def renamed(rows: Rows, keys: Keys) -> Rows:
    """Return the same postings with key k replaced by `keys[k]`; no longer sorted."""
    renamed_rows: Rows = keys[rows >> _KEY_SHIFT] << _KEY_SHIFT
    renamed_rows |= rows & ((np.uint64(1) << _KEY_SHIFT) - np.uint64(1))
    return renamed_rows


def first_of_key(row: np.uint64) -> np.uint64:
    """Return a lower bound of the postings with the key of `row`."""
    border: np.uint64 = row >> _KEY_SHIFT << _KEY_SHIFT
    return border


def unpacked(rows: Rows) -> tuple[Keys, Lists]:
    """Return the distinct keys of sorted postings, and their lists; split counts are joined again."""
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
    """The layout of lists: for each, the number of low bits per document, the bits of the high parts, and the total
    bits.
    """

    low: Ints
    high: Ints
    sizes: Ints

    @classmethod
    def of(cls, documents: Ints, extras: Ints, count: int) -> Self:
        """Return the layout of lists with these numbers of documents (of `count`) and excesses of counts."""
        low = np.frexp((count // documents).astype(np.float64))[1].astype(np.int64) - 1
        more = documents * (low + 1) + ((count - 1) >> (low + 1)) < documents * low + ((count - 1) >> low)
        low += more
        high = documents + ((count - 1) >> low)
        return cls(low, high, documents * low + high + documents + extras)


@lru_cache(maxsize=16)
def _sizes_of_short(count: int) -> Ints:
    """Return the bits of lists of up to SHORT documents of `count` without extras, which take many steps to compute."""
    documents = np.arange(1, min(count, SHORT) + 1)
    return np.append(0, Shape.of(documents, np.zeros_like(documents), count).sizes)


def sizes_of(documents: Ints, extras: Ints, count: int) -> Ints:
    """Return the total bits of lists, as in `Shape`."""
    table = _sizes_of_short(count)
    sizes = table.take(documents, mode="clip")
    sizes += extras
    if len(documents) and documents.max() >= len(table):
        long = documents >= len(table)
        sizes[long] = Shape.of(documents[long], extras[long], count).sizes
    return sizes


def extras_of(lists: Lists) -> Ints:
    """Return the excess of the counts of each list over one per document."""
    if not len(lists.lengths):
        return lists.lengths
    sums: Ints = np.add.reduceat(lists.counts, np.cumsum(lists.lengths) - lists.lengths) - lists.lengths
    return sums


def numbers_of(documents: Ints, extras: Ints) -> tuple[Keys, Ints]:
    """Return the varints stored with the terms, and the number of values of each."""
    often = extras > 0
    places = np.arange(len(documents)) + np.cumsum(often) - often
    values = np.empty(len(documents) + int(often.sum()), dtype=np.uint64)
    values[places] = documents - 1 << 1 | often
    values[places[often] + 1] = extras[often] << 1
    return values, 1 + often.astype(np.int64)


def from_numbers(values: Ints) -> tuple[Ints, Ints]:
    """Return the documents and the extras of each list from stored varints."""
    is_own = np.ones(len(values), dtype=bool)
    is_own[1:] = values[:-1] & 1 == 0
    places = is_own.nonzero()[0]
    own = values[places]
    extras = values.take(places + 1, mode="clip") >> 1
    extras *= own & 1
    return (own >> 1) + 1, extras


def starts_of(sizes: Ints, chunk: int) -> tuple[Ints, int]:
    """Return the starts of lists of these sizes in bits, aligned to a byte every `chunk` lists, and the total bytes."""
    if not len(sizes):
        return sizes, 0
    heads = np.arange(0, len(sizes), chunk)
    padding = -np.add.reduceat(sizes, heads) % 8
    padded = sizes.copy()
    padded[np.append(heads[1:], len(sizes)) - 1] += padding
    ends = np.cumsum(padded)
    return ends - padded, int(ends[-1]) // 8


def encode(lists: Lists, extras: Ints, count: int, chunk: int) -> tuple[bytes, Ints]:
    """Encode lists; return the bits, and the start of each list in bits."""
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
    """Write `values` (below 2 ** 32) into 64-bit words at the bit positions `at`, which ascend without overlaps."""
    word, inside = at >> 6, (at & 63).astype(np.uint64)
    new = np.flatnonzero(np.diff(word, prepend=-1))
    words[word[new]] += np.add.reduceat(values << inside, new)
    # The last value of a word may extend into the next one.
    last = np.append(new[1:], len(at)) - 1
    words[word[new] + 1] += values[last] >> np.uint64(1) >> np.uint64(63) - inside[last]


def _shape_of_one(documents: int, count: int) -> tuple[int, int]:
    """Return `low` and `high` of the shape of one list."""
    low = (count // documents).bit_length() - 1
    if low < 0:
        raise ValueError("a list of more documents than there are")
    if documents * (low + 1) + ((count - 1) >> (low + 1)) < documents * low + ((count - 1) >> low):
        low += 1
    return low, documents + ((count - 1) >> low)


def decode_one(stored: Sliced, entry: Entry, count: int) -> tuple[Ints, Ints]:
    """Decode one list into documents and counts; raises ValueError if it is invalid."""
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
    """Return the counts whose unary codes end at these bits."""
    counts = ones.copy()
    counts[1:] -= ones[:-1]
    counts[:1] += 1
    return counts


def decode_few(stored: Sliced, entries: Sequence[Entry], count: int) -> Lists:
    """Decode several lists in as few steps as one; raises ValueError if they are invalid."""
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
    """Return the documents of `count` lists of one document each, which have no gaps between chunks of 256."""
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
    """Decode the lists that begin at these bits; raises ValueError if they are invalid."""
    if len(starts) <= FEW:
        return decode_few(stored, list(zip(documents.tolist(), extras.tolist(), starts.tolist(), strict=True)), count)
    shape = Shape.of(documents, extras, count)
    begins, ends = starts >> 3, starts + shape.sizes + 7 >> 3
    # Adjacent lists are read as one piece.
    heads = np.append(0, (np.abs(begins[1:] - ends[:-1]) > APART).nonzero()[0] + 1)
    firsts, lasts = begins[heads], ends[np.append(heads[1:], len(ends)) - 1]
    pieces = [stored[first:last] for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True)]
    moved = 8 * (np.cumsum(lasts - firsts) - lasts)
    at = starts + np.repeat(moved, np.diff(heads, append=len(starts)))
    return _joined(np.concatenate([*pieces, np.zeros(3, dtype=np.uint8)]), at, documents, shape)


def _joined(joined: Bytes, starts: Ints, documents: Ints, shape: Shape) -> Lists:
    """Decode consecutive lists from a stretch of bytes followed by three padding bytes."""
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
    """Return `low` bits (at most 25) from each bit position, in bytes whose last three are padding."""
    words: Points = np.ndarray((len(joined) - 3,), "<u4", joined.data, 0, (1,))  # one word from each byte on
    bits: Ints = (words.take(at >> 3) >> (at & 7)) & (1 << low) - 1
    return bits
