"""The input of a step: the text as the previous steps left it, with their edits and those of the decoder."""

from __future__ import annotations

from dataclasses import dataclass, field

from seedsearch.damage import Damage
from seedsearch.restoring.budget import Budgets


@dataclass(frozen=True, slots=True)
class Page:
    """A text on its way through the steps.

    `kinds`: of the edits that the steps made so far. `unsure`: whether the decoder of its bytes wrote the U+FFFD in
    it, so that they say nothing about what happened before the file was written. `for_index`: whether the text is read
    to be found, and not to be given back as a file that programs go on using. `budgets`: what the searches may still
    cost in this document, in all rounds together.
    """

    text: str
    kinds: frozenset[Damage] = frozenset()
    unsure: bool = False
    for_index: bool = False
    budgets: Budgets = field(default_factory=Budgets, compare=False)
