"""Variable-length numbers, many at once: seven bits per byte, lowest first, the last byte below 128.

The variable-byte code of Williams and Zobel (1999), by array operations.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from seedsearch.text.array_types import Bytes, Ints, Keys

Numbers: TypeAlias = Keys

_BORDERS = np.array([1 << 7 * k for k in range(1, 9)], dtype=np.uint64)


def sizes(values: Numbers) -> Ints:
    """Return the size in bytes of each value; values are below 2 ** 63."""
    if len(values) and values.max() < 1 << 14:
        return 1 + (values >= 128).astype(np.int64)
    return 1 + np.searchsorted(_BORDERS, values, side="right")


def encode(values: Numbers) -> Bytes:
    """Encode values."""
    lengths = sizes(values)
    ends = np.cumsum(lengths)
    made = np.empty(int(ends[-1]) if len(ends) else 0, dtype=np.uint8)
    made[ends - lengths] = (values & np.uint64(127)) | ((lengths > 1).astype(np.uint64) << np.uint64(7))
    for k in range(1, int(lengths.max(initial=1))):
        some = np.flatnonzero(lengths > k)
        digits = (values[some] >> np.uint64(7 * k)) & np.uint64(127)
        more = (lengths[some] > k + 1).astype(np.uint64) << np.uint64(7)
        made[ends[some] - lengths[some] + k] = digits | more
    return made


def decode(stored: Bytes) -> Ints:
    """Decode values; an incomplete last one is left out."""
    ends = (stored < 128).nonzero()[0]
    if len(ends) == len(stored):
        return stored.astype(np.int64)
    values = stored[ends].astype(np.int64)
    lengths = ends.copy()
    lengths[1:] -= ends[:-1]
    lengths[:1] += 1
    some, size = (lengths > 1).nonzero()[0], 1
    while len(some):
        values[some] = values[some] << 7 | stored[ends[some] - size] & 127
        size += 1
        some = some[lengths[some] > size]
    return values
