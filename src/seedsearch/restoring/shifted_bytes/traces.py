"""Traces of torn characters in a text: replacement signs, noise, broken marks and markup; and where to look for them.

A reader that meets half a character writes `?`, U+FFFD, NUL or nothing. What stood after it tells what tore the
character: noise before a mark, a reading in brackets, or a character under 0x80 that went with it (the `<` of a tag,
the `&` of an entity, a digit). Where a reader left no sign, only the text shows that a mark is two halves.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from seedsearch.restoring.corruptions import (
    narrowed,
)
from seedsearch.restoring.shifted_bytes.score import chance
from seedsearch.text.character_model import rank
from seedsearch.text.gbk import (
    pair_of,
    pairs,
)
from seedsearch.text.late_pattern import late_pattern
from seedsearch.text.pinyin import LETTERS, is_reading

CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f"
SIGN_CLASS = "[?\ufffd]|\0{1,2}"  # what readers write for a broken pair
SIGN = re.compile(SIGN_CLASS)
NOISE = re.compile(f"[{CONTROLS}]{{0,8}}(?=[，。、；！？,;!?])")
READING = re.compile(f"[(（]? ?([{LETTERS}]{{1,7}}) ?[)）]")
BRACKETED = re.compile(f"[(（] ?([{LETTERS}]{{1,7}}) ?[)）]")
BROKEN_MARK = re.compile(rf"(?:{SIGN_CLASS})[(（]? ?[{LETTERS}]{{1,7}} ?[)）]")
# A sign of loss before a mark, or before a reading whose bracket went with it.
SIGNED_MARK = re.compile(
    rf"(?:{SIGN_CLASS})(?:(?P<noise>[{CONTROLS}]{{0,8}})(?P<mark>[，。、；！？,;!?])"
    rf"|(?P<inserted>[(（]? ?(?P<reading>[{LETTERS}]{{1,7}}) ?[)）]))"
)
STRIPPED = re.compile(f"[{CONTROLS}]")

# What is left of markup whose first character went with a broken pair, and that character.
_MARKUP = (
    r"(?P<tag>/?(?:p|br|div|span|strong|b|a|td|tr|li|ul|em|font|h\d|img|u|i)\b[^<>\n]{0,80}>)"
    r"|(?P<entity>(?:nbsp|amp|lt|gt|quot|#\d{1,6});)|(?P<attribute> ?/?>)"
)
BEGINNING = {"tag": "<", "entity": "&", "attribute": '"'}
MARKUP_LENGTH = 100  # code points that it can match
MARKUP_REST = re.compile(_MARKUP)
BRACKET_REST = re.compile(r"[^()（）\n]{1,40}\)")  # … and of a bracket
BROKEN_MARKUP = re.compile(rf"\?(?={_MARKUP})")
# Marks that people type side by side.
TYPED = re.compile(rf"[？！!]|\?(?!{_MARKUP.replace('?P<', '?P<_')}|[{LETTERS}]{{1,7}} ?[)）])")

# "6 of 8 at 1": of the 8 damaged texts of docs/thresholds.md that are fully restored, 6 are at that value.
GLIMPSE = 5  # code points of a look behind a mark: 6 of 8 at 1
BEHIND_MARK = 12  # … for a reading, with its own
COMMON = 3500  # frequency rank: 21 of 25 at 875
COMMON_MARKS = frozenset("，。、：；！？“”‘’《》「」『』（）【】…—·")
SHORT = 7  # ideographs; fewer are a short clause: 25 of 26 at 1, 23 at 28
QUOTED = 300  # code points in which an opened quotation is looked for
CLOSING_OF = {"“": "”", "「": "」", "《": "》", "‘": "’", "『": "』", "〈": "〉", "【": "】"}
_INNER = frozenset(("", "’", "』"))  # closed inside a quotation, which may have begun further back
_BRACKET = re.compile("[“”「」《》‘’『』〈〉【】]")
_CLAUSE = late_pattern("[㐀-鿿]*$")


class Site(NamedTuple):
    """A place where a character may have been torn apart.

    `start`: the first code point that a repair replaces; `resume`: where the known bytes go on; `before`: the true
    character before; `inserted`: the bytes that were put after the lost lead byte; `leads`: what that byte
    may have been, with what each costs; empty where it may have been any, and the mark at `resume` is two known bytes.
    `trail`: the second byte of the torn character where that stood alone too. `left`: the true text up to it, as far
    back as `QUOTED` code points.
    """

    start: int
    resume: int
    before: str
    inserted: bytes
    cost: float
    leads: tuple[tuple[int, float], ...] = ()
    trail: int = 0
    left: str = ""


def shows_shift(text: str, mark: int) -> bool:
    """Return whether the few characters after the mark at `mark` read better one byte off: a look before a search.

    So they do if a reading stands among them that is not that of the character before it.
    """
    if any(not is_reading(text[m.start() - 1], m[1]) for m in BRACKETED.finditer(text, mark + 2, mark + BEHIND_MARK)):
        return True
    pending, made, at = pair_of()[widened(text[mark])][1], "", mark + 1
    while pending > 0x80 and at < mark + GLIMPSE and (pair := pair_of().get(text[at : at + 1])) is not None:
        made += pairs().get(bytes((pending, pair[0])), "\ue000")
        pending, at = pair[1], at + 1
    char = text[at : at + 1]
    if pending <= 0x80:
        made += chr(pending)
    elif "@" <= char < "\x7f":
        made, at = made + pairs().get(bytes((pending, ord(char))), "\ue000") + text[at + 1 : at + 2], at + 2
    left = text[mark + 1 : at]
    if len(made) == 1:  # what stands before it has to tell; full stops are torn most often
        made, left = "。" + made, text[mark] + left
    return bool(made) and sum(map(chance, made, made[1:])) > sum(map(chance, left, left[1:]))


@cache
def silent_marks() -> str:
    """Return a pattern, after such a mark, for marks that could be two halves of characters in common use."""
    lead_of: dict[int, list[str]] = {}
    for char, pair in pair_of().items():
        lead_of.setdefault(pair[0], []).append(char)
    options = []
    for mark in "！？。，；":
        second = pair_of()[mark][1]
        after = "".join(c for lead, chars in lead_of.items() if _common(second, lead) for c in chars)
        after += "".join(chr(b) for b in range(0x41, 0x7B) if _common(second, b))
        narrow = narrowed(mark)
        options.append(f"(?<=[{mark}{narrow if narrow != mark else ''}])(?=[{re.escape(after)}])")
    return "|".join(options)


def _common(lead: int, trail: int) -> bool:
    char = pairs().get(bytes((lead, trail)), "\ue000")
    return char in COMMON_MARKS or rank(char) < COMMON


def clause(left: str) -> str:
    """Return the ideographs at the end of `left` since the last mark, tag or line end; of the last `SHORT` or so."""
    clause = _CLAUSE.search(BRACKETED.sub("", STRIPPED.sub("", left[-12 * SHORT :])))
    return clause[0] if clause else ""


def closing(left: str) -> str:
    """Return the closing mark that is waited for after `left`; "none" where nothing is open, empty where that cannot
    be told.
    """
    waited: list[str] = []
    last = ""
    for found in _BRACKET.finditer(left):
        last = found[0]
        if last in CLOSING_OF:
            waited.append(CLOSING_OF[last])
        elif last in waited:
            while waited.pop() != last:
                pass
    if waited:
        return waited[-1]
    return "" if last in _INNER else "none"


def ordinary(char: str) -> bool:
    """Return whether `char` is ASCII, a common mark or an ideograph in common use."""
    return char < "\x80" or char in COMMON_MARKS or rank(char) < COMMON


def widened(mark: str) -> str:
    return chr(ord(mark) + 0xFEE0) if "!" <= mark <= "~" else mark
