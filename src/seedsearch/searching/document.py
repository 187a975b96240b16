"""A document as stored in the index: the readable text, and the edits to the file that it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, repeat
from typing import TypeVar

from seedsearch.damage import Certainty, Damage
from seedsearch.engines.entries import Match
from seedsearch.engines.query import Term
from seedsearch.errors import IndexDamaged
from seedsearch.metadata.document_records import Record, from_bytes
from seedsearch.offsets import Candidate, Edit, Finding, Guess, OffsetMap, Span, Weight

_Name = TypeVar("_Name", Damage, Certainty, str)


@dataclass(frozen=True)
class Document:
    """A document of the index.

    `id` names it (bytes of its path that are not UTF-8 spelled out); `readable` is its restored text. Spans of edits
    and findings are code points of the raw text, which the index does not keep.
    """

    id: str
    readable: str
    record: Record

    @property
    def path(self) -> str:
        """The path of the file joined with the place in it."""
        return self.record.path

    @property
    def encoding(self) -> str:
        """What the file was read in."""
        return self.record.encoding

    @property
    def confidence(self) -> float:
        """How sure the encoding is, 0 to 1."""
        return self.record.confidence

    @property
    def damage(self) -> Mapping[str, int]:
        """How often each kind of damage was met, repaired or not."""
        return self.record.damage

    @property
    def line_starts(self) -> Sequence[int]:
        """The offset in the raw text at which each of its lines starts."""
        return self.record.lines

    @cached_property
    def edits(self) -> tuple[Edit, ...]:
        """What was repaired, in order; raises IndexDamaged where the index does not say it for all."""
        return tuple(self._edits())

    def _edits(self) -> Iterator[Edit]:
        record, shift, shares = self.record, 0, iter(self.record.probabilities)
        kinds, certainties = _named(record.kinds, Damage), _named(record.certainties, Certainty)
        rows = zip(record.replaced, kinds, certainties, _named(record.steps, str), strict=True)
        try:
            for (start, end, length), kind, certainty, step in rows:
                at = start + shift
                weight = Weight((Guess(next(shares, 0) / 100),)) if certainty is Certainty.INFERRED else None
                yield Edit(Span(start, end), self.readable[at : at + length], kind, certainty, step, weight)
                shift += length - (end - start)
        except ValueError as error:
            raise IndexDamaged(f"the index does not say what was repaired in {self.id}", hint=_AGAIN) from error

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found and left, in order; raises IndexDamaged for a kind that there is not."""
        try:
            return tuple(_finding(*row) for row in self.record.findings)
        except ValueError as error:
            raise IndexDamaged(f"the index does not say what was found in {self.id}", hint=_AGAIN) from error

    @cached_property
    def offsets(self) -> OffsetMap:
        """The way from spans of the readable text to spans of the raw text, and back."""
        return OffsetMap(self.record.replaced)


_AGAIN = "rebuild it with: seedsearch index --rebuild"


def _finding(start: int, end: int, kind: str, candidates: Sequence[tuple[str, int]]) -> Finding:
    return Finding(Span(start, end), Damage(kind), tuple(Candidate(text, share / 100) for text, share in candidates))


def _named(runs: Iterable[tuple[str, int]], names: type[_Name]) -> Iterator[_Name]:
    """Return the names of runs, one after the other."""
    return chain.from_iterable(repeat(names(name), count) for name, count in runs)


def document_of(match: Match) -> Document:
    """Return the document of a match."""
    return Document(match.doc_id, match.readable, from_bytes(match.stored))


def only(doc_id: str) -> Term:
    """Return a query that this document alone matches."""
    return Term("tag", f"path:{doc_id}")
