"""The engine interface: terms in, documents and scores out.

An engine stores entries and answers query trees. Cleaning, tokenizing, reading what was typed, snippets and
collapsing are above the seam. What the program calls is here, and nothing else is. One contract suite
(tests/engine_contract.py) is a class that the tests of each engine subclass; it calls what the program calls, and
compares random histories with `memory`, the brute-force reference. `choice` says which engine a folder or a URL means.
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
    """What a packer made of a batch, for `Writer.add` of the same engine: opaque to everybody else, and it pickles.

    An engine derives its own kind of pack from this, and `add` raises TypeError for that of another engine.
    """

    __slots__ = ()


class Packer(Protocol):
    """Prepares entries for a writer. It pickles: where it goes to another process, the work is done there."""

    def pack(self, batch: Batch) -> Pack:
        """Return the entries as the writer takes them."""


class Writer(Protocol):
    """Changes to an engine: leaving normally commits all of them at once, leaving by an exception none.

    The changes count in the order in which they are made: the last pack or removal of a doc_id decides.
    """

    def packer(self, sample: Sequence[IndexEntry] = ()) -> Packer:
        """Return what packs entries for `add`; an empty engine may fit itself to the texts of `sample`."""

    def add(self, pack: Pack) -> None:
        """Add every entry of a pack, in their order, each in the place of any with the same doc_id."""

    def remove(self, doc_id: str) -> None:
        """Take the entry out; nothing happens if there is none."""

    def clear(self) -> None:
        """Take out every entry and all metadata of before this writer; what it has added itself stays."""

    def put_metadata(self, name: str, content: bytes) -> None:
        """Store bytes beside the entries, in the place of what had that name."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


@runtime_checkable
class Refusing(Protocol):
    """What a writer has besides where an entry may be more than the engine takes."""

    def refused(self) -> Mapping[str, str]:
        """Return why entries added since the last call were refused, by doc_id, after trying all of them.

        Refused entries are not in the index, and neither are those that they were to replace. If nobody calls this,
        leaving the writer raises.
        """


@runtime_checkable
class Sending(Protocol):
    """What a writer has besides where those who pack may send as well, so that it is not the one who sends all."""

    def sending_packer(self) -> Packer:
        """Return a packer that sends what it packs, in another process. Call it after the last `clear`.

        Leave the writer normally only if every pack of it was added, because packs that were not added have been sent
        too.
        """


@dataclass(frozen=True, slots=True)
class Finding:
    """What there is to say of where an index is kept: to be put right (True), worth knowing (False), or well (None)."""

    is_fault: bool | None
    says: str


@runtime_checkable
class Hosted(Protocol):
    """What an engine has besides where others keep the index for it."""

    def condition(self) -> Iterator[Finding]:
        """Yield how that stands. Works on an engine that was opened without a fingerprint, too."""


@runtime_checkable
class Distant(Protocol):
    """Additional methods of an engine with a high latency per request.

    Such an engine caches its counts, so it pays to request more at once than is needed at first.
    """

    def ahead(self, best: Sequence[tuple[Query, int]] = (), near: Sequence[Fuzzy] = ()) -> None:
        """Ask at once for what calls to come will ask for: `search` of each query with its limit, and `vocabulary` of
        the field `word` near each of these.
        """


class ShareOf(NamedTuple):
    """What one of several writers sends: its name, and of what it is a share, alike for all that belong together."""

    name: str
    whole: str
    is_done: bool


@runtime_checkable
class Shared(Protocol):
    """What an engine has besides where several writers may be at work at once, from any machine, each at a share."""

    def shares(self) -> Sequence[ShareOf]:
        """Return the shares that were done or being written when the engine looked last: it was opened or refreshed, or
        a writer of its own was left. Of several writers that end at once one alone sees all of them done.
        """

    def share_writer(self, name: str, whole: str, *, anew: bool = False) -> Writer:
        """Return a context manager for a share of changes that nobody sees before a writer joins it.

        Those of a whole that begins `anew` take the place of all there was.
        Shares of a whole have no entry in common. Raises IndexLocked where another one writes this share or the whole
        index, and beside shares of another whole. One that was left by an exception or died may be written again.
        """

    def joining_writer(self, wholes: Collection[str]) -> Writer:
        """Return a writer to whose changes those of all shares of these wholes belong that are done; others are lost.

        The engine sees them as well until the writer is left. Of their metadata that of the last one counts.
        """

    def every_metadata(self, name: str) -> list[bytes]:
        """Return what is stored under a name by the commit and by each of the shares that a writer has joined."""


class Engine(Protocol):
    """An index of entries, as of one commit.

    `budget` is checked in every loop over documents or terms; by default it has no limit. An engine answers one
    query at a time: the caller serializes the queries of several threads.
    """

    budget: Budget

    @property
    def generation(self) -> int:
        """The number of the commit that it sees; that of a later one is larger, unless the index was rebuilt."""

    def refresh(self) -> bool:
        """See what was committed last; whether that is something new. Cheap where it is not.

        Raises what opening raises where the index is gone, or is one that cannot be read here.
        """

    def info(self) -> EngineInfo:
        """Return how much it holds; terms that only deleted documents have may still be counted."""

    def digests(self) -> Mapping[str, str]:
        """doc_id → digest of every entry."""

    def stored(self) -> Iterator[bytes]:
        """Return what was stored with each entry, in the order of doc_id."""

    def entries(self) -> Iterator[IndexEntry]:
        """Return every entry as it was added, its tags sorted, in the order of doc_id: for a copy of the index."""

    def vocabulary(self, field: Field, prefix: str = "", near: Fuzzy | None = None) -> Iterator[tuple[str, int]]:
        """Return the terms of a field that begin with `prefix`, sorted, each with the number of documents that have it.

        With `near` those that it accepts.
        """

    def document_frequencies(self, terms: Sequence[Term]) -> tuple[int, list[int]]:
        """Return the number of documents, and for each term the number of those that have it."""

    def writer(self) -> Writer:
        """Return a context manager for changes to the last commit; raises IndexLocked where another one is open."""

    def search(self, query: Query, limit: int, offset: int = 0) -> Matches:
        """Return the `limit` best matches from `offset` on, by score and then by doc_id, and how many match in all.

        Scores are sums of weighted Okapi BM25 (K1 1.2, B 0.75) over the terms of `Ranked`, 0 for any other query.
        """

    def every_match(self, query: Query, prefix: str = "", *, descending: bool = False) -> Iterator[tuple[str, bytes]]:
        """Return the doc_id and what was stored of every match; no text is read.

        In the order of `search`, or, with the `prefix` of tags, in that of `in_order`.
        """

    def tally(self, query: Query, prefix: str) -> list[tuple[str, int]]:
        """Return the terms of the field `tag` that begin with `prefix` and that a match has.

        Sorted, each with the number of matches that have it.
        """

    def in_order(
        self, query: Query, prefix: str, *, descending: bool = False, offset: int = 0, limit: int = 10
    ) -> Matches:
        """Return the matches from `offset` on, `limit` at most, in the order of their tags, and how many match in all.

        Of each document the first of its tags that begin with `prefix` counts, or `descending` the last; documents of
        the same are in the order of doc_id, those without one come last, and the score of all is 0. Every page costs
        the same.
        """

    def count(self, queries: Sequence[Query]) -> list[int]:
        """Return how many documents match each query; for `Ranked` ones an engine may read ahead what `search` will
        need.
        """

    def exists(self, queries: Sequence[Query]) -> list[bool]:
        """Return whether any document matches each query."""

    def metadata(self, name: str) -> bytes | None:
        """Return the bytes that a writer stored under this name; None if there are none."""

    def check(self) -> list[str]:
        """Verify all that is stored, as of the last commit; a sentence for each damaged part, none where all is well.

        Works on an engine that was opened without a fingerprint (`choice.check`), too.
        """

    def close(self) -> None:
        """Give back what it holds open."""
