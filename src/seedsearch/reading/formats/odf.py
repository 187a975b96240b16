"""OpenDocument (ODT, ODS, ODP) → text: one line per paragraph or table row, with tabs between cells.

A sheet begins with its name, and a slide ends with a form feed. What was deleted under revision and readings above
characters are left out. Cells that are repeated stand once.
"""

from __future__ import annotations

from collections.abc import Iterator

from seedsearch.errors import SourceError
from seedsearch.reading.documents import Said
from seedsearch.reading.formats import open_xml, zip_archive
from seedsearch.reading.formats.format import File
from seedsearch.reading.formats.limits import Budget
from seedsearch.reading.formats.members import Extracted
from seedsearch.reading.formats.xml_text import Grammar, text_of, values
from seedsearch.reading.formats.zip_archive import Archive

BODY, ABOUT, MANIFEST = "content.xml", "meta.xml", "META-INF/manifest.xml"
_SAID = frozenset({"title", "subject", "initial-creator", "creator", "keyword", "description"})
_GRAMMAR = Grammar(
    lines=frozenset({"p", "h"}),
    cells=frozenset({"table-cell"}),
    rows=frozenset({"table-row"}),
    pages=frozenset({"page"}),
    dropped=frozenset({"tracked-changes", "ruby-text", "note-citation", "page-number", "script", "automatic-styles"}),
    named=frozenset({"table"}),
    signs={"tab": "\t", "line-break": "\n", "s": " "},
)


def recognises(file: File) -> bool:
    """Return whether it is a ZIP archive with the body of an OpenDocument."""
    return {"mimetype", BODY} <= zip_archive.names(file)


def parts(file: File) -> Iterator[Extracted]:
    """Yield the text of the document; raises SourceError for one that is broken or encrypted."""
    archive = zip_archive.archive(file)
    if MANIFEST in archive.names and b"encryption-data" in open_xml.part(archive, MANIFEST, file.budget):
        raise SourceError("it is encrypted", hint="save it without a password")
    about, said = _about(archive, file.budget) if ABOUT in archive.names else ("", Said())
    yield Extracted(about + text_of(open_xml.part(archive, BODY, file.budget), _GRAMMAR), said)


def _about(archive: Archive, budget: Budget) -> tuple[str, Said]:
    """Return the metadata of the document, as lines and as title and authors; empty if it cannot be read."""
    try:
        found = values(open_xml.part(archive, ABOUT, budget), _SAID)
    except SourceError:
        if budget.spent:
            raise
        return "", Said()
    lines = "".join(f"{text}\n" for text in dict.fromkeys(text for _, text in found))
    return lines, Said.of(found, ("initial-creator", "creator"))
