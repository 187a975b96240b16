"""Turns an argument into documents: a file, or standard input for `-`."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from seedsearch.reading.documents import RawDocument
    from seedsearch.restoring.collection import RestoreOptions
    from seedsearch.restoring.documents import (
        Cleaned,
    )


class Source(Protocol):
    """A readable stream of bytes."""

    def read(self) -> bytes:
        """Return the rest."""


def one_cleaned(path: str, options: RestoreOptions | None = None, source: Source | None = None) -> Cleaned:
    """Restore one file according to the options; standard input, or `source`, for -.

    A part of a file may be given by its name in an index: `a.zip!/b.txt`, `table.csv#12`.
    """
    from seedsearch.reading.files import read_bytes
    from seedsearch.reading.formats import one_text
    from seedsearch.restoring.clean import clean_document
    from seedsearch.restoring.collection import DEFAULT
    from seedsearch.restoring.containers import clean_file

    options = options or DEFAULT
    if file := file_of_part(path):
        return clean_document(_part(file, path, options.encoding), options.steps, sure=options.sure)
    content = (source or sys.stdin.buffer).read() if path == "-" else read_bytes(path)
    document = one_text(path, content, options.encoding)
    return clean_file(document, options.steps, options.fields, options.kind, options.sure)


def file_of_part(path: str) -> str | None:
    """Return the file of which a path names a part; None if it names a file or nothing that exists."""
    if path == "-" or os.path.lexists(path):
        return None
    ends = [found.start() for found in re.finditer(r"!/|#", path)]
    return next((path[:end] for end in ends if os.path.isfile(path[:end])), None)


def _part(file: str, path: str, encoding: str | None) -> RawDocument:
    from seedsearch.errors import SourceError
    from seedsearch.reading.documents import RawDocument
    from seedsearch.reading.files import read_bytes
    from seedsearch.reading.formats.format import Asked
    from seedsearch.reading.portions import documents_with

    for found in documents_with(path, file, read_bytes(file), Asked(encoding, in_folder=True)):
        if isinstance(found, RawDocument) and found.path == path:
            return found
    raise SourceError(f"{path} is not in {file}", hint=f"seedsearch clean --jsonl {file} names what is")
