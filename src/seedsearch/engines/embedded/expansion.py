"""Finds the terms that a test accepts, by array operations on the vocabulary before testing single terms."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable
from typing import TypeAlias

import numpy as np

from seedsearch.engines.embedded import bigrams
from seedsearch.engines.embedded.postings import Lists
from seedsearch.engines.embedded.segment import Segment
from seedsearch.engines.embedded.term_dictionary import BETWEEN, TermTable
from seedsearch.engines.query import Between, Field, Fuzzy, Prefix, Wildcard
from seedsearch.engines.stored import UTF8
from seedsearch.text.array_types import Ints

Test = Prefix | Wildcard | Fuzzy | Between
Look: TypeAlias = Callable[[], object]

LOOKS = 1024  # terms tested between two checks of the budget


def _no_look() -> None:
    """The default for `look`: never stops."""


def accepted(segment: Segment, field: Field, test: Test, look: Look) -> Lists:
    """Return the postings of the terms of a field that `test` accepts, including deleted documents.

    `look` is called repeatedly while terms are tested, and may raise.
    """
    if field == "gram":
        return _accepted_grams(segment, test)
    table = segment.tables[field]
    return table.lists(table.rows.at(accepted_rows(table, test, look)))


def accepted_rows(table: TermTable, test: Test, look: Look = _no_look) -> Ints:
    """Return the row numbers of the terms that `test` accepts."""
    terms = table.rows.terms
    match test:
        case Prefix(text=text):
            return np.arange(*_range(terms, text.encode(*UTF8)))
        case Between(low=low, high=high):
            ends = (low.encode(*UTF8), high.encode(*UTF8) + b"\0")
            return np.arange(bisect_left(terms, ends[0]), max(bisect_left(terms, ends[0]), bisect_left(terms, ends[1])))
        case Wildcard(pattern=pattern):
            likely = _likely_wildcard(table, pattern)
        case Fuzzy(text=text, edits=edits):
            likely = _likely_fuzzy(table, text, edits)
    chosen: list[int] = []
    for number, i in enumerate(likely, start=1):
        if test.accepts(terms[i].decode(*UTF8)):
            chosen.append(i)
        if not number % LOOKS:
            look()
    return np.array(chosen, dtype=np.int64)


def _range(terms: list[bytes], prefix: bytes) -> tuple[int, int]:
    return bisect_left(terms, prefix), bisect_left(terms, prefix + BETWEEN)


def _likely_wildcard(table: TermTable, pattern: str) -> Iterable[int]:
    """Return the terms that contain the longest literal piece of the pattern, at the beginning if it is the first."""
    pieces = re.split(r"[*?]+", pattern)
    longest = max(pieces, key=len).encode(*UTF8)
    first, last = _range(table.rows.terms, pieces[0].encode(*UTF8))
    if pieces[0] or not longest:
        return range(first, last)
    whole, found, at = table.joined, [], -1
    while (at := whole.find(longest, at + 1)) >= 0:
        found.append(at)
    return dict.fromkeys((np.searchsorted(table.begins, found, side="right") - 1).tolist())


def _likely_fuzzy(table: TermTable, text: str, edits: int) -> Iterable[int]:
    """Return the terms of about the length of `text` that share all but `edits` of its characters."""
    lengths = table.points[2]
    # Each character is searched for separately: it has few places, and the others cost nothing.
    owners = [table.owners_of(char) for char in sorted(set(map(ord, text)))]
    shared = np.bincount(np.concatenate(owners) if owners else lengths[:0], minlength=len(lengths))
    terms = shared.nonzero()[0]
    near = np.abs(lengths[terms] - len(text)) <= edits
    near &= shared[terms] >= np.maximum(lengths[terms], len(text)) - edits
    found: list[int] = terms[near].tolist()
    if len(text) <= edits:  # such terms may share no character
        return sorted({*found, *np.flatnonzero(lengths <= edits).tolist()})
    return found


def _accepted_grams(segment: Segment, test: Test) -> Lists:
    keys, lists = segment.pairs.between(0, 1 << 63)
    singles = {key >> bigrams.SECOND_BITS for key in keys.tolist()}
    chosen = {chr(c) for c in singles if test.accepts(chr(c))}
    fits = [bigrams.text_of(k)[0] in chosen or test.accepts(bigrams.text_of(k)) for k in keys.tolist()]
    rows = np.repeat(np.array(fits, dtype=bool), lists.lengths)
    kept = lists.lengths[np.array(fits, dtype=bool)]
    return Lists(kept, lists.documents[rows], lists.counts[rows])
