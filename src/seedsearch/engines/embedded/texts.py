"""Readable texts, stored so that runs can be looked for where they lie.

The run text (folded, without blanks in Chinese; runs.py) is stored in the codes of an alphabet; the readable text is
what it becomes by a table and a few differences. The tables are plain (nothing), Simplified (full-width marks
for narrow ones) and Traditional (also the likeliest Traditional characters); the one with the fewest differences is
taken. Differences are varints: the number of the table, and then two for each: how many characters of the run text
after the one before it, and `character << 1`, which stands before that place, or `character << 1 | 1`, which stands
there instead.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from seedsearch.engines.embedded import varints
from seedsearch.engines.embedded.alphabet import Points, points, text_of, traditional
from seedsearch.engines.embedded.postings import Ints
from seedsearch.engines.embedded.varints import Bytes
from seedsearch.folding import WIDE, table

Mask = NDArray[np.bool_]

_WIDE_MARKS = dict(zip(",:;?!()", "，：；？！（）", strict=True))
_SPACE = 0x20
_POINTS = 0x110000


@cache
def readings() -> Points:
    """For each table and each code point under 0x10000 of a run text what is readable."""
    plain = np.arange(0x10000, dtype=np.uint32)
    made = np.stack([plain, plain, traditional()])
    for narrow, wide in _WIDE_MARKS.items():
        made[1:, ord(narrow)] = ord(wide)
    return made


@cache
def _folding() -> Points:
    made = np.arange(_POINTS, dtype=np.uint32)
    for char, folded in table().items():
        made[char] = ord(folded)
    return made


@cache
def _blank() -> Mask:
    return np.array([chr(char).isspace() for char in range(0x10000)])


@cache
def _wide() -> Mask:
    made = np.zeros(_POINTS, dtype=bool)
    for first, last in re.findall(r"(.)(?:-(.))?", WIDE):
        made[ord(first) : ord(last or first) + 1] = True
    return made


@dataclass(frozen=True, slots=True)
class Apart:
    """Texts taken apart: the run texts one after the other and their lengths; the differences and their sizes."""

    runs: Points
    lengths: Ints
    differences: Bytes
    sizes: Ints


def take_apart(texts: Sequence[str]) -> Apart:
    """The run texts of readable texts, and what makes them readable again."""
    chars = points("".join(f"{text}\0" for text in texts))  # NUL is no blank, and no blank is dropped beside it
    ends = np.cumsum([len(text) + 1 for text in texts], dtype=np.int64)
    folded = _folding()[chars]
    lacking = _lacking(chars, folded)
    is_text = ~lacking
    is_text[ends - 1] = False
    lengths = np.diff(np.cumsum(is_text)[ends - 1], prepend=0)
    owners = np.repeat(np.arange(len(texts)), np.diff(ends, prepend=0))
    out = np.flatnonzero(lacking)
    # Where a lacking blank stands: before the character of the run text that follows it.
    places: Ints = (np.cumsum(is_text) - is_text)[out]
    runs = folded[is_text]
    return Apart(runs, lengths, *_differences(runs, chars[is_text], lengths, (owners[out], places, chars[out])))


def _lacking(chars: Points, folded: Points) -> Mask:
    """The blanks that the run texts lack; those that they keep become spaces in `folded`."""
    blank = _blank()[np.minimum(chars, 0xFFFF)]
    edges = np.diff(blank, prepend=False, append=False)
    firsts, lasts = np.flatnonzero(edges).reshape(-1, 2).T
    wide = _wide()
    dropped = (firsts > 0) & wide[chars[firsts - 1]] & wide[chars[np.minimum(lasts, len(chars) - 1)]]
    kept = firsts[~dropped]
    folded[kept] = _SPACE
    blank[kept] = False
    return blank


def _differences(runs: Points, kept: Points, lengths: Ints, between: tuple[Ints, Ints, Points]) -> tuple[Bytes, Ints]:
    """For each text the table with the fewest differences, and these; `kept` is what is readable."""
    starts = np.cumsum(lengths) - lengths
    owners = np.repeat(np.arange(len(lengths)), lengths)
    wrong = [_reading(number, runs) != kept for number in range(len(readings()))]
    counts = [np.bincount(owners, some, minlength=len(lengths)) for some in wrong]
    chosen = np.argmin(counts, axis=0)
    at = np.flatnonzero(np.choose(chosen[owners], wrong))
    owner = np.concatenate([between[0], owners[at]])
    places = np.concatenate([between[1], at])
    codes = np.concatenate([between[2].astype(np.int64) << 1, kept[at].astype(np.int64) << 1 | 1])
    order = np.lexsort((places, owner))
    owner, places = owner[order], places[order]
    gaps = np.diff(places, prepend=0)
    new = np.flatnonzero(np.diff(owner, prepend=-1))
    gaps[new] = places[new] - starts[owner[new]]
    return _written(chosen, owner, gaps, codes[order])


def _written(chosen: Ints, owner: Ints, gaps: Ints, codes: Ints) -> tuple[Bytes, Ints]:
    """The numbers of the tables (each one byte) before the differences of their texts; and the sizes."""
    heads = np.searchsorted(owner, np.arange(len(chosen))) * 2 + np.arange(len(chosen))
    values = np.empty(2 * len(owner) + len(chosen), dtype=np.uint64)
    is_head = np.zeros(len(values), dtype=bool)
    is_head[heads] = True
    values[is_head] = chosen
    values[~is_head] = np.stack([gaps, codes], axis=1).ravel()
    ends = np.append(0, np.cumsum(varints.sizes(values)))
    return varints.encode(values), np.diff(ends[np.append(heads, len(values))])


def _reading(number: int | Ints, runs: Points) -> Points:
    """What is readable by a table, or by one for each character."""
    inside = runs if runs.max(initial=0) < 0x10000 else np.minimum(runs, 0xFFFF)
    made: Points = readings().ravel().take(inside + (np.asarray(number) << 16))
    return made if inside is runs else np.where(runs < 0x10000, made, runs)


def put_together(runs: Points, lengths: Ints, differences: Bytes, sizes: Ints) -> list[str]:
    """The readable texts of run texts and differences that stand one after the other."""
    if not len(lengths):
        return []
    values = varints.decode(differences)
    of_each = np.add.reduceat(differences < 128, np.cumsum(sizes) - sizes, dtype=np.int64)
    heads, counts = np.cumsum(of_each) - of_each, of_each // 2
    made = _reading(np.repeat(values[heads], lengths), runs)
    is_head = np.zeros(len(values), dtype=bool)
    is_head[heads] = True
    gaps, codes = values[~is_head].reshape(-1, 2).T
    starts, firsts = np.cumsum(lengths) - lengths, np.cumsum(counts) - counts
    whole = np.cumsum(gaps)
    before = np.append(0, whole)[firsts]
    places, chars = whole + np.repeat(starts - before, counts), codes >> 1
    inserts = codes & 1 == 0
    made[places[~inserts]] = chars[~inserts]
    # A character that is inserted stands after the ones inserted before it and what they were inserted before.
    before_it = np.cumsum(inserts)
    out = np.empty(len(made) + int(before_it[-1:].sum()), dtype=np.uint32)
    is_kept = np.ones(len(out), dtype=bool)
    at = (places + before_it)[inserts] - 1
    is_kept[at] = False
    out[at], out[is_kept] = chars[inserts], made
    text = text_of(out)
    ends = (np.cumsum(lengths) + np.append(0, before_it)[firsts + counts]).tolist()
    return [text[a:b] for a, b in zip([0, *ends], ends, strict=False)]
