"""A run in pairs of bytes, some of them lost, as characters: which bytes belong together, and what each pair can be.

From the beginning of the run each two bytes are a character, a lost byte counted as one. Where two known bytes are no
character of the encoding, the first of them is left over, and reading goes on with the second: behind a byte that was
dropped without a trace that puts the reading in step again after some characters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from seedsearch.offsets import Guess
from seedsearch.restoring.lost_pairs import Slot, filled, judged
from seedsearch.restoring.pair_faults import Fault, choices

_LOST = {"\ufffd": b"\0"}


class Part(NamedTuple):
    """Bytes up to `end` (from where the part before ends) are `text`.

    `sure` unless a byte was guessed; `guess` says then how probable that is.
    """

    end: int
    text: str
    sure: bool
    guess: Guess | None = None


def stream_of(run: str, fault: Fault) -> list[bytes] | None:
    """Return the bytes of each character of `run`, NUL for a lost one; None where a character has no bytes."""
    pairs = fault.byte_pairs
    found = [pairs.get(char) or (char.encode() if char < "\x80" else _LOST.get(char, b"")) for char in run]
    return found if all(found) else None


def read_as_paired(runs: Sequence[tuple[str, str]], fault: Fault) -> list[list[Part]]:
    """Return the likeliest reading of each run, behind the character before it, where each U+FFFD is one byte.

    Nothing for a run whose characters have no such bytes.
    """
    every: list[Slot] = []
    borders = [0]
    for run, before in runs:
        found = stream_of(run, fault)
        if found is not None:
            every.append(Slot(0, before))
            every += _slots(b"".join(found), fault)
        borders.append(len(every))
    made = filled(every)
    guessed = judged(every, made)
    rows = zip(every, guessed, made, strict=True)
    parts = [Part(slot.end, char, bool(slot.char), one) for slot, one, char in rows]
    return [parts[start + 1 : end] for start, end in pairwise(borders)]


def read_plainly(run: str, before: str, fault: Fault) -> list[str]:
    """Return the characters of the same reading of one run, with what was lost chosen by its neighbours alone."""
    found = stream_of(run, fault)
    return [] if found is None else filled([Slot(0, before), *_slots(b"".join(found), fault)])[1:]


def _slots(stream: bytes, fault: Fault) -> Iterator[Slot]:
    """Yield the characters of `stream`, or what those can be of which a byte is lost."""
    at, size = 0, len(stream)
    while at < size:
        pair = stream[at : at + 2]
        char = fault.read.get(pair, "") if 0 not in pair else ""
        if char or 0 < pair[0] < 0x80:
            at += 2 if char else 1
            yield Slot(at, char or chr(pair[0]))
            continue
        a, b = pair[0] or None, (pair[1] or None) if len(pair) > 1 else 0
        some = "" if a and b is not None else choices(fault, a, b, stream[at + 2] if at + 2 < size else 0)
        at += 2 if some else 1
        yield Slot(at, "" if some else "\ufffd", some)
