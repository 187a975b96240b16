"""Archives and compressed files that Python cannot read itself (7z, RAR, Zstandard, LZ4), through libarchive.

The library runs in a separate process and sends a few bytes at a time, which count like those of any other archive.
Names that are not Unicode are decoded as in ZIP.
"""

from __future__ import annotations

import io
import json
import os
import struct
from collections.abc import Iterator
from subprocess import Popen
from typing import Any

from seedsearch.errors import ExtraMissing, SourceError
from seedsearch.reading.formats import tar_archive
from seedsearch.reading.formats.confined import running
from seedsearch.reading.formats.format import File
from seedsearch.reading.formats.limits import ARCHIVE_MEMORY, ARCHIVE_SECONDS, ARCHIVE_WALL_SECONDS
from seedsearch.reading.formats.members import Lost, Member, encoding_of_names, hidden, place, text_of_name, unpacked
from seedsearch.reading.formats.reasons import ENCRYPTED, worded

SEVEN_ZIP = b"7z\xbc\xaf\x27\x1c"
RAR4, RAR5 = b"Rar!\x1a\x07\0", b"Rar!\x1a\x07\x01\0"
ZSTANDARD = b"\x28\xb5\x2f\xfd"
LZ4 = b"\x04\x22\x4d\x18"
_MAGIC = (SEVEN_ZIP, RAR4, RAR5, ZSTANDARD, LZ4)  # in the order of the worker's KINDS
_ENDINGS = (".zst", ".zstd", ".lz4")
_WORKER = "seedsearch.reading.formats.libarchive_worker"


def is_7z(file: File) -> bool:
    """Return whether it begins as 7z does."""
    return file.content.startswith(SEVEN_ZIP)


def is_rar(file: File) -> bool:
    """Return whether it begins as RAR does."""
    return file.content.startswith((RAR4, RAR5))


def is_zstd(file: File) -> bool:
    """Return whether it begins as Zstandard does."""
    return file.content.startswith(ZSTANDARD)


def is_lz4(file: File) -> bool:
    """Return whether it begins as LZ4 does."""
    return file.content.startswith(LZ4)


def parts(file: File) -> Iterator[Member | Lost]:
    """Yield the files in the archive, in its order; hidden ones are left out."""
    for found in _Archive(file).members():
        if found is not None:
            yield found
        del found  # frees it before the next one is unpacked


def packed_parts(file: File) -> Iterator[Member | Lost]:
    """Yield the file in a compressed one, named without the extension; or the files in the compressed archive."""
    inner = next((found for found in _Archive(file).members() if found is not None), None)
    if isinstance(inner, Member) and tar_archive.is_tar(inner.content):
        yield from tar_archive.members(inner.content, file.budget)
    elif isinstance(inner, Member):
        stem, ending = os.path.splitext(os.path.basename(file.path))
        yield Member(stem if ending.lower() in _ENDINGS else stem + ending, inner.content)
    elif inner is not None:
        yield Lost("", inner.reason)


class _Archive:
    """An archive as reported by the other process."""

    def __init__(self, file: File) -> None:
        self._file = file
        self._kind = next(number for number, magic in enumerate(_MAGIC) if file.content.startswith(magic))

    def members(self) -> Iterator[Member | Lost | None]:
        """Yield the members; None for skipped ones."""
        numbers = (ARCHIVE_SECONDS, ARCHIVE_MEMORY, self._kind)
        with running(_WORKER, *numbers, seconds=ARCHIVE_WALL_SECONDS) as process:
            feed(process, self._file.content)
            frames = _Frames(process)
            while not (said := frames.said()).get("end"):
                if "missing" in said:
                    hint = "install it from the packages of the system (libarchive13, libarchive)"
                    raise ExtraMissing("a file that needs libarchive", hint=hint, module="libarchive")
                if "error" in said:
                    raise _not_unpacked(said["error"], "the archive is broken")
                self._file.budget.part()
                yield self._member(said, frames)

    def _member(self, said: dict[str, Any], frames: _Frames) -> Member | Lost | None:
        stored = bytes.fromhex(said["name"])
        name = text_of_name(stored, encoding_of_names([stored]))
        content, refused = b"", None
        try:
            content = unpacked(frames, len(self._file.content), self._file.budget)
        except SourceError as error:
            if self._file.budget.spent:
                raise
            frames.skip()
            refused = error
        reason = frames.said().get("reason", "")
        try:
            name = place(name)
        except SourceError as error:
            return Lost(name, str(error))
        if said["kind"] == "folder" or hidden(name):
            return None
        if said["kind"] != "file":
            return Lost(name, "a link, not followed" if said["kind"] == "link" else "not a regular file", skipped=True)
        if refused or reason:
            return Lost(name, str(refused or _not_unpacked(reason)))
        return Member(name, content)


def _not_unpacked(reason: str, what: str = "it cannot be unpacked") -> SourceError:
    if (words := worded(reason)) == ENCRYPTED:
        return SourceError(words, hint="unpack it with its password")
    return SourceError(f"{what}: {words}")


def feed(process: Popen[bytes], content: bytes) -> None:
    """Send the file; the other process reads all of it before answering."""
    if process.stdin is not None:
        try:
            process.stdin.write(content)
            process.stdin.close()
        except BrokenPipeError:
            return


class _Frames:
    """The frames from the other process; also a file object with the bytes of one member."""

    def __init__(self, process: Popen[bytes]) -> None:
        self._pipe = process.stdout or io.BytesIO()
        self._left = b""
        self._ended = False

    def said(self) -> dict[str, Any]:
        """Return a frame of JSON."""
        self._ended = False
        said: dict[str, Any] = json.loads(self._frame())
        return said

    def read(self, size: int, /) -> bytes:
        """Return the next bytes of a member, at most `size`; none at its end."""
        if not self._left and not self._ended:
            self._left = self._frame()
            self._ended = not self._left
        found, self._left = self._left[:size], self._left[size:]
        return found

    def skip(self) -> None:
        """Skip the rest of a member."""
        while self.read(1 << 20):
            pass

    def _frame(self) -> bytes:
        head = self._exactly(4)
        return self._exactly(struct.unpack(">I", head)[0])

    def _exactly(self, size: int) -> bytes:
        content = self._pipe.read(size)
        if len(content) < size:
            raise SourceError(f"an archive that cannot be read in {ARCHIVE_SECONDS} s and {ARCHIVE_MEMORY >> 20} MiB")
        return content
