r"""Rich Text (RTF) → text: one line per paragraph, a tab after each cell of a table.

Chinese stands in it in three ways, all of which are read, also in one paragraph:

* `\'bd\'e8`, bytes in the code page of the font (`\fcharset134` is GBK, `136` Big5) or of the document (`\ansicpg936`);
* `\u20511?`, a unit of UTF-16 as a signed number, with a substitute of `\ucN` bytes that is passed over;
* the bytes themselves, as some programs write them. The second one of GBK and Big5 may then be a `\` or a brace.

Fonts, colours, styles, pictures, instructions of fields, and destinations that nobody needs (`\*`) are left out.
Source: Rich Text Format Specification 1.9.1.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from seedsearch.errors import SourceError
from seedsearch.reading.formats.format import File
from seedsearch.reading.formats.limits import XML_DEPTH
from seedsearch.reading.formats.members import Extracted

LATIN = "cp1252"
MOST_INSTEAD = 16  # bytes that stand for a unit of UTF-16: one or two are written
MAGIC = b"{\\rtf"
_TOKEN = re.compile(
    rb"\\\*[\r\n ]*\\(?P<optional>[A-Za-z]{1,32})(?:-?\d{1,10})? ?"
    rb"|\\(?P<word>[A-Za-z]{1,32})(?P<number>-?\d{1,10})? ?|\\'(?P<byte>[0-9A-Fa-f]{2})|\\(?P<sign>[^A-Za-z])"
    rb"|(?P<brace>[{}])|[\r\n\0]+|(?P<wide>(?:[\x81-\xfe][\x40-\x7e\x80-\xfe])+)|(?P<plain>[^\\{}\r\n\0\x81-\xfe]+|.)",
    re.DOTALL,
)
# Of fonts (`\fcharset`): what Windows calls their characters, as the codec that reads them.
_CHARSETS = {
    128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5hkscs", 161: "cp1253", 162: "cp1254", 177: "cp1255",
    178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip
_CODE_PAGES = {936: "gb18030", 950: "big5hkscs", 54936: "gb18030", 65001: "utf-8"}
_WIDE = {"gb18030", "big5hkscs", "cp932", "cp949"}
_SIGNS = {
    b"par": "\n", b"line": "\n", b"sect": "\n", b"row": "\n", b"nestrow": "\n", b"page": "\f", b"tab": "\t",
    b"cell": "\t", b"nestcell": "\t", b"emdash": "—", b"endash": "–", b"bullet": "•", b"lquote": "‘",
    b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”", b"emspace": "\u3000", b"enspace": " ",
}  # fmt: skip
_DROPPED = {
    b"fonttbl", b"colortbl", b"stylesheet", b"listtable", b"listoverridetable", b"revtbl", b"rsidtbl", b"pict",
    b"object", b"objdata",
    b"fldinst", b"themedata", b"colorschememapping", b"datastore", b"latentstyles", b"xmlnstbl",
    b"generator",
    b"operator", b"creatim", b"revtim", b"printim", b"filetbl", b"bkmkstart", b"bkmkend", b"datafield", b"listtext",
    b"company", b"doccomm", b"hlinkbase", b"template", b"private", b"atnid", b"atnref", b"atndate",
}  # fmt: skip
# What is text although it is marked as something that may be passed over.
_KEPT = {b"shptxt", b"shppict", b"annotation", b"atnauthor"}
_OF_SIGNS = {b"~": "\u00a0", b"_": "-", b"\r": "\n", b"\n": "\n"}
_OF_INFO = {b"title", b"subject", b"author", b"keywords"}


@dataclass(frozen=True, slots=True)
class _State:
    """The state of a group: the codec of its bytes, the number of fallback bytes per UTF-16 unit, and whether it is
    text.
    """

    codec: str
    instead: int = 1
    dropped: bool = False
    fonts: bool = False
    hidden: bool = False
    line: bool = False  # what the document says of itself, each thing in a group of its own


def recognises(file: File) -> bool:
    """Return whether it begins as RTF does."""
    return file.content.startswith(MAGIC)


def parts(file: File) -> Iterator[Extracted]:
    """Yield the text of the document; raises SourceError for one that is too deep."""
    yield Extracted(_Reader().read(file.content))


class _Reader:
    """Reads one document, token after token."""

    def __init__(self) -> None:
        self._state = _State(LATIN)
        self._outer: list[_State] = []
        self._of_document = LATIN
        self._fonts: dict[int, str] = {}
        self._font = 0
        self._bytes = bytearray()
        self._units: list[int] = []
        self._passed = 0  # bytes that stand for a unit of UTF-16 and are passed over
        self._pieces: list[str] = []

    def read(self, content: bytes) -> str:
        """Return the text."""
        at = 0
        while token := _TOKEN.match(content, at):
            at = token.end()
            kind = token.lastgroup
            if kind in ("word", "number"):
                number = int(token["number"] or 0)
                self._word(token["word"], number, off=token["number"] == b"0")
                at += max(number, 0) if token["word"] == b"bin" else 0
            elif kind == "optional":
                self._optional(token["optional"])
            elif kind == "byte":
                self._take(bytes([int(token["byte"], 16)]))
            elif kind == "sign":
                self._sign(token["sign"])
            elif kind == "brace":
                self._group(token["brace"])
            elif kind == "wide" and self._state.codec not in _WIDE:
                self._take(token["wide"][:1])
                at = token.start() + 1
            elif kind is not None:
                self._take(token[kind])
        self._flush()
        return "".join(self._pieces)

    def _group(self, brace: bytes) -> None:
        self._flush()
        self._passed = 0
        if brace == b"{":
            if len(self._outer) >= XML_DEPTH:
                raise SourceError(f"an RTF document of more than {XML_DEPTH:,} levels")
            self._outer.append(self._state)
        elif self._outer:
            inner, self._state = self._state, self._outer.pop()
            if inner.line and not self._state.line:
                self._pieces.append("\n")

    def _sign(self, sign: bytes) -> None:
        """A backslash and something that is not a letter."""
        if sign in b"\\{}":
            self._take(sign)
        elif sign in _OF_SIGNS:
            self._put(_OF_SIGNS[sign])

    def _optional(self, word: bytes) -> None:
        """A destination that may be passed over by who does not know it."""
        if word not in _KEPT:
            self._change(dropped=True)

    def _word(self, word: bytes, number: int, *, off: bool) -> None:
        """A control word with its number, 0 where it has none; `off`: the number is there, and 0."""
        state = self._state
        if word == b"u":
            self._unit(number)
        elif word in _SIGNS:
            self._put(_SIGNS[word])
        elif word == b"uc":
            self._change(instead=min(max(number, 0), MOST_INSTEAD))
        elif word == b"f":
            self._font = number
            if not state.fonts:
                self._change(codec=self._fonts.get(number, self._of_document))
        elif word == b"fcharset":
            self._fonts[self._font] = _CHARSETS.get(number, self._of_document)
        elif word == b"ansicpg":
            self._of_document = _CODE_PAGES.get(number) or _codec(f"cp{number}")
            self._change(codec=self._of_document)
        elif word in _DROPPED:
            self._change(dropped=True, fonts=word == b"fonttbl")
        elif word in _OF_INFO:
            self._change(line=True)
        elif word == b"info":
            self._change(codec=self._of_document)
        elif word in (b"v", b"deleted"):
            self._change(hidden=not off)
        elif word == b"plain":
            self._change(hidden=False)

    def _change(self, **what: Any) -> None:
        self._flush()
        self._state = replace(self._state, **what)

    def _take(self, found: bytes) -> None:
        """Bytes in the code page that holds."""
        if self._passed:
            passed = min(self._passed, len(found))
            self._passed -= passed
            found = found[passed:]
        if self._state.dropped or self._state.hidden or not found:
            return
        if self._units:
            self._flush()
        self._bytes += found

    def _unit(self, number: int) -> None:
        """A unit of UTF-16, as a signed number."""
        self._passed = self._state.instead
        if self._state.dropped or self._state.hidden:
            return
        if self._bytes:
            self._flush()
        self._units.append(number & 0xFFFF)

    def _put(self, sign: str) -> None:
        self._flush()
        self._passed = 0
        if self._state.dropped or self._state.hidden:
            return
        if sign == "\n" and self._pieces and self._pieces[-1] == "\t":
            self._pieces.pop()
        self._pieces.append(sign)

    def _flush(self) -> None:
        """Turn the collected bytes into text."""
        if self._units:
            units = b"".join(unit.to_bytes(2, "little") for unit in self._units)
            self._pieces.append(units.decode("utf-16-le", "replace"))
            self._units.clear()
        if self._bytes:
            self._pieces.append(self._decoded(bytes(self._bytes)))
            self._bytes.clear()

    def _decoded(self, content: bytes) -> str:
        """Bytes as text: in the code page of the font if they hold there, or else in that of the document."""
        for codec in (self._state.codec, self._of_document, LATIN):
            try:
                return content.decode(codec)
            except UnicodeDecodeError:
                continue
        return content.decode(self._state.codec, "replace")


def _codec(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:
        return LATIN
