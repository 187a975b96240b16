"""Values inside a text with a grammar: each is restored separately and written back with the escaping of its place.

A container (JSON, a table, XML) defines where its values are and how they are escaped. Their repairs become edits of
the whole text: everything between the values, and every undamaged value, stays as it is, byte for byte.

A name or a town alone is too short to show that its bytes were misread, and all cells of a row are misread in the same
way. So adjacent short values are first restored together, one per line, by the steps that undo wrong decodings, and
then each by itself. Only proved repairs count in the first pass: a lost byte is guessed from the surrounding
characters, and those of another cell say nothing about it.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from seedsearch.damage import Certainty, Damage
from seedsearch.offsets import Edit, Edits, Finding, OffsetMap, Span, apply_edits, compose, weight_of_all
from seedsearch.restoring.steps import Restored
from seedsearch.text.folding import is_han

SHORT = 40  # code points of a value that is examined together with others
TOGETHER = 400  # code points of values that are examined together; no stretch needs as many to prove itself

# Values without anything that a step could restore: numbers, dates, names of keys.
PLAIN = re.compile(r"[0-9A-Za-z ._:+-]*\Z")
_SURROGATES = re.compile("[\ud800-\udfff]")

Restore = Callable[[str], Restored]


@dataclass(frozen=True, slots=True)
class Ways:
    """The functions that restore values: each by itself, short ones together before that, and broken parts."""

    alone: Restore
    together: Restore
    broken: Restore


@dataclass(frozen=True, slots=True)
class Spelling:
    """The escaping of characters in the values of a kind of container.

    `escape` matches an escape, which begins with `sign`, and `said` decodes it; `numbers` is the beginning of a numeric
    escape. `read` decodes a whole value, and `write` escapes a text. Numeric escapes of visible characters are replaced
    by the characters, as edits of `kind` and `step`.
    """

    sign: str
    numbers: str
    escape: re.Pattern[str]
    said: Callable[[re.Match[str]], str]
    read: Callable[[str], str]
    write: Callable[[str], str]
    kind: Damage
    step: str


@dataclass(frozen=True, slots=True)
class Value:
    """A value at code points `start` to `end` of its container, without quotes around it.

    `bare` tells that it has no quotes; it is `quoted` if the restored text needs them.
    """

    start: int
    end: int
    spelling: Spelling
    quoted: Callable[[str], str] | None = None


@dataclass(frozen=True, slots=True)
class Broken:
    """A stretch that is not what its container should hold (a line that is not JSON): restored as a text."""

    start: int
    end: int


@dataclass(slots=True)
class Done:
    """The result for the values of a text: edits and findings in its code points."""

    edits: Edits
    findings: list[Finding]


def restored_values(text: str, values: Iterable[Value | Broken], ways: Ways, steps: Collection[str]) -> Done:
    """Restore each value of `text`, and its broken parts; return all edits.

    `steps` are the names of the requested steps; one of them decodes characters that the container escapes.
    """
    findings: list[Finding] = []
    edits = Edits(_edits(text, values, ways, steps, findings))
    return Done(edits, findings)


def _edits(
    text: str,
    values: Iterable[Value | Broken],
    ways: Ways,
    steps: Collection[str],
    findings: list[Finding],
) -> Iterator[Edit]:
    for value, read in _read_together(text, values, ways.together):
        if isinstance(value, Broken):
            done = ways.broken(text[value.start : value.end])
            places: Sequence[int] = range(value.start, value.end + 1)
            findings += _moved(done.findings, places)
            yield from (_at(e, places, e.replacement) for e in done.edits)
        else:
            restored = partial(_after, read, ways.alone) if read else ways.alone
            yield from _of_value(text, value, restored, value.spelling.step in steps, findings)


def _read_together(
    text: str, values: Iterable[Value | Broken], restore: Restore
) -> Iterator[tuple[Value | Broken, Sequence[Edit]]]:
    """Yield the values that may be damaged, each with the edits from examining it together with others."""
    some: list[Value] = []
    size = 0
    for value in values:
        if PLAIN.match(text, value.start, value.end):
            continue
        if isinstance(value, Broken) or value.end - value.start > SHORT:
            yield from _as_lines(text, some, restore)
            some, size = [], 0
            yield value, ()
            continue
        some.append(value)
        size += value.end - value.start
        if size >= TOGETHER:
            yield from _as_lines(text, some, restore)
            some, size = [], 0
    yield from _as_lines(text, some, restore)


def _as_lines(text: str, some: Sequence[Value], restore: Restore) -> Iterator[tuple[Value, Sequence[Edit]]]:
    """Yield values with the edits that they get as lines of one text."""
    lines = [said_in(text, value).replace("\n", " ") for value in some]
    found = restore("\n".join(lines)).edits if len(lines) > 1 else ()
    edits = [e for e in found if e.certainty is Certainty.PROVED]
    at = number = 0
    for value, line in zip(some, lines, strict=True):
        mine: list[Edit] = []
        while number < len(edits) and edits[number].span.start <= at + len(line):
            if at <= edits[number].span.start and edits[number].span.end <= at + len(line):
                span = edits[number].span
                mine.append(replace(edits[number], span=Span(span.start - at, span.end - at)))
            number += 1
        yield value, mine
        at += len(line) + 1


def _after(read: Sequence[Edit], restore: Restore, said: str) -> Restored:
    """Restore the content of a value, given the repairs that were found when it was read together with others."""
    middle = apply_edits(said, read)
    done = restore(middle)
    back = OffsetMap.of(read)
    findings = [Finding(back.to_raw(found.span), found.kind, found.candidates) for found in done.findings]
    return Restored(done.text, compose(read, done.edits, middle), findings)


def _of_value(text: str, value: Value, restore: Restore, spelled: bool, findings: list[Finding]) -> Iterator[Edit]:
    said = said_in(text, value)
    done = restore(said)
    escapes = (
        list(_visible_escapes(text, value))
        if spelled and value.spelling.numbers in text[value.start : value.end]
        else []
    )
    if not done.edits and not escapes and not done.findings:
        return
    places = _places(text, value)
    findings += _moved(done.findings, places)
    spelling = value.spelling
    written = [_at(e, places, spelling.write(e.replacement)) for e in done.edits]
    if value.quoted and done.edits and (quoted := value.quoted(done.text)) != done.text:
        last, sure = written[-1], min((e.certainty for e in written), key=list(Certainty).index)
        yield Edit(Span(value.start, value.end), quoted, last.kind, sure, last.step, weight_of_all(written))
        return
    yield from sorted([*written, *_spelled(escapes, written, spelling)], key=lambda e: e.span.start)


def _at(e: Edit, places: Sequence[int], replacement: str) -> Edit:
    return Edit(Span(places[e.span.start], places[e.span.end]), replacement, e.kind, e.certainty, e.step, e.weight)


def _moved(findings: Iterable[Finding], places: Sequence[int]) -> list[Finding]:
    return [Finding(Span(places[f.span.start], places[f.span.end]), f.kind, f.candidates) for f in findings]


def _places(text: str, value: Value) -> Sequence[int]:
    """Return the place of each character of the decoded value, and the end of the last."""
    places = array("q")
    last = value.start
    for found in value.spelling.escape.finditer(text, value.start, value.end):
        places.extend(range(last, found.start() + 1))
        last = found.end()
    if not places:
        return range(value.start, value.end + 1)
    places.extend(range(last, value.end + 1))
    return places


def _visible_escapes(text: str, value: Value) -> Iterator[tuple[int, int, str]]:
    """Yield the visible escaped characters with their spans; none if there is no ideograph."""
    spelling = value.spelling
    found = ((*one.span(), spelling.said(one)) for one in spelling.escape.finditer(text, value.start, value.end))
    escapes = [one for one in found if one[2] >= "\xa1" and one[2].isprintable() and not "\ue000" <= one[2] <= "\uf8ff"]
    if any(is_han(char) for _, _, char in escapes):
        yield from escapes


def _spelled(escapes: Iterable[tuple[int, int, str]], others: Sequence[Edit], spelling: Spelling) -> Iterator[Edit]:
    """Yield an edit for each run of escaped characters that no other edit covers."""
    ends = [e.span.end for e in others]
    begin = end = 0
    chars = ""
    for start, stop, char in escapes:
        i = bisect_left(ends, start + 1)
        if i < len(others) and others[i].span.start < stop:
            continue
        if chars and start == end:
            end, chars = stop, chars + char
            continue
        if chars:
            yield Edit(Span(begin, end), chars, spelling.kind, Certainty.CERTAIN, spelling.step)
        begin, end, chars = start, stop, char
    if chars:
        yield Edit(Span(begin, end), chars, spelling.kind, Certainty.CERTAIN, spelling.step)


def said_in(text: str, value: Value | Broken) -> str:
    """Return the decoded content of a value of `text`."""
    piece = text[value.start : value.end]
    if isinstance(value, Broken) or value.spelling.sign not in piece:
        return piece
    said = value.spelling.read(piece)
    return _SURROGATES.sub("\ufffd", said) if value.spelling.numbers in piece else said
