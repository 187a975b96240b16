"""Workbooks (XLSX) → text: the name of each sheet, then one line per row with tabs between cells, then a form feed.

A text that stands in many cells is kept once in the file and would grow without end: what repeated texts may come to is
limited as the names of fields are (`limits.NAMES`). Numbers stand as they are kept; days and times, which are kept as
numbers of days, as `2024-03-15 08:30:00`, where the format of their cell shows any (ECMA-376, part 1, 18.8.30).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

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
STYLES = "xl/styles.xml"
_SHEET = r"xl/worksheets/sheet(\d{1,6})\.xml"
_DRAWN = ("xl/comments", "xl/threadedComments/", "xl/drawings/drawing")
_TEXT = Grammar(lines=frozenset({"p", "comment", "text"}), texts=frozenset({"t", "text"}), signs={"br": "\n"})
# Formats of numbers that need no definition and show days (those from 27 on in East Asia), or the time of a day.
_DAYS = frozenset({14, 15, 16, 17, 22, *range(27, 32), 36, *range(50, 59)})
_TIMES = frozenset({18, 19, 20, 21, *range(32, 36), 45, 47})
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.I)  # hours that go on beyond a day: no time of one
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\[[^\]]*\]')  # of a format: what is shown as it is, colours, conditions
_SHOWS_DAYS, _SHOWS_TIMES = re.compile("[yd年]|mmm", re.I), re.compile("[hs]", re.I)
_LAST_DAY = 2958465  # 9999-12-31
MOST_FORMATS = 1 << 16  # of cells, and of numbers: Excel itself has no more
# Texts in one workbook: each takes a hundred bytes. Excel itself has no more than four thousand million cells.
MOST_STRINGS = 10 * PARTS


def recognises(file: File) -> bool:
    """Return whether it is a ZIP archive with the body of a workbook."""
    return BODY in zip_archive.names(file)


def parts(file: File) -> Iterator[Extracted | Lost]:
    """Yield the text of the workbook, and the sheets that cannot be read; without styles days are numbers."""
    archive, budget = zip_archive.archive(file), file.budget
    strings = _strings(open_xml.part(archive, STRINGS, budget)) if STRINGS in archive.names else []
    about, said = open_xml.about(archive, budget)
    pieces, lost = [about], []
    sheets, since = _sheets(archive, budget)

    @contextmanager
    def losing(name: str) -> Iterator[None]:
        try:
            yield
        except SourceError as error:
            if budget.spent:
                raise
            lost.append(Lost(name, str(error)))

    kept = _Kept(strings, {}, since)
    if STYLES in archive.names:
        with losing(STYLES):
            kept = replace(kept, shown=_shown(open_xml.part(archive, STYLES, budget)))
    for title, name in sheets:
        with losing(name):
            pieces += [f"{title}\n", *_sheet(archive, name, kept, budget), *_drawn(archive, name, budget)]
        pieces.append("\f")
    yield Extracted("".join(pieces), said)
    yield from lost


@dataclass(frozen=True, slots=True)
class _Kept:
    """What cells of a workbook point to: texts, what a style shows a number as, and the day that days count from."""

    strings: list[str]
    shown: Mapping[str, str]
    since: datetime


def _sheets(archive: Archive, budget: Budget) -> tuple[list[tuple[str, str]], datetime]:
    """Return the sheets in their order, name and part, and then those that the workbook does not name; and the day
    that its days are counted from: that of Lotus, which had a 29 February 1900, or that of the first Macintosh.
    """
    since = datetime(1899, 12, 30)
    leads_to = open_xml.relations(archive, BODY, budget)
    found: dict[str, str] = {}

    def started(element: str, attributes: Mapping[str, str]) -> None:
        nonlocal since
        if element == "workbookPr" and attributes.get("date1904") in ("1", "true"):
            since = datetime(1904, 1, 1)
        if element == "sheet" and (name := leads_to.get(attributes.get("id", ""))):
            found.setdefault(name, attributes.get("name", ""))

    read_xml(open_xml.part(archive, BODY, budget), started, lambda _: None, lambda _: None)
    others = ((name, "") for name in open_xml.numbered(archive.names, _SHEET) if name not in found)
    return [(title, name) for name, title in (*found.items(), *others)], since


def _shown(content: bytes) -> dict[str, str]:
    """Return the numbers of those styles of cells that show days or times, with the format of these."""
    codes: dict[str, str] = {}
    shown: dict[str, str] = {}
    inside, number = False, 0

    def started(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal inside, number
        if name == "numFmt" and len(codes) < MOST_FORMATS:
            codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            inside = True
        elif name == "xf" and inside and number < MOST_FORMATS:
            if form := _form(attributes.get("numFmtId", ""), codes):
                shown[str(number)] = form
            number += 1

    def ended(name: str) -> None:
        nonlocal inside
        inside = inside and name != "cellXfs"

    read_xml(content, started, ended, lambda _: None)
    return shown


def _form(number: str, codes: Mapping[str, str]) -> str:
    """Return how a number is written that a format shows as a day or a time; "" for another format."""
    if number in codes:
        shown = codes[number].split(";")[0]
        code = "" if _ELAPSED.search(shown) else _LITERAL.sub("", shown)
        days, times = bool(_SHOWS_DAYS.search(code)), bool(_SHOWS_TIMES.search(code))
    else:
        known = int(number) if number.isdecimal() and len(number) < 4 else 0
        days, times = known in _DAYS, known in _TIMES or known == 22
    return " ".join(form for form, wanted in (("%Y-%m-%d", days), ("%H:%M:%S", times)) if wanted)


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

    def __init__(self, kept: _Kept, repeated: int) -> None:
        super().__init__()
        self.rows: list[str] = []
        self._kept = kept
        self._left = repeated
        self._row: list[str] = []
        self._kind = self._style = ""

    def started(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        super().started(name, attributes)
        if name == "c":
            self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")

    def ended(self, name: str) -> None:
        """An element ends."""
        super().ended(name)
        if name == "c" and (text := self._cell(self.taken())):
            self._row.append(text)
        elif name == "row" and self._row:
            self.rows.append("\t".join(self._row) + "\n")
            self._row.clear()

    def _cell(self, text: str) -> str:
        if self._kind == "n" and text and (form := self._kept.shown.get(self._style)):
            return _when(text, form, self._kept.since)
        if self._kind != "s":
            return text
        number = int(text) if text.isdecimal() and len(text) < 10 else -1
        found = self._kept.strings[number] if 0 <= number < len(self._kept.strings) else ""
        self._left -= len(found)
        if self._left < 0:
            raise SourceError(f"texts that stand in many cells come to more than {NAMES} times the sheet")
        return found


def _when(text: str, form: str, since: datetime) -> str:
    """Return a number of days as the day and time that they are; as it is where there is no such day."""
    try:
        days = float(text)
        if not 0 <= days <= _LAST_DAY:
            return text
        return (since + timedelta(seconds=round(days * 86400))).strftime(form)
    except (ValueError, OverflowError):
        return text


def _sheet(archive: Archive, name: str, kept: _Kept, budget: Budget) -> list[str]:
    content = open_xml.part(archive, name, budget)
    sheet = _Sheet(kept, NAMES_GRANTED + NAMES * len(content))
    read_xml(content, sheet.started, sheet.ended, sheet.characters)
    return sheet.rows


def _drawn(archive: Archive, name: str, budget: Budget) -> Iterator[str]:
    """Comments and text boxes of a sheet."""
    for other in dict.fromkeys(open_xml.relations(archive, name, budget).values()):
        if other.startswith(_DRAWN) and other.endswith(".xml"):
            yield text_of(open_xml.part(archive, other, budget), _TEXT)
