"""The report on a corpus: Markdown with a section for its data card, JSON, and charts as SVG."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from html import escape
from typing import Any

from seedsearch.frontends.render.safe import json_line, one_line
from seedsearch.restoring.corpus.run import BARS, Figures

LANGUAGES = ("chinese", "japanese", "korean", "latin", "other")
# Sizes of a chart in pixels.
_WIDTH, _LEFT, _RIGHT, _LINE = 640, 190, 90, 22


def corpus_json(figures: Figures, run: Mapping[str, Any]) -> str:
    """Return the figures of a corpus, as one JSON object."""
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
    """Return the charts, by the names of their files."""
    damage = sorted((figures.edits + figures.found).items(), key=lambda row: (-row[1], row[0]))
    charts = {"damage.svg": bars_svg("Damage by kind", damage)}
    for name, counts in figures.bars.items():
        rows = list(zip(_ranges(BARS[name]), counts, strict=True))
        charts[f"{name}.svg"] = bars_svg(f"Documents by {name}", rows)
    return charts


def corpus_markdown(figures: Figures, run: Mapping[str, Any]) -> str:
    """Return the report for people; its charts lie beside it."""
    return "\n".join(_markdown(figures, run)) + "\n"


def _markdown(figures: Figures, run: Mapping[str, Any]) -> Iterator[str]:
    yield from ("# Corpus report", "")
    yield from _table(
        ("", "count"),
        [
            ("documents", f"{figures.documents:,}"),
            ("kept", f"{figures.kept:,}"),
            ("with damage", f"{figures.damaged:,}"),
            ("characters", f"{figures.characters:,}"),
            (
                "near-duplicates of another",
                f"{figures.near_duplicates:,}" if run["near_duplicates"] else "not asked for",
            ),
        ],
    )
    yield from ("## Damage", "")
    if figures.edits or figures.found:
        yield from ("![damage by kind](damage.svg)", "")
        rows = [(kind, f"{count:,}", "restored") for kind, count in _most(figures.edits)]
        rows += [(kind, f"{count:,}", "left") for kind, count in _most(figures.found)]
        yield from _table(("kind", "count", ""), rows)
        yield from _table(("certainty of edits", "count"), [(k, f"{c:,}") for k, c in _most(figures.certainty)])
    else:
        yield from ("None was found.", "")
    if figures.worst:
        yield from ("Most of it left unrepaired, as a share of the characters:", "")
        yield from _table(("document", "unrepaired"), [(_cell(path), f"{share:.4%}") for path, share in figures.worst])
    yield from ("## Quality", "")
    yield from ("![documents by share of Han](han.svg)", "", "![documents by unrepaired damage](unrepaired.svg)", "")
    yield from ("## Data card", "")
    yield from _table(("", ""), _card(figures, run))


def _card(figures: Figures, run: Mapping[str, Any]) -> list[tuple[str, str]]:
    letters = sum(figures.languages[name] for name in LANGUAGES) or 1
    languages = ((name, figures.languages[name] / letters) for name in LANGUAGES)
    left = sum(figures.found.values())
    return [
        ("languages", ", ".join(f"{name} {share:.1%}" for name, share in languages if share >= 0.0005) or "none"),
        ("size", f"{figures.kept:,} documents kept of {figures.documents:,}; {figures.characters:,} characters in all"),
        ("source encodings", ", ".join(f"{_cell(name)} {count:,}" for name, count in _most(figures.encodings))),
        (
            "restored by",
            f"seedsearch {run['program']}, rules {run['rules']}, steps: {', '.join(run['steps'] or ['all'])}",
        ),
        ("fields restored", ", ".join(map(_cell, run["fields"])) or "all that hold text"),
        ("kept where", f"`{_cell(run['where'])}`" if run["where"] else "all documents"),
        ("changed", f"{sum(figures.edits.values()):,} edits in {figures.damaged:,} documents, each with its kind"),
        ("known limits", f"{left:,} places of damage are left, for nothing proves what stood there"),
    ]


def _most(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda row: (-row[1], row[0]))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""


def _cell(text: str) -> str:
    """Return a text of a file as it may stand in a cell of Markdown."""
    return escape(one_line(text), quote=False).replace("|", "\\|").replace("`", "'")


def _ranges(begins: Sequence[float]) -> Iterator[str]:
    """Yield what the bars of a distribution stand for."""
    for begin, end in zip(begins, [*begins[1:], None], strict=True):
        if end is None:
            yield f"from {begin:.4g}"
        elif end < 1e-6:
            yield "0"
        else:
            yield f"{begin if begin > 1e-6 else 0:.4g} to {end:.4g}"


def bars_svg(title: str, rows: Sequence[tuple[str, int]]) -> str:
    """Return a chart of bars that lie, a row each, as SVG."""
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
