"""Finds the texts and attribute values of XML; tags, comments and processing instructions are not restored."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import partial

from seedsearch.damage import Damage
from seedsearch.restoring.containers.values import Broken, Spelling, Value
from seedsearch.text.late_pattern import late_pattern

_ESCAPE = re.compile(r"&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));")
_SAID = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_PARTS = re.compile(
    r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<\?.*?(?:\?>|\Z)|<!(?:[^<>\[]|\[[^\[\]]*+\])*+>?"
    r"|<(?P<name>[^\s<>/!?]++)(?P<attributes>(?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+)>|</[^<>]*+>|(?P<text>[^<]++)|<",
    re.DOTALL,
)
# A name without a value is matched, too; otherwise it would be tried again from each of its characters.
_ATTRIBUTE = re.compile(r"([^\s=\"']++)(?:\s*+=\s*+(?:\"(?P<double>[^\"]*+)\"|'(?P<single>[^']*+)'))?")
_BLANK = re.compile(r"\s*\Z")
_FORBIDDEN = late_pattern("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _said(found: re.Match[str]) -> str:
    name, decimal, hexadecimal = found.groups()
    if name:
        return _SAID[name]
    number = int(decimal) if decimal else int(hexadecimal, 16)
    return chr(number) if 0 < number < 0x110000 else "\ufffd"


def _write(text: str, marks: dict[int, str]) -> str:
    return _FORBIDDEN.sub("", text).translate(marks)


def _spelling(marks: dict[str, str]) -> Spelling:
    made = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", **marks})
    read, write = partial(_ESCAPE.sub, _said), partial(_write, marks=made)
    return Spelling("&", "&#", _ESCAPE, _said, read, write, Damage.ENTITY, "entities")


_LINES = {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
_TEXT = _spelling({"\r": "&#13;"})
_DOUBLE, _SINGLE = _spelling({'"': "&quot;", **_LINES}), _spelling({"'": "&apos;", **_LINES})


def values_of_xml(text: str, wanted: Collection[str], seen: set[str]) -> Iterator[Value | Broken]:
    """Yield the texts and attributes of XML, or those of the fields `wanted`, by the name of the element or attribute.

    Fields that occur are added to `seen`.
    """
    open_elements: list[str] = []
    for part in _PARTS.finditer(text):
        if part["name"]:
            yield from _attributes(text, part, wanted, seen)
            if not part["attributes"].rstrip().endswith("/"):
                open_elements.append(part["name"])
        elif part[0].startswith("</"):
            if open_elements:
                open_elements.pop()
        elif not part["text"] or _BLANK.match(part[0]):
            continue
        elif _is_wanted(open_elements[-1] if open_elements else "", wanted, seen):
            yield Value(*part.span(), _TEXT)


def _attributes(text: str, part: re.Match[str], wanted: Collection[str], seen: set[str]) -> Iterator[Value]:
    for found in _ATTRIBUTE.finditer(text, *part.span("attributes")):
        quotes = found.lastgroup
        if quotes and _is_wanted(found[1], wanted, seen) and not found[1].startswith("xmlns"):
            yield Value(*found.span(quotes), _DOUBLE if quotes == "double" else _SINGLE)


def _is_wanted(name: str, wanted: Collection[str], seen: set[str]) -> bool:
    if not wanted:
        return True
    if name in wanted:
        seen.add(name)
        return True
    return False
