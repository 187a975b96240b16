"""What passes between the stages: frozen records, no behaviour beyond reading themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from seedsearch.damage import FOUND, Damage
from seedsearch.offsets import Edit, Span
from seedsearch.text.folding import fold


@dataclass(frozen=True, slots=True)
class RawDocument:
    """One file as decoded, before any cleaning.

    `digest` is the hex SHA-256 of the bytes; `confidence` (0 to 1) says how sure `encoding` is, `told_by` what told it
    (`mark`, `named`, `text`, `neighbours`). `edits`, in code points of `text`, are what reads better than the codec
    reads it, in a file that it does not read strictly.
    """

    path: str
    digest: str
    encoding: str
    text: str
    confidence: float = 1.0
    edits: tuple[Edit, ...] = ()
    told_by: str = "text"


@dataclass(frozen=True, slots=True)
class Finding:
    """Damage that was found and not repaired; `span` is in code points of the raw text."""

    span: Span
    kind: Damage


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A document with its restoration: `readable` is `raw.text` with `edits` applied and nothing else."""

    raw: RawDocument
    edits: tuple[Edit, ...]
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
        kinds = [e.kind for e in self.edits] + [f.kind for f in self.findings]
        return {str(kind): count for kind, count in sorted(Counter(kinds).items())}


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """One document as an engine stores it.

    The run text of `readable` (runs.py) is what exact runs are looked up in, and its grams are the terms of the field
    `gram`; `words` are the terms of the field `word`, in the order of the text (none where a batch.py has them), and
    `tags` those of the field `tag`. `stored` is opaque to the engine and comes back with a match.
    """

    doc_id: str
    digest: str
    readable: str
    words: Sequence[str]
    tags: Sequence[str]
    stored: bytes


@dataclass(frozen=True, slots=True)
class Match:
    """What an engine answers: a document and its score, higher is better, and what was stored of it.

    `run` is the run text of `readable`.
    """

    doc_id: str
    score: float
    readable: str
    run: str
    stored: bytes


@dataclass(frozen=True, slots=True)
class Matches:
    """The best matches, best first, and how many documents match in all."""

    total: int
    best: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What an engine holds: documents, distinct terms per field, bytes on disk."""

    documents: int
    terms: Mapping[str, int]
    size: int


@dataclass(frozen=True, slots=True)
class IndexStats:
    """What an index holds; `files` those with damage, `unsure` (path, encoding, confidence) the doubtful.

    `stale` says, a sentence each, what of it this version would make otherwise from the files as they are now.
    `told_by_neighbours`: documents whose encoding the files beside them had a say in.
    """

    engine: EngineInfo
    encodings: Mapping[str, int]
    damage: Mapping[str, int]
    files: Mapping[str, Mapping[str, int]]
    unsure: tuple[tuple[str, str, float], ...]
    stale: tuple[str, ...] = ()
    told_by_neighbours: int = 0


@dataclass(frozen=True, slots=True)
class Snippet:
    """A readable stretch of a document.

    `highlights` are spans of `text`. `line` and `column` (from 1, in code points) and `raw_span` are the place of the
    first highlight in the untouched file as decoded. `cut_before` and `cut_after` say whether it begins and ends inside
    a paragraph, `restored` how often each kind of damage was repaired in it.
    """

    text: str
    highlights: tuple[Span, ...]
    line: int
    column: int
    raw_span: Span
    cut_before: bool = False
    cut_after: bool = False
    restored: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hit:
    """What a person sees of a match; `also_in` names other files that hold the same passage."""

    path: str
    score: float
    snippets: tuple[Snippet, ...]
    also_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Results:
    """An answer.

    `matched` names the tier that answered: phrase, all, most or query; where nothing was found as typed, pinyin or
    sound. `notes` are sentences on what was not done as asked, `suggestions` other queries that find something; where
    nothing is found, `asked` names the tiers that were asked.
    """

    query: str
    total: int
    matched: str
    hits: tuple[Hit, ...]
    notes: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that is not in the index, and why; `skipped` where that is no error (a binary file).

    `retry` where the same file can be read when a package is installed.
    """

    path: str
    reason: str
    skipped: bool = False
    retry: bool = field(default=False, repr=False)

    @property
    def says(self) -> str:
        """The path and the reason, the path once."""
        return self.reason if self.reason.startswith(self.path) else f"{self.path}: {self.reason}"


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What a run of indexing did; `damage` counts kinds over what was added and updated, `files` those with any.

    `notes` are sentences on what else there is to know.
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


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: files done of those to do, and the damage met so far."""

    done: int
    total: int
    damage: Mapping[str, int]


class Health(StrEnum):
    """How a thing stands that was examined."""

    WELL = "well"
    NOTE = "note"  # worth knowing
    FAULT = "fault"  # to be put right


@dataclass(frozen=True, slots=True)
class Remark:
    """What an examination says of one thing."""

    topic: str
    health: Health
    says: str


# Files that a report on a collection names as the worst.
WORST = 10


@dataclass(frozen=True, slots=True)
class Restoration:
    """What came of one file. `shown` is what was asked to be shown; `stamp` tells an unchanged file in a later run."""

    path: str
    encoding: str
    damage: Mapping[str, int]
    certainty: Mapping[str, int]
    characters: int
    stamp: str
    shown: str | None = None


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
