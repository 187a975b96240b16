"""Text → terms, for the index and for queries alike.

Two fields. `gram`: every character and every pair of neighbours of the run text, whatever the script; with them any
run of characters can be looked up. `word`: jieba's words of the Han runs and the whole and the parts of everything
else (`v2.0` → v2.0, v, 2, 0), for ranking.

The run text is the folded text without the blanks and line breaks between characters that are written without
any, and with one space for every other run of white space. An exact run of characters is a substring of it.
"""

from __future__ import annotations

import re
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from seedsearch.folding import HAN, fold, table, wide_blanks
from seedsearch.offsets import OffsetMap, Span

# Raise this when the same text gives other terms than before; older indexes are then refused.
VERSION = 1

# jieba's work grows faster than its input on long runs of one character; no word is near this long.
LONGEST_RUN = 400

_BLANKS = re.compile(r"\s+")
_LETTER = rf"[^\W_{HAN}]"
_TOKEN = re.compile(
    rf"(?P<han>[{HAN}]+)"
    rf"|(?P<other>\.?{_LETTER}+(?:[.\-_@/'&+:]{_LETTER}+)*(?P<tail>\+\+|[#%+])?)"
)
_PART = re.compile(rf"\d+|(?:(?!\d){_LETTER})+")


@dataclass(frozen=True, slots=True)
class RunText:
    """The text that exact runs are looked up in, and the way back to the readable text."""

    text: str
    to_readable: OffsetMap

    def find(self, run: str) -> Iterator[Span]:
        """Where `run` (itself a run text) stands, as spans of the readable text, left to right."""
        at = self.text.find(run)
        while run and at >= 0:
            yield self.to_readable.to_raw(Span(at, at + len(run)))
            at = self.text.find(run, at + len(run))


def run_text(readable: str) -> RunText:
    """The run text of `readable`."""
    folded = fold(readable)
    dropped = set(wide_blanks(readable))
    replaced = [(m.start(), m.end(), 0 if m.span() in dropped else 1) for m in _BLANKS.finditer(folded)]
    pieces, last = [], 0
    for start, end, length in replaced:
        pieces += [folded[last:start], " " * length]
        last = end
    return RunText("".join([*pieces, folded[last:]]), OffsetMap(replaced))


def grams(run: str) -> Counter[str]:
    """Every character of a run text and every pair of neighbours, with how often; blanks belong to none."""
    singles = Counter(run)
    pairs = Counter(map(str.__add__, run, run[1:]))
    del singles[" "]
    return singles + Counter({pair: n for pair, n in pairs.items() if " " not in pair})


def run_grams(run: str) -> list[str]:
    """The fewest grams that every text with `run` in it has: its pairs, and characters that stand alone in it."""
    found: list[str] = []
    for piece in run.split(" "):
        found += [piece[i : i + 2] for i in range(len(piece) - 1)] or [piece] * bool(piece)
    return list(dict.fromkeys(found))


def words(folded: str) -> Iterator[str]:
    """The terms of the field `word`, in the order of the text (a whole before its parts)."""
    for token in _TOKEN.finditer(folded):
        if token["han"]:
            yield from han_words(token["han"])
        else:
            yield from _whole_and_parts(token["other"], token["tail"])


def query_words(folded: str) -> list[str]:
    """The words of a query, each once: as `words`, without the parts of what has parts."""
    found: list[str] = []
    for token in _TOKEN.finditer(folded):
        found += han_words(token["han"]) if token["han"] else [token["other"]]
    return list(dict.fromkeys(found))


def _whole_and_parts(whole: str, tail: str | None) -> Iterator[str]:
    yield whole
    if tail:
        yield (bare := whole[: -len(tail)])
    else:
        bare = whole
    parts = _PART.findall(whole)
    if parts != [bare]:
        yield from parts


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
def fingerprint() -> str:
    """What the terms of an index depend on; an index with another fingerprint can not be asked."""
    folding = sha256("".join(f"{a:x}{b}" for a, b in table().items()).encode()).hexdigest()[:12]
    return f"analysis {VERSION}, jieba {_jieba_version()}, folding {folding}"


def _jieba_version() -> str:
    """The installed version, from the name of its metadata folder: importlib.metadata takes longer than a query."""
    for place in sys.path:
        for found in Path(place or ".").glob("jieba-*.dist-info"):
            return found.name.removeprefix("jieba-").removesuffix(".dist-info")
    from importlib.metadata import version

    return version("jieba")
