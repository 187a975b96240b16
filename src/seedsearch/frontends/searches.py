"""A search as servers run it: the query, the selected filters, a range of hits, and the commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from seedsearch.frontends.library import Library
from seedsearch.searching.results import Results

Filters = Mapping[str, Sequence[str]]


def search(library: Library, typed: str, filters: Filters, **how: Any) -> tuple[Results, int]:
    """Return the hits, and the number of the commit that they come from; raises like `Index.search`."""
    with library.asked() as index:
        chosen = {name: values for name, values in filters.items() if values}
        results = index.search(typed, filters=chosen, **how)
        return results, index.generation
