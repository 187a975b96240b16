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

    `id` is its path, with bytes that are not UTF-8 escaped; `readable` is its restored text. The spans of edits and
    findings count code points of the raw text, which the index does not store.
    """

    id: str
    readable: str
    record: Record

    @property
    def path(self) -> str:
        """The path of the file and the place in it, as one string."""
        return self.record.path

    @property
    def encoding(self) -> str:
        """The encoding in which the file was read."""
        return self.record.encoding

    @property
    def confidence(self) -> float:
        """The confidence in the encoding, 0 to 1."""
        return self.record.confidence

    @property
    def damage(self) -> Mapping[str, int]:
        """The number of places with each kind of damage, repaired or not."""
        return self.record.damage

    @property
    def line_starts(self) -> Sequence[int]:
        """The offset of the start of each line in the raw text."""
        return self.record.lines

    @cached_property
    def edits(self) -> tuple[Edit, ...]:
        """The repairs, in order; raises IndexDamaged if the record of one is incomplete."""
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
        """The damage that was left as found, in order; raises IndexDamaged for an unknown kind."""
        try:
            return tuple(_finding(*row) for row in self.record.findings)
        except ValueError as error:
            raise IndexDamaged(f"the index does not say what was found in {self.id}", hint=_AGAIN) from error

    @cached_property
    def offsets(self) -> OffsetMap:
        """The mapping between spans of the readable text and of the raw text."""
        return OffsetMap(self.record.replaced)


_AGAIN = "rebuild it with: seedsearch index --rebuild"


def _finding(start: int, end: int, kind: str, candidates: Sequence[tuple[str, int]]) -> Finding:
    return Finding(Span(start, end), Damage(kind), tuple(Candidate(text, share / 100) for text, share in candidates))


def _named(runs: Iterable[tuple[str, int]], names: type[_Name]) -> Iterator[_Name]:
    """Expand runs of names into one name per item."""
    return chain.from_iterable(repeat(names(name), count) for name, count in runs)


def document_of(match: Match) -> Document:
    """Return the document of a match."""
    return Document(match.doc_id, match.readable, from_bytes(match.stored))


def only(doc_id: str) -> Term:
    """Return a query that matches this document only."""
    return Term("tag", f"path:{doc_id}")
