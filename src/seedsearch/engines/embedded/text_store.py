"""Readable texts, stored so that runs can be looked for where they lie.

The run text (folded, without blanks in Chinese; runs.py) is stored in the codes of an alphabet; the readable text is
what it becomes by a table and a few differences. The tables are plain (nothing), Simplified (full-width marks
for narrow ones) and Traditional (also the likeliest Traditional characters); the one with the fewest differences is
taken. Differences are varints: the number of the table, and then two for each: how many characters of the run text
after the one before it, and `character << 1`, which stands before that place, or `character << 1 | 1`, which stands
there instead.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from seedsearch.engines.embedded import varints
from seedsearch.engines.embedded.alphabet import traditional
from seedsearch.text.array_types import Bytes, Ints, Mask, Points
from seedsearch.text.code_points import text_of

if TYPE_CHECKING:
    from seedsearch.text.batch import RunTexts

_WIDE_MARKS = dict(zip(",:;?!()", "，：；？！（）", strict=True))


@cache
def readings() -> Points:
    """For each table and each code point under 0x10000 of a run text what is readable."""
    plain = np.arange(0x10000, dtype=np.uint32)
    made = np.stack([plain, plain, traditional()])
    for narrow, wide in _WIDE_MARKS.items():
        made[1:, ord(narrow)] = ord(wide)
    return made


class Begun(NamedTuple):
    """A text of which a piece was taken apart: its table, and how many characters stand after the last difference."""

    table: int
    since: int


class Apart(NamedTuple):
    """Texts taken apart: the run texts one after the other and their lengths; the differences and their sizes.

    `last` is what the next piece of the last text needs.
    """

    runs: Points
    lengths: Ints
    differences: Bytes
    sizes: Ints
    last: Begun | None


def take_apart(runs: RunTexts, begun: Begun | None = None) -> Apart:
    """Run texts, and what makes them readable again; the first one is the next piece of one that was `begun`."""
    is_text = runs.is_text()
    ends = np.cumsum(runs.lengths + 1)
    # Where a lacking blank stands: before the character of the run texts without NULs that follows it.
    owners = np.searchsorted(ends, runs.lacking_before, side="right")
    between = owners, runs.lacking_before - owners, runs.lacking
    points = runs.points[is_text]
    return Apart(points, runs.lengths, *_differences(points, runs.readable[is_text], runs.lengths, between, begun))


def _differences(
    runs: Points, kept: Points, lengths: Ints, between: tuple[Ints, Ints, Points], begun: Begun | None
) -> tuple[Bytes, Ints, Begun | None]:
    """For each text the table with the fewest differences, and these; `kept` is what is readable.

    A text in pieces has the table that its first piece has the fewest differences with.
    """
    ends = np.cumsum(lengths)
    starts = ends - lengths
    inside = np.minimum(runs, 0xFFFF).astype(np.int64)
    wrong = [np.flatnonzero(_as_read(table[inside], runs) != kept) for table in readings()]
    chosen = np.argmin([np.searchsorted(some, ends) - np.searchsorted(some, starts) for some in wrong], axis=0)
    if begun is not None:
        chosen[0] = begun.table
    at = np.sort(np.concatenate([_of_chosen(some, chosen == k, lengths) for k, some in enumerate(wrong)]))
    owner = np.concatenate([between[0], np.searchsorted(ends, at, side="right")])
    places = np.concatenate([between[1], at])
    codes = np.concatenate([between[2].astype(np.int64) << 1, kept[at].astype(np.int64) << 1 | 1])
    order = np.lexsort((places, owner))
    owner, places = owner[order], places[order]
    gaps = np.diff(places, prepend=0)
    new = np.flatnonzero(np.diff(owner, prepend=-1))
    gaps[new] = places[new] - starts[owner[new]]
    if begun is not None and len(owner) and owner[0] == 0:
        gaps[0] += begun.since
    written, sizes = _written(chosen, owner, gaps, codes[order])
    last = _last(chosen, lengths, places - starts[owner], owner, begun)
    if begun is None:
        return written, sizes, last
    sizes[0] -= 1  # its table was written with the first piece
    return written[1:], sizes, last


def _last(chosen: Ints, lengths: Ints, places: Ints, owner: Ints, begun: Begun | None) -> Begun | None:
    """Return what the next piece of the last text needs; `places` are those of the differences in their texts."""
    if not len(lengths):
        return None
    number = len(lengths) - 1
    if len(owner) and owner[-1] == number:
        since = -int(places[-1])
    else:
        since = begun.since if begun is not None and number == 0 else 0
    return Begun(int(chosen[-1]), since + int(lengths[-1]))


def _of_chosen(places: Ints, is_chosen: Mask, lengths: Ints) -> Ints:
    """Return those of the places that are in chosen texts."""
    if not is_chosen.any():
        return places[:0]
    chosen: Ints = places if is_chosen.all() else places[np.repeat(is_chosen, lengths)[places]]
    return chosen


def _written(chosen: Ints, owner: Ints, gaps: Ints, codes: Ints) -> tuple[Bytes, Ints]:
    """Return the numbers of the tables (each one byte) before the differences of their texts; and the sizes."""
    heads = np.searchsorted(owner, np.arange(len(chosen))) * 2 + np.arange(len(chosen))
    values = np.empty(2 * len(owner) + len(chosen), dtype=np.uint64)
    is_head = np.zeros(len(values), dtype=bool)
    is_head[heads] = True
    values[is_head] = chosen
    values[~is_head] = np.stack([gaps, codes], axis=1).ravel()
    ends = np.append(0, np.cumsum(varints.sizes(values)))
    return varints.encode(values), np.diff(ends[np.append(heads, len(values))])


def _as_read(made: Points, runs: Points) -> Points:
    """Return what a table made of run texts, with the characters that it does not know as they are."""
    above = np.flatnonzero(runs > 0xFFFF)
    made[above] = runs[above]
    return made


def put_together(runs: Points, lengths: Ints, differences: Bytes, sizes: Ints) -> list[str]:
    """Return the readable texts of run texts and differences that stand one after the other."""
    if not len(lengths):
        return []
    values = varints.decode(differences)
    of_each = np.add.reduceat(differences < 128, np.cumsum(sizes) - sizes, dtype=np.int64)
    heads, counts = np.cumsum(of_each) - of_each, of_each // 2
    cells = np.minimum(runs, 0xFFFF) + (np.repeat(values[heads], lengths) << 16)
    made = _as_read(readings().ravel().take(cells), runs)
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
