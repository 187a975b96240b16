"""ZIP archives, read in memory: nothing is ever written where an archive says.

Names without a mark of their encoding are read as UTF-8 or as the code page of a Chinese Windows, not as the code
page 437 that the standard has.
"""

from __future__ import annotations

import io
import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator

from seedsearch.errors import SourceError
from seedsearch.formats.limits import PARTS, Budget
from seedsearch.formats.parts import Lost, Member, hidden, place, text_of_name, unpacked

MAGIC = (b"PK\x03\x04", b"PK\x05\x06")

_UTF8 = 0x800
_ENCRYPTED = 0x1
# What the library raises for archives that are broken or of a kind it does not know.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    OverflowError,
)


def opened(content: bytes) -> zipfile.ZipFile:
    """The archive; raises SourceError for one that is broken, or has more members than are read."""
    # Every entry of the directory begins with these bytes; counting them costs nothing, making objects of them does.
    if content.count(b"PK\x01\x02") > PARTS:
        raise SourceError(f"it holds more than {PARTS:,} files", hint="unpack it into a folder")
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except _BROKEN as error:
        raise SourceError(f"the archive is broken: {error}") from error


def members(archive: zipfile.ZipFile, budget: Budget) -> Iterator[Member | Lost]:
    """The files in the archive, in its order; hidden ones are left out."""
    for info in archive.infolist():
        budget.part()
        name = _name(info)
        if name.endswith(("/", "\\")):
            continue
        try:
            name = place(name)
            if hidden(name):
                continue
            kind = stat.S_IFMT(info.external_attr >> 16)
            if kind not in (0, stat.S_IFREG):
                yield Lost(name, _what(kind), skipped=True)
                continue
            content = read(archive, info, budget)
        except SourceError as error:
            if budget.spent:
                raise
            yield Lost(name, str(error))
        else:
            yield Member(name, content)


def read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> bytes:
    """The bytes of a member; raises SourceError where they can not be had."""
    if info.flag_bits & _ENCRYPTED:
        raise SourceError("it is encrypted", hint="unpack it with its password")
    try:
        with archive.open(info) as file:
            return unpacked(file, info.compress_size, budget)
    except _BROKEN as error:
        raise SourceError(f"it can not be unpacked: {error}") from error


def _what(kind: int) -> str:
    return "a symbolic link, not followed" if kind == stat.S_IFLNK else "not a regular file"


def _name(info: zipfile.ZipInfo) -> str:
    if info.flag_bits & _UTF8:
        return info.filename
    return text_of_name(info.filename.encode("cp437", "replace"))
