"""The score of a candidate repair: the language model combined with the evidence of the page.

A pair of ideographs that occurs on the page more than once is likely to occur again; a pair that occurs once is not
counted, because it may itself be damage. For the same reason, repeated lines count once, and the text after a
replacement sign is not counted at all.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from heapq import nlargest
from math import exp, log
from typing import TypeAlias

from seedsearch.restoring.corruptions import (
    NOISY_MARKS,
)
from seedsearch.restoring.recent import Recent
from seedsearch.restoring.scripts import oddity, script_of
from seedsearch.text.character_model import model, pair_score, rank
from seedsearch.text.folding import table
from seedsearch.text.gbk import (
    PRIVATE,
    pairs,
)
from seedsearch.text.late_pattern import late_pattern
from seedsearch.text.pinyin import LETTERS

# "10 of 11 at 4": of the 11 damaged texts of docs/thresholds.md that are fully restored, 10 are at that value.
ONCE = 0.3  # what a pair counts for a guess beside it that stands elsewhere on the page once
PAGE = 0.5  # the weight of the page's own pairs beside the model's
# No pair is less likely than this, as true text has surprises, and one must not outweigh the rest: 29 of 30 at -16.
FLOOR = -20.0
MARK = -5.0  # ln p of a mark as a word: 24 of 25 at -1
IDEOGRAPHS = -0.15  # ln p of an ideograph after an ideograph: 22 of 30 at -4.15, 26 at 3.85
BLANK = "\u3000"  # seldom stands inside a line; as the neighbour of every mark of 0xA1 it must not win by default
_BLANK_COST = 4.0  # nats
_TITLED = 4.0  # nats for the end of a title after a stop, where the end of a quotation stands
# Nats for a character of the site's list that is nowhere else on the page, and more for one past these frequency ranks:
# nine in ten of the marked characters are among the first 1,200. With the first at 8, or the last at 20, 8 of 10.
UNLISTED, UNCOMMON, RARE = 2.0, 2.0, 5.0
EVERYDAY, COMMON = 600, 1200  # the ranks
_OPENING = frozenset("“‘（《〈【「『〔")
_ENDLESS = _OPENING | {BLANK}  # what no line ends with
STOPS = frozenset("，。、；：！？")
# How often marks end a line, before the page is counted; and what a question ends with.
_ENDINGS = {"。": 8.0, "？": 4.0, "！": 3.0, "：": 1.0, "”": 2.0, "；": 0.5, "，": 0.01, "、": 0.01}
BLANKS = 0.3  # … and how many blanks come to a line end
_ASKING = frozenset("吗嗎呢麼么")
UNASKED = -2.0  # nats for another mark than ？ after what a question ends with
# Noise of the program, as a reader may leave it: before marks alone, and of four in five of them.
NOISES = ("\x05", "\x06", "\x07", "\x08")
_NOISE = re.compile(f"[{''.join(NOISES)}][{NOISY_MARKS}]")
LOUD, QUIET = 8.0, 1.6  # nats against any other character after noise, and against such a mark without it
_PRIVATE_USE = re.compile("[\ue000-\ue864]")
_NUMBER, _SPACED = late_pattern("[㐀-鿿] ?[0-9]"), late_pattern("[㐀-鿿] [0-9]")
_EATEN, _LEFT = (
    re.compile(pattern)
    for pattern in (
        rf"[！!][?\ufffd](?=[^\0-\x7f])|[?\ufffd] ?[{LETTERS}]{{1,7}} ?\)",
        rf"[?\ufffd]\( ?[{LETTERS}]{{1,7}} ?\)",
    )
)
PARTNERS = 3  # such signs beyond which one more says nothing
_DOUBTFUL = re.compile("[?\ufffd\0][^\n。，]{0,40}")

KEPT = 2048  # answers kept, of some kilobytes each
ASKED_AGAIN = 512  # answers that are kept for a page, of a kilobyte each: what repeats itself is searched all the same
_Guessed: TypeAlias = tuple[str, str, tuple[str, ...], str]


class Choices:
    """The characters that a lost byte may have made: parallel lists, and how each reads beside another character."""

    def __init__(self, made: Iterable[tuple[int, str]]) -> None:
        """`made`: (lost byte, character)."""
        chosen = [(byte, char) for byte, char in made if ord(char) not in PRIVATE]
        self.byte = [byte for byte, _ in chosen]
        self.char = [char for _, char in chosen]
        self.place = {char: i for i, char in enumerate(self.char)}

    @cached_property
    def _folds(self) -> list[str]:
        folds = table()
        return [folds.get(ord(char), char) for char in self.char]

    @cached_property
    def _known(self) -> list[tuple[int, str, float, float]]:
        """Of the ideographs, where they are and the model's own figures; the others are asked one by one."""
        known = model()
        return [(i, c, known.start[c], known.end[c]) for i, c in enumerate(self._folds) if c in known.start]

    @cached_property
    def _others(self) -> list[int]:
        known = model().start
        return [i for i, c in enumerate(self._folds) if c not in known]

    @cached_property
    def _folded(self) -> dict[str, list[int]]:
        made: dict[str, list[int]] = {}
        for i, c in enumerate(self._folds):
            made.setdefault(c, []).append(i)
        return made

    @lru_cache(maxsize=KEPT)  # noqa: B019 (the choices are kept themselves)
    def after(self, before: str) -> list[float]:
        """ln p of each choice after `before`; not to be written to."""
        known, folded = model(), table().get(ord(before), before)
        if folded not in known.rank:
            return [chance(before, char) for char in self.char]
        row, end = known.follow[folded], known.end[folded]
        scores = [0.0] * len(self.char)
        for i, char, start, _ in self._known:
            inside = row.get(char)
            scores[i] = IDEOGRAPHS + (end + start if inside is None else inside)
        for i in self._others:
            scores[i] = chance(before, self.char[i])
        return scores

    def inside_words(self, before: str) -> list[tuple[float, int, str]]:
        """(ln p after `before`, byte, character) of the choices that follow `before` inside a word."""
        folds = table()
        row = model().follow[folds.get(ord(before), before)]
        return [
            (row[folded] + IDEOGRAPHS, self.byte[i], self.char[i])
            for folded in row.keys() & self._folded.keys()
            for i in self._folded[folded]
        ]

    @lru_cache(maxsize=KEPT)  # noqa: B019
    def before(self, after: str) -> list[float]:
        """ln p of `after` after each choice; not to be written to."""
        known, folded = model(), table().get(ord(after), after)
        if folded not in known.start:
            return [chance(char, after) for char in self.char]
        follow, start = known.follow, known.start[folded]
        scores = [0.0] * len(self.char)
        for i, char, _, end in self._known:
            inside = follow[char].get(folded)
            scores[i] = IDEOGRAPHS + (end + start if inside is None else inside)
        for i in self._others:
            scores[i] = chance(self.char[i], after)
        return scores


@cache
def by_byte(place: int) -> dict[int, list[tuple[int, str]]]:
    """First byte (`place` 0) or second one (1) → other byte and character of all pairs that have it there."""
    made: dict[int, list[tuple[int, str]]] = {}
    for pair, char in pairs().items():
        made.setdefault(pair[place], []).append((pair[1 - place], char))
    return made


@cache
def ending_in(trail: int) -> Choices:
    """Return the characters of true text with this trail byte; the byte of each is its lead."""
    return Choices(by_byte(1).get(trail, ()))


@cache
def beginning_with(lead: int) -> Choices:
    """Return the characters of true text with this lead byte; the byte of each is its trail."""
    return Choices(by_byte(0).get(lead, ()))


@cache
def torn_after(lead: int) -> Choices:
    """Return those of them whose trail byte could stand alone: one that is ASCII would be seen."""
    choices = beginning_with(lead)
    return Choices(c for c in zip(choices.byte, choices.char, strict=True) if c[0] >= 0x80)


@lru_cache(maxsize=1 << 15)
def chance(a: str, b: str) -> float:
    """ln p(b | a) by the model alone, not under `FLOOR`."""
    known, folds = model(), table()
    first, second = folds.get(ord(a), a), folds.get(ord(b), b)
    if first in known.rank and second in known.start:
        inside = known.follow[first].get(second)
        made = IDEOGRAPHS + (known.end[first] + known.start[second] if inside is None else inside)
    elif (a in _ENDLESS and b in "<\n") or (a in STOPS and b == "·") or a == b == "。":
        return FLOOR  # nothing is opened at the end of a line, the dot stands inside names, a stop not before a stop
    else:
        made = pair_score(a, b) - (_BLANK_COST if b == BLANK and a != "\n" else 0.0)
        made -= _TITLED if a in STOPS and b in "》〉" else 0.0
        made += known.end[first] if first in known.rank else 0.0  # a word ends before a mark
    return max(made, FLOOR)


def words(text: str) -> float:
    """ln p of the likeliest cut of `text` into words: where pairs overlap (環專|專科 for 環保|科技), words do not.

    The usual dynamic programme over a unigram model; words of up to four characters.
    """
    return words_between("", [text], "")[0]


def words_between(before: str, texts: Iterable[str], after: str) -> list[float]:
    """Return `words` of `before`, each of `texts` and `after` put together."""
    begun, best = _folded(before), [0.0]
    _cut(begun, best)
    made, ending = [], _folded(after)
    for text in texts:
        some = best.copy()
        _cut(begun + _folded(text) + ending, some)
        made.append(some[-1])
    return made


def _folded(text: str) -> str:
    folds = table()
    return "".join([folds.get(ord(char), char) for char in text])


def _cut(folded: str, best: list[float]) -> None:
    """Go on with ln p of the likeliest cuts of the beginnings of a text, as far as it goes."""
    known = model()
    for end in range(len(best), len(folded) + 1):
        char = folded[end - 1]
        made = best[end - 1] + (_alone(char) if char >= "\u3400" else MARK)
        if end > 1 and (inside := known.follow[folded[end - 2]].get(char)) is not None:
            made = max(made, best[end - 2] + known.alone.get(folded[end - 2], FLOOR) + inside)
        for size in (3, 4):
            if size <= end and (chance_of := known.long_words.get(folded[end - size : end])) is not None:
                made = max(made, best[end - size] + chance_of)
        best.append(made)


_Seen: TypeAlias = defaultdict[str, str]
# Characters of a page from which on its pairs are counted by array operations, which take a tenth of the time: 14 s for
# 20 MB became 1.5 s. For shorter ones that does not outweigh what it takes to load them, 0.1 s.
MANY = 100_000


class _Pairs:
    """The pairs of ideographs on a page.

    `after`: first character → {second: ln p}, and `before`: second → the first ones, for the pairs that the page
    repeats. `once`: the same for pairs that stand there once (first → seconds, second → firsts), for guesses alone.
    `single`: how often each character stands there.
    """

    def __init__(self, text: str) -> None:
        self.single = Counter(text)
        self.before: defaultdict[str, list[str]] = defaultdict(list)
        self.once: tuple[_Seen, _Seen] = (defaultdict(str), defaultdict(str))
        repeated: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for a, b, count in _by_arrays(text) if len(text) > MANY else _one_by_one(text):
            if count > 1:
                repeated[a][b] = count
                self.before[b].append(a)
            else:
                self.once[0][a] += b
                self.once[1][b] += a
        self.after = _Repeated(repeated, self.single)


class _Repeated(dict[str, dict[str, float]]):
    """First character → {second: ln p} of repeated pairs, worked out for each first one when it is asked for."""

    def __init__(self, counts: Mapping[str, Mapping[str, int]], single: Mapping[str, int]) -> None:
        self._counts, self._single = counts, single

    def __missing__(self, first: str) -> dict[str, float]:
        counts, of_all = self._counts.get(first, {}), self._single[first]
        made = {b: log((1 - PAGE) * exp(chance(first, b)) + PAGE * (n - 1) / of_all) for b, n in counts.items()}
        self[first] = made
        return made


def _one_by_one(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield the two ideographs of each pair, and how often it stands in a text."""
    for pair, count in Counter(map(str.__add__, text, text[1:])).items():
        if pair[0] >= "\u3400" and pair[1] >= "\u3400":
            yield pair[0], pair[1], count


def _by_arrays(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield the same."""
    import numpy as np

    from seedsearch.text.code_points import points, text_of

    chars = points(text)
    both = (chars[:-1] >= 0x3400) & (chars[1:] >= 0x3400)
    pairs, counts = np.unique(chars[:-1][both].astype(np.uint64) << 32 | chars[1:][both], return_counts=True)
    firsts, seconds = text_of((pairs >> 32).astype(np.uint32)), text_of(pairs.astype(np.uint32))
    return zip(firsts, seconds, counts.tolist(), strict=True)


@cache
def _alone(char: str) -> float:
    """ln p of an ideograph as a word of its own: that a word begins with it and ends there."""
    known = model()
    return known.start[char] + known.end[char] if char in known.start else FLOOR


class PageScore:
    """ln p of pairs of characters on one page."""

    def __init__(self, text: str, listed: Collection[str] = (), *, silent: bool = False) -> None:
        """`text`: the page with its marks taken out; `listed`: the characters that it marks; `silent`: whether its
        reader left no sign of what it lost.
        """
        self._text, self._listed, self._chars = text, listed, frozenset(text)
        self.marked = bool(listed)
        self._noise = _NOISE.search(text) is not None
        # Whether noise tore characters where nothing is left of it.
        self.silent = silent and not self._noise
        # Whether the reader shows pairs without a character: then it writes no sign for them, and drops none.
        self.private = _PRIVATE_USE.search(text) is not None
        # How many more broken pairs took their ASCII partner with them than left it, up to a few; where none is
        # seen, readers that write question marks do.
        eats = len(_EATEN.findall(text)) - len(_LEFT.findall(text)) or 2 * ("?" in text)
        self.eats = max(-PARTNERS, min(PARTNERS, eats))
        # Whether later programs made full-width marks ASCII.
        self.narrowed = text.count(",") >= text.count("，")
        # Whether numbers stand off the ideographs before them.
        self.spaced = 2 * len(_SPACED.findall(text)) > len(_NUMBER.findall(text))
        # Whether paragraphs end in empty lines, lines in two characters, and whether a comma is ASCII.
        self.empty_lines, self.returns, self.commas = "\n\n" in text, "\r\n" in text, "," in text
        self._endings: dict[str, dict[str, float]] = {}
        self._best: Recent[tuple[Choices, str, str, int], list[tuple[float, int, str]]] = Recent(ASKED_AGAIN)
        self.guessed: Recent[_Guessed, tuple[list[float], list[float]]] = Recent(ASKED_AGAIN)  # of `Guesses`
        self._script = script_of(text.encode())

    @cached_property
    def _pairs(self) -> _Pairs:
        """The pairs of the page, counted when a repair is weighed: most pages that are looked at have none."""
        return _Pairs(_DOUBTFUL.sub("", "\n".join(dict.fromkeys(self._text.split("\n")))))

    def oddity(self, char: str) -> float:
        """Nats against a guess that the page does not hold and its script hardly."""
        return 0.0 if char in self._chars else -oddity(char, self._script)

    def narrows(self, mark: str) -> bool:
        """Return whether later programs made this full-width mark ASCII: more stand there so than as they were."""
        return self._text.count(mark) > self._text.count(chr(ord(mark) + 0xFEE0))

    def holds(self, char: str) -> bool:
        """Return whether `char` stands somewhere on the page."""
        return char in self._chars

    def unlike_noise(self, char: str, noisy: bool) -> float:
        """Nats against `char` after noise (`noisy`) or none, on a page whose reader left the noise of marks."""
        if not self._noise:
            return 0.0
        if char in NOISY_MARKS:
            return 0.0 if noisy else QUIET
        return LOUD if noisy else 0.0

    def as_marked(self, searched: Sequence[tuple[str, bytes]]) -> list[tuple[float, bytes]]:
        """(nats against it, pair) of the characters that the site may have marked.

        First those of the page's list, then common ones that the page does not hold; those that stand there without a
        mark are not of the list, and taken only where there is no other.
        """
        likely = [(self._unlisted(char), pair) for char, pair in searched if self._may_be_listed(char)]
        return likely or [(0.0, pair) for _, pair in searched]

    def _may_be_listed(self, char: str) -> bool:
        return char in self._listed or char not in self._chars

    def _unlisted(self, char: str) -> float:
        if char in self._listed:
            return 0.0
        place = rank(char)
        more = 0.0 if place < EVERYDAY else UNCOMMON if place < COMMON else RARE
        return UNLISTED + more + self.oddity(char)

    def before_gone(self, before: str, char: str, gone: str) -> float:
        """ln p of `gone` after `char`, which follows `before`; for marks before blanks and line ends, by the page."""
        if char not in _ENDINGS or gone[0] not in "\n ":
            return self.pair(char, gone[0])
        if gone[1:] not in self._endings:
            self._endings[gone[1:]] = self._ending_with(gone[1:])
        asked = (before in _ASKING) == (char == "？")
        return self._endings[gone[1:]][char + gone] + (0.0 if asked or before not in _ASKING else UNASKED)

    def _ending_with(self, following: str) -> dict[str, float]:
        """Return a mark, a blank or line end, and `following` → ln p among all such."""
        counts = {
            mark + gone + following: share * usual + self._text.count(mark + gone + following)
            for mark, usual in _ENDINGS.items()
            for gone, share in (("\n", 1.0), (" ", BLANKS))
        }
        return {ending: log(count / sum(counts.values())) for ending, count in counts.items()}

    def pair(self, a: str, b: str) -> float:
        """ln p(b | a), about 0 to -20."""
        known = self._pairs.after[a].get(b)
        return chance(a, b) if known is None else known

    def inside(self, text: str) -> float:
        """ln p of `text` after its own first character."""
        return sum(map(self.pair, text, text[1:]))

    def best(self, choices: Choices, before: str, after: str, count: int) -> list[tuple[float, int, str]]:
        """Return the `count` likeliest (ln p after `before`, byte, character), judged between `before` and `after`.

        `after` may be empty: nothing is known of what follows.
        """
        asked = choices, before, after, count
        if (made := self._best.get(asked)) is None:
            made = self._likeliest(choices, before, after, count)
            self._best.put(asked, made)
        return made

    def _likeliest(self, choices: Choices, before: str, after: str, count: int) -> list[tuple[float, int, str]]:
        scores = choices.after(before).copy()
        pairs = self._pairs
        for char, score in pairs.after[before].items():
            if char in choices.place:
                scores[choices.place[char]] = score
        for char in pairs.once[0].get(before, ""):
            if char in choices.place:
                place = choices.place[char]
                scores[place] = max(scores[place], self._known_once(before))
        if not after:
            ranked = nlargest(count, zip(scores, range(len(scores)), strict=True))
            return [(score, choices.byte[i], choices.char[i]) for score, i in ranked]
        seconds = choices.before(after).copy()
        for char in pairs.before.get(after, ()):
            if char in choices.place:
                seconds[choices.place[char]] = pairs.after[char][after]
        for char in pairs.once[1].get(after, ""):
            if char in choices.place:
                place = choices.place[char]
                seconds[place] = max(seconds[place], self._known_once(char))
        judged = nlargest(count, zip(map(float.__add__, scores, seconds), range(len(scores)), strict=True))
        return [(scores[i], choices.byte[i], choices.char[i]) for _, i in judged]

    def seen_once(self, before: str, char: str, after: str) -> float:
        """Return what a guess gains by standing elsewhere on the page between the same characters."""
        ahead = self._pairs.once[0]
        seen = char in ahead.get(before, "")
        gained = max(0.0, self._known_once(before) - chance(before, char)) if seen else 0.0
        if after and after in ahead.get(char, ""):
            gained += max(0.0, self._known_once(char) - chance(char, after))
        return gained

    def _known_once(self, first: str) -> float:
        """ln p of a character after `first` behind which it stands on the page once."""
        return log(PAGE * ONCE / self._pairs.single[first])
