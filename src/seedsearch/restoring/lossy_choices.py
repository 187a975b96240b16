"""How sure each guess of `lossy_utf8` is: its share among all that the lost bytes could have been, in the text as read.

The search keeps the best reading and not by how much it is better. Here each loss is looked at again with all others
as they were chosen, between the characters that stand beside it then: what is asked for is what the search has kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from typing import NamedTuple, Self, TypeAlias

from seedsearch.offsets import Guess, Weight
from seedsearch.restoring.calibration import LEAST, MOST, assumed, guess, weight
from seedsearch.restoring.lossy_alone import Alone, Answer, Question, told_of
from seedsearch.restoring.lossy_bridges import PLAIN
from seedsearch.restoring.lossy_guesses import AS_READ, TEAR, UNTOLD, Atom, continuing, decoded
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
        # What stands several times between the same characters is asked once.
        torn: dict[_Key, _Torn] = {}
        places = dict[int, _Torn]()
        for i in some:
            piece = pieces[i]
            before = _around(made, i, around[0])
            after = "".join([one.text for one in pieces[i + 1 : i + 1 + CONTEXT]])
            after += around[1] if len(after) < CONTEXT else ""
            inside = atoms[piece.start : piece.end]
            known = tuple([alone.get(at) for at, atom in enumerate(inside, piece.start) if not isinstance(atom, bytes)])
            key = piece.text, tuple(inside), before, after, tuple([one.answer.odds if one else None for one in known])
            if key not in torn:
                torn[key] = _Torn.of(piece.text, inside, before, after, known)
            places[i] = torn[key]
        for i, (text, weighed) in _chosen(places, script, own).items():
            made[i] = pieces[i]._replace(text=text, weight=weighed)
    return made


# The text of a piece, its atoms, the characters on both sides, and what is known of its losses alone.
_Key: TypeAlias = tuple[str, tuple[Atom, ...], str, str, tuple[float | None, ...]]


def _chosen(places: Mapping[int, _Torn], script: Script, own: OwnPairs | None) -> dict[int, tuple[str, Weight]]:
    """Return the texts of pieces by their numbers, chosen again, and how sure each is."""
    every = list(dict.fromkeys(places.values()))
    answers = told_of([loss.question for one in every for loss in one.losses if loss.alone is None], script)
    found: dict[_Torn, tuple[str, Weight]] = {}
    asked = dict[_Torn, _Asked]()
    for one in every:
        told = one.told(answers)
        if any(loss.odds <= PLAIN and loss.others for loss in told):
            asked[one] = _Asked.of(one.text, told, one.before, one.after)
        else:
            found[one] = one.text, _weight(told)
    lines = [one.line for one in asked.values()]
    owned = own.scores_of_lines(lines) if own else [[0.0] * len(texts) for _, texts, _ in lines]
    for (piece, choice), scores, there in zip(asked.items(), scores_of_lines(lines), owned, strict=True):
        both = [by_threes + OWN * by_page for by_threes, by_page in zip(scores, there, strict=True)]
        found[piece] = choice.chosen(piece.text, both)
    return {i: found[one] for i, one in places.items()}


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


@dataclass(frozen=True, eq=False, slots=True)
class _Torn:
    """A piece with something lost in it: its text, the texts around it, and what is asked or known of each loss."""

    text: str
    before: str
    after: str
    losses: list[_Loss]

    @classmethod
    def of(cls, text: str, atoms: Sequence[Atom], before: str, after: str, known: Sequence[Alone | None]) -> Self:
        """Return the piece with these atoms, of whose losses some are `known`; no losses where that is not asked."""
        streams = _streams(atoms, text.encode()) if len(atoms) <= LONGEST else None
        losses = list[_Loss]()
        if streams is None:
            return cls(text, before, after, losses)
        last, following = (AS_READ.get(char, char) for char in (before[-1:], after[:1]))
        found = iter(known)
        for i, atom in enumerate(atoms):
            if isinstance(atom, bytes):
                continue
            head, tail = b"".join(streams[:i]), b"".join(streams[i + 1 :])
            made, pending = decoded(b"", head)
            beside = AS_READ.get(made[-1:], made[-1:]) or last
            question = Question(pending, beside, atom, tail + following.encode(), streams[i])
            alone = next(found)
            is_known = alone is not None and alone[:3] == (pending, beside, streams[i])
            rest = len(tail[continuing(tail) :].decode())
            losses.append(_Loss(question, alone if is_known else None, head, tail, len(made), rest))
        return cls(text, before, after, losses)

    def told(self, answers: Mapping[Question, Answer | None]) -> list[_Told]:
        """Return what is said of each loss; nothing where that is unknown of one."""
        told = list[_Told]()
        for loss in self.losses:
            answer = answers[loss.question] if loss.alone is None else loss.alone.answer
            if answer is None:
                return []
            others = [(loss.shown(stream), share) for share, stream in answer.others]
            told.append(_Told(answer.odds, others, loss.start, len(self.text) - loss.rest))
        return told


class _Loss(NamedTuple):
    """What is asked of a loss, and what was found before; the bytes before and behind it, and the characters of them
    that do not hang on it.
    """

    question: Question
    alone: Alone | None
    before: bytes
    behind: bytes
    start: int
    rest: int

    def shown(self, stream: bytes) -> str:
        """Return what the piece shows with these bytes in the place of those lost, where it hangs on them."""
        return _between(self.before + stream + self.behind, self.start, self.rest)


class _Other(NamedTuple):
    """What may stand in a piece, with its share; it is another text in the place with this number, if in any."""

    text: str
    share: float
    place: int | None


class _Asked(NamedTuple):
    """A piece of which more is asked: what may stand in it, what was chosen first of all, and the text around that.

    That is from `start` to `end` in the piece; `places` are those of the losses in it, in order and apart.
    """

    start: int
    end: int
    places: list[tuple[int, int]]
    every: list[_Other]
    line: tuple[str, list[str], str]

    @classmethod
    def of(cls, text: str, every: Sequence[_Told], before: str, after: str) -> Self:
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
        return cls(start, end, places, list(texts.values()), line)

    def chosen(self, text: str, scores: Sequence[float]) -> tuple[str, Weight]:
        """Return the text of a piece with what is likeliest by these scores of each, and how sure that is."""
        most = max(scores)
        weighed = [exp(score - most) * one.share**BESIDE for score, one in zip(scores, self.every, strict=True)]
        best = max(range(len(weighed)), key=weighed.__getitem__)
        guesses = [self._guess(number, best, weighed) for number in range(len(self.places))]
        made = text[: self.start] + self.every[best].text + text[self.end :]
        return made, weight(guesses[0]) if len(guesses) == 1 else Weight(tuple(guesses))

    def _guess(self, number: int, best: int, weighed: Sequence[float]) -> Guess:
        """Return how sure what stands in a place is, with the other places as they are."""
        start, end = self.places[number]
        chosen = best if self.every[best].place in (number, None) else 0
        rivals = [i for i, one in enumerate(self.every) if i != chosen and one.place in (number, None)]
        rest = max(sum(weighed[i] for i in rivals), LEAST)
        rivals.sort(key=lambda i: -weighed[i])
        within = slice(start - self.start, end - self.start)
        others = [(self.every[i].text[within], weighed[i] / rest) for i in rivals[:MOST]]
        source = "UTF-8" if len(self.places) == 1 else "UTF-8, several"
        return guess(source, log(max(weighed[chosen], LEAST) / rest), _shown(others), start, end)


def _shown(others: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    return [(shown(text), share) for text, share in others[:MOST]]


class _Told(NamedTuple):
    """What is said of a loss, and where it stands in the text of its piece."""

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
    lost = [i for i, atom in enumerate(atoms) if not isinstance(atom, bytes)]
    if len(lost) == 1:  # what is known around it leaves one part
        before, behind = atoms[: lost[0]], atoms[lost[0] + 1 :]
        head, tail = b"".join(before), b"".join(behind)  # type: ignore[arg-type]
        part = stream[len(head) : len(stream) - len(tail)]
        whole = head + part + tail == stream and _stands_for(atoms[lost[0]], part)
        return [*before, part, *behind] if whole else None  # type: ignore[list-item]
    return _parted(atoms, stream)


def _parted(atoms: Sequence[Atom], stream: bytes) -> list[bytes] | None:
    if not atoms:
        return None if stream else []
    atom = atoms[0]
    for size in (len(atom),) if isinstance(atom, bytes) else range(len(stream) + 1):
        if _stands_for(atom, stream[:size]):
            left = _parted(atoms[1:], stream[size:])
            if left is not None:
                return [stream[:size], *left]
    return None


def _stands_for(atom: Atom, stream: bytes) -> bool:
    return atom == stream if isinstance(atom, bytes) else any(lost.holds(stream) for lost in atom)
