"""Hits and reports → terminal text and JSON. Yields lines; who calls writes them.

Text of a document never reaches a terminal with control characters, bidirectional controls or escapes in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from seedsearch.model import WORST, Cleaned, CorpusReport, Failure, Hit, IndexReport, IndexStats, Results, Snippet
from seedsearch.offsets import Edit

_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# Besides those, what can not be seen at all: an edit that takes it away has to show it.
_UNSEEN = re.compile(_UNSAFE.pattern[:-1] + "\xa0\xad\u200b-\u200d\u2028\u2029\u2060-\u2065\ufeff\ue000-\uf8ff]")
_SURROGATE = re.compile("[\ud800-\udfff]")

MATCHED = {
    "phrase": "the whole run",
    "all": "all words",
    "most": "the best of its words",
    "similar": "with words of it",
    "pinyin": "by its pinyin",
    "sound": "by its sound",
    "query": "the query as written",
}


@dataclass(frozen=True, slots=True)
class Style:
    """How marks look: with colour, or with brackets where there is none."""

    colour: bool

    def match(self, text: str) -> str:
        """A highlighted match."""
        return f"\x1b[1;31m{text}\x1b[0m" if self.colour else f"【{text}】"

    def path(self, text: str) -> str:
        """A path and place."""
        return f"\x1b[35m{text}\x1b[0m" if self.colour else text

    def faint(self, text: str) -> str:
        """What is said beside the answer."""
        return f"\x1b[2m{text}\x1b[0m" if self.colour else text

    def gone(self, text: str) -> str:
        """Text that an edit took away."""
        return f"\x1b[31m{text}\x1b[0m" if self.colour else f"[-{text}-]"

    def come(self, text: str) -> str:
        """Text that an edit put in."""
        return f"\x1b[32m{text}\x1b[0m" if self.colour else f"{{+{text}+}}"


def safe(text: str) -> str:
    """`text` with everything that could steer a terminal spelled out."""
    return _UNSAFE.sub(_spelled, text)


def _spelled(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape", "surrogatepass").decode()


def json_line(value: object) -> str:
    """One line of JSON; Han stay as they are, a byte of a path that is no UTF-8 is escaped."""
    text = json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
    return _SURROGATE.sub(lambda m: f"\\u{ord(m[0]):04x}", text)


def results_text(results: Results, style: Style, *, offset: int = 0, lines: bool = False) -> Iterator[str]:
    """An answer for people; with `lines` snippets keep their line breaks."""
    count = "1 document" if results.total == 1 else f"{results.total:,} documents"
    yield style.faint(f"{count} for {safe(results.query)} ({MATCHED[results.matched]})")
    for rank, hit in enumerate(results.hits, start=offset + 1):
        yield ""
        yield from _hit_text(rank, hit, style, lines)


def did_you_mean(results: Results) -> str:
    """What else could be asked, as the end of a sentence."""
    return f"; did you mean {' or '.join(map(safe, results.suggestions))}?"


def _hit_text(rank: int, hit: Hit, style: Style, lines: bool) -> Iterator[str]:
    place = _place(hit.snippets[0]) if hit.snippets else ""
    yield f"{rank}. {style.path(safe(hit.path) + place)}"
    for number, snippet in enumerate(hit.snippets):
        if number:
            yield style.faint(f"   {_place(snippet)}")
        text = _snippet_text(snippet, style, "[^\\S\n]+" if lines else "\\s+")
        yield from (f"   {line}" for line in text.split("\n"))
    if hit.also_in:
        yield style.faint(f"   also in {', '.join(map(safe, hit.also_in))}")


def _place(snippet: Snippet) -> str:
    return f":{snippet.line}:{snippet.column}"


def _snippet_text(snippet: Snippet, style: Style, blanks: str) -> str:
    """The text with its matches marked and each run of `blanks` (a regular expression) as one space."""

    def shown(text: str) -> str:
        return safe(re.sub(blanks, " ", text))

    pieces, last = [], 0
    for span in snippet.highlights:
        pieces += [shown(snippet.text[last : span.start]), style.match(shown(span.cut(snippet.text)))]
        last = span.end
    return "".join([*pieces, shown(snippet.text[last:])])


def results_json(results: Results, *, offset: int = 0) -> Iterator[str]:
    """An answer as JSON Lines: a summary, then a line a hit."""
    summary: dict[str, object] = {"type": "summary", "schema": 1, "query": results.query}
    summary |= {"total": results.total, "matched": results.matched}
    talk = {"notes": list(results.notes), "suggestions": list(results.suggestions)}
    yield json_line(summary | {key: said for key, said in talk.items() if said})
    for rank, hit in enumerate(results.hits, start=offset + 1):
        yield json_line(
            {
                "type": "hit",
                "rank": rank,
                "path": hit.path,
                "score": round(hit.score, 4),
                "snippets": [_snippet_json(snippet) for snippet in hit.snippets],
                "also_in": list(hit.also_in),
            }
        )


def _snippet_json(snippet: Snippet) -> dict[str, object]:
    return {
        "text": snippet.text,
        "highlights": [[span.start, span.end] for span in snippet.highlights],
        "line": snippet.line,
        "column": snippet.column,
        "raw_start": snippet.raw_span.start,
        "raw_end": snippet.raw_span.end,
    }


def keywords_text(found: Sequence[tuple[str, float]]) -> Iterator[str]:
    """Words for people, a line each, with their weights."""
    return (f"{weight:7.2f}  {safe(word)}" for word, weight in found)


def keywords_json(path: str, found: Sequence[tuple[str, float]]) -> str:
    """Words as one JSON object."""
    return json_line({"path": path, "keywords": [{"word": word, "weight": weight} for word, weight in found]})


def report_json(report: IndexReport) -> str:
    """What indexing did, as one JSON object."""
    return json_line(
        {
            "added": report.added,
            "updated": report.updated,
            "unchanged": report.unchanged,
            "removed": report.removed,
            "failures": [{"path": f.path, "reason": f.reason, "skipped": f.skipped} for f in report.failures],
            "damage": dict(report.damage),
            "files": {path: dict(damage) for path, damage in report.files.items()},
            "seconds": report.seconds,
        }
    )


def report_text(report: IndexReport) -> Iterator[str]:
    """What indexing did, for people."""
    yield (
        f"{report.added} added, {report.updated} updated, {report.unchanged} unchanged, "
        f"{report.removed} removed in {report.seconds:.1f} s"
    )
    if report.damage:
        yield f"damage: {damage_text(report.damage)}"
    yield from map(failure_text, report.failures)


def failure_text(failure: Failure) -> str:
    """A file that was left out, and why."""
    return f"{'skipped' if failure.skipped else 'failed'}: {safe(failure.path)}: {safe(failure.reason)}"


def damage_text(damage: Mapping[str, int]) -> str:
    """Kinds and counts, the most frequent first."""
    return ", ".join(f"{count:,} {kind}" for kind, count in sorted(damage.items(), key=lambda row: (-row[1], row[0])))


def document_json(cleaned: Cleaned) -> str:
    """One restored document as a line of JSON."""
    row = {"path": cleaned.raw.path, "encoding": cleaned.encoding, "text": cleaned.readable, "damage": cleaned.damage}
    return json_line(row) + "\n"


def edits_json(cleaned: Cleaned) -> str:
    """The edits and findings of one document as a line of JSON; offsets are code points of the file as decoded."""
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
            }
            for e in cleaned.edits
        ],
        "findings": [
            {"kind": f.kind, "raw_start": f.span.start, "raw_end": f.span.end, "found": f.span.cut(raw)}
            for f in cleaned.findings
        ],
        "damage": cleaned.damage,
    }
    return json_line(row) + "\n"


def diff_plain(cleaned: Cleaned) -> str:
    """The changed lines without colour."""
    return "".join(line + "\n" for line in diff_text(cleaned, Style(colour=False)))


def diff_colour(cleaned: Cleaned) -> str:
    """The changed lines in colour."""
    return "".join(line + "\n" for line in diff_text(cleaned, Style(colour=True)))


def diff_text(cleaned: Cleaned, style: Style) -> Iterator[str]:
    """The lines of the raw text that edits touch, each with its number, what went and what came."""
    raw = cleaned.raw.text
    number, counted = 1, 0
    for edits in _by_line(raw, cleaned.edits):
        begin = raw.rfind("\n", 0, edits[0].span.start) + 1
        number += raw.count("\n", counted, begin)
        counted = begin
        yield f"{style.path(f'{number}:')} {_marked_line(raw, begin, edits, style)}"


def _by_line(raw: str, edits: Sequence[Edit]) -> Iterator[list[Edit]]:
    """The edits in groups: those that begin on the line that the one before ends on belong together."""
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
        pieces += [safe(raw[last : e.span.start]), style.gone(_shown(e.span.cut(raw)))]
        if e.replacement:
            pieces.append(style.come(_shown(e.replacement)))
        last = e.span.end
    end = raw.find("\n", last)
    return "".join([*pieces, safe(raw[last : len(raw) if end < 0 else end])])


def _shown(text: str) -> str:
    """The text of an edit on one line; of a long one the beginning and the end."""
    if len(text) > 80:
        text = f"{text[:40]}…{text[-20:]} ({len(text):,} characters)"
    return _UNSEEN.sub(_spelled, text.replace("\n", "⏎"))


def stats_json(stats: IndexStats) -> str:
    """What an index holds, as one JSON object."""
    return json_line(
        {
            "documents": stats.engine.documents,
            "terms": dict(stats.engine.terms),
            "bytes": stats.engine.size,
            "encodings": dict(stats.encodings),
            "damage": dict(stats.damage),
            "files": {path: dict(damage) for path, damage in stats.files.items()},
            "unsure": [{"path": path, "encoding": name, "confidence": sure} for path, name, sure in stats.unsure],
        }
    )


def stats_text(stats: IndexStats) -> Iterator[str]:
    """What an index holds, for people."""
    yield f"documents  {stats.engine.documents:,}"
    yield f"terms      {', '.join(f'{count:,} {name}' for name, count in stats.engine.terms.items())}"
    yield f"on disk    {stats.engine.size / 1e6:,.1f} MB"
    yield f"encodings  {damage_text(stats.encodings)}"
    yield f"damage     {damage_text(stats.damage) or 'none'}"
    worst = sorted(stats.files.items(), key=lambda row: (-sum(row[1].values()), row[0]))
    if worst:
        yield f"most damage in {'these' if len(worst) <= WORST else f'{WORST} of {len(worst):,}'} documents:"
        yield from (f"  {safe(path)}: {damage_text(damage)}" for path, damage in worst[:WORST])
    if stats.unsure:
        yield "encoding not sure:"
        yield from (f"  {safe(path)}: {name} ({sure:.2f})" for path, name, sure in stats.unsure[:WORST])


def corpus_text(report: CorpusReport) -> Iterator[str]:
    """What was done to a collection, for people."""
    resumed = f" ({report.resumed:,} of them by an earlier run)" if report.resumed else ""
    yield f"{report.documents:,} documents{resumed}, {report.damaged:,} with damage, {report.characters:,} characters"
    if report.damage:
        yield f"damage: {damage_text(report.damage)}"
        yield f"edits:  {damage_text(report.certainty) or 'none'}"
    if report.worst:
        yield "most damage left unrepaired:"
        yield from (f"  {count:>7,}  {safe(path)}" for path, count in report.worst)
    yield from map(failure_text, report.failures)
