"""Losses of UTF-8 that stand alone, settled together: between known characters one loss does not hang on another.

Most losses of a damaged page are such. What `lossy_bridges` finds out about each, and what `lossy_choices` then asks
about its rivals, is found out here for all of them by the same arrays: for each the characters that it can be, one
behind the other, scored behind the character before and before the one that follows.
"""

from __future__ import annotations

from bisect import bisect_right
from codecs import utf_8_decode
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import inf, log
from typing import TYPE_CHECKING, NamedTuple

from seedsearch.restoring.calibration import LEAST
from seedsearch.restoring.lossy_bridges import (
    PLAIN,
    Fit,
    Gap,
    Tail,
    behind_of,
    best_others,
    fit_of,
    following_of,
    known_behind,
    rivals,
)
from seedsearch.restoring.lossy_guesses import AS_READ, Atom, Lost, continuing, scores_behind
from seedsearch.restoring.scripts import Script

if TYPE_CHECKING:
    from seedsearch.text.array_types import Scores

FEW = 4  # losses for which arrays take longer than each by itself
BEFORE = 8  # atoms before a loss that hold the character before it, if there is one
AT_ONCE = 1 << 13  # choices that are scored at once: a megabyte or two


class Alone(NamedTuple):
    """What a loss stands for, behind `pending` bytes of a character and the character `last`, and how sure that is."""

    pending: bytes
    last: str
    stream: bytes
    answer: Answer


class Question(NamedTuple):
    """A loss between known ones: how sure is it that `chosen` stood there?

    That is behind `pending` bytes of a character and the character `last`, before the bytes `behind`.
    """

    pending: bytes
    last: str
    lost: tuple[Lost, ...]
    behind: bytes
    chosen: bytes


class Answer(NamedTuple):
    """The odds of what was chosen in nats against all else that a loss can be, and the best of that with its share:
    of a loss that was settled alone, where the odds are not plain.
    """

    odds: float
    others: list[tuple[float, bytes]]


class _Settled(NamedTuple):
    """What a loss stands for, and how sure that is."""

    stream: bytes
    answer: Answer


class _Loss(NamedTuple):
    """A loss: what is known before it, what fits before the character `following`, and what was chosen, if anything."""

    pending: bytes
    last: str
    following: str
    fits: tuple[Fit, ...]
    chosen: bytes | None = None


def told_of(questions: Iterable[Question], script: Script) -> dict[Question, Answer | None]:
    """Return the answers to questions; None where what was chosen is none of what fits."""
    found: dict[Question, Answer | None] = {}
    together = dict[Question, _Loss]()
    for one in dict.fromkeys(questions):
        if (loss := _asked(one, script)) is not None:
            together[one] = loss
        else:
            found[one] = _told_alone(one, script)
    if len(together) < FEW:
        return found | {one: _told_alone(one, script) for one in together}
    for question, settled in zip(together, _settled(list(together.values())), strict=True):
        found[question] = settled and settled.answer
    return found


def _asked(one: Question, script: Script) -> _Loss | None:
    """Return a question as a loss that is scored with others; None where it is of another kind."""
    following = following_of(one.behind)
    if not following or following in AS_READ or one.last in AS_READ:
        return None
    fits = _fits(one.lost, one.pending, one.behind[: continuing(one.behind)], script)
    return _Loss(one.pending, one.last, following, fits, one.chosen) if fits else None


def _told_alone(one: Question, script: Script) -> Answer | None:
    """Return the answer to a question by itself."""
    pending, last, lost, behind, chosen = one
    answer = rivals(pending, last, Gap(0, lost, behind, True), script, chosen)
    return answer and Answer(*answer)


def settled_alone(atoms: Sequence[Atom], ends: Sequence[int], last: str, script: Script) -> dict[int, Alone]:
    """Return what is settled so, by the number of the atom; `ends` and `last` as in `lossy_utf8`."""
    losses = dict(_losses(atoms, ends, last, script))
    if len(losses) < FEW:
        return {}
    settled = zip(losses.items(), _settled(list(losses.values())), strict=True)
    return {at: Alone(one.pending, one.last, *found) for (at, one), found in settled if found}


def _settled(losses: Sequence[_Loss]) -> Iterator[_Settled | None]:
    """Yield what each of the losses stands for; None where what was chosen is none of what fits."""
    found: dict[_Loss, _Settled | None] = {}
    for some in _portions(dict.fromkeys(losses)):
        found |= zip(some, _scored(some), strict=True)
    yield from map(found.__getitem__, losses)


def _portions(losses: Iterable[_Loss]) -> Iterator[list[_Loss]]:
    """Yield as many of the losses at a time as are scored at once."""
    some, size = list[_Loss](), 0
    for one in losses:
        some.append(one)
        size += sum(len(fit.streams) for fit in one.fits)
        if size >= AT_ONCE:
            yield some
            some, size = [], 0
    if some:
        yield some


def _losses(atoms: Sequence[Atom], ends: Sequence[int], last: str, script: Script) -> Iterator[tuple[int, _Loss]]:
    """Yield the losses that stand alone, and that something fits, each with the number of its atom."""
    before = -1  # the loss before
    for at, atom in enumerate(atoms):
        if isinstance(atom, bytes):
            continue
        beside = beside_at(atoms, at, before, last)
        before = at
        behind, _ = known_behind(atoms, ends, at)
        following = following_of(behind)
        if beside is None or not following or following in AS_READ:
            continue
        fits = _fits(atom, beside[0], behind[: continuing(behind)], script)
        if fits:
            yield at, _Loss(*beside, following, fits)


def beside_at(atoms: Sequence[Atom], at: int, before: int, last: str) -> tuple[bytes, str] | None:
    """Return the bytes of an unfinished character and the character before it, in front of a loss at an atom.

    `before` is the loss before that one, -1 if there is none; None where the character is not known.
    """
    known = atoms[max(before + 1, at - BEFORE) : at]
    return _beside(b"".join(known), "" if before >= 0 or at > BEFORE else last)  # type: ignore[arg-type]


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


def _fits(atom: Sequence[Lost], pending: bytes, inside: bytes, script: Script) -> tuple[Fit, ...]:
    """Return what fits of all that an atom can be; nothing where some of it is too much, or not one character each."""
    fits: list[Fit] = []
    for lost in atom:
        fit = fit_of(pending, lost, inside, script)
        if fit is None or (fit.streams and not fit.outcomes.plain):
            return ()
        if fit.streams:
            fits.append(fit)
    return tuple(fits)


def _scored(losses: Sequence[_Loss]) -> Iterator[_Settled | None]:
    """Yield what each of the losses stands for; None where what was chosen is none of what fits."""
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
    behind = scores_behind(lasts, after)
    behind -= np.repeat([fit.lost.cost for _, fit in every], sizes)
    shares: Scores = np.zeros(len(scores))
    tails = dict[int, list[Tail]]()
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
    for number, loss in enumerate(losses):
        if loss.chosen is not None:
            fits = range(starts[number], starts[number + 1])
            places = (_place(loss.chosen, every[i][1], tails.get(i), borders[i]) for i in fits)
            best[number] = max((scores[place] for place in places if place is not None), default=inf)
    scores -= np.repeat(best, np.diff(edges))
    totals = np.add.reduceat(np.exp(scores - shares), edges[:-1]) - 1.0
    settled = zip(losses, best.tolist(), totals.tolist(), pairwise(edges.tolist()), strict=True)
    for loss, most, total, (begin, end) in settled:
        if most == inf:
            yield None
            continue
        total, some = max(total, LEAST), scores[begin:end]

        def stream(place: int, begin: int = begin) -> bytes:
            number = bisect_right(borders, begin + place) - 1
            place += begin - borders[number]
            head = every[number][1].streams[place]
            return head + tails[number][place].stream if number in tails else head

        chosen = stream(int(some.argmax())) if loss.chosen is None else loss.chosen
        odds = -log(total)
        others = best_others(some, total, chosen, stream) if loss.chosen is not None or odds <= PLAIN else []
        yield _Settled(chosen, Answer(odds, others))


def _place(chosen: bytes, fit: Fit, tails: Sequence[Tail] | None, start: int) -> int | None:
    """Return where what was chosen is among scores, those of what fits from `start` on; None if it is none of that."""
    head = chosen[:-1] if tails else chosen
    place = fit.places.get(head)
    return None if place is None or (tails and tails[place].stream != chosen[-1:]) else start + place
