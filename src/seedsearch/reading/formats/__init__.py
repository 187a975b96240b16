"""Files → documents: recognizes the format of a file and extracts its content.

A file is recognized by its content first, then by its name. A file that contains others (an archive, a book, a table)
yields several documents, whose paths extend its own: `a.zip!/b.txt`, `table.csv#12`. A file, or part of one, that
cannot be read does not raise but yields a Failure; the rest is still read.

FORMATS has a line for each format, and docs/files.md a row that tells what is read of it, and its limits.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache, partial

from seedsearch.errors import ExtraMissing, NotText, SeedsearchError, SourceError
from seedsearch.offsets import apply_edits
from seedsearch.reading.documents import (
    Failure,
    RawDocument,
    Said,
)
from seedsearch.reading.encodings import Beside, Neighbours
from seedsearch.reading.formats import (
    catalogues,
    chm,
    doc,
    docx,
    epub,
    fb2,
    libarchive,
    mail,
    mandoku,
    matter,
    mobi,
    notebook,
    odf,
    ole,
    parquet,
    pdf,
    ppt,
    pptx,
    rtf,
    sqlite,
    streams,
    subtitles,
    tables,
    tar_archive,
    tei,
    tex,
    text,
    xls,
    xlsx,
    zip_archive,
)
from seedsearch.reading.formats.format import Asked, File, Format, Package
from seedsearch.reading.formats.limits import DEPTH, Budget
from seedsearch.reading.formats.members import Extracted, Lost, Member
from seedsearch.reading.formats.zip_archive import to_its_end
from seedsearch.reading.neighbours import among

_PDF = Package("pdfminer", "pdf", "a PDF")
_ARCHIVES = Package("libarchive", "archives", "a file that is packed by 7z, RAR, Zstandard or LZ4")
_TABLES = Package("pyarrow", "parquet", "a table of Parquet or Arrow")
# The first format that recognizes a file reads it, so formats based on ZIP come before ZIP, and text is last.
FORMATS = (
    Format("pdf", pdf.recognises, pdf.parts, extracted=True, needs=_PDF),
    Format("epub", epub.recognises, to_its_end(epub.parts), extracted=True),
    Format("docx", docx.recognises, to_its_end(docx.parts), extracted=True),
    Format("xlsx", xlsx.recognises, to_its_end(xlsx.parts), extracted=True),
    Format("pptx", pptx.recognises, to_its_end(pptx.parts), extracted=True),
    Format("odf", odf.recognises, to_its_end(odf.parts), extracted=True),
    Format("zip", zip_archive.recognises, to_its_end(zip_archive.parts), archive=True),
    Format("gzip", streams.is_gzip, tar_archive.packed_parts, archive=True),
    Format("bzip2", streams.is_bzip2, tar_archive.packed_parts, archive=True),
    Format("xz", streams.is_xz, tar_archive.packed_parts, archive=True),
    Format("zstd", libarchive.is_zstd, libarchive.packed_parts, archive=True, needs=_ARCHIVES),
    Format("lz4", libarchive.is_lz4, libarchive.packed_parts, archive=True, needs=_ARCHIVES),
    Format("7z", libarchive.is_7z, libarchive.parts, archive=True, needs=_ARCHIVES),
    Format("rar", libarchive.is_rar, libarchive.parts, archive=True, needs=_ARCHIVES),
    Format("tar", tar_archive.recognises, tar_archive.parts, archive=True),
    Format("rtf", rtf.recognises, rtf.parts, extracted=True),
    Format("tei", tei.recognises, tei.parts, extracted=True),
    Format("fb2", fb2.recognises, fb2.parts, extracted=True),
    Format("doc", doc.recognises, doc.parts, extracted=True),
    Format("xls", xls.recognises, xls.parts, extracted=True),
    Format("ppt", ppt.recognises, ppt.parts, extracted=True),
    Format("ole", ole.recognises, ole.parts),
    Format("mbox", mail.is_mailbox, mail.messages, archive=True),
    Format("eml", mail.is_message, mail.parts, extracted=True, archive=True),
    Format("ipynb", notebook.recognises, notebook.parts, extracted=True),
    Format("sqlite", sqlite.recognises, sqlite.parts, extracted=True),
    Format("parquet", parquet.recognises, parquet.parts, extracted=True, needs=_TABLES),
    Format("chm", chm.recognises, chm.parts, extracted=True),
    Format("mobi", mobi.recognises, mobi.parts, extracted=True),
    Format("po", catalogues.recognises, catalogues.parts),
    Format("strings", catalogues.is_strings, catalogues.parts_of_strings),
    Format("subtitles", subtitles.recognises, subtitles.parts),
    Format("tex", tex.recognises, tex.parts),
    Format("mandoku", mandoku.recognises, mandoku.parts),
    Format("matter", matter.recognises, matter.parts),
    Format("csv", tables.is_table, tables.parts_of_table),
    Format("jsonl", tables.is_lines, tables.parts_of_lines),
    Format("text", text.recognises, text.parts),
)
# The names of formats other than text, which take the place of the encoding.
EXTRACTED = frozenset(format_.name for format_ in FORMATS if format_.extracted)
_PACKAGES = {format_.needs.module: format_.needs for format_ in FORMATS if format_.needs is not None}
# The name of standard input.
STDIN = "-"


def readable_now(modules: Iterable[str]) -> bool:
    """Tell whether any of these modules, which formats need, is installed."""
    return any(module in _PACKAGES and _PACKAGES[module].here() for module in modules)


def format_of(file: File) -> Format:
    """Return the format of a file; raises SourceError for a broken archive."""
    return next(format_ for format_ in FORMATS if format_.recognises(file))


def documents(path: str, content: bytes, asked: Asked | None = None) -> Iterator[RawDocument | Failure]:
    """Yield the documents in the file at `path`, in order; the bytes of a text are released before it is yielded."""
    found = _documents(path, content, asked or Asked(), Budget.of(len(content)))
    del content
    try:
        yield from found
    except SourceError as error:
        yield Failure(path, str(error))


def documents_on_disk(path: str, content: bytes, asked: Asked) -> Iterator[RawDocument | Failure]:
    """Yield the same for a file in a folder: a part is skipped if a file has its name."""
    found = documents(path, content, replace(asked, in_folder=True))
    del content
    for item in found:
        if isinstance(item, RawDocument) and item.path != path and os.path.lexists(item.path):
            yield Failure(item.path, f"shadowed by a file of the same name next to {path}", skipped=True)
        else:
            yield item


def part_of(path: str, content: bytes, wanted: str) -> bytes:
    """Return the bytes of the document `wanted` of the file at `path`: of a member of an archive, its own.

    A record of a table is part of a text, so its bytes are UTF-8. Raises SourceError if there is no such document.
    """
    if wanted == path:
        return content
    file = File(path, content, Asked(), Budget.of(len(content)))
    for part in _opened(file).reads(file):
        if isinstance(part, Member):
            inner = f"{path}!/{part.name}"
            if wanted == inner or wanted.startswith((f"{inner}!/", f"{inner}#")):
                return part_of(inner, part.content, wanted)
        elif isinstance(part, RawDocument) and part.path == wanted:
            return part.text.encode("utf-8", "surrogateescape")
    raise SourceError(f"{wanted} is not in {path}")


def one_text(path: str, content: bytes, encoding: str | None = None) -> RawDocument:
    """Return the whole content of the file at `path` as one document; raises SourceError if there is none."""
    found = list(documents(path, content, Asked(encoding, records=False, in_folder=path != STDIN)))
    texts = [item for item in found if isinstance(item, RawDocument)]
    if not texts:
        raise SourceError(next((item.reason for item in found if isinstance(item, Failure)), f"{path} holds no text"))
    return texts[0] if len(texts) == 1 else replace(texts[0], path=path, text=_joined(texts), edits=(), passed_over=())


def _joined(texts: Iterable[RawDocument]) -> str:
    return "\n".join(apply_edits(text.text, text.edits) for text in texts)


def _documents(path: str, content: bytes, asked: Asked, budget: Budget) -> Iterator[RawDocument | Failure]:
    names = set()
    others: Beside | None = None
    file = File(path, content, asked, budget)
    del content
    try:
        format_ = _opened(file)
        for part in format_.reads(file):
            match part:
                case Member(name=name) if name in names:
                    yield Failure(f"{path}!/{name}", "another file of this name is in the archive")
                case Member(name=name):
                    names.add(name)
                    others = others or part.beside or cache(partial(_told_by, part.heads))
                    inner = replace(asked, depth=asked.depth - 1, in_folder=False, beside=others)
                    found = _documents(f"{path}!/{name}", part.content, inner, budget)
                    yield from found if part.said is None else _saying(found, part.said)
                case Extracted():
                    budget.text(len(part.text))
                    yield RawDocument(path, format_.name, part.text, said=part.said)
                case Lost(name=name):
                    yield Failure(f"{path}!/{name}" if name else path, part.reason, part.skipped)
                case _:
                    yield part
            del part  # frees it before the next one is unpacked
    except SeedsearchError as error:
        if budget.spent:  # the rest of the file is not read
            raise
        needs = error.module if isinstance(error, ExtraMissing) else ""
        yield Failure(path, str(error), skipped=isinstance(error, ExtraMissing | NotText), needs=needs)


def _saying(found: Iterable[RawDocument | Failure], said: Said) -> Iterator[RawDocument | Failure]:
    """Add the metadata of their book to documents."""
    return (replace(one, said=said) if isinstance(one, RawDocument) else one for one in found)


def _told_by(heads: Callable[[], Iterable[bytes]]) -> Neighbours:
    return among(heads())


def _opened(file: File) -> Format:
    """Return the format of a file; raises SourceError if it is nested too deeply or a package is missing."""
    format_ = format_of(file)
    format_.require()
    if format_.archive and file.asked.depth <= 0:
        raise SourceError(f"an archive more than {DEPTH} deep in others", hint="unpack the outer ones")
    return format_
