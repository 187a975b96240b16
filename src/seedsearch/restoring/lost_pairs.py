"""Pairs of bytes of which some are lost, read all at once: what `big5_gbk` needs where readers put U+FFFD for a byte.

Such a reader writes one U+FFFD for each byte that it cannot use, so that which bytes belong together is known, and only
what the lost ones were is not. Characters of which nothing is lost part the text into short stretches of lost ones;
all stretches are searched together, the first characters of all of them, then the second ones (Viterbi's algorithm over
arrays), by a model of pairs of characters.
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
    import numpy as np
    from numpy.typing import NDArray

    from seedsearch.text.array_types import Ints, Points, Scores

GONE = "\ufffd"  # a character of which nothing can be told
# Lost characters in a row; of more nothing is told. Of text that loses one in three, one row in 50,000 is longer than
# 10.
TOGETHER = 16
STATES = 6  # readings of one character that are gone on with to the next
AT_ONCE = 1 << 13  # choices that are scored at once, each behind as many readings: some megabytes
PAUSES, MID_SENTENCE = "，、", 4.0  # and nats against one before a blank or a line end
LIKELY = 12  # choices, by pairs, of which more than the characters beside them is asked
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


class _Row(NamedTuple):
    """Lost characters side by side: slots `first` to `last` (not included), with at most `most` choices."""

    first: int
    last: int
    most: int


class _Step(NamedTuple):
    """For each row, readings of one of its characters: the codes, and which reading of the one before they follow."""

    codes: Points
    before: NDArray[np.intp]


def filled(slots: Sequence[Slot], together: int = TOGETHER) -> list[str]:
    """Return the character for each slot, as reads best; nothing is told of more than `together` lost ones in a row."""
    from seedsearch.text.code_points import points  # numpy takes 0.1 s to load, and hardly any text needs it

    made = [slot.char or GONE for slot in slots]
    script = script_of("".join(slot.char for slot in slots).encode("utf-8", "replace"))
    rows = sorted(_rows(slots, together), key=lambda row: row.first - row.last)
    codes = points(("\n" + "".join(made) + "\n").replace(GONE, "\n"))
    choices = len(rows) * max((row.most for row in rows), default=0)
    for some in [rows] if 0 < choices <= AT_ONCE else _at_once(rows, lambda row: row.most):
        _fill(slots, some, codes, made, script)
    return made


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


def _rows(slots: Sequence[Slot], together: int) -> Iterator[_Row]:
    """Yield the rows of lost characters that are not too long to be told."""
    first = most = 0
    for i, slot in enumerate((*slots, Slot(0, GONE))):
        if slot.choices:
            first, most = (first, max(most, len(slot.choices))) if most else (i, len(slot.choices))
        elif most:
            if i - first <= together:
                yield _Row(first, i, most)
            most = 0


def _fill(slots: Sequence[Slot], rows: Sequence[_Row], codes: Points, made: list[str], script: Script) -> None:
    """Put what reads best into `made`; the longest row comes first, and `codes` begins with what is before all."""
    import numpy as np

    from seedsearch.text.code_points import points
    from seedsearch.text.pair_scores import scores_of

    firsts, lengths = np.array([row.first for row in rows]), np.array([row.last - row.first for row in rows])
    kept, scores, steps = codes[firsts][:, None], np.zeros((len(rows), 1)), list[_Step]()
    for number in range(int(lengths[0])):
        going, after = int((lengths > number).sum()), int((lengths > number + 1).sum())
        choices, oddities = _padded([slots[row.first + number].choices for row in rows[:going]], script)
        every = scores[:, :, None] + scores_of(kept[:, :, None], choices[:, None, :])
        before, best = every.argmax(axis=1), every.max(axis=1) + oddities
        best[choices == PAD] = -np.inf
        following = codes[firsts[after:going] + number + 2][:, None]
        ended = best[after:] + scores_of(choices[after:], following)
        if (blank := np.isin(following, points("\n "))).any():
            ended -= MID_SENTENCE * (blank & np.isin(choices[after:], points(PAUSES)))
        places = ended.argmax(axis=1)
        for row, place in enumerate(places.tolist(), after):
            _write(made, rows[row].first, [*steps, _Step(choices, before)], row, place)
        order = np.argsort(-best[:after], axis=1)[:, :STATES]
        kept, scores = (np.take_along_axis(of[:after], order, axis=1) for of in (choices, best))
        steps.append(_Step(kept, np.take_along_axis(before[:after], order, axis=1)))


def _write(made: list[str], first: int, steps: Sequence[_Step], row: int, place: int) -> None:
    """Put the characters of a row into `made`, the last of which is at `place` of the last step."""
    for number in range(len(steps) - 1, -1, -1):
        made[first + number] = chr(int(steps[number].codes[row, place]))
        place = int(steps[number].before[row, place])


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
