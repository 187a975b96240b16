"""Make src/seedsearch/text/character_model.bin, the character model that judges proposed repairs.

Source: the word frequencies of jieba's dictionary (MIT licence), folded to one script. The file is committed, so that
running needs neither jieba nor its 5 MB of text, and a repair made today is made the same after an update of jieba.

    python tools/make_language.py            write the model

The file is one zlib stream. Inside it, little-endian: three 32-bit counts (characters, pairs, words), then
the characters in order of falling frequency (UTF-16), their chances as a word's first character, as a word's last one
and on their own (one byte each), the number of followers of each (16 bits), the followers' ranks as steps from the one
before (low bytes, then high bytes), the chance of each follower (one byte), the words of three characters and more
(UTF-16, sorted, each ended by a newline) and the chance of each (one byte).
A chance p is stored as -4 ln p, rounded, at most 255.
"""

from __future__ import annotations

import math
import sys
import zlib
from array import array
from collections import Counter
from collections.abc import Iterable
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

from seedsearch.text.folding import fold, is_han

MODEL = Path(__file__).parents[1] / "src" / "seedsearch" / "text" / "character_model.bin"
STEPS = 4  # stored steps to a factor of e
RAREST_WORD = 5  # long words seen fewer times (of 60 million) are two thirds of the list and say next to nothing
# The list counts 的 at a tenth of what any count of running text gives (some four in a hundred characters).
UNDERCOUNTED = {"的": 2_400_000}
LAST_SHARE = 0.02  # a character that ends no word of the dictionary still ends one in life


def dictionary() -> Counter[str]:
    """jieba's words that are Han throughout, folded, with their frequencies."""
    spec = find_spec("jieba")
    if spec is None or spec.origin is None:
        sys.exit("jieba is not installed; its dictionary is the source")
    words: Counter[str] = Counter()
    for line in Path(spec.origin).with_name("dict.txt").read_text(encoding="utf-8").splitlines():
        spelled, frequency, *_ = line.split(" ")
        word = fold(spelled)
        if all(is_han(c) and ord(c) < 0x10000 for c in word):
            words[word] += int(frequency)
    words.update({word: more - words[word] for word, more in UNDERCOUNTED.items()})
    return words


def stored(chances: Iterable[float]) -> bytes:
    """Chances as -4 ln p in a byte each."""
    return bytes(min(255, round(-STEPS * math.log(p))) if p > 0 else 255 for p in chances)


def little(values: Iterable[int], code: str) -> bytes:
    """`values` as little-endian integers of the array type `code`."""
    made = array(code, values)
    if sys.byteorder == "big":
        made.byteswap()
    return made.tobytes()


def make_model() -> bytes:
    """Return the content of the file."""
    words = dictionary()
    total = sum(words.values())
    alone, first, last, pairs = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for word, n in words.items():
        first[word[0]] += n
        last[word[-1]] += n
        for c in word:
            alone[c] += n
        for a, b in pairwise(word):
            pairs[a + b] += n
    chars = sorted(alone, key=lambda c: (-alone[c], c))
    rank = {c: i for i, c in enumerate(chars)}
    letters = sum(alone.values())

    def end(c: str) -> float:
        return max(last[c] / alone[c], LAST_SHARE)

    def start(c: str) -> float:
        return (first[c] + alone[c] / 20) / total

    followers: dict[str, list[str]] = {c: [] for c in chars}
    for pair in pairs:
        followers[pair[0]].append(pair[1])
    steps: list[int] = []
    chances: list[float] = []
    for a in chars:
        followers[a].sort(key=rank.__getitem__)
        ranks = [rank[b] for b in followers[a]]
        steps += [r - q for q, r in zip([0, *ranks], ranks, strict=False)]
        chances += [pairs[a + b] / alone[a] + end(a) * start(b) for b in followers[a]]
    long = sorted(w for w, n in words.items() if len(w) > 2 and n >= RAREST_WORD)
    body = [
        little([len(chars), len(pairs), len(long)], "I"),
        "".join(chars).encode("utf-16-le"),
        stored(start(c) for c in chars),
        stored(end(c) for c in chars),
        stored(alone[c] / letters for c in chars),
        little([len(followers[c]) for c in chars], "H"),
        bytes(s & 255 for s in steps),
        bytes(s >> 8 for s in steps),
        stored(chances),
        "".join(w + "\n" for w in long).encode("utf-16-le"),
        stored(words[w] / total for w in long),
    ]
    return zlib.compress(b"".join(body), 9)


if __name__ == "__main__":
    MODEL.write_bytes(make_model())
