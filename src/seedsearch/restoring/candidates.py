"""Many characters that may stand at one place, scored together: `language.pair_score` for arrays of characters.

The searches for lost bytes ask for tens to thousands of characters behind each of several others. What does not depend
on the character before is worked out once for each set of candidates, and the last answers are kept.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache, cached_property, lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, TypeAlias

from seedsearch.text.character_model import (
    COUNTED,
    FOLLOWS,
    HAN,
    NUMBERED,
    STEP,
    UNKNOWN,
    class_of,
    model,
    pair_score,
)
from seedsearch.text.folding import fold, is_han

KEPT = 4096  # answers kept, of some kilobyte each
PLANE = 0x10000  # code points of the first plane
BEYOND = PLANE + 3  # with those for all other planes
RANKS, NO_RANK = 1 << 14, (1 << 14) - 1  # more than there are ranks, and one that no character has
_AN_IDEOGRAPH = "也"  # that nothing is counted by

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Scores: TypeAlias = "NDArray[np.float64]"


class Candidates:
    """Characters, and for each place among them how it reads behind another character and before one."""

    def __init__(self, chars: tuple[str, ...]) -> None:
        import numpy as np  # 0.1 s, and hardly any text needs it

        self.chars = chars
        codes = np.array([code_of(char) for char in chars], np.intp)
        ranks, starts, ends, others = by_code()
        self._ranks, self._starts, self._ends = ranks[codes], starts[codes], ends[codes]
        self._others = np.flatnonzero(others[codes]).tolist()

    @cached_property
    def _folded(self) -> dict[str, list[int]]:
        """Ideographs as they are folded, and where they are among the characters."""
        made: dict[str, list[int]] = {}
        for i, (char, folded) in enumerate(zip(self.chars, fold("".join(self.chars)), strict=True)):
            if class_of(char) == HAN:
                made.setdefault(folded, []).append(i)
        return made

    def after(self, before: str) -> Scores:
        """ln p of each behind the character `before`; not to be written to."""
        return _after(self, before)

    def scored(self, last: str) -> Scores:
        """`pair_score` of each behind `last`."""
        kind, folded = class_of(last), fold(last)
        scores = self._starts + FOLLOWS[kind][HAN]
        if kind == HAN:
            scores += model().end.get(folded, 0.0)
            first = model().rank.get(folded)
            if first is not None:
                _put_words(scores, first * RANKS + self._ranks)
        elif last.isdigit():
            for i in (i for char in COUNTED.keys() & self._folded.keys() for i in self._folded[char]):
                scores[i] = pair_score(last, self.chars[i])
        if kind == HAN and folded not in NUMBERED:
            scores[self._others] = self._marks_after
        else:
            for i in self._others:
                scores[i] = pair_score(last, self.chars[i])
        return scores

    @cached_property
    def _marks_after(self) -> Scores:
        """ln p of those that are not ideographs behind one; nearly all ideographs are alike to them."""
        import numpy as np

        return np.array([pair_score(_AN_IDEOGRAPH, self.chars[i]) for i in self._others])

    def before(self, following: str) -> Scores:
        """ln p of the character `following` behind each."""
        import numpy as np

        folded = fold(following)
        if class_of(following) == HAN:
            scores = self._ends + (FOLLOWS[HAN][HAN] + model().start.get(folded, UNKNOWN))
            second = model().rank.get(folded)
            if second is not None:
                _put_words(scores, self._ranks * RANKS + second)
        else:
            scores = np.full(len(self.chars), pair_score(_AN_IDEOGRAPH, following))
        for i in range(len(self.chars)) if following.isdigit() else self._others:
            scores[i] = pair_score(self.chars[i], following)
        return scores


def code_of(char: str) -> int:
    """Return the code point, or one of the three beyond the first plane, for all ideographs, private characters and
    others.
    """
    code = ord(char)
    return code if code < PLANE else PLANE + 1 if is_han(char) else PLANE + 2 if code >= 0xF0000 else PLANE


@cache
def by_code() -> tuple[NDArray[np.int64], Scores, Scores, NDArray[np.bool_]]:
    """By code: the rank, ln p of beginning a word and of ending one, and whether it is anything but an ideograph."""
    import numpy as np

    han = [code for code in range(PLANE) if is_han(chr(code))]
    folded = fold("".join(map(chr, han)))
    ranks, starts, ends = np.full(BEYOND, NO_RANK), np.full(BEYOND, UNKNOWN), np.zeros(BEYOND)
    known, others = model(), np.ones(BEYOND, np.bool_)
    ranks[han] = [known.rank.get(char, NO_RANK) for char in folded]
    starts[han] = [known.start.get(char, UNKNOWN) for char in folded]
    ends[han] = [known.end.get(char, 0.0) for char in folded]
    others[[*han, PLANE + 1]] = False
    return ranks, starts, ends, others


@cache
def pairs_in_words() -> tuple[NDArray[np.int64], Scores]:
    """Return what stands together in words, as ranks of the first and second character in one number, in order; and
    ln p.
    """
    import numpy as np

    stored_counts, steps, chances = model().follow.stored
    counts = np.array(stored_counts, np.int64)
    seconds, ends = np.cumsum(np.array(steps), dtype=np.int64), np.cumsum(counts)
    before = np.concatenate(([0], seconds))[ends - counts]  # the steps of each first character begin anew
    seconds -= np.repeat(before, counts)
    firsts = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    return firsts * RANKS + seconds, np.frombuffer(chances, np.uint8).astype(np.float64) * STEP


def _put_words(scores: Scores, pairs: NDArray[np.int64]) -> None:
    """Write over `scores` where a pair of ranks stands together in words."""
    keys, chances = pairs_in_words()
    places = keys.searchsorted(pairs)
    places[places == len(keys)] = 0
    inside = keys[places] == pairs
    if inside.any():
        scores[inside] = chances[places[inside]] + FOLLOWS[HAN][HAN]


@lru_cache(maxsize=KEPT)
def _after(candidates: Candidates, before: str) -> Scores:
    return candidates.scored(before)


def best_places(scores: Sequence[Scores], most: int) -> Iterator[tuple[int, int, float]]:
    """(which of `scores`, place in it, score) of the best of them all, best first."""
    import numpy as np

    every = np.concatenate(scores)
    starts = list(accumulate(map(len, scores), initial=0))
    for place in np.argsort(-every, kind="stable")[:most].tolist():
        which = bisect_right(starts, place) - 1
        yield which, place - starts[which], float(every[place])
