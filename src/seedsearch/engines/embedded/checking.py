"""Checks the size and CRC-32 of each file of an index, and Whoosh's table of contents."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

from seedsearch.engines.embedded import whoosh_toc
from seedsearch.engines.embedded.manifest import TRIES, File, Manifest
from seedsearch.engines.embedded.segment_files import is_toc_of
from seedsearch.engines.embedded.storage import opened
from seedsearch.errors import IndexDamaged, reason

BLOCK = 1 << 20  # bytes read at once


def faults(folder: Path) -> list[str]:
    """Return a sentence for each damaged file of the last commit.

    If a file is missing because another process has committed meanwhile, the check starts again. Raises IndexMissing,
    IndexStale and IndexDamaged if the manifest cannot be read.
    """
    manifest = Manifest.read(folder, None)
    for _ in range(TRIES):
        found = [said for file in manifest.files() if (said := _fault(folder, file)) is not None]
        found += _toc_faults(folder, manifest)
        before, manifest = manifest, Manifest.read(folder, None)
        if not found or manifest == before:
            break
    return found


def _fault(folder: Path, file: File) -> str | None:
    path = folder / file.name
    try:
        if _measured(path) != (file.size, file.checksum):
            return f"{path} is not what was written, and what it holds cannot be trusted"
    except IndexDamaged as error:
        return error.what
    except OSError as error:
        return f"{path} cannot be read: {reason(error)}"
    return None


def _toc_faults(folder: Path, manifest: Manifest) -> Iterator[str]:
    """Yield faults of Whoosh's table of contents; none if a run was stopped before renaming it."""
    path = folder / manifest.toc_name
    try:
        if is_toc_of(folder, manifest):
            return
    except (IndexDamaged, OSError):
        return  # a file that it lists is itself damaged and reported
    again = "seedsearch does not need it, Whoosh does; the next run of seedsearch index writes it"
    if os.path.lexists(path):
        yield f"{path} is not what was written: {again}"
    elif not (folder / whoosh_toc.NEW).is_file() and not any(folder.glob("_MAIN_*.toc")):
        yield f"{path} is missing: {again}"


def _measured(path: Path) -> tuple[int, int]:
    """Return the size in bytes and the CRC-32 of a file."""
    size = checksum = 0
    with open(opened(path), "rb") as file:
        while block := file.read(BLOCK):
            size += len(block)
            checksum = crc32(block, checksum)
    return size, checksum
