"""The engine interface: terms in, documents and scores out.

An engine stores entries and answers query trees. Cleaning, tokenizing, query parsing, snippets and collapsing are above
this interface, which has exactly what the program calls. The tests of each engine subclass one contract suite
(tests/engine_contract.py), which calls the same methods and compares random histories with `memory`, the brute-force
reference. `choice` maps a folder or a URL to its engine.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Protocol, Self, runtime_checkable

from seedsearch.engines.budget import Budget
from seedsearch.engines.entries import (
    EngineInfo,
    IndexEntry,
    Matches,
)
from seedsearch.engines.query import Field, Fuzzy, Query, Term

if TYPE_CHECKING:
    from seedsearch.engines.batch import (
        Batch,
    )


class Pack:
    """The output of a packer, for `Writer.add` of the same engine: opaque to all others, and picklable.

    Each engine has its own subclass; `add` raises TypeError for that of another engine.
    """

    __slots__ = ()


class Packer(Protocol):
    """Prepares entries for a writer. It is picklable, so the work can be done in another process."""

    def pack(self, batch: Batch) -> Pack:
        """Return the entries in the form that the writer takes."""


class Writer(Protocol):
    """A transaction: leaving it normally commits all changes at once, leaving it by an exception commits none.

    Changes take effect in order: the last pack or removal of a doc_id decides.
    """

    def packer(self, sample: Sequence[IndexEntry] = ()) -> Packer:
        """Return the packer of entries for `add`; an empty engine may adapt to the texts of `sample`."""

    def add(self, pack: Pack) -> None:
        """Add the entries of a pack in order, each replacing any with the same doc_id."""

    def remove(self, doc_id: str) -> None:
        """Remove the entry, if there is one."""

    def clear(self) -> None:
        """Remove all entries and metadata from before this writer; its own additions stay."""

    def put_metadata(self, name: str, content: bytes) -> None:
        """Store bytes as metadata, replacing what had that name."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


@runtime_checkable
class Refusing(Protocol):
    """Additional methods of a writer whose engine may refuse entries."""

    def refused(self) -> Mapping[str, str]:
        """Return why entries added since the last call were refused, by doc_id, after trying all of them.

        Refused entries are not in the index, and neither are those that they were to replace. If nobody calls this,
        leaving the writer raises.
        """


@runtime_checkable
class Sending(Protocol):
    """Additional methods of a writer whose packers may send entries themselves."""

    def sending_packer(self) -> Packer:
        """Return a packer that sends what it packs, in another process. Call it after the last `clear`.

        Leave the writer normally only if every pack of it was added, because packs that were not added have been sent
        too.
        """


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding about where an index is stored: a fault to fix (True), a note (False), or fine (None)."""

    is_fault: bool | None
    says: str


@runtime_checkable
class Hosted(Protocol):
    """Additional methods of an engine whose index is on a server."""

    def condition(self) -> Iterator[Finding]:
        """Yield findings about the server. Also works on an engine opened without a fingerprint."""


@runtime_checkable
class Distant(Protocol):
    """Additional methods of an engine with a high latency per request.

    Such an engine caches its counts, so it pays to request more at once than is needed at first.
    """

    def ahead(self, best: Sequence[tuple[Query, int]] = (), near: Sequence[Fuzzy] = ()) -> None:
        """Fetch in one request what later calls will need: `search` of each query with its limit, and `vocabulary` of
        the field `word` near each of these.
        """


class ShareOf(NamedTuple):
    """One share of a joint transaction: its name, and the name of the whole, equal for all shares that belong
    together.
    """

    name: str
    whole: str
    is_done: bool


@runtime_checkable
class Shared(Protocol):
    """Additional methods of an engine to which several writers, on any machines, may write shares at the same time."""

    def shares(self) -> Sequence[ShareOf]:
        """Return the shares finished or being written when the engine last looked: when it was opened or refreshed, or
        left a writer of its own. Of several writers that end at once, exactly one sees all of them finished.
        """

    def share_writer(self, name: str, whole: str, *, anew: bool = False) -> Writer:
        """Return a context manager for a share of changes, invisible until a writer joins it.

        The shares of a whole that begins `anew` replace the old index. Shares of a whole have no entry in common.
        Raises IndexLocked if another process writes this share or the whole index, or if there are shares of another
        whole. A share that was left by an exception or whose process died may be written again.
        """

    def joining_writer(self, wholes: Collection[str]) -> Writer:
        """Return a writer whose commit includes all finished shares of these wholes; other shares are discarded.

        The engine sees them until the writer is left. Of their metadata, that of the last share counts.
        """

    def every_metadata(self, name: str) -> list[bytes]:
        """Return what the commit, and each share that a writer has joined, stored under a name."""


class Engine(Protocol):
    """An index as of one commit.

    `budget` is checked in every loop over documents or terms; by default it has no limit. An engine answers one
    query at a time: the caller serializes the queries of several threads.
    """

    budget: Budget

    @property
    def generation(self) -> int:
        """The number of the commit that it sees; later commits have larger numbers, unless the index was rebuilt."""

    def refresh(self) -> bool:
        """Move on to the latest commit; return whether it is a new one. Cheap if it is not.

        Raises the same errors as opening if the index is gone or cannot be read.
        """

    def info(self) -> EngineInfo:
        """Return the size of the index; terms that only deleted documents have may still be counted."""

    def digests(self) -> Mapping[str, str]:
        """Return the digest of every entry by doc_id."""

    def stored(self) -> Iterator[bytes]:
        """Return the stored data of each entry, in the order of doc_id."""

    def entries(self) -> Iterator[IndexEntry]:
        """Return every entry as added, with its tags sorted, in the order of doc_id, for copying the index."""

    def vocabulary(self, field: Field, prefix: str = "", near: Fuzzy | None = None) -> Iterator[tuple[str, int]]:
        """Return the terms of a field that begin with `prefix`, sorted, each with the number of documents that have it.

        With `near`, only the terms that it accepts.
        """

    def document_frequencies(self, terms: Sequence[Term]) -> tuple[int, list[int]]:
        """Return the number of documents, and the number of those that have each term."""

    def writer(self) -> Writer:
        """Return a context manager for changes to the last commit; raises IndexLocked if another writer is open."""

    def search(self, query: Query, limit: int, offset: int = 0) -> Matches:
        """Return `limit` matches from `offset` on, ordered by score and then doc_id, and the total number of matches.

        Scores are sums of weighted Okapi BM25 (K1 1.2, B 0.75) over the terms of `Ranked`, 0 for any other query.
        """

    def every_match(self, query: Query, prefix: str = "", *, descending: bool = False) -> Iterator[tuple[str, bytes]]:
        """Return the doc_id and the stored data of every match, without reading texts.

        In the order of `search`, or, with a `prefix` of tags, of `in_order`.
        """

    def tally(self, query: Query, prefix: str) -> list[tuple[str, int]]:
        """Return the terms of the field `tag` that begin with `prefix` and occur in a match.

        They are sorted, each with the number of matches that have it.
        """

    def in_order(
        self, query: Query, prefix: str, *, descending: bool = False, offset: int = 0, limit: int = 10
    ) -> Matches:
        """Return at most `limit` matches from `offset` on, in the order of their tags, and the total number of matches.

        A document is ordered by the first of its tags that begin with `prefix`, or by the last if `descending`; equal
        ones by doc_id; those without such a tag come last. All scores are 0. Every page costs the same.
        """

    def count(self, queries: Sequence[Query]) -> list[int]:
        """Return the number of documents that match each query; for `Ranked` queries an engine may read ahead what
        `search` will need.
        """

    def exists(self, queries: Sequence[Query]) -> list[bool]:
        """Tell for each query whether any document matches."""

    def metadata(self, name: str) -> bytes | None:
        """Return the bytes that a writer stored under this name; None if there are none."""

    def check(self) -> list[str]:
        """Verify all data of the last commit; return a sentence for each damaged part.

        Also works on an engine opened without a fingerprint (`choice.check`).
        """

    def close(self) -> None:
        """Release all resources."""
