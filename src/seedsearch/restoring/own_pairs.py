"""Pairs of characters that stand on a page beside what it lost: a text says again what it is about.

A name that lost a byte in one line stands whole in another, as the same bytes fall elsewhere there. Of the characters
that a lost byte can have been, those that the page has beside the same neighbour are likelier by far: they make one
wrong choice in five right.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from itertools import count, islice
from typing import TYPE_CHECKING

from seedsearch.text.trigrams import BITS, NO_RANK, ranks

if TYPE_CHECKING:
    from seedsearch.text.array_types import Array, Scores

# Code points of which the pairs are counted with those of as many before and behind: what is far away is about
# something else, and pairs that any text has would count as if they were its own.
PART = 2000

_numbers = count()


class Neighbourhoods:
    """The pairs of parts of a text: `read` gives what is known of the text between two places."""

    def __init__(self, size: int, read: Callable[[int, int], str]) -> None:
        self._size, self._read = size, read
        self._made: dict[int, OwnPairs] = {}

    def of(self, at: int) -> OwnPairs:
        """Return the pairs around a place."""
        number = at // PART
        if number not in self._made:
            self._made.clear()  # nothing goes back
            start, end = max(0, (number - 1) * PART), min(self._size, (number + 2) * PART)
            self._made[number] = OwnPairs(partial(self._read, start, end))
        return self._made[number]


class OwnPairs:
    """The pairs of characters of the text that `read` gives, with U+FFFD where something was lost, as they are folded.

    It is read when something is asked. `number` is another one for each text.
    """

    def __init__(self, read: Callable[[], str]) -> None:
        self.number, self._read = next(_numbers), read

    @cached_property
    def _counted(self) -> tuple[Array, Scores]:
        """The pairs as numbers, in order, and ln of one more than each comes."""
        import numpy as np

        from seedsearch.text.code_points import points

        of = ranks(points(self._read()))
        keys = of[:-1] << BITS | of[1:]
        some, times = np.unique(keys[(of[:-1] != NO_RANK) & (of[1:] != NO_RANK)], return_counts=True)
        return some, np.log1p(times)

    def scores_of_lines(self, lines: Sequence[tuple[str, Sequence[str], str]]) -> list[list[float]]:
        """Return for each text of lines between two texts ln of one more than the page has its pairs, all of them."""
        import numpy as np

        from seedsearch.text.code_points import points

        whole = [before[-1:] + text + after[:1] for before, texts, after in lines for text in texts]
        if not whole or not len(self._counted[0]):
            return [[0.0] * len(texts) for _, texts, _ in lines]
        of = ranks(points("".join(whole)))
        keys = of[:-1] << BITS | of[1:]
        known, scores = self._counted
        places = np.minimum(known.searchsorted(keys), len(known) - 1)
        found = np.append(np.where(known[places] == keys, scores[places], 0.0), 0.0)
        ends = np.cumsum([len(text) for text in whole])
        found[ends - 1] = 0.0  # of the end of a line and the beginning of the next one
        sums = np.append(0.0, np.cumsum(found))
        made = iter(np.diff(sums[np.append(0, ends)]).tolist())
        return [list(islice(made, len(texts))) for _, texts, _ in lines]
