"""The words of jieba's dictionary and a user's own, and jieba's cut by them, without loading either.

The dictionary lies in `words.bin` (made by `tools/make_words.py`, where its form is described); only the blocks of
words that begin with the characters of a text are unpacked. The cut is the most probable one by the frequencies of
single words (jieba's own; Sun 2012), without guesses at unknown words. Slower than a loaded dictionary, and ready at
once.
"""

from __future__ import annotations

import mmap
import re
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from math import log
from pathlib import Path
from typing import Self

from seedsearch.folding import HAN, fold

WORDS = Path(__file__).with_name("words.bin")
# The release of jieba whose dictionary that is.
JIEBA = "0.42.1"

# What jieba cuts; it takes other ideographs one by one.
_CUT = re.compile("[一-\u9fd5]+|.", re.DOTALL)
_OWN = rf"([{HAN}]+)(?:\s+(\d+))?(?:\s+\S+)?"  # compiled when it is used: that takes longer than a query
_TAKEN = 1 << 62


@dataclass(frozen=True, slots=True)
class OwnWords:
    """Words of a user with their frequencies, folded; made once from a file in jieba's form."""

    frequencies: tuple[tuple[str, int], ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """The words of a dictionary: a line each, `word [frequency] [tag]`; raises ValueError for another line.

        Where no frequency is given it is the least with which the word is not cut, as jieba suggests it.
        """
        lexicon = Lexicon()
        for number, line in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
            if not line.strip():
                continue
            if (parsed := re.fullmatch(_OWN, fold(line.strip()))) is None:
                raise ValueError(f"line {number} is no word, with or without a frequency: {line.strip()[:40]}")
            word, frequency = parsed.groups()
            lexicon.add(word, min(int(frequency), _TAKEN) if frequency else lexicon.suggested(word))
        return cls(tuple(lexicon.added.items()))

    @classmethod
    def from_text(cls, text: str) -> Self:
        """What `to_text` wrote."""
        rows = (line.split(" ") for line in text.splitlines())
        return cls(tuple((word, int(frequency)) for word, frequency in rows))

    def to_text(self) -> str:
        """All words with all frequencies, a line each."""
        return "".join(f"{word} {frequency}\n" for word, frequency in self.frequencies)


NONE = OwnWords(())


class _Blocks:
    """The dictionary on disk."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        count, self.total = self._numbers(0, 2)
        self._firsts = self._numbers(2, count)
        self._places = self._numbers(2 + count, count + 1)
        self._block = lru_cache(maxsize=256)(self._unpacked)
        self.of = lru_cache(maxsize=4096)(self._part)

    def _numbers(self, start: int, count: int) -> list[int]:
        view = memoryview(self._mapped)[4 * start : 4 * (start + count)]
        return [int.from_bytes(view[i : i + 4], "little") for i in range(0, 4 * count, 4)]

    def _unpacked(self, number: int) -> str:
        return zlib.decompress(self._mapped[self._places[number] : self._places[number + 1]]).decode()

    def _part(self, first: str) -> str:
        """The lines of the words that begin with this character, a line break before each and after the last."""
        number = bisect_right(self._firsts, ord(first)) - 1
        block = self._block(number) if number >= 0 else ""
        start = block.find(f"\n{first}")
        return block[start : block.index("\n", block.rindex(f"\n{first}") + 1) + 1] if start >= 0 else "\n"


@cache
def _blocks() -> _Blocks:
    return _Blocks(WORDS)


@dataclass
class Lexicon:
    """jieba's words and a user's own."""

    own: OwnWords = NONE
    added: dict[str, int] = field(init=False, repr=False, default_factory=dict)
    _beginnings: set[str] = field(init=False, repr=False, default_factory=set)
    total: int = field(init=False)

    def __post_init__(self) -> None:
        self.total = _blocks().total
        for word, frequency in self.own.frequencies:
            self.add(word, frequency)

    def add(self, word: str, frequency: int) -> None:
        """Make this the frequency of a word."""
        self.total += frequency - self.frequency(word)
        self.added[word] = frequency
        self._beginnings.update(word[:i] for i in range(1, len(word) + 1))

    def frequency(self, word: str) -> int:
        """How frequent a word is; 0 for what is none."""
        return self.added[word] if word in self.added else _given(word)

    def suggested(self, word: str) -> int:
        """The least frequency with which the word is not cut."""
        share = 1.0
        for part in self.cut(word):
            share *= (self.frequency(part) or 1) / self.total
        return max(int(share * self.total) + 1, self.frequency(word) or 1)

    def cut(self, run: str) -> Iterator[str]:
        """The words of a run of ideographs."""
        for piece in _CUT.findall(run):
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
        """Where the words end that begin at `start`, with their frequencies; the character where there is none."""
        block = _blocks().of(run[start])
        found = []
        at = 0
        for end in range(start + 1, len(run) + 1):
            begin = run[start:end]
            # Sorted: the first line that begins so is the word itself, if that is one, and longer words come later.
            at = block.find(f"\n{begin}", at)
            if at < 0 and begin not in self._beginnings:
                break
            if frequency := self.added[begin] if begin in self.added else _read(block, at, begin):
                found.append((end, frequency))
        return found or [(start + 1, 0)]


def _given(word: str) -> int:
    """The frequency of a word in jieba's dictionary."""
    block = _blocks().of(word[0])
    return _read(block, block.find(f"\n{word} "), word)


def _read(block: str, at: int, word: str) -> int:
    """The frequency in the line that begins after `at`, where that is the line of `word`."""
    end = at + 1 + len(word)
    if at < 0 or block[end] != " ":
        return 0
    return int(block[end + 1 : block.index("\n", end)])
