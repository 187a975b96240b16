"""PDF → text, in a separate process that can be killed: a file can make any PDF reader loop or exhaust memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from time import monotonic

from seedsearch.errors import NotText, SourceError
from seedsearch.reading.documents import Said
from seedsearch.reading.formats import limits
from seedsearch.reading.formats.confined import running
from seedsearch.reading.formats.format import File
from seedsearch.reading.formats.members import Extracted, Lost
from seedsearch.reading.formats.reasons import ENCRYPTED

MAGIC = b"%PDF-"
_WORKER = "seedsearch.reading.formats.pdf_worker"


def recognises(file: File) -> bool:
    """Return whether it begins as PDF does."""
    return file.content.startswith(MAGIC)


def parts(file: File) -> Iterator[Extracted | Lost]:
    """Yield the text, with a form feed after each page, and what cannot be read; raises SourceError if nothing can."""
    answer = _asked(file.content)
    if "error" in answer:
        if (why := str(answer["error"])) == ENCRYPTED:
            raise SourceError(ENCRYPTED, hint="save it without a password")
        raise SourceError(f"the PDF cannot be read: {why}")
    text = "".join(f"{page}\n\f" for page in answer["pages"])
    lost = list(_lost(answer))
    if not text.strip() and not lost:
        raise NotText("a PDF that holds no text; its pages may be pictures")
    if text.strip():
        said = Said(tuple(answer["titles"]), tuple(answer["authors"]))
        about = (line for line in (*said.titles, *said.authors) if not _stands_in(line, text))
        yield Extracted("".join(f"{line}\n" for line in about) + text, said)
    yield from lost


def _stands_in(line: str, text: str) -> bool:
    """Tell whether a title or an author is also on the first page."""
    return "".join(line.split()) in "".join(text[: text.find("\f")].split())


def _lost(answer: dict[str, list[str]]) -> Iterator[Lost]:
    if answer["cut"]:
        yield Lost("", f"the PDF is cut off; pages that were read: {len(answer['pages'])}")
    if answer["lost"]:
        yield Lost("", f"pages that cannot be read: {', '.join(map(str, answer['lost']))}")
    if answer["unknown"]:
        numbers = ", ".join(map(str, answer["unknown"]))
        yield Lost("", f"pages that cannot be read: {numbers}; their fonts do not say which characters they show")


def _asked(content: bytes) -> dict[str, list[str]]:
    """Return the answer of the other process."""
    characters = min(limits.PDF_CHARACTERS, limits.GRANTED + limits.RATIO * len(content))
    began = monotonic()
    with running(
        _WORKER, limits.PDF_SECONDS, limits.PDF_MEMORY, characters, seconds=limits.PDF_WALL_SECONDS
    ) as process:
        found, _ = process.communicate(content)
        if process.returncode and monotonic() - began >= limits.PDF_WALL_SECONDS:
            raise SourceError(f"a PDF that takes more than {limits.PDF_WALL_SECONDS} s to read")
        if process.returncode:
            raise SourceError(f"a PDF that cannot be read in {limits.PDF_SECONDS} s and {limits.PDF_MEMORY >> 20} MiB")
    answer: dict[str, list[str]] = json.loads(found)
    return answer
