"""The engine seam: terms in, documents and scores out.

An engine stores entries and answers query trees. Cleaning, tokenizing, reading what was typed, snippets and
collapsing are above the seam. One contract suite (tests/test_engines.py) runs over every engine, and random
histories are compared with `memory`, the brute-force reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeAlias

from seedsearch.engines.budget import Budget
from seedsearch.engines.entries import (
    EngineInfo,
    IndexEntry,
    Matches,
)
from seedsearch.engines.query import Field, Query, Term
from seedsearch.errors import IndexDamaged

if TYPE_CHECKING:
    from seedsearch.engines.batch import (
        Batch,
    )

# What a packer made; opaque, and it pickles.
Pack: TypeAlias = Any


class Packer(Protocol):
    """Prepares entries for a writer; may go to another process, where the work is then done."""

    def pack(self, batch: Batch) -> Pack:
        """The entries as the writer takes them."""


class Writer(Protocol):
    """Changes to an engine: leaving normally commits all of them at once, leaving by an exception none."""

    def put(self, entry: IndexEntry) -> None:
        """Add the entry, in the place of any with the same doc_id."""

    def packer(self, sample: Sequence[IndexEntry] = ()) -> Packer:
        """What packs entries for `add`; an empty engine may fit itself to the texts of `sample`."""

    def add(self, pack: Pack) -> None:
        """Put every entry of a pack, in their order."""

    def put_metadata(self, name: str, content: bytes) -> None:
        """Keep something beside the entries, in the place of what had that name."""

    def remove(self, doc_id: str) -> None:
        """Take the entry out; nothing happens where there is none."""

    def clear(self) -> None:
        """Take out every entry and all that was kept before this writer."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Engine(Protocol):
    """An index of entries, as of one commit.

    `budget` is looked at in every loop over documents or terms; one without a limit where none is set. An engine
    answers one question at a time: what several threads ask, the caller puts one after the other.
    """

    budget: Budget

    @property
    def generation(self) -> int:
        """The number of the commit that it sees; that of a later one is larger, unless the index was made anew."""

    def refresh(self) -> bool:
        """See what was committed last; whether that is something new. Cheap where it is not.

        Raises what `open_engine` raises where the index is gone, or is one that can not be read here.
        """

    def info(self) -> EngineInfo:
        """How much it holds; terms that only deleted documents have may still be counted."""

    def digests(self) -> Mapping[str, str]:
        """doc_id → digest of every entry."""

    def stored(self) -> Iterator[bytes]:
        """What was stored with each entry, in the order of doc_id."""

    def vocabulary(self, field: Field, prefix: str = "") -> Iterator[tuple[str, int]]:
        """The terms of a field that begin with `prefix`, sorted, each with the number of documents that have it."""

    def document_frequencies(self, terms: Sequence[Term]) -> tuple[int, list[int]]:
        """How many documents there are, and how many have each term."""

    def writer(self) -> Writer:
        """A context manager for changes; raises IndexLocked where another one is open."""

    def search(self, query: Query, limit: int) -> Matches:
        """The `limit` best matches, by score and then by doc_id, and how many match in all.

        Scores are sums of weighted Okapi BM25 (K1 1.2, B 0.75) over the terms of `Ranked`, 0 for any other query.
        """

    def every_match(self, query: Query) -> Iterator[tuple[str, bytes]]:
        """The doc_id and what was stored of every match, in the order of `search`; no text is read."""

    def count(self, queries: Sequence[Query]) -> list[int]:
        """How many documents match each query; for `Ranked` ones an engine may read ahead what `search` will need."""

    def exists(self, queries: Sequence[Query]) -> list[bool]:
        """Whether any document matches each query."""

    def metadata(self, name: str) -> bytes | None:
        """What a writer kept under this name."""

    def close(self) -> None:
        """Give back what it holds open."""


def open_engine(
    folder: Path, fingerprint: str, *, create: bool = False, replace: bool = False, cache_bytes: int | None = None
) -> Engine:
    """The embedded engine over `folder`; `cache_bytes` of what questions worked out are kept (None: as it likes).

    Raises IndexMissing where there is none (unless `create`), IndexStale where it was made with another fingerprint,
    IndexDamaged where it can not be read; with `replace` a stale or damaged one is thrown away instead.
    """
    from seedsearch.engines.embedded import EmbeddedEngine

    return EmbeddedEngine(folder, fingerprint, create=create, replace=replace, cache_bytes=cache_bytes)


def faults(folder: Path) -> list[str]:
    """What is wrong with the files of the index in `folder`, a sentence each; nothing where all is as it was written.

    Raises IndexMissing where there is none and IndexStale where this version can not tell.
    """
    from seedsearch.engines.embedded import faults as found

    try:
        return list(found(folder))
    except IndexDamaged as error:
        return [error.what]
