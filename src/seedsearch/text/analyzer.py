"""Text → terms, for the index and for queries alike.

Two fields. `gram` (joints.py): every character and every pair of neighbours of the run text, whatever the script; with
them any run of characters can be looked up. `word`: jieba's words of the Han runs and the whole and the parts of
everything else (`v2.0` → v2.0, v, 2, 0), for ranking. Both have what stands across joints, too.
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


# Compiled when they are first used: most queries need none of them, and each takes longer than an answer.
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
    """Return the terms of the field `word` of a run text: its words in their order (a whole before its parts), then
    those across joints.
    """
    return plain_words(run, own) + Joined(run).words(steady_cut(own))


def plain_words(folded: str, own: OwnWords = NONE) -> list[str]:
    """Its words, without those across joints."""
    cut = segmenter(own).words
    found: list[str] = []
    for i, piece in enumerate(_han_run().split(folded)):
        if i % 2:
            found += cut(piece)
        elif len(piece) > 1 or piece.isalnum():  # most are one mark
            found += other_words(piece)
    return found


def other_words(piece: str) -> list[str]:
    """Return the words of a piece of text without ideographs."""
    return [part for other, tail in _between_runs().findall(piece) for _, part in _whole_and_parts(other, tail)]


def placed_words(folded: str, own: OwnWords = NONE, *, cut: Cut | None = None) -> Iterator[tuple[int, str]]:
    """Yield the same as `plain_words`, each with the offset at which it begins; `cut` may be another way to these
    words.
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
    """Return the words of a query, each once: as `words`, without the parts of what has parts."""
    return list(dict.fromkeys([word for _, word in placed_query_words(folded, own)]))


def placed_query_words(folded: str, own: OwnWords = NONE, *, cut: Cut | None = None) -> list[tuple[int, str]]:
    """Return all of them, each with the offset at which it begins; `cut` as in `placed_words`.

    By default in the way that needs no dictionary in memory: a server would load one after enough questions.
    """
    cut = cut or steady_cut(own)
    found: list[tuple[int, str]] = []
    if all(map(is_han, folded)):  # as most are, and then no pattern is needed
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
    """Return what the terms of an index depend on; an index with another fingerprint cannot be asked."""
    return f"analysis {ANALYSIS}, jieba {JIEBA}, folding {crc32(TABLE.read_bytes()):08x}"
