"""Runs of characters that another encoding's pairs of bytes were taken for, read again: by which reader they were made.

What a sign stands for (one byte, two, one or two) is decided for a page, on a sample of its runs, by the reader with
which the characters that are whole read best. `pair_search` then finds what was lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from seedsearch.damage import Damage
from seedsearch.offsets import Guess
from seedsearch.restoring.calibration import AROUND
from seedsearch.restoring.lost_pairs import GONE, Slot, judged
from seedsearch.restoring.pair_faults import Fault, Reader, Rule, Run
from seedsearch.restoring.scripts import Script, script_of

if TYPE_CHECKING:
    from seedsearch.restoring.pair_search import Searched

MISSED = 5.0  # different characters that a reader would have lost of a text, where that it lost none is no chance
TEAR = -14.0  # ln p of a character that is torn, where readers are compared
CLEAR, ENOUGH = -7.5, 40  # mean ln p of what is whole, and pairs of it, where a reader dropped bytes: that fits much
# Mean ln p of what was found above which it is text, and nothing is searched for: a repair would have to read better by
# 2 (`GAIN`). Of 14,000 runs that were misread without a sign of it the likeliest is at -9.7 and one in a hundred above
# -10.3; prose is at -5.1 to -7.5, lists of foreign names at -8.9. Without it each paragraph with 种种 or 蚕茧 in it,
# two of the rare level of Big5, is searched: clean text in Simplified characters at a tenth of the speed.
PROSE = -8.5


class Part(NamedTuple):
    """What was found up to half a character `end` (from where the part before ends) is `text`.

    `sure` unless a byte was guessed; `guess` says then how probable that is.
    """

    end: int
    text: str
    sure: bool
    guess: Guess | None = None


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
    strict = [read_strictly(run.found, fault) for run in runs]
    whole = "".join(part.text for parts in strict for part in parts)
    if any(GONE in run.found for run in runs):
        readers = [Reader(rule, asks=asks) for rule in _rules([run.found for run in runs])]
    elif all(strict) and not (dropped and _missed(whole, fault)):
        return Way(fault, Reader(Rule.PAIR), _script(whole, fault), _mean(whole), len(whole))
    elif not asks and all(_mean(run.found) > PROSE for run in runs):
        return None
    else:
        readers = [Reader(Rule.LEAD)]
        if dropped and sum(len(run.found) for run in runs) > ENOUGH:
            readers += [Reader(rule, drops=True) for rule in (Rule.LEAD, Rule.PAIR, Rule.PAIR_UNLESS_ASCII)]
    ways = _ways(runs, fault, readers)
    convincing = (way for way in ways if not way.reader.drops or (way.mean > CLEAR and way.known >= ENOUGH))
    return next(convincing, None)


def _ways(runs: Sequence[Run], fault: Fault, readers: Sequence[Reader]) -> list[Way]:
    """Return the ways by which one of the readers made runs, the likeliest first."""
    script = _script("", fault)
    every = _search([run for _ in readers for run in runs], fault, [r for r in readers for _ in runs], script)
    ways = list[tuple[float, Way]]()
    for number, reader in enumerate(readers):
        some = every[number * len(runs) :][: len(runs)]
        mean, text, known = _sound(some)
        if known:
            score = sum(run.score for run in some if run.slots)
            ways.append((score, Way(fault, reader, _script(text, fault), mean, known)))
    return [way for _, way in sorted(ways, key=lambda one: -one[0])]


def _rules(found: Sequence[str]) -> Iterator[Rule]:
    """Yield the rules by which readers can have put the signs where they are."""
    yield from (Rule.PAIR, Rule.LEAD)
    if any(map(_BEFORE_ASCII.search, found)):
        yield Rule.PAIR_UNLESS_ASCII
    if all(len(m[0]) % 2 == 0 for some in found for m in _SIGNS.finditer(some)):
        yield Rule.EACH


def _script(text: str, fault: Fault) -> Script:
    return "big5" if fault.kind is Damage.BIG5_AS_GBK else script_of(text.encode())


def _mean(text: str) -> float:
    from seedsearch.text.pair_scores import pair_scores

    return float(pair_scores("\n" + text).mean())


def _missed(whole: str, fault: Fault) -> bool:
    """Tell whether a text is so long that a reader of this fault has to have lost something of it."""
    from seedsearch.restoring.pair_choices import sets_of

    sets = sets_of(fault, _script(whole, fault))
    return not sets.lost(whole) and len(set(whole)) * sets.share() > MISSED


def _sound(read: Sequence[Searched]) -> tuple[float, str, int]:
    """Mean ln p of two characters side by side of which nothing was lost; what these are; and how many twos."""
    from seedsearch.text.pair_scores import pair_scores

    pieces, torn = list[str](), 0
    for slots, *_ in read:
        pieces.append("\n")
        for slot in slots:
            torn += slot.char == GONE
            pieces.append(slot.char if slot.char and slot.char != GONE else "\0")
    text = "".join(pieces)
    known = [
        score
        for score, a, b in zip(pair_scores(text).tolist(), text, text[1:], strict=False)
        if a not in "\0\n" and b not in "\0\n"
    ]
    if not known:
        return -1e9, "", 0
    return (sum(known) + TEAR * torn) / (len(known) + torn), text.replace("\0", ""), len(known)


def _search(runs: Sequence[Run], fault: Fault, readers: Sequence[Reader], script: Script) -> Sequence[Searched]:
    from seedsearch.restoring.pair_search import searched  # numpy takes 0.1 s to load, and hardly any text needs it

    return searched(runs, fault, readers, script)


def read_as_paired(runs: Sequence[Run], way: Way) -> list[list[Part]]:
    """Return the likeliest reading of each run; nothing for a run whose characters have no bytes."""
    slots, made, sources, borders = list[Slot](), list[str](), list[str](), [0]
    for run, (some, chars, _) in zip(runs, _search(runs, way.fault, [way.reader] * len(runs), way.script), strict=True):
        slots += Slot(0, run.before), *some
        made += run.before, *chars
        sources += "", *_sources(run.found, some, way.reader)
        borders.append(len(slots))
    guessed = judged(slots, made, sources)
    # Where a reader dropped bytes, that nothing was dropped there is a guess as well.
    parts = [
        Part(slot.end, char, bool(slot.char) and not way.reader.drops, one)
        for slot, char, one in zip(slots, made, guessed, strict=True)
    ]
    return [parts[start + 1 : end] for start, end in pairwise(borders)]


def _sources(found: str, slots: Sequence[Slot], reader: Reader) -> Iterator[str]:
    """Yield of each character of a run what its guess is called, by how much of it is left and of those around it."""
    lost = [False, False, *(bool(slot.choices) for slot in slots), False, False]
    start = 0
    for i, slot in enumerate(slots, 2):
        beside, near = lost[i - 1] + lost[i + 1], lost[i - 2] | lost[i + 2]
        shown = found[start // 2 : (slot.end + 1) // 2]
        if reader.drops:
            yield "dropped" if slot.end == start else "dropped byte"
        elif shown == GONE:
            yield "whole pair" + (AROUND[beside] or _NEAR[near])
        else:
            yield ("two signs" if set(shown) == {GONE} else "pair") + (" beside another" if beside else "")
        start = slot.end


def read_strictly(run: str, fault: Fault) -> list[Part]:
    """Return the reading of `run` if each two bytes are a character; else nothing."""
    return list(_strictly(run, fault)) if "\ufffd" not in run else []


def _strictly(run: str, fault: Fault) -> Iterator[Part]:
    pairs = fault.byte_pairs
    found = [pairs.get(char) or (char.encode() if char < "\x80" else b"") for char in run]
    if not all(found):
        return
    stream = b"".join(found)
    ends = [0]
    for one in found:
        ends += [ends[-1] + 1, ends[-1] + 2] if len(one) == 2 else [ends[-1] + 2]
    made, at = list[Part](), 0
    while at < len(stream):
        size = 1 if stream[at] < 0x80 else 2
        text = chr(stream[at]) if size == 1 else fault.read.get(stream[at : at + 2])
        if text is None:
            return
        at += size
        made.append(Part(ends[at], text, True))
    yield from made
