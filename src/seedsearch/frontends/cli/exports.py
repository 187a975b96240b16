"""Parts of `query`: exports of every match, evidence of repairs, and opening a hit in the editor."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import groupby
from typing import TYPE_CHECKING

from seedsearch.errors import FileChanged, SourceError
from seedsearch.frontends.cli.messages import note
from seedsearch.frontends.cli.stdout import flush, print_lines, print_paged, style_of

if TYPE_CHECKING:
    from seedsearch.frontends.library import Library
    from seedsearch.frontends.passages import Passage
    from seedsearch.searching.document import Document
    from seedsearch.searching.index import Index
    from seedsearch.searching.results import Results

# Output forms with every match of every document and its place.
OF_MATCHES = ("csv", "markdown", "note", "vimgrep")
FORMS = ("text", "json", *OF_MATCHES)


def print_matches(
    form: str, opened: Index, found: Sequence[str], typed: str, place: str, seconds: float | None
) -> None:
    """Print every match in the documents found, in one of the forms OF_MATCHES."""
    from seedsearch.frontends.library import Library
    from seedsearch.frontends.render import passages as rendered

    with closing(Library(place)) as library:
        named = _names(opened)
        shown = _passages(opened, found, typed, library, seconds)
        lines: dict[str, Callable[[], Iterator[str]]] = {
            "csv": lambda: rendered.as_csv(shown, named),
            "markdown": lambda: rendered.markdown(shown, named),
            "note": lambda: rendered.notes(shown, named, _digests(library)),
            "vimgrep": lambda: rendered.vimgrep(shown, named),
        }
        print_lines(lines[form]())


def first_lines(opened: Index, found: Sequence[str], typed: str, place: str) -> dict[str, str]:
    """Return the first match of each document as a line for editors."""
    from seedsearch.frontends.library import Library
    from seedsearch.frontends.render import passages as rendered

    with closing(Library(place)) as library:
        named = _names(opened)
        every = groupby(_passages(opened, found, typed, library, None), lambda one: one.path)
        return {path: next(rendered.vimgrep(of_document, named)) for path, of_document in every}


def print_evidence(
    opened: Index, results: Results, typed: str, place: str, seconds: float | None, *, as_json: bool, pager: str | None
) -> None:
    """Print, for each match in the hits of a page, the text of the file, the restored text, and the repairs."""
    from seedsearch.frontends.library import Library
    from seedsearch.frontends.render import passages as rendered

    with closing(Library(place)) as library:
        shown = _passages(opened, [hit.path for hit in results.hits], typed, library, seconds)
        digest_of = _digests(library)
        if as_json:
            print_lines(rendered.evidence_json(shown, digest_of))
        else:
            print_paged(rendered.evidence_text(shown, style_of(), digest_of), pager)


def open_hit(opened: Index, results: Results, number: int, offset: int, typed: str, place: str) -> int:
    """Open the first match of a hit in the editor; return the exit code. Raises SourceError if that is impossible."""
    from seedsearch.frontends.editor import open_in_editor
    from seedsearch.frontends.library import Library

    hits = results.hits[number - 1 - offset :][:1] if number > offset else ()
    if not hits:
        raise SourceError(f"there is no hit {number}", hint="the numbers are those that query prints")
    with closing(Library(place)) as library:
        passage = next(_passages(opened, [hits[0].path], typed, library, None))
    path = _names(opened)(passage.path)
    if not os.path.isfile(path):
        raise SourceError(f"{path} is not a file by itself", hint=f"print it with: seedsearch show '{passage.path}'")
    flush()
    return open_in_editor(path, passage.line, passage.column, passage.byte_column)


def _passages(
    opened: Index, found: Iterable[str], typed: str, library: Library, seconds: float | None
) -> Iterator[Passage]:
    from seedsearch.frontends.passages import passages

    for _, of_document in groupby(passages(opened, found, typed, library.raw, seconds), lambda one: one.path):
        for number, passage in enumerate(of_document):
            if passage.raw_text is None and not number:
                note(f"{passage.path} is no longer the file that was indexed: columns count characters")
            yield passage


def _names(opened: Index) -> Callable[[str], str]:
    """Return a function from paths of the index to paths from the current folder."""
    from seedsearch.frontends.passages import from_here

    base, here = opened.base, os.getcwd()
    return lambda path: from_here(path, base, here)


def _digests(library: Library) -> Callable[[Passage], str | None]:
    """Return a function for the SHA-256 of the file of a passage, if it is unchanged since it was indexed.

    Passages come document by document, so each file is read once.
    """
    last: tuple[Document | None, str | None] = None, None

    def digest(passage: Passage) -> str | None:
        nonlocal last
        document = passage.document
        if last[0] is not document:
            try:
                last = document, library.digest(document)
            except FileChanged:
                last = document, None
        return last[1]

    return digest
