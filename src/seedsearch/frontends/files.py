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
    """A file of the index: its path and its number of documents, 0 if it could not be read."""

    path: str
    documents: int


def listed(place: str) -> tuple[Sequence[Listed], Sequence[Failure]]:
    """Return the files of the index at `place`, and the failures of the last run; raises IndexMissing if there is no
    index.
    """
    engine = choice.open_engine(place, fingerprint())
    try:
        states = file_states.load(engine.metadata)
        found = [Listed(path, len(state.names)) for path, state in sorted(states.items()) if state.names]
        return found, failures.remembered(engine)
    finally:
        engine.close()


def grouped(unread: Iterable[Failure]) -> list[tuple[str, list[str]]]:
    """Group paths by reason, the most frequent reason first; the path is omitted from the reason."""
    groups: dict[str, list[str]] = {}
    for failure in unread:
        groups.setdefault(failure.reason.removeprefix(f"{failure.path}: "), []).append(failure.path)
    return sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
