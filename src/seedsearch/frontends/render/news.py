"""Renders the news for a saved query, for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from seedsearch.frontends.language import said
from seedsearch.frontends.news import News
from seedsearch.frontends.render.layout import cells, columns
from seedsearch.frontends.render.safe import json_line, one_line
from seedsearch.frontends.render.style import Style


def news_lines(found: News, lines: Mapping[str, str], style: Style) -> Iterator[str]:
    """Yield a line for each document that is new, changed or gone; `lines` has the first match of a document."""
    for word, paths in ((said("new"), found.new), (said("changed"), found.changed)):
        yield from (f"{style.ok(word)}{' ' * (9 - cells(word))}{lines[path]}" for path in paths)
    gone = said("gone")
    yield from (f"{style.faint(gone)}{' ' * (9 - cells(gone))}{one_line(path)}" for path in found.gone)


def listed(saved: Mapping[str, str], found: Mapping[str, News]) -> Iterator[str]:
    """Yield the saved queries, each with the number of new results."""
    rows = [
        (
            one_line(name),
            one_line(query),
            said(
                "{new:,} new of {total:,}",
                new=len(found[name].new) + len(found[name].changed),
                total=found[name].total,
            ),
        )
        for name, query in saved.items()
    ]
    yield from columns(rows)


def news_json(name: str, query: str, found: News) -> str:
    """Return the same as one JSON object."""
    row = {"name": name, "query": query, "total": found.total, "first": found.first}
    return json_line({**row, "new": list(found.new), "changed": list(found.changed), "gone": list(found.gone)})
