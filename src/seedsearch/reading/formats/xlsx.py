"""Workbooks (XLSX) → text: the name of a sheet, then a row a line with tabs between its cells, then a form feed.

A text that stands in many cells is kept once in the file and would grow without end: what repeated texts may come to is
limited as the names of fields are (`limits.NAMES`). Numbers stand as they are kept: dates are numbers of days.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from seedsearch.errors import SourceError
from seedsearch.reading.formats import open_xml, zip_archive
from seedsearch.reading.formats.format import File
from seedsearch.reading.formats.limits import NAMES, NAMES_GRANTED, PARTS, Budget
from seedsearch.reading.formats.members import Extracted, Lost
from seedsearch.reading.formats.safe_xml import read_xml
from seedsearch.reading.formats.xml_text import Grammar, text_of
from seedsearch.reading.formats.zip_archive import Archive

BODY = "xl/workbook.xml"
STRINGS = "xl/sharedStrings.xml"
_SHEET = r"xl/worksheets/sheet(\d{1,6})\.xml"
_DRAWN = ("xl/comments", "xl/threadedComments/", "xl/drawings/drawing")
_TEXT = Grammar(lines=frozenset({"p", "comment", "text"}), texts=frozenset({"t", "text"}), signs={"br": "\n"})
# Texts in one workbook: each takes a hundred bytes. Excel itself has no more than four thousand million cells.
MOST_STRINGS = 10 * PARTS


def recognises(file: File) -> bool:
    """Tell whether it is a ZIP archive with the body of a workbook."""
    return BODY in zip_archive.names(file)


def parts(file: File) -> Iterator[Extracted | Lost]:
    """Yield the text of the workbook, and the sheets that cannot be read."""
    archive, budget = zip_archive.archive(file), file.budget
    strings = _strings(open_xml.part(archive, STRINGS, budget)) if STRINGS in archive.names else []
    about, said = open_xml.about(archive, budget)
    pieces, lost = [about], []
    for title, name in _sheets(archive, budget):
        try:
            pieces += [f"{title}\n", *_sheet(archive, name, strings, budget), *_drawn(archive, name, budget)]
        except SourceError as error:
            if budget.spent:
                raise
            lost.append(Lost(name, str(error)))
        pieces.append("\f")
    yield Extracted("".join(pieces), said)
    yield from lost


def _sheets(archive: Archive, budget: Budget) -> list[tuple[str, str]]:
    """Return the sheets in their order, name and part; and then those that the workbook does not name."""
    leads_to = open_xml.relations(archive, BODY, budget)
    found: dict[str, str] = {}

    def started(element: str, attributes: Mapping[str, str]) -> None:
        if element == "sheet" and (name := leads_to.get(attributes.get("id", ""))):
            found.setdefault(name, attributes.get("name", ""))

    read_xml(open_xml.part(archive, BODY, budget), started, lambda _: None, lambda _: None)
    others = ((name, "") for name in open_xml.numbered(archive.names, _SHEET) if name not in found)
    return [(title, name) for name, title in (*found.items(), *others)]


def _strings(content: bytes) -> list[str]:
    """Return the texts that cells point to, without the readings above characters."""
    found: list[str] = []
    cells = _Cells()

    def ended(name: str) -> None:
        cells.ended(name)
        if name == "si":
            if len(found) >= MOST_STRINGS:
                raise SourceError(f"it holds more than {MOST_STRINGS:,} texts")
            found.append(cells.taken())

    read_xml(content, cells.started, ended, cells.characters)
    return found


class _Cells:
    """Collects the text of a cell, or of a text that cells point to: what stands in `t` and `v`."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._in_text = self._in_reading = False

    def started(self, name: str, _: Mapping[str, str]) -> None:
        """An element begins."""
        self._in_text = name in ("t", "v")
        self._in_reading = self._in_reading or name == "rPh"

    def ended(self, name: str) -> None:
        """An element ends."""
        self._in_text = False
        self._in_reading = self._in_reading and name != "rPh"

    def characters(self, found: str) -> None:
        """Text that stands in an element."""
        if self._in_text and not self._in_reading:
            self._pieces.append(found)

    def taken(self) -> str:
        """Return what was collected, in one line; nothing of it is kept."""
        text = " ".join("".join(self._pieces).split())
        self._pieces.clear()
        return text


class _Sheet(_Cells):
    """The rows of a sheet."""

    def __init__(self, strings: list[str], repeated: int) -> None:
        super().__init__()
        self.rows: list[str] = []
        self._strings = strings
        self._left = repeated
        self._row: list[str] = []
        self._kind = ""

    def started(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        super().started(name, attributes)
        if name == "c":
            self._kind = attributes.get("t", "n")

    def ended(self, name: str) -> None:
        """An element ends."""
        super().ended(name)
        if name == "c" and (text := self._cell(self.taken())):
            self._row.append(text)
        elif name == "row" and self._row:
            self.rows.append("\t".join(self._row) + "\n")
            self._row.clear()

    def _cell(self, text: str) -> str:
        if self._kind != "s":
            return text
        number = int(text) if text.isdecimal() and len(text) < 10 else -1
        found = self._strings[number] if 0 <= number < len(self._strings) else ""
        self._left -= len(found)
        if self._left < 0:
            raise SourceError(f"texts that stand in many cells come to more than {NAMES} times the sheet")
        return found


def _sheet(archive: Archive, name: str, strings: list[str], budget: Budget) -> list[str]:
    content = open_xml.part(archive, name, budget)
    sheet = _Sheet(strings, NAMES_GRANTED + NAMES * len(content))
    read_xml(content, sheet.started, sheet.ended, sheet.characters)
    return sheet.rows


def _drawn(archive: Archive, name: str, budget: Budget) -> Iterator[str]:
    """Comments and text boxes of a sheet."""
    for other in dict.fromkeys(open_xml.relations(archive, name, budget).values()):
        if other.startswith(_DRAWN) and other.endswith(".xml"):
            yield text_of(open_xml.part(archive, other, budget), _TEXT)
