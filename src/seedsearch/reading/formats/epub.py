"""Books (EPUB) → the metadata of the book, and its chapters in reading order.

Title, authors and table of contents form a document with the name of the book. Each chapter is an HTML document.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from seedsearch.errors import SourceError
from seedsearch.reading.documents import Said
from seedsearch.reading.formats import zip_archive
from seedsearch.reading.formats.format import File
from seedsearch.reading.formats.limits import Budget
from seedsearch.reading.formats.members import Extracted, Lost, Member, place
from seedsearch.reading.formats.safe_xml import read_xml
from seedsearch.reading.formats.xml_text import values
from seedsearch.reading.formats.zip_archive import Archive, read

CONTAINER, ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"
_SAID = frozenset({"title", "creator", "contributor", "subject", "description", "publisher"})
_CONTENTS = "application/x-dtbncx+xml"
_TAG = re.compile(r"<[^<>]{1,200}>")


@dataclass(slots=True)
class _Book:
    """The package document of a book: its files by id, the reading order, and the table of contents."""

    folder: str
    files: dict[str, str] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    contents: str = ""

    def place(self, href: str) -> str:
        """Return the name in the archive of a file to which the package refers."""
        return posixpath.normpath(posixpath.join(self.folder, unquote(href)))


def recognises(file: File) -> bool:
    """Tell whether it is a ZIP archive with the container file of a book."""
    return CONTAINER in zip_archive.names(file)


def parts(file: File) -> Iterator[Extracted | Member | Lost]:
    """Yield the metadata of the book and its chapters; raises SourceError if it does not list them."""
    archive, budget = zip_archive.archive(file), file.budget
    root = _root(archive, budget)
    package = _part(archive, root, budget)  # only once, because reading a member twice counts as overlapping members
    book = _book(posixpath.dirname(root), package, budget)
    about, said = _about(archive, package, book, budget)
    if about:
        yield Extracted(about, said)
    encrypted = _encrypted(archive, budget) if ENCRYPTION in archive.names else frozenset()
    for name in dict.fromkeys(book.place(href) for number in book.order if (href := book.files.get(number))):
        yield Lost(name, "it is encrypted") if name in encrypted else _chapter(archive, name, said, budget)


def _chapter(archive: Archive, name: str, said: Said, budget: Budget) -> Member | Lost:
    try:
        if place(name) != name or name not in archive.names:
            raise SourceError("a chapter that is not in the book")
        return Member(name, read(archive, archive.getinfo(name), budget), said=said)
    except SourceError as error:
        if budget.spent:
            raise
        return Lost(name, str(error))


def _root(archive: Archive, budget: Budget) -> str:
    """Return the name of the package of the book."""
    found: list[str] = []

    def started(name: str, attributes: Mapping[str, str]) -> None:
        if name == "rootfile" and (path := attributes.get("full-path")):
            budget.part()
            found.append(path)

    read_xml(_part(archive, CONTAINER, budget), started, lambda _: None, lambda _: None)
    if not found:
        raise SourceError("a book without a table of what it holds")
    return found[0]


def _book(folder: str, package: bytes, budget: Budget) -> _Book:
    book = _Book(folder)

    def started(name: str, attributes: Mapping[str, str]) -> None:
        if name == "item":
            budget.part()
            book.files[attributes.get("id", "")] = href = attributes.get("href", "")
            if attributes.get("media-type") == _CONTENTS:
                book.contents = book.place(href)
        elif name == "itemref":
            budget.part()
            book.order.append(attributes.get("idref", ""))

    read_xml(package, started, lambda _: None, lambda _: None)
    return book


def _about(archive: Archive, package: bytes, book: _Book, budget: Budget) -> tuple[str, Said]:
    """Return the metadata and the headings of the table of contents, one per line; and title and authors."""
    found = values(package, _SAID)
    lines = [_TAG.sub("", text) for kind in ("title", "creator", "") for name, text in found if _sorted(name) == kind]
    try:
        if book.contents:
            lines += [text for _, text in values(_part(archive, book.contents, budget), frozenset({"text"}))]
    except SourceError:
        if budget.spent:
            raise
    said = Said.of((name, _TAG.sub("", text)) for name, text in found)
    return "".join(f"{line}\n" for line in dict.fromkeys(lines)), said


def _sorted(name: str) -> str:
    """Sort titles first, then authors, then the rest."""
    return name if name in ("title", "creator") else ""


def _encrypted(archive: Archive, budget: Budget) -> frozenset[str]:
    """Return the names of encrypted files (OCF 3.2, section 4.2.6.3.2)."""
    found: list[str] = []

    def started(name: str, attributes: Mapping[str, str]) -> None:
        if name == "CipherReference":
            budget.part()
            found.append(unquote(attributes.get("URI", "")))

    read_xml(_part(archive, ENCRYPTION, budget), started, lambda _: None, lambda _: None)
    return frozenset(found)


def _part(archive: Archive, name: str, budget: Budget) -> bytes:
    try:
        return read(archive, archive.getinfo(name), budget)
    except KeyError as error:
        raise SourceError(f"a book without its {name}") from error
