"""Readable forms of file names that are encoded or escaped on the disk.

A disk written by a Chinese Windows has names in GBK or Big5 among those in UTF-8; Python represents their bytes as lone
surrogates. `unzip` escapes characters as numbers (`#U5408#U540c`), and browsers save percent-encoded addresses
(`%E5%90%88%E5%90%8C`).
"""

from __future__ import annotations

import re
from itertools import repeat

from seedsearch.reading.formats.members import encoding_of_names, text_of_name
from seedsearch.text.folding import is_han

_BYTES = re.compile("[\udc80-\udcff]")
_CODES = re.compile("(?:#U[0-9a-fA-F]{4})+")
_PERCENT = re.compile("(?:%[0-9a-fA-F]{2}){3,}")


def decoded(path: str) -> str:
    """Return a path with the names that are GBK or Big5 decoded."""
    if not _BYTES.search(path):
        return path
    names = [name.encode("utf-8", "surrogateescape") if _BYTES.search(name) else name for name in path.split("/")]
    encoding = encoding_of_names(name for name in names if isinstance(name, bytes))
    return "/".join(map(_read, path.split("/"), names, repeat(encoding)))


def _read(shown: str, name: str | bytes, encoding: str) -> str:
    read = text_of_name(name, encoding) if isinstance(name, bytes) else name
    return read if any(map(is_han, read)) else shown


def as_read(path: str) -> str:
    """Return the path with escaped ideographs decoded."""
    return _PERCENT.sub(_of_percent, _CODES.sub(_of_codes, decoded(path)))


def _of_codes(found: re.Match[str]) -> str:
    text = "".join(chr(int(code, 16)) for code in found[0].split("#U")[1:])
    return text if any(map(is_han, text)) and text.isprintable() else found[0]


def _of_percent(found: re.Match[str]) -> str:
    text = bytes.fromhex(found[0].replace("%", "")).decode("utf-8", "replace")
    return text if any(map(is_han, text)) and text.isprintable() and "/" not in text else found[0]
