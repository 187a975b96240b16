"""The smallest engine there can be, for tests: its indexes are those of `memory`, under a scheme of its own."""

from __future__ import annotations

from seedsearch.engines.memory import MemoryEngine
from seedsearch.engines.memory import open_place as open_in_memory


def open_place(
    place: str, fingerprint: str | None, *, create: bool, replace: bool, cache_bytes: int | None
) -> MemoryEngine:
    """Open the index `toy:NAME`."""
    return open_in_memory(place, fingerprint, create=create, replace=replace)
