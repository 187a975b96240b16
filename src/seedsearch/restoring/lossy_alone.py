"""Losses of UTF-8 that stand alone, settled together: between known characters one loss does not hang on another.

Most losses of a damaged page are such. What `lossy_bridges` finds out about each, and what `lossy_choices` then asks
about its rivals, is found out here for all of them by the same arrays: for each the characters that it can be, one
behind the other, scored behind the character before and before the one that follows.
"""

from __future__ import annotations

from bisect import bisect_right
from codecs import utf_8_decode
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import log
from typing import TYPE_CHECKING, NamedTuple

from seedsearch.restoring.calibration import LEAST
from seedsearch.restoring.lossy_bridges import PLAIN, Fit, behind_of, best_others, fit_of, following_of, known_behind
from seedsearch.restoring.lossy_guesses import AS_READ, MID_SENTENCE, PAUSES, Atom, Lost, continuing
from seedsearch.restoring.scripts import Script

if TYPE_CHECKING:
    from seedsearch.text.array_types import Scores

FEW = 4  # losses for which arrays take longer than each by itself
BEFORE = 8  # atoms before a loss that hold the character before it, if there is one
AT_ONCE = 1 << 13  # choices that are scored at once: a megabyte or two


class Alone(NamedTuple):
    """What a loss stands for, behind `pending` bytes of a character and the character `last`.

    `odds` in nats against all that it can be besides, and the best of that with its share, where the odds are not
    plain.
    """

    pending: bytes
    last: str
    stream: bytes
    odds: float
    others: list[tuple[float, bytes]]


class _Loss(NamedTuple):
    """A loss at an atom: what is known before it, and what fits, before the character `following`."""

    at: int
    pending: bytes
    last: str
    following: str
    fits: list[Fit]


def settled_alone(atoms: Sequence[Atom], ends: Sequence[int], last: str, script: Script) -> dict[int, Alone]:
    """Return what is settled so, by the number of the atom; `ends` and `last` as in `lossy_utf8`."""
    losses = list(_losses(atoms, ends, last, script))
    if len(losses) < FEW:
        return {}
    found: dict[int, Alone] = {}
    some, size = list[_Loss](), 0
    for one in losses:
        some.append(one)
        size += sum(len(fit.streams) for fit in one.fits)
        if size >= AT_ONCE:
            found |= _scored(some)
            some, size = [], 0
    return found | _scored(some) if some else found


def _losses(atoms: Sequence[Atom], ends: Sequence[int], last: str, script: Script) -> Iterator[_Loss]:
    """Yield the losses that stand alone, and that something fits."""
    before = -1  # the loss before
    for at, atom in enumerate(atoms):
        if isinstance(atom, bytes):
            continue
        known = atoms[max(before + 1, at - BEFORE) : at]
        beside = _beside(b"".join(known), "" if before >= 0 or at > BEFORE else last)  # type: ignore[arg-type]
        before = at
        behind, _ = known_behind(atoms, ends, at)
        following = following_of(behind)
        if beside is None or not following or following in AS_READ:
            continue
        fits = _fits(atom, beside[0], behind[: continuing(behind)], script)
        if fits:
            yield _Loss(at, *beside, following, fits)


def _beside(known: bytes, last: str) -> tuple[bytes, str] | None:
    """Return the bytes of an unfinished character and the character before it, at the end of what is known.

    `last` is the character before the known bytes, if that is known. None where the character is not.
    """
    begun = known if last else known[continuing(known) :]
    try:
        text, size = utf_8_decode(begun, "strict", False)
    except UnicodeDecodeError:
        return None
    beside = text[-1:] or last
    return (begun[size:], beside) if beside and beside not in AS_READ else None


def _fits(atom: Sequence[Lost], pending: bytes, inside: bytes, script: Script) -> list[Fit]:
    """Return what fits of all that an atom can be; nothing where some of it is too much, or not one character each."""
    fits: list[Fit] = []
    for lost in atom:
        fit = fit_of(pending, lost, inside, script)
        if fit is None or (fit.streams and not fit.outcomes.plain):
            return []
        if fit.streams:
            fits.append(fit)
    return fits


def _scored(losses: Sequence[_Loss]) -> dict[int, Alone]:
    """Return what each of the losses stands for."""
    import numpy as np

    from seedsearch.text.code_points import points
    from seedsearch.text.pair_scores import scores_of

    every = [(loss, fit) for loss in losses for fit in loss.fits]
    sizes = np.array([len(fit.streams) for _, fit in every])
    borders = [0, *np.cumsum(sizes).tolist()]
    outcomes = [fit.outcomes for _, fit in every]
    firsts, lasts = (np.concatenate([one.codes[i] for one in outcomes]) for i in (0, 1))
    before, after = (
        np.repeat(points("".join(some)), sizes)
        for some in ([loss.last for loss, _ in every], [loss.following for loss, _ in every])
    )
    scores = np.concatenate([one.rest for one in outcomes]) + scores_of(before, firsts)
    behind = scores_of(lasts, after)
    blanks, pauses = points("\n "), points("".join(PAUSES))
    if (blank := np.isin(after, blanks)).any():
        behind -= MID_SENTENCE * (blank & np.isin(lasts, pauses))
    behind -= np.repeat([fit.lost.cost for _, fit in every], sizes)
    shares: Scores = np.zeros(len(scores))
    tails = {}
    for number, (loss, fit) in enumerate(every):
        if fit.lost.tails != (b"",):
            whole = slice(borders[number], borders[number + 1])
            behind[whole], tails[number], shares[whole] = behind_of(fit, loss.following)
    scores += behind
    starts = [0]
    for loss in losses:
        starts.append(starts[-1] + len(loss.fits))
    edges = np.array([borders[number] for number in starts])
    best = np.maximum.reduceat(scores, edges[:-1])
    scores -= np.repeat(best, np.diff(edges))
    totals = np.add.reduceat(np.exp(scores - shares), edges[:-1]) - 1.0
    found: dict[int, Alone] = {}
    for loss, total, (begin, end) in zip(losses, totals.tolist(), pairwise(edges.tolist()), strict=True):
        total, some = max(total, LEAST), scores[begin:end]

        def stream(place: int, begin: int = begin) -> bytes:
            number = bisect_right(borders, begin + place) - 1
            place += begin - borders[number]
            head = every[number][1].streams[place]
            return head + tails[number][place].stream if number in tails else head

        chosen = stream(int(some.argmax()))
        odds = -log(total)
        others = best_others(some, total, chosen, stream) if odds <= PLAIN else []
        found[loss.at] = Alone(loss.pending, loss.last, chosen, odds, others)
    return found
