"""Relevance feedback: ranks the later documents also by the terms that are characteristic of the best one.

The first documents of an answer are ranked by the query alone; the documents after them are about the same topic if
they resemble the best one. So pairs of ideographs that occur often in the best document, and in few others, are added
to the terms of the query (pseudo-relevance feedback: Rocchio, 1971, with weights by frequency as in the relevance
models of Lavrenko and Croft, 2001). The first `LEADING` documents keep their order: there, feedback costs as much as it
gains.
"""

from __future__ import annotations

from collections import Counter
from itertools import islice
from operator import add

from seedsearch.engines import Engine
from seedsearch.engines.bm25 import rarity
from seedsearch.engines.query import Term
from seedsearch.searching.ranking import EMPTY, LEARNED, LEARNED_FROM, LEARNED_WEIGHT, WORD, Weighted
from seedsearch.text.folding import is_han

AGAIN = 2  # occurrences that a pair must have in the text
READ = 4000  # code points read from the beginning of a long text
_SAYING_NOTHING = frozenset("第一二三四五六七八九十") | EMPTY


def learned(engine: Engine, scored: Weighted, run: str) -> Weighted:
    """Return the terms to add to a query, taken from the run text of its best document.

    They depend only on the text and the index, so every page of an answer uses the same ones.
    """
    begin = run[:READ]
    counts = Counter(map(add, begin, begin[1:]))
    typed = {term.text for term, _ in scored}
    again = sorted((pair for pair, count in counts.items() if count >= AGAIN), key=lambda pair: (-counts[pair], pair))
    often = list(islice((pair for pair in again if pair not in typed and _says(pair)), LEARNED_FROM))
    documents, having = engine.document_frequencies([Term("gram", pair) for pair in often])
    telling = {pair: counts[pair] * rarity(documents, n) for pair, n in zip(often, having, strict=True)}
    best = sorted(telling, key=lambda pair: (-telling[pair], pair))[:LEARNED]
    # Together they weigh as much as the words of the query.
    words = sum(weight for term, weight in scored if term.field == "word" and weight == WORD)
    each = LEARNED_WEIGHT * max(words, WORD) / max(sum(counts[pair] for pair in best), 1)
    return tuple((Term("gram", pair), each * counts[pair]) for pair in best)


def _says(pair: str) -> bool:
    return all(is_han(char) and char not in _SAYING_NOTHING for char in pair)
