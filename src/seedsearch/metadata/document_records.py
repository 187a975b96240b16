"""The record of a document: what the index stores besides text and terms to show a hit without the file."""

from __future__ import annotations

import json
import os
import re
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, islice, pairwise, repeat
from typing import Any, TypeAlias

from seedsearch.engines import stored
from seedsearch.offsets import OffsetMap, Span

_PORTION = 1 << 18  # characters whose lines are in memory at once
_TOGETHER = 1 << 12  # edits or lines serialized together
_DECODER = json.JSONDecoder()
_NUMBER = re.compile(r"#\d+\Z")


# A finding: raw start, raw end, kind, and the candidates with their probabilities in hundredths.
Found: TypeAlias = tuple[int, int, str, tuple[tuple[str, int], ...]]


@dataclass(frozen=True, slots=True)
class Record:
    """The record of a document.

    `confidence` (0 to 1) is that of the encoding, `told_by` how it was determined (model.py). `replaced` has (raw
    start, raw end, length of the replacement) for each edit, `kinds` their kinds as runs (kind, number), `certainties`
    and `steps` likewise, `probabilities` those of the inferred edits in hundredths; `findings` has (raw start, raw end,
    kind, candidates with hundredths) for damage left as found; `lines` the offset of each line in the raw text (a line
    ends with U+000A).
    """

    path: str
    encoding: str
    confidence: float
    replaced: Sequence[tuple[int, int, int]]
    lines: Sequence[int]
    damage: Mapping[str, int]
    kinds: tuple[tuple[str, int], ...] = ()
    told_by: str = "text"
    certainties: tuple[tuple[str, int], ...] = ()
    findings: Sequence[Found] = ()
    steps: tuple[tuple[str, int], ...] = ()
    probabilities: Sequence[int] = ()

    def to_raw(self, span: Span) -> Span:
        """Map a span of the readable text to the raw text."""
        return OffsetMap(self.replaced).to_raw(span) if self.replaced else span

    def place(self, offset: int) -> tuple[int, int]:
        """Return line and column, from 1, of an offset in the raw text."""
        line = bisect_right(self.lines, offset) - 1
        return line + 1, offset - self.lines[line] + 1

    def restored(self, raw: Span) -> dict[str, int]:
        """Count the repairs by kind inside a span of the raw text."""
        kinds = chain.from_iterable(repeat(kind, count) for kind, count in self.kinds)
        edits = zip(self.replaced, kinds, strict=False)
        return dict(Counter(kind for (start, end, _), kind in edits if raw.start <= start and end <= raw.end))


def doc_id_of(path: str) -> str:
    """Return the path in a form that an engine can store: bytes that are not UTF-8 are escaped.

    An escaped name is returned unchanged.
    """
    if path.isascii():
        return path
    try:
        return os.fsencode(path).decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:  # a lone surrogate that no file name has
        return path.encode("utf-8", "backslashreplace").decode()


def endings(path: str) -> tuple[str, ...]:
    """Return the extensions of the names in a path, without dots: of the file, and of the members down to the
    document.
    """
    names = _NUMBER.sub("", path).split("!/")
    return tuple(dict.fromkeys(os.path.splitext(name)[1].removeprefix(".").lower() for name in names))


def names(path: str) -> tuple[str, ...]:
    """Return the file names in a path: of the file, and of the members down to the document."""
    parts = _NUMBER.sub("", path).split("!/")
    return tuple(dict.fromkeys(part.rpartition("/")[2] for part in parts))


def folders(path: str) -> tuple[str, ...]:
    """Return the folders above a document, outermost first; an archive is one, without its mark."""
    above = _NUMBER.sub("", path).split("/")[:-1]
    paths = ("/".join(above[:end]) for end in range(1, len(above) + 1))
    return tuple(folder.removesuffix("!") for folder in paths if folder)


def line_starts(text: str) -> array[int]:
    """Return the offsets of the line starts of `text`."""
    starts = array("Q", [0])
    for begin in range(0, len(text), _PORTION):
        ends = text[begin : begin + _PORTION].split("\n")[:-1]
        starts.extend(islice(accumulate((len(line) + 1 for line in ends), initial=begin), 1, None))
    return starts


def to_bytes(record: Record) -> bytes:
    """Serialize `record` as JSON; an engine compresses many records together."""
    if len(record.lines) + len(record.replaced) + len(record.findings) < _TOGETHER:
        return _json(_row(record))
    lengths = (b - a for a, b in pairwise(record.lines))
    origin = (_json(value) for value in (record.path, record.encoding, record.confidence))
    places = _listed(record.replaced), _listed(lengths)
    runs = _listed(record.kinds), _json(record.told_by), _listed(record.certainties)
    left = _listed(record.findings), _listed(record.steps), _listed(record.probabilities)
    row = (*origin, *places, _json(dict(record.damage)), *runs, *left)
    return b"[" + b",".join(row) + b"]"


def _row(record: Record) -> list[object]:
    """Return the columns of a document of a few thousand lines at most, to be serialized at once."""
    lengths = [b - a for a, b in pairwise(record.lines)]
    origin = record.path, record.encoding, record.confidence
    runs = record.kinds, record.told_by, record.certainties
    left = list(record.findings), record.steps, list(record.probabilities)
    return [*origin, list(record.replaced), lengths, dict(record.damage), *runs, *left]


_ENCODED = json.JSONEncoder(separators=(",", ":")).encode


def _json(value: object) -> bytes:
    return _ENCODED(value).encode()


def _listed(rows: Iterable[object]) -> bytes:
    """Yield the JSON of a list of which only a portion is in memory at once."""
    rows = iter(rows)
    portions = []
    while some := list(islice(rows, _TOGETHER)):
        portions.append(_json(some)[1:-1])
    return b"[" + b",".join(portions) + b"]"


def from_bytes(content: bytes) -> Record:
    """Parse what `to_bytes` wrote; raises IndexDamaged for anything else."""
    try:
        # Faster than json.loads, which spends half of its time on whitespace around the row.
        row, _ = _DECODER.raw_decode(content.decode())
    except (ValueError, RecursionError) as error:
        raise stored.unusable(_WHAT) from error
    if not _is_record(row):
        raise stored.unusable(_WHAT)
    path, encoding, confidence, replaced, lengths, damage, kinds, told_by, certainties, findings, steps, shares = row
    lines = tuple(accumulate(lengths, initial=0))
    places, runs, sure, made = (tuple(map(tuple, r)) for r in (replaced, kinds, certainties, steps))
    left = tuple((start, end, kind, tuple(map(tuple, others))) for start, end, kind, others in findings)
    return Record(path, encoding, confidence, places, lines, damage, runs, told_by, sure, left, made, tuple(shares))


def _is_record(row: object) -> bool:
    """Tell whether a row is what `to_bytes` writes. Ten are read per page, so this does without building a shape."""
    if type(row) is not list or len(row) != _COLUMNS:
        return False
    path, encoding, confidence, replaced, lengths, damage, kinds, told_by, certainties, findings, steps, shares = row
    return (
        type(path) is type(encoding) is type(told_by) is str
        and stored.share(confidence)
        and _places(replaced)
        and _lengths(lengths)
        and type(damage) is dict
        and _lengths(list(damage.values()))
        and all(map(_runs, (kinds, certainties, steps)))
        and _findings(findings)
        and _lengths(shares)
    )


def _rows(value: object, width: int) -> bool:
    """Validate a list of rows with a number of values, all at once, because a book has 100,000 of them."""
    if type(value) is not list:
        return False
    return not value or (set(map(type, value)) == {list} and set(map(len, value)) == {width})


def _places(value: Any) -> bool:
    """Validate rows of three non-negative numbers."""
    return _rows(value, 3) and _lengths(list(chain.from_iterable(value)))


def _runs(value: Any) -> bool:
    """Validate rows of a text and a number."""
    return _rows(value, 2) and all(type(name) is str and stored.count(count) for name, count in value)


def _findings(value: Any) -> bool:
    """Validate rows of two numbers, a text, and rows of a text and a number."""
    return _rows(value, 4) and all(
        type(kind) is str and _lengths([start, end]) and _runs(others) for start, end, kind, others in value
    )


def _lengths(value: object) -> bool:
    """Validate a list of non-negative numbers."""
    if type(value) is not list:
        return False
    return not value or (set(map(type, value)) == {int} and min(value) >= 0 and max(value) < _MOST)


_WHAT = "a document"
_MOST = 1 << 48  # code points
_COLUMNS = 12
