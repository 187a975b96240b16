"""Message catalogues: gettext PO → one document per entry; Apple .strings → one per pair.

An entry is named by its first line. The intact parts of a broken catalogue are read.
Source: the manual of gettext, "The Format of PO Files"; a .strings file is a property list of the old kind.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from seedsearch.offsets import apply_edits
from seedsearch.reading.documents import RawDocument
from seedsearch.reading.encodings.names import strictly
from seedsearch.reading.formats.format import File

_KEY = re.compile(r"\s*+(?:#[~|]++\s*+)*+(msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?)?\s*+\"((?:[^\"\\]++|\\.)*+)\"")
_PAIR = re.compile(
    r"/\*(?:[^*/]++|\*(?!/)|/(?!\*))*+\*/|//[^\n]*"
    r"|(?:(?<!\\)\"((?:[^\"\\]++|\\.)*+)\"|(?<![\w.-])([\w.-]++))\s*+=\s*+\"((?:[^\"\\]++|\\.)*+)\"\s*+;",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:[uU]([0-9a-fA-F]{4})|(.))", re.DOTALL)
_OCTAL = re.compile(r"(?<!\\)(?:\\[23][0-7]{2}){2,}")  # bytes of UTF-8, as tools for ASCII write them
_SAID = {"n": "\n", "t": "\t", "r": "\r"}


def recognises(file: File) -> bool:
    """Return whether its name is that of a catalogue of gettext."""
    return file.ending in (".po", ".pot")


def is_strings(file: File) -> bool:
    """Return whether its name is that of a catalogue of Apple's."""
    return file.ending == ".strings"


def parts(file: File) -> Iterator[RawDocument]:
    """Yield the entries of a PO file with their texts in all languages; the file itself if it has none."""
    yield from _documents(file, _entries)


def parts_of_strings(file: File) -> Iterator[RawDocument]:
    """Yield the pairs of a .strings file, key and value."""
    yield from _documents(file, _pairs)


def _documents(file: File, found: Callable[[str], Iterator[tuple[int, list[str]]]]) -> Iterator[RawDocument]:
    document = file.text()
    if not file.asked.records:
        yield document
        return
    none = True
    for line, texts in found(apply_edits(document.text, document.edits)):
        file.budget.part()
        text = "".join(f"{said}\n" for said in texts if said.strip())
        if text:
            none = False
            yield replace(document, path=f"{document.path}#{line}", text=text, edits=(), passed_over=())
    if none:
        yield document


def _entries(text: str) -> Iterator[tuple[int, list[str]]]:
    begin, over = 0, False
    texts: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        found = _KEY.match(line)
        if found is None:
            continue
        key, said = found[1], _plain(found[2])
        if key is None and texts:
            texts[-1] += said
            continue
        if over and key in ("msgctxt", "msgid"):
            yield begin, texts
            texts, over = [], False
        begin = begin if texts else number
        over = over or (key or "").startswith("msgstr")
        texts.append(said)
    if texts:
        yield begin, texts


def _pairs(text: str) -> Iterator[tuple[int, list[str]]]:
    line, counted = 1, 0
    for found in _PAIR.finditer(text):
        if found[3] is not None:
            line += text.count("\n", counted, found.start())
            counted = found.start()
            yield line, [_plain(found[1] or found[2] or ""), _plain(found[3])]


def _character(found: re.Match[str]) -> str:
    text = strictly(bytes(int(digits, 8) for digits in found[0][1:].split("\\")), "utf-8")
    return found[0] if text is None else text


def _plain(text: str) -> str:
    text = _OCTAL.sub(_character, text)
    said = _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else _SAID.get(found[2], found[2]), text)
    return said.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
