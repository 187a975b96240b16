"""A file of words that a user names: what an index keeps of it, and whether it is still the one that was read."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar
from zlib import crc32

from seedsearch.errors import SourceError

Content = TypeVar("Content")


@dataclass(frozen=True, slots=True)
class UserFile(Generic[Content]):
    """A kind of such files: how messages speak of one, what it says, and what is kept of that, as JSON.

    `stored` is what an index keeps of one; None where it keeps nothing.
    """

    name: str
    stale: str  # what is said of one that has changed
    nothing: Content
    parse: Callable[[str], Content]  # raises ValueError for a text that is none
    kept_of: Callable[[Content], Mapping[str, Any]]
    content_of: Callable[[Mapping[str, Any]], Content]

    def content(self, stored: bytes | None) -> Content:
        """What the file said that the index remembers."""
        return self.nothing if stored is None else self.content_of(json.loads(stored))

    def chosen(self, stored: bytes | None, given: str | Path | None) -> str | Path | None:
        """The file that is given, else the one that the index remembers if it is there."""
        if given is not None or stored is None:
            return given
        path: str = json.loads(stored)["path"]
        return path if os.path.exists(path) else None

    def read(self, path: str | Path) -> tuple[Content, bytes]:
        """What a file says, and what to keep of it; raises SourceError where it can not be read."""
        raw = self._raw(path)
        content = self._parsed(path, raw)
        kept = {"path": os.path.abspath(path), "checksum": crc32(raw), **self.kept_of(content)}
        return content, json.dumps(kept).encode()

    def changed(self, stored: bytes | None) -> str | None:
        """A sentence where the file is there and no longer says what the index remembers."""
        if stored is None or not os.path.exists(path := (kept := json.loads(stored))["path"]):
            return None
        try:
            raw = self._raw(path)
            if crc32(raw) == kept.get("checksum"):  # reading its words takes longer than a query
                return None
            same = self._parsed(path, raw) == self.content_of(kept)
        except SourceError as error:
            return str(error)
        return None if same else f"the {self.name} {path} {self.stale}"

    def _raw(self, path: str | Path) -> bytes:
        try:
            return Path(path).read_bytes()
        except OSError as error:
            raise self._unreadable(path, error) from error

    def _parsed(self, path: str | Path, raw: bytes) -> Content:
        try:
            return self.parse(raw.decode("utf-8"))
        except ValueError as error:
            raise self._unreadable(path, error) from error

    def _unreadable(self, path: str | Path, error: Exception) -> SourceError:
        return SourceError(f"the {self.name} {path} can not be read: {error}")
