"""The benchmark of worst inputs measures what it says: growth, memory, and rows that run into its limits."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from importlib import import_module

import pytest

from benchmarks import worst, worst_search
from benchmarks.worst import MODULES, Measured, figures, least, measured

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive]


def test_memory_beyond_the_start_is_seen() -> None:
    found = measured(lambda content: bytearray(40 << 20), bytes(1000))
    assert found is not None
    assert 39 << 20 <= found.memory < 50 << 20  # of pages, some of which were there


@pytest.mark.parametrize("work", [lambda content: 1 // 0, lambda content: bytes(1 << 40)], ids=["fails", "memory"])
def test_a_row_that_fails_is_marked(work: Callable[[bytes], object]) -> None:
    assert measured(work, bytes(1000)) is None


def test_a_row_without_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worst, "SECONDS_LIMIT", 1)
    assert measured(lambda content: max(iter(int, 1)), bytes(1000)) is None


@pytest.mark.parametrize(
    ("seconds", "memory", "shown"),
    [
        ((0.1, 0.2, 0.4), (0, 0, 0), "1.000     0.0   1.00 peer"),
        ((0.01, 0.04, 0.16), (0, 0, 0), "0.400     0.0   2.00 peer  <<<"),
        ((0.3, 0.6, 1.2), (0, 0, 0), "3.000     0.0   1.00 peer  <<<"),
        ((0.1, 0.2, 0.4), (10**9, 10**9, 10**9 + 6_000_000), "1.000    20.0   1.00 peer  <<<"),
    ],
    ids=["linear", "quadratic", "slow", "memory"],
)
def test_what_is_over_is_marked(seconds: tuple[float, ...], memory: tuple[int, ...], shown: str) -> None:
    found = [Measured(100_000 << i, *both) for i, both in enumerate(zip(seconds, memory, strict=True))]
    assert figures(found, 1e6 * max(one.seconds / one.size for one in found), " peer").strip() == shown


def test_the_lesser_of_two_runs_counts() -> None:
    assert least([Measured(10, 3.0, 5), Measured(10, 1.0, 6)]) == Measured(10, 1.0, 5)
    assert least([Measured(10, 3.0, 5), None]) is None


def test_content_of_one_size_has_no_growth() -> None:
    """The smallest archive of some kinds is larger than what a smoke run asks for."""
    assert figures([Measured(1000, 0.001, 0)] * 3, 1.0, " -").split() == ["1.000", "0.0", "0.00", "-"]


def test_each_row_has_its_own_name_and_gives_the_size_that_is_asked() -> None:
    rows = [row for module in MODULES for row in import_module(module).ROWS]
    assert max(Counter(row.name for row in rows).values()) == 1
    assert all(4 * len(row.make(8000)) >= 2000 for row in rows)


def test_the_search_keeps_what_is_slowest() -> None:
    """One round over the known units: all are measured, and changes are text that can be measured."""
    rng = random.Random(3)
    found = worst_search.search(0, rng)
    assert [seconds for seconds, _ in found] == sorted((seconds for seconds, _ in found), reverse=True)
    assert 0 < len(found) <= worst_search.KEPT
    units = [unit for _, unit in found]
    for _ in range(200):
        assert 0 < len(worst_search.changed(rng.choice(units), rng.choice(units), rng)) <= worst_search.LONGEST
