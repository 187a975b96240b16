"""The paths that an index was made from, the options of each, and the folder to which they are relative.

An index may be queried and updated from any folder, and may be on a disk that is mounted elsewhere the next time. So it
stores the folder in which it was made twice: by its absolute path, and relative to the folder of the index.
An index may have been made by anyone: paths that lead out of the folder that contains it are only shown to people, and
are not opened until the user names them (`lead_out`).
"""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Self

from seedsearch.engines import Engine, stored
from seedsearch.engines.choice import Place, folder_of, look_at
from seedsearch.errors import IndexFault
from seedsearch.parallel import Sent

if TYPE_CHECKING:
    from seedsearch.reading.ignore_patterns import Choice

KEPT = "made-from"
DEFAULT = "index"  # the index that a command means which names none
_WHAT = "what the index was made from"


@dataclass(frozen=True, slots=True)
class Root(Sent):
    """A path that was named, and how it was read. `inode`: that of a folder, which tells a disk from its mount point;
    0 for a file.
    """

    inode: int = 0
    encoding: str | None = None
    hidden: bool = False
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    @property
    def choice(self) -> Choice:
        """Which files below it are wanted."""
        from seedsearch.reading.ignore_patterns import Choice  # a question has no need of it

        return Choice.of(hidden=self.hidden, include=self.include, exclude=self.exclude)

    def but(self, other: Root) -> Root:
        """Return a copy with some values replaced."""
        return Root(
            self.inode,
            other.encoding or self.encoding,
            self.hidden or other.hidden,
            other.include or self.include,
            other.exclude or self.exclude,
        )

    def reads_like(self, other: Root) -> bool:
        """Return whether both read the same of a folder in the same way."""
        return replace(self, inode=0) == replace(other, inode=0)


@dataclass(frozen=True, slots=True)
class MadeFrom:
    """The folder that relative paths are relative to, that folder as seen from the one of the index, the paths.

    `mounts`: folders below the paths that were on another disk, each with its inode.
    """

    base: str
    beside: str | None = None
    roots: Mapping[str, Root] = field(default_factory=dict)
    mounts: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def here(cls, place: Place, base: str | None = None) -> Self:
        """Return what is known before anything is read: the folder, and where it lies from the index."""
        whole = os.path.abspath(base or os.curdir)
        folder = folder_of(place)
        return cls(whole, None if folder is None else os.path.relpath(whole, os.path.realpath(folder)))

    def found(self, place: Place) -> str:
        """Return where the folder is now: beside the index where that lies in it, else where it was.

        Of these the first in which any of the paths is there; where none is, the folder as it was.
        """
        folder = folder_of(place)
        moved = self.beside is not None and folder is not None
        beside = (
            os.path.normpath(os.path.join(os.path.realpath(folder or ""), self.beside or "")) if moved else self.base
        )
        inside = set((self.beside or "").split(os.sep)) <= {os.pardir}
        names = [name for name in self.roots if not os.path.isabs(name)]
        for one in (beside, self.base) if inside else (self.base, beside):
            if any(os.path.lexists(os.path.join(one, name)) for name in names):
                return one
        return self.base

    def places(self, place: Place) -> list[str]:
        """Return where the paths lie, seen from here."""
        base = self.found(place)
        return list(self.roots) if base == os.getcwd() else [os.path.join(base, root) for root in self.roots]

    def out_of_reach(self, base: str) -> list[str]:
        """Return the paths, and the disks below them, that are not there, or are an empty folder and another one."""
        folders = {**{name: root.inode for name, root in self.roots.items()}, **self.mounts}
        return [name for name, inode in folders.items() if _is_away(os.path.join(base, name), inode)]

    def named(self, path: str, base: str) -> str:
        """Return the name by which the index knows a path that was given in this folder: relative to `base`.

        A path at or below one of the roots begins as that does.
        """
        here = os.getcwd()
        if os.path.isabs(path) or here == base:
            return path
        whole = os.path.normpath(os.path.join(here, path))
        tops = {root: os.path.normpath(os.path.join(base, root)) for root in self.roots if not os.path.isabs(root)}
        for root, top in sorted(tops.items(), key=lambda item: len(item[1]), reverse=True):
            if is_below(whole, top):
                rest = whole[len(top) :].lstrip("/")
                return f"{root.rstrip('/')}/{rest}" if rest else root
        return os.path.relpath(whole, base)

    def lead_out(self, place: Place) -> list[str]:
        """Return the paths that are not to be opened because the index names them: those outside of this folder, for
        an index that lies in it or that others can write to, as at a URL.

        A folder elsewhere was named by the user, and so is what it was made from.
        """
        folder, here = folder_of(place), os.getcwd()
        if folder is not None and not is_below(os.path.realpath(folder), here):
            return []
        base = self.found(place)
        return [root for root in self.roots if not is_below(os.path.normpath(os.path.join(base, root)), here)]

    def command(self, place: Place, *options: str) -> str:
        """Return the command that brings the index up to date, for people to copy: it names what has to be named."""
        return command(place, *options, *(self.places(place) if self.lead_out(place) else []))

    def to_bytes(self) -> bytes:
        """Return it as the index keeps it."""
        roots = {
            name: [root.inode, root.encoding, root.hidden, list(root.include), list(root.exclude)]
            for name, root in sorted(self.roots.items())
        }
        row = {"base": self.base, "beside": self.beside, "roots": roots, "mounts": dict(sorted(self.mounts.items()))}
        return json.dumps(row).encode()


def command(place: Place, *more: str, of: str = "index") -> str:
    """Return the command `index`, or another one, for an index, with what else it is given, as it is typed in a
    shell.
    """
    of_index = () if os.fspath(place) == DEFAULT else ("-i", os.fspath(place))
    return shlex.join(["seedsearch", of, *of_index, *more])


def load(engine: Engine) -> MadeFrom | None:
    """Return what an index was made from; None for one of a version that did not keep it, or where it is damaged."""
    try:
        content = engine.metadata(KEPT)
        return None if content is None else _from_bytes(content)
    except IndexFault:
        return None


def remembered(place: Place) -> MadeFrom | None:
    """Return what the index at a place was made from, one of another version too; None where nothing can tell."""
    try:
        engine = look_at(place)
    except IndexFault:
        return None
    try:
        return load(engine)
    finally:
        engine.close()


def is_below(name: str, root: str) -> bool:
    """Return whether a name is that of a root or of something below it."""
    top = root.rstrip("/")
    return name == top or name.startswith(top + "/")


def _is_away(place: str, inode: int) -> bool:
    try:
        status = os.stat(place)
        return bool(inode) and status.st_ino != inode and not os.listdir(place)
    except FileNotFoundError:
        return True
    except OSError:
        return False


def _from_bytes(content: bytes) -> MadeFrom:
    row = stored.parsed(content, _SHAPE, _WHAT)
    roots = {
        name: Root(inode, encoding, hidden, tuple(include), tuple(exclude))
        for name, (inode, encoding, hidden, include, exclude) in row["roots"].items()
    }
    return MadeFrom(row["base"], row["beside"], roots, row["mounts"])


_TEXTS = stored.many(stored.text)
_ROOT = stored.row(stored.number, stored.maybe(stored.text), stored.flag, _TEXTS, _TEXTS)
_SHAPE = stored.record(
    base=stored.text, beside=stored.maybe(stored.text), roots=stored.table(_ROOT), mounts=stored.table(stored.number)
)
