"""How far a run is, on one line: share, files, files a second, time left, damage so far."""

from __future__ import annotations

from seedsearch.frontends.render.layout import clipped
from seedsearch.frontends.render.reports import damage_text
from seedsearch.indexing.reports import (
    Progress,
)

BAR = 20


def progress_text(label: str, progress: Progress, seconds: float, width: int) -> str:
    """Return the line of a progress bar, cut to a width."""
    share = progress.done / progress.total if progress.total else 1.0
    full = int(share * BAR)
    rate = progress.done / seconds if seconds > 0 else 0.0
    left = (progress.total - progress.done) / rate if rate else 0.0
    parts = [
        f"{label} {'━' * full}{'─' * (BAR - full)} {share:4.0%}",
        f"{progress.done:,}/{progress.total:,} files",
        f"{rate:,.0f}/s",
        f"{_duration(left)} left",
        damage_text(progress.damage),
    ]
    return clipped("  ".join(part for part in parts if part), width)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
