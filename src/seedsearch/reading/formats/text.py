"""Text in any encoding: every file of no other format. HTML is parsed when it is restored."""

from __future__ import annotations

from collections.abc import Iterator

from seedsearch.reading.documents import RawDocument
from seedsearch.reading.formats.format import File


def recognises(_: File) -> bool:
    """Return whether a file may be text: that is found out by reading it."""
    return True


def parts(file: File) -> Iterator[RawDocument]:
    """Yield the file itself, decoded; raises NotText for a binary one."""
    yield file.text()
