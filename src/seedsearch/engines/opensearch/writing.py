"""Changes to an index: documents are sent as they come, unseen, and one swap of the manifest makes them count."""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from threading import Event, RLock, Thread
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from uuid import uuid4
from zlib import crc32

import numpy as np

from seedsearch import engines
from seedsearch.engines.entries import IndexEntry
from seedsearch.engines.opensearch.control import Control, Version, has_ended, this_host, this_process
from seedsearch.engines.opensearch.counting import sums, sums_of
from seedsearch.engines.opensearch.manifest import GRAMS, Commit, Holder, Kept, Manifest, damaged
from seedsearch.engines.opensearch.mapping import OWNER, Json, data_index, key_of
from seedsearch.engines.opensearch.packing import Pack, Packer, least, united
from seedsearch.engines.opensearch.wire import BUSY, WRITING, Absent, Conflict, TooLarge, Wire
from seedsearch.errors import IndexLocked, IndexMissing, IndexUnreachable, SeedsearchError

if TYPE_CHECKING:
    from seedsearch.engines.opensearch import OpenSearchEngine

BULK = 4 << 20  # bytes of documents in one request
SENDING = 2  # requests with documents at once
KEYS = 1000  # documents that are looked up or changed by one request
BEAT = 5.0  # seconds between two signs of life of a writer
# Seconds without one after which another machine takes the right to write. A writer whose connection was cut for so
# long finds that out at its next sign, and its commit is refused.
LEASE = 30.0
# Seconds for which what a commit took out stays for those who read the state before it.
GRACE = 600
SHARDS = 4  # parts of a new index at most, where the URL says nothing: one a node
# The writers of this process that are at work, by their tokens. One that could not give back the right to write, as
# the cluster was gone, is none of them.
_AT_WORK: set[str] = set()
GONE = "another process has taken the right to write"


class OpenSearchWriter:
    """One transaction. Nothing that it sends is part of the index before it is left without an exception."""

    def __init__(self, engine: OpenSearchEngine, wire: Wire, control: Control, *, forgiving: bool) -> None:
        self._engine = engine
        self._wire = wire
        self._control = control
        self._guard = RLock()
        self._version = _taken(control, forgiving)
        holder = self._version.manifest.holder
        assert holder is not None
        self._token, self._number = holder.token, holder.number
        try:
            self._base = engine.base(self._version.manifest.commit)
        except BaseException:
            _AT_WORK.discard(self._token)
            control.write(self._version.manifest.without_holder(), self._version.at)
            raise
        self._data = self._base.data
        self._documents: dict[str, tuple[str, str]] = {}  # key → id in the index of what this writer added last
        self._undone: list[str] = []
        self._removed: dict[str, None] = {}  # keys
        self._kept: dict[str, bytes] = {}
        self._grams = np.zeros(0, dtype=np.uint64)
        self._cleared = not self._base.generation
        self._count = 0
        self._pending: list[bytes] = []
        self._size = 0
        self._pool = ThreadPoolExecutor(SENDING)
        self._sent: list[Future[None]] = []
        self._is_lost: str | None = None
        self._left = Event()
        self._beating = Thread(target=self._beat, daemon=True)
        self._beating.start()
        try:
            self._sweep()
            engine.see(self._version.manifest)
        except BaseException:
            self._give_up()
            raise

    def packer(self, sample: Sequence[IndexEntry] = ()) -> Packer:
        """Return what packs entries for `add`, in any process."""
        return Packer()

    def add(self, pack: engines.Pack) -> None:
        """Add every entry of a pack, in their order, each in the place of any with the same doc_id."""
        if not isinstance(pack, Pack):
            raise TypeError("a pack of another engine")
        self._made()
        for document in pack.documents:
            self._undo(document.key)
            self._count += 1
            id_ = f"{document.key}-{self._number:x}-{self._count:x}"
            self._documents[document.key] = id_, document.doc_id
            self._removed[document.key] = None
            head = json.dumps({"index": {"_id": id_}}).encode()
            self._pending.append(b'%b\n{"born":%d,%b\n' % (head, self._number, document.json))
            self._size += len(self._pending[-1])
            if self._size >= BULK:
                self._send()
        self._grams = united(self._grams, pack.grams)

    def remove(self, doc_id: str) -> None:
        """Take the entry out; nothing happens where there is none."""
        key = key_of(doc_id)
        self._undo(key)
        self._removed[key] = None

    def clear(self) -> None:
        """Take out every entry and all metadata of before this writer; what it has added itself stays."""
        if not self._cleared:
            self._base, self._cleared = Commit(self._base.generation), True
            if self._documents:
                self._move()
            else:
                self._data = ""

    def put_metadata(self, name: str, content: bytes) -> None:
        """Store bytes beside the entries, from this commit on."""
        self._kept[name] = content

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._give_up()
            return
        try:
            self._commit()
        except Absent as error:
            why = self._without(error)
            self._give_up()
            raise why from error
        except BaseException:
            self._give_up()
            raise
        self._end()
        self._engine.see(self._version.manifest)

    def _undo(self, key: str) -> None:
        if (before := self._documents.pop(key, None)) is not None:
            self._undone.append(before[0])

    # Sending.

    @property
    def _alias(self) -> str:
        """Return by which name documents are sent: no index is made by itself for one who comes too late."""
        return f"{self._data}-w"

    def _made(self) -> None:
        """Make the index for documents where this writer needs a new one."""
        if self._data:
            return
        self._data = _data_name(self._control.name, self._number)
        address = self._wire.address
        shards = address.shards or min(SHARDS, self._nodes())
        body = data_index(shards, address.replicas, self._control.name, self._alias)
        with suppress(Conflict):  # a request that came twice: nobody else has this number
            self._wire.ask("PUT", [self._data], body, timeout=WRITING)

    def _nodes(self) -> int:
        return int(self._wire.ask("GET", ["_cluster", "health"])["number_of_data_nodes"])

    def _send(self) -> None:
        """Send what is pending beside what goes on; as many requests as may be under way at once."""
        if not self._pending:
            return
        body, self._pending, self._size = b"".join(self._pending), [], 0
        while len(self._sent) >= SENDING + 1:
            self._sent.pop(0).result()
        self._sent.append(self._pool.submit(self._bulk, self._alias, body))
        self._said_if_lost()

    def _all_sent(self) -> None:
        self._send()
        while self._sent:
            self._sent.pop(0).result()

    def _bulk(self, alias: str, body: bytes) -> None:
        """Send documents until all are taken."""
        lines = body.split(b"\n")[:-1]
        step = 1 if lines and lines[0].startswith(b'{"delete"') else 2
        for wait in (*BUSY, None):
            content = b"\n".join(lines) + b"\n"
            try:
                answer = self._wire.ask("POST", [alias, "_bulk"], content, timeout=WRITING, require_alias="true")
            except Absent as error:
                raise self._lost_now() from error
            except TooLarge as error:
                raise IndexUnreachable(
                    f"{self._wire.address} does not take a document of {len(body):,} bytes",
                    hint="leave the file out with --exclude, or raise http.max_content_length of its nodes",
                ) from error
            again: list[bytes] = []
            for number, item in enumerate(answer.get("items", ())):
                (said,) = item.values()
                if said["status"] == 429 or said["status"] >= 500:
                    again += lines[step * number : step * (number + 1)]
                elif "error" in said and said["status"] != 404:
                    raise self._wire.refused(said["status"], said["error"])
            if not again:
                return
            lines = again
            if wait is None:
                what = f"{self._wire.address} has no room for documents of {len(content):,} bytes"
                raise IndexUnreachable(what, hint="give its nodes more memory, or leave large files out with --exclude")
            time.sleep(wait)

    def _move(self) -> None:
        """Take what this writer has added along to the index that it begins anew with."""
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
        self._made()
        self._all_sent()
        for some in _portions(self._undone):
            lines = "".join(json.dumps({"delete": {"_id": id_}}) + "\n" for id_ in some)
            self._bulk(self._alias, lines.encode())
        self._wire.refresh(self._data)
        buried = self._bury()
        commit = self._next(buried)
        if commit == self._base:
            self._release(lost=bool(self._count))
            return
        now = int(time.time())
        manifest = self._version.manifest
        old = manifest.old
        if manifest.commit.data and manifest.commit.data != commit.data:
            old = (*old, (manifest.commit.data, now))
        dead = (*manifest.dead, (self._number, now)) if buried else manifest.dead
        self._swap(replace(manifest, commit=commit, dead=dead, old=old, holder=None))
        with suppress(SeedsearchError, Absent):
            self._control.forget(commit.kept.values())

    def _next(self, buried: int) -> Commit:
        """Return what the index is after this, which is the base where nothing has changed."""
        fingerprint = self._engine.fingerprint or ""
        if self._documents:
            known = self._hashes()
            if len(found := united(known, self._grams)) != len(known) or (found != known).any():
                self._kept[GRAMS] = found.tobytes()
        kept: dict[str, Kept] = dict(self._base.kept)
        for name, content in self._kept.items():
            before = kept.get(name)
            if before is None or (before.size, before.checksum) != (len(content), crc32(content)):
                kept[name] = self._control.keep(name, content)
        data = self._data
        is_same = not (self._documents or buried) and (kept, data) == (self._base.kept, self._base.data)
        if is_same and self._base.generation and not self._cleared and self._base.fingerprint == fingerprint:
            return self._base
        manifest = self._version.manifest
        documents, grams, words = sums_of(self._wire.search(data, sums(manifest.seen(self._number))))
        generation = manifest.commit.generation + 1
        return Commit(generation, fingerprint, self._number, data, documents, grams, words, kept)

    def _hashes(self) -> Any:
        before = self._base.kept.get(GRAMS)
        content = b"" if before is None else self._control.kept(GRAMS, before)
        return least(np.frombuffer(content, dtype=np.uint64))

    def _bury(self) -> int:
        """Say of the documents that were replaced or taken out that they died by this writer; return how many."""
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
                self._bulk(self._alias, "".join(lines).encode())
            buried += len(lines)
        if buried:
            self._wire.refresh(self._data)
        return buried

    def _living(self, keys: Sequence[str]) -> Iterator[tuple[str, list[int]]]:
        """Yield the id and the numbers of death of the documents with these keys that are seen before this commit."""
        seen = self._version.manifest.seen(self._base.number)
        body = {
            "size": len(keys),
            "query": {"bool": {"filter": [*seen, {"terms": {"key": list(keys)}}]}},
            "_source": False,
            "docvalue_fields": ["died"],
        }
        for hit in self._wire.search(self._data, body)["hits"]["hits"]:
            yield hit["_id"], hit.get("fields", {}).get("died", [])

    def _swap(self, manifest: Manifest) -> None:
        with self._guard:
            self._said_if_lost()
            try:
                self._version = self._control.write(manifest, self._version.at)
            except Conflict:
                raise self._lost_now() from None

    # The right to write.

    def _beat(self) -> None:
        """Give a sign of life again and again."""
        while not self._left.wait(BEAT):
            with self._guard:
                manifest = self._version.manifest
                if self._left.is_set() or manifest.holder is None:
                    return
                holder = replace(manifest.holder, beat=manifest.holder.beat + 1)
                try:
                    self._version = self._control.write(replace(manifest, holder=holder), self._version.at)
                except Conflict:
                    self._is_lost = GONE
                    return
                except SeedsearchError:
                    continue  # whatever it is, the commit meets it too

    def _said_if_lost(self) -> None:
        if self._is_lost is not None:
            raise self._lost_now()

    def _without(self, error: Absent) -> SeedsearchError:
        """Return the error where something is gone that this writer needs: another one has swept it, or nobody."""
        there = self._control.read()
        holder = there.manifest.holder if there else None
        if holder is None or holder.number != self._number:
            return self._lost_now()
        return damaged(self._control.where, str(error))

    def _lost_now(self) -> IndexLocked:
        what = f"nothing was changed in {self._wire.address}: {GONE}"
        return IndexLocked(what, hint="this one gave no sign of life for too long; do it again when that is done")

    def _release(self, *, lost: bool) -> None:
        """Let others write; with `lost` what was sent by this number is to be swept."""
        manifest = self._version.manifest.without_holder()
        if lost:
            manifest = replace(manifest, lost=(*manifest.lost, self._number))
        self._swap(manifest)

    def _give_up(self) -> None:
        """Leave everything as it was; what cannot be taken back is swept by the next writer."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        if self._version.manifest.holder is not None:
            with suppress(SeedsearchError, Absent):
                self._release(lost=bool(self._count or self._data != self._base.data))
        self._end()

    def _end(self) -> None:
        _AT_WORK.discard(self._token)
        self._left.set()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._beating.join()

    # What others have left.

    def _sweep(self) -> None:
        """Take out what writers have sent that did not commit, and what died long enough ago."""
        manifest = self._version.manifest
        now = int(time.time())
        lost = [number for number in manifest.lost if number > manifest.swept]
        dead = [number for number, at in manifest.dead if now - at > GRACE]
        old = [name for name, at in manifest.old if now - at > GRACE]
        data = manifest.commit.data
        if not (lost or dead or old):
            return
        self._drop({*old, *(_data_name(self._control.name, number) for number in lost)} - {data})
        if data and (lost or dead):
            self._forget(data, manifest, lost, dead)
        self._swap(
            replace(
                manifest,
                swept=max([manifest.swept, *lost]),
                dead=tuple(row for row in manifest.dead if row[0] not in dead),
                old=tuple(row for row in manifest.old if row[0] not in old),
            )
        )

    def _drop(self, names: Collection[str]) -> None:
        """Take away those of the indexes that are there and ours."""
        for name, found in self._wire.ask("GET", [f"{self._control.name}-*", "_mapping"]).items():
            if name in names and found["mappings"].get("_meta", {}).get(OWNER) == self._control.name:
                with suppress(Absent):
                    self._wire.ask("DELETE", [name], timeout=WRITING)

    def _forget(self, data: str, manifest: Manifest, lost: Sequence[int], dead: Sequence[int]) -> None:
        """Take documents out of an index, and deaths by writers that did not commit."""
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
            self._bulk(f"{data}-w", lines.encode())
            self._wire.refresh(data)


def _portions(items: Iterable[str]) -> Iterator[list[str]]:
    """Yield some at a time, as many as one request names."""
    left = iter(items)
    while some := list(islice(left, KEYS)):
        yield some


def _data_name(name: str, number: int) -> str:
    return f"{name}-{number:06}"


def _taken(control: Control, forgiving: bool) -> Version:
    """Take the right to write; raises IndexLocked where another one has it and gives signs of life."""
    control.make()
    seen: Holder | None = None
    since = time.monotonic()
    while True:
        there = control.read(forgiving=forgiving)
        manifest = there.manifest if there else Manifest()
        holder = manifest.holder
        if holder is not None and not _is_over(holder):
            if holder.host == this_host():
                pid = holder.process.partition(" ")[0]
                raise _locked(control, f"another process (pid {pid})")
            if seen is not None and seen != holder:
                raise _locked(control, "another process, of another machine,")
            if seen is None or time.monotonic() - since < LEASE:
                seen = seen or holder
                time.sleep(BEAT / 5)
                continue
        lost = (*manifest.lost, holder.number) if holder else manifest.lost
        mine = Holder(uuid4().hex, manifest.next, this_host(), this_process())
        wanted = replace(manifest, lost=lost, next=manifest.next + 1, holder=mine)
        _AT_WORK.add(mine.token)
        try:
            version = control.write(wanted, there.at if there else None)
        except Conflict:
            _AT_WORK.discard(mine.token)
            seen, since = None, time.monotonic()
        except BaseException as error:
            _AT_WORK.discard(mine.token)  # where the request has come there after all, nobody is at work
            if isinstance(error, Absent):
                raise IndexMissing(f"{control.where} was taken away meanwhile", hint="run it again") from error
            raise
        else:
            return version


def _is_over(holder: Holder) -> bool:
    """Tell whether a writer is known to be at work no more."""
    is_ours = (holder.host, holder.process) == (this_host(), this_process())
    return has_ended(holder) or (is_ours and holder.token not in _AT_WORK)


def _locked(control: Control, who: str) -> IndexLocked:
    return IndexLocked(f"{who} is writing to {control.where}", hint="wait until it is done")
