"""Renders reports of indexing and restoring and the statistics of an index, for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from seedsearch.frontends.language import damage_text, said, worded
from seedsearch.frontends.objects import failure_object, stats_object
from seedsearch.frontends.render.layout import table, wrapped
from seedsearch.frontends.render.safe import json_line, one_line
from seedsearch.frontends.render.style import Style
from seedsearch.indexing.reports import (
    IndexReport,
)
from seedsearch.reading.documents import (
    Failure,
)
from seedsearch.restoring.documents import (
    WORST,
    CorpusReport,
)
from seedsearch.searching.results import (
    IndexStats,
)


def report_json(report: IndexReport) -> str:
    """Return the report on indexing as one JSON object."""
    return json_line(
        {
            "added": report.added,
            "updated": report.updated,
            "unchanged": report.unchanged,
            "removed": report.removed,
            "moved": report.moved,
            "failures": list(map(failure_object, report.failures)),
            "damage": dict(report.damage),
            "files": {path: dict(damage) for path, damage in report.files.items()},
            "seconds": report.seconds,
            "notes": list(report.notes),
        }
    )


_HEAD = "{added:,} added, {updated:,} updated, {unchanged:,} unchanged, {removed:,} removed in {seconds:.1f} s"


def report_text(report: IndexReport, style: Style, listing: str, *, verbose: bool = False) -> Iterator[str]:
    """Yield the report on indexing for people; with `verbose`, every damaged and every skipped file.

    Files that could not be read before either are only counted; `listing` is the command that lists them.
    """
    counts = {name: getattr(report, name) for name in ("added", "updated", "unchanged", "removed", "seconds")}
    head = said(_HEAD, **counts)
    yield from wrapped(head, style.width)
    if report.moved:
        yield from wrapped(said("of these {count:,} moved, and not read again", count=report.moved), style.width)
    if report.damage:
        yield from wrapped(said("damage: {damage}", damage=damage_text(report.damage)), style.width, hanging=8)
    if verbose:
        yield from files_text(report.files)
    known = frozenset(() if verbose else report.as_before)
    yield from _failures_text([failure for failure in report.failures if failure not in known], verbose=verbose)
    if known:
        said_before = said("as before: {count:,} not read; listed by: {command}", count=len(known), command=listing)
        yield from wrapped(said_before, style.width)


def files_text(files: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    """Yield the damaged files, one per line."""
    return (f"  {one_line(path)}: {damage_text(damage)}" for path, damage in sorted(files.items()))


def _failures_text(failures: Sequence[Failure], *, verbose: bool) -> Iterator[str]:
    """Yield every failed file, and only the first of those without text unless all are requested."""
    skipped = [failure for failure in failures if failure.skipped]
    left = frozenset(() if verbose else skipped[WORST:])
    yield from (failure_text(failure) for failure in failures if failure not in left)
    if left:
        yield said("skipped: {count:,} more; --verbose names them", count=len(left))


def failure_text(failure: Failure) -> str:
    """Return a file that was left out, and the reason."""
    return said("skipped: {file}" if failure.skipped else "failed: {file}", file=one_line(worded(failure.says)))


def stats_json(stats: IndexStats) -> str:
    """Return the statistics of an index as one JSON object."""
    return json_line(stats_object(stats))


def stats_text(stats: IndexStats, style: Style) -> Iterator[str]:
    """Yield the statistics of an index for people."""
    rows = {
        said("documents"): f"{stats.engine.documents:,}",
        said("terms"): ", ".join(f"{count:,} {name}" for name, count in stats.engine.terms.items()),
        said("on disk"): f"{stats.engine.size / 1e6:,.1f} MB",
        said("encodings"): damage_text(stats.encodings),
        said("damage"): damage_text(stats.damage) or said("none"),
    }
    if stats.inferred:
        each = "{count:,} of {low:g} to {high:g}"
        shares = (said(each, count=count, low=low, high=high) for low, high, count in stats.inferred)
        rows[said("inferred")] = ", ".join(shares)
    yield from table(rows, style)
    worst = sorted(stats.files.items(), key=lambda row: (-sum(row[1].values()), row[0]))
    if worst:
        few, several = "most damage in these documents:", "most damage in {shown} of {count:,} documents:"
        yield said(few) if len(worst) <= WORST else said(several, shown=WORST, count=len(worst))
        yield from (f"  {one_line(path)}: {damage_text(damage)}" for path, damage in worst[:WORST])
    if stats.told_by_neighbours:
        told = "encoding determined from neighbouring files: {count:,} documents"
        yield said(told, count=stats.told_by_neighbours)
    if stats.unsure:
        yield said("encoding not sure:")
        yield from (f"  {one_line(path)}: {name} ({sure:.2f})" for path, name, sure in stats.unsure[:WORST])
    yield from (one_line(worded(sentence)) for sentence in stats.stale)


def corpus_text(report: CorpusReport) -> Iterator[str]:
    """Yield the report on a restored collection for people."""
    resumed = said(" ({count:,} of them by an earlier run)", count=report.resumed) if report.resumed else ""
    whole = "{documents:,} documents{resumed}, {damaged:,} with damage, {characters:,} characters"
    counts = {"documents": report.documents, "damaged": report.damaged, "characters": report.characters}
    yield said(whole, resumed=resumed, **counts)
    if report.damage:
        yield said("damage: {damage}", damage=damage_text(report.damage))
        yield said("edits:  {edits}", edits=damage_text(report.certainty) or said("none"))
    if report.worst:
        yield said("most damage left unrepaired:")
        yield from (f"  {count:>7,}  {one_line(path)}" for path, count in report.worst)
    yield from map(failure_text, report.failures)
