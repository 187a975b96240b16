"""The encodings of the other files in a folder, which tell how a word or two are most likely encoded.

They are consulted if the text of a file leaves a doubt, and then weigh as much as a character or two. The result
depends only on the content of the folder: a few files spread over it in the order of names, read from the beginning;
those with a certain encoding count. So it is the same for every file, in any order and process, whether or not the
others are indexed. A file is not read again when its neighbours change; `index --full` does that. The neighbours of a
member of a ZIP or TAR archive are the other members, by the same rules.
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
LOOKED_AT = 24  # files examined per folder
HEAD = 8192  # bytes read of each
SURE = 0.95
FEWEST = 3  # minimum number of files with a certain encoding


def beside(path: str) -> Neighbours:
    """Return the proportions of certain encodings among the files in the folder of `path`; none if they are few."""
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
    """Return the proportions of certain encodings among files with these beginnings."""
    found = Counter(filter(None, map(_encoding, heads)))
    total = found.total()
    return {name: count / total for name, count in found.items()} if total >= FEWEST else {}


def _encoding(head: bytes) -> str | None:
    """Return the encoding of a file if it is certain and the file has non-ASCII characters."""
    try:
        decoded = decode(head[: head.rfind(b"\n") + 1] or head)
    except SeedsearchError:
        return None
    if decoded.confidence < SURE or decoded.text.isascii():
        return None
    return "big5" if decoded.encoding in ("cp950", "big5-hkscs") else decoded.encoding


def _head(path: str) -> bytes:
    """Return the beginning of a regular file; empty for anything else, or if it cannot be read."""
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
