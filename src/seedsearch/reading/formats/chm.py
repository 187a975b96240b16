"""Windows help books (CHM) → the metadata of the book, and its pages.

Title and table of contents form a document with the name of the book. Each page is an HTML document with its title from
the contents; pictures, styles and scripts are left out. If the encoding of a page is in doubt, the language of the book
weighs as much as neighbouring files would.

A directory (ITSP) refers to places in two sections: an uncompressed one, and one compressed with LZX, in pieces that
are reset after a number of frames. Source: the descriptions of the format by Matthew T. Russotto and Jed Wing.
"""

from __future__ import annotations

import html
import itertools
import posixpath
import re
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from seedsearch.errors import SourceError
from seedsearch.reading.documents import Said
from seedsearch.reading.encodings import decode
from seedsearch.reading.formats import lzx
from seedsearch.reading.formats.format import File
from seedsearch.reading.formats.limits import LZX_PIECE, MEMBER, Budget
from seedsearch.reading.formats.members import Extracted, Lost, Member, place, text_of_name

MAGIC = b"ITSF"
_DIRECTORY, _LISTING = b"ITSP", b"PMGL"
_PLAIN, _PACKED = 0, 1
_SPACE = "::DataSpace/Storage/MSCompressed/"
_CONTENT, _CONTROL = f"{_SPACE}Content", f"{_SPACE}ControlData"
_RESETS = f"{_SPACE}Transform/{{7FC28940-9D31-11D0-9B27-00A0C91E9C7C}}/InstanceData/ResetTable"
_SYSTEM = "/#SYSTEM"
_OF_CONTENTS, _OF_TITLE, _OF_LANGUAGE = 0, 3, 4  # numbers of entries in /#SYSTEM
# Extensions of files without text.
_WITHOUT_TEXT = re.compile(
    r"\.(?:css|js|vbs|gif|jpe?g|png|bmp|ico|svg|[we]mf|swf|wav|mid|mp3|avi|wmv|ttf|eot|woff2?|exe|dll|hh[ckps]|stp|ini|db)",
    re.IGNORECASE,
)
# Windows language identifiers → encodings of their pages.
_ENCODINGS = {0x0804: "gb18030", 0x1004: "gb18030", 0x0404: "big5", 0x0C04: "big5", 0x1404: "big5"}
_LONGEST_NUMBER, _SMALLEST_LISTING = 9, 64  # bytes
_PARAMETER = re.compile(r"""<param\s[^<>]{0,4000}>|<(/?)object\b""", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""\b(name|value)\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)


@dataclass(frozen=True, slots=True, order=True)
class _Entry:
    """The place of a file of the book."""

    section: int
    offset: int
    length: int
    name: str


def recognises(file: File) -> bool:
    """Return whether it begins as CHM does."""
    return file.content.startswith(MAGIC)


def parts(file: File) -> Iterator[Extracted | Member | Lost]:
    """Yield the metadata of the book and its pages in file order; raises SourceError for a broken book."""
    try:
        book = _Book(file.content, file.budget)
    except (struct.error, IndexError) as error:
        raise SourceError("the book is broken: its records are not where it says") from error
    titles = book.titles()
    if book.title or titles:
        lines = dict.fromkeys(filter(None, (book.title, *(title for title, _ in titles))))
        yield Extracted("".join(f"{line}\n" for line in lines), Said((book.title,) if book.title else ()))
    named = {name.lower(): title for title, name in reversed(titles) if name}
    for entry in book.pages():
        yield book.page(entry, named)


class _Book:
    """A parsed book with its `title`."""

    def __init__(self, content: bytes, budget: Budget) -> None:
        self._content = content
        self._budget = budget
        version, size = struct.unpack_from("<II", content, 4)
        (self._language,) = struct.unpack_from("<I", content, 20)
        directory, length = struct.unpack_from("<QQ", content, 72)
        self._begin = struct.unpack_from("<Q", content, 88)[0] if version > 2 and size >= 96 else directory + length
        self._files = self._listed(directory)
        self._ends = {_PLAIN: 0, _PACKED: 0}
        self._stream: _Stream | None = None
        self._contents, self.title = "", ""
        self._system()

    def _listed(self, at: int) -> dict[str, _Entry]:
        """Return the files of the book by name."""
        if self._content[at : at + 4] != _DIRECTORY:
            raise IndexError
        head, _, size = struct.unpack_from("<III", self._content, at + 8)
        (count,) = struct.unpack_from("<I", self._content, at + 44)
        if size < _SMALLEST_LISTING or at + head + count * size > len(self._content):
            raise IndexError
        found: dict[str, _Entry] = {}
        for number in range(count):
            begin = at + head + number * size
            chunk = self._content[begin : begin + size]
            if chunk.startswith(_LISTING):
                (free,) = struct.unpack_from("<I", chunk, 4)
                self._read_listing(chunk[20 : max(20, size - free)], found)
        return found

    def _read_listing(self, rows: bytes, found: dict[str, _Entry]) -> None:
        at = 0
        while at < len(rows):
            size, at = _number(rows, at)
            name = text_of_name(rows[at : at + size], "utf-8")
            at += size
            section, at = _number(rows, at)
            offset, at = _number(rows, at)
            length, at = _number(rows, at)
            self._budget.part()
            found[name] = _Entry(section, offset, length, name)

    def _system(self) -> None:
        """Read title, language and the name of the contents."""
        system = self._read_plain(self._files.get(_SYSTEM))
        at, found = 4, dict[int, bytes]()
        while at + 4 <= len(system):
            kind, size = struct.unpack_from("<HH", system, at)
            found.setdefault(kind, system[at + 4 : at + 4 + size])
            at += 4 + size
        if len(language := found.get(_OF_LANGUAGE, b"")) >= 4:
            (self._language,) = struct.unpack_from("<I", language)
        self.title = " ".join(self._text(found.get(_OF_TITLE, b"").partition(b"\0")[0]).split())
        self._contents = self._text(found.get(_OF_CONTENTS, b"").partition(b"\0")[0])

    @property
    def _encoding(self) -> str | None:
        """Return the encoding implied by the language of the book."""
        return _ENCODINGS.get(self._language & 0xFFFF)

    def _beside(self) -> Mapping[str, float]:
        return {self._encoding: 1.0} if self._encoding else {}

    def _text(self, content: bytes) -> str:
        return decode(content, beside=self._beside).text if content else ""

    def pages(self) -> list[_Entry]:
        """Return the files that may contain text, in file order."""
        named = (
            entry for name, entry in self._files.items() if name.startswith("/") and name[1:2] not in ("#", "$", "")
        )
        kept = (entry for entry in named if not _WITHOUT_TEXT.fullmatch(posixpath.splitext(entry.name)[1]))
        return sorted(entry for entry in kept if entry.length)

    def page(self, entry: _Entry, titles: Mapping[str, str]) -> Member | Lost:
        """Return a page with its title from the contents."""
        name = entry.name[1:]
        try:
            name = place(name)
            title = titles.get(name.lower(), self.title)
            said = Said((title,) if title else ())
            return Member(name, self._read(entry), said=said, beside=self._beside)
        except SourceError as error:
            if self._budget.spent:
                raise
            return Lost(name, str(error))

    def titles(self) -> list[tuple[str, str]]:
        """Return the headings of the contents with the names of their pages, in order; "" for a heading without a
        page.
        """
        names = [f"/{self._contents.lstrip('/')}", *(name for name in self._files if name.lower().endswith(".hhc"))]
        entry = next((self._files[name] for name in names if name in self._files), None)
        if entry is None:
            return []
        try:
            # The stream can only be read forward, so the contents are read from a separate one.
            text = self._text(self._read(entry))
        except SourceError:
            if self._budget.spent:
                raise
            return []
        finally:
            self._ends, self._stream = {_PLAIN: 0, _PACKED: 0}, None
        folder = posixpath.dirname(entry.name)
        return [(title, _place(folder, local)) for title, local in _headings(text)]

    def _read(self, entry: _Entry) -> bytes:
        """Return the bytes of a file; raises SourceError if they cannot be read or were read before."""
        self._budget.fits(entry.length)
        if entry.section not in self._ends:
            raise SourceError("it is packed in a way that is not known")
        if entry.offset < self._ends[entry.section]:
            raise SourceError("it cannot be unpacked: it overlaps other members")
        self._ends[entry.section] = entry.offset + entry.length
        if entry.section == _PLAIN:
            self._budget.spend(entry.length)
            if len(content := self._read_plain(entry)) < entry.length:
                raise SourceError("it cannot be unpacked: it ends too early")
            return content
        try:
            self._stream = self._stream or self._opened()
            return self._stream.read(entry.offset, entry.length, self._budget)
        except lzx.Broken as error:
            raise SourceError(f"it cannot be unpacked: {error}") from error
        except struct.error as error:
            raise SourceError("it cannot be unpacked: it does not say how it is packed") from error

    def _read_plain(self, entry: _Entry | None) -> bytes:
        if entry is None or entry.section != _PLAIN:
            return b""
        begin = self._begin + entry.offset
        return self._content[begin : begin + entry.length]

    def _opened(self) -> _Stream:
        control, table = (self._read_plain(self._files.get(name)) for name in (_CONTROL, _RESETS))
        packed = self._files.get(_CONTENT)
        if packed is None or control[4:8] != b"LZXC":
            raise lzx.Broken("it does not say how it is packed")
        version, interval, window = struct.unpack_from("<III", control, 8)
        frames, window = (interval, window * lzx.FRAME) if version > 1 else (interval // lzx.FRAME, window)
        bits = window.bit_length() - 1
        if not 0 < frames * lzx.FRAME <= LZX_PIECE or bits not in lzx.SLOTS or window != 1 << bits:
            raise lzx.Broken("it does not say how it is packed")
        count, _, head = struct.unpack_from("<III", table, 4)
        size, packed_size, frame = struct.unpack_from("<QQQ", table, 16)
        begins = struct.unpack_from(f"<{count}Q", table, head)[: -(-size // lzx.FRAME)]
        rising = all(one < other for one, other in itertools.pairwise((*begins, packed_size)))
        if frame != lzx.FRAME or count * frame < size or not rising:
            raise lzx.Broken("its pieces are not where it says")
        begin = self._begin + packed.offset
        return _Stream(memoryview(self._content)[begin : begin + packed.length], begins[::frames], frames, size, bits)


class _Stream:
    """The LZX section, read forward: each piece of frames is unpacked once."""

    def __init__(self, packed: memoryview, begins: Sequence[int], frames: int, size: int, window: int) -> None:
        self._packed, self._begins, self._piece, self._size, self._window = (
            packed,
            begins,
            frames * lzx.FRAME,
            size,
            window,
        )
        self._number, self._here, self._left = -1, b"", MEMBER

    def read(self, offset: int, length: int, budget: Budget) -> bytes:
        """Return the bytes from `offset` on; raises SourceError past a limit, and lzx.Broken for what is broken."""
        if offset + length > self._size:
            raise lzx.Broken("it ends too early")
        pieces = []
        for number in range(offset // self._piece, (offset + length - 1) // self._piece + 1):
            if number != self._number:
                self._unpack(number, budget)
            begin = number * self._piece
            pieces.append(self._here[max(0, offset - begin) : offset + length - begin])
        return b"".join(pieces)

    def _unpack(self, number: int, budget: Budget) -> None:
        size = min(self._piece, self._size - number * self._piece)
        budget.spend(size)
        self._left -= size
        if self._left < 0:
            raise SourceError(f"it unpacks to more than {MEMBER >> 20} MiB", hint="unpack it into a folder")
        begin, *end = self._begins[number : number + 2]
        last = min(begin + 2 * self._piece, end[0] if end else len(self._packed))
        self._here = lzx.unpacked(bytes(self._packed[begin:last]), size, self._window)
        self._number = number


def _number(rows: bytes, at: int) -> tuple[int, int]:
    """Decode a number with seven bits per byte; return it and the start of the next one."""
    value = 0
    for end, byte in enumerate(rows[at : at + _LONGEST_NUMBER], at + 1):
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, end
    raise IndexError


def _headings(text: str) -> Iterator[tuple[str, str]]:
    """Yield the entries of a table of contents with their pages; the first name of each is its title."""
    found: dict[str, str] = {}
    for tag in _PARAMETER.finditer(text):
        if tag[1] is None:
            said = {key.lower(): html.unescape(one or other) for key, one, other in _ATTRIBUTE.findall(tag[0])}
            found.setdefault(said.get("name", "").lower(), " ".join(said.get("value", "").split()))
        elif tag[1]:
            if title := found.get("name"):
                yield title, found.get("local", "")
        else:
            found = {}


def _place(folder: str, local: str) -> str:
    """Return the name in the book of the target of an entry."""
    path = unquote(local.partition("#")[0]).replace("\\", "/")
    return posixpath.normpath(posixpath.join(folder, path)).lstrip("/") if path else ""
