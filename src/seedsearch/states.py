"""What the index remembers of each file, so that a file that did not change costs a `stat` and nothing more."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Self

from seedsearch.parallel import Sent

# What the states are kept as in the engine.
STATES = "states"

_EPOCH = date(1970, 1, 1)
_DAY = 24 * 60 * 60 * 10**9  # ns


@dataclass(frozen=True, slots=True)
class Stamp(Sent):
    """What tells that a file is the one that was read: size in bytes, time of its last change (ns), inode."""

    size: int
    changed: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> Self:
        """The stamp of a file."""
        return cls(status.st_size, status.st_mtime_ns, status.st_ino)

    @property
    def date(self) -> str:
        """The day of the last change, UTC, as YYYY-MM-DD; for a day past the calendar the nearest that it has."""
        return _date(self.changed // _DAY)


@lru_cache(maxsize=1024)
def _date(day: int) -> str:
    try:
        return str(_EPOCH + timedelta(days=day))
    except OverflowError:
        return str(date.max if day > 0 else date.min)


@dataclass(frozen=True, slots=True)
class State(Sent):
    """A file as it was last read: in which encoding if one was given, and what of it is in the index.

    `names` are those of its documents below it ("" for one that is the file itself); `reason` and `skipped` say why
    there is none, `lost` (name, reason, skipped) why a part is missing. `retry`: a package would read more of it.
    """

    stamp: Stamp
    encoding: str | None
    reason: str | None = None
    skipped: bool = False
    names: tuple[str, ...] = ("",)
    lost: tuple[tuple[str, str, bool], ...] = ()
    retry: bool = False


def to_bytes(rules: str, states: dict[str, State]) -> bytes:
    """The states of files by doc_id, and the rules they were read by, as compressed JSON, a list a column."""
    rows = [
        (s.stamp.size, s.stamp.changed, s.stamp.inode, s.encoding, s.reason, s.skipped, s.names, s.lost, s.retry)
        for _, s in sorted(states.items())
    ]
    content = [rules, sorted(states), *zip(*rows, strict=True)]
    return zlib.compress(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(), 6)


def from_bytes(stored: bytes | None, rules: str) -> dict[str, State]:
    """The states that `to_bytes` wrote; none where there are none or they were made by other rules."""
    if stored is None:
        return {}
    made_by, names, *columns = json.loads(zlib.decompress(stored))
    if made_by != rules:
        return {}
    return dict(zip(names, map(_state, zip(*columns, strict=True)), strict=True))


def _state(row: Sequence[Any]) -> State:
    size, changed, inode, encoding, reason, skipped, names, lost, retry = row
    parts = tuple(names), tuple(map(tuple, lost))
    return State(Stamp(size, changed, inode), encoding, reason, skipped, *parts, retry)
