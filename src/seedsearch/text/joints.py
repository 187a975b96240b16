"""Finds interruptions of words that are not part of them, and the text read across them.

Interruptions are markup (打**电**话, [[北京|首都]]的, -{zh-hans:计算机;zh-hant:電腦}-), footnotes (长江[1]是), glosses
(打(dǎ)电话), prefixes of quoted lines, comments and lists (`> `, `// `), blanks around ideographs and between single
letters, a hyphen at the end of a line, and the dot in a name. The run text keeps all of them, because they can be
searched for too; a stretch of them between letters is a joint. An index also has the pairs and words across joints,
and a string is found in the run text with or without its joints.

Joints are determined from the run text alone, in which a line break is a blank. Linear: no part of a joint is longer
than sixteen times LONGEST, and none contains punctuation that ends a sentence.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache
from itertools import chain
from typing import NamedTuple

from seedsearch.text.folding import is_han
from seedsearch.text.run_text import occurrences, plain_grams
from seedsearch.text.segmenter import Cut

LONGEST = 80  # code points of a link target, of attributes, of a gloss
AROUND = 8  # ideographs on each side of a joint in which words across it are searched for; no common word is longer
TOKEN = 40  # the same for letters
STOP = "。"  # ends a sentence; never in or beside a joint

_INLINE = "a|abbr|b|big|br|code|del|em|font|i|ins|mark|s|small|span|strong|sub|sup|text:span|tspan|u|wbr"
_FORUM = "align|b|backcolor|center|color|em|font|i|s|size|strike|sub|sup|u|url"  # tags that forums write in brackets
_NOTES = "来源请求|[一二三四五六七八九十]{1,3}"
_CODE = r"[a-z]{2,3}(?:-[a-z]{2,4})?"
_TARGET = rf"[^\[\]|\0]{{1,{LONGEST}}}"


REMARKS = ("rem", "dnl")  # beginnings of comments in batch files and in m4, of three letters
# Beginnings of comments in Vim and Fortran, which elsewhere end a sentence or begin a quotation. They count as the
# beginning of a line only if an earlier line, at most so many code points before, begins with the same. `C ` of old
# Fortran is left alone; otherwise 维生素 C 含量 would no longer be read as 维生素C含量.
AGAIN, LINE = '"!', 2 * LONGEST


# These have no ideographs: compiling a pattern with a class of them takes as long as answering a query.
@cache
def _mark() -> re.Pattern[str]:
    """Return the pattern of one piece of a joint other than a blank. Each alternative begins with its mark; a gloss is
    a group.
    """
    return re.compile(
        "|".join(
            (
                r"- (?<=[^\W\d_]- )(?=[^\W\d_])",
                rf"-\{{(?:[a-z;]{{1,3}}\|)?(?:{_CODE}:)?",
                rf"(?:; ?{_CODE}:[^{{}};\0]{{0,{LONGEST}}}){{0,12}};? ?\}}-",
                r"\\(?:text[a-z]{2}|emph|underline|mbox|bm)\{",  # TeX commands
                r"\\u(?:200[b-f]|2060|feff|00ad)",
                r"(?<=[^ -~])(?:\\[nrt]){1,4}(?=[^ -~])",  # an escaped line end, or one after a backslash
                r"(?<=[^ -~])\\ (?=[^ -~])",
                r"\{\{(?:lang\|[a-z-]{2,8}|nowrap)\||\}{1,2}",
                rf"\[\[(?:{_TARGET}\|)?",
                r"\]\]",
                rf"\[(?={_TARGET}\]\()",
                rf"\]\([^()\s\0]{{1,{2 * LONGEST}}}(?:\([^()\s\0]{{0,{LONGEST}}}\)[^()\s\0]{{0,{LONGEST}}})?"
                rf"(?: \"[^\"\0]{{0,{LONGEST}}}\")?\)",
                rf"\]\[[^\[\]\0]{{0,{LONGEST}}}\]",
                rf"(?:\[|〔)(?:\^?\d{{1,3}}(?:[,-]\d{{1,3}})?|注 ?\d{{0,2}}|\^[a-z0-9_-]{{1,20}}|{_NOTES})(?:\]|〕)",
                rf"\[/?(?:{_FORUM})(?:=[^\[\]\0]{{1,{LONGEST}}})?\]",
                rf"\[(?={_TARGET}\]\[[^\[])",
                r"[\[<]\d\d:\d\d(?:\.\d{1,3})?[\]>]",  # the time at which a word is sung
                rf"[\[({{]([^\W\d_][\w\u0300-\u036f '\".,:;&/+·-]{{0,{LONGEST}}})[\])}}]",
                r"(?:\*{1,3}|_{1,3}|~~|==|`{1,2}|'{2,5})",
                rf"<ref(?: [^<>\0]{{0,{LONGEST}}})?(?:/>|>[^<\0]{{0,{LONGEST}}}</ref>)",
                rf"</?(?:{_INLINE})(?: [^<>\0]{{0,{LONGEST}}})?/?>",
                "·",
            )
        )
    )


@cache
def _prefix() -> re.Pattern[str]:
    """Return the pattern of a line break and the prefix of a quoted line, a comment or a list item, as in the run
    text.
    """
    return re.compile(
        r" (?:(?:(?:[>|]|│|║) ?){1,8}(?:[-*+] )?|/{2,3}!?|#{1,6}:?|-{1,3}(?: ?[|>])?|\*{1,2}|;{1,3}|%{1,3}"
        rf"|::|!!|\.\.|(?:{'|'.join(REMARKS)}|[{AGAIN}])(?= )|[+·'§]) ?"
    )


# The first characters of joints.
MARKS = frozenset(" -[〔](*_~`'<=·;{}\\")
# The last characters of joints; letters and 0 end escapes (\n, \u200b).
ENDS = frozenset(" -[〔])〕*_~`'>=·;:{}|│║/!#%.+§" + "bcdefnrt0")


# Characters that may be inside a Latin word: foo_bar and a*b are not interrupted words.
_IN_LATIN = (" ", "- ", "**", "<b>", "</b>", "<i>", "</i>", "<em>", "</em>", "<strong>", "</strong>", "<wbr>")


class Joint(NamedTuple):
    """A stretch of a run text that is not part of the words on either side."""

    start: int
    end: int


@cache
def _candidate() -> re.Pattern[str]:
    """Return the pattern of the beginnings of pieces."""
    return re.compile(r"[\[\](*_~`'<=·;{}\\]|〔|-(?=[ {])| (?=[^ -~])|(?<=[^ -~]) | (?=[0-9A-Za-z](?![0-9A-Za-z]))")


def joints(run: str, candidates: Iterable[int] | None = None) -> list[Joint]:
    """Return the joints of a run text, in order: stretches of joint pieces with letters on both sides.

    `candidates` are the places where pieces may begin, in order; extra ones do no harm.
    """
    return [stretch for stretch in stretches(run, candidates) if joins(run, *stretch)]


def stretches(run: str, candidates: Iterable[int] | None = None) -> list[Joint]:
    """Return the same, including those with something other than letters beside them."""
    if candidates is None:
        candidates = [found.start() for found in _candidate().finditer(run)]
    found: list[Joint] = []
    start = end = 0
    for at in candidates:
        if at >= end and (last := _piece(run, at)):
            if at != end:
                if end:
                    found.append(Joint(start, end))
                start = at
            end = last
    if end:
        found.append(Joint(start, end))
    return found


def _piece(run: str, at: int) -> int:
    """Return the end of the piece that begins at `at`; 0 if there is none."""
    if run[at] == " ":
        return _blank(run, at)
    stop = run.find(STOP, at, at + 16 * LONGEST)
    found = _mark().match(run, at, stop) if stop >= 0 else _mark().match(run, at)
    if found is None or (found[1] and not (at and _may_be_glossed(run[at - 1]) and not any(map(is_han, found[1])))):
        return 0
    end = found.end()
    return 0 if run[at] == "·" and not (at and is_han(run[at - 1]) and is_han(run[end : end + 1])) else end


def _may_be_glossed(char: str) -> bool:
    return is_han(char) or char in " *_>"


def _blank(run: str, at: int) -> int:
    """Return the same for a piece that begins with a blank: beside an ideograph, or between single letters."""
    before, after = run[at - 1 : at], run[at + 1 : at + 2]
    if is_han(before):
        found = _prefix().match(run, at)
        if found is None or not is_han(run[found.end() : found.end() + 1]):
            return at + 1
        return found.end() if after not in AGAIN or _begins_again(run, at) else at + 1
    if is_han(after):
        return at + 1
    alone = (
        _is_plain(before)
        and _is_plain(after)
        and not (_is_plain(run[at - 2 : at - 1]) or _is_plain(run[at + 2 : at + 3]))
    )
    return at + 1 if alone else 0


def _begins_again(run: str, at: int) -> bool:
    """Tell whether the word at `at` also begins an earlier line."""
    begin = max(0, at - LINE)
    begin = max(begin, run.rfind(STOP, begin, at) + 1, run.rfind("\0", begin, at) + 1)
    earlier = run.rfind(run[at + 1 : at + 3], begin, at)
    return earlier >= 0 and run[earlier - 1 : earlier] in ("", " ", "\0") and is_han(run[earlier + 2])


def _is_other(char: str) -> bool:
    """Tell whether a character is a letter or digit other than an ideograph."""
    return char.isalnum() and not is_han(char)


def _is_plain(char: str) -> bool:
    """Tell whether a character is an ASCII letter or digit; an empty string is not."""
    return char.isascii() and char.isalnum()


def joins(run: str, start: int, end: int) -> bool:
    """Tell whether there are letters on both sides of a stretch, and it is not a mark inside a Latin word."""
    if not (0 < start < end < len(run) and run[start - 1].isalnum() and run[end].isalnum()):
        return False
    return is_han(run[start - 1]) or is_han(run[end]) or run.startswith(_IN_LATIN, start, end)


# Conversions of MediaWiki, of which a reader sees one alternative: -{zh-hans:计算机;zh-hant:電腦}-.
@cache
def _conversion() -> re.Pattern[str]:
    return re.compile(
        rf"-\{{(?:[a-z;]{{1,3}}\|)?(?:{_CODE}:)?[^{{}};\0]{{0,{LONGEST}}}"
        rf"(?P<others>(?:; ?{_CODE}:[^{{}};\0]{{0,{LONGEST}}}){{1,12}});? ?\}}-"
    )


@cache
def _way() -> re.Pattern[str]:
    return re.compile(rf"; ?{_CODE}:([^{{}};\0]{{1,{LONGEST}}})")


BESIDE = 40  # code points of context on each side for the other alternatives; more than is typed of a sentence


class Placed(NamedTuple):
    """A text without its joints, and its span in the run text."""

    start: int
    end: int
    text: str


class Joined:
    """A run text without its joints, with the mapping back to it.

    `others` are stretches as they read with other alternatives of conversions, each with its start.
    """

    def __init__(self, run: str, found: Sequence[Joint] | None = None, told: Collection[Joint] | None = None) -> None:
        """`told` are the joints to use, if not all."""
        self._joints = joints(run) if found is None else found
        pieces, last, gone = [], 0, 0
        self._places: list[int] = []  # the offset in `text` after each joint
        self._gone: list[int] = [0]  # the number of characters omitted before
        for start, end in self._joints:
            pieces.append(run[last:start])
            self._places.append(start - gone)
            gone += end - start
            self._gone.append(gone)
            last = end
        self.text = "".join((*pieces, run[last:]))
        self._told = [at for at, one in zip(self._places, self._joints, strict=True) if told is None or one in told]
        self.others = list(_others(run, self._joints)) if told is None and ";" in run and "-{" in run else []

    @property
    def read(self) -> str:
        """Everything that is read: the text, and the other stretches, one per line."""
        return "\n".join([self.text, *(other.text for _, other in self.others)]) if self.others else self.text

    def pairs(self) -> list[str]:
        """Return the pairs of characters on both sides of a joint."""
        pairs = [self.text[at - 1 : at + 1] for at in self._told]
        return pairs + [pair for _, other in self.others for pair in other.pairs()]

    def words(self, cut: Cut) -> list[str]:
        """Return the words across joints: of ideographs as segmented by `cut`, or sequences of letters and digits."""
        words = [self.text[start:end] for start, end in self._words(cut)]
        return words + [word for _, other in self.others for word in other.words(cut)]

    def placed_pairs(self) -> list[Placed]:
        """Return those of the text, each with its span in the run text."""
        pairs = (self.text[at - 1 : at + 1] for at in self._places)
        return [Placed(start - 1, end + 1, pair) for (start, end), pair in zip(self._joints, pairs, strict=True)]

    def placed_words(self, cut: Cut) -> list[Placed]:
        """Return those of the text, each with its span in the run text."""
        return [Placed(*self._in_run(start, end), self.text[start:end]) for start, end in self._words(cut)]

    def _words(self, cut: Cut) -> Iterable[tuple[int, int]]:
        found: dict[tuple[int, int], None] = {}
        for at in self._told:
            before, after = is_han(self.text[at - 1]), is_han(self.text[at])
            if before and after:
                found.update(dict.fromkeys(self._cut(at, cut)))
            elif not before and not after:
                found[self._row(at, TOKEN, _is_other)] = None
        return found

    def _cut(self, at: int, cut: Cut) -> Iterator[tuple[int, int]]:
        """Yield the span of the word across a joint between ideographs, if there is one."""
        start, end = self._row(at, AROUND, is_han)
        for word in cut(self.text[start:end]):
            if start < at < start + len(word):
                yield start, start + len(word)
            start += len(word)

    def _row(self, at: int, reach: int, test: Callable[[str], bool]) -> tuple[int, int]:
        """Return the span of consecutive characters of one kind around a place, at most `reach` in each direction."""
        start = end = at
        while start > max(0, at - reach) and test(self.text[start - 1]):
            start -= 1
        while end < min(len(self.text), at + reach) and test(self.text[end]):
            end += 1
        return start, end

    def crossing(self, text: str) -> list[tuple[int, int]]:
        """Return the places (start, end) in the run text where `text` occurs across joints, including overlapping
        ones.
        """
        found = ((at, at + len(text)) for at in occurrences(self.text, text))
        places = [self._in_run(at, end) for at, end in found if bisect_right(self._places, at) < self._before(end)]
        if self.others:
            more = (((begin, one) for one in other.crossing(text)) for begin, other in self.others)
            places += [(begin + start, begin + end) for begin, (start, end) in chain.from_iterable(more)]
        return places

    def _before(self, end: int) -> int:
        return bisect_right(self._places, end - 1)

    def _in_run(self, start: int, end: int) -> tuple[int, int]:
        """Map an offset of `text` to the run text."""
        return start + self._gone[bisect_right(self._places, start)], end + self._gone[self._before(end)]


def _others(run: str, found: Sequence[Joint]) -> Iterator[tuple[int, Joined]]:
    """Yield the stretches around the conversions of a run text with each alternative but the first, with their
    starts.
    """
    for conversion in _conversion().finditer(run):
        opened = _at(found, conversion.start())
        closed = _at(found, conversion.end() - 1)
        for way in _way().finditer(run, *conversion.span("others")):
            start, end = way.span(1)
            changed = [Joint(opened.start, start)] if opened and joins(run, opened.start, start) else []
            begin = max(0, opened.start - BESIDE) if opened and changed else start
            last = end
            if closed and joins(run, end, closed.end):
                changed.append(Joint(end, closed.end))
                last = min(len(run), closed.end + BESIDE)
            kept = [one for one in found if begin <= one.start and one.end <= last and not _touch(one, conversion)]
            moved = [[Joint(one.start - begin, one.end - begin) for one in some] for some in (kept, changed)]
            if changed:
                yield begin, Joined(run[begin:last], sorted(moved[0] + moved[1]), moved[1])


def _at(found: Sequence[Joint], place: int) -> Joint | None:
    """Return the joint that contains a place."""
    number = bisect_right(found, place, key=lambda one: one.start) - 1
    return found[number] if number >= 0 and place < found[number].end else None


def _touch(one: Joint, conversion: re.Match[str]) -> bool:
    return one.start < conversion.end() and conversion.start() < one.end


def grams(run: str) -> Counter[str]:
    """Return the terms of the field `gram` of a run text, with their counts.

    They are its characters and adjacent pairs, and for each joint the pair across it and, again, the first of the two,
    because an index counts characters by the pairs that begin with them.
    """
    return plain_grams(run) + Counter(gram for pair in Joined(run).pairs() for gram in (pair, pair[0]))


def crossing(run: str, text: str) -> list[tuple[int, int]]:
    """Return the places (start, end) in a run text where `text` occurs across joints, including overlapping ones."""
    found = [(begin, Joined(run[begin:end]).crossing(text)) for begin, end in _sentences(run, text)]
    return [(begin + start, begin + end) for begin, places in found for start, end in places]


def holds(run: str, text: str) -> bool:
    """Tell whether a run text contains `text`, with or without its joints."""
    return text in run or any(text in Joined(run[begin:end]).read for begin, end in _sentences(run, text))


def _sentences(run: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of sentences, with the marks before and after, in which `text` may cross a joint; a quick check.

    The part of a text before the first joint that it crosses occurs in the run text, followed by the beginning of the
    joint. No joint extends over a STOP, so a sentence has the same joints as in the whole; but a conversion may, and
    its other alternatives are read with their context.
    """
    whole = STOP in text or "-{" in run
    at = run.find(text[0]) if len(text) > 1 else -1
    while at >= 0:
        last = at
        for size in range(1, len(text)):
            after = run[at + size : at + size + 1]
            if after in MARKS:
                stop = -1 if whole else run.find(STOP, at + size)
                end = len(run) if stop < 0 else stop + 1
                if whole or _may_go_on(run, text[size:], at + size + 1, end):
                    yield 0 if whole else max(0, run.rfind(STOP, 0, at)), end
                    last = end - 1
                    break
            if after != text[size]:
                break
        at = run.find(text[0], last + 1)


def _may_go_on(run: str, text: str, start: int, end: int) -> bool:
    """Tell whether `text`, or a prefix of it followed by a possible joint, occurs after a possible joint."""
    while (at := run.find(text[0], start, end)) >= 0:
        if run[at - 1] in ENDS and (
            run.startswith(text, at)
            or any(run[at + n : at + n + 1] in MARKS and run.startswith(text[:n], at) for n in range(1, len(text)))
        ):
            return True
        start = at + 1
    return False
