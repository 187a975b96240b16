"""The interface for programs below /api/v1: the answers of the pages, as the JSON objects of `--json`."""

from __future__ import annotations

from dataclasses import replace

from seedsearch.errors import FileChanged
from seedsearch.frontends.library import Library
from seedsearch.frontends.objects import (
    SCHEMA,
    Object,
    answer_object,
    edits_object,
    findings_object,
    hit_object,
    stats_object,
)
from seedsearch.frontends.searches import search
from seedsearch.frontends.web import problems
from seedsearch.frontends.web.parameters import DEEPEST, FACETS, Asked
from seedsearch.frontends.web.problems import Problem
from seedsearch.frontends.web.site import Site
from seedsearch.metadata.document_records import doc_id_of, line_starts
from seedsearch.offsets import Span

# Damaged files named in the statistics.
WORST = 100
# Maximum bytes restored per request.
LARGEST_TEXT = 1_000_000


def search_json(library: Library, site: Site, asked: Asked) -> Object:
    """Return hits in one object."""
    limit, offset, facets = asked["limit"], asked["offset"], _facets(asked["facets"])
    how = {"limit": limit, "offset": offset, "snippets": asked["snippets"], "facets": facets}
    results, generation = search(library, asked["q"], asked.filters(), **how)
    row: Object = {"notes": [], "suggestions": [], "facets": {}, **answer_object(results), "generation": generation}
    row["hits"] = [hit_object(hit, rank) for rank, hit in enumerate(results.hits, offset + 1)]
    row["next"] = None
    if results.more and limit and offset + limit <= DEEPEST:
        said = {"q": asked["q"], **asked.filters(), "limit": limit, "snippets": asked["snippets"]}
        row["next"] = site.interface("search", **said, facets=asked["facets"], offset=offset + limit)
    return row


def _facets(said: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name for name in said.split(",") if name))
    if unknown := set(names) - set(FACETS):
        raise Problem(problems.PARAMETER, f"{min(unknown)} is not a facet", f"there are {', '.join(FACETS)}")
    return names


def document_json(library: Library, asked: Asked) -> Object:
    """Return some lines of the readable text of a document, with their edits and findings."""
    document = library.document(asked["id"])
    readable = document.readable
    borders = [*line_starts(readable), len(readable)]
    total = len(borders) - 1
    first = min(asked["first_line"] - 1, total)
    last = min(first + asked["lines"], total)
    start, end, more = borders[first], borders[last], last < total
    row: Object = {"schema": SCHEMA, "id": document.id, "path": document.path, "encoding": document.encoding}
    row |= {"confidence": round(document.confidence, 3), "damage": dict(document.damage), "text": readable[start:end]}
    row |= {"first_line": asked["first_line"], "lines": total, "start": start, "more": more, "hits": []}
    if asked["q"].strip():
        with library.asked() as index:
            places = index.places(document.id, asked["q"])
        row["hits"] = [[span.start, span.end] for span in places if span.start < end and span.end > start]
    try:
        raw = library.raw(document)
    except FileChanged:
        return row | {"edits": [], "findings": [], "file": "changed"}
    window = document.offsets.to_raw(Span(start, end)) if start < end else Span(0, 0)
    whole = Span(0 if start == 0 else window.start, len(raw) if not more else window.end)
    edits = [edit for edit in document.edits if edit.span.start < whole.end and edit.span.end > whole.start]
    left = [one for one in document.findings if one.span.start < whole.end and one.span.end > whole.start]
    return row | {"edits": edits_object(edits, raw), "findings": findings_object(left), "file": "same"}


def stats_json(library: Library) -> Object:
    """Return the statistics of the index."""
    counted = library.stats()
    worst = sorted(counted.files.items(), key=lambda one: (-sum(one[1].values()), one[0]))[:WORST]
    row = stats_object(replace(counted, files=dict(worst), unsure=counted.unsure[:WORST]))
    files = [{"id": doc_id_of(path), "damage": dict(damage)} for path, damage in worst]
    return row | {"schema": SCHEMA, "size": row["bytes"], "files": files}


def restored_json(content: bytes) -> Object:
    """Restore a text; raises NotText."""
    from seedsearch.restoring.clean import clean

    cleaned = clean(content)
    row: Object = {"schema": SCHEMA, "encoding": cleaned.encoding, "text": cleaned.readable, "damage": cleaned.damage}
    return row | {"edits": edits_object(cleaned.edits), "findings": findings_object(cleaned.findings)}


def suggest_json(library: Library, typed: str) -> Object:
    """Return words that begin like the typed text, with their numbers of documents."""
    with library.asked() as index:
        found = index.suggest(typed) if typed.strip() else ()
    return {"suggestions": [{"query": text, "count": count} for text, count in found]}
