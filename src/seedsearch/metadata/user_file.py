"""A word file named by the user: what the index stores of it, and whether it has changed since.

The index stores the content of the file. It also stores the path, but only for messages: anyone may have made the
index, so a file is opened only if the user names it.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from seedsearch.engines import stored
from seedsearch.engines.choice import Place
from seedsearch.errors import SeedsearchError, SourceError, reason
from seedsearch.metadata.made_from import command

Content = TypeVar("Content")

LARGEST = 1 << 25  # bytes; the largest dictionary that comes with jieba has 8.6 MB


@dataclass(frozen=True, slots=True)
class UserFile(Generic[Content]):
    """A kind of word file: its name in messages, its parser, and its serialization as JSON.

    `kept` is the content stored in the index; None if nothing is stored.
    """

    name: str
    stale: str  # the message about a changed file, before the command that reads it
    nothing: Content
    parse: Callable[[str], Content]  # raises ValueError for an invalid text, without quoting it
    kept_of: Callable[[Content], Mapping[str, Any]]
    shapes: Mapping[str, stored.Shape]  # of that
    content_of: Callable[[Mapping[str, Any]], Content]  # raises ValueError for what `parse` would refuse
    again: tuple[str, ...] = ()  # further options of that command

    def content(self, kept: bytes | None) -> Content:
        """Return the content of the file as stored in the index; raises IndexDamaged if it is invalid."""
        return self.nothing if kept is None else self._of(kept)[1]

    def read(self, path: str | Path) -> tuple[Content, bytes]:
        """Return the content of a file and its stored form; raises SourceError if it cannot be read."""
        status, raw = self._raw(path)
        try:
            content = self.parse(raw.decode("utf-8"))
        except UnicodeDecodeError as error:
            raise self._unreadable(path, "it is not UTF-8") from error
        except ValueError as error:
            raise self._unreadable(path, str(error)) from error
        place = {"path": os.path.abspath(path), "size": status.st_size, "changed": status.st_mtime_ns}
        return content, json.dumps({**place, **self.kept_of(content)}).encode()

    def taken(
        self,
        key: str,
        given: str | Path | None,
        kept: Callable[[str], bytes | None],
        keep: Callable[[str, bytes], None],
        say: Callable[[str], None],
    ) -> Content:
        """Return what a rebuilt index stores under `key`: the given file, or else the data of the old index.

        If that is unusable, `say` is called with a message and nothing is stored.
        """
        if given is not None:
            content, made = self.read(given)
            keep(key, made)
            return content
        try:
            before = kept(key)
            content = self.content(before)
        except SeedsearchError as error:
            say(f"the index no longer knows its {self.name} ({error.what}); name the file with: --{self.name} FILE")
            return self.nothing
        if before is not None:
            keep(key, before)
        return content

    def changed(self, kept: bytes | None, place: Place) -> str | None:
        """Return a sentence if the file exists with another size or time than when the index at `place` read it; it is
        not opened.
        """
        if kept is None:
            return None
        remembered, _ = self._of(kept)
        try:
            status = os.stat(remembered["path"])
        except (OSError, ValueError):
            return None
        same = (status.st_size, status.st_mtime_ns) == (remembered["size"], remembered["changed"])
        if same or not stat.S_ISREG(status.st_mode):
            return None
        update = command(place, *self.again, f"--{self.name}", remembered["path"])
        return f"the {self.name} {remembered['path']} {self.stale}: {update}"

    def _of(self, kept: bytes) -> tuple[dict[str, Any], Content]:
        what = f"what is kept of the {self.name}"
        place = {"path": stored.text, "size": stored.count, "changed": stored.number}
        remembered = stored.parsed(kept, stored.record(**place, **self.shapes), what)
        try:
            return remembered, self.content_of(remembered)
        except ValueError as error:
            raise stored.unusable(what) from error

    def _raw(self, path: str | Path) -> tuple[os.stat_result, bytes]:
        """Return the content of a regular file, and its size and time when it was read."""
        try:
            with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
                status = os.fstat(file.fileno())
                if not stat.S_ISREG(status.st_mode):
                    raise self._unreadable(path, "it is not a regular file")
                raw = file.read(LARGEST + 1)
        except (OSError, ValueError) as error:
            raise self._unreadable(path, reason(error) if isinstance(error, OSError) else str(error)) from error
        if len(raw) > LARGEST:
            raise self._unreadable(path, f"it is larger than {LARGEST >> 20} MiB")
        return status, raw

    def _unreadable(self, path: str | Path, why: str) -> SourceError:
        return SourceError(f"the {self.name} {path} cannot be read: {why}")
