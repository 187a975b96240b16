"""Guesses of lost bytes of UTF-8, several readings at a time: a beam, where one guess hangs on another.

A reading is one way to read the atoms so far: the bytes of an unfinished character, the last character, and how it
came. Each step goes on with all readings, scores them by `character_model`, and keeps the best of those that
differ in what can follow. `lossy_utf8.mend` asks for it where what stands behind a loss does not settle it.
"""

from __future__ import annotations

from codecs import utf_8_decode
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from math import exp, log
from typing import TYPE_CHECKING, NamedTuple

from seedsearch.restoring.budget import Budget
from seedsearch.restoring.candidates import Candidates, best_places
from seedsearch.restoring.recent import Recent
from seedsearch.restoring.scripts import Script, unlikely
from seedsearch.text.character_model import FOLLOWS, HAN, MARKS, OTHER, SYMBOL, class_of, model, pair_score
from seedsearch.text.folding import fold

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from seedsearch.text.array_types import Points, Scores

# Nats against a blank for what was lost behind the end of a sentence, or a line end behind anything else; and against a
# comma before a blank or a line end.
LINE_END, MID_SENTENCE = 1.0, 4.0
_ENDINGS, PAUSES = frozenset("。！？：；”』」…"), frozenset("，、")
BEAM = 24  # readings kept; candidates for a lost byte merge again one character later
LEADING = 4  # of them, those for which all that an atom can stand for is tried, and not only its first choices
TOGETHER = 4  # atoms of which nothing is lost that all readings take at once
DISTINCT = 4  # … times the beam: that many guesses are made readings, of which some end alike
FREE = 4  # readings that go on without a guess, and guesses scored together, cost a unit of work for so many
KEPT = 2048  # scores of the outcomes of a loss behind a character, most of half a kilobyte
HEADS = 8  # of the candidates for a lost byte, those for which also the byte after it is looked for
_IDEOGRAPH = "也"
_CONTINUING = bytes(range(0x80, 0xC0))
TORN = -25.0  # ln p of a sequence that stays torn: worse than any character
# Stand-ins within a search, shown as U+FFFD in the end: for what is torn, and for an ASCII character of which
# only its having been there is known (it reads like a digit).
TEAR, UNTOLD = "\x18", "\x1a"
LOST_BEFORE = -12.0  # ln p of a U+FFFD that was in the UTF-8: the text was damaged once before


@dataclass(frozen=True, eq=False)
class Lost:
    """Bytes that an atom can stand for: one of `heads`, then one of `tails`; `cost` in nats says how unlikely.

    Answers are kept for each of these objects: `loss` gives the same one for the same loss.
    """

    heads: tuple[bytes, ...]
    tails: tuple[bytes, ...] = (b"",)
    cost: float = 0.0

    @cached_property
    def _different(self) -> tuple[frozenset[bytes], frozenset[bytes]]:
        return frozenset(self.heads), frozenset(self.tails)

    def holds(self, stream: bytes) -> bool:
        """Tell whether the bytes are one of the heads and one of the tails, each a byte if there are any."""
        heads, tails = self._different
        return stream in heads if self.tails == (b"",) else stream[-1:] in tails and stream[:-1] in heads


@cache
def loss(heads: tuple[bytes, ...], tails: tuple[bytes, ...] = (b"",), cost: float = 0.0) -> Lost:
    """Return the one object for what was lost so."""
    return Lost(heads, tails, cost)


AS_READ = {TEAR: "\n", "\ufffd": "\n", UNTOLD: "0"}
_SCORES = {TEAR: TORN, "\ufffd": LOST_BEFORE, UNTOLD: -8.0}

Atom = bytes | tuple[Lost, ...]


@dataclass(slots=True)
class Reading:
    """One way to read the atoms so far: the bytes of an unfinished character, the last character, and how it came."""

    score: float
    pending: bytes
    last: str
    made: str  # what this step added
    atoms: int  # how many atoms it took
    before: Reading | None
    sizes: Sequence[int] = ()  # bytes of each character of `made`, where known bytes were read without a rival


def gone_on(readings: Sequence[Reading], known: Sequence[bytes], script: Script, work: Budget) -> list[Reading]:
    """Return the readings after the next few atoms of which nothing is lost; those that end alike become one."""
    work.spend(len(readings) // FREE)
    stream = b"".join(known)
    if len(readings) == 1:
        return [_fed(readings[0], stream, len(known), script)]
    return _best((_fed(reading, stream, len(known), script) for reading in readings), BEAM)


def _best(readings: Iterable[Reading], most: int) -> list[Reading]:
    """Return the best of the readings that differ in what can follow, best first."""
    kept: dict[tuple[bytes, str], Reading] = {}
    for new in readings:
        key = (new.pending, new.last)
        if key not in kept or kept[key].score < new.score:
            kept[key] = new
    if len(kept) == 1:
        return list(kept.values())
    return sorted(kept.values(), key=lambda reading: -reading.score - hope(reading.pending))[:most]


def hope(pending: bytes) -> float:
    """Return ln of the chance that a character begins with these bytes; 0 where none are pending.

    The score of a reading says nothing of a character that is not finished, which without this would look better than
    any that is.
    """
    return _hopes().get(pending, _any_other()) if pending else 0.0


def _any_other() -> float:
    """Return ln p of any other symbol or letter."""
    return FOLLOWS[HAN][OTHER] + SYMBOL


@cache
def _hopes() -> dict[bytes, float]:
    """Return the first byte, or first two, of ideographs and marks → ln of their share of what follows ideographs."""
    import numpy as np

    first, last = 0x4E00, 0xA000
    alone = model().alone
    shares = np.exp([alone.get(char, TORN) for char in fold("".join(map(chr, range(first, last))))])
    found = dict.fromkeys((mark.encode()[:2] for mark in MARKS), 0.0)
    for code, share in zip(range(first, last, 64), shares.reshape(-1, 64).sum(axis=1).tolist(), strict=True):
        found[chr(code).encode()[:2]] = share * exp(FOLLOWS[HAN][HAN])
    for mark, (kind, within) in MARKS.items():
        if not mark.isascii():
            found[mark.encode()[:2]] += exp(FOLLOWS[HAN][kind] + within)
    for two, share in list(found.items()):
        found[two[:1]] = found.get(two[:1], 0.0) + share
    return {start: log(share) for start, share in found.items() if share}


def _fed(reading: Reading, stream: bytes, atoms: int, script: Script) -> Reading:
    """Return the reading after `stream`, which is that many atoms."""
    fed = outcome(reading.pending, stream, script)
    score = reading.score + fed.rest
    if fed.first:
        score += read_after(reading.last, fed.first, script)
    return Reading(score, fed.pending, fed.last or reading.last, fed.made, atoms, reading)


def torn(reading: Reading) -> Reading:
    """Return the reading after an atom of which nothing can be told."""
    return Reading(reading.score + TORN, b"", "\n", TEAR, 1, reading)


class Outcome(NamedTuple):
    """What bytes make of a pending character: the text, what is pending then, and how it reads.

    `first`: the first character made; `rest`: ln p of the others; `last`: the last one as it is read. Both characters
    are empty where nothing is made.
    """

    made: str
    pending: bytes
    first: str
    rest: float
    last: str


@lru_cache(maxsize=1 << 12)
def outcome(pending: bytes, stream: bytes, script: Script) -> Outcome:
    """Return what `stream` makes of what is `pending` on a page in `script`."""
    made, pending = decoded(pending, stream)
    rest, last = 0.0, ""
    for char in made:
        rest += read_after(last, char, script) if last else 0.0
        last = AS_READ.get(char, char)
    return Outcome(made, pending, made[:1], rest, last)


@lru_cache(maxsize=1 << 13)
def read_after(last: str, char: str, script: Script) -> float:
    """ln p of a character made behind `last`."""
    read = AS_READ.get(char, char)
    score = _SCORES.get(char) or pair_score(last, read) + unlikely(read, script)
    return score - (MID_SENTENCE if last in PAUSES and read in "\n " else 0.0)


class Outcomes:
    """What each of several streams makes of a pending character, scored together."""

    def __init__(self, pending: bytes, streams: tuple[bytes, ...], script: Script) -> None:
        import numpy as np  # 0.1 s, and hardly any text needs it

        self._ways = pending, streams, script
        size, whole = _whole(pending, streams)
        every = [] if whole else [outcome(pending, stream, script) for stream in streams]
        firsts: Sequence[str] = whole[::size] if whole else [one.first for one in every]
        rests = _within(whole, size, script) if whole else np.array([one.rest for one in every])
        # The last character of each, as it is read; and the first one, a line end where there is none.
        self.lasts = whole[size - 1 :: size] if whole else "".join([one.last or "\n" for one in every])
        self._read = "".join([AS_READ.get(first, first) or "\n" for first in firsts])
        self._any = any(firsts)
        scores = {"": 0.0, **_SCORES}  # whatever stands before
        self._fixed = [(i, scores[first]) for i, first in enumerate(firsts) if first in scores]
        # What is added to the score of the first character.
        self.rest = rests + [0.0 if first in scores else unlikely(first, script) for first in firsts]
        # What speaks against the first character behind a pause.
        # Of what is pending after each, the chance of it.
        hopes = np.array([hope(one.pending) for one in every])
        self.hopes = hopes if hopes.any() else None
        breaks = np.array([MID_SENTENCE if first and AS_READ.get(first, first) in "\n " else 0.0 for first in firsts])
        self._breaks = breaks if breaks.any() else None

    @cached_property
    def _firsts(self) -> Candidates | None:
        """The first characters, if there are any."""
        return Candidates(self._read) if self._any else None

    @cached_property
    def plain(self) -> bool:
        """Whether each makes a character, and nothing but pairs of characters and `rest` tells how they read."""
        return not self._fixed and self._breaks is None

    @cached_property
    def codes(self) -> tuple[Points, Points]:
        """The code points of the first and of the last characters, as they are read, where all is `plain`."""
        from seedsearch.text.code_points import points

        return points(self._read), points(self.lasts)

    def one(self, number: int) -> Outcome:
        """Return what the stream with this number makes."""
        pending, streams, script = self._ways
        return outcome(pending, streams[number], script)

    @cached_property
    def _ends(self) -> tuple[Scores, Scores]:
        """What speaks against a line end or blank behind anything, and behind the end of a sentence."""
        import numpy as np

        unended, ended = ([_unlikely(stream, ended) for stream in self._ways[1]] for ended in (False, True))
        return np.array(unended), np.array(ended)

    @cached_property
    def _befores(self) -> tuple[Candidates, list[int]]:
        """The last characters, and which of them are pauses."""
        if self._firsts is not None and self._firsts.chars == self.lasts:
            return self._firsts, [i for i, last in enumerate(self.lasts) if last in PAUSES]
        return Candidates(self.lasts), [i for i, last in enumerate(self.lasts) if last in PAUSES]

    @cached_property
    def alike(self) -> tuple[list[str], NDArray[np.intp]]:
        """The last characters, one for all ideographs, as what follows in ASCII does not hang on which it is.

        And for each of the outcomes which of them it has.
        """
        import numpy as np

        chars = [_IDEOGRAPH if class_of(last) == HAN else last for last in self.lasts]
        different = list(dict.fromkeys(chars))
        return different, np.array([different.index(char) for char in chars])

    def before(self, following: str) -> Scores:
        """ln p of the character `following` behind the last one of each, each of which has made some."""
        lasts, pauses = self._befores
        scores = lasts.before(following)
        if pauses and following in "\n ":
            scores[pauses] -= MID_SENTENCE
        return scores

    def after(self, last: str, *, ending: bool = False) -> Scores:
        """ln p of each behind `last`; `ending`: with what speaks against it as what was lost behind a character."""
        scores = self.rest
        if self._firsts is not None:
            scores = scores + self._firsts.after(last)
            for i, fixed in self._fixed:
                scores[i] = self.rest[i] + fixed
            if last in PAUSES and self._breaks is not None:
                scores -= self._breaks
        return scores - self._ends[last in _ENDINGS] if ending else scores


def all_after(asked: Sequence[tuple[Outcomes, str]]) -> list[Scores]:
    """Return `Outcomes.after` of each behind its character; those that are plain are scored together, and kept."""
    return _all(asked, _kept, lambda outcomes, _: outcomes.plain, _scored_together, Outcomes.after)


def all_before(asked: Sequence[tuple[Outcomes, str]]) -> list[Scores]:
    """Return `Outcomes.before` of each before its character; those that are plain are scored together, and kept."""

    def is_plain(outcomes: Outcomes, following: str) -> bool:
        return outcomes.plain and following not in AS_READ

    return _all(asked, _kept_before, is_plain, _scored_before, Outcomes.before)


def _all(
    asked: Sequence[tuple[Outcomes, str]],
    kept: Recent[tuple[Outcomes, str], Scores],
    is_plain: Callable[[Outcomes, str], bool],
    together: Callable[[Sequence[tuple[Outcomes, str]]], list[Scores]],
    alone: Callable[[Outcomes, str], Scores],
) -> list[Scores]:
    """Return the scores of all that is asked: those that are kept; of what is plain made together; the others alone."""
    found = {one: scores for one in asked if (scores := kept.get(one)) is not None}
    new = [one for one in dict.fromkeys(asked) if one not in found and is_plain(*one)]
    for one, scores in zip(new, together(new) if new else (), strict=True):
        found[one] = scores
        kept.put(one, scores)
    return [found[one] if one in found else alone(*one) for one in asked]


_kept = Recent[tuple[Outcomes, str], "Scores"](KEPT)
_kept_before = Recent[tuple[Outcomes, str], "Scores"](KEPT)


def _scored_before(asked: Sequence[tuple[Outcomes, str]]) -> list[Scores]:
    """Return how a character behind outcomes that are plain reads, for each of them."""
    import numpy as np

    from seedsearch.text.code_points import points

    sizes = [len(outcomes.rest) for outcomes, _ in asked]
    lasts = np.concatenate([outcomes.codes[1] for outcomes, _ in asked])
    following = np.repeat(points("".join([following for _, following in asked])), sizes)
    return [part.copy() for part in np.split(scores_behind(lasts, following), np.cumsum(sizes)[:-1])]


def scores_behind(lasts: Points, following: Points) -> Scores:
    """ln p of characters behind the last ones of what was lost, each behind its own."""
    import numpy as np

    from seedsearch.text.code_points import points
    from seedsearch.text.pair_scores import scores_of

    scores = scores_of(lasts, following)
    if (blank := np.isin(following, points("\n "))).any():
        scores -= MID_SENTENCE * (blank & np.isin(lasts, points("".join(PAUSES))))
    return scores


def _scored_together(asked: Sequence[tuple[Outcomes, str]]) -> list[Scores]:
    """Return how outcomes that are plain read behind a character, for each of them."""
    import numpy as np

    from seedsearch.text.code_points import points
    from seedsearch.text.pair_scores import scores_of

    sizes = [len(outcomes.rest) for outcomes, _ in asked]
    lasts = np.repeat(points("".join([last for _, last in asked])), sizes)
    scores = np.concatenate([outcomes.rest for outcomes, _ in asked])
    scores += scores_of(lasts, np.concatenate([outcomes.codes[0] for outcomes, _ in asked]))
    return [part.copy() for part in np.split(scores, np.cumsum(sizes)[:-1])]


def _whole(pending: bytes, streams: Sequence[bytes]) -> tuple[int, str]:
    """Return how many characters each of the streams makes, and all of them, where they are whole and of three bytes.

    Else no characters.
    """
    sizes = set(map(len, streams))
    size, left = divmod(len(pending) + max(sizes, default=0), 3)
    if left or not size or len(sizes) != 1:
        return 0, ""
    try:
        text = b"".join([pending + stream for stream in streams]).decode()
    except UnicodeDecodeError:
        return 0, ""
    # As many characters as of three bytes are of three bytes each where none is of fewer.
    plain = len(text) == size * len(streams) and min(text) >= "\u0800" and "\ufffd" not in text
    return (size, text) if plain else (0, "")


def _within(text: str, size: int, script: Script) -> Scores:
    """ln p of the characters but the first of each so many of a text."""
    import numpy as np

    from seedsearch.text.code_points import points
    from seedsearch.text.pair_scores import scores_of

    codes = points(text).reshape(-1, size)
    made: Scores = np.zeros(len(codes))
    for i in range(1, size):
        made += scores_of(codes[:, i - 1], codes[:, i])
        made += [unlikely(char, script) for char in text[i::size]]
    return made


def _unlikely(tail: bytes, ended: bool) -> float:
    return LINE_END if tail in (b"\n", b" ") and (tail == b"\n") != ended else 0.0


@lru_cache(maxsize=1 << 9)
def outcomes_of(pending: bytes, heads: tuple[bytes, ...], script: Script, *, tails: bool = False) -> Outcomes | None:
    """Return the outcomes of those of `heads` that go on where a character is pending; None if none does."""
    missing = length_of(pending[0]) - len(pending) if pending else 0
    fitting = heads if tails else tuple(h for h in heads if continuing(h) == min(missing, len(h)))
    return Outcomes(pending, fitting, script) if fitting else None


def continuing(stream: bytes) -> int:
    """Return how many bytes at the beginning go on with a character."""
    return len(stream) - len(stream.lstrip(_CONTINUING))


class _Proposals(NamedTuple):
    """Ways to go on from `reading` by one atom: `outcomes` with `scores`, behind the text `made` by its first bytes."""

    reading: Reading
    made: str
    last: str
    outcomes: Outcomes
    scores: Scores

    @property
    def hopeful(self) -> Scores:
        """The scores with the chance of what is pending."""
        return self.scores if self.outcomes.hopes is None else self.scores + self.outcomes.hopes

    def reading_of(self, i: int) -> Reading:
        """Return the reading that is number `i` of them."""
        one = self.outcomes.one(i)
        return Reading(float(self.scores[i]), one.pending, one.last or self.last, self.made + one.made, 1, self.reading)


def guessed(readings: Sequence[Reading], atom: tuple[Lost, ...], script: Script, work: Budget) -> list[Reading]:
    """Return the readings after one of the heads and one of the tails of what was lost."""
    asked: list[tuple[Reading, Lost, Outcomes]] = []
    lost_for_good = []
    for i, reading in enumerate(readings):
        before = len(asked)
        for lost in atom if i < LEADING else atom[:2]:
            headed = outcomes_of(reading.pending, lost.heads, script)
            if headed is not None:
                asked.append((reading, lost, headed))
        if len(asked) == before:
            lost_for_good.append(torn(reading))
    proposals: list[_Proposals] = []
    every = all_after([(headed, reading.last) for reading, _, headed in asked])
    for (reading, lost, headed), scores in zip(asked, every, strict=True):
        plain = _Proposals(reading, "", reading.last, headed, scores + (reading.score - lost.cost))
        proposals += [plain] if lost.tails == (b"",) else _tailed(plain, lost.tails, script)
    work.spend(len(proposals) // FREE)
    return _best([*_differing(proposals), *lost_for_good], BEAM)


def _tailed(headed: _Proposals, tails: tuple[bytes, ...], script: Script) -> Iterator[_Proposals]:
    """Yield the best of `headed`, each with one of `tails` behind it."""
    for new in _best(_chosen([headed], HEADS), HEADS):
        outcomes = outcomes_of(new.pending, tails, script, tails=True)
        if outcomes is not None:
            scores = outcomes.after(new.last, ending=True) + new.score
            yield _Proposals(headed.reading, new.made, new.last, outcomes, scores)


def _differing(proposals: Sequence[_Proposals]) -> Iterator[Reading]:
    """Yield the best ones that differ in what can follow, as many as are kept, of the best ones of all; best first."""
    seen: set[tuple[bytes, str]] = set()
    for new in _chosen(proposals, DISTINCT * BEAM):
        key = (new.pending, new.last)
        if key not in seen:
            seen.add(key)
            yield new
        if len(seen) == BEAM:
            return


def _chosen(proposals: Sequence[_Proposals], most: int) -> Iterator[Reading]:
    """Yield the best ones of all, best first."""
    if not proposals:
        return
    for which, place, _ in best_places([some.hopeful for some in proposals], most):
        yield proposals[which].reading_of(place)


def _step(pending: bytes, byte: int) -> tuple[bytes, str]:
    """Return one byte into the decoder: the bytes still pending, and what became finished (U+FFFD for what is torn)."""
    if 0x80 <= byte < 0xC0:
        if not pending:
            return b"", TEAR
        pending += bytes((byte,))
        if len(pending) < length_of(pending[0]):
            return pending, ""
        return b"", pending.decode("utf-8", "ignore") or TEAR
    torn = TEAR if pending else ""
    if byte < 0x80:
        return b"", torn + chr(byte)
    return (bytes((byte,)), torn) if 0xC2 <= byte < 0xF5 else (b"", torn + TEAR)


def length_of(lead: int) -> int:
    """Return the bytes of the character that begins with `lead`."""
    return 1 if lead < 0x80 else 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4


def decoded(pending: bytes, atom: bytes) -> tuple[str, bytes]:
    """Return what the bytes of an atom finish behind those pending, and what is pending then."""
    stream = pending + atom
    try:
        text, size = utf_8_decode(stream, "strict", False)
        return text, stream[size:]
    except UnicodeDecodeError:
        text = ""
    for byte in atom:
        pending, char = _step(pending, byte)
        text += char
    return text, pending
