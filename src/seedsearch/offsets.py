"""Spans, edits, and the way back from edited text to raw text.

Offsets are code points, half-open, from 0. A cleaning step returns edits and never text;
`apply_edits` is the only place that makes the text, so the explanation of a change is the change.

The map is one of spans, not of points: a point beside a deleted passage means two raw points,
one as an end and another as a start. Laws (tests/test_offsets.py holds them):

* a mapped span lies inside the raw text and is not empty;
* text outside every edit maps to itself;
* a smaller span maps inside a larger one;
* disjoint spans stay disjoint, unless they share one replacement;
* mapping through `compose(first, second)` maps through both, one after the other.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from seedsearch.damage import Certainty, Damage


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Code points `start` to `end` (not included) of one text."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start

    def cut(self, text: str) -> str:
        """The part of `text` that the span names."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Edit:
    """Put `replacement` in the place of `span`; `kind` and `certainty` say why and how sure."""

    span: Span
    replacement: str
    kind: Damage
    certainty: Certainty = Certainty.CERTAIN


def edit(start: int, end: int, replacement: str, kind: Damage, certainty: Certainty = Certainty.CERTAIN) -> Edit:
    """Short form of `Edit` with its span spelled as two offsets."""
    return Edit(Span(start, end), replacement, kind, certainty)


def check_edits(edits: Sequence[Edit], length: int) -> None:
    """Raise ValueError unless the edits are sorted, disjoint, not empty and inside `length`."""
    last = 0
    for e in edits:
        if not last <= e.span.start < e.span.end <= length:
            raise ValueError(f"edit {e} is empty, out of order or outside a text of {length} code points")
        last = e.span.end


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """`text` with the edits made; raises ValueError where they are not lawful."""
    check_edits(edits, len(text))
    return "".join(_pieces(text, edits))


def _pieces(text: str, edits: Iterable[Edit]) -> Iterator[str]:
    last = 0
    for e in edits:
        yield text[last : e.span.start]
        yield e.replacement
        last = e.span.end
    yield text[last:]


class OffsetMap:
    """Maps spans of edited text to spans of the text before the edits.

    `raw[i]` is the raw span of edit i, `out[i]` the span that its replacement takes in the edited text.
    """

    __slots__ = ("_out_end", "_out_start", "_raw_end", "_raw_start")

    def __init__(self, replaced: Iterable[tuple[int, int, int]]) -> None:
        """`replaced`: (raw start, raw end, length of the replacement) of each edit, in order."""
        self._raw_start: list[int] = []
        self._raw_end: list[int] = []
        self._out_start: list[int] = []
        self._out_end: list[int] = []
        shift = 0
        for start, end, length in replaced:
            self._raw_start.append(start)
            self._raw_end.append(end)
            self._out_start.append(start + shift)
            self._out_end.append(start + shift + length)
            shift += length - (end - start)

    @classmethod
    def of(cls, edits: Iterable[Edit]) -> OffsetMap:
        """The map back over `edits`."""
        return cls((e.span.start, e.span.end, len(e.replacement)) for e in edits)

    def to_raw(self, span: Span) -> Span:
        """The raw span of a non-empty `span`: from its first character's source to its last one's.

        A character of a replacement comes from the whole replaced span. Raises ValueError on an empty span.
        """
        if not 0 <= span.start < span.end:
            raise ValueError(f"{span} is empty or negative and has no source")
        return Span(self._source(span.start).start, self._source(span.end - 1).end)

    def _source(self, offset: int) -> Span:
        """The raw span that the character at `offset` comes from."""
        i = bisect_right(self._out_start, offset) - 1
        if i >= 0 and offset < self._out_end[i]:
            return Span(self._raw_start[i], self._raw_end[i])
        at = offset if i < 0 else self._raw_end[i] + offset - self._out_end[i]
        return Span(at, at + 1)

    def to_edited(self, offset: int) -> int:
        """The place in the edited text of raw `offset`; inside a replaced span, where its replacement starts."""
        i = bisect_right(self._raw_start, offset) - 1
        if i < 0:
            return offset
        if offset < self._raw_end[i]:
            return self._out_start[i]
        return self._out_end[i] + offset - self._raw_end[i]


def compose(first: Sequence[Edit], second: Sequence[Edit], middle: str) -> tuple[Edit, ...]:
    """The edits that do at once what `first` and then `second` do.

    `middle` is the text between the two. Where an edit of `second` touches characters that `first` wrote,
    they become one edit over everything they cover, of the later kind and the weaker certainty.
    """
    if not first or not second:
        return tuple(first or second)
    back = OffsetMap.of(first)
    starts = [back.to_edited(e.span.start) for e in first]
    made: list[Edit] = []
    done = 0  # how many of `first` are in `made`
    for group in _groups(first, starts, second):
        lo, hi = group.lo, group.hi
        made.extend(first[done:lo])
        made.append(_merged(first[lo:hi], group.later, back, middle, starts[lo:hi]))
        done = hi
    made.extend(first[done:])
    return tuple(made)


@dataclass(slots=True)
class _Group:
    """Edits of the second pass that belong together, with the slice [lo, hi) of the first that they touch."""

    later: list[Edit]
    lo: int
    hi: int


def _groups(first: Sequence[Edit], starts: Sequence[int], second: Sequence[Edit]) -> Iterator[_Group]:
    ends = [s + len(e.replacement) for s, e in zip(starts, first, strict=True)]
    group: _Group | None = None
    for later in second:
        lo = _first_touched(starts, ends, later.span)
        hi = max(lo, bisect_left(starts, later.span.end))
        if group is not None and group.hi > group.lo and lo < group.hi:
            group.later.append(later)
            group.hi = max(group.hi, hi)
            continue
        if group is not None:
            yield group
        group = _Group([later], lo, hi)
    if group is not None:
        yield group


def _first_touched(starts: Sequence[int], ends: Sequence[int], span: Span) -> int:
    """The first edit whose replacement ends after `span` starts, or that deletes strictly inside it."""
    return bisect_right(ends, span.start)


def _merged(first: Sequence[Edit], second: Sequence[Edit], back: OffsetMap, middle: str, starts: Sequence[int]) -> Edit:
    begin, end = second[0].span.start, second[-1].span.end
    raw = back.to_raw(Span(begin, end))
    if first:
        begin = min(begin, starts[0])
        end = max(end, starts[-1] + len(first[-1].replacement))
    local = [Edit(Span(e.span.start - begin, e.span.end - begin), e.replacement, e.kind) for e in second]
    replacement = apply_edits(middle[begin:end], local)
    certainty = min((e.certainty for e in (*first, *second)), key=list(Certainty).index)
    return Edit(raw, replacement, second[-1].kind, certainty)
