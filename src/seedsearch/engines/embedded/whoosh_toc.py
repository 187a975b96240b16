"""Writes Whoosh's table of contents of an index folder: `_MAIN_<generation>.toc`, in the format of Whoosh 2.7.4.

Whoosh unpickles two things from it: a schema and a list of segments. Each is written as the name of a function of
`seedsearch.engines.whoosh_reader` with a text as its argument: the words of the user's dictionary, and the files of the
commit as JSON. The bytes are composed here, so writing an index needs neither Whoosh nor pickle, and our code never
reads the file except to compare it.

Only the manifest defines the index. This file follows it: it is written under a temporary name before the commit,
renamed after it, and rewritten by the next writer if it is missing, broken or out of date.
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

NEW = "_MAIN.toc.new"  # a name that Whoosh does not look for
_NAME = re.compile(r"_MAIN_([0-9]+)\.toc", re.ASCII)
# The functions in the pickles, in their notation.
_SCHEMA = b"\x80\x02cseedsearch.engines.whoosh_reader\nschema\n"
_SEGMENTS = b"\x80\x02cseedsearch.engines.whoosh_reader\nsegments\n"
_INT = Struct("!i")
_LENGTH = Struct("<I")
# Sizes of int, long and float as Whoosh packs them; a number that tells the byte order; the versions of the format and
# of Whoosh.
_HEAD = bytes((4, 8, 4)) + _INT.pack(-12345) + _INT.pack(-111) + bytes((2, 7, 4))
_MOST = 1 << 31  # limit of generation numbers in Whoosh


def name_of(generation: int) -> str:
    """Return the file name for a commit."""
    return f"_MAIN_{generation % _MOST}.toc"


def generation_of(name: str) -> int | None:
    """Return the generation in a file name; None for another name."""
    found = _NAME.fullmatch(name)
    return None if found is None else int(found[1])


def content(generation: int, parts: Sequence[dict[str, Any]], format_: int, words: str) -> bytes:
    """Return the bytes of the file; `parts` are the segments of the commit, `words` those of the user's dictionary."""
    schema = _call(_SCHEMA, words)
    files = _call(_SEGMENTS, json.dumps({"format": format_, "parts": parts}, sort_keys=True))
    return b"".join(
        (_HEAD, _varint(len(schema)), schema, _INT.pack(generation % _MOST), _INT.pack(0), files),
    )


def _call(function: bytes, argument: str) -> bytes:
    """Return a pickle (protocol 2) that calls a function of the reader with a text."""
    text = argument.encode(*UTF8)
    return function + b"X" + _LENGTH.pack(len(text)) + text + b"\x85R."


def _varint(number: int) -> bytes:
    """Encode a number with seven bits per byte, lowest first, the highest bit set if more follow."""
    made = bytearray()
    while number > 0x7F:
        made.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*made, number))


def is_ours(path: Path) -> bool:
    """Tell whether a file of such a name was written here, as opposed to by another program that uses Whoosh."""
    most = len(_HEAD) + 5 + len(_SCHEMA)  # and a varint
    try:
        with open(opened(path), "rb") as file:
            begin = file.read(most)
    except (OSError, IndexDamaged):
        return False
    return begin.startswith(_HEAD) and _SCHEMA in begin
