"""One run of indexing divided into shares, each in its own process, on any machine that sees the same files.

    seedsearch index --share 1/8 …      seedsearch index --share 2/8 …      …

A digest of the path of a file below the given path decides which share it belongs to. The process that finishes the
last share, or that indexes the same paths without a share, does what is missing and commits all of it at once.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Self

from seedsearch.engines import Engine, Shared
from seedsearch.engines.choice import Place
from seedsearch.engines.stored import UTF8
from seedsearch.errors import IndexLocked, OutputError, SettingsError, SourceError, reason
from seedsearch.metadata.document_records import doc_id_of
from seedsearch.metadata.made_from import is_below

MOST = 1000  # shares; each has a small record in one document


@dataclass(frozen=True, slots=True)
class Share:
    """One of several shares, counted from 1."""

    number: int
    count: int

    @classmethod
    def of(cls, text: str) -> Self:
        """Parse I/N; raises SettingsError for anything else."""
        found = re.fullmatch(r"([0-9]{1,4})/([0-9]{1,4})", text)
        number, count = map(int, found.groups()) if found else (0, 0)
        if not 1 <= number <= count <= MOST:
            raise SettingsError(f"the share “{text}” is not I/N with I from 1 to N", hint="as in --share 2/8")
        return cls(number, count)

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    def has(self, path: str, roots: Iterable[str]) -> bool:
        """Tell whether a file belongs to it, by its path below the innermost given path."""
        root = max((root.rstrip("/") for root in roots if is_below(path, root)), key=len, default="")
        within = path[len(root) :].strip("/") or path.rpartition("/")[2]
        digest = blake2b(within.encode(*UTF8), digest_size=8).digest()
        return int.from_bytes(digest, "big") % self.count == self.number - 1


def shared(engine: Engine, place: Place) -> Shared:
    """Return the engine if several writers may use it at once; raises OutputError otherwise."""
    if not isinstance(engine, Shared):
        what = f"the index {place} takes one writer at a time, so it cannot be indexed in shares"
        raise OutputError(what, hint="leave --share out (--workers uses more processors), or name one in a cluster")
    return engine


def whole_of(share: Share, roots: Sequence[str], dictionary: str | Path | None, *, anew: bool) -> str:
    """Return a key of shares that may be committed together: their number, the user's words, the paths, and whether
    they replace the old index.
    """
    words = "" if dictionary is None else _digest(dictionary)
    return json.dumps([share.count, f"anew {words}" if anew else words, *sorted(map(doc_id_of, roots))])


def missing(engine: Shared, share: Share, whole: str) -> list[str]:
    """Return the unfinished shares of a whole."""
    done = {one.name for one in engine.shares() if one.is_done and one.whole == whole}
    every = (str(Share(number, share.count)) for number in range(1, share.count + 1))
    return [name for name in every if name not in done]


def to_join(engine: Engine, place: Place, roots: Sequence[str]) -> list[str]:
    """Return the wholes that a run on these paths joins; raises IndexLocked if there are shares of other paths."""
    if not isinstance(engine, Shared):
        return []
    wanted = sorted(map(doc_id_of, roots))
    found: Mapping[str, list[str]] = {one.whole: json.loads(one.whole)[2:] for one in engine.shares() if one.is_done}
    for paths in found.values():
        if paths != wanted:
            again = f"seedsearch index {shlex.join(paths)}"
            raise IndexLocked(f"{place} is being indexed in shares of other paths", hint=f"finish that with: {again}")
    return list(found)


def _digest(dictionary: str | Path) -> str:
    try:
        return sha256(Path(dictionary).read_bytes()).hexdigest()
    except OSError as error:
        raise SourceError(f"{dictionary} cannot be read: {reason(error)}") from error
