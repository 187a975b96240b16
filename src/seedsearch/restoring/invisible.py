"""Invisible characters: code points that show nothing and only interfere with reading and search.

They come from web pages (zero-width spaces as hints for line breaks, against copying, or from a translator's
input method), from editors (byte order marks in the middle of joined files, soft hyphens), from terminals
(colour sequences) and from programs that insert control characters as noise (`corruptions`). They are
recognised by their code point. Those that carry meaning at their place are left alone:

* tab, line feed, carriage return and form feed;
* joiners in emoji and in scripts that shape with them (Arabic, Indic and their like), zero-width spaces in
  scripts that are written without blanks (Thai, Khmer, Lao, Burmese, Tibetan);
* direction marks on a page that holds right-to-left letters;
* a variation selector on an emoji, a digit or an ideograph, the tags of a flag;
* C1 controls beside Latin-1 letters: they are bytes of a wrong decoding that was not repaired, and evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from seedsearch.damage import Certainty, Damage
from seedsearch.offsets import Edit, Row, written
from seedsearch.text.late_pattern import late_pattern

# Never visible and never of use in running text.
_CONTROLS = "\x00-\x08\x0e-\x1f\x7f"
_C1 = "\x80-\x84\x86-\x9f"
_BREAKS = "\x0b\x85"  # vertical tab and next line end a line, as word processors and mainframes write it
_ALWAYS = (
    "\xad"  # soft hyphen: a place where a line may break
    "\u034f"  # combining grapheme joiner
    "\u2060-\u2064"  # word joiner, invisible operators
    "\u206a-\u206f"  # deprecated shaping controls
    "\ufeff"  # byte order mark, once a zero-width no-break space
    "\ufffc"  # the place of a picture that was not copied
    "\ufffe\uffff"  # noncharacters: a byte order mark read backwards
)
_SPACE = "\u200b"
_JOINERS = "\u200c\u200d"
_DIRECTION = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_TAGS = "\U000e0000-\U000e007f"

_DROPPED = _CONTROLS + _C1 + _ALWAYS + _SPACE + _JOINERS + _DIRECTION + _SELECTORS + _TAGS
TRIGGER = re.compile(f"[{_DROPPED}{_BREAKS}]")

_RUN = re.compile(rf"\x1b\[[0-9;?]{{0,20}}[A-Za-z]|[{_BREAKS}]|[{_DROPPED}]+")  # a colour sequence, a line break, a run
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_UNSPACED = re.compile("[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf]")  # Thai … Tai Tham
_SHAPING = re.compile("[\u0600-\u1aff\u1b00-\u1cff\ua8e0-\uabff\ufb50-\ufdff\ufe70-\ufefc\U00011000-\U00011fff]")
_PICTURE = re.compile(
    "[\xa9\xae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff"
    "\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
_KEYCAP = re.compile("[#*0-9]")
_IDEOGRAPH = late_pattern("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
_LATIN1 = re.compile("[\xa0-\xff\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]")

_IS_DIRECTION = re.compile(f"[{_DIRECTION}]")
_IS_SELECTOR = re.compile(f"[{_SELECTORS}]")
_IS_C1 = re.compile(f"[{_C1}]")

_BLACK_FLAG = "\U0001f3f4"
_CANCEL_TAG = "\U000e007f"


def edits(text: str) -> Sequence[Edit]:
    """Return one edit for each run of invisible characters that carry no meaning where they stand."""
    return written(_found(text))


def _found(text: str) -> Iterator[Row]:
    right_to_left = _RIGHT_TO_LEFT.search(text) is not None
    for run in _RUN.finditer(text):
        if run.group() in _BREAKS:
            yield _made(*run.span(), "\n")
        elif run.group().startswith("\x1b["):
            yield _made(*run.span())
        else:
            yield from _run_edits(text, run.start(), run.end(), right_to_left)


def _run_edits(text: str, start: int, end: int, right_to_left: bool) -> Iterator[Row]:
    """Yield edits for the stretches of text[start:end] that are not kept."""
    kept = _kept(text[start:end], text[start - 1 : start], text[end : end + 1], right_to_left)
    since = start
    for i in [*kept, end - start]:
        at = start + i
        if since < at:
            yield _made(since, at)
        since = at + 1


def _made(start: int, end: int, replacement: str = "") -> Row:
    return start, end, replacement, Damage.INVISIBLE_CHARACTER, Certainty.CERTAIN


def _kept(run: str, left: str, right: str, right_to_left: bool) -> list[int]:
    """Places in `run` of the characters that carry meaning between the visible `left` and `right`."""
    if left == _BLACK_FLAG and run[-1] == _CANCEL_TAG:
        return list(range(len(run))) if re.fullmatch(f"[{_TAGS}]+", run) else []
    kept: list[int] = []
    for i, char in enumerate(run):
        before = run[kept[-1]] if kept else left
        if _carries(char, left, before, right, right_to_left):
            kept.append(i)
    return kept


def _carries(char: str, left: str, before: str, right: str, right_to_left: bool) -> bool:
    """Return whether `char` means something; `before` is what stands before it once the others of its run are gone."""
    if char in _JOINERS:
        return before not in _JOINERS and _joins(char, left, right)
    if char == _SPACE:
        return bool(_UNSPACED.match(left) and _UNSPACED.match(right))
    if _IS_DIRECTION.match(char):
        return right_to_left
    if _IS_SELECTOR.match(char):
        return before == left and _selects(char, left)
    return _IS_C1.match(char) is not None and bool(_LATIN1.match(left) or _LATIN1.match(right))


def _joins(joiner: str, left: str, right: str) -> bool:
    if _SHAPING.match(left) or _SHAPING.match(right):
        return True
    return joiner == "\u200d" and bool(_PICTURE.match(left) and _PICTURE.match(right))


def _selects(selector: str, base: str) -> bool:
    """Return whether `base` comes in variants of the kind that `selector` chooses from."""
    if selector in "\ufe0e\ufe0f":
        return bool(_PICTURE.match(base) or _KEYCAP.match(base))
    return _IDEOGRAPH.match(base) is not None
