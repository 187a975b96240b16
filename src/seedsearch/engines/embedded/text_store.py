"""Readable texts, stored so that runs can be searched for without decoding.

The run text (folded, without blanks in Chinese; run_text.py) is stored in the codes of an alphabet; the readable text
results from it by a table and a few differences. The tables are plain (no change), Simplified (full-width punctuation
for narrow) and Traditional (also the likeliest Traditional characters); the one with the fewest differences is used.
Differences are varints: the number of the table, and then two for each difference: its distance in characters of the
run text from the previous one, and `character << 1` to insert a character there, or `character << 1 | 1` to replace
one.
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
    """For each table, the readable character of each code point below 0x10000 of a run text."""
    plain = np.arange(0x10000, dtype=np.uint32)
    made = np.stack([plain, plain, traditional()])
    for narrow, wide in _WIDE_MARKS.items():
        made[1:, ord(narrow)] = ord(wide)
    return made


class Begun(NamedTuple):
    """A text of which a piece has been split: its table, and the number of characters after the last difference."""

    table: int
    since: int


class Apart(NamedTuple):
    """Split texts: the concatenated run texts and their lengths; the differences and their sizes.

    `last` is the state for the next piece of the last text.
    """

    runs: Points
    lengths: Ints
    differences: Bytes
    sizes: Ints
    last: Begun | None


def take_apart(runs: RunTexts, begun: Begun | None = None) -> Apart:
    """Split readable texts into run texts and differences; the first may continue a text that was `begun`."""
    is_text = runs.is_text()
    ends = np.cumsum(runs.lengths + 1)
    # The place of an omitted blank: before the next character of the run texts without NULs.
    owners = np.searchsorted(ends, runs.lacking_before, side="right")
    between = owners, runs.lacking_before - owners, runs.lacking
    points = runs.points[is_text]
    return Apart(points, runs.lengths, *_differences(points, runs.readable[is_text], runs.lengths, between, begun))


def _differences(
    runs: Points, kept: Points, lengths: Ints, between: tuple[Ints, Ints, Points], begun: Begun | None
) -> tuple[Bytes, Ints, Begun | None]:
    """Return, for each text, the table with the fewest differences, and these; `kept` is the readable text.

    A text in pieces uses the table that suits its first piece best.
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
    sizes[0] -= 1  # its table number was written with the first piece
    return written[1:], sizes, last


def _last(chosen: Ints, lengths: Ints, places: Ints, owner: Ints, begun: Begun | None) -> Begun | None:
    """Return the state for the next piece of the last text; `places` are those of the differences in their texts."""
    if not len(lengths):
        return None
    number = len(lengths) - 1
    if len(owner) and owner[-1] == number:
        since = -int(places[-1])
    else:
        since = begun.since if begun is not None and number == 0 else 0
    return Begun(int(chosen[-1]), since + int(lengths[-1]))


def _of_chosen(places: Ints, is_chosen: Mask, lengths: Ints) -> Ints:
    """Select the places in chosen texts."""
    if not is_chosen.any():
        return places[:0]
    chosen: Ints = places if is_chosen.all() else places[np.repeat(is_chosen, lengths)[places]]
    return chosen


def _written(chosen: Ints, owner: Ints, gaps: Ints, codes: Ints) -> tuple[Bytes, Ints]:
    """Put the table number of each text (one byte) before its differences; return these and the sizes."""
    heads = np.searchsorted(owner, np.arange(len(chosen))) * 2 + np.arange(len(chosen))
    values = np.empty(2 * len(owner) + len(chosen), dtype=np.uint64)
    is_head = np.zeros(len(values), dtype=bool)
    is_head[heads] = True
    values[is_head] = chosen
    values[~is_head] = np.stack([gaps, codes], axis=1).ravel()
    ends = np.append(0, np.cumsum(varints.sizes(values)))
    return varints.encode(values), np.diff(ends[np.append(heads, len(values))])


def _as_read(made: Points, runs: Points) -> Points:
    """Apply a table to run texts; characters that are not in it stay."""
    above = np.flatnonzero(runs > 0xFFFF)
    made[above] = runs[above]
    return made


def put_together(runs: Points, lengths: Ints, differences: Bytes, sizes: Ints) -> list[str]:
    """Combine concatenated run texts and differences into readable texts."""
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
    # An inserted character comes after those inserted earlier and the characters before them.
    before_it = np.cumsum(inserts)
    out = np.empty(len(made) + int(before_it[-1:].sum()), dtype=np.uint32)
    is_kept = np.ones(len(out), dtype=bool)
    at = (places + before_it)[inserts] - 1
    is_kept[at] = False
    out[at], out[is_kept] = chars[inserts], made
    text = text_of(out)
    ends = (np.cumsum(lengths) + np.append(0, before_it)[firsts + counts]).tolist()
    return [text[a:b] for a, b in zip([0, *ends], ends, strict=False)]
