"""Shifted bytes: `生態?！睎|麗` for 生態。”東麗.

What it is: a stretch of text in which each character consists of the second byte of one original character and the
first byte of the next. How it arises: a program inserted noise or a reading mark between two bytes of GBK text without
regard to character boundaries and tore a character apart. One half was left alone and was lost, and the rest was read
one byte off until a byte under 0x80 put the reader back in step. `corruptions` implements these programs.

How it is undone: the bytes found are known. The only unknowns are the bytes that were left alone (126 leads or
190 trails, fewer if a reading mark names the character) and pairs without a character that were dropped. A search
from left to right (`search`) keeps one state per (pending byte, last original character); all guesses of a lost byte
rejoin one character later. Each step is scored by how the text reads (`score`). The stretch ends where no state has a
byte pending. The winner is accepted only if it reads clearly better than the text found and clearly better than the
runner-up, and if its fault, run forward, gives exactly the text found.

What is left alone: everything for which no candidate passes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import product, takewhile
from math import exp, log
from typing import NamedTuple

from seedsearch.offsets import Weight
from seedsearch.restoring.budget import Budget
from seedsearch.restoring.calibration import LEAST, guess
from seedsearch.restoring.corruptions import Private, Reader, decoded, narrowed
from seedsearch.restoring.shifted_bytes.score import PageScore, chance
from seedsearch.restoring.shifted_bytes.search import LONGEST, searched
from seedsearch.restoring.shifted_bytes.state import SIGNED, SILENT, State, found_at, rival_of, spelled
from seedsearch.restoring.shifted_bytes.traces import (
    BRACKETED,
    BROKEN_MARK,
    BROKEN_MARKUP,
    MARKUP_LENGTH,
    STRIPPED,
    TYPED,
    Site,
    ordinary,
)
from seedsearch.text.folding import is_han
from seedsearch.text.pinyin import is_reading

# "10 of 11 at 4": of the 11 damaged texts of docs/thresholds.md that are fully restored, 10 are at that value.
# Nats by which a repair must beat the text as found (25 of 26 at 12), and its runner-up (24 of 25 at 0.825).
MARGIN, CLEAR = 3.0, 0.3
SILENT_MARGIN = 6.0  # the first of these where no sign tells that something was lost
# The first of these where rare characters are many, or the page shows no other damage of this family: 14 of 26 at 64.
STRONG = 16.0
LISTED = 20.0  # nats for a mark of the page's list that stands behind another character
NONSENSE = -13.0  # a pair this unlikely has no place in a repair that nothing else supports: 8 of 12 at -9
APART = 2.0  # nats to the runner-up of a repair that is to prove something …
DECIDED, RUN = 45.0, 5  # … unless it gains so many, with so many ideographs
FIRM = 2  # a stretch with so many ideographs is not given up for one unclear guess
RARE = 4  # of so many characters one may be rare
IMPLAUSIBLE = -10.5  # a pair this unlikely inside a repair makes the search look for dropped pairs around it,
ISOLATED = -15.0  # … and so do two beside each other where more was lost than a byte
BESIDE = 2  # code points around such a character
# Nats that it costs to leave a reading on a character that is not read so, or a tag without its beginning: 22 of 25
# at 3.
BOGUS = 12.0
_BAD = (("?", True), ("?", False), ("", True), ("", False), ("\ufffd", True), ("\ufffd", False))
# The readers that were seen; a proposal must give the found text through one of them.
READERS = tuple(Reader(bad, eats, private) for (bad, eats), private in product(_BAD, Private))


class Repair(NamedTuple):
    """The true `text` of the found code points from the site's start to `end`.

    `weight` says how probable it is; None if no other one is possible. `proves`: how many of two halves of a proof it
    is that the page was damaged, by how much better it is than the text as found.
    """

    end: int
    text: str
    weight: Weight | None
    proves: int


def repair(text: str, site: Site, page: PageScore, work: Budget, *, drops: bool, marked: bool) -> Repair | None:
    """Return the repair at `site`, or None where no proposal passes.

    `drops`: whether the reader may have dropped pairs; `marked`: whether the page carries reading marks, which makes
    torn characters likely. Without them only a repair that is beyond doubt passes.
    """
    found = searched(text, site, page, work)
    if drops and (places := _implausible(found, site, page)):
        found = max(filter(None, (found, searched(text, site, page, work, places))), default=None, key=_merit)
    if found is None:
        return None
    end, state = found
    true, stream = spelled(state)
    gained = state.score - _as_found(text, site, end)
    if not marked and not (gained > STRONG and _beyond_doubt(text, site, found, true, page)):
        return None
    if any(cost <= SIGNED for _, cost in site.leads):
        gained += LISTED
    margin = SILENT_MARGIN if site.cost == SILENT else MARGIN
    if gained < (margin if _readable(true) and not _short(state, true) else STRONG) or (
        not marked and _unclear(state, true)
    ):
        return None
    if not _proved(stream, text[site.start : end]):
        return None
    weight = _weight(state, gained, true) if state.guessed else None
    changed = true[: len(true) - alike(reversed(true), reversed(text[site.start : end]))]
    return Repair(end, true, weight, _proves(found, gained, site, changed, page))


def _weight(state: State, gained: float, true: str) -> Weight:
    """Return the weight of a proposal against its rivals and the text as found, over which it gains so many nats.

    What was guessed is where the best rival differs.
    """
    mass = max(state.mass + exp(-gained), LEAST)
    if state.rival is None:
        return Weight((guess("torn", -log(mass)),))
    rival = rival_of(state)
    start = alike(true, rival)
    same = alike(reversed(true[start:]), reversed(rival[start:]))
    others = [(rival[start : len(rival) - same], exp(-state.rival.by) / mass)]
    return Weight((guess("torn", -log(mass), others, start, len(true) - same),))


def alike(one: Iterable[str], other: Iterable[str]) -> int:
    """Return with how many characters both begin."""
    return sum(1 for _ in takewhile(lambda both: both[0] == both[1], zip(one, other, strict=False)))


def _proves(found: tuple[int, State], gained: float, site: Site, changed: str, page: PageScore) -> int:
    """Return how many halves of a proof a repair is: of ordinary text without another loss, one if it has no rival
    either, and two where it gains more than any choice could and is as long.

    `changed`: what is another text than was found; what stands after it proves nothing.
    """
    state, ideographs = found[1], sum(map(is_han, changed))
    if gained <= STRONG or state.lossy or ideographs < FIRM:
        return 0
    if not all(map(ordinary, changed)) or _worst(found, site, page) <= NONSENSE:
        return 0
    return 2 if gained > DECIDED and ideographs >= RUN else int(state.gap >= APART)


def _beyond_doubt(text: str, site: Site, found: tuple[int, State], true: str, page: PageScore) -> bool:
    """Return whether what is left of the stretch after the loss is nonsense, and the repair ordinary text.

    A page without other damage has to show more: nothing else was lost, and no mark that people type is explained away.
    """
    known = 0 if site.leads else 1  # the false mark is a known character, but not one that can be judged
    start, (end, state) = site.resume + known, found
    typed = TYPED.search(text, start, end + MARKUP_LENGTH)
    if state.lossy or (typed and typed.start() < end) or not all(map(ordinary, true)):
        return False
    if _worst(found, site, page) < NONSENSE:
        return False
    left = text[start:end]
    return not left or left[0] == "?" or page.inside(left) < page.inside(true[known:])


def _readable(true: str) -> bool:
    """Return whether rare characters are rare in the repair."""
    return RARE * sum(not ordinary(char) for char in true) < len(true)


def _short(state: State, true: str) -> bool:
    """Return whether more was lost than a byte, and hardly anything shows what it was."""
    return state.lossy and sum(map(is_han, true)) < FIRM


def _unclear(state: State, true: str) -> bool:
    return state.gap < CLEAR and sum(map(is_han, true)) < FIRM


def _as_found(text: str, site: Site, end: int) -> float:
    """Return the score of the text up to `end` without a repair; the page, which may repeat its damage, is ignored."""
    found = text[site.start : end]
    bogus = (found[0] in "(（") + sum(1 for _ in BROKEN_MARKUP.finditer(found))
    bogus += sum(not is_reading(found[m.start() - 1], m[1]) for m in BRACKETED.finditer(found, 1))
    plain, torn = BROKEN_MARK.subn("", BRACKETED.sub("", found))
    plain = site.before + plain + text[end : end + 1]
    return sum(map(chance, plain, plain[1:])) - BOGUS * (bogus + torn)


def _implausible(found: tuple[int, State] | None, site: Site, page: PageScore) -> Collection[int]:
    """Return the places at which pairs may have been dropped: where a proposal reads badly, all if there is none."""
    if found is None:
        return range(site.start, site.start + LONGEST)
    true, _ = spelled(found[1])
    steps = [*map(page.pair, site.before + true, true), 0.0]
    made = set[int]()
    for i, (start, end) in enumerate(found_at(found[1])):
        if steps[i] < IMPLAUSIBLE or (found[1].lossy and steps[i] + steps[i + 1] < ISOLATED):
            made.update(range(max(start - BESIDE, site.resume), end + BESIDE))
    return made


def _merit(found: tuple[int, State]) -> float:
    return found[1].score


def _worst(found: tuple[int, State], site: Site, page: PageScore) -> float:
    true, _ = spelled(found[1])
    return min(map(page.pair, site.before + true, true), default=0.0)


def _proved(stream: bytes, found: str) -> bool:
    """Return whether one of the readers makes exactly `found` of the bytes (width and control characters ignored)."""
    wanted = _visible(found)
    return any(_visible(decoded(stream, reader)) == wanted for reader in READERS)


def _visible(text: str) -> str:
    return narrowed(STRIPPED.sub("", text))
