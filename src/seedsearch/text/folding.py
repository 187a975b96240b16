"""Makes variants of script, width and case equal, for search only.

Folding maps one character to one character, so folded and readable text share offsets. The table
(`folding.txt`, made by `tools/make_folding.py` from OpenCC's character tables and Unicode) is closed:
folding folded text changes nothing.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from unicodedata import is_normalized, normalize

# Han: the ideographs of all planes, 〇, and 々, which repeats one.
HAN = "々〇㐀-䶿一-鿿\uf900-\ufaff\U00020000-\U000323af"
# Characters written without blanks between them: Han, kana, and their punctuation and full-width forms.
WIDE = HAN + "、-〄〆〈-〿぀-ヿ︰-﹏！-ﾟ“”‘’…—·"

TABLE = Path(__file__).with_name("folding.txt")

# The ranges of HAN other than the main one.
_BEYOND = (("㐀", "䶿"), ("\uf900", "\ufaff"), ("\U00020000", "\U000323af"))


@cache
def table() -> dict[int, str]:
    """Code point → the character it folds to, for characters that change."""
    before, after = TABLE.read_text(encoding="utf-8").splitlines()
    return dict(zip(map(ord, before), after, strict=True))


def fold(text: str) -> str:
    """Return `text` with every character replaced by the representative of its variants; the length stays."""
    return text if text.isascii() and text.islower() else text.translate(table())


def other_forms(text: str) -> tuple[str, ...]:
    """Return the composed and decomposed forms of a text (é is one character, or two), if they differ.

    Folding does not unify them, because it preserves lengths.
    """
    if all(is_normalized(form, text) for form in ("NFC", "NFD")) or not _may_be_composed().search(text):
        return ()
    return tuple(dict.fromkeys(form for form in (normalize("NFC", text), normalize("NFD", text)) if form != text))


@cache
def _may_be_composed() -> re.Pattern[str]:
    """Scripts with combining marks, which most queries do not use."""
    return re.compile("[\u00c0-\u1fff\u212a-\u212b\u3040-\u30ff\uac00-\ud7ff]")


def is_han(char: str) -> bool:
    """Tell whether `char` is a single ideograph (including 〇 and 々)."""
    if "一" <= char <= "鿿":
        return True
    return char >= "々" and (char in ("〇", "々") or any(a <= char <= b for a, b in _BEYOND))


def han_runs(text: str) -> list[str]:
    """Return the runs of ideographs in `text`, as defined by `is_han`."""
    return _han().findall(text)


@cache
def _han() -> re.Pattern[str]:
    return re.compile(f"[{HAN}]+")


def wide_blanks(text: str) -> list[tuple[int, int]]:
    """Return the runs of white space (start, end) that search ignores: those between characters written without
    blanks.
    """
    return [m.span() for m in _blanks_in_wide().finditer(text)]


@cache
def _blanks_in_wide() -> re.Pattern[str]:
    """Compiled on first use: a query without blanks does not need it."""
    return re.compile(rf"(?<=[{WIDE}])\s+(?=[{WIDE}])")
