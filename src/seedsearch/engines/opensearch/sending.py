"""Documents → the cluster, from whatever process has them: sent until each is taken or refused."""

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

BULK = 4 << 20  # bytes of documents in one request
ENVELOPE = 1 << 10  # and of what is around one
TOO_LARGE = "more than it takes at once (http.max_content_length of its nodes)"
NO_MEMORY = "more than its nodes have memory for"
_NOBODY = "document_missing_exception"  # a document that was to die is gone already


@dataclass(frozen=True, slots=True)
class Target:
    """Where documents go: to an alias, as those of the writer with a number, which runs in a process."""

    address: Address
    credentials: Credentials
    alias: str
    number: int
    process: int


@dataclass(frozen=True, slots=True)
class Packer:
    """Packs entries; with a target it sends them as well, where it is in another process than the writer."""

    target: Target | None = None

    def pack(self, batch: Batch) -> engines.Pack:
        """Return the entries as the writer takes them; raises the errors of a cluster where they are sent."""
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
    """Sends to one alias, by a connection of its own or that of a writer; for several threads."""

    def __init__(self, wire: Wire, alias: str) -> None:
        self._wire = wire
        self._alias = alias

    def send(self, documents: Iterator[tuple[str, Packed]], number: int) -> dict[str, str]:
        """Send documents, each under an id; return why some are refused. Raises what `bulk` raises."""
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
        """Return why a document cannot be sent at all; None where it can."""
        size = len(document.json)
        if size > BULK // 2 and size > self._wire.largest() - ENVELOPE:
            return f"its text takes {size:,} bytes, {TOO_LARGE}"
        return None

    def bulk(self, body: bytes) -> dict[str, str]:
        """Send lines until all are taken; return by its id why a document is refused.

        Raises Absent where nobody may send there any more, and the errors of a cluster.
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
        """Send each document by itself; refuse a single one that is larger than what is sent together."""
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
    """Return the lines of a document in a request."""
    head = json.dumps({"index": {"_id": id_}}).encode()
    return b'%b\n{"born":%d,%b\n' % (head, number, document.json)


@lru_cache(1)
def _sender(target: Target) -> Sender:
    """Return what sends to a target from this process, which does nothing else meanwhile."""
    return Sender(Wire(target.address, target.credentials), target.alias)
