"""Characters of GBK by their readings, with their bytes: the characters that a reading mark inside torn characters may
name.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache

from seedsearch.text.pinyin import _table, letters, readings


@cache
def _by_reading() -> dict[str, list[tuple[str, bytes]]]:
    from seedsearch.text.gbk import (
        pair_of,
    )

    table: dict[str, list[tuple[str, bytes]]] = defaultdict(list)
    for char, pair in pair_of().items():
        if ord(char) in _table():
            for reading in readings(char):
                table[reading].append((char, pair))
    return table


def read_as(found: str) -> list[tuple[str, bytes]]:
    """Return every character of GBK with this reading, and its two bytes."""
    return _by_reading().get(letters(found), [])
