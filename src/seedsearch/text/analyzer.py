"""Turns text into terms, for the index and for queries alike.

There are two fields. `gram` (joints.py) has every character and every pair of adjacent characters of the run text, in
any script, so any run of characters can be found. `word` has jieba's words of Han runs, and the whole and the parts of
everything else (`v2.0` → v2.0, v, 2, 0), for ranking. Both also have the terms across joints.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from zlib import crc32

from seedsearch.text.folding import HAN, TABLE, is_han
from seedsearch.text.joints import Joined
from seedsearch.text.lexicon import JIEBA, NONE, OwnWords
from seedsearch.text.segmenter import Cut, segmenter, steady_cut
from seedsearch.versions import ANALYSIS

_LETTER = rf"[^\W_{HAN}]"
_OTHER = rf"(?P<other>\.?{_LETTER}+(?:[.\-_@/'&+:]{_LETTER}+)*+(?P<tail>\+\+|[#%+])?)"


# Compiled on first use: most queries need none of them, and each takes longer to compile than a query to answer.
@cache
def _token() -> re.Pattern[str]:
    return re.compile(rf"(?P<han>[{HAN}]+)|{_OTHER}")


@cache
def _han_run() -> re.Pattern[str]:
    return re.compile(rf"([{HAN}]+)")


@cache
def _between_runs() -> re.Pattern[str]:
    return re.compile(_OTHER)


@cache
def _part() -> re.Pattern[str]:
    return re.compile(rf"\d+|(?:(?!\d){_LETTER})++")


def words(run: str, own: OwnWords = NONE) -> list[str]:
    """Return the terms of the field `word` of a run text: its words in order (a whole before its parts), then those
    across joints.
    """
    return plain_words(run, own) + Joined(run).words(steady_cut(own))


def plain_words(folded: str, own: OwnWords = NONE) -> list[str]:
    """Return the words of a run text, without those across joints."""
    cut = segmenter(own).words
    found: list[str] = []
    for i, piece in enumerate(_han_run().split(folded)):
        if i % 2:
            found += cut(piece)
        elif len(piece) > 1 or piece.isalnum():  # most are a single punctuation mark
            found += other_words(piece)
    return found


def other_words(piece: str) -> list[str]:
    """Return the words of a piece of text without ideographs."""
    return [part for other, tail in _between_runs().findall(piece) for _, part in _whole_and_parts(other, tail)]


def placed_words(folded: str, own: OwnWords = NONE, *, cut: Cut | None = None) -> Iterator[tuple[int, str]]:
    """Yield the same as `plain_words`, each with its offset; `cut` may be another segmentation function with the same
    result.
    """
    cut = cut or segmenter(own).words
    for token in _token().finditer(folded):
        at = token.start()
        if token["han"]:
            for word in cut(token["han"]):
                yield at, word
                at += len(word)
        else:
            yield from ((at + start, part) for start, part in _whole_and_parts(token["other"], token["tail"]))


def query_words(folded: str, own: OwnWords = NONE) -> list[str]:
    """Return the distinct words of a query: those of `words`, without the parts of composite words."""
    return list(dict.fromkeys([word for _, word in placed_query_words(folded, own)]))


def placed_query_words(folded: str, own: OwnWords = NONE, *, cut: Cut | None = None) -> list[tuple[int, str]]:
    """Return the words of a query with their offsets; `cut` is as in `placed_words`.

    The default needs no dictionary in memory; otherwise a server would load one after enough queries.
    """
    cut = cut or steady_cut(own)
    found: list[tuple[int, str]] = []
    if all(map(is_han, folded)):  # the usual case, which needs no pattern
        at = 0
        for word in cut(folded) if folded else ():
            found.append((at, word))
            at += len(word)
        return found
    for token in _token().finditer(folded):
        at = token.start()
        for word in cut(token["han"]) if token["han"] else [token["other"]]:
            found.append((at, word))
            at += len(word)
    return found


def _whole_and_parts(whole: str, tail: str | None) -> Iterator[tuple[int, str]]:
    yield 0, whole
    bare = whole.removesuffix(tail or "")
    if tail:
        yield 0, bare
    parts = [(part.start(), part[0]) for part in _part().finditer(whole)]
    if parts != [(0, bare)]:
        yield from parts


@cache
def fingerprint() -> str:
    """Return a fingerprint of everything that terms depend on; an index with another fingerprint cannot be queried."""
    return f"analysis {ANALYSIS}, jieba {JIEBA}, folding {crc32(TABLE.read_bytes()):08x}"
