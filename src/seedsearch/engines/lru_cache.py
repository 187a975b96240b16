"""A cache of bounded size that drops the least recently used results."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterable
from typing import Any, TypeVar

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


class LRUCache:
    """A mapping with a limited total size (in bytes or items) that drops the least recently used values first."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._items: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()

    def missing(self, keys: Iterable[K]) -> list[K]:
        """Return the distinct `keys` that are not in the cache."""
        items = self._items
        return [key for key in dict.fromkeys(keys) if key not in items]

    def get(self, key: Hashable) -> Any:
        """Return the value of a key; None if it is not in the cache."""
        if (found := self._items.get(key)) is None:
            return None
        self._items.move_to_end(key)
        return found[0]

    def put(self, key: Hashable, made: T, size: int) -> T:
        """Store a value of a given size and drop the least recently used ones; skip a value that is too large."""
        if (before := self._items.pop(key, None)) is not None:
            self._room += before[1]
        self._items[key] = made, size
        self._room -= size
        while self._room < 0:
            _, (_, given_back) = self._items.popitem(last=False)
            self._room += given_back
        return made
