"""A small model of written Chinese: how likely one character follows another, and how common it is.

It judges repairs: of several proposals that survive the proof, the one that reads as Chinese wins. It is made from the
word frequencies of jieba's dictionary by `tools/make_language.py` (the file format is described there) and knows
words, not sentences. Inside a word a pair is scored by how often the dictionary's words hold it;
across the border of two words by the chance that the one ends there times the chance that the other begins so:

    p(b | a) = count(ab) / count(a) + end(a) · start(b)

Marks, Latin and blanks are not in the dictionary; they are scored by class, from the table below.
Scores are natural logarithms of chances: 0 is certain, -2 an everyday pair, -8 a rare one, under -12 nonsense.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from itertools import accumulate

from seedsearch.text.folding import fold, is_han

STEP = -0.25  # one stored step, in nats
UNKNOWN = -18.0  # an ideograph that no word of the dictionary holds
NEVER = -14.0  # marks that never stand together
UNKNOWN_RANK = 1 << 20

# Classes: ideograph, opening mark, closing mark, sentence mark, dash, Latin and digits, white space, others.
HAN, OPEN, CLOSE, STOP, DASH, LATIN, BLANK, OTHER = range(8)

# ln p(class of the next | class of this one), rounded from modern prose, news and encyclopaedia text.
FOLLOWS = (
    # han   open  close  stop   dash  latin blank other
    (-0.18, -4.6, -4.6, -2.2, -6.0, -4.0, -4.8, -7.5),  # han
    (-0.20, -4.0, -6.0, -7.0, -6.0, -2.2, -6.0, -4.5),  # open
    (-0.60, -2.8, -4.0, -1.4, -5.5, -4.5, -2.3, -5.0),  # close
    (-0.35, -3.2, -3.5, -7.5, -6.0, -4.2, -1.7, -5.8),  # stop
    (-0.90, -4.6, -3.5, -4.6, -0.7, -3.5, -4.0, -5.3),  # dash
    (-2.80, -5.3, -4.0, -3.0, -4.0, -0.3, -2.3, -3.5),  # latin
    (-0.50, -3.2, -6.0, -5.8, -5.3, -2.3, -1.5, -3.5),  # blank
    (-2.30, -4.6, -4.0, -3.5, -4.6, -1.2, -1.6, -1.1),  # other
)

# Marks with ln p(mark | its class).
_BRACKETS = (-1.2, -2.0, -1.5, -1.2, -3.5, -3.5, -4.5, -3.5, -5.0, -2.5, -3.0, -5.0)
_STOPS = (-0.8, -1.3, -2.2, -3.2, -3.7, -4.2, -4.2, -5.0, -5.0, -5.0, -5.0, -5.0, -5.0)
MARKS: dict[str, tuple[int, float]] = (
    {c: (STOP, p) for c, p in zip("，。、：；！？,.:;!?", _STOPS, strict=True)}
    | {c: (OPEN, p) for c, p in zip("“「《（‘『〈【〔([{", _BRACKETS, strict=True)}
    | {c: (CLOSE, p) for c, p in zip("”」》）’』〉】〕)]}", _BRACKETS, strict=True)}
    | {c: (DASH, p) for c, p in zip("—…·-～~", (-1.0, -1.2, -2.0, -1.5, -4.5, -4.5), strict=True)}
    | dict.fromkeys("\n ", (BLANK, -0.8))
    | dict.fromkeys("\r\t\u3000\xa0", (BLANK, -3.0))
    | dict.fromkeys("/=\"'_%+*#<>@&|\\^`$", (OTHER, -3.0))
)
# After a digit, ln p of what is counted; and of a digit after what dates and numbers go on with.
COUNTED = dict(
    zip(
        "年月日个万亿人岁元次名号时分",
        (-1.8, -2.0, -2.0, -3.5, -3.0, -3.5, -3.5, -4.0, -4.0, -4.0, -4.0, -4.0, -4.5, -4.5),
        strict=True,
    )
)
NUMBERED = frozenset("年月第共约于")
NUMBER = -4.2
SYMBOL = -9.0  # ln p of any other symbol, kana or foreign letter within OTHER
LETTER, DIGIT = -4.2, -2.6  # ln p of a letter and of a digit within LATIN

# Sentence marks that stand together, and those that never close a quotation.
_EMPHATIC = frozenset(("！！", "？？", "？！", "！？", "!!", "??", "?!", "!?", "。。", ".."))
_EMPHATIC_SCORE = -5.0
_PAUSES = frozenset("，、：；,:;")


NATS = tuple(step * STEP for step in range(256))


class Followers(dict[str, dict[str, float]]):
    """First character → {second character: ln p}; a row is made when it is first asked for."""

    def __init__(self, chars: str, counts: array[int], steps: array[int], chances: bytes) -> None:
        # One object for each character: there are 30 pairs of each, and a text asks for most of them.
        self._chars, self._steps, self._chances = tuple(chars), steps, chances
        self.stored = counts, steps, chances  # how many rows of each first character; steps of ranks; steps of nats
        self._ends = dict(zip(chars, accumulate(counts), strict=True))
        self._counts = dict(zip(chars, counts, strict=True))

    def __missing__(self, char: str) -> dict[str, float]:
        end = self._ends.get(char, 0)
        start = end - self._counts.get(char, 0)
        seconds = map(self._chars.__getitem__, accumulate(self._steps[start:end]))
        row = dict(zip(seconds, map(NATS.__getitem__, self._chances[start:end]), strict=True))
        self[char] = row
        return row


# Symbols that a reader one byte off makes and a text hardly holds; as the inside of a regular expression's class.
ODD_SYMBOLS = "Α-Ωα-ωЀ-ӿɑ-ɡㄅ-ㄩ⒈-⒛⑴-⒇㈠-㈩Ⅰ-Ⅻ─-╋\ue000-\uf8ff"
COMMON = 2500  # characters, of each script, that make up 98 in 100 of modern text


@dataclass(slots=True)
class Model:
    """The dictionary's figures, by folded character; for hot loops that cannot afford a call.

    `start`, `end`, `alone`: ln p of beginning a word, of ending one, and of the character as such.
    `rank`: 0 is the most frequent.
    `follow[a].get(b)`: ln p(b | a) where a word holds the pair; otherwise it is `end[a] + start[b]`.
    """

    rank: dict[str, int]
    start: dict[str, float]
    end: dict[str, float]
    alone: dict[str, float]
    follow: Followers
    _words: bytes
    _word_chances: bytes
    _long: dict[str, float] = field(default_factory=dict)

    @property
    def long_words(self) -> dict[str, float]:
        """Words of three characters and more with ln p; read on first use."""
        if not self._long:
            spelled = self._words.decode("utf-16-le").split()
            self._long = {w: NATS[chance] for w, chance in zip(spelled, self._word_chances, strict=True)}
        return self._long


@cache
def model() -> Model:
    """Return the model, read on first use."""
    content = zlib.decompress(files("seedsearch.text").joinpath("character_model.bin").read_bytes())
    char_count, pair_count, word_count = _integers(content[:12], "I")
    at = 12

    def take(size: int) -> bytes:
        nonlocal at
        at += size
        return content[at - size : at]

    chars = take(2 * char_count).decode("utf-16-le")
    start, end, alone = (dict(zip(chars, map(NATS.__getitem__, take(char_count)), strict=True)) for _ in range(3))
    counts = _integers(take(2 * char_count), "H")
    steps = bytearray(2 * pair_count)
    steps[::2], steps[1::2] = take(pair_count), take(pair_count)
    follow = Followers(chars, counts, _integers(bytes(steps), "H"), take(pair_count))
    words = content[at : len(content) - word_count]
    rank = dict(zip(chars, range(char_count), strict=True))
    return Model(rank, start, end, alone, follow, words, content[len(content) - word_count :])


def _integers(stored: bytes, code: str) -> array[int]:
    made = array(code)
    made.frombytes(stored)
    if sys.byteorder == "big":
        made.byteswap()
    return made


@lru_cache(maxsize=1 << 14)
def rank(char: str) -> int:
    """Place of `char` by frequency, variants counted together, from 0; `UNKNOWN_RANK` if not in the dictionary."""
    return model().rank.get(fold(char), UNKNOWN_RANK)


@cache
def rare() -> str:
    """Ideographs beyond the `COMMON` ones and `ODD_SYMBOLS`, as the inside of a regular expression's class."""
    han = "".join(map(chr, range(0x3400, 0xA000)))
    ranks = model().rank
    common = {a for a, b in zip(han, fold(han), strict=True) if ranks.get(b, UNKNOWN_RANK) < COMMON}
    runs = "".join(" " if c in common else c for c in han).split()
    return "".join(f"{run[0]}-{run[-1]}" for run in runs) + ODD_SYMBOLS


@lru_cache(maxsize=1 << 15)
def pair_score(a: str, b: str) -> float:
    """ln p(b | a) for two characters as they stand in a text, in either script; about 0 to -25."""
    kind_a, _ = classed(a)
    kind_b, within = classed(b)
    if kind_a == kind_b == HAN:
        return FOLLOWS[HAN][HAN] + _han_pair(_folded(a), _folded(b))
    if kind_b != HAN:
        if a + b in _EMPHATIC:
            return _EMPHATIC_SCORE
        if kind_a == HAN and b.isdigit() and _folded(a) in NUMBERED:
            return NUMBER
        return NEVER if _never(a, b, kind_a, kind_b) else FOLLOWS[kind_a][kind_b] + within
    if a.isdigit() and b in COUNTED:
        return COUNTED[b]
    return FOLLOWS[kind_a][HAN] + model().start.get(_folded(b), UNKNOWN)


def score(text: str) -> float:
    """ln p of `text`, from the beginning of a line: the sum of its `pair_score`s. Linear in its length."""
    return sum(map(pair_score, "\n" + text, text))


@lru_cache(maxsize=1 << 14)
def _folded(char: str) -> str:
    """`fold` of one character."""
    return fold(char)


def _han_pair(a: str, b: str) -> float:
    known = model()
    inside = known.follow[a].get(b)
    return inside if inside is not None else known.end.get(a, 0.0) + known.start.get(b, UNKNOWN)


def _never(a: str, b: str, kind_a: int, kind_b: int) -> bool:
    """Return whether marks do not stand together: two stops, a stop after an opening mark, a pause before a closing
    quote.
    """
    if kind_b == STOP:
        return kind_a in (STOP, OPEN)
    return kind_b == CLOSE and a in _PAUSES and b in "”」』’》"


def class_of(char: str) -> int:
    """Return which of the classes `char` is of."""
    return classed(char)[0]


@cache
def classed(char: str) -> tuple[int, float]:
    """Class of `char` and ln p of it within the class (of an ideograph, 0: the model knows more)."""
    if char in MARKS:
        return MARKS[char]
    if is_han(char):
        return HAN, 0.0
    if (char.isascii() and char.isalnum()) or "０" <= char <= "ｚ":
        return LATIN, DIGIT if char.isdigit() else LETTER
    code = ord(char)
    if char == "\ufffd" or 0xE000 <= code < 0xF900 or code < 0x20 or 0x7F <= code < 0xA0 or code >= 0xF0000:
        return OTHER, NEVER
    return OTHER, SYMBOL
