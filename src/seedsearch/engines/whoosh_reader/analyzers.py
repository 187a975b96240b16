"""Whoosh analyzers of the fields: the terms in the index, and their positions in the readable text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from operator import itemgetter
from typing import Any

from seedsearch.engines.whoosh_reader.library import analysis
from seedsearch.text.analyzer import placed_query_words, placed_words
from seedsearch.text.joints import Joined
from seedsearch.text.lexicon import OwnWords
from seedsearch.text.run_text import readable_places, run_text
from seedsearch.text.segmenter import Cut, jieba_words, steady_cut

# A term of a run text: its position (counted in terms from 0), start and end in code points, and text.
Placed = tuple[int, int, int, str]


@lru_cache(maxsize=4)
def _jieba(words: str) -> Cut:
    return jieba_words(OwnWords.from_text(words))


class RunTokenizer(analysis.Tokenizer):  # type: ignore[misc]  # Whoosh has no types
    """A tokenizer of run texts; offsets refer to the given text.

    In mode "query" it yields the terms that a query needs, otherwise every term of the text. With `tokenize` off, which
    the parser uses for patterns, it yields the folded text as one term.
    """

    def placed(self, run: str, mode: str) -> Iterable[Placed]:
        """Return the terms of a run text, ordered by start."""
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
        """Yield Whoosh's token for each term; reuses one object, like Whoosh's own tokenizers."""
        run = run_text(value)
        placed = list(self.placed(run, mode)) if tokenize else [(0, 0, len(run), run)]
        spans = [(start, end, number) for number, (_, start, end, _) in enumerate(placed)]
        found = readable_places(run, value, spans) if chars else spans
        token = analysis.Token(positions, chars, removestops=removestops, mode=mode, **options)
        for (position, _, _, text), (start, end, _) in zip(placed, found, strict=True):
            token.text, token.boost, token.stopped = text, 1.0, False
            token.pos, token.startchar, token.endchar = start_pos + position, start_char + start, start_char + end
            if keeporiginal:
                token.original = text
            yield token


class WordTokenizer(RunTokenizer):
    """Tokenizes words like the field `word`, with Han runs segmented by jieba itself.

    A word and its parts (`v2.0`: v, 2, 0) share one position, so that phrases work across it. `words` are those of the
    user's dictionary (lexicon.py).
    """

    def __init__(self, words: str = "") -> None:
        self.words = words

    def placed(self, run: str, mode: str) -> Iterator[Placed]:
        """Yield the words; for a query, only the whole of words with parts, and none across joints.

        A word across a joint has the position of the first word that it overlaps.
        """
        cut = _jieba(self.words)
        placed = placed_query_words(run, cut=cut) if mode == "query" else placed_words(run, cut=cut)
        found = [(start, start + len(word), word) for start, word in placed]
        if mode != "query":
            found += Joined(run).placed_words(steady_cut(OwnWords.from_text(self.words)))
            found.sort(key=itemgetter(0))
        position, last = -1, 0
        for start, end, word in found:
            if start >= last:
                position, last = position + 1, end
            yield position, start, end, word

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WordTokenizer) and other.words == self.words

    def __hash__(self) -> int:
        return hash(self.words)


class GramTokenizer(RunTokenizer):
    """Tokenizes characters and adjacent pairs like the field `gram`; both have the position of their first character.

    Blanks have no position: a query with blanks between letters also finds the text without them.
    """

    def placed(self, run: str, mode: str) -> Iterator[Placed]:
        """Yield the grams; for a query, pairs, and characters that are in no pair."""
        position = at = 0
        pieces = run.split(" ")
        across = {} if mode == "query" else {one.start: one for one in Joined(run).placed_pairs()}
        for number, piece in enumerate(pieces, start=1):
            alone = len(piece) == 1 or number < len(pieces)  # the last character, in a query
            for i, char in enumerate(piece):
                start = at + i
                if i + 1 < len(piece):
                    yield position + i, start, start + 2, piece[i : i + 2]
                if pair := across.get(start):
                    yield position + i, *pair
                    yield position + i, start, start + 1, char
                if mode != "query" or (alone and i + 1 == len(piece)):
                    yield position + i, start, start + 1, char
            position, at = position + len(piece), at + len(piece) + 1
