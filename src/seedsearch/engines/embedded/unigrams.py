"""Lists of the characters that are in so many pairs that merging the lists of these would take long.

singles         the lists (postings.py), each from a byte on
singles.index   for each, by code point: the character, its documents, their extras, and its start; 8 bytes each
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

import numpy as np

from seedsearch.engines.embedded import postings
from seedsearch.engines.embedded.postings import Entry, Lists
from seedsearch.engines.embedded.section_file import Container, Section
from seedsearch.text.array_types import Ints

# The minimum number of postings of its pairs, and of postings per document. In 20,000 passages of 330 characters, 1,270
# characters reach it, with .93 of all postings; their lists take .04 of the index. With 4096 and 8, it was 285
# characters and .02, and a query merged the lists of one other character on average, which took a tenth of its time.
LEAST, SHARE = 512, 64


def most_of_others(count: int) -> int:
    """Return the postings that a character needs to have a list, in a segment of `count` documents."""
    return max(LEAST, count // SHARE)


class SinglesWriter:
    """Sums the lists of pairs as they are written, in the order of their first characters."""

    def __init__(self, count: int) -> None:
        """`count`: the documents of the segment."""
        self._count = count
        self._char = -1
        self._pieces: list[tuple[Ints, Ints]] = []
        self._lists: list[bytes] = []
        self._rows: list[tuple[int, int, int, int]] = []
        self._at = 0

    def add(self, chars: Ints, lists: Lists) -> None:
        """Add pairs with these first characters."""
        heads = np.flatnonzero(np.diff(chars, prepend=-1))
        borders = np.append(0, np.cumsum(lists.lengths))[np.append(heads, len(chars))].tolist()
        for char, begin, end in zip(chars[heads].tolist(), borders, borders[1:], strict=False):
            if char != self._char:
                self.close()
                self._char = char
            self._pieces.append((lists.documents[begin:end], lists.counts[begin:end]))

    def close(self) -> None:
        """Write the list of the last character if it is long enough."""
        pieces, self._pieces = self._pieces, []
        if sum(len(documents) for documents, _ in pieces) < most_of_others(self._count):
            return
        documents, counts = map(np.concatenate, zip(*pieces, strict=True))
        sums = np.bincount(documents, counts, minlength=self._count).astype(np.int64)
        having = np.flatnonzero(sums)
        lists = Lists(np.array([len(having)]), having, sums[having])
        extras = postings.extras_of(lists)
        stored, _ = postings.encode(lists, extras, self._count, 1)
        self._lists.append(stored)
        self._rows.append((self._char, len(having), int(extras[0]), self._at))
        self._at += len(stored)

    def sections(self) -> Iterator[Section]:
        """Yield the sections after all pairs have been added."""
        yield "singles", self._lists
        yield "singles.index", self._index()

    def _index(self) -> Iterable[bytes]:
        yield np.array(self._rows, dtype="<i8").tobytes()


class Singles:
    """The lists of an open segment."""

    def __init__(self, container: Container) -> None:
        self._container = container

    @cached_property
    def _entries(self) -> dict[int, Entry]:
        rows = self._container.array("singles.index", "<i8").reshape(-1, 4).tolist()
        return {char: (documents, extra, 8 * start) for char, documents, extra, start in rows}

    def entry(self, char: str) -> Entry | None:
        """Return the place of the list of a character; None if it has none."""
        return self._entries.get(ord(char))
