"""Okapi BM25 (Robertson et al., TREC-3, 1994): its constants, and inverse document frequency."""

from __future__ import annotations

from math import log

# As Lucene and Whoosh set them.
K1 = 1.2
B = 0.75


def rarity(documents: int, having: int) -> float:
    """Return the weight of a term that `having` of all the documents have (Robertson and Spärck Jones, 1976), not
    negative.

    Whoosh adds one to a logarithm instead, and so gives a weight to terms that every document has.
    """
    return log(1 + (documents - having + 0.5) / (having + 0.5))
