"""The entries of a segment as they were added, for copying an index."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np

from seedsearch.engines.embedded.segment import Segment
from seedsearch.engines.embedded.tagged import tagged
from seedsearch.engines.entries import IndexEntry
from seedsearch.engines.stored import UTF8

TOGETHER = 100  # entries whose texts are read at once


class Entries:
    """The entries of a segment in the order of ids, without deleted ones."""

    def __init__(self, segment: Segment) -> None:
        self._segment = segment

    def __iter__(self) -> Iterator[IndexEntry]:
        documents = self._segment.documents
        tags, digests, ids = self._tags(), documents.digests(), self._segment.all_ids()
        while some := list(islice(ids, TOGETHER)):
            texts = documents.texts([number for _, number in some])
            for (doc_id, number), (readable, _) in zip(some, texts, strict=True):
                yield IndexEntry(doc_id, digests[number], readable, tags[number], documents.stored(number))

    def _tags(self) -> list[tuple[str, ...]]:
        """Return the tags of every document, sorted."""
        found = tagged(self._segment, "")
        terms = [term.decode(*UTF8) for term in found.terms]
        order = np.argsort(found.documents, kind="stable")  # stable: keeps the tags of each document in order
        ends = np.bincount(found.documents, minlength=self._segment.documents.count).cumsum().tolist()
        owners = found.owners[order].tolist()
        return [tuple(terms[i] for i in owners[a:b]) for a, b in zip([0, *ends], ends, strict=False)]
