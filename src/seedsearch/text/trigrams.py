"""The likelihood of a character after two others: counts of running text, where `character_model` knows only words.

It chooses the character at a lost byte. Given the characters on both sides, the right one of 126 candidates is the
likeliest in nine of ten places; by the words of the dictionary, in two of three. Searches, which query millions of
times, use the smaller model; this one chooses among the few candidates that are left.

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
NO_RANK = (1 << BITS) - 1  # that of characters that are not kept
UNSEEN_PAIR = math.log(0.15)  # what is left to pairs that are not kept
UNKNOWN = -18.0  # ln p of a character that is not kept at all
HINTS = 22  # bits of the number of a hint, of which there are five for each key or more
_HEAD = 16  # bytes of the counts
DENSE = 4096  # characters, the most frequent ones, in the table of all pairs: a byte for each, 16 MB
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
        return sizes.tobytes() + b"".join(some.astype(some.dtype.newbyteorder("<")).tobytes() for some in self)


@cache
def counts() -> Counts:
    """Return the arrays, mapped on first use."""
    import numpy as np

    with as_file(files("seedsearch.text").joinpath("trigrams.bin")) as path, path.open("rb") as file:
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    at, made = _HEAD, []
    for size, kind in zip(np.frombuffer(content, "<u4", 4).tolist(), ("<u2", "<u4", "<u4", "<u4"), strict=True):
        for dtype in (kind, "u1"):
            # What does not begin at a multiple of its size would be copied as a whole by each search in it.
            made.append(np.require(np.frombuffer(content, dtype, size, at), requirements="A"))
            at += made[-1].nbytes
    return Counts(*made)


@cache
def _alone() -> Scores:
    """ln p of each character that is kept, and after them of one that is not."""
    import numpy as np

    made: Scores = np.append(counts().alone * STEP, UNKNOWN)
    return made


@cache
def _unseen() -> Scores:
    """ln p of each character, by its rank, after one that it is not kept with."""
    import numpy as np

    made: Scores = np.full(NO_RANK + 1, UNKNOWN) + UNSEEN_PAIR
    made[: len(_alone())] = _alone() + UNSEEN_PAIR
    return made


@cache
def ranks() -> Array:
    """Return the rank of each code point as it is folded; the last one for what is not kept."""
    import numpy as np

    from seedsearch.text.code_points import COUNT

    made = np.full(COUNT, NO_RANK, np.uint32)
    of = {chr(code): rank for rank, code in enumerate(counts().chars.tolist())}
    plane = "".join(chr(code) for code in range(0x10000) if not 0xD800 <= code < 0xE000)
    for char, folded in zip(plane, fold(plane), strict=True):
        made[ord(char)] = of.get(folded, NO_RANK)
    return made


def pair_table() -> Bytes:
    """ln p of a character after another, quantized, by the `places` of both: for searches that query every pair.

    What is not among the `DENSE` most frequent characters has the last place.
    """
    return _pair_rows().whole()


@cache
def _pair_rows() -> PairRows:
    """Return the same table, in which the rows are that were asked for."""
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

    return np.minimum(ranks()[codes], DENSE - 1).astype(np.intp)


def alone(some: Array) -> Scores:
    """ln p of the characters with these places, whatever stands before them."""
    return _alone()[some]


def scores(firsts: Points, seconds: Points, thirds: Points) -> Scores:
    """ln p of each of `thirds` after the two before it: arrays of code points that broadcast to one shape."""
    import numpy as np

    known, of = counts(), ranks()
    a, b, c = of[firsts], of[seconds], of[thirds]
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
    """ln p of characters after others, by the ranks of both; of two that are not kept together, within half a step."""
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
    """Return where in `keys`, which are in order, each of `wanted` is, and whether it is there; 0 of what is not."""
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


# Questions from which on hints are made, 4 MB each: to make them takes as long as some 30,000 searches.
MANY = 1 << 15
_asked: Counter[int] = Counter()  # by how many keys there are, as in the next one
_made_hints: dict[int, Array] = {}


def _hints(keys: Array) -> Array:
    """Return for each number of a hint whether there is such a key: most that is asked of is not there, and a search
    takes ten times as long.
    """
    import numpy as np

    if (made := _made_hints.get(len(keys))) is None:
        made = _made_hints[len(keys)] = np.zeros(1 << HINTS, bool)
        made[_hashed(keys)] = True
    return made


def line_scores(before: str, texts: Sequence[str], after: str) -> list[float]:
    """ln p of each of `texts` between two texts, with what it makes of the two characters after it."""
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
