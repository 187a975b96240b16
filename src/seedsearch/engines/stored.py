"""Validates data read from an index before it is used, because anyone may have made the index.

A shape tells whether a JSON value has the expected types; `parsed` returns nothing else. Memory use is proportional to
the size on disk, because compressed content has a maximum ratio, which the writer observes.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from typing import Any

from seedsearch.errors import IndexDamaged

# The encoding of texts, terms and ids of an index: `text.encode(*UTF8)` and back. File names may contain bytes that are
# not UTF-8, which Python decodes as lone surrogates; these survive the round trip.
UTF8 = ("utf-8", "surrogatepass")

Shape = Callable[[object], bool]

DICTIONARY = "dictionary"  # the metadata with the user's words, for the analyzer

ANEW = "rebuild the index with: seedsearch index --rebuild"
# The largest number of the system: sizes, times in ns, inodes.
LEAST, MOST = -(1 << 64), 1 << 64
# The maximum ratio of compressed content. The states of 20,000 files have a ratio of 6; those of files with equal sizes
# and times 20, and are stored uncompressed.
RATIO = 8
FLOOR = 1 << 16  # uncompressed bytes that are always allowed


def text(value: object) -> bool:
    """Accept a text."""
    return type(value) is str


def number(value: object) -> bool:
    """Accept a whole number in the range of the system."""
    return type(value) is int and LEAST < value < MOST


def count(value: object) -> bool:
    """Accept a non-negative whole number."""
    return type(value) is int and 0 <= value < MOST


def flag(value: object) -> bool:
    """Accept a Boolean."""
    return type(value) is bool


def share(value: object) -> bool:
    """Accept a number from 0 to 1."""
    return type(value) in (int, float) and 0 <= value <= 1  # type: ignore[operator]


def maybe(shape: Shape) -> Shape:
    """Accept a value of this shape, or None."""
    return lambda value: value is None or shape(value)


def many(shape: Shape) -> Shape:
    """Accept a list of values of this shape."""
    return lambda value: type(value) is list and all(map(shape, value))


def row(*shapes: Shape) -> Shape:
    """Accept a list with exactly these shapes."""

    def fits(value: object) -> bool:
        return (
            type(value) is list
            and len(value) == len(shapes)
            and all(shape(item) for shape, item in zip(shapes, value, strict=True))
        )

    return fits


def table(shape: Shape) -> Shape:
    """Accept an object whose values have this shape."""
    return lambda value: type(value) is dict and all(map(shape, value.values()))


def record(**shapes: Shape) -> Shape:
    """Accept an object with exactly these names and shapes."""

    def fits(value: object) -> bool:
        return type(value) is dict and value.keys() == shapes.keys() and all(f(value[k]) for k, f in shapes.items())

    return fits


def parsed(content: bytes, shape: Shape, what: str) -> Any:
    """Parse JSON of a given shape; raises IndexDamaged, naming `what` it should be, for any other content."""
    try:
        value = json.loads(content.decode(*UTF8))
    except (ValueError, RecursionError) as error:
        raise unusable(what) from error
    if not shape(value):
        raise unusable(what)
    return value


def unusable(what: str) -> IndexDamaged:
    """Return the error for invalid content of an index."""
    return IndexDamaged(f"{what} in the index is not what was written", hint=ANEW)


def kept_words(content: bytes | None) -> str:
    """Return the words stored under DICTIONARY in the format of lexicon.py; empty if there are none or the data is
    invalid.
    """
    try:
        words = json.loads(content or b"{}")["words"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""
    return words if isinstance(words, str) else ""


def packed(content: bytes) -> bytes:
    """Compress content for the disk; store it uncompressed if its ratio would exceed the limit of the reader."""
    made = zlib.compress(content, 6)
    return made if len(content) <= _room(made) else zlib.compress(content, 0)


def unpacked(stored: bytes, what: str) -> bytes:
    """Return the content given to `packed`; raises IndexDamaged for anything else, before it takes more memory than
    allowed.
    """
    packer = zlib.decompressobj()
    try:
        content = packer.decompress(stored, _room(stored))
    except zlib.error as error:
        raise unusable(what) from error
    if not packer.eof or packer.unused_data:
        raise unusable(what)
    return content


def _room(stored: bytes) -> int:
    return RATIO * len(stored) + FLOOR
