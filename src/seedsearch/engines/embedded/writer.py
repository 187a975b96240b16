"""Writes to an index: packs become segments, segments are merged, and one new manifest commits everything."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np

from seedsearch import engines
from seedsearch.engines.embedded import merger, whoosh_toc
from seedsearch.engines.embedded.manifest import NEW, File, Manifest, Part, refuse_foreign, sweep_unnamed
from seedsearch.engines.embedded.packer import Pack, Packer
from seedsearch.engines.embedded.section_file import Container, Section, laid_out
from seedsearch.engines.embedded.segment import Segment
from seedsearch.engines.embedded.segment_builder import Pending
from seedsearch.engines.embedded.segment_files import is_toc_of, toc_of
from seedsearch.engines.embedded.storage import Disk, Lock
from seedsearch.engines.entries import (
    IndexEntry,
)
from seedsearch.engines.stored import UTF8
from seedsearch.errors import OutputError, SeedsearchError, reason
from seedsearch.text.array_types import Mask

if TYPE_CHECKING:
    from seedsearch.engines.embedded import EmbeddedEngine

ROOM = 176 << 20  # bytes of packs held before they are written as a segment
MANY_LOOKUPS = 50  # ids looked up one by one in a segment before all ids are read
WORTH_MERGING = 3  # segments
DEAD = 0.2  # proportion of deleted documents beyond which a segment is rewritten


@dataclass(slots=True)
class _Open:
    """A segment during a transaction. `live` is copied when something in it is deleted."""

    segment: Segment
    part: Part
    live: Mask | None
    changed: bool = False
    lookups: int = 0
    numbers: dict[bytes, int] | None = field(default=None, repr=False)

    def delete(self, doc_id: bytes) -> None:
        number = self._number(doc_id)
        if number is None or (self.live is not None and not self.live[number]):
            return
        if not self.changed:
            whole = np.ones(self.segment.documents.count, dtype=bool)
            self.live, self.changed = whole if self.live is None else self.live.copy(), True
        if self.live is not None:
            self.live[number] = False

    def _number(self, doc_id: bytes) -> int | None:
        self.lookups += 1
        if self.numbers is None and self.lookups > MANY_LOOKUPS:
            self.numbers = dict(zip(self.segment.ids.rows.terms, self.segment.by_rank.tolist(), strict=True))
        return self.segment.number_of(doc_id) if self.numbers is None else self.numbers.get(doc_id)

    @property
    def count(self) -> int:
        return self.segment.documents.count if self.live is None else int(self.live.sum())

    def apart(self) -> Segment:
        """The present state, with memory of its own."""
        return self.segment.again(self.live)


class EmbeddedWriter:
    """One transaction. What it writes becomes part of the index only when it is left without an exception."""

    def __init__(self, engine: EmbeddedEngine, disk: Disk) -> None:
        self._engine = engine
        self._disk = disk
        self._folder: Path = engine.folder
        self._folder.mkdir(parents=True, exist_ok=True)
        refuse_foreign(self._folder)
        self._lock = Lock(self._folder)
        try:
            engine.read_anew(thoroughly=True)
            self._before = engine.manifest
            if engine.committed is None:
                sweep_unnamed(self._folder, disk)
            else:
                self._heal(engine.committed)
                engine.committed.sweep(self._folder, disk)
        except BaseException:
            self._lock.release()
            raise
        self._after = self._before.next()
        pairs = zip(engine.segments, self._before.parts, strict=True)
        self._segments = [_Open(segment, part, segment.live) for segment, part in pairs]
        self._pending: Pending | None = None
        self._numbers: dict[bytes, int] = {}  # numbers of pending documents
        self._dead: set[int] = set()
        self._written: list[Path] = []
        self._kept: dict[str, bytes] = {}
        self._cleared = False

    def packer(self, sample: Sequence[IndexEntry] = ()) -> Packer:
        """Return the packer for `add`, for any process; a new index derives its alphabet from `sample`."""
        with self._engine.mapped():
            if self._segments:
                return Packer(max(self._segments, key=lambda o: o.count).segment.documents.alphabet)
            return Packer.fitted(sample)

    def add(self, pack: engines.Pack) -> None:
        """Add every entry of a pack, in their order, each in the place of any with the same doc_id."""
        if not isinstance(pack, Pack):
            raise TypeError("a pack of another engine")
        with self._engine.mapped():
            self._take(pack)

    def remove(self, doc_id: str) -> None:
        """Remove the entry, if there is one."""
        with self._engine.mapped():
            self._forget(doc_id.encode(*UTF8))

    def clear(self) -> None:
        """Remove all entries and metadata from before this writer."""
        with self._engine.mapped():
            self._cleared = True
            before = {part.file.name for part in self._before.parts}
            self._segments = [opened for opened in self._segments if opened.part.file.name not in before]

    def put_metadata(self, name: str, content: bytes) -> None:
        """Store bytes as metadata of this commit."""
        self._kept[name] = content

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                with self._engine.mapped():
                    self._commit()
            else:
                self._give_up()
        finally:
            self._lock.release()

    def _take(self, pack: Pack) -> None:
        if self._pending is not None and not (
            self._pending.alphabet == pack.alphabet and self._pending.has_room_for(pack, ROOM)
        ):
            self._spill()
        if self._pending is None:
            self._pending = Pending(pack.alphabet)
        first = self._pending.count
        for number, doc_id in enumerate(pack.ids, start=first):
            self._forget(doc_id)
            self._numbers[doc_id] = number
        self._pending.add(pack)

    def _forget(self, doc_id: bytes) -> None:
        if (number := self._numbers.pop(doc_id, None)) is not None:
            self._dead.add(number)
        for opened in self._segments:
            opened.delete(doc_id)

    def _spill(self) -> None:
        """Write the pending packs as a segment."""
        if self._pending is None:
            return
        pending, dead, self._pending = self._pending, sorted(self._dead), None
        self._numbers, self._dead = {}, set()
        opened = self._segment(pending.sections(dead))
        if dead:
            opened.live, opened.changed = np.ones(pending.count, dtype=bool), True
            opened.live[dead] = False
        self._segments.append(opened)

    def _segment(self, sections: Iterator[Section]) -> _Open:
        file = self._file("segment", lambda path: self._disk.write(path, laid_out(sections)))
        container = Container(self._folder / file.name, file.size)
        return _Open(Segment(container, None), Part(replace(file, seal=container.seal)), None)

    def _file(self, ending: str, write: Callable[[Path], tuple[int, int]]) -> File:
        name = f"{self._after.generation:08}-{len(self._written):03}.{ending}"
        self._written.append(self._folder / name)
        return File(name, *write(self._folder / name))

    def _commit(self) -> None:
        try:
            self._spill()
            self._merge()
            parts = tuple(self._part(opened) for opened in self._segments if opened.count)
            kept = {} if self._cleared else dict(self._before.kept)
            for name, content in self._kept.items():
                kept[name] = self._file("kept", lambda path, c=content: self._disk.write(path, [c]))  # type: ignore[misc]
            self._after = replace(self._after, parts=parts, kept=kept)
            last = self._engine.committed
            if last is None or (parts, kept) != (last.parts, last.kept):
                self._written += [self._folder / whoosh_toc.NEW, self._folder / NEW]
                self._write_toc(self._after)  # before the commit, so that a full disk shows here
                self._after.write(self._folder, self._disk)
            else:
                self._after = last
        except BaseException as error:
            self._failed(error)
            raise
        try:
            # The commit is done; the next writer renames or removes what is left behind.
            with suppress(OSError, OutputError):
                self._name_toc(self._after)
                self._after.sweep(self._folder, self._disk)
            self._engine.read_anew()
        except KeyboardInterrupt:
            raise self._interrupted() from None

    def _write_toc(self, manifest: Manifest) -> None:
        """Write Whoosh's table of contents of a commit under a temporary name."""
        self._disk.write(self._folder / whoosh_toc.NEW, [toc_of(self._folder, manifest)])

    def _name_toc(self, manifest: Manifest) -> None:
        """Rename Whoosh's table of contents of a commit, if necessary."""
        new = self._folder / whoosh_toc.NEW
        if new.exists():
            self._disk.replace(new, self._folder / manifest.toc_name)

    def _heal(self, committed: Manifest) -> None:
        """Rewrite Whoosh's table of contents if a run did not finish it or it has changed; our code does not use it."""
        with suppress(OSError, SeedsearchError):
            if not is_toc_of(self._folder, committed):
                with suppress(FileNotFoundError):
                    self._disk.remove(self._folder / whoosh_toc.NEW)
                self._write_toc(committed)
                self._name_toc(committed)

    def _failed(self, error: BaseException) -> None:
        """Roll back unless the commit has happened; then only the error message changes."""
        try:
            happened = self._after.is_in(self._folder)
        except OSError:
            return  # the next writer removes what is left behind
        if not happened:
            self._give_up()
        elif isinstance(error, KeyboardInterrupt):
            raise self._interrupted() from None
        elif isinstance(error, OSError):
            what = f"the new state of the index in {self._folder} is in place, but the disk did not confirm it"
            hint = "after a power loss the previous state may be back: look at the disk"
            raise OutputError(f"{what}: {reason(error)}", hint=hint) from error

    def _interrupted(self) -> KeyboardInterrupt:
        return KeyboardInterrupt(f"the new state of the index in {self._folder} is in place")

    def _part(self, opened: _Open) -> Part:
        if not opened.changed or opened.live is None:
            return opened.part
        bits = np.packbits(opened.live).tobytes()
        return Part(opened.part.file, self._file("live", lambda path: self._disk.write(path, [bits])))

    def _merge(self) -> None:
        """Merge segments that are at most twice as large as all smaller ones together; rewrite segments with many
        deleted documents.
        """
        self._segments = [opened for opened in self._segments if opened.count]
        by_size = sorted(self._segments, key=lambda opened: opened.count)
        few = smaller = 0
        for i, opened in enumerate(by_size):
            if i and opened.count <= 2 * smaller:
                few = i + 1
            smaller += opened.count
        if few >= WORTH_MERGING:
            self._merged(by_size[:few])
        for opened in list(self._segments):
            if opened.count < (1 - DEAD) * opened.segment.documents.count:
                self._merged([opened])

    def _merged(self, chosen: Sequence[_Open]) -> None:
        chosen = [opened for opened in self._segments if opened in chosen]
        made = self._segment(merger.sections([opened.apart() for opened in chosen]))
        at = self._segments.index(chosen[0])
        self._segments = [opened for opened in self._segments if opened not in chosen]
        self._segments.insert(at, made)

    def _give_up(self) -> None:
        """Remove what was written; the next writer removes the rest."""
        for path in self._written:
            with suppress(OSError):
                self._disk.remove(path)
