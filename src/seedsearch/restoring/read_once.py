"""Pages that say the same few things again and again, read once before they are searched as a whole.

What repeats itself counts once as evidence (`evidence`), but a search for lost bytes takes its time for each place. A
page of which nearly all was on it before is therefore cut down to what was not, with some text around: where nothing of
that is believed, nothing of the page is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from seedsearch.offsets import Edit
from seedsearch.restoring.budget import Budgets
from seedsearch.restoring.evidence import AROUND, GAP, believed
from seedsearch.restoring.page import Page

LONG = 2000  # characters of a page that is looked at so: to read a shorter one takes no time to speak of
ROW = 8  # characters in a row that were on the page before: prose has nine in ten rows of so many once
LESS = 4  # what is left has to be less than one in so many, as more would be read twice
PART = 1 << 18  # characters that are looked at together, with arrays of 50 bytes for each
_APART = "\n" * (GAP + 1)  # between what does not stand side by side


def in_vain(text: str, edits: Callable[[str, Budgets], Sequence[Edit]]) -> bool:
    """Tell whether a page repeats itself, and the `edits` of what it says are not believed."""
    left = _left(text) if len(text) > LONG else text
    return LESS * len(left) < len(text) and not believed(Page(left), edits(left, Budgets()))


@lru_cache(maxsize=1)  # the steps ask about the same text one after the other
def _left(text: str) -> str:
    """Return a text without its repetitions; as soon as that is too much to be looked at first, the text itself."""
    parts, size = list[str](), 0
    for at in range(0, len(text), PART):
        parts.append(without_repeats(text[at : at + PART]))
        size += len(parts[-1])
        if LESS * size >= len(text):
            return text
    return _APART.join(parts)


def without_repeats(text: str) -> str:
    """Return a text without what is farther than `AROUND` characters from all that it has for the first time.

    What is cut out goes on as what is behind it, so that a character of several is not cut in two.
    """
    import numpy as np

    from seedsearch.text.code_points import points

    codes, size = points(text).astype(np.uint64), len(text) - ROW + 1
    rows = np.zeros(size, np.uint64)
    for i in range(ROW):
        rows *= np.uint64(0x9E3779B97F4A7C15)  # or any large odd number
        rows += codes[i : i + size]
    first = np.append(np.sort(np.unique(rows, return_index=True)[1]), size)
    gaps = (np.diff(first) > 2 * AROUND + ROW).nonzero()[0]
    made, at = list[str](), 0
    for end, start in zip((first[gaps] + AROUND).tolist(), (first[gaps + 1] - AROUND).tolist(), strict=True):
        alike = (rows[end + 1 : start + 1] == rows[end]).nonzero()[0]
        made += (text[at:end], "") if len(alike) else (text[at : end + ROW], _APART)
        at = end + 1 + int(alike[-1]) if len(alike) else start
    return "".join([*made, text[at:]])
