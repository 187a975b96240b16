"""Spans, edits, and the mapping from edited text back to raw text.

Offsets count code points from 0, and spans are half-open. A cleaning step returns edits, never text; only `apply_edits`
produces text, so what explains a change is the change itself.

The mapping is between spans, not points: a point beside a deleted passage corresponds to two raw points, one as an end
and one as a start. Laws (checked by tests/test_offsets.py):

* a mapped span lies inside the raw text and is not empty;
* text outside every edit maps to itself;
* a smaller span maps inside a larger one;
* disjoint spans stay disjoint, unless they share one replacement;
* mapping through `compose(first, second)` maps through both, one after the other.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field
from itertools import accumulate, chain, compress, islice, repeat
from math import prod
from operator import add, le, lt, sub
from typing import NamedTuple, TypeVar, overload

from seedsearch.damage import Certainty, Damage


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A range of a text in code points, from `start` up to but not including `end`."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start

    def cut(self, text: str) -> str:
        """Return this part of `text`."""
        return text[self.start : self.end]


class Candidate(NamedTuple):
    """A possible original at a place, with its probability, 0 to 1."""

    text: str
    probability: float


class Guess(NamedTuple):
    """A guessed part of a replacement: its probability (0 to 1) and the alternatives, likeliest first.

    `start` and `end` are offsets in the replacement; `end` lies beyond it if all of it was guessed together.
    """

    probability: float
    start: int = 0
    end: int = 1 << 30
    others: tuple[Candidate, ...] = ()


class Weight(NamedTuple):
    """The guessed parts of a repair, in order."""

    guesses: tuple[Guess, ...]

    @property
    def probability(self) -> float:
        """The probability that all of it is right, rounded to hundredths, 0.01 to 1."""
        if len(self.guesses) == 1:
            return max(0.01, round(self.guesses[0].probability, 2))
        return max(0.01, round(prod(guess.probability for guess in self.guesses), 2))


@dataclass(frozen=True, slots=True)
class Edit:
    """A repair: `replacement` in the place of `span`, a span of the raw text.

    `kind` is the damage that it undoes, and `certainty` how sure it is. `step` names the step that made it, as listed
    by `seedsearch clean --list-steps`, or is "" outside a restoration. `weight` is set if a restoration inferred the
    edit. Edits compare equal regardless of `step` and `weight`, which tell where an edit comes from and not what it
    does.
    """

    span: Span
    replacement: str
    kind: Damage
    certainty: Certainty = Certainty.CERTAIN
    step: str = field(default="", compare=False)
    weight: Weight | None = field(default=None, compare=False)

    @property
    def probability(self) -> float | None:
        """The probability that the edit is right, 0 to 1; None if it is proved or certain."""
        return self.weight.probability if self.weight else None


@dataclass(frozen=True, slots=True)
class Finding:
    """Damage that was found and not repaired; `span` is in code points of the raw text.

    `candidates` are the possible originals, likeliest first, if no repair was sure enough to be made.
    """

    span: Span
    kind: Damage
    candidates: tuple[Candidate, ...] = ()


def edit(
    start: int,
    end: int,
    replacement: str,
    kind: Damage,
    certainty: Certainty = Certainty.CERTAIN,
    weight: Weight | None = None,
) -> Edit:
    """Short form of `Edit` with its span spelled as two offsets."""
    return Edit(Span(start, end), replacement, kind, certainty, weight=weight)


_KINDS, _CERTAINTIES = tuple(Damage), tuple(Certainty)
_KIND_OF = {kind: number for number, kind in enumerate(_KINDS)}
_CERTAINTY_OF = {certainty: number for number, certainty in enumerate(_CERTAINTIES)}


MANY = 1 << 12  # edits, or pieces of a text, held in memory as objects; each takes 50 to 230 bytes

_T = TypeVar("_T")

# Start, end, replacement, kind and certainty of an edit: what a step with many edits yields.
Row = tuple[int, int, str, Damage, Certainty]
# The same, with the weight.
Weighed = tuple[int, int, str, Damage, Certainty, Weight | None]
# The same, with numbers for kind and certainty, and the step.
_Columns = tuple[int, int, str, int, int, str, Weight | None]


def _columns_of(e: Edit) -> _Columns:
    kind, sure = _KIND_OF[e.kind], _CERTAINTY_OF[e.certainty]
    return e.span.start, e.span.end, e.replacement, kind, sure, e.step, e.weight


class Columns(Sequence[_T]):
    """An immutable sequence stored as columns; equal to a tuple or a list of the same items."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, type(self) | tuple | list):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))


class Edits(Columns[Edit]):
    """Edits stored as columns: each takes 15 bytes and its replacement, while an `Edit` takes 230."""

    __slots__ = ("_borders", "_certainties", "_ends", "_kinds", "_names", "_starts", "_steps", "_weights", "_written")

    def __init__(self, edits: Iterable[Edit] = ()) -> None:
        self._starts, self._ends, self._borders = array("I"), array("I"), array("I", [0])
        self._kinds, self._certainties, self._steps = bytearray(), bytearray(), bytearray()
        self._names: list[str] = []  # distinct names of steps
        self._weights: list[Weight | None] = []  # empty where no edit has one
        self._written = ""  # all replacements, joined
        if edits:
            self._take(map(_columns_of, edits))

    def _take(self, rows: Iterable[_Columns]) -> None:
        """Fill the empty columns with all edits."""
        self._written = "".join(map(self._taken, portions(rows)))

    def _taken(self, rows: Sequence[_Columns]) -> str:
        """Append edits to the columns, and return their replacements."""
        starts, ends, written, kinds, certainties, steps, weights = zip(*rows, strict=True)
        self._weigh(weights)
        self._names += [step for step in dict.fromkeys(steps) if step not in self._names]
        numbers = {step: number for number, step in enumerate(self._names)}
        self._steps.extend(map(numbers.__getitem__, steps))
        return self._put(starts, ends, written, kinds, certainties)

    def _weighed(self, rows: Sequence[Weighed]) -> str:
        """Do the same with rows that no step is named in."""
        starts, ends, written, kinds, certainties, weights = zip(*rows, strict=True)
        self._weigh(weights)
        self._names = [""]
        self._steps.extend(bytes(len(rows)))
        return self._put(
            *(starts, ends, written), map(_KIND_OF.__getitem__, kinds), map(_CERTAINTY_OF.__getitem__, certainties)
        )

    def _weigh(self, weights: Sequence[Weight | None]) -> None:
        """Append the weights of edits that follow."""
        if self._weights or any(weights):
            self._weights += repeat(None, len(self) - len(self._weights))
            self._weights += weights

    def _put(
        self,
        starts: Sequence[int],
        ends: Sequence[int],
        written: Sequence[str],
        kinds: Iterable[int],
        certainties: Iterable[int],
    ) -> str:
        self._starts.extend(starts)
        self._ends.extend(ends)
        self._borders.extend(islice(accumulate(map(len, written), initial=self._borders[-1]), 1, None))
        self._kinds.extend(kinds)
        self._certainties.extend(certainties)
        return "".join(written)

    def by(self, step: str) -> Edits:
        """Return the same edits as made by `step`; all other columns are shared."""
        made = copy(self)
        made._names, made._steps = [step], bytearray(len(self))
        return made

    @property
    def rows(self) -> Iterator[tuple[int, int, str]]:
        """The start, end and replacement of each."""
        between = map(slice, self._borders, islice(self._borders, 1, None))
        return zip(self._starts, self._ends, map(self._written.__getitem__, between), strict=True)

    @property
    def spans(self) -> Iterator[tuple[int, int]]:
        """The start and end of each."""
        return zip(self._starts, self._ends, strict=True)

    @property
    def replacements(self) -> str:
        """What is put in, one replacement after the other."""
        return self._written

    def lawful(self, length: int) -> bool:
        """Return whether they are sorted, disjoint, not empty and inside `length`."""
        if not all(map(lt, self._starts, self._ends)) or not all(map(le, self._ends, islice(self._starts, 1, None))):
            return False
        return not self._ends or self._ends[-1] <= length

    @property
    def back(self) -> OffsetMap:
        """The map back over them."""
        made = OffsetMap(())
        made._raw_start, made._raw_end = array("q", self._starts), array("q", self._ends)
        lengths = array("I", map(sub, islice(self._borders, 1, None), self._borders))
        taken = accumulate(map(sub, self._ends, self._starts), initial=0)
        made._out_start = array("q", map(sub, map(add, self._starts, self._borders), taken))
        made._out_end = array("q", map(add, made._out_start, lengths))
        return made

    @property
    def guessed(self) -> list[bool]:
        """For each edit, whether it is inferred."""
        return [number == _CERTAINTY_OF[Certainty.INFERRED] for number in self._certainties]

    @property
    def columns(self) -> Iterator[_Columns]:
        """The stored form of each edit: its row, the numbers of its kind and certainty, and its step."""
        steps = map(self._names.__getitem__, self._steps)
        said = zip(self.rows, self._kinds, self._certainties, steps, self.weights, strict=True)
        return ((*row, kind, sure, step, weight) for row, kind, sure, step, weight in said)

    def kept(self, which: Iterable[object]) -> Edits:
        """Return the edits whose item of `which` is true."""
        chosen, made = bytearray(map(bool, which)), Edits()
        made._weights = list(compress(self._weights, chosen))
        made._starts.extend(compress(self._starts, chosen))
        made._ends.extend(compress(self._ends, chosen))
        made._kinds.extend(compress(self._kinds, chosen))
        made._certainties.extend(compress(self._certainties, chosen))
        made._names, made._steps = self._names, bytearray(compress(self._steps, chosen))
        between = map(slice, self._borders, islice(self._borders, 1, None))
        written = [self._written[some] for some in compress(between, chosen)]
        made._borders.extend(islice(accumulate(map(len, written), initial=0), 1, None))
        made._written = "".join(written)
        return made

    def _part(self, start: int, stop: int) -> Edits:
        """Return the edits from number `start` up to but not including `stop`."""
        made = Edits()
        made._starts, made._ends = self._starts[start:stop], self._ends[start:stop]
        made._kinds, made._certainties = self._kinds[start:stop], self._certainties[start:stop]
        made._names, made._steps = self._names, self._steps[start:stop]
        made._weights = self._weights[start:stop]
        begin = self._borders[start]
        made._borders = array("I", [border - begin for border in self._borders[start : stop + 1]])
        made._written = self._written[begin : self._borders[stop]]
        return made

    def _append(self, part: Edits) -> str:
        """Append edits that follow, and return their replacements."""
        if part._weights or self._weights:
            self._weigh(part.weights)
        self._names += [step for step in part._names if step not in self._names]
        steps = bytes(map(self._names.index, part._names))
        self._steps.extend(part._steps.translate(steps.ljust(256)))
        self._borders.extend(map(self._borders[-1].__add__, islice(part._borders, 1, None)))
        self._starts.extend(part._starts)
        self._ends.extend(part._ends)
        self._kinds += part._kinds
        self._certainties += part._certainties
        return part._written

    def __len__(self) -> int:
        return len(self._starts)

    @overload
    def __getitem__(self, key: int) -> Edit: ...
    @overload
    def __getitem__(self, key: slice) -> Edits: ...
    def __getitem__(self, key: int | slice) -> Edit | Edits:
        if isinstance(key, slice):
            start, stop, step = key.indices(len(self))
            if step == 1:
                return self._part(start, max(start, stop))
            return Edits(self[i] for i in range(start, stop, step))
        i = range(len(self))[key]
        span = Span(self._starts[i], self._ends[i])
        replacement = self._written[self._borders[i] : self._borders[i + 1]]
        said = _KINDS[self._kinds[i]], _CERTAINTIES[self._certainties[i]], self._names[self._steps[i]]
        return Edit(span, replacement, *said, self._weights[i] if self._weights else None)

    def __iter__(self) -> Iterator[Edit]:
        said = zip(self.rows, self._kinds, self._certainties, self._steps, self.weights, strict=True)
        for (start, end, replacement), kind, certainty, step, weight in said:
            made = _KINDS[kind], _CERTAINTIES[certainty], self._names[step]
            yield Edit(Span(start, end), replacement, *made, weight)

    @property
    def weights(self) -> Sequence[Weight | None]:
        """The weight of each edit; read-only."""
        return self._weights or [None] * len(self)


def portions(items: Iterable[_T]) -> Iterator[list[_T]]:
    """Yield the items in lists of so many as are in memory together."""
    items = iter(items)
    while some := list(islice(items, MANY)):
        yield some


def gathered(edits: Iterable[Edit]) -> Sequence[Edit]:
    """Collect edits into a sequence: a list if they are few, columns if they are many."""
    if isinstance(edits, Edits):
        return edits
    edits = iter(edits)
    some = list(islice(edits, MANY))
    return some if len(some) < MANY else Edits(chain(some, edits))


def weighed(rows: Iterable[Weighed]) -> Edits:
    """Return edits with these rows and weights, like `written`."""
    made = Edits()
    made._written = "".join(map(made._weighed, portions(rows)))
    return made


def written(rows: Iterable[Row]) -> Edits:
    """Return edits with these rows; objects are only made on access."""
    made = Edits()
    made._take(
        (start, end, text, _KIND_OF[kind], _CERTAINTY_OF[sure], "", None) for start, end, text, kind, sure in rows
    )
    return made


def chained(parts: Iterable[Edits]) -> Edits:
    """Return the edits of all parts, each of which follows the one before."""
    made = Edits()
    made._written = "".join([made._append(part) for part in parts])
    return made


def merged(many: Edits, few: Edits) -> Edits:
    """Return the edits of both, which are disjoint, in order."""
    return chained(_interleaved(many, few)) if few else many


def _interleaved(many: Edits, few: Edits) -> Iterator[Edits]:
    done = 0
    for i, (start, _) in enumerate(few.spans):
        at = bisect_left(many._starts, start, done)
        yield many[done:at]
        yield few[i : i + 1]
        done = at
    yield many[done:]


class Rows:
    """A growing sequence of rows, stored as columns if they are many."""

    __slots__ = ("_done", "_last")

    def __init__(self) -> None:
        self._done: list[Edits] = []
        self._last: list[Weighed] = []

    def add(self, rows: Sequence[Weighed]) -> None:
        """Append rows."""
        self._last += rows
        if len(self._last) >= MANY:
            self._done.append(weighed(self._last))
            self._last = []

    def __iter__(self) -> Iterator[Weighed]:
        for some in self._done:
            yield from weighed_of(some)
        yield from self._last

    def edits(self) -> Edits:
        """Return the edits with these rows."""
        return chained([*self._done, weighed(self._last)])


def weighed_of(edits: Iterable[Edit]) -> Iterator[Weighed]:
    """Yield the rows of edits with their weights, without making `Edit` objects."""
    for start, end, text, kind, sure, _, weight in _columns(edits):
        yield start, end, text, _KINDS[kind], _CERTAINTIES[sure], weight


def apart(rows: Iterable[Row]) -> Iterator[Row]:
    """Yield the rows that do not overlap an earlier one, in the order of their starts."""
    last = 0
    for row in rows:
        if row[0] >= last:
            last = row[1]
            yield row


def made_by(step: str, edits: Sequence[Edit]) -> Sequence[Edit]:
    """Return the edits, as made by `step`."""
    return (edits if isinstance(edits, Edits) else Edits(edits)).by(step)


def _columns(edits: Iterable[Edit]) -> Iterator[_Columns]:
    return edits.columns if isinstance(edits, Edits) else map(_columns_of, edits)


def weights_of(edits: Sequence[Edit]) -> Sequence[Weight | None]:
    """Return the weight of each edit."""
    return edits.weights if isinstance(edits, Edits) else [e.weight for e in edits]


def weight_of_all(edits: Iterable[Edit]) -> Weight | None:
    """Return the weight of an edit that replaces several, all of which must be right."""
    return _weight_of_all([e.weight for e in edits])


def _weight_of_all(weights: Sequence[Weight | None]) -> Weight | None:
    shares = [weight.probability for weight in weights if weight]
    return Weight((Guess(prod(shares)),)) if shares else None


def kinds_of(edits: Sequence[Edit]) -> set[Damage]:
    """Return the kinds of the edits."""
    return {_KINDS[kind] for kind in set(edits._kinds)} if isinstance(edits, Edits) else {e.kind for e in edits}


def joined(pieces: Iterable[str]) -> str:
    """Join pieces into one text without holding all of them in memory."""
    return "".join(["".join(some) for some in portions(pieces)])


def kept(edits: Sequence[Edit], which: Sequence[object]) -> Sequence[Edit]:
    """Return the edits whose item of `which` is true."""
    if all(which):
        return edits
    return edits.kept(which) if isinstance(edits, Edits) else list(compress(edits, which))


def rows_of(edits: Sequence[Edit]) -> Iterable[tuple[int, int, str]]:
    """Return start, end and replacement of each edit, without making `Edit` objects."""
    return edits.rows if isinstance(edits, Edits) else [(e.span.start, e.span.end, e.replacement) for e in edits]


def spans_of(edits: Sequence[Edit]) -> Iterable[tuple[int, int]]:
    """Return the start and end of each edit, without an `Edit` of each."""
    return edits.spans if isinstance(edits, Edits) else [(e.span.start, e.span.end) for e in edits]


def replacements_of(edits: Sequence[Edit]) -> str:
    """Return what the edits put in, one replacement after the other."""
    return edits.replacements if isinstance(edits, Edits) else "".join([e.replacement for e in edits])


def guessed_of(edits: Sequence[Edit]) -> Sequence[object]:
    """Return for each edit whether it is inferred, without making `Edit` objects."""
    return edits.guessed if isinstance(edits, Edits) else [e.certainty is Certainty.INFERRED for e in edits]


def check_edits(edits: Sequence[Edit], length: int) -> None:
    """Raise ValueError unless the edits are sorted, disjoint, non-empty and within `length`."""
    if isinstance(edits, Edits) and edits.lawful(length):
        return
    last = 0
    for number, (start, end, _) in enumerate(rows_of(edits)):
        if not last <= start < end <= length:
            wrong = f"edit {edits[number]} is empty, out of order or outside a text of {length} code points"
            raise ValueError(wrong)
        last = end


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """Return `text` with the edits applied; raises ValueError if they are invalid."""
    check_edits(edits, len(text))
    return joined(_pieces(text, edits))


def _pieces(text: str, edits: Sequence[Edit]) -> Iterator[str]:
    last = 0
    for start, end, replacement in rows_of(edits):
        yield text[last:start]
        yield replacement
        last = end
    yield text[last:]


class OffsetMap:
    """Maps spans of edited text to spans of the text before the edits.

    `raw[i]` is the raw span of edit i, `out[i]` the span that its replacement takes in the edited text.
    """

    __slots__ = ("_out_end", "_out_start", "_raw_end", "_raw_start")

    def __init__(self, replaced: Iterable[tuple[int, int, int]]) -> None:
        """`replaced` has (raw start, raw end, length of the replacement) for each edit, in order."""
        self._raw_start, self._raw_end = array("q"), array("q")
        self._out_start, self._out_end = array("q"), array("q")
        shift = 0
        for start, end, length in replaced:
            self._raw_start.append(start)
            self._raw_end.append(end)
            self._out_start.append(start + shift)
            self._out_end.append(start + shift + length)
            shift += length - (end - start)

    @classmethod
    def of(cls, edits: Sequence[Edit]) -> OffsetMap:
        """Return the mapping that undoes `edits`."""
        if isinstance(edits, Edits):
            return edits.back
        return cls((start, end, len(replacement)) for start, end, replacement in rows_of(edits))

    def to_raw(self, span: Span) -> Span:
        """Return the raw span of a non-empty `span`: from its first character's source to its last one's.

        A character of a replacement comes from the whole replaced span. Raises ValueError on an empty span.
        """
        return Span(*self.raw_of(span.start, span.end))

    def raw_of(self, start: int, end: int) -> tuple[int, int]:
        """Return the same for a span given by two offsets, as two offsets."""
        if not 0 <= start < end:
            raise ValueError(f"{Span(start, end)} is empty or negative and has no source")
        begun, ended = self._source(start)
        return begun, ended if end - start == 1 else self._source(end - 1)[1]

    def _source(self, offset: int) -> tuple[int, int]:
        """Return the raw span of the character at `offset`."""
        i = bisect_right(self._out_start, offset) - 1
        if i >= 0 and offset < self._out_end[i]:
            return self._raw_start[i], self._raw_end[i]
        at = offset if i < 0 else self._raw_end[i] + offset - self._out_end[i]
        return at, at + 1

    def to_edited(self, offset: int) -> int:
        """Return the offset in the edited text of raw `offset`; inside a replaced span, the start of its
        replacement.
        """
        i = bisect_right(self._raw_start, offset) - 1
        if i < 0:
            return offset
        if offset < self._raw_end[i]:
            return self._out_start[i]
        return self._out_end[i] + offset - self._raw_end[i]


def compose(first: Sequence[Edit], second: Sequence[Edit], middle: str) -> Sequence[Edit]:
    """Return edits equivalent to `first` followed by `second`.

    `middle` is the text between the two. If an edit of `second` touches characters that `first` wrote, they become one
    edit over everything that they cover, with the later kind and step and the weaker certainty; its probability is the
    product of theirs, because all of them must be right.
    """
    if not first or not second:
        return fixed(first or second)
    made = Edits()
    made._take(_composed(_columns(first), _columns(second), middle))
    return made


def fixed(edits: Sequence[Edit]) -> Sequence[Edit]:
    """Return the edits as an immutable sequence."""
    return edits if isinstance(edits, Edits) else tuple(edits)


def _composed(first: Iterator[_Columns], second: Iterator[_Columns], middle: str) -> Iterator[_Columns]:
    """Yield the edits of both over the text before `first`, in order."""
    shift = 0  # from an offset of that text to the same place of `middle`, after the edits of `first` so far
    edit, later = next(first, None), next(second, None)
    while later is not None:
        start, end, written, kind, sure, step, weight = later
        while edit is not None and edit[0] + shift + len(edit[2]) <= start:
            shift += len(edit[2]) - (edit[1] - edit[0])
            yield edit
            edit = next(first, None)
        if edit is None or edit[0] + shift >= end:
            yield start - shift, end - shift, written, kind, sure, step, weight
            later = next(second, None)
            continue
        # They touch, and perhaps the next ones too: merge them into one edit.
        begin = min(start, edit[0] + shift)
        raw_start = start - shift if start < edit[0] + shift else edit[0]
        pieces, at, weights = list[str](), begin, list[Weight | None]()
        while later is not None and later[0] < end:
            start, end, written, kind, certainty, step, weight = later
            weights.append(weight)
            pieces += middle[at:start], written
            at, sure = end, min(sure, certainty)
            while edit is not None and edit[0] + shift < end:
                sure, raw_end = min(sure, edit[4]), edit[1]
                weights.append(edit[6])
                shift += len(edit[2]) - (edit[1] - edit[0])
                last = edit[1] + shift
                edit = next(first, None)
            raw_end = raw_end if end <= last else end - shift
            end = max(end, last)
            later = next(second, None)
        pieces.append(middle[at:end])
        yield raw_start, raw_end, "".join(pieces), kind, sure, step, _weight_of_all(weights)
    if edit is not None:
        yield edit
    yield from first
