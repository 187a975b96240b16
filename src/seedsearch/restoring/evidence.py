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
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from seedsearch.damage import Damage
from seedsearch.offsets import Edit, gathered, joined
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
    """Repairs side by side from `start` to `end`, and what they make of `found`; without those that fill in U+FFFD.

    They are the edits from number `first` to number `last`, which is not one of them.
    """

    first: int
    last: int
    start: int
    end: int
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


def believed(page: Page, edits: Iterable[Edit]) -> Sequence[Edit]:
    """Those of the edits of one step that are believed on `page`."""
    found = allowed(page, edits)
    proofs = [(stretch.start, stretch.end) for stretch in _stretches(page.text, found) if stretch.proves]
    return gathered(_spoken_for(page.text, found, proofs))


def _spoken_for(text: str, edits: Sequence[Edit], proofs: Sequence[tuple[int, int]]) -> Iterator[Edit]:
    """Those of the edits that stand near one of the `proofs`, and those that need none."""
    for first, last in _side_by_side(edits):
        near = _near(edits[first].span.start, edits[last - 1].span.end, proofs)
        yield from (e for e in (edits[i] for i in range(first, last)) if near or _western(e))


def allowed(page: Page, edits: Iterable[Edit]) -> Sequence[Edit]:
    """Those of the edits of a step with evidence of its own that add no U+FFFD, and fill in none of the decoder's."""
    return gathered(e for e in edits if _allowed(page, e))


def _allowed(page: Page, e: Edit) -> bool:
    lost = e.span.cut(page.text).count(LOST)
    return e.replacement.count(LOST) <= lost and not (lost and page.unsure)


def _side_by_side(edits: Sequence[Edit]) -> Iterator[tuple[int, int]]:
    """The first of each row of edits side by side, and the one after its last."""
    first, before = 0, None
    for i, e in enumerate(edits):
        if before is not None and e.span.start - before > GAP:
            yield first, i
            first = i
        before = e.span.end
    if len(edits):
        yield first, len(edits)


def _stretches(text: str, edits: Sequence[Edit]) -> Iterator[Stretch]:
    for first, last in _side_by_side(edits):
        start, end = edits[first].span.start, edits[last - 1].span.end
        found = joined(_pieces(text, edits, first, last, made=False))
        yield Stretch(first, last, start, end, found, joined(_pieces(text, edits, first, last, made=True)))


def _pieces(text: str, edits: Sequence[Edit], first: int, last: int, *, made: bool) -> Iterator[str]:
    """What stands in a stretch, as found or as `made`, with U+FFFD for each edit that fills in some."""
    at = edits[first].span.start
    for e in (edits[i] for i in range(first, last)):
        yield text[at : e.span.start]
        cut = e.span.cut(text)
        yield LOST if LOST in cut else e.replacement if made else cut
        at = e.span.end


def _visible(text: str) -> set[str]:
    """The different characters of `text` beyond ASCII."""
    return {char for char in text if char >= "\x80" and char != LOST}


def _words(text: str) -> tuple[int, int]:
    """How many different pairs of ideographs in `text` words of the dictionary hold, and how many there are."""
    folded = fold(text)
    pairs = {(a, b) for a, b in pairwise(folded) if a != b and is_han(a) and is_han(b)}
    follow = model().follow
    return sum(b in follow[a] for a, b in pairs), len(pairs)


def _near(start: int, end: int, proofs: Sequence[tuple[int, int]]) -> bool:
    """Whether the stretch is one of the `proofs` (start and end, in order), or the next one on a side is near."""
    after = bisect_left(proofs, (start, end))
    return any(
        its_start - AROUND <= end and start <= its_end + AROUND
        for its_start, its_end in proofs[max(0, after - 1) : after + 1]
    )


def _western(e: Edit) -> bool:
    return e.kind is Damage.UTF8_AS_LATIN1 and not any(map(is_han, e.replacement))
