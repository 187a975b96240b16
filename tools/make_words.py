"""Make `words.bin`: jieba's dictionary in a form that can be asked for a word without being loaded.

    python tools/make_words.py

The words stand in blocks, sorted; all words that begin with one character are in one block. A block is deflated UTF-8:
a line feed, and then for each word the word, a space, its frequency and a line feed. In front, little-endian, 4 bytes
each: the number of blocks, the sum of all frequencies, the first character of each block, and where each block begins
in the file and the end.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from itertools import accumulate, groupby
from pathlib import Path

WORDS = Path(__file__).parents[1] / "src" / "seedsearch" / "words.bin"
BLOCK = 12_000  # characters at least


def make_words() -> bytes:
    """The content of the file."""
    words, total = _dictionary()
    blocks: list[str] = [""]
    firsts: list[str] = []
    for first, group in groupby(sorted(words), key=lambda word: word[0]):
        if len(blocks[-1]) > BLOCK or not firsts:
            blocks.append("\n")
            firsts.append(first)
        blocks[-1] += "".join(f"{word} {words[word]}\n" for word in group)
    deflated = [zlib.compress(block.encode(), 9) for block in blocks[1:]]
    begin = 4 * (2 + len(firsts) + len(firsts) + 1)
    places = accumulate(map(len, deflated), initial=begin)
    head = [len(firsts), total, *map(ord, firsts), *places]
    numbers = array("I", head)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes() + b"".join(deflated)


def _dictionary() -> tuple[dict[str, int], int]:
    """The words with their frequencies, and the sum as jieba has it: a word that is listed twice counts twice."""
    import jieba

    words: dict[str, int] = {}
    total = 0
    for line in Path(jieba.__file__).with_name("dict.txt").read_text(encoding="utf-8").splitlines():
        word, count, *_ = line.split(" ")
        words[word] = int(count)
        total += int(count)
    return words, total


if __name__ == "__main__":
    WORDS.write_bytes(make_words())
