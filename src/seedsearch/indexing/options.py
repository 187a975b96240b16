"""The options of a run, which `index`, `watch` and `build_index` share."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from seedsearch.damage import SURE
from seedsearch.metadata.made_from import Root


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """The options of a run of indexing; `build_index` describes them under the same names."""

    workers: int | None = None
    rebuild: bool = False
    full: bool = False
    encoding: str | None = None
    sure: float = SURE
    dictionary: str | Path | None = None
    synonyms: str | Path | None = None
    hidden: bool = False
    include: Sequence[str] = ()
    exclude: Sequence[str] = ()
    base: str | os.PathLike[str] | None = None
    prune: bool = False
    share: str | None = None

    @property
    def root(self) -> Root:
        """How a given path is read."""
        return Root(0, self.encoding, self.hidden, tuple(self.include), tuple(self.exclude))
