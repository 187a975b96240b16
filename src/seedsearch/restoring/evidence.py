"""Decides whether a repair of bytes is accepted: one rule for all kinds of wrong decodings.

In a double-byte encoding almost every pair of bytes is some character, so rare but correct text can by chance be read
as something more common: 忐忐忑忑 as 守守首首, a row of ┼ as 喋喋喋. Each step that undoes a wrong decoding proposes
what reads better; this module weighs the proposals in context, and counts repetitions once:

* a stretch of repairs side by side proves itself if it holds enough *different* characters, as found and as read, and
  enough different pairs of what is read stand together in words, more than in what was found; what repeats itself
  counts once;
* a word in UTF-8 proves itself: 3 million characters of prose hold 171 rows of three whose bytes are two ideographs in
  UTF-8, and none of these is a word. So does one in GBK that was read as Latin-1, where it is of common ideographs and
  not of small letters alone. Either has to stand between what are no letters;
* what proves nothing by itself (a word on its own line, a short one) is believed near a stretch that does;
* no repair adds U+FFFD; one that fills in U+FFFD is a guess, is not evidence, and is refused where the decoder of the
  file wrote that U+FFFD;
* nor is evidence what was guessed of UTF-8 where nothing is seen to be lost: two rare characters side by side are a
  word that lost two bytes without a sign (浠涔 is 什么) as often as chance has it.

Punctuation and letters of Western text are ftfy's field, and are left to its judgement; what guesses at a byte that
left no trace is evidence of nothing there either (ÍS in a word is not U+0340 that lost one).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from seedsearch.damage import Certainty, Damage
from seedsearch.offsets import (
    Edit,
    Guess,
    Weight,
    gathered,
    guessed_of,
    kept,
    kinds_of,
    replacements_of,
    rows_of,
    spans_of,
    weights_of,
)
from seedsearch.restoring.page import Page
from seedsearch.text.character_model import model, rank
from seedsearch.text.folding import fold, han_runs, is_han

GAP = 3  # characters between repairs that stand side by side
FOUND, MADE = 6, 4  # different characters of a stretch, as found and as read, that prove it
# Different pairs of what is read that words hold, and their share of all different pairs. Of 15 characters, 98 in 100
# stretches of laws, technical text and novels have a larger share; of 1,000 drawn by chance from the 3,000 most
# frequent characters, one has.
WORDS, SHARE = 2, 0.3
# The kinds of which a word proves itself, and the rank of its characters up to which one does in GBK.
SPELLED = (Damage.UTF8_AS_GBK, Damage.UTF8_AS_LATIN1, Damage.GBK_AS_LATIN1)
COMMON = 1500  # rank; of four letters of Latin-1 in the order of an alphabet one row of 300 is a rare word
# Edits of a stretch that are looked at first, and where these prove nothing: of more, the words no longer become more
# different. Of 125 texts of 2,500 characters, each misread in four ways, the first 400 characters prove 122.
AT_FIRST, JUDGED = 400, 2000
AROUND = 200  # characters within which a stretch that proves itself speaks for others
LOST = "\ufffd"
SIGNS = frozenset("?\ufffd€")  # of loss: a byte 80 alone is the euro sign
UNSEEN = "\n"


class Stretch(NamedTuple):
    """Repairs side by side, as `found` and as `made`, with U+FFFD in both for each that fills in some, and `UNSEEN`
    for each of UTF-8 that guesses where nothing is seen to be lost.
    """

    found: str
    made: str

    @property
    def proves(self) -> bool:
        """Whether it is evidence by itself."""
        if len(_visible(self.found)) < FOUND or len(_visible(self.made)) < MADE:
            return False
        words, pairs = _words(self.made)
        found_words, found_pairs = _words(self.found)
        if words < max(WORDS, SHARE * pairs):
            return False
        return words * max(1, found_pairs) > 2 * found_words * max(1, pairs)

    @property
    def is_word(self) -> bool:
        """Return whether it consists of ideographs most of whose pairs, without repetitions, occur in words, and
        nothing of it was found as one.
        """
        words, pairs = _words(self.made)
        return LOST not in self.found and 2 * words > pairs and not _words(self.found)[0]

    @property
    def is_common(self) -> bool:
        """Whether it is made of common ideographs alone, and found as letters that are not all small."""
        letters = _visible(self.found)
        return (
            len(letters) > 3
            and not all(map(str.islower, letters))
            and all(is_han(char) and rank(char) < COMMON for char in self.made)
        )


def believed(page: Page, edits: Iterable[Edit]) -> Sequence[Edit]:
    """Return those of the edits of one step that are believed on `page`."""
    found = allowed(page, edits)
    proofs = [row[2:] for row in _side_by_side(found) if _proves(page.text, found, row)]
    spoken_for = bytearray(len(found))
    for first, last, start, end in _side_by_side(found):
        if _near(start, end, proofs):
            spoken_for[first:last] = b"\1" * (last - first)
    if Damage.UTF8_AS_LATIN1 in kinds_of(found):
        for i, spoken in enumerate(spoken_for):
            spoken_for[i] = spoken or _is_western(found[i])
    return kept(found, spoken_for)


def _is_western(e: Edit) -> bool:
    """Return whether the edit needs no evidence."""
    return e.kind is Damage.UTF8_AS_LATIN1 and e.certainty is Certainty.PROVED and not any(map(is_han, e.replacement))


def allowed(page: Page, edits: Iterable[Edit]) -> Sequence[Edit]:
    """Return those of the edits of a step with evidence of its own that add no U+FFFD, and fill in none of the
    decoder's.
    """
    found, text = gathered(edits), page.text
    if not page.unsure and LOST not in replacements_of(found):
        return found
    return kept(found, bytearray(_allowed(page, text[start:end], made) for start, end, made in rows_of(found)))


def _allowed(page: Page, found: str, made: str) -> bool:
    if LOST not in found:
        return LOST not in made
    return made.count(LOST) <= found.count(LOST) and not page.unsure


def _side_by_side(edits: Sequence[Edit]) -> Iterator[tuple[int, int, int, int]]:
    """Of each stretch of edits side by side: its first, the one after its last, where it starts and ends."""
    first, row_start, row_end, i = 0, 0, -GAP - 1, -1
    for i, (start, end) in enumerate(spans_of(edits)):
        if start - row_end > GAP:
            if i:
                yield first, i, row_start, row_end
            first, row_start = i, start
        row_end = end
    if i >= 0:
        yield first, i + 1, row_start, row_end


def _proves(text: str, edits: Sequence[Edit], row: tuple[int, int, int, int]) -> bool:
    """Return whether the stretch is evidence by itself; of a long one, the beginning has to be."""
    first, last, start, end = row
    spelled = edits[first].kind in SPELLED
    if end - start < FOUND and not spelled:
        return False
    if last - first > AT_FIRST and _stretch(text, edits[first : first + AT_FIRST]).proves:
        return True
    stretch = _stretch(text, edits[first : min(last, first + JUDGED)])
    if stretch.proves or not spelled or not stretch.is_word or _goes_on(text, start, end):
        return stretch.proves
    return edits[first].kind is not Damage.GBK_AS_LATIN1 or stretch.is_common


def _stretch(text: str, edits: Sequence[Edit]) -> Stretch:
    return Stretch(_pieced(text, edits, made=False), _pieced(text, edits, made=True))


def _goes_on(text: str, start: int, end: int) -> bool:
    """Return whether letters, or remains of them, are adjacent to a stretch."""
    return any(
        char.isalpha() or char == LOST or "\ue000" <= char < "\uf900"
        for char in text[max(0, start - 1) : start] + text[end : end + 1]
    )


def _pieced(text: str, edits: Sequence[Edit], *, made: bool) -> str:
    """Return the text at the edits, as found or as `made`; for guesses, only a mark."""
    pieces: list[str] = []
    at, spelled = edits[0].span.start, edits[0].kind in SPELLED
    said = zip(rows_of(edits), guessed_of(edits), weights_of(edits), strict=True)
    for (start, end, replacement), guessed, weight in said:
        cut = text[start:end]
        mark = LOST if LOST in cut else UNSEEN if spelled and guessed and SIGNS.isdisjoint(cut) else ""
        told = _told(replacement, weight, mark) if mark else replacement
        pieces += text[at:start], told if made or told == mark else cut
        at = end
    return "".join(pieces)


def _told(replacement: str, weight: Weight | None, mark: str) -> str:
    """Return what an edit makes with a mark for each of its guesses; a mark alone where all of it was guessed."""
    guesses = weight.guesses if weight else (Guess(0.0),)
    if sum(min(guess.end, len(replacement)) - guess.start for guess in guesses) >= len(replacement):
        return mark
    for guess in guesses:
        replacement = replacement[: guess.start] + mark * (guess.end - guess.start) + replacement[guess.end :]
    return replacement


def _visible(text: str) -> set[str]:
    """Return the different characters of `text` beyond ASCII."""
    return {char for char in set(text) if char >= "\x80" and char != LOST}


def _words(text: str) -> tuple[int, int]:
    """Return how many different pairs of ideographs in `text` words of the dictionary hold, and how many there are."""
    pairs = {pair for run in han_runs(fold(text)) for pair in pairwise(run) if pair[0] != pair[1]}
    follow = model().follow
    return sum([b in follow[a] for a, b in pairs]), len(pairs)


def _near(start: int, end: int, proofs: Sequence[tuple[int, int]]) -> bool:
    """Return whether the stretch is one of the `proofs` (start and end, in order), or one on either side is near."""
    after = bisect_left(proofs, (start, end))
    return any(
        its_start - AROUND <= end and start <= its_end + AROUND
        for its_start, its_end in proofs[max(0, after - 1) : after + 1]
    )
