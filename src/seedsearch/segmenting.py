"""Han → words: jieba, kept quiet, without its cache and without its guesses."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

# jieba's work grows faster than its input on long runs of one character; no word is near this long.
LONGEST_RUN = 400


def han_words(run: str) -> Iterator[str]:
    """jieba's words of a run of ideographs; loads jieba's dictionary on first use."""
    cut = _jieba_cut()
    for start in range(0, len(run), LONGEST_RUN):
        yield from cut(run[start : start + LONGEST_RUN])


@cache
def _jieba_cut() -> Callable[[str], list[str]]:
    """jieba's cut without its guesses at unknown words (they lose more text than they find).

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

    def cut(run: str) -> list[str]:
        return list(tokenizer.cut(run, HMM=False))

    return cut


@cache
def version() -> str:
    """The installed version, from the name of its metadata folder: importlib.metadata takes longer than a query."""
    for place in sys.path:
        for found in Path(place or ".").glob("jieba-*.dist-info"):
            return found.name.removeprefix("jieba-").removesuffix(".dist-info")
    from importlib.metadata import version as installed

    return installed("jieba")
