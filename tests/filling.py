"""Entries into an engine the way that `build_index` puts them there: packed with their words, then added."""

from __future__ import annotations

from collections.abc import Iterable

from seedsearch.engines import Engine, Writer
from seedsearch.engines.entries import IndexEntry
from seedsearch.indexing.pipeline import batch_of


def put(writer: Writer, *entries: IndexEntry) -> None:
    """Add the entries as one pack."""
    writer.add(writer.packer(entries).pack(batch_of(entries)))


def commit(engine: Engine, entries: Iterable[IndexEntry]) -> None:
    """Add the entries as one pack, in a commit of their own."""
    with engine.writer() as writer:
        put(writer, *entries)
