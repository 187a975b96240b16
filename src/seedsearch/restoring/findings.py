"""Damage that can only be found: lost characters, and traces of faults that cannot be undone.

Run over the text that restoration leaves. Nothing is replaced and nothing invented; every trace is reported with
its place and its kind:

* **replacement-character**: U+FFFD, put by a decoder where bytes made no sense;
* **kun-jin-kao**: U+FFFD once more encoded as UTF-8 and read as GBK (锟斤拷); memory that was never written to,
  read as GBK (烫烫烫烫, 屯屯屯屯); a byte order mark so read (锘 at the start of a line);
* **missing-glyph**: □, ■, ◇ or 〓 inside running text;
* **private-use-character**: a character that only one font knows;
* **lost-character**: a `?` in the middle of a sentence, a rare character spelled by its parts (`<女巽>`, `[木+屯]`)
  or by its number in somebody's font (`赵师B164为`), or by that of a glyph in a PDF without a table (`(cid:2446)`);
* **stray-symbol**: a foreign letter or a symbol of GB 2312 that stands for a rare character (`米Я二万`), the vowel
  that is left of a reading taken out by its letters (`婺ù源`);
* **unrepaired-bytes**: patterns of a wrong decoding: UTF-8 as GBK (`锛屼粬`), as Latin-1 (`ä¸­`), a shift of one byte
  (`?！睎|`), private-use characters in a cluster.

What is left alone is written beside each rule: half-width question marks, list bullets and check boxes, tables,
phonetics, quotations of a damage in a text about it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from heapq import merge
from itertools import pairwise
from operator import itemgetter

from seedsearch.damage import Damage
from seedsearch.restoring.documents import Findings, Place
from seedsearch.text.character_model import model
from seedsearch.text.folding import HAN, fold
from seedsearch.text.late_pattern import late_pattern
from seedsearch.text.pinyin import readings

_PRIVATE = "\ue000-\uf8ff\U000f0000-\U0010fffd"
_BOXES = "□■◇〓▢"
_VOWELS = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ"
_CYRILLIC = "Ѐ-ӿ"
_ZHUYIN = "ㄅ-ㄩ"
_CORNERS = "┌-╋"  # without the straight lines, of which tables of text are made
_GBK_LEADS = "锛銆鈥鐨勬鍦鏄涓鏂鍙绗鍐鍑鎴"  # what the first two bytes of frequent characters in UTF-8 make in GBK
_LATIN1_TRAILS = "\x80-\xbfŒœŠšŸŽžƒˆ˜–—‘’‚“”„†‡•…‰‹›€™"

# Every pattern starts with a class and looks back from there: so the engine skips what cannot start a match.
# One class for the scan, so that clean text is passed over at the speed of the regular expression engine.
_MARKS = f"\ufffd{_PRIVATE}{_BOXES}{_VOWELS}{_CYRILLIC}{_ZHUYIN}{_CORNERS}{_GBK_LEADS}\xc0-\xf7锟锘烫屯\\[［<?("
TRIGGER = re.compile(
    f"[{_MARKS}B](?:(?<![屯烫\\[［<?(B\xc0-\xf7])|(?<=\\()cid:[0-9]|(?<=屯)屯|(?<=烫)烫|(?<=[\\[［])[{HAN}B]|(?<=[<?])[{HAN}?！!、，；：]"
    f"|(?<=B)[0-9]{{3}}|(?<=[\xc0-\xf7])[\x80-\xff{HAN}，。、；：！？”》）\\n])"
)

Detector = Callable[[str], Iterator[tuple[int, int]]]
_QUOTED = ("“”", "‘’", "「」", "『』", '""', "''", "（）", "()", "``")
_ABOUT_ENCODING = re.compile(r"乱码|亂碼|字符集|字元集|编码|編碼|Unicode|mojibake", re.I)


def findings(text: str) -> Findings:
    """Return the traces of damage in `text`, in order and without overlap; of two at one place the rule named first
    wins.
    """
    if not TRIGGER.search(text):
        return Findings()
    # Of those that begin at one place the rule named first comes first.
    return Findings(_apart(merge(*(_taken(text, *rule) for rule in _DETECTORS), key=itemgetter(0))))


def _taken(text: str, kind: Damage, detect: Detector) -> Iterator[Place]:
    return ((start, end, kind) for start, end in detect(text) if not _quoted(text, start, end))


def _apart(found: Iterable[Place]) -> Iterator[Place]:
    last = 0
    for place in found:
        if place[0] >= last:
            last = place[1]
            yield place


def _quoted(text: str, start: int, end: int) -> bool:
    """Return whether the text names a character instead of suffering from it."""
    return text[start - 1 : start] + text[end : end + 1] in _QUOTED


def _everywhere(pattern: str) -> Detector:
    compiled = late_pattern(pattern)

    def detect(text: str) -> Iterator[tuple[int, int]]:
        return (m.span() for m in compiled.finditer(text))

    return detect


_KUN_JIN_KAO = re.compile(
    "[锟拷](?:[^\\s，。]{0,4}?[锟拷])++(?:[锟叫癸街讹缴芥斤])?|锟斤|烫{4,}|屯{4,}|(?:\\A|(?<=\\n))锘(?=[^\\s，。、])"
)


def _kun_jin_kao(text: str) -> Iterator[tuple[int, int]]:
    """Runs of it; none on a page that explains it."""
    if not any(sign in text for sign in "锟烫屯锘") or _ABOUT_ENCODING.search(text):
        return iter(())
    return (m.span() for m in _KUN_JIN_KAO.finditer(text) if not m.group().startswith("拷") or "锟" in m.group())


# A box in a sentence: characters of the sentence on its left, and more of it or its end on its right.
_BOX = late_pattern(
    f"[{_BOXES}](?<=[{HAN}，、；：“《（].)[{_BOXES}]*(?=[{HAN}，、；：。”》）！？…\\n])(?![年月日時时分号號元份者]|表示)"
)
# Boxes to tick: □是 □否, 男□女□; boxes after a blank or at the start of a line.
_TICK = late_pattern(
    f"[{_BOXES}][ \\t\u3000]*[是否有无無男女其]|[是否有无無男女][{_BOXES}]|(?:\\A|[\\n \\t\u3000])[{_BOXES}]"
)
_TICKS = 2  # boxes to tick in a text that make it a form, and as many as there are others


def _missing_glyphs(text: str) -> Iterator[tuple[int, int]]:
    """Boxes inside sentences; none in forms and lists."""
    boxes = [m.span() for m in _BOX.finditer(text)]
    if boxes and len(_TICK.findall(text)) >= max(_TICKS, len(boxes)):
        return iter(())
    return iter(boxes)


_QUESTION = late_pattern(f"\\?(?<=[{HAN}].)\\?{{0,3}}(?=[{HAN}、，；：])")
# Half-width question marks that end a sentence: then any other may be one too.
_ASKED = late_pattern(f"[{HAN}][”’」』）]?\\?+(?=[\\s”’」』）\"']|\\Z)")
_ASKING = re.compile(
    "[吗嗎呢么麼吧啊呀哪谁誰何怎几幾孰焉乎哉耶邪欤歟岂豈否曷奚胡安难難敢疑什]|多少|是不是|如此|莫非|(.)不\\1|没有$|沒有$|吗|可以|真的"
)
_SENTENCE = re.compile(r"[。！!?？\n]")
_SENTENCE_REACH = 60  # code points before a question mark in which its sentence is looked for


def _question_marks(text: str) -> Iterator[tuple[int, int]]:
    """Question marks in sentences that ask nothing, in texts that do not end questions with them."""
    if _ASKED.search(text):
        return
    for m in _QUESTION.finditer(text):
        sentence = _SENTENCE.split(text[max(0, m.start() - _SENTENCE_REACH) : m.start()])[-1]
        if text[m.end()] in "、，；：" or not _ASKING.search(sentence):
            yield m.span()


_PARTS = late_pattern(
    f"[<\\[［](?:(?<=<)([{HAN}]{{2,3}})>|(?<=<)[{HAN}]{{1,3}}(?=[{HAN}，。])(?![^<>\\n]{{0,40}}>)"
    f"|(?<!<)[{HAN}](?:[+＋*＊/／@-][{HAN}])++[\\]］])"
)
_NUMBER = late_pattern(f"B(?<=[{HAN}\\[].)[0-9]{{3}}(?=[{HAN}\\]，。、；：])")
_LETTER = re.compile("[A-Za-z]")


def _spelled(text: str) -> Iterator[tuple[int, int]]:
    """Yield characters spelled by parts; by number only where the text has no other letters."""
    yield from (m.span() for m in _PARTS.finditer(text) if not _is_word(m[1] or ""))
    numbers = [m.span() for m in _NUMBER.finditer(text)]
    if numbers and len(_LETTER.findall(text)) == len(numbers):
        yield from numbers


def _is_word(chars: str) -> bool:
    """Return whether two neighbours of `chars` stand together in words: then it is a place holder, `<小时>`."""
    return any(fold(b) in model().follow[fold(a)] for a, b in pairwise(chars))


_STRAY = late_pattern(f"[{_CYRILLIC}{_ZHUYIN}{_CORNERS}](?<=[{HAN}].)(?=[{HAN}，。、；：！？])")
_FOREIGN_WORD = late_pattern(
    f"[{_CYRILLIC}]{{2}}|[{_ZHUYIN}]{{2}}|[{_ZHUYIN}][ˊˇˋ˙]|[{_ZHUYIN}]、[{_ZHUYIN}]|[─-╋]{{2}}|[─│][ \\t\u3000]"
    "|字母|注音|音标|音標"
)


def _stray_symbols(text: str) -> Iterator[tuple[int, int]]:
    """Single foreign letters between ideographs; none where the page has words, readings or tables of them."""
    if _STRAY.search(text) and not _FOREIGN_WORD.search(text):
        yield from (m.span() for m in _STRAY.finditer(text))


_VOWEL = late_pattern(f"[{_VOWELS}](?<=[{HAN}].)(?=[{HAN}，。、；：！？”》）\\n])")


def _tone_vowels(text: str) -> Iterator[tuple[int, int]]:
    """Yield a vowel with a tone after a character in whose reading it stands."""
    for m in _VOWEL.finditer(text):
        if any(m.group() in reading for reading in readings(text[m.start() - 1])):
            yield m.span()


_CLUSTER = re.compile(f"[{_PRIVATE}](?:[^\\n]{{0,12}}?[{_PRIVATE}]){{2,}}+")
AGAIN_AND_AGAIN = 2  # times that private-use characters come on average where they stand for common ones
_SAME = 2  # a rare name repeated in a text is one or two private-use characters, not a cluster of many


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """Private-use characters close together and different: bytes, not somebody's rare character.

    Few of them that come again and again stand for common characters, in a font that only its site has.
    """
    private = _PRIVATE_ONE.findall(text)
    if len(private) > AGAIN_AND_AGAIN * len(set(private)):
        return
    for m in _CLUSTER.finditer(text):
        if len(set(_PRIVATE_ONE.findall(m.group()))) > _SAME:
            yield m.span()


_PRIVATE_ONE = re.compile(f"[{_PRIVATE}]")

_TRACES = (
    # UTF-8 as GBK: three of its signs close together
    f"[{_GBK_LEADS}](?:[^\\s]{{0,6}}?[{_GBK_LEADS}]){{2,}}+",
    # UTF-8 as Latin-1 or Windows-1252: a lead byte and its trail bytes, twice
    f"[\xc3-\xef][{_LATIN1_TRAILS}]{{1,2}}(?:[\xc3-\xef][{_LATIN1_TRAILS}]{{1,2}})++",
    # GBK as Latin-1: four pairs of high letters; no language has eight in a row
    "[\xb0-\xf7][\xa1-\xfe](?:[\xb0-\xf7][\xa1-\xfe]){3,}",
    # a shift of one byte: the false mark, a wrong character, the ASCII trail byte of another
    f"\\?[！!？?]?[{HAN}{_PRIVATE}]{{1,2}}[|^_~`](?=[{HAN}])",
)


_DETECTORS: tuple[tuple[Damage, Detector], ...] = (
    (Damage.KUN_JIN_KAO, _kun_jin_kao),
    *((Damage.UNREPAIRED_BYTES, _everywhere(trace)) for trace in _TRACES),
    (Damage.UNREPAIRED_BYTES, _clusters),
    (Damage.REPLACEMENT_CHARACTER, _everywhere("\ufffd+")),
    (Damage.PRIVATE_USE_CHARACTER, _everywhere(f"[{_PRIVATE}]+")),
    (Damage.MISSING_GLYPH, _missing_glyphs),
    (Damage.LOST_CHARACTER, _question_marks),
    (Damage.LOST_CHARACTER, _spelled),
    (Damage.LOST_CHARACTER, _everywhere(r"\(cid:[0-9]{1,5}\)")),
    (Damage.STRAY_SYMBOL, _stray_symbols),
    (Damage.STRAY_SYMBOL, _tone_vowels),
)
