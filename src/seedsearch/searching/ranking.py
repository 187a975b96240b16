"""Ranks documents by all their terms and by their best passage.

The engine scores whole documents: BM25 over words, pairs and single characters. Each unit has half the weight of the
next larger one, because a word of two characters is counted three times. In a long document, the pairs of a question
accumulate by chance, so the best documents are scored again by their best passage: how much of the question occurs
within two sentences. Proximity is the point there, so pairs count as much as words. A title with terms of the question
counts as a passage.

Interrogatives (什么, 哪些, 怎么) are rare in statements, so their rarity means nothing; they are not scored.

All constants of ranking are here, including those of collapsing and of snippets. Engines cannot import this module, so
they have their own: `K1` and `B` of BM25 (`engines/bm25.py`), and those of `engines/embedded/closeness.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from operator import add, itemgetter

from seedsearch.engines.bm25 import rarity
from seedsearch.engines.query import Term
from seedsearch.text.folding import HAN
from seedsearch.text.run_text import occurrences

# Measured, where nothing else is said, on the development half of the questions that are made of a corpus of works
# (benchmarks/questions.py), 200 of each kind, each constant alone: MRR@10 of titles is .957 and of questions .930,
# nDCG@10 of keywords .896. "The same" is the same in all three.

# Code points: about two sentences of ordinary prose. At 30 the same; at 120 .956, .928 and .896.
PASSAGE = 60
# Code points that a first line may have to be a title. At 20 .946, .925 and .895; at 80 .962, .927 and .894.
TITLE = 40
# Documents that are scored by their passages, a page of hits; the rest keep the order of the engine. At 5 .957, .931
# and .898; at 20 the same, but nDCG@10 of titles goes down, from .855 to .851, and each document takes time.
JUDGED = 10
# Documents; in a larger index, a term that half of them have does not distinguish passages. From 5 to 80 the same: it
# only matters in the smallest indexes.
FEW_DOCUMENTS = 20
# Weights in a document. Of words, at 0.5 .954, .929 and .896, at 2 .955, .929 and .897; of pairs, at 0.25 .957, .933
# and .896, at 1 .951, .925 and .896; of single characters, at 0.125 .957, .930 and .894, at 0.5 .957, .932 and .889.
WORD, PAIR, SINGLE = 1.0, 0.5, 0.25
# Of a term of a variant, relative to a typed one: documents with the word as typed come first.
VARIANT = 0.5
# Of the best passage, relative to the score of the document. At 0.25 .956, .924 and .888; at 1 .935, .902 and .894.
NEARNESS = 0.5
# Of the title, relative to the score of the document; the better of title and passage counts. On all questions of that
# half MRR@10 of titles and questions is .921 and .919 at 0.5, .940 and .943 at 0.75 and at 1; there nDCG@10 of keywords
# goes down, from .899 to .897 and .895. Adding both gains as much for titles and loses more for keywords (.892).
TITLED = 0.75
# Weights in a passage. Of pairs and words, at 0.5 .952, .922 and .892, at 2 .957, .930 and .895; of single
# characters, at 0.25 .957, .930 and .894, at 1 .957, .931 and .896.
NEAR, NEAR_SINGLE = 1.0, 0.5

# The share of the words that a document must have to be among those with most of them. Questions and their answers
# share few words: half of them missed up to one answer in twenty to questions on encyclopaedia texts, a quarter one
# in three hundred.
MOST = 0.25

# Content words from which on a query is a question, as is any query with an interrogative or a final particle. At 2
# .959, .930 and .858, because all keywords are meant; at 8 .955, .927 and .903: keywords gain what questions lose.
LONG = 4
TELLING = 20  # words of a text by which similar documents are searched for

# Documents of an answer that keep their order before feedback from the best of them applies (feedback.py); the number
# of pairs of ideographs taken from it, the number of its most frequent pairs that they are chosen from, and their
# weight relative to the words of the query. Measured on 300 of each kind of that half and of the development half of
# DRCD; nDCG@10 of titles from .850 to .868, of questions .862 to .877, of keywords .8948 to .8944, of DRCD .9653 to
# .9652. With 1 document before it .872, .882, .8908 and .9625; by three documents instead of one .857, .868, .895 and
# .965; 20 pairs of 40 .865, .876, .8925, .965; 8 pairs of 8 .864, .874, .893 and .965; at half as much again .871,
# .877, .8924 and .965; by words instead of pairs .866, .878, .892 and .965, and that takes ten times as long.
LEADING = 3
LEARNED, LEARNED_FROM, LEARNED_WEIGHT = 12, 24, 1.0

# Matches fetched beyond the requested number of hits, because some collapse into one. In 600 answers 15 hits do, so
# from 0 to 12 nothing changes; if more collapse, another request to the engine fills the page.
SPARE = 3
# A shared passage of this many ideographs is no coincidence, so files that share it become one hit. Of the documents of
# these 600 answers, 20 are collapsed at 12, 15 at 24, 13 at 48.
SAME_PASSAGE = 24
# Two texts are nearly the same if they share this proportion of their sentences; texts with fewer sentences than these
# never are. At 0.9 the same documents are collapsed as at 0.8, at 0.4 eight more; from 2 to 8 sentences the same.
NEARLY, FEW_SENTENCES = 0.8, 4

WIDTH = 90  # code points of a snippet: two or three lines of a terminal
LONGEST_LINE = 1000  # code points of a line that is shown whole if lines are requested

# Interrogatives as jieba segments them, folded: 哪 is one except in 哪吒; 何 and 几 alone may be a name and a number.
_ASKING = re.compile(
    "(?:为什么|什么|甚么|怎|多少|谁|哪(?!吒)).{0,3}|几[个年月日次位种岁点天所座条名只届部]|多[久长大高远]|几|如何|为何"
    "|何[年月日时地处种人物者以故事谓]|是否|请问|吗|呢"
)
# Particles, pronouns and conjunctions that nearly every text contains: they do not decide whether a document matches.
EMPTY = frozenset("的了在是和与及或而被把将于以为之其这那有也都就不着过地得对从到等")
# Words that connect the two sides.
CONNECTING = frozenset("与和及或同跟") | {"以及", "或者", "and", "or"}

_CHANGE: itemgetter[int] = itemgetter(1)

Weighted = tuple[tuple[Term, float], ...]


def scored_terms(run: str, words: Sequence[str]) -> Weighted:
    """Return the terms that score documents for the run text of a query and its words, each with its weight."""
    pieces = run.split()
    if not all(map(str.isalnum, pieces)):
        pieces = re.findall(rf"[\w{HAN}]+", run)  # compiled when needed: that takes longer than a query
    singles = dict.fromkeys("".join(pieces))
    pairs = dict.fromkeys([pair for piece in pieces for pair in map(add, piece, piece[1:])])
    return (
        *[(Term("word", word), WORD) for word in dict.fromkeys(words)],
        *[(Term("gram", pair), PAIR) for pair in pairs],
        *[(Term("gram", char), SINGLE) for char in singles],
    )


def asks(word: str) -> bool:
    """Tell whether a word is an interrogative."""
    return _ASKING.fullmatch(word) is not None


def without_interrogatives(run: str, placed: Iterable[tuple[int, str]]) -> str:
    """Return a run text with its interrogatives, given as (offset, word), replaced by blanks."""
    for at, word in placed:
        if asks(word):
            run = run[:at] + " " * len(word) + run[at + len(word) :]
    return run


def content_words(words: Iterable[str]) -> list[str]:
    """Return the content words, without interrogatives and particles unless there are no others."""
    given = list(words)
    return [w for w in given if w not in EMPTY and not asks(w)] or given


class Passages:
    """Scores documents by the passage that covers most of the query."""

    def __init__(self, scored: Weighted, having: Sequence[int], documents: int) -> None:
        """`having` is the number of the `documents` that contain each term of `scored`."""
        self._worth: dict[str, float] = {}
        self._having: dict[str, int] = {}
        for (term, _), n in zip(scored, having, strict=True):
            text = term.text
            if n and len(text) <= PASSAGE and (2 * n <= documents or documents < FEW_DOCUMENTS):
                self._worth[text] = self._worth.get(text, 0.0) + _near(term) * rarity(documents, n)
                self._having[text] = n

    @cached_property
    def _nowhere(self) -> dict[str, Sequence[int]]:
        return dict.fromkeys(self._worth, ())

    @cached_property
    def _by_char(self) -> dict[str, list[tuple[str, int]]]:
        """The texts by their rarest character, which is the fastest to search for, with its offset in each.

        A text without a scored character is listed under itself.
        """
        having = self._having
        texts: dict[str, list[tuple[str, int]]] = {text: [] for text in having if len(text) == 1}
        others: dict[str, list[tuple[str, int]]] = {}
        for text in having:
            if len(text) > 1:
                chars = [char for char in text if char in texts]
                if chars:
                    char = min(chars, key=having.__getitem__)
                    texts[char].append((text, text.index(char)))
                else:
                    others[text] = []
        return texts | others

    def places(self, run: str) -> dict[str, Sequence[int]]:
        """Return the places of each scored text in a run text, overlapping ones included."""
        found, starts = self._nowhere.copy(), run.startswith
        for char, texts in self._by_char.items():
            if not (places := occurrences(run, char)):
                continue
            found[char] = places
            # A negative place would be counted from the end, where too little is left for the text to begin.
            for text, before in texts:
                found[text] = [at - before for at in places if starts(text, at - before)]
        return found

    def best(self, places: Mapping[str, Sequence[int]]) -> float:
        """Return the score of the best passage of a text: the rarity of the terms in it, each counted once."""
        # A passage that begins from `at - reach` to `at` contains the place `at`.
        changes: list[tuple[int, float]] = []
        for text, worth in self._worth.items():
            if found := places[text]:
                reach, last = PASSAGE - len(text), found[0]
                changes.append((last - reach, worth))
                for at in found:
                    if at - last > reach:
                        changes += ((last + 1, -worth), (at - reach, worth))
                    last = at
                changes.append((last + 1, -worth))
        changes.sort()
        return max(accumulate(map(_CHANGE, changes)), default=0.0)

    def title(self, run: str, readable: str) -> float:
        """Return the same score for the first line of a text; 0 if the line is too long for a title."""
        line = readable[: 2 * TITLE].lstrip().partition("\n")[0]
        if len(line) > TITLE:
            return 0.0
        end = int(run.startswith(" "))
        for piece in line.split():
            end += len(piece)
            end += run.startswith(" ", end)
        title = run[:end]
        return sum([worth for text, worth in self._worth.items() if text in title])


def _near(term: Term) -> float:
    """Return the weight of a term within a passage."""
    return NEAR_SINGLE if term.field == "gram" and len(term.text) == 1 else NEAR
