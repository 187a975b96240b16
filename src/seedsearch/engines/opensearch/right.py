"""Who may write: one to the whole index, or several to a part of it each. Whoever does gives signs of life.

It is taken, kept and given back by changes of the manifest. One that gives no sign for LEASE seconds, or whose process
has ended, is taken over by whoever comes next, and cannot change anything any more.
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

BEAT = 5.0  # seconds between two signs of life of a writer
# Seconds without one after which another machine takes the right to write. A writer whose connection was cut for so
# long finds that out at its next sign, and its commit is refused.
LEASE = 30.0
GONE = "another process has taken the right to write"
# The writers of this process that are at work, by their tokens. One that could not give back the right to write, as
# the cluster was gone, is none of them.
_AT_WORK: set[str] = set()


@dataclass(frozen=True, slots=True)
class Whole:
    """The right to write to all of an index: while somebody writes to it, or to any part, there is none."""

    def in_the_way(self, manifest: Manifest) -> list[Holder]:
        """Return the writers that have to be over."""
        return _at_work(manifest, lambda part: True)

    def taken(self, manifest: Manifest, mine: Holder) -> Manifest:
        """Return the manifest in which it is held; parts that are done stay."""
        done = tuple(part for part in manifest.parts if part.is_done)
        return replace(manifest, holder=mine, parts=done)

    def held(self, manifest: Manifest) -> list[Holder]:
        """Return those who hold it."""
        return [manifest.holder] if manifest.holder else []

    def with_beat(self, manifest: Manifest, token: str) -> Manifest:
        """Return the manifest with one more sign of life."""
        holder = manifest.holder
        return replace(manifest, holder=replace(holder, beat=holder.beat + 1) if holder else None)


@dataclass(frozen=True, slots=True)
class OfPart:
    """The right to write to one part: while others write to others of the same whole."""

    name: str
    whole: str
    fingerprint: str
    data: Callable[[int], str]  # the name of the index with the documents for the writer with a number
    where: str
    anew: bool = False  # into an index of the whole's own, and not into that of the last commit

    def in_the_way(self, manifest: Manifest) -> list[Holder]:
        """Return the writers that have to be over."""
        return _at_work(manifest, lambda part: part.name == self.name or not self._belongs(part))

    def taken(self, manifest: Manifest, mine: Holder) -> Manifest:
        """Return the manifest in which it is held; raises IndexLocked beside parts of something else, or where this
        one is done.
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
        """Return those who hold it."""
        return [part.holder for part in manifest.parts if part.name == self.name]

    def with_beat(self, manifest: Manifest, token: str) -> Manifest:
        """Return the manifest with one more sign of life."""
        return with_part(
            manifest, token, lambda part: replace(part, holder=replace(part.holder, beat=part.holder.beat + 1))
        )


def lost(where: str) -> IndexLocked:
    """Return the error for a writer that another one has taken over, of an index that is called so."""
    what = f"nothing was changed in {where}: {GONE}"
    return IndexLocked(what, hint="this one did not respond for too long; do it again when that is done")


def with_part(manifest: Manifest, token: str, made: Callable[[Part], Part | None]) -> Manifest:
    """Return a manifest with another part, or none, in the place of the one that a writer holds."""
    parts = [made(part) if part.holder.token == token else part for part in manifest.parts]
    return replace(manifest, parts=tuple(part for part in parts if part is not None))


def _at_work(manifest: Manifest, counts: Callable[[Part], bool]) -> list[Holder]:
    parts = [part.holder for part in manifest.parts if not part.is_done and counts(part)]
    return [*([manifest.holder] if manifest.holder else []), *parts]


class Right:
    """A right to write that is held; signs of life are given until it is left."""

    def __init__(self, control: Control, wanted: Whole | OfPart, *, forgiving: bool) -> None:
        """Take it; raises IndexLocked where another one has it and gives signs of life."""
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
        """The manifest as it was when it was looked at last."""
        return self._version.manifest

    @property
    def is_held(self) -> bool:
        """Whether it was not given back yet."""
        return self._is_held_in(self.manifest)

    def change(self, made: Callable[[Manifest], Manifest]) -> None:
        """Put what is made of the manifest in its place; raises IndexLocked where the right was lost.

        It is made anew where another one has changed the manifest meanwhile.
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
        """Raise IndexLocked where another one has taken it."""
        if self._is_lost:
            raise self.lost()

    def was_taken(self) -> bool:
        """Tell whether another one has it by now."""
        there = self._control.read()
        return there is None or not self._is_held_in(there.manifest)

    def _is_held_in(self, manifest: Manifest) -> bool:
        return any(holder.token == self.token for holder in self._wanted.held(manifest))

    def lost(self) -> IndexLocked:
        """Return the error for a writer that another one has taken over."""
        return lost(self._control.where)

    def leave(self) -> None:
        """Give no more signs of life."""
        _AT_WORK.discard(self.token)
        self._left.set()
        self._beating.join()

    def _beat(self) -> None:
        """Give a sign of life again and again."""
        while not self._left.wait(BEAT):
            with self._guard:
                if self._left.is_set() or not self.is_held:
                    return
                try:
                    self.change(lambda manifest: self._wanted.with_beat(manifest, self.token))
                except (IndexLocked, Absent):
                    return
                except SeedsearchError:
                    continue  # whatever it is, the commit meets it too


def _taken(control: Control, wanted: Whole | OfPart, forgiving: bool) -> tuple[Version, Holder]:
    """Take a right to write; raises IndexLocked where another one is in the way and gives signs of life."""
    control.make()
    seen: dict[str, tuple[Holder, float]] = {}  # as each was met first, and when
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
            _AT_WORK.discard(mine.token)  # where the request has come there after all, nobody is at work
            if isinstance(error, Absent):
                raise IndexMissing(f"{control.where} was taken away meanwhile", hint="run it again") from error
            raise


def _is_over(holder: Holder) -> bool:
    """Tell whether a writer is known to be at work no more."""
    is_ours = (holder.host, holder.process) == (this_host(), this_process())
    return has_ended(holder) or (is_ours and holder.token not in _AT_WORK)


def _locked(control: Control, who: str) -> IndexLocked:
    return IndexLocked(f"{who} is writing to {control.where}", hint="wait until it is done")
