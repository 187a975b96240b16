"""GBK as a table: every pair of bytes and its character, both ways."""

from __future__ import annotations

from functools import cache

# Pairs without a character: the user-defined areas of GB18030 (U+E000-E765) and the gaps in its rows (to U+E864). A
# reader with its table displays private-use characters for them.
PRIVATE = range(0xE000, 0xE865)


@cache
def pairs() -> dict[bytes, str]:
    """Return two bytes → their character, for every pair of GB18030, private-use ones included."""
    trails = (*range(0x40, 0x7F), *range(0x80, 0xFF))
    every = [bytes((lead, trail)) for lead in range(0x81, 0xFF) for trail in trails]
    return dict(zip(every, b"".join(every).decode("gb18030"), strict=True))


@cache
def true_characters() -> list[str]:
    """Lead · 256 + trail → the character, without private-use ones; empty if there is none."""
    table = [""] * 0x10000
    for pair, char in pairs().items():
        if ord(char) not in PRIVATE:
            table[pair[0] << 8 | pair[1]] = char
    return table


@cache
def pair_of() -> dict[str, bytes]:
    """Return a character → its two bytes, for every character of `pairs`."""
    return {char: pair for pair, char in pairs().items()}


def encode(text: str) -> bytes:
    """`text` in GBK bytes; raises UnicodeEncodeError for a character that has no pair."""
    table = pair_of()
    try:
        return b"".join(table[char] if char >= "\x80" else char.encode() for char in text)
    except KeyError as missing:
        at = text.index(missing.args[0])
        raise UnicodeEncodeError("gbk", text, at, at + 1, "no pair of bytes") from None
