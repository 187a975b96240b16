"""The cache of the engine against a list that does the same slowly."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from seedsearch.engines.lru_cache import LRUCache

ROOM = 10
# Ask for a key (size 0), or keep something of a size under it.
HISTORIES = st.lists(st.tuples(st.integers(0, 5), st.integers(0, ROOM + 2)), max_size=60)


@given(HISTORIES)
def test_what_was_not_asked_for_longest_goes(history: list[tuple[int, int]]) -> None:
    cache = LRUCache(ROOM)
    rows: list[tuple[int, int, int]] = []  # (key, value, size), the last one asked for at the end
    for value, (key, size) in enumerate(history):
        there = [row for row in rows if row[0] == key]
        assert cache.missing([key, key]) == ([] if there else [key])
        if size == 0:
            assert cache.get(key) == (there[0][1] if there else None)
            rows = [row for row in rows if row[0] != key] + there
            continue
        assert cache.put(key, value, size) == value
        rows = [row for row in rows if row[0] != key] + [(key, value, size)]
        while sum(row[2] for row in rows) > ROOM:
            rows.pop(0)
    assert all(cache.get(key) == value for key, value, _ in rows)
