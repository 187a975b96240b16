"""Losses that the characters on both sides settle: the common case of `lossy_utf8`, where little has to be searched.

Behind most losses stands a character of which nothing is lost. Whatever was lost must fit: it ends the unfinished
character before it, and what is behind goes on where it ends. So all that can stand between two known characters
is scored at once, from the one to the other, and the best is taken: by a model of pairs that is what a search
through all of the text would find. Where the character behind a loss has lost a byte too, the best few of the one are
gone on with to the next (Viterbi's algorithm over the characters between two known ones).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import islice
from math import inf, log
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from seedsearch.restoring.budget import Budget
from seedsearch.restoring.calibration import LEAST
from seedsearch.restoring.lossy_guesses import (
    Atom,
    Lost,
    Outcomes,
    all_after,
    all_before,
    continuing,
    length_of,
)
from seedsearch.restoring.recent import Recent
from seedsearch.restoring.scripts import Script

if TYPE_CHECKING:
    from seedsearch.text.array_types import Scores

BEHIND = 7  # atoms behind a loss that may settle it
MOST = 512  # choices of one kind that are scored; where there are more, they are searched
KEPT = 1024  # chains that are kept with what they are
TOGETHER = 128  # chains that are searched at the same time, which take a megabyte or two
STATES = 6  # ways to read a loss that are gone on with to the next one
FEW = 12  # best rivals that are looked for, the chosen one among them
PLAIN = 7.0  # odds beyond which nothing more is asked


class Gap(NamedTuple):
    """Atom number `at`, which was lost, and the known bytes behind it; `last`: whether they settle what it was."""

    at: int
    lost: tuple[Lost, ...]
    behind: bytes
    last: bool


class Tail(NamedTuple):
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


@lru_cache(maxsize=1 << 11)
def settles(behind: bytes) -> bool:
    """Tell whether known bytes behind a loss hold a whole character."""
    return bool(following_of(behind))


@lru_cache(maxsize=1 << 11)
def goes_on(behind: bytes) -> bool:
    """Tell whether known bytes between two losses hold none, but the beginning of a character at their end."""
    begun = behind[continuing(behind) :]
    return bool(behind) and (
        not begun or (0xC2 <= begun[0] < 0xF5 and 1 + continuing(begun[1:]) == len(begun) < length_of(begun[0]))
    )


class Chain(NamedTuple):
    """Losses that hang together: the character that is unfinished before the first, and the one before that."""

    pending: bytes
    last: str
    gaps: tuple[Gap, ...]

    @property
    def key(self) -> tuple[bytes, str, tuple[tuple[object, ...], ...]]:
        """What does not hang on the place in the text."""
        return self.pending, self.last, tuple([gap[1:] for gap in self.gaps])


def bridged(chain: Chain, script: Script, work: Budget) -> dict[int, bytes]:
    """Return the bytes for each gap, by its number, of which the last one settles it; nothing where none fit."""
    kept = _kept.get((chain.key, script))
    # With as little work left as that, some of it would be refused: what is found does not hang on what came before.
    if kept is not None and work.left > kept.cost:
        work.spend(kept.cost)
    else:
        refused, work.refused = work.refused, False
        [kept] = _bridged_together([chain], script, work)
        if not work.refused:
            _kept.put((chain.key, script), kept)
        work.refused = work.refused or refused
    return dict(zip([gap.at for gap in chain.gaps], kept.streams, strict=True)) if kept.streams else {}


def prepare(chains: Iterable[Chain], script: Script) -> None:
    """Find out together what chains are, so that `bridged` has it: arrays take hardly longer for many than for one."""
    new = iter({chain.key: chain for chain in chains if _kept.get((chain.key, script)) is None}.items())
    while some := list(islice(new, TOGETHER)):
        found = _bridged_together([chain for _, chain in some], script, Budget(0, 0, 0))
        for (key, _), bridge in zip(some, found, strict=True):
            _kept.put((key, script), bridge)


class _Bridge(NamedTuple):
    """The bytes for each gap of a chain, nothing where none fit, and the work that it took to find them."""

    streams: tuple[bytes, ...]
    cost: int


_kept = Recent[tuple[tuple[bytes, str, tuple[tuple[object, ...], ...]], Script], _Bridge](KEPT)


def _bridged_together(chains: Sequence[Chain], script: Script, work: Budget) -> list[_Bridge]:
    """Return what each of the chains is, all of them searched at the same time, a gap of each in a step."""
    found = [_Bridge((), 0)] * len(chains)
    going = [(i, _bridging(chain, script, work)) for i, chain in enumerate(chains)]
    answers: list[_Scored | None] = [None] * len(going)
    while going:
        asked, still = list[_Asked](), list[tuple[int, _Bridging]]()
        for (i, bridging), answer in zip(going, answers, strict=True):
            try:
                asked.append(bridging.send(answer))
                still.append((i, bridging))
            except StopIteration as ended:
                found[i] = ended.value
        going = still
        after = iter(all_after([one for some in asked for one in some.after]))
        before = iter(all_before([one for some in asked for one in some.before]))
        answers = [([next(after) for _ in some.after], [next(before) for _ in some.before]) for some in asked]
    return found


class _Asked(NamedTuple):
    """Outcomes of which the scores behind a character are asked for, and those of which the ones before one are."""

    after: Sequence[tuple[Outcomes, str]]
    before: Sequence[tuple[Outcomes, str]]


_Scored: TypeAlias = tuple[Sequence["Scores"], Sequence["Scores"]]
_Bridging: TypeAlias = Generator[_Asked, _Scored | None, _Bridge]


def _bridging(chain: Chain, script: Script, work: Budget) -> _Bridging:
    """Find out what a chain is, asking for scores; no bytes where nothing fits or the last gap does not settle it."""
    pending, cost = chain.pending, 0
    ways: Sequence[_Way] = [_Way(0.0, chain.last, ())]
    for gap in chain.gaps:
        spent = (len(ways) - 1) * len(gap.lost) // 2  # the first is paid for
        work.spend(spent)
        cost += spent
        ways = yield from _going_on(ways, fits_of(pending, gap, script), gap)
        if gap.last or not ways:
            return _Bridge(ways[0].streams if ways else (), cost)
        pending = gap.behind[continuing(gap.behind) :]
    return _Bridge((), cost)


def fits_of(pending: bytes, gap: Gap, script: Script) -> list[Fit]:
    """Return what fits of all that was lost behind a pending character; nothing where that is too much to score."""
    inside, fits = gap.behind[: continuing(gap.behind)], list[Fit]()
    for lost in gap.lost:
        fit = fit_of(pending, lost, inside, script)
        if fit is None:
            return []
        if fit.streams:
            fits.append(fit)
    return fits


def _going_on(ways: Sequence[_Way], fits: Sequence[Fit], gap: Gap) -> Generator[_Asked, _Scored | None, Sequence[_Way]]:
    """Return the best of the ways that go on with what fits, before the character behind `gap` if it is known."""
    following, most = following_of(gap.behind), 1 if gap.last else STATES
    untailed = [fit.outcomes for fit in fits if following and fit.lost.tails == (b"",)]
    scored = yield _Asked(
        [(fit.outcomes, way.last) for fit in fits for way in ways], [(one, following) for one in untailed]
    )
    after, before = map(iter, scored or ((), ()))
    made: dict[str, _Way] = {}
    for fit in fits:
        scores = [next(after) + way.score for way in ways]
        behind: Scores | float = 0.0
        tails = list[Tail]()
        if fit.outcomes in untailed:
            behind = next(before) - fit.lost.cost
        else:
            behind, tails, _ = behind_of(fit, following)
        for place, way, score in _best_places(scores, behind, most):
            last = tails[place].stream.decode() if tails else fit.outcomes.lasts[place]
            stream = fit.streams[place] + (tails[place].stream if tails else b"")
            if last not in made or made[last].score < score:
                made[last] = _Way(score, last, (*ways[way].streams, stream))
    return sorted(made.values(), key=lambda way: -way.score)[:most]


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

    @cached_property
    def places(self) -> dict[bytes, int]:
        """Where each of the streams is among them."""
        return {stream: place for place, stream in enumerate(self.streams)}


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
def behind_of(fit: Fit, following: str) -> tuple[Scores | float, list[Tail], Scores | float]:
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
def _best_tail(last: str, lost: Lost, following: str, script: Script) -> Tail:
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
    return Tail(best, lost.tails[place], log(float(shares[alike].sum()) / float(shares.sum())))


@lru_cache(maxsize=64)
def _tail_outcomes(lost: Lost, script: Script) -> Outcomes:
    return Outcomes(b"", lost.tails, script)


@lru_cache(maxsize=1 << 11)
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
