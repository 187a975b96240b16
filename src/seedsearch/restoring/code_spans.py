"""Finds code shown in a text: entities and tags are its subject there, so cleaning leaves them alone.

Markdown's fences (``` and ~~~), its inline code (`…`) and its indented blocks are code. A piece cut out of a longer
page can hold a fence without its partner. If its first fence is plainly a closing one, the piece starts inside of
code; otherwise what is inside and what outside is anybody's guess, and the whole text counts as code.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from heapq import merge

_FENCE = re.compile(r"^[ \t>]{0,12}(```|~~~)[^\n]*$", re.M)
_INLINE = re.compile(r"`(?<!``)(`?)(?!`)[^`\n]{1,400}`\1(?!`)")
# A closing fence names no language, has text before it and an empty line, or nothing, after it.
_CLOSING = re.compile(r"[^\s`~][ \t]*\n[ \t>]{0,12}(?:```|~~~)[ \t\r]*\Z")
_BLANK_LINE = re.compile(r"\n?[ \t]*(?:\n|\Z)")
# An indented block follows an empty line (or starts the text); a paragraph indented in the Chinese way starts with Han.
_INDENTED = re.compile(r"(?:\A|\n[ \t]*\n)((?:(?: {4}|\t)[^\n]*(?:\n[ \t]*)*(?:\n|\Z))++)")
_LATIN_START = re.compile(r"(?: {4}|\t)\s*[!-~]")


Place = tuple[int, int]  # start and end


class Passages:
    """Stretches of one text, sorted and apart, in eight bytes each; `offset in passages` asks for a character."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._starts, self._ends = array("I"), array("I")
        for start, end in places:
            self.add(start, end)

    def add(self, start: int, end: int) -> None:
        """Put one after the others."""
        self._starts.append(start)
        self._ends.append(end)

    def __contains__(self, offset: int) -> bool:
        i = bisect_right(self._starts, offset) - 1
        return i >= 0 and offset < self._ends[i]

    def __iter__(self) -> Iterator[Place]:
        return zip(self._starts, self._ends, strict=True)


def code_passages(text: str) -> Passages:
    """Return the stretches of `text` that show code."""
    return Passages(merged(_fenced(text), _inline(text), _indented(text)))


def _fenced(text: str) -> Iterator[Place]:
    fences = [m.span() for m in _FENCE.finditer(text)]
    if fences and _CLOSING.search(text, 0, fences[0][1]) and _BLANK_LINE.match(text, fences[0][1]):
        fences.insert(0, (0, 0))  # the piece starts inside of code
        fences += [(len(text), len(text))] * (len(fences) % 2)
    if len(fences) % 2:
        yield 0, len(text)
        return
    for opening, closing in zip(fences[::2], fences[1::2], strict=True):
        yield opening[0], closing[1]


def _inline(text: str) -> Iterator[Place]:
    return (m.span() for m in _INLINE.finditer(text))


def _indented(text: str) -> Iterator[Place]:
    return (m.span(1) for m in _INDENTED.finditer(text) if _LATIN_START.match(m.group(1)))


def merged(*places: Iterable[Place]) -> Iterator[Place]:
    """Yield the union of stretches, each row of which is in order, without overlap."""
    last_start = last_end = -1
    for start, end in merge(*places):
        if start < last_end:
            last_end = max(last_end, end)
            continue
        if last_start >= 0:
            yield last_start, last_end
        last_start, last_end = start, end
    if last_start >= 0:
        yield last_start, last_end
