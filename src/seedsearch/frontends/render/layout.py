"""Display width in terminal cells, and line wrapping.

An ideograph takes two cells and a combining mark none, according to Python's Unicode tables. They agree with the
package wcwidth on the characters of Chinese texts (a test compares them), and need no import.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from seedsearch.frontends.render.style import Style
from seedsearch.offsets import Span

# A line must not begin with a closing mark or end with an opening one.
_CLOSING = frozenset("，。、；：？！…·”’）》〉」』】〕］｝,.;:?!)]}%％")
_OPENING = frozenset("“‘（《〈「『【〔［｛([{")
_WORD = re.compile(r"[!-~\u00c0-\u024f]")

# Text is not wrapped to less than this, because it would become a column of single characters.
NARROWEST = 8


@cache
def cell(char: str) -> int:
    """Return the width of a character: 0, 1 or 2 cells."""
    if unicodedata.category(char) in ("Mn", "Me", "Cf") and char != "\xad":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def cells(text: str) -> int:
    """Return the width of a text in cells."""
    return len(text) if text.isascii() else sum(map(cell, text))


def padded(text: str, width: int) -> str:
    """`text` with blanks up to a width in cells."""
    return text + " " * (width - cells(text))


def clipped(text: str, width: int) -> str:
    """Truncate a text to a width, with an ellipsis if something is omitted."""
    if cells(text) <= width:
        return text
    end, used = 0, 1
    while end < len(text) and used + cell(text[end]) <= width:
        used += cell(text[end])
        end += 1
    return text[:end] + "…"


def lines(text: str, width: int | None) -> list[Span]:
    """Return the spans of the lines of a text wrapped to `width` cells; existing line breaks stay."""
    found, start = [], 0
    while True:
        end = text.find("\n", start)
        whole = Span(start, len(text) if end < 0 else end)
        found += [whole] if width is None else _broken(text, whole, max(width, NARROWEST))
        if end < 0:
            return found
        start = end + 1


def wrapped(text: str, width: int | None, hanging: int = 0) -> list[str]:
    """Return the lines of a wrapped text, all but the first with an indent of `hanging` cells."""
    spans = lines(text, None if width is None else width - hanging)
    return [(" " * hanging if i else "") + span.cut(text) for i, span in enumerate(spans)]


def columns(rows: Sequence[Sequence[str]], gap: int = 2) -> list[str]:
    """Rows of cells, each column as wide as its widest cell but the last."""
    widths = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    space = " " * gap
    return [space.join(map(padded, row, [*widths[:-1], 0])) for row in rows]


def table(rows: Mapping[str, str], style: Style) -> Iterator[str]:
    """Yield names and descriptions in two columns, the second with a hanging indent."""
    left = max(map(cells, rows)) + 2
    for name, said in rows.items():
        yield from wrapped(padded(name, left) + said, style.width, hanging=left)


def _broken(text: str, whole: Span, width: int) -> list[Span]:
    found, start = [], whole.start
    while (over := _first_over(text, start, whole.end, width)) < whole.end:
        end = _break_before(text, start, over)
        found.append(Span(start, start + len(text[start:end].rstrip(" "))))
        start = end
        while start < whole.end and text[start] == " ":
            start += 1
    return [*found, Span(start, whole.end)] if start < whole.end or not found else found


def _first_over(text: str, start: int, end: int, width: int) -> int:
    """Return the index of the first character that does not fit into the line from `start`."""
    used = 0
    for at in range(start, end):
        used += cell(text[at])
        if used > width and at > start:
            return at
    return end


def _break_before(text: str, start: int, over: int) -> int:
    """Return the end of the line from `start`: the last permitted break up to `over`, else `over`."""
    for at in range(over, start, -1):
        if _may_break(text[at - 1], text[at]):
            return at
    return over


def _may_break(before: str, after: str) -> bool:
    if " " in (before, after):
        return True
    if after in _CLOSING or before in _OPENING or cell(after) == 0:
        return False
    return not (_WORD.match(before) and _WORD.match(after))
