"""Divides a document into parts and rows: the restored text of a row beside its raw text."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from seedsearch.frontends.web.marks import Layer, Range, element, painted
from seedsearch.offsets import Edit, Finding, OffsetMap, Span

# Code points of raw text per part of a page. With 12,000, a page has up to 16,000 elements if every third character is
# repaired, which browsers handle well; ten times as many make scrolling slow.
PART = 12_000
NEAR = 2_000  # code points searched for a line break at the end of a part
ROW = 600  # maximum code points of a row, because a text may be one line of sixty megabytes


@dataclass(frozen=True, slots=True)
class Text:
    """A document to show: its raw text, its repairs and findings, and the matches of a query.

    Spans of `edits` and `findings` refer to `raw`, those of `hits` to `readable`. Without the raw text (if the file has
    changed), `raw` is the readable text and there are no repairs. `lines` are the starts of the lines of the file in
    `raw`.
    """

    raw: str
    readable: str
    edits: Sequence[Edit]
    findings: Sequence[Finding]
    hits: Sequence[Span]
    lines: Sequence[int]
    offsets: OffsetMap = field(default_factory=lambda: OffsetMap(()))

    def line(self, at: int) -> int:
        """Return the line, from 1, in the file of an offset of the raw text."""
        return max(1, bisect_right(self.lines, at))

    def column(self, at: int) -> int:
        """Return the column of an offset, from 1."""
        return at - self.lines[self.line(at) - 1] + 1

    def first_from(self, at: int) -> int:
        """Return the number of the first edit that does not begin before an offset."""
        return bisect_left(self.edits, at, key=lambda one: one.span.start)

    def first_hit_from(self, at: int) -> int:
        """Return the number of the first hit that does not begin before an offset of the raw text."""
        return bisect_left(self.hits, at, key=lambda hit: self.offsets.to_raw(hit).start)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a page: the lines of the file that it covers, both texts, and whether they differ.

    `is_place` marks the row that contains the requested place.
    """

    lines: str
    text: Markup
    raw: Markup
    is_changed: bool = False
    is_place: bool = False


def part_borders(text: Text) -> list[int]:
    """Return the starts of the parts of a document in its raw text, and the end of the last one."""
    borders = [0]
    for k in range(1, len(text.raw) // PART + 1):
        at = _border(text, k * PART)
        if borders[-1] < at < len(text.raw):
            borders.append(at)
    return [*borders, len(text.raw)]


def _border(text: Text, at: int) -> int:
    """Return a place from an offset on where a part may begin: after a nearby line break, never inside an edit."""
    found = text.raw.find("\n", at, at + NEAR)
    at = at if found < 0 else found + 1
    number = text.first_from(at) - 1
    return max(at, text.edits[number].span.end) if number >= 0 else at


def rows(text: Text, start: int, end: int, place: int = -1) -> Iterator[Row]:
    """Yield the rows of a part, [start, end) of the raw text; runs of empty lines are one row."""
    layers = _Layers(text, start, end)
    empty: tuple[int, int] | None = None
    for a, b in _cuts(text, start, end):
        out_a, out_b = text.offsets.to_edited(a), _out_end(text, b)
        is_changed = text.raw[a:b] != text.readable[out_a:out_b]
        if not is_changed and not text.raw[a:b].strip():
            empty = (empty[0] if empty else a, b)
            continue
        if empty:
            yield Row(_lines(text, *empty), Markup(""), Markup(""))
            empty = None
        restored = _with_bars(text, layers, out_a, out_b, a, b)
        yield Row(_lines(text, a, b), restored, layers.raw(a, b), is_changed, a <= place < b)
    if empty:
        yield Row(_lines(text, *empty), Markup(""), Markup(""))


def _lines(text: Text, a: int, b: int) -> str:
    first, last = text.line(a), text.line(max(a, b - 1))
    return f"{first}" if first == last else f"{first}–{last}"


def _out_end(text: Text, b: int) -> int:
    return len(text.readable) if b >= len(text.raw) else text.offsets.to_edited(b)


def _cuts(text: Text, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the borders of rows: at line breaks outside edits, at edits that make one, at ROW."""
    begin, at, number = start, start, text.first_from(start)
    breaks = False  # whether one of several adjacent edits makes a line break
    while at < end:
        has_edit = number < len(text.edits) and text.edits[number].span.start < end
        stop = text.edits[number].span.start if has_edit else end
        while at < stop:  # unrepaired text
            found = text.raw.find("\n", at, min(stop, begin + ROW))
            at = min(stop, begin + ROW) if found < 0 else found + 1
            if found >= 0 or at >= begin + ROW:
                yield begin, at
                begin = at
        if has_edit:
            edit = text.edits[number]
            at, number = edit.span.end, number + 1
            breaks = breaks or "\n" in edit.replacement
            is_last = number == len(text.edits) or text.edits[number].span.start > at
            if (breaks and is_last) or at - begin >= ROW:
                yield begin, at
                begin, breaks = at, False
    if begin < at:
        yield begin, at


class _Layers:
    """The marks of a part, in the raw text and in the readable text."""

    def __init__(self, text: Text, start: int, end: int) -> None:
        self._text = text
        first, last = text.first_from(start), text.first_from(end)
        out_start, out_end = text.offsets.to_edited(start), _out_end(text, end)
        self.edits = [(number, text.edits[number]) for number in range(first, last)]
        found = [one for one in text.findings if one.span.start < end and one.span.end > start]
        first_hit = bisect_right(text.hits, out_start, key=lambda hit: hit.end)
        behind = bisect_left(text.hits, out_end, key=lambda hit: hit.start)
        hits = list(enumerate(text.hits[first_hit:behind], first_hit + 1))
        marks = [Range(hit.start, hit.end, "mark", {"data-h": str(n)}, {"id": f"h{n}"}) for n, hit in hits]
        self._readable: list[Layer] = [self._edited(), self._found_readable(found), marks]
        gone = [Range(e.span.start, e.span.end, "del", {"data-e": str(n)}) for n, e in self.edits]
        left = [Range(one.span.start, one.span.end, "span", _left(one)) for one in found]
        raw_hits = _disjoint([text.offsets.to_raw(hit) for _, hit in hits])
        self._raw: list[Layer] = [gone, left, [Range(hit.start, hit.end, "mark", {}) for hit in raw_hits]]

    def _edited(self) -> Layer:
        made = []
        for number, edit in self.edits:
            if edit.replacement:
                at = self._text.offsets.to_edited(edit.span.start)
                said = {"class": f"come {edit.certainty}", "data-e": str(number)}
                made.append(Range(at, at + len(edit.replacement), "ins", said))
        return made

    def _found_readable(self, found: Sequence[Finding]) -> Layer:
        spans = []
        for one in found:
            a, b = self._text.offsets.to_edited(one.span.start), self._text.offsets.to_edited(one.span.end)
            if a < b:
                spans.append(Range(a, b, "span", _left(one)))
        return spans

    def readable(self, start: int, end: int) -> Markup:
        """Return a stretch of the readable text."""
        return painted(self._text.readable, start, end, self._readable)

    def raw(self, start: int, end: int) -> Markup:
        """Return a stretch of the raw text."""
        return painted(self._text.raw, start, end, self._raw)


def _left(finding: Finding) -> dict[str, str]:
    """Return the mark of a finding; its `title` lists the candidates."""
    said = {"class": "left", "data-k": str(finding.kind)}
    if finding.candidates:
        said["title"] = "? ".join(f"{one.text} {one.probability:.2f}" for one in finding.candidates)
    return said


def _disjoint(spans: Sequence[Span]) -> list[Span]:
    """Return spans in order, merging those that share a raw passage."""
    kept: list[Span] = []
    for span in spans:
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def _with_bars(text: Text, layers: _Layers, out_a: int, out_b: int, a: int, b: int) -> Markup:
    """Return the readable text of a row, with one bar for each group of adjacent deletions."""
    pieces, last, before = [], out_a, -1
    for number in range(text.first_from(a), text.first_from(b)):
        edit = text.edits[number]
        if edit.replacement:
            continue
        at = text.offsets.to_edited(edit.span.start)
        if at == before:
            continue
        pieces += [layers.readable(last, at), _bar(number, edit)]
        last = before = at
    return Markup("").join([*pieces, layers.readable(last, out_b)])


def _bar(number: int, edit: Edit) -> Markup:
    return element("ins", {"class": f"gone {edit.certainty}", "data-e": str(number)}, Markup(""))
