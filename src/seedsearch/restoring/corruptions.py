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
from functools import cache

# Pairs without a character: those that GB18030 gives to users (U+E000-E765) and the gaps in its rows (to U+E864).
# A reader with its table shows private-use characters for them.
PRIVATE = range(0xE000, 0xE865)
# The marks in front of which the programs put noise, in the order in which they searched for them.
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


@cache
def pairs() -> dict[bytes, str]:
    """Two bytes → their character, for every pair of GB18030, private-use ones included."""
    table = {}
    for lead in range(0x81, 0xFF):
        for trail in range(0x40, 0xFF):
            if trail != 0x7F:
                pair = bytes((lead, trail))
                table[pair] = pair.decode("gb18030")
    return table


@cache
def true_characters() -> list[str]:
    """Lead · 256 + trail → the character of true text with these bytes; empty where there is none."""
    table = [""] * 0x10000
    for pair, char in pairs().items():
        if ord(char) not in PRIVATE:
            table[pair[0] << 8 | pair[1]] = char
    return table


@cache
def pair_of() -> dict[str, bytes]:
    """A character → its two bytes, for every character of `pairs`."""
    return {char: pair for pair, char in pairs().items()}


def encode(text: str) -> bytes:
    """`text` in GBK bytes; raises UnicodeEncodeError for a character that has no pair."""
    table = pair_of()
    try:
        return b"".join(table[char] if char >= "\x80" else char.encode() for char in text)
    except KeyError as missing:
        at = text.index(missing.args[0])
        raise UnicodeEncodeError("gbk", text, at, at + 1, "no pair of bytes") from None


def replaced(stream: bytes, searched: bytes, replacement: Callable[[], bytes]) -> bytes:
    """Every occurrence of `searched` replaced, wherever it lies; `replacement` is asked anew for each."""
    return re.sub(re.escape(searched), lambda _: replacement(), stream)


def marked(stream: bytes, readings: Mapping[str, str], *, blank: bool = False) -> bytes:
    """`X` becomes `X(reading)` for each character of `readings`, also where its bytes belong to two characters."""
    searched = {encode(char): f"({reading} )" if blank else f"({reading})" for char, reading in readings.items()}
    if not searched:
        return stream
    pattern = re.compile(b"|".join(map(re.escape, searched)))
    return pattern.sub(lambda m: m[0] + encode(searched[m[0]]), stream)


def noisy(stream: bytes, noise: Callable[[], bytes], marks: str = NOISY_MARKS) -> bytes:
    """Noise put in front of each mark, one mark after the other, also where its bytes belong to two characters."""
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
