"""The pairs and words across the joints of many run texts at once (joints.py defines them).

Array operations find the places where a joint may begin; these are few and checked one by one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from operator import itemgetter

import numpy as np

from seedsearch.text.array_types import Bytes, Ints, Mask, Points
from seedsearch.text.code_points import text_of
from seedsearch.text.joints import MARKS, REMARKS, Joined, Joint, joins, stretches
from seedsearch.text.lexicon import OwnWords
from seedsearch.text.segmenter import steady_cut

_BELOW = 0x3100  # above all punctuation and below nearly all ideographs; few characters of Chinese text are below
_MARK, _HYPHEN = 1, 2


@dataclass(frozen=True, slots=True)
class Across:
    """The terms across joints: `pairs` of characters and `words`, each with the number of its text."""

    pairs: list[tuple[int, str]] = field(default_factory=list)
    words: list[tuple[int, str]] = field(default_factory=list)

    def add(self, owner: int, joined: Joined, own: OwnWords) -> None:
        """Add the terms across the joints of a text."""
        self.pairs.extend((owner, pair) for pair in joined.pairs())
        self.words.extend((owner, word) for word in joined.words(steady_cut(own)))


def across(points: Points, lengths: Ints, skipped: Mask, own: OwnWords) -> Across:
    """Return the terms across the joints of concatenated run texts with a NUL after each; some are `skipped`."""
    ends, text, made = np.cumsum(lengths + 1) - 1, text_of(points), Across()
    places, single = candidates(points)
    tried = stretches(text, places.tolist())
    single = single[~_inside(single, tried)]
    owners = np.searchsorted(ends, single)
    there = ~skipped[owners]
    pairs = text_of(np.stack([points[single - 1], points[single + 1]], axis=1)[there].ravel())
    made.pairs.extend(zip(owners[there].tolist(), map(str.__add__, pairs[::2], pairs[1::2]), strict=True))
    found = [stretch for stretch in tried if joins(text, *stretch)]
    numbers = np.searchsorted(ends, [joint.start for joint in found]).tolist()
    for owner, some in groupby(zip(numbers, found, strict=True), key=itemgetter(0)):
        if not skipped[owner]:
            end = int(ends[owner])
            begin = end - int(lengths[owner])
            made.add(owner, Joined(text[begin:end], [Joint(j.start - begin, j.end - begin) for _, j in some]), own)
    return made


def _inside(places: Ints, tried: list[Joint]) -> Mask:
    """Tell which places are inside one of these."""
    borders = np.array(tried, dtype=np.int64).ravel()
    inside: Mask = np.searchsorted(borders, places, side="right") % 2 == 1
    return inside


def candidates(points: Points) -> tuple[Ints, Ints]:
    """Return the places where pieces of joints may begin in run texts, and the blanks that are joints by themselves.

    The latter are between an ideograph and an ASCII letter or digit, like most in text with English words, so no other
    piece is beside them and no word crosses them. They may still be inside a joint (the target of a link).
    """
    low = np.flatnonzero(points < _BELOW)
    kinds = _kinds()[points[low]]
    marks = low[kinds == _MARK]
    hyphens = low[kinds == _HYPHEN]
    blanks = low[points[low] == ord(" ")]
    around = np.concatenate([np.zeros(2, points.dtype), points, np.zeros(4, points.dtype)])
    after = around[hyphens + 3]
    hyphens = hyphens[(after == ord(" ")) | (after == ord("{"))]
    before, after = _sorts(around[blanks + 1]), _sorts(around[blanks + 3])
    single = ((before == _USUAL) & (after == _PLAIN)) | ((before == _PLAIN) & (after == _USUAL))
    for word in REMARKS:
        single &= ~np.all([around[blanks + 3 + at] == ord(char) for at, char in enumerate(f"{word} ")], axis=0)
    beside = ((before == _USUAL) & (after != _DEAD)) | ((after == _USUAL) & (before != _DEAD))
    alone = (_sorts(around[blanks]) != _PLAIN) & (_sorts(around[blanks + 4]) != _PLAIN)
    letters = (before == _PLAIN) & (after == _PLAIN) & alone
    rare = (before == _OTHER) | (after == _OTHER)
    some = ~single & (beside | letters | rare)
    return np.sort(np.concatenate([marks, hyphens, blanks[some]])), blanks[single]


@cache
def _kinds() -> Bytes:
    """For characters below _BELOW, whether they may begin a piece of a joint."""
    kinds = np.zeros(_BELOW, dtype=np.uint8)
    kinds[[ord(mark) for mark in MARKS if mark != " "]] = _MARK
    kinds[ord("-")] = _HYPHEN
    return kinds


# Classes of characters beside a blank: common ideographs, ASCII letters and digits, characters that cannot end a piece,
# others.
_DEAD, _USUAL, _PLAIN, _OTHER, _ALIVE = range(5)


@cache
def _beside() -> Bytes:
    made = np.full(0x10000, _OTHER, dtype=np.uint8)
    made[0x4E00:0xA000] = _USUAL
    made[:0x80] = _ALIVE
    made[[ord(char) for char in "0123456789abcdefghijklmnopqrstuvwxyz"]] = _PLAIN
    made[[ord(char) for char in "\0 $&,?@^"]] = _DEAD
    made[[ord(char) for char in "。、《》〈〉【】…—℃"]] = _DEAD
    return made


def _sorts(points: Points) -> Bytes:
    sorts: Bytes = _beside()[np.minimum(points, 0xFFFF)]
    return sorts
