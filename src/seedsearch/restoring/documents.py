"""The results of restoring: a cleaned document, and the report on a collection of them."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from itertools import chain
from typing import overload

from seedsearch.damage import FOUND, Damage
from seedsearch.offsets import Columns, Edit, Finding, Span, portions
from seedsearch.reading.documents import Failure, RawDocument
from seedsearch.text.folding import fold

# Start, end and kind of a finding.
Place = tuple[int, int, Damage]
_KINDS = tuple(Damage)
_KIND_OF = {kind: number for number, kind in enumerate(_KINDS)}


class Findings(Columns[Finding]):
    """Findings as columns: nine bytes for each, where a `Finding` takes 170."""

    __slots__ = ("_ends", "_kinds", "_starts")

    def __init__(self, places: Iterable[Place] = ()) -> None:
        self._starts, self._ends, self._kinds = array("I"), array("I"), bytearray()
        for some in portions(places):
            starts, ends, kinds = zip(*some, strict=True)
            self._starts.extend(starts)
            self._ends.extend(ends)
            self._kinds.extend(map(_KIND_OF.__getitem__, kinds))

    @property
    def places(self) -> Iterator[Place]:
        """The start, end and kind of each."""
        return zip(self._starts, self._ends, map(_KINDS.__getitem__, self._kinds), strict=True)

    def __len__(self) -> int:
        return len(self._starts)

    @overload
    def __getitem__(self, key: int) -> Finding: ...
    @overload
    def __getitem__(self, key: slice) -> Findings: ...
    def __getitem__(self, key: int | slice) -> Finding | Findings:
        if isinstance(key, slice):
            return Findings(
                zip(self._starts[key], self._ends[key], map(_KINDS.__getitem__, self._kinds[key]), strict=True)
            )
        return Finding(Span(self._starts[key], self._ends[key]), _KINDS[self._kinds[key]])

    def __iter__(self) -> Iterator[Finding]:
        return (Finding(Span(start, end), kind) for start, end, kind in self.places)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A restored document: `readable` is `raw.text` with `edits` applied and nothing else."""

    raw: RawDocument
    edits: Sequence[Edit]
    findings: Sequence[Finding]
    readable: str

    @property
    def text(self) -> str:
        """`readable` folded for search, character by character, so both share offsets."""
        return fold(self.readable)

    @property
    def encoding(self) -> str:
        """The encoding in which the raw bytes were decoded."""
        return self.raw.encoding

    @property
    def damage(self) -> dict[str, int]:
        """The number of places with each kind of damage, repaired or not."""
        if not self.edits and not self.findings:
            return {}
        kinds = Counter(chain((e.kind for e in self.edits), (f.kind for f in self.findings)))
        return {str(kind): count for kind, count in sorted(kinds.items())}


# Number of files that a report lists as the worst.
WORST = 10


@dataclass(frozen=True, slots=True)
class Restoration:
    """The result for one document: its statistics, and the document itself (`cleaned`) if it was requested.

    `characters` is the number of code points of the readable text; `stamp` identifies an unchanged file in a later run.
    For a file of records, `documents`, `damaged` and `kept` count its records. `row` is the line of the provenance file
    as JSON ("" if none was requested).
    """

    path: str
    encoding: str
    damage: Mapping[str, int]
    certainty: Mapping[str, int]
    characters: int
    stamp: str
    cleaned: Cleaned | None = None
    documents: int = 1
    damaged: int = 0
    kept: int = 1
    row: str = ""

    @property
    def account(self) -> dict[str, object]:
        """All fields except the document, by name."""
        return {item.name: getattr(self, item.name) for item in fields(self) if item.name != "cleaned"}


@dataclass(slots=True)
class CorpusReport:
    """The result for a collection; `worst` are the paths with the most unrepaired damage."""

    documents: int = 0
    kept: int = 0
    resumed: int = 0
    damaged: int = 0
    characters: int = 0
    damage: Counter[str] = field(default_factory=Counter)
    certainty: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)
    unrepaired: Counter[str] = field(default_factory=Counter)

    def add(self, outcome: Restoration | Failure) -> None:
        """Count one file."""
        if isinstance(outcome, Failure):
            self.failures.append(outcome)
            return
        self.documents += outcome.documents
        self.kept += outcome.kept
        self.characters += outcome.characters
        self.damaged += outcome.damaged
        self.damage.update(outcome.damage)
        self.certainty.update(outcome.certainty)
        if lost := sum(count for kind, count in outcome.damage.items() if kind in FOUND):
            self.unrepaired[outcome.path] = lost

    @property
    def worst(self) -> list[tuple[str, int]]:
        """Paths with the number of unrepaired places in each, the worst first."""
        return sorted(self.unrepaired.items(), key=lambda row: (-row[1], row[0]))[:WORST]
