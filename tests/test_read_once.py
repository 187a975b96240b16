"""Pages that repeat themselves are read once before they are searched as a whole."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from benchmarks.hostile_texts import REPEATED
from seedsearch.offsets import Edit
from seedsearch.restoring import big5_gbk, latin1, misreadings, utf8_as_gbk
from seedsearch.restoring.budget import Budgets
from seedsearch.restoring.clean import clean
from seedsearch.restoring.evidence import AROUND
from seedsearch.restoring.read_once import in_vain, without_repeats

EVERY = "".join(map(chr, range(0x4E00, 0x9000)))


def test_what_a_page_has_once_is_left() -> None:
    assert without_repeats(EVERY) == EVERY


@pytest.mark.parametrize("unit", ["ab", "中文的", "ÖÐÎÄ", "锛屼粬鐨?銆"])
def test_a_unit_that_is_repeated_is_left_without_a_cut_in_it(unit: str) -> None:
    """The text goes on behind what is cut out as it did before, and ends as it ended."""
    left = without_repeats(unit * 2000 + "末" + unit * 2000)
    front, back = left.split("末")
    assert front == unit * (len(front) // len(unit))
    assert back == unit * (len(back) // len(unit))
    assert AROUND < len(left) < 6 * AROUND


def test_what_stands_alone_among_repetitions_is_left_with_its_surroundings() -> None:
    """Twice, as what joins the two parts must not make of them what was not there."""
    left = without_repeats("一二三四" * 800 + "红尘" + "五六七八九" * 800 + "滚滚" + "一二三四" * 800)
    assert "三四红尘五六" in left
    assert "八九滚滚一二" in left
    assert len(left) < 8 * AROUND


def _lengths(text: str) -> list[int]:
    """Return the lengths of what is searched for edits."""
    asked = list[int]()

    def edits(some: str, _: Budgets) -> Sequence[Edit]:
        asked.append(len(some))
        return []

    in_vain(text, edits)
    return asked


def test_only_a_long_page_that_is_mostly_repetitions_is_read_so() -> None:
    assert _lengths("锛?" * 5000) < [1000]
    assert _lengths("锛?" * 100) == []
    assert _lengths(EVERY) == []


@pytest.mark.parametrize("unit", ["锛?", "锛屼粬鐨?銆", "锛屼\ufffd粬", "锛€鐨€", "锛?a"])
def test_what_repeats_itself_and_is_no_evidence_is_not_searched(unit: str) -> None:
    budgets = Budgets()
    assert not utf8_as_gbk.edits(unit * 2000, budgets)
    assert not budgets.shares


@pytest.mark.parametrize("unit", ["ä¸\ufffdæ\ufffd", "ä¸ æ "])
def test_the_same_of_latin_1(unit: str) -> None:
    budgets = Budgets()
    assert not latin1.edits(unit * 2000, budgets)
    assert not budgets.shares


def test_the_same_of_other_misreadings() -> None:
    """By themselves two thousand are read; as too few different characters they would not be believed."""
    assert misreadings.edits("ﾖﾐﾎﾄ " * 300)
    assert not misreadings.edits("ﾖﾐﾎﾄ " * 3000)


def test_the_same_of_big5(monkeypatch: pytest.MonkeyPatch) -> None:
    edits, searched = big5_gbk._edits, list[int]()

    def counted(text: str, *, asks: bool, again: bool) -> Sequence[Edit]:
        searched.append(len(text))
        return edits(text, asks=asks, again=again)

    monkeypatch.setattr(big5_gbk, "_edits", counted)
    assert not big5_gbk.edits(REPEATED["big5: level 2"] * 2000)
    assert len(searched) == 1
    assert searched[0] < 2000


@pytest.mark.slow
@pytest.mark.parametrize(
    ("found", "true"),
    [("鎴愬姛\n", "成功\n"), ("ÖÐÎÄ", "中文"), ("12 鏇存柊瀹屾垚 ok\n", "12 更新完成 ok\n")],
)
def test_a_word_that_is_repeated_is_restored_everywhere(found: str, true: str) -> None:
    assert clean(found * 600).readable.strip() == (true * 600).strip()
