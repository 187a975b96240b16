"""Characters that were lost side by side, chosen together: Viterbi's algorithm with a beam, over arrays.

Known characters part the lost ones of a text into short rows. All rows take each step together, the longest first: the
first characters of all of them, then the second ones. Of all choices behind the readings that are kept, the likeliest
by pairs are scored by three characters in a row (`text/trigrams.py`), and the best of these are gone on with. Linear in
the number of lost characters. What can have stood in a place is told by whoever asks (`Tries`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from seedsearch.text.array_types import Array, Ints, Points
from seedsearch.text.trigrams import DENSE, STEP, pair_table, scores

STATES = 6  # readings of one character that are gone on with to the next
KEPT = 24  # of these with each choice behind them, by pairs, of which more than the character before is asked
TOGETHER = 16  # lost characters side by side that are read together
NO_CHOICE = 1000  # steps of what is no choice
_NONE = -1e9  # ln p of what cannot be


class Tried(NamedTuple):
    """Choices by row, by reading that they follow, and in each in one order: codes (0: none), steps of ln p of what
    speaks against each, and the same with those of the pairs that it makes.
    """

    codes: Points
    odd: Array
    told: Array


# Which of the lost characters, the readings that they follow (a row of last characters for each), and the character
# ahead of each (0: not known).
Tries: TypeAlias = Callable[[Ints, Points, Points], Tried]


def fill(codes: Points, lost: Ints, tries: Tries, *, least: int = 1, together: int = TOGETHER) -> None:
    """Put into `codes` what reads best at the places `lost`, in order, where at least so many stand side by side; of
    more than `together`, piece by piece. Two known characters stand before the first of them and one behind the last.
    """
    first, length = _rows(lost, least, together)
    if not len(first):
        return
    at = lost[first]
    before, last, score = codes[at - 2][:, None], codes[at - 1][:, None], np.zeros((len(first), 1))
    steps = list[tuple[Points, Ints]]()
    for number in range(int(length[0])):
        going = int((length > number).sum())
        ends = length[:going] == number + 1
        ahead = np.where(ends, codes[at[:going] + number + 1], 0)
        tried, odd, told = tries(first[:going] + number, last[:going], ahead)
        # The likeliest by pairs, and of these by three.
        pairs = (score[:going, :, None] + told * STEP).reshape(going, -1)
        kept = min(KEPT, pairs.shape[1])
        best = np.argpartition(-pairs, kept - 1, axis=1)[:, :kept]
        some = np.take_along_axis(tried.reshape(going, -1), best, axis=1)
        against = np.take_along_axis(odd.reshape(going, -1), best, axis=1)
        came = best // tried.shape[2]
        a, b = (np.take_along_axis(of[:going], came, axis=1) for of in (before, last))
        so_far = np.take_along_axis(score[:going], came, axis=1)
        likely = so_far + against * STEP + scores(a, b, some)
        likely[some == 0] = _NONE
        ended = ends.nonzero()[0]
        if len(ended):
            final = likely[ended] + scores(b[ended], some[ended], ahead[ended][:, None])
            for row, one in zip(ended.tolist(), final.argmax(axis=1).tolist(), strict=True):
                _trace(codes, int(at[row]) + number, [(some, came), *steps[::-1]], row, one)
        order = np.argsort(-likely, axis=1)[:, :STATES]
        last, before, score, came = (np.take_along_axis(of, order, axis=1) for of in (some, b, likely, came))
        steps.append((last, came))


def _trace(codes: Points, at: int, steps: Sequence[tuple[Points, Ints]], row: int, one: int) -> None:
    """Put the characters of a row into `codes`, the last first, which is `one` at the place `at`."""
    for some, came in steps:
        codes[at] = some[row, one]
        at, one = at - 1, int(came[row, one])


def _rows(lost: Ints, least: int, together: int) -> tuple[Ints, Ints]:
    """Return the rows of lost characters side by side: the number of the first, and how many; the longest come first,
    and too long ones are cut.
    """
    first = np.append(True, np.diff(lost) > 1).nonzero()[0] if len(lost) else lost
    length = np.diff(np.append(first, len(lost)))
    first, length = first[length >= least], length[length >= least]
    pieces = -(-length // together)
    number = np.arange(pieces.sum()) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    length = np.minimum(together, np.repeat(length, pieces) - together * number)
    first = np.repeat(first, pieces) + together * number
    order = np.argsort(-length, kind="stable")
    return first[order], length[order]


def behind(codes: Points, ranks: Array, odd: Array, left: Array, right: Array, told: Array) -> Tried:
    """Return what is tried where each row of characters may stand behind each of `left`, and before `right` where that
    is `told`; all by their places among pairs.
    """
    steps = steps_of(left[:, :, None], ranks[:, None]) + odd[:, None]
    steps += (steps_of(ranks, right) * told)[:, None]
    shape = steps.shape
    return Tried(np.broadcast_to(codes[:, None], shape), np.broadcast_to(odd[:, None], shape), steps)


def steps_of(firsts: Array, seconds: Array) -> Array:
    """Return the steps of ln p of characters behind others, by their places."""
    made: Array = pair_table().reshape(-1)[firsts * DENSE + seconds].astype(np.int16)
    return made
