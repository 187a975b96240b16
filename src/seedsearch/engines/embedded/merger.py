"""Merges several segments into the sections of one, without deleted documents, part by part in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import merge as merged
from itertools import pairwise

import numpy as np

from seedsearch.engines.embedded.alphabet import Alphabet
from seedsearch.engines.embedded.bigrams import PairsWriter
from seedsearch.engines.embedded.documents import Columns
from seedsearch.engines.embedded.postings import Lists
from seedsearch.engines.embedded.section_file import Chunk, Section
from seedsearch.engines.embedded.segment import Segment
from seedsearch.engines.embedded.segment_builder import ids_part
from seedsearch.engines.embedded.term_dictionary import TermsWriter
from seedsearch.text.array_types import Bytes, Ints, Keys, Mask

PAIR_BYTES = 1 << 20  # bytes of the lists of all segments in one part
TERMS = 8_000  # terms of all segments in one part
TEXTS = 2048  # documents whose texts are copied at once


def sections(segments: Sequence[Segment]) -> Iterator[Section]:
    """Yield the sections of a segment with the live documents of `segments`, in their order.

    The segment objects must not be used by anyone else, because their memory is released along the way. Damaged data
    raises IndexDamaged, so damage is never copied under new checksums.
    """
    kept = [np.flatnonzero(_live(segment)) for segment in segments]
    numbers = list(_numbers(segments))
    count = sum(map(len, kept))
    yield from _columns(segments, kept).sections()
    yield from PairsWriter(count).sections(_pair_parts(segments, numbers))
    for field in ("word", "tag"):
        yield from TermsWriter(field, count).sections(_term_parts(field, segments, numbers))
    yield from TermsWriter("doc", count).sections([ids_part(_ids(segments))])


def _live(segment: Segment) -> Mask:
    return np.ones(segment.documents.count, dtype=bool) if segment.live is None else segment.live


def _numbers(segments: Sequence[Segment]) -> Iterator[Ints]:
    """Return the number of each document of each segment in the merged one, or -1."""
    first = 0
    for segment in segments:
        live = _live(segment)
        numbers = np.cumsum(live) - 1 + first
        numbers[~live] = -1
        yield numbers
        first += int(live.sum())


def _ids(segments: Sequence[Segment]) -> list[bytes]:
    found = []
    for segment in segments:
        terms, live = segment.ids.rows.terms, _live(segment)
        ranks = segment.ranks.tolist()
        found += [terms[ranks[number]] for number in np.flatnonzero(live).tolist()]
    return found


def _columns(segments: Sequence[Segment], kept: Sequence[Ints]) -> Columns:
    alphabet = max(segments, key=lambda segment: segment.count).documents.alphabet
    sizes: list[Ints] = []

    def codes() -> Iterator[Chunk]:
        for segment, documents in zip(segments, kept, strict=True):
            for some in _some(documents):
                pieces = segment.documents.codes(some)
                if segment.documents.alphabet != alphabet:
                    pieces = _recoded(segment, some, alphabet)
                sizes.append(np.array([len(piece) for piece in pieces], dtype=np.int64))
                yield np.concatenate(pieces).data
                segment.container.let_go()

    def differences() -> Iterator[Chunk]:
        for segment, documents in zip(segments, kept, strict=True):
            for some in _some(documents):
                yield np.concatenate(segment.documents.differences(some)).data
                segment.container.let_go()

    def of_each(column: Callable[[Segment], Ints]) -> Ints:
        return np.concatenate([column(segment)[rows] for segment, rows in zip(segments, kept, strict=True)])

    rows = [
        row for segment, n in zip(segments, kept, strict=True) for row in _chosen(segment.documents.digest_rows(), n)
    ]
    return Columns(
        alphabet=alphabet,
        codes=codes(),
        code_sizes=sizes,
        differences=differences(),
        difference_sizes=of_each(lambda segment: segment.documents.difference_sizes),
        gram_lengths=of_each(lambda segment: segment.lengths("gram")),
        word_lengths=of_each(lambda segment: segment.lengths("word")),
        digests=rows,
        stored=(
            s for segment, n in zip(segments, kept, strict=True) for s in _chosen(segment.documents.all_stored(), n)
        ),
    )


def _recoded(segment: Segment, documents: list[int], alphabet: Alphabet) -> list[Bytes]:
    runs, lengths = segment.documents.runs(documents)
    return [alphabet.encode(run)[0] for run in np.split(runs, np.cumsum(lengths)[:-1])]


def _chosen(rows: Iterable[bytes], numbers: Ints) -> Iterator[bytes]:
    wanted = set(numbers.tolist())
    return (row for number, row in enumerate(rows) if number in wanted)


def _some(documents: Ints) -> Iterator[list[int]]:
    for start in range(0, len(documents), TEXTS):
        yield documents[start : start + TEXTS].tolist()


def _renumbered(lists: Lists, numbers: Ints) -> tuple[Ints, Ints, Ints]:
    """Return the list, the new document number and the count of each posting of a live document."""
    documents = numbers[lists.documents]
    there = documents >= 0
    return lists.owners()[there], documents[there], lists.counts[there]


def _combined(owners: Keys, documents: Ints, counts: Ints) -> tuple[Keys, Lists]:
    """Make lists of postings that are sorted within each owner, but whose owners are in any order."""
    order = np.argsort(owners, kind="stable")
    owners = owners[order]
    starts = np.flatnonzero(np.diff(owners, prepend=np.uint64(0xFFFFFFFFFFFFFFFF)))
    return owners[starts], Lists(np.diff(starts, append=len(owners)), documents[order], counts[order])


def _pair_parts(segments: Sequence[Segment], numbers: Sequence[Ints]) -> Iterator[tuple[Keys, Lists]]:
    firsts = np.concatenate([segment.pairs.firsts for segment in segments])
    order = np.argsort(firsts, kind="stable")
    parts = np.cumsum(np.concatenate([segment.pairs.sizes for segment in segments])[order]) // PAIR_BYTES
    borders = [0, *dict.fromkeys(firsts[order][1:][np.diff(parts) > 0].tolist()), 1 << 63]
    for low, high in pairwise(borders):
        rows = []
        for segment, new in zip(segments, numbers, strict=True):
            segment.container.let_go()
            keys, lists = segment.pairs.between(low, high)
            owners, documents, counts = _renumbered(lists, new)
            rows.append((keys[owners], documents, counts))
        yield _combined(*map(np.concatenate, zip(*rows, strict=True)))


def _term_parts(
    field: str, segments: Sequence[Segment], numbers: Sequence[Ints]
) -> Iterator[tuple[Sequence[bytes], Lists]]:
    tables = [segment.tables[field] for segment in segments]
    firsts = list(merged(*(table.firsts for table in tables)))
    per_part = max(1, TERMS // 256)
    borders = [b"", *dict.fromkeys(firsts[per_part::per_part]), b"\xff"]
    for low, high in pairwise(borders):
        found = [table.between(low, high) for table in tables]
        for segment in segments:
            segment.container.let_go()
        terms = sorted({term for rows in found for term in rows.terms})
        places = {term: i for i, term in enumerate(terms)}
        columns = []
        for table, rows, new in zip(tables, found, numbers, strict=True):
            owners, documents, counts = _renumbered(table.lists(rows), new)
            columns.append((np.array([places[t] for t in rows.terms], dtype=np.uint64)[owners], documents, counts))
        keys, lists = _combined(*map(np.concatenate, zip(*columns, strict=True)))
        if len(keys):
            yield [terms[key] for key in keys.tolist()], lists
