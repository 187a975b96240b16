"""The words of jieba's dictionary and the user's own, and jieba's segmentation with them, without loading either.

The dictionary is a memory-mapped trie in `words.bin` (made by `tools/make_words.py`, which describes the format); only
the parts that a text needs are read. The segmentation is the most probable one by word frequencies (as in jieba; Sun
2012), without guessing unknown words. Slower than a loaded dictionary, but ready at once; batch_segmenter.py handles
many texts at once.
"""

from __future__ import annotations

import mmap
import re
import struct
import sys
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from math import log
from pathlib import Path
from typing import Self

from seedsearch.text.folding import HAN, fold

WORDS = Path(__file__).with_name("words.bin")
# The version of jieba whose dictionary it is.
JIEBA = "0.42.1"

# The first and last character that jieba segments; it takes other ideographs one by one.
FIRST, LAST = "\u4e00", "\u9fd5"
LONGEST = 64  # characters of a word; each of its prefixes is stored
# Compiled on use: that takes longer than a query.
_CUT = f"[{FIRST}-{LAST}]+|."
_OWN = rf"([{HAN}]{{1,{LONGEST}}})(?:\s+(\d+))?(?:\s+\S+)?"
_KEPT = rf"(?:[{HAN}]{{1,{LONGEST}}} [0-9]{{1,19}}\n)*"
_TAKEN = 1 << 62


@dataclass(frozen=True, slots=True)
class OwnWords:
    """A user's words with their frequencies, folded; parsed from a file in jieba's format."""

    frequencies: tuple[tuple[str, int], ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse a dictionary with one line per word, `word [frequency] [tag]`; raises ValueError for an invalid line.

        The default frequency is the smallest with which the word is not divided, as suggested by jieba.
        """
        lexicon = Lexicon()
        for number, line in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
            if not line.strip():
                continue
            if (parsed := re.fullmatch(_OWN, fold(line.strip()))) is None:
                raise ValueError(f"line {number} must be at most {LONGEST} ideographs, optionally followed by a number")
            word, frequency = parsed.groups()
            lexicon.add(word, min(int(frequency), _TAKEN) if frequency else lexicon.suggested(word))
        return cls(tuple(lexicon.added.items()))

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Parse what `to_text` wrote; raises ValueError for anything else."""
        if not re.fullmatch(_KEPT, text):
            raise ValueError("not the words of a dictionary")
        rows = (line.split(" ") for line in text.splitlines())
        return cls(tuple((word, min(int(frequency), _TAKEN)) for word, frequency in rows))

    def to_text(self) -> str:
        """Return all words with their frequencies, one per line."""
        return "".join(f"{word} {frequency}\n" for word, frequency in self.frequencies)


NONE = OwnWords(())


class Trie:
    """The dictionary on disk: a node for each prefix of a word; 0 means none."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._at = 0
        self.size, count, self.root, self.total = self._row("I", 4)
        self.frequencies = self._row("I", count)
        self.bases = self._row("I", self.size)
        self.characters = self._row("H", ord(LAST) - ord(FIRST) + 1)
        self.codes = self._row("H", self.size)
        self.ranks = self._row("H", self.size)

    def _row(self, kind: str, count: int) -> Sequence[int]:
        """Map the next numbers of the file."""
        begin, self._at = self._at, self._at + count * struct.calcsize(kind)
        row = memoryview(self._mapped)[begin : self._at]
        if sys.byteorder == "little":
            return row.cast(kind)  # type: ignore[call-overload, no-any-return]  # a kind is known by its name only
        numbers = array(kind, row)
        numbers.byteswap()
        return numbers

    def after(self, base: int, char: str) -> int:
        """Return the child for a character of a node with this base."""
        if not FIRST <= char <= LAST:
            return 0
        code = self.characters[ord(char) - _FIRST]
        found = base + code
        return found if code and self.codes[found] == code else 0

    def frequency(self, node: int) -> int:
        """Return the frequency of the word that ends in a node; 0 if none does."""
        return self.frequencies[self.ranks[node]]


_FIRST = ord(FIRST)


@cache
def trie() -> Trie:
    """Return the dictionary."""
    return Trie(WORDS)


@dataclass
class Lexicon:
    """jieba's words and a user's own."""

    own: OwnWords = NONE
    added: dict[str, int] = field(init=False, repr=False, default_factory=dict)
    _beginnings: set[str] = field(init=False, repr=False, default_factory=set)
    total: int = field(init=False)

    def __post_init__(self) -> None:
        self.total = trie().total
        for word, frequency in self.own.frequencies:
            self.add(word, frequency)

    def add(self, word: str, frequency: int) -> None:
        """Set the frequency of a word."""
        self.total += frequency - self.frequency(word)
        self.added[word] = frequency
        self._beginnings.update(word[:i] for i in range(1, len(word) + 1))

    def frequency(self, word: str) -> int:
        """Return the frequency of a word; 0 if it is not in the dictionary."""
        return self.added[word] if word in self.added else _given(word)

    def suggested(self, word: str) -> int:
        """Return the smallest frequency with which the word is not divided."""
        share = 1.0
        for part in self.cut(word):
            share *= (self.frequency(part) or 1) / self.total
        return max(int(share * self.total) + 1, self.frequency(word) or 1)

    def cut(self, run: str) -> Iterator[str]:
        """Yield the words of a run of ideographs."""
        is_one = run and min(run) >= FIRST and max(run) <= LAST
        for piece in [run] if is_one else re.findall(_CUT, run, re.DOTALL):
            yield from self._cut(piece) if len(piece) > 1 else piece

    def _cut(self, run: str) -> Iterator[str]:
        log_total = log(self.total)
        best: list[tuple[float, int]] = [(0.0, 0)] * (len(run) + 1)
        for start in range(len(run) - 1, -1, -1):
            best[start] = max(
                (log(frequency or 1) - log_total + best[end][0], end) for end, frequency in self._words_at(run, start)
            )
        at = 0
        while at < len(run):
            yield run[at : best[at][1]]
            at = best[at][1]

    def _words_at(self, run: str, start: int) -> Iterable[tuple[int, int]]:
        """Return the ends of the words that begin at `start`, with their frequencies; the single character if there is
        none.
        """
        words = trie()
        node, base = 0, words.root
        found = []
        for end in range(start + 1, len(run) + 1):
            if base:
                node = words.after(base, run[end - 1])
                base = words.bases[node]
            begin = run[start:end] if self.added else ""
            if not node and begin not in self._beginnings:
                break
            if frequency := self.added[begin] if begin in self.added else words.frequency(node):
                found.append((end, frequency))
            node = node if base else 0
        return found or [(start + 1, 0)]


def _given(word: str) -> int:
    """Return the frequency of a word in jieba's dictionary."""
    words, node = trie(), 0
    base = words.root
    for char in word:
        node = words.after(base, char)
        if not node:
            return 0
        base = words.bases[node]
    return words.frequency(node)
