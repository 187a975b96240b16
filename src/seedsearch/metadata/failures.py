"""The files that a run could not read or left out, stored in the index with the reasons."""

from __future__ import annotations

import json
from collections.abc import Iterable

from seedsearch.engines import Engine, Writer, stored
from seedsearch.errors import IndexDamaged
from seedsearch.reading.documents import (
    Failure,
)

KEPT = "unread"
_SHAPE = stored.many(stored.row(stored.text, stored.text, stored.flag))


def remember(engine: Engine, writer: Writer, failures: Iterable[Failure], *, anew: bool = False) -> None:
    """Store the failures of the current run in place of those of earlier runs.

    `anew`: drop those of earlier runs even for files that were not read again.
    """
    rows = sorted((failure.path, failure.reason, failure.skipped) for failure in failures)
    made = json.dumps(rows).encode()
    if made != (b"[]" if anew else _before(engine)):
        writer.put_metadata(KEPT, made)


def _before(engine: Engine) -> bytes | None:
    """Return the stored list of an earlier run; None if it is damaged."""
    try:
        return engine.metadata(KEPT) or b"[]"
    except IndexDamaged:
        return None


def before(engine: Engine) -> list[Failure]:
    """Return the same as `remembered`, but an empty list if it is damaged."""
    try:
        return remembered(engine)
    except IndexDamaged:
        return []


def remembered(engine: Engine) -> list[Failure]:
    """Return the files that the last run could not read or left out."""
    rows = stored.parsed(engine.metadata(KEPT) or b"[]", _SHAPE, "the list of files that were not read")
    return [Failure(*row) for row in rows]
