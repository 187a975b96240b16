"""Markup left in plain text: tags, comments and scripts that a converter forgot.

They arise where a program removes the tags of a page by an incomplete list (`<strong>` before
every chapter title), where tags are hidden from it (shifted bytes swallowed the `<`, so `<br />` appears only
after the repair), and where a spinner sprinkles empty elements into the text (`<samp id="ogu0s"></samp>`).

Recognised are elements of HTML by name, well-formed tags only. An element that starts a new line on the page
(`<br>`, `</p>`, `<li>` …) becomes a line break, if there is none beside it; every other tag is removed;
a script or a style sheet is removed with its content, and so is a comment beside such tags.

What is left alone:

* names that are not HTML elements: `<stdio.h>`, `List<String>`, `<雀戈>`, `<your-name>`; `<` as less-than;
* code: fences, inline code, indented blocks;
* pages that show markup on purpose. The evidence, any of which is enough: a tag in code on the same page; a tag
  in quotes or brackets (`“<b>”`); a word such as 标签, 元素, HTML close to a tag on its line; closing tags of
  elements that HTML does not know (an XML document, a template); lines of program text around the tags;
* ruby, which has a step of its own before this one;
* comments on a page without other remnants (Markdown uses them as notes).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from seedsearch.damage import Certainty, Damage
from seedsearch.offsets import Edit, Row, written
from seedsearch.restoring.code_spans import Passages, code_passages
from seedsearch.restoring.fixpoint import settled
from seedsearch.restoring.tags import COMMENT, Tag, tags
from seedsearch.text.folding import HAN
from seedsearch.text.late_pattern import late_pattern


def _names(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# Elements that a browser starts on a new line, and those that end one.
BLOCKS = _names(
    "address article aside blockquote body br caption center dd details dialog dir div dl dt fieldset "
    "figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html li main menu nav "
    "noframes ol optgroup option p pre section summary table tbody tfoot thead title tr ul"
)
# Cells of a row: a blank keeps their words apart.
CELLS = frozenset(["td", "th"])
# Elements inside a line.
INLINES = _names(
    "a abbr acronym applet area audio b base basefont bdi bdo bgsound big blink button canvas cite code col "
    "colgroup data datalist del dfn em embed font frame i iframe img input ins kbd label legend link map mark "
    "marquee meta meter nobr noscript object output param picture progress q s samp script select slot small "
    "source span strike strong style sub sup svg template textarea time track tt u var video wbr"
)
# Elements whose content no reader ever sees.
UNSEEN = ("script", "style")

# Tags that stand alone. Any other bare tag needs its closing tag on the page: `<table>` may be a place holder.
_ALONE = frozenset(["br", "hr", "p", "wbr"])

TRIGGER = re.compile(r"<[/!]?\s?[a-zA-Z\-]")

_KNOWN = BLOCKS | CELLS | INLINES | frozenset(UNSEEN)
_TALK = re.compile(
    r"标签|標籤|標簽|元素|代码|代碼|程式碼|(?<![\w./\-])(?:X?HTML|XML|CSS|JavaScript|Markdown)(?!\w)", re.I
)
_TALK_REACH = 20  # code points between a tag and the word about it
_TALK_SHARE = 40  # one tag in so many may stand beside such a word by chance
# So many tags make it sure that a torn tag at either end of the text is one: of 18 damaged texts of docs/thresholds.md
# that are fully restored, 17 are with 20.
_CUT = 5
_CUT_START = re.compile(r"""\A[\s\w=:/.;#%?&"'\-]{0,300}?["'/]\s*>""", re.A)
_CUT_END = re.compile(r"<(?:!-|/?[a-z])[^<>]{0,300}\Z", re.I)
_MENTION = ("“”", "‘’", "「」", "『』", '""', "''", "（）", "()", "``", "【】")
_FOREIGN_CLOSING = re.compile(r"</([a-zA-Z][\w:.\-]*)\s*>")
_TEMPLATE = re.compile(r"<[?%]|\{\{|\{%")
_PROGRAM_LINE = late_pattern(
    rf"^[^{HAN}\n]*[;{{}}][ \t]*$|^[ \t]*(?://|#include|import |def |public |var |function)", re.M
)
# Fewer may be a remnant of a style sheet: of 18 damaged texts of docs/thresholds.md that are fully restored, none is
# with 0; with 12, two edits of clean texts are harmful.
_PROGRAM_LINES = 3
_BLANKS = " \t\xa0\u3000"
_BLANK_RUN = re.compile(r"[ \t]*")
_REST_OF_LINE = re.compile(r"[ \t]*(?:\r?\n|\Z)")


def edits(text: str) -> Sequence[Edit]:
    """Return one edit for each tag, comment and script that is a remnant; none on a page that shows markup."""
    return settled(text, _once)


def _once(text: str) -> Sequence[Edit]:
    code = code_passages(text)
    found = [tag for tag in tags(text) if tag.name in _KNOWN or tag.name == COMMENT]
    remnants = _remnants(found)
    if all(tag.name == COMMENT for tag in remnants) or _shows_markup(text, remnants, code):
        return []
    return written(_removals(text, [*_torn(text, remnants, _CUT_START), *remnants, *_torn(text, remnants, _CUT_END)]))


def _torn(text: str, remnants: Sequence[Tag], cut: re.Pattern[str]) -> Iterator[Tag]:
    """Yield the tag that was torn where a piece was cut out of a page, if there is one."""
    if len(remnants) >= _CUT and (found := cut.search(text)) is not None:
        yield Tag(*found.span(), name=COMMENT)


def _remnants(found: Sequence[Tag]) -> list[Tag]:
    """Without the bare opening tags whose closing tags are not there."""
    closed = {tag.name for tag in found if tag.closing}
    return [t for t in found if t.closing or not t.bare or t.name in closed or t.name in _ALONE or t.name == COMMENT]


def _shows_markup(text: str, remnants: Sequence[Tag], code: Passages) -> bool:
    """Return whether the page shows tags on purpose; see the head of the module."""
    if any(tag.start in code for tag in remnants) or _TEMPLATE.search(text):
        return True
    if any(name.lower() not in _KNOWN for name in _FOREIGN_CLOSING.findall(text)):
        return True
    if len(_PROGRAM_LINE.findall(text)) >= _PROGRAM_LINES:
        return True
    talked = _TALK.search(text) is not None
    shown = sum(_mentioned(text, tag) or (talked and _talked_about(text, tag)) for tag in remnants)
    return shown > len(remnants) // _TALK_SHARE


def _mentioned(text: str, tag: Tag) -> bool:
    around = text[tag.start - 1 : tag.start] + text[tag.end : tag.end + 1]
    return around in _MENTION


def _talked_about(text: str, tag: Tag) -> bool:
    """Return whether a word about markup stands close to the tag, on its line and not in its attributes."""
    before = text[max(0, tag.start - _TALK_REACH) : tag.start].rpartition("\n")[2].rpartition(">")[2]
    after = text[tag.end : tag.end + _TALK_REACH].partition("\n")[0].partition("<")[0]
    return _TALK.search(before) is not None or _TALK.search(after) is not None


def _removals(text: str, remnants: Sequence[Tag]) -> Iterator[Row]:
    fresh, last = True, 0  # whether a line has just begun, and where the last edit ended
    content_end = _content_end(text, remnants)
    for tag in remnants:
        before = text[last : tag.start].rstrip(_BLANKS)
        if before:
            fresh = before.endswith("\n")
        start, end, replacement = _removal(text, tag, fresh)
        if tag.start >= content_end:
            start, end, replacement = last + len(text[last : tag.start].rstrip(_BLANKS)), tag.end, ""
        fresh = fresh or replacement == "\n"
        yield max(start, last), end, replacement, Damage.MARKUP, Certainty.CERTAIN
        last = end


def _content_end(text: str, remnants: Sequence[Tag]) -> int:
    """Return where the text ends but for tags and blanks: there no line is broken any more."""
    end = len(text)
    for tag in reversed(remnants):
        if text[tag.end : end].strip():
            break
        end = tag.start
    return end


def _removal(text: str, tag: Tag, fresh: bool) -> tuple[int, int, str]:
    """Return the span to replace for one tag, and its replacement; `fresh` if only blanks precede it on its line."""
    if tag.name in CELLS:
        return tag.start, tag.end, "" if fresh or tag.closing else " "
    if tag.name not in BLOCKS:
        return tag.start, tag.end, ""
    rest = _REST_OF_LINE.match(text, tag.end)
    if rest is not None:  # the line ends here anyway; a line of tags alone goes with its end
        return tag.start, rest.end() if fresh else tag.end, ""
    blanks = _BLANK_RUN.match(text, tag.end)
    return tag.start, blanks.end() if blanks else tag.end, "" if fresh else "\n"
