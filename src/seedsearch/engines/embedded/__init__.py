"""The embedded engine: an index in a folder of flat files, which Whoosh opens as an index of its own.

    entries → packer → segment_builder → segment files ← merger
                       writer → manifest (the one file that changes) → whoosh_toc
    query tree → searcher (arrays) → matches         Whoosh's queries → whoosh_reader → matchers

`manifest` lists the files of the index, `section_file` defines files of sections, and `documents`, `text_store`,
`bigrams`, `term_dictionary` and `postings` define the sections. `whoosh_toc` writes the file by which Whoosh recognizes
the folder; that file names `seedsearch.engines.whoosh_reader`, which only Whoosh loads.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from heapq import merge
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from seedsearch.engines.budget import Budget
from seedsearch.engines.embedded.foreign import mapped
from seedsearch.engines.embedded.manifest import NAME, TRIES, Manifest, Part
from seedsearch.engines.embedded.matching import LOOKS
from seedsearch.engines.embedded.searcher import Answering
from seedsearch.engines.embedded.segment import Segment
from seedsearch.engines.embedded.segment_files import open_segment, read_file
from seedsearch.engines.embedded.storage import Disk, Lock, damaged
from seedsearch.engines.embedded.term_lists import KEPT_BYTES
from seedsearch.engines.entries import (
    EngineInfo,
    IndexEntry,
    Matches,
)
from seedsearch.engines.query import FIELDS, Field, Fuzzy, Query, Term
from seedsearch.errors import IndexDamaged, IndexMissing, IndexStale

if TYPE_CHECKING:
    from seedsearch.engines.embedded.writer import EmbeddedWriter

# Bytes of its files that an open index keeps in memory; beyond that, it drops all of them. Most of the index of 1 GB of
# texts.
HELD = 1 << 30

Stamp: TypeAlias = tuple[int, int, int, int]


def open_place(
    place: str,
    fingerprint: str | None,
    *,
    create: bool = False,
    replace: bool = False,
    cache_bytes: int | None = None,
) -> EmbeddedEngine:
    """Open the index in a folder; raises like `choice.open_engine`."""
    return EmbeddedEngine(Path(place), fingerprint, create=create, replace=replace, cache_bytes=cache_bytes)


class EmbeddedEngine:
    """Entries in a folder, as of the last commit when it was opened, refreshed or written.

    With `create`, a missing index is empty and nothing is written before the first commit; damaged segments are left
    out, so that their entries can be added again. With `replace`, a stale or damaged index also counts as empty, and
    stays until that commit. Without a fingerprint, no segment is opened: this is only for `check`.
    """

    def __init__(
        self,
        folder: Path,
        fingerprint: str | None,
        *,
        create: bool = False,
        replace: bool = False,
        disk: Disk | None = None,
        cache_bytes: int | None = None,
    ) -> None:
        self.folder = folder
        self._disk = disk or Disk()
        self._fingerprint = fingerprint
        self._create = create
        self._replace = replace
        self._room = KEPT_BYTES if cache_bytes is None else cache_bytes
        self._stamp: Stamp | None = None
        self.segments: list[Segment] = []
        self.committed: Manifest | None = None
        self.manifest = Manifest(fingerprint or "")
        self._answering = Answering([], self._room)
        with self.mapped():
            self._begin()
            if replace and self.committed is None and folder.is_dir():
                Lock(folder).release()  # nobody else may be changing what will be replaced

    def _begin(self) -> None:
        try:
            self.read_anew()
        except IndexDamaged:
            if not self._create:
                raise
            self.read_anew(thoroughly=True)

    @property
    def generation(self) -> int:
        """The number of the commit that this sees."""
        return self.manifest.generation

    @property
    def budget(self) -> Budget:
        """The budget of the current query."""
        return self._answering.budget

    @budget.setter
    def budget(self, budget: Budget) -> None:
        self._answering.budget = budget

    def refresh(self) -> bool:
        """Move on to the latest commit; return whether it is a new one. If not, this only checks the manifest."""
        with self.mapped():
            return self._looked_at() != self._stamp and self.read_anew()

    def _looked_at(self) -> Stamp | None:
        """Return the identity of the manifest; None if there is none, which `read_anew` reports."""
        try:
            found = (self.folder / NAME).lstat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns

    def read_anew(self, *, thoroughly: bool = False) -> bool:
        """Read the latest commit; with `thoroughly`, verify every byte.

        Return whether it is a new one; on failure, the previous state stays. `committed` becomes its manifest, or None
        if there is nothing to build on; `manifest` is the same without damaged segments, which are only left out with
        `create`.
        """
        stamp = self._looked_at()  # before the manifest is read, so that a newer one is noticed the next time
        committed, segments = self._opened(thoroughly)
        is_new, self._stamp, self.committed = committed != self.committed, stamp, committed
        if committed is None:
            self.manifest = Manifest.nothing(self.folder, self._fingerprint or "")
        else:
            there = {segment.path.name for segment in segments}
            parts = tuple(part for part in committed.parts if part.file.name in there)
            self.manifest = replace(committed, parts=parts)
        if segments != self.segments:
            self._answer_from(segments)
        return is_new

    def _answer_from(self, segments: list[Segment]) -> None:
        budget, self._answering = self.budget, Answering(segments, self._room)
        self.segments, self.budget = segments, budget

    def _opened(self, thoroughly: bool) -> tuple[Manifest | None, list[Segment]]:
        """Return the manifest of the last commit, and its segments."""
        for left in reversed(range(TRIES)):
            manifest = self._read_manifest()
            if manifest is None or self._fingerprint is None:
                return manifest, []
            try:
                return manifest, self._segments(manifest, thoroughly)
            except FileNotFoundError as error:
                # A writer may have committed in between; then there is a new manifest.
                if not left or self._read_manifest() == manifest:
                    raise damaged(Path(error.filename), "it is missing") from error
        raise AssertionError("the last try returns or raises")

    def _segments(self, manifest: Manifest, thoroughly: bool) -> list[Segment]:
        """Return the segments of a manifest; unchanged ones are reopened only to verify them."""
        known = {} if thoroughly else dict(zip(self.manifest.parts, self.segments, strict=True))
        found = (known.get(part) or self._segment(part, thoroughly) for part in manifest.parts)
        return [segment for segment in found if segment is not None]

    def _read_manifest(self) -> Manifest | None:
        try:
            return Manifest.read(self.folder, self._fingerprint)
        except IndexMissing:
            if not self._create:
                raise
        except (IndexStale, IndexDamaged):
            if not self._replace:
                raise
        return None

    def _segment(self, part: Part, thoroughly: bool) -> Segment | None:
        """Open a segment of the folder; return None if it is left out."""
        try:
            segment = open_segment(self.folder, part)
            if thoroughly:
                segment.container.verify()
            return segment
        except IndexDamaged:
            if not self._create:
                raise
        except OSError as error:
            # A file may be missing because another process has committed, but not while this process holds the lock.
            if not (self._create and thoroughly and error.errno in (errno.ENOENT, errno.EIO)):
                raise
        return None

    def info(self) -> EngineInfo:
        """Return the size of the index."""
        from seedsearch.engines.embedded.vocabulary import count_terms

        with self.mapped():
            terms: dict[str, int] = {field: count_terms(self.segments, field) for field in FIELDS}
            described = len(self.committed.to_json().encode()) if self.committed is not None else 0
            size = sum(file.size for file in self.manifest.files()) + described
            return EngineInfo(sum(segment.count for segment in self.segments), terms, size)

    def digests(self) -> Mapping[str, str]:
        """doc_id → digest of every entry."""
        with self.mapped():
            found: dict[str, str] = {}
            for segment in self.segments:
                digests = segment.documents.digests()
                found.update((doc_id, digests[number]) for doc_id, number in segment.all_ids())
            return found

    def stored(self) -> Iterator[bytes]:
        """Yield the stored data of each entry, in the order of doc_id."""
        with self.mapped():
            yield from _stored(self.segments)

    def entries(self) -> Iterator[IndexEntry]:
        """Yield every entry, with its tags sorted, in the order of doc_id."""
        from seedsearch.engines.embedded.entries import Entries

        with self.mapped():
            ways = [Entries(segment) for segment in self.segments]
            yield from merge(*ways, key=lambda entry: entry.doc_id)

    def vocabulary(self, field: Field, prefix: str = "", near: Fuzzy | None = None) -> Iterator[tuple[str, int]]:
        """Yield the terms of a field that begin with `prefix`, sorted, each with the number of documents that have it.

        With `near` those that it accepts.
        """
        from seedsearch.engines.embedded.vocabulary import vocabulary

        part = f"the terms that begin with “{prefix}”" if prefix else "all terms"
        with self.mapped():
            for number, row in enumerate(vocabulary(self.segments, field, prefix, near)):
                if not number % LOOKS:
                    self.budget.spend(part)
                yield row

    def document_frequencies(self, terms: Sequence[Term]) -> tuple[int, list[int]]:
        """Return the number of documents, and the number of those that have each term."""
        with self.mapped():
            return self._answering.count, self._answering.having(terms)

    def metadata(self, name: str) -> bytes | None:
        """Return metadata stored by a writer."""
        with self.mapped():
            while (file := self.manifest.kept.get(name)) is not None:
                try:
                    return read_file(self.folder, file)
                except FileNotFoundError as error:  # removed by the writer of a later commit, which has its own copy
                    if not self.read_anew():
                        raise damaged(self.folder / file.name, "it is missing") from error
            return None

    def writer(self) -> EmbeddedWriter:
        """Return a context manager for changes; raises IndexLocked if another writer is open."""
        from seedsearch.engines.embedded.writer import EmbeddedWriter

        if self._fingerprint is None:
            raise ValueError("opened to be checked, not to be written")
        with self.mapped():
            return EmbeddedWriter(self, self._disk)

    def search(self, query: Query, limit: int, offset: int = 0) -> Matches:
        """Return the `limit` best matches from `offset` on, by score and then by doc_id, and how many match in all."""
        with self.mapped():
            if sum(segment.container.held for segment in self.segments) > HELD:
                self._answer_from([segment.again() for segment in self.segments])
            return self._answering.search(query, limit, offset)

    def every_match(self, query: Query, prefix: str = "", *, descending: bool = False) -> Iterator[tuple[str, bytes]]:
        """Yield the doc_id and the stored data of every match, in the order of `search` or of a tag."""
        with self.mapped():
            yield from self._answering.every_match(query, prefix, descending)

    def tally(self, query: Query, prefix: str) -> list[tuple[str, int]]:
        """Return the tags of matches that begin with `prefix`, sorted, each with the number of matches that have it."""
        with self.mapped():
            return self._answering.tally(query, prefix)

    def in_order(
        self, query: Query, prefix: str, *, descending: bool = False, offset: int = 0, limit: int = 10
    ) -> Matches:
        """Return some of the matches in the order of a tag that begins with `prefix`, and their total number."""
        with self.mapped():
            return self._answering.in_order(query, prefix, descending, offset, limit)

    def count(self, queries: Sequence[Query]) -> list[int]:
        """Return the number of documents that match each query."""
        with self.mapped():
            return self._answering.totals(queries)

    def exists(self, queries: Sequence[Query]) -> list[bool]:
        """Tell whether any document matches each query."""
        with self.mapped():
            return self._answering.any_match(queries)

    def check(self) -> list[str]:
        """Return a sentence for each damaged file."""
        from seedsearch.engines.embedded.checking import faults

        with self.mapped():
            return faults(self.folder)

    def close(self) -> None:
        """Release files and memory; they are freed when no array uses them."""
        self.segments, self.committed, self.manifest = [], None, Manifest(self._fingerprint or "")
        self._stamp, self._answering = None, Answering([], self._room)

    def mapped(self) -> AbstractContextManager[None]:
        """Map errors of the file system and of damaged files to our own."""
        return mapped(self.folder)


def _stored(segments: Sequence[Segment]) -> Iterator[bytes]:
    """Yield the stored data of each document, in the order of ids."""
    ways = [[(doc_id, i, number) for doc_id, number in segment.all_ids()] for i, segment in enumerate(segments)]
    return (segments[i].documents.stored(number) for _, i, number in merge(*ways))
