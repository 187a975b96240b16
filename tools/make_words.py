"""Make `words.bin`: jieba's dictionary as a trie that is mapped, not loaded.

    python tools/make_words.py

A double array (Aoe, 1989): the node that a character leads to from node n is `bases[n] + code` of the character, where
`codes` of that place is this code. No two nodes have the same base, so the code alone proves the parent. Words with
other characters than those that jieba cuts are left out. Little-endian, in this order:

    how many nodes, how many frequencies, the base of the root, the sum of all frequencies     4 bytes each
    frequencies   the frequencies that words have, ascending after a 0                         4 bytes each
    bases         of each node; 0 where nothing follows                                        4 bytes each
    characters    the code of each character from 一 to 鿕, from 1 on; 0 for one in no word    2 bytes each
    codes         of each node; 0 where there is no node                                       2 bytes each
    ranks         of each node: the place of its frequency; 0 where it is not a word              2 bytes each
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

WORDS = Path(__file__).parents[1] / "src" / "seedsearch" / "text" / "words.bin"
FIRST, LAST = 0x4E00, 0x9FD5
WINDOW = 1 << 15  # bases that are tried at once
SMALL = 8  # children; for so few, what is full is not tried again


def make_words() -> bytes:
    """Return the content of the file."""
    frequencies, total = _dictionary()
    followed = Counter(char for word in frequencies for char in word[1:])
    characters = sorted(set("".join(frequencies)), key=lambda char: (-followed[char], char))
    codes = {char: code for code, char in enumerate(characters, 1)}
    children = _children(frequencies)
    bases = _placed({node: [codes[char] for char in after] for node, after in children.items()}, len(codes) + 1)
    distinct = sorted({0, *frequencies.values()})
    ranks = {frequency: rank for rank, frequency in enumerate(distinct)}
    places = {node: bases[node[:-1]] + codes[node[-1]] for after in children for node in _nodes(after, children)}
    size = max(places.values()) + len(codes) + 1  # so that no base with a code is past the end
    of_nodes = np.zeros((3, size), dtype=np.int64)
    for node, place in places.items():
        of_nodes[:, place] = bases.get(node, 0), codes[node[-1]], ranks[frequencies.get(node, 0)]
    of_characters = [codes.get(chr(point), 0) for point in range(FIRST, LAST + 1)]
    numbers = [size, len(distinct), bases[""], total, *distinct, *of_nodes[0]]
    return _bytes(numbers, "<u4") + _bytes([*of_characters, *of_nodes[1], *of_nodes[2]], "<u2")


def _bytes(numbers: Sequence[int], kind: str) -> bytes:
    return np.array(numbers, dtype=kind).tobytes()


def _children(words: Mapping[str, int]) -> dict[str, str]:
    """For each beginning of a word, the empty one included, the characters that follow."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for word in words:
        for i, char in enumerate(word):
            found[word[:i]][char] = None
    return {beginning: "".join(sorted(after)) for beginning, after in found.items()}


def _nodes(beginning: str, children: Mapping[str, str]) -> list[str]:
    return [beginning + char for char in children[beginning]]


def _placed(children: Mapping[str, Sequence[int]], reach: int) -> dict[str, int]:
    """Return a base for each node with children, the nodes with most of them first; codes are under `reach`."""
    size = 2 * sum(map(len, children.values())) + 4 * reach + WINDOW
    used: NDArray[np.bool_] = np.zeros(size, dtype=bool)
    taken: NDArray[np.bool_] = np.zeros(size, dtype=bool)
    used[:reach] = taken[0] = True  # base 0 leads nowhere
    order = sorted(children, key=lambda node: (-len(children[node]), node))
    bases: dict[str, int] = {}
    begin = 0
    for node in (node for node in order if len(children[node]) > 1):
        at = begin
        while (base := _fitting(at, children[node], used, taken)) is None:
            at += WINDOW
            if len(children[node]) <= SMALL:
                begin = at
        bases[node] = base
        taken[base] = True
        used[[base + code for code in children[node]]] = True
    free = iter(np.flatnonzero(~used).tolist())
    for node in (node for node in order if len(children[node]) == 1):
        (code,) = children[node]
        bases[node] = next(place - code for place in free if place > code and not taken[place - code])
        taken[bases[node]] = True
    return bases


def _fitting(at: int, codes: Sequence[int], used: NDArray[np.bool_], taken: NDArray[np.bool_]) -> int | None:
    """Return the first base in the window from `at` on with which all codes lead to free places."""
    hindered = taken[at : at + WINDOW].copy()
    for code in codes:
        hindered |= used[at + code : at + code + WINDOW]
    first = int(hindered.argmin())
    return None if hindered[first] else at + first


def _dictionary() -> tuple[dict[str, int], int]:
    """Return the words with their frequencies, and the sum as jieba has it: a word that is listed twice counts
    twice.
    """
    import jieba

    words: dict[str, int] = {}
    total = 0
    cut = re.compile(f"[{chr(FIRST)}-{chr(LAST)}]+")
    for line in Path(jieba.__file__).with_name("dict.txt").read_text(encoding="utf-8").splitlines():
        word, count, *_ = line.split(" ")
        total += int(count)
        if cut.fullmatch(word):
            words[word] = int(count)
    return words, total


if __name__ == "__main__":
    WORDS.write_bytes(make_words())
