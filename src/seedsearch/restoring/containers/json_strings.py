"""JSON and JSON Lines → the strings in them that are values; keys, numbers and layout are no business of restoring.

A line that is not JSON (or a file) is a text as it stands: damage may have eaten a quote.
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
_STRING = re.compile(r'"((?:[^"\\]++|\\.)*+)"(\s*:)?')
_TOKEN = re.compile(rf"{_STRING.pattern}|[{{}}\[\]]")


def _said(escape: re.Match[str]) -> str:
    high, low, unit, short = escape.groups()
    if short is not None:
        return _SAID[short]
    if unit is not None:
        return chr(int(unit, 16))
    return chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + (int(low, 16) - 0xDC00))


def _write(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


SPELLING = Spelling("\\", "\\u", _ESCAPE, _said, _write, Damage.ESCAPED_CHARACTER, "escapes")


def values_of_json(text: str, wanted: Collection[str], seen: set[str]) -> Iterator[Value | Broken]:
    """Yield the strings of one JSON text that are values, or those of the fields `wanted`, by key or by path.

    Fields that were met are put into `seen`.
    """
    yield from _values(text, 0, len(text), wanted, seen)


def values_of_lines(text: str, wanted: Collection[str], seen: set[str]) -> Iterator[Value | Broken]:
    """Yield the same of each line."""
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
        for found in _STRING.finditer(text, begin, end):
            if found[2] is None:
                yield Value(*found.span(1), SPELLING)
    else:
        yield from _named(text, begin, end, wanted, seen)


def _named(text: str, begin: int, end: int, wanted: Collection[str], seen: set[str]) -> Iterator[Value]:
    path: list[str] = [""]
    names = set(wanted)
    for found in _TOKEN.finditer(text, begin, end):
        if found[0] in "{[":
            path.append("")
        elif found[0] in "}]":
            path.pop()
        elif found[2] is not None:
            path[-1] = _ESCAPE.sub(_said, found[1])
        elif match := {_path(path), _key(path)} & names:
            seen |= match
            yield Value(*found.span(1), SPELLING)


def _path(keys: list[str]) -> str:
    """Return keys with dots between them; the items of a list share its name."""
    return ".".join(key for key in keys if key)


def _key(keys: list[str]) -> str:
    return next((key for key in reversed(keys) if key), "")
