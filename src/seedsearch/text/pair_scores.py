"""`character_model.pair_score` for many pairs at once: the same figures by array operations.

A pair that was not asked before costs `pair_score` some microseconds, and text that is damaged throughout is made of
such pairs. Here it is a tenth of that and less. What is asked of each character alone is asked of `character_model`
when the character is first met, so that there is one definition of it. Ideographs that words hold together are looked
up in a table of the pairs of the `DENSE` most frequent ones, and the few pairs with a rarer one in a sorted list.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from seedsearch.text import character_model as model
from seedsearch.text.array_types import Bytes, Ints, Points, Scores
from seedsearch.text.code_points import COUNT, points
from seedsearch.text.folding import fold

DENSE = 4096  # ranks; a byte for each pair of them, 17 MB
FEW = 256  # characters for which a search in the list takes less time than the table
NO_RANK = (1 << 16) - 1  # more than any rank
NO_WORD = 255  # in the table: no word holds the pair
# Marks of which `pair_score` knows pairs that their classes do not tell of.
_FIRST_MARKS, _SECOND_MARKS = (model.OPEN, model.STOP), (model.STOP, model.CLOSE)


def pair_scores(text: str) -> Scores:
    """Return the `pair_score` of each two neighbours of `text`: one less than it has characters."""
    chars = points(text)
    return scores_of(chars[:-1], chars[1:])


def scores_of(firsts: Points, seconds: Points) -> Scores:
    """Return the `pair_score` of the first characters with the second ones, arrays that broadcast to one shape."""
    known = characters()
    known.meet(firsts)
    known.meet(seconds)
    # As if all were ideographs, for nearly all of them are.
    steps = _dense().reshape(-1)[known.dense[firsts] * (DENSE + 1) + known.dense[seconds]]
    found = _of_ideographs(steps, firsts, seconds, known)
    flat = found.reshape(-1)
    rare = (known.dense[firsts] == DENSE) | (known.dense[seconds] == DENSE)
    if rare.any():
        at = np.flatnonzero(rare)
        first, second = _at(firsts, seconds, at)
        flat[at] = _of_ideographs(_looked_up(known.rank[first], known.rank[second]), first, second, known)
    other = known.is_other[firsts] | known.is_other[seconds]
    if other.any():
        at = np.flatnonzero(other)
        flat[at] = _of_others(*_at(firsts, seconds, at), known)
    return found


def _at(firsts: Points, seconds: Points, places: Ints) -> tuple[Points, Points]:
    """Return the characters at some places of the shape that both broadcast to, counted through it."""
    first, second = np.broadcast_arrays(firsts, seconds)
    return first.reshape(-1)[places], second.reshape(-1)[places]


def _of_ideographs(steps: Bytes, firsts: Points, seconds: Points, known: Characters) -> Scores:
    """Return the scores of pairs of ideographs, of which words hold those with `steps`."""
    inside = np.where(steps == NO_WORD, known.end[firsts] + known.start[seconds], steps * model.STEP)
    found: Scores = inside + model.FOLLOWS[model.HAN][model.HAN]
    return found


def _of_others(firsts: Points, seconds: Points, known: Characters) -> Scores:
    """Return the scores of pairs that are not two ideographs."""
    kinds, after = known.kind[firsts], known.kind[seconds]
    own = np.where(after == model.HAN, known.start[seconds], known.within[seconds])
    found: Scores = _follows()[kinds, after] + own
    counted = known.counted[seconds]
    np.copyto(found, counted, where=known.is_digit[firsts] & (counted < 0))
    np.copyto(found, model.NUMBER, where=known.is_numbered[firsts] & known.is_digit[seconds])
    side_by_side = _marks()[known.mark[firsts], known.mark[seconds]]
    np.copyto(found, side_by_side, where=side_by_side < 0)
    return found


class Characters:
    """What `character_model` says of each character that was met, by code point; of others, zeros.

    `kind` is the class, `within` ln p of the character in it, `is_other` whether it is not an ideograph; `rank` is
    `NO_RANK` of what the dictionary lacks, `dense` the place in the table, `start` and `end` ln p of beginning and of
    ending a word; `counted` is ln p behind a digit, where that is a rule of its
    own; `is_numbered` tells what digits follow; `mark` numbers the marks from 1.
    """

    def __init__(self) -> None:
        self._met, self.is_digit, self.is_numbered, self.is_other = (np.zeros(COUNT, dtype=bool) for _ in range(4))
        self.kind, self.mark = (np.zeros(COUNT, dtype=np.uint8) for _ in range(2))
        self.rank, self.dense = (np.zeros(COUNT, dtype=np.int64) for _ in range(2))
        self.within, self.start, self.end, self.counted = (np.zeros(COUNT) for _ in range(4))

    def meet(self, chars: Points) -> None:
        """Learn of those that are new."""
        new = chars[~self._met[chars]]
        for code in set(new.tolist()):
            self._learn(code, chr(code))

    def _learn(self, code: int, char: str) -> None:
        known, folded = model.model(), fold(char)
        self._met[code] = True
        self.kind[code], self.within[code] = kind, _ = model.classed(char)
        self.mark[code] = _numbers().get(char, 0)
        self.is_digit[code] = char.isdigit()
        self.is_numbered[code] = kind == model.HAN and folded in model.NUMBERED
        self.rank[code] = known.rank.get(folded, NO_RANK)
        self.dense[code] = min(self.rank[code], DENSE)
        self.is_other[code] = kind != model.HAN
        self.start[code] = known.start.get(folded, model.UNKNOWN)
        self.end[code] = known.end.get(folded, 0.0)
        self.counted[code] = model.COUNTED.get(char, 0.0)


@cache
def characters() -> Characters:
    """Return the one table of characters, which grows as they are met."""
    return Characters()


@cache
def _follows() -> Scores:
    return np.array(model.FOLLOWS)


@cache
def _numbers() -> dict[str, int]:
    """Return the marks that pairs are known of, numbered from 1."""
    marks = (char for char, (kind, _) in model.MARKS.items() if kind in {*_FIRST_MARKS, *_SECOND_MARKS})
    return {char: number for number, char in enumerate(marks, 1)}


@cache
def _marks() -> Scores:
    """Return the score of marks side by side by their numbers; 0 where their classes tell it."""
    numbers = _numbers()
    made = np.zeros((len(numbers) + 1, len(numbers) + 1))
    for a, first in numbers.items():
        for b, second in numbers.items():
            if model.class_of(a) in _FIRST_MARKS and model.class_of(b) in _SECOND_MARKS:
                made[first, second] = model.pair_score(a, b)
    return made


def in_words(firsts: Ints | int, seconds: Ints | int) -> Bytes:
    """Return for characters of these ranks ln p of the second in words that hold both, in steps; else `NO_WORD`."""
    if np.size(firsts) + np.size(seconds) < FEW:
        return _looked_up(firsts, seconds)
    steps: Bytes = _dense()[np.minimum(firsts, DENSE), np.minimum(seconds, DENSE)]
    rare = (np.maximum(firsts, seconds) >= DENSE).nonzero()[0]
    if len(rare):
        steps[rare] = _looked_up(*(np.broadcast_to(ranks, steps.shape)[rare] for ranks in (firsts, seconds)))
    return steps


def _looked_up(firsts: Ints | int, seconds: Ints | int) -> Bytes:
    """Return the same by the list in order."""
    keys, steps = _sorted()
    wanted = firsts << 16 | seconds
    places = keys.searchsorted(wanted)
    found: Bytes = np.where(keys[places] == wanted, steps[places], NO_WORD)
    return found


@cache
def _pairs() -> tuple[Ints, Ints, Bytes]:
    """Return the pairs that words hold, in order: the ranks of both, and ln p of the second in steps."""
    rows, steps, chances = model.model().follow.stored
    counts, places = np.array(rows, dtype=np.int64), np.cumsum(np.array(steps, dtype=np.int64))
    before = np.append(0, places)[np.cumsum(counts) - counts]  # the steps of each first character begin anew
    firsts = np.repeat(np.arange(len(counts)), counts)
    return firsts, places - np.repeat(before, counts), np.frombuffer(chances, dtype=np.uint8)


@cache
def _sorted() -> tuple[Ints, Bytes]:
    """Return the pairs that words hold, two ranks in one number, in order, and steps; and one behind all of them."""
    firsts, seconds, steps = _pairs()
    return np.append(firsts << 16 | seconds, np.int64(1 << 32)), np.append(steps, np.uint8(NO_WORD))


@cache
def _dense() -> Bytes:
    """Return the steps of those pairs of which both characters are frequent, by their ranks."""
    firsts, seconds, steps = _pairs()
    made = np.full((DENSE + 1, DENSE + 1), NO_WORD, dtype=np.uint8)
    frequent = (firsts < DENSE) & (seconds < DENSE)
    made[firsts[frequent], seconds[frequent]] = steps[frequent]
    return made
