"""The progress and the result of a run of indexing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from seedsearch.reading.documents import Failure


@dataclass(frozen=True, slots=True)
class IndexReport:
    """The result of a run of indexing.

    `damage` counts the damage in the documents added and updated by kind; `files` has it for each file that has any.
    `notes` are further messages. `moved` is the number of documents whose files were renamed or moved and not read
    again; they count as added under the new name and as removed under the old one. `left` is the number of changed
    files that were not read because the run was stopped. `as_before` are those failures that an earlier run already
    reported.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    failures: tuple[Failure, ...] = ()
    damage: Mapping[str, int] = field(default_factory=dict)
    files: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    moved: int = 0
    left: int = 0
    as_before: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a run: `done` of `total` files, the damage found so far, and the share of the bytes done."""

    done: int
    total: int
    damage: Mapping[str, int]
    share: float | None = None


@dataclass(slots=True)
class Stop:
    """A request to end a run early: set `asked`, which a run checks after each portion once `is_heeded` is true."""

    is_heeded: bool = False
    asked: bool = False
