"""Opens the files that a manifest lists, and verifies them against it."""

from __future__ import annotations

from pathlib import Path
from zlib import crc32

import numpy as np

from seedsearch.engines import stored
from seedsearch.engines.embedded.manifest import File, Manifest, Part
from seedsearch.engines.embedded.section_file import Container
from seedsearch.engines.embedded.segment import Segment
from seedsearch.engines.embedded.storage import damaged, read
from seedsearch.errors import IndexDamaged


def open_segment(folder: Path, part: Part) -> Segment:
    """Return a segment with its live documents.

    Raises IndexDamaged if a file is damaged, FileNotFoundError if one is missing.
    """
    container = Container(folder / part.file.name, part.file.size, part.file.seal)
    segment = Segment(container, None)
    if part.live is None:
        return segment
    bits = np.frombuffer(read_file(folder, part.live), dtype=np.uint8)
    return Segment(container, np.unpackbits(bits, count=segment.documents.count).astype(bool))


def read_file(folder: Path, file: File) -> bytes:
    """Return the content of a small file; raises like `open_segment`."""
    content = read(folder / file.name, file.size)
    if crc32(content) != file.checksum:
        raise damaged(folder / file.name, "its checksum does not match its content")
    return content


def toc_of(folder: Path, manifest: Manifest) -> bytes:
    """Return Whoosh's table of contents of a commit; raises like `open_segment`."""
    dictionary = manifest.kept.get(stored.DICTIONARY)
    return manifest.toc(stored.kept_words(None if dictionary is None else read_file(folder, dictionary)))


def is_toc_of(folder: Path, manifest: Manifest) -> bool:
    """Tell whether Whoosh's table of contents of a commit exists and is intact; raises like `open_segment`."""
    expected = toc_of(folder, manifest)
    try:
        return read(folder / manifest.toc_name, len(expected)) == expected
    except (FileNotFoundError, IndexDamaged):
        return False
