"""The files that a run could not read or left out, remembered by the index with the reasons."""

from __future__ import annotations

import json
from collections.abc import Iterable

from seedsearch.engines import Engine, Writer
from seedsearch.errors import IndexDamaged
from seedsearch.model import Failure

KEPT = "unread"


def remember(engine: Engine, writer: Writer, failures: Iterable[Failure]) -> None:
    """Keep what the run that writes could not read, in the place of what an earlier one could not."""
    rows = sorted((failure.path, failure.reason, failure.skipped) for failure in failures)
    made = json.dumps(rows).encode()
    if made != _before(engine):
        writer.keep(KEPT, made)


def _before(engine: Engine) -> bytes | None:
    """What is kept of an earlier run; None where that is damaged."""
    try:
        return engine.kept(KEPT) or b"[]"
    except IndexDamaged:
        return None


def remembered(engine: Engine) -> list[Failure]:
    """The files that the last run could not read or left out."""
    return [Failure(*row) for row in json.loads(engine.kept(KEPT) or b"[]")]
