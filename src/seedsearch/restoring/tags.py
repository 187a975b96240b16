"""The tags of a text with their places: one linear scan, for whole HTML pages and for remnants in plain text.

The grammar is the tokenizer's of the HTML standard, reduced to what removal needs: comments, declarations, tags
with quoted attributes, and the elements whose content is raw text up to their own end tag. The parser of the
standard library knows places by line and column only and needs quadratic time on unclosed tags.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

COMMENT = "!--"
DECLARATION = "!"

# A blank after `<` is only believed in `< br />`; `a < b > c` is arithmetic.
_OPENING = re.compile(
    r"<(?:(?P<comment>!--)|(?P<declaration>[!?])|(?P<close>/?)\s?(?P<name>(?<!\s)[a-z][a-z0-9]*|br)(?=[\s/>]))", re.I
)
_END_IN_TEXT = re.compile(r"[\s/]*+>|(?=[\s/]*[a-z_:@][a-z0-9_:.\-]*\s*=)[^<>]*+>", re.I)  # empty, or with attributes
# Quotes are quotes only after an equals sign, as the standard has it.
_END_IN_PAGE = re.compile(r"""(?:[^>=]++|=\s*+(?:"[^"]*"|'[^']*'|(?!["'])))*+>""")
_RAW_TEXT = frozenset(["script", "style"])
_EMPTY = " \t\r\n/>"


class Tag(NamedTuple):
    """A tag at text[start:end]; a script or style sheet that is closed is one tag with its content."""

    start: int
    end: int
    name: str  # lower case, or COMMENT, or DECLARATION
    closing: bool = False
    bare: bool = True  # without attributes

    @property
    def key(self) -> str:
        """The name, with a slash before it for a closing tag."""
        return "/" + self.name if self.closing else self.name


def tags(text: str, *, page: bool = False) -> Iterator[Tag]:
    """Yield the well-formed tags of `text` from left to right; `page` reads quoted attributes as a browser does."""
    ends = _Ends(text)
    at = 0
    end_of_tag = _END_IN_PAGE if page else _END_IN_TEXT
    while (opening := _OPENING.search(text, at)) is not None:
        tag = _special(opening, ends) if opening["name"] is None else None
        if opening["name"] is not None:
            closing = end_of_tag.match(text, opening.end())
            if closing is None and page:  # a quote is open to the end of the page: read on without quotes
                end_of_tag = _END_IN_TEXT
                closing = end_of_tag.match(text, opening.end())
            tag = None if closing is None else _tag(opening, closing, ends)
        at = opening.end() if tag is None else tag.end
        if tag is not None:
            yield tag


def _special(opening: re.Match[str], ends: _Ends) -> Tag | None:
    """Return the comment or declaration that `opening` starts."""
    comment = opening["comment"] is not None
    end = ends.after("-->" if comment else ">", opening.end())
    return None if end is None else Tag(opening.start(), end, COMMENT if comment else DECLARATION)


def _tag(opening: re.Match[str], closing: re.Match[str], ends: _Ends) -> Tag:
    name, end, bare = opening["name"].lower(), closing.end(), not closing.group().strip(_EMPTY)
    if name in _RAW_TEXT and not opening["close"]:
        raw_end = ends.after(f"</{name}", end)
        if raw_end is not None:
            end, bare = ends.after(">", raw_end) or end, False
    return Tag(opening.start(), end, name, bool(opening["close"]), bare)


class _Ends:
    """Searches that remember what is not there, so that each runs to the end of the text at most once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lower = ""
        self._absent: set[str] = set()

    def after(self, mark: str, at: int) -> int | None:
        """Return where the next `mark` from `at` ends; a mark with letters is looked up in lower case."""
        if mark in self._absent:
            return None
        found = self._in(mark).find(mark, at)
        if found < 0:
            self._absent.add(mark)
            return None
        return found + len(mark)

    def _in(self, mark: str) -> str:
        if mark.islower() and not self._lower:
            lowered = self._text.lower()  # of another length when it holds letters such as İ
            self._lower = lowered if len(lowered) == len(self._text) else self._text
        return self._lower if mark.islower() else self._text
