"""Books (EPUB) → their chapters, in the order in which they are read. Each is an HTML document of its own."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import unquote

from seedsearch.errors import SourceError
from seedsearch.reading.formats import zip_archive
from seedsearch.reading.formats.format import File
from seedsearch.reading.formats.limits import Budget
from seedsearch.reading.formats.members import Lost, Member, place
from seedsearch.reading.formats.safe_xml import read_xml
from seedsearch.reading.formats.zip_archive import Archive, read

CONTAINER = "META-INF/container.xml"


def recognises(file: File) -> bool:
    """Whether it is a ZIP archive that says, as books do, what it holds."""
    return CONTAINER in zip_archive.names(file)


def parts(file: File) -> Iterator[Member | Lost]:
    """The chapters; raises SourceError for a book that does not say which they are."""
    archive = zip_archive.archive(file)
    inside = set(archive.namelist())
    for name in dict.fromkeys(_spine(archive, file.budget)):
        yield _chapter(archive, name, inside, file.budget)


def _chapter(archive: Archive, name: str, inside: set[str], budget: Budget) -> Member | Lost:
    try:
        if place(name) != name or name not in inside:
            raise SourceError("a chapter that is not in the book")
        return Member(name, read(archive, archive.getinfo(name), budget))
    except SourceError as error:
        if budget.spent:
            raise
        return Lost(name, str(error))


def _spine(archive: Archive, budget: Budget) -> list[str]:
    """The names of the chapters in the archive."""
    named = _elements(archive, CONTAINER, {"rootfile": ("full-path",)}, budget)["rootfile"]
    root = next((name for (name,) in named if name), None)
    if root is None:
        raise SourceError("a book without a table of what it holds")
    found = _elements(archive, root, {"item": ("id", "href"), "itemref": ("idref",)}, budget)
    files = {item: href for item, href in found["item"]}  # noqa: C416
    order = [files.get(number, "") for (number,) in found["itemref"]]
    folder = posixpath.dirname(root)
    return [posixpath.normpath(posixpath.join(folder, unquote(href))) for href in order if href]


def _elements(
    archive: Archive, part: str, wanted: Mapping[str, Sequence[str]], budget: Budget
) -> dict[str, list[tuple[str, ...]]]:
    """The elements of these names in a part of the book, each with those of its attributes that are wanted."""
    found: dict[str, list[tuple[str, ...]]] = {name: [] for name in wanted}

    def started(name: str, attributes: Mapping[str, str]) -> None:
        if name in wanted:
            budget.part()
            found[name].append(tuple(attributes.get(key, "") for key in wanted[name]))

    try:
        info = archive.getinfo(part)
    except KeyError as error:
        raise SourceError(f"a book without its {part}") from error
    read_xml(read(archive, info, budget), started, lambda _: None, lambda _: None)
    return found
