"""Copies an index from one engine to another, without the original files."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from seedsearch.engines import Engine
from seedsearch.engines.choice import Place, open_engine
from seedsearch.engines.entries import IndexEntry
from seedsearch.errors import IndexDamaged, OutputError
from seedsearch.indexing.pipeline import batch_of
from seedsearch.indexing.reports import Progress
from seedsearch.metadata import failures, file_states, made_from, synonyms, unfinished, user_dictionary
from seedsearch.metadata.made_from import MadeFrom
from seedsearch.metadata.user_dictionary import own_words
from seedsearch.text.analyzer import fingerprint

# The metadata by which the target tells that it is incomplete, and what it is a copy of.
COPYING = "copying"
# All metadata of an index. A test checks that there is no other.
KEPT = (
    synonyms.KEPT,
    failures.KEPT,
    user_dictionary.KEPT,
    user_dictionary.BESIDE,
    made_from.KEPT,
    file_states.STATES,
    file_states.RULES_OF_ALL,
    unfinished.KEPT,
)
TOGETHER, FEW = 1_000_000, 1000  # limits of what is packed at once: code points, texts
# Code points per commit: what an interrupted copy loses at most.
COMMITTED = 100_000_000


@dataclass(frozen=True, slots=True)
class CopyReport:
    """The result of a copy: the documents copied, and those that an interrupted run had copied before."""

    copied: int
    there: int
    seconds: float


def copy_index(source: Place, target: Place, *, progress: Callable[[Progress], None] | None = None) -> CopyReport:
    """Copy an index to a folder or URL that has none; the original files are not needed.

    An interrupted copy resumes. Until it is complete, the target is not a usable index, but only the next copy is told
    so. At the end, the documents of both are compared by digest, and the target is checked. Raises OutputError if the
    target has an index that is not the beginning of this copy, IndexDamaged if the comparison fails, and the errors of
    both engines.
    """
    begun = time.monotonic()
    given = open_engine(source, fingerprint())
    try:
        taken = open_engine(target, fingerprint(), create=True)
        try:
            wanted = given.digests()
            copied = _copied(given, taken, wanted, _Places(source, target), progress)
            # Compared again, because a cluster may remove documents during a long read.
            is_same = taken.digests() == wanted == given.digests()
            if faults := taken.check() if is_same else ["its documents are others"]:
                what = f"the copy at {target} is not what was copied: {'; '.join(faults)}"
                raise IndexDamaged(what, hint="copy it again")
        finally:
            taken.close()
    finally:
        given.close()
    return CopyReport(copied, len(wanted) - copied, time.monotonic() - begun)


@dataclass(frozen=True, slots=True)
class _Places:
    """The source and the target."""

    source: Place
    target: Place

    def made_from(self, given: Engine) -> bytes | None:
        """Return what the index was made from, relative to its new place."""
        made = made_from.load(given)
        if made is None:
            return None
        here = MadeFrom.here(self.target, made.found(self.source))
        return replace(here, roots=made.roots, mounts=made.mounts).to_bytes()


def _copied(
    given: Engine,
    taken: Engine,
    wanted: Mapping[str, str],
    places: _Places,
    progress: Callable[[Progress], None] | None,
) -> int:
    """Copy the `wanted` documents, given with their digests, that the target lacks; return their number."""
    there = taken.digests()
    mark = json.dumps({"documents": len(wanted), "fingerprint": fingerprint()}).encode()
    if there and taken.metadata(COPYING) != mark:
        raise OutputError(f"there is an index in {places.target} already", hint="name another place to copy to")
    own, copied = own_words(given), 0
    portions = _portions(entry for entry in given.entries() if there.get(entry.doc_id) != entry.digest)
    for first in portions:
        with taken.writer() as writer:
            writer.put_metadata(COPYING, mark)
            for some in _up_to(COMMITTED, chain([first], portions)):
                writer.add(writer.packer(some).pack(batch_of(some, own)))
                copied += len(some)
                if progress is not None:
                    progress(Progress(len(there) + copied, len(wanted), {}))
    with taken.writer() as writer:
        for doc_id in there.keys() - wanted.keys():
            writer.remove(doc_id)
        kept = {name: given.metadata(name) for name in KEPT} | {made_from.KEPT: places.made_from(given)}
        for name, content in kept.items():
            if content is not None:
                writer.put_metadata(name, content)
        writer.put_metadata(COPYING, b"")
    return copied


def _portions(entries: Iterable[IndexEntry]) -> Iterator[Sequence[IndexEntry]]:
    """Yield the entries in portions that are packed together."""
    some: list[IndexEntry] = []
    size = 0
    for entry in entries:
        some.append(entry)
        size += len(entry.readable)
        if size >= TOGETHER or len(some) == FEW:
            yield some
            some, size = [], 0
    if some:
        yield some


def _up_to(size: int, portions: Iterator[Sequence[IndexEntry]]) -> Iterator[Sequence[IndexEntry]]:
    """Yield portions up to a number of code points; leave the others in the iterator."""
    for some in portions:
        yield some
        size -= sum(len(entry.readable) for entry in some)
        if size <= 0:
            return
