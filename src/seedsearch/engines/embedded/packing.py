"""Entries → arrays, in whatever process has the entries; the writer only puts packs together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Self, TypeAlias

import numpy as np

from seedsearch.arrays import Bytes, Ints
from seedsearch.batch import Batch, RunTexts, Terms
from seedsearch.engines.embedded import pairs, postings
from seedsearch.engines.embedded.alphabet import Alphabet
from seedsearch.engines.embedded.postings import MOST_DOCUMENTS, Rows
from seedsearch.engines.embedded.terms import BETWEEN
from seedsearch.engines.embedded.texts import take_apart
from seedsearch.model import IndexEntry

Sizes: TypeAlias = Ints

# Characters of a sample from which ranks of characters can be told.
ENOUGH = 100_000


@dataclass(frozen=True, slots=True)
class TermsPack:
    """The postings of a field: key k of `rows` is term k.

    The terms are joined by the byte 255, which UTF-8 never has; `known` is for each the number that it has in every
    pack, or -1.
    """

    joined: bytes
    known: Ints
    rows: Rows

    @property
    def terms(self) -> list[bytes]:
        """The terms."""
        return self.joined.split(BETWEEN) if len(self.known) else []


@dataclass(frozen=True, slots=True)
class Pack:
    """Some documents, numbered from 0, as arrays; `sizes` of their codes and differences are in bytes.

    `lengths` are those of the fields `gram` and `word`, in terms.
    """

    alphabet: Alphabet
    ids: list[bytes]
    digests: list[bytes]
    stored: list[bytes]
    codes: Bytes
    code_sizes: Sizes
    differences: Bytes
    difference_sizes: Sizes
    gram_lengths: Sizes
    word_lengths: Sizes
    pairs: Rows
    words: TermsPack
    tags: TermsPack

    def without_postings(self) -> Pack:
        """The documents alone."""
        nothing = np.zeros(0, dtype=np.uint64)
        no_terms = TermsPack(b"", np.zeros(0, dtype=np.int64), nothing)
        return replace(self, pairs=nothing, words=no_terms, tags=no_terms)

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        arrays = (self.codes, self.differences, self.pairs, self.words.rows, self.tags.rows)
        return sum(array.nbytes for array in arrays) + 300 * len(self.ids)


@dataclass(frozen=True, slots=True)
class Packer:
    """Packs entries with one alphabet; goes to worker processes."""

    alphabet: Alphabet

    @classmethod
    def fitted(cls, sample: Iterable[IndexEntry]) -> Self:
        """A packer for texts like these, where they are enough to tell; else the usual one."""
        runs = RunTexts.of([entry.readable for entry in sample]).points
        return cls(Alphabet.fitted(runs) if len(runs) >= ENOUGH else Alphabet.usual())

    def pack(self, batch: Batch) -> Pack:
        """The entries, at most MOST_DOCUMENTS, as arrays; raises ValueError for more."""
        entries = batch.entries
        if len(entries) > MOST_DOCUMENTS:
            raise ValueError(f"a pack holds {MOST_DOCUMENTS} documents at most")
        apart = take_apart(batch.runs)
        keys, owners = pairs.pairs_of(apart.runs, apart.lengths)
        true_pairs = keys & np.uint64((1 << pairs.SECOND_BITS) - 1) != 0
        codes, sizes = self.alphabet.encode(apart.runs)
        borders = np.append(0, np.cumsum(sizes))[np.append(0, np.cumsum(apart.lengths))]
        return Pack(
            alphabet=self.alphabet,
            ids=[entry.doc_id.encode("utf-8", "surrogatepass") for entry in entries],
            digests=[_digest(entry.digest) for entry in entries],
            stored=[entry.stored for entry in entries],
            codes=codes,
            code_sizes=np.diff(borders),
            differences=apart.differences,
            difference_sizes=apart.sizes,
            gram_lengths=np.bincount(owners, 1 + true_pairs, minlength=len(entries)).astype(np.int64),
            word_lengths=np.bincount(batch.words.owners, minlength=len(entries)),
            pairs=postings.packed(keys, owners),
            words=_terms_pack(batch.words),
            tags=_terms_pack(Terms.of([entry.tags for entry in entries])),
        )


def _terms_pack(terms: Terms) -> TermsPack:
    rows = postings.packed(terms.numbers, terms.owners)
    return TermsPack(_joined(terms.terms), terms.known, rows)


def _joined(terms: Sequence[str]) -> bytes:
    lines = "\n".join(terms)
    if lines.count("\n") < max(len(terms), 1):  # none in a term
        return lines.encode("utf-8", "surrogatepass").replace(b"\n", BETWEEN)
    return BETWEEN.join(term.encode("utf-8", "surrogatepass") for term in terms)


def _digest(digest: str) -> bytes:
    """Hexadecimal digits as bytes, anything else as text; `documents.digest_of` tells them apart."""
    try:
        short = bytes.fromhex(digest)
    except ValueError:
        return b"=" + digest.encode("utf-8", "surrogatepass")
    return b"x" + short if short.hex() == digest else b"=" + digest.encode()
