"""The unfinished copy of a file of records: its content so far, the provenance of its documents, and the position
reached.

After each block the state is put in the place of the one before, so that a run that was killed goes on after the last
block that is whole. The part is not packed; it is packed at the end, when the number of its bytes is known.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from hashlib import sha256
from pathlib import Path
from typing import Any, TextIO

from seedsearch.restoring.corpus.packing import packed_copy, packing_of
from seedsearch.restoring.corpus.records import BlockDone, Tally


def name_of(path: str) -> str:
    """Return a short name for what belongs to a file, for any path."""
    return sha256(os.fsencode(path)).hexdigest()[:16]


def part_of(target: Path) -> Path:
    """Return where a copy is written until all of it is there."""
    return target.with_name(f".{name_of(target.name)}.part")


@contextmanager
def written(target: Path) -> Iterator[TextIO]:
    """Give a file to write in, which has its name when all is written; what was there stays where that cannot be.

    A part left by a killed run is written over by the next. Raises OSError as the system does.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = part_of(target)
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
        os.replace(part, target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


class Part:
    """The part of a copy; `begin` and `number` say where the next block begins and what its first record is."""

    def __init__(self, target: Path, rows: Path | None, stamp: str) -> None:
        """Take up the part that an earlier run left, if it was made of the same file in the same way."""
        target.parent.mkdir(parents=True, exist_ok=True)
        self._target, self._stamp = target, stamp
        self._part = part_of(target)
        self._state = self._part.with_suffix(".state")
        self._rows_path = rows
        self.begin, self.number, self.head, self.tally = 0, 1, 0, Tally()
        sizes = self._take_up()
        self._file = _from(self._part, sizes[0])
        self._rows = None if rows is None else _from(rows, sizes[1])

    def _take_up(self) -> tuple[int, int]:
        try:
            state = json.loads(self._state.read_text(encoding="utf-8"))
            paths = (self._part,) if self._rows_path is None else (self._part, self._rows_path)
            sizes = state["sizes"][: len(paths)]
            whole = all(path.stat().st_size >= size for path, size in zip(paths, sizes, strict=True))
            if state["stamp"] != self._stamp or not whole:
                return 0, 0
            said = state["tally"]
            counters = {name: Counter(said[name]) for name in ("damage", "certainty")}
            self.tally = Tally(**{**said, **counters, "seen": set(said["seen"])})
            self.begin, self.number, self.head = int(state["begin"]), int(state["number"]), int(state["head"])
        except (OSError, ValueError, KeyError, TypeError):
            return 0, 0
        return sizes[0], sizes[-1]

    def start(self, mark: bytes) -> None:
        """Write what a file begins with, unless it is there."""
        if not self.begin:
            self.head = self._file.write(mark)

    def add(self, done: BlockDone) -> None:
        """Append a block and note that it is there."""
        self._file.write(done.content)
        self._file.flush()
        if self._rows is not None:
            self._rows.write(done.rows)
            self._rows.flush()
        self.tally.add(done.tally)
        self.head += done.head
        sizes = [self._file.tell(), 0 if self._rows is None else self._rows.tell()]
        tally: dict[str, Any] = {item.name: getattr(self.tally, item.name) for item in fields(Tally)}
        tally["seen"] = sorted(self.tally.seen)
        state = {"stamp": self._stamp, "begin": done.end, "number": done.number, "head": self.head, "sizes": sizes}
        state["tally"] = tally
        new = self._state.with_name(self._state.name + ".new")
        new.write_text(json.dumps(state), encoding="utf-8")
        os.replace(new, self._state)

    def finish(self, kept: Iterable[tuple[int, bool]] | None = None) -> None:
        """Give the copy its name, packed as the name says; `kept`: only those records, each with its size in bytes."""
        self.close()
        if kept is not None:
            self._choose(kept)
        packing = packing_of(self._target.name)
        if packing is not None:
            packed = self._part.with_name(self._part.name + ".packed")
            packed_copy(self._part, packed, packing)
            os.replace(packed, self._part)
        os.replace(self._part, self._target)
        self._state.unlink(missing_ok=True)

    def _choose(self, kept: Iterable[tuple[int, bool]]) -> None:
        chosen = self._part.with_name(self._part.name + ".kept")
        with self._part.open("rb") as file, chosen.open("wb") as out:
            out.write(file.read(self.head))
            for size, wanted in kept:
                record = file.read(size)
                if wanted:
                    out.write(record)
        os.replace(chosen, self._part)

    def drop(self) -> None:
        """Remove what is there of the copy."""
        self.close()
        self._part.unlink(missing_ok=True)
        self._state.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the files; what is written stays."""
        self._file.close()
        if self._rows is not None:
            self._rows.close()


def _from(path: Path, size: int) -> Any:
    """Return a file that is open for writing after its first `size` bytes."""
    file = path.open("r+b" if path.exists() else "w+b")
    file.truncate(size)
    file.seek(size)
    return file
