"""Repairs that are not sure enough: the text is left as found, and the candidates are listed.

A step proposes a repair again in a later round, when others around it were made; what was once in doubt stays so, for
it would only be told by what is no better known.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from seedsearch.damage import Certainty, Damage
from seedsearch.offsets import (
    Candidate,
    Edit,
    Finding,
    Guess,
    OffsetMap,
    Span,
    Weighed,
    Weight,
    weighed,
    weighed_of,
    weights_of,
)
from seedsearch.restoring.calibration import HIGHEST, MOST

LOST = "\ufffd"
SIGNS = (LOST, "?")  # what readers write for what they lose, and what then stands for a character that is not told


@dataclass(slots=True)
class Doubts:
    """Which repairs are made; `findings` are those that were not, in code points of the raw text.

    `sure`: the probability from which on one is, 0 to 1.
    """

    sure: float
    findings: list[Finding] = field(default_factory=list)

    def made(self, edits: Sequence[Edit], text: str, done: Sequence[Edit]) -> Sequence[Edit]:
        """Return the edits of `text` that are made; it came of the raw one by those `done`."""
        unsure = {i: one for i, one in enumerate(weights_of(edits)) if one and one.probability < self.sure}
        if not unsure and not self.findings:
            return edits
        back, before = OffsetMap.of(done), list(self.findings)
        again = set(_again(edits, back, before))
        for i, weight in unsure.items():
            span = back.to_raw(edits[i].span)
            if i not in again and not meets(span, self.findings[-1:]):
                self.findings.append(Finding(span, Damage.UNREPAIRED_BYTES, _offered(edits[i], weight)))
        self.findings.sort(key=_span)
        return weighed(self._without(edits, unsure, again, text))

    def _without(
        self, edits: Sequence[Edit], unsure: Mapping[int, Weight], again: Container[int], text: str
    ) -> Iterator[Weighed]:
        """Yield the edits with what is not sure left as lost, and those that do not know more than that not at all."""
        for i, row in enumerate(weighed_of(edits)):
            if i in again:
                continue
            if i not in unsure:
                yield row
            elif known := _known(edits[i], unsure[i], self.sure, text[row[0] : row[1]]):
                yield from weighed_of([known])


def _known(e: Edit, weight: Weight, sure: float, found: str) -> Edit | None:
    """Return an edit of `found` with a sign of loss for each character that was guessed and is not sure enough.

    None where it knows no more than that, and where nothing that was found is such a sign.
    """
    sign = next((sign for sign in SIGNS if sign in found), "")
    text, left = list(e.replacement), list(weight.guesses)
    while left and Weight(tuple(left)).probability < sure:
        doubted = min(left)
        left.remove(doubted)
        whole = slice(doubted.start, doubted.end)
        text[whole] = [sign if char > " " else char for char in text[whole]]
    known = "".join(text)
    if not sign or not known.replace(sign, "").strip() or sure > HIGHEST:
        return None
    if sign == LOST and known.count(LOST) > found.count(LOST):
        return None
    return replace(e, replacement=known, weight=Weight(tuple(left) or (Guess(HIGHEST),)))


def meets(span: Span, findings: Sequence[Finding]) -> bool:
    """Return whether a span and one of the findings, which are in order and apart, have a character in common."""
    before = bisect_left(findings, span.end, key=lambda finding: finding.span.start) - 1
    return before >= 0 and findings[before].span.end > span.start


def _again(edits: Sequence[Edit], back: OffsetMap, before: Sequence[Finding]) -> Iterator[int]:
    """Yield the numbers of the repairs that would change what was in doubt before."""
    for i, e in enumerate(edits) if before else ():
        if e.certainty is not Certainty.CERTAIN and meets(back.to_raw(e.span), before):
            yield i


def _span(finding: Finding) -> Span:
    return finding.span


def _offered(e: Edit, weight: Weight) -> tuple[Candidate, ...]:
    """Return what may stand in the place of an edit, the likeliest first."""
    whole, text = weight.probability, e.replacement
    offered = [Candidate(text, whole)]
    for guess in weight.guesses:
        for other in guess.others:
            changed = text[: guess.start] + other.text + text[guess.end :]
            offered.append(Candidate(changed, round(whole * other.probability / guess.probability, 2)))
    offered.sort(key=lambda one: -one.probability)
    return tuple(offered[:MOST])
