"""The state of each file as stored in the index, so that an unchanged file costs no more than a `stat`."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Self

from seedsearch.damage import SURE
from seedsearch.engines import stored
from seedsearch.engines.stored import UTF8
from seedsearch.parallel import Sent
from seedsearch.versions import RULES

# The metadata that holds the states, and the one that holds their rules, which every query checks.
STATES, RULES_OF_ALL = "states", "rules"

DIGITS = 15  # digits of a size in a term

_EPOCH = date(1970, 1, 1)
_DAY = 24 * 60 * 60 * 10**9  # ns


@dataclass(frozen=True, slots=True)
class Stamp(Sent):
    """What identifies a file that was read: size in bytes, modification time (ns), inode."""

    size: int
    changed: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> Self:
        """Return the stamp of a file."""
        return cls(status.st_size, status.st_mtime_ns, status.st_ino)

    @property
    def date(self) -> str:
        """The day of the last change, UTC, as YYYY-MM-DD, clamped to the range of the calendar."""
        return _date(self.changed // _DAY)


def size_term(size: int) -> str:
    """Return a size in bytes as a term, so that terms sort like sizes."""
    return f"{min(size, 10**DIGITS - 1):0{DIGITS}}"


@lru_cache(maxsize=1024)
def _date(day: int) -> str:
    try:
        return str(_EPOCH + timedelta(days=day))
    except OverflowError:
        return str(date.max if day > 0 else date.min)


@dataclass(frozen=True, slots=True)
class State(Sent):
    """A file as it was last read: the encoding if one was given, the rules, and what the index has of it.

    `sure` is the lowest probability of inferred repairs that were made.

    `names` are the names of its documents below it ("" for the file itself); `reason` and `skipped` tell why there is
    none, `lost` (name, reason, skipped) why parts are missing. `needs` are modules that would make more of it readable.
    """

    stamp: Stamp
    encoding: str | None
    reason: str | None = None
    skipped: bool = False
    names: tuple[str, ...] = ("",)
    lost: tuple[tuple[str, str, bool], ...] = ()
    needs: tuple[str, ...] = ()
    rules: int = RULES
    sure: float = SURE

    @property
    def asked(self) -> tuple[Stamp, str | None, float]:
        """The options that must be equal for the file not to be read again."""
        return self.stamp, self.encoding, self.sure


def joined(state: State, rest: State) -> State:
    """Combine the states of two parts of a file, read one after the other."""
    return replace(state, names=state.names + rest.names, lost=state.lost + rest.lost)


def load(kept: Callable[[str], bytes | None]) -> dict[str, State]:
    """Load the states of files by doc_id from an engine."""
    content = kept(STATES)
    return {} if content is None else from_bytes(content)


def keep(states: Mapping[str, State], put: Callable[[str, bytes], None]) -> None:
    """Store the states with a writer."""
    put(STATES, to_bytes(states))
    put(RULES_OF_ALL, json.dumps(sorted({state.rules for state in states.values()})).encode())


def other_rules(kept: Callable[[str], bytes | None]) -> list[int]:
    """Return the rules, other than those of this version, by which files of the index were read."""
    content = kept(RULES_OF_ALL)
    found = [] if content is None else stored.parsed(content, stored.many(stored.number), "the list of its rules")
    return [rules for rules in found if rules != RULES]


# The serialized columns: one JSON list per column. Inner lists are texts with U+0000 after each item, and brackets in
# texts are escaped, so counting brackets tells the depth before anything is parsed.
_Kind = frozenset[type]
_TEXTS, _NUMBERS, _FLAGS, _PERHAPS = _Kind([str]), _Kind([int]), _Kind([bool]), _Kind([str, type(None)])
_SHARES = _Kind([float])
_STAMPS = (_NUMBERS, _NUMBERS, _NUMBERS)
_COLUMNS = (_TEXTS, *_STAMPS, _PERHAPS, _PERHAPS, _FLAGS, _TEXTS, _TEXTS, _TEXTS, _NUMBERS, _SHARES)
_WHAT = "the list of files"
_BETWEEN = "\0"
_YES = "1"


def to_bytes(states: Mapping[str, State]) -> bytes:
    """Serialize the states of files by doc_id. A state with U+0000 in it is left out, so its file is read again."""
    rows = [made for name, state in sorted(states.items()) if (made := _row(name, state))]
    columns: Iterable[Sequence[Any]] = zip(*rows, strict=True) if rows else [()] * len(_COLUMNS)
    content = ",".join(map(_column, columns))
    return stored.packed(f"[{content}]".encode(*UTF8))


def _row(name: str, s: State) -> tuple[Any, ...]:
    lost = [part for name_, reason, skipped in s.lost for part in (name_, reason, _YES if skipped else "")]
    if any(_BETWEEN in part for part in (name, *s.names, *lost, *s.needs)):
        return ()
    parts = _joined(s.names), _joined(lost), _joined(s.needs)
    origin = name, s.stamp.size, s.stamp.changed, s.stamp.inode, s.encoding
    return *origin, s.reason, s.skipped, *parts, s.rules, float(s.sure)


def _joined(parts: Sequence[str]) -> str:
    """Join several texts into one; no texts differ from one empty text."""
    return "".join(part + _BETWEEN for part in parts)


def _parted(joined: str) -> list[str]:
    return joined.split(_BETWEEN)[:-1]


def _column(values: Sequence[Any]) -> str:
    """Return a list as JSON without any brackets but its own."""
    inside = json.dumps(values, ensure_ascii=False, separators=(",", ":"))[1:-1]
    return "[" + inside.replace("[", "\\u005b").replace("{", "\\u007b") + "]"


def from_bytes(content: bytes) -> dict[str, State]:
    """Parse what `to_bytes` wrote; raises IndexDamaged for anything else."""
    raw = stored.unpacked(content, _WHAT)
    if raw.count(b"[") != len(_COLUMNS) + 1 or b"{" in raw:
        raise stored.unusable(_WHAT)
    names, *columns = stored.parsed(raw, _fits, _WHAT)
    try:
        return dict(zip(names, map(_state, *columns), strict=True))
    except ValueError as error:
        raise stored.unusable(_WHAT) from error


def _fits(value: object) -> bool:
    """Tell whether a value has the columns, all of one length and each of its type."""
    if type(value) is not list or len(value) != len(_COLUMNS) or set(map(type, value)) != {list}:
        return False
    pairs = list(zip(value, _COLUMNS, strict=True))
    if len(set(map(len, value))) != 1 or not all(set(map(type, column)) <= kind for column, kind in pairs):
        return False
    ends = [end for column, kind in pairs if kind is _NUMBERS and column for end in (min(column), max(column))]
    return all(map(stored.number, ends))


def _state(
    size: int,
    changed: int,
    inode: int,
    encoding: str | None,
    reason: str | None,
    skipped: bool,
    names: str,
    lost: str,
    needs: str,
    rules: int,
    sure: float,
) -> State:
    flat = iter(_parted(lost))
    parts = tuple((name, why, skip == _YES) for name, why, skip in zip(flat, flat, flat, strict=True))
    stamp = Stamp(size, changed, inode)
    return State(stamp, encoding, reason, skipped, tuple(_parted(names)), parts, tuple(_parted(needs)), rules, sure)
