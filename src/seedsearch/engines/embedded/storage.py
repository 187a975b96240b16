"""All file access of the index: every write and every open goes through here.

A file is written once, completely, under its own name or a temporary one, and synced before anything refers to it.
Links and everything that is not a regular file are refused, because anything may be in the place of an index file.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from zlib import crc32

from seedsearch.errors import IndexDamaged, IndexLocked, OutputError

LOCK = "lock"
REBUILD = "rebuild the index with: seedsearch index --rebuild"

_SAFELY = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # opening a pipe does not wait for its other end
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_KINDS = (
    (stat.S_ISLNK, "a symbolic link"),
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
)


def damaged(path: Path, why: str) -> IndexDamaged:
    """Return the error for a broken file of the index."""
    return IndexDamaged(f"{path} is damaged: {why}", hint=REBUILD)


def opened(path: Path) -> int:
    """Open a file of the index for reading; return a descriptor.

    Raises IndexDamaged if something else is in its place, FileNotFoundError if nothing is.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | _SAFELY)
    except OSError as error:
        if (kind := _kind_of(path)) is None:
            raise
        raise _no_file(path, kind) from error
    if not stat.S_ISREG((status := os.fstat(descriptor)).st_mode):
        os.close(descriptor)
        raise _no_file(path, _kind(status.st_mode))
    return descriptor


def read(path: Path, most: int) -> bytes:
    """Read a file of the index of at most `most` bytes; raises like `opened`, and IndexDamaged for a larger one."""
    with open(opened(path), "rb") as file:
        if os.fstat(file.fileno()).st_size > most:
            raise damaged(path, f"it is longer than {most:,} bytes")
        return file.read(most + 1)


def _kind(mode: int) -> str:
    return next((name for is_kind, name in _KINDS if is_kind(mode)), "a device")


def _kind_of(path: Path) -> str | None:
    """Describe what is at a path if it is not a file; return None for a file, for nothing, and if it cannot be
    determined.
    """
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return None
    return None if stat.S_ISREG(mode) else _kind(mode)


def _no_file(path: Path, kind: str) -> IndexDamaged:
    return IndexDamaged(
        f"{path} is {kind}, where a file of the index should be",
        hint="remove it, then rebuild the index with: seedsearch index --rebuild",
    )


class Disk:
    """The file system; tests replace it to simulate power loss or a full disk."""

    def write(self, path: Path, chunks: Iterable[bytes | memoryview]) -> tuple[int, int]:
        """Write and sync a new file; return its size and CRC-32. On failure, nothing of it is left."""
        descriptor = self._made(path)
        try:
            try:
                return self._written(path, descriptor, chunks)
            finally:
                os.close(descriptor)
        except BaseException:
            with suppress(OSError):
                os.remove(path)
            raise

    def _made(self, path: Path) -> int:
        """Create a file that does not exist; return a descriptor."""
        try:
            return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _SAFELY, 0o644)
        except FileExistsError as error:
            raise _in_the_way(path) from error

    def _written(self, path: Path, descriptor: int, chunks: Iterable[bytes | memoryview]) -> tuple[int, int]:
        size = checksum = 0
        for chunk in chunks:
            try:
                self.append(descriptor, chunk)
            except OSError as error:
                raise _not_written(path, error, size, len(chunk)) from error
            size += len(chunk)
            checksum = crc32(chunk, checksum)
        try:
            self.sync(descriptor)
        except OSError as error:
            raise _not_written(path, error, 0, size) from error
        return size, checksum

    def append(self, descriptor: int, chunk: bytes | memoryview) -> None:
        """Write all of `chunk`."""
        left = memoryview(chunk)
        while left:
            left = left[os.write(descriptor, left) :]

    def sync(self, descriptor: int) -> None:
        """Wait until the file or folder is on the disk."""
        os.fsync(descriptor)

    def replace(self, made: Path, final: Path) -> None:
        """Rename a written file, replacing what had the name."""
        try:
            os.replace(made, final)
        except IsADirectoryError as error:
            raise _in_the_way(final) from error

    def remove(self, path: Path) -> None:
        """Remove a file that nothing refers to."""
        os.remove(path)

    def sync_folder(self, folder: Path) -> None:
        """Wait until the directory entries of the folder are on the disk."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            self.sync(descriptor)
        finally:
            os.close(descriptor)


def _in_the_way(path: Path) -> OutputError:
    what = f"{path} cannot be written: {_kind_of(path) or 'another file'} is in its place"
    return OutputError(what, hint="remove it, or name another folder with --index-dir")


def _not_written(path: Path, error: OSError, size: int, more: int) -> OutputError:
    """Return the error for a file of which `size` bytes were written when at least `more` were to follow."""
    what = f"{path} cannot be written: {error.strerror}"
    if error.errno not in _FULL:
        return OutputError(what, hint="see whether the disk is sound, or name another folder with --index-dir")
    return OutputError(f"{what}; {size:,} bytes of it were, at least {more:,} more are needed", hint="make room")


class Lock:
    """The write lock of an index: held by one writer of one process, and released when the process ends in any way."""

    def __init__(self, folder: Path) -> None:
        path = folder / LOCK
        self._descriptor = self._opened(path)
        try:
            self._take(path)
        except BaseException:
            os.close(self._descriptor)
            raise

    def _opened(self, path: Path) -> int:
        try:
            return os.open(path, os.O_RDWR | os.O_CREAT | _SAFELY, 0o644)
        except OSError as error:
            if (kind := _kind_of(path)) is None:
                raise
            raise self._foreign(path, kind) from error

    def _take(self, path: Path) -> None:
        status = os.fstat(self._descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise self._foreign(path, _kind(status.st_mode))
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._descriptor, 20, 0).decode("ascii", "replace").strip() or "unknown"
            what = f"another process (pid {holder}) is writing to {path.parent}"
            raise IndexLocked(what, hint="wait until it is done") from None
        before = os.pread(self._descriptor, 20, 0).strip()
        if status.st_nlink != 1 or (before and not before.isdigit()):
            raise self._foreign(path, "a file of another program")
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    @staticmethod
    def _foreign(path: Path, kind: str) -> OutputError:
        what = f"{path} cannot be written: it is {kind}, not the lock of an index"
        return OutputError(what, hint="remove it, or name another folder with --index-dir")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def release(self) -> None:
        """Release the lock."""
        os.close(self._descriptor)
