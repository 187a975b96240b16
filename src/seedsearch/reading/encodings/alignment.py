"""Decodes a stretch of GBK or Big5 that lost bytes, back in step.

A short stretch is searched for its likeliest alignment as a whole. A long one is processed in small blocks: a block
that reads well is accepted as it is, at the speed of the codec; if it reads much better one byte further, or the codec
fails, a window of a few dozen characters is searched for the way back into step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from seedsearch.text import character_model
from seedsearch.text.double_byte import DoubleByte, Parts, plain_parts, realigned_parts

WHOLE = 400  # maximum bytes of a stretch that is searched as a whole
# Bytes; sixteen characters tell whether they are in step: of 95 texts of docs/thresholds.md that are fully restored,
# one more is not with four characters.
BLOCK = 32
WINDOW = 160  # bytes searched for the way back
# The search takes 1 to 2 µs a byte with arrays, and 5 before loading them pays. So this bounds it to half a second per
# MB and a tenth for any file. In a text with lines of 200 characters, at least one line in eight may have lost a byte.
SEARCHED_LEAST, SEARCHED_SHARE = 1 << 15, 4
MANY = 1 << 13  # bytes searched in a file from which on loading the arrays pays
# Characters of a block that are common, of sixteen: in step 12 to 16, one byte off 2 to 8.
CLEARLY = 5


# Decides whether to accept a block, given its text and its text one byte further.
Fits = Callable[[str, str], bool]


@dataclass(slots=True)
class Budget:
    """The number of bytes of a file that may still be searched; the rest stays as the codec decodes it.

    `searched` is the number searched so far; `refused` are the starts of windows that were not searched.
    """

    left: int
    searched: int = 0
    refused: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, data: bytes) -> Budget:
        """Return the budget of a file."""
        return cls(SEARCHED_LEAST + len(data) // SEARCHED_SHARE)


def in_step(stretch: bytes, encoding: DoubleByte, budget: Budget) -> Parts:
    """Return the characters of a stretch that begins in step; a short one is searched as a whole."""
    if len(stretch) <= WHOLE:
        return _searched(stretch, 0, encoding, "\n", budget)
    return walked(stretch, encoding, budget, fits)


def walked(stretch: bytes, encoding: DoubleByte, budget: Budget, fits: Fits) -> Parts:
    """Do the same in small blocks, searching only those that do not fit."""
    parts: Parts = []
    at = 0
    while at < len(stretch):
        block = plain_parts(stretch[at : at + BLOCK + 4], encoding)
        taken = _first(block, BLOCK) if at + BLOCK < len(stretch) else block
        if fits("".join(text for _, text in taken), stretch[at + 1 : at + 1 + BLOCK].decode(encoding.codec, "replace")):
            read = taken
        else:
            at = _back(parts, at)
            before = parts[-1][1][-1] if parts else "\n"
            window = _searched(stretch[at : at + WINDOW], at, encoding, before, budget)
            read = _first(window, WINDOW - BLOCK) if at + WINDOW < len(stretch) else window
        parts += read
        at += sum(size for size, _ in read)
    return parts


def _searched(window: bytes, at: int, encoding: DoubleByte, before: str, budget: Budget) -> Parts:
    if budget.left < len(window):
        budget.refused.append(at)
        return plain_parts(window, encoding)
    budget.left -= len(window)
    budget.searched += len(window)
    return realigned_parts(window, encoding, before, many=budget.searched > MANY)


def _first(parts: Parts, size: int) -> Parts:
    """Return the first parts with a total of `size` bytes; at least one."""
    total = 0
    for count, (length, _) in enumerate(parts):
        total += length
        if total >= size:
            return parts[: count + 1]
    return parts


def _back(parts: Parts, at: int) -> int:
    """Take back the last few characters, because the step may have been lost before this shows."""
    for _ in range(min(len(parts), BLOCK // 4)):
        at -= parts.pop()[0]
    return at


def fits(text: str, further: str) -> bool:
    """Tell whether a block reads about as well as it does one byte further."""
    if "\ufffd" in text:
        return False
    frequent = common()
    here = sum(map(frequent.__contains__, text))
    return here + CLEARLY > sum(map(frequent.__contains__, further))


@cache
def common() -> frozenset[str]:
    """Return the frequent ideographs of both scripts and Chinese punctuation."""
    from seedsearch.text.folding import fold

    ranks = character_model.model().rank
    han = "".join(map(chr, range(0x4E00, 0xA000)))
    frequent = {
        a for a, b in zip(han, fold(han), strict=True) if ranks.get(b, character_model.COMMON) < character_model.COMMON
    }
    return frozenset(frequent | set("，。、：；！？“”‘’《》（）「」『』—…　"))
