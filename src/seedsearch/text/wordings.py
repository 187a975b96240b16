"""Words with other spellings or other names on the other side of the Taiwan Strait, in run texts.

`wordings.txt` (made by `tools/make_wordings.py`, mostly from OpenCC's phrase dictionaries) names pairs:
two spellings of one word that folding keeps apart (了解, 瞭解), two words for one thing (软件, 软体), and a
character with a rare form of it, as old prints have them (冰, 氷). Pairs are not transitive: 介面 is 界面 and
is 接口, but these two are different.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from functools import cache
from pathlib import Path
from typing import NamedTuple

from seedsearch.offsets import Span

TABLE = Path(__file__).with_name("wordings.txt")
SPELLED, REGIONAL, RARE = "=", "~", "<"


class Wording(NamedTuple):
    """A stretch of a text and its other wordings; `kind` is SPELLED, REGIONAL or RARE."""

    span: Span
    others: tuple[str, ...]
    kind: str


@cache
def _table() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return, for each word, the kind of its pairs and the other words; spellings take precedence."""
    table: dict[str, tuple[str, tuple[str, ...]]] = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        kind, (a, b) = line[0], line[1:].split(" ")
        for word, other in ((a, b), (b, a)):
            first, others = table.get(word, (kind, ()))
            if first == kind:
                table[word] = (kind, (*others, other))
    return table


@cache
def _longest() -> int:
    """Return the length of the longest word."""
    return max(map(len, _table()))


def _borders(length: int, others: tuple[str, ...]) -> int:
    """Return the number of ends at which a word of the table must coincide with a word border of the text."""
    if length > 1:
        return 1
    return 0 if max(map(len, others)) == 1 else 2


def others(word: str) -> tuple[str, ...]:
    """Return the other spellings or names of a word; empty if none is known."""
    return _table().get(word, ("", ()))[1]


def wordings(run: str, borders: Set[int]) -> Iterator[Wording]:
    """Yield the words of a run text that are in the table, without overlaps; of several at one place, the longest.

    `borders` are the word borders of the run text. A word of the table must begin or end at one, and a
    single character must do both: 为了解决 does not contain 了解, nor 宏大 the word 宏. Only pairs of single
    characters, the names of elements (硅, 矽) and rare forms (冰, 氷), also match inside words.
    """
    table, last = _table(), 0
    for at in range(len(run)):
        for length in range(min(_longest(), len(run) - at), 0, -1) if at >= last else ():
            known = table.get(run[at : at + length])
            if known and (at in borders) + (at + length in borders) >= _borders(length, known[1]):
                last = at + length
                yield Wording(Span(at, last), known[1], known[0])
                break
