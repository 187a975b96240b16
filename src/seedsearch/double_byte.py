"""GBK and Big5, read on in step where bytes were lost.

Two bytes make a character, and after a lost byte a strict reader stops while a lenient one reads on one byte off: every
character from there to the next ASCII one comes out wrong. Here such a stretch, between two bytes that belong to no
double-byte character, is read again at the alignment that reads as Chinese (a Viterbi search over all ways to pair the
bytes, scored by `seedsearch.language`), and one U+FFFD stands for each byte without a partner.

A stretch is read again when it is not valid, and when it holds rare characters side by side, which is how a stretch
looks that was read one byte off to its end.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from seedsearch import language

# The ways to read the bytes at an offset: number of bytes and text of each.
Choices = Callable[[bytes, int], Iterator[tuple[int, str]]]


@dataclass(frozen=True, slots=True)
class DoubleByte:
    """An encoding: its strict reader (None where that fails), and every way to read at an offset."""

    strict: Callable[[bytes], str | None]
    choices: Choices


# Bytes under 0x30 are no part of any double-byte character: a reader is in step after each of them.
_STRETCH = re.compile(rb"[\x30-\xff]+")
LOST = -16.0  # ln p of a byte without its partner; a rare character in its place costs as much
REALIGNED_MOST = 1 << 20  # bytes of one file read again, at some 5 µs a byte; of more than that only the ASCII is kept


def read_lenient(data: bytes, encoding: DoubleByte) -> str:
    """`data` read strictly where that makes sense, and stretch by stretch at the best alignment where not."""
    text = encoding.strict(data)
    if text is None or _out_of_step().search(text):
        return "".join(_stretches(data, encoding))
    return text


def _stretches(data: bytes, encoding: DoubleByte) -> Iterator[str]:
    left = REALIGNED_MOST
    at = 0
    for found in _STRETCH.finditer(data):
        yield data[at : found.start()].decode("ascii")
        stretch, at = found[0], found.end()
        text = encoding.strict(stretch)
        if text is None or _out_of_step().search(text):
            again, rest = stretch[:left], stretch[left:]
            left -= len(again)
            text = realigned(again, encoding) + "\ufffd" * bool(rest) + rest.decode("ascii", "ignore")
        yield text
    yield data[at:].decode("ascii")


@cache
def _out_of_step() -> re.Pattern[str]:
    """Two rare characters within three."""
    rare = language.rare()
    return re.compile(f"[{rare}].?[{rare}]")


@dataclass(frozen=True, slots=True)
class _Path:
    """The best way to read up to an offset with `text`, of `size` bytes, as the last thing read."""

    score: float
    size: int
    text: str
    before: _Path | None


def realigned(stretch: bytes, encoding: DoubleByte, before: str = "\n") -> str:
    """The likeliest reading of `stretch`, which follows the character `before`."""
    return "".join(text for _, text in realigned_parts(stretch, encoding, before))


def realigned_parts(stretch: bytes, encoding: DoubleByte, before: str = "\n") -> list[tuple[int, str]]:
    """The same, as (number of bytes, text) of each character read. Linear in the length of `stretch`."""
    ends: list[list[_Path]] = [[] for _ in range(len(stretch) + 4)]
    ends[0] = [_Path(0.0, 0, before, None)]
    for at in range(len(stretch)):
        paths, ends[at] = ends[at], []
        if not paths:
            continue
        for size, text in encoding.choices(stretch, at):
            ends[at + size].append(max((_longer(path, size, text) for path in paths), key=lambda path: path.score))
    last = max(ends[len(stretch)], key=lambda path: path.score)
    read = []
    while last.before is not None:
        read.append((last.size, last.text))
        last = last.before
    return read[::-1]


def _longer(path: _Path, size: int, text: str) -> _Path:
    if text == "\ufffd":
        return _Path(path.score + LOST, size, text, path)
    before = "\n" if path.text == "\ufffd" else path.text[-1]
    score = path.score + sum(map(language.pair_score, before + text, text))
    return _Path(score, size, text, path)


def _strict_gb18030(data: bytes) -> str | None:
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError:
        return None


def gb18030_choices(stretch: bytes, at: int) -> Iterator[tuple[int, str]]:
    """The ways to read GB18030 at an offset: ASCII, two bytes, four, or a byte without its partner."""
    if stretch[at] < 0x80:
        yield 1, chr(stretch[at])
        return
    yield 1, "\ufffd"
    for size in (2, 4):
        text = stretch[at : at + size].decode("gb18030", "ignore")
        if len(text) == 1 and len(text.encode("gb18030")) == size:
            yield size, text


# cp950 reads ETEN's extension (C6A1-C8FE: kana, Cyrillic, circled digits) in an order that no font ever had.
_ETEN_MISREAD = re.compile("[ぁ-んァ-ヶゝゞヽヾЀ-ӿ①-⑩⑴-⑽]")
_BIG5_PIECE = re.compile(rb"[\0-\x7f]+|[\x81-\xfe][\x40-\x7e\xa1-\xfe]|.", re.DOTALL)


def _strict_big5(data: bytes) -> str | None:
    """Big5 as Windows reads it, with ETEN's extension, and HKSCS where neither knows a pair."""
    try:
        text = data.decode("cp950")
        if not _ETEN_MISREAD.search(text):
            return text
    except UnicodeDecodeError:
        pass
    pieces = [piece.decode("ascii") if piece[0] < 0x80 else big5_pair(piece) for piece in _BIG5_PIECE.findall(data)]
    return None if None in pieces else "".join(filter(None, pieces))


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


def _big5_choices(stretch: bytes, at: int) -> Iterator[tuple[int, str]]:
    if stretch[at] < 0x80:
        yield 1, chr(stretch[at])
        return
    yield 1, "\ufffd"
    text = big5_pair(stretch[at : at + 2])
    if text is not None:
        yield 2, text


def has_hkscs(data: bytes) -> bool:
    """Whether a pair in `data` is a character of HKSCS alone."""
    pairs = set(_BIG5_PIECE.findall(data))
    return any(len(p) == 2 and p[0] > 0x7F and (p[0] < 0xA1 or p >= b"\xfa\x40") and big5_pair(p) for p in pairs)


GB18030 = DoubleByte(_strict_gb18030, gb18030_choices)
BIG5 = DoubleByte(_strict_big5, _big5_choices)
