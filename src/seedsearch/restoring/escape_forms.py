r"""The forms of escapes that programs write into text, and the characters that they stand for.

| form | written by |
|---|---|
| `\u4e2d`, `\u{4e2d}`, `\U00004e2d` | JSON, Java and its .properties, JavaScript, Python |
| `\U4e2d`, `%u4E2D` | property lists and logs of Apple's systems; `escape()` of browsers |
| `\xe4\xb8\xad`, `\344\270\255` | Python's bytes and `backslashreplace`, nginx, C, git, gettext |
| `%E4%B8%AD`, `%D6%D0` | URLs: UTF-8, and GBK or Big5 of older sites |
| `%25E4%25B8%25AD` | programs that escape a URL twice |
| `=E4=B8=AD` | quoted-printable (RFC 2045), with its soft line breaks |
| `<E4><B8><AD>`, `<U+4E2D>` | less, vim and git; R |
| `"\4E2D\6587"` | style sheets, with a blank where a digit would follow; without quotes it may be a path |

A program that escapes twice doubles the backslashes. Of n in a row, the lowest set bit of n is the number that belongs
to the escape; the others are backslashes of the text: `\\\u4e2d` in JSON is a backslash and a character. In a path of
Windows that a log spells (`C:\Users\\u5f20\u4e09`), the shortest row of the run is the unit's. The second byte of a
pair of GBK or Big5 is often ASCII and stands as it is. `\u00e4\u00b8\u00ad` is bytes in units of two.
"""

from __future__ import annotations

import math
import re
from codecs import utf_8_decode
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from seedsearch.text import character_model
from seedsearch.text.folding import is_han

_HEX = "[0-9a-fA-F]"
_CODES = rf"(?<!\\)\\+(?:u(?:{_HEX}{{4}}|\{{{_HEX}{{2,6}}\}})|U(?:00[01]{_HEX}{{5}}|{_HEX}{{4}}))"
_OF_BROWSERS = f"%u{_HEX}{{4}}"
_OF_R = r"<U\+[0-9A-F]{4,6}>"
_OF_STYLES = rf"(?<!\\)\\[4-9fF]{_HEX}{{3}}(?!{_HEX}) ?"
_OF_PAGERS = "<[89A-F][0-9A-F]>"
_BYTES = rf"(?<!\\)\\+(?:x{_HEX}{{2}}|[0-3][0-7]{{2}})"
_PERCENT = f"%(?:25)*{_HEX}{{2}}"
_PRINTABLE = "=[0-9A-F]{2}"
_SOFT = r"(?:=[ \t]{0,8}\r?\n)"

# A high byte, and all that follows it: escaped, or the ASCII byte of a pair.
_RUNS = (
    rf"(?P<codes>(?:{_CODES})++|(?:{_OF_BROWSERS})++|(?:{_OF_R})++|(?<=[\"'])(?:{_OF_STYLES}){{2,}}+)",
    rf"(?P<bytes>(?<!\\)\\+(?:x[89a-fA-F]{_HEX}|[23][0-7]{{2}})(?:{_BYTES}|(?<=x[89a-fA-F]{_HEX})[@-\[\]-~])*+)",
    rf"(?P<shown>(?:{_OF_PAGERS})++)",
    rf"(?P<percent>%(?:25)*[89a-fA-F]{_HEX}(?:{_PERCENT}|(?<=%[89a-fA-F]{_HEX})[@-~])*+)",
    rf"(?P<printable>{_SOFT}?=[89A-F][0-9A-F](?:{_PRINTABLE}|{_SOFT}|(?<==[89A-F][0-9A-F])[@-~])*+)",
)
_RUN = re.compile("|".join(_RUNS))
# What a run begins with: it is found in a fiftieth of the time that all alternatives take.
_BEGIN = re.compile(r"[\\%<=][\\uUx0-9a-fA-F \t\r\n]")
SOFT = re.compile(_SOFT)  # a line that goes on, in quoted-printable
_UNITS = (_CODES, _OF_BROWSERS, _OF_R, _OF_STYLES, _OF_PAGERS, _BYTES, _PERCENT, _PRINTABLE, ".")
_UNIT = re.compile("|".join(_UNITS), re.DOTALL)
# Bytes that are all spelled in the same way, without anything between them.
_ALIKE = re.compile(rf"(?:\\x{_HEX}{{2}})+|(?:%{_HEX}{{2}})+|(?:={_HEX}{{2}})+|(?:<{_HEX}{{2}}>)+")
_NO_DIGITS = re.compile(r"[\\x%=<>]")
_PATH = re.compile(r"(?<![A-Za-z])[A-Za-z]:(?:\\[^\s\"'<>|*?]*)?\Z")
# Runs that are kept with what they spell, five megabytes at most, and the characters of one that is.
KEPT, KEPT_RUN = 2048, 100
LONGEST_PATH = 200  # code points before a run in which a path may begin; a path of Windows has 260 at most

# Mean ln p under which bytes are not believed to be GBK or Big5, as in `latin1`: of 15 damaged texts of
# docs/thresholds.md that are fully restored, 13 are at -5.3, all at -13.3.
GIBBERISH = -9.3
_OLDER = ("gb18030", "big5hkscs")
BROKEN = 10  # of so many characters one can be none
_PAIRS = re.compile(rb"[\x81-\xfe][\x40-\xfe]|.", re.DOTALL)
_MARKS = re.compile("[ -~°±×÷·—…‘’“”\u2015-\u203b\u3000-\u303f\uff01-\uff5e\uffe0-\uffe6]+")


class Units(NamedTuple):
    """What a run is made of, as columns: where each unit starts and ends in the run, and its value.

    That is a code unit of UTF-16, a code point, or a byte; -1 for a soft line break.
    """

    starts: list[int]
    ends: list[int]
    values: list[int]

    def add(self, start: int, end: int, value: int) -> None:
        """Append one unit."""
        self.starts.append(start)
        self.ends.append(end)
        self.values.append(value)


class Spelled(NamedTuple):
    """A character, and where it is spelled; no character for a soft line break."""

    start: int
    end: int
    char: str


def runs(text: str) -> Iterator[re.Match[str]]:
    """Yield the runs of a text in which characters may be spelled; the name of the last group is that of the form."""
    at = 0
    while begin := _BEGIN.search(text, at):
        at = begin.start()
        run = _RUN.match(text, at)
        at = at + 1 if run is None else run.end()
        if run is not None:
            yield run


def spelled(run: re.Match[str], *, older: bool = False) -> list[Spelled]:
    """Return the characters of one of the `runs`, in order; those that are none (a half of a surrogate pair) are left
    out.

    Empty where the bytes are neither UTF-8 nor GBK or Big5 that reads as Chinese. `older`: bytes that may be either,
    and hold no character of three bytes, are not UTF-8 (D2 BB is һ, and 一).
    """
    at, what = run.start(), (run[0], run.lastgroup, _most(run), older)
    if len(run[0]) > KEPT_RUN:
        return _spelled(*what, at)
    return [Spelled(at + start, at + end, char) for start, end, char in _kept(*what)]


@lru_cache(maxsize=KEPT)
def _kept(run: str, form: str | None, most: int, older: bool) -> list[Spelled]:
    """Return the characters of a run by itself: a page is looked through several times."""
    return _spelled(run, form, most, older, 0)


def _spelled(run: str, form: str | None, most: int, older: bool, at: int) -> list[Spelled]:
    """Return the characters of a run of one of the forms, which begins at `at`."""
    units = _spelled_units(run, most)
    if form != "codes":
        return _of_bytes(units, at, older=older)
    if all(value <= 0xFF for value in units.values) and _are_text(made := _of_bytes(units, at)):
        return made
    return list(_of_codes(units, at))


def in_pairs(run: re.Match[str]) -> bool:
    """Tell whether one of the `runs` spells bytes that are not UTF-8."""
    return run.lastgroup != "codes" and _utf8(_stream(_spelled_units(run[0], _most(run)).values)) is None


def _most(run: re.Match[str]) -> int:
    """Return how many backslashes of a row may belong to an escape of a run, behind what stands before it."""
    before = max(0, run.start() - LONGEST_PATH)
    if "\\" not in run[0] or run.string.find(":", before, run.start()) < 0:
        return len(run[0])
    if _PATH.search(run.string, before, run.start()) is None:
        return len(run[0])
    return min(filter(None, map(_backslashes, _UNIT.finditer(run[0]))), default=0)


def _spelled_units(run: str, most: int) -> Units:
    units = Units([], [], [])
    at = 0
    for soft in SOFT.finditer(run):
        _add_units(units, run, at, soft.start(), most)
        units.add(*soft.span(), -1)
        at = soft.end()
    _add_units(units, run, at, len(run), most)
    return units


def _add_units(units: Units, run: str, start: int, end: int, most: int) -> None:
    """Append the units of a part of a run that holds no soft line break."""
    if not _ALIKE.fullmatch(run, start, end):
        for m in _UNIT.finditer(run, start, end):
            units.add(*_unit(m, most))
        return
    second = run.find(run[start], start + 1, end)
    size = (second if second > 0 else end) - start
    units.starts.extend(range(start, end, size))
    units.ends.extend(range(start + size, end + size, size))
    units.values.extend(bytes.fromhex(_NO_DIGITS.sub("", run[start:end])))


def _are_text(made: list[Spelled]) -> bool:
    """Return whether bytes that were taken for characters spell two ideographs: one is `é »`, as French quotes end."""
    return sum(len(one.char) == 1 and is_han(one.char) for one in made) > 1


def _backslashes(m: re.Match[str]) -> int:
    return len(m[0]) - len(m[0].lstrip("\\"))


def _unit(m: re.Match[str], most: int) -> tuple[int, int, int]:
    """Return where a unit stands as it is spelled, with `most` backslashes at most, and its value."""
    shown = m[0].lstrip("\\")
    if len(m[0]) == 1:
        return *m.span(), ord(m[0])
    if shown[0] in "01234567" and len(shown) == 3:
        value = int(shown, 8)
    elif shown[0] == "%" and shown[1] not in "uU":
        value = int(shown[-2:], 16)
    else:
        value = int(shown.strip("\\%=uUx{}<>+ "), 16)
    count = len(m[0]) - len(shown)
    return m.start() + count - min(count & -count, most), m.end(), value


def _of_codes(units: Units, at: int) -> Iterator[Spelled]:
    high, begin = 0, 0  # the first half of a surrogate pair, and where it starts
    for start, end, value in zip(*units, strict=True):
        if high and 0xDC00 <= value < 0xE000:
            yield Spelled(at + begin, at + end, chr(0x10000 + ((high - 0xD800) << 10) + value - 0xDC00))
            high = 0
            continue
        high, begin = (value, start) if 0xD800 <= value < 0xDC00 else (0, 0)
        if not 0xD800 <= value < 0xE000 and value < 0x110000:
            yield Spelled(at + start, at + end, chr(value))


def _stream(values: Iterable[int]) -> bytes:
    return bytes([value for value in values if value >= 0])


def _of_bytes(units: Units, at: int, *, older: bool = False) -> list[Spelled]:
    starts, ends, values = units
    soft = [number for number, value in enumerate(values) if value < 0]
    if soft:
        starts, ends = ([of[number] for number, value in enumerate(values) if value >= 0] for of in (starts, ends))
    made: list[Spelled] = []
    first = 0
    for size, char in _read(_stream(values), older=older):
        if char:
            made.append(Spelled(at + starts[first], at + ends[first + size - 1], char))
        first += size
    return [*made, *(Spelled(at + units.starts[i], at + units.ends[i], "") for i in soft)] if made else []


def _read(stream: bytes, *, older: bool) -> list[tuple[int, str]]:
    """Return the characters of `stream` with their sizes: UTF-8, but for one cut off at the end, or what reads best."""
    text = _utf8(stream)
    if text is None or (older and max(text, default="") < "\u0800"):
        readings = [_in_pairs(stream, codec) for codec in _OLDER]
        if text is None or any(made for _, made in readings):
            return max(readings, key=lambda reading: reading[0])[1]
    return [(len(char.encode()), char) for char in text]


def _utf8(stream: bytes) -> str | None:
    try:
        return utf_8_decode(stream, "strict", False)[0]
    except UnicodeDecodeError:
        return None


def _in_pairs(stream: bytes, codec: str) -> tuple[float, list[tuple[int, str]]]:
    """Return the mean ln p of `stream` in an encoding of pairs, and its characters; none where it does not read so."""
    pieces = _PAIRS.findall(stream)
    chars = [piece.decode(codec, "ignore") for piece in pieces]
    text = "".join(chars)
    if chars.count("") * BROKEN > len(chars) or not (any(map(is_han, text)) or _MARKS.fullmatch(text)):
        return -math.inf, []
    mean = character_model.score(text) / len(text)
    if mean < GIBBERISH and not _MARKS.fullmatch(text):
        return -math.inf, []
    return mean, [(len(piece), char) for piece, char in zip(pieces, chars, strict=True)]
