"""The text of the pages of a PDF, by pdfminer.six, in the process that reads one PDF.

Text drawn twice is read once: bold and shadowed text is often drawn twice with a tiny offset. Characters that a font
does not identify (no ToUnicode, and no Adobe table for its codes) become U+FFFD, never another character.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from pdfminer.cmapdb import CMapDB
from pdfminer.converter import PDFPageAggregator
from pdfminer.layout import LAParams, LTAnno, LTChar, LTContainer, LTPage, LTTextBox, LTTextLine
from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfexceptions import PDFException
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import LITERAL_PAGE, PDFPage
from pdfminer.pdfparser import PDFParser, PDFSyntaxError
from pdfminer.pdftypes import PDFObjRef
from pdfminer.psexceptions import PSException

UNKNOWN = "\ufffd"
_ACROSS, _DOWN = LAParams(all_texts=True), LAParams(all_texts=True, detect_vertical=True)
# The maximum distance between two equal characters that count as one, in character heights: imitated bold is a
# fiftieth, shadows a twentieth. The narrowest letters that occur doubled (`ll`) are a fifth of their height wide.
_APART = 0.08
# In justified lines, the layout puts blanks between Han characters; a typed blank is at least half a character wide.
_BLANK = 0.45
_TABLE, _NUMBERS = re.compile(rb"\b(?:startxref|trailer)\b"), re.compile(rb"\b(\d{1,9}) \d+ obj\b")


class _Drawn:
    """The characters of a page in a grid whose cells have the maximum distance of duplicates."""

    def __init__(self) -> None:
        self._places: dict[tuple[str, int, int, int], list[tuple[float, float]]] = {}

    def again(self, char: LTChar) -> bool:
        """Tell whether `char` was already drawn at this place; record it if not."""
        near = max(char.height, 0.01) * _APART
        column, row, size = int(char.x0 / near), int(char.y0 / near), round(char.height)
        text = char.get_text()
        for x in (column - 1, column, column + 1):
            for y in (row - 1, row, row + 1):
                for there in self._places.get((text, size, x, y), ()):
                    if abs(there[0] - char.x0) <= near and abs(there[1] - char.y0) <= near:
                        return True
        self._places.setdefault((text, size, column, row), []).append((char.x0, char.y0))
        return False


class _Pages(PDFPageAggregator):
    """Collects the layout of a page, each character once."""

    def begin_page(self, page: PDFPage, ctm: Any) -> None:
        """A page begins."""
        super().begin_page(page, ctm)
        self._drawn = _Drawn()
        self.laparams = _ACROSS

    def render_char(self, *arguments: Any, **named: Any) -> float:
        """A character is drawn."""
        advance = super().render_char(*arguments, **named)
        if arguments[1].is_vertical():  # its columns are read from the right
            self.laparams = _DOWN
        objects = self.cur_item._objs
        if objects and isinstance(objects[-1], LTChar) and self._drawn.again(objects[-1]):
            objects.pop()
        return advance

    def handle_undefined_char(self, font: Any, cid: int) -> str:
        """Return the replacement for a character that the font does not identify."""
        return UNKNOWN


def pages(document: PDFDocument, *, loose: bool = False) -> Iterator[tuple[int, str | Exception]]:
    """Yield the number of each page, from 1, with its text or the reason why it cannot be read.

    With `loose`, the pages are all page objects in file order, whether or not the page tree lists them.
    """
    _complete_tables()
    resources = PDFResourceManager()
    device = _Pages(resources, laparams=_ACROSS)
    interpreter = PDFPageInterpreter(resources, device)
    for number, page in enumerate(_loose(document) if loose else PDFPage.create_pages(document), 1):
        try:
            interpreter.process_page(page)
            text = "\n".join(_boxes(device.get_result()))
        except MemoryError:
            raise
        except Exception as error:
            yield number, error
        else:
            yield number, text.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _complete_tables() -> None:
    """Have the tables ETenms-B5, for fonts of a Windows of Taiwan, go on with ETen-B5: the library leaves that out."""
    for way in "HV":
        CMapDB.get_cmap(f"ETenms-B5-{way}").use_cmap(CMapDB.get_cmap("ETen-B5-H"))


def _loose(document: PDFDocument) -> Iterator[PDFPage]:
    for xref in document.xrefs:
        for number in xref.get_objids():
            page = _object(document, number)
            if page.get("Type") is not LITERAL_PAGE:
                continue
            above, seen = page, set[int]()
            while isinstance(parent := above.get("Parent"), PDFObjRef) and parent.objid not in seen:
                seen.add(parent.objid)
                above = _object(document, parent.objid)
                page = {name: above[name] for name in PDFPage.INHERITABLE_ATTRS if name in above} | page
            yield PDFPage(document, number, page, None)


def _object(document: PDFDocument, number: int) -> dict[str, Any]:
    """Return a dictionary of the file; an empty one if there is none that can be read."""
    try:
        found = document.getobj(number)
    except (PDFException, PSException, ValueError, TypeError, KeyError, IndexError):
        return {}
    return found if isinstance(found, dict) else {}


def of_a_part(content: bytes) -> PDFDocument:
    """Return the rest of a document whose end is missing, and with it the cross-reference table: search for all
    objects. Raises what the library raises.
    """
    whole = content[: content.rfind(b"endobj") + len(b"endobj")]
    if b"/Encrypt" in whole:
        raise PDFSyntaxError("it is encrypted, and its end is missing")
    # A file that is made for the web has a table of the first page at its beginning, at which the search would end.
    loose = _TABLE.sub(lambda found: b"%" * len(found[0]), whole)
    root = max((int(number) for number in _NUMBERS.findall(whole)), default=0) + 1
    added = b"\n%d 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root %d 0 R >>\nstartxref\n0\n%%%%EOF\n"
    return opened(loose + added % (root, root))


def opened(content: bytes) -> PDFDocument:
    """Return the document, with an empty password where it is encrypted; raises what the library raises."""
    return PDFDocument(PDFParser(io.BytesIO(content)), password="")


def _boxes(layout: LTPage) -> Iterator[str]:
    """Yield the blocks of text of a page, in the order in which they are read."""
    left: list[Iterator[object]] = [iter(layout)]
    while left:
        for item in left[-1]:
            if isinstance(item, LTTextBox):
                yield "".join(_line(line) for line in item if isinstance(line, LTTextLine)).rstrip("\n")
            elif isinstance(item, LTContainer):
                left.append(iter(item))
                break
        else:
            left.pop()


def _line(line: LTTextLine) -> str:
    """Return the text of a line, without the blanks that the layout put between spaced Han characters."""
    items = list(line)
    pieces: list[str] = []
    for at, item in enumerate(items):
        between = items[at - 1 : at] + items[at + 1 : at + 2]
        if not (isinstance(item, LTAnno) and item.get_text() == " " and _close(between)):
            pieces.append(item.get_text())
    return "".join(pieces)


def _close(two: list[Any]) -> bool:
    """Tell whether these are two wide characters with less than a blank between them."""
    if len(two) < 2 or not all(isinstance(item, LTChar) and item.get_text()[:1] >= "\u2e80" for item in two):
        return False
    first, second = two
    return bool(max(second.x0 - first.x1, first.y0 - second.y1) < _BLANK * max(first.size, second.size))
