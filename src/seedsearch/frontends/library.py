"""An index and its files as used by servers: opened on demand, one query at a time.

A server runs for weeks, and the index is made, rebuilt and removed meanwhile. An index that fails is closed, so that
the next query opens the one that is there then.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock, RLock

from seedsearch.engines.choice import folder_of
from seedsearch.errors import FileChanged, IndexFault, SourceError
from seedsearch.indexing.pipeline import digest_of
from seedsearch.metadata.document_records import doc_id_of
from seedsearch.metadata.file_states import Stamp
from seedsearch.offsets import apply_edits
from seedsearch.reading.documents import RawDocument
from seedsearch.reading.files import LARGEST_FILE, read_bytes
from seedsearch.reading.formats import part_of
from seedsearch.reading.formats.format import Asked
from seedsearch.reading.portions import documents_with
from seedsearch.searching.document import Document
from seedsearch.searching.index import Index, open_index
from seedsearch.searching.origins import BORDER, Origin
from seedsearch.searching.results import IndexStats

# Cached code points of raw texts for the next part of a page: a book of a million characters and a few more.
KEPT = 8_000_000


@dataclass(frozen=True, slots=True)
class _Read:
    """A raw text, and the stamps of the possible places of its file."""

    raw: str
    stamps: list[Stamp | None]
    digest: str


class Library:
    """An index that may be made, changed and removed while in use; thread-safe."""

    def __init__(self, place: str, *, cache_bytes: int | None = None) -> None:
        """`cache_bytes` is as for `open_index`."""
        self._place, self._cache_bytes = place, cache_bytes
        folder = folder_of(place)
        beside = [os.path.dirname(os.path.abspath(folder))] if folder is not None else []
        # Paths are relative to the folder in which `index` was run, which the index stores; an index of an older
        # version does not, and was most likely made in the current folder or the one that contains it.
        self._folders = list(dict.fromkeys([os.getcwd(), *beside]))
        self._lock = RLock()
        self._index: Index | None = None
        self._stats: tuple[int, IndexStats] | None = None
        self._texts: OrderedDict[str, _Read] = OrderedDict()
        self._of_texts = Lock()

    @contextmanager
    def asked(self) -> Iterator[Index]:
        """The index as of the last commit, for one query; raises IndexMissing and other index errors."""
        with self._lock:
            try:
                if self._index is None:
                    self._index = open_index(self._place, cache_bytes=self._cache_bytes)
                elif self._index.refresh():
                    self._stats = None
                yield self._index
            except IndexFault:
                self.close()
                raise

    def close(self) -> None:
        """Close the index; the next query opens it again."""
        with self._lock:
            if self._index is not None:
                self._index.close()
            self._index = self._stats = None

    def stats(self) -> IndexStats:
        """Return the statistics of the index, computed once per commit."""
        with self.asked() as index:
            if self._stats is None or self._stats[0] != index.generation:
                self._stats = index.generation, index.stats()
            return self._stats[1]

    def document(self, path: str) -> Document:
        """Return a document; raises DocumentMissing."""
        with self.asked() as index:
            return index.document(path)

    def content(self, document: Document) -> bytes:
        """Return the bytes of a document from its file.

        Raises FileChanged if the file has changed since it was indexed, or cannot be read.
        """
        origin = self._origin(document)
        file = _file(document, origin)
        try:
            return part_of(file, self._whole(document, origin), document.path)
        except SourceError as error:
            raise _changed(document) from error

    def digest(self, document: Document) -> str:
        """Return the SHA-256 of the file of a document in hexadecimal; raises like `content`."""
        return sha256(self._whole(document, self._origin(document))).hexdigest()

    def raw(self, document: Document) -> str:
        """Return the raw text of a document: its file as decoded. Raises like `content`."""
        origin = self._origin(document)
        stamps = self._stamps(document, origin)
        with self._of_texts:
            kept = self._texts.get(document.id)
            if kept is not None and (kept.digest, kept.stamps) == (origin.digest, stamps):
                self._texts.move_to_end(document.id)
                return kept.raw
        content = self._whole(document, origin)
        raw = _decoded(document, origin, content)
        with self._of_texts:
            self._texts[document.id] = _Read(raw, stamps, origin.digest)
            while len(self._texts) > 1 and sum(len(read.raw) for read in self._texts.values()) > KEPT:
                self._texts.popitem(last=False)
        return raw

    def _origin(self, document: Document) -> Origin:
        with self.asked() as index:
            origin = index.origin(document.id)
        if origin is None:
            raise _changed(document)
        return origin

    def _paths(self, document: Document, origin: Origin) -> list[str]:
        """Return the possible places of the file. Its content counts only if it is what was indexed."""
        with self.asked() as index:
            base = index.base
        file = _file(document, origin)
        return [os.path.join(folder, file) for folder in dict.fromkeys([base, *self._folders])]

    def _stamps(self, document: Document, origin: Origin) -> list[Stamp | None]:
        return [_stamp(path) for path in self._paths(document, origin)]

    def _whole(self, document: Document, origin: Origin) -> bytes:
        """Return the bytes of the file of a document, if they are what was indexed."""
        for path in self._paths(document, origin):
            try:
                if os.path.getsize(path) > LARGEST_FILE:
                    what = f"{document.id} is in a file of more than {LARGEST_FILE >> 20} MiB"
                    raise FileChanged(what, hint="its text is in the index: seedsearch show")
                content = read_bytes(path)
            except (OSError, ValueError, SourceError):
                continue
            if digest_of(content, origin.state) == origin.digest:
                return content
        raise _changed(document)


def _stamp(path: str) -> Stamp | None:
    try:
        return Stamp.of(os.stat(path))
    except (OSError, ValueError):
        return None


def _file(document: Document, origin: Origin) -> str:
    """Return the path of the file of a document; its doc_id has bytes that are not UTF-8 escaped."""
    ends = (found.start() for found in BORDER.finditer(document.path))
    parts = (document.path[:end] for end in ends)
    return next((part for part in parts if doc_id_of(part) == origin.file), document.path)


def _decoded(document: Document, origin: Origin, content: bytes) -> str:
    """Return the raw text of a document from its file: the text to which the stored edits apply."""
    # A doubtful encoding may have been decided by neighbouring files that have changed; the index stores the decision.
    for asked in (Asked(origin.state.encoding, in_folder=True), Asked(document.encoding)):
        for found in documents_with(document.path, _file(document, origin), content, asked):
            if isinstance(found, RawDocument) and found.path == document.path and _makes(found.text, document):
                return found.text
    raise _changed(document)


def _makes(raw: str, document: Document) -> bool:
    try:
        return apply_edits(raw, document.edits) == document.readable
    except ValueError:
        return False


def _changed(document: Document) -> FileChanged:
    return FileChanged(f"{document.id} is no longer the file that the index was made from", hint="index it again")
