"""What a person hands over, as documents: a file, or standard input for -."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seedsearch.restoring.collection import RestoreOptions
    from seedsearch.restoring.documents import (
        Cleaned,
    )


def one_cleaned(path: str, options: RestoreOptions | None = None) -> Cleaned:
    """Return one file, restored as the options say; standard input for -."""
    from seedsearch.reading.files import read_bytes
    from seedsearch.reading.formats import one_text
    from seedsearch.restoring.collection import DEFAULT
    from seedsearch.restoring.containers import clean_file

    options = options or DEFAULT
    content = sys.stdin.buffer.read() if path == "-" else read_bytes(path)
    document = one_text(path, content, options.encoding)
    return clean_file(document, options.steps, options.fields, options.kind)
