"""The JSON objects shared by `--json`, HTTP and other front ends. Keys may be added, but never changed or removed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from seedsearch.metadata.document_records import doc_id_of
from seedsearch.offsets import Candidate, Edit, Finding
from seedsearch.searching.results import FacetValue, Hit, IndexStats, Results, Snippet

if TYPE_CHECKING:
    from seedsearch.reading.documents import Failure

Object = dict[str, object]
SCHEMA = 1


def answer_object(results: Results) -> Object:
    """Return the object that describes an answer as a whole; it has `notes` and `suggestions` only if there are any."""
    row: Object = {"schema": SCHEMA, "query": results.query, "total": results.total, "matched": results.matched}
    row |= {"tiers": dict(results.tiers), "more": results.more}
    if results.facets:
        row["facets"] = facets_object(results.facets)
    if results.groups:
        row["groups"] = [{"value": group.value, "count": group.count} for group in results.groups]
    talk = {"notes": list(results.notes), "suggestions": list(results.suggestions)}
    return row | {key: said for key, said in talk.items() if said}


def facets_object(facets: Mapping[str, Sequence[FacetValue]]) -> Object:
    """Return the values of each facet with their counts."""
    return {name: [{"value": one.value, "count": one.count} for one in values] for name, values in facets.items()}


def hit_object(hit: Hit, rank: int) -> Object:
    """Return a hit with its rank, from 1."""
    return {
        "rank": rank,
        "path": hit.path,
        "score": round(hit.score, 4),
        "snippets": [snippet_object(snippet) for snippet in hit.snippets],
        "also_in": list(hit.also_in),
        "tier": hit.tier,
        "id": doc_id_of(hit.path),
        "encoding": hit.encoding,
        "damage": dict(hit.damage),
    }


def snippet_object(snippet: Snippet) -> Object:
    """Return a snippet; `highlights` are code points of `text`, `raw_start` and `raw_end` those of the file as
    decoded; `matches` has these and line and column for each highlight.
    """
    return {
        "text": snippet.text,
        "highlights": [[span.start, span.end] for span in snippet.highlights],
        "line": snippet.line,
        "column": snippet.column,
        "raw_start": snippet.raw_span.start,
        "raw_end": snippet.raw_span.end,
        "cut_before": snippet.cut_before,
        "cut_after": snippet.cut_after,
        "restored": dict(snippet.restored),
        "matches": [
            {"line": line, "column": column, "raw_start": raw.start, "raw_end": raw.end}
            for line, column, raw in snippet.places
        ],
    }


def edits_object(edits: Iterable[Edit], raw: str | None = None) -> list[Object]:
    """Return edits with their replacements and, given the raw text, the text replaced; spans are code points of the raw
    text.
    """
    return [
        {
            "kind": e.kind,
            "certainty": e.certainty,
            **({} if e.probability is None else {"probability": e.probability}),
            "start": e.span.start,
            "end": e.span.end,
            **({} if raw is None else {"was": e.span.cut(raw)}),
            "now": e.replacement,
            "step": e.step,
        }
        for e in edits
    ]


def findings_object(findings: Iterable[Finding]) -> list[Object]:
    """Return the findings, with the candidates of those whose repair was not sure enough."""
    return [
        {"kind": f.kind, "start": f.span.start, "end": f.span.end, **candidates_object(f.candidates)} for f in findings
    ]


def candidates_object(candidates: Sequence[Candidate]) -> Object:
    """Return the candidates under their key; an empty object if there are none."""
    return {"candidates": [one._asdict() for one in candidates]} if candidates else {}


def failure_object(failure: Failure) -> Object:
    """Return a file that could not be read, or that was skipped, with the reason."""
    return {"path": failure.path, "reason": failure.reason, "skipped": failure.skipped}


def stats_object(stats: IndexStats) -> Object:
    """Return the statistics of an index."""
    return {
        "documents": stats.engine.documents,
        "terms": dict(stats.engine.terms),
        "bytes": stats.engine.size,
        "encodings": dict(stats.encodings),
        "damage": dict(stats.damage),
        "files": {path: dict(damage) for path, damage in stats.files.items()},
        "unsure": [
            {"id": doc_id_of(path), "path": path, "encoding": name, "confidence": sure}
            for path, name, sure in stats.unsure
        ],
        "told_by_neighbours": stats.told_by_neighbours,
        "inferred": [{"from": low, "below": high, "edits": count} for low, high, count in stats.inferred],
        "stale": list(stats.stale),
    }
