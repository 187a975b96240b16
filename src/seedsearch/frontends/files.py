"""Lists the files of an index with what each contains, and the files not in it with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from seedsearch.engines import choice
from seedsearch.metadata import failures, file_states
from seedsearch.reading.documents import Failure
from seedsearch.text.analyzer import fingerprint


@dataclass(frozen=True, slots=True)
class Listed:
    """A file of the index by its path, and how many documents it holds: none where it could not be read."""

    path: str
    documents: int


def listed(place: str) -> tuple[Sequence[Listed], Sequence[Failure]]:
    """Return the files of the index at `place`, and what the last run could not read; raises IndexMissing without
    one.
    """
    engine = choice.open_engine(place, fingerprint())
    try:
        states = file_states.load(engine.metadata)
        found = [Listed(path, len(state.names)) for path, state in sorted(states.items()) if state.names]
        return found, failures.remembered(engine)
    finally:
        engine.close()


def grouped(unread: Iterable[Failure]) -> list[tuple[str, list[str]]]:
    """Reason → the paths for which it holds, the reason with most of them first; the path is left out of the reason."""
    groups: dict[str, list[str]] = {}
    for failure in unread:
        groups.setdefault(failure.reason.removeprefix(f"{failure.path}: "), []).append(failure.path)
    return sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
