"""The parts of a file, with their names, and the decoding of those names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from seedsearch.errors import SourceError
from seedsearch.reading.documents import Said
from seedsearch.reading.encodings import Beside
from seedsearch.reading.formats.limits import MEMBER, RATIO, Budget
from seedsearch.text import character_model

_CHUNK = 1 << 16  # what is unpacked before the limits are looked at again
_DRIVE = re.compile(r"[A-Za-z]:")
_OF_NAMES = ("utf-8", "gb18030", "big5hkscs")
# The advantage of an encoding over the others, in ln p of a character. Of 800 names of one dictionary word each,
# none in GBK and 0.25 % in Big5 are decoded wrongly; of names of two and four words, none. At 0, 0.1 % of either
# are; at 2, 1.4 % of those in Big5. GBK that is valid UTF-8 by chance (`联通`) is unlikely characters in UTF-8.
_BEFORE = {"utf-8": 1.0, "gb18030": 0.5}
# Files that archivers add for themselves.
_HOUSEKEEPING = {"__MACOSX"}


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside a file, as bytes whose format is still to be recognized.

    `heads` returns the beginnings of a few members of the same archive, which help to detect a doubtful encoding if
    `beside` does not decide; `said` is the metadata of the book of which it is a chapter.
    """

    name: str
    content: bytes
    heads: Callable[[], Iterable[bytes]] = tuple
    said: Said | None = None
    beside: Beside | None = None


@dataclass(frozen=True, slots=True)
class Extracted:
    """The text extracted from a format that is not text, with the metadata of the file."""

    text: str
    said: Said = field(default_factory=Said)


@dataclass(frozen=True, slots=True)
class Lost:
    """A part that cannot be read, with the reason; `name` is "" for the file itself, `skipped` if that is not an
    error.
    """

    name: str
    reason: str
    skipped: bool = False


def place(name: str) -> str:
    """Return the name of a member as a path below its archive; raises SourceError for one that leads out of it."""
    path = name.replace("\\", "/")
    pieces = [piece for piece in path.split("/") if piece not in ("", ".")]
    if path.startswith("/") or ".." in pieces or not pieces or _DRIVE.match(path):
        raise SourceError("its name leads out of the archive")
    return "/".join(pieces)


def hidden(name: str) -> bool:
    """Tell whether a member or a folder above it is hidden."""
    return any(piece.startswith(".") or piece in _HOUSEKEEPING for piece in name.split("/"))


def encoding_of_names(names: Iterable[bytes]) -> str:
    """Return the encoding of the names of an archive that does not declare it, judged by all names together.

    UTF-8 if all are valid; else GB18030, or Big5 if that makes likelier Chinese.
    """
    joined = b"/".join(name for name in names if not name.isascii())
    scores = {encoding: score for encoding in _OF_NAMES if (score := _likelihood(joined, encoding)) is not None}
    if not joined or not scores:
        return "utf-8"
    return max(scores, key=lambda encoding: scores[encoding] + _BEFORE.get(encoding, 0.0))


def _likelihood(content: bytes, encoding: str) -> float | None:
    """Return the mean ln p of the characters of bytes in an encoding; None if they are invalid in it."""
    try:
        text = "".join(char for char in content.decode(encoding) if not char.isascii())
    except UnicodeDecodeError:
        return None
    return character_model.score(text) / len(text) if text else 0.0


def text_of_name(content: bytes, encoding: str) -> str:
    """Decode a name in the encoding of its archive, or in another if it is invalid in that."""
    for tried in (encoding, *_OF_NAMES):
        try:
            return content.decode(tried)
        except UnicodeDecodeError:
            continue
    return content.decode("cp437")


class Readable(Protocol):
    """A readable stream of bytes."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, at most `size`; none at the end."""


def unpacked(file: Readable, packed: int, budget: Budget) -> bytes:
    """Return all bytes of a stream that is unpacked from `packed` bytes; raises SourceError if a limit is exceeded."""
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
