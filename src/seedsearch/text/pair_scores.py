"""`character_model.pair_score` for many pairs at once: the same figures by array operations.

A pair that was not asked before costs `pair_score` some microseconds, and text that is damaged throughout is made of
such pairs. Here it is a tenth of that. What is asked of each character alone is asked of `character_model` when the
character is first met, so that there is one definition of it.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from seedsearch.text import character_model as model
from seedsearch.text.array_types import Ints, Points, Scores, Small
from seedsearch.text.code_points import COUNT, points
from seedsearch.text.folding import fold


def pair_scores(text: str) -> Scores:
    """Return the `pair_score` of each two neighbours of `text`: one less than it has characters."""
    chars = points(text)
    return scores_of(chars[:-1], chars[1:])


def scores_of(firsts: Points, seconds: Points) -> Scores:
    """Return the `pair_score` of each first character with the second one that stands at its place."""
    known = _characters()
    known.meet(firsts)
    known.meet(seconds)
    kinds, after = known.kind[firsts], known.kind[seconds]
    found: Scores = _follows()[kinds, after] + known.within[seconds]
    is_han = after == model.HAN
    found[is_han] = _of_ideographs(firsts[is_han], seconds[is_han], known)
    other = (~is_han).nonzero()[0]
    found[other] = _of_others(firsts[other], seconds[other], found[other], known)
    return found


def _of_ideographs(firsts: Points, seconds: Points, known: _Characters) -> Scores:
    """Return where the second is an ideograph."""
    kinds = known.kind[firsts]
    made: Scores = _follows()[kinds, model.HAN] + known.start[seconds]
    han = (kinds == model.HAN).nonzero()[0]
    a, b = firsts[han], seconds[han]
    keys, chances = _in_words()
    wanted = _key(known.rank[a], known.rank[b])
    places = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    apart = known.end[a] + known.start[b]
    made[han] = model.FOLLOWS[model.HAN][model.HAN] + np.where(keys[places] == wanted, chances[places], apart)
    counted = known.is_digit[firsts] & (known.counted[seconds] < 0)
    made[counted] = known.counted[seconds[counted]]
    return made


def _of_others(firsts: Points, seconds: Points, made: Scores, known: _Characters) -> Scores:
    """Return where the second is none: `made` by its class, but for marks side by side and digits behind ideographs."""
    kinds, after = known.kind[firsts], known.kind[seconds]
    side_by_side = (kinds == model.STOP) & ((after == model.STOP) | (after == model.CLOSE))
    side_by_side |= (kinds == model.OPEN) & (after == model.STOP)
    for at in (side_by_side | ((kinds == model.HAN) & known.is_digit[seconds])).nonzero()[0].tolist():
        made[at] = model.pair_score(chr(firsts[at]), chr(seconds[at]))
    return made


class _Characters:
    """What `character_model` says of each character that was met, by code point; of others, zeros.

    `rank` is from 1, and 0 is that of a character that the dictionary lacks.
    """

    def __init__(self) -> None:
        self._met, self.is_digit = np.zeros(COUNT, dtype=bool), np.zeros(COUNT, dtype=bool)
        self.kind, self.rank = np.zeros(COUNT, dtype=np.uint8), np.zeros(COUNT, dtype=np.int32)
        self.within, self.start, self.end, self.counted = (np.zeros(COUNT) for _ in range(4))

    def meet(self, chars: Points) -> None:
        """Learn of those that are new."""
        new = chars[~self._met[chars]]
        for code in set(new.tolist()):
            self._learn(code, chr(code))

    def _learn(self, code: int, char: str) -> None:
        known, folded = model.model(), fold(char)
        self._met[code] = True
        self.kind[code], self.within[code] = model.classed(char)
        self.is_digit[code] = char.isdigit()
        self.rank[code] = known.rank.get(folded, -1) + 1
        self.start[code] = known.start.get(folded, model.UNKNOWN)
        self.end[code] = known.end.get(folded, 0.0)
        self.counted[code] = model.COUNTED.get(char, 0.0)


@cache
def _characters() -> _Characters:
    return _Characters()


@cache
def _follows() -> Scores:
    return np.array(model.FOLLOWS)


def _key(first: Small, second: Small) -> Ints:
    """Return a number for two characters by their ranks, which are under 1 << 16."""
    key: Ints = first.astype(np.int64) << 16 | second
    return key


@cache
def _in_words() -> tuple[Ints, Scores]:
    """Return the keys of the pairs that words hold, in order, and ln p of the second in each."""
    rows, steps, chances = model.model().follow.stored
    counts, places = np.array(rows, dtype=np.int64), np.cumsum(np.array(steps, dtype=np.int64))
    before = np.append(0, places)[np.cumsum(counts) - counts]
    seconds = (places - np.repeat(before, counts)).astype(np.int32)
    firsts = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    return _key(firsts + 1, seconds + 1), np.array(model.NATS)[np.frombuffer(chances, dtype=np.uint8)]
