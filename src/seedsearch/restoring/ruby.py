"""Ruby: small readings beside the characters of a base text, flattened into the line.

They arise where a page with `<ruby>雪<rt>ㄒㄩㄝˇ</rt></ruby>` is copied as plain text, tags and all, or where a
converter drops the tags and leaves `雪ㄒㄩㄝˇ花ㄏㄨㄚ`; some editors write the same with the interlinear characters
U+FFF9 to U+FFFB. The base text is kept and a reading is removed: Zhuyin, kana, letters with tones or tone numbers,
or as many Pinyin syllables as the base has characters. White space that only formats the markup is removed with it.

Ruby also carries glosses that are not readings: `<ruby>拉取请求<rt>Pull Request</rt></ruby>`. They are content and
are kept, in the brackets that a browser without ruby would show.

What is left alone: ruby in code, elements that are not closed, Zhuyin that is not a reading of the character
before it, and fewer than four annotated characters in a row without tags (a dictionary's headword).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from heapq import merge
from itertools import pairwise

from seedsearch.damage import Certainty, Damage
from seedsearch.offsets import Edit, edit
from seedsearch.restoring.code_spans import Passages, code_passages
from seedsearch.restoring.fixpoint import settled
from seedsearch.restoring.tags import Tag, tags
from seedsearch.text.folding import HAN
from seedsearch.text.late_pattern import late_pattern
from seedsearch.text.pinyin import readings, toneless

TRIGGER = re.compile("[<\ufff9ㄅ-ㄩ](?:(?<=\ufff9)|(?<=<)[rR][uU][bB][yY]|(?<=[ㄅ-ㄩ])[ˊˇˋ˙ㄅ-ㄩ])")

_NAMES = frozenset(["ruby", "rb", "rt", "rp", "rtc"])
_ANNOTATIONS = frozenset(["rt", "rp", "rtc"])
_OPENING = re.compile("<ruby", re.I)
_ANY_TAG = re.compile(r"<[^<>]*>")

# Readings: Zhuyin, kana, hangul, letters with tone marks, syllables with tone numbers …
_TONE = re.compile(
    "[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿâêîôûĕĭŏŭă\u0300\u0301\u0302\u0304\u030c\u030d]|(?<=[a-z])[1-9](?![0-9])", re.I
)
_SYLLABLE = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f]){0,24}[1-9]?")  # or a word, which is one too few
_TONED_SHARE = 0.5  # of the syllables at least have a tone: light ones have none, and in other languages the level one
# Characters of a reading for each of the base: of 11 texts of docs/thresholds.md that are fully restored, 7 are at 3.
_LONGEST = 12
_OTHER_SCRIPT = late_pattern("[ㄅ-ㄯㆠ-ㆿ\u3041-\u30ff\uff66-\uff9f\uac00-\ud7a3]")
# … and toneless Pinyin, with these between the syllables.
_PINYIN = re.compile(r"[a-zA-ZüÜ\s'’·-]+")
_BETWEEN = re.compile(r"[\s'’·-]+")
_HAN = re.compile(f"[{HAN}]")
_INTERLINEAR = re.compile("\ufff9([^\ufff9-\ufffb]{0,200})\ufffa[^\ufff9-\ufffb]{0,200}\ufffb")

_ZHUYIN = "˙?[ㄅ-ㄩ]{1,3}[ˊˇˋ˙]?"
_ZHUYIN_SIGN = re.compile("[ㄅ-ㄩ]")
_PAIR = late_pattern(rf"([{HAN}])([（(]?({_ZHUYIN})[）)]?)")
_STRIPPED = late_pattern(rf"(?:[{HAN}][（(]?{_ZHUYIN}[）)]?[，。、！？；：]?){{4,}}+")
_STRIPPED_SHARE = 0.75  # of the readings must be right; a character may have a reading that no table knows


def edits(text: str) -> Sequence[Edit]:
    """Return edits that leave base text, and glosses in brackets."""
    return settled(text, _once)


def _once(text: str) -> Iterator[Edit]:
    last = 0
    parts = elements(text, code_passages(text)), _interlinear(text), _stripped(text)
    for e in merge(*parts, key=lambda e: e.span):
        if e.span.start >= last:
            last = e.span.end
            yield e


def elements(text: str, code: Passages | None = None) -> Iterator[Edit]:
    """Yield edits for the closed ruby elements that do not stand in `code`."""
    inside: list[Tag] = []
    for tag in tags(text) if _OPENING.search(text) else ():
        if tag.key == "ruby":
            inside = [tag]
        elif inside and tag.name in _NAMES:
            inside.append(tag)
        if tag.key == "/ruby" and inside:
            if code is None or tag.start not in code:
                yield from _element(text, inside)
            inside = []


def _element(text: str, inside: Sequence[Tag]) -> Iterator[Edit]:
    """Yield edits for one element, given by its ruby tags: the parts between them are base, reading, gloss or
    bracket.
    """
    only_readings = _mostly_readings(text, inside)
    start, replacement = inside[0].start, ""
    for base, tag, part in _parts(text, inside):
        gloss = tag.key in _ANNOTATIONS
        kept = _kept(part, tag)
        if not kept or (gloss and (only_readings or _is_reading(kept, base))):
            continue
        at = tag.end + part.index(kept)
        yield edit(start, at, replacement + "（" * gloss, Damage.RUBY)
        yield from _inner_tags(kept, at)
        start, replacement = at + len(kept), "）" * gloss
    yield edit(start, inside[-1].end, replacement, Damage.RUBY)


def _parts(text: str, inside: Sequence[Tag]) -> Iterator[tuple[Sequence[str], Tag, str]]:
    """(the ideographs of the base that is annotated, the tag before the part, the part) for the parts of an element."""
    base: list[str] = []
    for tag, following in pairwise(inside):
        part = text[tag.end : following.start]
        if tag.key not in _ANNOTATIONS and part.strip():
            base = _HAN.findall(part)
        yield base, tag, part


def _mostly_readings(text: str, inside: Sequence[Tag]) -> bool:
    """Return whether most annotations of an element are readings; then the others are too, in a spelling not known
    here.
    """
    annotated = [(_kept(part, tag), base) for base, tag, part in _parts(text, inside) if tag.key == "rt"]
    found = [_is_reading(kept, base) for kept, base in annotated if kept]
    return 2 * sum(found) > len(found)


def _kept(part: str, tag: Tag) -> str:
    """Return what may stay of the text after `tag`; without the white space of a markup's layout."""
    if tag.key == "rp":
        return ""
    return part.strip() if "\n" in part or tag.key in _ANNOTATIONS else part


def _inner_tags(kept: str, at: int) -> Iterator[Edit]:
    """Tags inside a kept part that are not ruby go when they only style it."""
    for tag in tags(kept):
        if tag.name in ("span", "b", "i", "em", "strong", "sup", "sub", "font", "small"):
            yield edit(at + tag.start, at + tag.end, "", Damage.MARKUP)


def _is_reading(annotated: str, base: Sequence[str]) -> bool:
    annotation = _ANY_TAG.sub("", annotated)
    if _OTHER_SCRIPT.search(annotation) or _is_toned(annotation, base):
        return True
    return _PINYIN.fullmatch(annotation) is not None and _spells(_BETWEEN.sub("", annotation).lower(), base)


def _is_toned(annotation: str, base: Sequence[str]) -> bool:
    """Return whether letters have tones and are one syllable for each character of the base.

    Other languages have accents and figures too: `Supérieure`, `L1 Terminal Fault` are glosses.
    """
    tones = len(_TONE.findall(annotation))
    if not tones or len(annotation) > _LONGEST * len(base):
        return False
    if _spells("".join(filter(str.isalpha, toneless(annotation.lower()))), base):
        return True
    return tones >= _TONED_SHARE * len(base) and len(_SYLLABLE.findall(annotation)) == len(base)


def _spells(pinyin: str, chars: Sequence[str]) -> bool:
    """Return whether `pinyin` is one reading after the other of `chars`; work is in proportion to `pinyin`."""
    if not 0 < len(chars) <= len(pinyin):
        return False
    reached = {0}
    for char in chars:
        reached = {at + len(r) for r in readings(char) for at in reached if pinyin.startswith(r, at)}
        if not reached:
            return False
    return len(pinyin) in reached


def _interlinear(text: str) -> Iterator[Edit]:
    for m in _INTERLINEAR.finditer(text):
        yield edit(m.start(), m.start() + 1, "", Damage.RUBY)
        yield edit(m.end(1), m.end(), "", Damage.RUBY)


def _stripped(text: str) -> Iterator[Edit]:
    """Yield edits for readings in Zhuyin that stand after each character of a row."""
    if not _ZHUYIN_SIGN.search(text):
        return
    for row in _STRIPPED.finditer(text):
        pairs = list(_PAIR.finditer(row.group()))
        right = sum(m[3] in _zhuyin(m[1]) for m in pairs)
        if right >= _STRIPPED_SHARE * len(pairs):
            for m in pairs:
                yield edit(row.start() + m.start(2), row.start() + m.end(2), "", Damage.RUBY, Certainty.PROVED)


@lru_cache(maxsize=4096)
def _zhuyin(char: str) -> frozenset[str]:
    """Return the readings of `char` in Zhuyin, as pypinyin knows them."""
    from pypinyin import Style, pinyin  # 0.1 s, and hardly any text needs it

    return frozenset(pinyin(char, style=Style.BOPOMOFO, heteronym=True)[0])
