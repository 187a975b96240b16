"""The faults that damaged pages went through, run forward: small pure functions over GBK bytes.

The programs that made these pages replaced byte strings in GBK text without regard for the borders of
characters, and what they left was decoded by readers that differ in what they do with broken bytes. A repair is
believed only when these functions turn it into exactly the text that was found; the tests' generator damages
clean text with the same functions. Nothing here knows Chinese.

Bytes are GBK: a lead byte 0x81-0xFE and a trail byte 0x40-0x7E or 0x80-0xFE, or one ASCII byte.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from seedsearch.text.gbk import PRIVATE, encode, pairs

# The marks before which the programs put noise, in the order in which they searched for them.
NOISY_MARKS = "，。、；！？"
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


class Private(Enum):
    """What a reader makes of a pair without a character."""

    KEPT = "kept"  # the private-use character of that pair
    DROPPED = "dropped"
    ASKED = "asked"  # a question mark


@dataclass(frozen=True, slots=True)
class Reader:
    """A decoder: `bad` is what it writes for a broken pair; `eats` says that an ASCII partner goes with it."""

    bad: str = "?"
    eats: bool = True
    private: Private = Private.KEPT


def replaced(stream: bytes, searched: bytes, replacement: Callable[[], bytes]) -> bytes:
    """Return every occurrence of `searched` replaced, wherever it lies; `replacement` is asked again for each."""
    return re.sub(re.escape(searched), lambda _: replacement(), stream)


def marked(stream: bytes, readings: Mapping[str, str], *, blank: bool = False) -> bytes:
    """`X` becomes `X(reading)` for each character of `readings`, also where its bytes belong to two characters."""
    searched = {encode(char): f"({reading} )" if blank else f"({reading})" for char, reading in readings.items()}
    if not searched:
        return stream
    pattern = re.compile(b"|".join(map(re.escape, searched)))
    return pattern.sub(lambda m: m[0] + encode(searched[m[0]]), stream)


def noisy(stream: bytes, noise: Callable[[], bytes], marks: str = NOISY_MARKS) -> bytes:
    """Noise put before each mark, one mark after the other, also where its bytes belong to two characters."""
    for mark in marks:
        pair = encode(mark)
        stream = replaced(stream, pair, lambda pair=pair: noise() + pair)  # type: ignore[misc]
    return stream


def decoded(stream: bytes, reader: Reader) -> str:
    """`stream` as `reader` reads it: pair by pair, from the left, broken pairs in the reader's way."""
    table, made, at, end = pairs(), [], 0, len(stream)
    while at < end:
        byte = stream[at]
        if byte < 0x80:
            made.append(chr(byte))
            at += 1
        elif (char := table.get(stream[at : at + 2])) is not None:
            made.append(_shown(char, reader.private))
            at += 2
        else:
            made.append(reader.bad)
            at += 2 if reader.eats and byte not in (0x80, 0xFF) else 1
    return "".join(made)


def _shown(char: str, private: Private) -> str:
    if ord(char) not in PRIVATE or private is Private.KEPT:
        return char
    return "?" if private is Private.ASKED else ""


def narrowed(text: str) -> str:
    """`text` with full-width forms U+FF01-FF5E as ASCII, as later programs left many of these pages."""
    return text.translate(_WIDE)
