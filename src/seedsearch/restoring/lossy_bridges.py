"""Losses that the characters on both sides settle: the common case of `lossy_utf8`, where little has to be searched.

Behind most losses stands a character of which nothing is lost. Whatever was lost must fit: it ends the unfinished
character before it, and what is behind goes on where it ends. So all that can stand between two known characters
is scored at once, from the one to the other, and the best is taken: by a model of pairs that is what a search
through all of the text would find. Where the character behind a loss has lost a byte too, the best few of the one are
gone on with to the next (Viterbi's algorithm over the characters between two known ones).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from math import inf, log
from typing import TYPE_CHECKING, NamedTuple

from seedsearch.restoring.budget import Budget
from seedsearch.restoring.calibration import LEAST
from seedsearch.restoring.lossy_guesses import (
    Atom,
    Lost,
    Outcomes,
    continuing,
    length_of,
)
from seedsearch.restoring.scripts import Script

if TYPE_CHECKING:
    from seedsearch.text.array_types import Scores

BEHIND = 7  # atoms behind a loss that may settle it
MOST = 512  # choices of one kind that are scored; where there are more, they are searched
STATES = 6  # ways to read a loss that are gone on with to the next one
FEW = 12  # best rivals that are looked for, the chosen one among them
PLAIN = 7.0  # odds beyond which nothing more is asked


class Gap(NamedTuple):
    """Atom number `at`, which was lost, and the known bytes behind it; `last`: whether they settle what it was."""

    at: int
    lost: tuple[Lost, ...]
    behind: bytes
    last: bool


class _Tail(NamedTuple):
    """An ASCII character that was lost, how it reads, and ln of its share among those that may have been lost.

    Blanks and line ends count as one there.
    """

    score: float
    stream: bytes
    share: float


class _Way(NamedTuple):
    """One way to read the gaps so far: the last character, and the bytes for each."""

    score: float
    last: str
    streams: tuple[bytes, ...]


def known_behind(atoms: Sequence[Atom], ends: Sequence[int], at: int) -> tuple[bytes, int]:
    """Return the known bytes behind the loss `at`, some of them where there are many, and where the next loss is.

    `ends` as in `lossy_utf8`.
    """
    end = ends[at + 1] if at + 1 < len(atoms) else len(atoms)
    return b"".join(atoms[at + 1 : min(end, at + 1 + BEHIND)]), end  # type: ignore[arg-type]


def settles(behind: bytes) -> bool:
    """Tell whether known bytes behind a loss hold a whole character."""
    return bool(following_of(behind))


def goes_on(behind: bytes) -> bool:
    """Tell whether known bytes between two losses hold none, but the beginning of a character at their end."""
    begun = behind[continuing(behind) :]
    return bool(behind) and (
        not begun or (0xC2 <= begun[0] < 0xF5 and 1 + continuing(begun[1:]) == len(begun) < length_of(begun[0]))
    )


def bridged(pending: bytes, last: str, gaps: Iterable[Gap], script: Script, work: Budget) -> dict[int, bytes]:
    """Return the bytes for each of `gaps`, by its number, of which the last one settles it; nothing where none fit.

    `pending` is the character that is unfinished before the first, `last` the one before that.
    """
    ways: Sequence[_Way] = [_Way(0.0, last, ())]
    places: list[int] = []
    for gap in gaps:
        work.spend((len(ways) - 1) * len(gap.lost) // 2)  # the first is paid for
        inside = continuing(gap.behind)
        following = following_of(gap.behind)
        ways = _ways(ways, pending, gap, following, script, 1 if gap.last else STATES)
        places.append(gap.at)
        if not ways:
            return {}
        if gap.last:
            return dict(zip(places, ways[0].streams, strict=True))
        pending = gap.behind[inside:]
    return {}


def _ways(ways: Sequence[_Way], pending: bytes, gap: Gap, following: str, script: Script, most: int) -> Sequence[_Way]:
    """Return the best of the ways that go on with `gap`, before the character `following` if it is known."""
    inside = gap.behind[: continuing(gap.behind)]
    made: dict[str, _Way] = {}
    for lost in gap.lost:
        fit = fit_of(pending, lost, inside, script)
        if fit is None:
            return ()
        if fit.streams:
            for new in _best_of(ways, fit, following, most):
                if new.last not in made or made[new.last].score < new.score:
                    made[new.last] = new
    return sorted(made.values(), key=lambda way: -way.score)[:most]


def _best_of(ways: Sequence[_Way], fit: Fit, following: str, most: int) -> Iterator[_Way]:
    """Yield the best ways that go on with what fits, before the character `following` if it is known."""
    behind, tails, _ = behind_of(fit, following)
    for place, way, score in _best_places([fit.outcomes.after(way.last) + way.score for way in ways], behind, most):
        last = tails[place].stream.decode() if tails else fit.outcomes.lasts[place]
        stream = fit.streams[place] + (tails[place].stream if tails else b"")
        yield _Way(score, last, (*ways[way].streams, stream))


def _best_places(scores: Sequence[Scores], behind: Scores | float, most: int) -> Iterator[tuple[int, int, float]]:
    """(place, which of the scores, score) of the best, one for each place."""
    import numpy as np

    if len(scores) == 1:
        best, which = scores[0] + behind, None
    else:
        every = np.array(scores)
        which = every.argmax(axis=0)
        best = every.max(axis=0) + behind
    for place in [int(best.argmax())] if most == 1 else np.argsort(-best, kind="stable")[:most].tolist():
        yield place, 0 if which is None else int(which[place]), float(best[place])


class Fit:
    """The bytes of one kind of loss that fit between a pending character and what stands behind, and what they make."""

    def __init__(self, pending: bytes, lost: Lost, streams: tuple[bytes, ...], inside: bytes, script: Script) -> None:
        self.streams, self.lost, self.script = streams, lost, script
        self.outcomes = Outcomes(pending, tuple([stream + inside for stream in streams]), script)


@lru_cache(maxsize=1 << 10)
def fit_of(pending: bytes, lost: Lost, inside: bytes, script: Script) -> Fit | None:
    """Return what fits; None where it is too much to score."""
    heads = _heads(pending, lost, inside)
    return Fit(pending, lost, heads, inside, script) if len(heads) <= MOST else None


@lru_cache(maxsize=1 << 6)
def _any_fit(pending: bytes, lost: Lost, inside: bytes, script: Script) -> Fit:
    """Return what fits, however much it is."""
    return Fit(pending, lost, _heads(pending, lost, inside), inside, script)


def _heads(pending: bytes, lost: Lost, inside: bytes) -> tuple[bytes, ...]:
    # Behind an ASCII character nothing goes on with the character before it.
    return () if inside and lost.tails != (b"",) else _fitting(lost, _missing(pending), len(inside))


@lru_cache(maxsize=1 << 11)
def _fitting(lost: Lost, missing: int, inside: int) -> tuple[bytes, ...]:
    """Return the heads that end a character of which bytes are missing, and that so many bytes behind them go on
    with.
    """
    return tuple(head for head in lost.heads if _fits(head, missing, inside))


@lru_cache(maxsize=1 << 11)
def behind_of(fit: Fit, following: str) -> tuple[Scores | float, list[_Tail], Scores | float]:
    """Return how what stands behind each stream reads, with the best of the tails between them, if there may be
    some, and ln of the share that each of those has.
    """
    import numpy as np

    lost = fit.lost
    if lost.tails == (b"",):
        return (fit.outcomes.before(following) if following else 0.0) - lost.cost, [], 0.0
    alike, which = fit.outcomes.alike
    tails = [_best_tail(last, lost, following, fit.script) for last in alike]
    scores, shares = np.array([tail.score for tail in tails]) - lost.cost, np.array([tail.share for tail in tails])
    return scores[which], [tails[i] for i in which], shares[which]


def rivals(
    pending: bytes, last: str, gap: Gap, script: Script, chosen: bytes
) -> tuple[float, list[tuple[float, bytes]]] | None:
    """Return the odds of `chosen` against all other streams that `gap` can stand for, in nats, and the best of those.

    Each with its share among the others. `pending` and `last` as for `bridged`; `gap` is the last of its chain.
    None where `chosen` is none of what fits.
    """
    import numpy as np

    inside = gap.behind[: continuing(gap.behind)]
    following = following_of(gap.behind)
    scores: list[Scores] = []
    streams: list[bytes] = []
    shares_of_best: list[float] = []
    won = -inf
    for lost in gap.lost:
        fit = fit_of(pending, lost, inside, script) or _any_fit(pending, lost, inside, script)
        if not fit.streams:
            continue
        behind, tails, _ = behind_of(fit, following)
        some = fit.outcomes.after(last) + behind
        made = [head + tail.stream for head, tail in zip(fit.streams, tails, strict=True)] if tails else fit.streams
        if chosen in made:
            won = max(won, float(some[made.index(chosen)]))
        scores.append(some)
        streams += made
        shares_of_best += [tail.share for tail in tails] or [0.0] * len(made)
    if won == -inf:
        return None
    every = np.concatenate(scores) - won
    total = max(float(np.exp(every - shares_of_best).sum()) - 1.0, LEAST)
    return -log(total), best_others(every, total, chosen, streams.__getitem__)


def best_others(
    every: Scores, total: float, chosen: bytes, stream: Callable[[int], bytes]
) -> list[tuple[float, bytes]]:
    """Return the best streams but the `chosen` one, which has the score 0, each with its share in the `total`.

    `stream`: what stands at a place of `every`.
    """
    import numpy as np

    best = [(place, stream(place)) for place in np.argsort(-every, kind="stable")[:FEW].tolist()]
    return [(float(np.exp(every[place])) / total, one) for place, one in best if one != chosen]


@lru_cache(maxsize=1 << 12)
def _best_tail(last: str, lost: Lost, following: str, script: Script) -> _Tail:
    """Return the best of the ASCII characters that may be lost between `last` and `following`."""
    import numpy as np

    outcomes = _tail_outcomes(lost, script)
    scores = outcomes.after(last, ending=True)
    if following:
        scores = scores + outcomes.before(following)
    place = int(scores.argmax())
    best = float(scores[place])
    shares = np.exp(scores - best)
    alike = [i for i, tail in enumerate(lost.tails) if tail.isspace() and lost.tails[place].isspace()] or [place]
    return _Tail(best, lost.tails[place], log(float(shares[alike].sum()) / float(shares.sum())))


@lru_cache(maxsize=64)
def _tail_outcomes(lost: Lost, script: Script) -> Outcomes:
    return Outcomes(b"", lost.tails, script)


def following_of(behind: bytes) -> str:
    """Return the first character that begins in bytes, if it is whole."""
    stream = behind[continuing(behind) :]
    text = stream[: length_of(stream[0])].decode("utf-8", "ignore") if stream else ""
    return text if len(text) == 1 else ""  # bytes that are not one character can hold two of them


def _missing(pending: bytes) -> int:
    """Return how many bytes end the unfinished character."""
    return length_of(pending[0]) - len(pending) if pending else 0


def _fits(head: bytes, missing: int, inside: int) -> bool:
    ending = continuing(head)
    if ending == len(head):
        return ending + inside == missing
    return ending == missing and length_of(head[ending]) == len(head) - ending + inside
