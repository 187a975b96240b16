"""Tables of pairs hold the same whether their rows are asked for one by one or all at once."""

from __future__ import annotations

import random

import numpy as np

from seedsearch.text import pair_scores, trigrams
from seedsearch.text.pair_rows import PairRows


def test_a_row_is_made_once_and_only_when_it_is_asked_for() -> None:
    made: list[int] = []

    def row(number: int, into: np.ndarray[tuple[int], np.dtype[np.uint8]]) -> None:
        made.append(number)
        into[:] = number

    table = PairRows(5, row)
    assert table.with_rows(np.array([[3, 1], [1, 3]]))[3, 4] == 3
    assert sorted(made) == [1, 3]
    table.with_rows(np.array([1]))
    assert table.whole().tolist() == [[number] * 5 for number in range(5)]
    assert sorted(made) == [0, 1, 2, 3, 4]


def test_scores_are_those_of_the_whole_table() -> None:
    some = np.array(random.Random(5).sample(range(0x4E00, 0x9FA6), 60), np.uint32)
    firsts, seconds = some[:30, None], some[None, 30:]
    before = trigrams.scores(firsts, firsts, seconds), pair_scores.scores_of(firsts, seconds)
    trigrams.pair_table()
    pair_scores._dense().whole()
    after = trigrams.scores(firsts, firsts, seconds), pair_scores.scores_of(firsts, seconds)
    assert all((a == b).all() for a, b in zip(before, after, strict=True))


def test_what_is_found_is_the_same_with_hints_and_without() -> None:
    keys = trigrams.counts().contexts
    some = random.Random(7)
    wanted = np.array(
        [int(keys[some.randrange(len(keys))]) for _ in range(300)] + [some.getrandbits(26) for _ in range(300)]
    )
    found = [trigrams._found(keys, wanted.astype(np.uint32)) for _ in range(2 + trigrams.MANY // len(wanted))]
    assert len(keys) in trigrams._made_hints
    assert all((a == b).all() for a, b in zip(found[0], found[-1], strict=True))
