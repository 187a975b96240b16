"""The best stretches of a document and what to highlight in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from seedsearch.offsets import Span

# Code points of a snippet: two or three lines of a terminal.
WIDTH = 90
LONGEST_LINE = 1000

_SENTENCE_END = re.compile(r"(?:[。！？；!?;…]+[”’」』）)\]】\"']*|\n)\s*")
_CLAUSE_END = re.compile(r"[，、：,:\s]\s*")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Where, in the readable text, the term number `term` of a query stands."""

    span: Span
    term: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the readable text and the occurrences inside it."""

    span: Span
    found: tuple[Occurrence, ...]

    @property
    def core(self) -> Span:
        """From the first occurrence to the last; the whole where there is none."""
        return Span(self.found[0].span.start, self.found[-1].span.end) if self.found else self.span


def best_stretches(readable: str, found: Sequence[Occurrence], count: int = 1, width: int = WIDTH) -> list[Stretch]:
    """Up to `count` stretches of about `width` code points, the one with most different terms first.

    `found` is sorted by place. A stretch begins and ends where sentences do, as far as the width allows, and holds at
    least one occurrence whole; stretches do not overlap.
    """
    chosen: list[Stretch] = []
    for first, last in _windows(found, width):
        if len(chosen) == count:
            break
        core = Span(found[first].span.start, found[last - 1].span.end)
        span = _widen(readable, core, width)
        if not any(span.start < other.span.end and other.span.start < span.end for other in chosen):
            inside = tuple(f for f in found if span.start <= f.span.start and f.span.end <= span.end)
            chosen.append(Stretch(span, inside))
    return chosen


def sentences(readable: str, stretch: Stretch) -> str:
    """The sentences that hold the occurrences of a stretch, from the first to the last."""
    span, core = stretch.span, stretch.core
    before = _ends(_SENTENCE_END, readable, span.start, core.start)
    limit = core.end + LONGEST_LINE
    after = _SENTENCE_END.search(readable, max(core.start, core.end - 1), limit)
    return readable[before[-1].end() if before else span.start : after.end() if after else limit]


def with_lines(readable: str, stretch: Stretch, found: Sequence[Occurrence], lines: int) -> Stretch:
    """The whole lines of its occurrences and `lines` more before and after, with all of `found` in them.

    A text without line breaks stays as it is cut: no line of a terminal is `LONGEST_LINE` code points long.
    """
    start, end = stretch.core.start + 1, stretch.core.end - 1
    for _ in range(lines + 1):
        start = readable.rfind("\n", 0, max(0, start - 1)) + 1
        after = readable.find("\n", end + 1)
        end = len(readable) if after < 0 else after
    if max(map(len, readable[start:end].split("\n"))) > LONGEST_LINE:
        return stretch
    return Stretch(Span(start, end), tuple(f for f in found if start <= f.span.start and f.span.end <= end))


def first_stretch(readable: str, width: int = WIDTH) -> list[Stretch]:
    """The beginning of a document, for a hit in which nothing is to be highlighted; empty where it has no text."""
    start = len(readable) - len(readable.lstrip())
    if start == len(readable):
        return []
    return [Stretch(Span(start, max(start + 1, _end(readable, start + 1, start + width))), ())]


def _windows(found: Sequence[Occurrence], width: int) -> list[tuple[int, int]]:
    """Slices of `found` that fit into `width`, one from each occurrence on, best first."""
    rated: list[tuple[int, int, int, int]] = []
    inside: dict[int, int] = {}
    last = 0
    for first, occurrence in enumerate(found):
        limit = occurrence.span.start + width
        while last < len(found) and (last <= first or found[last].span.end <= limit):
            inside[found[last].term] = inside.get(found[last].term, 0) + 1
            last += 1
        rated.append((-len(inside), -min(last - first, 3), first, last))
        inside[occurrence.term] -= 1
        if not inside[occurrence.term]:
            del inside[occurrence.term]
    return [(first, last) for _, _, first, last in sorted(rated)]


def _widen(readable: str, core: Span, width: int) -> Span:
    """`core` with the rest of its sentence, and the sentences beside it that fit into `width`."""
    room = max(0, width - len(core))
    start = _start(readable, core.start, room)
    end = _end(readable, core.end, max(core.end, start + width))
    start = min([m.end() for m in _ends(_SENTENCE_END, readable, max(0, end - width), start)], default=start)
    if end - width <= 0:
        start = 0
    cut = readable[start:end]
    return Span(end - len(cut.lstrip()), start + len(cut.rstrip()))


def _start(readable: str, offset: int, room: int) -> int:
    """Where the sentence of `offset` begins; where that is too far, a clause; else half of the room before it."""
    reach = max(0, offset - room)
    if sentence := _ends(_SENTENCE_END, readable, reach, offset):
        return sentence[-1].end()
    if reach == 0:
        return 0
    reach = offset - room // 2
    clause = _ends(_CLAUSE_END, readable, reach, offset)
    return clause[0].end() if clause else reach


def _end(readable: str, offset: int, limit: int) -> int:
    """The last end of a sentence from `offset` to `limit`; where there is none, of a clause; else the limit."""
    if limit >= len(readable):
        return len(readable)
    for border in (_SENTENCE_END, _CLAUSE_END):
        if found := _ends(border, readable, offset, limit):
            return found[-1].end()
    return limit


def _ends(border: re.Pattern[str], readable: str, start: int, end: int) -> list[re.Match[str]]:
    return list(border.finditer(readable, start, end))
