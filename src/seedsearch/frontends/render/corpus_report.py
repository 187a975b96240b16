"""Renders the report on a corpus: Markdown with a data card, JSON, and charts as SVG."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from html import escape
from typing import Any

from seedsearch.frontends.language import said
from seedsearch.frontends.render.safe import json_line, one_line
from seedsearch.restoring.corpus.run import BARS, Figures

LANGUAGES = ("chinese", "japanese", "korean", "latin", "other")
# Sizes of a chart in pixels.
_WIDTH, _LEFT, _RIGHT, _LINE = 640, 190, 90, 22


def corpus_json(figures: Figures, run: Mapping[str, Any]) -> str:
    """Return the figures of a corpus as one JSON object."""
    return (
        json_line(
            {
                "run": dict(run),
                **{item.name: getattr(figures, item.name) for item in fields(Figures)},
                "bars_begin": dict(BARS),
            }
        )
        + "\n"
    )


def corpus_charts(figures: Figures) -> dict[str, str]:
    """Return the charts by file name."""
    damage = sorted((figures.edits + figures.found).items(), key=lambda row: (-row[1], row[0]))
    charts = {"damage.svg": bars_svg(said("Damage by kind"), damage)}
    for name, counts in figures.bars.items():
        rows = list(zip(_ranges(BARS[name]), counts, strict=True))
        charts[f"{name}.svg"] = bars_svg(said(f"Documents by {name}"), rows)
    return charts


def corpus_markdown(figures: Figures, run: Mapping[str, Any]) -> str:
    """Return the report for people; its charts are separate files."""
    return "\n".join(_markdown(figures, run)) + "\n"


def _markdown(figures: Figures, run: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"# {said('Corpus report')}", "")
    yield from _table(
        ("", said("count")),
        [
            (said("documents"), f"{figures.documents:,}"),
            (said("kept"), f"{figures.kept:,}"),
            (said("with damage"), f"{figures.damaged:,}"),
            (said("characters"), f"{figures.characters:,}"),
            (
                said("near-duplicates of another"),
                f"{figures.near_duplicates:,}" if run["near_duplicates"] else said("not asked for"),
            ),
        ],
    )
    yield from (f"## {said('Damage')}", "")
    if figures.edits or figures.found:
        yield from (f"![{said('damage by kind')}](damage.svg)", "")
        rows = [(kind, f"{count:,}", said("restored")) for kind, count in _most(figures.edits)]
        rows += [(kind, f"{count:,}", said("left")) for kind, count in _most(figures.found)]
        yield from _table((said("kind"), said("count"), ""), rows)
        yield from _table(
            (said("certainty of edits"), said("count")), [(k, f"{c:,}") for k, c in _most(figures.certainty)]
        )
    else:
        yield from (said("None was found."), "")
    if figures.worst:
        yield from (said("Most of it left unrepaired, as a share of the characters:"), "")
        yield from _table(
            (said("document"), said("unrepaired")), [(_cell(path), f"{share:.4%}") for path, share in figures.worst]
        )
    yield from (f"## {said('Quality')}", "")
    yield from (f"![{said('documents by share of Han')}](han.svg)", "")
    yield from (f"![{said('documents by unrepaired damage')}](unrepaired.svg)", "")
    yield from (f"## {said('Data card')}", "")
    yield from _table(("", ""), _card(figures, run))


def _card(figures: Figures, run: Mapping[str, Any]) -> list[tuple[str, str]]:
    letters = sum(figures.languages[name] for name in LANGUAGES) or 1
    languages = ((name, figures.languages[name] / letters) for name in LANGUAGES)
    left = sum(figures.found.values())
    return [
        (
            said("languages"),
            ", ".join(f"{said(name)} {share:.1%}" for name, share in languages if share >= 0.0005) or said("none"),
        ),
        (
            said("size"),
            said(
                "{kept} documents kept of {documents}; {characters} characters in all",
                kept=f"{figures.kept:,}",
                documents=f"{figures.documents:,}",
                characters=f"{figures.characters:,}",
            ),
        ),
        (said("source encodings"), ", ".join(f"{_cell(name)} {count:,}" for name, count in _most(figures.encodings))),
        (
            said("restored by"),
            said(
                "seedsearch {program}, rules {rules}, steps: {steps}",
                program=run["program"],
                rules=run["rules"],
                steps=", ".join(run["steps"] or [said("all")]),
            ),
        ),
        (said("fields restored"), ", ".join(map(_cell, run["fields"])) or said("all that hold text")),
        (said("kept where"), f"`{_cell(run['where'])}`" if run["where"] else said("all documents")),
        (
            said("changed"),
            said(
                "{edits} edits in {documents} documents, each with its kind",
                edits=f"{sum(figures.edits.values()):,}",
                documents=f"{figures.damaged:,}",
            ),
        ),
        (
            said("known limits"),
            said("{count} places of damage are left, because nothing proves what the original was", count=f"{left:,}"),
        ),
    ]


def _most(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda row: (-row[1], row[0]))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""


def _cell(text: str) -> str:
    """Escape a text of a file for a table cell of Markdown."""
    return escape(one_line(text), quote=False).replace("|", "\\|").replace("`", "'")


def _ranges(begins: Sequence[float]) -> Iterator[str]:
    """Yield the ranges that the bars of a distribution represent."""
    for begin, end in zip(begins, [*begins[1:], None], strict=True):
        if end is None:
            yield said("from {begin}", begin=f"{begin:.4g}")
        elif end < 1e-6:
            yield "0"
        else:
            yield said("{begin} to {end}", begin=f"{begin if begin > 1e-6 else 0:.4g}", end=f"{end:.4g}")


def bars_svg(title: str, rows: Sequence[tuple[str, int]]) -> str:
    """Return a horizontal bar chart as SVG."""
    most = max((count for _, count in rows), default=0) or 1
    height = _LINE * (len(rows) + 2)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
        f' role="img" aria-label="{escape(title)}" font-family="sans-serif" font-size="13">',
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="8" y="{_LINE - 5}" font-weight="bold" fill="#222">{escape(title)}</text>',
    ]
    for number, (name, count) in enumerate(rows, 1):
        y, wide = _LINE * number + 6, (_WIDTH - _LEFT - _RIGHT) * count / most
        lines += [
            f'<text x="{_LEFT - 8}" y="{y + 14}" text-anchor="end" fill="#222">{escape(name)}</text>',
            f'<rect x="{_LEFT}" y="{y + 2}" width="{wide:.1f}" height="{_LINE - 6}" fill="#3465a4"/>',
            f'<text x="{_LEFT + wide + 6:.1f}" y="{y + 14}" fill="#222">{count:,}</text>',
        ]
    return "\n".join([*lines, "</svg>", ""])
