"""Every match of a query with its place in the untouched file, for exports, quotations, editors and evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from os import path as paths

from seedsearch.errors import FileChanged
from seedsearch.offsets import Edit, Span
from seedsearch.searching.document import Document
from seedsearch.searching.index import Index

LONGEST = 400  # code points of a line that is shown whole
AROUND = 150  # code points before and after a match in a longer one


@dataclass(frozen=True)
class Passage:
    """A match in its line. Spans are code points: `found` and `shown` of the readable text, `raw` of the raw text.

    `shown` is the line, or the part of a long line around the match. `raw_text` is the raw text of the file, None if
    the file has changed since it was indexed.
    """

    document: Document
    found: Span
    shown: Span
    raw: Span
    raw_text: str | None

    @property
    def path(self) -> str:
        """The path of the document in the index."""
        return self.document.path

    @property
    def match(self) -> str:
        """The matched readable text."""
        return self.found.cut(self.document.readable)

    @property
    def before(self) -> str:
        """The text before it on its line."""
        return self.document.readable[self.shown.start : self.found.start]

    @property
    def after(self) -> str:
        """The text after it on its line."""
        return self.document.readable[self.found.end : self.shown.end]

    @cached_property
    def place(self) -> tuple[int, int]:
        """Line and column in the raw text, from 1, the column in code points."""
        return self.document.record.place(self.raw.start)

    @property
    def line(self) -> int:
        """The line in the raw text, from 1."""
        return self.place[0]

    @property
    def column(self) -> int:
        """The column in the raw text, from 1, in code points."""
        return self.place[1]

    @property
    def byte_column(self) -> int:
        """The column from 1 in bytes of UTF-8, as editors count; in code points if the file has changed."""
        if self.raw_text is None:
            return self.column
        begin = self.raw.start - self.column + 1
        return len(self.raw_text[begin : self.raw.start].encode("utf-8", "surrogatepass")) + 1

    @cached_property
    def raw_shown(self) -> Span:
        """The span of the shown text in the raw text."""
        return self.document.offsets.to_raw(self.shown)

    @property
    def raw_line(self) -> str | None:
        """The raw text of the passage shown."""
        return None if self.raw_text is None else self.raw_shown.cut(self.raw_text)

    @property
    def edits(self) -> list[Edit]:
        """The repairs in the passage shown, in order."""
        shown = self.raw_shown
        return [e for e in self.document.edits if e.span.start <= shown.end and shown.start <= e.span.end]


def passages(
    index: Index, found: Iterable[str], query: str, raw_of: Callable[[Document], str], seconds: float | None
) -> Iterator[Passage]:
    """Yield every match of a query in the documents that it `found`, document by document, in order.

    A document that is not found by its text is represented by its first line. `raw_of` returns the raw text of a
    document and raises FileChanged if it is not available; it is only called if something was repaired.
    """
    for path in found:
        document = index.document(path)
        readable = document.readable
        raw_text = _raw(document, raw_of)
        for span in index.places(path, query, seconds=seconds) or (Span(0, 0),):
            shown = _line(readable, span)
            yield Passage(document, span, shown, document.offsets.to_raw(span), raw_text)


def _raw(document: Document, raw_of: Callable[[Document], str]) -> str | None:
    if not document.record.replaced:
        return document.readable
    try:
        return raw_of(document)
    except FileChanged:
        return None


def _line(readable: str, span: Span) -> Span:
    """Return the line of a match, or its surroundings in a long line."""
    begin = readable.rfind("\n", 0, span.start) + 1
    end = readable.find("\n", span.end)
    end = len(readable) if end < 0 else end
    if end - begin > LONGEST:
        begin, end = max(begin, span.start - AROUND), min(end, span.end + AROUND)
    return Span(begin, end)


def from_here(path: str, base: str, here: str) -> str:
    """Return the path of an indexed file relative to the current folder."""
    return path if here == base else paths.join(base, path)
