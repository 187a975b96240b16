"""Turns entries into arrays, in the process that has the entries; the writer only combines packs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Self, TypeAlias

import numpy as np

from seedsearch import engines
from seedsearch.engines.batch import (
    Batch,
)
from seedsearch.engines.embedded import bigrams as pairs
from seedsearch.engines.embedded import postings
from seedsearch.engines.embedded.alphabet import Alphabet
from seedsearch.engines.embedded.postings import MOST_DOCUMENTS, Rows
from seedsearch.engines.embedded.term_dictionary import BETWEEN
from seedsearch.engines.embedded.text_store import Apart, Begun, take_apart
from seedsearch.engines.entries import (
    IndexEntry,
)
from seedsearch.engines.stored import UTF8
from seedsearch.text.array_types import Bytes, Ints
from seedsearch.text.batch import (
    Part,
    RunTexts,
    Terms,
    numbered,
)

Sizes: TypeAlias = Ints

# Characters that a sample must have for character ranks to be derived from it.
ENOUGH = 100_000


@dataclass(frozen=True, slots=True)
class TermsPack:
    """The postings of a field: key k of `rows` is term k.

    The terms are joined by the byte 255, which never occurs in UTF-8; `known` has the number of each term that is fixed
    for all packs, or -1.
    """

    joined: bytes
    known: Ints
    rows: Rows

    @property
    def terms(self) -> list[bytes]:
        """The terms."""
        return self.joined.split(BETWEEN) if len(self.known) else []


@dataclass(frozen=True, slots=True)
class Pack(engines.Pack):
    """Some documents, numbered from 0, as arrays; the `sizes` of their codes and differences are in bytes.

    Codes and differences stay in pieces as they were made, because joining those of a long text would duplicate them in
    memory. `lengths` are those of the fields `gram` and `word`, in terms.
    """

    alphabet: Alphabet
    ids: list[bytes]
    digests: list[bytes]
    stored: list[bytes]
    codes: Sequence[Bytes]
    code_sizes: Sizes
    differences: Sequence[Bytes]
    difference_sizes: Sizes
    gram_lengths: Sizes
    word_lengths: Sizes
    pairs: Rows
    words: TermsPack
    tags: TermsPack

    def without_postings(self) -> Pack:
        """Return the documents without their postings."""
        nothing = np.zeros(0, dtype=np.uint64)
        no_terms = TermsPack(b"", np.zeros(0, dtype=np.int64), nothing)
        return replace(self, pairs=nothing, words=no_terms, tags=no_terms)

    @property
    def size(self) -> int:
        """Its approximate size in bytes."""
        arrays: tuple[Bytes | Rows, ...]
        arrays = (*self.codes, *self.differences, self.pairs, self.words.rows, self.tags.rows)
        return sum(array.nbytes for array in arrays) + 300 * len(self.ids)


@dataclass(frozen=True, slots=True)
class Packer:
    """Packs entries with one alphabet; sent to worker processes."""

    alphabet: Alphabet

    @classmethod
    def fitted(cls, sample: Iterable[IndexEntry]) -> Self:
        """Return a packer for texts like these if they are long enough, else one with the default alphabet."""
        runs = RunTexts.of([entry.readable[:ENOUGH] for entry in sample]).points
        return cls(Alphabet.fitted(runs) if len(runs) >= ENOUGH else Alphabet.usual())

    def pack(self, batch: Batch) -> Pack:
        """Return at most MOST_DOCUMENTS entries as arrays; raises ValueError for more."""
        entries = batch.entries
        if len(entries) > MOST_DOCUMENTS:
            raise ValueError(f"a pack holds {MOST_DOCUMENTS} documents at most")
        columns = _Columns(self.alphabet, len(entries))
        for part in batch.parts:
            columns.add(part)
            del part  # frees it before the next one is made
        return Pack(
            alphabet=self.alphabet,
            ids=[entry.doc_id.encode(*UTF8) for entry in entries],
            digests=[_digest(entry.digest) for entry in entries],
            stored=[entry.stored for entry in entries],
            codes=columns.codes,
            code_sizes=columns.code_sizes,
            differences=columns.differences,
            difference_sizes=columns.difference_sizes,
            gram_lengths=columns.gram_lengths,
            word_lengths=columns.word_lengths,
            pairs=columns.pairs.rows(),
            words=columns.words.pack(),
            tags=_terms_pack(Terms.of([entry.tags for entry in entries])),
        )


class _Columns:
    """Accumulates the parts of a batch, keeping only small arrays."""

    def __init__(self, alphabet: Alphabet, count: int) -> None:
        self._alphabet = alphabet
        self._begun: Begun | None = None
        self._last_owner = -1
        self.codes: list[Bytes] = []
        self.differences: list[Bytes] = []
        self.pairs = postings.Sum()
        self.words = _TermsSum()
        self.code_sizes, self.difference_sizes = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
        self.gram_lengths, self.word_lengths = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)

    def add(self, part: Part) -> None:
        """Add a part; its first piece may continue the last text of the previous part."""
        goes_on = len(part.owners) and part.owners[0] == self._last_owner
        apart = take_apart(part.runs, self._begun if goes_on else None)
        self._begun, self._last_owner = apart.last, int(part.owners[-1]) if len(part.owners) else -1
        self.differences.append(apart.differences)
        self.difference_sizes[part.owners] += apart.sizes
        codes, sizes = self._alphabet.encode(apart.runs)
        self.codes.append(codes)
        borders = np.append(0, np.cumsum(sizes))[np.append(0, np.cumsum(apart.lengths))]
        self.code_sizes[part.owners] += np.diff(borders)
        self._add_terms(part, apart)

    def _add_terms(self, part: Part, apart: Apart) -> None:
        keys, pieces = pairs.pairs_of(apart.runs, apart.lengths, part.following)
        true_pairs = keys & np.uint64((1 << pairs.SECOND_BITS) - 1) != 0
        grams = np.bincount(pieces, 1 + true_pairs, minlength=len(part.owners)).astype(np.int64)
        self.gram_lengths[part.owners] += grams
        owners, across = pairs.across(part.pairs)
        np.add.at(self.gram_lengths, owners, 2)
        self.word_lengths += np.bincount(part.words.owners, minlength=len(self.word_lengths))
        self.pairs.add(postings.packed(np.append(keys, across), np.append(part.owners[pieces], owners)))
        self.words.add(_terms_pack(part.words))


class _TermsSum:
    """Accumulates the postings of several parts, numbering each term once."""

    def __init__(self) -> None:
        self._only: TermsPack | None = None  # of a text in a single part, which nearly all are
        self._numbers = numbered()
        self._known: list[Ints] = []
        self._rows = postings.Sum()

    def add(self, pack: TermsPack) -> None:
        """Add a part."""
        if self._only is None and not self._known:
            self._only = pack
            return
        if self._only is not None:
            self._take(self._only)
            self._only = None
        self._take(pack)

    def _take(self, pack: TermsPack) -> None:
        before = len(self._numbers)
        places = np.fromiter(map(self._numbers.__getitem__, pack.terms), dtype=np.uint64, count=len(pack.known))
        self._known.append(pack.known[places >= before])
        self._rows.add(postings.renamed(pack.rows, places))

    def pack(self) -> TermsPack:
        """Return the sum of the parts so far."""
        if self._only is not None:
            return self._only
        known = np.concatenate([np.zeros(0, dtype=np.int64), *self._known])
        return TermsPack(BETWEEN.join(self._numbers), known, self._rows.rows())


def _terms_pack(terms: Terms) -> TermsPack:
    rows = postings.packed(terms.numbers, terms.owners)
    return TermsPack(_joined(terms.terms), terms.known, rows)


def _joined(terms: Sequence[str]) -> bytes:
    lines = "\n".join(terms)
    if lines.count("\n") < max(len(terms), 1):  # no line break in a term
        return lines.encode(*UTF8).replace(b"\n", BETWEEN)
    return BETWEEN.join(term.encode(*UTF8) for term in terms)


def _digest(digest: str) -> bytes:
    """Encode hexadecimal digits as bytes, anything else as text; `documents.digest_of` distinguishes them."""
    try:
        short = bytes.fromhex(digest)
    except ValueError:
        return b"=" + digest.encode(*UTF8)
    return b"x" + short if short.hex() == digest else b"=" + digest.encode()
