"""What the search for torn characters carries from place to place: proposals, their scores and what they suppose."""

from __future__ import annotations

from typing import NamedTuple

from seedsearch.restoring.corruptions import (
    narrowed,
)
from seedsearch.text.gbk import (
    encode,
)

SYNC = -1  # instead of a pending byte: the true text and the found text have a border here
# Nats that a proposal pays for what it supposes: a loss that left a sign, one that left none, a pair
# without a character, a byte under 0x80 that went with a broken pair, a trail byte 0x80 that stood alone.
SIGNED, SILENT, DROPPED, EATEN, ALONE = 1.0, 4.0, 2.0, 6.0, 3.0


class Node(NamedTuple):
    """One step of a proposal: what was true there, and the bytes that stood in the damaged file."""

    earlier: Node | None
    text: str
    stream: bytes


class State(NamedTuple):
    score: float
    gap: float  # nats to the best rival that it met
    node: Node | None
    guessed: bool  # whether a byte had to be guessed
    lossy: bool = False  # whether more was lost than the first byte


def spelled(state: State) -> tuple[str, bytes]:
    """Return the true text of a proposal and its bytes in the damaged file."""
    texts, streams = [], []
    node = state.node
    while node is not None:
        texts.append(node.text)
        streams.append(node.stream)
        node = node.earlier
    return "".join(reversed(texts)), b"".join(reversed(streams))


def paid(state: State, cost: float) -> State:
    """`state` after a loss: a guess unless a sign and a reading tell it, and lossy past a dropped pair."""
    guessed, lossy = state.guessed or cost > SIGNED, state.lossy or cost > DROPPED
    return State(state.score - cost, state.gap, state.node, guessed, lossy)


def costing(state: State, cost: float) -> State:
    return State(state.score - cost, state.gap, state.node, state.guessed, state.lossy)


def stream_of(inserted: str) -> bytes:
    """Return the bytes of an inserted mark; letters that GBK does not have cannot have stood there."""
    try:
        return encode(narrowed(inserted))
    except UnicodeEncodeError:
        return b"\xff"
