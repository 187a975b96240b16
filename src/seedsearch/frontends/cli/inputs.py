"""What a person hands over, as documents: a file, or standard input for -."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seedsearch.restoring.documents import (
        Cleaned,
    )


def one_cleaned(path: str, encoding: str | None = None, steps: tuple[str, ...] | None = None) -> Cleaned:
    """Return one file, restored by all steps or by those named; standard input for -."""
    from seedsearch.reading.files import read_bytes
    from seedsearch.reading.formats import one_text
    from seedsearch.restoring.clean import clean_document

    content = sys.stdin.buffer.read() if path == "-" else read_bytes(path)
    return clean_document(one_text(path, content, encoding), steps)
