"""Renders the repairs of a document: its text, its edits, the changed lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from seedsearch.frontends.objects import candidates_object
from seedsearch.frontends.render.safe import json_line, safe, seen, shortened
from seedsearch.frontends.render.style import Style
from seedsearch.offsets import Edit
from seedsearch.restoring.documents import (
    Cleaned,
)
from seedsearch.searching.document import Document

# Of an edit longer than this, only the beginning and the end are shown.
LONGEST_SHOWN = 80


def readable(cleaned: Cleaned) -> str:
    """Return the restored text as the content of a UTF-8 file."""
    from seedsearch.restoring.containers import as_file  # deferred: loads the steps, which a query does not need

    return as_file(cleaned)


def readable_safe(cleaned: Cleaned) -> str:
    """Return the restored text for display, without control characters."""
    return safe(cleaned.readable)


def document_json(cleaned: Cleaned) -> str:
    """Return one restored document as a line of JSON."""
    return _text_json(cleaned.raw.path, cleaned.encoding, cleaned.readable, cleaned.damage) + "\n"


def shown_json(document: Document) -> str:
    """Return a document of an index in the same form."""
    return _text_json(document.path, document.encoding, document.readable, document.damage)


def _text_json(path: str, encoding: str, text: str, damage: Mapping[str, int]) -> str:
    return json_line({"path": path, "encoding": encoding, "text": text, "damage": dict(damage)})


def edits_json(cleaned: Cleaned) -> str:
    """Return the edits and findings of one document as a line of JSON; offsets are code points of the file as
    decoded.
    """
    raw = cleaned.raw.text
    row = {
        "path": cleaned.raw.path,
        "encoding": cleaned.encoding,
        "confidence": round(cleaned.raw.confidence, 3),
        "edits": [
            {
                "kind": e.kind,
                "raw_start": e.span.start,
                "raw_end": e.span.end,
                "found": e.span.cut(raw),
                "replacement": e.replacement,
                "certainty": e.certainty,
                **({} if e.probability is None else {"probability": e.probability}),
                "step": e.step,
            }
            for e in cleaned.edits
        ],
        "findings": [
            {
                "kind": f.kind,
                "raw_start": f.span.start,
                "raw_end": f.span.end,
                "found": f.span.cut(raw),
                **candidates_object(f.candidates),
            }
            for f in cleaned.findings
        ],
        "damage": cleaned.damage,
    }
    return json_line(row) + "\n"


def diff_plain(cleaned: Cleaned) -> str:
    """Return the changed lines without colour."""
    return "".join(line + "\n" for line in diff_text(cleaned, Style(colour=False)))


def diff_colour(cleaned: Cleaned) -> str:
    """Return the changed lines in colour."""
    return "".join(line + "\n" for line in diff_text(cleaned, Style(colour=True)))


def diff_text(cleaned: Cleaned, style: Style) -> Iterator[str]:
    """Yield the edited lines of the raw text, each with its number, the deletions and the insertions."""
    raw = cleaned.raw.text
    number, counted = 1, 0
    for edits in _by_line(raw, cleaned.edits):
        begin = raw.rfind("\n", 0, edits[0].span.start) + 1
        number += raw.count("\n", counted, begin)
        counted = begin
        yield f"{style.path(f'{number}:')} {_marked_line(raw, begin, edits, style)}"


def _by_line(raw: str, edits: Sequence[Edit]) -> Iterator[list[Edit]]:
    """Group edits: one that begins on the line on which the previous one ends belongs to its group."""
    group: list[Edit] = []
    for e in edits:
        if group and raw.find("\n", group[-1].span.end, e.span.start) >= 0:
            yield group
            group = []
        group.append(e)
    if group:
        yield group


def _marked_line(raw: str, begin: int, edits: Sequence[Edit], style: Style) -> str:
    pieces, last = [], begin
    for e in edits:
        pieces += [safe(raw[last : e.span.start]), style.deleted(_shown(e.span.cut(raw)))]
        if e.replacement:
            pieces.append(style.inserted(_shown(e.replacement)))
        last = e.span.end
    end = raw.find("\n", last)
    return "".join([*pieces, safe(raw[last : len(raw) if end < 0 else end])])


def _shown(text: str) -> str:
    """Return the text of an edit on one line; only the beginning and the end of a long one."""
    return seen(shortened(text, LONGEST_SHOWN))
