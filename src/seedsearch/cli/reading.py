"""What a person hands over, as documents: a file, or standard input for -."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seedsearch.model import Cleaned


def one_cleaned(path: str, encoding: str | None = None) -> Cleaned:
    """One file, restored; standard input for -."""
    from seedsearch.formats import one_text
    from seedsearch.restoring import clean_document
    from seedsearch.source import read_bytes

    content = sys.stdin.buffer.read() if path == "-" else read_bytes(path)
    return clean_document(one_text(path, content, encoding))
