"""The likelihood of a text, in nats, as Chinese and as other languages whose encodings are confused with those of
Chinese.

The numbers were moved one at a time and what was read wrongly counted: of 400 words of the dictionary and 400 random
pairs of frequent characters, 30 texts of each of the kinds of `benchmarks.harm_kinds`, all in GB18030 and Big5,
and 40 short texts of other languages. SYMBOLS at -11 loses 29 of 30 boards to Hangul; at -5, two pairs more in Big5.
HANJA at -12 loses two copybooks more to Korean; at -18 nothing changes. UNKNOWN at -12 and WITHOUT_KANA at 0 each lose
one of 60 texts of one to three characters. BAD may be -14 to -30, READING and LETTERS 3 nats more or less.

The Korean and Japanese tables were written for this: the syllables and kana that make up most of running text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from seedsearch.reading.encodings.areas import Area, area_of
from seedsearch.text import character_model
from seedsearch.text.folding import fold, is_han
from seedsearch.text.late_pattern import late_pattern

BAD = -20.0  # ln p of an invalid place
UNKNOWN = -15.0  # ln p of a character outside the language
SYMBOLS = -8.0  # ln p of ●, ■, ─ and similar symbols, with which notices are decorated in any language
NOT_CHINESE = -4.0  # prior of letters in UTF-8 in a file without ideographs
# Mean ln p and number of characters from which on a stretch is certainly Chinese: with the first at -4.5, none of 3
# damaged texts of docs/thresholds.md is fully restored any more.
WELL, LEAST = -8.5, 4

# Vowels with tone marks, which GB 2312 and Unicode have for pinyin; the score of one after a letter, and of others.
PINYIN = frozenset("āáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜüêɑ")
READING, LONE_READING = -5.0, -8.0  # ln p
# Two adjacent letters of one alphabet, or numbers of one kind; the score of the second.
_LISTED = re.compile("[Α-ω]{2}|[Ё-ё]{2}|[ㄅ-ㄩ]{2}|[ぁ-ん]{2}|[ァ-ヶ]{2}|[①-⒛]{2}|[㈠-㈩]{2}|[Ⅰ-Ⅻ]{2}")
LETTERS = -6.5  # ln p
# Planes of Unicode without characters, in which four-byte UTF-8 by chance falls, such as two ideographs in GBK; the
# private planes after them have signs drawn by programs.
_UNASSIGNED = re.compile("[\U00040000-\U000dffff\U000e0200-\U000effff]")
# Letters used beside Chinese, and the score of a single one.
_SPELLING = re.compile("[Ё-ёㄅ-ㄩ]")
LONE_LETTER = -9.5  # ln p

# The characters of Cantonese, few of which are in a dictionary of the written language, and their ln p. Of 6,000
# words of that dictionary in GBK and 2,286 in Big5, as many are decoded correctly with this as without.
_CANTONESE = frozenset("佢哋嘅喺啲嘢冇咁唔嚟攞瞓嗰咗嚿啱咩噉乜嘥嗌揾畀諗掟孭俾睇啩喎嘞囉咪嗱晒郁")
CANTONESE = -8.0  # ln p

_RULES = frozenset("●○◎◆◇■□★☆▲△▼▽※→←↑↓─━│┃┌┐└┘├┤┬┴┼═║╔╗╚╝╠╣▁▂▃▄▅▆▇█▉▊▋▌▍▎▏①②③④⑤⑥⑦⑧⑨⑩×÷±°℃§№〃·•‧￣＿＊＃＝＋－／＼｜")


class _Pairs(dict[str, float]):
    """Two characters → ln p of the second after the first, in one encoding; caches the most frequent ones."""

    LARGEST = 1 << 16

    def __init__(self, area: Area) -> None:
        self._area = area

    def __missing__(self, pair: str) -> float:
        if len(self) >= self.LARGEST:
            self.clear()
        self[pair] = score = self._score(pair[0], pair[1])
        return score

    def _score(self, a: str, b: str) -> float:
        if b in "\ufffd\u0a00\u0d00":
            return BAD
        if b < "\x80":
            return 0.0 if a < "\x80" else -1.5 if not b.isalnum() or a in PINYIN else -4.0
        if b in _RULES:
            return SYMBOLS
        if b in PINYIN:
            return READING if a.isascii() and a.isalpha() else LONE_READING
        if is_han(b):
            return max(character_model.pair_score(a, b), self._area(b), CANTONESE if b in _CANTONESE else BAD)
        return max(character_model.pair_score(a, b), LETTERS if _LISTED.search(a + b) else -13.0)


@cache
def _pairs(encoding: str) -> _Pairs:
    return _Pairs(area_of(encoding))


def chinese(text: str, encoding: str = "utf-8") -> float:
    """Return ln p of `text` as Chinese in either script, from the beginning of a line, decoded in `encoding`."""
    return sum(map(_pairs(encoding).__getitem__, map(str.__add__, "\n" + text, text)))


def reads_well(text: str) -> bool:
    """Tell whether a text is certainly Chinese: no invalid place, enough characters, none of them odd."""
    wide = [char for char in text if char >= "\x80"]
    return len(wide) >= LEAST and "\ufffd" not in text and chinese(text) > WELL * len(wide)


# Most frequent first; together, nine in ten syllables of running text.
_SYLLABLES = (
    "이다는에을의가지고를하은로한기사자도시서그나아어리인대스정일수라해만게들으있과안여보주제전니부와장구상면것마습요"
    "었우오적성러원세년공소조비미화할관트관무동경생내되계신위용바진방차선했문분개유국학교치모연말거물업실회당중없모때"
    "까였않발터민단체심같더며드음현려간명회려산타반재금결작통체설각저레두외남식배품행영노강받파버던르크프출입본역난호많면"
    "른점목지데누군론살속편표술책감류불야능포예초종활질카상형평양월직돌십락번광건얼황복임달후울브코청북박합함절열벌증변권"
    "추알석몸머올추험씨격요립규법및료병밀력록료란눈약왔히큰메될려색티루피테토키디슈애쪽투새처늘색운특채케채온길향확환봉칠"
)
_SYLLABLE = {char: -3.4 - 0.012 * rank for rank, char in enumerate(dict.fromkeys(_SYLLABLES))}
_RARE_SYLLABLE = -10.5  # ln p of a syllable that is not in the list
HANJA = -15.0  # ln p of an ideograph in Korean, whose encoding has some 4,900 that are hardly used
# Ideographs without a kana from which on a text is hardly Japanese, and the cost in nats.
FEW_KANJI, WITHOUT_KANA = 4, -12.0
_KANA = dict.fromkeys("のにはをたがでてとしれさいるなっかもうらあこりす", -3.4) | dict.fromkeys("、。「」ーン", -4.0)
_ACCENTED = dict.fromkeys("éèàçüöäñíóáêâîôßåøæúûõãëïìòù", -4.0) | dict.fromkeys("’“”–—‘…«»°©®·£ ", -5.0)


class _Table(dict[str, float]):
    """Character → ln p in a language; computed on demand."""

    def __init__(self, chance: Callable[[str], float]) -> None:
        super().__init__(dict.fromkeys("\ufffd\u0a00\u0d00", BAD) | {chr(code): 0.0 for code in range(0x80)})
        self._chance = chance

    def __missing__(self, char: str) -> float:
        self[char] = self._chance(char)
        return self[char]


def _korean(char: str) -> float:
    if "가" <= char <= "힣":
        return _SYLLABLE.get(char, _RARE_SYLLABLE)
    return SYMBOLS - 1 if char in _RULES else HANJA if is_han(char) else -12.0


def _japanese(char: str) -> float:
    if char in _KANA:
        return _KANA[char]
    if "ぁ" <= char <= "ん" or "ァ" <= char <= "ヺ":
        return -5.5
    if is_han(char):
        return max(UNKNOWN, character_model.model().alone.get(fold(char), UNKNOWN) - 1.5)
    return SYMBOLS - 1 if char in _RULES else -12.0


def _han(char: str, area: Area) -> float:
    if is_han(char):
        known = CANTONESE if char in _CANTONESE else UNKNOWN
        return max(area(char), character_model.model().alone.get(fold(char), known), known)
    if char in PINYIN:
        return READING
    if _SPELLING.match(char):
        return LONE_LETTER
    return (
        character_model.MARKS[char][1] - 2.0 if char in character_model.MARKS else SYMBOLS if char in _RULES else -13.0
    )


_KOREAN, _JAPANESE = _Table(_korean), _Table(_japanese)


@cache
def _characters(encoding: str) -> _Table:
    area = area_of(encoding)
    return _Table(lambda char: _han(char, area))


def characters(text: str, encoding: str = "utf-8") -> float:
    """Return ln p of `text` as Chinese decoded in `encoding`, by single characters."""
    return sum(map(_characters(encoding).__getitem__, text))


def korean(text: str) -> float:
    """Return ln p of `text` as Korean: syllables, with hardly any ideographs."""
    return sum(map(_KOREAN.__getitem__, text))


def japanese(text: str) -> float:
    """Return ln p of `text` as Japanese, in which running text always has kana."""
    kanji = len(_KANJI.findall(text))
    bare = kanji >= FEW_KANJI and not _KANA_OF_ANY.search(text)
    return sum(map(_JAPANESE.__getitem__, text)) + (WITHOUT_KANA if bare else 0.0)


_KANJI = late_pattern("[\u4e00-\u9fff]")
_KANA_OF_ANY = re.compile("[ぁ-んァ-ヺ]")
_WIDE = late_pattern("[\u0800-\ufffc]")
_BESIDE_NO_LETTER = tuple("@[\\]^_`{|}~")
_LETTERS = re.compile("[^\x00-\x7f]+")


def western(text: str) -> float:
    """Return ln p of `text` as a language with Latin letters, few of them accented."""
    total = 0.0
    for run in _LETTERS.finditer(text):
        before, after = text[max(0, run.start() - 1) : run.start()], text[run.end() : run.end() + 1]
        total += _western_run(before, run[0], after)
    return total


def _western_run(before: str, run: str, after: str) -> float:
    if len(run) > 3:
        return -12.0 * len(run)
    among_letters, among_digits = (before + after).strip("0123456789").isalpha(), before.isdigit() or after.isdigit()
    total = -2.0 * (len(run) - 1)
    if run[-1].isalpha() and (after in _BESIDE_NO_LETTER or (run[-1].islower() and after.isupper())):
        total -= 6.0  # as trail bytes of double-byte characters are
    for char in run:
        if char.isalpha() and among_digits and not among_letters:
            total -= 14.0  # as four-byte characters of GB 18030 are
        else:
            total += _ACCENTED.get(char, -9.0) if len(run) < 3 and (among_letters or len(run) < 2) else -10.0
    return total


# Letters with two bytes in UTF-8, by script.
_SCRIPTS = (
    re.compile("[À-ÖØ-öø-ſƠơƯưȘ-țǎǐǒǔǖǘǚǜ]"),
    re.compile("[Α-ώ]"),
    re.compile("[А-яЁёІіЇїЄєҐґЎў]"),
    re.compile("[א-ת]"),
    re.compile("[ء-يپچژکگی]"),
)
# Further characters of the scripts other than Latin, in this order, and of others: rarer letters, diacritics.
_ALPHABETS = tuple(
    map(re.compile, ("[Ͱ-Ͽ]", "[Ѐ-ԯ]", "[\u0591-\u05f4]", "[\u0600-\u06ff\u0750-\u077f]", "[\u0531-\u058f]"))
) + tuple(map(re.compile, ("[\u0700-\u074f]", "[\u0780-\u07bf]", "[\u07c0-\u07ff]")))
# Letters from which on a run is a word in one of these scripts, and their ln p: four ideographs in GBK are rarely all
# letters of one.
WORD, SELDOM = 4, -5.0
_SIGNS = dict.fromkeys("\xa0§©«®°±²³µ·»¿¡×÷¼½¾£¥€", -3.5)


def of_two_bytes(text: str) -> float:
    """Return ln p of `text` with characters below U+0800, as a language with another alphabet or with Latin letters."""
    total = NOT_CHINESE
    for run in _LETTERS.finditer(text):
        scripts = {script for script in _SCRIPTS for char in run[0] if script.match(char)}
        beside = text[max(0, run.start() - 1) : run.start()] + text[run.end() : run.end() + 1]
        total += sum(_letter(char, run[0], len(scripts), bool(re.search("[A-Za-z]", beside))) for char in run[0])
    return total


def _letter(char: str, run: str, scripts: int, among_letters: bool) -> float:
    if char == "\ufffd":
        return BAD
    if char in _SIGNS:
        return _SIGNS[char]
    if scripts != 1 or not any(script.match(char) for script in _SCRIPTS):
        written = len(run) >= WORD and any(all(map(alphabet.match, run)) for alphabet in _ALPHABETS)
        return SELDOM if written else -12.0
    if _SCRIPTS[0].match(char):
        return (-2.5 if char in _ACCENTED else -4.0) if among_letters and len(run) < 4 else -8.0
    return -3.6 if len(run) > 2 else -8.0


def _other(text: str) -> float | None:
    """Return the score of text without three-byte characters in UTF-8: letters of other scripts, or nothing."""
    if _WIDE.search(text):
        return None
    nothing = all(char < "\x80" or char == "\ufffd" for char in text)
    return of_two_bytes(text) + (2 * BAD if nothing and not text.isascii() else 0.0)


def any_language(text: str) -> float:
    """Return ln p of `text` by single characters as the likeliest language of Unicode text."""
    return _likeliest(text, characters)


def any_language_in_pairs(text: str) -> float:
    """Return the same, for Chinese with pairs of characters."""
    return _likeliest(text, chinese)


def _likeliest(text: str, as_chinese: Callable[[str], float]) -> float:
    other = _other(text)
    known = max(as_chinese(text), japanese(text), korean(text)) if other is None else other
    return known + 2 * BAD * len(_UNASSIGNED.findall(text))
