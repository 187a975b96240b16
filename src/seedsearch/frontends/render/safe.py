"""Makes text safe for a terminal: control characters are escaped, in JSON too."""

from __future__ import annotations

import json
import re
from functools import cache

# C0 without tab and line feed, DEL, C1, bidirectional controls, lone surrogates (bytes of a name that are not UTF-8).
_STEERING = "\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ud800-\udfff"
_IN_LINE = "\t\n\u2028\u2029"
_BYTES = "[\udc80-\udcff]"  # bytes of a name that are not UTF-8
# Also invisible characters, because an edit that removes one has to show it.
UNSEEN = "\xa0\xad\u200b-\u200d\u2028\u2029\u2060-\u2065\ufeff\ue000-\uf8ff"


def safe(text: str) -> str:
    """Escape everything in `text` that could control a terminal; tabs and line breaks stay."""
    return _without("", text)


def one_line(text: str) -> str:
    """Return a path or a message, safe and on one line, with names in GBK or Big5 decoded."""
    if not text.isprintable() and re.search(_BYTES, text):
        from seedsearch.reading.path_names import decoded

        text = decoded(text)
    return _without(_IN_LINE, text)


def seen(text: str) -> str:
    """Return `text` on one line, safe, with invisible characters escaped as well."""
    return _without(UNSEEN, text.replace("\n", "⏎"))


def shortened(text: str, longest: int, said: str = "{:,} characters") -> str:
    """`text`; of one longer than `longest` code points the beginning and the end, and how long it is as `said`."""
    if len(text) <= longest:
        return text
    return f"{text[: longest // 2]}…{text[-longest // 4 :]} ({said.format(len(text))})"


def json_line(value: object) -> str:
    """Return one line of JSON; Han stay as they are, what could steer a terminal is escaped, a byte that is not UTF-8
    too.
    """
    return safe_json(json.dumps(value, ensure_ascii=False, separators=(", ", ": ")))


def safe_json(text: str) -> str:
    """Make a line of unescaped JSON safe in the same way."""
    if text.isprintable():
        return text
    return steering(_IN_LINE).sub(lambda found: f"\\u{ord(found[0]):04x}", text)


@cache
def steering(more: str) -> re.Pattern[str]:
    """Return a pattern of what could steer a terminal, and `more`; compiled when needed, because most text has none."""
    return re.compile(f"[{_STEERING}{more}]")


def _without(more: str, text: str) -> str:
    """Return a text with what could steer a terminal, and `more`, spelled out; none of that is printable."""
    return text if text.isprintable() else steering(more).sub(_spelled, text)


def _spelled(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape", "surrogatepass").decode()
