"""The input and output of an engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """One document as an engine stores it.

    The run text of `readable` (run_text.py) is what exact runs are looked up in; its grams are the terms of the field
    `gram`; `tags` are those of the field `tag`; those of the field `word` come with a batch (batch.py). `stored` is
    opaque to the engine and comes back with a match.
    """

    doc_id: str
    digest: str
    readable: str
    tags: Sequence[str]
    stored: bytes


class Match(NamedTuple):
    """What an engine answers: a document and its score, higher is better, and what was stored of it.

    `run` is the run text of `readable`.
    """

    doc_id: str
    score: float
    readable: str
    run: str
    stored: bytes


class Matches(NamedTuple):
    """The best matches, best first, and how many documents match in all."""

    total: int
    best: tuple[Match, ...]


class EngineInfo(NamedTuple):
    """What an engine holds: documents, distinct terms per field, bytes on disk."""

    documents: int
    terms: Mapping[str, int]
    size: int
