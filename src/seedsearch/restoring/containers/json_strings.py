"""Finds the string values of JSON and JSON Lines; keys, numbers and layout are not restored.

A line (or file) that is not JSON is treated as text: damage may have destroyed a quote.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator

from seedsearch.damage import Damage
from seedsearch.restoring.containers.values import Broken, Spelling, Value

_ESCAPE = re.compile(
    r"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|([\"\\/bfnrt]))"
)
_SAID = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_BRACKET = re.compile(r"[{}\[\]]")
_COLON = re.compile(r"\s*+:")


def _said(escape: re.Match[str]) -> str:
    high, low, unit, short = escape.groups()
    if short is not None:
        return _SAID[short]
    if unit is not None:
        return chr(int(unit, 16))
    return chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + (int(low, 16) - 0xDC00))


def _write(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _read(piece: str) -> str:
    return str(json.loads(f'"{piece}"'))


SPELLING = Spelling("\\", "\\u", _ESCAPE, _said, _read, _write, Damage.ESCAPED_CHARACTER, "escapes")


def values_of_json(text: str, wanted: Collection[str], seen: set[str]) -> Iterator[Value | Broken]:
    """Yield the string values of a JSON text, or those of the fields `wanted`, by key or by path.

    Fields that occur are added to `seen`.
    """
    yield from _values(text, 0, len(text), wanted, seen)


def values_of_lines(text: str, wanted: Collection[str], seen: set[str]) -> Iterator[Value | Broken]:
    """Yield the same for each line."""
    begin = 0
    while begin < len(text):
        end = text.find("\n", begin)
        end = len(text) if end < 0 else end
        yield from _values(text, begin, end, wanted, seen)
        begin = end + 1


def is_json(text: str) -> bool:
    """Tell whether a text is JSON."""
    try:
        json.loads(text, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return False
    return True


def _values(text: str, begin: int, end: int, wanted: Collection[str], seen: set[str]) -> Iterator[Value | Broken]:
    if not is_json(text[begin:end]):
        if text[begin:end].strip():
            yield Broken(begin, end)
    elif not wanted:
        for start, stop in _strings(text, begin, end):
            if not _COLON.match(text, stop + 1, end):
                yield Value(start, stop, SPELLING)
    else:
        yield from _named(text, begin, end, wanted, seen)


def _named(text: str, begin: int, end: int, wanted: Collection[str], seen: set[str]) -> Iterator[Value]:
    path: list[str] = [""]
    names = set(wanted)
    dotted = any("." in name for name in names)
    last = begin
    for start, stop in _strings(text, begin, end):
        for bracket in _BRACKET.findall(text, last, start):
            if bracket in "{[":
                path.append("")
            else:
                path.pop()
        last = stop + 1
        if _COLON.match(text, last, end):
            key = text[start:stop]
            path[-1] = _read(key) if "\\" in key else key
        elif match := ({path_of(path), key_of(path)} if dotted else {key_of(path)}) & names:
            seen |= match
            yield Value(start, stop, SPELLING)


def _strings(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the spans of the strings of a JSON text without their quotes, by fast searches for quotes."""
    opening = text.find('"', begin, end)
    while opening >= 0:
        closing = text.find('"', opening + 1, end)
        while _is_escaped(text, closing):
            closing = text.find('"', closing + 1, end)
        yield opening + 1, closing
        opening = text.find('"', closing + 1, end)


def _is_escaped(text: str, at: int) -> bool:
    """Tell whether a character in a string is preceded by an odd number of backslashes."""
    first = at
    while text[first - 1] == "\\":
        first -= 1
    return (at - first) % 2 == 1


def path_of(keys: list[str]) -> str:
    """Return keys with dots between them; the items of a list share its name."""
    return ".".join(key for key in keys if key)


def key_of(keys: list[str]) -> str:
    return next((key for key in reversed(keys) if key), "")
