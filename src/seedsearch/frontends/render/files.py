"""Renders the list of indexed and unindexed files, for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from seedsearch.frontends.files import Listed, grouped
from seedsearch.frontends.language import said, worded
from seedsearch.frontends.objects import failure_object
from seedsearch.frontends.render.layout import wrapped
from seedsearch.frontends.render.safe import json_line, one_line
from seedsearch.frontends.render.style import Style
from seedsearch.reading.documents import Failure

SHOWN = 5  # paths shown per reason by default


def files_lines(found: Sequence[Listed]) -> Iterator[str]:
    """Yield the files of the index, one per line, with the number of documents if it is not 1."""
    for file in found:
        several = "" if file.documents == 1 else said(" ({count:,} documents)", count=file.documents)
        yield one_line(file.path) + several


def skipped_lines(unread: Sequence[Failure], style: Style, *, verbose: bool = False) -> Iterator[str]:
    """Yield the unindexed files by reason, with some of the paths of each, or all with `verbose`."""
    for reason, paths in grouped(unread):
        yield from wrapped(f"{len(paths):,} × {one_line(worded(reason))}", style.width, hanging=4)
        yield from (f"    {one_line(path)}" for path in (paths if verbose else paths[:SHOWN]))
        if not verbose and len(paths) > SHOWN:
            yield "    " + said("and {count:,} more; --verbose names them", count=len(paths) - SHOWN)


def files_json(found: Sequence[Listed]) -> Iterator[str]:
    """Return the files of the index as JSON objects."""
    return (json_line({"path": file.path, "documents": file.documents}) for file in found)


def skipped_json(unread: Sequence[Failure]) -> Iterator[str]:
    """Return the unindexed files as JSON objects."""
    return (json_line(failure_object(failure)) for failure in unread)
