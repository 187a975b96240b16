"""Readable texts, stored so that runs can be looked for where they lie.

The run text (folded, without blanks in Chinese) is stored in the codes of an alphabet; the readable text is what it
becomes by a table and a few differences. The tables are `PLAIN` (nothing), `SIMPLIFIED` (full-width
marks for narrow ones) and `TRADITIONAL` (also the likeliest Traditional characters); the one with the fewest
differences is taken. A difference is two varints: how many characters of the run text after the one before it, and
`character << 1`, which stands before that place, or `character << 1 | 1`, which stands there instead.
"""

from __future__ import annotations

import re
from functools import cache

import numpy as np
from numpy.typing import NDArray

from seedsearch.engines.embedded import varints
from seedsearch.engines.embedded.alphabet import Points, points, text_of, traditional
from seedsearch.engines.embedded.varints import Bytes
from seedsearch.folding import fold
from seedsearch.runs import run_text

_BLANKS = re.compile(r"\s+")
_WIDE_MARKS = dict(zip(",:;?!()", "，：；？！（）", strict=True))


@cache
def tables() -> tuple[Points, ...]:
    """For each code point under 0x10000 of a run text what is readable: plain, Simplified, Traditional."""
    plain = np.arange(0x10000, dtype=np.uint32)
    made = [plain, plain.copy(), traditional().copy()]
    for table in made[1:]:
        for narrow, wide in _WIDE_MARKS.items():
            table[ord(narrow)] = ord(wide)
    return tuple(made)


def taken_apart(readable: str) -> tuple[str, Bytes]:
    """The run text of `readable`, and what makes it readable again: the number of a table, then the differences."""
    run = run_text(readable).text
    kept, (between, blanks) = _aligned(readable, run)
    chars = points(run)
    wrong = [np.flatnonzero(_through(table, chars) != kept) for table in tables()]
    chosen = min(range(len(wrong)), key=lambda i: len(wrong[i]))
    places = np.concatenate([between, wrong[chosen]])
    codes = np.concatenate([blanks.astype(np.int64) << 1, kept[wrong[chosen]].astype(np.int64) << 1 | 1])
    order = np.argsort(places, kind="stable")
    values = np.empty(2 * len(places), dtype=np.uint64)
    values[0::2] = np.diff(places[order], prepend=0)
    values[1::2] = codes[order]
    return run, np.append(np.uint8(chosen), varints.encode(values))


def _aligned(readable: str, run: str) -> tuple[Points, tuple[NDArray[np.int64], Points]]:
    """For each character of the run text the readable one; and the blanks that it lacks, with their places in it."""
    chars = points(readable)
    lacking = np.zeros(len(chars), dtype=bool)
    shift = 0
    for blank in _BLANKS.finditer(fold(readable)):
        start, end = blank.span()
        kept = run.startswith(" ", start - shift)
        lacking[start + kept : end] = True
        shift += end - start - kept
    out = np.flatnonzero(lacking)
    return chars[~lacking], (out - np.arange(len(out)), chars[out])


def _through(table: Points, chars: Points) -> Points:
    return np.where(chars < 0x10000, table[np.minimum(chars, 0xFFFF)], chars)


def put_together(runs: list[Points], differences: list[Bytes]) -> list[str]:
    """The readable texts of run texts and their differences."""
    return [_readable(run, difference) for run, difference in zip(runs, differences, strict=True)]


def _readable(run: Points, difference: Bytes) -> str:
    made = _through(tables()[difference[0]], run)
    values = varints.decode(difference[1:])
    places, codes = np.cumsum(values[0::2]), values[1::2]
    instead = codes & 1 == 1
    made[places[instead]] = codes[instead] >> 1
    return text_of(np.insert(made, places[~instead], codes[~instead] >> 1))
