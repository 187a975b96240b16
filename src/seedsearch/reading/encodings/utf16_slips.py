"""UTF-16 whose line ends were changed byte by byte, so that the rest is one byte off.

`tr -d '\\r'` and its like take every byte 0D: the first half of U+000D, and of 不 (U+4E0D). A program that puts 0D
before every 0A adds one; one that drops every NUL, or writes a line end as one byte, leaves 0A alone. Each moves what
follows by a byte, until it happens again. All are known bytes, so the characters come back whole: the halves that are
left are read with the byte that they lost, or without the added one.

This is searched for where the codec fails, and where a block of characters reads much worse than one byte further.
0D that became 0A shifts nothing (不 becomes 上) and cannot be detected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import accumulate

from seedsearch.damage import Certainty, Damage
from seedsearch.offsets import Edit, Span, edit
from seedsearch.reading.encodings.alignment import WINDOW, Budget, common, walked
from seedsearch.reading.encodings.byte_repairs import ALIGNED
from seedsearch.reading.encodings.likelihood import chinese
from seedsearch.text.double_byte import Choices, DoubleByte, differing, plain_parts
from seedsearch.text.folding import HAN
from seedsearch.text.late_pattern import late_pattern

_CR, _LF = 0x0D, 0x0A  # code units


def _choices(big: bool, alone: bool, taken: bool) -> Choices:
    def char(first: int, second: int) -> str | None:
        code = first << 8 | second if big else second << 8 | first
        return chr(code) if (code >= 0x20 or code in b"\t\n\r") and not 0xD800 <= code < 0xE000 else None

    def choices(data: bytes, at: int) -> Iterator[tuple[int, str]]:
        """Yield two bytes; the half that lost its 0D; a line feed with an 0D too many, or without its NUL; a byte
        without a partner.
        """
        yield 1, "\ufffd"
        half = char(data[at], _CR) if big else char(_CR, data[at])
        # A carriage return precedes a line feed: the 00 of any other character has not lost one.
        line_end = half == "\r" and data[at : at + 3] == (b"\0\0\n" if big else b"\0\n\0")
        if half and (line_end or (half != "\r" and (taken or half in common()))):
            yield 1, half
        if alone and data[at : at + 2] == b"\r\n":
            yield 2, "\r\n"
        if alone and data[at] == _LF:
            yield 1, "\n"
        if at + 1 < len(data) and (whole := char(data[at], data[at + 1])):
            yield 2, whole
        if big and data[at + 1 : at + 3] == b"\r\n" and (line := char(data[at], _LF)):
            yield 3, line
        if not big and data[at : at + 2] == b"\r\n" and at + 2 < len(data) and (line := char(_LF, data[at + 2])):
            yield 3, line

    return choices


_PIECES = {
    "utf-16-le": re.compile(rb".[\xd8-\xdb].[\xdc-\xdf]|..", re.DOTALL),
    "utf-16-be": re.compile(rb"[\xd8-\xdb].[\xdc-\xdf].|..", re.DOTALL),
}
LINE_FEED = {"utf-16-le": b"\n\0", "utf-16-be": b"\0\n"}


@cache
def _utf16(name: str, alone: bool, taken: bool) -> DoubleByte:
    """UTF-16 with whatever befell its line ends; `alone`: they may be the one byte 0A; `taken`: it holds no 0D, so that
    one may have stood beside any half, and not only where that makes a frequent character.
    """
    return DoubleByte(name, _PIECES[name], _choices(name == "utf-16-be", alone, taken))


# Punctuation between Chinese characters, and the characters of a text in one script.
_ODD = late_pattern(
    "[^\0-\x7f\xa0-\xff\u2000-\u22ff\u2460-\u26ff\u3000-\u30ff\u3400-\u9fff\uff00-\uffee\U00010000-\U0010ffff]"
)
# ASCII characters one byte off, which are also ideographs; 一 is excluded because it is too common.
_ASCII_OFF = re.compile("[" + "".join(chr(code << 8) for code in range(0x34, 0x7F) if code != 0x4E) + "]")
_HAN = late_pattern(f"[{HAN}]")
# Limits per sixteen characters: odd ones, common ideographs in both readings, and ASCII one byte off.
ODD, CHINESE, OFF = 2, 5, 4
DIFFERENT = 6  # characters of a stretch from which on it may have lost a byte


def in_step(text: str, off: int = OFF) -> bool:
    """Tell whether no character looks like halves of two others, and fewer than `off` are ASCII one byte off."""
    return "\ufffd" not in text and len(_ASCII_OFF.findall(text)) < off and not _ODD.search(text)


def _fits(text: str, further: str) -> bool:
    """Tell whether a block is in step: no odd characters among Chinese ones."""
    if "\ufffd" in text or len(_ASCII_OFF.findall(text)) >= OFF:
        return False
    odd = len(_ODD.findall(text))
    return odd < ODD or sum(map(common().__contains__, text + further)) < CHINESE


def _is_better(text: str, plain: str) -> bool:
    """Tell whether a reading is better than the plain one; a frame (U+2500) one byte off is `%%%%`, and reads well.

    A few characters do not prove that a byte was lost: 刀 (U+5200) is `R` one byte off.
    """
    if "\ufffd" in text and "\ufffd" not in plain and len(set(plain)) < DIFFERENT:
        return False
    return chinese(text) > chinese(plain) and (_HAN.search(text) is not None or not in_step(plain))


def slips(data: bytes, name: str) -> tuple[tuple[Edit, ...], tuple[Span, ...]]:
    """Return the edits to the plain reading of `data` that bring it back into step, and the places that were not
    searched.

    Both are empty for another encoding.
    """
    if name not in _PIECES:
        return (), ()
    alone = LINE_FEED[name] not in data
    encoding, ends = _utf16(name, alone, b"\r" not in data), b"\r\n".decode(name)
    budget = Budget.of(data)
    read = walked(data, encoding, budget, lambda text, further: not (alone and ends in text) and _fits(text, further))
    plain = plain_parts(data, encoding)
    starts = list(accumulate((len(text) for _, text in plain), initial=0))
    left = ((at // 2, min((at + WINDOW) // 2, starts[-1])) for at in budget.refused)  # about there
    edits = tuple(
        edit(starts[first], starts[last], text, Damage.REALIGNED_BYTES, Certainty.INFERRED, ALIGNED)
        for first, last, text in differing(plain, read)
        if _is_better(text, "".join(found for _, found in plain[first:last]))
    )
    return edits, tuple(Span(start, end) for start, end in left if start < end)
