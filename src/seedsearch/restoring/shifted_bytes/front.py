"""The candidates that a search follows: of two with the same place, byte and character, the better one is kept."""

from __future__ import annotations

from typing import TypeAlias

from seedsearch.restoring.shifted_bytes.score import PageScore
from seedsearch.restoring.shifted_bytes.state import Node, State, met

Key: TypeAlias = tuple[int, str]  # (pending byte or SYNC, last true character)


class Front:
    """States by place in the found text and by what is pending there; false where no place is left."""

    def __init__(self, page: PageScore) -> None:
        self._page = page
        self._states: dict[int, dict[Key, State]] = {}

    def __bool__(self) -> bool:
        return bool(self._states)

    def pop(self) -> tuple[int, dict[Key, State]]:
        """Take the first place that is left: (the place, its states)."""
        at = min(self._states)
        return at, self._states.pop(at)

    def put(self, at: int, key: Key, state: State) -> None:
        """Add a state at a place, or what it and the one that is there make together."""
        states = self._states.setdefault(at, {})
        rival = states.get(key)
        states[key] = state if rival is None else met(rival, state)

    def go(self, at: int, pending: int, last: str, true: str, stream: bytes, state: State) -> None:
        """Add a state that reads `true` after `last`."""
        score, page = state.score, self._page
        for char in true:
            score += page.pair(last, char)
            last = char
        node = Node(state.node, true, stream, at)
        self.put(
            at, (pending, last), State(score, state.gap, node, state.guessed, state.lossy, state.mass, state.rival)
        )

    def skip(self, end: int, pending: int, last: str, inserted: bytes, state: State) -> None:
        """Pass over what a program put in; nothing of it is true text."""
        self.put(end, (pending, last), state._replace(node=Node(state.node, "", inserted)))
