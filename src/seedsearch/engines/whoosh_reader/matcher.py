"""Postings as a Whoosh matcher: ids and weights as lists; positions are computed only on request."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from copy import copy
from typing import Any, TypeAlias

from seedsearch.engines.whoosh_reader.library import ListMatcher

# A place of a term in a document: position (counted in terms), start and end in code points.
Place: TypeAlias = tuple[int, int, int]
PlacesOf: TypeAlias = Callable[[Any], Sequence[Place]]


class PostingMatcher(ListMatcher):  # type: ignore[misc]  # Whoosh has no types
    """The documents of a term, or the terms of a document.

    `of` returns the places of the term in one of them; None for a field without places.
    """

    def __init__(self, ids: Sequence[Any], weights: Sequence[float], of: PlacesOf | None, **options: Any) -> None:
        self._i = 0
        super().__init__(ids, weights=weights, **options)
        self._places_of = of

    def copy(self) -> PostingMatcher:
        """Return an independent copy that continues from here."""
        return copy(self)

    def skip_to(self, id: Any) -> None:
        """Move to the first item from `id` on."""
        self._i = bisect_left(self._ids, id, lo=self._i)

    def block_max_weight(self) -> float:
        """Return the largest weight; everything is one block."""
        found: float = max(self._weights) if self._terminfo is None else self._terminfo.max_weight()
        return found

    def skip_to_quality(self, minquality: float) -> int:
        """Skip the block, which is everything, if it cannot reach this quality."""
        if self.block_quality() > minquality:
            return 0
        self._i = len(self._ids)
        return 1

    def value(self) -> Any:
        """Return the value in the format of the field."""
        weight = int(self.weight())
        if self._places_of is None:
            return self._format.encode(weight) if hasattr(self._format, "encode") else b""
        return self._format.encode(self._places_of(self.id()))

    def value_as(self, astype: str) -> Any:
        """Return the frequency or the places of the term."""
        if astype == "frequency":
            return int(self.weight())
        if astype == "weight":
            return self.weight()
        places = [] if self._places_of is None else self._places_of(self.id())
        return [place[0] for place in places] if astype == "positions" else list(places)

    def all_items(self) -> Any:
        """Yield all ids with their values."""
        one = self.copy()
        while one.is_active():
            yield one.id(), one.value()
            one.next()
