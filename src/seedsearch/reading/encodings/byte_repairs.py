"""Re-reads bytes that are invalid in the encoding of their file.

The raw text of a file is always the result of its codec, with U+FFFD for invalid bytes; a better reading is an edit of
that text. So offsets are those that anyone gets who decodes the file, and every change can be shown.

Repairs are made only around invalid bytes:

* a character torn apart by something between its two bytes: colour escapes of a BBS, a junk byte inside UTF-8 (proved);
* two surrogates of UTF-16 that were each written in UTF-8 (proved);
* 0x80 beside a digit or a blank in GBK, which is the euro sign of code page 936 (proved);
* a stretch in another encoding than the rest: UTF-8 among GBK or Big5, or the reverse (`mixed-encoding`);
* a lost byte: the stretch up to the next byte that belongs to no character is read in step (`realigned-bytes`).

A stretch ends at a byte below 0x30, after which every reader is in step. Everything takes linear time.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from seedsearch.damage import Certainty, Damage
from seedsearch.offsets import Edit, Guess, Span, Weight
from seedsearch.reading.encodings.alignment import Budget, in_step
from seedsearch.reading.encodings.likelihood import any_language_in_pairs, chinese, reads_well
from seedsearch.reading.encodings.names import strictly
from seedsearch.text.double_byte import DOUBLE_BYTE, DoubleByte, Parts, differing, plain_parts, plain_runs
from seedsearch.text.late_pattern import late_pattern

# The proportion of realigned stretches that were right, on files from which bytes were removed (`benchmarks
# calibration`).
ALIGNED = Weight((Guess(0.93),))


@dataclass(frozen=True, slots=True)
class ByteEdit:
    """The bytes from `start` to `end`, both between characters of the plain reading, read as `text`."""

    start: int
    end: int
    text: str
    kind: Damage = Damage.REALIGNED_BYTES
    certainty: Certainty = Certainty.INFERRED


@dataclass(frozen=True, slots=True)
class Repairs:
    """Better readings than the plain one, sorted and disjoint; and the stretches that were not searched."""

    edits: Sequence[ByteEdit]
    passed_over: Sequence[tuple[int, int]] = ()


def assembled(data: bytes, codec: str, repairs: Repairs) -> tuple[str, tuple[Edit, ...], tuple[Span, ...]]:
    """Return the plain reading of `data`, the repairs as edits of it, and the stretches that were not searched."""
    text = data.decode(codec, "replace")
    edits = _as_edits(data, codec, text, repairs.edits)
    offsets = _offsets(data, codec, [place for span in repairs.passed_over for place in span])
    left = tuple(Span(offsets[start], offsets[end]) for start, end in repairs.passed_over)
    return text, edits, left


def _as_edits(data: bytes, codec: str, text: str, repairs: Sequence[ByteEdit]) -> tuple[Edit, ...]:
    offsets = _offsets(data, codec, [place for repair in repairs for place in (repair.start, repair.end)])
    edits = []
    for repair in _between_characters(repairs, offsets):
        span = Span(offsets[repair.start], offsets[repair.end])
        if text[span.start : span.end] != repair.text:
            weight = ALIGNED if repair.certainty is Certainty.INFERRED else None
            edits.append(Edit(span, repair.text, repair.kind, repair.certainty, weight=weight))
    return tuple(edits)


def _between_characters(repairs: Sequence[ByteEdit], offsets: dict[int, int]) -> Iterator[ByteEdit]:
    """Yield the repairs; two that meet inside a character of the plain reading are merged."""
    waiting: ByteEdit | None = None
    for repair in repairs:
        if waiting is not None and waiting.end == repair.start:
            repair = replace(waiting, end=repair.end, text=waiting.text + repair.text)
        waiting = None if repair.end in offsets else repair
        if waiting is None and repair.start in offsets:
            yield repair


def _offsets(data: bytes, codec: str, places: Sequence[int]) -> dict[int, int]:
    """Return the number of code points of the plain reading before each of these sorted byte offsets; None inside a
    character.

    A prefix of `data` is not decoded separately: if it ends inside a possible character of four bytes, the codec makes
    one U+FFFD of it, but something else of the same bytes with others after them.
    """
    found: dict[int, int] = {}
    number = length = 0
    for start, end, text in plain_runs(data, codec) if places else ():
        at, before = start, length
        while number < len(places) and places[number] < end:
            place, number = places[number], number + 1
            piece = strictly(data[at:place], codec) if text is not None else "" if place == start else None
            if piece is not None:
                at, before = place, before + len(piece)
                found[place] = before
        length += 1 if text is None else len(text)
    return found | dict.fromkeys(places[number:], length)


_STRETCH = re.compile(rb"[\x30-\xff]*[\x80-\xff][\x30-\xff]*")
_ESCAPES = rb"(?:\x1b\[[0-9;]*[A-Za-z])+"
_TORN = re.compile(rb"([\x81-\xfe])(" + _ESCAPES + rb")([\x40-\x7e\x80-\xfe])")
# A character of UTF-8 with one foreign byte or a line end inside.
_JUNK = re.compile(
    rb"([\xe0-\xef])([\0-\x7f\xc0\xc1\xf5-\xff]|\r\n)([\x80-\xbf]{2})"
    rb"|([\xe0-\xef][\x80-\xbf])([\0-\x7f\xc0\xc1\xf5-\xff]|\r\n)([\x80-\xbf])"
)
# A character beyond U+FFFF written as its two UTF-16 surrogates (CESU-8), as by Java and Oracle.
_HALVES = re.compile(rb"(?:\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf])+")
_WIDE = late_pattern("[\u0800-\uffff]")
_HIGH = re.compile(rb"[\x80-\xff]+")
OTHERS = ("gb18030", "cp950")
_LINE = re.compile(rb"[^\r\n]+")
# The proportion of the lines that are not UTF-8 that one encoding must decode, and the mean ln p from which on such a
# line counts as Chinese: of 90 files in two encodings, 89 are fully restored. AROUND: bytes on either side of a torn
# character that tell whether it is inside UTF-8.
MOST, ALSO, AROUND = 0.8, -9.5, 60


def failing(data: bytes, codec: str) -> list[int]:
    """Return the offset at which `codec` fails to decode `data`."""
    return [start for start, _, text in plain_runs(data, codec) if text is None]


def repairs(data: bytes, codec: str) -> Repairs:
    """Return the better readings than the plain reading of `data` by `codec`."""
    passed_over: list[tuple[int, int]] = []
    found: Iterator[ByteEdit] = iter(())
    if codec == "utf-8":
        found = _among_utf8(data)
    elif codec in DOUBLE_BYTE:
        found = _in_double_byte(data, DOUBLE_BYTE[codec], passed_over)
    return Repairs(sorted(found, key=lambda repair: repair.start), passed_over)


def mixed_with_utf8(data: bytes, name: str) -> str:
    """Return the encoding to report for bytes in two encodings: UTF-8 if more than half of the non-ASCII bytes are in
    it.
    """
    if name == "utf-8":
        return name
    utf8 = other = 0
    for found in _STRETCH.finditer(data):
        size = sum(map(len, _HIGH.findall(found[0])))
        if _as_utf8(data, found.span()):
            utf8 += size
        else:
            other += size
    return "utf-8" if utf8 > other else name


def _failing_stretches(data: bytes, codec: str, done: Sequence[ByteEdit] = ()) -> Iterator[tuple[int, int]]:
    """Yield the stretches in which the codec fails, except those that a repair touches."""
    places = failing(data, codec)
    for found in _STRETCH.finditer(data):
        start, end = found.span()
        at = bisect_left(places, start)
        if at < len(places) and places[at] < end and not _touched(done, start, end):
            yield start, end


def _touched(done: Sequence[ByteEdit], start: int, end: int) -> bool:
    """Tell whether one of the sorted repairs covers some of these bytes."""
    before = bisect_left(done, end, key=lambda repair: repair.start)
    return before > 0 and done[before - 1].end > start


def _among_utf8(data: bytes) -> Iterator[ByteEdit]:
    found = list(_lines_in_another(data))
    yield from found
    torn = (*_of_halves(data), *_without_junk(data))
    whole = [repair for repair in torn if not _touched(found, repair.start, repair.end)]
    yield from whole
    done = sorted((*found, *whole), key=lambda repair: repair.start)
    for start, end in _failing_stretches(data, "utf-8", done):
        if read := _as_another(data[start:end]):
            yield ByteEdit(start, end, read, Damage.MIXED_ENCODING)


def _lines_in_another(data: bytes) -> Iterator[ByteEdit]:
    """Yield the lines that are entirely in another encoding.

    Lines that are not UTF-8 are judged together, because a line of two characters proves nothing. Beside them,
    lines that are valid UTF-8 by chance are re-read, too, if that makes likelier text: 目录 in GBK is two letters in
    UTF-8.
    """
    lines = [found.span() for found in _LINE.finditer(data) if not found[0].isascii()]
    texts = [strictly(data[start:end], "utf-8") for start, end in lines]
    failing = [data[start:end] for (start, end), text in zip(lines, texts, strict=True) if text is None]
    codec = _encoding_of_all(failing)
    for (start, end), text in zip(lines, texts, strict=True) if codec else ():
        read = strictly(data[start:end], codec)
        if read is not None and (_is_chinese(read) if text is None else _likelier(read, text)):
            yield from _stretches_as(data, start, end, codec)


def _encoding_of_all(lines: Sequence[bytes]) -> str:
    """Return the encoding that decodes most lines, as Chinese without doubt; "" if there is none."""
    best, score = "", -math.inf
    for codec in OTHERS:
        read = [text for line in lines if (text := strictly(line, codec)) is not None and _is_chinese(text)]
        together = "\n".join(read)
        if len(read) > MOST * len(lines) and reads_well(together) and (likelihood := chinese(together)) > score:
            best, score = codec, likelihood
    return best


def _is_chinese(text: str) -> bool:
    """Tell whether a text is probably Chinese, given that others around it have the same encoding."""
    return chinese(text) > ALSO * sum(char >= "\x80" for char in text)


def _likelier(read: str, text: str) -> bool:
    """Tell whether a line with two-byte letters of UTF-8 is likelier in another encoding."""
    return not _WIDE.search(text) and chinese(read) > any_language_in_pairs(text)


def _stretches_as(data: bytes, start: int, end: int, codec: str) -> Iterator[ByteEdit]:
    for found in _STRETCH.finditer(data, start, end):
        yield ByteEdit(*found.span(), found[0].decode(codec), Damage.MIXED_ENCODING)


def in_halves(data: bytes) -> bool:
    """Tell whether `data` is UTF-8 except for characters written as surrogates."""
    return _HALVES.search(data) is not None and strictly(_HALVES.sub(b"", data), "utf-8") is not None


def _of_halves(data: bytes) -> Iterator[ByteEdit]:
    for found in _HALVES.finditer(data):
        units = found[0].decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")
        yield ByteEdit(*found.span(), units.decode("utf-16-le"), certainty=Certainty.PROVED)


def _without_junk(data: bytes) -> Iterator[ByteEdit]:
    for found in _JUNK.finditer(data):
        lead, junk, rest = found.group(1, 2, 3) if found[1] else found.group(4, 5, 6)
        text = strictly(lead + rest, "utf-8")
        if text is not None and _among_characters(data, *found.span()):
            kept = junk.decode("ascii", "ignore")
            yield ByteEdit(found.start(), found.end(), text + kept, certainty=Certainty.PROVED)


def _among_characters(data: bytes, start: int, end: int) -> bool:
    """Tell whether the surroundings of a place are UTF-8; in Big5, letters occur between high bytes everywhere."""
    around = data[max(start - AROUND, 0) : start], data[end : end + AROUND]
    text = "".join(piece.decode("utf-8", "replace").strip("\ufffd") for piece in around)
    return 2 * text.count("\ufffd") <= len(_WIDE.findall(text.replace("\ufffd", "")))


def _as_another(stretch: bytes) -> str | None:
    """Return a stretch that is not UTF-8 decoded as GBK or Big5, if it is good Chinese in one of them."""
    readings = (strictly(stretch, codec) for codec in OTHERS)
    best = max((text for text in readings if text is not None), key=chinese, default="")
    return best if reads_well(best) else None


def _in_double_byte(data: bytes, encoding: DoubleByte, passed_over: list[tuple[int, int]]) -> Iterator[ByteEdit]:
    torn = list(_joined(data, encoding))
    budget = Budget.of(data)
    stretches = list(_failing_stretches(data, encoding.codec, torn))
    foreign = list(_all_utf8(data, encoding.codec)) if any(_as_utf8(data, span) for span in stretches) else []
    foreign = foreign or list(_in_other_pairs(data, encoding.codec, stretches))
    yield from foreign
    yield from (repair for repair in torn if not _touched(foreign, repair.start, repair.end))
    for start, end in stretches:
        if _touched(foreign, start, end):
            continue
        refused = len(budget.refused)
        plain = _plain(data, start, end, encoding)
        yield from _changed(start, plain, in_step(data[start:end], encoding, budget))
        if len(budget.refused) > refused:
            passed_over.append((start, end))


def _in_other_pairs(data: bytes, codec: str, stretches: Sequence[tuple[int, int]]) -> Iterator[ByteEdit]:
    """Yield what is in the other double-byte encoding, GBK in Big5 or Big5 in GBK: failing stretches that are certainly
    Chinese in it, and beside such, every line that is likelier in it as a whole.
    """
    other = "cp950" if codec == "gb18030" else "gb18030"
    sure = [(start, end) for start, end in stretches if reads_well(strictly(data[start:end], other) or "")]
    lines = [
        repair
        for line in (_LINE.finditer(data) if sure else ())
        if not line[0].isascii() and _reads_better(line[0], other, codec)
        for repair in _stretches_as(data, *line.span(), other)
    ]
    yield from lines
    for start, end in sure:
        if not _touched(lines, start, end):
            yield from _stretches_as(data, start, end, other)


def _reads_better(line: bytes, other: str, codec: str) -> bool:
    text = strictly(line, other)
    return text is not None and _is_chinese(text) and chinese(text) > chinese(line.decode(codec, "replace"))


def _as_utf8(data: bytes, span: tuple[int, int]) -> str | None:
    """Return a stretch decoded as UTF-8 if it is valid and has a character of three bytes."""
    try:
        text = data[span[0] : span[1]].decode()
    except UnicodeDecodeError:
        return None
    return text if _WIDE.search(text) else None


def _all_utf8(data: bytes, codec: str) -> Iterator[ByteEdit]:
    """Yield every stretch that is UTF-8, in a file with some that cannot be anything else."""
    for found in _STRETCH.finditer(data):
        text = strictly(found[0], "utf-8")
        if text is not None and (_WIDE.search(text) or not _likelier(found[0].decode(codec, "replace"), text)):
            yield ByteEdit(*found.span(), text, Damage.MIXED_ENCODING, Certainty.PROVED)


def _plain(data: bytes, start: int, end: int, encoding: DoubleByte) -> Parts:
    """Return the plain reading of a stretch, which depends on the byte after it."""
    parts = plain_parts(data[start : end + 1], encoding)
    return parts if end == len(data) else parts[:-1]


def _changed(start: int, plain: Parts, read: Parts) -> Iterator[ByteEdit]:
    """Yield the repairs that turn one reading of the bytes from `start` on into the other."""
    ends = [start, *accumulate((size for size, _ in plain), initial=start)][1:]
    for first, last, text in differing(plain, read):
        yield ByteEdit(ends[first], ends[last], text)


def _joined(data: bytes, encoding: DoubleByte) -> Iterator[ByteEdit]:
    """Yield characters with escape sequences between their two bytes, and the plain reading of the bytes after them."""
    places = list(_places_torn(data, encoding))
    for number, (start, end, text) in enumerate(places):
        rest = _STRETCH.match(data, end)
        stop = rest.end() if rest else end
        if number + 1 < len(places) and places[number + 1][0] < stop:
            stop = places[number + 1][0]
        read = [(end - start, text), *plain_parts(data[end:stop], encoding)]
        for repair in _changed(start, _plain_torn(data, start, stop, encoding), read):
            yield ByteEdit(repair.start, repair.end, repair.text, certainty=Certainty.PROVED)


def _plain_torn(data: bytes, start: int, stop: int, encoding: DoubleByte) -> Parts:
    """Return the plain reading from a lone lead byte on, as one piece if it continues past `stop`."""
    parts = _plain(data, start, stop, encoding)
    if sum(size for size, _ in parts) == stop - start:
        return parts
    return [(stop - start, data[start:stop].decode(encoding.codec, "replace"))]


def _places_torn(data: bytes, encoding: DoubleByte) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, character) where a lead byte in step is followed by escape sequences and its trail byte."""
    done = 0
    while found := _TORN.search(data, done):
        start = _step_before(data, found.start(), done)
        done = found.start(3)  # no earlier escape
        try:
            data[start : found.start()].decode(encoding.codec)
            text = (found[1] + found[3]).decode(encoding.codec)
        except UnicodeDecodeError:
            continue
        done = found.end()
        yield found.start(), found.end(), text + found[2].decode("ascii")


def _step_before(data: bytes, at: int, least: int) -> int:
    """Return the start of the stretch that contains `at`."""
    while at > least and data[at - 1] >= 0x30:
        at -= 1
    return at
