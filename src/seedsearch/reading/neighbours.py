"""The encodings of the other files in a folder, which tell how a word or two are most likely encoded.

They are looked at where the text of a file leaves a doubt, and then weigh as much as a character or two. The answer
depends on nothing but what lies in the folder: a few files from all over it, by their names in order, read from their
beginning; each counts that is sure by itself. So it is the same whichever file asks, in whatever order and process,
whether or not the others are indexed. A file that was read is not read again because its neighbours changed; `index
--full` does that. The neighbours of a member of a ZIP or TAR archive are the other members, by the same rules.
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TypeVar

from seedsearch.errors import SeedsearchError
from seedsearch.reading.encodings import Neighbours, decode

T = TypeVar("T")
LOOKED_AT = 24  # files of a folder
HEAD = 8192  # bytes of each
SURE = 0.95
FEWEST = 3  # files that are sure, under which they say nothing


def beside(path: str) -> Neighbours:
    """Encoding → its share among the files in the folder of `path` that are sure of theirs; none where they are few."""
    folder = os.path.dirname(path) or "."
    try:
        return _of_folder(folder, os.stat(folder).st_mtime_ns)
    except OSError:
        return {}


@lru_cache(maxsize=512)
def _of_folder(folder: str, _changed: int) -> Neighbours:
    names = sorted(name for name in os.listdir(folder) if not name.startswith("."))
    return among(filter(None, (_head(os.path.join(folder, name)) for name in spread(names))))


def spread(listed: Sequence[T]) -> list[T]:
    """Return a few items of a list, evenly spread."""
    step = max(1, len(listed) / LOOKED_AT)
    return [listed[int(number * step)] for number in range(min(LOOKED_AT, len(listed)))]


def among(heads: Iterable[bytes]) -> Neighbours:
    """Encoding → its share among those files that are sure of theirs, of which these are the beginnings."""
    found = Counter(filter(None, map(_encoding, heads)))
    total = found.total()
    return {name: count / total for name, count in found.items()} if total >= FEWEST else {}


def _encoding(head: bytes) -> str | None:
    """Return the encoding of a file that is sure of it and holds more than ASCII."""
    try:
        decoded = decode(head[: head.rfind(b"\n") + 1] or head)
    except SeedsearchError:
        return None
    if decoded.confidence < SURE or decoded.text.isascii():
        return None
    return "big5" if decoded.encoding in ("cp950", "big5-hkscs") else decoded.encoding


def _head(path: str) -> bytes:
    """Return the beginning of a regular file; nothing of anything else, or of what cannot be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return b""
    try:
        return os.read(descriptor, HEAD) if stat.S_ISREG(os.fstat(descriptor).st_mode) else b""
    except OSError:
        return b""
    finally:
        os.close(descriptor)
