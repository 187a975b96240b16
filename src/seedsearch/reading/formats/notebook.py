"""Jupyter notebooks → text: the cells and their output, separated by blank lines.

Source: nbformat 4, and 3, whose cells stand in worksheets.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from seedsearch.errors import SourceError
from seedsearch.offsets import apply_edits
from seedsearch.reading.documents import RawDocument
from seedsearch.reading.formats.format import File
from seedsearch.reading.formats.limits import FIELDS
from seedsearch.reading.formats.members import Extracted


def recognises(file: File) -> bool:
    """Return whether its name is that of a notebook."""
    return file.ending == ".ipynb"


def parts(file: File) -> Iterator[Extracted | RawDocument]:
    """Yield the text of its cells; the file as it stands where it is to be one text, or is not a notebook."""
    document = file.text()
    text = apply_edits(document.text, document.edits)
    cells = _cells(text) if file.asked.records else None
    yield document if cells is None else Extracted("\n\n".join(filter(None, cells)) + "\n")


def _cells(text: str) -> list[str] | None:
    """Return what stands in the cells; None where the text is not a notebook."""
    if sum(map(text.count, ",[{")) > FIELDS:
        raise SourceError(f"a notebook of more than {FIELDS:,} values")
    try:
        book = json.loads(text)
    except (ValueError, RecursionError):
        return None
    sheets = book.get("worksheets", [book]) if isinstance(book, dict) else []
    cells = [cell for sheet in _listed(sheets) if isinstance(sheet, dict) for cell in _listed(sheet.get("cells"))]
    return [_sound(part) for cell in cells for part in _of_cell(cell)] or None


def _of_cell(cell: object) -> Iterator[str]:
    if not isinstance(cell, dict):
        return
    yield _joined(cell.get("source", cell.get("input")))
    for output in _listed(cell.get("outputs")):
        if isinstance(output, dict):
            shown = output.get("data")
            yield _joined(output.get("text"))
            yield _joined(shown.get("text/plain")) if isinstance(shown, dict) else ""
            yield ": ".join(filter(None, (_joined(output.get(name)) for name in ("ename", "evalue"))))


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _joined(value: object) -> str:
    """Return text that is kept as one, or as a list of lines with their ends."""
    return value if isinstance(value, str) else "".join(part for part in _listed(value) if isinstance(part, str))


def _sound(text: str) -> str:
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
