"""How sure each guess of `lossy_utf8` is: its share among all that the lost bytes could have been, in the text as read.

The search keeps the best reading and not by how much it is better. Here each loss is looked at again with all others
as they were chosen, between the characters that stand beside it then: what is asked for is what the search has kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from math import exp, log
from typing import NamedTuple

from seedsearch.offsets import Weight
from seedsearch.restoring.calibration import LEAST, assumed, guess
from seedsearch.restoring.lossy_bridges import Gap, rivals
from seedsearch.restoring.lossy_guesses import AS_READ, TEAR, UNTOLD, Atom, Lost, continuing, decoded
from seedsearch.restoring.scripts import Script
from seedsearch.text.trigrams import line_scores

CONTEXT = 2  # characters on each side of a loss
PLAIN = 7.0  # odds beyond which nothing more is asked
BESIDE = 0.2  # the weight of pairs beside it
_READ = str.maketrans(AS_READ)
LONGEST = 12  # atoms of a piece that is looked at again; hardly any has more than 3


class Piece(NamedTuple):
    """Atoms `start` to `end` (not included) stand for `text`; `sure` unless another choice of bytes was open.

    `weight`: how probable it is, where it is not sure and not torn.
    """

    start: int
    end: int
    text: str
    sure: bool
    weight: Weight | None = None

    @property
    def shown(self) -> str:
        """The text, with U+FFFD for everything lost."""
        return shown(self.text)

    @property
    def torn(self) -> bool:
        """Whether something in it is lost for good."""
        return TEAR in self.text


def shown(text: str) -> str:
    """Return the text with U+FFFD for everything lost."""
    return text.replace(TEAR, "\ufffd").replace(UNTOLD, "\ufffd")


def judged(pieces: Sequence[Piece], atoms: Sequence[Atom], last: str, script: Script) -> list[Piece]:
    """Return the pieces, behind the character `last`, with what was guessed chosen again, and how sure that is.

    A lone loss is chosen by more of the text around than the search looks at.
    """
    made, before = list[Piece](), last
    for i, piece in enumerate(pieces):
        if not piece.sure and not piece.torn:
            after = "".join([later.text for later in pieces[i + 1 : i + 1 + CONTEXT]])
            piece = _chosen(piece, atoms[piece.start : piece.end], before, after, script)
        made.append(piece)
        before = (before + piece.text)[-CONTEXT:]
    return made


def _chosen(piece: Piece, atoms: Sequence[Atom], before: str, after: str, script: Script) -> Piece:
    told = _told(piece.text, atoms, before[-1:], after[:1], script)
    if not told:
        return piece._replace(weight=assumed("UTF-8"))
    if len(told) > 1:
        # Each was asked for with the others as they are: all of them together are less sure.
        return piece._replace(weight=Weight((guess("UTF-8, several", min(told).odds),)))
    odds, others, start, end = told[0]
    if odds > PLAIN or not others:
        return piece._replace(weight=Weight((guess("UTF-8", odds, _shown(others), start, end),)))
    text, share = piece.text, 1 / (1 + exp(-odds))
    # Of what has another length the scores are not comparable: what else was lost beside a byte stays as it was chosen.
    alike = ((one, part * (1 - share)) for one, part in others if len(one) == end - start)
    every = [(text[start:end], share), *alike]
    around = (before + text[:start]).translate(_READ), (text[end:] + after).translate(_READ)
    scores = line_scores(around[0], [one.translate(_READ) for one, _ in every], around[1])
    weighed = [exp(score - max(scores)) * part**BESIDE for score, (_, part) in zip(scores, every, strict=True)]
    order = sorted(range(len(every)), key=lambda i: -weighed[i])
    best, rest = order[0], sum(weighed) - max(weighed)
    others = [(every[i][0], weighed[i] / max(rest, LEAST)) for i in order[1:]]
    made = text[:start] + every[best][0] + text[end:]
    odds = log(weighed[best] / max(rest, LEAST))
    one = guess("UTF-8", odds, _shown(others), start, start + len(every[best][0]))
    return piece._replace(text=made, weight=Weight((one,)))


def _shown(others: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    return [(shown(text), share) for text, share in others]


def _told(text: str, atoms: Sequence[Atom], last: str, following: str, script: Script) -> list[_Told]:
    """Return what `rivals` says of each loss in a piece, between two characters; nothing where that is not asked."""
    streams = _streams(atoms, text.encode()) if len(atoms) <= LONGEST else None
    if streams is None:
        return []
    last, following = AS_READ.get(last, last), AS_READ.get(following, following)
    told = list[_Told]()
    for i, atom in enumerate(atoms):
        if isinstance(atom, bytes):
            continue
        before, behind = b"".join(streams[:i]), b"".join(streams[i + 1 :])
        made, pending = decoded(b"", before)
        beside = AS_READ.get(made[-1:], made[-1:]) or last
        found = rivals(pending, beside, Gap(i, atom, behind + following.encode(), True), script, streams[i])
        if found is None:
            return []
        rest = len(behind[continuing(behind) :].decode())
        others = [(_between(before + stream + behind, len(made), rest), share) for share, stream in found[1]]
        told.append(_Told(found[0], others, len(made), len(text) - rest))
    return told


class _Told(NamedTuple):
    """What `rivals` says of a loss, and where it stands in the text of its piece."""

    odds: float
    others: list[tuple[str, float]]
    start: int
    end: int


def _between(stream: bytes, before: int, behind: int) -> str:
    """Return what bytes show between so many characters at the beginning and at the end."""
    text = stream.decode("utf-8", "replace")
    return text[before : len(text) - behind]


def _streams(atoms: Sequence[Atom], stream: bytes) -> list[bytes] | None:
    """Return the part of `stream` that each atom stands for, the shortest where several are possible.

    None where the atoms do not stand for all of it.
    """
    if not atoms:
        return None if stream else []
    atom = atoms[0]
    for size in (len(atom),) if isinstance(atom, bytes) else range(1, len(stream) + 1):
        if _stands_for(atom, stream[:size]):
            left = _streams(atoms[1:], stream[size:])
            if left is not None:
                return [stream[:size], *left]
    return None


def _stands_for(atom: Atom, stream: bytes) -> bool:
    return atom == stream if isinstance(atom, bytes) else any(map(_holds, atom, repeat(stream)))


def _holds(lost: Lost, stream: bytes) -> bool:
    """Tell whether the bytes are one of the heads and one of the tails, each of which is a byte if there are any."""
    if lost.tails == (b"",):
        return stream in lost.heads
    return stream[-1:] in lost.tails and stream[:-1] in lost.heads
