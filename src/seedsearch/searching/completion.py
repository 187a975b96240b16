"""Completes a query with words of the index, by prefix, pinyin or initials."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import nlargest

from seedsearch.engines import Engine
from seedsearch.engines.query import Run
from seedsearch.text.folding import is_han
from seedsearch.text.run_text import run_text


def completions(typed: str, engine: Engine, limit: int) -> tuple[tuple[str, int], ...]:
    """Return up to `limit` completed queries, each with the number of documents that it finds, most frequent first.

    Of several words, the last is completed and the others stay; the number is that of the completed word alone.
    """
    *before, last = typed.rsplit(maxsplit=1) or [""]
    begin = run_text(last).strip()
    if not begin:
        return ()
    words = ((count, word) for word, count in engine.vocabulary("word", begin) if word != begin and len(word) > 1)
    found = {word: count for count, word in nlargest(limit, words)}
    if len(found) < limit and not any(map(is_han, begin)):
        found = {**dict(_heard(begin, engine)), **found}
    best = nlargest(limit, ((count, word) for word, count in found.items()))
    return tuple([(" ".join([*before, word]), count) for count, word in best])


def _heard(letters: str, engine: Engine) -> Iterator[tuple[str, int]]:
    """Return the texts of the index with this reading, each with the number of documents that contain it."""
    from seedsearch.searching.phonetic import heard  # loads the readings of characters

    texts = list(dict.fromkeys(text for fallback in heard(letters, engine) for text in fallback.tier.texts))
    return zip(texts, engine.count([Run(text) for text in texts]), strict=True)
