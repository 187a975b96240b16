"""What a search gives to a person: hits with snippets, and what an index holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from seedsearch.engines.entries import EngineInfo
from seedsearch.offsets import Span
from seedsearch.searching.notes import Note

BANDS = (0.0, 0.5, 0.8, 0.95, 1.0)  # borders of the probabilities by which inferred repairs are counted


@dataclass(frozen=True, slots=True)
class IndexStats:
    """What an index holds; `files` those with damage, `unsure` (path, encoding, confidence) the doubtful.

    `stale` says, a sentence each, what of it this version would make otherwise from the files as they are now.
    `told_by_neighbours`: documents whose encoding the files beside them had a say in. `inferred`: how many repairs were
    inferred that are as probable as this (from, below), for each of `BANDS` that has some.
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
    """A readable stretch of a document.

    `highlights` are spans of `text`. `line` and `column` (from 1, in code points) and `raw_span` are the place of the
    first highlight in the untouched file as decoded. `cut_before` and `cut_after` say whether it begins and ends inside
    a paragraph, `restored` how often each kind of damage was repaired in it. `places` has line, column and raw span of
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
    """What a person sees of a match.

    `also_in` names other files that hold the same passage, `tier` the tier of the answer that it belongs to. `encoding`
    is what the file was read in, `confidence` (0 to 1) how sure that is, `damage` how often each kind was met in it.
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
    """A value of a facet, and how many of the documents that were found have it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Group:
    """Documents that were found with one value of a facet ("": with none): how many, and the best hits of them."""

    value: str
    count: int
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """An answer.

    `total` counts the documents of all tiers, `tiers` those of each by name, in the order in which they fill pages.
    `matched` names the first that has any: phrase, all, most, any or query; pinyin or sound where nothing was found as
    typed. `notes` are sentences on what was not done as asked, `suggestions` other queries that find something; where
    nothing is found, `asked` names the tiers that were asked. `more`: there are hits behind these. `facets`: the values
    of each that was asked for, of all documents that were found, the most frequent first. `groups` take the place of
    `hits` where they were asked for, and `more` then says that there are more groups.
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
