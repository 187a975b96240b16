"""The best passages of a document, and what to highlight in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

from seedsearch.offsets import Span
from seedsearch.searching.ranking import LONGEST_LINE, WIDTH

_SENTENCE_END = re.compile(r"(?:[。！？；!?;…]+[”’」』）)\]】\"']*|\n)\s*")
_CLAUSE_END = re.compile(r"[，、：,:\s]\s*")


# An occurrence of a query term in the readable text: start, end, number of the term.
Occurrence: TypeAlias = tuple[int, int, int]


class Stretch(NamedTuple):
    """A part of the readable text and the occurrences inside it."""

    span: Span
    found: tuple[Occurrence, ...]

    @property
    def core(self) -> Span:
        """The span from the first occurrence to the last; the whole stretch if there is none."""
        return Span(self.found[0][0], self.found[-1][1]) if self.found else self.span


def best_stretches(readable: str, found: Sequence[Occurrence], count: int = 1, width: int = WIDTH) -> list[Stretch]:
    """Return up to `count` stretches of about `width` code points, the one with the most different terms first.

    `found` is sorted by place. A stretch begins and ends with a sentence as far as the width allows, and contains at
    least one whole occurrence; stretches do not overlap.
    """
    chosen: list[Stretch] = []
    windows = _windows(found, width, every=count > 1)
    for _, _, first, last in sorted(windows):
        if len(chosen) == count:
            break
        start, end = _widen(readable, found[first][0], found[last - 1][1], width)
        if not any(start < other.span.end and other.span.start < end for other in chosen):
            chosen.append(Stretch(Span(start, end), _inside(found, start, end)))
    return chosen


def sentences(readable: str, stretch: Stretch) -> tuple[int, int]:
    """Return the span of the sentences that contain the occurrences of a stretch."""
    span, core = stretch.span, stretch.core
    before = _ends(_SENTENCE_END, readable, span.start, core.start)
    limit = core.end + LONGEST_LINE
    after = _SENTENCE_END.search(readable, max(core.start, core.end - 1), limit)
    return before[-1].end() if before else span.start, after.end() if after else limit


def with_lines(readable: str, stretch: Stretch, found: Sequence[Occurrence], lines: int) -> Stretch:
    """Return the whole lines of its occurrences with `lines` more before and after, and all of `found` in them.

    If a line is longer than `LONGEST_LINE`, the stretch stays as it is.
    """
    start, end = stretch.core.start + 1, stretch.core.end - 1
    for _ in range(lines + 1):
        start = readable.rfind("\n", 0, max(0, start - 1)) + 1
        after = readable.find("\n", end + 1)
        end = len(readable) if after < 0 else after
    if max(map(len, readable[start:end].split("\n"))) > LONGEST_LINE:
        return stretch
    return Stretch(Span(start, end), _inside(found, start, end))


def first_stretch(readable: str, width: int = WIDTH) -> list[Stretch]:
    """Return the beginning of a document, for a hit without highlights; empty if it has no text."""
    start = len(readable) - len(readable.lstrip())
    if start == len(readable):
        return []
    return [Stretch(Span(start, max(start + 1, _end(readable, start + 1, start + width))), ())]


def _inside(found: Sequence[Occurrence], start: int, end: int) -> tuple[Occurrence, ...]:
    return tuple([one for one in found if start <= one[0] and one[1] <= end])


def _windows(found: Sequence[Occurrence], width: int, *, every: bool) -> Iterator[tuple[int, int, int, int]]:
    """Yield slices (first, last) of `found` that fit into `width`, one from each occurrence on, each behind a sort key
    by which the best comes first.

    Without `every`, slices inside the one before them are left out.
    """
    inside: dict[int, int] = {}
    last, count = 0, len(found)
    for first, (start, _, term) in enumerate(found):
        limit, before = start + width, last
        while last < count and (found[last][1] <= limit or last <= first):
            new = found[last][2]
            inside[new] = inside.get(new, 0) + 1
            last += 1
        if last > before or every:
            yield -len(inside), -min(last - first, 3), first, last
        if inside[term] > 1:
            inside[term] -= 1
        else:
            del inside[term]


def _widen(readable: str, first: int, last: int, width: int) -> tuple[int, int]:
    """Return the stretch from `first` to `last`, extended to its sentence and to adjacent sentences that fit."""
    start = _start(readable, first, max(0, width - (last - first)))
    end = _end(readable, last, max(last, start + width))
    if end <= width:
        start = 0
    elif sentence := _SENTENCE_END.search(readable, end - width, start):
        start = sentence.end()
    cut = readable[start:end]
    return end - len(cut.lstrip()), start + len(cut.rstrip())


def _start(readable: str, offset: int, room: int) -> int:
    """Return the start of the sentence at `offset`; if that is too far, of the clause; else use half of the room before
    it.
    """
    reach = max(0, offset - room)
    if sentence := _ends(_SENTENCE_END, readable, reach, offset):
        return sentence[-1].end()
    if reach == 0:
        return 0
    reach = offset - room // 2
    clause = _ends(_CLAUSE_END, readable, reach, offset)
    return clause[0].end() if clause else reach


def _end(readable: str, offset: int, limit: int) -> int:
    """Return the last sentence end from `offset` to `limit`; if there is none, the last clause end; else the limit."""
    if limit >= len(readable):
        return len(readable)
    for border in (_SENTENCE_END, _CLAUSE_END):
        if found := _ends(border, readable, offset, limit):
            return found[-1].end()
    return limit


def _ends(border: re.Pattern[str], readable: str, start: int, end: int) -> list[re.Match[str]]:
    return list(border.finditer(readable, start, end))
