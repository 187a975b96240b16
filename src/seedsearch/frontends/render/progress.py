"""The progress of a run on one line: percentage, files, files per second, time left, damage so far."""

from __future__ import annotations

from seedsearch.frontends.language import damage_text, said
from seedsearch.frontends.render.layout import cells, clipped
from seedsearch.indexing.reports import (
    Progress,
)

BAR = 20
TELLING = 0.05  # the proportion of work after which the remaining time is shown; before, it is a guess


def progress_text(label: str, progress: Progress, seconds: float, width: int) -> str:
    """Return the line of a progress bar, truncated to a width."""
    of_files = progress.done / progress.total if progress.total else 1.0
    share = of_files if progress.share is None else progress.share
    full = int(share * BAR)
    rate = progress.done / seconds if seconds > 0 else 0.0
    left = said("{time} left", time=_duration(seconds / share - seconds)) if share >= TELLING else ""
    parts = [
        f"{said(label)} {'━' * full}{'─' * (BAR - full)} {share:4.0%}",
        said("{done:,}/{total:,} files", done=progress.done, total=progress.total),
        f"{rate:,.0f}/s",
        left,
        damage_text(progress.damage),
    ]
    line = "  ".join(part for part in parts[:-1] if part)
    whole = "  ".join(part for part in (line, parts[-1]) if part)
    return whole if cells(whole) <= width else clipped(line, width)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
