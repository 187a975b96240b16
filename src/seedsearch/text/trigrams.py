"""The likelihood of a character after two others: counts of running text, where `character_model` knows only words.

It chooses the character at a lost byte. Given the characters on both sides, it ranks the right one of 126 candidates
first in nine of ten places; the words of the dictionary do so in two of three. Searches, which query a model millions
of times, use the smaller one; this one chooses among the few remaining candidates.

    p(c | ab) = the stored probability of abc, or else the remainder after ab · p(c | b); and p(c | b) likewise

(Katz, "Estimation of probabilities from sparse data", 1987, with the interpolated probabilities of Jelinek and Mercer.)
The file is mapped into memory; `tools/make_trigrams.py` makes it and describes it.
"""

from __future__ import annotations

import math
import mmap
from collections import Counter
from collections.abc import Sequence
from functools import cache
from importlib.resources import as_file, files
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from seedsearch.text.folding import fold

if TYPE_CHECKING:
    from seedsearch.text.array_types import Array, Bytes, Points, Scores
    from seedsearch.text.pair_rows import PairRows

STEP = -0.125  # one stored step, in nats
BITS = 13  # of a rank
NO_RANK = (1 << BITS) - 1  # the rank of characters outside the model
UNSEEN_PAIR = math.log(0.15)  # ln of the probability left for pairs outside the model
UNKNOWN = -18.0  # ln p of a character outside the model
HINTS = 22  # bits of the number of a hint; there are at least five per key
_HEAD = 16  # bytes of the counts
DENSE = 4096  # the most frequent characters, in the table of all pairs: one byte each, 16 MB
_RARE = 120  # steps of a pair with a character that is not in the table


class Counts(NamedTuple):
    """The arrays of the file, in its order."""

    chars: Array
    alone: Array
    pairs: Array
    seconds: Array
    contexts: Array
    left: Array
    triples: Array
    thirds: Array

    @property
    def content(self) -> bytes:
        """The file."""
        import numpy as np

        sizes = np.array([len(some) for some in self[::2]], "<u4")
        every = (some.astype(some.dtype.newbyteorder("<")).tobytes() for some in self)
        return sizes.tobytes() + b"".join(one.ljust(_padded(len(one)), b"\0") for one in every)


def _padded(size: int) -> int:
    """Return what an array of so many bytes takes with the zeros behind it: what does not begin at a multiple of its
    size is copied as a whole by each search in it.
    """
    return -(-size // 4) * 4


@cache
def counts() -> Counts:
    """Return the arrays, mapped on first use."""
    import numpy as np

    with as_file(files("seedsearch.text").joinpath("trigrams.bin")) as path, path.open("rb") as file:
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    at, made = _HEAD, []
    for size, kind in zip(np.frombuffer(content, "<u4", 4).tolist(), ("<u2", "<u4", "<u4", "<u4"), strict=True):
        for dtype in (kind, "u1"):
            made.append(np.frombuffer(content, dtype, size, at))
            at += _padded(made[-1].nbytes)
    return Counts(*made)


@cache
def _alone() -> Scores:
    """ln p of each character of the model, and last of a character outside it."""
    import numpy as np

    made: Scores = np.append(counts().alone * STEP, UNKNOWN)
    return made


@cache
def _unseen() -> Scores:
    """ln p of each character, by rank, after one with which it forms no pair of the model."""
    import numpy as np

    made: Scores = np.full(NO_RANK + 1, UNKNOWN) + UNSEEN_PAIR
    made[: len(_alone())] = _alone() + UNSEEN_PAIR
    return made


@cache
def _ranks() -> Array:
    """Return the rank of each code point of the basic plane, folded, and then that of all others."""
    import numpy as np

    made = np.full((1 << 16) + 1, NO_RANK, np.uint32)
    of = {chr(code): rank for rank, code in enumerate(counts().chars.tolist())}
    plane = "".join(chr(code) for code in range(1 << 16) if not 0xD800 <= code < 0xE000)
    for char, folded in zip(plane, fold(plane), strict=True):
        made[ord(char)] = of.get(folded, NO_RANK)
    return made


def ranks(codes: Points) -> Array:
    """Return the rank of each code point, folded; the last rank for characters outside the model."""
    return _ranks().take(codes, mode="clip")


def pair_table() -> Bytes:
    """Return quantized ln p of a character after another, by the `places` of both, for searches that query every pair.

    Characters not among the `DENSE` most frequent ones share the last place.
    """
    return _pair_rows().whole()


@cache
def _pair_rows() -> PairRows:
    """Return the same table with only the rows computed that were requested."""
    import numpy as np

    from seedsearch.text.pair_rows import PairRows

    known, last = counts(), DENSE - 1
    unseen = np.full(DENSE, _RARE, np.uint8)
    unseen[:-1] = np.minimum(np.rint(known.alone[:last] + UNSEEN_PAIR / STEP), 255)
    begins = known.pairs.searchsorted(np.arange(DENSE, dtype=np.uint32) << np.uint32(BITS)).tolist()

    def row(place: int, made: Bytes) -> None:
        made[:] = unseen
        if place < last:
            some = slice(begins[place], begins[place + 1])
            seconds = known.pairs[some] & NO_RANK
            kept = seconds < last
            made[seconds[kept]] = known.seconds[some][kept]

    return PairRows(DENSE, row)


def places(codes: Points) -> Array:
    """Return the place of each code point in `pair_table`."""
    import numpy as np

    return np.minimum(ranks(codes), DENSE - 1).astype(np.intp)


def alone(some: Array) -> Scores:
    """Return ln p of the characters with these places, regardless of context."""
    return _alone()[some]


def scores(firsts: Points, seconds: Points, thirds: Points) -> Scores:
    """Return ln p of each of `thirds` after two characters; arrays of code points that broadcast to one shape."""
    import numpy as np

    known = counts()
    a, b, c = ranks(firsts), ranks(seconds), ranks(thirds)
    made = _behind(b, c)
    keys = a << BITS | b
    context, begun = _found(known.contexts, keys.reshape(-1))
    if not begun.any():
        return made + np.zeros(np.broadcast_shapes(keys.shape, made.shape))
    context, begun = context.reshape(keys.shape), begun.reshape(keys.shape)
    made = made + known.left[context] * (STEP * begun)
    whole = np.broadcast_to(begun, made.shape).reshape(-1).nonzero()[0]
    context = np.broadcast_to(context, made.shape).reshape(-1)[whole].astype(np.uint32)
    triple, there = _found(known.triples, context << BITS | np.broadcast_to(c, made.shape).reshape(-1)[whole])
    there = there.nonzero()[0]
    made.reshape(-1)[whole[there]] = known.thirds[triple[there]] * STEP
    return made


def _behind(b: Array, c: Array) -> Scores:
    """Return ln p of characters after others, by rank; for pairs outside the model, to within half a step."""
    import numpy as np

    last = DENSE - 1
    firsts = np.minimum(b, last)
    made: Scores = _pair_rows().with_rows(firsts).reshape(-1)[firsts * DENSE + np.minimum(c, last)] * STEP
    if (b >= last).any() or (c >= last).any():
        rare = ((b >= last) | (c >= last)).nonzero()
        b, c = (np.broadcast_to(some, made.shape)[rare] for some in (b, c))
        pair, there = _found(counts().pairs, b << BITS | c)
        made[rare] = np.where(there, counts().seconds[pair] * STEP, _unseen()[c])
    return made


def _found(keys: Array, wanted: Array) -> tuple[Array, Array]:
    """Return the index of each of `wanted` in the sorted `keys`, 0 if absent, and whether it is present."""
    import numpy as np

    places, there = np.zeros(len(wanted), np.intp), np.zeros(len(wanted), bool)
    _asked[len(keys)] += len(wanted)
    likely = np.arange(len(wanted))
    if _asked[len(keys)] > MANY:
        likely = _hints(keys)[_hashed(wanted)].nonzero()[0]
    some = wanted[likely]
    found = np.minimum(keys.searchsorted(some), len(keys) - 1)
    right = keys[found] == some
    places[likely[right]] = found[right]
    there[likely[right]] = True
    return places, there


def _hashed(keys: Array) -> Array:
    """Return the numbers of the hints about some keys."""
    import numpy as np

    found: Array = keys * np.uint32(0x9E3779B1) >> np.uint32(32 - HINTS)
    return found


# Lookups from which on hints are made, 4 MB each; making them takes as long as about 30,000 searches.
MANY = 1 << 15
_asked: Counter[int] = Counter()  # keyed by the number of keys, as in the next function
_made_hints: dict[int, Array] = {}


def _hints(keys: Array) -> Array:
    """Return, for each number of a hint, whether there is such a key: most lookups are for absent keys, and a search
    takes ten times as long.
    """
    import numpy as np

    if (made := _made_hints.get(len(keys))) is None:
        made = _made_hints[len(keys)] = np.zeros(1 << HINTS, bool)
        made[_hashed(keys)] = True
    return made


def line_scores(before: str, texts: Sequence[str], after: str) -> list[float]:
    """Return ln p of each of `texts` between two texts, including its effect on the two characters after it."""
    return scores_of_lines([(before, texts, after)])[0]


def scores_of_lines(lines: Sequence[tuple[str, Sequence[str], str]]) -> list[list[float]]:
    """Return the `line_scores` of several lines."""
    import numpy as np

    from seedsearch.text.code_points import points

    whole = [("\n\n" + before)[-2:] + text + after[:2] for before, texts, after in lines for text in texts]
    if not whole:
        return [[] for _ in lines]
    codes = points("".join(whole))
    ends = np.cumsum([len(text) for text in whole])
    inside = np.ones(len(codes), bool)
    for skipped in (0, 1):
        inside[np.append(0, ends[:-1]) + skipped] = False
    places = inside.nonzero()[0]
    made = scores(codes[places - 2], codes[places - 1], codes[places])
    sums = np.append(0.0, np.cumsum(made))
    sizes = np.cumsum([len(text) - 2 for text in whole])
    found = iter(np.diff(sums[np.append(0, sizes)]).tolist())
    return [list(islice(found, len(texts))) for _, texts, _ in lines]
