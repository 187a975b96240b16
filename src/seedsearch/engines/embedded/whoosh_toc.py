"""The file by which Whoosh knows the folder of an index: `_MAIN_<generation>.toc`, in the form of Whoosh 2.7.4.

Whoosh unpickles two things from it: a schema and a list of segments. What is written is the name of a function of
`seedsearch.engines.whoosh_reader` for each, with a text as its argument: the words of the user's dictionary, and the
files of the commit as JSON. It is made of bytes here, so that writing an index needs neither Whoosh nor pickle, and
nothing of ours ever reads it but to compare it.

The manifest alone says what the index is. This file follows it: written beside before the commit, given its name after
it, and made again by the next writer where it is missing, broken or of an earlier commit.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from struct import Struct
from typing import Any

from seedsearch.engines.embedded.storage import opened
from seedsearch.engines.stored import UTF8
from seedsearch.errors import IndexDamaged

NEW = "_MAIN.toc.new"  # not a name that Whoosh looks for
_NAME = re.compile(r"_MAIN_([0-9]+)\.toc", re.ASCII)
# What the pickles call, as they spell it.
_SCHEMA = b"\x80\x02cseedsearch.engines.whoosh_reader\nschema\n"
_SEGMENTS = b"\x80\x02cseedsearch.engines.whoosh_reader\nsegments\n"
_INT = Struct("!i")
_LENGTH = Struct("<I")
# Sizes of an int, a long and a float as Whoosh packs them; a number that tells the byte order; the version of the form
# and of Whoosh.
_HEAD = bytes((4, 8, 4)) + _INT.pack(-12345) + _INT.pack(-111) + bytes((2, 7, 4))
_MOST = 1 << 31  # generations that Whoosh can count


def name_of(generation: int) -> str:
    """Return the name of the file of a commit."""
    return f"_MAIN_{generation % _MOST}.toc"


def generation_of(name: str) -> int | None:
    """Return the generation that a name tells; None for another name."""
    found = _NAME.fullmatch(name)
    return None if found is None else int(found[1])


def content(generation: int, parts: Sequence[dict[str, Any]], format_: int, words: str) -> bytes:
    """Return the bytes of the file: `parts` are the segments of the commit, `words` those that the user does not
    want cut.
    """
    schema = _call(_SCHEMA, words)
    files = _call(_SEGMENTS, json.dumps({"format": format_, "parts": parts}, sort_keys=True))
    return b"".join(
        (_HEAD, _varint(len(schema)), schema, _INT.pack(generation % _MOST), _INT.pack(0), files),
    )


def _call(function: bytes, argument: str) -> bytes:
    """Return a pickle (protocol 2) of what a function of the reader returns for a text."""
    text = argument.encode(*UTF8)
    return function + b"X" + _LENGTH.pack(len(text)) + text + b"\x85R."


def _varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first, the highest bit set where more follow."""
    made = bytearray()
    while number > 0x7F:
        made.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*made, number))


def is_ours(path: Path) -> bool:
    """Tell whether a file of such a name was written here, and not by another program that uses Whoosh."""
    most = len(_HEAD) + 5 + len(_SCHEMA)  # and a varint
    try:
        with open(opened(path), "rb") as file:
            begin = file.read(most)
    except (OSError, IndexDamaged):
        return False
    return begin.startswith(_HEAD) and _SCHEMA in begin
