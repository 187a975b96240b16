"""What a file is found to hold: parts with their names below it, and how those names are read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from seedsearch.errors import SourceError
from seedsearch.reading.formats.limits import MEMBER, RATIO, Budget

_CHUNK = 1 << 16  # what is unpacked before the limits are looked at again
_DRIVE = re.compile(r"[A-Za-z]:")
# What archivers keep for themselves.
_HOUSEKEEPING = {"__MACOSX"}


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside a file: bytes that are still to be recognised.

    `heads` gives the beginnings of a few members of the same archive, by which a doubtful encoding can be told.
    """

    name: str
    content: bytes
    heads: Callable[[], Iterable[bytes]] = tuple


@dataclass(frozen=True, slots=True)
class Extracted:
    """The text that was taken out of a format that is not text."""

    text: str


@dataclass(frozen=True, slots=True)
class Lost:
    """What cannot be read, and why; `name` is "" for the file itself, `skipped` where that is no error."""

    name: str
    reason: str
    skipped: bool = False


def place(name: str) -> str:
    """The name of a member as a path below its archive; raises SourceError for one that leads out of it."""
    path = name.replace("\\", "/")
    pieces = [piece for piece in path.split("/") if piece not in ("", ".")]
    if path.startswith("/") or ".." in pieces or not pieces or _DRIVE.match(path):
        raise SourceError("its name leads out of the archive")
    return "/".join(pieces)


def hidden(name: str) -> bool:
    """Whether a member is hidden, or lies below what is."""
    return any(piece.startswith(".") or piece in _HOUSEKEEPING for piece in name.split("/"))


def text_of_name(content: bytes) -> str:
    """A name as archivers store it without saying in what: UTF-8, or the code page of a Chinese Windows."""
    for encoding in ("utf-8", "gb18030", "big5hkscs"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("cp437")


class Readable(Protocol):
    """What bytes can be read from, a few at a time."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, at most `size`; none at the end."""


def unpacked(file: Readable, packed: int, budget: Budget) -> bytes:
    """All bytes of a file that unpacks as it is read, from `packed` bytes; raises SourceError past a limit."""
    chunks: list[bytes] = []
    size = granted = 0
    while chunk := file.read(_CHUNK):
        size += len(chunk)
        if size > MEMBER:
            raise SourceError(f"it unpacks to more than {MEMBER >> 20} MiB", hint="unpack it into a folder")
        if (beyond := size - RATIO * packed) > granted:
            budget.grant(beyond - granted)
            granted = beyond
        budget.spend(len(chunk))
        chunks.append(chunk)
    return b"".join(chunks)
