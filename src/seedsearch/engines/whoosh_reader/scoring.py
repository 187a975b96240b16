"""The scores of the engine, for Whoosh's searcher: `ix.searcher(weighting=Okapi())`."""

from __future__ import annotations

from typing import Any

from seedsearch.engines.bm25 import K1, B, rarity
from seedsearch.engines.whoosh_reader.library import scoring


class Okapi(scoring.BM25F):  # type: ignore[misc]  # Whoosh has no types
    """BM25 as `seedsearch query` scores, where no document was deleted: Whoosh counts those as well."""

    def __init__(self) -> None:
        super().__init__(B=B, K1=K1)

    def idf(self, searcher: Any, fieldname: str, text: bytes) -> float:
        """Return how rare a term is."""
        whole = searcher.get_parent()
        return rarity(whole.doc_count_all(), whole.doc_frequency(fieldname, text))
