"""A file of named sections, written in one go, and read by blocks that are checked when they are first needed.

    magic (16 bytes) · sections, each at a multiple of 8 · CRC-32 of every 16 KiB of these (4 bytes each) · table
    · the sizes of the last two and the CRC-32 of both (8 + 8 + 4) · magic

The table is JSON: name → [offset, size in bytes]. Numbers are little-endian. The manifest has a CRC-32 of the whole,
and the one that stands at the end, the seal, so that no other file can stand in for this one.

What is read lies in memory of our own: a file that is written over or cut off while it is open is told by its
checksums, where a mapped one would end the process.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
import weakref
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

from seedsearch.engines.embedded.storage import damaged, opened
from seedsearch.text.array_types import Bytes

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAGIC = b"seedsearch\x00seg\r\n"
_TAIL = struct.Struct("<QQI16s")
_CHECKSUM = struct.Struct("<I")

# Bytes of a block are 1 << SHIFT. Five cold questions over 20 MB of modern prose read 2.4 to 11 MB in blocks of 64 KiB;
# blocks of 16 KiB made it half as much and took up to a tenth less time, blocks of 4 KiB no less than that.
SHIFT = 14
BLOCK = 1 << SHIFT
_LENT, _PINNED = 1, 2  # a block that may be let go, one that arrays over it are kept of
_MOST_END = 1 << 26  # bytes of checksums and table that are believed: those of a file of a terabyte

Chunk = bytes | memoryview
Section = tuple[str, Iterable[Chunk]]


def laid_out(sections: Iterable[Section]) -> Iterator[Chunk]:
    """Yield the bytes of a file that holds `sections`."""
    checks = _Checksums()
    yield checks.of(MAGIC)
    table: dict[str, list[int]] = {}
    for name, chunks in sections:
        start = checks.at
        for chunk in chunks:
            yield checks.of(chunk)
        table[name] = [start, checks.at - start]
        yield checks.of(bytes(-checks.at % 8))
    sums, written = checks.all(), json.dumps(table).encode()
    yield sums
    yield written
    yield _TAIL.pack(len(sums), len(written), crc32(written, crc32(sums)), MAGIC)


class _Checksums:
    """The CRC-32 of every block of what passes by."""

    def __init__(self) -> None:
        self.at = 0
        self._sum = 0
        self._done: list[int] = []

    def of(self, chunk: Chunk) -> Chunk:
        """Take in a chunk, and give it back."""
        left = memoryview(chunk).cast("B")
        while left:
            piece = left[: BLOCK - self.at % BLOCK]
            self._sum = crc32(piece, self._sum)
            self.at += len(piece)
            if self.at % BLOCK == 0:
                self._done.append(self._sum)
                self._sum = 0
            left = left[len(piece) :]
        return chunk

    def all(self) -> bytes:
        """The checksums of all blocks, the last one's though it is not full."""
        sums = [*self._done, self._sum] if self.at % BLOCK else self._done
        return b"".join(map(_CHECKSUM.pack, sums))


class Container:
    """A file of sections that is open; raises IndexDamaged where it is not what `laid_out` wrote.

    `seal`: the CRC-32 that is to stand at its end; None where any will do.
    """

    def __init__(self, path: Path, size: int, seal: int | None = None) -> None:
        self.path = path
        self._file = opened(path)
        weakref.finalize(self, os.close, self._file)
        if os.fstat(self._file).st_size != size or size < len(MAGIC) + _TAIL.size:
            raise damaged(path, f"it should be {size:,} bytes long")
        self._end, self._checks, self._table = self._read_end(size, seal)
        self.mapped = _memory(self._end)
        self._view = memoryview(self.mapped)
        self._lock = Lock()
        self.ready = bytearray(len(self._checks) + 1)  # for each block _LENT or _PINNED once it is there, and checked
        self.need(0, len(MAGIC))
        if self._view[: len(MAGIC)] != MAGIC:
            raise damaged(path, "it does not begin as a segment does")

    def _read_end(self, size: int, seal: int | None) -> tuple[int, list[int], dict[str, tuple[int, int]]]:
        """Return where the sections end, the checksums of the blocks and where each section begins and ends."""
        checks, table, self.seal, magic = _TAIL.unpack(self._pread(_TAIL.size, size - _TAIL.size))
        end = size - _TAIL.size - table - checks
        if magic != MAGIC or seal not in (self.seal, None) or end < len(MAGIC) or checks + table > _MOST_END:
            raise damaged(self.path, "it does not end as a segment does, or is another one")
        whole = self._pread(checks + table, end)
        if crc32(whole) != self.seal or checks != -(-end // BLOCK) * _CHECKSUM.size:
            raise damaged(self.path, "its table is not what was written")
        sections = {name: (start, start + length) for name, (start, length) in json.loads(whole[checks:]).items()}
        return end, np.frombuffer(whole, dtype="<u4", count=checks // _CHECKSUM.size).tolist(), sections

    def _pread(self, size: int, at: int) -> bytes:
        found = os.pread(self._file, size, at)
        if len(found) != size:
            raise damaged(self.path, "it ends too early")
        return found

    def again(self) -> Container:
        """Return the same file with nothing of it in memory yet, and checked anew as it is read."""
        made = object.__new__(Container)
        made.path, made.seal, made._end, made._checks = self.path, self.seal, self._end, self._checks
        made._table, made._lock, made.ready = self._table, Lock(), bytearray(len(self._checks) + 1)
        made._file = os.dup(self._file)
        weakref.finalize(made, os.close, made._file)
        made.mapped = _memory(self._end)
        made._view = memoryview(made.mapped)
        return made

    @property
    def held(self) -> int:
        """The bytes that it holds in memory."""
        return BLOCK * (len(self.ready) - self.ready.count(0))

    @property
    def count(self) -> int:
        """The number of documents, which is section `count`."""
        return int.from_bytes(self.bytes("count"), "little")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the sections, in their order."""
        return tuple(self._table)

    def span(self, name: str) -> tuple[int, int]:
        """Return where a section begins and ends in the file."""
        return self._table[name]

    def need(self, begin: int, end: int, how: int = _LENT) -> None:
        """Have the bytes from `begin` to before `end` in `mapped`; raises IndexDamaged where they are damaged."""
        if not 0 <= begin <= end <= self._end:
            raise IndexError("a place outside of the file")
        ready = self.ready
        for block in range(begin >> SHIFT, (end + BLOCK - 1) >> SHIFT):
            if ready[block] < how:
                self._load(block, how)

    def _load(self, block: int, how: int) -> None:
        begin, end = block << SHIFT, min(block + 1 << SHIFT, self._end)
        with self._lock:
            if not self.ready[block]:
                self._read(block, self._view[begin:end])
            self.ready[block] = max(how, self.ready[block])

    def _read(self, block: int, room: memoryview) -> None:
        """Read a block into `room`, which is as long; raises IndexDamaged where it is not what was written."""
        if os.preadv(self._file, [room], block << SHIFT) != len(room) or crc32(room) != self._checks[block]:
            raise damaged(self.path, f"its content from byte {block << SHIFT:,} on is not what was written")

    def verify(self) -> None:
        """Read all of it, keeping nothing; raises IndexDamaged where something is not what was written."""
        room = memoryview(bytearray(BLOCK))
        for block in range(len(self._checks)):
            self._read(block, room[: min(BLOCK, self._end - (block << SHIFT))])

    def let_go(self) -> None:
        """Give back the memory of what was read in slices; it is read again where it is needed again.

        No slice may be in use.
        """
        with self._lock:
            block = -1
            while (block := self.ready.find(_LENT, block + 1)) >= 0:
                self.ready[block] = 0
                self.mapped.madvise(mmap.MADV_DONTNEED, block << SHIFT, min(BLOCK, self._end - (block << SHIFT)))

    def bytes(self, name: str) -> memoryview:
        """Return a section that is kept in memory."""
        start, end = self.span(name)
        self.need(start, end, _PINNED)
        return self._view[start:end].toreadonly()

    def array(self, name: str, kind: Any) -> NDArray[Any]:
        """Return a section that is kept in memory, as an array of numbers."""
        return np.frombuffer(self.bytes(name), dtype=kind)

    def slices(self, name: str) -> Slices:
        """Return a section that is read slice by slice."""
        return Slices(self, *self.span(name))

    def whole(self) -> Slices:
        """Return all of the file up to its end, read slice by slice."""
        return Slices(self, 0, self._end)


class Slices:
    """A stretch of a container; a slice of it is an array of bytes, to be used at once and not kept.

    A slice that is not all inside raises IndexError.
    """

    def __init__(self, container: Container, begin: int, end: int) -> None:
        self._container = container
        self._begin = begin
        self._end = end
        self._whole: Bytes = np.frombuffer(memoryview(container.mapped).toreadonly(), dtype=np.uint8)

    def __getitem__(self, some: slice) -> Bytes:
        begin, end = some.start + self._begin, some.stop + self._begin
        if begin < self._begin or end > self._end:
            raise IndexError("a place outside of its section")
        self._container.need(begin, end)
        return self._whole[begin:end]


def _memory(size: int) -> mmap.mmap:
    """Memory of our own that takes no room before it is written to."""
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | getattr(mmap, "MAP_NORESERVE", 0)
    made = mmap.mmap(-1, size, flags=flags)
    if hasattr(mmap, "MADV_NOHUGEPAGE"):
        with suppress(OSError):  # a kernel without huge pages; with them a block could take two megabytes
            made.madvise(mmap.MADV_NOHUGEPAGE)
    return made
