"""What was lost where a sign says that something was: sets of characters by what is left of them, for `pair_frames`.

A set has a number: `first << 8 | following` where the second byte is lost, `ONE | second` where the first one is, and
`BOTH` and more where both are. What one byte is left of is looked up in two tables, one by each byte, as there are
thousands of such sets; of the others there are some hundred, made when they are met.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np

from seedsearch.restoring.pair_choices import AT_ONCE, BYTES, NARROW, WIDE, Choices, sets_of
from seedsearch.restoring.pair_faults import Fault, Rule
from seedsearch.restoring.scripts import Script
from seedsearch.restoring.side_by_side import NO_CHOICE, Tried, behind, steps_of
from seedsearch.text.array_types import Array, Ints, Mask, Points
from seedsearch.text.code_points import COUNT
from seedsearch.text.trigrams import DENSE, pair_table, places

ONE, BOTH = 0x10000, 0x20000  # numbers of the first sets of which the first byte is lost, and of which both are
NEAR, AHEAD = 32, 16  # characters of a wide set that are tried behind another one, and in front of one
_LAST = 1 << 20  # behind the places of all characters


class Losses:
    """The sets of a fault on pages in one script."""

    def __init__(self, fault: Fault, script: Script) -> None:
        self.sets = sets_of(fault, script)
        first, second = np.zeros(COUNT, np.uint8), np.zeros(COUNT, np.uint8)
        first[:0x80] = np.arange(0x80)
        for char, pair in fault.byte_pairs.items():
            first[ord(char)], second[ord(char)] = pair
        self.bytes = first, second  # of each code point
        self.codes, refused = self.sets.codes, self.sets.refused
        ranks = places(self.codes)
        kept = (self.codes > 0x7F) & (ranks < DENSE - 1)
        odd = np.zeros((BYTES, BYTES), np.int16)
        odd[kept] = [self.sets.steps(code) for code in self.codes[kept].tolist()]
        order = ranks + odd * 50
        self._by_first = _ordered(self.codes, kept, order, odd)
        self._by_second = _ordered(self.codes.T, (kept & refused).T, order.T, odd.T)
        self._lost = refused.copy()  # by the byte that was lost, and the one behind it
        self._lost[:, 0] = np.arange(BYTES) >= 0x80
        # Whether there is one by the first byte and the one behind, and by the second byte.
        self._ends = _meets(kept, self._lost.T)
        self._begins: Mask = np.asarray((kept & refused).any(axis=0))
        self._near: dict[tuple[int, bool], tuple[Array, Mask]] = {}
        # For searches in plain Python, which takes long to ask an array for one number.
        self.table = self.sets.table
        self.ranks = _ranks()
        self.steps = pair_table().reshape(-1).data

    def numbers(self, rule: Rule, firsts: Ints, seconds: Ints, following: Ints) -> Ints:
        """Return the sets of characters by their bytes (below 0: lost) and the one behind them (0: any); -1: none."""
        behind = following if rule in (Rule.LEAD, Rule.EACH) else np.zeros_like(following)
        first, second = np.maximum(firsts, 0), np.maximum(seconds, 0)
        ended, begun = self._ends[first, behind], self._begins[second]
        made = np.where(firsts < 0, np.where(begun, ONE | second, -1), np.where(ended, first << 8 | behind, -1))
        both = ((firsts < 0) & (seconds < 0)).nonzero()[0]
        if len(both):
            different, which = np.unique(behind[both] if rule is Rule.LEAD else both * 0, return_inverse=True)
            made[both] = np.array([self._both(rule, byte) for byte in different.tolist()])[which]
        return made

    def _both(self, rule: Rule, following: int) -> int:
        sets = self.sets
        number = sets.both_apart(following, rule) if rule is Rule.LEAD else sets.both(rule)
        return BOTH + number if len(sets.made[number].codes) else -1

    def grouped(self, numbers: Ints) -> Iterator[tuple[Ints, Choices]]:
        """Yield which of the numbers are of sets alike in size, no more than are scored at once, and the sets."""
        yield from self._narrow(numbers)
        for number, which in _different(numbers):
            made = self.sets.made[number - BOTH]
            at_once = max(1, AT_ONCE // len(made.codes))
            for begin in range(0, len(which), at_once):
                yield which[begin : begin + at_once], Choices(*(some[None] for some in made))

    def _narrow(self, numbers: Ints) -> Iterator[tuple[Ints, Choices]]:
        """Yield the same of the sets of characters of which one byte is left."""
        which = (numbers < ONE).nonzero()[0]
        if len(which):
            codes, ranks, odd, lost = (some[numbers[which] >> 8] for some in self._by_first)
            fits = self._lost[lost, (numbers[which] & 0xFF)[:, None]] & (codes > 0)
            yield which, Choices(np.where(fits, codes, 0), ranks, np.where(fits, odd, NO_CHOICE))
        which = ((numbers >= ONE) & (numbers < BOTH)).nonzero()[0]
        if len(which):
            codes, ranks, odd, _ = (some[numbers[which] & 0xFF] for some in self._by_second)
            yield which, Choices(codes, ranks, odd)

    def tried(self, numbers: Ints, last: Points, ahead: Points) -> Tried:
        """Return for each set what is tried behind some characters, a row of `last`, and in front of one (0: any)."""
        rows, states = last.shape
        width = NEAR + AHEAD if (numbers >= BOTH).all() else NARROW
        codes = np.zeros((rows, states, width), np.uint32)
        odd, steps = (np.full((rows, states, width), NO_CHOICE, np.int16) for _ in range(2))
        left, right, told = places(last), places(ahead)[:, None], (ahead > 0)[:, None]
        for which, some in self._narrow(numbers):
            ahead_of = right[which], told[which]
            codes[which], odd[which], steps[which] = behind(some.codes, some.ranks, some.odd, left[which], *ahead_of)
        for number, which in _different(numbers):
            some = self.sets.made[number - BOTH]
            near = self._nearest(number, left[which].reshape(-1), before=False).reshape(len(which), states, -1)
            before = np.broadcast_to(self._nearest(number, right[which], before=True), (len(which), states, AHEAD))
            columns = np.concatenate([near, before], axis=2)
            ranks, against = some.ranks[columns], some.odd[columns]
            pairs = steps_of(left[which][:, :, None], ranks) + against
            pairs += steps_of(ranks, right[which][:, :, None]) * told[which][:, :, None]
            size = NEAR + AHEAD
            codes[which, :, :size], odd[which, :, :size], steps[which, :, :size] = some.codes[columns], against, pairs
        return Tried(codes, odd, steps)

    def _nearest(self, number: int, ranks: Ints, *, before: bool) -> Array:
        """Return the likeliest of a wide set behind, or before, each of some characters; told once for each of them."""
        key, most = (number, before), AHEAD if before else NEAR
        if key not in self._near:
            self._near[key] = np.zeros((DENSE, most), np.int16), np.zeros(DENSE, bool)
        made, there = self._near[key]
        missing = np.unique(ranks[~there[ranks]])[:, None]
        if len(missing):
            some = self.sets.made[number - BOTH]
            steps = (steps_of(some.ranks, missing) if before else steps_of(missing, some.ranks)) + some.odd
            order = steps.astype(np.int32) * WIDE + np.arange(len(some.codes), dtype=np.int32)
            order.sort(axis=1)
            made[missing[:, 0]] = np.resize(order[:, :most] % WIDE, (len(missing), most))
            there[missing] = True
        return made[ranks]


@cache
def _ranks() -> list[int]:
    """Return the places of all characters of the basic plane."""
    made: list[int] = places(np.arange(1 << 16, dtype=np.uint32)).tolist()
    return made


def _meets(rows: Mask, others: Mask) -> Mask:
    """Tell of each of `rows` with each of `others` whether both are true somewhere: by bits, as a product of matrices
    has OpenBLAS take 32 MB.
    """
    bits, of_others = (np.packbits(some, axis=1) for some in (rows, others))
    made: Mask = np.asarray((bits[:, None] & of_others[None]).any(axis=2))
    return made


def _different(numbers: Ints) -> Iterator[tuple[int, Ints]]:
    """Yield each set of characters of which both bytes are lost, and where it is."""
    for number in np.unique(numbers[numbers >= BOTH]).tolist():
        yield number, (numbers == number).nonzero()[0]


def _ordered(codes: Points, kept: Mask, order: Array, odd: Array) -> tuple[Points, Array, Array, Array]:
    """Return of each row what is kept, the likeliest first: codes, ranks, steps against them, and the other byte."""
    columns = np.argsort(np.where(kept, order, _LAST), axis=1, kind="stable")[:, :NARROW]
    fits = np.take_along_axis(kept, columns, axis=1)
    made = np.where(fits, np.take_along_axis(codes, columns, axis=1), 0).astype(np.uint32)
    against = np.where(fits, np.take_along_axis(odd, columns, axis=1), NO_CHOICE).astype(np.int16)
    return made, places(made), against, columns


@cache
def losses_of(fault: Fault, script: Script) -> Losses:
    """Return the sets of a fault."""
    return Losses(fault, script)
