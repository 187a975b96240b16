"""Han → words, as jieba segments without guessing unknown words (guessing loses more text than it finds).

Ways to the same words, which test_segmenting.py compares, with and without a user's words:

* the mapped dictionary (lexicon.py), which is ready at once: for a query, and the first pages that a process cuts;
* arrays over it (batch_segmenter.py), for many texts at once: for an index without words of a user;
* jieba itself: for all that a user's words are in play for beyond the first pages, and for the analyzer of the Whoosh
  index;
* rjieba, nine times as fast as jieba: for what comes after the first pages where there are no words of a user. Between
  two cuts that are equally probable it chooses otherwise once in 90,000 runs made of three rare words; with words of a
  user it did so in one of 5,850, and where one of them has the frequency 0 it fails, so it cuts for nobody's words.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import lru_cache
from importlib.util import find_spec

from seedsearch.text.lexicon import NONE, Lexicon, OwnWords

# jieba's work grows faster than its input on long runs of one character; no word is near this long.
LONGEST_RUN = 400
# Characters that are cut before loading a dictionary pays: it takes as long as they do.
WORTH_LOADING = 40_000

Cut = Callable[[str], list[str]]


class Segmenter:
    """Cuts runs of ideographs into words, a user's own among them."""

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
    """Return the words of a run of ideographs as jieba itself cuts them; loading its dictionary takes most of a
    second.
    """
    cut = jieba_cut(own)
    return lambda run: _in_parts(cut, run)


def mapped_cut(own: OwnWords) -> Cut:
    """jieba's cut by the mapped dictionary."""
    lexicon = Lexicon(own)
    return lambda run: list(lexicon.cut(run))


@lru_cache(maxsize=4)
def steady_cut(own: OwnWords = NONE) -> Cut:
    """Return the same, kept: what is cut a few characters at a time is cut in one way, whatever was loaded
    meanwhile.
    """
    return mapped_cut(own)


def loaded_cut(own: OwnWords) -> Cut:
    """Return the cut by a dictionary that is loaded: jieba's own wherever a user has words, otherwise the quickest."""
    return rjieba_cut() if own == NONE and find_spec("rjieba") else jieba_cut(own)


def rjieba_cut() -> Cut:
    """rjieba's cut, which is jieba's but for ties."""
    import rjieba

    tokenizer = rjieba.Jieba()
    return lambda run: tokenizer.cut(run, False)


def jieba_cut(own: OwnWords) -> Cut:
    """jieba's cut.

    The dictionary is read from the package every time and not through jieba's cache: that is a file of a known name
    in a folder that others write to, and it is loaded with marshal.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
    jieba.setLogLevel(60)
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    for word, frequency in own.frequencies:
        # Not add_word, which counts the total twice for a word that is known.
        tokenizer.total += frequency - tokenizer.FREQ.get(word, 0)
        tokenizer.FREQ[word] = frequency
        for end in range(1, len(word)):
            tokenizer.FREQ.setdefault(word[:end], 0)
    return lambda run: list(tokenizer.cut(run, HMM=False))
