"""What the index does to the disk: every write of it goes through here.

A file is written once, whole, under its own name or beside it, and synced before anything points to it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from zlib import crc32

from seedsearch.errors import IndexLocked

LOCK = "lock"


class Disk:
    """The file system; a test may stand in for it to lose power or run out of space."""

    def write(self, path: Path, chunks: Iterable[bytes | memoryview]) -> tuple[int, int]:
        """Write a new file and sync it; its size and CRC-32. Where that fails nothing of it is left."""
        size = checksum = 0
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
        try:
            try:
                for chunk in chunks:
                    self.append(descriptor, chunk)
                    size += len(chunk)
                    checksum = crc32(chunk, checksum)
                self.sync(descriptor)
            finally:
                os.close(descriptor)
        except BaseException:
            with suppress(OSError):
                os.remove(path)
            raise
        return size, checksum

    def append(self, descriptor: int, chunk: bytes | memoryview) -> None:
        """Write all of `chunk`."""
        left = memoryview(chunk)
        while left:
            left = left[os.write(descriptor, left) :]

    def sync(self, descriptor: int) -> None:
        """Wait until the file (or folder) is on the disk."""
        os.fsync(descriptor)

    def replace(self, made: Path, final: Path) -> None:
        """Give a written file its name, in the place of what had it."""
        os.replace(made, final)

    def remove(self, path: Path) -> None:
        """Remove a file that nothing points to."""
        os.remove(path)

    def sync_folder(self, folder: Path) -> None:
        """Wait until the names in the folder are on the disk."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            self.sync(descriptor)
        finally:
            os.close(descriptor)


class Lock:
    """The right to write to an index: held by one writer of one process, given back when that ends in any way."""

    def __init__(self, folder: Path) -> None:
        self._descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._descriptor, 20, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(self._descriptor)
            what = f"another process (pid {holder}) is writing to {folder}"
            raise IndexLocked(what, hint="wait until it is done") from None
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def release(self) -> None:
        """Let others write."""
        os.close(self._descriptor)
