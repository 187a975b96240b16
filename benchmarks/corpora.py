"""Texts to measure on: those of a folder, or generated ones."""

from __future__ import annotations

import json
import lzma
import random
from collections.abc import Iterator
from pathlib import Path


def texts(corpus: Path | None, most: int) -> list[str]:
    """The texts of a folder (JSON Lines record by record), until they come to `most` bytes of UTF-8."""
    found, left = [], most
    for text in _of_folder(corpus) if corpus else generated(random.Random(1)):
        found.append(text)
        left -= len(text.encode())
        if left <= 0:
            break
    return found


def _of_folder(corpus: Path) -> Iterator[str]:
    paths = [corpus] if corpus.is_file() else sorted(path for path in corpus.rglob("*") if path.is_file())
    for path in paths:
        if ".jsonl" not in path.name:
            yield path.read_text(encoding="utf-8", errors="replace")
            continue
        with (lzma.open if path.suffix == ".xz" else open)(path, "rt", encoding="utf-8") as lines:
            yield from (record["text"] for record in map(json.loads, lines) if record.get("text"))


def generated(rng: random.Random, length: int = 800) -> Iterator[str]:
    """Endless texts of about `length` characters: dictionary words as often as they are used, in random order."""
    from seedsearch.language import model

    frequencies = model().long_words
    words = sorted(frequencies, key=frequencies.__getitem__)[-30_000:]
    weights = [1 / (rank + 10) for rank in range(len(words), 0, -1)]
    marks = ("", "", "", "的", "，", "。", "、", "是", "在", "了")
    while True:
        chosen = rng.choices(words, weights, k=max(1, length // 4))
        yield "".join(word + rng.choice(marks) for word in chosen)
