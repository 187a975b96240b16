"""Fallbacks if nothing is found as typed: words that sound the same or are spelled similarly. Never silent.

Pinyin (`hanjie`, `hàn jiē`, the initials `hj`) and characters typed by sound (转学指男 for 转学指南) are read as the
characters with those sounds whose pairs stand next to each other in the index, the most frequent first. Letters are
also read as words of the index with marks on them: `ni hao` is nǐ hǎo, `cafe` is café.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from heapq import nlargest, nsmallest
from itertools import compress, islice, product
from math import log
from string import ascii_lowercase

from seedsearch.engines import Engine
from seedsearch.engines.query import Any, Fuzzy, Run, Term
from seedsearch.searching.ranking import Weighted, scored_terms
from seedsearch.searching.tiers import Tier
from seedsearch.text.analyzer import query_words
from seedsearch.text.folding import fold, is_han

LONGEST = 12  # syllables; longer runs are left to the other tiers, word by word
CHOICES = 60  # characters tried for one syllable, the most frequent in the index
BEAM = 40  # readings kept at each position
SHOWN = 5  # readings searched for at once
SEGMENTATIONS = 6  # ways to cut letters into syllables (xian: xian, xi an)
SUGGESTED = 3

_LETTERS = re.compile(r"[a-zü' 1-5]+")
_INITIAL = re.compile("[zcs]h|[a-z]")
BEGUN = "*"  # marks letters as the beginning of a syllable
# A reading is searched for beside a likelier one only if that is at most e ** CLOSE times as likely: zhongguo is 中国,
# and not also 重划. A character in its usual reading, and a word of the index, are likelier than others by the factors
# below.
CLOSE, USUAL, IS_WORD = 1.5, 1.5, 3.0


@dataclass(frozen=True, slots=True)
class Fallback:
    """Another reading of a query, and the note that says so."""

    tier: Tier
    note: str


def heard(whole: str, engine: Engine, near: Sequence[str] = ()) -> Iterator[Fallback]:
    """Yield the readings by sound of the run text of a query, likeliest first; `near` are words that sound the same as
    parts of it.
    """
    if all(map(is_han, whole)):
        if 2 <= len(whole) <= LONGEST:
            texts = list(dict.fromkeys([*near, *_same_sound(whole, engine)]))[:SHOWN]
            yield from _fallback("sound", whole, texts, "that sounds the same")
        return
    letters = _plain_letters(whole)
    if letters is None:
        return
    cuts = _cuts(letters)
    marked = _marked([_without_marks(whole).split(), *cuts], engine)
    for cut in cuts:
        if texts := _spelled(cut, engine):
            yield from _fallback("pinyin", whole, [*texts, *marked], "by its pinyin")
    yield from _fallback("sound", whole, marked, "with marks on its letters")
    for cut in _cuts(letters, begun=True):
        texts = _spelled(cut, engine)
        if letters.isascii() and letters.isalpha():  # this may also be English, so only a word counts
            texts = [text for text in texts if next(engine.vocabulary("word", text), None)]
        yield from _fallback("pinyin", whole, texts, "by its pinyin")
    for cut in dict.fromkeys((tuple(letters), tuple(_INITIAL.findall(letters)))):
        if 2 <= len(cut) <= LONGEST and letters.isascii() and letters.isalpha():
            yield from _fallback("pinyin", whole, _initials(cut, engine), "by its initials")


def similar_words(missing: Sequence[str], engine: Engine) -> list[str]:
    """Return words of the index one edit away from one of these words, which no document contains.

    Most of a word is the same: 巴黎 is not what 巴马 means. For two ideographs, near_words finds typing errors.
    """
    found: list[str] = []
    words = dict.fromkeys(word for text in missing for word in query_words(text))
    for word in words:
        if len(word) <= (2 if is_han(word[0]) else 1):
            continue
        test = Fuzzy(word, 1 if len(word) < 6 else 2)
        near = ((count, term) for term, count in engine.vocabulary("word", word[0], test))
        found += [term for _, term in nlargest(SUGGESTED, near)]
    return list(dict.fromkeys(found))


def _fallback(name: str, whole: str, texts: Sequence[str], how: str) -> Iterator[Fallback]:
    if texts:
        runs = tuple(map(Run, texts))
        tier = Tier(name, Any(runs), runs, _weighted(texts))
        yield Fallback(tier, f"nothing found for {whole}; looked for {', '.join(texts)}, {how}")


def _plain_letters(text: str) -> str | None:
    """Return the letters of a text that may be pinyin, without tones but with ü; None if it cannot be pinyin."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if c not in "\u0304\u0301\u030c\u0300")
    bare = unicodedata.normalize("NFC", bare).replace("v", "ü")
    spelled = "".join(char for char in bare if not is_han(char))
    return re.sub("[1-5]", " ", bare).strip() if _LETTERS.fullmatch(spelled) and re.search("[a-zü]", bare) else None


def _cuts(letters: str, *, begun: bool = False) -> list[tuple[str, ...]]:
    """Return the ways to divide letters into syllables, fewest syllables first; blanks and apostrophes are boundaries,
    ideographs stand alone.

    With `begun`, only the beginning of the last syllable was typed.
    """
    if begun:
        longer = (
            (*way, letters[at:] + BEGUN)
            for at in range(max(1, len(letters) - 5), len(letters))
            if letters[at:].isalpha() and not any(map(is_han, letters[at:]))
            for way in _cuts(letters[:at])
        )
        return [way for way in longer if len(way) <= LONGEST][:SEGMENTATIONS]
    ways: list[tuple[str, ...]] = [()]
    for piece in re.split("[ ']+", letters):
        ends: dict[int, list[tuple[str, ...]]] = {0: [()]}
        for at in range(len(piece)):
            for size in range(1, 7):
                if at + size <= len(piece) and _is_syllable(piece[at : at + size]):
                    more = [(*way, piece[at : at + size]) for way in ends.get(at, ())]
                    ends[at + size] = nsmallest(SEGMENTATIONS, ends.get(at + size, []) + more, key=len)
        ways = nsmallest(SEGMENTATIONS, (a + b for a in ways for b in ends.get(len(piece), ())), key=len)
    return [way for way in ways if 1 <= len(way) <= LONGEST]


def _marked(ways: Sequence[Sequence[str]], engine: Engine) -> list[str]:
    """Return texts of the index that are these words with diacritics; `ways` are the ways to divide them."""
    found: dict[str, None] = {}
    choices: dict[str, list[str]] = {}  # the forms of each word, which many of the ways share
    for words in ways:
        if len(words) <= LONGEST and not any(map(is_han, "".join(words))):
            choices |= {word: [*_with_marks(word, engine), word] for word in words if word not in choices}
            made = (" ".join(way) for way in islice(product(*map(choices.__getitem__, words)), BEAM))
            found |= dict.fromkeys(text for text in made if text != " ".join(words))
    return list(compress(found, engine.exists(list(map(Run, found)))))[:SHOWN] if found else []


def _with_marks(word: str, engine: Engine) -> list[str]:
    """Return the words of the index that are this word with diacritics, most frequent first."""
    plain = _without_marks(word)
    terms = (row for begin in _forms().get(plain[:1], ()) for row in engine.vocabulary("word", begin))
    same = ((count, term) for term, count in terms if term != word and _without_marks(term) == plain)
    return [term for _, term in nlargest(SUGGESTED, same)]


def _without_marks(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))


@cache
def _forms() -> dict[str, str]:
    """Lower-case letter → itself and all its precomposed forms with a diacritic."""
    table = {letter: letter for letter in ascii_lowercase}
    for char in map(chr, (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))):
        if char.islower() and (letter := _without_marks(char)) in table:
            table[letter] += char
    return table


def _is_syllable(part: str) -> bool:
    return part in _by_sound() or (len(part) == 1 and is_han(part))


def _spelled(cut: Sequence[str], engine: Engine) -> list[str]:
    texts = _likely([_choices(syllable) for syllable in cut], engine, "", shown=BEAM)
    return _usual(texts, cut, engine)


def _choices(syllable: str) -> str:
    """Return the characters that a syllable, the beginning of one, or a character stands for."""
    if is_han(syllable[0]):
        return syllable
    if syllable.endswith(BEGUN):
        begin = syllable.removesuffix(BEGUN)
        return "".join(dict.fromkeys("".join(some for sound, some in _by_sound().items() if sound.startswith(begin))))
    return _by_sound().get(syllable, "")


def _usual(texts: Sequence[str], cut: Sequence[str], engine: Engine) -> list[str]:
    """Return the readings of syllables that are about as likely as the likeliest, that one first."""
    words = engine.document_frequencies([Term("word", text) for text in texts])[1]
    counts = engine.count([Run(text) for text in texts])
    weights = [
        log(count) + USUAL * _usually_read(text, cut) + IS_WORD * (word > 0)
        for text, word, count in zip(texts, words, counts, strict=True)
        if count
    ]
    there = sorted(zip(weights, compress(texts, counts), strict=True), key=lambda row: (-row[0], row[1]))
    return [text for weight, text in there if weight > there[0][0] - CLOSE][:SHOWN]


def _usually_read(text: str, cut: Sequence[str]) -> int:
    """Return the number of characters that are in their usual reading."""
    return sum(
        any(reading.startswith(syllable.removesuffix(BEGUN)) for reading in _usual_readings(char))
        for char, syllable in zip(text, cut, strict=True)
    )


def _weighted(texts: Sequence[str]) -> Weighted:
    """Return the terms of some texts, each weighted half as much as the one before, so that likelier ones come
    first.
    """
    weights: dict[Term, float] = {}
    for number, text in enumerate(texts):
        for term, weight in scored_terms(text, [text]):
            weights.setdefault(term, weight / 2**number)
    return tuple(weights.items())


def _same_sound(whole: str, engine: Engine) -> list[str]:
    from seedsearch.text.numerals import digits_of

    # Nobody types 实八 for 十八; and what is counted may be typed wrongly.
    kept = digits_of(whole)
    choices = [char if at in kept else "".join(_sounding_like(char)) for at, char in enumerate(whole)]
    return [text for text in _likely(choices, engine, whole) if text != whole]


def _likely(choices: Sequence[str], engine: Engine, typed: str, shown: int = SHOWN) -> list[str]:
    """Return texts of the index with one character of each choice, those with the fewest changes to `typed` first.

    A beam search over the pairs of the index.
    """
    kept = _frequent(choices, engine)
    if len(kept) == 1:
        return kept[0][:shown]
    beam = [(_changed(char, typed, 0), 0, char) for char in kept[0]]
    for place, chars in enumerate(kept[1:], start=1):
        pairs = sorted({text[-1] + char for _, _, text in beam for char in chars})
        counts = dict(zip(pairs, engine.document_frequencies([Term("gram", pair) for pair in pairs])[1], strict=True))
        longer = (
            (changes + _changed(char, typed, place), rare - count, text + char)
            for changes, rare, text in beam
            for char in chars
            if (count := counts[text[-1] + char])
        )
        beam = nsmallest(BEAM, longer)
    texts = [text for _, _, text in beam]
    return list(compress(texts, engine.exists([Run(text) for text in texts])))[:shown]


def _frequent(choices: Sequence[str], engine: Engine) -> list[list[str]]:
    """Return, for each choice, the characters that are in the index, most frequent first, at most `CHOICES`."""
    every = list(dict.fromkeys("".join(choices)))
    counts = dict(zip(every, engine.document_frequencies([Term("gram", char) for char in every])[1], strict=True))
    ranked = (nlargest(CHOICES, [(counts[char], char) for char in chars]) for chars in choices)
    return [[char for count, char in some if count] for some in ranked]


def _changed(char: str, typed: str, place: int) -> int:
    return int(bool(typed) and typed[place] != char)


def _initials(letters: Sequence[str], engine: Engine) -> list[str]:
    """Return the most frequent words whose characters, in their usual reading, begin with these letters; if there is
    none, sequences of words.
    """
    begun, size = [letter + BEGUN for letter in letters], len(letters)
    # One pass over all words, of which the first character already rules out most.
    words = [row for row in engine.vocabulary("word") if 1 < len(row[0]) <= size and is_han(row[0][0])]
    fitting = (
        (log(count) + USUAL * _usually_read(word, begun), word)
        for word, count in words
        if len(word) == size and all(map(_begins, word, letters))
    )
    likely = nlargest(SHOWN, fitting) or _initials_of_words(letters, begun, words, engine)
    return [word for weight, word in likely if weight > likely[0][0] - CLOSE]


def _initials_of_words(
    letters: Sequence[str], begun: Sequence[str], words: Sequence[tuple[str, int]], engine: Engine
) -> list[tuple[float, str]]:
    """Return the most frequent sequences of `words`, of two or more characters, with these initials, with their
    weights: zgrm is 中国人民.
    """
    size = len(letters)
    parts: dict[tuple[int, int], list[tuple[float, str]]] = {}
    starts: dict[str, list[int]] = {}  # the letters that each first character may stand for
    for word, count in words if size >= 4 else ():
        if (some := starts.get(word[0])) is None:
            some = starts[word[0]] = [start for start in range(size) if _begins(word[0], letters[start])]
        for start in some if len(word) < size - 1 else ():
            if start + len(word) <= size and all(map(_begins, word[1:], letters[start + 1 :])):
                weight = log(count) + USUAL * _usually_read(word, begun[start : start + len(word)])
                parts.setdefault((start, start + len(word)), []).append((weight, word))
    ways: dict[int, list[tuple[float, str]]] = {0: [(0.0, "")]}
    for (start, end), found in sorted(parts.items(), key=lambda part: part[0][1]):
        pairs = [
            (text, word, sum_ + weight) for sum_, text in ways.get(start, ()) for weight, word in nlargest(BEAM, found)
        ]
        borders = engine.document_frequencies([Term("gram", text[-1:] + word[0]) for text, word, _ in pairs])[1]
        made = [(weight, text + word) for (text, word, weight), there in zip(pairs, borders, strict=True) if there]
        ways[end] = nlargest(BEAM, [*ways.get(end, ()), *made])
    texts = [text for _, text in ways.get(size, ())]
    counts = engine.count(list(map(Run, texts))) if texts else []
    return nlargest(SHOWN, ((log(count), text) for text, count in zip(texts, counts, strict=True) if count))


@cache
def _begins(char: str, letter: str) -> bool:
    """Tell whether a reading of the character begins with the letter."""
    return is_han(char) and any(reading.startswith(letter) for reading in _readings(char))


@cache
def _unfolded() -> dict[str, str]:
    """Folded character → the characters folded to it: 著 and 着 are the same in the index, but have different
    readings.
    """
    table: dict[str, list[str]] = {}
    for char in map(chr, range(0x4E00, 0x9FA6)):
        table.setdefault(fold(char), []).append(char)
    return {folded: "".join(chars) for folded, chars in table.items()}


@cache
def _readings(char: str) -> frozenset[str]:
    """Return the readings of all characters that are folded to one; none if it is not an ideograph.

    The table of readings is only loaded for a query that found nothing.
    """
    from seedsearch.text.pinyin import readings

    return frozenset().union(*map(readings, _unfolded().get(char, char)))


@cache
def _usual_readings(char: str) -> frozenset[str]:
    from seedsearch.text.pinyin import usual_readings

    return frozenset().union(*map(usual_readings, _unfolded().get(char, char)))


def _by_sound() -> dict[str, str]:
    from seedsearch.text.pinyin import by_sound

    return by_sound()


def _sounding_like(char: str) -> set[str]:
    """Return the folded characters that share a reading with a character, itself included."""
    table = _by_sound()
    alike = [chars for chars in table.values() if char in chars]
    return {char}.union(*(alike or (table.get(reading, "") for reading in _readings(char))))
