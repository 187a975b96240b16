"""What a run of indexing tells: how far it is, and what it did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from seedsearch.reading.documents import Failure


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What a run of indexing did; `damage` counts kinds over what was added and updated, `files` those with any.

    `notes` are sentences on what else there is to know. `moved`: documents of files that were renamed or moved, and not
    read again; they count as added under the new name and as removed under the old one. `left`: changed files that were
    not read, as the run was stopped. `as_before`: those of the failures that are of files and that the index knew.
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
    """How far a run is: files done of those to do, and the damage met so far; the share of the work by its bytes."""

    done: int
    total: int
    damage: Mapping[str, int]
    share: float | None = None


@dataclass(slots=True)
class Stop:
    """How a run is asked to end early: it sets `is_heeded` when it begins to look whether that is `asked`, which it
    does after each portion.
    """

    is_heeded: bool = False
    asked: bool = False
