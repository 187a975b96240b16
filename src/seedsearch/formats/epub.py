"""Books (EPUB) → their chapters, in the order in which they are read. Each is an HTML document of its own."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from seedsearch.errors import SourceError
from seedsearch.formats.limits import Budget
from seedsearch.formats.parts import Lost, Member, place
from seedsearch.formats.plain_xml import read_xml
from seedsearch.formats.zipped import read

CONTAINER = "META-INF/container.xml"


def chapters(archive: zipfile.ZipFile, budget: Budget) -> Iterator[Member | Lost]:
    """The chapters; raises SourceError for a book that does not say which they are."""
    inside = set(archive.namelist())
    for name in dict.fromkeys(_spine(archive, budget)):
        try:
            if place(name) != name or name not in inside:
                raise SourceError("a chapter that is not in the book")
            content = read(archive, archive.getinfo(name), budget)
        except SourceError as error:
            if budget.spent:
                raise
            yield Lost(name, str(error))
        else:
            yield Member(name, content)


def _spine(archive: zipfile.ZipFile, budget: Budget) -> list[str]:
    """The names of the chapters in the archive."""
    roots = [found["full-path"] for _, found in _elements(archive, CONTAINER, budget) if "full-path" in found]
    if not roots:
        raise SourceError("a book without a table of what it holds")
    elements = _elements(archive, roots[0], budget)
    files = {found.get("id"): found.get("href", "") for name, found in elements if name == "item"}
    order = [files.get(found.get("idref"), "") for name, found in elements if name == "itemref"]
    folder = posixpath.dirname(roots[0])
    return [posixpath.normpath(posixpath.join(folder, unquote(href))) for href in order if href]


def _elements(archive: zipfile.ZipFile, name: str, budget: Budget) -> list[tuple[str, Mapping[str, str]]]:
    """The elements of a part of the book, with their attributes."""
    found: list[tuple[str, Mapping[str, str]]] = []
    try:
        info = archive.getinfo(name)
    except KeyError as error:
        raise SourceError(f"a book without its {name}") from error
    read_xml(read(archive, info, budget), lambda *element: found.append(element), lambda _: None, lambda _: None)
    return found
