"""A bounded cache of answers: what is asked again on a page was mostly asked shortly before.

Unlike `functools.lru_cache`, it can look up several keys at once, and callers may store only some of their answers.
Threads may share it: unlike the cache of the engines, a lookup changes nothing.
"""

from __future__ import annotations

from typing import Generic, TypeVar

_Key = TypeVar("_Key")
_Answer = TypeVar("_Answer")


class Recent(Generic[_Key, _Answer]):
    """At most `most` answers by key; when there is one more, the older half of them is dropped."""

    __slots__ = ("_most", "_new", "_old")

    def __init__(self, most: int) -> None:
        self._most = most
        self._new: dict[_Key, _Answer] = {}
        self._old: dict[_Key, _Answer] = {}

    def get(self, key: _Key) -> _Answer | None:
        """Return the answer, if it is kept."""
        found = self._new.get(key)
        return found if found is not None else self._old.get(key)

    def put(self, key: _Key, answer: _Answer) -> None:
        """Keep an answer."""
        if 2 * len(self._new) >= self._most:
            self._old, self._new = self._new, {}
        self._new[key] = answer
