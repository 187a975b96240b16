"""UTF-16 lines after lines in another encoding: a log to which Windows PowerShell appended with `>>`.

Such a file is not text in either encoding: it has NULs in one and only odd characters in the other. Its
first NUL is a byte of a character in UTF-16, the second of most and the first of 开 (U+5F00); the line with it begins
an even number of bytes before the end.

Lines in UTF-8, GBK or Big5 after text in UTF-16, appended by programs that know only one encoding, are recognized
because they decode strictly and read well as these, and as nothing that is written in UTF-16.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from seedsearch.damage import Certainty, Damage
from seedsearch.offsets import Edit, edit
from seedsearch.reading.encodings.byte_repairs import ALIGNED, OTHERS
from seedsearch.reading.encodings.likelihood import reads_well
from seedsearch.reading.encodings.names import strictly
from seedsearch.reading.encodings.utf16_slips import LINE_FEED, OFF, in_step

# Lines before the first NUL that may be the first one in UTF-16, because a line of only ideographs has no NUL.
LINES = 16
SHORTEST = 4  # code points
_LINE = re.compile(rb"(?:(?!\n\0)..)*+(?:\n\0)?", re.DOTALL)
_CONTROLS = re.compile(r"[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def tail_of(data: bytes) -> int | None:
    """Return the byte offset of the tail in UTF-16 (little-endian); None if there is none."""
    first = data.find(b"\0")
    if first < 2 or data.find(b"\n", 0, first) < 0:
        return None
    return next((start for start in _starts(data, first) if _is_text(data[start:])), None)


def _starts(data: bytes, first: int) -> Iterator[int]:
    """Yield possible starts of the tail, nearest to its first NUL first."""
    end = first
    for _ in range(LINES):
        end = data.rfind(b"\n", 0, end)
        if end < 0:
            return
        if (len(data) - end) % 2:
            yield end + 1


def _is_text(tail: bytes) -> bool:
    found = strictly(tail, "utf-16-le")
    if found is None:
        return False
    text = found.removeprefix("\ufeff")
    off = max(OFF, len(text) * OFF // 16)  # 开 and 最 are also ASCII one byte off
    return len(text) >= SHORTEST and in_step(text, off) and not _CONTROLS.search(text)


def edits_of(tail: bytes, codec: str, before: int) -> tuple[str, tuple[Edit, ...]]:
    """Return the tail decoded by `codec`, and the edits that turn it into UTF-16, one per line.

    `before` is the number of code points before the tail.
    """
    text, edits = "", []
    for line in _LINE.findall(tail):
        if not line:
            continue
        plain, said = line.decode(codec, "replace"), line.decode("utf-16-le").removeprefix("\ufeff")
        at = before + len(text)
        edits.append(edit(at, at + len(plain), said, Damage.MIXED_ENCODING, Certainty.PROVED))
        text += plain
    return text, tuple(edits)


_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
_UTF8_LEAST = re.compile(rb"(?:[\xe0-\xef][\x80-\xbf]{2}.*?){2}", re.DOTALL)


def narrow_tail_of(data: bytes, name: str) -> tuple[int, Edit] | None:
    """Return the byte offset of lines in another encoding after text in UTF-16, and the edit to the plain reading of
    `data` that decodes them; None if there are none, or if the encoding is not UTF-16.
    """
    if name not in LINE_FEED:
        return None
    start = _behind_last_line(data, LINE_FEED[name])
    tail = data[start:]
    if b"\0" in tail or not _BEYOND_ASCII.search(tail) or in_step(tail.decode(name, "replace")):
        return None
    at, end = len(data[:start].decode(name, "replace")), len(data.decode(name, "replace"))
    if _UTF8_LEAST.search(tail) and (text := strictly(tail, "utf-8")) is not None:
        return start, edit(at, end, text, Damage.MIXED_ENCODING, Certainty.PROVED)
    for codec in OTHERS:
        if (text := strictly(tail, codec)) is not None and reads_well(text):
            return start, edit(at, end, text, Damage.MIXED_ENCODING, Certainty.INFERRED, ALIGNED)
    return None


def _behind_last_line(data: bytes, line_feed: bytes) -> int:
    """Return the start of the last line, an even number of bytes from the beginning."""
    end = len(data)
    while (end := data.rfind(line_feed, 0, end)) >= 0:
        if end % 2 == 0:
            return end + 2
        end += 1
    return 0
