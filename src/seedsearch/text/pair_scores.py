"""`character_model.pair_score` for many pairs at once: the same figures by array operations.

`pair_score` takes a few microseconds for a new pair, and text that is damaged throughout consists of new pairs. Here a
pair takes a tenth of that or less. The properties of single characters are taken from `character_model` when a
character is first seen, so they have one definition. Pairs of ideographs in words are looked up in a table of the pairs
of the `DENSE` most frequent ones, and the few pairs with a rarer one in a sorted list.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from seedsearch.text import character_model as model
from seedsearch.text.array_types import Bytes, Ints, Mask, Points, Scores, Small
from seedsearch.text.code_points import COUNT, points
from seedsearch.text.folding import fold
from seedsearch.text.pair_rows import PairRows

DENSE = 4096  # ranks; a byte for each pair of them, 17 MB in all
NO_RANK = (1 << 16) - 1  # more than any rank
HINTS = 1 << 17  # ten for each pair of the list
NO_WORD = 255  # in the table: the pair is in no word
# Marks with rules for pairs in `pair_score` beyond those of their classes.
_FIRST_MARKS, _SECOND_MARKS = (model.OPEN, model.STOP), (model.STOP, model.CLOSE)


def pair_scores(text: str) -> Scores:
    """Return the `pair_score` of each adjacent pair of `text`."""
    chars = points(text)
    return scores_of(chars[:-1], chars[1:])


def scores_of(firsts: Points, seconds: Points) -> Scores:
    """Return the `pair_score` of the first characters with the second ones, arrays that broadcast to one shape."""
    known = characters()
    known.meet(firsts)
    known.meet(seconds)
    # First treat all pairs as ideographs of different words, which nearly all are.
    found: Scores = known.end[firsts] + known.start[seconds]
    found += model.FOLLOWS[model.HAN][model.HAN]
    steps = known.steps[known.dense[firsts] * np.int32(DENSE + 1) + known.dense[seconds]]
    inside = steps != NO_WORD
    found[inside] = _nats()[steps[inside]]
    rare = known.is_rare[firsts] | known.is_rare[seconds]
    if rare.any():
        rare &= _hints()[_hashed(known.rank[firsts], known.rank[seconds])]
        first, second = _where(rare, firsts, seconds)
        steps = _looked_up(known.rank[first], known.rank[second])
        found[rare] = np.where(steps == NO_WORD, found[rare], _nats()[steps])
    other = known.is_other[firsts] | known.is_other[seconds]
    if other.any():
        found[other] = _of_others(*_where(other, firsts, seconds), known)
    return found


def _where(chosen: Mask, firsts: Points, seconds: Points) -> tuple[Points, Points]:
    """Return the characters at some places of the broadcast shape."""
    return np.where(chosen, firsts, 0)[chosen], np.where(chosen, seconds, 0)[chosen]


@cache
def _nats() -> Scores:
    """Return the scores of pairs of ideographs in words, from steps."""
    return np.array(model.NATS) + model.FOLLOWS[model.HAN][model.HAN]


def _of_others(firsts: Points, seconds: Points, known: Characters) -> Scores:
    """Return the scores of pairs other than two ideographs."""
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
    """The properties from `character_model` of each character seen so far, by code point; zeros for others.

    `kind` is the class, `within` ln p of the character in it, `is_other` whether it is not an ideograph; `rank` is
    `NO_RANK` of what the dictionary lacks, `dense` the place in the table, `is_rare` whether it has none there but in
    the list; `start` and `end` are ln p of beginning and of ending a word; `counted` is ln p behind a digit, where that
    is a rule of its own; `is_numbered` tells what digits follow; `mark` numbers the marks from 1.
    """

    def __init__(self) -> None:
        self._met, self.is_digit, self.is_numbered = (np.zeros(COUNT, dtype=bool) for _ in range(3))
        self.is_rare, self.is_other = (np.zeros(COUNT, dtype=bool) for _ in range(2))
        self.kind, self.mark = (np.zeros(COUNT, dtype=np.uint8) for _ in range(2))
        self.rank, self.dense = (np.zeros(COUNT, dtype=np.int32) for _ in range(2))
        self.within, self.start, self.end, self.counted = (np.zeros(COUNT) for _ in range(4))
        # The table of frequent pairs, a row beside the other, with the rows of what was met.
        self.steps = _dense().with_rows(np.array([DENSE])).reshape(-1)

    def meet(self, chars: Points) -> None:
        """Add the properties of new characters."""
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
        _dense().with_rows(self.dense[code : code + 1])
        self.is_rare[code] = DENSE <= self.rank[code] < NO_RANK
        self.is_other[code] = kind != model.HAN
        self.start[code] = known.start.get(folded, model.UNKNOWN)
        self.end[code] = known.end.get(folded, 0.0)
        self.counted[code] = model.COUNTED.get(char, 0.0)


@cache
def characters() -> Characters:
    """Return the shared table of characters, which grows with use."""
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


def in_words(firsts: Small | int, seconds: Small | int) -> Bytes:
    """Return for characters of these ranks ln p of the second in words that hold both, in steps; else `NO_WORD`."""
    rows = np.minimum(firsts, DENSE)
    steps: Bytes = _dense().with_rows(np.atleast_1d(rows))[rows, np.minimum(seconds, DENSE)]
    rare = (np.maximum(firsts, seconds) >= DENSE).nonzero()[0]
    if len(rare):
        steps[rare] = _looked_up(*(np.broadcast_to(ranks, steps.shape)[rare] for ranks in (firsts, seconds)))
    return steps


def _looked_up(firsts: Small, seconds: Small) -> Bytes:
    """Return the same where one of two characters is not frequent."""
    keys, steps = _rare()
    wanted = firsts.astype(np.int64) << 16 | seconds
    places = keys.searchsorted(wanted)
    found: Bytes = np.where(keys[places] == wanted, steps[places], NO_WORD)
    return found


def _pairs() -> tuple[Small, Small, Bytes]:
    """Return the pairs that words hold, in order: the ranks of both, and ln p of the second in steps."""
    rows, steps, chances = model.model().follow.stored
    counts, places = np.array(rows, dtype=np.int32), np.cumsum(np.array(steps), dtype=np.int32)
    before = np.append(np.int32(0), places)[np.cumsum(counts) - counts]  # the steps of each first character begin anew
    firsts = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    places -= np.repeat(before, counts)
    return firsts, places, np.frombuffer(chances, dtype=np.uint8)


def _hashed(firsts: Small, seconds: Small) -> Small:
    """Return the numbers of the hints about pairs of characters of these ranks."""
    found: Small = firsts * np.int32(10007) + seconds & np.int32(HINTS - 1)
    return found


@cache
def _hints() -> Mask:
    """Return for each number of a hint whether the list has such a pair: of ten that it does not have, one or so."""
    keys = _rare()[0][:-1]
    made = np.zeros(HINTS, bool)
    made[_hashed((keys >> 16).astype(np.int32), (keys & NO_RANK).astype(np.int32))] = True
    return made


@cache
def _dense() -> PairRows:
    """Return the steps of those pairs of which both characters are frequent, by their ranks."""
    of_rows, of_ranks, of_chances = model.model().follow.stored
    ends, steps, chances = np.cumsum(of_rows).tolist(), np.asarray(of_ranks), np.frombuffer(of_chances, np.uint8)

    def row(rank: int, made: Bytes) -> None:
        made[:] = NO_WORD
        if rank < DENSE:
            some = slice(ends[rank - 1] if rank else 0, ends[rank])
            seconds = np.cumsum(steps[some])
            frequent = seconds < DENSE
            made[seconds[frequent]] = chances[some][frequent]

    return PairRows(DENSE + 1, row)


@cache
def _rare() -> tuple[Ints, Bytes]:
    """Return the other pairs, two ranks in one number, in order, and their steps; and one behind all of them."""
    firsts, seconds, steps = _pairs()
    rare = (firsts >= DENSE) | (seconds >= DENSE)
    keys = firsts[rare].astype(np.int64) << 16 | seconds[rare]
    return np.append(keys, np.int64(1 << 32)), np.append(steps[rare], np.uint8(NO_WORD))
