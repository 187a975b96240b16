"""Selects the bytes by which an encoding is detected: non-ASCII stretches from the beginning, the middle and the end.

Repetitions count once: a line of a hundred ● says as little as a single one, and a word in every record as little as
one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

BLOCK = 1 << 12  # bytes; a block of only ASCII is skipped at the speed of memory
BLOCKS = 9  # blocks examined, from all parts of a file
LONGEST = 96  # bytes of a piece
TORN = 3  # bytes of an incomplete character at the end of a piece, each of which a codec may report

# Begins in step: everything before it, back to a byte below 0x30, is ASCII.
_PIECE = re.compile(rb"[\x30-\x7f]?[\x80-\xff][\x30-\xff]*")
_BREAK = re.compile(rb"[\0-\x2f]")
# A repeated character; and a few repeated with their separators, of which two are kept, so that they stay in step.
_REPEATED = re.compile(rb"([\x80-\xff][\x30-\xff])\1{3,}|(([\x80-\xff][\x30-\xff]{1,7}?)\3)\3+")
_REPEATED_WIDE = re.compile(rb"(..)\1{3,}|(....)\2{3,}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Sample:
    """Complete pieces, one per line, and pieces that may end inside a character."""

    whole: bytes
    cut: tuple[bytes, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.whole or self.cut)

    def read(self, codec: str) -> str:
        """Return the decoded pieces, one per line."""
        text = self.whole.decode(codec, "replace")
        for piece in self.cut:
            read = piece.decode(codec, "replace")
            text += "\n" + read[:-TORN] + read[-TORN:].rstrip("\ufffd")
        return text


def beginning(data: bytes, size: int) -> Sample:
    """Return about the first `size` bytes of data that may have two or four bytes per character."""
    head = data[: size & ~3] if len(data) > size else data
    return Sample(_REPEATED_WIDE.sub(rb"\1\2", head))


def sample(data: bytes, size: int) -> Sample:
    """Return distinct stretches of `data` that begin with a non-ASCII character, with a total of `size` bytes."""
    starts = [at for at in range(0, len(data), BLOCK) if not data[at : at + BLOCK].isascii()]
    if len(starts) > BLOCKS:
        starts = [starts[number * (len(starts) - 1) // (BLOCKS - 1)] for number in range(BLOCKS)]
    chosen: dict[bytes, bool] = {}
    share = size // max(1, len(starts))
    for start in starts:
        _take(data, start, share, chosen)
    whole = b"\n".join(piece for piece, is_cut in chosen.items() if not is_cut)
    return Sample(whole, tuple(piece for piece, is_cut in chosen.items() if is_cut))


def _take(data: bytes, start: int, size: int, chosen: dict[bytes, bool]) -> None:
    """Add pieces from one block up to `size` bytes; each with a flag that tells whether it is cut."""
    end = min(len(data), start + BLOCK)
    for found in _PIECE.finditer(data, _step(data, start, end), end):
        piece = _REPEATED.sub(rb"\1\2", found[0][: 4 * LONGEST])
        if piece[:LONGEST] not in chosen:
            cut = len(piece) > LONGEST or len(found[0]) > 4 * LONGEST or (found.end() == end < len(data))
            chosen[piece[:LONGEST]] = cut
            size -= min(len(piece), LONGEST)
        if size <= 0:
            return


def _step(data: bytes, start: int, end: int) -> int:
    """Return the first place between `start` and `end` at which a reader is in step; `end` if there is none."""
    if start == 0 or data[start - 1] < 0x30:
        return start
    found = _BREAK.search(data, start, end)
    return found.end() if found else end
