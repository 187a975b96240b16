"""Turns text of documents into HTML. Text meets markup only here: every character is escaped, and invisible and
bidirectional characters are spelled out.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from markupsafe import Markup, escape

from seedsearch.frontends.render.safe import UNSEEN, steering

# Code points shown of an edit; of a longer one, the beginning and the end.
LONGEST_SHOWN = 400
_BLANK_LINES = re.compile(r"\n\s*\n+")


@dataclass(frozen=True, slots=True)
class Range:
    """A stretch of a text with an element around it; `first` are attributes of its first piece only."""

    start: int
    end: int
    tag: str
    attributes: Mapping[str, str]
    first: Mapping[str, str] = field(default_factory=dict)


# Sorted ranges without overlaps.
Layer = Sequence[Range]


def visible(text: str) -> Markup:
    """Return text as HTML; line breaks and tabs stay, and invisible characters are shown as numbers."""
    pieces, last = [], 0
    text = text.replace("\r\n", "\n")
    for found in steering(UNSEEN).finditer(text):
        pieces += [escape(text[last : found.start()]), _spelled(found[0])]
        last = found.end()
    return Markup("").join([*pieces, escape(text[last:])])


def _spelled(character: str) -> Markup:
    return element("span", {"class": "u"}, escape(f"U+{ord(character):04X}"))


def element(tag: str, attributes: Mapping[str, str], inside: Markup) -> Markup:
    """Return an element with its attributes escaped."""
    said = Markup("").join(Markup(' {}="{}"').format(Markup(name), value) for name, value in attributes.items())
    return Markup("<{tag}{said}>{inside}</{tag}>").format(tag=Markup(tag), said=said, inside=inside)


def painted(text: str, start: int, end: int, layers: Sequence[Layer]) -> Markup:
    """Return a stretch of a text with the elements of all layers, those of the first layer outermost.

    An element that is interrupted by the border of another one continues after it.
    """
    pieces = []
    for a, b, over in _pieces(start, end, layers):
        inside = visible(_short(text[a:b]))
        for one in reversed(over):
            attributes = {**one.attributes, **(one.first if a == one.start else {})}
            inside = element(one.tag, attributes, inside)
        pieces.append(inside)
    return Markup("").join(pieces)


def _pieces(start: int, end: int, layers: Sequence[Layer]) -> Iterator[tuple[int, int, list[Range]]]:
    """Divide a stretch at all borders of ranges; yield each piece with the ranges that contain it."""
    inside = [_inside(layer, start, end) for layer in layers]
    borders = {start, end, *(at for layer in inside for one in layer for at in (one.start, one.end))}
    cuts = sorted(at for at in borders if start <= at <= end)
    at = [0] * len(inside)
    for a, b in pairwise(cuts):
        over = []
        for number, layer in enumerate(inside):
            while at[number] < len(layer) and layer[at[number]].end <= a:
                at[number] += 1
            if at[number] < len(layer) and layer[at[number]].start <= a:
                over.append(layer[at[number]])
        yield a, b, over


def _inside(layer: Layer, start: int, end: int) -> Layer:
    first = bisect_right(layer, start, key=lambda one: one.end)
    return layer[first : bisect_left(layer, end, key=lambda one: one.start)]


def _short(text: str) -> str:
    if len(text) <= LONGEST_SHOWN * 4:
        return text
    return f"{text[:LONGEST_SHOWN]} … ({len(text):,}) … {text[-LONGEST_SHOWN:]}"


def excerpt(text: str, highlights: Sequence[tuple[int, int]]) -> Markup:
    """Return a snippet with its highlights marked; runs of empty lines are one line break."""
    marks = [Range(start, end, "mark", {}) for start, end in highlights]
    return Markup(_BLANK_LINES.sub("\n", painted(text, 0, len(text), [marks])))
