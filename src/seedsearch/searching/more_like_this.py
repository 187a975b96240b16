"""The topic of a text and similar documents, by words that are frequent in it and rare in the index."""

from __future__ import annotations

import re
from collections import Counter
from math import log

from seedsearch.engines import Engine
from seedsearch.engines.bm25 import K1
from seedsearch.engines.query import Any, Run, Term
from seedsearch.searching.ranking import EMPTY, TELLING, asks
from seedsearch.searching.tiers import Tier
from seedsearch.text.analyzer import words
from seedsearch.text.lexicon import NONE, OwnWords
from seedsearch.text.run_text import run_text

# A field name at the start of a line, as in records, and the end of the path of a record.
_NAME = re.compile(r"^[^\s:：][^\n:：]{0,63}: ", re.MULTILINE)
_RECORD = re.compile(r"#(?:.*/)?\d+\Z", re.DOTALL)
_WORD = re.compile(r"(?!\d+$)\w[\w.+#-]+")


def values_of(path: str, readable: str) -> str:
    """Return the values of a record without its field names, which say nothing about it; any other text as it is."""
    return _NAME.sub("", readable) if _RECORD.search(path) else readable


def keywords(readable: str, engine: Engine, own: OwnWords = NONE, count: int = TELLING) -> list[tuple[str, float]]:
    """Return the most characteristic words of a text, folded, with their weights, heaviest first.

    Frequency, saturated, times inverse document frequency (Spärck Jones, 1972). Numbers, single characters and function
    words are left out, and so are words that all documents have, if there are several.
    """
    counts = Counter(word for word in words(run_text(readable), own) if _tells(word))
    terms = sorted(counts)
    documents, having = engine.document_frequencies([Term("word", term) for term in terms])
    weighted = [
        (term, round(_saturated(counts[term]) * log((documents + 1) / (n + 0.5)), 4))
        for term, n in zip(terms, having, strict=True)
        if n < documents or documents < 2
    ]
    return sorted(weighted, key=lambda row: (-row[1], row[0]))[:count]


def like(readable: str, engine: Engine, own: OwnWords = NONE) -> Tier | None:
    """Return the query for documents similar to this text; None if it has no characteristic words."""
    telling = keywords(readable, engine, own)
    if not telling:
        return None
    runs = tuple(Run(word) for word, _ in telling)
    scored = tuple((Term("word", word), weight) for word, weight in telling)
    return Tier("similar", Any(tuple(term for term, _ in scored)), runs, scored, judged=False)


def _tells(word: str) -> bool:
    return _WORD.fullmatch(word) is not None and word not in EMPTY and not asks(word)


def _saturated(count: int) -> float:
    return count * (K1 + 1) / (count + K1)
