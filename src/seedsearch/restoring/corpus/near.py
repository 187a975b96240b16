"""Near-duplicates by MinHash: texts that share most of their five-character sequences, in any script, width and case.

A signature has 64 numbers. Two that agree in four consecutive numbers, at one of 16 places, are compared, and are near
if at least `ALIKE` of the numbers agree (an estimate of the Jaccard similarity). Groups are transitive: what is near a
member is in the group.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from seedsearch.errors import ExtraMissing
from seedsearch.text.folding import fold

if TYPE_CHECKING:
    from seedsearch.text.array_types import Array, Ints, Mask

# Numbers of a signature, and consecutive numbers that must agree for two texts to be compared: 99.98 % of pairs with a
# similarity of 0.8 are compared, and one in eight with 0.3.
NUMBERS, ROWS = 64, 4
ALIKE = 0.8  # proportion of the numbers that agree; usual for deduplicating web pages
SHINGLE = 5  # characters, which are two or three words
_SEED = 42  # any number: the same one each time


def require() -> None:
    """Raise ExtraMissing if the library is not installed."""
    from importlib.util import find_spec

    if find_spec("rensa") is None:
        hint = "install it: pip install 'seedsearch[corpus]'"
        raise ExtraMissing("near-duplicates need the package rensa", hint=hint, module="rensa")


def signature(text: str) -> bytes:
    """Return the signature of a text without blanks, script, width and case: 256 bytes; empty for an empty text."""
    import numpy as np
    import rensa

    plain = "".join(fold(text).split())
    if not plain:
        return b""
    made = rensa.RMinHash(num_perm=NUMBERS, seed=_SEED)
    made.update([plain[i : i + SHINGLE] for i in range(max(1, len(plain) - SHINGLE + 1))])
    return np.array(made.digest(), np.uint32).astype("<u4").tobytes()


def groups(signatures: Sequence[bytes]) -> list[int]:
    """Return, for each signature, the number of the first one of its group; an empty one is alone."""
    leaders = list(range(len(signatures)))
    own = [i for i, one in enumerate(signatures) if one]
    if not own:
        return leaders
    import numpy as np  # 0.1 s and 12 MB, for what only corpora ask for

    table = np.frombuffer(b"".join(signatures[i] for i in own), "<u4").reshape(len(own), NUMBERS)
    for begin in range(0, NUMBERS, ROWS):
        band = table[:, begin : begin + ROWS]
        order = np.lexsort(band.T)
        same = (band[order[1:]] == band[order[:-1]]).all(axis=1)
        _join(leaders, own, table, order, same)
    return [_leader(leaders, i) for i in range(len(leaders))]


def _join(leaders: list[int], own: list[int], table: Array, order: Ints, same: Mask) -> None:
    """Join those that are adjacent in `order`, agree in the band (`same`), and are near."""
    first = 0
    for at in same.nonzero()[0].tolist():
        if at == 0 or not same[at - 1]:
            first = at
        for other in {first, at}:
            a, b = int(order[other]), int(order[at + 1])
            x, y = _leader(leaders, own[a]), _leader(leaders, own[b])
            if x != y and (table[a] == table[b]).sum() >= ALIKE * NUMBERS:
                leaders[max(x, y)] = min(x, y)


def _leader(leaders: list[int], i: int) -> int:
    while leaders[i] != i:
        leaders[i] = leaders[leaders[i]]
        i = leaders[i]
    return i
