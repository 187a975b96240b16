"""Many characters that may stand at one place, scored together: `language.pair_score` for arrays of characters.

The searches for lost bytes ask for tens to thousands of characters behind each of several others. What does not depend
on the character before is worked out once for each set of candidates, and the last answers are kept.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, TypeAlias

from seedsearch.text.character_model import (
    COUNTED,
    FOLLOWS,
    HAN,
    LONG_WORD_MOST,
    UNKNOWN,
    WORDS_PER_CHARACTER,
    class_of,
    model,
    pair_score,
)
from seedsearch.text.folding import fold

KEPT = 4096  # answers kept, of some kilobyte each

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Scores: TypeAlias = "NDArray[np.float64]"


class Candidates:
    """Characters, and for each place among them how it reads behind another character."""

    def __init__(self, chars: tuple[str, ...]) -> None:
        import numpy as np  # 0.1 s, and hardly any text needs it

        self.chars = chars
        self._starts = np.full(len(chars), UNKNOWN)
        self._folded: dict[str, list[int]] = {}
        self._others: list[int] = []
        known = model()
        for i, char in enumerate(chars):
            if class_of(char) != HAN:
                self._others.append(i)
                continue
            folded = fold(char)
            self._folded.setdefault(folded, []).append(i)
            self._starts[i] = known.start.get(folded, UNKNOWN)

    def after(self, before: str) -> Scores:
        """ln p of each behind the one or two characters `before`; not to be written to."""
        return _after(self, before)

    def scored(self, last: str) -> Scores:
        """`pair_score` of each behind `last`."""
        kind, folded = class_of(last), fold(last)
        scores = self._starts + FOLLOWS[kind][HAN]
        if kind == HAN:
            row = model().follow[folded]
            scores += model().end.get(folded, 0.0)
            for char in row.keys() & self._folded.keys():
                scores[self._folded[char]] = FOLLOWS[HAN][HAN] + row[char]
        elif last.isdigit():
            for i in (i for char in COUNTED.keys() & self._folded.keys() for i in self._folded[char]):
                scores[i] = pair_score(last, self.chars[i])
        for i in self._others:
            scores[i] = pair_score(last, self.chars[i])
        return scores

    def in_long_words(self, before: str) -> dict[int, float]:
        """Place → ln p for those that go on a long word behind the two characters `before`."""
        first, second = fold(before[0]), fold(before[1])
        words = _triples_after().get(first + second)
        if words is None:
            return {}
        triples, a_and_b = (
            model().triples,
            math.exp(model().alone[first] + pair_score(first, second) - FOLLOWS[HAN][HAN]),
        )
        return {
            i: math.log(min(LONG_WORD_MOST, triples[first + second + third] * WORDS_PER_CHARACTER / a_and_b))
            for third in words
            for i in self._folded.get(third, ())
        }


@lru_cache(maxsize=KEPT)
def _after(candidates: Candidates, before: str) -> Scores:
    if len(before) < 2:
        return candidates.scored(before)
    scores = _after(candidates, before[-1])
    longer = candidates.in_long_words(before)
    if longer:
        scores = scores.copy()
        for i, score in longer.items():
            scores[i] = max(scores[i], score)
    return scores


@cache
def _triples_after() -> dict[str, str]:
    """Two characters → the third ones that long words of the dictionary go on with."""
    made: dict[str, str] = {}
    for triple in model().triples:
        made[triple[:2]] = made.get(triple[:2], "") + triple[2]
    return made


def best_places(scores: Sequence[Scores], most: int) -> Iterator[tuple[int, int, float]]:
    """(which of `scores`, place in it, score) of the best of them all, best first."""
    import numpy as np

    every = np.concatenate(scores)
    starts = list(accumulate(map(len, scores), initial=0))
    for place in np.argsort(-every, kind="stable")[:most].tolist():
        which = bisect_right(starts, place) - 1
        yield which, place - starts[which], float(every[place])
