"""The scores of the engine, for Whoosh's searcher: `ix.searcher(weighting=Okapi())`."""

from __future__ import annotations

from typing import Any

from seedsearch.engines.bm25 import K1, B, rarity
from seedsearch.engines.whoosh_reader.library import scoring


class Okapi(scoring.BM25F):  # type: ignore[misc]  # Whoosh has no types
    """BM25 with the scores of `seedsearch query`, except that Whoosh also counts deleted documents."""

    def __init__(self) -> None:
        super().__init__(B=B, K1=K1)

    def idf(self, searcher: Any, fieldname: str, text: bytes) -> float:
        """Return the inverse document frequency of a term."""
        whole = searcher.get_parent()
        return rarity(whole.doc_count_all(), whole.doc_frequency(fieldname, text))
