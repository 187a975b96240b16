"""UTF-8 with bytes missing, put together again: the search that the steps for UTF-8 read as something else share.

A wrong reading turns back into bytes, some of them lost. What was found is given as atoms, one per character found, and
each atom holds the bytes that the character can stand for: one possibility where nothing was lost. The search goes
through them with a UTF-8 decoder that keeps several readings at a time (a beam), scores each by
`seedsearch.language`, and where no reading is valid UTF-8 puts U+FFFD for what stays torn. Linear in the number of
atoms.
"""

from __future__ import annotations

from codecs import utf_8_decode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from typing import Literal

from seedsearch.language import pair_score

# Nats against a blank for what was lost behind the end of a sentence, or a line end behind anything else; and against a
# comma before a blank or a line end.
LINE_END, MID_SENTENCE = 1.0, 4.0
_ENDINGS, _PAUSES = frozenset("。！？：；”』」…"), frozenset("，、")
BEAM = 24  # readings kept; candidates for a lost byte merge again one character later
LEADING = 4  # of them, those for which all that an atom can stand for is tried, and not only its first choices
AT_ONCE = 64  # atoms decoded at once while there is one reading; a bound on what is done in vain
HEADS = 8  # of the candidates for a lost byte, those for which also the byte after it is looked for
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


@dataclass(frozen=True, slots=True)
class Piece:
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


@dataclass(slots=True)
class _Reading:
    """One way to read the atoms so far: the bytes of an unfinished character, the last character, and how it came."""

    score: float
    pending: bytes
    last: str
    made: str  # what this step added
    atoms: int  # how many atoms it took
    before: _Reading | None


def mend(atoms: Sequence[Atom], last: str = "\n", script: Script = "") -> list[Piece]:
    """The likeliest text of `atoms`, in the smallest pieces that begin and end between characters.

    `last` is the character before; `script` what `script_of` says of the page.
    """
    readings = [_Reading(0.0, b"", last, "", 0, None)]
    at = 0
    while at < len(atoms):
        atom = atoms[at]
        if isinstance(atom, bytes):
            whole = _known(atoms, at, readings[0]) if len(readings) == 1 else None
            readings = [whole] if whole else _best((_fed(reading, atom, reading, script) for reading in readings), BEAM)
        else:
            leading = (
                new
                for i, reading in enumerate(readings)
                for new in _guessed(reading, atom if i < LEADING else atom[:2], script)
            )
            readings = _best(leading, BEAM)
        at += readings[0].atoms
    return list(_pieces(atoms, max(readings, key=lambda reading: reading.score + TORN * bool(reading.pending))))


def _known(atoms: Sequence[Atom], at: int, reading: _Reading) -> _Reading | None:
    """The reading after the next atoms that lost nothing, if valid UTF-8: without a rival it needs no score."""
    known = list(takewhile(lambda atom: isinstance(atom, bytes), atoms[at : at + AT_ONCE]))
    stream = reading.pending + b"".join(known)  # type: ignore[arg-type]
    text, size = utf_8_decode(stream, "ignore", False)
    if len(text.encode()) != size:
        return None
    return _Reading(reading.score, stream[size:], text[-1:] or reading.last, text, len(known), reading)


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


def _guessed(reading: _Reading, atom: tuple[Lost, ...], script: Script) -> Iterator[_Reading]:
    """The readings after one of the heads and one of the tails of what was lost."""
    missing = _length(reading.pending[0]) - len(reading.pending) if reading.pending else 0
    nothing_fits = True
    for lost in atom:
        headed = [_fed(reading, head, reading, script, lost.cost) for head in _fitting(lost.heads, missing)]
        nothing_fits = nothing_fits and not headed
        if lost.tails == (b"",):
            yield from headed
            continue
        for new in _best(headed, HEADS):
            for tail in lost.tails:
                unlikely = LINE_END if tail in (b"\n", b" ") and (tail == b"\n") != (new.last in _ENDINGS) else 0.0
                full = _fed(new, tail, reading, script, unlikely)
                full.made = new.made + full.made
                yield full
    if nothing_fits:
        yield _Reading(reading.score + TORN, b"", "\n", TEAR, 1, reading)


@cache
def _fitting(heads: tuple[bytes, ...], missing: int) -> tuple[bytes, ...]:
    """Those of `heads` that go on where `missing` bytes of a character are to come."""
    return tuple(head for head in heads if _continuing(head) == min(missing, len(head)))


def _continuing(stream: bytes) -> int:
    return sum(1 for _ in takewhile(lambda byte: 0x80 <= byte < 0xC0, stream))


def _fed(reading: _Reading, found: bytes, before: _Reading, script: Script, cost: float = 0.0) -> _Reading:
    score, pending, last, made = reading.score - cost, reading.pending, reading.last, ""
    for byte in found:
        pending, char = _step(pending, byte)
        for c in char:
            made += c
            read = _AS_READ.get(c, c)
            score += _SCORES.get(c) or pair_score(last, read) + oddity(read, script)
            score -= MID_SENTENCE if last in _PAUSES and read in "\n " else 0.0
            last = read
    return _Reading(score, pending, last, made, 1, before)


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


def _pieces(atoms: Sequence[Atom], reading: _Reading) -> Iterator[Piece]:
    path = [reading]
    while (before := path[-1].before) is not None:
        path.append(before)
    start, at, text = 0, 0, ""
    for step in reversed(path):
        for size, made, open_ in _parts(atoms, at, step):
            at += size
            text += made + TEAR * (open_ and at == len(atoms))
            if not open_ or at == len(atoms):
                yield Piece(start, at, text, all(isinstance(atom, bytes) for atom in atoms[start:at]))
                start, text = at, ""


def _parts(atoms: Sequence[Atom], at: int, step: _Reading) -> Iterator[tuple[int, str, bool]]:
    """A step atom by atom: the size in atoms, what it made, and whether a character is unfinished after it."""
    if step.atoms == 1:
        yield 1, step.made, bool(step.pending)
        return
    before = step.before.pending if step.before else b""
    for atom in atoms[at : at + step.atoms]:
        stream = before + bytes(atom)  # type: ignore[arg-type]
        text, size = utf_8_decode(stream, "strict", False)
        before = stream[size:]
        yield 1, text, bool(before)
