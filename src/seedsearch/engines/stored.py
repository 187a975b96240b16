"""Validates data read from an index before it is used, because anyone may have made the index.

A shape says whether a JSON value is of the kind that was written; `parsed` gives nothing else. What it takes in memory
is in proportion to what lies on the disk: packed content has a largest ratio, which the writer keeps to as well.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from typing import Any

from seedsearch.errors import IndexDamaged

# How texts of an index, its terms and its ids are bytes: `text.encode(*UTF8)` and back. A name of a file may hold bytes
# that are not UTF-8, which Python reads as lone surrogates; these come back as they were.
UTF8 = ("utf-8", "surrogatepass")

Shape = Callable[[object], bool]

DICTIONARY = "dictionary"  # the name under which an index keeps the words of its user, for the analyzer

ANEW = "rebuild the index with: seedsearch index --rebuild"
# Numbers of the system: sizes, times in ns, inodes.
LEAST, MOST = -(1 << 64), 1 << 64
# How many times its size packed content may come to. The states of 20,000 files come to 6 times; those of files of one
# size and time to 20, and are kept as they are.
RATIO = 8
FLOOR = 1 << 16  # bytes that it may come to in any case


def text(value: object) -> bool:
    """Return a text."""
    return type(value) is str


def number(value: object) -> bool:
    """Return a whole number that a system may give."""
    return type(value) is int and LEAST < value < MOST


def count(value: object) -> bool:
    """Return a whole number from 0 on."""
    return type(value) is int and 0 <= value < MOST


def flag(value: object) -> bool:
    """Yes or no."""
    return type(value) is bool


def share(value: object) -> bool:
    """Return a number from 0 to 1."""
    return type(value) in (int, float) and 0 <= value <= 1  # type: ignore[operator]


def maybe(shape: Shape) -> Shape:
    """That, or nothing."""
    return lambda value: value is None or shape(value)


def many(shape: Shape) -> Shape:
    """Return a list of such."""
    return lambda value: type(value) is list and all(map(shape, value))


def row(*shapes: Shape) -> Shape:
    """Return a list of exactly these."""

    def fits(value: object) -> bool:
        return (
            type(value) is list
            and len(value) == len(shapes)
            and all(shape(item) for shape, item in zip(shapes, value, strict=True))
        )

    return fits


def table(shape: Shape) -> Shape:
    """Return names with such values."""
    return lambda value: type(value) is dict and all(map(shape, value.values()))


def record(**shapes: Shape) -> Shape:
    """Exactly these names, each with such a value."""

    def fits(value: object) -> bool:
        return type(value) is dict and value.keys() == shapes.keys() and all(f(value[k]) for k, f in shapes.items())

    return fits


def parsed(content: bytes, shape: Shape, what: str) -> Any:
    """Return the value of JSON that has a shape; raises IndexDamaged, with `what` it was to be, for any other
    content.
    """
    try:
        value = json.loads(content.decode(*UTF8))
    except (ValueError, RecursionError) as error:
        raise unusable(what) from error
    if not shape(value):
        raise unusable(what)
    return value


def unusable(what: str) -> IndexDamaged:
    """Return the error for content of an index that is not what was written."""
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
    """Content for the disk: compressed, or as it is where that would be past the ratio that is read."""
    made = zlib.compress(content, 6)
    return made if len(content) <= _room(made) else zlib.compress(content, 0)


def unpacked(stored: bytes, what: str) -> bytes:
    """Return what `packed` was given; raises IndexDamaged for anything else, before it takes more memory than that
    may.
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
