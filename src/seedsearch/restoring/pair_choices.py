"""What bytes in pairs can have been that a reader lost, as arrays: sets of characters for `pair_search`, made once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

import numpy as np

from seedsearch.restoring.pair_faults import Fault, Rule
from seedsearch.restoring.scripts import Script, unlikely
from seedsearch.restoring.side_by_side import NO_CHOICE
from seedsearch.text.array_types import Array, Ints, Mask, Points
from seedsearch.text.code_points import points
from seedsearch.text.trigrams import DENSE, STEP, alone, places

BYTES = 1 << 8  # values of a byte
NARROW, WIDE = 128, 900  # characters of a set, the most frequent ones: where a byte is known, and where none is
FIRST_ROWS = 64  # sets that there is room for at first
AT_ONCE = 1 << 20  # choices that are scored at once, some megabytes


class Choices(NamedTuple):
    """Characters, the likeliest first: their codes, their places among pairs, and steps of what speaks against them.

    Of one set, or by set; code 0 behind the end of a shorter one.
    """

    codes: Points
    ranks: Array
    odd: Array


class Sets:
    """The sets of characters for what readers lost of one fault, on pages in one script; each has a number."""

    def __init__(self, fault: Fault, script: Script) -> None:
        self.fault, self.script = fault, script
        self.table = [0] * (BYTES * BYTES)
        for pair, char in fault.read.items():
            self.table[pair[0] << 8 | pair[1]] = ord(char)
        self.codes: Points = np.array(self.table, np.uint32).reshape(BYTES, BYTES)
        self._known = places(self.codes) < DENSE - 1
        self.refused: Mask = np.ones((BYTES, BYTES), bool)
        for pair in fault.shown:
            self.refused[pair[0], pair[1]] = False
        self.refused[:0x80] = False
        self._eaten = self.refused.copy()  # pairs that browsers give up as a whole
        self._eaten[:, :0x80] = False
        self._numbers: dict[tuple[int, ...], int] = {}
        self.made: list[Choices] = []
        self._narrow, self._wide = _Matrix(NARROW), _Matrix(WIDE)
        self._sizes, self._rows = np.zeros(FIRST_ROWS, int), np.zeros(FIRST_ROWS, int)
        self._odd: dict[int, int] = {}

    def atoms(self, found: str) -> list[bytes] | None:
        """Return the bytes of each character, none for U+FFFD; None where one has no bytes."""
        pairs = self.fault.byte_pairs
        made = [pairs.get(char) or (char.encode() if char < "\x80" else b"") for char in found]
        return made if all(one or char == "\ufffd" for one, char in zip(made, found, strict=True)) else None

    def both(self, rule: Rule = Rule.PAIR) -> int:
        """Return the set of what may stand where a pair of bytes is lost."""
        if rule is Rule.PAIR_UNLESS_ASCII:
            return self._number((4,), lambda: self.codes[self._eaten], WIDE)
        return self._number((0,), lambda: self.codes[self.refused], WIDE)

    def first(self, following: int) -> int:
        """Return that of a lost first byte in front of a known second one."""
        return self._number((1, following), lambda: self.codes[:, following][self.refused[:, following]])

    def second(self, pending: int, following: int) -> int:
        """Return that of a known first byte and a lost second one in front of a known byte (0: of any)."""
        return self._number((2, pending, following), lambda: self.codes[pending][self._before(following)])

    def both_apart(self, following: int, rule: Rule) -> int:
        """Return that of two bytes, each lost alone, in front of a known byte (0: of any)."""
        if rule is Rule.EACH:
            return self.both()
        return self._number((3, following), lambda: self.codes[self.refused & self._before(following)[None]], WIDE)

    def share(self) -> float:
        """Return the share of characters of running text that this reader does not show."""
        _, ranks, odd = self.made[self.both()]
        return float(np.exp(alone(ranks[odd == 0])).sum())

    def lost(self, text: str) -> bool:
        """Tell whether the reader shows something for one of the characters that it is taken to lose."""
        return bool(np.isin(points(text), self.made[self.both()][0]).any())

    def _before(self, following: int) -> Mask:
        """For each byte whether it is lost in front of another one."""
        made = self.refused[:, following] if following else np.arange(BYTES) >= 0x80
        return np.asarray(made)

    def _number(self, key: tuple[int, ...], made: Callable[[], Points], most: int = NARROW) -> int:
        if (number := self._numbers.get(key)) is not None:
            return number
        self._numbers[key] = number = len(self.made)
        codes = np.unique(made())
        codes = codes[codes > 0x7F]
        ranks = places(codes)
        codes, ranks = codes[ranks < DENSE - 1], ranks[ranks < DENSE - 1]
        odd = np.array([self.steps(code) for code in codes.tolist()], np.int16)
        order = np.argsort(ranks + odd * 50, kind="stable")[:most]
        self.made.append(Choices(codes[order], ranks[order], odd[order]))
        if number == len(self._sizes):
            self._sizes, self._rows = (np.append(some, np.zeros(number, int)) for some in (self._sizes, self._rows))
        self._sizes[number] = len(order)
        self._rows[number] = (self._wide if len(order) > NARROW else self._narrow).add(self.made[-1])
        return number

    def steps(self, code: int) -> int:
        if code not in self._odd:
            self._odd[code] = round(unlikely(chr(code), self.script) / STEP)
        return self._odd[code]

    def grouped(self, numbers: Ints) -> Iterator[tuple[Ints, Choices]]:
        """Yield which of the numbers are of sets alike in size, no more than are scored at once, and the sets."""
        sizes = self._sizes[numbers]
        for matrix, chosen in ((self._narrow, (sizes > 0) & (sizes <= NARROW)), (self._wide, sizes > NARROW)):
            which = chosen.nonzero()[0]
            if not len(which):
                continue
            width = int(sizes[which].max())
            at_once = max(1, AT_ONCE // width)
            for begin in range(0, len(which), at_once):
                part = which[begin : begin + at_once]
                yield part, matrix.rows(self._rows[numbers[part]], width)


class _Matrix:
    """Sets side by side as arrays, in which there is room for more of them."""

    def __init__(self, width: int) -> None:
        self._size, self._made = 0, _room(FIRST_ROWS, width)

    def add(self, one: Choices) -> int:
        """Take in a set, and return the row that it has."""
        if self._size == len(self._made.codes):
            room = _room(self._size, self._made.codes.shape[1])
            self._made = Choices(*(np.concatenate(some) for some in zip(self._made, room, strict=True)))
        for whole, part in zip(self._made, one, strict=True):
            whole[self._size, : len(part)] = part
        self._size += 1
        return self._size - 1

    def rows(self, numbers: Ints, width: int) -> Choices:
        """Return some rows, without what is behind the longest."""
        return Choices(*(some[numbers, :width] for some in self._made))


def _room(count: int, width: int) -> Choices:
    """Return room for so many sets."""
    shape = count, width
    return Choices(np.zeros(shape, np.uint32), np.full(shape, DENSE - 1), np.full(shape, NO_CHOICE, np.int16))


@cache
def sets_of(fault: Fault, script: Script) -> Sets:
    """Return the sets of a fault."""
    return Sets(fault, script)
