"""Overstrike: bold and underlined text for a printer, `N BS N` for N and `_ BS e` for e. Kind overstrike.

How it arises: formatted manual pages and old notices were made for printers that moved back (U+0008) and struck again:
the same character for bold type, a line under or over it for underlined type. A wide character takes two columns, so
`名 BS BS 名` is one character; some programs move back over a whole word (`____ BS BS BS BS NAME`).

How it is undone: the word is printed column by column, as the printer did it. A column that gets the same character
again, or a line and a character, shows the character; nroff's bullet (`+ BS o`) shows its last one.

Left alone: a word with different characters in one column, and punctuation alone: the programs that put noise before
punctuation (`corruptions`) left `接 BS ，` and `！ BS ！`. The step for invisible characters removes such backspaces.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from seedsearch.damage import Damage
from seedsearch.offsets import Edit, edit, gathered
from seedsearch.restoring.corruptions import NOISY_MARKS, narrowed

TRIGGER = re.compile("\x08")

_VISIBLE = r"[^\x00-\x20\x7f\u3000]"
_WORD = re.compile(rf"(?<!{_VISIBLE}){_VISIBLE}++(?:\x08++{_VISIBLE}++)+")  # from where a word begins: linear
_LINE, _BULLET = "_", frozenset("+o")
_MARKS = frozenset(NOISY_MARKS + narrowed(NOISY_MARKS))
_REST = ""  # the second column of a wide character


def edits(text: str) -> Sequence[Edit]:
    """Return the edits of kind overstrike, one for each word that was struck: sorted, disjoint, in code points of
    `text`.
    """
    return gathered(_found(text))


def _found(text: str) -> Iterator[Edit]:
    for m in _WORD.finditer(text):
        shown = _struck(m[0])
        if shown is not None:
            same = _shared(m[0], shown)
            yield edit(m.start() + same, m.end(), shown[same:], Damage.OVERSTRIKE)


def _struck(word: str) -> str | None:
    """Return what is read when `word` is printed; None where that is not an overstrike. Linear in its length."""
    cells: list[str] = []
    at, struck = 0, set()
    for char in word:
        if char == "\x08":
            at = max(0, at - 1)
            continue
        if cells[at : at + 1] == [_REST] and char != _LINE:  # one step back over a wide character
            at -= 1
        over = cells[at : at + _width(char)]
        if not all(_meet(char, cell) for cell in over):
            return None
        struck.update(over)
        at = _strike(cells, at, char)
    return "".join(cells) if struck - _MARKS - {_REST} else None


def _meet(char: str, cell: str) -> bool:
    """Return whether a column that shows `cell` can be struck with `char`."""
    return char == cell or _LINE in (char, cell) or cell == _REST or {char, cell} == _BULLET


def _strike(cells: list[str], at: int, char: str) -> int:
    """Strike `char` at column `at`, and return the column after it."""
    width = _width(char)
    if char != _LINE or at == len(cells):
        cells[at : at + width] = [char, _REST][:width]
    return at + width


def _width(char: str) -> int:
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _shared(word: str, shown: str) -> int:
    """Return how many characters the two begin with alike, so that the last of them is not struck."""
    plain = word.index("\x08")
    same = 0
    while same < plain and word[same] == shown[same : same + 1]:
        same += 1
    return max(0, same - 1)
