"""The manifest: lists the files of an index, and is the only file that changes, by being replaced at a commit. JSON
with a checksum of its own.

Every other file is written once and never changed: `NAME.segment` (section_file.py), `NAME.live` (one bit per document
of a segment, 1 unless it was deleted), `NAME.kept` (metadata), and Whoosh's table of contents for the same commit
(whoosh_toc.py). Any other file with such a name is a leftover.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Self
from zlib import crc32

from seedsearch.engines import stored
from seedsearch.engines.embedded import whoosh_toc
from seedsearch.engines.embedded.storage import LOCK, Disk, damaged, read
from seedsearch.engines.stored import UTF8
from seedsearch.errors import IndexDamaged, IndexMissing, IndexStale, OutputError
from seedsearch.versions import FORMAT

NAME = "seedsearch.json"
NEW = "seedsearch.json.new"
REBUILD = "rebuild it with: seedsearch index --rebuild"
_OURS = re.compile(r"\d{8,}-\d{3,}\.(?:segment|live|kept)|" + "|".join(map(re.escape, (NEW, whoosh_toc.NEW))), re.ASCII)
TRIES = 20  # attempts to read an index that is being changed
LARGEST = 1 << 24  # bytes of a manifest; a segment takes 300, and an index has a dozen


@dataclass(frozen=True, slots=True)
class File:
    """A file of the index: its name, its size in bytes, its CRC-32, and for a segment the seal (section_file.py)."""

    name: str
    size: int
    checksum: int
    seal: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """A segment: its file, and the file that lists its live documents (None: all)."""

    file: File
    live: File | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """The state of an index after commit number `generation`."""

    fingerprint: str
    generation: int = 0
    parts: tuple[Part, ...] = ()
    kept: dict[str, File] = field(default_factory=dict)

    def files(self) -> list[File]:
        """Return all files that it lists."""
        live = [part.live for part in self.parts if part.live is not None]
        return [*(part.file for part in self.parts), *live, *self.kept.values()]

    def toc(self, words: str) -> bytes:
        """Return Whoosh's table of contents of this commit; `words` are those of the user's dictionary."""
        return whoosh_toc.content(self.generation, [asdict(part) for part in self.parts], FORMAT, words)

    @property
    def toc_name(self) -> str:
        """The name of Whoosh's table of contents."""
        return whoosh_toc.name_of(self.generation)

    def to_json(self) -> str:
        """Serialize it."""
        content = {"format": FORMAT, **asdict(self)}
        return json.dumps({**content, "checksum": _checksum(content)}, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def read(cls, folder: Path, fingerprint: str | None) -> Self:
        """Return the manifest of an index.

        Raises IndexMissing, IndexDamaged, and IndexStale if the fingerprint (unless None) or the format differs.
        """
        path = folder / NAME
        try:
            content = json.loads(read(path, LARGEST))
            made = content["format"], content["fingerprint"]
        except FileNotFoundError:
            raise missing(folder) from None
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise damaged(path, "it is not a description of an index") from error
        if isinstance(made[0], int) and made[0] > FORMAT:
            raise IndexStale(
                f"the index in {folder} was made by a newer version", hint=f"update seedsearch, or {REBUILD}"
            )
        if made[0] != FORMAT:
            raise IndexStale(
                f"the index in {folder} is in form {made[0]}, and this version reads {FORMAT}", hint=REBUILD
            )
        if fingerprint not in (made[1], None):
            raise IndexStale(f"the index in {folder} was made with “{made[1]}”, this is “{fingerprint}”", hint=REBUILD)
        return cls._of(path, content)

    @classmethod
    def _of(cls, path: Path, content: dict[str, Any]) -> Self:
        checksum = content.pop("checksum", None)
        if not _SHAPE(content) or checksum != _checksum(content):
            raise damaged(path, "its checksum does not match its content, or the content is not what was written")
        parts = tuple(map(_part, content["parts"]))
        kept = {name: File(**file) for name, file in content["kept"].items()}
        return cls(content["fingerprint"], content["generation"], parts, kept)

    @classmethod
    def nothing(cls, folder: Path, fingerprint: str) -> Self:
        """The manifest of a new index, whose file names do not occur in the folder yet."""
        return cls(fingerprint, max((_generation_of(path.name) for path in _ours(folder)), default=0))

    def write(self, folder: Path, disk: Disk) -> None:
        """Commit it: readers see it as soon as its file is renamed."""
        disk.sync_folder(folder)
        disk.write(folder / NEW, [self.to_json().encode()])
        disk.replace(folder / NEW, folder / NAME)
        disk.sync_folder(folder)

    def is_in(self, folder: Path) -> bool:
        """Tell whether it is the current manifest; raises OSError if that cannot be determined."""
        try:
            return read(folder / NAME, LARGEST) == self.to_json().encode()
        except (FileNotFoundError, IndexDamaged):
            return False

    def next(self) -> Self:
        """Return the next manifest, without changes yet."""
        return replace(self, generation=self.generation + 1)

    def sweep(self, folder: Path, disk: Disk) -> None:
        """Remove the files of an index that it does not list."""
        named = {self.toc_name, *(file.name for file in self.files())}
        left = [path for path in _ours(folder) if path.name not in named]
        if left:
            disk.sync_folder(folder)  # otherwise a power loss could bring back a manifest that lists them
        for path in left:
            disk.remove(path)


def sweep_unnamed(folder: Path, disk: Disk) -> None:
    """Remove what no manifest can list: an unfinished manifest, and everything if there is no manifest."""
    has_none = not os.path.lexists(folder / NAME)
    for path in _ours(folder):
        if has_none or path.name in (NEW, whoosh_toc.NEW):
            disk.remove(path)


def refuse_foreign(folder: Path) -> None:
    """Raise OutputError if the folder for a new index has a Whoosh index of another program."""
    if os.path.lexists(folder / NAME):
        return
    for name in sorted(os.listdir(folder)):
        if whoosh_toc.generation_of(name) is not None and not whoosh_toc.is_ours(folder / name):
            what = f"{folder} holds a Whoosh index that another program made ({name})"
            raise OutputError(what, hint="name another folder with --index-dir")


def parts_of(content: str) -> list[Part]:
    """Return the segments in a table of contents for Whoosh; raises IndexStale for another format, IndexDamaged for
    anything else.

    `content` is the argument of `segments` (whoosh_toc.py).
    """
    what = "the list of segments for Whoosh"
    found = stored.parsed(content.encode(*UTF8), stored.record(format=stored.count, parts=_any), what)
    if found["format"] != FORMAT:
        raise IndexStale(f"the index is in form {found['format']}, and this version reads {FORMAT}", hint=REBUILD)
    if not _PARTS(found["parts"]):
        raise stored.unusable(what)
    return list(map(_part, found["parts"]))


def missing(folder: Path) -> IndexMissing:
    """Return the error for a folder without an index; it tells if one was begun."""
    if (folder / LOCK).is_file() or _ours(folder):
        what = f"the index in {folder} was begun, and no run has finished it"
        return IndexMissing(what, hint="wait for the run in progress, or make it with: seedsearch index")
    return IndexMissing(f"there is no index in {folder}", hint="make one with: seedsearch index")


def _ours(folder: Path) -> list[Path]:
    """Return the files in a folder with names of index files, except manifest and lock, sorted."""
    try:
        with os.scandir(folder) as entries:
            files = [entry.name for entry in entries if entry.is_file(follow_symlinks=False)]
    except OSError:
        return []
    return sorted(path for name in files if _is_ours(path := folder / name))


def _is_ours(path: Path) -> bool:
    if whoosh_toc.generation_of(path.name) is not None:
        return whoosh_toc.is_ours(path)
    return _OURS.fullmatch(path.name) is not None


def _generation_of(name: str) -> int:
    """Return the commit number in the name of an index file."""
    of_toc, number = whoosh_toc.generation_of(name), name.partition("-")[0]
    return int(number) if number.isdecimal() else of_toc or 0


def _part(row: dict[str, Any]) -> Part:
    return Part(File(**row["file"]), File(**row["live"]) if row["live"] else None)


def _any(value: object) -> bool:
    """Accept anything; it is validated once the version that wrote it is known."""
    return True


def _named(value: object) -> bool:
    """Accept the name of an index file, which cannot lead out of its folder."""
    return isinstance(value, str) and value not in (NEW, whoosh_toc.NEW) and _OURS.fullmatch(value) is not None


_FILE = stored.record(**{one.name: _named if one.name == "name" else stored.count for one in fields(File)})
_PARTS = stored.many(stored.record(file=_FILE, live=stored.maybe(_FILE)))
_SHAPE = stored.record(
    format=stored.count,
    fingerprint=stored.text,
    generation=stored.count,
    parts=_PARTS,
    kept=stored.table(_FILE),
)


def _checksum(content: dict[str, Any]) -> int:
    return crc32(json.dumps(content, sort_keys=True).encode())
