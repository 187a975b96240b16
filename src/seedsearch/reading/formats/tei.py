"""TEI (editions of texts, such as those of CBETA) → title, authors, text; one line per paragraph or line of verse.

A character that was not in Unicode is an element that names it (`<g ref="#CB00123"/>`), and the head of the file says
what it is: a character that Unicode has by now, a usual form of it, or how it is put together (`[金*本]`). Where the
editions differ, the reading of this one stands; notes of the editors are left out.
Source: TEI P5 guidelines, "Characters, Glyphs, and Writing Modes"; the files of CBETA.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from seedsearch.reading.documents import RawDocument, Said
from seedsearch.reading.formats.format import File
from seedsearch.reading.formats.members import Extracted
from seedsearch.reading.formats.safe_xml import read_xml

_ROOT = re.compile(rb"<(?:\w+:)?TEI(?:\.2)?[\s>]")
_HEAD = 4096  # bytes in which the root stands
_LINES = frozenset(
    {"p", "l", "head", "byline", "item", "cell", "ab", "juan", "mulu", "trailer", "docAuthor", "titlePage"}
)
_DROPPED = frozenset({"rdg", "note", "teiHeader", "back", "figDesc", "sic", "orig"})
_CODE = re.compile(r"U\+([0-9A-Fa-f]{4,6})\Z")


def recognises(file: File) -> bool:
    """Return whether its root is that of TEI."""
    return file.ending in (".xml", ".tei", "") and _ROOT.search(file.content[:_HEAD]) is not None


def parts(file: File) -> Iterator[Extracted | RawDocument]:
    """Yield the text of the edition, or the file as it stands where it is to be one text.

    Raises SourceError where its XML is broken.
    """
    if not file.asked.records:
        yield file.text()
        return
    file.budget.text(len(file.content))
    head = _Header()
    read_xml(file.content, head.start, head.end, head.characters)
    text = _Text(head.signs)
    read_xml(file.content, text.start, text.end, text.characters)
    yield Extracted("".join(text.pieces), Said.of(head.said, ("author",)))


class _Header:
    """What the head says: title and authors, and what each named character is."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []
        self.signs: dict[str, str] = {}
        self._open: list[str] = []
        self._pieces: list[str] = []
        self._name = self._kind = self._property = ""
        self._forms: dict[str, str] = {}

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        self._open.append(name)
        self._pieces.clear()
        if name in ("char", "glyph"):
            self._name, self._forms = attributes.get("id", ""), {}
        elif name == "mapping":
            self._kind = attributes.get("type", "")

    def end(self, name: str) -> None:
        """An element ends."""
        self._open.pop()
        text = " ".join("".join(self._pieces).split())
        self._pieces.clear()
        if name in ("title", "author") and "titleStmt" in self._open and text:
            self.said.append((name, text))
        elif name == "mapping" and text:
            code = _CODE.match(text)
            self._forms[self._kind] = chr(int(code[1], 16)) if code and int(code[1], 16) < 0x110000 else text
        elif name in ("localName", "charName"):
            self._property = text
        elif name == "value" and text:
            self._forms[self._property] = text
        elif name in ("char", "glyph") and self._name:
            known = (*("unicode", "normal_unicode", "normalized form", "composition"), *self._forms)
            self.signs[self._name] = next((self._forms[form] for form in known if form in self._forms), "")

    def characters(self, found: str) -> None:
        """Text that stands in an element."""
        self._pieces.append(found)


class _Text:
    """The text of the edition, as its elements come."""

    def __init__(self, signs: Mapping[str, str]) -> None:
        self.pieces: list[str] = []
        self._signs = signs
        self._dropped = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        self._dropped += name in _DROPPED
        if name == "g" and not self._dropped:
            self.pieces.append(self._signs.get(attributes.get("ref", "").lstrip("#"), ""))
            self._dropped += 1  # what stands in it is the same in another way

    def end(self, name: str) -> None:
        """An element ends."""
        if name == "g" and self._dropped == 1:
            self._dropped = 0
        self._dropped -= name in _DROPPED
        if name in _LINES and not self._dropped and self.pieces and not self.pieces[-1].endswith("\n"):
            self.pieces.append("\n")

    def characters(self, found: str) -> None:
        """Text that stands in an element."""
        if not self._dropped and (text := "".join(found.split("\n"))).strip():
            self.pieces.append(text)
