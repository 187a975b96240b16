"""`character_model.pair_score` of two arrays of characters at once, for the choice among many at many places.

Ideographs that words hold together are looked up in a table of the pairs of the `DENSE` most frequent ones, and the few
pairs with a rarer one in a sorted list. All other pairs hang on what kinds of characters they are: marks and what
counts or is counted are kinds of their own, everything else is alike in its class.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from seedsearch.restoring.candidates import PLANE, RANKS, by_code, code_of, pairs_in_words
from seedsearch.text.character_model import COUNTED, FOLLOWS, HAN, MARKS, NUMBERED, STEP, class_of, pair_score
from seedsearch.text.folding import fold

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from seedsearch.restoring.candidates import Scores

    Codes = NDArray[np.int64]

DENSE = 4096  # ranks; a byte for each pair of them, 17 MB
NO_WORD = 255  # in that table: no word holds the pair


class _Tables(NamedTuple):
    kind: Codes  # by code
    base: Scores  # by the kinds of both
    starts: NDArray[np.bool_]  # by the kinds of both: whether ln p that the second begins a word is added
    words: NDArray[np.uint8]  # by the ranks of both: steps of nats


def codes_of(text: str) -> Codes:
    """Return the code points of `text`, with one for each kind of character beyond the first plane."""
    import numpy as np

    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.int64)
    beyond = codes >= PLANE
    if beyond.any():
        codes[beyond] = [code_of(chr(code)) for code in codes[beyond].tolist()]
    return codes


def pair_scores(firsts: Codes, seconds: Codes) -> Scores:
    """ln p of each of `seconds` behind that of `firsts`; arrays that numpy broadcasts to one shape."""
    import numpy as np

    tables, (ranks, starts, ends, others) = _tables(), by_code()
    kinds, following = tables.kind[firsts], tables.kind[seconds]
    scores = tables.base[kinds, following] + np.where(tables.starts[kinds, following], starts[seconds], 0.0)
    han = ~others[firsts] & ~others[seconds]
    first, second = np.broadcast_arrays(firsts, seconds)
    a, b = first[han], second[han]
    rank_a, rank_b = ranks[a], ranks[b]
    steps = tables.words[np.minimum(rank_a, DENSE), np.minimum(rank_b, DENSE)]
    inside = np.where(steps == NO_WORD, ends[a] + starts[b], steps * STEP)
    rare = np.flatnonzero((rank_a >= DENSE) | (rank_b >= DENSE))
    if len(rare):
        keys, chances = pairs_in_words()
        wanted = rank_a[rare] * RANKS + rank_b[rare]
        places = keys.searchsorted(wanted) % len(keys)
        there = keys[places] == wanted
        inside[rare[there]] = chances[places[there]]
    scores[han] = inside + FOLLOWS[HAN][HAN]
    return scores


@cache
def _tables() -> _Tables:
    import numpy as np

    kinds: dict[str, int] = {}
    samples: list[str] = []

    def kind_of(char: str) -> int:
        name = _name(char)
        if name not in kinds:
            kinds[name] = len(samples)
            samples.append(char)
        return kinds[name]

    kind = np.array([kind_of(char) for char in (*map(chr, range(PLANE)), "\U0001f600", "\U00020000", "\U000f0000")])
    shape = len(samples), len(samples)
    base, starts = np.zeros(shape), np.zeros(shape, np.bool_)
    for i, a in enumerate(samples):
        for j, b in enumerate(samples):
            counted = a.isdigit() and b in COUNTED
            starts[i, j] = class_of(b) == HAN and not counted
            base[i, j] = FOLLOWS[class_of(a)][HAN] if starts[i, j] else pair_score(a, b)
    return _Tables(kind, base, starts, _words())


def _name(char: str) -> str:
    """Return the same for all characters that no rule of `pair_score` tells apart."""
    kind = class_of(char)
    if kind == HAN:
        if char in COUNTED or fold(char) in NUMBERED:
            return f"{char if char in COUNTED else ''}{fold(char) in NUMBERED}"
        return "ideograph"
    return char if char in MARKS else f"{kind}{char.isdigit()}{pair_score('也', char)}"


def _words() -> NDArray[np.uint8]:
    import numpy as np

    words = np.full((DENSE + 1, DENSE + 1), NO_WORD, np.uint8)
    pairs, chances = pairs_in_words()
    firsts, seconds = pairs // RANKS, pairs % RANKS
    frequent = (firsts < DENSE) & (seconds < DENSE)
    words[firsts[frequent], seconds[frequent]] = np.rint(chances[frequent] / STEP)
    return words
