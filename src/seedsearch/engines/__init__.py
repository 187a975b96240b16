"""The engine seam: terms in, documents and scores out.

An engine stores entries and answers query trees. Cleaning, tokenizing, reading what was typed, snippets and
collapsing are above the seam. One contract suite (tests/test_engines.py) runs over every engine, and random
histories are compared with `memory`, the brute-force reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from seedsearch.model import EngineInfo, IndexEntry, Matches
from seedsearch.query import Field, Query, Term


class Writer(Protocol):
    """Changes to an engine: leaving normally commits all of them at once, leaving by an exception none."""

    def put(self, entry: IndexEntry) -> None:
        """Add the entry, in the place of any with the same doc_id."""

    def remove(self, doc_id: str) -> None:
        """Take the entry out; nothing happens where there is none."""

    def clear(self) -> None:
        """Take every entry out that was there before this writer."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Engine(Protocol):
    """An index of entries."""

    def info(self) -> EngineInfo:
        """How much it holds."""

    def digests(self) -> Mapping[str, str]:
        """doc_id → digest of every entry."""

    def stored(self) -> Iterator[bytes]:
        """What was stored with each entry, in the order of doc_id."""

    def vocabulary(self, field: Field, prefix: str = "") -> Iterator[tuple[str, int]]:
        """The terms of a field that begin with `prefix`, sorted, each with the number of documents that have it."""

    def having(self, terms: Sequence[Term]) -> tuple[int, list[int]]:
        """How many documents there are, and how many have each term."""

    def writer(self) -> Writer:
        """A context manager for changes; raises IndexLocked where another one is open."""

    def search(self, query: Query, limit: int) -> Matches:
        """The `limit` best matches, by score and then by doc_id, and how many match in all.

        Scores are sums of weighted Okapi BM25 (K1 1.2, B 0.75) over the terms of `Ranked`, 0 for any other query.
        """

    def close(self) -> None:
        """Give back what it holds open."""


def open_engine(folder: Path, fingerprint: str, *, create: bool = False, replace: bool = False) -> Engine:
    """The embedded engine over `folder`.

    Raises IndexMissing where there is none (unless `create`), IndexStale where it was made with another fingerprint,
    IndexDamaged where it can not be read; with `replace` a stale or damaged one is thrown away instead.
    """
    from seedsearch.engines.embedded import EmbeddedEngine

    return EmbeddedEngine(folder, fingerprint, create=create, replace=replace)
