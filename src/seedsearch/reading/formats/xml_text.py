"""Text from XML whose elements are paragraphs, cells and pages, as in office documents and books."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from seedsearch.reading.formats.safe_xml import read_xml

_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Grammar:
    """What the elements of a format are, by their names without namespaces.

    `lines` end a line, `cells` a tab, `pages` a form feed; `dropped` are left out with all that is in them; `signs` are
    characters; the attribute `name` of `named` is a line. `texts` are the only elements whose own characters are text,
    or any if there are none.
    """

    lines: frozenset[str]
    cells: frozenset[str] = _NONE
    rows: frozenset[str] = _NONE
    pages: frozenset[str] = _NONE
    dropped: frozenset[str] = _NONE
    texts: frozenset[str] = _NONE
    named: frozenset[str] = _NONE
    signs: Mapping[str, str] = field(default_factory=dict)


class _Text:
    """The text of one part, as its elements come."""

    def __init__(self, grammar: Grammar) -> None:
        self._grammar = grammar
        self.pieces: list[str] = []
        self._open: list[str] = []
        self._dropped = self._cells = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        grammar = self._grammar
        self._dropped += name in grammar.dropped
        self._cells += name in grammar.cells
        self._open.append(name)
        if self._dropped:
            return
        if name in grammar.signs:
            self.pieces.append(grammar.signs[name])
        if name in grammar.named and (said := attributes.get("name")):
            self.pieces.append(f"{said}\n")

    def end(self, name: str) -> None:
        """An element ends."""
        grammar = self._grammar
        self._open.pop()
        self._cells -= name in grammar.cells
        if self._dropped:
            self._dropped -= name in grammar.dropped
        elif name in grammar.lines:
            self._close(" " if self._cells else "\n")
        elif name in grammar.cells:
            self._close("\t", " ")
        elif name in grammar.rows:
            self._close("\n", "\t")
        elif name in grammar.pages:
            self._close("\f")

    def _close(self, sign: str, instead_of: str = "") -> None:
        """End what was begun, in the place of the sign that would have parted it from more of its kind."""
        while instead_of and self.pieces and self.pieces[-1] == instead_of:
            self.pieces.pop()
        if sign == "\f" or (self.pieces and self.pieces[-1][-1:] not in ("\n", "\f")):
            self.pieces.append(sign)

    def characters(self, found: str) -> None:
        """Text that stands in an element."""
        texts = self._grammar.texts
        if self._dropped or (texts and self._open[-1] not in texts):
            return
        # White space between elements is layout; what stands in a paragraph may be broken into lines by the layout too.
        if texts or found.strip():
            self.pieces.append(found if texts else " ".join(found.split("\n")))


def text_of(content: bytes, grammar: Grammar) -> str:
    """Return the text of one part; raises SourceError where its XML is broken."""
    reader = _Text(grammar)
    read_xml(content, reader.start, reader.end, reader.characters)
    return "".join(reader.pieces)


def values(content: bytes, wanted: frozenset[str]) -> list[tuple[str, str]]:
    """Return the elements of these names that hold text, with it in one line; raises SourceError where the XML is
    broken.
    """
    found: list[tuple[str, str]] = []
    pieces: list[str] = []

    def started(_: str, __: Mapping[str, str]) -> None:
        pieces.clear()

    def ended(name: str) -> None:
        if name in wanted and (text := " ".join("".join(pieces).split())):
            found.append((name, text))
        pieces.clear()

    read_xml(content, started, ended, pieces.append)
    return found
