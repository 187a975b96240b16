"""jieba's segmentation of many texts at once, by array operations over the mapped dictionary (lexicon.py).

All places of all texts traverse the trie in parallel; then the most probable segmentation of each run is found from its
end (Viterbi 1967, as in jieba), one step for all places at the same distance from the end of their runs. Sums are
computed in jieba's order, so ties are resolved in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import log

import numpy as np

from seedsearch.text.array_types import Ints, Mask, Points, Small
from seedsearch.text.lexicon import FIRST, LAST, trie

FIRST_POINT, LAST_POINT = ord(FIRST), ord(LAST)  # the range of segmented characters
AT_ONCE = 1 << 18  # characters
SHORT = 4  # characters of a word; longer words are few and processed one by one


@dataclass(frozen=True, slots=True)
class Words:
    """Words in the order of the text: start, length, and an identifying number.

    This is the number of its node in the dictionary, or `unknown` plus the character.
    """

    starts: Small
    lengths: Small
    numbers: Small


class _Tables:
    """The dictionary as arrays."""

    def __init__(self) -> None:
        words = trie()
        codes = np.zeros(0x10000, dtype=np.int32)
        codes[FIRST_POINT : LAST_POINT + 1] = words.characters
        self.codes = codes  # the code of each character
        self.firsts = np.where(codes > 0, words.root + codes, 0).astype(np.int32)  # its node after the root
        self.bases = np.asarray(words.bases).view(np.int32)
        self.code_of = np.asarray(words.codes)
        self.ranks = np.asarray(words.ranks)
        total = log(words.total)
        self.scores = np.array([-np.inf, *(log(frequency) - total for frequency in words.frequencies[1:])])
        self.unknown_score = log(1) - total


@cache
def _tables() -> _Tables:
    return _Tables()


def unknown() -> int:
    """The number of the unknown word U+0000; those of other unknown characters follow."""
    return trie().size


def cut(points: Points) -> Words:
    """Return the words of the runs that jieba segments; the last character must not belong to one.

    Raises ValueError if it does.
    """
    nothing = np.zeros(0, dtype=np.int32)
    found = [Words(nothing, nothing, nothing)]
    borders = [0, *_borders(points), len(points)]
    for begin, end in pairwise(borders):
        some = points[begin:end]
        runs = _Runs.of(some)
        if len(runs.places):
            lattice = _Lattice(some, runs)
            lattice.solve()
            found.append(lattice.words(begin))
    return Words(*(np.concatenate([getattr(some, name) for some in found]) for name in Words.__slots__))


def _borders(points: Points) -> list[int]:
    """Return places outside runs at which to divide a text, so that each part fits into memory, and mostly into
    caches.
    """
    if len(points) <= AT_ONCE:
        return []
    outside = np.flatnonzero(~_is_cut(points[:-1])) + 1
    places = np.searchsorted(outside, np.arange(AT_ONCE, len(points), AT_ONCE))
    borders: list[int] = np.unique(outside[places[places < len(outside)]]).tolist()
    return borders


def _is_cut(points: Points) -> Mask:
    is_cut: Mask = (points >= FIRST_POINT) & (points <= LAST_POINT)
    return is_cut


@dataclass(frozen=True, slots=True)
class _Runs:
    """The places of the segmented characters, and the first and the number of them for each run."""

    places: Small
    firsts: Ints
    lengths: Ints

    @classmethod
    def of(cls, points: Points) -> _Runs:
        is_cut = _is_cut(points)
        if len(points) and is_cut[-1]:
            raise ValueError("a run reaches the end of the text")
        places = np.flatnonzero(is_cut).astype(np.int32)
        firsts = np.flatnonzero(np.diff(places, prepend=-2) > 1)
        return cls(places, firsts, np.diff(firsts, append=len(places)))

    def left(self) -> Small:
        """The number of characters from each place to the end of its run, inclusive."""
        ends = self.places[self.firsts] + self.lengths.astype(np.int32)
        left: Small = np.repeat(ends, self.lengths) - self.places
        return left


class _Lattice:
    """All words that begin at each place, and the best path from there to the end of the run.

    Rows are sorted by distance from the end: `order` has the place of each row, `row_of` is the inverse.
    """

    def __init__(self, points: Points, runs: _Runs) -> None:
        self._runs = runs
        self._left = left = runs.left()
        self._order = np.argsort(left.astype(np.uint16) if left.max() < 1 << 16 else left, kind="stable")
        self._row_of = np.empty(len(left), dtype=np.int32)
        self._row_of[self._order] = np.arange(len(left), dtype=np.int32)
        self._nodes = np.zeros((SHORT, len(left)), dtype=np.int32)
        self._scores = np.full((SHORT, len(left)), -np.inf)
        self._long: dict[int, list[tuple[int, int, int]]] = {}  # by `left`: place, characters, node
        self._chosen_long: dict[int, tuple[int, int]] = {}  # by place: characters, node
        self._fill(points)
        self._points = points
        self._best = np.zeros(len(points) + SHORT)

    def _fill(self, points: Points) -> None:
        """Follow the trie from every place, one character per round."""
        tables = _tables()
        inside = np.minimum(points, 0xFFFF)
        codes = np.append(tables.codes[inside], np.zeros(1, dtype=np.int32))
        nodes = tables.firsts[inside[self._runs.places]]
        number = np.arange(len(nodes), dtype=np.int32)
        self._add(1, number, nodes)
        length, at = 1, self._runs.places
        while len(number):
            bases = tables.bases[nodes]
            more = np.flatnonzero(bases)
            number, at = number[more], at[more] + 1
            code = codes[at]
            nodes = bases[more] + code
            there = np.flatnonzero((tables.code_of[nodes] == code) & (code > 0))
            number, at, nodes = number[there], at[there], nodes[there]
            length += 1
            self._add(length, number, nodes)
        self._admit_unknown()

    def _add(self, length: int, number: Small, nodes: Small) -> None:
        """Add the nodes that are words of this length."""
        tables = _tables()
        ranks = tables.ranks[nodes]
        if length == 1:
            self._scores[0, self._row_of] = tables.scores[ranks]
            self._nodes[0] = nodes
            return
        some = np.flatnonzero(ranks)
        number, nodes = number[some], nodes[some]
        if length <= SHORT:
            self._scores[length - 1, self._row_of[number]] = tables.scores[ranks[some]]
            self._nodes[length - 1, number] = nodes
            return
        for place, node in zip(number.tolist(), nodes.tolist(), strict=True):
            self._long.setdefault(int(self._left[place]), []).append((place, length, node))

    def _admit_unknown(self) -> None:
        """Count a character with which no word begins as a word."""
        rows = np.flatnonzero(np.isneginf(self._scores[0]))
        rows = rows[np.isneginf(self._scores[:, rows]).all(axis=0)]
        with_long = {place for of_left in self._long.values() for place, _, _ in of_left}
        rows = rows[[place not in with_long for place in self._order[rows].tolist()]] if len(rows) else rows
        self._scores[0, rows] = _tables().unknown_score
        self._nodes[0, self._order[rows]] = 0

    def solve(self) -> None:
        """Compute the best score of each place, from the ends of the runs; `_scores` become those of complete paths."""
        tables, best = _tables(), self._best
        at = self._runs.places[self._order]
        after = at + np.arange(1, SHORT + 1, dtype=np.int32)[:, np.newaxis]
        borders = np.cumsum(np.bincount(self._left)).tolist()
        for left in range(1, len(borders)):
            some = slice(borders[left - 1], borders[left])
            if some.start == some.stop:
                continue
            ways = self._scores[:, some]
            ways += best[after[:, some]]
            best[at[some]] = ways.max(axis=0)
            for place, length, node in self._long.get(left, ()):
                start = int(self._runs.places[place])
                score = tables.scores[tables.ranks[node]] + best[start + length]
                if score >= best[start]:  # on ties, jieba takes the longer word
                    best[start] = score
                    self._chosen_long[place] = length, node

    def words(self, begin: int) -> Words:
        """Return the words on the best paths, for a text that begins at offset `begin` of another."""
        lengths = self._lengths()
        nodes = self._nodes[lengths - 1, np.arange(len(lengths))]
        for place, (length, node) in self._chosen_long.items():
            lengths[place], nodes[place] = length, node
        number, left = self._runs.firsts, self._runs.lengths
        found = []
        while len(number):
            found.append(number)
            steps = lengths[number]
            going_on = np.flatnonzero(left > steps)
            number, left = (number + steps)[going_on], (left - steps)[going_on]
        chosen = np.sort(np.concatenate(found))
        starts, nodes = self._runs.places[chosen], nodes[chosen]
        characters = self._points[starts].astype(np.int32)
        return Words(starts + np.int32(begin), lengths[chosen], np.where(nodes > 0, nodes, unknown() + characters))

    def _lengths(self) -> Small:
        """Return the length of the best word at each place."""
        best = self._scores.max(axis=0)
        of_row = np.ones(len(best), dtype=np.uint8)
        for length in range(2, SHORT + 1):
            of_row[self._scores[length - 1] == best] = length
        return of_row[self._row_of].astype(np.int32)
