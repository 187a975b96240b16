"""How well a document answers: by its terms as a whole, and by its best passage.

The engine scores whole documents: BM25 over words, pairs and single characters, each unit at half the weight of
the next larger one, for what a word of two characters says it says three times. Over a long page the pairs of a
question add up by chance, so the best documents are judged once more by their best passage: how much
of the question stands within two sentences. There nearness is the point, so pairs count as much as words. A
title that holds the question's terms counts as a passage of its own.

Words that only ask (什么, 哪些, 怎么) are rare in statements, so their rarity says nothing; they are not scored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from seedsearch.analysis import placed_words
from seedsearch.bm25 import rarity
from seedsearch.folding import HAN
from seedsearch.lexicon import NONE, OwnWords
from seedsearch.query import Term
from seedsearch.runs import run_text

PASSAGE = 60  # code points: about two sentences of ordinary prose
TITLE = 40  # code points that a first line may have to be a title
JUDGED = 10  # documents that are judged by their passages, a page of hits; the rest keep the order of the engine
FEW = 20  # documents; in more, a term that half of them have does not tell their passages apart
WORD, PAIR, SINGLE = 1.0, 0.5, 0.25  # weights in a document
NEAR, NEAR_SINGLE = 1.0, 0.5  # and in a passage

# Interrogatives as jieba cuts them, folded: 哪 asks but for 哪吒, and 何 and 几 alone may be names and numbers.
_ASKING = re.compile(
    "(?:为什么|什么|甚么|怎|多少|谁|哪(?!吒)).{0,3}|几[个年月日次位种岁点天所座条名只届部]|多[久长大高远]|几|如何|为何"
    "|何[年月日时地处种人物者以故事谓]|是否|请问|吗|呢"
)
# Particles, pronouns and conjunctions that nearly every text holds: they do not decide whether a document matches.
EMPTY = frozenset("的了在是和与及或而被把将于以为之其这那有也都就不着过地得对从到等")
_CONTENT = re.compile(rf"[\w{HAN}]+")

Weighted = tuple[tuple[Term, float], ...]


def scored_terms(run: str, words: Sequence[str]) -> Weighted:
    """The terms by which documents are scored for the run text of a query and its words, each with its weight."""
    pieces = _CONTENT.findall(run)
    singles = dict.fromkeys("".join(pieces))
    pairs = dict.fromkeys(piece[i : i + 2] for piece in pieces for i in range(len(piece) - 1))
    return (
        *((Term("word", word), WORD) for word in dict.fromkeys(words)),
        *((Term("gram", pair), PAIR) for pair in pairs),
        *((Term("gram", char), SINGLE) for char in singles),
    )


def asks(word: str) -> bool:
    """Whether a word only asks."""
    return _ASKING.fullmatch(word) is not None


def without_interrogatives(run: str, own: OwnWords = NONE) -> str:
    """A run text with blanks in the place of the words that only ask."""
    said = list(run)
    for at, word in placed_words(run, own):
        if asks(word):
            said[at : at + len(word)] = " " * len(word)
    return "".join(said)


def content_words(words: Iterable[str]) -> list[str]:
    """The words that say what is asked for: no interrogatives, no particles; all of them where no other is left."""
    given = list(words)
    return [w for w in given if w not in EMPTY and not asks(w)] or given


class Passages:
    """Judges documents by the passage that says most of what was asked."""

    def __init__(self, scored: Weighted, having: Sequence[int], documents: int) -> None:
        """`having`: in how many of all the `documents` each term of `scored` stands."""
        self._terms = [
            (term.text, _near(term) * rarity(documents, n))
            for (term, _), n in zip(scored, having, strict=True)
            if n and len(term.text) <= PASSAGE and (2 * n <= documents or documents < FEW)
        ]

    def best(self, run: str) -> float:
        """The score of the best passage of a run text: the rarity of what stands in it, each term once."""
        found: list[tuple[int, int, int]] = []
        for i, (text, _) in enumerate(self._terms):
            size, at = len(text), run.find(text)
            while at >= 0:
                found.append((at, at + size, i))
                at = run.find(text, at + 1)
        found.sort()
        return self._best_window(found)

    def _best_window(self, found: Sequence[tuple[int, int, int]]) -> float:
        worth = [worth for _, worth in self._terms]
        inside = [0] * len(worth)
        best = score = 0.0
        last, count = 0, len(found)
        for start, _, term in found:
            limit = start + PASSAGE
            while last < count and found[last][1] <= limit:
                new = found[last][2]
                if not inside[new]:
                    score += worth[new]
                inside[new] += 1
                last += 1
            if score > best:
                best = score
            inside[term] -= 1
            if not inside[term]:
                score -= worth[term]
        return best

    def title(self, readable: str) -> float:
        """The same of the first line of a text; 0 where that is too long for a title."""
        line = readable[: 2 * TITLE].lstrip().partition("\n")[0]
        return self.best(run_text(line).text) if len(line) <= TITLE else 0.0


def _near(term: Term) -> float:
    """The weight of a term in a passage."""
    return NEAR_SINGLE if term.field == "gram" and len(term.text) == 1 else NEAR
