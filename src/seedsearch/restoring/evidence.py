"""Whether a repair of bytes is believed: the one rule for all kinds of wrong decodings.

Every pair of bytes is some character in every double-byte encoding, so that rare but right text can be read as
something more usual by chance: 忐忐忑忑 as 守守首首, a row of ┼ as 喋喋喋. Each of the steps that undo a wrong decoding
says what reads better; here it is weighed, in the text around, and most of all by what repeats least:

* a stretch of repairs side by side proves itself if it holds enough *different* characters, as found and as read, and
  enough different pairs of what is read stand together in words, more than in what was found; what repeats itself
  counts once;
* what proves nothing by itself (a word on its own line, a short one) is believed near a stretch that does;
* no repair adds U+FFFD; one that fills in U+FFFD is a guess, is no evidence, and is refused where the decoder of the
  file wrote that U+FFFD.

Punctuation and letters of Western text are ftfy's field, and are left to its judgement.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from seedsearch.damage import Damage
from seedsearch.offsets import Edit
from seedsearch.restoring.page import Page
from seedsearch.text.character_model import model
from seedsearch.text.folding import fold, is_han

GAP = 3  # characters between repairs that stand side by side
FOUND, MADE = 6, 4  # different characters of a stretch, as found and as read, that prove it
# Different pairs of what is read that words hold, and their share of all different pairs. Of 15 characters, 98 in 100
# stretches of laws, technical text and novels have a larger share; of 1,000 drawn by chance from the 3,000 most
# frequent characters, one has.
WORDS, SHARE = 2, 0.3
AROUND = 200  # characters within which a stretch that proves itself speaks for others
LOST = "\ufffd"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Repairs side by side, and what they make of `found`; without those that fill in U+FFFD."""

    edits: tuple[Edit, ...]
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
    def start(self) -> int:
        return self.edits[0].span.start

    @property
    def end(self) -> int:
        return self.edits[-1].span.end


def believed(page: Page, edits: Sequence[Edit]) -> list[Edit]:
    """Those of the edits of one step that are believed on `page`."""
    stretches = list(_stretches(page.text, allowed(page, edits)))
    proofs = [(stretch.start, stretch.end) for stretch in stretches if stretch.proves]
    made = []
    for stretch in stretches:
        near = _near(stretch, proofs)
        made += [e for e in stretch.edits if near or _western(e)]
    return made


def allowed(page: Page, edits: Sequence[Edit]) -> list[Edit]:
    """Those of the edits of a step with evidence of its own that add no U+FFFD, and fill in none of the decoder's."""
    return [e for e in edits if _allowed(page, e)]


def _allowed(page: Page, e: Edit) -> bool:
    lost = e.span.cut(page.text).count(LOST)
    return e.replacement.count(LOST) <= lost and not (lost and page.unsure)


def _stretches(text: str, edits: Sequence[Edit]) -> Iterator[Stretch]:
    start = 0
    for i in range(1, len(edits) + 1):
        if i == len(edits) or edits[i].span.start - edits[i - 1].span.end > GAP:
            if start < i:
                yield _stretch(text, tuple(edits[start:i]))
            start = i


def _stretch(text: str, edits: tuple[Edit, ...]) -> Stretch:
    found, made, last = [], [], edits[0].span.start
    for e in edits:
        between = text[last : e.span.start]
        cut = e.span.cut(text)
        guessed = LOST in cut
        found += [between, LOST if guessed else cut]
        made += [between, LOST if guessed else e.replacement]
        last = e.span.end
    return Stretch(edits, "".join(found), "".join(made))


def _visible(text: str) -> set[str]:
    """The different characters of `text` beyond ASCII."""
    return {char for char in text if char >= "\x80" and char != LOST}


def _words(text: str) -> tuple[int, int]:
    """How many different pairs of ideographs in `text` words of the dictionary hold, and how many there are."""
    folded = fold(text)
    pairs = {(a, b) for a, b in pairwise(folded) if a != b and is_han(a) and is_han(b)}
    follow = model().follow
    return sum(b in follow[a] for a, b in pairs), len(pairs)


def _near(stretch: Stretch, proofs: Sequence[tuple[int, int]]) -> bool:
    """Whether `stretch` is one of the `proofs` (start and end, in order), or the next one on a side is near."""
    after = bisect_left(proofs, (stretch.start, stretch.end))
    return any(
        start - AROUND <= stretch.end and stretch.start <= end + AROUND
        for start, end in proofs[max(0, after - 1) : after + 1]
    )


def _western(e: Edit) -> bool:
    return e.kind is Damage.UTF8_AS_LATIN1 and not any(map(is_han, e.replacement))
