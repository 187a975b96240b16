"""GBK and Big5: decoding a byte string as it is, and in step.

Two bytes make a character, and after a lost byte a simple decoder continues one byte off: every character up to the
next byte that belongs to no pair is wrong. `plain_parts` is the result of Python's codec, including the invalid places;
`realigned_parts` is the likeliest of all ways to pair the same bytes (a Viterbi search scored by
`seedsearch.text.character_model`), with one U+FFFD for each byte without a partner.

None of this is needed for data that the codec decodes strictly.
"""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any

from seedsearch.text import character_model

# The ways to read the bytes at an offset, as (number of bytes, text).
Choices = Callable[[bytes, int], Iterable[tuple[int, str]]]
# What was read, character by character, as (number of bytes, text).
Parts = list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class DoubleByte:
    """An encoding: the name of Python's codec, its characters as a pattern, and every way to read at an offset.

    `usual` tells that these are the codec's characters and single unpaired bytes, so that arrays can be used.
    """

    codec: str
    pieces: re.Pattern[bytes]
    choices: Choices
    usual: bool = False

    def strict(self, data: bytes) -> str | None:
        """Decode `data` strictly; return None if that fails."""
        try:
            return data.decode(self.codec)
        except UnicodeDecodeError:
            return None


# Bytes from which on arrays are faster than a search byte by byte (5 µs each): if they are loaded, and if loading them
# takes 0.1 s first.
FEW, LONG = 48, 1 << 14
LOST = -16.0  # ln p of an unpaired byte; a rare character in its place costs as much


# The best way to read up to an offset: its score, the last character, the number of bytes and the text read last, and
# the path to their start. A plain tuple, because one is made for each byte.
_Path = tuple[float, str, int, str, Any]


def realigned_parts(stretch: bytes, encoding: DoubleByte, before: str = "\n", *, many: bool = False) -> Parts:
    """Return the likeliest reading of `stretch`, which follows the character `before`. Linear in its length.

    `many` tells that there are many stretches, so that loading the arrays pays.
    """
    if encoding.usual and len(stretch) >= (FEW if many else LONG):
        from seedsearch.text.realigning import realigned

        if (parts := realigned(stretch, encoding.codec, before, LOST)) is not None:
            return parts
    ends: list[list[_Path]] = [[] for _ in range(len(stretch) + 4)]
    ends[0] = [(0.0, before, 0, before, None)]
    choices, pair_score = encoding.choices, character_model.pair_score
    for at in range(len(stretch)):
        paths = ends[at]
        if not paths:
            continue
        # The best path depends on the first character only, and choices that share it are adjacent.
        begun = ""
        for size, text in choices(stretch, at):
            first = text[0]
            if first != begun:
                begun = first
                if len(paths) > 1 or first == "\ufffd":
                    best, path = _best_before(paths, first)
                else:
                    path = paths[0]
                    best = path[0] + pair_score(path[1], first)
            if len(text) == 1:
                ends[at + size].append((best, "\n" if first == "\ufffd" else first, size, text, path))
            else:
                more = sum(map(pair_score, text, text[1:]))
                ends[at + size].append((best + more, text[-1], size, text, path))
    return _spelled(max(ends[len(stretch)], key=_score))


def _best_before(paths: Sequence[_Path], first: str) -> tuple[float, _Path]:
    """Return the best score up to the character `first`, and the path before it."""
    if first == "\ufffd":
        path = max(paths, key=_score)
        return path[0] + LOST, path
    pair_score = character_model.pair_score
    best, chosen = -math.inf, paths[0]
    for path in paths:
        score = path[0] + pair_score(path[1], first)
        if score > best:
            best, chosen = score, path
    return best, chosen


_score = itemgetter(0)


def _spelled(path: _Path) -> Parts:
    """Return everything read on a path."""
    read = []
    while path[4] is not None:
        read.append((path[2], path[3]))
        path = path[4]
    return read[::-1]


def plain_parts(data: bytes, encoding: DoubleByte) -> Parts:
    """Return the result of decoding `data` with errors="replace", character by character."""
    parts: Parts = []
    known = _pieces(encoding.codec)
    for start, end, text in plain_runs(data, encoding.codec):
        if text is None:
            parts.append((end - start, "\ufffd"))
        else:
            parts += map(known.__getitem__, encoding.pieces.findall(data[start:end]))
    return parts


class _Pieces(dict[bytes, tuple[int, str]]):
    """The bytes of a character → (number, character): one tuple, however often it occurs."""

    def __init__(self, codec: str) -> None:
        super().__init__()
        self._codec = codec

    def __missing__(self, piece: bytes) -> tuple[int, str]:
        made = len(piece), piece.decode(self._codec)
        if len(piece) <= 2:  # there are a million and a half longer ones
            self[piece] = made
        return made


@cache
def _pieces(codec: str) -> _Pieces:
    return _Pieces(codec)


_CHUNK = 4096  # bytes decoded at a time: a failing place costs no more than that


def plain_runs(data: bytes, codec: str) -> Iterator[tuple[int, int, str | None]]:
    """Yield the longest runs of `data` that the codec decodes, as (start, end, text), and the failing stretches between
    them with None.
    """
    at = 0
    while at < len(data):
        chunk = data[at : at + _CHUNK]
        try:
            yield at, at + len(chunk), chunk.decode(codec)
            at += len(chunk)
        except UnicodeDecodeError as error:
            cut = error.end == len(chunk) and at + len(chunk) < len(data)
            if error.start:
                yield at, at + error.start, chunk[: error.start].decode(codec)
            if cut and error.start:  # the chunk may have ended inside a character
                at += error.start
                continue
            yield at + error.start, at + error.end, None
            at += error.end


def _gb18030_char(code: bytes) -> str:
    """Return the character with exactly these bytes; empty if there is none."""
    text = code.decode("gb18030", "ignore")
    return text if len(text) == 1 and len(text.encode("gb18030")) == len(code) else ""


class _Gb18030(dict[bytes, tuple[tuple[int, str], ...]]):
    """Two bytes → the ways to read them, one of which is an unpaired byte; made on demand."""

    def __missing__(self, pair: bytes) -> tuple[tuple[int, str], ...]:
        if pair[0] < 0x80:
            made: tuple[tuple[int, str], ...] = ((1, chr(pair[0])),)
        else:
            made = ((1, "\ufffd"), (2, text)) if (text := _gb18030_char(pair)) else ((1, "\ufffd"),)
        self[pair] = made
        return made


_gb18030_two = _Gb18030()
# There are a million and a half characters of four bytes, so only recent results are cached.
_gb18030_four = lru_cache(maxsize=4096)(_gb18030_char)


def gb18030_choices(stretch: bytes, at: int) -> tuple[tuple[int, str], ...]:
    """Return the ways to read GB18030 at an offset: ASCII, two bytes, four, or an unpaired byte."""
    found = _gb18030_two[stretch[at : at + 2]]
    if len(found) == 1 and stretch[at] >= 0x80 and (text := _gb18030_four(stretch[at : at + 4])):
        return *found, (4, text)
    return found


@cache
def big5_pair(pair: bytes) -> str | None:
    """Return the character of two bytes in Big5 as Windows reads it, with ETEN's extension and HKSCS; None if none."""
    eten = b"\xc6\xa1" <= pair <= b"\xc8\xfe"
    for codec in ("big5hkscs",) if eten else ("cp950", "big5hkscs"):
        try:
            return pair.decode(codec)
        except UnicodeDecodeError:
            continue
    return None


def _big5_choices(codec: str) -> Choices:
    @cache
    def read(pair: bytes) -> tuple[tuple[int, str], ...]:
        if pair[0] < 0x80:
            return ((1, chr(pair[0])),)
        try:
            return (1, "\ufffd"), (len(pair), pair.decode(codec))
        except UnicodeDecodeError:
            return ((1, "\ufffd"),)

    return lambda stretch, at: read(stretch[at : at + 2])


def _file_choices(stretch: bytes, at: int) -> Iterable[tuple[int, str]]:
    """Return the same for files, in which Windows wrote 0x80 for the euro."""
    found = gb18030_choices(stretch, at)
    return ((1, "€"), *found) if stretch[at] == 0x80 else found


_BIG5_PIECE = re.compile(rb"[\0-\x7f]|..", re.DOTALL)
_GB18030_PIECE = re.compile(rb"[\0-\x7f]|[\x81-\xfe][\x30-\x39]..|..", re.DOTALL)

GB18030 = DoubleByte("gb18030", _GB18030_PIECE, gb18030_choices, usual=True)
# By the name of Python's codec.
DOUBLE_BYTE = {
    "gb18030": DoubleByte("gb18030", _GB18030_PIECE, _file_choices, usual=True),
    **{name: DoubleByte(name, _BIG5_PIECE, _big5_choices(name), usual=True) for name in ("big5", "cp950", "big5hkscs")},
}


def differing(plain: Iterable[tuple[int, str]], read: Iterable[tuple[int, str]]) -> Iterator[tuple[int, int, str]]:
    """Yield the shortest stretches with different texts between two offsets at which both readings begin a character.

    Yields their span in the characters of `plain`, and the text of `read` there.
    """
    ends, found, total = array("I"), list[str](), 0
    for size, text in plain:
        total += size
        ends.append(total)
        found.append(text)
    start = at = here = 0
    made = ""
    for size, text in read:
        here += size
        made += text
        while at < len(ends) and ends[at] < here:
            at += 1
        if at < len(ends) and ends[at] == here:
            at += 1
            if made != "".join(found[start:at]):
                yield start, at, made
            start, made = at, ""
