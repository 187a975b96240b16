"""The unfinished copy of a file of records: its content so far, the provenance of its documents, and the position
reached.

After each block the state is replaced, so a killed run resumes after the last complete block. The part is not packed;
it is packed at the end, when its size is known.
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
    """Return a short name for the data of a file with any path."""
    return sha256(os.fsencode(path)).hexdigest()[:16]


def part_of(target: Path) -> Path:
    """Return the path of an unfinished copy."""
    return target.with_name(f".{name_of(target.name)}.part")


@contextmanager
def written(target: Path) -> Iterator[TextIO]:
    """Open a file for writing that is renamed when complete; on failure, the old file stays.

    A part left by a killed run is overwritten by the next. Raises OSError.
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
    """An unfinished copy; `begin` and `number` are the offset and the first record of the next block."""

    def __init__(self, target: Path, rows: Path | None, stamp: str) -> None:
        """Resume the part of an earlier run, if it was made from the same file in the same way."""
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
        """Write the beginning of the file, unless it exists."""
        if not self.begin:
            self.head = self._file.write(mark)

    def add(self, done: BlockDone) -> None:
        """Append a block and record it."""
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
        """Rename the copy, packed according to its name; with `kept`, reduce it to those records, given with their
        sizes.
        """
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
        """Remove the unfinished copy."""
        self.close()
        self._part.unlink(missing_ok=True)
        self._state.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the files; the data stays."""
        self._file.close()
        if self._rows is not None:
            self._rows.close()


def _from(path: Path, size: int) -> Any:
    """Open a file for writing after its first `size` bytes."""
    file = path.open("r+b" if path.exists() else "w+b")
    file.truncate(size)
    file.seek(size)
    return file
