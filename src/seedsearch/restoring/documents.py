"""What restoring gives: a cleaned document, and the report on a collection of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from itertools import chain

from seedsearch.damage import FOUND, Damage
from seedsearch.offsets import Edit, Span
from seedsearch.reading.documents import Failure, RawDocument
from seedsearch.text.folding import fold


@dataclass(frozen=True, slots=True)
class Finding:
    """Damage that was found and not repaired; `span` is in code points of the raw text."""

    span: Span
    kind: Damage


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A document with its restoration: `readable` is `raw.text` with `edits` applied and nothing else."""

    raw: RawDocument
    edits: Sequence[Edit]
    findings: tuple[Finding, ...]
    readable: str

    @property
    def text(self) -> str:
        """`readable` folded for search, one character to one character, so that both share offsets."""
        return fold(self.readable)

    @property
    def encoding(self) -> str:
        """The encoding that the raw bytes were read in."""
        return self.raw.encoding

    @property
    def damage(self) -> dict[str, int]:
        """How often each kind of damage was met, repaired or not."""
        if not self.edits and not self.findings:
            return {}
        kinds = Counter(chain((e.kind for e in self.edits), (f.kind for f in self.findings)))
        return {str(kind): count for kind, count in sorted(kinds.items())}


# Files that a report on a collection names as the worst.
WORST = 10


@dataclass(frozen=True, slots=True)
class Restoration:
    """What came of one document: the account of it, and the document itself (`cleaned`) where it was asked for.

    `characters` are code points of the readable text; `stamp` tells an unchanged file in a later run.
    """

    path: str
    encoding: str
    damage: Mapping[str, int]
    certainty: Mapping[str, int]
    characters: int
    stamp: str
    cleaned: Cleaned | None = None

    @property
    def account(self) -> dict[str, object]:
        """The fields without the document, by name."""
        return {item.name: getattr(self, item.name) for item in fields(self) if item.name != "cleaned"}


@dataclass(slots=True)
class CorpusReport:
    """What was done to a collection; `worst` are the paths with most damage that could not be repaired."""

    documents: int = 0
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
        self.documents += 1
        self.characters += outcome.characters
        self.damaged += bool(outcome.damage)
        self.damage.update(outcome.damage)
        self.certainty.update(outcome.certainty)
        if lost := sum(count for kind, count in outcome.damage.items() if kind in FOUND):
            self.unrepaired[outcome.path] = lost

    @property
    def worst(self) -> list[tuple[str, int]]:
        """Paths and how much damage in them could not be repaired, the worst first."""
        return sorted(self.unrepaired.items(), key=lambda row: (-row[1], row[0]))[:WORST]
