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
DEFAULT = "index"  # the index that a command uses by default
_WHAT = "what the index was made from"


@dataclass(frozen=True, slots=True)
class Root(Sent):
    """A given path and its options. `inode` is that of a folder, which distinguishes a disk from its mount point; 0 for
    a file.
    """

    inode: int = 0
    encoding: str | None = None
    hidden: bool = False
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    @property
    def choice(self) -> Choice:
        """The patterns that select files below it."""
        from seedsearch.reading.ignore_patterns import Choice  # deferred: a query does not need it

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
        """Tell whether both read the same files of a folder in the same way."""
        return replace(self, inode=0) == replace(other, inode=0)


@dataclass(frozen=True, slots=True)
class MadeFrom:
    """The folder that relative paths refer to, the same relative to the folder of the index, and the paths.

    `mounts` are folders below the paths that were on other disks, each with its inode.
    """

    base: str
    beside: str | None = None
    roots: Mapping[str, Root] = field(default_factory=dict)
    mounts: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def here(cls, place: Place, base: str | None = None) -> Self:
        """Return one without paths: the current folder, and the same relative to the index."""
        whole = os.path.abspath(base or os.curdir)
        folder = folder_of(place)
        return cls(whole, None if folder is None else os.path.relpath(whole, os.path.realpath(folder)))

    def found(self, place: Place) -> str:
        """Return the present location of the folder: relative to the index if that lies in it, else the old absolute
        path.

        The first of these in which any of the paths exists; the old path if none does.
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
        """Return the paths relative to the current folder."""
        base = self.found(place)
        return list(self.roots) if base == os.getcwd() else [os.path.join(base, root) for root in self.roots]

    def out_of_reach(self, base: str) -> list[str]:
        """Return the paths, and the disks below them, that do not exist or are now different, empty folders."""
        folders = {**{name: root.inode for name, root in self.roots.items()}, **self.mounts}
        return [name for name, inode in folders.items() if _is_away(os.path.join(base, name), inode)]

    def named(self, path: str, base: str) -> str:
        """Return the name in the index of a path given in this folder, which is relative to `base`.

        A path at or below one of the roots begins with the name of the root.
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
        """Return the paths that must not be opened just because the index names them: paths outside the current folder,
        if the index lies in it or if others can write to it, as at a URL.

        An index in a folder elsewhere was named by the user, so its paths are trusted.
        """
        folder, here = folder_of(place), os.getcwd()
        if folder is not None and not is_below(os.path.realpath(folder), here):
            return []
        base = self.found(place)
        return [root for root in self.roots if not is_below(os.path.normpath(os.path.join(base, root)), here)]

    def command(self, place: Place, *options: str) -> str:
        """Return the command that updates the index, for people to copy, with all arguments that it needs."""
        return command(place, *options, *(self.places(place) if self.lead_out(place) else []))

    def to_bytes(self) -> bytes:
        """Serialize it for the index."""
        roots = {
            name: [root.inode, root.encoding, root.hidden, list(root.include), list(root.exclude)]
            for name, root in sorted(self.roots.items())
        }
        row = {"base": self.base, "beside": self.beside, "roots": roots, "mounts": dict(sorted(self.mounts.items()))}
        return json.dumps(row).encode()


def command(place: Place, *more: str, of: str = "index") -> str:
    """Return the shell command `index`, or another one, for an index, with further arguments."""
    of_index = () if os.fspath(place) == DEFAULT else ("-i", os.fspath(place))
    return shlex.join(["seedsearch", of, *of_index, *more])


def load(engine: Engine) -> MadeFrom | None:
    """Return what an index was made from; None if it does not say or if that is damaged."""
    try:
        content = engine.metadata(KEPT)
        return None if content is None else _from_bytes(content)
    except IndexFault:
        return None


def remembered(place: Place) -> MadeFrom | None:
    """Return what the index at a place was made from, even one of another version; None if that cannot be read."""
    try:
        engine = look_at(place)
    except IndexFault:
        return None
    try:
        return load(engine)
    finally:
        engine.close()


def is_below(name: str, root: str) -> bool:
    """Tell whether a name is a root or lies below it."""
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
