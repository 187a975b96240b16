"""What a person typed → its parts, where it is an expression."""

from __future__ import annotations

import re

from seedsearch.runs import run_text

_EXPRESSION = re.compile(r'\s*(?:(?:"[^"]+"|“[^”]+”|[^\s"“”]+)(?:\s+|$))+')
_PART = re.compile(r'"([^"]+)"|“([^”]+)”|(\S+)')


def parts_of(typed: str) -> list[str] | None:
    """The run texts of a query with quoted parts; None where it has none or is not well formed."""
    if not _EXPRESSION.fullmatch(typed) or not re.search('["“]', typed):
        return None
    found = (run_text(a or b or c).text.strip() for a, b, c in _PART.findall(typed))
    return [part for part in found if part] or None
