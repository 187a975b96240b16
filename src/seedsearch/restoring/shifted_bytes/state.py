"""The state of the search for torn characters: candidates with their scores and assumptions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from math import exp
from typing import NamedTuple

from seedsearch.restoring.corruptions import (
    narrowed,
)
from seedsearch.text.gbk import (
    encode,
)

STEPS = 4  # within which two proposals part and meet again, if they differ in what else was lost beside a byte
SYNC = -1  # instead of a pending byte: the true text and the found text have a border here
# "12 of 15 at 0.5": of the 15 damaged texts of docs/thresholds.md that are fully restored, 12 are at that value.
# Nats that a proposal pays for what it supposes: a loss that left a sign, one that left none, a pair
# without a character, a byte under 0x80 that went with a broken pair, a trail byte 0x80 that stood alone. The first:
# 18 of 20 at 4; the second: 24 of 26 at 16; the third: 12 of 15 at 0.5.
SIGNED, SILENT, DROPPED, EATEN, ALONE = 1.0, 4.0, 2.0, 6.0, 3.0


class Node(NamedTuple):
    """One step of a proposal: what was true there, and the bytes that stood in the damaged file.

    `end`: where it ends in the found text; 0 where the next step says so.
    """

    earlier: Node | None
    text: str
    stream: bytes
    end: int = 0


class Position(NamedTuple):
    """Where a proposal stands: at a place of the found text, with a pending byte after its last true character."""

    at: int
    pending: int  # or SYNC
    last: str

    def moved(self, at: int) -> Position:
        return Position(at, self.pending, self.last)


class Rival(NamedTuple):
    """The best proposal with another text that a proposal met: by how many nats it was worse, and where they met."""

    by: float
    met: Node | None
    other: Node | None


class State(NamedTuple):
    score: float
    gap: float  # nats to the best rival that it met
    node: Node | None
    guessed: bool  # whether a byte had to be guessed
    lossy: bool = False  # whether more was lost than the first byte
    mass: float = 0.0  # how probable all that it met and did not become is, against 1 for itself
    rival: Rival | None = None


def spelled(state: State) -> tuple[str, bytes]:
    """Return the true text of a proposal and its bytes in the damaged file."""
    nodes = list(_back(state.node))
    return "".join([node.text for node in reversed(nodes)]), b"".join([node.stream for node in reversed(nodes)])


def found_at(state: State) -> list[tuple[int, int]]:
    """Return of each character of a proposal between which two places of the found text it was read."""
    places, end = list[tuple[int, int]](), 0
    for node in reversed(list(_back(state.node))):
        begin, end = end, node.end or end
        places += [(begin, end)] * len(node.text)
    return places


def rival_of(state: State) -> str:
    """Return the true text of the best proposal beside it; empty if there is none."""
    if state.rival is None:
        return ""
    _, met, other = state.rival
    texts = [node.text for node in takewhile(lambda node: node is not met, _back(state.node))]
    return "".join(reversed([*texts, *(node.text for node in _back(other))]))


def _back(node: Node | None) -> Iterator[Node]:
    while node is not None:
        yield node
        node = node.earlier


def met(state: State, other: State) -> State:
    """Return the better of two candidates that continue alike, with what it knows of all others."""
    if state.score < other.score:
        state, other = other, state
    by = state.score - other.score
    mass, rival = state.mass, state.rival
    if _alike(state.node, other.node):
        mass = (mass + exp(-by) * other.mass) / (1 + exp(-by))
    else:
        mass += exp(-by) * (1 + other.mass)
        if rival is None or by < rival.by:
            rival = Rival(by, state.node, other.node)
    return State(state.score, min(by, state.gap), state.node, state.guessed, state.lossy, mass, rival)


def _alike(one: Node | None, other: Node | None) -> bool:
    """Return whether two proposals parted a few steps ago, and differ in blanks and line ends alone since."""
    texts = "", ""
    for _ in range(STEPS):
        if one is other or one is None or other is None:
            break
        texts = one.text + texts[0], other.text + texts[1]
        one, other = one.earlier, other.earlier
    return one is other and "".join(texts[0].split()) == "".join(texts[1].split())


def paid(state: State, cost: float) -> State:
    """`state` after a loss: a guess unless a sign and a reading tell it, and lossy past a dropped pair."""
    guessed, lossy = state.guessed or cost > SIGNED, state.lossy or cost > DROPPED
    return State(state.score - cost, state.gap, state.node, guessed, lossy, state.mass, state.rival)


def costing(state: State, cost: float) -> State:
    return State(state.score - cost, state.gap, state.node, state.guessed, state.lossy, state.mass, state.rival)


def stream_of(inserted: str) -> bytes:
    """Return the bytes of an inserted mark; letters that GBK does not have cannot have stood there."""
    try:
        return encode(narrowed(inserted))
    except UnicodeEncodeError:
        return b"\xff"
