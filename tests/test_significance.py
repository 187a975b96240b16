"""How likely a difference between two engines is by chance, against all the ways in which pairs can change places."""

from __future__ import annotations

from itertools import product

import pytest

from benchmarks.ranking import likelihood_of_chance


@pytest.mark.parametrize(
    ("some", "others"),
    [
        ([1.0, 0.5, 0.9, 0.3, 0.7, 0.8, 1.0, 0.6], [0.8, 0.5, 0.4, 0.3, 0.2, 0.9, 0.5, 0.1]),
        ([0.1, 0.9, 0.2, 0.8], [0.9, 0.1, 0.8, 0.3]),
        ([1.0] * 9, [0.0] * 9),
    ],
)
def test_it_is_the_share_of_the_ways(some: list[float], others: list[float]) -> None:
    differences = [a - b for a, b in zip(some, others, strict=True)]
    reached = abs(sum(differences)) - 1e-9
    ways = [
        abs(sum(sign * one for sign, one in zip(signs, differences, strict=True))) >= reached
        for signs in product((-1, 1), repeat=len(differences))
    ]
    assert likelihood_of_chance(some, others) == pytest.approx(sum(ways) / len(ways), abs=0.015)


def test_equal_engines_differ_by_chance() -> None:
    assert likelihood_of_chance([0.5, 1.0, 0.0], [0.5, 1.0, 0.0]) == 1.0
