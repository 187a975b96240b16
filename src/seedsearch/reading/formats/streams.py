"""Decompresses streams a few bytes at a time, with a dictionary of bounded size.

The library's own readers of bzip2 and LZMA in ZIP return everything to which a piece of packed bytes expands, and those
of xz take as much memory as a file demands.
"""

from __future__ import annotations

import io
import lzma
import re
from collections.abc import Callable
from typing import Protocol

from seedsearch.reading.formats.format import File
from seedsearch.reading.formats.limits import DICTIONARY, DICTIONARY_ROOM

GZIP = b"\x1f\x8b\x08"
XZ = b"\xfd7zXZ\0"
# Packed bytes passed at a time. The data after a stream is copied each time a stream ends.
_PIECE = 1 << 13
_MEMORY = DICTIONARY + DICTIONARY_ROOM
_BZIP2 = re.compile(rb"BZh[1-9]1AY&SY")


def is_gzip(file: File) -> bool:
    """Return whether it begins as gzip does."""
    return file.content.startswith(GZIP)


def is_bzip2(file: File) -> bool:
    """Return whether it begins as bzip2 does."""
    return _BZIP2.match(file.content) is not None


def is_xz(file: File) -> bool:
    """Return whether it begins as xz does."""
    return file.content.startswith(XZ)


class Decompressor(Protocol):
    """The common interface of the decompressors of bz2 and lzma."""

    @property
    def eof(self) -> bool:
        """Whether the stream has ended."""

    @property
    def needs_input(self) -> bool:
        """Whether more packed bytes are needed."""

    @property
    def unused_data(self) -> bytes:
        """The data after the end of the stream."""

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """Return the next bytes, at most `max_length`."""


class Packed(Protocol):
    """The source of packed bytes."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, at most `size`; none at the end."""


class Stream:
    """The bytes of a packed stream, or of several concatenated ones that each begin with `magic`."""

    def __init__(self, packed: Packed, start: Callable[[], Decompressor], magic: bytes = b"") -> None:
        self._file = packed
        self._start = start
        self._magic = magic
        self._decompressor = start()

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, at most `size`; none at the end. Raises EOFError if the stream is truncated."""
        while True:
            decompressor = self._decompressor
            if decompressor.eof:
                piece = self._next()
                if not piece:
                    return b""
            elif decompressor.needs_input:
                piece = self._file.read(_PIECE)
                if not piece:
                    raise EOFError("it was cut off")
            else:
                piece = b""
            if found := self._decompressor.decompress(piece, size):
                return found

    def _next(self) -> bytes:
        """Begin the next stream and return its first bytes; none if there is no other.

        There may be NULs in between.
        """
        piece = self._decompressor.unused_data.lstrip(b"\0")
        while len(piece) < len(self._magic) and (more := self._file.read(_PIECE)):
            piece = (piece + more).lstrip(b"\0")
        if not self._magic or not piece.startswith(self._magic):
            return b""
        self._decompressor = self._start()
        return piece


def xz(packed: Packed) -> Stream:
    """Return an xz file: one stream or several."""
    return Stream(packed, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY), XZ)


def lzma_alone(properties: bytes, size: int, packed: bytes) -> Stream:
    """Return a raw LZMA stream; `size` is its unpacked size, or -1 if the stream itself has it."""
    head = properties + size.to_bytes(8, "little", signed=True)
    return Stream(io.BytesIO(head + packed), lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=_MEMORY))
