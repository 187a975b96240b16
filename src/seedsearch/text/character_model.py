"""A small model of written Chinese: how likely one character follows another, and how common each is.

It judges repairs: of several proposals that pass the proof, the one that reads most like Chinese wins.
`tools/make_language.py` makes it from the word frequencies of jieba's dictionary (and describes the file format), so it
knows words, not sentences. A pair inside a word is scored by its frequency in the words of the dictionary; a pair
across two words by the probability that the first ends there times the probability that the second begins so:

    p(b | a) = count(ab) / count(a) + end(a) · start(b)

Punctuation, Latin and blanks are not in the dictionary; they are scored by class, from the table below. Scores are
natural logarithms of probabilities: 0 is certain, -2 an everyday pair, -8 a rare one, below -12 nonsense.
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
UNKNOWN = -18.0  # an ideograph that is in no word of the dictionary
NEVER = -14.0  # marks that never occur together
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

# ln p(mark | its class).
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
# ln p of a counted thing after a digit; and of a digit after a character with which dates and numbers continue.
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

# Sentence marks that occur together, and those that never close a quotation.
_EMPHATIC = frozenset(("！！", "？？", "？！", "！？", "!!", "??", "?!", "!?", "。。", ".."))
_EMPHATIC_SCORE = -5.0
_PAUSES = frozenset("，、：；,:;")


NATS = tuple(step * STEP for step in range(256))


class Followers(dict[str, dict[str, float]]):
    """First character → {second character: ln p}; rows are made on first access."""

    def __init__(self, chars: str, counts: array[int], steps: array[int], chances: bytes) -> None:
        # One object per character: each has 30 pairs, and a text needs most of them.
        self._chars, self._steps, self._chances = tuple(chars), steps, chances
        self.stored = counts, steps, chances  # number of pairs of each first character; steps of ranks; steps of nats
        self._ends = dict(zip(chars, accumulate(counts), strict=True))
        self._counts = dict(zip(chars, counts, strict=True))

    def __missing__(self, char: str) -> dict[str, float]:
        end = self._ends.get(char, 0)
        start = end - self._counts.get(char, 0)
        seconds = map(self._chars.__getitem__, accumulate(self._steps[start:end]))
        row = dict(zip(seconds, map(NATS.__getitem__, self._chances[start:end]), strict=True))
        self[char] = row
        return row


# Symbols that result from reading one byte off and are rare in text, for a character class of a regular expression.
ODD_SYMBOLS = "Α-Ωα-ωЀ-ӿɑ-ɡㄅ-ㄩ⒈-⒛⑴-⒇㈠-㈩Ⅰ-Ⅻ─-╋\ue000-\uf8ff"
COMMON = 2500  # characters of each script, which make up 98 % of modern text


@dataclass(slots=True)
class Model:
    """The dictionary's figures, by folded character; for hot loops that cannot afford a call.

    `start`, `end` and `alone` are ln p of beginning a word, of ending one, and of the character as such. `rank` is 0
    for the most frequent. `follow[a].get(b)` is ln p(b | a) if a word contains the pair; otherwise it is `end[a] +
    start[b]`.
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
        """Words of three or more characters with ln p; read on first use."""
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
    """Return the frequency rank of `char` from 0, variants counted together; `UNKNOWN_RANK` if it is not in the
    dictionary.
    """
    return model().rank.get(fold(char), UNKNOWN_RANK)


@cache
def rare() -> str:
    """Return the ideographs beyond the `COMMON` ones and `ODD_SYMBOLS`, for a character class of a regular
    expression.
    """
    han = "".join(map(chr, range(0x3400, 0xA000)))
    ranks = model().rank
    common = {a for a, b in zip(han, fold(han), strict=True) if ranks.get(b, UNKNOWN_RANK) < COMMON}
    runs = "".join(" " if c in common else c for c in han).split()
    return "".join(f"{run[0]}-{run[-1]}" for run in runs) + ODD_SYMBOLS


@lru_cache(maxsize=1 << 15)
def pair_score(a: str, b: str) -> float:
    """Return ln p(b | a) for two characters of a text in either script; about 0 to -25."""
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
    """Return ln p of `text` from the beginning of a line: the sum of its `pair_score`s. Linear in its length."""
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
    """Tell whether two marks never occur together: two stops, a stop after an opening mark, a pause before a closing
    quote.
    """
    if kind_b == STOP:
        return kind_a in (STOP, OPEN)
    return kind_b == CLOSE and a in _PAUSES and b in "”」』’》"


def class_of(char: str) -> int:
    """Return the class of `char`."""
    return classed(char)[0]


@cache
def classed(char: str) -> tuple[int, float]:
    """Return the class of `char` and its ln p within the class (0 for an ideograph, of which the model knows more)."""
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
