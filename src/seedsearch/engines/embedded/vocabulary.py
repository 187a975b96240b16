"""The terms of a field over several segments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import groupby, pairwise

import numpy as np

from seedsearch.engines.embedded import bigrams
from seedsearch.engines.embedded.segment import Segment
from seedsearch.engines.embedded.term_dictionary import BETWEEN
from seedsearch.engines.query import Field

Row = tuple[str, int]

CHUNKS = 16  # of pairs that are read at once


def count_terms(segments: Sequence[Segment], field: Field) -> int:
    """How many terms a field has, those included that only documents have which were deleted since the last merge."""
    if field != "gram":
        return len(set().union(*(segment.tables[field].rows.terms for segment in segments)))
    keys = np.unique(np.concatenate([np.zeros(0, np.uint64), *(segment.pairs.keys() for segment in segments)]))
    characters = np.unique(keys >> np.uint64(bigrams.SECOND_BITS))
    return len(characters) + int(np.count_nonzero(keys & np.uint64((1 << bigrams.SECOND_BITS) - 1)))


def vocabulary(segments: Sequence[Segment], field: Field, prefix: str) -> Iterator[Row]:
    """The terms that begin with `prefix`, sorted, each with the number of documents that have it."""
    of_segment = _grams if field == "gram" else _terms
    rows = merge(*(of_segment(segment, field, prefix) for segment in segments))
    for term, same in groupby(rows, key=lambda row: row[0]):
        yield term, sum(count for _, count in same)


def _terms(segment: Segment, field: Field, prefix: str) -> Iterator[Row]:
    table, begin = segment.tables[field], prefix.encode("utf-8", "surrogatepass")
    rows = table.between(begin, begin + BETWEEN)
    documents = rows.documents
    if segment.live is not None:
        lists = table.lists(rows)
        documents = np.bincount(lists.owners(), segment.live[lists.documents], minlength=len(rows.terms)).astype(
            np.int64
        )
    for term, count in zip(rows.terms, documents.tolist(), strict=True):
        if count:
            yield term.decode("utf-8", "surrogatepass"), count


def _grams(segment: Segment, field: Field, prefix: str) -> Iterator[Row]:
    if not prefix:
        borders = sorted({0, *(segment.pairs.firsts[::CHUNKS] >> np.uint64(bigrams.SECOND_BITS)).tolist(), 0x110000})
        for first, last in pairwise(borders):
            yield from _grams_between(segment, first << bigrams.SECOND_BITS, last << bigrams.SECOND_BITS, prefix)
        return
    yield from _grams_between(segment, *_range(prefix), prefix)


def _grams_between(segment: Segment, low: int, high: int, prefix: str) -> Iterator[Row]:
    keys, lists = segment.pairs.between(low, high)
    there = lists.counts > 0 if segment.live is None else segment.live[lists.documents]
    counts = np.bincount(lists.owners(), there, minlength=len(keys)).astype(np.int64).tolist()
    ends = np.cumsum(lists.lengths).tolist()
    start = 0
    by_first = groupby(zip(keys.tolist(), counts, ends, strict=True), key=lambda row: row[0] >> bigrams.SECOND_BITS)
    for first, group in by_first:
        of_first = list(group)
        some = slice(start, of_first[-1][2])
        single = len(np.unique(lists.documents[some][there[some]]))
        start = of_first[-1][2]
        if single and len(prefix) < 2:
            yield chr(first), single
        for key, count, _ in of_first:
            if count and key & (1 << bigrams.SECOND_BITS) - 1:
                yield bigrams.text_of(key), count


def _range(prefix: str) -> tuple[int, int]:
    if len(prefix) == 1:
        return bigrams.key_of(prefix), bigrams.key_of(chr(ord(prefix) + 1))
    low = bigrams.key_of(*prefix) if len(prefix) == 2 else 0
    return low, low + (len(prefix) == 2)
