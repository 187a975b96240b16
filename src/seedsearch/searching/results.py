"""Results of a search: hits with snippets; and the statistics of an index."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from seedsearch.engines.entries import EngineInfo
from seedsearch.offsets import Span
from seedsearch.searching.notes import Note

BANDS = (0.0, 0.5, 0.8, 0.95, 1.0)  # limits of the bands of probability in which inferred repairs are counted


@dataclass(frozen=True, slots=True)
class IndexStats:
    """Statistics of an index.

    `files` has the damage of each file that has any, by kind. `unsure` lists the documents whose encoding is doubtful
    as (path, encoding, confidence). `stale` are sentences that say in which ways the index is out of date.
    `told_by_neighbours` is the number of documents whose encoding the files beside them helped to decide. `inferred`
    counts inferred repairs as (from, below, number), for each band of probability that has any.
    """

    engine: EngineInfo
    encodings: Mapping[str, int]
    damage: Mapping[str, int]
    files: Mapping[str, Mapping[str, int]]
    unsure: tuple[tuple[str, str, float], ...]
    stale: tuple[str, ...] = ()
    told_by_neighbours: int = 0
    inferred: tuple[tuple[float, float, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Snippet:
    """A readable excerpt of a document.

    `highlights` are spans of `text`. `line` and `column` (from 1, in code points) and `raw_span` are the place of the
    first highlight in the untouched file as decoded. `cut_before` and `cut_after` tell whether the snippet begins and
    ends inside a paragraph. `restored` counts the repairs in it by kind. `places` has the line, column and raw span of
    every highlight.
    """

    text: str
    highlights: tuple[Span, ...]
    line: int
    column: int
    raw_span: Span
    cut_before: bool = False
    cut_after: bool = False
    restored: Mapping[str, int] = field(default_factory=dict)
    places: tuple[tuple[int, int, Span], ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A match as shown to people.

    `also_in` names other files with the same passage; `tier` is the tier of the answer that the hit belongs to.
    `encoding` is the encoding in which the file was read, `confidence` (0 to 1) how sure that is. `damage` counts the
    damage in the document by kind.
    """

    path: str
    score: float
    snippets: tuple[Snippet, ...]
    also_in: tuple[str, ...] = ()
    tier: str = ""
    encoding: str = ""
    confidence: float = 1.0
    damage: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value of a facet, with the number of results that have it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Group:
    """The results with one value of a facet ("": with none): their number, and the best hits."""

    value: str
    count: int
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """The answer to a query.

    `total` is the number of documents in all tiers; `tiers` has the number of each, in the order in which they fill
    pages. `matched` names the first tier with a hit: phrase, variant, all, most, any or query; pinyin or sound if
    nothing was found as typed. `notes` are messages about the answer, and `suggestions` are other queries that find
    something. If nothing is found, `asked` names the tiers that were tried. `more` tells whether there are further
    hits. `facets` has the values of each facet requested, counted over all results, most frequent first. With
    `group_by`, `groups` takes the place of `hits`, and `more` tells whether there are further groups.
    """

    query: str
    total: int
    matched: str
    hits: tuple[Hit, ...]
    notes: tuple[Note, ...] = ()
    suggestions: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    tiers: Mapping[str, int] = field(default_factory=dict)
    more: bool = False
    facets: Mapping[str, tuple[FacetValue, ...]] = field(default_factory=dict)
    groups: tuple[Group, ...] = ()
