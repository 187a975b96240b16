"""The terms of a field over several segments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from itertools import dropwhile, groupby, pairwise

import numpy as np

from seedsearch.engines.embedded import bigrams
from seedsearch.engines.embedded.expansion import accepted_rows
from seedsearch.engines.embedded.segment import Segment
from seedsearch.engines.embedded.term_dictionary import BETWEEN, TermRows, TermTable
from seedsearch.engines.query import Field, Fuzzy
from seedsearch.engines.stored import UTF8

Row = tuple[str, int]

CHUNKS = 16  # chunks of pairs read at once


def count_terms(segments: Sequence[Segment], field: Field) -> int:
    """Count the terms of a field, including those only in documents deleted since the last merge."""
    if field != "gram":
        return len(set().union(*(segment.tables[field].rows.terms for segment in segments)))
    keys = np.unique(np.concatenate([np.zeros(0, np.uint64), *(segment.pairs.keys() for segment in segments)]))
    characters = np.unique(keys >> np.uint64(bigrams.SECOND_BITS))
    return len(characters) + int(np.count_nonzero(keys & np.uint64((1 << bigrams.SECOND_BITS) - 1)))


def vocabulary(segments: Sequence[Segment], field: Field, prefix: str, near: Fuzzy | None = None) -> Iterator[Row]:
    """Yield the terms that begin with `prefix`, sorted, each with the number of documents that have it.

    With `near` those that it accepts.
    """
    begin = prefix.encode(*UTF8)
    if near is not None and field != "gram":
        rows = _together(_accepted(segment.tables[field], segment, near) for segment in segments)
        yield from (row for row in rows if row[0].startswith(prefix))
    elif near is not None:
        yield from (row for row in vocabulary(segments, field, prefix) if near.accepts(row[0]))
    elif field == "gram":
        yield from _together(_grams(segment, prefix) for segment in segments)
    else:
        yield from _together(_terms(segment.tables[field], segment, begin, begin + BETWEEN) for segment in segments)


def terms_from(segment: Segment, field: Field, begin: str) -> Iterator[Row]:
    """Yield the terms of a segment from `begin` on, in the form of `vocabulary`."""
    if field == "gram":
        first = ord(begin[0]) if begin else 0
        return dropwhile(lambda row: row[0] < begin, _all_grams(segment, first))
    return _terms(segment.tables[field], segment, begin.encode(*UTF8), BETWEEN)


def ids_from(segment: Segment, begin: str) -> Iterator[Row]:
    """Yield the ids of documents from `begin` on, in the form of `vocabulary`."""
    return _terms(segment.ids, segment, begin.encode(*UTF8), BETWEEN)


def _together(rows: Iterable[Iterator[Row]]) -> Iterator[Row]:
    ways = list(rows)
    if len(ways) == 1:
        yield from ways[0]
        return
    for term, same in groupby(merge(*ways), key=lambda row: row[0]):
        yield term, sum(count for _, count in same)


def _accepted(table: TermTable, segment: Segment, near: Fuzzy) -> Iterator[Row]:
    places = accepted_rows(table, near)
    terms = [table.rows.terms[place] for place in places.tolist()]
    return _counted(table, segment, terms, table.rows.at(places))


def _terms(table: TermTable, segment: Segment, begin: bytes, end: bytes) -> Iterator[Row]:
    rows = table.between(begin, end)
    return _counted(table, segment, rows.terms, rows)


def _counted(table: TermTable, segment: Segment, terms: Sequence[bytes], rows: TermRows) -> Iterator[Row]:
    documents = rows.documents
    if segment.live is not None:
        lists = table.lists(rows)
        documents = np.bincount(lists.owners(), segment.live[lists.documents], minlength=len(terms)).astype(np.int64)
    for term, count in zip(terms, documents.tolist(), strict=True):
        if count:
            yield term.decode(*UTF8), count


def _grams(segment: Segment, prefix: str) -> Iterator[Row]:
    return _grams_between(segment, *_range(prefix), prefix) if prefix else _all_grams(segment, 0)


def _all_grams(segment: Segment, first: int) -> Iterator[Row]:
    """Yield the grams that begin with the code point `first` or a later one, a few chunks at a time."""
    chunks = (segment.pairs.firsts[::CHUNKS] >> np.uint64(bigrams.SECOND_BITS)).tolist()
    for low, high in pairwise(sorted({first, *(one for one in chunks if one > first), 0x110000})):
        yield from _grams_between(segment, low << bigrams.SECOND_BITS, high << bigrams.SECOND_BITS, "")


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
