"""Sets of documents of a segment, as ascending lists or as masks over all documents."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from seedsearch.text.array_types import Mask

if TYPE_CHECKING:
    from numpy.typing import NDArray

Documents: TypeAlias = "NDArray[typing.Any]"  # ascending document numbers
Matched: TypeAlias = "NDArray[typing.Any]"  # document numbers, or a mask

NONE: Documents = np.zeros(0, dtype=np.int64)


def size_of(matched: Matched) -> int:
    """Return the number of documents in a set."""
    return int(np.count_nonzero(matched)) if matched.dtype == np.bool_ else len(matched)


def as_mask(matched: Matched, every: int) -> Mask:
    """Return the set as a mask over `every` document."""
    if matched.dtype == np.bool_:
        return matched
    mask: Mask = np.zeros(every, dtype=bool)
    mask[matched] = True
    return mask


def as_documents(matched: Matched) -> Documents:
    """Return the set as a list."""
    return matched.nonzero()[0] if matched.dtype == np.bool_ else matched


def slices(documents: Documents, size: int) -> Iterator[Documents]:
    """Yield the documents in slices of `size`."""
    return (documents[at : at + size] for at in range(0, len(documents), size))


def in_both(some: Documents, others: Documents) -> Documents:
    """Return the documents of `some` that are also in `others`."""
    if not len(others):
        return NONE
    found: Documents = some[others.take(others.searchsorted(some), mode="clip") == some]
    return found


def both(a: Matched, b: Matched) -> Matched:
    """Return the intersection."""
    if a.dtype == np.bool_:
        return a & b if b.dtype == np.bool_ else b[a[b]]
    if b.dtype == np.bool_:
        return a[b[a]]
    return in_both(a, b) if len(a) < len(b) else in_both(b, a)


def without(a: Matched, b: Matched) -> Matched:
    """Return the difference of `a` and `b`."""
    if not len(b):
        return a
    if b.dtype == np.bool_:
        return a & ~b if a.dtype == np.bool_ else a[~b[a]]
    if a.dtype == np.bool_:
        rest: Mask = a.copy()
        rest[b] = False
        return rest
    left: Documents = a[b.take(b.searchsorted(a), mode="clip") != a]
    return left
