"""Paths as a column, so that Whoosh can sort by them without reading the postings of every path."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from seedsearch.engines.whoosh_reader.library import columns


class _Backwards(bytes):
    """A path that sorts in reverse."""

    __slots__ = ()

    def __lt__(self, other: bytes) -> bool:
        return bytes.__gt__(self, other)

    def __gt__(self, other: bytes) -> bool:
        return bytes.__lt__(self, other)


class PathColumn(columns.VarBytesColumn):  # type: ignore[misc]  # Whoosh has no types
    """Bytes that sort both ways; in reverse order, Whoosh's own column searches a list of all values for each."""

    reversible = True


class PathReader(columns.ColumnReader):  # type: ignore[misc]
    """The paths of a segment by document number."""

    def __init__(self, paths: Sequence[bytes]) -> None:
        self._paths = paths
        self._key: Any = bytes

    def __len__(self) -> int:
        return len(self._paths)

    def __iter__(self) -> Any:
        return iter(self._paths)

    def __getitem__(self, docnum: int) -> bytes:
        return self._paths[docnum]

    def sort_key(self, docnum: int) -> bytes:
        """Return the sort key of a path."""
        found: bytes = self._key(self._paths[docnum])
        return found

    def set_reverse(self) -> None:
        """Sort in reverse from now on."""
        self._key = _Backwards
