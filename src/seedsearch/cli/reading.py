"""What a person hands over, as documents: a file, or standard input for -."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seedsearch.model import Cleaned


def one_cleaned(path: str, encoding: str | None = None) -> Cleaned:
    """One file, restored; standard input for -."""
    from seedsearch.restoring import clean_document
    from seedsearch.source import raw_document, read_bytes

    content = sys.stdin.buffer.read() if path == "-" else read_bytes(path)
    return clean_document(raw_document(path, content, encoding))
