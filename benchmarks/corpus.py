"""Clean text to measure on: a folder of texts or of JSON Lines (`text` in each, .xz as well), such a file by itself, or
generated sentences.
"""

from __future__ import annotations

import json
import lzma
import random
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple


class Document(NamedTuple):
    """One clean text, and the set or genre that it is of."""

    genre: str
    text: str


def documents(corpus: Path | None) -> Iterator[Document]:
    """Yield the documents of a folder in the order of their names, or those of a file; without either, a generated one.

    Raises SystemExit if there is no text.
    """
    if corpus is None:
        yield Document("generated", generated())
        return
    found = False
    for path in sorted(corpus.rglob("*")) if corpus.is_dir() else [corpus]:
        if path.is_file():
            inside = path.relative_to(corpus).parts
            for document in _records(path, inside[0] if len(inside) > 1 else path.name):
                found = True
                yield document
    if not found:
        raise SystemExit(f"{corpus}: no text to measure on")


def _records(path: Path, genre: str) -> Iterator[Document]:
    if ".jsonl" not in path.name:
        yield Document(genre, path.read_text(encoding="utf-8", errors="replace"))
        return
    with (lzma.open if path.suffix == ".xz" else open)(path, "rt", encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            if "text" in record:
                within = record.get("path", "").partition("/")
                yield Document(within[0] if within[1] else genre, record["text"])


def generated() -> str:
    """Sentences of dictionary words in random order, in both scripts: enough to see that all is well."""
    from opencc import OpenCC

    from seedsearch.text.character_model import model

    rng = random.Random(1)
    words = rng.sample(sorted(model().long_words, key=model().long_words.__getitem__)[-20_000:], 4000)
    simplified = "".join(word + rng.choice(("", "", "", "的", "，", "。", "、", "是")) for word in words)
    traditional: str = OpenCC("s2t").convert(simplified)
    return simplified + "\n" + traditional


def endless(rng: random.Random, length: int) -> Iterator[str]:
    """Texts of about `length` characters without end: words of the dictionary, some much more often than others."""
    from seedsearch.text.character_model import model

    frequencies = model().long_words
    words = sorted(frequencies, key=frequencies.__getitem__)[-30_000:]
    weights = list(accumulate(1 / (rank + 10) for rank in range(len(words), 0, -1)))
    marks = ("", "", "", "的", "，", "。", "、", "是", "在", "了")
    while True:
        chosen = rng.choices(words, cum_weights=weights, k=max(1, length // 4))
        yield "".join(word + rng.choice(marks) for word in chosen)
