"""The process that reads one PDF: bytes on standard input, one JSON object on standard output.

It is started by `seedsearch.reading.formats.pdf`, which says how much processor time, memory and text it may use.
"""

from __future__ import annotations

import json
import logging
import sys
from typing import TYPE_CHECKING, Any

from seedsearch.reading.formats.confined import confine

Answer = dict[str, Any]
if TYPE_CHECKING:
    from pdfminer.pdfdocument import PDFDocument

_END = 1024  # bytes in which a whole file has the mark of its end (ISO 32000-1, H.3.18)
LONGEST_TITLE = 300  # code points; what is longer is not a title


def main(watched: int, seconds: int, memory: int, characters: int) -> None:
    """Limit this process, read, answer. What the library raises is part of the answer, whatever it is."""
    confine(watched, seconds, memory)
    logging.disable()
    try:
        answer: Answer = read(sys.stdin.buffer.read(), characters)
    except MemoryError:
        raise SystemExit(1) from None
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"[:300]}
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace"))


def read(content: bytes, characters: int) -> Answer:
    """Return the metadata of the document, the text of each page, and the numbers of unreadable pages.

    `unknown` are pages most of whose characters have no name; no text is taken from them. `cut`: the end of the file is
    missing, and these are the remaining pages.
    """
    from pdfminer.pdfdocument import PDFPasswordIncorrect

    from seedsearch.reading.formats import pdf_text

    part = _of_a_part(content, characters) if b"%%EOF" not in content[-_END:] else None
    try:
        whole = {**_read(pdf_text.opened(content), characters, loose=False), "cut": []}
    except PDFPasswordIncorrect:
        return {"error": "it is encrypted"}
    except MemoryError:
        raise
    except Exception:
        if part is None or not _with_text(part):
            raise
        return part
    return whole if part is None or _with_text(part) <= _with_text(whole) else part


def _with_text(answer: Answer) -> int:
    return sum(bool(page.strip()) for page in answer.get("pages", ()))


def _of_a_part(content: bytes, characters: int) -> Answer | None:
    """Return what there is of a file whose end is missing; None where that cannot be read."""
    from seedsearch.reading.formats import pdf_text

    try:
        return {**_read(pdf_text.of_a_part(content), characters, loose=True), "cut": ["cut"]}
    except MemoryError:
        raise
    except Exception:
        return None


def _read(document: PDFDocument, characters: int, *, loose: bool) -> Answer:
    from seedsearch.reading.formats import pdf_text

    pages: list[str] = []
    lost: list[int] = []
    unknown: list[int] = []
    for number, text in pdf_text.pages(document, loose=loose):
        if isinstance(text, Exception):
            lost.append(number)
            continue
        characters -= len(text)
        if characters < 0:
            return {"error": "it holds more text than is read of a PDF"}
        nameless = text.count(pdf_text.UNKNOWN) > len(text) / 2
        pages.append("" if nameless else text)
        if nameless:
            unknown.append(number)
    said = {"titles": about(document.info, "Title"), "authors": about(document.info, "Author")}
    return {**said, "pages": pages, "lost": lost, "unknown": unknown}


def about(found: list[dict[str, object]], key: str) -> list[str]:
    """Return what a document says of itself, the title or the author."""
    from pdfminer.pdftypes import resolve1

    said = [resolve1(of.get(key)) for of in found[:1]]
    return [text for value in said if isinstance(value, bytes) and (text := one_line(value))]


def one_line(value: bytes) -> str:
    """Return a text string (ISO 32000-1, 7.9.2.2) in one line; programs of a Chinese Windows write bytes of GBK
    there.
    """
    for mark, encoding in ((b"\xfe\xff", "utf-16-be"), (b"\xff\xfe", "utf-16-le"), (b"\xef\xbb\xbf", "utf-8")):
        if value.startswith(mark):
            return " ".join(value[len(mark) :].decode(encoding, "replace").split())[:LONGEST_TITLE]
    for encoding in ("utf-8", "gb18030", "latin-1"):
        try:
            return " ".join(value.decode(encoding).split())[:LONGEST_TITLE]
        except UnicodeDecodeError:
            continue
    return ""
