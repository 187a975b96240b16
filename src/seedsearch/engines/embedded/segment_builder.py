"""Makes the sections of a segment from packs. Only one part of the postings is sorted and encoded at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from seedsearch.engines.embedded import postings
from seedsearch.engines.embedded.alphabet import Alphabet
from seedsearch.engines.embedded.bigrams import PairsWriter
from seedsearch.engines.embedded.documents import Columns
from seedsearch.engines.embedded.packer import Pack, TermsPack
from seedsearch.engines.embedded.postings import MOST_DOCUMENTS, Lists, Rows
from seedsearch.engines.embedded.section_file import Section
from seedsearch.engines.embedded.term_dictionary import TermsWriter
from seedsearch.text.array_types import Keys
from seedsearch.text.batch import numbered

PART = 100_000  # postings sorted at once
SAMPLED = 1000  # one in so many postings is sampled to choose the parts


class Vocabulary:
    """The numbered terms of a field over many packs."""

    def __init__(self) -> None:
        self._numbers = numbered()
        self._of_known = np.zeros(0, dtype=np.int64)  # number here of each term with a fixed number in all packs, or -1
        self._rows: list[Rows] = []

    def add(self, pack: TermsPack, first_document: int) -> None:
        """Add the postings of a pack."""
        room = int(pack.known.max(initial=-1)) + 1 - len(self._of_known)
        if room > 0:
            self._of_known = np.append(self._of_known, np.full(room + len(self._of_known), -1))
        is_known = pack.known >= 0
        numbers = np.full(len(pack.known), -1)
        numbers[is_known] = self._of_known[pack.known[is_known]]
        new = np.flatnonzero(numbers < 0)
        terms = pack.terms
        numbers[new] = [self._numbers[terms[i]] for i in new.tolist()]
        self._of_known[pack.known[is_known]] = numbers[is_known]
        self._rows.append(postings.moved(postings.renamed(pack.rows, numbers.astype(np.uint64)), first_document))

    def parts(self) -> Iterator[tuple[Sequence[bytes], Lists]]:
        """Yield terms and their lists in the order of terms; consumes the vocabulary."""
        terms = sorted(self._numbers)
        ranks = np.empty(len(terms), dtype=np.uint64)
        of_rank = np.fromiter(map(self._numbers.__getitem__, terms), dtype=np.int64, count=len(terms))
        ranks[of_rank] = np.arange(len(terms), dtype=np.uint64)
        self._numbers = numbered()
        for i, rows in enumerate(self._rows):
            self._rows[i] = postings.renamed(rows, ranks)
            self._rows[i].sort()
        for keys, lists in sorted_parts(self._rows):
            yield terms[int(keys[0]) : int(keys[-1]) + 1], lists


def sorted_parts(batches: list[Rows]) -> Iterator[tuple[Keys, Lists]]:
    """Merge batches of sorted postings, in parts of about PART; consumes the batches."""
    samples = np.sort(np.concatenate([np.zeros(0, np.uint64), *(rows[::SAMPLED] for rows in batches)]))
    borders = [postings.first_of_key(row) for row in samples[PART // SAMPLED :: PART // SAMPLED]]
    done = [0] * len(batches)
    for border in [*dict.fromkeys(borders), None]:
        ends = [len(rows) if border is None else int(np.searchsorted(rows, border)) for rows in batches]
        part = np.concatenate([np.zeros(0, np.uint64), *(r[a:b] for r, a, b in zip(batches, done, ends, strict=True))])
        done = ends
        part.sort()
        if len(part):
            yield postings.unpacked(part)
    batches.clear()


class Pending:
    """Packs not yet written."""

    def __init__(self, alphabet: Alphabet) -> None:
        self.alphabet = alphabet
        self.count = self.size = 0
        self._packs: list[Pack] = []
        self._pairs: list[Rows] = []
        self._words, self._tags = Vocabulary(), Vocabulary()

    def has_room_for(self, pack: Pack, room: int) -> bool:
        """Tell whether the pack can be added without exceeding `room` bytes."""
        return not self.count or (self.count + len(pack.ids) <= MOST_DOCUMENTS and self.size + pack.size <= room)

    def add(self, pack: Pack) -> None:
        """Add a pack; its documents are numbered from `count` on."""
        self._pairs.append(postings.moved(pack.pairs, self.count))
        self._words.add(pack.words, self.count)
        self._tags.add(pack.tags, self.count)
        self._packs.append(pack.without_postings())
        self.count += len(pack.ids)
        self.size += pack.size

    def sections(self, dead: Sequence[int]) -> Iterator[Section]:
        """Yield the sections of a segment of all documents; consumes what was added.

        The `dead` documents were removed meanwhile; they keep their numbers but get no id.
        """
        packs = self._packs
        ids = [doc_id for pack in packs for doc_id in pack.ids]
        yield from columns(self.alphabet, packs).sections()
        self._packs, packs = [], []
        yield from PairsWriter(self.count).sections(sorted_parts(self._pairs))
        yield from TermsWriter("word", self.count).sections(self._words.parts())
        yield from TermsWriter("tag", self.count).sections(self._tags.parts())
        yield from TermsWriter("doc", self.count).sections([ids_part(ids, dead)])


def columns(alphabet: Alphabet, packs: Sequence[Pack]) -> Columns:
    """Combine the documents of packs."""
    return Columns(
        alphabet=alphabet,
        codes=(piece.data for pack in packs for piece in pack.codes),
        code_sizes=np.concatenate([pack.code_sizes for pack in packs]),
        differences=(piece.data for pack in packs for piece in pack.differences),
        difference_sizes=np.concatenate([pack.difference_sizes for pack in packs]),
        gram_lengths=np.concatenate([pack.gram_lengths for pack in packs]),
        word_lengths=np.concatenate([pack.word_lengths for pack in packs]),
        digests=[digest for pack in packs for digest in pack.digests],
        stored=(stored for pack in packs for stored in pack.stored),
    )


def ids_part(ids: Sequence[bytes], dead: Iterable[int] = ()) -> tuple[list[bytes], Lists]:
    """Return the ids as terms, each with its document; dead documents get a name that no document has."""
    names = list(ids)
    for number in dead:
        names[number] = b"\xfe%d" % number
    order = sorted(range(len(names)), key=names.__getitem__)
    once = np.ones(len(names), dtype=np.int64)
    return [names[i] for i in order], Lists(once, np.array(order, dtype=np.int64), once)
