"""The work that one text may cost: a share for any text, and more for each code point.

Searching for what was lost costs up to a thousand times what reading costs, and a text can be made so that there is
something to search for everywhere. Every search counts what it does against a budget, from the beginning of the text
to its end; where that is spent, what is cheap is still done and what would have to be searched for stays as it is, to
be found by `lost`.
"""

from __future__ import annotations


class Budget:
    """Units of work that are left."""

    __slots__ = ("left",)

    def __init__(self, base: int, size: int, each: float) -> None:
        """`base` units, and `each` for every one of `size` code points."""
        self.left = base + int(size * each)

    def spend(self, units: int = 1) -> bool:
        """Take `units`; whether there was anything left to take them from. The last one may take too much."""
        there = self.left > 0
        self.left -= units
        return there
