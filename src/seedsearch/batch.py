"""Many documents at once, as arrays: their run texts (as runs.py defines them) and their terms."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any, Self

import numpy as np

from seedsearch.arrays import Ints, Mask, Points, Small
from seedsearch.code_points import COUNT, members, points
from seedsearch.folding import WIDE, table
from seedsearch.model import IndexEntry

_SPACE = 0x20


@cache
def _folding() -> Points:
    made = np.arange(COUNT, dtype=np.uint32)
    for char, folded in table().items():
        made[char] = ord(folded)
    return made


@cache
def _blank() -> Mask:
    return members("".join(re.findall(r"\s", "".join(map(chr, range(0x10000))))))


@cache
def _wide() -> Mask:
    return members(WIDE)


@dataclass(frozen=True, slots=True)
class RunTexts:
    """The run texts of some readable texts, one after the other, with a NUL after each.

    `points` are their code points, `readable` what is readable in the place of each, `lengths` those of the texts
    without the NUL. The blanks that are readable and that run texts lack are `lacking`; `lacking_before` says before
    which place in `points` each stands.
    """

    points: Points
    readable: Points
    lengths: Ints
    lacking: Points
    lacking_before: Ints

    @classmethod
    def of(cls, texts: Sequence[str]) -> Self:
        """Those of these texts."""
        chars = points("".join(f"{text}\0" for text in texts))  # NUL is no blank, and no blank is dropped beside it
        folded = _folding()[chars]
        lacks = _lacking(chars, folded)
        there = ~lacks
        out = np.flatnonzero(lacks)
        before = out - np.arange(len(out))
        ends = np.cumsum([len(text) + 1 for text in texts], dtype=np.int64) - 1
        lengths = np.diff(ends - np.searchsorted(out, ends), prepend=-1) - 1
        return cls(folded[there], chars[there], lengths, chars[out], before)

    def owners(self) -> Small:
        """For each of `points` the number of its text; the NUL belongs to the text before it."""
        return np.repeat(np.arange(len(self.lengths), dtype=np.int32), self.lengths + 1)

    def is_text(self) -> Mask:
        """Which of `points` are none of those NULs."""
        mask = np.ones(len(self.points), dtype=bool)
        mask[np.cumsum(self.lengths + 1) - 1] = False
        return mask


def _lacking(chars: Points, folded: Points) -> Mask:
    """The blanks that the run texts lack; those that they keep become spaces in `folded`."""
    blank = _blank()[np.minimum(chars, 0xFFFF)]
    edges = np.diff(blank, prepend=False, append=False)
    firsts, lasts = np.flatnonzero(edges).reshape(-1, 2).T
    wide = _wide()
    dropped = (firsts > 0) & wide[chars[firsts - 1]] & wide[chars[np.minimum(lasts, len(chars) - 1)]]
    kept = firsts[~dropped]
    folded[kept] = _SPACE
    blank[kept] = False
    return blank


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a field in some documents: occurrence i is of `terms[numbers[i]]`, in document `owners[i]`.

    The occurrences are in no order; no term is listed twice. `known` is for each term the number that it has in every
    batch, or -1.
    """

    terms: Sequence[str]
    known: Ints
    numbers: Small
    owners: Small

    @classmethod
    def of(cls, lists: Sequence[Sequence[str]]) -> Self:
        """The terms of each document as a list."""
        places: defaultdict[str, int] = numbered()
        lengths = [len(terms) for terms in lists]
        every = map(places.__getitem__, chain.from_iterable(lists))
        numbers = np.fromiter(every, dtype=np.int32, count=sum(lengths))
        owners = np.repeat(np.arange(len(lists), dtype=np.int32), lengths)
        return cls(list(places), np.full(len(places), -1), numbers, owners)


@dataclass(frozen=True, slots=True)
class Batch:
    """Some entries with their run texts and the terms of the field `word`; the `words` of the entries are not read."""

    entries: Sequence[IndexEntry]
    runs: RunTexts
    words: Terms

    @classmethod
    def of(cls, entries: Sequence[IndexEntry]) -> Self:
        """Entries that have their words."""
        return cls(
            entries, RunTexts.of([entry.readable for entry in entries]), Terms.of([entry.words for entry in entries])
        )


def numbered() -> defaultdict[Any, int]:
    """A dictionary that numbers its keys from 0 as they are asked for."""
    numbers: defaultdict[Hashable, int] = defaultdict()
    numbers.default_factory = numbers.__len__
    return numbers
