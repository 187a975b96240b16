"""Word documents (DOCX) → text: one line per paragraph or table row, with tabs between cells.

The text comes first, then notes, comments, headers and footers. Tracked deletions and moves, field instructions and
ruby are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from seedsearch.reading.formats import open_xml, zip_archive
from seedsearch.reading.formats.format import File
from seedsearch.reading.formats.members import Extracted
from seedsearch.reading.formats.safe_xml import read_xml

BODY = "word/document.xml"
_OTHERS = re.compile(r"word/(?:footnotes|endnotes|comments|header\d*|footer\d*)\.xml")
# Duplicates for old readers, or not text of the document.
_DROPPED = {"Fallback", "rt", "instrText", "delText", "moveFrom"}
_IN_RUN = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def recognises(file: File) -> bool:
    """Tell whether it is a ZIP archive with a Word document."""
    return BODY in zip_archive.names(file)


def parts(file: File) -> Iterator[Extracted]:
    """Yield the text of the document; raises SourceError if it is broken."""
    archive = zip_archive.archive(file)
    names = [BODY, *sorted(filter(_OTHERS.fullmatch, archive.names))]
    pieces = (zip_archive.read(archive, archive.getinfo(name), file.budget) for name in names)
    about, said = open_xml.about(archive, file.budget)
    yield Extracted(about + "".join(map(_text_of, pieces)), said)


class _Text:
    """Collects the text of one part from its elements."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self._open: list[str] = []
        self._cells = self._dropped = 0

    def start(self, name: str, _: Mapping[str, str]) -> None:
        """An element begins."""
        self._dropped += name in _DROPPED
        self._cells += name == "tc"
        if name in _IN_RUN and self._open[-1:] == ["r"] and not self._dropped:
            self.pieces.append(_IN_RUN[name])
        self._open.append(name)

    def end(self, name: str) -> None:
        """An element ends."""
        self._open.pop()
        self._dropped -= name in _DROPPED
        self._cells -= name == "tc"
        if self._dropped:
            return
        if name == "p":
            self.pieces.append(" " if self._cells else "\n")
        elif name in ("tc", "tr"):
            self._drop_blank()
            self.pieces.append("\t" if name == "tc" else "\n")

    def _drop_blank(self) -> None:
        """Remove a separator that is not followed by another paragraph or cell."""
        if self.pieces and self.pieces[-1] in (" ", "\t"):
            self.pieces.pop()

    def characters(self, found: str) -> None:
        """Text that stands in an element."""
        if self._open[-1:] == ["t"] and not self._dropped:
            self.pieces.append(found)


def _text_of(content: bytes) -> str:
    reader = _Text()
    read_xml(content, reader.start, reader.end, reader.characters)
    return "".join(reader.pieces)
