"""The control index: the manifest, who holds the right to write, and bytes that are kept beside the documents."""

from __future__ import annotations

import os
import socket
import time
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4
from zlib import crc32

from seedsearch.engines.opensearch.manifest import ID, Holder, Kept, Manifest, damaged
from seedsearch.engines.opensearch.mapping import OWNER, Json, control_index
from seedsearch.engines.opensearch.wire import ASKING, WRITING, Absent, Conflict, Wire
from seedsearch.errors import IndexDamaged, IndexStale, OutputError

PIECE = 4 << 20  # bytes of what is kept that one document holds


@dataclass(frozen=True, slots=True)
class Version:
    """A manifest, and what tells whether it is still the one that is there: None where there is none."""

    manifest: Manifest
    at: tuple[int, int] | None


class Control:
    """The control index of an address."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self.name = wire.address.name

    def read(self, *, forgiving: bool = False) -> Version | None:
        """Return the manifest that is there, as of now; None where there is none.

        With `forgiving` one that cannot be read counts as one of nothing, by which no number of a writer is given
        again. Raises OutputError where the index of this name is that of another program.
        """
        try:
            found = self._wire.ask("GET", [self.name, "_doc", ID])
        except Absent:
            self._is_there()
            return None
        try:
            at = int(found["_seq_no"]), int(found["_primary_term"])
            source = found["_source"]
        except (KeyError, TypeError, ValueError) as error:
            raise damaged(self.where, "its description cannot be read") from error
        try:
            return Version(Manifest.read(source, self.where), at)
        except (IndexDamaged, IndexStale):
            self._is_there()
            if not forgiving:
                raise
            return Version(Manifest(next=int(time.time())), at)

    @property
    def where(self) -> str:
        """Return how the index is called in sentences."""
        return str(self._wire.address)

    def _is_there(self, timeout: float = ASKING) -> bool:
        """Tell whether there is a control index; raises OutputError for an index of another program.

        The node that leads the cluster says so; where that one hangs, another has to be chosen first.
        """
        try:
            found = self._wire.ask("GET", [self.name, "_mapping"], timeout=timeout)
        except Absent:
            return False
        for mapping in found.values():
            meta = mapping.get("mappings", {}).get("_meta", {})
            if not (isinstance(meta, Mapping) and meta.get(OWNER) == self.name):
                what = f"{self.where} is an index of another program"
                raise OutputError(what, hint="name another one with --index-dir")
        return True

    def make(self) -> None:
        """Make the control index where there is none."""
        if self._is_there(WRITING):
            return
        body = control_index(self._wire.address.replicas, self.name)
        try:
            self._wire.ask("PUT", [self.name], body, timeout=WRITING)
        except Conflict:
            self._is_there(WRITING)  # another one has made it; whoever that is

    def write(self, manifest: Manifest, at: tuple[int, int] | None) -> Version:
        """Put a manifest in the place of the one that was `at` this version; raises Conflict where another one is
        there.
        """
        written = replace(manifest, nonce=uuid4().hex)
        parameters: dict[str, str | int] = {"op_type": "create"}
        if at is not None:
            parameters = {"if_seq_no": at[0], "if_primary_term": at[1]}
        try:
            answer = self._wire.ask("PUT", [self.name, "_doc", ID], written.body(), timeout=WRITING, **parameters)
        except Conflict:
            # The same request, sent again because its answer was lost, meets its own result.
            there = self.read()
            if there is None or there.manifest.nonce != written.nonce:
                raise
            return there
        return Version(written, (int(answer["_seq_no"]), int(answer["_primary_term"])))

    def keep(self, name: str, content: bytes) -> Kept:
        """Store bytes in pieces; they are of no meaning before a manifest names them."""
        kept = Kept(f"kept-{uuid4().hex}", max(1, -(-len(content) // PIECE)), len(content), crc32(content))
        for number in range(kept.pieces):
            piece = content[number * PIECE : (number + 1) * PIECE]
            body = {"name": name, "content": b64encode(piece).decode()}
            self._wire.ask("PUT", [self.name, "_doc", f"{kept.id}-{number}"], body, timeout=WRITING)
        return kept

    def kept(self, name: str, kept: Kept) -> bytes:
        """Return bytes that were stored; raises Absent where they are gone, IndexDamaged where they are others."""
        pieces = []
        for number in range(kept.pieces):
            found = self._wire.ask("GET", [self.name, "_doc", f"{kept.id}-{number}"])
            try:
                pieces.append(b64decode(found["_source"]["content"], validate=True))
            except (KeyError, TypeError, ValueError, Error) as error:
                raise self._changed(name) from error
        content = b"".join(pieces)
        if (len(content), crc32(content)) != (kept.size, kept.checksum):
            raise self._changed(name)
        return content

    def _changed(self, name: str) -> IndexDamaged:
        return damaged(self.where, f"what is kept as “{name}” is not what was written")

    def forget(self, named: Iterable[Kept]) -> None:
        """Take out what is kept and is none of these."""
        ids = [f"{kept.id}-{number}" for kept in named for number in range(kept.pieces)]
        others: Json = {"bool": {"must_not": [{"ids": {"values": [ID, *ids]}}]}}
        self._wire.refresh(self.name)
        self._wire.ask("POST", [self.name, "_delete_by_query"], {"query": others}, timeout=WRITING, conflicts="proceed")


def this_host() -> str:
    """Return what no other machine has, and no other container in which processes have numbers of their own."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return f"{socket.gethostname()} {uuid4().hex}"  # never that of another process: whoever waits has to wait


def this_process(pid: int | None = None) -> str:
    """Return the number of a process and when it began, which no later one has; empty where there is none."""
    pid = os.getpid() if pid is None else pid
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else f"{pid} {fields[19]}"


def has_ended(holder: Holder) -> bool:
    """Tell whether the process of a writer is known to have ended; that of one elsewhere is not."""
    if holder.host != this_host():
        return False
    pid = holder.process.partition(" ")[0]
    return not pid.isdigit() or this_process(int(pid)) != holder.process
