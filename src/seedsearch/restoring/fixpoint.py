"""Repeats edits until nothing is left to edit.

Taking something out of a text joins what stood beside it, and the joined characters may look like the same
damage once more (`<b<b>r>` holds a tag in a tag). A step whose edits are settled is idempotent by
construction: it is asked again over its own result, a bounded number of times, and where even that does not
come to rest (a text made to do so) it makes no edits at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from seedsearch.offsets import Edit, apply_edits, compose, gathered

# Real text rests after one round; the others are for tags inside tags and the like. Of 55 damaged texts of
# docs/thresholds.md that are fully restored, 45 are with one round; with 16 nothing changes.
_ROUNDS = 4


def settled(text: str, once: Callable[[str], Iterable[Edit]]) -> Sequence[Edit]:
    """Return the edits over `text` after which `once` has nothing left to edit; none where it never rests."""
    edits: Sequence[Edit] = []
    now = text
    for _ in range(_ROUNDS):
        found = gathered(once(now))
        if not found:
            return gathered(edits)
        edits = compose(edits, found, now)
        now = apply_edits(now, found)
    return []
