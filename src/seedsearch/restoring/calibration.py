"""The probability that a repair is right: the scores of a search, calibrated by how often it was right.

A search compares what may have stood at a place by a model of the language. The odds that it gives for its choice (ln
of its share against that of all others) are not to be trusted as they are: the model knows words and not sentences, and
of some texts the search never thought. So the odds of each kind of search are put on a line whose two figures are
fitted by maximum likelihood (Platt, "Probabilistic outputs for support vector machines", 1999) on pages damaged for
that. Where nothing is compared, one figure stands for all repairs: the share of them that was right.

`python -m benchmarks calibration` fits the figures on one part of a corpus, and prints for another part how often
repairs of each probability are right.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from math import tanh

from seedsearch.offsets import Candidate, Guess, Weight

MOST = 3  # candidates that are offered
CLEAR = 0.95  # no candidates are kept beside a repair that is more probable
WHOLE = Guess(0.0).end
LEAST = 1e-12  # a total of shares that is none
LOWEST, HIGHEST = 0.01, 0.99  # what a hundredth cannot tell from never and always

# What a source is called by how many of the two characters beside it lost something.
AROUND = ("", " beside another", " between others")
# Source of a repair: what is added to its odds and what they are multiplied by; see above.
LINES = {
    "UTF-8": (-0.38, 0.47),  # one byte of UTF-8
    "UTF-8, several": (-0.97, 0.64),  # bytes of it that hang together
    "framed": (-0.06, 0.73),  # a byte of a character whose bytes kept their places; few others can have stood there
    "framed, open": (-0.47, 0.73),  # … where many can
    "framed, open beside another": (-0.81, 0.45),  # … beside one of the same sort
    "framed, open between others": (-1.58, 0.41),
    "pair": (0.18, 0.70),  # a byte of a character of Big5 or GBK, between whole ones
    "pair beside another": (-0.21, 0.54),  # … beside one that lost some as well
    "whole pair": (-0.68, 0.62),  # both bytes of a character, with one sign, between whole ones
    "whole pair near another": (-1.06, 0.60),  # … with one that lost some after or before those
    "whole pair beside another": (-1.42, 0.30),
    "whole pair between others": (-2.34, 0.20),
    "two signs": (0.11, 0.63),  # both bytes, each with a sign
    "two signs beside another": (-1.21, 0.37),
    "dropped": (-1.82, 0.39),  # a whole character that a reader dropped without a sign
    "dropped byte": (-1.33, 0.34),  # … or one byte of it
    "torn": (-0.24, 0.48),  # a character that was torn apart
}
# … and the share that was right, where there are no odds.
SHARES = {
    "UTF-8": 0.9,  # losses that are too many to be looked at again
    "torn UTF-8": 0.45,
    "realigned": 0.93,  # double-byte text brought into step after a lost byte
    "shift": 0.96,
    "joined": 0.02,  # a shift on a page whose reader dropped pairs
    "code page": 0.99,
    "mark": 0.95,  # a reading that a program wrote after a rare character, as it did after others
    "quotation": 0.9,  # an end of one of which a mark is left
    "copy": 0.97,  # what another copy of the body holds
    # What is whole of a text that bytes were dropped of without a sign, which tells where: of Big5, and of GBK.
    "dropping big5-as-gbk": 0.53,
    "dropping gbk-as-big5": 0.91,
    "lost": 0.5,  # several characters of which nothing is told
}


def guess(
    source: str, odds: float, others: Iterable[tuple[str, float]] = (), start: int = 0, end: int = WHOLE
) -> Guess:
    """Return a guess between two places of a repair, with these odds in nats against all else.

    `others` are the best other candidates, each with its share of the rest.
    """
    chance = probability(source, odds)
    if chance > CLEAR:
        return _plain(chance, start, end)
    told, left = list[Candidate](), 1 - chance
    for text, share in others:
        if (its := round(left * share, 2)) >= LOWEST:
            told.append(_candidate(text, its))
            if len(told) == MOST - 1:
                break
    return Guess(chance, start, end, tuple(told))


@lru_cache(maxsize=1 << 14)
def _candidate(text: str, chance: float) -> Candidate:
    """Return a candidate: one object for all that are equal, as many on a page are."""
    return Candidate(text, chance)


@lru_cache(maxsize=1 << 10)
def _plain(chance: float, start: int, end: int) -> Guess:
    """Return a guess without candidates: one object for all that are equal, as most of a page are."""
    return Guess(chance, start, end)


@lru_cache(maxsize=1 << 10)
def _weight(one: Guess) -> Weight:
    return Weight((one,))


def weight(one: Guess) -> Weight:
    """Return the weight of a repair of which one part was guessed; one object for all that are equal."""
    return Weight((one,)) if one.others else _weight(one)


def probability(source: str, odds: float) -> float:
    """Return how probable a guess of a source with these odds is, in hundredths."""
    at, by = LINES[source]
    chance = (1 + tanh((at + by * odds) / 2)) / 2  # the logistic function, for odds of any size
    return round(min(max(chance, LOWEST), HIGHEST), 2)


def assumed(source: str) -> Weight:
    """Return the weight of a repair of a source whose repairs have no odds."""
    return weight(_plain(SHARES[source], 0, WHOLE))


def together(parts: Iterable[tuple[str, Guess | None]]) -> Weight | None:
    """Return the weight of a repair made of parts, each a guess or none at all; None where no part is one."""
    guesses, at = list[Guess](), 0
    for text, one in parts:
        end = at + len(text)
        if one:
            others = one.others
            guesses.append(Guess(one.probability, at, end, others) if others else _plain(one.probability, at, end))
        at = end
    if len(guesses) == 1:
        return weight(guesses[0])
    return Weight(tuple(guesses)) if guesses else None
