"""The benchmark of thresholds: which numbers it finds, and that each is changed wherever it is used, and put back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.thresholds import Threshold, changed, name_of, numbers, thresholds
from seedsearch.restoring import evidence
from seedsearch.restoring.clean import clean


def test_the_numbers_at_the_top_of_a_module_are_found() -> None:
    source = "A = 1\nB, C = -2.5, 1 << 4\nD = 'text'\nE = True\nF, G = 3, (1, 2)\ndef f():\n    H = 1\nI: int = 4\n"
    assert list(numbers(source)) == ["A", "B", "C", "F", "I"]


def test_every_threshold_has_values_below_and_above() -> None:
    found = list(thresholds())
    assert len(found) > 100
    assert all(one.less < one.value < one.more or one.value in (0, one.less) for one in found)


def test_a_changed_threshold_changes_what_is_done_and_comes_back() -> None:
    """Of a repair that is believed on its own evidence, with more of it asked for than there is."""
    text = "锘挎垜浠潵鑷簬涓€涓編涓界殑鍩庡競锛岄偅閲岀殑浜烘皯鐢熸椿骞哥"
    before = clean(text).readable
    assert before != text
    threshold = Threshold(evidence, "FOUND", evidence.FOUND, 0, 1000)
    with changed(threshold, threshold.more):
        assert clean(text).readable == text
    assert clean(text).readable == before


def test_a_threshold_comes_back_after_an_error() -> None:
    threshold, value = Threshold(evidence, "FOUND", evidence.FOUND, 0, 1000), evidence.FOUND
    with pytest.raises(KeyError), changed(threshold, 0):
        raise KeyError
    assert value == evidence.FOUND


PAGE = (Path(__file__).parents[1] / "docs" / "thresholds.md").read_text(encoding="utf-8")


def test_every_threshold_of_the_page_is_there() -> None:
    """One that has another value now is measured again: python -m benchmarks thresholds."""
    there = {name_of(threshold): f"{threshold.value:g}" for threshold in thresholds()}
    named = dict(re.findall(r"^([a-z]\S+\.[A-Z_]+) +(\S+) ", PAGE, re.MULTILINE))
    assert named
    assert {name: value for name, value in named.items() if there.get(name) != value} == {}
