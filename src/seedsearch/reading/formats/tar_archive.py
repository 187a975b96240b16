"""TAR archives, and single files compressed with gzip, bzip2 or xz."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from seedsearch.errors import SourceError
from seedsearch.reading.formats import streams
from seedsearch.reading.formats.format import File
from seedsearch.reading.formats.limits import Budget
from seedsearch.reading.formats.members import (
    Lost,
    Member,
    Readable,
    encoding_of_names,
    hidden,
    place,
    text_of_name,
    unpacked,
)
from seedsearch.reading.formats.reasons import worded
from seedsearch.reading.neighbours import HEAD, spread

_ENDINGS = (".gz", ".bz2", ".xz")
_BROKEN = (tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, OverflowError, RecursionError)
_BLOCK = 512


def is_tar(content: bytes) -> bool:
    """Return whether `content` begins with a header of tar (those of before 1988 have no mark and are not read)."""
    return content[257:262] == b"ustar"


def recognises(file: File) -> bool:
    """Return whether it begins with a header of tar."""
    return is_tar(file.content)


def parts(file: File) -> Iterator[Member | Lost]:
    """Return the files in the archive."""
    return members(file.content, file.budget)


def packed_parts(file: File) -> Iterator[Member | Lost]:
    """Return the one file in a packed one; or the files in the archive that it is."""
    packed = _ToItsEnd(_reader(file.content))
    try:
        inner = unpacked(packed, len(file.content), file.budget)
    except _BROKEN as error:
        raise SourceError(f"it cannot be unpacked: {worded(error)}") from error
    if packed.cut and not inner:
        raise SourceError("the packed file is cut off")
    if is_tar(inner):
        yield from members(inner, file.budget)
    else:
        stem, ending = os.path.splitext(os.path.basename(file.path))
        yield Member(stem if ending.lower() in _ENDINGS else stem + ending, inner)
    if packed.cut:
        yield Lost("", "the packed file is cut off")


class _ToItsEnd:
    """A packed file that ends where its packed bytes do; `cut` says that it should have gone on."""

    def __init__(self, file: Readable) -> None:
        self._read = getattr(file, "read1", file.read)  # `read` of the library loses what stood before the cut
        self.cut = False

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, at most `size`; none at the end."""
        try:
            return b"" if self.cut else self._read(size)
        except EOFError:
            self.cut = True
            return b""


def _reader(content: bytes) -> Readable:
    if content.startswith(streams.XZ):
        return streams.xz(io.BytesIO(content))
    file = io.BytesIO(content)
    return gzip.GzipFile(fileobj=file) if content.startswith(b"\x1f") else bz2.BZ2File(file)


class _Counted(io.BytesIO):
    """Bytes that are read only so often: a header that points backwards would have the library read for ever."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.left = 8 * (len(content) // _BLOCK) + 64

    def read(self, size: int | None = -1, /) -> bytes:
        """Like that of the base; raises SourceError when it was asked too often."""
        self.left -= 1
        if self.left < 0:
            raise SourceError("the archive is broken: it goes in circles")
        return super().read(size)


def members(content: bytes, budget: Budget) -> Iterator[Member | Lost]:
    """Yield the files in the archive, in its order; hidden ones are left out."""
    try:
        with tarfile.open(fileobj=_Counted(content), mode="r:", errors="surrogateescape") as archive:
            for info in archive:
                budget.part()
                if info.isdir():
                    continue
                if (found := _member(archive, info, budget)) is not None:
                    yield replace(found, heads=partial(_heads, content)) if isinstance(found, Member) else found
                    del found  # before the next one is read
    except _BROKEN as error:
        raise SourceError(f"the archive is broken: {worded(error)}") from error


def _heads(content: bytes) -> Iterator[bytes]:
    """Yield the beginnings of a few members, by their names in order."""
    try:
        with tarfile.open(fileobj=_Counted(content), mode="r:", errors="surrogateescape") as archive:
            plain = [(info.name, info.offset_data, info.size) for info in archive if info.isreg() and info.size]
    except (*_BROKEN, SourceError):
        return
    for _, start, size in spread(sorted(plain)):
        yield content[start : start + min(size, HEAD)]


def _member(archive: tarfile.TarFile, info: tarfile.TarInfo, budget: Budget) -> Member | Lost | None:
    stored = info.name.encode("utf-8", "surrogateescape")
    name = text_of_name(stored, encoding_of_names([stored]))
    try:
        name = place(name)
        if hidden(name):
            return None
        if not info.isfile():
            linked = info.issym() or info.islnk()
            return Lost(name, "a link, not followed" if linked else "not a regular file", skipped=True)
        file = archive.extractfile(info)
        return None if file is None else Member(name, unpacked(file, info.size, budget))
    except SourceError as error:
        if budget.spent:
            raise
        return Lost(name, str(error))
