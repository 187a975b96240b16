"""HTML documents: the text that a browser would show.

A document counts as HTML when it starts as one (a doctype, `<html>`, `<head>` or `<body>` before any text) and does
not go on as an article after its end. Then every tag is markup, whatever the page is about: block elements break
lines, cells of a table are kept apart by a blank, scripts, styles, templates and drawings are dropped, white space
collapses as it does on screen, references are decoded. The title stays and is the first line, as it stands in the
source. Ruby is treated as elsewhere.

What is left alone: `<pre>`, whose white space counts; an article that starts with a sample of HTML; a document that
would decode into an HTML document again.

Source of the rules: the HTML standard, chapters on parsing, rendering (display: block) and the `ruby` element.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from seedsearch.damage import Damage
from seedsearch.offsets import Edit, apply_edits, compose, edit
from seedsearch.restoring import entities, ruby
from seedsearch.restoring.markup import BLOCKS, CELLS
from seedsearch.restoring.tags import Tag, tags
from seedsearch.text.folding import WIDE
from seedsearch.text.late_pattern import late_pattern

TRIGGER = re.compile(
    r"\A(?:\s|\ufeff|<!--[^>]{0,2000}>|<\?xml[^>]{0,300}\?>){0,20}<(?:!doctype\s+html|(?:html|head|body)[\s>])", re.I
)

# Elements that are dropped with their content, and the tags that end each (an end tag may be left out in ruby).
_DROPPED = {
    **{name: frozenset(["/" + name]) for name in ("noscript", "template", "svg", "iframe", "noembed", "noframes")},
    "object": frozenset(["/object"]),
    "rt": frozenset(["/rt", "rt", "rb", "rp", "rtc", "/rtc", "/ruby"]),
    "rp": frozenset(["/rp", "rt", "rb", "rp", "rtc", "/rtc", "/ruby"]),
    "rtc": frozenset(["/rtc", "rb", "rtc", "/ruby"]),
}
# An article that starts with a sample of HTML: a fence, or text that is not a tag, after the end of the document.
_AFTER = re.compile(r"\n```|</html\s*>\s*[^\s<]", re.I)
_WORD = re.compile(r"[^ \t\r\n\f]+")
_PRE_LINE = re.compile(r"[^\r\n]+")
_WIDE = late_pattern(f"[{WIDE}]")


@dataclass(frozen=True, slots=True)
class _Word:
    """A stretch of shown text, and what parts it from the one before: a line break, a blank, or nothing."""

    start: int
    end: int
    gap: str


def edits(text: str) -> list[Edit]:
    """Return edits that leave what a browser shows; none when `text` is not an HTML document."""
    if not _is_document(text):
        return []
    first = list(ruby.elements(text))
    middle = apply_edits(text, first)
    removed = list(_removals(middle, list(_words(middle))))
    second = sorted([*removed, *_references(middle, removed)], key=lambda e: e.span)
    shown_again = TRIGGER.match(apply_edits(middle, second))
    return [] if shown_again else list(compose(first, second, middle))


def _is_document(text: str) -> bool:
    """Return whether `text` starts as an HTML document and does not go on as something else after its end."""
    return TRIGGER.match(text) is not None and not _AFTER.search(text)


def _words(text: str) -> Iterator[_Word]:
    """Yield the shown words (in `<pre>`: lines) from left to right."""
    gap, at, pre = "", 0, 0
    for tag in _shown(text):
        for word in (_PRE_LINE if pre else _WORD).finditer(text, at, tag.start):
            gap = _wider(gap, _space(text, at, word.start(), bool(pre)))
            yield _Word(word.start(), word.end(), gap)
            gap, at = "", word.end()
        gap = _wider(gap, _space(text, at, tag.start, bool(pre)))
        gap, at = _wider(gap, _parting(tag)), tag.end
        if tag.name == "pre":
            pre = max(0, pre - 1) if tag.closing else pre + 1


def _space(text: str, start: int, end: int, pre: bool) -> str:
    """Return what the white space text[start:end] between two words shows as."""
    if start == end:
        return ""
    return "\n" if pre and "\n" in text[start:end] else " "


def _wider(gap: str, other: str) -> str:
    return "\n" if "\n" in (gap, other) else gap or other


def _parting(tag: Tag) -> str:
    return "\n" if tag.name in BLOCKS else " " if tag.name in CELLS else ""


def _shown(text: str) -> Iterator[Tag]:
    """Yield the tags, a dropped element as one with its content, and an empty one at the end of the text."""
    found = list(tags(text, page=True))
    last_end = {tag.key: tag.end for tag in found}
    inside: Tag | None = None
    for tag in found:
        if inside is not None and tag.key in _DROPPED[inside.name]:
            closed = tag.key == "/" + inside.name
            yield Tag(inside.start, tag.end if closed else tag.start, "span")
            inside = None
            if closed:
                continue
        if inside is None and tag.key in _DROPPED and any(last_end.get(k, 0) > tag.end for k in _DROPPED[tag.name]):
            inside = tag
        elif inside is None:
            yield tag
    yield Tag(len(text), len(text), "span")


def _removals(text: str, words: Sequence[_Word]) -> Iterator[Edit]:
    """Yield edits for everything between the words that does not look as it is shown."""
    at, before = 0, ""
    for word in words:
        gap = word.gap if before else ""
        if gap == " " and "\n" in text[at : word.start] and _WIDE.match(before) and _WIDE.match(text, word.start):
            gap = ""  # a line break in the source, between characters written without blanks
        if text[at : word.start] != gap:
            yield edit(at, word.start, gap, Damage.MARKUP)
        at, before = word.end, text[word.end - 1]
    if at < len(text) and text[at:] != "\n":
        yield edit(at, len(text), "\n" if words and text.endswith("\n") else "", Damage.MARKUP)


def _references(text: str, removed: Sequence[Edit]) -> Iterator[Edit]:
    """Yield edits for the character references in the remaining parts of `text`."""
    at = 0
    for e in [*removed, edit(len(text), len(text), "", Damage.MARKUP)]:
        yield from entities.references(text, at, e.span.start)
        at = e.span.end
