"""FictionBook (FB2) → text: title and authors, then one line per paragraph or line of verse. Pictures are left out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from seedsearch.reading.formats.format import File
from seedsearch.reading.formats.members import Extracted
from seedsearch.reading.formats.xml_text import Grammar, text_of

_ROOT = re.compile(rb"<FictionBook[\s>]")
_HEAD = 2048  # bytes in which the root stands
_GRAMMAR = Grammar(
    lines=frozenset(
        {"p", "v", "subtitle", "text-author", "book-title", "author", "translator", "td", "th", "keywords"}
    ),
    rows=frozenset({"tr"}),
    dropped=frozenset({"binary", "stylesheet", "document-info", "genre"}),
)


def recognises(file: File) -> bool:
    """Return whether its root is that of a FictionBook."""
    return (
        _ROOT.search(file.content[:_HEAD]) is not None and file.content[:_HEAD].lstrip(b"\xef\xbb\xbf \r\n")[:1] == b"<"
    )


def parts(file: File) -> Iterator[Extracted]:
    """Yield the text of the book; raises SourceError where its XML is broken."""
    yield Extracted(text_of(file.content, _GRAMMAR))
