"""The control index: the manifest, the write lock, and metadata."""

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

PIECE = 4 << 20  # bytes of metadata per document


@dataclass(frozen=True, slots=True)
class Version:
    """A manifest, and its version for compare-and-swap; None if there is none."""

    manifest: Manifest
    at: tuple[int, int] | None


class Control:
    """The control index of an address."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self.name = wire.address.name

    def read(self, *, forgiving: bool = False) -> Version | None:
        """Return the current manifest; None if there is none.

        With `forgiving`, an unreadable one counts as that of an empty index, without reusing writer numbers. Raises
        OutputError if the index of this name belongs to another program.
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
        """Return the name of the index for messages."""
        return str(self._wire.address)

    def _is_there(self, timeout: float = ASKING) -> bool:
        """Tell whether the control index exists; raises OutputError for an index of another program.

        The cluster manager answers this; if it hangs, another one has to be elected first.
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
        """Create the control index if there is none."""
        if self._is_there(WRITING):
            return
        body = control_index(self._wire.address.replicas, self.name)
        try:
            self._wire.ask("PUT", [self.name], body, timeout=WRITING)
        except Conflict:
            self._is_there(WRITING)  # another process has created it

    def write(self, manifest: Manifest, at: tuple[int, int] | None) -> Version:
        """Replace the manifest `at` this version; raises Conflict if it has changed."""
        written = replace(manifest, nonce=uuid4().hex)
        parameters: dict[str, str | int] = {"op_type": "create"}
        if at is not None:
            parameters = {"if_seq_no": at[0], "if_primary_term": at[1]}
        try:
            answer = self._wire.ask("PUT", [self.name, "_doc", ID], written.body(), timeout=WRITING, **parameters)
        except Conflict:
            # A request repeated because its response was lost meets its own result.
            there = self.read()
            if there is None or there.manifest.nonce != written.nonce:
                raise
            return there
        return Version(written, (int(answer["_seq_no"]), int(answer["_primary_term"])))

    def keep(self, name: str, content: bytes) -> Kept:
        """Store bytes in pieces; they count once a manifest refers to them."""
        kept = Kept(f"kept-{uuid4().hex}", max(1, -(-len(content) // PIECE)), len(content), crc32(content))
        for number in range(kept.pieces):
            piece = content[number * PIECE : (number + 1) * PIECE]
            body = {"name": name, "content": b64encode(piece).decode()}
            self._wire.ask("PUT", [self.name, "_doc", f"{kept.id}-{number}"], body, timeout=WRITING)
        return kept

    def kept(self, name: str, kept: Kept) -> bytes:
        """Return stored bytes; raises Absent if they are gone, IndexDamaged if they have changed."""
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
        """Remove all metadata other than these."""
        ids = [f"{kept.id}-{number}" for kept in named for number in range(kept.pieces)]
        others: Json = {"bool": {"must_not": [{"ids": {"values": [ID, *ids]}}]}}
        self._wire.refresh(self.name)
        self._wire.ask("POST", [self.name, "_delete_by_query"], {"query": others}, timeout=WRITING, conflicts="proceed")


def this_host() -> str:
    """Return an identity of this machine or container, within which process IDs are unique."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return f"{socket.gethostname()} {uuid4().hex}"  # unknown: equal to no other, so others wait


def this_process(pid: int | None = None) -> str:
    """Return process ID and start time, which no later process shares; empty if there is no such process."""
    pid = os.getpid() if pid is None else pid
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else f"{pid} {fields[19]}"


def has_ended(holder: Holder) -> bool:
    """Tell whether the process of a writer has certainly ended; unknown if it runs elsewhere."""
    if holder.host != this_host():
        return False
    pid = holder.process.partition(" ")[0]
    return not pid.isdigit() or this_process(int(pid)) != holder.process
