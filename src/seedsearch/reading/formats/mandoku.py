"""Kanripo texts (Mandoku) → their characters, line by line as in the file, and the title.

The lines of the printed page end with `¶`, and pages begin with an anchor, `<pb:KR1a0001_WYG_001-1a>`: a sentence runs
on across both. `&KR0123;` stands for a character that Unicode did not have; it stays, as no table of them is here.
Source: the files of the repositories of Kanripo (kanripo.org), and their heads in Org mode.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from seedsearch.offsets import apply_edits
from seedsearch.reading.documents import RawDocument, Said
from seedsearch.reading.formats.format import File

_ANCHOR = re.compile(r"<(?:pb|md):[^<>\n]{1,80}>")
_BYTES = re.compile(rb"<(?:pb|md):[^<>\n]{1,80}>")
_HEAD = 4096  # bytes in which the first anchor stands
_TITLE = re.compile(r"^#\+TITLE:[ \t]*(\S[^\n]*)", re.MULTILINE | re.IGNORECASE)
_PROPERTY = re.compile(r"^#[+ ][^\n]*", re.MULTILINE)
_LINE_END = "¶"


def recognises(file: File) -> bool:
    """Return whether it has an anchor of a page at its beginning."""
    return file.ending in (".txt", ".org", "") and _BYTES.search(file.content[:_HEAD]) is not None


def parts(file: File) -> Iterator[RawDocument]:
    """Yield its text without anchors and marks of lines, or the file as it stands where it is to be one text."""
    document = file.text()
    text = apply_edits(document.text, document.edits)
    said = Said(titles=tuple(title.strip() for title in _TITLE.findall(text)[:1]))
    if file.asked.records:
        text = _ANCHOR.sub("", _PROPERTY.sub("", text)).replace(_LINE_END, "")
        document = replace(document, text=text, edits=(), passed_over=())
    yield replace(document, said=said)
