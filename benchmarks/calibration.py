"""Calibration: how often repairs that were inferred are right, by how probable they were said to be.

Pages are damaged by two generators, which know the truth (`benchmarks.restoration`), and restored with every repair
made. What was guessed is right if it is what stands there in the true text; a character that it left as lost is not
counted, nor are blanks and line ends. A table for each generator gives guesses by probability: how many, how probable
they were said to be on average, and how many of them are right. Of kinds of damage that are not understood, of which
less than `UNDERSTOOD` comes back, there is one more: no choice among bytes is right where the bytes are others. The
next table says what it costs to leave the less probable ones unmade, for each kind of damage of the first generator
that loses something. The last two have the figures of `restoring/calibration.py`, fitted anew on other documents of
the corpus than those of the other tables, on the kinds of both generators that are understood, beside those that are
used.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from hashlib import sha256
from itertools import islice, pairwise
from pathlib import Path
from statistics import mean
from typing import NamedTuple
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from benchmarks.corpus import Document, documents
from benchmarks.restoration import FIRST, GENERATORS, Generator, pages_of, share
from fixtures.generator import KINDS, LOSING, Damaged
from seedsearch.damage import SURE
from seedsearch.offsets import rows_of, weights_of
from seedsearch.restoring import calibration
from seedsearch.restoring.clean import clean
from seedsearch.restoring.corruptions import narrowed

PAGES = 8  # of each kind
PARTS, FITTED, TOLD = 4, 2, 3  # the corpus is parted by chance: one part is fitted on, the tables tell of another
BORDERS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 1.01)
THRESHOLDS = (0.0, SURE, 0.5, 0.8, 0.95)
# Of the characters of a kind. Of what a reader of Big5 as GBK drops, .76 comes back, of kinds that are taken for others
# next to nothing.
UNDERSTOOD = 0.7
UNTOLD = "\ufffd?"  # what stands where nothing is said
FARTHEST = 12.0  # odds beyond which guesses are alike
STEPS = 50  # of the fit; it takes some ten
NEAR, LEAST = 1e-4, 1e-6  # a step of it that is none, and what keeps it from dividing by nothing


class Judged(NamedTuple):
    """A guess: the kind of damage, how probable it was said to be, and whether it is right."""

    kind: str
    probability: float
    right: bool


def run(corpus: Path | None, *, smoke: bool = False, pages: int = PAGES) -> None:
    """Print the tables, of so many pages of each kind."""
    texts, count = list(documents(corpus)), 1 if smoke else pages
    fitted = list[Damaged]()
    for name, generator in GENERATORS.items():
        every = _pages(_part(texts, TOLD), generator, count)
        told = {kind: some for kind, some in every.items() if some and understood(some)}
        _reliability(f"{name} generator", told.values())
        _reliability(f"{name} generator, not understood", (every[kind] for kind in every.keys() - told.keys()))
        pages_to_fit = _pages(_part(texts, FITTED), generator, count)
        fitted += [page for kind in told for page in pages_to_fit[kind]]
    _costs(_pages(_part(texts, TOLD), FIRST, count))
    _fitted(fitted)


def understood(pages: Sequence[Damaged]) -> bool:
    """Tell whether most of pages of one kind comes back."""
    return mean(map(partial(_share, 0.0), pages)) >= UNDERSTOOD


def _part(texts: Sequence[Document], number: int) -> Sequence[Document]:
    """Return one part of a corpus; all of a corpus that is too small to be parted."""
    some = [text for text in texts if sha256(text.text.encode()).digest()[0] % PARTS == number]
    return some if len(texts) > PARTS else texts


def _pages(texts: Sequence[Document], generator: Generator, count: int) -> Mapping[str, Sequence[Damaged]]:
    kinds = (*KINDS, *LOSING) if generator is FIRST else generator.kinds
    return {kind: list(islice(pages_of(texts, kind, generator), count)) for kind in kinds}


def judged(page: Damaged) -> Iterator[Judged]:
    """Yield what was guessed on a page."""
    cleaned = clean(page.content or page.found, sure=0.0)
    weights = weights_of(cleaned.edits)
    wrong = _wrong(narrowed(page.true), narrowed(cleaned.readable)) if any(weights) else set()
    shift = 0
    for i, ((start, end, replacement), weight) in enumerate(zip(rows_of(cleaned.edits), weights, strict=True)):
        at = start + shift
        shift += len(replacement) - (end - start)
        for guess in weight.guesses if weight else ():
            size = len(replacement[guess.start : guess.end])
            if replacement[guess.start : guess.end].strip(UNTOLD):
                right = wrong.isdisjoint(range(2 * (at + guess.start), 2 * (at + guess.start + size) + 1))
                yield Judged(str(cleaned.edits[i].kind), guess.probability, right)


def _wrong(true: str, made: str) -> set[int]:
    """Return where `made` is not as it should be: odd numbers for its characters, and even ones between them."""
    places: set[int] = set()
    for op in Levenshtein.opcodes(true, made):
        missing = true[op.src_start : op.src_end]
        if op.tag == "delete" and not missing.isspace():
            places.add(2 * op.dest_start)
        elif op.tag in ("insert", "replace"):
            wrong = (i for i in range(op.dest_start, op.dest_end) if made[i] not in UNTOLD)
            places |= {2 * i + 1 for i in wrong if not made[i].isspace()}
    return places


def _reliability(name: str, kinds: Iterable[Sequence[Damaged]]) -> None:
    guesses = [one for pages in kinds for page in pages for one in judged(page)]
    print(f"\n{name}\n{'said to be':>12} {'guesses':>8} {'mean':>6} {'right':>6}")
    for low, high in pairwise(BORDERS):
        some = [one for one in guesses if low <= one.probability < high]
        if some:
            said, right = mean(one.probability for one in some), mean(one.right for one in some)
            print(f"{low:5.2f} to {min(high, 1):4.2f} {len(some):8,} {said:6.3f} {right:6.3f}", flush=True)


def _costs(told: Mapping[str, Sequence[Damaged]]) -> None:
    print(f"\n{'share of the characters that comes back, by --sure':50}", *(f"{sure:6.2f}" for sure in THRESHOLDS))
    for kind, pages in told.items():
        shares = [mean(map(partial(_share, sure), pages)) for sure in THRESHOLDS] if pages else []
        if len(set(shares)) > 1:
            print(f"{kind:50}", *(f"{one:.4f}" for one in shares), flush=True)


def _share(sure: float, page: Damaged) -> float:
    return share(page, clean(page.content or page.found, sure=sure).readable)


class _Odds(float):
    """A probability that says what it was made of; each is another one, so that no cache takes it for its like."""

    __eq__, __hash__ = object.__eq__, object.__hash__
    source: str
    odds: float | None  # None where there are none


def _recorded(source: str, odds: float | None) -> float:
    made = _Odds(0.5)
    made.source, made.odds = source, odds if odds is None else max(-FARTHEST, min(FARTHEST, odds))
    return made


def _fitted(pages: Iterable[Damaged]) -> None:
    """Print the figures for each source of guesses, fitted and used."""
    found: defaultdict[str, list[tuple[float, bool]]] = defaultdict(list)
    shares: defaultdict[str, list[bool]] = defaultdict(list)
    assumed = {source: _recorded(source, None) for source in calibration.SHARES}
    with patch.object(calibration, "probability", _recorded), patch.dict(calibration.SHARES, assumed):
        for one in (one for page in pages for one in judged(page)):
            made = one.probability
            if isinstance(made, _Odds) and made.odds is None:
                shares[made.source].append(one.right)
            elif isinstance(made, _Odds) and made.odds is not None:
                found[made.source].append((made.odds, one.right))
    print(f"\n{'source':26} {'guesses':>8} {'right':>6}   fitted         used")
    for source, rows in found.items():
        at, by = line(rows)
        used = calibration.LINES[source]
        right = mean(is_right for _, is_right in rows)
        print(f"{source:26} {len(rows):8,} {right:6.3f} {at:6.2f} {by:5.2f}   {used[0]:6.2f} {used[1]:5.2f}")
    print(f"\n{'without odds':26} {'guesses':>8} {'right':>6}   used")
    for source, known in shares.items():
        print(f"{source:26} {len(known):8,} {mean(known):6.3f} {calibration.SHARES[source]:6.2f}")


def line(rows: Iterable[tuple[float, bool]]) -> tuple[float, float]:
    """Return the line (what is added to odds in nats, what they are multiplied by) on which these are the likeliest.

    By Newton's method; a step that does not make them likelier is halved, as one from the flat part of the curve is too
    long by far.
    """
    pairs = np.array([(odds, right) for odds, right in rows], dtype=float)
    odds, right = pairs.T
    columns = np.stack([np.ones_like(odds), odds])
    made = np.array([0.0, 0.7])

    def likelihood(of: NDArray[np.float64]) -> float:
        given = of @ columns
        return float((right * given - np.logaddexp(0, given)).sum())

    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-(made @ columns)))
        squares = (columns * chance * (1 - chance)) @ columns.T + LEAST * np.eye(2)
        step = np.linalg.solve(squares, columns @ (right - chance))
        while not likelihood(made + step) > likelihood(made) and np.abs(step).max() > NEAR:
            step /= 2
        if np.abs(step).max() <= NEAR:
            break
        made += step
    return float(made[0]), float(made[1])
