"""Okapi BM25 (Robertson et al., TREC-3, 1994): its constants, and inverse document frequency."""

from __future__ import annotations

from math import log

# The values of Lucene and Whoosh.
K1 = 1.2
B = 0.75


def rarity(documents: int, having: int) -> float:
    """Return the weight, never negative, of a term that `having` of all documents have (Robertson and Spärck Jones,
    1976).

    Whoosh adds one to a logarithm instead, which gives weight to terms that every document has.
    """
    return log(1 + (documents - having + 0.5) / (having + 0.5))
