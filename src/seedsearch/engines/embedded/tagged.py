"""Groups and sorts documents by tags: counts the matches with each tag, and orders matches by one of their tags."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from seedsearch.engines.embedded.segment import Segment
from seedsearch.engines.embedded.term_dictionary import BETWEEN
from seedsearch.text.array_types import Ints, Mask

if TYPE_CHECKING:
    from numpy.typing import NDArray

# The rank of documents without such a tag, after all others.
_LAST = np.iinfo(np.int64).max


class Tagged(NamedTuple):
    """The tags of a segment with a common prefix, sorted, and one row per document that has one, in that order."""

    terms: list[bytes]
    owners: Ints
    documents: Ints

    @property
    def nbytes(self) -> int:
        """Its approximate memory use."""
        return 400 + self.owners.nbytes + self.documents.nbytes + sum(map(len, self.terms)) + 40 * len(self.terms)


def tagged(segment: Segment, prefix: str) -> Tagged:
    """Return the tags of a segment that begin with `prefix`, including those of deleted documents."""
    begin = prefix.encode("utf-8", "surrogatepass")
    table = segment.tables["tag"]
    rows = table.between(begin, begin + BETWEEN)
    lists = table.lists(rows)
    if lists.documents.max(initial=0) >= segment.documents.count:
        raise ValueError("a posting of a document that there is not")
    return Tagged(rows.terms, lists.owners(), lists.documents)


def tally(tags: Tagged, matched: Mask) -> Iterator[tuple[str, int]]:
    """Yield the tags of matching documents, each with the number of matches that have it."""
    counts = np.bincount(tags.owners[matched[tags.documents]], minlength=len(tags.terms))
    for place in counts.nonzero()[0].tolist():
        yield tags.terms[place].decode("utf-8", "surrogatepass"), int(counts[place])


def ranks(segments: Sequence[Segment], of_each: Sequence[Tagged], *, last: bool) -> list[Ints]:
    """Return the rank of each document by its first (or `last`) tag, over all segments."""
    places = {term: place for place, term in enumerate(sorted(set().union(*(tags.terms for tags in of_each))))}
    made = []
    for segment, tags in zip(segments, of_each, strict=True):
        found: Ints = np.full(segment.documents.count, -1 if last else _LAST, dtype=np.int64)
        of_rows = np.array([places[term] for term in tags.terms], dtype=np.int64)[tags.owners]
        (np.maximum if last else np.minimum).at(found, tags.documents, of_rows)
        found[found < 0] = _LAST
        made.append(found)
    return made


def page(
    segments: Sequence[Segment],
    matched: Sequence[Any],
    keys: Sequence[Ints],
    *,
    descending: bool,
    offset: int,
    limit: int,
) -> list[tuple[int, int]]:
    """Return a page of the `matched` documents of all segments, as (segment, number), in the order of their keys.

    Equal keys are ordered by id; documents without a key come last.
    """
    if not segments:
        return []
    parts: list[tuple[NDArray[Any], NDArray[Any]]] = []
    for segment, documents, of_each in zip(segments, matched, keys, strict=True):
        by_id = documents[segment.ranks[documents].argsort()]
        parts.append((by_id, of_each[by_id]))
    owners = np.repeat(np.arange(len(parts)), [len(documents) for documents, _ in parts])
    documents = np.concatenate([documents for documents, _ in parts])
    values = np.concatenate([values for _, values in parts])
    if descending:
        values = np.where(values == _LAST, _LAST, -values)
    order = values.argsort(kind="stable")
    some = order[offset : offset + limit]
    if not len(some):
        return []
    if np.count_nonzero(np.bincount(owners)) < 2:
        return list(zip(owners[some].tolist(), documents[some].tolist(), strict=True))
    # Within a segment, documents are in the order of ids, but not across segments, so those with equal keys are sorted.
    low, high = values[some[0]], values[some[-1]]
    first = int(values[order].searchsorted(low))
    alike = order[first : int(values[order].searchsorted(high, side="right"))]
    rows = zip(values[alike].tolist(), owners[alike].tolist(), documents[alike].tolist(), strict=True)
    placed = sorted((value, segments[i].id_of(number), i, number) for value, i, number in rows)
    return [(i, number) for _, _, i, number in placed[offset - first : offset - first + limit]]
