"""The paths of a run, given or stored in the index, and the files below them.

A file has a name in the index, which is its path as given or relative to the folder in which the index was made, and a
place, which is its path from the current folder. The two differ only for a run in another folder.

A path that is gone, or is now a different, empty folder, may be on a disk that is not connected: it is out of reach,
and nothing below it leaves the index.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, Self

from seedsearch.engines.choice import Place, folder_of
from seedsearch.errors import SourceError
from seedsearch.indexing.options import BuildOptions
from seedsearch.indexing.pipeline import named
from seedsearch.metadata.document_records import doc_id_of
from seedsearch.metadata.made_from import MadeFrom, Root, command, is_below
from seedsearch.reading.documents import Failure, RawDocument
from seedsearch.reading.files import IGNORE, Found, walk
from seedsearch.reading.folder_settings import NAME as SETTINGS


class Wanted(NamedTuple):
    """A file to index: its name in the index, its place, and its encoding if one was given."""

    path: str
    place: str
    encoding: str | None


@dataclass(frozen=True, slots=True)
class Places:
    """The paths of a run by their names in the index, the files found below them, and the paths to store in the index.

    `away` are those paths, and disks below them, that are out of reach; `before` are the paths stored in the index;
    `words` are the words in the settings of folders.
    """

    index: Place
    named: tuple[str, ...]
    files: list[Wanted]
    failures: list[Failure]
    away: tuple[str, ...]
    before: MadeFrom | None
    made: MadeFrom
    words: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, given: Iterable[str], index: Place, options: BuildOptions, before: MadeFrom | None, known: Collection[str]
    ) -> Self:
        """Find the files to read. `known` are the files in the index.

        Raises SourceError if none of the paths exists or did before, or if none is given and none is stored.
        """
        run = _Run(index, options, before, known)
        roots = run.roots(list(given))
        for root, how in roots.items():
            run.read(root, how)
        if run.missing and not run.there and not run.away:
            raise SourceError(f"{run.missing[0]} does not exist", hint="name an existing file or folder")
        for path in run.missing:
            run.failures.append(Failure(path, f"{path} does not exist; name an existing file or folder"))
        files = list({file.path: file for file in run.files}.values())
        return cls(index, tuple(roots), files, run.failures, tuple(run.away), before, run.made(roots), tuple(run.words))

    def of_paths(self) -> list[Failure]:
        """Return the failures of given paths, or of disks below them, as opposed to files."""
        whole = {*self.named, *self.away}
        return [failure for failure in self.failures if failure.path in whole]


class _Run:
    """The paths of one run while they are read one by one."""

    def __init__(self, index: Place, options: BuildOptions, before: MadeFrom | None, known: Collection[str]) -> None:
        self._index, self._options, self._known = index, options, known
        self._fresh = MadeFrom.here(index, None if options.base is None else os.fspath(options.base))
        self._before = before or self._fresh
        self._base = self._fresh.base if before is None or options.base is not None else before.found(index)
        self._here = os.getcwd()
        self._repeats = False
        self.files: list[Wanted] = []
        self.failures: list[Failure] = []
        self.away: list[str] = []
        self.missing: list[str] = []
        self.there: dict[str, Root] = {}
        self.words: list[str] = []

    def roots(self, given: list[str]) -> dict[str, Root]:
        """Return the paths by their names in the index, each with its options of reading."""
        if given:
            if self._options.rebuild:  # the old index does not count
                self._before, self._base = self._fresh, self._fresh.base
            how = self._options.root
            return {self._before.named(path, self._base): how for path in given}
        self._repeats = True
        if not self._before.roots:
            hint = f"name it: {command(self._index, 'PATH')}"
            raise SourceError("the index does not know what it was made from", hint=hint)
        return {name: how.but(self._options.root) for name, how in self._before.roots.items()}

    def read(self, root: str, how: Root) -> None:
        """Find the files at and below one path."""
        place = self._place(root)
        if not os.path.lexists(place):
            self._gone(root, place)
            return
        is_folder = os.path.isdir(place)
        found = list(walk(place, how.choice, without=folder_of(self._index), words=self.words))
        remembered = self._before.roots.get(root)
        if is_folder and remembered and self._is_away(root, place, remembered.inode, found):
            return
        self.there[root] = replace(how, inode=os.stat(place).st_ino if is_folder else 0)
        told = {} if self._options.encoding else self._told_below(root)
        for item in found:
            named_so = item if place == root else _renamed(item, place, root.rstrip("/"))
            if isinstance(named_so, Found):
                nearest = max((one for one in told if is_below(named_so.path, one)), key=len, default=None)
                encoding = self._options.encoding or (told[nearest] if nearest else named_so.encoding or how.encoding)
                self.files.append(Wanted(named_so.path, item.path, encoding))
            else:
                self.failures.append(named_so)
                self._pass_over(named_so, item.path)
        for mount, inode in self._before.mounts.items():
            if is_below(mount, root):
                below = self._place(mount)
                self._is_away(mount, below, inode, [item for item in found if is_below(item.path, below)])

    def _pass_over(self, failure: Failure, place: str) -> None:
        """Keep the documents of a folder that cannot be read or has unusable settings."""
        folder, name = os.path.split(failure.path)
        if name in (IGNORE, SETTINGS) or (not failure.skipped and os.path.isdir(place)):
            self.away.append(folder if name in (IGNORE, SETTINGS) else failure.path)

    def _place(self, name: str) -> str:
        """Return the path of a name from the current folder."""
        if self._base == self._here or os.path.isabs(name):
            return name
        return os.path.normpath(os.path.join(self._base, name))

    def _told_below(self, root: str) -> dict[str, str]:
        """Return the paths below a root that were given with an encoding, which applies to the files below them."""
        others = self._before.roots.items()
        return {name: how.encoding for name, how in others if how.encoding and name != root and is_below(name, root)}

    def _gone(self, root: str, place: str) -> None:
        """Record a path that does not exist; it is out of reach if the index has documents of it."""
        if self._options.prune:
            return
        held = self._held(root)
        was_file = root in self._before.roots and not self._before.roots[root].inode
        if self._repeats and was_file and os.path.isdir(os.path.dirname(place) or "."):
            return  # a removed file
        if held or self._repeats:
            self._keep(root, "is not there", held)
        else:
            self.missing.append(root)

    def _held(self, name: str) -> int:
        """Return the number of indexed files below a name."""
        top = doc_id_of(name)
        return sum(is_below(file, top) for file in self._known)

    def _is_away(self, name: str, place: str, inode: int, found: Iterable[Found | Failure]) -> bool:
        """Tell whether a folder is probably the mount point of a disk that is not connected; if so, record it."""
        if self._options.prune or any(isinstance(item, Found) for item in found):
            return False
        if os.path.lexists(place) and os.stat(place).st_ino == inode:
            return False
        held = self._held(name)
        if held or self._options.rebuild:
            self._keep(name, "is empty and not the same folder as before", held)
        return bool(held)

    def _keep(self, name: str, what: str, held: int) -> None:
        """Record a path that is out of reach; raises SourceError if the index is being rebuilt."""
        again = command(self._index, *(["--rebuild"] if self._options.rebuild else []))
        moved = "" if os.path.isabs(name) else f"tell where it is now with {again} --base FOLDER, "
        ways = f"connect its disk, {moved}or go on without it with {again} --prune"
        if self._options.rebuild:
            raise SourceError(f"{name} {what}", hint=ways)
        self.away.append(name)
        kept = "1 file of it stays" if held == 1 else f"{held:,} files of it stay"
        self.failures.append(Failure(name, f"{name} {what}; {kept} in the index: {ways}"))

    def made(self, roots: Mapping[str, Root]) -> MadeFrom:
        """Return the paths to store in the index; those stored before if nothing was in reach."""
        if not self.there:
            return self._before
        out_of_reach = set(self.away)
        before = {} if self._options.rebuild else dict(self._before.roots)
        for name in roots:
            if name not in self.there and name not in out_of_reach:
                before.pop(name, None)
        others = {**before, **self.there}
        new = {name: how for name, how in self.there.items() if name in before or not _read_by(name, how, others)}
        away = {name: inode for name, inode in self._before.mounts.items() if name in out_of_reach}
        place = MadeFrom.here(self._index, self._base)
        return MadeFrom(place.base, place.beside, {**before, **new}, {**self._mounts(), **away})

    def _mounts(self) -> dict[str, int]:
        """Return the folders below the paths that are on other disks, each with its inode."""
        found: dict[str, int] = {}
        folders = {os.path.dirname(file.path): os.path.dirname(file.place) for file in self.files}
        for root, how in self.there.items():
            if not how.inode:
                continue
            top = self._place(root).rstrip("/")
            devices = {top or "/": os.stat(top or "/").st_dev}
            for name, place in folders.items():
                if is_below(name, root):
                    for folder in _up_from(place, devices):
                        status = os.stat(folder)
                        devices[folder] = status.st_dev
                        if status.st_dev != devices[os.path.dirname(folder)]:
                            found[root.rstrip("/") + folder[len(top) :]] = status.st_ino
        return found


def _read_by(name: str, how: Root, others: Mapping[str, Root]) -> bool:
    """Tell whether a path above reads the same files in the same way."""
    above = os.path.dirname(name)
    while above and above != name:
        if above in others and how.reads_like(others[above]):
            return True
        name, above = above, os.path.dirname(above)
    return False


def _up_from(folder: str, seen: Collection[str]) -> Iterator[str]:
    """Yield a folder and the folders above it that were not seen yet, outermost first; the topmost has been seen."""
    folders: list[str] = []
    while folder not in seen:
        folders.append(folder)
        folder = os.path.dirname(folder)
    yield from reversed(folders)


def _renamed(item: Found | Failure, place: str, root: str) -> Found | Failure:
    """Return a found file under its name in the index."""
    place = place.rstrip("/")
    if isinstance(item, Found):
        return replace(item, path=root + item.path[len(place) :])
    made = named(item, place, root)
    assert not isinstance(made, RawDocument)
    return made
