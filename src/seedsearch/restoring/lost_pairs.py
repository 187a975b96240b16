"""Characters of which bytes are lost: which of its choices each one is, by the text around, and how sure that is.

What stands side by side is chosen together first (`side_by_side`); then each is weighed again between those on either
side of it, against all that it may have been.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby, islice
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from seedsearch.offsets import Guess
from seedsearch.restoring.calibration import LEAST, MOST, guess
from seedsearch.restoring.scripts import Script, script_of, unlikely

if TYPE_CHECKING:
    from seedsearch.text.array_types import Ints, Points, Scores

GONE = "\ufffd"  # a character of which nothing can be told
AT_ONCE = 1 << 13  # choices that are scored at once, each behind as many readings: some megabytes
# Choices, by pairs, of which more than the characters beside them is asked. Of 17 texts of docs/thresholds.md, 9 are
# restored otherwise with 3, of which one is no longer right, and 2 with 48.
LIKELY = 12
BESIDE = 0.2  # the weight of pairs beside that
# Code in the place of a choice, where a character has fewer of them: an ideograph, scored with the others,
# that none of the encodings has.
PAD = 0x2A6D6

_Item = TypeVar("_Item")


class Slot(NamedTuple):
    """A character: it ends before byte `end`, and is `char`, or one of `choices` where bytes of it are lost."""

    end: int
    char: str
    choices: str = ""


def filled(slots: Sequence[Slot], together: int) -> list[str]:
    """Return the character for each slot, as reads best; nothing is told of more than `together` lost ones in a row."""
    lost, made = list(_lost(slots, together)), [slot.char or GONE for slot in slots]
    if not lost:
        return made
    import numpy as np  # takes 0.1 s to load, and hardly any text needs it

    from seedsearch.restoring.side_by_side import NO_CHOICE, Tried, behind, fill
    from seedsearch.text.code_points import points, text_of
    from seedsearch.text.trigrams import STEP, places

    script = script_of("".join(slot.char for slot in slots).encode("utf-8", "replace"))
    every, oddities = _padded([slots[i].choices for i in lost], script)
    ranks, odd = places(every), np.rint(oddities / STEP).astype(np.int16)
    odd[every == PAD] = NO_CHOICE
    every = np.where(every == PAD, 0, every).astype(np.uint32)

    def tried(which: Ints, last: Points, ahead: Points) -> Tried:
        known = (ahead > 0)[:, None]
        return behind(every[which], ranks[which], odd[which], places(last), places(ahead)[:, None], known)

    codes = points("\n\n" + "".join(made).replace(GONE, "\n") + "\n").copy()
    at = np.array(lost) + 2
    fill(codes, at, tried, together=together)
    for i, char in zip(lost, text_of(codes[at]), strict=True):
        made[i] = char
    return made


def _lost(slots: Sequence[Slot], together: int) -> Iterator[int]:
    """Yield the numbers of the slots to choose for: not those of longer rows."""
    for lost, row in groupby(range(len(slots)), lambda i: bool(slots[i].choices)):
        some = list(row)
        if lost and len(some) <= together:
            yield from some


def judged(slots: Sequence[Slot], made: list[str], sources: Sequence[str]) -> list[Guess | None]:
    """Choose again for each lost character in `made`, which `filled` gave, by more of the text around; say how sure.

    None for a slot of which nothing was lost, and for one of which nothing can be told. `sources` are those of the
    guesses, one for each slot, by which `calibration` knows what odds are worth.
    """
    from seedsearch.text.code_points import points

    codes = points(("\n\n" + "".join(made) + "\n\n").replace(GONE, "\n")).copy()
    script = script_of("".join(slot.char for slot in slots).encode("utf-8", "replace"))
    guessed: list[Guess | None] = [None] * len(slots)
    for parity in (0, 1):  # neighbours one after the other
        lost = [i for i, slot in enumerate(slots) if i % 2 == parity and slot.choices and made[i] != GONE]
        for some in _at_once(lost, lambda i: len(slots[i].choices)):
            told = [sources[i] for i in some]
            for i, one in zip(some, _judged([slots[i].choices for i in some], some, codes, script, told), strict=True):
                guessed[i], made[i] = one[1], one[0]
    return guessed


def _at_once(items: Iterable[_Item], choices: Callable[[_Item], int]) -> Iterator[list[_Item]]:
    """Yield the items, as many as are scored at once, of which all have about as many choices."""

    def size(item: _Item) -> int:
        return choices(item).bit_length()

    for bits, group in groupby(sorted(items, key=size), size):
        while some := list(islice(group, max(1, AT_ONCE >> bits))):
            yield some


def _judged(
    choices: Sequence[str], places: Sequence[int], codes: Points, script: Script, sources: Sequence[str]
) -> Iterator[tuple[str, Guess]]:
    """Yield the likeliest character for each of the slots `places`, and how sure it is; puts it into `codes`."""
    import numpy as np

    every, oddities = _padded(choices, script)
    yield from judged_at(codes, np.array(places) + 2, every, oddities, sources)


def judged_at(
    codes: Points, places: Ints, every: Points, oddities: Scores, sources: Sequence[str]
) -> Iterator[tuple[str, Guess]]:
    """Yield the likeliest of `every` (a row each, `PAD` for none) at each of some places of a text, and how sure it is;
    puts it into `codes`.
    """
    import numpy as np

    from seedsearch.text.pair_scores import scores_of
    from seedsearch.text.trigrams import scores

    at = places[:, None]
    a, b, d, e = (codes[at + by] for by in (-2, -1, 1, 2))
    before, behind = (np.broadcast_to(some, every.shape) for some in (b, d))
    sides = scores_of(np.stack([before, every]), np.stack([every, behind]))  # each call costs as much as 1,000 pairs
    pairs = sides[0] + sides[1] + oddities
    pairs[every == PAD] = -np.inf
    most = min(LIKELY, pairs.shape[1])
    some = every
    if most < pairs.shape[1]:
        kept = np.argpartition(-pairs, most - 1, axis=1)[:, :most]
        some = np.take_along_axis(every, kept, axis=1)
        pairs, oddities = (np.take_along_axis(of, kept, axis=1) for of in (pairs, oddities))
    a, b, d, e = (np.broadcast_to(known, some.shape) for known in (a, b, d, e))
    total = scores(np.stack([a, b, some]), np.stack([b, some, d]), np.stack([some, d, e])).sum(axis=0)
    total += BESIDE * pairs + (1 - BESIDE) * oddities
    order = np.argsort(-total, axis=1)
    some, total = np.take_along_axis(some, order, axis=1), np.take_along_axis(total, order, axis=1)
    codes[places] = some[:, 0]
    others = np.exp(total[:, 1:] - total[:, :1])
    sums = np.maximum(others.sum(axis=1), LEAST)
    shares = others[:, : MOST - 1] / sums[:, None]
    rows = zip(some.tolist(), (-np.log(sums)).tolist(), shares.tolist(), sources, strict=True)
    for chars, odds, parts, source in rows:
        rivals = zip(map(chr, chars[1:]), parts, strict=False)
        yield chr(chars[0]), guess(source, odds, rivals)


def _padded(choices: Sequence[str], script: Script) -> tuple[Points, Scores]:
    """For each a row of codes, and one of what speaks against them on a page in this script."""
    import numpy as np

    width = max(map(len, choices))
    rows = [_row(some, width, script) for some in choices]
    return np.array([codes for codes, _ in rows]), np.array([oddities for _, oddities in rows])


@lru_cache(maxsize=1 << 12)
def _row(choices: str, width: int, script: Script) -> tuple[Points, Scores]:
    import numpy as np

    from seedsearch.text.code_points import points

    codes, oddities = np.full(width, PAD, np.uint32), np.zeros(width)
    codes[: len(choices)] = points(choices)
    oddities[: len(choices)] = [unlikely(char, script) for char in choices]
    return codes, oddities
