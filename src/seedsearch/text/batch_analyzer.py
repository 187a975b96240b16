"""The words of many texts at once: the same as `analyzer.plain_words`, by array operations.

Ideographs are segmented in parallel (batch_segmenter.py); the text between them is processed piece by piece, because it
often repeats.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache

import numpy as np

from seedsearch.text import batch_segmenter
from seedsearch.text.analyzer import other_words, plain_words
from seedsearch.text.array_types import Bytes, Ints, Mask, Points, Small
from seedsearch.text.batch import (
    RunTexts,
    Terms,
    numbered,
)
from seedsearch.text.code_points import members, text_of
from seedsearch.text.folding import HAN as ALL_HAN
from seedsearch.text.folding import is_han
from seedsearch.text.lexicon import NONE, OwnWords
from seedsearch.text.segmenter import LONGEST_RUN

IGNORED, HAN, JOINT, LETTER = range(4)
# Characters that a word may contain besides letters and digits.
_JOINTS = "-._@/'&+:#%"


@cache
def _classes() -> Bytes:
    """Return the class of each code point below 0x10000; those above are processed one by one."""
    made = np.array([chr(point).isalnum() for point in range(0x10000)]) * np.uint8(LETTER)
    made[members(_JOINTS)[: len(made)]] = JOINT
    made[members(ALL_HAN)[: len(made)]] = HAN
    return made


def words_of(runs: RunTexts, own: OwnWords = NONE) -> Terms:
    """Return the terms of the field `word` of some run texts, without those across joints."""
    if own != NONE:  # the arrays exist only for the dictionary without a user's words
        ends = np.cumsum(runs.lengths + 1).tolist()
        text = text_of(runs.points)
        return Terms.of([plain_words(text[a : b - 1], own) for a, b in zip([0, *ends], ends, strict=False)])
    return _Words(runs).terms()


class _Words:
    def __init__(self, runs: RunTexts) -> None:
        self._points, self._owners, self._classes = _with_breaks(runs)
        self._text = text_of(self._points)

    def terms(self) -> Terms:
        cut = batch_segmenter.cut(self._points)
        first_places, cut_numbers = _renumbered(cut.numbers)
        starts, ends = cut.starts[first_places].tolist(), (cut.starts + cut.lengths)[first_places].tolist()
        known = [self._text[a:b] for a, b in zip(starts, ends, strict=True)]
        places, found = self._others()
        others = numbered()
        numbers = np.fromiter(map(others.__getitem__, found), dtype=np.int32, count=len(found)) + np.int32(len(known))
        return Terms(
            [*known, *others],
            np.concatenate([cut.numbers[first_places], np.full(len(others), -1)]),
            np.concatenate([cut_numbers, numbers]),
            np.concatenate([self._owners[cut.starts], self._owners[places]]),
        )

    def _others(self) -> tuple[Ints, list[str]]:
        """Return the words outside Han runs: their approximate places, and their texts."""
        places: list[int] = []
        found: list[str] = []
        not_cut = (self._classes == HAN) & (
            (self._points < batch_segmenter.FIRST_POINT) | (self._points > batch_segmenter.LAST_POINT)
        )
        for at in np.flatnonzero(not_cut).tolist():
            places.append(at)
            found.append(self._text[at])
        for start, end in self._stretches():
            some = _other_words(self._text[start:end])
            places += [start] * len(some)
            found += some
        return np.array(places, dtype=np.int64), found

    def _stretches(self) -> Iterable[tuple[int, int]]:
        """Return the sequences of letters, digits and joints that are more than joints."""
        letters = np.flatnonzero(self._classes == LETTER)
        joined = self._classes >= JOINT
        edges = np.flatnonzero(np.diff(joined, prepend=False, append=False))
        starts, ends = edges[::2], edges[1::2]
        some = np.searchsorted(letters, starts) < np.searchsorted(letters, ends)
        return zip(starts[some].tolist(), ends[some].tolist(), strict=True)


@lru_cache(maxsize=1 << 14)
def _other_words(stretch: str) -> tuple[str, ...]:
    return tuple(other_words(stretch))


def _with_breaks(runs: RunTexts) -> tuple[Points, Small, Bytes]:
    """Return code points, the number of the text of each, and its class, with a NUL inserted where a run is too long to
    segment.
    """
    chars, owners = runs.points, runs.owners()
    classes = _classes()[np.minimum(chars, 0xFFFF)]
    for at in np.flatnonzero(chars > 0xFFFF).tolist():
        char = chr(chars[at])
        classes[at] = HAN if is_han(char) else LETTER if char.isalnum() else IGNORED
    edges = np.flatnonzero(np.diff(classes == HAN, prepend=False, append=False))
    long = np.flatnonzero(edges[1::2] - edges[::2] > LONGEST_RUN)
    breaks = [np.arange(edges[2 * i] + LONGEST_RUN, edges[2 * i + 1], LONGEST_RUN) for i in long.tolist()]
    if breaks:
        places = np.concatenate(breaks)
        chars, owners = np.insert(chars, places, 0), np.insert(owners, places, owners[places])
        classes = np.insert(classes, places, IGNORED)
    return chars, owners, classes


def _renumbered(numbers: Small) -> tuple[Small, Small]:
    """Replace numbers by consecutive ones from 0; also return one place of each."""
    place = np.zeros(batch_segmenter.unknown() + 0x10000, dtype=np.int32)
    seen: Mask = np.zeros(len(place), dtype=bool)
    seen[numbers] = True
    place[numbers] = np.arange(len(numbers))
    distinct = np.flatnonzero(seen)
    places = place[distinct]
    place[distinct] = np.arange(len(distinct))
    return places, place[numbers]
