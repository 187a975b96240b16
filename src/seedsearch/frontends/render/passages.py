"""Renders every match with its place: lines for editors, CSV, Markdown, BibTeX, evidence of repairs."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from seedsearch.frontends.language import said
from seedsearch.frontends.objects import edits_object
from seedsearch.frontends.passages import Passage
from seedsearch.frontends.render.layout import padded
from seedsearch.frontends.render.safe import json_line, one_line
from seedsearch.frontends.render.style import Style

COLUMNS = ("path", "line", "column", "raw_start", "raw_end", "before", "match", "after", "encoding")
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#])")

Name = Callable[[str], str]


def vimgrep(found: Iterable[Passage], named: Name) -> Iterator[str]:
    """Yield one line per match, path:line:column:text, with the column in bytes; `named` maps paths for display."""
    for one in found:
        text = one_line(one.before + one.match + one.after)
        yield f"{one_line(named(one.path))}:{one.line}:{one.byte_column}:{text}"


def as_csv(found: Iterable[Passage], named: Name) -> Iterator[str]:
    """Yield a CSV table with one row per match; line ends in texts become blanks."""
    yield _row(COLUMNS)
    for one in found:
        place = one.line, one.column, one.raw.start, one.raw.end
        text = (one.before, one.match, one.after)
        yield _row((named(one.path), *place, *(" ".join(part.split("\n")) for part in text), one.document.encoding))


def _row(values: Iterable[object]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(values)
    return out.getvalue()


def markdown(found: Iterable[Passage], named: Name) -> Iterator[str]:
    """Yield a Markdown list: a heading per document, an item per match, the match in bold."""
    last = None
    for one in found:
        if one.path != last:
            yield from (
                (f"## {_plain(named(one.path))}", "") if last is None else ("", f"## {_plain(named(one.path))}", "")
            )
            last = one.path
        match = f"**{_plain(one.match)}**" if one.match else ""
        yield f"* {one.line}:{one.column} {_plain(one.before)}{match}{_plain(one.after)}".rstrip()


def _plain(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", one_line(text))


def notes(found: Iterable[Passage], named: Name, digest_of: Callable[[Passage], str | None]) -> Iterator[str]:
    """Yield a BibTeX entry per match: its place, its text, the digest of the file, the date of access."""
    day = datetime.now(UTC).date().isoformat()
    for number, one in enumerate(found, start=1):
        if number > 1:
            yield ""
        fields = {
            "howpublished": f"{named(one.path)}, line {one.line}, column {one.column}",
            "note": f"“{one.before.lstrip()}{one.match}{one.after.rstrip()}”",
            "file": named(one.path),
            "sha256": digest_of(one),
            "urldate": day,
        }
        yield f"@misc{{seedsearch-{number}-{one.line}-{one.column},"
        yield from (f"  {name} = {{{_braced(value)}}}," for name, value in fields.items() if value)
        yield "}"


def _braced(text: str) -> str:
    """Return a value of BibTeX without braces, which would end it."""
    return one_line(text).replace("{", "(").replace("}", ")")


def evidence_text(found: Iterable[Passage], style: Style, digest_of: Callable[[Passage], str | None]) -> Iterator[str]:
    """Yield, for each match, the line in the file, the restored line, and every repair in it."""
    for number, one in enumerate(found, start=1):
        if number > 1:
            yield ""
        yield style.path(f"{number}. {one_line(one.path)}:{one.line}:{one.column}")
        opening, closing = style.brackets
        restored = one_line(one.before) + opening + style.match(one_line(one.match)) + closing + one_line(one.after)
        digest = digest_of(one)
        if digest is None or one.raw_line is None:
            lies = said("differs from the indexed file, or cannot be reached")
        else:
            lies = one_line(one.raw_line)
        yield f"   {padded(said('file'), 10)}{lies}"
        yield f"   {padded(said('restored'), 10)}{restored}"
        for e in one.edits if one.raw_text is not None else ():
            was, now = one_line(e.span.cut(one.raw_text or "")), one_line(e.replacement)
            line, column = one.document.record.place(e.span.start)
            change = style.deleted(was) + (style.inserted(now) if now else "")
            yield f"   {line}:{column} {e.kind}, {e.certainty}: {change}"
        if digest is not None:
            yield style.faint(f"   sha256    {digest}")


def evidence_json(found: Iterable[Passage], digest_of: Callable[[Passage], str | None]) -> Iterator[str]:
    """Yield the same as one object per match; offsets are code points of the file as decoded."""
    for one in found:
        yield json_line(
            {
                "type": "evidence",
                "path": one.path,
                "line": one.line,
                "column": one.column,
                "raw_start": one.raw.start,
                "raw_end": one.raw.end,
                "match": one.match,
                "raw_line": one.raw_line,
                "restored_line": one.before + one.match + one.after,
                "edits": edits_object(one.edits, one.raw_text),
                "encoding": one.document.encoding,
                "confidence": one.document.confidence,
                "sha256": digest_of(one),
            }
        )
