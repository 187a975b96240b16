"""Counts what a run of indexing does, and makes its report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from seedsearch.indexing.pipeline import Outcome
from seedsearch.indexing.reports import IndexReport
from seedsearch.metadata.document_records import doc_id_of
from seedsearch.metadata.file_states import State, joined
from seedsearch.reading.documents import Failure


@dataclass(slots=True)
class Tally:
    """What a run has done so far; `states` are the states of the files found."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    moved: int = 0
    failures: list[Failure] = field(default_factory=list)
    as_before: list[Failure] = field(default_factory=list)
    damage: Counter[str] = field(default_factory=Counter)
    files: dict[str, Mapping[str, int]] = field(default_factory=dict)
    states: dict[str, State] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)

    def add(self, share: Tally) -> None:
        """Add the finished work of a share of the same files."""
        self.added += share.added
        self.updated += share.updated
        self.moved += share.moved
        self.unchanged = share.unchanged if share.states else self.unchanged
        self.damage.update(share.damage)
        self.files |= share.files
        self.notes = [*dict.fromkeys((*share.notes, *self.notes))]


def count(outcome: Outcome, before: Iterable[str], tally: Tally) -> None:
    """Add the outcome of a file; `before` are its documents in the old index."""
    tally.failures += outcome.failures
    doc_id = doc_id_of(outcome.path)
    if outcome.state is None:
        tally.states.pop(doc_id, None)
        return
    if outcome.piece is None or not outcome.piece.portion.begin:
        tally.states[doc_id] = outcome.state
    elif (so_far := tally.states.get(doc_id)) is not None:
        tally.states[doc_id] = joined(so_far, outcome.state)
    tally.kept.update(doc_id + name for name in outcome.state.names)
    if outcome.damage is None:
        tally.unchanged += len(outcome.state.names)
        return
    for path, damage in outcome.damage.items():
        if damage:
            tally.damage.update(damage)
            tally.files[path] = damage
        if doc_id_of(path) in before:
            tally.updated += 1
        else:
            tally.added += 1


def count_moved(path: str, state: State, tally: Tally) -> None:
    """Add a file that was recognized under another name."""
    doc_id = doc_id_of(path)
    tally.states[doc_id] = state
    tally.kept.update(doc_id + name for name in state.names)
    tally.added += len(state.names)
    tally.moved += len(state.names)


def report_of(tally: Tally, seconds: float) -> IndexReport:
    """Return the report on a run that took `seconds`."""
    return IndexReport(
        added=tally.added,
        updated=tally.updated,
        unchanged=tally.unchanged,
        removed=tally.removed,
        moved=tally.moved,
        failures=tuple(sorted(tally.failures, key=lambda failure: failure.path)),
        as_before=tuple(sorted(tally.as_before, key=lambda failure: failure.path)),
        damage=dict(sorted(tally.damage.items())),
        files=tally.files,
        seconds=round(seconds, 3),
        notes=tuple(tally.notes),
    )
