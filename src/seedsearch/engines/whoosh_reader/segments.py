"""The segments of a commit as listed in Whoosh's table of contents: opened on demand, and read-only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from seedsearch.engines.embedded.manifest import Part, parts_of
from seedsearch.engines.embedded.segment_files import open_segment
from seedsearch.engines.whoosh_reader.codec import FlatCodec, Opened
from seedsearch.engines.whoosh_reader.library import base
from seedsearch.errors import OutputError


def segments(content: str) -> Segments:
    """Return the segments in a table of contents (embedded/whoosh_toc.py).

    Raises IndexStale if another version wrote it, IndexDamaged if it is invalid.
    """
    return Segments(map(FlatSegment, parts_of(content)))


def refuse() -> NoReturn:
    """Raise OutputError, because Whoosh is about to write."""
    raise OutputError(
        "Whoosh cannot write to this index, because seedsearch made it",
        hint="change the files and update it with: seedsearch index",
    )


class FlatSegment(base.Segment):  # type: ignore[misc]  # Whoosh has no types
    """One segment, given by the names of its files."""

    def __init__(self, part: Part) -> None:
        self.indexname = "MAIN"
        self.segid = "_".join(Path(file.name).stem for file in (part.file, part.live) if file is not None)
        self.compound = False
        self._part = part

    def codec(self) -> FlatCodec:
        """Return the codec for Whoosh's reader."""
        return FlatCodec()

    def opened_in(self, storage: Any) -> Opened:
        """Open the segment in the folder of a storage; raises like `open_segment`."""
        return Opened(open_segment(Path(storage.folder), self._part))

    def doc_count_all(self) -> NoReturn:
        """Refuse: readers get the number of documents from the codec, and only a writer asks the segment."""
        refuse()


class Segments(list[FlatSegment]):
    """The segments of a commit."""

    def __iter__(self) -> Iterator[FlatSegment]:
        """Iterate over the segments; with an empty list, a reader stops earlier, so this must be a writer."""
        return super().__iter__() if self else refuse()
