"""Runs of characters that another encoding's pairs of bytes were taken for, read again: by which reader they were made.

What a sign stands for (one byte, two, one or two) is decided for a page, on a sample of its runs, by the reader with
which the characters that are whole read best. `pair_search` then finds what was lost.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, repeat
from typing import TYPE_CHECKING, NamedTuple

from seedsearch.damage import Damage
from seedsearch.offsets import Guess
from seedsearch.restoring.calibration import AROUND
from seedsearch.restoring.lost_pairs import GONE, Slot, judged, judged_at
from seedsearch.restoring.pair_faults import Fault, Reader, Rule, Run
from seedsearch.restoring.scripts import Script, script_of
from seedsearch.text import character_model

if TYPE_CHECKING:
    from seedsearch.restoring.pair_frames import Framed
    from seedsearch.restoring.pair_search import Searched
    from seedsearch.text.array_types import Ints

LOST = "\0"  # in the place of a character of which something was lost
MISSED = 5.0  # different characters that a reader would have lost of a text, where that it lost none is no chance
TEAR = -14.0  # ln p of a character that is torn, where readers are compared
CLEAR, ENOUGH = -7.5, 40  # mean ln p of what is whole, and pairs of it, where a reader dropped bytes: that fits much
# Mean ln p of what was found above which it is text, and nothing is searched for: a repair would have to read better by
# 2 (`GAIN`). Of 14,000 runs that were misread without a sign of it the likeliest is at -9.7 and one in a hundred above
# -10.3; prose is at -5.1 to -7.5, lists of foreign names at -8.9. Without it each paragraph with 种种 or 蚕茧 in it,
# two of the rare level of Big5, is searched: clean text in Simplified characters at a tenth of the speed.
PROSE = -8.5


class Reading(NamedTuple):
    """What a run was read as: its characters, where each ends in halves of those found, and which of them were guessed.

    `guesses` are by number; None where a guess was compared with nothing.
    """

    text: str
    ends: Sequence[int]
    guesses: Mapping[int, Guess | None]


NOTHING = Reading("", (), {})


class Way(NamedTuple):
    """How runs of a page were made: by a reader of a fault, of text in a script.

    `mean` is the mean ln p of two characters side by side of which nothing is lost; `known` is how many twos there are.
    """

    fault: Fault
    reader: Reader
    script: Script
    mean: float
    known: int


_NEAR = ("", " near another")  # by whether one of the characters behind those beside it lost something
_BEFORE_ASCII, _SIGNS = re.compile("\ufffd[@-~]"), re.compile("\ufffd+")


def way_of(runs: Sequence[Run], fault: Fault, *, asks: bool, dropped: bool) -> Way | None:
    """Return the way by which the runs, a sample of a page, read best; None where none of them can be read.

    `asks`: U+FFFD was `?` where it was found. `dropped`: a reader that leaves no sign is thought of.
    """
    strict = read_strictly(runs, fault)
    whole = "".join([one.text for one in strict])
    if any(GONE in run.found for run in runs):
        readers = [Reader(rule, asks=asks) for rule in _rules([run.found for run in runs])]
    elif all(one.text for one in strict) and not (dropped and _missed(whole, fault)):
        return Way(fault, Reader(Rule.PAIR), _script(whole, fault), _mean(whole), len(whole))
    else:
        readers = [Reader(Rule.LEAD)]
        if dropped and sum(len(run.found) for run in runs) > ENOUGH:
            readers += [Reader(rule, drops=True) for rule in (Rule.LEAD, Rule.PAIR, Rule.PAIR_UNLESS_ASCII)]
    ways = _ways(runs, fault, readers)
    convincing = (way for way in ways if not way.reader.drops or (way.mean > CLEAR and way.known >= ENOUGH))
    return next(convincing, None)


def is_prose(runs: Sequence[Run]) -> bool:
    """Tell whether the runs, a sample of a page, are text as they were found: no sign in any, and each reads well."""
    return not any(GONE in run.found or character_model.score(run.found) <= PROSE * len(run.found) for run in runs)


def _ways(runs: Sequence[Run], fault: Fault, readers: Sequence[Reader]) -> list[Way]:
    """Return the ways by which one of the readers made runs, the likeliest first."""
    script = _script("", fault)
    ways = list[tuple[float, Way]]()
    for search, some in (
        (_framed, [reader for reader in readers if not reader.drops]),
        (_search, [reader for reader in readers if reader.drops]),
    ):
        for reader, (score, mean, text, known) in zip(some, search(runs, fault, some, script), strict=True):
            if known:
                ways.append((score, Way(fault, reader, _script(text, fault), mean, known)))
    return [way for _, way in sorted(ways, key=lambda one: -one[0])]


def _framed(
    runs: Sequence[Run], fault: Fault, readers: Sequence[Reader], script: Script
) -> Iterator[tuple[float, float, str, int]]:
    """Yield for each of some readers that leave signs what `_sound` tells, behind ln p of all runs."""
    if not readers:
        return
    from seedsearch.restoring.pair_frames import framed  # numpy takes 0.1 s to load, and hardly any text needs it

    read = framed([run for _ in readers for run in runs], fault, [r for r in readers for _ in runs], script)
    for number in range(len(readers)):
        rows = range(number * len(runs), (number + 1) * len(runs))
        yield float(read.score[rows].sum()), *_sound([read.shown(row) for row in rows])


def _search(
    runs: Sequence[Run], fault: Fault, readers: Sequence[Reader], script: Script
) -> Iterator[tuple[float, float, str, int]]:
    """Yield the same for readers that leave none."""
    every = _searched([run for _ in readers for run in runs], fault, [r for r in readers for _ in runs], script)
    for number in range(len(readers)):
        some = every[number * len(runs) :][: len(runs)]
        told = ["".join([slot.char or LOST for slot in one.slots]) for one in some]
        yield sum(one.score for one in some if one.slots), *_sound(told)


def _rules(found: Sequence[str]) -> Iterator[Rule]:
    """Yield the rules by which readers can have put the signs where they are."""
    yield from (Rule.PAIR, Rule.LEAD)
    if any(map(_BEFORE_ASCII.search, found)):
        yield Rule.PAIR_UNLESS_ASCII
    if all(len(m[0]) % 2 == 0 for some in found for m in _SIGNS.finditer(some)):
        yield Rule.EACH


def _script(text: str, fault: Fault) -> Script:
    script = script_of(text.encode("utf-8", "replace"))
    return script or "big5" if fault.kind is Damage.BIG5_AS_GBK else script


def _mean(text: str) -> float:
    from seedsearch.text.pair_scores import pair_scores

    return float(pair_scores("\n" + text).mean())


def _missed(whole: str, fault: Fault) -> bool:
    """Tell whether a text is so long that a reader of this fault has to have lost something of it."""
    from seedsearch.restoring.pair_choices import sets_of

    sets = sets_of(fault, _script(whole, fault))
    return not sets.lost(whole) and len(set(whole)) * sets.share() > MISSED


def _sound(read: Sequence[str]) -> tuple[float, str, int]:
    """Mean ln p of two characters side by side of which nothing was lost; what these are; and how many twos.

    `read` has NUL for a character of which something was lost, and U+FFFD for what is torn.
    """

    from seedsearch.text.code_points import points
    from seedsearch.text.pair_scores import scores_of

    text = "\n" + "\n".join(read)
    torn, chars = text.count(GONE), points(text)
    known = (chars != 0) & (chars != ord("\n")) & (chars != ord(GONE))
    at = (known[1:] & known[:-1]).nonzero()[0]
    if not len(at):
        return -1e9, "", 0
    total = float(scores_of(chars[at], chars[at + 1]).sum())
    return (total + TEAR * torn) / (len(at) + torn), text.replace(LOST, "").replace(GONE, ""), len(at)


def _searched(runs: Sequence[Run], fault: Fault, readers: Sequence[Reader], script: Script) -> Sequence[Searched]:
    from seedsearch.restoring.pair_search import searched  # as above

    return searched(runs, fault, readers, script)


def read_as_paired(runs: Sequence[Run], way: Way) -> list[Reading]:
    """Return the likeliest reading of each run; nothing for a run whose characters have no bytes."""
    if not runs:
        return []
    return _without_signs(runs, way) if way.reader.drops else _by_signs(runs, way)


def _by_signs(runs: Sequence[Run], way: Way) -> list[Reading]:
    """Return the readings by a reader that left signs."""
    from seedsearch.restoring.pair_frames import framed  # as above
    from seedsearch.text.code_points import text_of

    readers = [way.reader] * len(runs)
    read = framed(runs, way.fault, readers, way.script)
    if (script := _script("".join(map(read.shown, range(len(runs)))), way.fault)) != way.script:
        read = framed(runs, way.fault, readers, script)
    guesses = dict[int, Guess | None]()
    for parity in (0, 1):  # neighbours one after the other
        some = (read.lost % 2 == parity).nonzero()[0]
        if not len(some):
            continue
        sources = list(_names(runs, read, some))
        told = judged_at(read.codes, read.lost[some], read.picks[some], read.odd[some], sources)
        guesses |= {at: one for at, (_, one) in zip(read.lost[some].tolist(), told, strict=True)}
    shown = read.codes.copy()
    shown[read.torn] = ord(GONE)
    text, ends, places = text_of(shown), read.ends.tolist(), sorted(guesses)
    made = list[Reading]()
    for start, stop in zip(read.starts.tolist(), read.stops.tolist(), strict=True):
        its = places[bisect_left(places, start) : bisect_left(places, stop)]
        made.append(Reading(text[start:stop], ends[start:stop], {at - start: guesses[at] for at in its}))
    return made


def _names(runs: Sequence[Run], read: Framed, some: Ints) -> Iterator[str]:
    """Yield of some lost characters what the guess is called, by how much is left of each and of those around it."""
    import numpy as np

    lost = np.zeros(len(read.codes), int)
    lost[read.lost] = 1
    at = read.lost[some]
    row = read.starts.searchsorted(at, "right") - 1
    begins = np.where(at == read.starts[row], 0, read.ends[at - 1])
    beside, near = lost[at - 1] + lost[at + 1], lost[at - 2] | lost[at + 2]
    told = zip(*(of.tolist() for of in (row, begins, read.ends[at], beside, near)), strict=True)
    for number, start, end, next_, far in told:
        shown = runs[number].found[start // 2 : (end + 1) // 2]
        if shown == GONE:
            yield "whole pair" + (AROUND[next_] or _NEAR[far])
        else:
            yield ("two signs" if set(shown) == {GONE} else "pair") + (" beside another" if next_ else "")


def _without_signs(runs: Sequence[Run], way: Way) -> list[Reading]:
    """Return the readings by a reader that left none: that nothing was dropped in a place is a guess as well."""
    slots, made, sources, borders = list[Slot](), list[str](), list[str](), [0]
    for run, (some, chars, _) in zip(
        runs, _searched(runs, way.fault, [way.reader] * len(runs), way.script), strict=True
    ):
        slots += Slot(0, run.before), *some
        made += run.before, *chars
        sources += "", *_dropped(some)
        borders.append(len(slots))
    guessed = judged(slots, made, sources)
    return [
        Reading("".join(made[a + 1 : b]), [slot.end for slot in slots[a + 1 : b]], dict(enumerate(guessed[a + 1 : b])))
        for a, b in pairwise(borders)
    ]


def _dropped(slots: Sequence[Slot]) -> Iterator[str]:
    """Yield of each character what its guess is called: that of a whole one, or of one byte of it."""
    start = 0
    for slot in slots:
        yield "dropped" if slot.end == start else "dropped byte"
        start = slot.end


def read_strictly(runs: Sequence[Run], fault: Fault) -> list[Reading]:
    """Return the reading of each run of which each two bytes are a character; nothing for the others."""
    return [_strictly(run.found, fault) if GONE not in run.found else NOTHING for run in runs]


def _in_step(run: str, fault: Fault) -> str | None:
    """Return the run as read where each of its characters is one that was misread, as in most; else None."""
    made = list(map(fault.read.get, map(fault.byte_pairs.get, run, repeat(b""))))
    return None if None in made else "".join(filter(None, made))


def _strictly(run: str, fault: Fault) -> Reading:
    pairs, read, made, ends = fault.byte_pairs, fault.read, list[str](), list[int]()
    if (whole := _in_step(run, fault)) is not None:
        return Reading(whole, range(2, 2 * len(run) + 2, 2), {})
    at, begun = 0, b""
    for char in run:
        pair = pairs.get(char) or (char.encode() if char < "\x80" else b"")
        if not pair:
            return NOTHING
        at += 2
        if len(pair) == 1:
            text = read.get(begun + pair) if begun else char
            begun = b""
        elif begun:
            text = read.get(begun + pair[:1])
            if text is not None:
                made.append(text)
                ends.append(at - 1)
                begun, text = pair[1:], ""
                if begun < b"\x80":
                    begun, text = b"", begun.decode()
        elif pair[0] < 0x80:
            return NOTHING
        else:
            text = read.get(pair)
        if text is None:
            return NOTHING
        if text:
            made.append(text)
            ends.append(at)
    return NOTHING if begun else Reading("".join(made), ends, {})
