"""Which encoding a file without a mark is in.

Every candidate reads the same few hundred bytes, and each reading is scored as the language that is written in that
encoding (`likelihood`). To that comes what is known beforehand, in nats: Chinese is likelier here than other
languages; a declared charset, and the encodings of the files beside this one, where they are sure of their own, weigh
as much as a character or two. They are only asked where the text itself leaves a doubt.

UTF-16 without a mark has to show a NUL, a line end, a blank or a mark of punctuation where it would stand, or to
be common Chinese throughout. What is valid UTF-8 is believed where it holds three characters of three bytes; a few
words of GBK or Big5 are valid UTF-8 by accident (`Ŀ¼` is 目录), so a shorter one is compared like the others.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from seedsearch.reading.encodings import likelihood
from seedsearch.reading.encodings.alignment import common
from seedsearch.reading.encodings.samples import Sample, sample

# The encodings of files beside this one, each with its share (0 to 1).
Neighbours = Mapping[str, float]
# Asked only where there is a doubt.
Beside = Callable[[], Neighbours]

FIRST_SAMPLE, SECOND_SAMPLE = 96, 1536  # bytes
CLEAR = 24.0  # nats between the best and the next reading at which the first sample is enough
NEAR = 40.0  # nats behind the best, by single characters, within which pairs can still turn it
BROKEN = 8  # places that an encoding can not read, and a quarter of all, from which on it is out of the question
# Mean ln p by single characters, and number of characters, from which on Chinese is no other language.
EVIDENT, ENOUGH = -7.5, 24
LOOK = 128  # bytes that show whether it can be UTF-16
DOUBTFUL = 20.0  # nats under which neighbours are asked
DECLARED, BESIDE = 8.0, 8.0  # nats for a declared charset, and for one that all neighbours are in
STRANGE = -12.0  # ln p of a control character that no text needs
ASCII = -3.0  # ln p of a character of ASCII, where readings differ in how many they have
SHARPNESS = 0.35  # of a nat of the model is worth a nat: it counts as independent what is not
IMPLAUSIBLE, SOUND = -12.0, -9.0  # mean ln p of a character: under which it is no known language, and from which it is

# What is known beforehand, in nats. Measured on words and on sources with two comments: CHANGELOG and benchmarks.
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
_WIDE = re.compile(rb"[\xe0-\xf4][\x80-\xbf]{2}")
_CONTROLS = re.compile("[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]")

CHINESE = frozenset(("utf-8", "gb18030", "big5", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"))
Score = Callable[[str], float]
_ROUGH: dict[str, Score] = {
    "gb18030": likelihood.characters,
    "big5": likelihood.characters,
    "euc_kr": likelihood.korean,
    "shift_jis": likelihood.japanese,
    "euc_jp": likelihood.japanese,
    "cp1252": likelihood.western,
    **dict.fromkeys(("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"), likelihood.any_language),
}
_FINE: dict[str, Score] = {
    name: likelihood.chinese if score is likelihood.characters else likelihood.any_language_in_pairs
    for name, score in _ROUGH.items()
    if score in (likelihood.characters, likelihood.any_language)
}


@dataclass(frozen=True, slots=True)
class Told:
    """An encoding, how sure it is (0 to 1), the mean ln p of a character in it, and by what it was told."""

    encoding: str
    confidence: float
    mean: float
    by: str = "text"

    @property
    def plausible(self) -> bool:
        """Whether it reads as a text at all."""
        return self.mean > IMPLAUSIBLE


@dataclass(frozen=True, slots=True)
class _Reading:
    """A sample as one encoding reads it.

    `total` is ln p in all, of which `controls` and `basic` (ASCII) are parts; `wide` counts what is not ASCII.
    """

    encoding: str
    text: str
    total: float
    controls: float
    basic: float
    wide: int

    @property
    def mean(self) -> float:
        """ln p of a character that is not ASCII; 0 where there is none."""
        return (self.total - self.basic) / self.wide if self.wide else 0.0


def tell(data: bytes, declared: str | None, beside: Beside) -> Told:
    """The encoding of what is not valid UTF-8, or holds NUL."""
    if (names := _wide_names(data)) or b"\0" in data[:SECOND_SAMPLE]:
        head = Sample(data[: SECOND_SAMPLE & ~3] if len(data) > SECOND_SAMPLE else data)
        return _decided(_judged(head, [*names, *_named(declared)], declared, whole=True), declared, beside)
    readings = _judged(sample(data, FIRST_SAMPLE), _named(declared), declared)
    if _margin(readings, declared) < CLEAR and len(data) > FIRST_SAMPLE:
        readings = _judged(sample(data, SECOND_SAMPLE), _named(declared), declared)
    return _decided(readings, declared, beside)


def tell_utf8(data: bytes, text: str, declared: str | None, beside: Beside) -> Told:
    """The encoding of what is valid UTF-8 without NUL: that, where it is not GBK or Big5 by accident."""
    if text.isascii() or len(_WIDE.findall(data[: 1 << 16])) > _UTF8_MOST:
        return Told("utf-8", 1.0, 0.0)
    readings = _judged(sample(data, SECOND_SAMPLE), ["utf-8", "gb18030", "big5"], declared)
    return _decided(readings, declared, beside)


def _named(declared: str | None) -> list[str]:
    names = ["gb18030", "big5", "utf-8", "shift_jis", "euc_jp", "euc_kr", "cp1252"]
    return [*names, declared] if declared and declared not in BEFORE else names


def _judged(taken: Sample, names: list[str], declared: str | None, *, whole: bool = False) -> list[_Reading]:
    """The readings of a sample, scored by single characters, and those that are near the best in pairs."""
    readings: list[_Reading] = []
    for name in names:
        if name not in CHINESE and any(reading.mean > EVIDENT and reading.wide >= ENOUGH for reading in readings):
            continue
        text = _text(taken, name)
        wide = len(text) - len(text.encode("ascii", "ignore"))
        controls = STRANGE * len(_CONTROLS.findall(text)) if whole else 0.0
        basic = ASCII * (len(text) - wide) if whole else 0.0
        readings.append(_Reading(name, text, controls + basic + _roughly(text, name), controls, basic, wide))
    totals = [reading.total + _prior(reading.encoding, declared, {}) for reading in readings]
    near = max(totals) - NEAR
    rivals = [reading for reading, total in zip(readings, totals, strict=True) if total > near]
    if len(rivals) < 2:
        return readings
    return [_finely(reading) if reading in rivals else reading for reading in readings]


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
    return Told(winner.encoding, round(chance * min(0.99, max(0.3, sound)), 2), winner.mean, by)


def _wide_names(data: bytes) -> list[str]:
    """The encodings of two and four bytes a character that the data can be in."""
    head = data[:SECOND_SAMPLE]
    names = [name for name in ("utf-16-le", "utf-16-be") if _looks_wide(data, name, nul=b"\0" in head)]
    return names + [
        name for name in ("utf-32-le", "utf-32-be") if b"\0\0" in head and _looks_wide(data, name, nul=True)
    ]


_ANCHORS = re.compile("[\n\r 　。，、]")
# Of other scripts that are written in UTF-16 with blanks and line ends between.
_LETTERS = re.compile("[\t\n\r -\u05ff\u1e00-\u206f\u3040-\u30ff가-힣]")


def _looks_wide(data: bytes, name: str, *, nul: bool) -> bool:
    """Whether the beginning reads as text: with a NUL, mostly; with another anchor, nearly; else throughout."""
    if len(data) % 2 and not nul:
        return False
    text = data[:LOOK].decode(name, "ignore")
    fits = sum(map(common().__contains__, text)) + len(_LETTERS.findall(text) if nul else _BASIC.findall(text))
    if not nul and len(text) > FEW and fits >= len(text) * 0.5 and len(_CJK.findall(text)) >= len(text) * 0.95:
        return True
    least = 0.6 if nul else 0.8 if _ANCHORS.search(text) else 0.95
    return fits >= len(text) * least and len(text) > (0 if nul else 2)


# Bytes of GB 2312 in pairs are all beyond these, and those of the rest of GBK and of Big5 seldom are all in them.
_CJK = re.compile("[\t\n\r -~\u2014-\u2026\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
FEW = 4  # characters
_BASIC = re.compile("[\t\n\r -~]")
