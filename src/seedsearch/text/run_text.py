"""Run text: the form of a text in which exact strings are searched, and the n-grams that index it.

The run text is the folded text without the blanks and line breaks between characters that are written without
any, and with one space for every other run of white space. An exact run of characters is a substring of it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import accumulate, pairwise
from typing import TypeAlias

from seedsearch.offsets import Span
from seedsearch.text.folding import HAN, fold, wide_blanks

_BLANK = re.compile(r"\s")
_BLANKS = re.compile(r"\s+")


@cache
def _token() -> re.Pattern[str]:
    """Compiled on first use: only NEAR queries need it."""
    return re.compile(rf"[{HAN}]|[^\W{HAN}]+")


LOOKS = 1024  # places tried between two checks of the budget

# Start, end, and the number of the part.
Place: TypeAlias = tuple[int, int, int]


def run_text(readable: str) -> str:
    """Return the run text of `readable`."""
    folded = fold(readable)
    if readable.split(maxsplit=1) == [readable]:  # no white space: most words and queries
        return folded
    dropped = set(wide_blanks(readable))
    return _BLANKS.sub(lambda blanks: "" if blanks.span() in dropped else " ", folded)


def readable_places(run: str, readable: str, places: Sequence[Place]) -> list[Place]:
    """Map places in the run text `run` to its readable text; none begins or ends with a blank.

    This counts non-blank characters, which both texts share.
    """
    kept = occurrences(run, " ")
    # Positions of blanks in the readable text. White space is usually just these two characters, and then no pattern is
    # needed.
    before = list(accumulate(map(len, readable.replace("\n", " ").split(" "))))
    if before[-1] != len(run) - len(kept):
        before = list(accumulate(map(len, _BLANK.split(readable))))
    if kept:
        places = [(start - bisect_left(kept, start), end - bisect_left(kept, end), of) for start, end, of in places]
    # A place rarely contains a blank; otherwise its end is shifted by as much as its start.
    return [
        (start + (n := bisect_right(before, start)), end + (n if end <= before[n] else bisect_left(before, end)), of)
        for start, end, of in places
    ]


def plain_grams(run: str) -> Counter[str]:
    """Return every character and every adjacent pair of a run text, with their counts; blanks belong to none."""
    singles = Counter(run)
    pairs = Counter(map(str.__add__, run, run[1:]))
    del singles[" "]
    return singles + Counter({pair: n for pair, n in pairs.items() if " " not in pair})


def run_grams(run: str) -> list[str]:
    """Return the grams that identify `run`: its pairs, and characters that are alone in it."""
    found: list[str] = []
    for piece in run.split(" "):
        found += [piece[i : i + 2] for i in range(len(piece) - 1)] or [piece] * bool(piece)
    return list(dict.fromkeys(found))


def occurrences(text: str, part: str) -> list[int]:
    """Return the places of `part` in `text`, including overlapping ones."""
    found: list[int] = []
    find = text.find
    at = find(part) if part else -1
    while at >= 0:
        found.append(at)
        at = find(part, at + 1)
    return found


def _no_look() -> None:
    """The default for `look`: never stops."""


def near(
    text: str, parts: Sequence[str], distance: int, look: Callable[[], object] = _no_look
) -> Iterator[tuple[Span, ...]]:
    """Yield places of all `parts` without overlaps, with at most `distance` tokens in total between them, from left to
    right.

    A token is an ideograph or a sequence of other letters and digits. For each occurrence of a part, only the nearest
    ones of the others are tried, so a place can only be missed if parts overlap. `look` is called repeatedly and may
    raise.
    """
    places = [[Span(at, at + len(part)) for at in occurrences(text, part)] for part in parts]
    if not all(places):
        return
    starts = [m.start() for m in _token().finditer(text)]
    lasts = sorted({span for spans in places for span in spans}, key=lambda span: span.end)
    for number, last in enumerate(lasts):
        if not number % LOOKS:
            look()
        chosen = _nearest_before(places, last)
        if chosen is not None and _between(starts, chosen) <= distance:
            yield chosen


def near_in_order(
    text: str, parts: Sequence[str], distance: int, look: Callable[[], object] = _no_look
) -> Iterator[tuple[Span, ...]]:
    """Yield places of all `parts` in order, with at most `distance` tokens in total between them, from left to right.

    For each occurrence of the last part, the nearest one of each part before it is used. `look` is as in `near`.
    """
    places = [occurrences(text, part) for part in parts]
    if not all(places):
        return
    starts = [m.start() for m in _token().finditer(text)]
    for number, last in enumerate(places[-1]):
        if not number % LOOKS:
            look()
        chosen = [Span(last, last + len(parts[-1]))]
        for part, found in zip(parts[-2::-1], places[-2::-1], strict=True):
            at = bisect_right(found, chosen[0].start - len(part))
            if not at:
                break
            chosen.insert(0, Span(found[at - 1], found[at - 1] + len(part)))
        if len(chosen) == len(parts) and _between(starts, chosen) <= distance:
            yield tuple(chosen)


def _nearest_before(places: Sequence[Sequence[Span]], last: Span) -> tuple[Span, ...] | None:
    """Return a place of each part without overlaps, all ending at `last` or as close before it as possible."""
    chosen: list[Span] = []
    for spans in places:
        at = bisect_right(spans, last.end, key=lambda span: span.end)
        free = (s for s in reversed(spans[:at]) if all(s.end <= c.start or c.end <= s.start for c in chosen))
        found = next(free, None)
        if found is None:
            return None
        chosen.append(found)
    chosen.sort()
    return tuple(chosen) if chosen[-1].end == last.end else None


def _between(starts: Sequence[int], chosen: Sequence[Span]) -> int:
    """Count the tokens that begin between the chosen places."""
    return sum(bisect_left(starts, b.start) - bisect_left(starts, a.end) for a, b in pairwise(chosen))


def gapped(
    text: str, parts: Sequence[str], gaps: Sequence[tuple[int, int]], look: Callable[[], object] = _no_look
) -> Iterator[Span]:
    """Yield stretches that begin with the first of `parts` and end with the last, with `gaps` (least, most) of
    characters between them.

    Gaps contain no blanks. Linear in the number of places of each part. `look` is called repeatedly and may raise.
    """
    ends = {at + len(parts[0]): at for at in occurrences(text, parts[0])}
    for part, (least, most) in zip(parts[1:], gaps, strict=True):
        reached: dict[int, int] = {}
        for number, at in enumerate(occurrences(text, part)):
            if not number % LOOKS:
                look()
            before = (at - gap for gap in range(least, most + 1))
            begun = [ends[end] for end in before if end in ends and " " not in text[end:at]]
            if begun:
                reached[at + len(part)] = max(begun)
        ends = reached
    yield from (Span(start, end) for end, start in sorted(ends.items()))
