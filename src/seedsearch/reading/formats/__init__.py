"""Files as people have them → documents: what a file is, and what it holds.

A file is recognised by its content first, then by its name. One that holds others (an archive, a book, a table) gives
several documents, whose paths go on from its own: `a.zip!/b.txt`, `table.csv#12`. Nothing is raised for a file that can
not be read: it, or the part of it, comes as a Failure, and the rest comes all the same.

| what | by | documents |
|---|---|---|
| ZIP; TAR; gzip, bzip2, xz | first bytes | each file inside, to a depth |
| DOCX, PDF | first bytes, names inside | one |
| EPUB | first bytes, names inside | each chapter |
| CSV, TSV, JSON Lines | the ending of the name | each record |
| anything else | | one, if it is text (HTML is parsed where it is cleaned) |
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial

from seedsearch.errors import ExtraMissing, NotText, SeedsearchError, SourceError
from seedsearch.offsets import apply_edits
from seedsearch.reading.documents import (
    Failure,
    RawDocument,
)
from seedsearch.reading.encodings import Beside, Neighbours
from seedsearch.reading.files import digest, raw_document
from seedsearch.reading.formats import docx, epub, pdf, tar_archive, zip_archive
from seedsearch.reading.formats import tables as records
from seedsearch.reading.formats.limits import DEPTH, Budget
from seedsearch.reading.formats.members import Extracted, Lost, Member
from seedsearch.reading.neighbours import among, beside

_TABLES = {".csv", ".tsv", ".tab"}
_LINES = {".jsonl", ".ndjson"}
# The names of formats that are no text, which stand where a text has its encoding.
EXTRACTED = {"pdf", "docx"}
# What standard input is called.
STDIN = "-"


@dataclass(frozen=True, slots=True)
class Asked:
    """How a file is to be read: in which encoding if one is given, and tables as `records` or as one text.

    `in_folder`: the files beside it may say which encoding it is in; otherwise `beside` does.
    """

    encoding: str | None = None
    records: bool = True
    in_folder: bool = False
    beside: Beside = dict
    depth: int = DEPTH


def complete() -> bool:
    """Whether the packages for all formats are here."""
    return pdf.available()


def documents(path: str, content: bytes, asked: Asked | None = None) -> Iterator[RawDocument | Failure]:
    """What the file at `path` holds, in its order."""
    try:
        yield from _documents(path, content, asked or Asked(), Budget.of(len(content)))
    except SourceError as error:
        yield Failure(path, str(error))


def documents_on_disk(path: str, content: bytes, asked: Asked) -> Iterator[RawDocument | Failure]:
    """The same for a file that lies among others: a part gives way to a file that is named like it."""
    for item in documents(path, content, replace(asked, in_folder=True)):
        if isinstance(item, RawDocument) and item.path != path and os.path.lexists(item.path):
            yield Failure(item.path, f"a file of this name lies beside {path}", skipped=True)
        else:
            yield item


def one_text(path: str, content: bytes, encoding: str | None = None) -> RawDocument:
    """All that the file at `path` holds as one document; raises SourceError where that is nothing."""
    found = list(documents(path, content, Asked(encoding, records=False, in_folder=path != STDIN)))
    texts = [item for item in found if isinstance(item, RawDocument)]
    if not texts:
        raise SourceError(next((item.reason for item in found if isinstance(item, Failure)), f"{path} holds no text"))
    return texts[0] if len(texts) == 1 else replace(texts[0], path=path, text=_joined(texts), edits=())


def _joined(texts: Iterable[RawDocument]) -> str:
    return "\n".join(apply_edits(text.text, text.edits) for text in texts)


def _documents(path: str, content: bytes, asked: Asked, budget: Budget) -> Iterator[RawDocument | Failure]:
    names = set()
    others: Beside | None = None
    try:
        for part in _parts(path, content, asked, budget):
            match part:
                case Member(name=name) if name in names:
                    yield Failure(f"{path}!/{name}", "another file of this name is in the archive")
                case Member(name=name):
                    names.add(name)
                    others = others or cache(partial(_told_by, part.heads))
                    inner = replace(asked, depth=asked.depth - 1, in_folder=False, beside=others)
                    yield from _documents(f"{path}!/{name}", part.content, inner, budget)
                case Extracted():
                    yield RawDocument(path, digest(content), part.encoding, part.text)
                case Lost(name=name):
                    yield Failure(f"{path}!/{name}" if name else path, part.reason, part.skipped)
                case _:
                    yield part
            del part  # before the next one is unpacked
    except SeedsearchError as error:
        if budget.spent:  # nothing more is read of the whole file
            raise
        missing = isinstance(error, ExtraMissing)
        yield Failure(path, str(error), skipped=missing or isinstance(error, NotText), retry=missing)


def _told_by(heads: Callable[[], Iterable[bytes]]) -> Neighbours:
    return among(heads())


def _parts(
    path: str, content: bytes, asked: Asked, budget: Budget
) -> Iterator[Member | Extracted | Lost | RawDocument | Failure]:
    """What stands directly in a file; raises SourceError where that cannot be had."""
    if content.startswith(pdf.MAGIC):
        extracted, lost = pdf.pages(content, budget)
        yield extracted
        yield from lost
    elif content.startswith(zip_archive.MAGIC):
        yield from _of_zip(content, asked, budget)
    elif tar_archive.is_packed(content):
        _descend(asked)
        inner = tar_archive.loosened(path, content, budget)
        yield from tar_archive.members(inner.content, budget) if tar_archive.is_tar(inner.content) else [inner]
    elif tar_archive.is_tar(content):
        _descend(asked)
        yield from tar_archive.members(content, budget)
    else:
        budget.text(len(content))
        yield from _of_text(
            raw_document(path, content, asked.encoding, partial(beside, path) if asked.in_folder else asked.beside),
            asked,
            budget,
        )


def _descend(asked: Asked) -> None:
    if asked.depth == 0:
        raise SourceError(f"an archive more than {DEPTH} deep in others", hint="unpack the outer ones")


def _of_zip(content: bytes, asked: Asked, budget: Budget) -> Iterator[Member | Extracted | Lost]:
    with zip_archive.opened(content) as archive:
        names = archive.namelist()
        if epub.CONTAINER in names:
            yield from epub.chapters(archive, budget)
        elif docx.is_docx(names):
            extracted = docx.text(archive, budget)
            budget.text(len(extracted))
            yield Extracted(extracted, "docx")
        else:
            _descend(asked)
            yield from zip_archive.members(archive, budget)


def _of_text(document: RawDocument, asked: Asked, budget: Budget) -> Iterator[RawDocument | Failure]:
    ending = os.path.splitext(document.path)[1].lower()
    if not asked.records or ending not in _TABLES | _LINES:
        yield document
        return
    found = records.of_table if ending in _TABLES else records.of_lines
    for record in found(apply_edits(document.text, document.edits), budget):
        budget.part()
        path = f"{document.path}#{record.number}"
        yield replace(document, path=path, text=record.text, edits=())
        if record.reason:
            yield Failure(path, record.reason)
