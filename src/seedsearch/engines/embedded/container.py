"""A file of named sections, written in one go and mapped to be read.

    magic (16 bytes) · sections, each at a multiple of 8 · table · size and CRC-32 of the table (8 + 4) · magic

The table is JSON: name → [offset, size in bytes, CRC-32]. Numbers are little-endian. The manifest has a CRC-32 of the
whole.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

from seedsearch.arrays import Bytes
from seedsearch.errors import IndexDamaged

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAGIC = b"seedsearch\x00seg\r\n"
_TAIL = struct.Struct("<QI16s")

Chunk = bytes | memoryview
Section = tuple[str, Iterable[Chunk]]


def laid_out(sections: Iterable[Section]) -> Iterator[Chunk]:
    """The bytes of a file that holds `sections`."""
    yield MAGIC
    at = len(MAGIC)
    table: dict[str, list[int]] = {}
    for name, chunks in sections:
        start, checksum = at, 0
        for chunk in chunks:
            yield chunk
            at += len(chunk)
            checksum = crc32(chunk, checksum)
        table[name] = [start, at - start, checksum]
        yield bytes(-at % 8)
        at += -at % 8
    written = json.dumps(table).encode()
    yield written
    yield _TAIL.pack(len(written), crc32(written), MAGIC)


class Container:
    """A mapped file of sections; raises IndexDamaged where it is not what `laid_out` wrote."""

    def __init__(self, path: Path, size: int) -> None:
        self.path = path
        with open(path, "rb") as file:
            if os.fstat(file.fileno()).st_size != size or size < len(MAGIC) + _TAIL.size:
                raise damaged(path, f"it should be {size} bytes long")
            self.mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        length, checksum, magic = _TAIL.unpack(self.mapped[-_TAIL.size :])
        table = self.mapped[max(0, size - _TAIL.size - length) : size - _TAIL.size]
        if magic != MAGIC or self.mapped[: len(MAGIC)] != MAGIC or crc32(table) != checksum:
            raise damaged(path, "it does not begin and end as a segment does")
        self._table: dict[str, list[int]] = json.loads(table)

    @property
    def count(self) -> int:
        """The number of documents, which is section `count`."""
        return int.from_bytes(self.bytes("count"), "little")

    def span(self, name: str) -> tuple[int, int]:
        """Where a section begins and ends in the file."""
        start, size, _ = self._table[name]
        return start, start + size

    def let_go(self) -> None:
        """Give back the memory of what was read; it is read again where it is needed again."""
        self.mapped.madvise(mmap.MADV_DONTNEED)

    def bytes(self, name: str) -> memoryview:
        """A section."""
        start, end = self.span(name)
        return memoryview(self.mapped)[start:end]

    def array(self, name: str, kind: Any) -> NDArray[Any]:
        """A section as an array of numbers."""
        return np.frombuffer(self.bytes(name), dtype=kind)

    def whole(self) -> Bytes:
        """All bytes of the file."""
        return np.frombuffer(self.mapped, dtype=np.uint8)


def damaged(path: Path, why: str) -> IndexDamaged:
    """The error for a broken file of the index."""
    return IndexDamaged(f"{path} is damaged: {why}", hint="make the index anew with: seedsearch index --rebuild")
