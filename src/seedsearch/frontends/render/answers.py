"""Renders an answer for people and as JSON Lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from seedsearch.frontends.language import damage_text, many, said
from seedsearch.frontends.objects import answer_object, hit_object
from seedsearch.frontends.render.layout import lines, wrapped
from seedsearch.frontends.render.safe import json_line, one_line, safe
from seedsearch.frontends.render.style import Style
from seedsearch.offsets import Span
from seedsearch.searching.results import (
    FacetValue,
    Hit,
    Results,
    Snippet,
)

VALUES = 10  # values shown per facet

MATCHED = {
    "phrase": "the whole run",
    "variant": "the whole run in other words",
    "all": "all words",
    "most": "several of the words",
    "any": "some of the words",
    "similar": "similar words",
    "pinyin": "by its pinyin",
    "sound": "by its sound",
    "query": "the query as written",
}


def results_text(results: Results, style: Style, *, offset: int = 0, whole_lines: bool = False) -> Iterator[str]:
    """Yield an answer for people; with `whole_lines`, snippets keep their line breaks."""
    asked = {"query": one_line(results.query), "tiers": tiers_text(results)}
    one, several = "{count:,} document for {query} ({tiers})", "{count:,} documents for {query} ({tiers})"
    head = many(results.total, one, several, **asked)
    yield from map(style.faint, wrapped(head, style.width))
    if results.suggestions:
        yield from map(style.faint, wrapped(_meant(results), style.width))
    yield from _hits_text(results, results.hits, style, offset, whole_lines)
    if results.more and results.hits and style.width is not None:
        seen = offset + len(results.hits)
        yield ""
        yield style.faint(said("{shown:,} of {total:,}; more: --offset {shown}", shown=seen, total=results.total))
    for group in results.groups:
        yield ""
        yield from map(style.faint, wrapped(f"{one_line(group.value) or said('none')} ({group.count:,})", style.width))
        yield from _hits_text(results, group.hits, style, 0, whole_lines)
    if results.facets:
        yield ""
    for name, values in results.facets.items():
        yield from map(style.faint, wrapped(_facet_text(name, values), style.width, hanging=2))


def _meant(results: Results) -> str:
    return said("did you mean {queries}?", queries=said(" or ").join(results.suggestions))


def _hits_text(results: Results, hits: Sequence[Hit], style: Style, offset: int, whole_lines: bool) -> Iterator[str]:
    """Yield hits numbered after `offset`, with the names of their tiers if there are several."""
    indent = len(str(offset + len(hits))) + 2
    tier = ""
    for rank, hit in enumerate(hits, start=offset + 1):
        yield ""
        if hit.tier != tier and len(results.tiers) > 1:
            tier = hit.tier
            yield style.faint(said("with {tier}:", tier=said(MATCHED[tier])))
        yield from _hit_text(f"{rank}.".rjust(indent - 1) + " ", hit, style, whole_lines)


def _facet_text(name: str, values: Sequence[FacetValue]) -> str:
    """Return the most frequent values of a facet, each with its number of documents."""
    counts = [f"{one_line(value.value)} {value.count:,}" for value in values[:VALUES]]
    more, shown = len(values) - VALUES, ", ".join(counts) or said("none")
    if more > 0:
        shown = said("{values}, and {count:,} more", values=shown, count=more)
    return said("{name}: {values}", name=name, values=shown)


def tiers_text(results: Results) -> str:
    """Return the name of the matching tier, or the number of documents of each if there are several."""
    if len(results.tiers) < 2:
        return said(MATCHED[results.matched])
    parts = (
        said("{count:,} with {tier}", count=count, tier=said(MATCHED[name])) for name, count in results.tiers.items()
    )
    return ", ".join(parts)


def empty_text(results: Results, outdated: str | None) -> Iterator[str]:
    """Yield the messages for an empty answer: what was tried, suggestions, whether the index is out of date."""
    nothing = said("nothing found for {query}", query=results.query)
    yield f"{nothing}; {_meant(results)}" if results.suggestions else nothing
    if results.asked:
        yield said("looked for: {tiers}", tiers=said(", then ").join(said(MATCHED[name]) for name in results.asked))
    if outdated:
        yield outdated


def _hit_text(rank: str, hit: Hit, style: Style, whole_lines: bool) -> Iterator[str]:
    margin = " " * len(rank)
    blanks = "[^\\S\n]+" if whole_lines else "\\s+"
    place = hit.snippets[0] if hit.snippets else None
    yield rank + _path_text(hit.path, place, style)
    for number, snippet in enumerate(hit.snippets):
        if number:
            yield margin + style.faint(_place(snippet))
        yield from _snippet_text(snippet, style, blanks, margin)
        if snippet.restored:
            yield from _beside(said("restored here: {damage}", damage=damage_text(snippet.restored)), style, margin)
    if hit.also_in:
        yield from _beside(said("also in {paths}", paths=", ".join(map(one_line, hit.also_in))), style, margin)


def _path_text(path: str, place: Snippet | None, style: Style) -> str:
    if place is None:
        return style.linked(style.path(one_line(path)), path)
    return style.linked(style.path(one_line(path) + _place(place)), path, place.line, place.column)


def _place(snippet: Snippet) -> str:
    return f":{snippet.line}:{snippet.column}"


def snippet_line(snippet: Snippet) -> str:
    """Return a snippet on one line, with its matches in brackets and without control characters."""
    return one_line(_marked(snippet, Style(colour=False), "\\s+")[0])


def _beside(text: str, style: Style, margin: str) -> Iterator[str]:
    """Return a faint remark below a snippet."""
    width = None if style.width is None else style.width - len(margin)
    return (margin + style.faint(line) for line in wrapped(text, width, hanging=2))


def _snippet_text(snippet: Snippet, style: Style, blanks: str, margin: str) -> Iterator[str]:
    """Yield the lines of a snippet with its matches marked, within the width."""
    text, marks = _marked(snippet, style, blanks)
    width = None if style.width is None else style.width - len(margin)
    for line in lines(text, width):
        yield (margin + _painted(text, line, marks, style)).rstrip(" ")


def _marked(snippet: Snippet, style: Style, blanks: str) -> tuple[str, list[Span]]:
    """Collapse each run of `blanks` (a regular expression) of a text to one space, and return the places of its matches
    in it.
    """
    opening, closing = style.brackets
    text, last = "… " if snippet.cut_before else "", 0
    marks = []
    for span in snippet.highlights:
        text += safe(re.sub(blanks, " ", snippet.text[last : span.start]))
        found = opening + safe(re.sub(blanks, " ", span.cut(snippet.text))) + closing
        marks.append(Span(len(text), len(text) + len(found)))
        text, last = text + found, span.end
    return text + safe(re.sub(blanks, " ", snippet.text[last:])) + (" …" if snippet.cut_after else ""), marks


def _painted(text: str, line: Span, marks: Sequence[Span], style: Style) -> str:
    """Return one line of a text with its matches marked."""
    pieces, last = [], line.start
    for mark in marks:
        start, end = max(mark.start, last), min(mark.end, line.end)
        if start < end:
            pieces += [text[last:start], style.match(text[start:end])]
            last = end
    return "".join([*pieces, text[last : line.end]])


def results_json(results: Results, *, offset: int = 0) -> Iterator[str]:
    """Yield an answer as JSON Lines: a summary, then one line per hit, numbered within each group."""
    yield json_line({"type": "summary", **answer_object(results)})
    for rank, hit in enumerate(results.hits, start=offset + 1):
        yield json_line({"type": "hit", **hit_object(hit, rank)})
    for group in results.groups:
        for rank, hit in enumerate(group.hits, start=1):
            yield json_line({"type": "hit", **hit_object(hit, rank), "group": group.value})


def keywords_text(found: Sequence[tuple[str, float]]) -> Iterator[str]:
    """Return words for people, one per line, with their weights."""
    return (f"{weight:7.2f}  {one_line(word)}" for word, weight in found)


def keywords_json(path: str, found: Sequence[tuple[str, float]]) -> str:
    """Return words as one JSON object."""
    return json_line({"path": path, "keywords": [{"word": word, "weight": weight} for word, weight in found]})
