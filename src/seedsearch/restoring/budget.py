"""The work that one text may cost: a share for any text, and more for each code point.

Searching for what was lost costs up to a thousand times what reading costs, and a text can be made so that there is
something to search for everywhere. Every search counts what it does against a budget, from the beginning of the text
to its end; where that is spent, what is cheap is still done and what would have to be searched for stays as it is, to
be found by `findings`. A step that is asked again in a later round has what it left in the one before.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from seedsearch.offsets import Span


class Budget:
    """Units of work that are left; `refused`: whether some were asked for when none were left."""

    __slots__ = ("left", "refused")

    def __init__(self, base: int, size: int, each: float) -> None:
        """`base` units, and `each` for every one of `size` code points."""
        self.left = base + int(size * each)
        self.refused = False

    def spend(self, units: int = 1) -> bool:
        """Take `units`; whether there was anything left to take them from. The last one may take too much."""
        there = self.left > 0
        self.left -= units
        self.refused = self.refused or not there
        return there


@dataclass(frozen=True, slots=True)
class Budgets:
    """The budgets of one document, by name: made when first asked for, and the same ones in every round.

    `passed_over` are the places that a step did not search, in code points of the text that it was asked about, where
    `findings` would see nothing in the text that is left.
    """

    passed_over: list[Span] = field(default_factory=list)
    _made: dict[str, Budget] = field(default_factory=dict)

    def of(self, name: str, base: int, size: int, each: float) -> Budget:
        """Return the budget called `name`; the figures are those of `Budget`, and count when it is made."""
        if name not in self._made:
            self._made[name] = Budget(base, size, each)
        return self._made[name]
