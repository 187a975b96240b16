"""Answers of the tools as plain text, which every client passes on, of bounded length.

Lines of documents are prefixed with their number in the file, so that no line of a text can be taken for one of ours;
control characters and invisible characters are made visible.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from seedsearch.damage import FOUND, Certainty
from seedsearch.errors import FileChanged, QueryError
from seedsearch.frontends.language import damage_text
from seedsearch.frontends.library import Library
from seedsearch.frontends.mcp.cursor import Cursor
from seedsearch.frontends.render.answers import snippet_line, tiers_text
from seedsearch.frontends.render.safe import one_line, safe, seen, shortened
from seedsearch.frontends.searches import search
from seedsearch.metadata.document_records import doc_id_of
from seedsearch.offsets import Edit, Finding, OffsetMap, Span
from seedsearch.searching.document import Document
from seedsearch.searching.results import Hit

# Characters of an answer. Clients refuse more than 25,000 tokens, and a character may take one to two.
ROOM = 6000
MOST_HITS = 30
MOST_LINES = 2000
MOST_EDITS = 100
LONGEST_TEXT = 200_000  # longest text to restore
SHOWN = 40  # characters characters shown of an edit
OTHERS = 3  # files named that share a passage
WORST = 20  # damaged files named
DEEPEST = 1000  # largest offset of hits

CHANGED = "The index has changed since the answer before; this goes on in the new one."


def found(library: Library, query: str, limit: int, folder: str, damage: str, cursor: str) -> str:
    """Return hits, each with a line for the place and one for the snippet."""
    at, limit = Cursor.of(cursor), _within(limit, 1, MOST_HITS, "limit")
    if at.offset > DEEPEST:
        what = f"more than {DEEPEST:,} hits cannot be turned to"
        raise QueryError(what, code="parameter", number=DEEPEST, hint="ask for something narrower")
    filters = {"folder": [folder] if folder else [], "damage": [damage] if damage else []}
    results, generation = search(library, query, filters, limit=limit, offset=at.offset)
    if not results.total:
        other = f" Did you mean {' or '.join(results.suggestions)}?" if results.suggestions else ""
        return "\n".join([f"Nothing found for {one_line(query)}.{other}", *map(one_line, results.notes)])
    count = "1 document" if results.total == 1 else f"{results.total:,} documents"
    lines = [f"{count} ({tiers_text(results)})", *map(one_line, results.notes)]
    if at.generation not in (None, generation):
        lines.append(CHANGED)
    shown = 0
    for rank, hit in enumerate(results.hits, at.offset + 1):
        said = _hit(rank, hit)
        if shown and sum(map(len, lines)) + len(said) > ROOM:
            break
        lines.append(said[:ROOM])
        shown += 1
    if results.more or shown < len(results.hits):
        lines.append(f"There are more; go on with cursor={Cursor(at.offset + shown, generation)}")
    return "\n".join(lines)


def _hit(rank: int, hit: Hit) -> str:
    place = f":{hit.snippets[0].line}" if hit.snippets else ""
    others = [one_line(doc_id_of(path)) for path in hit.also_in]
    named = ", ".join(others[:OTHERS]) + (f" and {len(others) - OTHERS:,} more" if len(others) > OTHERS else "")
    same = f"  (the same passage in {named})" if others else ""
    snippets = "".join(f"\n   {snippet_line(snippet)}" for snippet in hit.snippets)
    return f"{rank}. {one_line(doc_id_of(hit.path))}{place}{same}{snippets}"


@dataclass(frozen=True, slots=True)
class _Lines:
    """A text with the mapping from its offsets to lines of the file."""

    text: str
    starts: Sequence[int]
    offsets: OffsetMap

    def line(self, at: int) -> int:
        """Return the line, from 1, in the file of a character of the text."""
        raw = self.offsets.to_raw(Span(at, at + 1)).start if at < len(self.text) else self.starts[-1]
        return bisect_right(self.starts, raw)

    def offset(self, line: int) -> int:
        """Return the offset in the text of a line of the file."""
        return self.offsets.to_edited(self.starts[line - 1])


def read(library: Library, path: str, line: int, lines: int, cursor: str, *, raw: bool) -> str:
    """Return lines of a document with their numbers in the file, restored or (`raw`) as decoded."""
    at, lines = Cursor.of(cursor), _within(lines, 1, MOST_LINES, "lines")
    document = library.document(path)
    with library.asked() as index:
        generation = index.generation
    text = _Lines(document.readable, document.line_starts, document.offsets)
    if raw:
        text = _Lines(library.raw(document), document.line_starts, OffsetMap(()))
    total = len(text.starts)
    if cursor:
        begin = min(at.offset, len(text.text))
    elif not 1 <= line <= total:
        raise QueryError(
            f"{document.id} has {total:,} lines",
            code="parameter",
            number=total,
            hint=f"line is a number from 1 to {total:,}",
        )
    else:
        begin = text.offset(line)
    last = text.line(begin) + lines
    end = text.offset(last) if last <= total else len(text.text)
    body, stopped = _numbered(text, begin, end)
    head = [_head(document, raw=raw)]
    if at.generation not in (None, generation):
        head.append(CHANGED)
    if stopped < len(text.text):
        body.append(f"There is more; go on with cursor={Cursor(stopped, generation)}")
    return "\n".join([*head, *body])


def _numbered(text: _Lines, begin: int, end: int) -> tuple[list[str], int]:
    """Return the non-empty lines of a stretch that fit, each number once, and where it stopped."""
    rows: list[str] = []
    room, last, at = ROOM, 0, begin
    while at < end and room > 0:
        stop = text.text.find("\n", at, end)
        stop = end if stop < 0 else stop
        part = text.text[at : min(stop, at + room)]
        if part.strip():
            number = text.line(at + len(part) - len(part.lstrip()))
            rows.append(f"{number if number != last else '':>5}\t{_shown(part)}")
            room -= len(rows[-1])
            last = number
        cut = at + len(part) < stop
        at += len(part)
        if not cut:
            at += at < end  # the line break
    return rows, min(at, end)


def _shown(line: str) -> str:
    return safe(line.rstrip()).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _head(document: Document, *, raw: bool) -> str:
    """Return a summary of a document: its encoding, its size, its repairs and its unrepaired damage."""
    sure = "" if document.confidence >= 0.9 else f" (not sure: {document.confidence:.2f})"
    said = [f"{one_line(document.id)}: {document.encoding}{sure}", f"{len(document.line_starts):,} lines"]
    repaired = {kind: count for kind, count in document.damage.items() if kind not in FOUND}
    left = {kind: count for kind, count in document.damage.items() if kind in FOUND}
    if repaired:
        said.append(f"{'damage' if raw else 'repaired'} {_counted(document.edits)}")
    if left:
        said.append(f"found and left {damage_text(left)}")
    return "; ".join(said)


def _counted(edits: Iterable[Edit]) -> str:
    """Return the number of edits by kind, and how many are inferred, which may be wrong."""
    kinds: Counter[str] = Counter()
    inferred: Counter[str] = Counter()
    for edit in edits:
        kinds[edit.kind] += 1
        inferred[edit.kind] += edit.certainty == Certainty.INFERRED
    rows = sorted(kinds.items(), key=lambda row: (-row[1], row[0]))
    return ", ".join(
        f"{count:,} {kind}" + (f" ({inferred[kind]:,} inferred)" if inferred[kind] else "") for kind, count in rows
    )


def damaged(library: Library, path: str, kind: str, limit: int, cursor: str) -> str:
    """Return the edits and findings of a document, or the kinds of damage of all and the documents with most of it."""
    limit = _within(limit, 1, MOST_EDITS, "limit")
    if path:
        return _listed(library, library.document(path), kind, limit, Cursor.of(cursor))
    counted = library.stats()
    rows = {id: {k: n for k, n in found.items() if kind in ("", k)} for id, found in counted.files.items()}
    worst = sorted(((sum(row.values()), id) for id, row in rows.items() if row), key=lambda one: (-one[0], one[1]))
    if not worst:
        return f"No document has {kind or 'damage'}."
    damage = {k: n for k, n in counted.damage.items() if kind in ("", k)}
    head = f"{len(worst):,} of {counted.engine.documents:,} documents have {kind or 'damage'}: {damage_text(damage)}"
    named = [f"{one_line(doc_id_of(id))}: {damage_text(rows[id])}" for _, id in worst[: min(limit, WORST)]]
    return "\n".join([head, *named])


def _listed(library: Library, document: Document, kind: str, limit: int, at: Cursor) -> str:
    try:
        raw: str | None = library.raw(document)
    except FileChanged:
        raw = None
    rows = _damage(document, kind)
    if not rows:
        return f"{one_line(document.id)} has no {kind or 'damage'}."
    if at.offset >= len(rows):
        what = f"{document.id} has {len(rows):,} of these"
        raise QueryError(what, code="cursor", number=len(rows), hint="leave the cursor out to begin anew")
    with library.asked() as index:
        generation = index.generation
    shown = [_said(document, *row, raw) for row in rows[at.offset : at.offset + limit]]
    head = f"{_head(document, raw=False)}; {at.offset + 1:,} to {at.offset + len(shown):,} of {len(rows):,}"
    lines = [head] if raw is not None else [head, "The file has changed since: what was there before is not known."]
    if at.offset + len(shown) < len(rows):
        shown.append(f"There are more; go on with cursor={Cursor(at.offset + len(shown), generation)}")
    return "\n".join([*lines, *shown])


def _damage(document: Document, kind: str) -> list[tuple[Span, str, Edit | Finding]]:
    """Return the repairs and findings of a document in order, of one kind or of all."""
    ones: Iterator[Edit | Finding] = chain(document.edits, document.findings)
    every = ((one.span, str(one.kind), one) for one in ones)
    return sorted((row for row in every if kind in ("", row[1])), key=lambda row: (row[0].start, row[1]))


def _said(document: Document, span: Span, kind: str, one: Edit | Finding, raw: str | None) -> str:
    """Return one line about a repair or a finding: its place in the file, its kind, the old and the new text."""
    line, column = document.record.place(span.start)
    was = f"{len(span):,} characters" if raw is None else _short(span.cut(raw))
    if isinstance(one, Finding):
        offered = ", ".join(f"{_short(text)} {probability:.2f}" for text, probability in one.candidates)
        may_be = f"; may be {offered}" if offered else ""
        return f"{line}:{column} {kind} (left as it is){'' if raw is None else f' {was}'}{may_be}"
    now = _short(one.replacement) if one.replacement else "nothing"
    sure = one.certainty if one.probability is None else f"{one.certainty}, {one.probability:.2f}"
    return f"{line}:{column} {kind} ({sure}, {one.step}) {was} → {now}"


def _short(text: str) -> str:
    return seen(shortened(text, SHOWN))


def restored(text: str, cursor: str) -> str:
    """Restore a text and summarize the repairs; a long result comes in pieces, for which the text is sent again."""
    from seedsearch.restoring.clean import clean

    if len(text) > LONGEST_TEXT:
        what = f"a text may have {LONGEST_TEXT:,} characters"
        raise QueryError(what, code="parameter", number=LONGEST_TEXT, hint="restore files with: seedsearch clean")
    at, cleaned = Cursor.of(cursor), clean(text)
    left = Counter(str(finding.kind) for finding in cleaned.findings)
    said = [f"Repaired: {_counted(cleaned.edits)}"] if cleaned.edits else ["Nothing to repair"]
    if left:
        said.append(f"found and left: {damage_text(left)}")
    end = at.offset + ROOM
    more = [f"There is more; send the text again with cursor={Cursor(end)}"] if end < len(cleaned.readable) else []
    return "\n".join(["; ".join(said), "", safe(cleaned.readable[at.offset : end]), *more])


def _within(number: int, least: int, most: int, name: str) -> int:
    if not least <= number <= most:
        raise QueryError(f"{name} is a number from {least} to {most:,}", code="parameter", texts=[name], number=most)
    return number
