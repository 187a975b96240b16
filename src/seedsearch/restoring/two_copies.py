"""A body that was printed twice and damaged at different places each time: the copy that is intact at a place decides.

How it arises: the program that inserts noise before marks chooses its length at random, and where the length is 0,
nothing is torn. So if a template printed a body twice, each copy has characters that the other lost.

How the copies are found: by clauses that occur twice, at about the same distance. The text between two such clauses
differs if one copy was torn. This damage loses bytes and adds none, so the original is the text whose bytes contain
the bytes of both copies in order. If both candidates do, both are guesses, and the more probable one is taken.

Left alone: texts that differ by more than torn characters, and places without a trace of one.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median_low
from typing import NamedTuple

from seedsearch.damage import Certainty, Damage
from seedsearch.offsets import Edit, OffsetMap, Span, apply_edits, edit, gathered
from seedsearch.restoring.budget import Budget
from seedsearch.restoring.calibration import assumed
from seedsearch.restoring.shifted_bytes.repair import alike
from seedsearch.restoring.shifted_bytes.traces import BRACKETED, BROKEN_MARK, STRIPPED
from seedsearch.text.late_pattern import late_pattern

_CLAUSE = late_pattern("[㐀-鿿]{5,}")
_MADE = re.compile("[?!,:;()\ufffd\\s]")  # signs of loss, and what later programs made of marks
_TRACE = re.compile("[?\ufffd！!]")
APART = 60  # code points by which the distance between two places in the copies may differ from the usual one
FEWEST, SHARE = 6, 0.15  # clauses that come twice, and no less than this share of all: a body that is there twice
LONGEST = 150  # code points between two clauses that are compared
COMPARED = 400  # pairs of characters that are compared in one unit of work
ALIKE = 3  # code points that both have in common between two places that differ
LOST = 8  # bytes that may be lost of one place


class _Differs(NamedTuple):
    """A place in which two copies differ: where it is in each of them, as restored."""

    one: Span
    other: Span


def decided(text: str, made: Sequence[Edit], work: Budget) -> Sequence[Edit]:
    """Return the edits of one step, changed where another copy of the body tells what was lost."""
    now = apply_edits(text, made) if made else text
    differing = list(_differing(now, work))
    return gathered(_Copies(text, now, made).decided(differing)) if differing else made


def _differing(now: str, work: Budget) -> Iterator[_Differs]:
    """Yield where two copies of a body differ, in order."""
    for (first, second, length), (first_next, second_next, _) in pairwise(_anchors(now)):
        one, other = Span(first + length, first_next), Span(second + length, second_next)
        if max(len(one), len(other)) <= LONGEST and one.cut(now) != other.cut(now):
            yield from _unlike(now, one, other, work)


def _anchors(now: str) -> list[tuple[int, int, int]]:
    """Return the clauses that stand in both copies: (place in the first, in the second, length), in order."""
    seen: dict[str, list[int]] = {}
    for found in _CLAUSE.finditer(now):
        seen.setdefault(found[0], []).append(found.start())
    pairs = [(*at, len(clause)) for clause, at in seen.items() if len(at) == 2]
    if len(pairs) < max(FEWEST, SHARE * len(seen)):
        return []
    usual = median_low(second - first for first, second, _ in pairs)
    made: list[tuple[int, int, int]] = []
    for first, second, length in pairs:
        last = made[-1] if made else (0, 0, 0)
        if abs(second - first - usual) <= APART and first >= last[0] + last[2] and second >= last[1] + last[2]:
            made.append((first, second, length))
    return made if len(made) >= FEWEST and made[-1][0] < made[0][1] else []


def _unlike(now: str, one: Span, other: Span, work: Budget) -> Iterator[_Differs]:
    """Yield what differs between two texts, around the longest that they have in common."""
    a, b = one.cut(now), other.cut(now)
    start = alike(a, b)
    end = alike(reversed(a[start:]), reversed(b[start:]))
    a, b = a[start : len(a) - end], b[start : len(b) - end]
    if not a and not b:
        return
    work.spend(1 + len(a) * len(b) // COMPARED)
    at, where, length = _common(a, b) if work.left > 0 else (0, 0, 0)
    one, other = Span(one.start + start, one.end - end), Span(other.start + start, other.end - end)
    if length < ALIKE:
        yield _Differs(one, other)
        return
    at, where = one.start + at, other.start + where
    yield from _unlike(now, Span(one.start, at), Span(other.start, where), work)
    yield from _unlike(now, Span(at + length, one.end), Span(where + length, other.end), work)


def _common(one: str, other: str) -> tuple[int, int, int]:
    """Return where the longest text is that two have in common, and its length."""
    best, before = (0, 0, 0), [0] * (len(other) + 1)
    for i, char in enumerate(one):
        row = [0] * (len(other) + 1)
        for j, same in enumerate(other):
            if char == same:
                row[j + 1] = before[j] + 1
                if row[j + 1] > best[2]:
                    best = (i + 1 - row[j + 1], j + 1 - row[j + 1], row[j + 1])
        before = row
    return best


class _Copies:
    """A text, what it is with its edits made, and which edit made which part of that."""

    def __init__(self, text: str, now: str, made: Sequence[Edit]) -> None:
        self._text, self._now, self._made = text, now, made
        self._back = OffsetMap.of(made)
        self._starts, self._ends = list[int](), list[int]()  # of what the edits made, in the restored text
        shift = 0
        for e in made:
            self._starts.append(e.span.start + shift)
            shift += len(e.replacement) - len(e.span)
            self._ends.append(e.span.end + shift)

    def decided(self, differing: Sequence[_Differs]) -> Iterator[Edit]:
        """Yield the edits in order, with one for each place that another copy decides in the stead of its own."""
        changes = dict[Span, str]()
        for place in differing:
            if (whole := self._whole(place)) is not None:
                changes |= self._changes(whole)
        at = end = 0
        for raw in sorted(changes):
            if raw.start < end:  # of two places in one repair the first is decided
                continue
            end = raw.end
            while at < len(self._made) and self._made[at].span.end <= raw.start:
                yield self._made[at]
                at += 1
            while at < len(self._made) and self._made[at].span.start < raw.end:
                at += 1
            yield edit(raw.start, raw.end, changes[raw], Damage.SHIFTED_BYTES, Certainty.INFERRED, assumed("copy"))
        yield from self._made[at:]

    def _whole(self, place: _Differs) -> _Differs | None:
        """Return a place with the whole of each edit that it cuts, and with one character more where it is empty;
        None where the copies are not alike around it.
        """
        one, other = place
        while one.start > 0 and one.end < other.start and other.end < len(self._now):
            left = max(self._cut(self._starts, one.start, -1), self._cut(self._starts, other.start, -1))
            right = max(self._cut(self._ends, one.end, 1), self._cut(self._ends, other.end, 1))
            if not left and not right and len(one) and len(other):
                return _Differs(one, other) if self._alike_around(place, one, other) else None
            left = left or (not right)
            one, other = (Span(span.start - left, span.end + right) for span in (one, other))
        return None

    def _alike_around(self, place: _Differs, one: Span, other: Span) -> bool:
        """Return whether what two spans have beside the place in them is the same."""
        now = self._now
        before = now[one.start : place.one.start] == now[other.start : place.other.start]
        return before and now[place.one.end : one.end] == now[place.other.end : other.end]

    def _cut(self, borders: Sequence[int], at: int, way: int) -> int:
        """Return how far it is to the beginning (`way` -1) or end (1) of what an edit made around `at`."""
        i = bisect_right(self._starts, at) - 1
        while i >= 0 and self._ends[i] <= at and self._starts[i] == self._ends[i]:
            i -= 1
        if i < 0 or not self._starts[i] < at < self._ends[i]:
            return 0
        return way * (borders[i] - at)

    def _changes(self, place: _Differs) -> dict[Span, str]:
        """Return what has to stand in the place of one or of both: raw span → true text."""
        raws = [self._back.to_raw(span) for span in place]
        founds = [_bytes(raw.cut(self._text)) for raw in raws]
        mades = [span.cut(self._now) for span in place]
        streams = [made.encode("gb18030", "ignore") for made in mades]
        true = [made for made, stream in zip(mades, streams, strict=True) if all(_stands(f, stream) for f in founds)]
        if len(true) == 2:
            sure = [self._probability(raw) for raw in raws]
            true = [] if sure[0] == sure[1] else [mades[sure[1] > sure[0]]]
        if len(true) != 1:
            return {}
        lost = len(true[0].encode("gb18030", "ignore")) - min(map(len, founds))
        if lost > LOST:
            return {}
        return {
            raw: true[0]
            for raw, made in zip(raws, mades, strict=True)
            if made != true[0] and (self._probability(raw) < 1 or _TRACE.search(raw.cut(self._text)))
        }

    def _probability(self, raw: Span) -> float:
        """Return how probable the repairs in a raw span are; 1 if there are none but marks."""
        i = bisect_left(self._made, raw.start, key=lambda e: e.span.start)
        sure = 1.0
        while i < len(self._made) and self._made[i].span.start < raw.end:
            if self._made[i].kind is Damage.SHIFTED_BYTES:
                sure = min(sure, self._made[i].probability or 0.99)
            i += 1
        return sure


def _bytes(found: str) -> bytes:
    """Return the bytes of true characters that stand in a text as it was found."""
    plain = BRACKETED.sub("", BROKEN_MARK.sub("", STRIPPED.sub("", found)))
    return _MADE.sub("", plain).encode("gb18030", "ignore")


def _stands(found: bytes, true: bytes) -> bool:
    """Return whether bytes stand in others in their order."""
    rest = iter(true)
    return all(byte in rest for byte in found)
