"""Detects the encoding of a file without a byte order mark.

Every candidate encoding decodes the same few hundred bytes, and each result is scored as the language written in that
encoding (`likelihood`). Prior knowledge is added, in nats: Chinese is likelier here than other languages; a declared
charset, and the encodings of the files in the same folder if those are certain, weigh as much as a character or two.
They are consulted only if the text itself leaves a doubt.

UTF-16 without a byte order mark must have a NUL, a line end, a blank or punctuation at a plausible place, or be
common Chinese throughout. If its line ends were changed byte by byte, or a byte is lost at an end, the original must
satisfy this; if bytes are lost within, the part of it that is in step must. Valid UTF-8 is accepted if it has three
characters of three bytes; a few words of GBK or Big5 are valid UTF-8 by accident (`Ŀ¼` is 目录), so shorter text is
compared like the others.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import Literal

from seedsearch.reading.encodings import likelihood
from seedsearch.reading.encodings.alignment import common
from seedsearch.reading.encodings.names import exactly, strictly
from seedsearch.reading.encodings.samples import Sample, beginning, sample
from seedsearch.text.folding import HAN
from seedsearch.text.late_pattern import late_pattern

# The encodings of neighbouring files, each with its proportion (0 to 1).
Neighbours = Mapping[str, float]
# Called only if there is a doubt.
Beside = Callable[[], Neighbours]

FIRST_SAMPLE, SECOND_SAMPLE = 96, 1536  # bytes
CLEAR = 24.0  # nats between the best and the second reading at which the first sample is sufficient
NEAR = 40.0  # nats behind the best by single characters within which pairs can still change the order
BROKEN = 8  # invalid places (at least a quarter of all) from which on an encoding is excluded
# Mean ln p by single characters, and number of characters, from which on a text is certainly Chinese.
EVIDENT, ENOUGH = -7.5, 24
LOOK = 128  # bytes that tell whether it can be UTF-16
DOUBTFUL = 20.0  # nats below which neighbouring files are consulted
DECLARED, BESIDE = 8.0, 8.0  # nats for a declared charset, and for the encoding of all neighbours
STRANGE = -12.0  # ln p of a control character that does not belong in text
# ln p of an ASCII character, if readings have different numbers of them. At -1, UTF-16 loses 28 more of 400 words; at
# -5 nothing changes.
ASCII = -3.0
# Additional ln p of a NUL, and of an ASCII punctuation mark: with the second at 1, 92 instead of 93 short texts of
# docs/thresholds.md are decoded correctly.
NUL, SIGN = -10.0, -3.0
SHARPNESS = 0.35  # nats per nat of the model, which treats dependent events as independent
VARIETY = {1: 0.6, 2: 0.75, 3: 0.85}  # maximum confidence of a text with one, two, three different non-ASCII characters
# Mean ln p of a character below which a text is in no known language, and from which on it is in one.
IMPLAUSIBLE, SOUND = -12.0, -9.0

# Prior knowledge in nats. Measured as in `likelihood`, errors in 400 pairs in GBK, 400 in Big5, and 10 short texts each
# in EUC-KR and cp1252: with these values 1, 8, 1, 1; other languages at -5: 3, 11, 0, 0; at -13: 0, 6, 3, 6. Big5 at 1:
# 8, 4, 1, 4; at -4: 1, 45, 1, 1. UTF-16 at -10 loses 20 more of 400 words, at 0 a text of few characters.
BEFORE = {
    "utf-8": 0.0,
    "gb18030": 0.0,
    "big5": -1.0,
    "utf-16-le": -4.0,
    "utf-16-be": -6.0,
    "utf-32-le": -4.0,
    "utf-32-be": -6.0,
    "euc_kr": -9.0,
    "shift_jis": -9.0,
    "euc_jp": -9.0,
    "cp1252": -8.0,
}
_UTF8_MOST = 2  # characters of three bytes up to which valid UTF-8 is compared with others
# Nats for two ideographs in UTF-8, which three pairs of GBK form once in thousands of times. Measured without this on
# text that is also valid GBK: of 110,049 two-character words of jieba, none was within 4 nats of GBK, of 57,940 random
# pairs 83; and of 129 random sequences of three characters that are two ideographs in UTF-8, none is a word.
IDEOGRAPHS = 4.0
_IDEOGRAPHS = late_pattern(rf"[{HAN}]{{2}}\s*")
_WIDE = re.compile(rb"[\xe0-\xf4][\x80-\xbf]{2}")
_BEYOND_ASCII = re.compile("[^\0-\x7f]")
_SIGNS = re.compile("[!-/:-@\\[-`{-~]")
_ESCAPES = re.compile(rb"\x1b\[[0-9;]*[A-Za-z]")  # colours of a BBS, also inside double-byte characters
_CONTROLS = re.compile("[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]")

WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
CHINESE = frozenset(("utf-8", "gb18030", "big5", *WIDE))
Score = Callable[[str], float]
_ROUGH: dict[str, Score] = {
    "gb18030": partial(likelihood.characters, encoding="gb18030"),
    "big5": partial(likelihood.characters, encoding="big5"),
    "euc_kr": likelihood.korean,
    "shift_jis": likelihood.japanese,
    "euc_jp": likelihood.japanese,
    "cp1252": likelihood.western,
    **dict.fromkeys(("utf-8", *WIDE), likelihood.any_language),
}
_FINE: dict[str, Score] = {
    "gb18030": partial(likelihood.chinese, encoding="gb18030"),
    "big5": partial(likelihood.chinese, encoding="big5"),
    **dict.fromkeys(("utf-8", *WIDE), likelihood.any_language_in_pairs),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A detected encoding: its confidence (0 to 1), the mean ln p of a character in it, and what decided."""

    encoding: str
    confidence: float
    mean: float
    by: str = "text"

    @property
    def plausible(self) -> bool:
        """Whether it can be text at all."""
        return self.mean > IMPLAUSIBLE


@dataclass(frozen=True, slots=True)
class _Reading:
    """A sample decoded in one encoding.

    `total` is ln p of the sample, including `controls` and `basic` (ASCII); `wide` counts non-ASCII characters.
    """

    encoding: str
    text: str
    total: float
    controls: float
    basic: float
    wide: int

    @property
    def mean(self) -> float:
        """Mean ln p of a non-ASCII character; 0 if there is none."""
        return (self.total - self.basic) / self.wide if self.wide else 0.0


def tell(data: bytes, declared: str | None, beside: Beside) -> Told:
    """Return the encoding of data that is not valid UTF-8, or contains NUL."""
    has_nul = b"\0" in data[:SECOND_SAMPLE]
    if (wide := list(_wide(data)) or (list(_slipped(data[:SECOND_SAMPLE])) if has_nul else [])) or has_nul:
        others = _named(declared)
        ways = [
            _judged(beginning(written, SECOND_SAMPLE), [*names, *others], declared, whole=True)
            for written, names in wide or [(data, [])]
        ]
        return _decided(max(ways, key=lambda way: _best(way, declared)), declared, beside)
    written = _ESCAPES.sub(b"", data) if b"\x1b[" in data else data
    readings = _judged(sample(written, FIRST_SAMPLE), _named(declared), declared)
    if _margin(readings, declared) < CLEAR and len(data) > FIRST_SAMPLE:
        readings = _judged(sample(written, SECOND_SAMPLE), _named(declared), declared)
    return _decided(readings, declared, beside)


def is_surely_utf8(data: bytes, text: str) -> bool:
    """Tell whether valid UTF-8 without NUL cannot be another encoding by chance, which is the usual case."""
    some = islice(_WIDE.finditer(data[: 1 << 16]), _UTF8_MOST, None)
    return text.isascii() or next(some, None) is not None or _is_utf8_twice(text)


def tell_utf8(data: bytes, text: str, declared: str | None, beside: Beside) -> Told:
    """Return the encoding of other valid UTF-8: UTF-8, unless it is also valid and likelier in GBK or Big5."""
    readings = _judged(sample(data, SECOND_SAMPLE), ["utf-8", "gb18030", "big5"], declared)
    if _IDEOGRAPHS.fullmatch(text):
        first, *others = readings
        readings = [replace(first, total=first.total + IDEOGRAPHS), *others]
    told = _decided(readings, declared, beside)
    return told if told.encoding == "utf-8" or exactly(data, told.encoding) else Told("utf-8", 1.0, 0.0)


def _is_utf8_twice(text: str) -> bool:
    """Tell whether a text is UTF-8 that was read as Latin-1 and written as UTF-8, which six bytes of GBK never form by
    chance.
    """
    try:
        inner = text.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return _WIDE.search(inner) is not None and strictly(inner, "utf-8") is not None


def _named(declared: str | None) -> list[str]:
    names = ["gb18030", "big5", "utf-8", "shift_jis", "euc_jp", "euc_kr", "cp1252"]
    return [*names, declared] if declared and declared not in BEFORE else names


def _judged(taken: Sample, names: list[str], declared: str | None, *, whole: bool = False) -> list[_Reading]:
    """Return the readings of a sample, scored by single characters, and by pairs if they are near the best."""
    readings: list[_Reading] = []
    for name in names:
        if name not in CHINESE and any(reading.mean > EVIDENT and reading.wide >= ENOUGH for reading in readings):
            continue
        text = _text(taken, name)
        wide = len(text) - len(text.encode("ascii", "ignore"))
        controls = STRANGE * len(_CONTROLS.findall(text)) if whole else 0.0
        basic = _basic(text, wide) if whole else 0.0
        readings.append(_Reading(name, text, controls + basic + _roughly(text, name), controls, basic, wide))
    totals = [reading.total + _prior(reading.encoding, declared, {}) for reading in readings]
    near = max(totals) - NEAR
    rivals = [reading for reading, total in zip(readings, totals, strict=True) if total > near]
    if len(rivals) < 2:
        return readings
    return [_finely(reading) if reading in rivals else reading for reading in readings]


def _basic(text: str, wide: int) -> float:
    """Return ln p of the ASCII in a text, of which candidate readings may have different amounts."""
    return ASCII * (len(text) - wide) + SIGN * len(_SIGNS.findall(text)) + NUL * text.count("\0")


def _finely(reading: _Reading) -> _Reading:
    score = _FINE.get(reading.encoding)
    return reading if score is None else replace(reading, total=reading.controls + reading.basic + score(reading.text))


def _roughly(text: str, name: str) -> float:
    bad = text.count("\ufffd")
    if bad > BROKEN and bad * 4 > len(text):
        return likelihood.BAD * len(text)
    return _ROUGH.get(name, likelihood.of_two_bytes)(text)


def _text(taken: Sample, name: str) -> str:
    if name != "big5":
        return taken.read(name)
    text = taken.read("cp950")
    return text if "\ufffd" not in text else min(text, taken.read("big5hkscs"), key=lambda one: one.count("\ufffd"))


def _prior(name: str, declared: str | None, beside: Neighbours) -> float:
    before = BEFORE.get(name, -8.0) + (DECLARED if name == declared else 0.0)
    return before + BESIDE * beside.get(name, 0.0)


def _ordered(readings: list[_Reading], declared: str | None, beside: Neighbours) -> list[tuple[float, _Reading]]:
    scored = [(reading.total + _prior(reading.encoding, declared, beside), reading) for reading in readings]
    return sorted(scored, key=lambda pair: -pair[0])


def _best(readings: list[_Reading], declared: str | None) -> float:
    return _ordered(readings, declared, {})[0][0]


def _margin(readings: list[_Reading], declared: str | None) -> float:
    (best, _), (second, _), *_ = _ordered(readings, declared, {})
    return best - second


def _decided(readings: list[_Reading], declared: str | None, beside: Beside) -> Told:
    by, shares = "text", dict[str, float]()
    if _margin(readings, declared) < DOUBTFUL and (shares := dict(beside())):
        by = "neighbours"
    ordered = _ordered(readings, declared, shares)
    best, winner = ordered[0]
    chance = 1 / sum(math.exp(max(-60.0, (score - best) * SHARPNESS)) for score, _ in ordered)
    sound = (winner.mean - IMPLAUSIBLE) / (SOUND - IMPLAUSIBLE) if winner.mean else 1.0
    surest = min(_surest(winner), max(0.3, sound))
    return Told(winner.encoding, round(chance * surest, 2), winner.mean, by)


def _surest(reading: _Reading) -> float:
    """Return the maximum confidence of a reading: a few different characters make sense in every encoding."""
    different = len(set(_BEYOND_ASCII.findall(reading.text)))
    return 0.99 if reading.encoding == "utf-8" else VARIETY.get(different, 0.99)


def _wide(data: bytes) -> Iterator[tuple[bytes, list[str]]]:
    """Yield the possible encodings with two or four bytes per character, with the bytes that show it."""
    for written in _written(data):
        if names := _wide_names(written):
            yield written, names


def _written(data: bytes) -> Iterator[bytes]:
    """Yield the data unchanged, with line ends as before a byte-by-byte change, and without an incomplete character."""
    yield data
    head = data[: SECOND_SAMPLE + LOOK]
    for sign, found, made in _LINE_ENDS:
        if sign in head:
            yield head.replace(found, made)
    if len(data) % 2:
        yield data[1:]
        yield data[:-1]


# Patterns that show that 0D was inserted before each 0A, including that of 上, or was removed; little-endian and
# big-endian.
_LINE_ENDS = (
    (b"\r\n\0", b"\r\n", b"\n"),
    (b"\0\r\n", b"\r\n", b"\n"),
    (b"\0\n\0", b"\0\n\0", b"\r\0\n\0"),
    (b"\0\0\n", b"\0\0\n", b"\0\r\0\n"),
)


def _slipped(head: bytes) -> Iterator[tuple[bytes, list[str]]]:
    """Yield the UTF-16 byte orders that data with NULs and lost bytes can have, with the part of it that is in step."""
    for name in WIDE[:2]:
        written = _in_step(head, name)
        chinese = sum(map(common().__contains__, written.decode(name, "ignore")))
        if 2 * chinese >= len(written) * SLIPPED and _has_anchors(written, name):
            yield written, [name]


def _in_step(head: bytes, name: str) -> bytes:
    """Return the bytes without those that must be skipped so that most characters are Chinese or basic ASCII."""
    order: Literal["big", "little"] = "big" if name == "utf-16-be" else "little"
    best = [(0, 0)]  # for each prefix: the score, and the bytes of the last step
    for at in range(1, len(head) + 1):
        reached = (best[at - 1][0] - SKIPPED, 1)
        if at > 1:
            char = chr(int.from_bytes(head[at - 2 : at], order))
            fits = 1 if char in common() or _BASIC.match(char) else 0 if _CJK.match(char) else -3
            reached = max(reached, (best[at - 2][0] + fits, 2))
        best.append(reached)
    pieces, at = list[bytes](), len(head)
    while at:
        size = best[at][1]
        pieces += [head[at - 2 : at]] * (size == 2)
        at -= size
    return b"".join(reversed(pieces))


def _wide_names(data: bytes) -> list[str]:
    """Return the possible encodings with two or four bytes per character."""
    head = data[:SECOND_SAMPLE]
    if b"\0" not in head:
        return [name for name in WIDE[:2] if _all_chinese(data, name)]
    return [name for name in WIDE if (name in WIDE[:2] or b"\0\0" in head) and _has_anchors(head, name)]


def _has_anchors(head: bytes, name: str) -> bool:
    """Tell whether bytes with NULs decode to plausible characters that include ASCII or are all Chinese."""
    text = head.decode(name, "ignore")
    if len(text.encode(name)) < len(head) * WRITTEN - 4:
        return False
    basic = len(_ANCHORED.findall(text))
    if basic + len(_WRITTEN.findall(text)) < len(text) * WRITTEN:
        return False
    return basic > 0 or sum(map(common().__contains__, text)) >= len(text) * 0.5


def _all_chinese(data: bytes, name: str) -> bool:
    """Tell whether bytes without NUL decode to nearly only Chinese, with enough common characters."""
    if len(data) % 2:
        return False
    text = data[:LOOK].decode(name, "ignore")
    fits = sum(map(common().__contains__, text)) + len(_BASIC.findall(text))
    if len(text) > FEW and fits >= len(text) * 0.5 and len(_CJK.findall(text)) >= len(text) * 0.95:
        return True
    if len(text) >= ENTIRE and len(_HAN.findall(text)) >= len(text) * 0.98:
        return True
    return fits >= len(text) * (0.8 if _ANCHORS.search(text) else 0.95) and len(text) > 2


_ANCHORS = re.compile("[　。，、]")
# Plausible characters besides ASCII: letters, punctuation, symbols, kana, ideographs, syllables, full-width forms.
# Line ends, blanks and digits in the other byte order (U+0A00, U+2000, U+3000 to U+3900) are not, or make fewer of
# them.
_ANCHORED = re.compile("[\t\n\r\x1b -~\xa0-\xff]")
_WRITTEN = late_pattern(
    "[\u0100-\u05ff\u1e00-\u1fff\u2010-\u27bf\u2e80-\u2fff\u3000-\u33ff\u3400-\u9fff가-힣\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00010000-\U0003ffff]"
)
# For bytes that are out of step in places: the cost of skipping one, in common characters gained; and the required
# proportion of common Chinese. Of 4,000 programs, libraries and pictures, none is taken for text.
SKIPPED, SLIPPED = 2, 0.5
WRITTEN = 0.95  # of all characters; from 0.85 to 1 nothing changes on clean text, and a page may contain noise
# Pairs of bytes of GB 2312 are never in these ranges, and those of the rest of GBK and of Big5 are rarely all in them.
_CJK = late_pattern("[\t\n\r -~\u2014-\u2026\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
# Only ideographs and punctuation, at least so many: bytes of the other encodings hardly ever form that.
_HAN = late_pattern("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
ENTIRE = 4  # at 8, 9 of 400 words in UTF-16 are lost; words in other encodings are not mistaken for it
FEW = 4  # characters
_BASIC = re.compile("[\t\n\r -~]")
