"""One scan for the signs of all steps: most text shows none, and is then scanned once instead of twenty times.

Every trigger begins with one character of a class. The scan begins with the characters of all classes together, which
the engine of regular expressions skips quickly, and asks at each which trigger it may begin.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_CLASS = re.compile(r"\[((?:[^\]\\]|\\.)+)\]|([^\\\[(.^$*+?{|])", re.DOTALL)


def any_of(triggers: Iterable[re.Pattern[str]]) -> re.Pattern[str]:
    """Return what finds something wherever one of the triggers does, and nowhere else.

    Each of them begins with a class or a character, which is not repeated.
    """
    parted = [_parted(trigger.pattern) for trigger in triggers]
    firsts = "".join(dict.fromkeys(first for first, _ in parted))
    return re.compile(f"[{firsts}](?:{'|'.join(f'(?<=[{first}]){rest}' for first, rest in parted)})")


def _parted(pattern: str) -> tuple[str, str]:
    """Return what stands in the class that a pattern begins with, and the rest of it."""
    found = _CLASS.match(pattern)
    if found is None or pattern[found.end() : found.end() + 1] in tuple("*+?{|"):
        raise ValueError(f"{pattern[:40]!r} does not begin with one character of a class")
    return found[1] or re.escape(found[2]), pattern[found.end() :]
