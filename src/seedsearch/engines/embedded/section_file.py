"""A file of named sections: written once, and read in blocks that are verified on first use.

    magic (16 bytes) · sections, each at a multiple of 8 · CRC-32 of every 16 KiB of these (4 bytes each) · table
    · the sizes of the last two and the CRC-32 of both (8 + 8 + 4) · magic

The table is JSON: name → [offset, size in bytes]. Numbers are little-endian. The manifest has a CRC-32 of the whole
file and the one at its end (the seal), so that no other file can take its place.

Data is read into memory of our own, so a file that is overwritten or truncated while open shows in its checksums; a
mapped file would kill the process.
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

# A block has 1 << SHIFT bytes. Five cold queries over 20 MB of modern prose read 2.4 to 11 MB in blocks of 64 KiB;
# blocks of 16 KiB read half as much in up to a tenth less time, blocks of 4 KiB took no less time than that.
SHIFT = 14
BLOCK = 1 << SHIFT
_LENT, _PINNED = 1, 2  # state of a loaded block: may be released; referenced by arrays
_MOST_END = 1 << 26  # maximum bytes of checksums and table: those of a file of a terabyte

Chunk = bytes | memoryview
Section = tuple[str, Iterable[Chunk]]


def laid_out(sections: Iterable[Section]) -> Iterator[Chunk]:
    """Yield the bytes of a file with these `sections`."""
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
    """Computes the CRC-32 of every block of a stream."""

    def __init__(self) -> None:
        self.at = 0
        self._sum = 0
        self._done: list[int] = []

    def of(self, chunk: Chunk) -> Chunk:
        """Process a chunk and return it."""
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
        """The checksums of all blocks, including the last, incomplete one."""
        sums = [*self._done, self._sum] if self.at % BLOCK else self._done
        return b"".join(map(_CHECKSUM.pack, sums))


class Container:
    """An open file of sections; raises IndexDamaged if it is not what `laid_out` wrote.

    `seal` is the CRC-32 expected at its end; None accepts any.
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
        self.ready = bytearray(len(self._checks) + 1)  # _LENT or _PINNED for each block that is loaded and verified
        self.need(0, len(MAGIC))
        if self._view[: len(MAGIC)] != MAGIC:
            raise damaged(path, "it does not begin as a segment does")

    def _read_end(self, size: int, seal: int | None) -> tuple[int, list[int], dict[str, tuple[int, int]]]:
        """Return the end of the sections, the checksums of the blocks, and the span of each section."""
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
        """Return the same file with nothing loaded; blocks are verified again."""
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
        """The bytes in memory."""
        return BLOCK * (len(self.ready) - self.ready.count(0))

    @property
    def count(self) -> int:
        """The number of documents (section `count`)."""
        return int.from_bytes(self.bytes("count"), "little")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the sections, in order."""
        return tuple(self._table)

    def span(self, name: str) -> tuple[int, int]:
        """Return the span of a section in the file."""
        return self._table[name]

    def need(self, begin: int, end: int, how: int = _LENT) -> None:
        """Load the bytes from `begin` to before `end` into `mapped`; raises IndexDamaged if they are damaged."""
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
        """Read a block into `room`, which has its size; raises IndexDamaged if it is damaged."""
        if os.preadv(self._file, [room], block << SHIFT) != len(room) or crc32(room) != self._checks[block]:
            raise damaged(self.path, f"its content from byte {block << SHIFT:,} on is not what was written")

    def verify(self) -> None:
        """Verify the whole file without keeping anything; raises IndexDamaged if something is damaged."""
        room = memoryview(bytearray(BLOCK))
        for block in range(len(self._checks)):
            self._read(block, room[: min(BLOCK, self._end - (block << SHIFT))])

    def let_go(self) -> None:
        """Release the memory of slices; they are read again if needed.

        No slice may still be in use.
        """
        with self._lock:
            block = -1
            while (block := self.ready.find(_LENT, block + 1)) >= 0:
                self.ready[block] = 0
                self.mapped.madvise(mmap.MADV_DONTNEED, block << SHIFT, min(BLOCK, self._end - (block << SHIFT)))

    def bytes(self, name: str) -> memoryview:
        """Return a section, which stays in memory."""
        start, end = self.span(name)
        self.need(start, end, _PINNED)
        return self._view[start:end].toreadonly()

    def array(self, name: str, kind: Any) -> NDArray[Any]:
        """Return a section as an array of numbers, which stays in memory."""
        return np.frombuffer(self.bytes(name), dtype=kind)

    def slices(self, name: str) -> Slices:
        """Return a section to be read in slices."""
        return Slices(self, *self.span(name))

    def whole(self) -> Slices:
        """Return the whole file, to be read in slices."""
        return Slices(self, 0, self._end)


class Slices:
    """A stretch of a container; its slices are arrays of bytes for immediate use.

    A slice that is not entirely inside raises IndexError.
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
    """Return anonymous memory, which takes no space until it is written."""
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | getattr(mmap, "MAP_NORESERVE", 0)
    made = mmap.mmap(-1, size, flags=flags)
    if hasattr(mmap, "MADV_NOHUGEPAGE"):
        with suppress(OSError):  # a kernel without huge pages; with them, a block could take two megabytes
            made.madvise(mmap.MADV_NOHUGEPAGE)
    return made
