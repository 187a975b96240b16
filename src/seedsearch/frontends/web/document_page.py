"""The page of a document: a part of it, restored and raw side by side, with every edit explained."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from seedsearch.damage import FOUND, Certainty
from seedsearch.errors import FileChanged
from seedsearch.frontends.library import Library
from seedsearch.frontends.render.safe import seen, shortened
from seedsearch.frontends.web.face import Face
from seedsearch.frontends.web.marks import visible
from seedsearch.frontends.web.parameters import VIEW
from seedsearch.frontends.web.rows import Text, part_borders, rows
from seedsearch.offsets import Edit, Span
from seedsearch.searching.document import Document
from seedsearch.searching.index import SURE

# Rows of the table of repairs, which serves screen readers and pages without scripts.
LISTED = 500
LONGEST_CELL = 80
NUMBERED = 40  # hits of a part with a link each


@dataclass(frozen=True, slots=True)
class Opened:
    """A document with its text; `is_same` tells that its file is unchanged, so the raw text is available."""

    document: Document
    text: Text
    is_same: bool


def opened(library: Library, id: str, typed: str) -> Opened:
    """Return a document, its raw text, and the places of a query in it; raises DocumentMissing and QueryError."""
    document = library.document(id)
    hits: tuple[Span, ...] = ()
    if typed.strip():
        with library.asked() as index:
            hits = index.places(id, typed)
    try:
        raw = library.raw(document)
    except FileChanged:
        lines = [document.offsets.to_edited(at) for at in document.line_starts]
        text = Text(document.readable, document.readable, (), (), hits, lines)
        return Opened(document, text, False)
    everything = document.edits, document.findings, hits, document.line_starts
    return Opened(document, Text(raw, document.readable, *everything, document.offsets), True)


def page(face: Face, found: Opened, at: int | None, view: str) -> str:
    """Return the page of the part of a document with an offset of the raw text, else with the first hit."""
    text, document, t = found.text, found.document, face.words
    borders = part_borders(text)
    place = _place(found, at)
    part = min(bisect_right(borders, place), max(1, len(borders) - 1)) - 1
    start, end = borders[part], borders[min(part + 1, len(borders) - 1)]
    edits = text.edits[text.first_from(start) : text.first_from(end)]
    hits = _hits(text, start, end)
    line = text.line(text.offsets.to_raw(hits[0][1]).start if hits else start)
    known: dict[str, Any] = {"q": face.typed}
    address = face.site.document
    views = [
        (name, getattr(t, name), address(document.id, at=start or None, view=name, **known)) for name in VIEW.choices
    ]
    return face.page(
        "document.html",
        document=document,
        encoding=document.encoding,
        unsure=document.confidence < SURE,
        sure=f"{document.confidence:.2f}",
        damage=_chips(face, document),
        is_same=found.is_same,
        view=view if found.is_same else "text",
        views=views,
        rows=list(rows(text, start, end, place)),
        edits=[_edit(face, text, number, edit) for number, edit in enumerate(edits[:LISTED], text.first_from(start))],
        edits_said=face.counted(t.edit, t.edits, len(edits)),
        unlisted=max(0, len(edits) - LISTED),
        hits_said=face.counted(t.hit, t.hits, len(text.hits)) if text.hits else t.no_hits,
        hits=hits[:NUMBERED],
        around=_around(face, found, borders, start, end),
        part=part + 1,
        parts=max(1, len(borders) - 1),
        before=address(document.id, at=borders[part - 1], view=view, **known) if part > 0 else None,
        behind=address(document.id, at=end, view=view, **known) if part + 2 < len(borders) else None,
        raw_address=face.site.raw(document.id) if found.is_same else None,
        json=face.site.interface("document", id=document.id, q=face.typed, first_line=None),
        editor=face.site.editor(document.path, line, 1),
        back=face.site.home(q=face.typed) if face.typed else None,
    )


def _place(found: Opened, at: int | None) -> int:
    """Return the offset to show; addresses refer to the raw text as indexed."""
    text = found.text
    if at is None:
        return text.offsets.to_raw(text.hits[0]).start if text.hits else 0
    return min(at if found.is_same else found.document.offsets.to_edited(at), len(text.raw))


def _hits(text: Text, start: int, end: int) -> list[tuple[int, Any]]:
    """Return the hits that begin in a part, with their numbers."""
    first, behind = text.first_hit_from(start), text.first_hit_from(end if end < len(text.raw) else end + 1)
    return list(enumerate(text.hits[first:behind], first + 1))


def _around(face: Face, found: Opened, borders: list[int], start: int, end: int) -> dict[str, str | None]:
    """Return the nearest hits before and after a part."""
    text, id = found.text, found.document.id

    def address(number: int) -> str | None:
        if not 0 <= number < len(text.hits):
            return None
        at = text.offsets.to_raw(text.hits[number]).start
        return face.site.document(id, q=face.typed, at=at, anchor=f"h{number + 1}")

    behind = address(text.first_hit_from(end)) if end < borders[-1] else None
    return {"before": address(text.first_hit_from(start) - 1), "behind": behind}


def _chips(face: Face, document: Document) -> list[tuple[str, int, bool]]:
    """Return kinds of damage with their counts, and whether they are unrepaired."""
    ordered = sorted(document.damage.items(), key=lambda row: (-row[1], row[0]))
    return [(face.kind(kind), count, kind in FOUND) for kind, count in ordered]


def _edit(face: Face, text: Text, number: int, edit: Edit) -> dict[str, Any]:
    """Describe an edit."""
    at, t = edit.span.start, face.words
    return {
        "number": number,
        "kind": face.kind(edit.kind),
        "place": f"{text.line(at)}:{text.column(at)}",
        "was": _cell(edit.span.cut(text.raw)),
        "now": _cell(edit.replacement) if edit.replacement else t.nothing_there,
        "has_text": bool(edit.replacement),
        "sure": {Certainty.CERTAIN: t.certain, Certainty.PROVED: t.proved, Certainty.INFERRED: t.inferred}[
            edit.certainty
        ]
        + ("" if edit.probability is None else f" ({edit.probability:.2f})"),
        "step": edit.step,
    }


def _cell(text: str) -> Markup:
    """Return a text for a table cell, on one line."""
    return visible(seen(shortened(text, LONGEST_CELL, "{:,}")))
