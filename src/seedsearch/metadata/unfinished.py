"""The number of files that a run of indexing has not read yet, stored by each of its commits except the last."""

from __future__ import annotations

from collections.abc import Callable

from seedsearch.engines import Engine, Writer, stored
from seedsearch.engines.choice import Place
from seedsearch.errors import IndexDamaged
from seedsearch.metadata.made_from import command

KEPT = "unfinished"


def remember(engine: Engine, writer: Writer, left: int) -> None:
    """Store the number of files left, unless it is stored already."""
    try:
        before = _left(engine.metadata)
    except IndexDamaged:
        before = None
    if left != before:
        writer.put_metadata(KEPT, str(left).encode())


def unfinished(kept: Callable[[str], bytes | None], place: Place) -> str | None:
    """Return a sentence if files of the index at `place` are not read yet; `kept` is the metadata of an engine."""
    left = _left(kept)
    if not left:
        return None
    files = "1 file is" if left == 1 else f"{left:,} files are"
    return f"{files} not read yet, as the last run of index has not finished; it goes on with: {command(place)}"


def _left(kept: Callable[[str], bytes | None]) -> int:
    return int(stored.parsed(kept(KEPT) or b"0", stored.count, "the number of files that are left"))
