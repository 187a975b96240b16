"""Compressed files of records, decompressed as they are read and compressed again in the same way."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import shutil
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO, cast

from seedsearch.errors import ExtraMissing, SourceError
from seedsearch.reading.formats import streams
from seedsearch.reading.formats.limits import GRANTED, RATIO

_CHUNK = 1 << 20  # bytes read at a time
# The exceptions of the libraries for broken or truncated files.
BROKEN = (EOFError, OSError, lzma.LZMAError, ValueError, zlib.error)


@dataclass(frozen=True, slots=True)
class Packing:
    """A compression format: the extension, the magic bytes, and how to read and write it.

    `begin` returns the beginning of a compressed file, decompressed, up to a number of bytes.
    """

    ending: str
    magic: bytes
    read: Callable[[BinaryIO], streams.Packed]
    write: Callable[[BinaryIO], BinaryIO]
    begin: Callable[[bytes, int], bytes]


def _zstd_reader(file: BinaryIO) -> BinaryIO:
    _need_zstandard()
    import zstandard

    unpacker = zstandard.ZstdDecompressor(max_window_size=1 << 27)
    return cast(BinaryIO, unpacker.stream_reader(file, read_across_frames=True))


def _zstd_writer(file: BinaryIO) -> BinaryIO:
    _need_zstandard()
    import zstandard

    return cast(BinaryIO, zstandard.ZstdCompressor().stream_writer(file, closefd=False))


def _need_zstandard() -> None:
    if find_spec("zstandard") is None:
        hint = "to read it: pip install 'seedsearch[corpus]'"
        raise ExtraMissing("a file of records that is packed by Zstandard", hint=hint, module="zstandard")


def _gzip_writer(file: BinaryIO) -> BinaryIO:
    return cast(BinaryIO, gzip.GzipFile("", "wb", 6, file, mtime=0))  # no name, no time: reproducible output


def _xz_writer(file: BinaryIO) -> BinaryIO:
    return cast(BinaryIO, lzma.open(file, "wb", preset=1))


def _bzip2_reader(file: BinaryIO) -> streams.Packed:
    return streams.Stream(file, bz2.BZ2Decompressor, b"BZh")


def _gzip_begin(head: bytes, size: int) -> bytes:
    return zlib.decompressobj(31).decompress(head, size)


def _bzip2_begin(head: bytes, size: int) -> bytes:
    return bz2.BZ2Decompressor().decompress(head, size)


def _xz_begin(head: bytes, size: int) -> bytes:
    return streams.xz(io.BytesIO(head)).read(size)


def _zstd_begin(head: bytes, size: int) -> bytes:
    return _zstd_reader(io.BytesIO(head)).read(size)


PACKINGS = (
    Packing(
        ".gz", b"\x1f\x8b\x08", lambda file: cast(BinaryIO, gzip.GzipFile(fileobj=file)), _gzip_writer, _gzip_begin
    ),
    Packing(".bz2", b"BZh", _bzip2_reader, lambda file: cast(BinaryIO, bz2.BZ2File(file, "wb")), _bzip2_begin),
    Packing(".xz", streams.XZ, streams.xz, _xz_writer, _xz_begin),
    Packing(".zst", b"\x28\xb5\x2f\xfd", _zstd_reader, _zstd_writer, _zstd_begin),
)


def packing_of(path: str) -> Packing | None:
    """Return the packing by the name of a file; None if it is not packed."""
    ending = os.path.splitext(path)[1].lower()
    return next((packing for packing in PACKINGS if packing.ending == ending), None)


def packing_by(head: bytes) -> Packing | None:
    """Return the packing by the first bytes."""
    return next((packing for packing in PACKINGS if head.startswith(packing.magic)), None)


class Counted:
    """A packed file that counts its packed bytes, so that decompression bombs are stopped."""

    def __init__(self, file: streams.Packed, packing: Packing | None) -> None:
        self._file = file
        self._source = self if packing is None else packing.read(cast(BinaryIO, _Through(self)))
        self._packed = packing is not None
        self.taken = self.given = 0

    def take(self, size: int) -> bytes:
        """Return packed bytes of the file."""
        piece = self._file.read(_CHUNK if size < 0 else size)
        self.taken += len(piece)
        return piece

    def read(self, size: int) -> bytes:
        """Return the next unpacked bytes, at most `size`; raises SourceError if it cannot be unpacked."""
        if not self._packed:
            return self.take(size)
        try:
            piece = self._source.read(size)
        except BROKEN as error:
            raise SourceError(f"it cannot be unpacked: {error}") from error
        self.given += len(piece)
        if self.given > RATIO * self.taken + GRANTED:
            raise SourceError(f"it unpacks to more than {RATIO} times its size")
        return piece


class _Through:
    """The packed bytes of a counted file as a file object for the libraries."""

    def __init__(self, counted: Counted) -> None:
        self._counted = counted

    def read(self, size: int = -1) -> bytes:
        """Return the next packed bytes."""
        return self._counted.take(size)

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return False: it can only be read once."""
        return False


def packed_copy(source: Path, target: Path, packing: Packing) -> None:
    """Write the content of a file to another one, packed."""
    with source.open("rb") as plain, target.open("wb") as file, packing.write(file) as packed:
        shutil.copyfileobj(plain, packed, _CHUNK)
