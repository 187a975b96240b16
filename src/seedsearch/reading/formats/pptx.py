"""Presentations (PPTX) → text: one line per paragraph, a form feed after each slide and its notes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from seedsearch.errors import SourceError
from seedsearch.reading.formats import open_xml, zip_archive
from seedsearch.reading.formats.format import File
from seedsearch.reading.formats.limits import Budget
from seedsearch.reading.formats.members import Extracted, Lost
from seedsearch.reading.formats.safe_xml import read_xml
from seedsearch.reading.formats.xml_text import Grammar, text_of
from seedsearch.reading.formats.zip_archive import Archive

BODY = "ppt/presentation.xml"
_SLIDE = r"ppt/slides/slide(\d{1,6})\.xml"
_NOTES = "ppt/notesSlides/"
_GRAMMAR = Grammar(
    lines=frozenset({"p"}),
    cells=frozenset({"tc"}),
    rows=frozenset({"tr"}),
    dropped=frozenset({"Fallback", "fld"}),  # fields are numbers of slides and dates
    texts=frozenset({"t"}),
    signs={"br": "\n", "tab": "\t"},
)


def recognises(file: File) -> bool:
    """Return whether it is a ZIP archive with the body of a presentation."""
    return BODY in zip_archive.names(file)


def parts(file: File) -> Iterator[Extracted | Lost]:
    """Yield the text of the presentation, and the slides that cannot be read."""
    archive, budget = zip_archive.archive(file), file.budget
    about, said = open_xml.about(archive, budget)
    pieces, lost = [about], []
    for name in _slides(archive, budget):
        try:
            pieces.append(_slide(archive, name, budget))
        except SourceError as error:
            if budget.spent:
                raise
            lost.append(Lost(name, str(error)))
        pieces.append("\f")
    yield Extracted("".join(pieces), said)
    yield from lost


def _slides(archive: Archive, budget: Budget) -> list[str]:
    """Return the slides in the order of the show, and then those that are not in it."""
    leads_to = open_xml.relations(archive, BODY, budget)
    order: list[str] = []

    def started(element: str, attributes: Mapping[str, str]) -> None:
        if element == "sldId" and attributes.get("id") in leads_to:
            order.append(leads_to[attributes["id"]])

    read_xml(open_xml.part(archive, BODY, budget), started, lambda _: None, lambda _: None)
    return list(dict.fromkeys([*order, *open_xml.numbered(archive.names, _SLIDE)]))


def _slide(archive: Archive, name: str, budget: Budget) -> str:
    """Return the text of a slide and of its notes."""
    notes = [other for other in open_xml.relations(archive, name, budget).values() if other.startswith(_NOTES)]
    return "".join(text_of(open_xml.part(archive, part, budget), _GRAMMAR) for part in [name, *notes])
