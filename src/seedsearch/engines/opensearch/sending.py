"""Sends documents to the cluster, from the process that has them, until each is accepted or refused."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import uuid4

from seedsearch import engines
from seedsearch.engines.batch import Batch
from seedsearch.engines.opensearch.address import Address, Credentials
from seedsearch.engines.opensearch.packing import Packed, Sent, pack
from seedsearch.engines.opensearch.right import lost
from seedsearch.engines.opensearch.wire import BUSY, WRITING, Absent, TooLarge, Wire
from seedsearch.errors import IndexUnreachable

BULK = 4 << 20  # bytes of documents per request
ENVELOPE = 1 << 10  # bytes of overhead per document
TOO_LARGE = "more than it takes at once (http.max_content_length of its nodes)"
NO_MEMORY = "more than its nodes have memory for"
_NOBODY = "document_missing_exception"  # a document to be marked as removed is already gone


@dataclass(frozen=True, slots=True)
class Target:
    """The destination of documents: an alias, the number of the writer, and its process."""

    address: Address
    credentials: Credentials
    alias: str
    number: int
    process: int


@dataclass(frozen=True, slots=True)
class Packer:
    """Packs entries; with a target, it also sends them, if it runs in another process than the writer."""

    target: Target | None = None

    def pack(self, batch: Batch) -> engines.Pack:
        """Return the entries in the form that the writer takes; raises errors of the cluster if it sends them."""
        made = pack(batch)
        if self.target is None or self.target.process == os.getpid():
            return made
        number, token = self.target.number, uuid4().hex[:8]
        ids = [f"{one.key}-{number:x}-{token}-{at:x}" for at, one in enumerate(made.documents)]
        try:
            refused = _sender(self.target).send(zip(ids, made.documents, strict=True), number)
        except Absent as error:
            raise lost(str(self.target.address)) from error
        rows = zip(made.documents, ids, strict=True)
        return Sent(number, tuple((one.doc_id, one.key, id_) for one, id_ in rows), made.grams, refused)


class Sender:
    """Sends to one alias, over its own connection or that of a writer; thread-safe."""

    def __init__(self, wire: Wire, alias: str) -> None:
        self._wire = wire
        self._alias = alias

    def send(self, documents: Iterator[tuple[str, Packed]], number: int) -> dict[str, str]:
        """Send documents with their ids; return the reasons for refused ones. Raises like `bulk`."""
        refused: dict[str, str] = {}
        lines: list[bytes] = []
        size = 0
        for id_, document in documents:
            if (why := self.too_large(document)) is not None:
                refused[id_] = why
                continue
            lines.append(line_of(id_, document, number))
            size += len(lines[-1])
            if size >= BULK:
                refused |= self.bulk(b"".join(lines))
                lines, size = [], 0
        return refused | self.bulk(b"".join(lines)) if lines else refused

    def too_large(self, document: Packed) -> str | None:
        """Return the reason why a document is too large to send; None if it is not."""
        size = len(document.json)
        if size > BULK // 2 and size > self._wire.largest() - ENVELOPE:
            return f"its text takes {size:,} bytes, {TOO_LARGE}"
        return None

    def bulk(self, body: bytes) -> dict[str, str]:
        """Send lines until all are accepted; return the reasons for refused documents by id.

        Raises Absent if the target is gone, and errors of the cluster.
        """
        lines = body.split(b"\n")[:-1]
        step = 1 if lines and lines[0].startswith(b'{"delete"') else 2
        refused: dict[str, str] = {}
        for wait in (*BUSY, None):
            content = b"\n".join(lines) + b"\n"
            try:
                answer = self._wire.ask("POST", [self._alias, "_bulk"], content, timeout=WRITING, require_alias="true")
            except TooLarge:
                return refused | self._one_by_one(lines, step, TOO_LARGE)
            again: list[bytes] = []
            for number, item in enumerate(answer.get("items", ())):
                (said,) = item.values()
                if said["status"] == 429 or said["status"] >= 500:
                    again += lines[step * number : step * (number + 1)]
                elif said["status"] == 400 and "index" in item:
                    refused[said["_id"]] = f"the cluster does not take it: {said['error'].get('reason')}"
                elif "error" in said and said["error"].get("type") != _NOBODY:
                    raise self._wire.refused(said["status"], said["error"])
            if not again:
                return refused
            lines = again
            if wait is not None:
                time.sleep(wait)
        return refused | self._one_by_one(lines, step, NO_MEMORY)

    def _one_by_one(self, lines: Sequence[bytes], step: int, why: str) -> dict[str, str]:
        """Send each document separately; refuse one that is too large on its own."""
        size = sum(map(len, lines))
        if len(lines) > step:
            refused: dict[str, str] = {}
            for at in range(0, len(lines), step):
                refused |= self.bulk(b"\n".join(lines[at : at + step]) + b"\n")
            return refused
        if size > BULK // 8 and step > 1:
            return {json.loads(lines[0])["index"]["_id"]: f"its text takes {size:,} bytes, {why}"}
        what = f"{self._wire.address} has no room for documents of {size:,} bytes"
        raise IndexUnreachable(what, hint="give its nodes more memory")


def line_of(id_: str, document: Packed, number: int) -> bytes:
    """Return the lines of a document for a bulk request."""
    head = json.dumps({"index": {"_id": id_}}).encode()
    return b'%b\n{"born":%d,%b\n' % (head, number, document.json)


@lru_cache(1)
def _sender(target: Target) -> Sender:
    """Return a blocking sender to a target for this process."""
    return Sender(Wire(target.address, target.credentials), target.alias)
