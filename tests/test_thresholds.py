"""The benchmark of thresholds: which numbers it finds, and that each is changed wherever it is used, and put back."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from benchmarks import thresholds as benchmark
from benchmarks.thresholds import Figures, Text, Threshold, changed, figures, name_of, numbers, readers_of, thresholds
from fixtures.generator import Damaged
from seedsearch.restoring import candidates, evidence, reading_marks
from seedsearch.restoring.clean import clean


def test_the_numbers_at_the_top_of_a_module_are_found() -> None:
    source = "A = 1\nB, C = -2.5, 1 << 4\nD = 'text'\nE = True\nF, G = 3, (1, 2)\ndef f():\n    H = 1\nI: int = 4\n"
    assert list(numbers(source)) == ["A", "B", "C", "F", "I"]


def test_thresholds_are_chosen_by_name_and_by_module() -> None:
    """A name that stands for none is an error, one that begins like another is not that other."""
    both = ["reading.encodings.detection", "restoring.latin1.FEW"]
    chosen = [name_of(one) for one in benchmark.named(both)]
    assert len(chosen) > 2
    assert chosen[-1] == both[1]
    assert all(name.startswith("reading.encodings.detection.") for name in chosen[:-1])
    with pytest.raises(SystemExit, match="no threshold"):
        benchmark.named(["restoring.latin"])


def test_every_threshold_has_values_below_and_above() -> None:
    found = list(thresholds())
    assert len(found) > 100
    assert all(one.less < one.value < one.more or one.value in (0, one.less) for one in found)


@pytest.mark.slow
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


def test_the_functions_that_read_a_threshold_are_those_that_name_it() -> None:
    """Those of other modules, too; none where it is taken when the module is loaded."""
    found = readers_of(Threshold(evidence, "FOUND", evidence.FOUND, 0, 1000))
    assert found
    lines = Path(evidence.__file__).read_text(encoding="utf-8").split("\n")
    assert all("def " in lines[line - 1] or "@" in lines[line - 1] for path, line in found if path == evidence.__file__)
    assert not readers_of(Threshold(candidates, "KEPT", candidates.KEPT, 1, 2))


@pytest.mark.slow
def test_a_text_is_measured_where_a_function_that_reads_the_number_is_called() -> None:
    text = "公司的產(chǎn)品和服務(wù)，產(chǎn)業(yè)優(yōu)勢和業(yè)務(wù)。"
    text += "服務(wù)熱線(xiàn)，企業(yè)服務(wù)中心。"
    marked, plain = (benchmark._restored(Damaged("clean", text, text)) for text in (text, "没有什么要改的。"))
    readers = readers_of(Threshold(reading_marks, "MARKS", reading_marks.MARKS, 0, 1000))
    assert marked.asked & readers
    assert not plain.asked & readers
    with changed(Threshold(reading_marks, "MARKS", reading_marks.MARKS, 0, 1000), 1000):
        left = benchmark._restored(marked.page, called=False)
    assert str(figures([(marked, marked)])) == "    0   11     0    0   0"
    assert str(figures([(marked, left)])) == "    0    0     1    0   0"


def test_texts_are_counted_that_come_nearer_to_what_is_true_and_farther() -> None:
    """Whether they are whole or not."""
    page = Damaged("lost-character", "焊接材料", "焊?材料")
    near, far, found = (Text(page, made, (), (), frozenset()) for made in ("焊接材料", "料", "焊?材料"))
    assert figures([(found, near), (found, far), (far, near), (found, found)]) == Figures(
        whole=2, harm=0, other=3, near=2, far=1
    )


def test_rows_that_are_restored_otherwise_than_usual_are_left_out() -> None:
    """One of the detectors alone would count as harm: with all steps it is restored."""
    rows = {row.found for row in benchmark._rows()}
    alone = "文字ÖÐÎÄÃû³Æ后"
    assert clean(alone).readable != alone
    assert alone not in rows
    assert "閿欒锛氭暟鎹簱杩炴帴澶辫触锛岃妫€" not in rows
    assert len(rows) > 300


PAGE = (Path(__file__).parents[1] / "docs" / "thresholds.md").read_text(encoding="utf-8")
# With its value: in the tables of figures, and in those of what was measured otherwise and of bounds.
ROW = re.compile(r"^(?:\| `)?([a-z]\S+\.[A-Z_0-9]+)(?:` \|)? +(\S+) ", re.MULTILINE)


@pytest.mark.slow
def test_every_threshold_of_the_page_is_there() -> None:
    """One that has another value now is measured again: python -m benchmarks thresholds."""
    there = {name_of(threshold): f"{threshold.value:g}" for threshold in thresholds()}
    named = dict(ROW.findall(PAGE))
    assert len(named) > 300
    assert {name: value for name, value in named.items() if there.get(name) != value} == {}


def test_every_threshold_is_measured_or_a_bound() -> None:
    """It has a row of figures (python -m benchmarks thresholds --only NAME), or one that says what it bounds and what
    that costs; or it is no quantity.
    """
    no_quantities = re.findall(r"`(\S+)`", PAGE.partition("**Not quantities.**")[2].partition("\n\n")[0])
    rows = [name for name, _ in ROW.findall(PAGE)]
    assert {name_of(threshold) for threshold in thresholds()} - set(rows) - set(no_quantities) == set()
    assert [name for name, times in Counter(rows).items() if times > 1] == []
    assert "not measured" not in PAGE.lower()
