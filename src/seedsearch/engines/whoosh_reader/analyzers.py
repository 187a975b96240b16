"""Whoosh's analyzers of the fields: the terms that the index holds, and where they stand in the readable text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from seedsearch.engines.whoosh_reader.library import analysis
from seedsearch.text.analyzer import placed_query_words, placed_words
from seedsearch.text.lexicon import OwnWords
from seedsearch.text.run_text import readable_places, run_text
from seedsearch.text.segmenter import Cut, jieba_words

# A term of a run text: its position (a number that counts terms, from 0), where it begins (code points), its text.
Placed = tuple[int, int, str]


@lru_cache(maxsize=4)
def _jieba(words: str) -> Cut:
    return jieba_words(OwnWords.from_text(words))


class RunTokenizer(analysis.Tokenizer):  # type: ignore[misc]  # Whoosh has no types
    """A tokenizer of run texts; offsets are those of the text that it is given.

    With mode "query" it gives what a query has to ask for, otherwise every term of the text. With `tokenize` off, as
    the parser asks of patterns, it gives the folded text as one term.
    """

    def placed(self, run: str, mode: str) -> Iterable[Placed]:
        """The terms of a run text, by where they begin."""
        raise NotImplementedError

    def __call__(
        self,
        value: str,
        positions: bool = False,
        chars: bool = False,
        keeporiginal: bool = False,
        removestops: bool = True,
        start_pos: int = 0,
        start_char: int = 0,
        mode: str = "",
        tokenize: bool = True,
        **options: Any,
    ) -> Iterator[Any]:
        """Whoosh's token for each term: the same object every time, as its own tokenizers give it."""
        run = run_text(value)
        placed = list(self.placed(run, mode)) if tokenize else [(0, 0, run)]
        spans = [(start, start + len(text), number) for number, (_, start, text) in enumerate(placed)]
        found = readable_places(run, value, spans) if chars else spans
        token = analysis.Token(positions, chars, removestops=removestops, mode=mode, **options)
        for (position, _, text), (start, end, _) in zip(placed, found, strict=True):
            token.text, token.boost, token.stopped = text, 1.0, False
            token.pos, token.startchar, token.endchar = start_pos + position, start_char + start, start_char + end
            if keeporiginal:
                token.original = text
            yield token


class WordTokenizer(RunTokenizer):
    """Words as the field `word` has them, Han runs cut by jieba itself.

    A word and its parts (`v2.0`: v, 2, 0) have one position, so that phrases of words go past it. `words` are those of
    the user's dictionary (lexicon.py).
    """

    def __init__(self, words: str = "") -> None:
        self.words = words

    def placed(self, run: str, mode: str) -> Iterator[Placed]:
        """The words; of those that have parts a query asks for the whole only."""
        cut = _jieba(self.words)
        found = placed_query_words(run, cut=cut) if mode == "query" else placed_words(run, cut=cut)
        position, end = -1, 0
        for start, word in found:
            if start >= end:
                position, end = position + 1, start + len(word)
            yield position, start, word

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WordTokenizer) and other.words == self.words

    def __hash__(self) -> int:
        return hash(self.words)


class GramTokenizer(RunTokenizer):
    """Characters and pairs of neighbours as the field `gram` has them; both have the position of their first character.

    Blanks have no position: a query for a run that has some between letters finds the run without them as well.
    """

    def placed(self, run: str, mode: str) -> Iterator[Placed]:
        """The grams; a query asks for pairs, and for characters where there is no pair that has them."""
        position = at = 0
        pieces = run.split(" ")
        for number, piece in enumerate(pieces, start=1):
            alone = len(piece) == 1 or number < len(pieces)  # the last character, in a query
            for i, char in enumerate(piece):
                if i + 1 < len(piece):
                    yield position + i, at + i, piece[i : i + 2]
                if mode != "query" or (alone and i + 1 == len(piece)):
                    yield position + i, at + i, char
            position, at = position + len(piece), at + len(piece) + 1
