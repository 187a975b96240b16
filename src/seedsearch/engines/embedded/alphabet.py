"""A searchable encoding of characters: one byte for the 160 most frequent, two for the next 2,208, then three.

A byte that begins a code never occurs inside one, so a run of codes is found anywhere in a text by searching for its
bytes (self-synchronising, like the dense codes of Brisaboa and others, 2003). Characters without a rank take five
bytes: a mark and the code point in base 48.

    0–159 one byte · 160–205 two · 206 three · 207 five · 208–255 the bytes inside
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Self

import numpy as np

from seedsearch.text.array_types import Bytes, Ints, Points
from seedsearch.text.code_points import points, text_of

SINGLE = 160
LONG, ESCAPE, INNER = 206, 207, 208
BASE = 256 - INNER
LONGEST = 5  # bytes of a code
DOUBLE = (LONG - SINGLE) * BASE
RANKED = SINGLE + DOUBLE + BASE * BASE
_CODE_POINTS = 0x110000
_RARE = 0xFFFFFFFF


@cache
def _lines() -> list[str]:
    return Path(__file__).with_name("characters.txt").read_text(encoding="utf-8").split("\n")


@cache
def traditional() -> Points:
    """For each code point below 0x10000, its most likely Traditional form, or itself."""
    table = np.arange(0x10000, dtype=np.uint32)
    table[points(_lines()[1])] = points(_lines()[2])
    return table


@lru_cache(maxsize=4)
def _codes(characters: str) -> tuple[Bytes, Bytes]:
    """For each code point below 0x10000, its bytes (at most three) and their number; 0 without a rank."""
    lengths = np.zeros(0x10000, dtype=np.uint8)
    codes = np.zeros((3, 0x10000), dtype=np.uint8)
    chars = points(characters)
    ranks = np.arange(len(chars))
    one, two, three = ranks[:SINGLE], ranks[SINGLE : SINGLE + DOUBLE] - SINGLE, ranks[SINGLE + DOUBLE :]
    three = three - SINGLE - DOUBLE
    digits = (
        (one,),
        (SINGLE + two // BASE, INNER + two % BASE),
        (LONG + 0 * three, INNER + three // BASE, INNER + three % BASE),
    )
    begin = 0
    for row in digits:
        some = chars[begin : begin + len(row[0])]
        codes[: len(row), some] = row
        lengths[some] = len(row)
        begin += len(row[0])
    return codes, lengths


@dataclass(frozen=True)
class Alphabet:
    """Characters below 0x10000 in the order of their ranks, RANKED at most."""

    characters: str

    @classmethod
    def usual(cls) -> Self:
        """Return the default alphabet, for unknown texts."""
        return cls(_lines()[0][:RANKED])

    @classmethod
    def fitted(cls, sample: Points) -> Self:
        """Return the alphabet for texts like `sample`, which should have at least a hundred thousand characters."""
        found, counts = np.unique(sample, return_counts=True)
        found, counts = found[found < 0x10000], counts[found < 0x10000]
        ranked = text_of(found[np.argsort(-counts, kind="stable")])
        known = set(ranked)
        return cls((ranked + "".join(c for c in _lines()[0] if c not in known))[:RANKED])

    @cached_property
    def _codes(self) -> tuple[Bytes, Bytes]:
        return _codes(self.characters)

    @cached_property
    def _points(self) -> Points:
        return points(self.characters)

    def encode(self, chars: Points) -> tuple[Bytes, Ints]:
        """Return the codes of `chars`, and the number of bytes of each."""
        codes, lengths = self._codes
        inside = np.minimum(chars, 0xFFFF)
        sizes = lengths[inside].astype(np.int64)
        sizes[(sizes == 0) | (chars > 0xFFFF)] = 5
        ends = np.cumsum(sizes)
        made = np.empty(int(ends[-1]) if len(ends) else 0, dtype=np.uint8)
        starts = ends - sizes
        made[starts] = codes[0, inside]
        for k in (1, 2):
            some = np.flatnonzero(sizes > k)
            made[starts[some] + k] = codes[k, inside[some]]
        escaped = np.flatnonzero(sizes == 5)
        made[starts[escaped]] = ESCAPE
        for k in range(4):
            made[starts[escaped] + 1 + k] = INNER + chars[escaped] // BASE ** (3 - k) % BASE
        return made, sizes

    def bytes_of(self, text: str) -> bytes:
        """Return the codes of a short text, without tables."""
        return b"".join(map(self._code, text))

    def _code(self, char: str) -> bytes:
        rank = self.characters.find(char)
        if rank < 0:
            digits = (ord(char) // BASE**k % BASE for k in (3, 2, 1, 0))
            return bytes((ESCAPE, *(INNER + digit for digit in digits)))
        if rank < SINGLE:
            return bytes((rank,))
        if rank < SINGLE + DOUBLE:
            first, second = divmod(rank - SINGLE, BASE)
            return bytes((SINGLE + first, INNER + second))
        first, second = divmod(rank - SINGLE - DOUBLE, BASE)
        return bytes((LONG, INNER + first, INNER + second))

    @cached_property
    def _chars(self) -> Points:
        """For each pair of bytes, the character whose code it begins with; _RARE if the code is longer or there is
        none.
        """
        ranked = np.append(self._points, np.full(RANKED, _RARE, dtype=np.uint32))
        chars = np.full((256, 256), _RARE, dtype=np.uint32)
        chars[:SINGLE] = ranked[:SINGLE, None]
        chars[SINGLE:LONG, INNER:] = ranked[SINGLE : SINGLE + DOUBLE].reshape(-1, BASE)
        return chars.ravel()

    def decode(self, codes: Bytes) -> tuple[Points, Ints]:
        """Decode complete codes; return the characters and where each code begins. Raises ValueError for invalid
        codes.
        """
        starts = (codes < INNER).nonzero()[0]
        pairs = codes.astype(np.uint16)
        pairs <<= 8
        pairs[:-1] |= codes[1:]
        made = self._chars.take(pairs[starts])
        rare = (made == _RARE).nonzero()[0]
        if len(rare):
            kinds, at = codes[starts[rare]], starts[rare]
            three, five = kinds == LONG, kinds == ESCAPE
            made[rare[three]] = self._of_three(codes, at[three])
            if not three.all():
                made[rare[five]] = _of_five(codes, at[five])
                if not (three | five).all():
                    raise ValueError("a code without a character")
        return made, starts

    def _of_three(self, codes: Bytes, starts: Ints) -> Points:
        """Decode the codes of three bytes that begin at `starts`."""
        digits = _digits(codes, starts, 2)
        ranks = SINGLE + DOUBLE + BASE * digits[0] + digits[1]
        if ranks.max(initial=0) >= len(self._points):
            raise ValueError("a code without a character")
        chars: Points = self._points[ranks]
        return chars


def _of_five(codes: Bytes, starts: Ints) -> Ints:
    """Decode the codes of five bytes that begin at `starts`."""
    values: Ints = BASE ** np.arange(3, -1, -1) @ _digits(codes, starts, 4)
    if values.max(initial=0) >= _CODE_POINTS:
        raise ValueError("a code without a character")
    return values


def _digits(codes: Bytes, starts: Ints, count: int) -> Ints:
    """Return the `count` inner bytes of each code that begins at `starts`, as digits in base 48, one row per digit."""
    if len(starts) and starts[-1] + count >= len(codes):
        raise ValueError("a code without a character")
    digits: Ints = codes[starts + np.arange(1, count + 1)[:, None]].astype(np.int64) - INNER
    if digits.min(initial=0) < 0:
        raise ValueError("a code without a character")
    return digits
