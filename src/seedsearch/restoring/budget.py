"""The work budget of a text: a fixed amount, and more for each code point.

Searching for what was lost costs up to a thousand times what reading costs, and a text can be made so that there is
something to search for everywhere. Every search counts what it does against a budget, from the beginning of the text
to its end; where that is spent, what is cheap is still done and what would have to be searched for stays as it is, to
be found by `findings`. A step that is asked again in a later round has what it left in the one before.

Texts of one file have what they may cost together: what one of them leaves, others may take. The first has the share
for any text whole, the others in proportion to their length, as pages of `PAGE` characters would: a table of a
thousand damaged rows has not a thousand of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from seedsearch.offsets import Span

# Code points of a text that has a share of its own whole, beside others of its file. Damaged records of 300 characters
# took .12 units for each in the search for torn characters, a tenth of them .27 and more; so they have .36.
PAGE = 5_000

Shares: TypeAlias = dict[str, int]  # name of a budget → units that the texts of a file have together


class Budget:
    """Units of work that are left; `refused`: whether some were asked for when none were left."""

    __slots__ = ("_name", "_shares", "refused")

    def __init__(self, base: int, size: int, each: float, shares: Shares | None = None, name: str = "") -> None:
        """`base` units, `each` for every one of `size` code points, and what the `shares` have left by that name."""
        self._shares, self._name = {} if shares is None else shares, name
        among_others = name in self._shares
        own = min(base, base * size // PAGE) if among_others else base
        self._shares[name] = self._shares.get(name, 0) + own + int(size * each)
        self.refused = False

    @property
    def left(self) -> int:
        """The units that are left; less than 0 where the last one took too much."""
        return self._shares[self._name]

    def spend(self, units: int = 1) -> bool:
        """Take `units`; whether there was anything left to take them from. The last one may take too much."""
        there = self.left > 0
        self._shares[self._name] -= units
        self.refused = self.refused or not there
        return there


@dataclass(frozen=True, slots=True)
class Budgets:
    """The budgets of one document by name: created when first requested, and shared by all rounds.

    `passed_over` are the places that a step did not search, in code points of its input, where `findings` would see
    nothing in the remaining text. `shares` is the budget of all texts of the same file.
    """

    shares: Shares = field(default_factory=dict)
    passed_over: list[Span] = field(default_factory=list)
    _made: dict[str, Budget] = field(default_factory=dict)

    def of(self, name: str, base: int, size: int, each: float) -> Budget:
        """Return the budget called `name`; the figures are those of `Budget`, and count when it is made."""
        if name not in self._made:
            self._made[name] = Budget(base, size, each, self.shares, name)
        return self._made[name]
