"""How likely a text is, in nats: as Chinese, and as what else is written in the encodings that are taken for it.

All readings of the same bytes can be compared as they are. Each function scores characters that are not ASCII with
what stands beside them; what no language writes so costs more than a byte that can not be read.

The Korean and Japanese tables were written for this: the syllables and kana that make up most of running text.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from seedsearch.text import character_model
from seedsearch.text.folding import fold, is_han

BAD = -20.0  # ln p of a place that an encoding can not read
UNKNOWN = -15.0  # of a character that the language does not know
SYMBOLS = -8.0  # of ●, ■, ─ and the like: notices are ruled with them, in any language
NOT_CHINESE = -4.0  # what is known beforehand of letters in UTF-8 in a file without an ideograph
WELL, LEAST = -8.5, 4  # mean ln p and number of characters from which on a stretch is Chinese without doubt

_RULES = frozenset("●○◎◆◇■□★☆▲△▼▽※→←↑↓─━│┃┌┐└┘├┤┬┴┼═║╔╗╚╝╠╣▁▂▃▄▅▆▇█▉▊▋▌▍▎▏①②③④⑤⑥⑦⑧⑨⑩×÷±°℃§№〃·•‧￣＿＊＃＝＋－／＼｜")


class _Pairs(dict[str, float]):
    """Two characters → ln p of the second after the first; the most frequent ones stay at hand."""

    LARGEST = 1 << 16

    def __missing__(self, pair: str) -> float:
        if len(self) >= self.LARGEST:
            self.clear()
        a, b = pair[0], pair[1]
        if b == "\ufffd":
            score = BAD
        elif b < "\x80":
            score = 0.0 if a < "\x80" else -1.5 if not b.isalnum() else -4.0
        elif b in _RULES:
            score = SYMBOLS
        else:
            score = max(character_model.pair_score(a, b), UNKNOWN if is_han(b) else -13.0)
        self[pair] = score
        return score


_PAIRS = _Pairs()


def chinese(text: str) -> float:
    """ln p of `text` as Chinese in either script, from the beginning of a line."""
    return sum(map(_PAIRS.__getitem__, map(str.__add__, "\n" + text, text)))


def reads_well(text: str) -> bool:
    """Whether a text is Chinese beyond doubt: no bad place, enough characters, none of them odd."""
    wide = [char for char in text if char >= "\x80"]
    return len(wide) >= LEAST and "\ufffd" not in text and chinese(text) > WELL * len(wide)


# Most frequent first; together nine in ten of the syllables of running text.
_SYLLABLES = (
    "이다는에을의가지고를하은로한기사자도시서그나아어리인대스정일수라해만게들으있과안여보주제전니부와장구상면것마습요"
    "었우오적성러원세년공소조비미화할관트관무동경생내되계신위용바진방차선했문분개유국학교치모연말거물업실회당중없모때"
    "까였않발터민단체심같더며드음현려간명회려산타반재금결작통체설각저레두외남식배품행영노강받파버던르크프출입본역난호많면"
    "른점목지데누군론살속편표술책감류불야능포예초종활질카상형평양월직돌십락번광건얼황복임달후울브코청북박합함절열벌증변권"
    "추알석몸머올추험씨격요립규법및료병밀력록료란눈약왔히큰메될려색티루피테토키디슈애쪽투새처늘색운특채케채온길향확환봉칠"
)
_SYLLABLE = {char: -3.4 - 0.012 * rank for rank, char in enumerate(dict.fromkeys(_SYLLABLES))}
_RARE_SYLLABLE = -10.5
_KANA = dict.fromkeys("のにはをたがでてとしれさいるなっかもうらあこりす", -3.4) | dict.fromkeys("、。「」ーン", -4.0)
_ACCENTED = dict.fromkeys("éèàçüöäñíóáêâîôßåøæúûõãëïìòù", -4.0) | dict.fromkeys("’“”–—‘…«»°©®·£ ", -5.0)


class _Table(dict[str, float]):
    """Character → ln p in a language; made as it is asked for."""

    def __init__(self, chance: Callable[[str], float]) -> None:
        super().__init__({"\ufffd": BAD} | {chr(code): 0.0 for code in range(0x80)})
        self._chance = chance

    def __missing__(self, char: str) -> float:
        self[char] = self._chance(char)
        return self[char]


def _korean(char: str) -> float:
    if "가" <= char <= "힣":
        return _SYLLABLE.get(char, _RARE_SYLLABLE)
    return SYMBOLS - 1 if char in _RULES else -12.0


def _japanese(char: str) -> float:
    if char in _KANA:
        return _KANA[char]
    if "ぁ" <= char <= "ん" or "ァ" <= char <= "ヺ":
        return -5.5
    if is_han(char):
        return max(UNKNOWN, character_model.model().alone.get(fold(char), UNKNOWN) - 1.5)
    return SYMBOLS - 1 if char in _RULES else -12.0


def _han(char: str) -> float:
    if is_han(char):
        return max(UNKNOWN, character_model.model().alone.get(fold(char), UNKNOWN))
    return (
        character_model.MARKS[char][1] - 2.0 if char in character_model.MARKS else SYMBOLS if char in _RULES else -13.0
    )


_CHARACTERS, _KOREAN, _JAPANESE = _Table(_han), _Table(_korean), _Table(_japanese)


def characters(text: str) -> float:
    """ln p of `text` as Chinese, of each character for itself."""
    return sum(map(_CHARACTERS.__getitem__, text))


def korean(text: str) -> float:
    """ln p of `text` as Korean."""
    return sum(map(_KOREAN.__getitem__, text))


def japanese(text: str) -> float:
    """ln p of `text` as Japanese; ideographs alone are no sign of it."""
    return sum(map(_JAPANESE.__getitem__, text))


_WIDE = re.compile("[\u0800-\ufffc]")
_LETTERS = re.compile("[^\x00-\x7f]+")


def western(text: str) -> float:
    """ln p of `text` as a language of Latin letters with accents: few of them, among letters of ASCII."""
    total = 0.0
    for run in _LETTERS.finditer(text):
        if len(run[0]) > 3:
            total -= 12.0 * len(run[0])
            continue
        beside = (text[run.start() - 1 : run.start()] + text[run.end() : run.end() + 1]).isascii()
        letters = text[max(0, run.start() - 1) : run.start()].isalpha() or text[run.end() : run.end() + 1].isalpha()
        for char in run[0]:
            total += _ACCENTED.get(char, -9.0) if len(run[0]) < 3 and beside and (letters or len(run[0]) < 2) else -10.0
        total -= 2.0 * (len(run[0]) - 1)
    return total


# Letters of the languages that are written with two bytes a letter in UTF-8, by script.
_SCRIPTS = (
    re.compile("[À-ÖØ-öø-ſƠơƯưȘ-țǎǐǒǔǖǘǚǜ]"),
    re.compile("[Α-ώ]"),
    re.compile("[А-яЁёІіЇїЄєҐґЎў]"),
    re.compile("[א-ת]"),
    re.compile("[ء-يپچژکگی]"),
)
_SIGNS = dict.fromkeys("\xa0§©«®°±²³µ·»¿¡×÷¼½¾£¥€", -3.5)


def of_two_bytes(text: str) -> float:
    """ln p of `text`, of characters under U+0800, as a language with an alphabet of its own, or of Latin letters."""
    total = NOT_CHINESE
    for run in _LETTERS.finditer(text):
        scripts = {script for script in _SCRIPTS for char in run[0] if script.match(char)}
        beside = text[max(0, run.start() - 1) : run.start()] + text[run.end() : run.end() + 1]
        total += sum(_letter(char, run[0], len(scripts), bool(re.search("[A-Za-z]", beside))) for char in run[0])
    return total


def _letter(char: str, run: str, scripts: int, among_letters: bool) -> float:
    if char in _SIGNS:
        return _SIGNS[char]
    if scripts != 1 or not any(script.match(char) for script in _SCRIPTS):
        return -12.0
    if _SCRIPTS[0].match(char):
        return (-2.5 if char in _ACCENTED else -4.0) if among_letters and len(run) < 4 else -8.0
    return -3.6 if len(run) > 2 else -8.0


def _other(text: str) -> float | None:
    """The score of what holds no character of three bytes in UTF-8: letters of other scripts, or nothing at all."""
    if _WIDE.search(text):
        return None
    nothing = all(char < "\x80" or char == "\ufffd" for char in text)
    return of_two_bytes(text) + (2 * BAD if nothing and not text.isascii() else 0.0)


def any_language(text: str) -> float:
    """ln p of `text`, by single characters, as whatever is written in Unicode: the likeliest language."""
    other = _other(text)
    return max(characters(text), japanese(text), korean(text)) if other is None else other


def any_language_in_pairs(text: str) -> float:
    """The same, for Chinese with pairs of characters."""
    other = _other(text)
    return max(chinese(text), japanese(text), korean(text)) if other is None else other
