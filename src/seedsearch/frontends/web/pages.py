"""The data of the pages for their templates: HTML from the server, complete without a script."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from markupsafe import Markup

from seedsearch.errors import QueryError
from seedsearch.frontends.web.face import Face
from seedsearch.frontends.web.facets import facets_of
from seedsearch.frontends.web.marks import excerpt
from seedsearch.frontends.web.names import LOOSE, TIERS, called, note_of, refusal_of
from seedsearch.frontends.web.parameters import LAST_PAGE
from seedsearch.frontends.web.problems import Problem
from seedsearch.metadata.document_records import doc_id_of
from seedsearch.searching.index import SURE
from seedsearch.searching.results import Hit, IndexStats, Results, Snippet

EXAMPLES = ("焊接", "人工智能的主要特点", '"高质量发展"', "焊接 OR 材料")
HITS = 10  # hits per page
ROWS = 15  # rows per table of the statistics


def home(face: Face, counted: IndexStats) -> str:
    """Return the start page."""
    said = face.words.holds.format(f"{counted.engine.documents:,}", f"{len(counted.files):,}")
    return face.page("home.html", holds=said, examples=EXAMPLES)


def answer(face: Face, results: Results, page: int, outdated: str | None) -> str:
    """Return a page of hits, or what to do if there are none."""
    t = face.words
    chosen = {"q": face.typed, **face.filters}
    tiers = [(called(TIERS, name, t), count, name in LOOSE) for name, count in results.tiers.items()]
    turn = {
        "previous": face.site.home(**chosen, page=page - 1 if page > 2 else None) if page > 1 else None,
        "next": face.site.home(**chosen, page=page + 1) if results.more and page < LAST_PAGE else None,
        "page": page,
        "is_last": results.more and page == LAST_PAGE,
    }
    return face.page(
        "answer.html",
        total=face.counted(t.document, t.documents, results.total),
        tiers=tiers,
        results=results,
        hits=list(_hits(face, results.hits, (page - 1) * HITS + 1, len(tiers) > 1)),
        facets=list(facets_of(face, results)),
        notes=[note_of(note, t) for note in results.notes],
        clear=face.site.home(q=face.typed) if face.filters else None,
        turn=turn,
        json=face.site.interface("search", **chosen),
        suggestions=[(text, face.site.home(**{**chosen, "q": text})) for text in results.suggestions],
        outdated=outdated,
    )


def _hits(face: Face, hits: Iterable[Hit], first: int, has_tiers: bool) -> Iterable[dict[str, Any]]:
    """Return hits for the template; the first of each tier carries its name."""
    tier = ""
    for rank, hit in enumerate(hits, first):
        heading = called(TIERS, hit.tier, face.words) if has_tiers and hit.tier != tier else None
        tier = hit.tier
        yield {"rank": rank, "heading": heading, **_hit(face, hit)}


def _hit(face: Face, hit: Hit) -> dict[str, Any]:
    place, t = (hit.snippets[0] if hit.snippets else None), face.words
    at = place.raw_span.start if place and place.highlights else None
    also = [(path, face.site.document(doc_id_of(path), q=face.typed)) for path in hit.also_in]
    return {
        "path": hit.path,
        "address": face.site.document(doc_id_of(hit.path), q=face.typed, at=at, anchor="" if at is None else "at"),
        "place": t.place.format(f"{place.line:,}", f"{place.column:,}") if place else None,
        "snippets": [_snippet(snippet) for snippet in hit.snippets],
        "encoding": hit.encoding if hit.encoding != "utf-8" or hit.confidence < SURE else None,
        "unsure": hit.confidence < SURE,
        "restored": face.kinds(sum((Counter(snippet.restored) for snippet in hit.snippets), Counter())),
        "also": also,
        "also_said": face.counted(t.also_in_one, t.also_in, len(also)),
    }


def _snippet(snippet: Snippet) -> Markup:
    text = excerpt(snippet.text, [(span.start, span.end) for span in snippet.highlights])
    return Markup("{}{}{}").format("… " if snippet.cut_before else "", text, " …" if snippet.cut_after else "")


def stats(face: Face, counted: IndexStats, outdated: str | None) -> str:
    """Return the statistics."""
    damage = sorted(counted.damage.items(), key=lambda row: (-row[1], row[0]))
    encodings = sorted(counted.encodings.items(), key=lambda row: (-row[1], row[0]))
    worst = sorted(counted.files.items(), key=lambda row: (-sum(row[1].values()), row[0]))[:ROWS]
    rows = [(path, face.site.document(doc_id_of(path)), face.kinds(found)) for path, found in worst]
    return face.page(
        "stats.html",
        documents=counted.engine.documents,
        damaged=len(counted.files),
        terms=counted.engine.terms.get("word", 0),
        size=_size(counted.engine.size),
        damage=_bars((face.kind(kind), count, face.site.home(damage=kind)) for kind, count in damage),
        encodings=_bars((name, count, face.site.home(encoding=name)) for name, count in encodings),
        unsure=[(path, face.site.document(doc_id_of(path)), name, sure) for path, name, sure in counted.unsure[:ROWS]],
        worst=rows,
        outdated=outdated,
        json=face.site.interface("stats"),
    )


def _size(count: int) -> str:
    """Format a size in bytes for people."""
    return f"{count / 1e6:,.1f} MB" if count >= 1e6 else f"{count / 1e3:,.0f} kB"


def _bars(rows: Iterable[tuple[str, int, str]]) -> list[tuple[str, int, str, int]]:
    """Return rows with their percentage of the largest."""
    found = list(rows)
    most = max((count for _, count, _ in found), default=1)
    return [(name, count, address, max(1, round(100 * count / most))) for name, count, address in found]


def problem(face: Face, found: Problem) -> str:
    """Return a page that says what went wrong and what to do."""
    refusal = refusal_of(found.error, face.words) if isinstance(found.error, QueryError) else None
    said, lang = refusal or (found.detail or found.kind.title, "en")
    return face.page("problem.html", said=said, lang=lang, hint=None if refusal else found.hint)
