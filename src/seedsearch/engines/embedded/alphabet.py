"""Characters as bytes that can be searched: one byte for the 160 most frequent, two for the next 2,208, then three.

A byte that begins a code never stands inside one, so a run of codes is found by looking for its bytes, wherever in
a text it stands (self-synchronising, as the dense codes of Brisaboa and others, 2003, are). What has no rank takes
five bytes: a mark and the code point in base 48.

    0–159 one byte · 160–205 two · 206 three · 207 five · 208–255 the bytes inside
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from seedsearch.code_points import Points, points, text_of
from seedsearch.engines.embedded.varints import Bytes

SINGLE = 160
LONG, ESCAPE, INNER = 206, 207, 208
BASE = 256 - INNER
DOUBLE = (LONG - SINGLE) * BASE
RANKED = SINGLE + DOUBLE + BASE * BASE
_CODE_POINTS = 0x110000


@cache
def _lines() -> list[str]:
    return Path(__file__).with_name("characters.txt").read_text(encoding="utf-8").split("\n")


@cache
def traditional() -> Points:
    """For each code point under 0x10000 the Traditional form that is most likely, or itself."""
    table = np.arange(0x10000, dtype=np.uint32)
    table[points(_lines()[1])] = points(_lines()[2])
    return table


@lru_cache(maxsize=4)
def _codes(characters: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """For each code point under 0x10000 its bytes (at most three) and how many; 0 where it has no rank."""
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
    """Characters under 0x10000 in the order of their ranks, RANKED at most."""

    characters: str

    @classmethod
    def usual(cls) -> Self:
        """The one for texts that are not known."""
        return cls(_lines()[0][:RANKED])

    @classmethod
    def fitted(cls, sample: Points) -> Self:
        """The one for texts like `sample`, which should hold a hundred thousand characters or more."""
        found, counts = np.unique(sample, return_counts=True)
        found, counts = found[found < 0x10000], counts[found < 0x10000]
        ranked = text_of(found[np.argsort(-counts, kind="stable")])
        known = set(ranked)
        return cls((ranked + "".join(c for c in _lines()[0] if c not in known))[:RANKED])

    @cached_property
    def _codes(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        return _codes(self.characters)

    @cached_property
    def _points(self) -> Points:
        return points(self.characters)

    def encode(self, chars: Points) -> tuple[Bytes, NDArray[np.int64]]:
        """The codes of `chars`, and how many bytes each takes."""
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
        """The codes of a text."""
        return self.encode(points(text))[0].tobytes()

    def decode(self, codes: Bytes) -> tuple[Points, NDArray[np.int64]]:
        """The characters of whole codes, and where each begins; raises ValueError for what is no code."""
        starts = np.flatnonzero(codes < INNER)
        first = codes[starts].astype(np.int64)
        after = np.append(codes, np.zeros(4, dtype=np.uint8)).astype(np.int64) - INNER
        ranks = first
        two = np.flatnonzero((first >= SINGLE) & (first < LONG))
        ranks[two] = SINGLE + (first[two] - SINGLE) * BASE + after[starts[two] + 1]
        rare = np.flatnonzero(codes[starts] >= LONG)
        three = rare[codes[starts[rare]] == LONG]
        ranks[three] = SINGLE + DOUBLE + after[starts[three] + 1] * BASE + after[starts[three] + 2]
        escaped = rare[codes[starts[rare]] == ESCAPE]
        ranks[escaped] = 0
        if ranks.max(initial=0) >= len(self._points) or ranks.min(initial=0) < 0:
            raise ValueError("a code without a character")
        made = self._points[ranks]
        value = np.zeros(len(escaped), dtype=np.int64)
        for k in range(4):
            value = value * BASE + after[starts[escaped] + 1 + k]
        if value.max(initial=0) >= _CODE_POINTS or value.min(initial=0) < 0:
            raise ValueError("a code without a character")
        made[escaped] = value
        return made, starts
