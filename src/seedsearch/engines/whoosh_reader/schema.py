"""The schema that Whoosh sees: five fields, of which `text` and `path` are stored."""

from __future__ import annotations

from typing import Any

from seedsearch.engines.whoosh_reader.analyzers import GramTokenizer, RunTokenizer, WordTokenizer
from seedsearch.engines.whoosh_reader.library import analysis, fields, formats
from seedsearch.engines.whoosh_reader.path_column import PathColumn


class Places(formats.Characters):  # type: ignore[misc]  # Whoosh has no types
    """Frequencies of terms, from the index, and their places, from the analyzer."""

    def __init__(self, analyzer: RunTokenizer) -> None:
        super().__init__()
        self.analyzer = analyzer


class TextField(fields.TEXT):  # type: ignore[misc]
    """A field whose places and vectors are computed from the readable text."""

    def __init__(self, analyzer: RunTokenizer, **options: Any) -> None:
        super().__init__(analyzer, **options)
        self.format = self.vector = Places(analyzer)


class IndexSchema(fields.Schema):  # type: ignore[misc]
    """The schema of an index that seedsearch wrote."""


def schema(words: str) -> IndexSchema:
    """Return the fields of an index; `words` are those of its user's dictionary (lexicon.py).

    `text` has the terms of `word`, so that matches in it are highlighted in it.
    """
    tokenizer = WordTokenizer(words)
    return IndexSchema(
        path=fields.ID(stored=True, unique=True, sortable=PathColumn()),
        text=TextField(tokenizer, stored=True),
        word=TextField(tokenizer),
        gram=TextField(GramTokenizer(), multitoken_query="phrase"),
        tag=fields.KEYWORD(analyzer=analysis.IDAnalyzer()),
    )
