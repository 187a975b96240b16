"""Scores many candidate characters for one place together: `character_model.pair_score` for arrays.

The searches for lost bytes score tens to thousands of characters after each of several others. The part that does not
depend on the preceding character is computed once for each set of candidates, and recent results are cached.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

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
from seedsearch.text.folding import fold

KEPT = 1024  # answers kept, of some kilobyte each
_AN_IDEOGRAPH = "也"  # that nothing is counted by

if TYPE_CHECKING:
    from seedsearch.text.array_types import Scores, Small


class Candidates:
    """Characters, and for each place among them how it reads after another character and before one."""

    def __init__(self, chars: str) -> None:
        from seedsearch.text.code_points import points  # numpy takes 0.1 s to load, and hardly any text needs it
        from seedsearch.text.pair_scores import characters

        self.chars = chars
        codes, known = points(chars), characters()
        known.meet(codes)
        self._ranks, self._starts, self._ends = known.rank[codes], known.start[codes], known.end[codes]
        self._others = (known.kind[codes] != HAN).nonzero()[0].tolist()

    @cached_property
    def _folded(self) -> dict[str, list[int]]:
        """Ideographs as they are folded, and where they are among the characters."""
        made: dict[str, list[int]] = {}
        for i, (char, folded) in enumerate(zip(self.chars, fold(self.chars), strict=True)):
            if class_of(char) == HAN:
                made.setdefault(folded, []).append(i)
        return made

    def after(self, before: str) -> Scores:
        """ln p of each after the character `before`; not to be written to."""
        return _after(self, before)

    def scored(self, last: str) -> Scores:
        """`pair_score` of each after `last`."""
        kind, folded = class_of(last), fold(last)
        scores = self._starts + FOLLOWS[kind][HAN]
        if kind == HAN:
            scores += model().end.get(folded, 0.0)
            first = model().rank.get(folded)
            if first is not None:
                _put_words(scores, first, self._ranks)
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
        """ln p of those that are not ideographs after one; nearly all ideographs are alike to them."""
        import numpy as np

        return np.array([pair_score(_AN_IDEOGRAPH, self.chars[i]) for i in self._others])

    def before(self, following: str) -> Scores:
        """ln p of the character `following` after each."""
        import numpy as np

        folded = fold(following)
        if class_of(following) == HAN:
            scores = self._ends + (FOLLOWS[HAN][HAN] + model().start.get(folded, UNKNOWN))
            second = model().rank.get(folded)
            if second is not None:
                _put_words(scores, self._ranks, second)
        else:
            scores = np.full(len(self.chars), pair_score(_AN_IDEOGRAPH, following))
        for i in range(len(self.chars)) if following.isdigit() else self._others:
            scores[i] = pair_score(self.chars[i], following)
        return scores


def _put_words(scores: Scores, firsts: Small | int, seconds: Small | int) -> None:
    """Write over `scores` where characters of these ranks stand together in words."""
    from seedsearch.text.pair_scores import NO_WORD, in_words

    steps = in_words(firsts, seconds)
    inside = steps != NO_WORD
    if inside.any():
        scores[inside] = steps[inside] * STEP + FOLLOWS[HAN][HAN]


@lru_cache(maxsize=KEPT)
def _after(candidates: Candidates, before: str) -> Scores:
    return candidates.scored(before)


def best_places(scores: Sequence[Scores], most: int) -> Iterator[tuple[int, int, float]]:
    """(which of `scores`, place in it, score) of the best of them all, best first."""
    import numpy as np

    every = np.concatenate(scores)
    starts = list(accumulate(map(len, scores), initial=0))
    some = np.arange(len(every))
    if len(every) > 2 * most:  # all that are no worse than the last of the best
        some = (every >= np.partition(every, -most)[-most]).nonzero()[0]
    for place in some[np.argsort(-every[some], kind="stable")[:most]].tolist():
        which = bisect_right(starts, place) - 1
        yield which, place - starts[which], float(every[place])
