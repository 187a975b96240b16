"""Writes to an index: documents are sent as they come, invisibly, and one swap of the manifest commits them."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import islice
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from zlib import crc32

import numpy as np

from seedsearch import engines
from seedsearch.engines.entries import IndexEntry
from seedsearch.engines.opensearch.control import Control
from seedsearch.engines.opensearch.counting import sums, sums_of
from seedsearch.engines.opensearch.manifest import GRAMS, Commit, Kept, Manifest, Part, damaged
from seedsearch.engines.opensearch.mapping import OWNER, Json, data_index, key_of
from seedsearch.engines.opensearch.packing import Pack, Packed, Sent, least, united
from seedsearch.engines.opensearch.right import OfPart, Right, Whole, with_part
from seedsearch.engines.opensearch.sending import BULK, Packer, Sender, Target, line_of
from seedsearch.engines.opensearch.wire import WRITING, Absent, Conflict, Wire
from seedsearch.errors import IndexUnreachable, SeedsearchError

if TYPE_CHECKING:
    from seedsearch.engines.opensearch import OpenSearchEngine

SENDING = 2  # concurrent requests with documents
KEYS = 1000  # documents looked up or changed per request
# Seconds for which removed documents stay for readers of the previous commit.
GRACE = 600
SHARDS = 4  # maximum number of shards of a new index, one per node, unless the URL specifies it


class OpenSearchWriter:
    """One transaction. What it sends becomes part of the index only when it is left without an exception."""

    def __init__(
        self,
        engine: OpenSearchEngine,
        wire: Wire,
        control: Control,
        wanted: Whole | OfPart,
        *,
        forgiving: bool,
    ) -> None:
        self._engine = engine
        self._wire = wire
        self._control = control
        self._right = Right(control, wanted, forgiving=forgiving)
        self._number = self._right.number
        self._documents: dict[str, tuple[str, str]] = {}  # key → id in the index of what this writer added last
        self._undone: list[str] = []
        self._removed: dict[str, None] = {}  # keys
        self._kept: dict[str, bytes] = {}
        self._refused: dict[str, str] = {}  # id in the index → reason for refusal
        self._grams = np.zeros(0, dtype=np.uint64)
        self._count = 0
        self._has_sent = False  # or another process may have sent
        self._pending: list[bytes] = []
        self._size = 0
        self._pool = ThreadPoolExecutor(SENDING)
        self._sent: list[Future[None]] = []
        self._base, self._data, self._joined = Commit(), "", tuple[Part, ...]()
        with self._given_up_by_errors():
            self._base = engine.base(self._right.manifest.commit)
            self._cleared = not self._base.generation
            self._begin()

    def _begin(self) -> None:
        """Clean up after other writers, and begin from the last commit."""
        self._data = self._base.data
        self._sweep()
        self._engine.see(self._right.manifest)

    def packer(self, sample: Sequence[IndexEntry] = ()) -> Packer:
        """Return the packer for `add`, for any process."""
        return Packer()

    def sending_packer(self) -> Packer:
        """Return a packer for `add` that sends the entries itself in any other process."""
        self._made()
        self._has_sent = True
        wire = self._wire
        return Packer(Target(wire.address, wire.credentials, self._alias, self._number, os.getpid()))

    def add(self, pack: engines.Pack) -> None:
        """Add every entry of a pack, in their order, each in the place of any with the same doc_id."""
        if isinstance(pack, Sent):
            if pack.number != self._number:
                raise ValueError("a pack that another writer has sent")
            self._right.said_if_lost()
            for doc_id, key, id_ in pack.documents:
                self._added(key, id_, doc_id)
            self._refused |= pack.refused
        elif isinstance(pack, Pack):
            self._made()
            for document in pack.documents:
                self._count += 1
                id_ = f"{document.key}-{self._number:x}-{self._count:x}"
                self._added(document.key, id_, document.doc_id)
                self._take(id_, document)
        else:
            raise TypeError("a pack of another engine")
        self._grams = united(self._grams, pack.grams)

    def _added(self, key: str, id_: str, doc_id: str) -> None:
        self._undo(key)
        self._has_sent = True
        self._documents[key] = id_, doc_id
        self._removed[key] = None

    def _take(self, id_: str, document: Packed) -> None:
        """Queue a document for sending."""
        if (why := self._sender.too_large(document)) is not None:
            self._refused[id_] = why
            return
        self._pending.append(line_of(id_, document, self._number))
        self._size += len(self._pending[-1])
        if self._size >= BULK:
            self._send()

    def remove(self, doc_id: str) -> None:
        """Remove the entry, if there is one."""
        key = key_of(doc_id)
        self._undo(key)
        self._removed[key] = None

    def clear(self) -> None:
        """Remove all entries and metadata from before this writer; its own additions stay."""
        if not self._cleared:
            self._base, self._cleared, self._joined = Commit(self._base.generation), True, ()
            if self._documents:
                self._move()
            else:
                self._data = ""

    def put_metadata(self, name: str, content: bytes) -> None:
        """Store bytes as metadata of this commit."""
        self._kept[name] = content

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._give_up()
            return
        with self._given_up_by_errors():
            self._commit()
        self._end()
        self._engine.see(self._right.manifest)

    def _undo(self, key: str) -> None:
        if (before := self._documents.pop(key, None)) is not None:
            self._undone.append(before[0])

    # Sending.

    @property
    def _alias(self) -> str:
        return alias_of(self._data)

    @property
    def _sender(self) -> Sender:
        return Sender(self._wire, self._alias)

    def _made(self) -> None:
        """Create the data index if this writer needs a new one."""
        if self._data:
            return
        self._data = data_name(self._control.name, self._number)
        self._make()

    def _make(self) -> None:
        """Create the data index if it does not exist."""
        address = self._wire.address
        shards = address.shards or min(SHARDS, self._nodes())
        body = data_index(shards, address.replicas, self._control.name, self._alias)
        with suppress(Conflict):  # a repeated request, or another part was faster
            self._wire.ask("PUT", [self._data], body, timeout=WRITING)

    def _nodes(self) -> int:
        return int(self._wire.ask("GET", ["_cluster", "health"])["number_of_data_nodes"])

    def _send(self) -> None:
        """Send the pending documents in the background, with a limited number of concurrent requests."""
        if not self._pending:
            return
        body, self._pending, self._size = b"".join(self._pending), [], 0
        while len(self._sent) >= SENDING + 1:
            self._sent.pop(0).result()
        self._sent.append(self._pool.submit(self._bulk, body))
        self._right.said_if_lost()

    def _all_sent(self) -> None:
        self._send()
        while self._sent:
            self._sent.pop(0).result()

    def _bulk(self, body: bytes) -> None:
        """Send documents until all are accepted or refused."""
        try:
            self._refused |= self._sender.bulk(body)
        except Absent as error:
            raise self._right.lost() from error

    def refused(self) -> dict[str, str]:
        """Return the reasons for refused documents by doc_id; these are not in the index."""
        self._all_sent()
        found = {}
        for key, (id_, doc_id) in list(self._documents.items()):
            if (why := self._refused.pop(id_, None)) is not None:
                found[doc_id] = why
                del self._documents[key]
        for id_ in self._undone:
            self._refused.pop(id_, None)
        return found

    def _move(self) -> None:
        """Move this writer's documents to the new data index."""
        before = self._data
        self._all_sent()
        self._wire.refresh(before)
        self._data = ""
        self._made()
        body = {
            "source": {"index": before, "query": {"term": {"born": self._number}}},
            "dest": {"index": self._data, "op_type": "index"},
        }
        self._wire.ask("POST", ["_reindex"], body, timeout=WRITING * 10, refresh="true")

    # The commit.

    def _commit(self) -> None:
        buried = self._arrived()
        commit = self._next(buried)
        if commit == self._base:
            self._release(lost=self._has_sent)
            return
        now = int(time.time())
        died = [part.holder.number for part in self._joined] + ([self._number] if buried else [])

        def committed(manifest: Manifest) -> Manifest:
            given_up = [part for part in manifest.parts if part not in self._joined]
            old = dict.fromkeys([manifest.commit.data, *(part.data for part in given_up)])
            return replace(
                self._seen_with(manifest),
                commit=commit,
                dead=(*manifest.dead, *((number, now) for number in died)),
                old=(*manifest.old, *((name, now) for name in old if name and name != commit.data)),
                holder=None,
                parts=(),
            )

        self._right.change(committed)
        with suppress(SeedsearchError, Absent):
            self._control.forget(commit.kept.values())

    def _arrived(self) -> int:
        """Wait until everything sent has arrived; return the number of documents that it replaces."""
        self._made()
        self._all_sent()
        for some in _portions(self._undone):
            lines = "".join(json.dumps({"delete": {"_id": id_}}) + "\n" for id_ in some)
            self._bulk(lines.encode())
        for doc_id, why in self.refused().items():
            what = f"{self._wire.address} does not take {doc_id}: {why}"
            raise IndexUnreachable(what, hint="leave it out with --exclude")
        self._wire.refresh(self._data)
        return self._bury()

    def _seen_with(self, manifest: Manifest) -> Manifest:
        """Return a manifest in which only the parts that this writer has joined are visible."""
        lost = (part.holder.number for part in manifest.parts if part not in self._joined)
        return replace(manifest, lost=(*manifest.lost, *lost))

    @property
    def _manifest(self) -> Manifest:
        return self._seen_with(self._right.manifest)

    def _next(self, buried: int) -> Commit:
        """Return the new commit, which is the base if nothing has changed."""
        fingerprint = self._engine.fingerprint or ""
        if self._documents or self._joined:
            known = self._hashes()
            if len(found := united(known, self._grams)) != len(known) or (found != known).any():
                self._kept[GRAMS] = found.tobytes()
        kept: dict[str, Kept] = dict(self._base.kept)
        for name, content in self._kept.items():
            before = kept.get(name)
            if before is None or (before.size, before.checksum) != (len(content), crc32(content)):
                kept[name] = self._control.keep(name, content)
        data = self._data
        is_same = not (self._documents or buried or self._joined) and (kept, data) == (self._base.kept, self._base.data)
        if is_same and self._base.generation and not self._cleared and self._base.fingerprint == fingerprint:
            return self._base
        manifest = self._manifest
        documents, grams, words = sums_of(self._wire.search(data, sums(manifest.seen(self._number))))
        generation = manifest.commit.generation + 1
        return Commit(generation, fingerprint, self._number, data, documents, grams, words, kept)

    def _hashes(self) -> Any:
        before = self._base.kept.get(GRAMS)
        content = b"" if before is None else self._control.kept(GRAMS, before)
        return least(np.frombuffer(content, dtype=np.uint64))

    def _bury(self) -> int:
        """Mark replaced and removed documents as removed by this writer; return their number."""
        if not (self._base.documents and self._data == self._base.data):
            return 0
        buried = 0
        for some in _portions(self._removed):
            rows = list(self._living(some))
            lines = [
                f"{json.dumps({'update': {'_id': id_, 'retry_on_conflict': 3}})}\n"
                f"{json.dumps({'doc': {'died': sorted({*died, self._number})}})}\n"
                for id_, died in rows
            ]
            if lines:
                self._bulk("".join(lines).encode())
            buried += len(lines)
        if buried:
            self._wire.refresh(self._data)
        return buried

    def _living(self, keys: Sequence[str]) -> Iterator[tuple[str, list[int]]]:
        """Yield id and removal numbers of the documents with these keys that are visible before this commit."""
        seen = self._manifest.seen(self._base.number)
        body = {
            "size": len(keys),
            "query": {"bool": {"filter": [*seen, {"terms": {"key": list(keys)}}]}},
            "_source": False,
            "docvalue_fields": ["died"],
        }
        for hit in self._wire.search(self._data, body)["hits"]["hits"]:
            yield hit["_id"], hit.get("fields", {}).get("died", [])

    # The write lock.

    @contextmanager
    def _given_up_by_errors(self) -> Iterator[None]:
        """Roll back if an error leaves the block; report missing objects by our own errors."""
        try:
            yield
        except Absent as error:
            why = self._without(error)
            self._give_up()
            raise why from error
        except BaseException:
            self._give_up()
            raise

    def _without(self, error: Absent) -> SeedsearchError:
        """Return the error for a missing object that this writer needs, depending on whether another writer has removed
        it.
        """
        return self._right.lost() if self._right.was_taken() else damaged(self._control.where, str(error))

    def _release(self, *, lost: bool) -> None:
        """Release the lock; with `lost`, the documents with this number are to be removed."""

        def released(manifest: Manifest) -> Manifest:
            numbers = (*manifest.lost, self._number) if lost else manifest.lost
            mine = with_part(manifest, self._right.token, lambda part: None)
            return replace(mine, holder=None, lost=numbers)

        self._right.change(released)

    def _give_up(self) -> None:
        """Roll back; the next writer removes the rest."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        if self._right.is_held:
            with suppress(SeedsearchError, Absent):
                self._release(lost=self._has_sent or self._data != self._base.data)
        self._end()

    def _end(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._right.leave()

    # Cleaning up after others.

    def _sweep(self) -> None:
        """Remove the documents of writers that did not commit, and documents removed long enough ago."""
        manifest = self._right.manifest
        now = int(time.time())
        lost = [number for number in manifest.lost if number > manifest.swept]
        dead = [number for number, at in manifest.dead if now - at > GRACE]
        old = [name for name, at in manifest.old if now - at > GRACE]
        indexes = dict.fromkeys([manifest.commit.data, *(part.data for part in manifest.parts)])
        if not (lost or dead or old):
            return
        self._drop({*old, *(data_name(self._control.name, number) for number in lost)} - indexes.keys())
        for data in filter(None, indexes if lost or dead else ()):
            with suppress(Absent):  # one that a part had not made yet when it died
                self._forget(data, manifest, lost, dead)
        # The documents of finished parts may still be lost later.
        first = min((part.holder.number for part in manifest.parts), default=manifest.next)

        def swept(manifest: Manifest) -> Manifest:
            return replace(
                manifest,
                swept=min(max([manifest.swept, *lost]), first - 1),
                dead=tuple(row for row in manifest.dead if row[0] not in dead),
                old=tuple(row for row in manifest.old if row[0] not in old),
            )

        self._right.change(swept)

    def _drop(self, names: Collection[str]) -> None:
        """Delete the existing indexes among these that are ours."""
        for name, found in self._wire.ask("GET", [f"{self._control.name}-*", "_mapping"]).items():
            if name in names and found["mappings"].get("_meta", {}).get(OWNER) == self._control.name:
                with suppress(Absent):
                    self._wire.ask("DELETE", [name], timeout=WRITING)

    def _forget(self, data: str, manifest: Manifest, lost: Sequence[int], dead: Sequence[int]) -> None:
        """Remove documents from an index, and removal marks of writers that did not commit."""
        self._wire.refresh(data)
        gone: Json = {
            "bool": {
                "should": [{"terms": {"born": list(lost)}}, {"terms": {"died": list(dead)}}],
                "minimum_should_match": 1,
            }
        }
        self._wire.ask(
            "POST",
            [data, "_delete_by_query"],
            {"query": gone},
            timeout=WRITING * 10,
            conflicts="proceed",
            refresh="true",
        )
        undead: Json = {"terms": {"died": list(lost)}}
        while lost:
            body = {"size": KEYS, "query": undead, "_source": False, "docvalue_fields": ["died"]}
            hits = self._wire.search(data, body)["hits"]["hits"]
            if not hits:
                return
            lines = ""
            for hit in hits:
                died = [number for number in hit["fields"]["died"] if number not in lost]
                lines += json.dumps({"update": {"_id": hit["_id"]}}) + "\n" + json.dumps({"doc": {"died": died}}) + "\n"
            Sender(self._wire, alias_of(data)).bulk(lines.encode())
            self._wire.refresh(data)


class JoiningWriter(OpenSearchWriter):
    """A writer that joins the finished parts of a whole, as if it had sent them."""

    def __init__(
        self,
        engine: OpenSearchEngine,
        wire: Wire,
        control: Control,
        belongs: Callable[[Part], bool],
    ) -> None:
        self._belongs = belongs
        super().__init__(engine, wire, control, Whole(), forgiving=False)

    def _begin(self) -> None:
        super()._begin()
        self._joined = tuple(part for part in self._right.manifest.parts if self._belongs(part))
        if not self._joined:
            return
        base, number = self._base, self._number - 1
        self._data = self._joined[0].data
        if self._data != base.data:  # they replace the old index
            base = Commit(base.generation)
        self._wire.refresh(self._data)
        documents, grams, words = sums_of(self._wire.search(self._data, sums(self._manifest.seen(number))))
        kept = {name: one for part in self._joined for name, one in part.kept.items() if name != GRAMS}
        if GRAMS in base.kept:
            kept[GRAMS] = base.kept[GRAMS]
        for part in self._joined:
            if (hashes := part.kept.get(GRAMS)) is not None:
                self._grams = united(self._grams, np.frombuffer(self._control.kept(GRAMS, hashes), dtype=np.uint64))
        self._base = replace(
            base,
            fingerprint=self._engine.fingerprint or "",
            number=number,
            data=self._data,
            documents=documents,
            gram_length=grams,
            word_length=words,
            kept={**base.kept, **kept},
        )
        self._cleared = False
        self._engine.see(replace(self._manifest, commit=self._base), [base.kept, *(part.kept for part in self._joined)])

    def _give_up(self) -> None:
        super()._give_up()
        self._engine.see(self._right.manifest)


class PartWriter(OpenSearchWriter):
    """A writer of one of several parts: when it is left, its documents have arrived, invisible until a writer joins
    them.
    """

    def _begin(self) -> None:
        (mine,) = (part for part in self._right.manifest.parts if part.holder.token == self._right.token)
        self._data = mine.data
        if self._data != self._base.data:
            self._make()
        self._engine.see(self._right.manifest)

    def clear(self) -> None:
        """Do nothing if the whole begins anew; raise ValueError otherwise."""
        if self._data == self._base.data:
            raise ValueError("a part cannot begin anew")

    def _commit(self) -> None:
        self._arrived()
        if self._documents:
            self._kept[GRAMS] = self._grams.tobytes()
        kept = {name: self._control.keep(name, content) for name, content in self._kept.items()}
        self._right.change(
            lambda manifest: with_part(manifest, self._right.token, lambda part: replace(part, is_done=True, kept=kept))
        )


def _portions(items: Iterable[str]) -> Iterator[list[str]]:
    """Yield portions for one request each."""
    left = iter(items)
    while some := list(islice(left, KEYS)):
        yield some


def alias_of(data: str) -> str:
    """Return the alias to which documents are sent, so that a late request does not create an index."""
    return f"{data}-w"


def data_name(name: str, number: int) -> str:
    """Return the name of the data index that a writer creates."""
    return f"{name}-{number:06}"
