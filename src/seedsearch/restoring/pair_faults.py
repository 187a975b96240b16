"""Big5 read as GBK and GBK read as Big5, as tables: which bytes became which characters, and which were lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import NamedTuple

from seedsearch.damage import Damage
from seedsearch.text.double_byte import big5_pair
from seedsearch.text.gbk import PRIVATE, pair_of, pairs

# As Windows and Python read it; and as browsers do, which have characters in rows that it leaves empty, and the kana of
# those rows elsewhere.
BIG5_READERS = (("big5", "cp950"), ("big5hkscs",))
NEVER = -1e9  # ln p of what a reader does not do
OF_BROWSERS = 0.005  # of what is not ASCII: characters that only browsers show; a page of GBK has some 5 % of them


@dataclass(frozen=True, slots=True, eq=False)
class Fault:
    """An encoding read as another one; equal to itself alone."""

    kind: Damage
    byte_pairs: dict[str, bytes]  # of the encoding it was read in: character → its two bytes
    read: dict[bytes, str]  # of the encoding it is in: two bytes → their character
    shown: frozenset[bytes]  # pairs that the wrong reader has a character for


class Rule(Enum):
    """What of two bytes that are no character of its own a reader gives up for one sign, before it goes on."""

    LEAD = "the first"  # Python, iconv -c
    PAIR = "both"  # Java, .NET, PHP; and most of them where the pair is kept for users
    PAIR_UNLESS_ASCII = "both, but the first alone where the second is ASCII"  # browsers
    EACH = "both, each with a sign"  # .NET with some of its tables


@dataclass(frozen=True, slots=True)
class Reader:
    """A program that reads one encoding as another: its rule; whether it leaves no sign; and whether that is `?`."""

    rule: Rule
    drops: bool = False
    asks: bool = False

    @property
    def pairs(self) -> bool:
        """Whether one sign may stand for two bytes."""
        return self.rule in (Rule.PAIR, Rule.PAIR_UNLESS_ASCII)

    def costs(self, *, ascii_follows: bool) -> tuple[float, float]:
        """ln p that one byte was lost at a place, and that two were, by whether ASCII follows there."""
        alone = not self.pairs or (ascii_follows and self.rule is Rule.PAIR_UNLESS_ASCII)
        return 0.0 if alone else NEVER, 0.0 if self.pairs else NEVER


class Run(NamedTuple):
    """A run of characters as found, U+FFFD for each sign, and the characters before and behind it."""

    found: str
    before: str
    after: str


@cache
def faults() -> tuple[Fault, ...]:
    """Big5 read as GBK, and GBK read as Big5 by each of the readers."""
    gbk = {pair: char for pair, char in pairs().items() if ord(char) not in PRIVATE}
    big5 = {pair: char for pair in _pairs_of_big5() if len(char := big5_pair(pair) or "") == 1}
    every = list(_pairs_of_big5())
    lines = b"\n".join(every)
    made = [Fault(Damage.BIG5_AS_GBK, pair_of(), big5, frozenset(gbk))]
    for codecs in BIG5_READERS:
        # Of a pair that a codec does not have, "ignore" leaves the second byte where that is ASCII.
        read = (zip(every, lines.decode(codec, "ignore").split("\n"), strict=True) for codec in codecs)
        plain = {pair: char for some in read for pair, char in some if len(char) == 1 and char >= "\x80"}
        # Of two pairs with one character (十) that one which GBK has as well.
        as_big5 = {char: pair for pair, char in sorted(plain.items(), key=lambda one: one[0][1])}
        made.append(Fault(Damage.GBK_AS_BIG5, as_big5, gbk, frozenset(plain)))
    return tuple(made)


def faults_of(text: str) -> tuple[Fault, Fault]:
    """Return both faults, Big5 by the reader that the characters of a text show."""
    as_gbk, as_big5, by_browser = faults()
    wide = re.sub("[\0-\x7f]+", "", text)
    only = sum(map(_of_browsers().__contains__, wide))
    return as_gbk, by_browser if only > OF_BROWSERS * len(wide) else as_big5


@cache
def _of_browsers() -> frozenset[str]:
    """Return the characters that only browsers show for pairs of Big5."""
    _, as_big5, by_browser = faults()
    return frozenset(by_browser.byte_pairs.keys() - as_big5.byte_pairs.keys())


def _pairs_of_big5() -> Iterator[bytes]:
    """Yield every pair of bytes that Big5 with its extensions uses."""
    for lead in range(0x87, 0xFF):
        for trail in (*range(0x40, 0x7F), *range(0xA1, 0xFF)):
            yield bytes((lead, trail))
