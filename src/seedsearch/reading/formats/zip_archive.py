"""ZIP archives, read in memory: nothing is ever written to a path given by an archive.

Names without a declared encoding are decoded as UTF-8 or in the code page of a Chinese Windows (GBK or Big5, whichever
makes Chinese of all names of the archive), not in code page 437 as the standard says. If Info-ZIP stored the name in
UTF-8 as well, that one is used.
"""

from __future__ import annotations

import bz2
import io
import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial

from seedsearch.errors import NotText, SourceError
from seedsearch.reading.encodings.names import strictly
from seedsearch.reading.formats.format import File, Part
from seedsearch.reading.formats.limits import PARTS, Budget
from seedsearch.reading.formats.members import Lost, Member, encoding_of_names, hidden, place, text_of_name, unpacked
from seedsearch.reading.formats.reasons import worded
from seedsearch.reading.formats.streams import Stream, lzma_alone
from seedsearch.reading.neighbours import HEAD, spread

_UTF8 = 0x800
_UNICODE_PATH = 0x7075
_ENCRYPTED = 0x1
_END_MARKED = 0x2
_SIZED_BEHIND = 0x8
_HEAD, _BEHIND, _LISTED, _END = b"PK\x03\x04", b"PK\x07\x08", b"PK\x01\x02", b"PK\x05\x06"
MAGIC = (_HEAD, _END)
_SHORTEST_END, _LONGEST_END = 22, 22 + 0xFFFF  # bytes of the end record, without and with the longest comment
_READ_IN_PART = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# The exceptions of the library for broken or unsupported archives.
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


class Archive(zipfile.ZipFile):
    """An archive that counts how much of it was read: overlapping members are read only once.

    `names` are the names of its members; `lost` tells what is missing from a truncated archive.
    """

    def __init__(self, content: bytes, lost: Lost | None = None) -> None:
        super().__init__(io.BytesIO(content))
        self.lost = lost
        self.names = frozenset(self.namelist())
        self._left = len(content)

    def take(self, info: zipfile.ZipInfo) -> None:
        """Count a member to be read; raises SourceError if more would be read than the archive has."""
        if info.compress_size > self._left:
            raise SourceError("it cannot be unpacked: it overlaps other members")
        self._left -= info.compress_size


def opened(content: bytes) -> Archive:
    """Open the archive; raises SourceError if it is broken or has too many members."""
    # Every directory entry begins with these bytes; counting them is cheap, making objects is not.
    if content.count(_LISTED) > PARTS:
        raise SourceError(f"it holds more than {PARTS:,} files", hint="unpack it into a folder")
    try:
        return Archive(content)
    except UnicodeDecodeError as error:
        if (said := _without_false_marks(content)) is None:
            raise SourceError(f"the archive is broken: {error}") from error
        return opened(said)
    except _BROKEN as error:
        if (archive := _of_a_part(content)) is not None:
            return archive
        raise SourceError("the archive is broken: its list of files is missing or wrong") from error


def _without_false_marks(content: bytes) -> bytes | None:
    """Return the archive without the UTF-8 flag at names that are not UTF-8; None if there is no such name.

    Some archivers flag every name as UTF-8, including those in the code page of the system.
    """
    end = content.rfind(_END)
    if end < 0 or len(content) < end + _SHORTEST_END:
        return None
    size = struct.unpack_from("<I", content, end + 12)[0]
    listed, at, mended = bytearray(content), end - size, False
    while 0 <= at <= end - 46 and content.startswith(_LISTED, at):
        named, extra, comment = struct.unpack_from("<HHH", content, at + 28)
        (flags,) = struct.unpack_from("<H", content, at + 8)
        if flags & _UTF8 and strictly(content[at + 46 : at + 46 + named], "utf-8") is None:
            (head,) = struct.unpack_from("<I", content, at + 42)
            for mark in (at + 8, head + 6)[: 1 + content.startswith(_HEAD, head)]:
                struct.pack_into("<H", listed, mark, flags & ~_UTF8)
            mended = True
        at += 46 + named + extra + comment
    return bytes(listed) if mended else None


def _of_a_part(content: bytes) -> Archive | None:
    """Return the rest of an archive whose end is missing: rebuild the central directory from the local headers of the
    complete files (APPNOTE 4.3.7). None if there are none.
    """
    if content.count(_HEAD) > PARTS or _END in content[-_LONGEST_END : len(content) - _SHORTEST_END + len(_END)]:
        return None
    rows, at = [], 0
    while content.startswith(_HEAD, at) and len(content) >= at + 30:
        fields = list(struct.unpack_from("<HHHHHIIIHH", content, at + 4))
        named, begin = fields[8], at + 30 + fields[8] + fields[9]
        end, fields[5:8] = _measured(content, begin, fields[1], fields[5:8])
        if end < begin:
            break
        head = struct.pack("<4sH", _LISTED, 20) + struct.pack("<HHHHHIIIHH", *fields[:9], 0)
        rows.append(head + struct.pack("<HHHII", 0, 0, 0, 0, at) + content[at + 30 : at + 30 + named])
        at = end
    if not rows or at >= 1 << 32:
        return None
    listed = b"".join(rows)
    last = struct.pack("<4sHHHHIIH", _END, 0, 0, len(rows) & 0xFFFF, len(rows) & 0xFFFF, len(listed), at, 0)
    reason = f"the archive is cut off; files that are whole: {len(rows)}"
    return Archive(content[:at] + listed + last, Lost("", reason))


def _measured(content: bytes, begin: int, flags: int, said: list[int]) -> tuple[int, list[int]]:
    """Return the end of a file with its checksum, compressed and uncompressed size; -1 if that is beyond the end of the
    data.

    These values may follow the file if the writer did not know them before, and may be those of a large file.
    """
    if flags & _SIZED_BEHIND and not said[1]:
        at = content.find(_BEHIND, begin)
        while at >= 0 and len(content) >= at + 16:
            check, packed, size = struct.unpack_from("<III", content, at + 4)
            if packed == at - begin:
                return at + 16, [check, packed, size]
            at = content.find(_BEHIND, at + 4)
        return -1, said
    end = begin + said[1]
    return (end if end <= len(content) and said[1] < 0xFFFFFFFF else -1), said


def recognises(file: File) -> bool:
    """Return whether it begins as a ZIP archive does."""
    return file.content.startswith(MAGIC)


def archive(file: File) -> Archive:
    """Return the archive, opened once per file; raises SourceError if it is broken."""
    return file.once(opened)


def names(file: File) -> frozenset[str]:
    """Return the names in a ZIP archive; none for another file.

    Raises SourceError for one that is broken.
    """
    return archive(file).names if recognises(file) else frozenset()


def to_its_end(parts: Callable[[File], Iterator[Part]]) -> Callable[[File], Iterator[Part]]:
    """Yield the `parts` of an archive, and finally what is missing from a truncated one."""

    def all_parts(file: File) -> Iterator[Part]:
        yield from parts(file)
        if (lost := archive(file).lost) is not None:
            yield lost

    return all_parts


def parts(file: File) -> Iterator[Member | Lost]:
    """Return the files in the archive; raises NotText for office documents that no format has recognised."""
    if "[Content_Types].xml" in names(file):
        if archive(file).lost is not None:
            raise SourceError("an office document that is cut off before its text")
        raise NotText("an office document of a kind that is not read", hint="save it as DOCX or text")
    return members(archive(file), file.budget)


def members(archive: Archive, budget: Budget) -> Iterator[Member | Lost]:
    """Yield the files in the archive, in its order; hidden ones are left out."""
    encoding = encoding_of_names(_bytes_of_name(info) for info in archive.infolist() if not info.flag_bits & _UTF8)
    for info in archive.infolist():
        budget.part()
        name = _spelled(info) or text_of_name(_bytes_of_name(info), encoding)
        if not name.endswith(("/", "\\")) and (found := _member(archive, info, name, budget)) is not None:
            yield found
            del found  # before the next one is unpacked


def _member(archive: Archive, info: zipfile.ZipInfo, name: str, budget: Budget) -> Member | Lost | None:
    try:
        name = place(name)
        if hidden(name):
            return None
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            return Lost(name, _what(kind), skipped=True)
        return Member(name, read(archive, info, budget), partial(_heads, archive))
    except SourceError as error:
        if budget.spent:
            raise
        return Lost(name, str(error))


def _heads(archive: Archive) -> Iterator[bytes]:
    """Yield the beginnings of a few members in the order of names, as far as they can be read separately."""
    plain = [
        info
        for info in archive.infolist()
        if info.file_size and not info.flag_bits & _ENCRYPTED and info.compress_type in _READ_IN_PART
    ]
    for info in spread(sorted(plain, key=lambda info: info.filename)):
        try:
            with archive.open(info) as file:
                yield file.read(HEAD)
        except _BROKEN:
            continue


def read(archive: Archive, info: zipfile.ZipInfo, budget: Budget) -> bytes:
    """Return the bytes of a member; raises SourceError if they cannot be read."""
    if info.flag_bits & _ENCRYPTED:
        raise SourceError("it is encrypted", hint="unpack it with its password")
    archive.take(info)
    try:
        with archive.open(info) as file:
            if info.compress_type not in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
                return unpacked(file, info.compress_size, budget)
        content = unpacked(_stream(archive, info), info.compress_size, budget)
        if zlib.crc32(content) != info.CRC:
            raise SourceError("it cannot be unpacked: its checksum is wrong")
        return content
    except _BROKEN as error:
        raise SourceError(f"it cannot be unpacked: {worded(error)}") from error


def _stream(archive: Archive, info: zipfile.ZipInfo) -> Stream:
    """Return the stream of a member packed by bzip2 or LZMA (APPNOTE 4.3.7 and 5.8.8)."""
    packed = _packed(archive, info)
    if info.compress_type == zipfile.ZIP_BZIP2:
        return Stream(io.BytesIO(packed), bz2.BZ2Decompressor)
    _, size = struct.unpack_from("<HH", packed)
    return lzma_alone(packed[4 : 4 + size], -1 if info.flag_bits & _END_MARKED else info.file_size, packed[4 + size :])


def _packed(archive: Archive, info: zipfile.ZipInfo) -> bytes:
    """Return the packed bytes of a member, which follow its local header and name."""
    file = archive.fp
    if file is None:
        raise ValueError("a closed archive")
    file.seek(info.header_offset + 26)
    name, extra = struct.unpack("<HH", file.read(4))
    file.seek(name + extra, io.SEEK_CUR)
    return file.read(info.compress_size)


def _what(kind: int) -> str:
    return "a symbolic link, not followed" if kind == stat.S_IFLNK else "not a regular file"


def _spelled(info: zipfile.ZipInfo) -> str:
    """Return the name declared as UTF-8, by the flag or in an extra field (APPNOTE 4.6.9); empty if there is none."""
    if info.flag_bits & _UTF8:
        return info.filename
    extra = info.extra
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        field, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == _UNICODE_PATH and field[:5] == struct.pack("<BI", 1, zlib.crc32(_bytes_of_name(info))):
            return field[5:].decode("utf-8", "replace")
    return ""


def _bytes_of_name(info: zipfile.ZipInfo) -> bytes:
    """Return the bytes of a name without a declared encoding, which the library decodes in code page 437."""
    return info.filename.encode("cp437", "replace")
