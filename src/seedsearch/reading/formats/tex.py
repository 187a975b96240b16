r"""TeX → its printed text, line by line as in the file, without commands, comments and braces; title and author.

A word that is printed in two shapes (`焊\textbf{接}`) is one word. What commands name (labels, files, citations) is
left out, and formulas stand as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from seedsearch.offsets import apply_edits
from seedsearch.reading.documents import RawDocument, Said
from seedsearch.reading.formats.format import File

_ENDINGS = {".tex", ".ltx", ".latex"}
_COMMENT = re.compile(r"(?<!\\)%[^\n]*")
_BRACES = r"\{((?:[^{}]++|\{[^{}]*+\})*+)\}"
_OPTION = r"\[(?:[^\[\]\n]++|\[[^\[\]\n]*+\])*+\]"
_NAMED = re.compile(rf"\\(title|author)\s*+(?:\[[^\[\]]*+\]\s*+)?{_BRACES}")
_NAMES = re.compile(
    r"\\(?:begin|end|label|(?:eq|page|auto|c|C|name)?ref|[a-z]*cite[a-z]*|includegraphics|input|include|usepackage"
    r"|documentclass|bibliography(?:style)?|hspace|vspace|setlength|pagestyle|thispagestyle|(?:re)?newcommand|url)"
    rf"\*?(?:\s*+{_OPTION})*+(?:\s*+\{{[^{{}}\n]*+\}})?(?:{_OPTION})?"
)
_COMMAND = re.compile(rf"\\[A-Za-z@]+\*?(?:{_OPTION})?[ \t]*")
_SIGN = re.compile(r"\\([%&#_$ {}])")
_REST = re.compile(r"\\.|[{}]")
# Signs that are spelled with a backslash, while braces are taken out: characters that no text has.
_KEPT = dict(zip("%&#_$ {}", map(chr, range(0xFDD0, 0xFDD8)), strict=True))
_BACK = {ord(kept): sign for sign, kept in _KEPT.items()}


def recognises(file: File) -> bool:
    """Return whether its name is that of TeX."""
    return file.ending in _ENDINGS


def parts(file: File) -> Iterator[RawDocument]:
    """Yield its text, or the file as it stands where it is to be one text."""
    document = file.text()
    text = apply_edits(document.text, document.edits)
    found = [(name, " ".join(plain(value).split())) for name, value in _NAMED.findall(_COMMENT.sub("", text))]
    said = Said.of([one for one in found if one[1]], ("author",))
    if file.asked.records:
        document = replace(document, text=plain(text), edits=(), passed_over=())
    yield replace(document, said=said)


def plain(text: str) -> str:
    """Return what TeX prints of a text, a line for each of its lines."""
    text = _SIGN.sub(lambda found: _KEPT[found[1]], _COMMENT.sub("", text.replace("\\\\", " ")))
    text = _REST.sub("", _COMMAND.sub("", _NAMES.sub("", text)))
    return text.replace("~", " ").translate(_BACK)
