"""How sure each guess of `lossy_utf8` is: its share among all that the lost bytes could have been, in the text as read.

The search keeps the best reading and not by how much it is better. Here each loss is looked at again with all others
as they were chosen, between the characters that stand beside it then: what is asked for is what the search has kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import repeat
from math import exp, log
from typing import NamedTuple, Self

from seedsearch.offsets import Guess, Weight
from seedsearch.restoring.calibration import LEAST, assumed, guess, weight
from seedsearch.restoring.lossy_alone import Alone
from seedsearch.restoring.lossy_bridges import PLAIN, Gap, rivals
from seedsearch.restoring.lossy_guesses import AS_READ, TEAR, UNTOLD, Atom, Lost, continuing, decoded
from seedsearch.restoring.own_pairs import OwnPairs
from seedsearch.restoring.scripts import Script
from seedsearch.text.trigrams import scores_of_lines

CONTEXT = 2  # characters on each side of a loss
# The weight of what the search says beside rows of three characters, and of ln of one more than the page has a pair.
# Fitted on lost bytes of held-out text: of 3,000 characters, each among all that one byte can make, .85 are chosen
# rightly without the pairs of the page, .88 with them.
BESIDE, OWN = 0.45, 4.0
ROUNDS = 4  # times that some pieces of a run are chosen
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
        """The text, with signs for everything lost."""
        return shown(self.text)

    @property
    def torn(self) -> bool:
        """Whether something in it is lost for good."""
        return TEAR in self.text


def shown(text: str) -> str:
    """Return the text with U+FFFD for everything torn, and `?` for what only a question mark is left of."""
    return text.replace(TEAR, "\ufffd").replace(UNTOLD, "?")


def judged(
    pieces: Sequence[Piece],
    atoms: Sequence[Atom],
    around: tuple[str, str],
    script: Script,
    alone: Mapping[int, Alone],
    own: OwnPairs | None = None,
) -> list[Piece]:
    """Return the pieces, between the texts `around`, with what was guessed chosen again, and how sure that is.

    A lone loss is chosen by more of the text around than the search looks at, and by the pairs that the page has. What
    `settled_alone` said of losses is not asked for again.
    """
    made = list(pieces)
    for some in _apart(pieces):
        asked = list[_Asked]()
        for i in some:
            piece = pieces[i]
            before = _around(made, i, around[0])
            after = "".join([one.text for one in pieces[i + 1 : i + 1 + CONTEXT]])
            after += around[1] if len(after) < CONTEXT else ""
            told = _told(piece, atoms[piece.start : piece.end], before[-1:], after[:1], script, alone)
            if any(one.odds <= PLAIN and one.others for one in told):
                asked.append(_Asked.of(i, piece.text, told, before, after))
            else:
                made[i] = piece._replace(weight=_weight(told))
        lines = [one.line for one in asked]
        owned = own.scores_of_lines(lines) if own else [[0.0] * len(texts) for _, texts, _ in lines]
        for one, found, there in zip(asked, scores_of_lines(lines), owned, strict=True):
            scores = [by_threes + OWN * by_page for by_threes, by_page in zip(found, there, strict=True)]
            made[one.number] = one.chosen(pieces[one.number], scores)
    return made


def _apart(pieces: Sequence[Piece]) -> Iterator[list[int]]:
    """Yield the numbers of the pieces that were guessed, those together of which none is chosen beside another.

    Each comes behind those that stand within `CONTEXT` characters before it; of more than `ROUNDS` side by side, the
    last ones come together.
    """
    rounds: dict[int, int] = {}
    together: list[list[int]] = []
    for i, piece in enumerate(pieces):
        if piece.sure or piece.torn:
            continue
        number, chars, j = 0, 0, i - 1
        while j >= 0 and chars < CONTEXT:
            number = max(number, rounds.get(j, -1) + 1)
            chars += len(pieces[j].text)
            j -= 1
        number = min(number, ROUNDS - 1)
        rounds[i] = number
        if number == len(together):
            together.append([])
        together[number].append(i)
    yield from together


def _around(pieces: Sequence[Piece], number: int, last: str) -> str:
    """Return the characters before a piece."""
    before, i = "", number - 1
    while i >= 0 and len(before) < CONTEXT:
        before = pieces[i].text + before
        i -= 1
    return (before if len(before) >= CONTEXT else last + before)[-CONTEXT:]


def _weight(told: Sequence[_Told]) -> Weight:
    """Return how sure losses are of which no more is asked."""
    if not told:
        return assumed("UTF-8")
    if len(told) > 1:
        # Each was asked for with the others as they are: all of them together are less sure.
        return weight(guess("UTF-8, several", min(told).odds))
    odds, others, start, end = told[0]
    return weight(guess("UTF-8", odds, _shown(others), start, end))


class _Other(NamedTuple):
    """What may stand in a piece, with its share; it is another text in the place with this number, if in any."""

    text: str
    share: float
    place: int | None


class _Asked(NamedTuple):
    """A piece of which more is asked: what may stand in it, what was chosen first of all, and the text around that.

    That is from `start` to `end` in the piece; `places` are those of the losses in it, in order and apart.
    """

    number: int
    start: int
    end: int
    places: list[tuple[int, int]]
    every: list[_Other]
    line: tuple[str, list[str], str]

    @classmethod
    def of(cls, number: int, text: str, every: Sequence[_Told], before: str, after: str) -> Self:
        """Return what is asked of a piece with a `text`, of which losses were `told`, between two texts.

        Of several losses one at a time may be another one.
        """
        places = list[tuple[int, int]]()
        for told in sorted(every, key=lambda told: told.start):
            if places and told.start < places[-1][1]:
                places[-1] = places[-1][0], max(places[-1][1], told.end)
            else:
                places.append((told.start, told.end))
        start, end = places[0][0], places[-1][1]
        texts = {text[start:end]: _Other(text[start:end], min(1 / (1 + exp(-told.odds)) for told in every), None)}
        for told in every:
            place = next(i for i, (_, behind) in enumerate(places) if told.end <= behind)
            rest = 1 / (1 + exp(told.odds))
            # Of what has another length the scores are not comparable: what else was lost beside a byte stays as it was
            # chosen.
            for one, part in told.others:
                if len(one) == told.end - told.start:
                    whole = text[start : told.start] + one + text[told.end : end]
                    texts.setdefault(whole, _Other(whole, part * rest, place))
        around = (before + text[:start]).translate(_READ), (text[end:] + after).translate(_READ)
        line = around[0], [one.translate(_READ) for one in texts], around[1]
        return cls(number, start, end, places, list(texts.values()), line)

    def chosen(self, piece: Piece, scores: Sequence[float]) -> Piece:
        """Return the piece with what is likeliest by these scores of each."""
        most = max(scores)
        weighed = [exp(score - most) * one.share**BESIDE for score, one in zip(scores, self.every, strict=True)]
        best = max(range(len(weighed)), key=weighed.__getitem__)
        guesses = [self._guess(number, best, weighed) for number in range(len(self.places))]
        made = piece.text[: self.start] + self.every[best].text + piece.text[self.end :]
        return piece._replace(text=made, weight=weight(guesses[0]) if len(guesses) == 1 else Weight(tuple(guesses)))

    def _guess(self, number: int, best: int, weighed: Sequence[float]) -> Guess:
        """Return how sure what stands in a place is, with the other places as they are."""
        start, end = self.places[number]
        chosen = best if self.every[best].place in (number, None) else 0
        rivals = [i for i, one in enumerate(self.every) if i != chosen and one.place in (number, None)]
        rest = max(sum(weighed[i] for i in rivals), LEAST)
        rivals.sort(key=lambda i: -weighed[i])
        within = slice(start - self.start, end - self.start)
        others = [(self.every[i].text[within], weighed[i] / rest) for i in rivals]
        source = "UTF-8" if len(self.places) == 1 else "UTF-8, several"
        return guess(source, log(max(weighed[chosen], LEAST) / rest), _shown(others), start, end)


def _shown(others: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    return [(shown(text), share) for text, share in others]


def _told(
    piece: Piece, atoms: Sequence[Atom], last: str, following: str, script: Script, alone: Mapping[int, Alone]
) -> list[_Told]:
    """Return what `rivals` says of each loss in a piece, between two characters; nothing where that is not asked."""
    text = piece.text
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
        one = alone.get(piece.start + i)
        if one and one[:3] == (pending, beside, streams[i]):
            found: tuple[float, list[tuple[float, bytes]]] | None = one.odds, one.others
        else:
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
    for size in (len(atom),) if isinstance(atom, bytes) else range(len(stream) + 1):
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
