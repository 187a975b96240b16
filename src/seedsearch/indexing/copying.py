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

# Under which name the target says that it is not whole yet, and what it is a copy of.
COPYING = "copying"
# What is kept beside the entries. A test holds that nothing else is.
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
TOGETHER, FEW = 1_000_000, 1000  # code points of texts that are packed at once, and texts
# Code points that are committed together: what of a copy is lost where it is stopped.
COMMITTED = 100_000_000


@dataclass(frozen=True, slots=True)
class CopyReport:
    """What a copy came to: documents that were copied, and that were there already from one that was stopped."""

    copied: int
    there: int
    seconds: float


def copy_index(source: Place, target: Place, *, progress: Callable[[Progress], None] | None = None) -> CopyReport:
    """Copy an index to a folder or URL if there is none, from what it keeps: the files are not needed.

    A copy that was stopped goes on where it was. Before it is whole the target is not an index to rely on, and says
    so to the next copy alone. At the end the documents of both are compared by their digests, and the target is
    checked. Raises OutputError where the target has an index that is not the beginning of this copy, IndexDamaged
    where the comparison fails, and the errors of both engines.
    """
    begun = time.monotonic()
    given = open_engine(source, fingerprint())
    try:
        taken = open_engine(target, fingerprint(), create=True)
        try:
            wanted = given.digests()
            copied = _copied(given, taken, wanted, _Places(source, target), progress)
            # Looked at again: what a cluster takes out while it is read for long is in neither at the end.
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
    """From where to where."""

    source: Place
    target: Place

    def made_from(self, given: Engine) -> bytes | None:
        """Return what the index was made from, as seen from its new place."""
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
    """Copy what is `wanted`, by its digests, and not there; return how many documents that were."""
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
    """Yield some of the entries at a time, which are packed together."""
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
    """Yield portions until they come to so many code points; the others stay where they are."""
    for some in portions:
        yield some
        size -= sum(len(entry.readable) for entry in some)
        if size <= 0:
            return
