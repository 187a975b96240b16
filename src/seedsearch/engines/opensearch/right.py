"""The write lock: for one writer of the whole index, or for several writers of one part each, with heartbeats.

It is acquired, kept and released by changes of the manifest. The lock of a writer without a heartbeat for LEASE
seconds, or whose process has ended, passes to the next writer, and the old one can no longer change anything.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Event, RLock, Thread
from uuid import uuid4

from seedsearch.engines.opensearch.control import Control, Version, has_ended, this_host, this_process
from seedsearch.engines.opensearch.manifest import Holder, Manifest, Part
from seedsearch.engines.opensearch.wire import Absent, Conflict
from seedsearch.errors import IndexLocked, IndexMissing, SeedsearchError

BEAT = 5.0  # seconds between two heartbeats of a writer
# Seconds without a heartbeat after which another machine takes the lock. A writer that was disconnected for so long
# learns this at its next heartbeat, and its commit is refused.
LEASE = 30.0
GONE = "another process has taken the right to write"
# The tokens of active writers of this process. A writer that could not release its lock, because the cluster was gone,
# is not among them.
_AT_WORK: set[str] = set()


@dataclass(frozen=True, slots=True)
class Whole:
    """The lock on a whole index; not available while anybody writes to it or to a part of it."""

    def in_the_way(self, manifest: Manifest) -> list[Holder]:
        """Return the writers that must have ended."""
        return _at_work(manifest, lambda part: True)

    def taken(self, manifest: Manifest, mine: Holder) -> Manifest:
        """Return the manifest with the lock held; finished parts stay."""
        done = tuple(part for part in manifest.parts if part.is_done)
        return replace(manifest, holder=mine, parts=done)

    def held(self, manifest: Manifest) -> list[Holder]:
        """Return the holders."""
        return [manifest.holder] if manifest.holder else []

    def with_beat(self, manifest: Manifest, token: str) -> Manifest:
        """Return the manifest with one more heartbeat."""
        holder = manifest.holder
        return replace(manifest, holder=replace(holder, beat=holder.beat + 1) if holder else None)


@dataclass(frozen=True, slots=True)
class OfPart:
    """The lock on one part, compatible with writers of other parts of the same whole."""

    name: str
    whole: str
    fingerprint: str
    data: Callable[[int], str]  # the name of the data index for a writer with a number
    where: str
    anew: bool = False  # write into a new data index instead of that of the last commit

    def in_the_way(self, manifest: Manifest) -> list[Holder]:
        """Return the writers that must have ended."""
        return _at_work(manifest, lambda part: part.name == self.name or not self._belongs(part))

    def taken(self, manifest: Manifest, mine: Holder) -> Manifest:
        """Return the manifest with the lock held; raises IndexLocked if there are parts of another whole, or if this
        part is finished.
        """
        for part in manifest.parts:
            if part.is_done and not self._belongs(part):
                what = f"{self.where} is being indexed in other shares than these ({part.name} of other files is done)"
                raise IndexLocked(what, hint="finish them first: run index on their paths without --share")
            if part.is_done and part.name == self.name:
                raise IndexLocked(f"share {self.name} of {self.where} is done", hint="finish the others")
        others = tuple(part for part in manifest.parts if self._belongs(part) and part.name != self.name)
        begun = next((part.data for part in others), self.data(mine.number))
        data = begun if self.anew else manifest.commit.data or begun
        part = Part(self.name, self.whole, self.fingerprint, data, mine)
        return replace(manifest, holder=None, parts=(*others, part))

    def _belongs(self, part: Part) -> bool:
        return (part.whole, part.fingerprint) == (self.whole, self.fingerprint)

    def held(self, manifest: Manifest) -> list[Holder]:
        """Return the holders."""
        return [part.holder for part in manifest.parts if part.name == self.name]

    def with_beat(self, manifest: Manifest, token: str) -> Manifest:
        """Return the manifest with one more heartbeat."""
        return with_part(
            manifest, token, lambda part: replace(part, holder=replace(part.holder, beat=part.holder.beat + 1))
        )


def lost(where: str) -> IndexLocked:
    """Return the error for a writer that has lost its lock on the named index."""
    what = f"nothing was changed in {where}: {GONE}"
    return IndexLocked(what, hint="this one did not respond for too long; do it again when that is done")


def with_part(manifest: Manifest, token: str, made: Callable[[Part], Part | None]) -> Manifest:
    """Return a manifest in which the part held by a writer is replaced or removed."""
    parts = [made(part) if part.holder.token == token else part for part in manifest.parts]
    return replace(manifest, parts=tuple(part for part in parts if part is not None))


def _at_work(manifest: Manifest, counts: Callable[[Part], bool]) -> list[Holder]:
    parts = [part.holder for part in manifest.parts if not part.is_done and counts(part)]
    return [*([manifest.holder] if manifest.holder else []), *parts]


class Right:
    """A held lock, with heartbeats until it is released."""

    def __init__(self, control: Control, wanted: Whole | OfPart, *, forgiving: bool) -> None:
        """Acquire it; raises IndexLocked if an active writer holds it."""
        self._control, self._wanted = control, wanted
        self._guard = RLock()
        self._version, mine = _taken(control, wanted, forgiving)
        self.token, self.number = mine.token, mine.number
        self._is_lost = False
        self._left = Event()
        self._beating = Thread(target=self._beat, daemon=True)
        self._beating.start()

    @property
    def manifest(self) -> Manifest:
        """The manifest as last read."""
        return self._version.manifest

    @property
    def is_held(self) -> bool:
        """Whether it has not been released yet."""
        return self._is_held_in(self.manifest)

    def change(self, made: Callable[[Manifest], Manifest]) -> None:
        """Replace the manifest by a changed one; raises IndexLocked if the lock was lost.

        The change is applied again if another process has changed the manifest meanwhile.
        """
        with self._guard:
            self.said_if_lost()
            while True:
                try:
                    self._version = self._control.write(made(self._version.manifest), self._version.at)
                except Conflict:
                    there = self._control.read()
                    if there is not None:
                        self._version = there
                    if there is None or not self.is_held:
                        self._is_lost = True
                        raise self.lost() from None
                else:
                    return

    def said_if_lost(self) -> None:
        """Raise IndexLocked if another writer has taken it."""
        if self._is_lost:
            raise self.lost()

    def was_taken(self) -> bool:
        """Tell whether another writer has taken it."""
        there = self._control.read()
        return there is None or not self._is_held_in(there.manifest)

    def _is_held_in(self, manifest: Manifest) -> bool:
        return any(holder.token == self.token for holder in self._wanted.held(manifest))

    def lost(self) -> IndexLocked:
        """Return the error for a writer that has lost its lock."""
        return lost(self._control.where)

    def leave(self) -> None:
        """Stop the heartbeats."""
        _AT_WORK.discard(self.token)
        self._left.set()
        self._beating.join()

    def _beat(self) -> None:
        """Send heartbeats."""
        while not self._left.wait(BEAT):
            with self._guard:
                if self._left.is_set() or not self.is_held:
                    return
                try:
                    self.change(lambda manifest: self._wanted.with_beat(manifest, self.token))
                except (IndexLocked, Absent):
                    return
                except SeedsearchError:
                    continue  # whatever the error is, the commit will meet it too


def _taken(control: Control, wanted: Whole | OfPart, forgiving: bool) -> tuple[Version, Holder]:
    """Acquire a lock; raises IndexLocked if an active writer is in the way."""
    control.make()
    seen: dict[str, tuple[Holder, float]] = {}  # each as first seen, with the time
    while True:
        there = control.read(forgiving=forgiving)
        manifest = there.manifest if there else Manifest()
        in_the_way = wanted.in_the_way(manifest)
        waiting = [holder for holder in in_the_way if not _is_over(holder)]
        now = time.monotonic()
        for holder in waiting:
            if holder.host == this_host():
                raise _locked(control, f"another process (pid {holder.process.partition(' ')[0]})")
            if seen.setdefault(holder.token, (holder, now))[0] != holder:
                raise _locked(control, "another process, of another machine,")
        if any(now - seen[holder.token][1] < LEASE for holder in waiting):
            time.sleep(BEAT / 5)
            continue
        lost = dict.fromkeys((*manifest.lost, *(holder.number for holder in in_the_way)))
        mine = Holder(uuid4().hex, manifest.next, this_host(), this_process())
        changed = wanted.taken(replace(manifest, lost=tuple(lost), next=manifest.next + 1), mine)
        _AT_WORK.add(mine.token)
        try:
            return control.write(changed, there.at if there else None), mine
        except Conflict:
            _AT_WORK.discard(mine.token)
        except BaseException as error:
            _AT_WORK.discard(mine.token)  # if the request did succeed, its writer is not active
            if isinstance(error, Absent):
                raise IndexMissing(f"{control.where} was taken away meanwhile", hint="run it again") from error
            raise


def _is_over(holder: Holder) -> bool:
    """Tell whether a writer has certainly ended."""
    is_ours = (holder.host, holder.process) == (this_host(), this_process())
    return has_ended(holder) or (is_ours and holder.token not in _AT_WORK)


def _locked(control: Control, who: str) -> IndexLocked:
    return IndexLocked(f"{who} is writing to {control.where}", hint="wait until it is done")
