"""How an index is made: the settings of a run, which `index`, `watch` and `build_index` share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from seedsearch.reading.ignore_patterns import Choice


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """The settings of a run of indexing; the keywords of `build_index`, where they are described, have these names."""

    workers: int | None = None
    rebuild: bool = False
    full: bool = False
    encoding: str | None = None
    dictionary: str | Path | None = None
    synonyms: str | Path | None = None
    hidden: bool = False
    include: Sequence[str] = ()
    exclude: Sequence[str] = ()

    @property
    def choice(self) -> Choice:
        """Which files are wanted of those below a folder."""
        return Choice.of(hidden=self.hidden, include=self.include, exclude=self.exclude)
