"""Segments Han text into words like jieba without guessing unknown words (guessing loses more text than it finds).

There are four segmenters with the same result; test_segmenting.py compares them, with and without a user's words:

* the mapped dictionary (lexicon.py), which is ready at once: for queries, and the first pages of a process; * arrays
over it (batch_segmenter.py), for many texts at once: for an index without words of a user; * jieba itself: for
everything after the first pages if the user has words, and for the analyzer of the Whoosh index; * rjieba, nine times
as fast as jieba: for everything after the first pages if the user has no words. Between two equally probable
segmentations it chose differently once in 90,000 runs of three rare words; with a user's words, in one of 5,850, and it
fails if one of them has the frequency 0, so it is not used with them.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import lru_cache
from importlib.util import find_spec

from seedsearch.text.lexicon import NONE, Lexicon, OwnWords

# jieba takes superlinear time on long runs of one character; no word is nearly this long.
LONGEST_RUN = 400
# Characters after which loading a dictionary pays: segmenting them takes as long.
WORTH_LOADING = 40_000

Cut = Callable[[str], list[str]]


class Segmenter:
    """Segments runs of ideographs into words, including the user's own."""

    def __init__(self, own: OwnWords = NONE) -> None:
        self.own = own
        self._left = WORTH_LOADING
        self._cut: Cut = mapped_cut(own)

    def words(self, run: str) -> list[str]:
        """Return the words of a run of ideographs."""
        if self._left > 0:
            self._left -= len(run)
            if self._left <= 0:
                self._cut = loaded_cut(self.own)
        return _in_parts(self._cut, run)


def _in_parts(cut: Cut, run: str) -> list[str]:
    if len(run) <= LONGEST_RUN:
        return cut(run)
    return [word for at in range(0, len(run), LONGEST_RUN) for word in cut(run[at : at + LONGEST_RUN])]


@lru_cache(maxsize=4)
def segmenter(own: OwnWords = NONE) -> Segmenter:
    """Return the segmenter of this process for these words."""
    return Segmenter(own)


def han_words(run: str, own: OwnWords = NONE) -> list[str]:
    """Return the words of a run of ideographs."""
    return segmenter(own).words(run)


def jieba_words(own: OwnWords) -> Cut:
    """Return the words of a run of ideographs by jieba itself; loading its dictionary takes most of a second."""
    cut = jieba_cut(own)
    return lambda run: _in_parts(cut, run)


def mapped_cut(own: OwnWords) -> Cut:
    """Return segmentation by the mapped dictionary."""
    lexicon = Lexicon(own)
    return lambda run: list(lexicon.cut(run))


@lru_cache(maxsize=4)
def steady_cut(own: OwnWords = NONE) -> Cut:
    """Return the same, cached, for text in small pieces, which must not depend on what has been loaded meanwhile."""
    return mapped_cut(own)


def loaded_cut(own: OwnWords) -> Cut:
    """Return the segmenter with a loaded dictionary: jieba's own if the user has words, otherwise the fastest."""
    return rjieba_cut() if own == NONE and find_spec("rjieba") else jieba_cut(own)


def rjieba_cut() -> Cut:
    """Return segmentation by rjieba, which differs from jieba only in ties."""
    import rjieba

    tokenizer = rjieba.Jieba()
    return lambda run: tokenizer.cut(run, False)


def jieba_cut(own: OwnWords) -> Cut:
    """Return segmentation by jieba.

    The dictionary is always read from the package, not through jieba's cache, which is a file with a known name in a
    folder that others can write to, and is loaded with marshal.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
    jieba.setLogLevel(60)
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    for word, frequency in own.frequencies:
        # Not add_word, which counts the frequency of a known word twice in the total.
        tokenizer.total += frequency - tokenizer.FREQ.get(word, 0)
        tokenizer.FREQ[word] = frequency
        for end in range(1, len(word)):
            tokenizer.FREQ.setdefault(word[:end], 0)
    return lambda run: list(tokenizer.cut(run, HMM=False))
