"""Chinese typed wrongly: how often the first text that an answer names is the word that was meant.

Words of two to four ideographs are drawn from an index of the corpus; in each one character is replaced by one of the
same sound or by any other, left out, or swapped with its neighbour. What stands in a document all the same is left out.

Half of the words, told by a checksum, are those that the weights of mistakes (searching/near_words.py) may be set on;
the others are held back, and no weight is chosen by them.
"""

from __future__ import annotations

import json
import random
import tempfile
from collections import Counter
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from zlib import crc32

from benchmarks.corpus import documents
from seedsearch import build_index
from seedsearch.engines import Engine
from seedsearch.engines.choice import open_engine
from seedsearch.engines.query import Run
from seedsearch.searching.index import Index
from seedsearch.text.analyzer import fingerprint
from seedsearch.text.folding import is_han
from seedsearch.text.pinyin import usual_readings

Mistake = Callable[[str, random.Random], str]
COMMON = 2500  # characters that are typed for others
TEXTS = 6000
WORDS = 200
SELDOM = 3  # documents that a word has to be in


def run(corpus: Path | None, *, smoke: bool = False) -> None:
    """Print a row a kind of mistake: how many of the words came first, and of those of three characters and more."""
    with tempfile.TemporaryDirectory() as folder:
        texts = islice(documents(corpus), 50 if smoke else TEXTS)
        lines = [json.dumps({"text": one.text}, ensure_ascii=False) for one in texts]
        Path(folder, "texts.jsonl").write_text("\n".join(lines), encoding="utf-8")
        build_index(Path(folder, "texts.jsonl"), Path(folder, "index"))
        engine = open_engine(Path(folder, "index"), fingerprint())
        with Index(engine) as index:
            for held_back in (False, True):
                print(f"\n{'held back' if held_back else 'to set weights on'}")
                measure(index, engine, 20 if smoke else WORDS, held_back=held_back)


def is_held_back(word: str) -> bool:
    """Tell whether no weight is chosen by how mistakes in a word are answered."""
    return crc32(word.encode()) % 2 == 1


def measure(index: Index, engine: Engine, count: int, *, held_back: bool) -> None:
    """Print the rows for so many words of an index, of one half of them."""
    every = [word for word, n in engine.vocabulary("word") if 2 <= len(word) <= 4 and n >= SELDOM]
    every = [word for word in every if all(map(is_han, word))]
    rng = random.Random(11)
    half = [word for word in every if is_held_back(word) == held_back]
    words = rng.sample(half, min(count, len(half)))
    typed = Mistakes(every)
    print(f"{'mistake':12} {'first':>6} {'of':>5}   {'longer first':>12} {'of':>5}")
    for name, mistake in typed.kinds.items():
        pairs = [(word, wrong) for word in words if (wrong := mistake(word, rng)) not in ("", word)]
        there = engine.exists([Run(wrong) for _, wrong in pairs])
        pairs = [pair for pair, stands in zip(pairs, there, strict=True) if not stands]
        right = [(word, first_text(index, wrong) == word) for word, wrong in pairs]
        longer = [is_right for word, is_right in right if len(word) > 2]
        print(f"{name:12} {sum(is_right for _, is_right in right):6} {len(right):5}   {sum(longer):12} {len(longer):5}")


def first_text(index: Index, typed: str) -> str:
    """Return the first text that an answer names instead of what was typed; empty where it names none."""
    results = index.search(typed, limit=1)
    heard = [text for note in results.notes if note.code == "heard" for text in note.texts]
    return next(iter((*results.suggestions, *heard)), "")


class Mistakes:
    """Makes mistakes in words, with the characters that these words have most."""

    def __init__(self, words: list[str]) -> None:
        self._common = [char for char, _ in Counter("".join(words)).most_common(COMMON)]
        self._alike: dict[str, list[str]] = {}
        for char in self._common:
            for reading in usual_readings(char):
                self._alike.setdefault(reading, []).append(char)
        self.kinds: dict[str, Mistake] = {
            "same sound": self._same_sound,
            "any": lambda word, rng: self._replaced(word, rng, self._common),
            "swapped": self._swapped,
            "missing": self._missing,
        }

    def _replaced(self, word: str, rng: random.Random, chars: list[str]) -> str:
        at = rng.randrange(len(word))
        return word[:at] + rng.choice(chars) + word[at + 1 :]

    def _same_sound(self, word: str, rng: random.Random) -> str:
        at = rng.randrange(len(word))
        alike = [c for reading in usual_readings(word[at]) for c in self._alike.get(reading, ()) if c != word[at]]
        return word[:at] + rng.choice(sorted(alike)) + word[at + 1 :] if alike else ""

    def _swapped(self, word: str, rng: random.Random) -> str:
        at = rng.randrange(len(word) - 1)
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]

    def _missing(self, word: str, rng: random.Random) -> str:
        at = rng.randrange(len(word))
        return word[:at] + word[at + 1 :] if len(word) > 2 else ""
