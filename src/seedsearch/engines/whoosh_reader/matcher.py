"""Postings as a Whoosh matcher: ids and weights as lists; positions are computed only on request."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from copy import copy
from typing import Any, TypeAlias

from seedsearch.engines.whoosh_reader.library import ListMatcher

# Where a term stands in a document: its position (a number that counts terms), and start and end in code points.
Place: TypeAlias = tuple[int, int, int]
PlacesOf: TypeAlias = Callable[[Any], Sequence[Place]]


class PostingMatcher(ListMatcher):  # type: ignore[misc]  # Whoosh has no types
    """The documents of a term, or the terms of a document.

    `of` tells of one of them where the term stands; None for a field that has no places.
    """

    def __init__(self, ids: Sequence[Any], weights: Sequence[float], of: PlacesOf | None, **options: Any) -> None:
        self._i = 0
        super().__init__(ids, weights=weights, **options)
        self._places_of = of

    def copy(self) -> PostingMatcher:
        """Return one that goes on from here by itself."""
        return copy(self)

    def skip_to(self, id: Any) -> None:
        """Go on to the first that is not before `id`."""
        self._i = bisect_left(self._ids, id, lo=self._i)

    def block_max_weight(self) -> float:
        """The largest weight there is: all of it is one block."""
        found: float = max(self._weights) if self._terminfo is None else self._terminfo.max_weight()
        return found

    def skip_to_quality(self, minquality: float) -> int:
        """Go past the block, which is all, where it cannot give that much."""
        if self.block_quality() > minquality:
            return 0
        self._i = len(self._ids)
        return 1

    def value(self) -> Any:
        """Return the value as the format of the field writes it."""
        weight = int(self.weight())
        if self._places_of is None:
            return self._format.encode(weight) if hasattr(self._format, "encode") else b""
        return self._format.encode(self._places_of(self.id()))

    def value_as(self, astype: str) -> Any:
        """Return how often, or where, the term stands."""
        if astype == "frequency":
            return int(self.weight())
        if astype == "weight":
            return self.weight()
        places = [] if self._places_of is None else self._places_of(self.id())
        return [place[0] for place in places] if astype == "positions" else list(places)

    def all_items(self) -> Any:
        """Yield every id with its value."""
        one = self.copy()
        while one.is_active():
            yield one.id(), one.value()
            one.next()
