"""Recognizes files that were moved or renamed by their size, time and inode, so that they are not read again.

A new file is the same as one that was read elsewhere if size, modification time, inode, options of reading and
extension (which tells the format) are equal and nothing is left at the old place. Its documents are stored under the
new names; only what depends on names is rebuilt.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Self

from seedsearch.engines import Engine
from seedsearch.engines.entries import IndexEntry
from seedsearch.engines.query import Term
from seedsearch.indexing.entries import tags_of
from seedsearch.metadata.document_records import doc_id_of, from_bytes, to_bytes
from seedsearch.metadata.file_states import Stamp, State
from seedsearch.versions import RULES

Asked = tuple[Stamp, str | None, float]  # as State.asked
_Key = tuple[Asked, str]
# Tags that come from the content of the file, as opposed to its name, state and record.
_SAID = ("title:", "author:")


class Moves:
    """Files that have disappeared and may reappear elsewhere."""

    def __init__(self, gone: Mapping[_Key, list[str]], known: Mapping[str, State]) -> None:
        self._gone, self._known = gone, known
        self.found: dict[str, tuple[str, State]] = {}

    @classmethod
    def of(cls, known: Mapping[str, State], gone: Collection[str]) -> Self:
        """Return the files that may have moved: the `known` files that are `gone` and have lost no documents."""
        by_key: dict[_Key, list[str]] = {}
        for name in sorted(gone):
            state = known.get(name)
            if state is not None and state.names and not (state.reason or state.lost) and state.rules == RULES:
                by_key.setdefault(_key(state.asked, name), []).append(name)
        return cls(by_key, known)

    def take(self, path: str, asked: Asked) -> bool:
        """Tell whether a new file at `path` is one that has disappeared elsewhere; each is used once."""
        names = self._gone.get(_key(asked, path))
        if not names:
            return False
        before = names.pop(0)
        self.found[path] = before, self._known[before]
        return True


def _key(asked: Asked, name: str) -> _Key:
    return asked, os.path.splitext(name)[1].lower()


def moved_entries(
    engine: Engine, path: str, before: str, state: State, digests: Mapping[str, str]
) -> Iterator[IndexEntry]:
    """Yield the documents of a moved file under their new names; `before` is its old doc_id."""
    for name in state.names:
        old = Term("tag", f"path:{before}{name}")
        (match,) = engine.search(old, 1).best
        record = replace(from_bytes(match.stored), path=path + name)
        said = [tag for prefix in _SAID for tag, _ in engine.tally(old, prefix)]
        yield IndexEntry(
            doc_id=doc_id_of(record.path),
            digest=digests[before + name],
            readable=match.readable,
            tags=tags_of(record.path, record.encoding, state.stamp, said, record.damage),
            stored=to_bytes(record),
        )
