"""GBK and Big5: what a byte string reads as, plainly and in step.

Two bytes make a character, and after a lost byte a plain reader goes on one byte off: every character from there to the
next byte that belongs to none comes out wrong. `plain_parts` is what the codec of Python makes of the bytes, failing
places included; `realigned_parts` is the likeliest of all ways to pair the same bytes (a Viterbi search scored by
`seedsearch.text.character_model`), in which one U+FFFD stands for each byte without a partner.

Nothing here is asked of data that the codec reads strictly.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import itemgetter
from typing import NamedTuple

from seedsearch.text import character_model

# The ways to read the bytes at an offset: number of bytes and text of each.
Choices = Callable[[bytes, int], Iterable[tuple[int, str]]]
# What was read, character by character: number of bytes and text of each.
Parts = list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class DoubleByte:
    """An encoding: the name of Python's codec, its characters as a pattern, and every way to read at an offset."""

    codec: str
    pieces: re.Pattern[bytes]
    choices: Choices

    def strict(self, data: bytes) -> str | None:
        """`data` as the codec reads it; None where it does not."""
        try:
            return data.decode(self.codec)
        except UnicodeDecodeError:
            return None


LOST = -16.0  # ln p of a byte without its partner; a rare character in its place costs as much


class _Path(NamedTuple):
    """The best way to read up to an offset with `text`, of `size` bytes, as the last thing read."""

    score: float
    size: int
    text: str
    last: str  # the character that the next one is scored behind
    before: _Path | None


def realigned_parts(stretch: bytes, encoding: DoubleByte, before: str = "\n") -> Parts:
    """The likeliest reading of `stretch`, which follows the character `before`. Linear in its length."""
    ends: list[list[_Path]] = [[] for _ in range(len(stretch) + 4)]
    ends[0] = [_Path(0.0, 0, before, before, None)]
    for at in range(len(stretch)):
        paths, ends[at] = ends[at], []
        if not paths:
            continue
        # Which path is the best one depends on the first character alone, and some choices share that.
        begun: dict[str, tuple[float, _Path]] = {}
        for size, text in encoding.choices(stretch, at):
            first = text[0]
            if first not in begun:
                begun[first] = _best_before(paths, first)
            score, path = begun[first]
            if len(text) > 1:
                score += sum(map(character_model.pair_score, text, text[1:]))
            ends[at + size].append(_Path(score, size, text, "\n" if text == "\ufffd" else text[-1], path))
    return _spelled(max(ends[len(stretch)], key=_score))


def _best_before(paths: Sequence[_Path], first: str) -> tuple[float, _Path]:
    """The score up to the character `first` behind the path that makes it best, and that path."""
    if first == "\ufffd":
        path = max(paths, key=_score)
        return path.score + LOST, path
    scores = [path.score + character_model.pair_score(path.last, first) for path in paths]
    best = max(scores)
    return best, paths[scores.index(best)]


_score = itemgetter(0)


def _spelled(path: _Path) -> Parts:
    """What was read on the way to `path`."""
    read = []
    while path.before is not None:
        read.append((path.size, path.text))
        path = path.before
    return read[::-1]


def plain_parts(data: bytes, encoding: DoubleByte) -> Parts:
    """`data` as the codec reads it with errors="replace", character by character."""
    parts: Parts = []
    for start, end, text in plain_runs(data, encoding.codec):
        if text is None:
            parts.append((end - start, "\ufffd"))
        else:
            parts += [(len(p), p.decode(encoding.codec)) for p in encoding.pieces.findall(data[start:end])]
    return parts


_CHUNK = 4096  # bytes decoded at a time: a failing place costs no more than that


def plain_runs(data: bytes, codec: str) -> Iterator[tuple[int, int, str | None]]:
    """The longest runs of `data` that the codec reads (start, end, text), and between them what it fails at (None)."""
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
    """The character that is written with just these bytes; empty where there is none."""
    text = code.decode("gb18030", "ignore")
    return text if len(text) == 1 and len(text.encode("gb18030")) == len(code) else ""


# Of four bytes there are a million and a half, so only the last answers are kept.
_gb18030_two, _gb18030_four = lru_cache(maxsize=1 << 16)(_gb18030_char), lru_cache(maxsize=4096)(_gb18030_char)


def gb18030_choices(stretch: bytes, at: int) -> Iterator[tuple[int, str]]:
    """The ways to read GB18030 at an offset: ASCII, two bytes, four, or a byte without its partner."""
    if stretch[at] < 0x80:
        yield 1, chr(stretch[at])
        return
    yield 1, "\ufffd"
    if text := _gb18030_two(stretch[at : at + 2]):
        yield 2, text
    elif text := _gb18030_four(stretch[at : at + 4]):
        yield 4, text


@cache
def big5_pair(pair: bytes) -> str | None:
    """The character of two bytes in Big5 as Windows reads it, with ETEN's extension and HKSCS; None if none."""
    eten = b"\xc6\xa1" <= pair <= b"\xc8\xfe"
    for codec in ("big5hkscs",) if eten else ("cp950", "big5hkscs"):
        try:
            return pair.decode(codec)
        except UnicodeDecodeError:
            continue
    return None


def _big5_choices(codec: str) -> Choices:
    @cache
    def read(pair: bytes) -> str | None:
        try:
            return pair.decode(codec)
        except UnicodeDecodeError:
            return None

    def choices(stretch: bytes, at: int) -> Iterator[tuple[int, str]]:
        if stretch[at] < 0x80:
            yield 1, chr(stretch[at])
            return
        yield 1, "\ufffd"
        text = read(stretch[at : at + 2]) if at + 1 < len(stretch) else None
        if text is not None:
            yield 2, text

    return choices


def _file_choices(stretch: bytes, at: int) -> Iterator[tuple[int, str]]:
    """The same for files, in which Windows wrote 0x80 for the euro."""
    if stretch[at] == 0x80:
        yield 1, "€"
    yield from gb18030_choices(stretch, at)


_BIG5_PIECE = re.compile(rb"[\0-\x7f]|..", re.DOTALL)
_GB18030_PIECE = re.compile(rb"[\0-\x7f]|[\x81-\xfe][\x30-\x39]..|..", re.DOTALL)

GB18030 = DoubleByte("gb18030", _GB18030_PIECE, gb18030_choices)
# By the names of Python's codecs.
DOUBLE_BYTE = {
    "gb18030": DoubleByte("gb18030", _GB18030_PIECE, _file_choices),
    **{name: DoubleByte(name, _BIG5_PIECE, _big5_choices(name)) for name in ("big5", "cp950", "big5hkscs")},
}


def differing(plain: Iterable[tuple[int, str]], read: Iterable[tuple[int, str]]) -> Iterator[tuple[int, int, str]]:
    """The shortest stretches between two bytes at which both readings begin a character, where the texts differ.

    Yields the characters of `plain` from and to which they go, and what `read` has there.
    """
    ends = []
    total = 0
    for size, _ in plain:
        total += size
        ends.append(total)
    found = [text for _, text in plain]
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
