"""The input and output of an engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """One document as an engine stores it.

    Exact runs are searched in the run text of `readable` (run_text.py), whose grams are the terms of the field `gram`;
    `tags` are those of the field `tag`; those of the field `word` come with a batch (batch.py). `stored` is opaque to
    the engine and is returned with a match.
    """

    doc_id: str
    digest: str
    readable: str
    tags: Sequence[str]
    stored: bytes


class Match(NamedTuple):
    """A document found by an engine: its score (higher is better) and its stored data.

    `run` is the run text of `readable`.
    """

    doc_id: str
    score: float
    readable: str
    run: str
    stored: bytes


class Matches(NamedTuple):
    """The best matches, best first, and the total number of matches."""

    total: int
    best: tuple[Match, ...]


class EngineInfo(NamedTuple):
    """The size of an index: documents, distinct terms per field, bytes on disk."""

    documents: int
    terms: Mapping[str, int]
    size: int
