"""UTF-8 with bytes missing, put together again: the search that the steps for UTF-8 read as something else share.

A wrong reading turns back into bytes, some of them lost. What was found is given as atoms, one per character found, and
each atom holds the bytes that the character can stand for: one possibility where nothing was lost. The search goes
through them with a UTF-8 decoder that keeps several readings at a time (a beam), scores each by
`character_model`, and where no reading is valid UTF-8 puts U+FFFD for what stays torn. Linear in the number of
atoms.
"""

from __future__ import annotations

from codecs import utf_8_decode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import takewhile
from typing import Literal, NamedTuple

from seedsearch.restoring.budget import Budget, Budgets
from seedsearch.restoring.candidates import Candidates, Scores, best_places
from seedsearch.text.character_model import pair_score

# Nats against a blank for what was lost behind the end of a sentence, or a line end behind anything else; and against a
# comma before a blank or a line end.
LINE_END, MID_SENTENCE = 1.0, 4.0
_ENDINGS, _PAUSES = frozenset("。！？：；”』」…"), frozenset("，、")
BEAM = 24  # readings kept; candidates for a lost byte merge again one character later
LEADING = 4  # of them, those for which all that an atom can stand for is tried, and not only its first choices
TOGETHER = 4  # atoms of which nothing is lost that all readings take at once
DISTINCT = 4  # … times the beam: that many guesses are made readings, of which some end alike
FREE = 4  # readings that go on without a guess, and guesses scored together, cost a unit of work for so many
AT_ONCE = 16  # atoms decoded at once while there is one reading; a bound on what is done in vain
HEADS = 8  # of the candidates for a lost byte, those for which also the byte after it is looked for
# Units of work of 20 µs or so for a page, and more for each code point. Pages of 1,500 characters that lost a byte in
# sixty take up to 2,000.
WORK, WORK_EACH = 2500, 0.03
TORN = -25.0  # ln p of a sequence that stays torn: worse than any character
# Stand-ins within a search, shown as U+FFFD in the end: for what is torn, and for an ASCII character of which
# only its having been there is known (it reads like a digit).
TEAR, UNTOLD = "\x18", "\x1a"
LOST_BEFORE = -12.0  # ln p of a U+FFFD that was in the UTF-8: the text was damaged once before


@dataclass(frozen=True, slots=True)
class Lost:
    """Bytes that an atom can stand for: one of `heads`, then one of `tails`; `cost` in nats says how unlikely."""

    heads: tuple[bytes, ...]
    tails: tuple[bytes, ...] = (b"",)
    cost: float = 0.0


_AS_READ = {TEAR: "\n", "\ufffd": "\n", UNTOLD: "0"}
_SCORES = {TEAR: TORN, "\ufffd": LOST_BEFORE, UNTOLD: -8.0}
ODD = -3.0  # nats for a character of the other script, or of neither
SCRIPT_SAMPLE = 400  # characters that show which script a page is in

Atom = bytes | tuple[Lost, ...]
Script = Literal["gb2312", "big5", ""]


class Piece(NamedTuple):
    """Atoms `start` to `end` (not included) stand for `text`; `sure` unless another choice of bytes was open."""

    start: int
    end: int
    text: str
    sure: bool

    @property
    def shown(self) -> str:
        """The text, with U+FFFD for everything lost."""
        return self.text.translate({ord(TEAR): "\ufffd", ord(UNTOLD): "\ufffd"})

    @property
    def torn(self) -> bool:
        """Whether something in it is lost for good."""
        return TEAR in self.text


def budget_of(size: int, budgets: Budgets | None = None, name: str = "") -> Budget:
    """The work that a page of `size` code points may cost in the step of this name."""
    return (budgets or Budgets()).of(name, WORK, size, WORK_EACH)


@dataclass(slots=True)
class _Reading:
    """One way to read the atoms so far: the bytes of an unfinished character, the last character, and how it came."""

    score: float
    pending: bytes
    last: str
    made: str  # what this step added
    atoms: int  # how many atoms it took
    before: _Reading | None


def mend(atoms: Sequence[Atom], last: str = "\n", script: Script = "", work: Budget | None = None) -> list[Piece]:
    """The likeliest text of `atoms`, in the smallest pieces that begin and end between characters.

    `last` is the character before; `script` what `script_of` says of the page; `work` what the page may cost:
    where that is spent, what was lost stays torn.
    """
    work = budget_of(len(atoms)) if work is None else work
    ends = _ends(atoms)
    readings = [_Reading(0.0, b"", last, "", 0, None)]
    at = 0
    while at < len(atoms):
        atom = atoms[at]
        if isinstance(atom, bytes):
            known: Sequence[bytes] = atoms[at : min(at + AT_ONCE, ends[at])]  # type: ignore[assignment]
            whole = _known(known, readings[0]) if len(readings) == 1 else None
            readings = [whole] if whole else _gone_on(readings, known[:TOGETHER], script, work)
        elif work.spend(len(readings)):
            readings = _guessed(readings, atom, script, work)
        else:
            readings = [_torn(readings[0])]
        at += readings[0].atoms
    return list(_pieces(atoms, ends, max(readings, key=lambda reading: reading.score + TORN * bool(reading.pending))))


def _ends(atoms: Sequence[Atom]) -> list[int]:
    """Of each atom the next one of which something is lost, itself included; or the end."""
    ends, end = [0] * len(atoms), len(atoms)
    for i in range(len(atoms) - 1, -1, -1):
        if not isinstance(atoms[i], bytes):
            end = i
        ends[i] = end
    return ends


def _known(known: Sequence[bytes], reading: _Reading) -> _Reading | None:
    """The reading after those atoms from the first on that are valid UTF-8: without a rival it needs no score."""
    stream = reading.pending + b"".join(known)
    try:
        text, size = utf_8_decode(stream, "strict", False)
    except UnicodeDecodeError as error:
        known = _until(known, error.start - len(reading.pending))
        if not known:
            return None
        stream = reading.pending + b"".join(known)
        text, size = utf_8_decode(stream, "strict", False)
    return _Reading(reading.score, stream[size:], text[-1:] or reading.last, text, len(known), reading)


def _until(known: Sequence[bytes], size: int) -> Sequence[bytes]:
    """The atoms that end within the first `size` bytes."""
    for i, atom in enumerate(known):
        size -= len(atom)
        if size < 0:
            return known[:i]
    return known


def _gone_on(readings: Sequence[_Reading], known: Sequence[bytes], script: Script, work: Budget) -> list[_Reading]:
    """The readings after the next few atoms of which nothing is lost; those that end alike become one."""
    work.spend(len(readings) // FREE)
    stream = b"".join(known)
    if len(readings) == 1:
        return [_fed(readings[0], stream, len(known), script)]
    return _best((_fed(reading, stream, len(known), script) for reading in readings), BEAM)


def _best(readings: Iterable[_Reading], most: int) -> list[_Reading]:
    """The best of the readings that differ in what can follow, best first."""
    kept: dict[tuple[bytes, str], _Reading] = {}
    for new in readings:
        key = (new.pending, new.last)
        if key not in kept or kept[key].score < new.score:
            kept[key] = new
    if len(kept) == 1:
        return list(kept.values())
    return sorted(kept.values(), key=lambda reading: -reading.score)[:most]


def _fed(reading: _Reading, stream: bytes, atoms: int, script: Script) -> _Reading:
    """The reading after `stream`, which is that many atoms."""
    fed = _outcome(reading.pending, stream, script)
    score = reading.score + fed.rest
    if fed.first:
        score += _read_after(reading.last, fed.first, script)
    return _Reading(score, fed.pending, fed.last or reading.last, fed.made, atoms, reading)


def _torn(reading: _Reading) -> _Reading:
    return _Reading(reading.score + TORN, b"", "\n", TEAR, 1, reading)


class _Outcome(NamedTuple):
    """What bytes make of a pending character: the text, what is pending then, and how it reads.

    `first`: the first character made; `rest`: ln p of the others; `last`: the last one as it is read. Both characters
    are empty where nothing is made.
    """

    made: str
    pending: bytes
    first: str
    rest: float
    last: str


@lru_cache(maxsize=1 << 13)
def _outcome(pending: bytes, stream: bytes, script: Script) -> _Outcome:
    made, pending = _decoded(pending, stream)
    rest, last = 0.0, ""
    for char in made:
        rest += _read_after(last, char, script) if last else 0.0
        last = _AS_READ.get(char, char)
    return _Outcome(made, pending, made[:1], rest, last)


@lru_cache(maxsize=1 << 15)
def _read_after(last: str, char: str, script: Script) -> float:
    """ln p of a character made behind `last`."""
    read = _AS_READ.get(char, char)
    score = _SCORES.get(char) or pair_score(last, read) + oddity(read, script)
    return score - (MID_SENTENCE if last in _PAUSES and read in "\n " else 0.0)


class _Outcomes:
    """What each of several streams makes of a pending character, scored together."""

    def __init__(self, pending: bytes, streams: tuple[bytes, ...], script: Script) -> None:
        import numpy as np  # 0.1 s, and hardly any text needs it

        self.all = [_outcome(pending, stream, script) for stream in streams]
        self._rest = np.array([one.rest for one in self.all])
        read = [_AS_READ.get(one.first, one.first) for one in self.all]
        self._firsts = Candidates(tuple(char or "\n" for char in read)) if any(read) else None
        scores = {"": 0.0, **_SCORES}  # whatever stands before
        self._fixed = [(i, scores[one.first]) for i, one in enumerate(self.all) if one.first in scores]
        self._rest += [0.0 if one.first in scores else oddity(one.first, script) for one in self.all]
        self._breaks = np.array([MID_SENTENCE if char and char in "\n " else 0.0 for char in read])
        # What speaks against a line end or blank behind the end of a sentence, and behind anything else.
        self._ends = tuple(np.array([_unlikely(stream, ended) for stream in streams]) for ended in (False, True))

    def after(self, last: str, *, ending: bool = False) -> Scores:
        """ln p of each behind `last`; `ending`: with what speaks against it as what was lost behind a character."""
        scores = self._rest
        if self._firsts is not None:
            scores = scores + self._firsts.after(last)
            for i, fixed in self._fixed:
                scores[i] = self._rest[i] + fixed
            if last in _PAUSES:
                scores -= self._breaks
        return scores - self._ends[last in _ENDINGS] if ending else scores


def _unlikely(tail: bytes, ended: bool) -> float:
    return LINE_END if tail in (b"\n", b" ") and (tail == b"\n") != ended else 0.0


@lru_cache(maxsize=1 << 11)
def _outcomes(pending: bytes, heads: tuple[bytes, ...], script: Script, *, tails: bool = False) -> _Outcomes | None:
    """The outcomes of those of `heads` that go on where a character is pending; None if none does."""
    missing = _length(pending[0]) - len(pending) if pending else 0
    fitting = heads if tails else tuple(h for h in heads if _continuing(h) == min(missing, len(h)))
    return _Outcomes(pending, fitting, script) if fitting else None


def _continuing(stream: bytes) -> int:
    return sum(1 for _ in takewhile(lambda byte: 0x80 <= byte < 0xC0, stream))


class _Proposals(NamedTuple):
    """Ways to go on from `reading` by one atom: `outcomes` with `scores`, behind the text `made` by its first bytes."""

    reading: _Reading
    made: str
    last: str
    outcomes: _Outcomes
    scores: Scores

    def reading_of(self, i: int) -> _Reading:
        """The reading that is number `i` of them."""
        one = self.outcomes.all[i]
        return _Reading(
            float(self.scores[i]), one.pending, one.last or self.last, self.made + one.made, 1, self.reading
        )


def _guessed(readings: Sequence[_Reading], atom: tuple[Lost, ...], script: Script, work: Budget) -> list[_Reading]:
    """The readings after one of the heads and one of the tails of what was lost."""
    proposals: list[_Proposals] = []
    torn = []
    for i, reading in enumerate(readings):
        before = len(proposals)
        for lost in atom if i < LEADING else atom[:2]:
            headed = _outcomes(reading.pending, lost.heads, script)
            if headed is not None:
                scores = headed.after(reading.last) + (reading.score - lost.cost)
                plain = _Proposals(reading, "", reading.last, headed, scores)
                proposals += [plain] if lost.tails == (b"",) else _tailed(plain, lost.tails, script)
        if len(proposals) == before:
            torn.append(_torn(reading))
    work.spend(len(proposals) // FREE)
    return _best([*_differing(proposals), *torn], BEAM)


def _tailed(headed: _Proposals, tails: tuple[bytes, ...], script: Script) -> Iterator[_Proposals]:
    """The best of `headed`, each with one of `tails` behind it."""
    for new in _best(_chosen([headed], HEADS), HEADS):
        outcomes = _outcomes(new.pending, tails, script, tails=True)
        if outcomes is not None:
            scores = outcomes.after(new.last, ending=True) + new.score
            yield _Proposals(headed.reading, new.made, new.last, outcomes, scores)


def _differing(proposals: Sequence[_Proposals]) -> Iterator[_Reading]:
    """The best ones that differ in what can follow, as many as are kept, of the best ones of all; best first."""
    seen: set[tuple[bytes, str]] = set()
    for new in _chosen(proposals, DISTINCT * BEAM):
        key = (new.pending, new.last)
        if key not in seen:
            seen.add(key)
            yield new
        if len(seen) == BEAM:
            return


def _chosen(proposals: Sequence[_Proposals], most: int) -> Iterator[_Reading]:
    """The best ones of all, best first."""
    if not proposals:
        return
    for which, place, _ in best_places([some.scores for some in proposals], most):
        yield proposals[which].reading_of(place)


def script_of(stream: bytes) -> Script:
    """The character set of the one script that what is whole in `stream` is written in, or "" if in both or neither."""
    text = stream.decode("utf-8", "ignore")[:SCRIPT_SAMPLE]
    only_gb = sum(_in(char, "gb2312") and not _in(char, "big5") for char in text)
    only_big5 = sum(_in(char, "big5") and not _in(char, "gb2312") for char in text)
    if max(only_gb, only_big5) < 5 * min(only_gb, only_big5) + 1:
        return ""
    return "gb2312" if only_gb > only_big5 else "big5"


@cache
def oddity(char: str, script: Script) -> float:
    """What to add for a character of the other script, which the language model does not tell from its own."""
    if script:
        return 0.0 if _in(char, script) else ODD
    return 0.0 if _in(char, "gb2312") or _in(char, "big5") else ODD


@cache
def _in(char: str, script: Script) -> bool:
    lead = char.encode(script, "ignore")[:1]
    return bool(lead) and (script == "gb2312" or lead < b"\xc7")  # the first level of Big5 ends with C67E


def _step(pending: bytes, byte: int) -> tuple[bytes, str]:
    """One byte into the decoder: the bytes still pending, and what became finished (U+FFFD for what is torn)."""
    if 0x80 <= byte < 0xC0:
        if not pending:
            return b"", TEAR
        pending += bytes((byte,))
        if len(pending) < _length(pending[0]):
            return pending, ""
        return b"", pending.decode("utf-8", "ignore") or TEAR
    torn = TEAR if pending else ""
    if byte < 0x80:
        return b"", torn + chr(byte)
    return (bytes((byte,)), torn) if 0xC2 <= byte < 0xF5 else (b"", torn + TEAR)


def _length(lead: int) -> int:
    return 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4


def _pieces(atoms: Sequence[Atom], ends: Sequence[int], reading: _Reading) -> Iterator[Piece]:
    path = [reading]
    while (before := path[-1].before) is not None:
        path.append(before)
    start, at, text = 0, 0, ""
    for step in reversed(path):
        for size, made, open_ in _parts(atoms, at, step):
            at += size
            text += made
            if not open_ or at == len(atoms):
                yield Piece(start, at, text + TEAR if open_ else text, ends[start] >= at)
                start, text = at, ""


def _parts(atoms: Sequence[Atom], at: int, step: _Reading) -> Iterator[tuple[int, str, bool]]:
    """A step atom by atom: the size in atoms, what it made, and whether a character is unfinished after it."""
    if step.atoms == 1:
        yield 1, step.made, bool(step.pending)
        return
    pending = step.before.pending if step.before else b""
    for atom in atoms[at : at + step.atoms]:
        text, pending = _decoded(pending, atom)  # type: ignore[arg-type]
        yield 1, text, bool(pending)


def _decoded(pending: bytes, atom: bytes) -> tuple[str, bytes]:
    """What the bytes of an atom finish behind those pending, and what is pending then."""
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
