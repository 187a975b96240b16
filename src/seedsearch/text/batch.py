"""Many documents at once, as arrays: their run texts (defined in run_text.py) and their terms."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, islice, pairwise
from typing import Any, NamedTuple, Self

import numpy as np

from seedsearch.text.array_types import Ints, Mask, Points, Small
from seedsearch.text.batch_joints import across
from seedsearch.text.code_points import COUNT, members, points
from seedsearch.text.folding import HAN, WIDE, table
from seedsearch.text.joints import STOP, Joined
from seedsearch.text.lexicon import NONE, OwnWords
from seedsearch.text.run_text import run_text

_SPACE = 0x20
# Characters processed together: their arrays take about 60 bytes for each, and larger batches are not faster.
TOGETHER = 1 << 18
BLANKS = 64  # code points searched for blanks after a sentence; few have more


@cache
def _folding() -> Points:
    made = np.arange(COUNT, dtype=np.uint32)
    for char, folded in table().items():
        made[char] = ord(folded)
    return made


@cache
def _blank() -> Mask:
    return members("".join(re.findall(r"\s", "".join(map(chr, range(0x10000))))))


@cache
def _wide() -> Mask:
    return members(WIDE)


@dataclass(frozen=True, slots=True)
class RunTexts:
    """The run texts of some readable texts, concatenated, with a NUL after each.

    `points` are their code points, `readable` the corresponding readable characters, `lengths` the lengths of the texts
    without the NUL. `lacking` are the readable blanks that run texts omit; `lacking_before` gives the index in `points`
    before which each belongs.
    """

    points: Points
    readable: Points
    lengths: Ints
    lacking: Points
    lacking_before: Ints

    @classmethod
    def of(cls, texts: Sequence[str], among: Among | None = None) -> Self:
        """Return the run texts of these texts; with `among`, they are pieces of longer ones."""
        chars = points("".join(f"{text}\0" for text in texts))  # NUL is not a blank, and blanks beside it are kept
        folded = _folding()[chars]
        lacks = _lacking(chars, folded, texts, among)
        there = ~lacks
        out = np.flatnonzero(lacks)
        before = out - np.arange(len(out))
        ends = np.cumsum([len(text) + 1 for text in texts], dtype=np.int64) - 1
        lengths = np.diff(ends - np.searchsorted(out, ends), prepend=-1) - 1
        return cls(folded[there], chars[there], lengths, chars[out], before)

    def owners(self) -> Small:
        """The number of the text of each point; a NUL belongs to the text before it."""
        return np.repeat(np.arange(len(self.lengths), dtype=np.int32), self.lengths + 1)

    def is_text(self) -> Mask:
        """Tell which points are not NULs after texts."""
        mask = np.ones(len(self.points), dtype=bool)
        mask[np.cumsum(self.lengths + 1) - 1] = False
        return mask


@dataclass(frozen=True, slots=True)
class Among:
    """The context of pieces: `after` is the next non-blank character after each, NUL if there is none.

    `inside` tells which begin inside a run of blanks.
    """

    after: Points
    inside: Mask


def _lacking(chars: Points, folded: Points, texts: Sequence[str], among: Among | None) -> Mask:
    """Return the blanks that the run texts omit; those that they keep become spaces in `folded`."""
    blank = _blank()[np.minimum(chars, 0xFFFF)]
    edges = np.diff(blank, prepend=False, append=False)
    firsts, lasts = np.flatnonzero(edges).reshape(-1, 2).T
    wide = _wide()
    is_wide = wide[chars[np.minimum(lasts, len(chars) - 1)]]
    inside = np.zeros(len(firsts), dtype=bool)
    if among is not None:
        ends = np.cumsum([len(text) + 1 for text in texts]) - 1
        at_end = np.searchsorted(ends, lasts)
        here = ends[at_end] == lasts
        is_wide[here] = wide[among.after[at_end[here]]]
        starts = np.append(0, ends[:-1] + 1)
        inside = np.isin(firsts, starts[among.inside])
    dropped = inside | ((firsts > 0) & wide[chars[firsts - 1]] & is_wide)
    kept = firsts[~dropped]
    folded[kept] = _SPACE
    blank[kept] = False
    return blank


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a field in some documents: occurrence i is that of `terms[numbers[i]]` in document `owners[i]`.

    The occurrences are in no particular order; no term is listed twice. `known` has the number of each term that is
    fixed for all batches, or -1.
    """

    terms: Sequence[str]
    known: Ints
    numbers: Small
    owners: Small

    @classmethod
    def of(cls, lists: Sequence[Sequence[str]]) -> Self:
        """Return the terms of each document as a list."""
        places: defaultdict[str, int] = numbered()
        lengths = [len(terms) for terms in lists]
        every = map(places.__getitem__, chain.from_iterable(lists))
        numbers = np.fromiter(every, dtype=np.int32, count=sum(lengths))
        owners = np.repeat(np.arange(len(lists), dtype=np.int32), lengths)
        return cls(list(places), np.full(len(places), -1), numbers, owners)

    def and_more(self, more: Sequence[tuple[int, str]]) -> Self:
        """Return these terms and some others, given with their owners."""
        if not more:
            return self
        places = dict(zip(self.terms, range(len(self.terms)), strict=True))
        numbers = [places.setdefault(term, len(places)) for _, term in more]
        return type(self)(
            list(places),
            np.append(self.known, np.full(len(places) - len(self.terms), -1)),
            np.append(self.numbers, np.array(numbers, dtype=np.int32)),
            np.append(self.owners, np.array([owner for owner, _ in more], dtype=np.int32)),
        )


@dataclass(frozen=True, slots=True)
class Part:
    """Some texts, or pieces of long ones, with their run texts and the terms of the field `word`.

    Piece i and its terms belong to entry `owners[i]`. `following[i]` is the next code point in the run text of the
    entry, a space at the end. `pairs` are the pairs across joints, each with its entry.
    """

    runs: RunTexts
    words: Terms
    owners: Ints
    following: Points
    pairs: Sequence[tuple[int, str]] = ()


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces of texts that are processed together, as in `Part`.

    `cut` tells which are pieces of texts that had to be divided where a joint may be; `whole` has the texts whose first
    piece is here, with the number of the piece.
    """

    texts: Sequence[str]
    owners: Ints
    among: Among
    cut: Mask
    whole: Sequence[tuple[int, str]]

    def part(self, words_of: Callable[[RunTexts], Terms], own: OwnWords = NONE) -> Part:
        """Return them as a part; `words_of` finds the terms of run texts, each of which is its own owner.

        Terms across joints are searched for in whole texts if a joint may cross the border of two pieces.
        """
        runs = RunTexts.of(self.texts, self.among)
        found = across(runs.points, runs.lengths, self.cut, own)
        for piece, text in self.whole:
            found.add(piece, Joined(run_text(text)), own)
        words = words_of(runs).and_more(found.words)
        following = _folding()[np.where(self.among.after == 0, _SPACE, self.among.after)]
        owned = replace(words, owners=self.owners[words.owners].astype(np.int32))
        return Part(runs, owned, self.owners, following, [(int(self.owners[i]), pair) for i, pair in found.pairs])


def pieces_of(texts: Sequence[str], longest: int) -> Iterator[Pieces]:
    """Yield texts in portions of about TOGETHER characters; longer texts are divided between terms.

    `longest` is the number of consecutive ideographs after which a word always ends.
    """
    some: list[_Piece] = []
    size = 0
    for owner, text in enumerate(texts):
        visible = 0
        borders = _borders(text, longest)
        for begin, end in pairwise(borders):
            inside = begin > 0 and text[begin].isspace()
            visible = _visible_from(text, max(end, visible))
            after = ord(text[visible]) if visible < len(text) else 0
            is_cut = not all(_is_after_sentence(text, border) for border in borders[1:-1])
            whole = text if is_cut and begin == 0 else ""
            some.append(_Piece(text[begin:end], owner, after, inside, is_cut, whole))
            size += end - begin
            if size >= TOGETHER:
                yield _together(some)
                some, size = [], 0
    if some:
        yield _together(some)


class _Piece(NamedTuple):
    """A text or a piece of one; as in `Pieces`."""

    text: str
    owner: int
    after: int
    inside: bool
    is_cut: bool
    whole: str


def _visible_from(text: str, at: int) -> int:
    """Return the place of the first non-blank character from `at` on."""
    found = _visible().search(text, at)
    return found.start() if found else len(text)


def _together(some: Sequence[_Piece]) -> Pieces:
    texts, owners, after, inside, cut, wholes = zip(*some, strict=True)
    among = Among(np.array(after, dtype=np.uint32), np.array(inside))
    return Pieces(texts, np.array(owners), among, np.array(cut), [(i, text) for i, text in enumerate(wholes) if text])


def _borders(text: str, longest: int) -> list[int]:
    """Return the places where a text is divided, with its beginning and end."""
    borders = [0]
    while len(text) - borders[-1] > TOGETHER:
        wanted = borders[-1] + TOGETHER
        found = _sentence().search(text, wanted, wanted + TOGETHER)
        found = found or _border().search(text, wanted, wanted + TOGETHER)
        end = found.end() if found else _unmarked(text, borders[-1], wanted, longest)
        if end is None and (found := _border().search(text, wanted)):
            end = found.end()
        if end is None:
            break
        borders.append(end)
    return [*borders, len(text)]


@cache
def _sentence() -> re.Pattern[str]:
    """Return a border at which there is no joint, either."""
    return re.compile(rf"{STOP}\s*(?=\S)")


def _is_after_sentence(text: str, border: int) -> bool:
    return text[border - BLANKS : border].rstrip().endswith(STOP)


@cache
def _border() -> re.Pattern[str]:
    """Return a border after punctuation that is in no word, or after white space that the run text keeps.

    The next character is not white space, so the run text of the whole is the concatenation of those of the pieces.
    """
    return re.compile(r"(?:[,;!?()，；！？（）。、“”《》]|(?<=[A-Za-z0-9,;])\s+)(?=\S)")


def _unmarked(text: str, begin: int, wanted: int, longest: int) -> int | None:
    """Return a border in text without punctuation from `begin` on: inside blanks or inside consecutive ideographs.

    Consecutive ideographs of the run text are divided after each `longest`.
    """
    if text[wanted - 1 : wanted + 1].isspace() and not _is_wide_at(text, begin, wanted):
        return wanted
    last = max((m.end() for m in _no_ideograph().finditer(text, begin, wanted)), default=begin)
    count = sum(1 for _ in _ideograph().finditer(text, last, wanted))
    missing = -count % longest
    other = _no_ideograph().search(text, wanted)
    row = _ideograph().finditer(text, wanted, other.start() if other else len(text))
    found = next(islice(row, missing, None), None) or (_ideograph().search(text, other.end()) if other else None)
    return found.start() if found else None


def _is_wide_at(text: str, begin: int, at: int) -> bool:
    """Tell whether the blanks at `at` may be between wide characters, where the run text omits them."""
    before = text[begin:at].rstrip()
    return bool(before) and bool(_wide()[ord(before[-1])])


@cache
def _visible() -> re.Pattern[str]:
    return re.compile(r"\S")


@cache
def _ideograph() -> re.Pattern[str]:
    return re.compile(f"[{HAN}]")


@cache
def _no_ideograph() -> re.Pattern[str]:
    return re.compile(rf"[^{HAN}\s]")


def numbered() -> defaultdict[Any, int]:
    """Return a dictionary that numbers its keys from 0 on first access."""
    numbers: defaultdict[Hashable, int] = defaultdict()
    numbers.default_factory = numbers.__len__
    return numbers
