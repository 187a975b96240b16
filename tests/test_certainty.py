"""How sure repairs are that were inferred: it is said of each, and where it is too little nothing is changed."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from math import exp
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.calibration import judged, line
from fixtures.generator import LOSING, SITES, damaged
from seedsearch import build_index, clean, open_index
from seedsearch.damage import SURE, Certainty, Damage
from seedsearch.frontends.objects import stats_object
from seedsearch.frontends.render.reports import stats_text
from seedsearch.frontends.render.style import Style
from seedsearch.offsets import Candidate, Edit, Edits, Guess, Weight, apply_edits, compose, edit
from seedsearch.restoring.calibration import LINES, guess
from seedsearch.restoring.doubts import Doubts
from seedsearch.restoring.steps import restore
from tests.programs import warm as seedsearch

pytestmark = pytest.mark.slow

TORN = "中文编码错误的文字".encode().decode("gb18030", "replace")  # its last byte is lost: 文字, or 文学
STRICT = 0.8  # more than what most repairs here are
PROSE = "今天的会议讨论了系统升级的安排，请各部门检查网络设置。\n以后重新登录，确认原来的文件是否完整，谢谢配合。\n" * 6


def test_what_is_not_sure_is_offered_and_not_made() -> None:
    cleaned = clean(TORN, sure=STRICT)
    assert cleaned.readable == TORN.replace(TORN[:-2], "中文编码错误的文")
    (finding,) = [one for one in cleaned.findings if one.candidates]
    assert (finding.kind, finding.span.cut(TORN)) == (Damage.UNREPAIRED_BYTES, TORN[-2:])
    assert [one.text for one in finding.candidates][:2] == ["字", "学"]
    assert all(0 < one.probability < STRICT for one in finding.candidates)


def test_what_is_asked_to_be_less_sure_is_made_and_says_so() -> None:
    made = clean(TORN)
    assert made.readable == "中文编码错误的文字"
    last = made.edits[-1]
    assert last.certainty is Certainty.INFERRED
    assert last.probability is not None
    assert SURE <= last.probability < STRICT
    assert not any(one.candidates for one in made.findings)


@pytest.mark.parametrize("kind", [*LOSING, *(kind for kind in SITES if "shifts" in kind)])
@pytest.mark.parametrize("sure", [0.0, SURE, STRICT, 1.0])
def test_inferred_edits_alone_have_a_probability_and_it_is_enough(kind: str, sure: float) -> None:
    page = damaged(kind, PROSE, random.Random(kind))
    cleaned = clean(page.found, sure=sure)
    for e in cleaned.edits:
        assert (e.probability is not None) == (e.certainty is Certainty.INFERRED)
        assert e.probability is None or (0 < e.probability <= 1 and e.probability >= sure)
    assert apply_edits(page.found, cleaned.edits) == cleaned.readable


@pytest.mark.slow
def test_what_is_known_of_a_torn_stretch_is_restored_without_what_is_not() -> None:
    found = "環(huán)境”?！墩ぷ鲌?bào)告》"
    whole, known = clean(found, sure=0.0), clean(found, sure=STRICT)
    assert whole.readable == "環境”。《政工作報告》"
    assert known.readable == "環境”。《?工作報告》"
    assert [one.text for one in known.findings[0].candidates] == ["。《政工作報告", "。《正工作報告"]


def test_what_was_in_doubt_is_in_doubt_in_every_round() -> None:
    """The rest of a page restored around it must not tell more of it than was known at first."""
    once = restore(TORN)
    doubted = [one for one in once.findings if one.candidates]
    assert doubted == [one for one in restore(once.text).findings if one.candidates] or not restore(once.text).edits


@pytest.mark.parametrize("kind", [*LOSING, "shifts, private kept", "marks on Simplified"])
def test_guesses_said_to_be_sure_are_right(kind: str) -> None:
    page = damaged(kind, PROSE, random.Random(kind))
    sure = [one.right for one in judged(page) if one.probability >= 0.95]
    assert sum(sure) >= 0.8 * len(sure)


@pytest.mark.parametrize("right_of_ten", [[5] * 8, [2, 3, 4, 5, 6, 7, 8, 9], [4, 5, 5, 6, 6, 7, 7, 8]])
def test_a_line_that_was_fitted_says_how_often_guesses_are_right(right_of_ten: list[int]) -> None:
    """Also of guesses whose odds are high and which are wrong, far from the line that the fit begins with."""
    rows = [(float(odds), i < right) for odds, right in enumerate(right_of_ten, 1) for i in range(10)]
    at, by = line(rows)
    for odds, right in enumerate(right_of_ten, 1):
        assert 10 / (1 + exp(-at - by * odds)) == pytest.approx(right, abs=0.5)


@given(st.sampled_from(sorted(LINES)), st.lists(st.floats(-1e9, 1e9), min_size=2, max_size=5))
def test_better_odds_are_no_less_probable(source: str, odds: list[float]) -> None:
    found = [guess(source, one).probability for one in sorted(odds)]
    assert found == sorted(found)
    assert all(0 < one < 1 for one in found)


@pytest.mark.parametrize("odds", [2.0, 6.0])
@pytest.mark.parametrize(
    "sources",
    [
        ["whole pair", "whole pair near another", "whole pair beside another", "whole pair between others"],
        ["framed", "framed, open", "framed, open beside another", "framed, open between others"],
    ],
)
def test_a_guess_is_the_less_sure_the_more_is_lost_around_it(sources: list[str], odds: float) -> None:
    found = [guess(source, odds).probability for source in sources]
    assert found == sorted(found, reverse=True)
    assert found[0] > found[-1] + 0.2


_guesses = st.builds(Guess, st.sampled_from((0.3, 0.6, 0.85, 0.95)), st.integers(0, 3), st.integers(4, 6))


@given(st.lists(_guesses, min_size=1, max_size=3), st.sampled_from((0.0, SURE, STRICT, 1.0)), st.booleans())
def test_an_edit_that_is_made_is_sure_enough(guesses: list[Guess], sure: float, columns: bool) -> None:
    text = "一\ufffd二?三"
    made: Sequence[Edit] = [edit(1, 4, "甲乙丙丁戊", Damage.UTF8_AS_GBK, Certainty.INFERRED, Weight(tuple(guesses)))]
    doubts = Doubts(sure)
    left = doubts.made(Edits(made) if columns else made, text, ())
    assert all(e.probability is None or e.probability >= min(sure, 0.99) for e in left)
    assert bool(doubts.findings) == (list(left) != made)
    assert apply_edits(text, left).count("\ufffd") <= text.count("\ufffd")


def test_columns_keep_weights() -> None:
    weight = Weight((Guess(0.7, 0, 1, (Candidate("乙", 0.2),)),))
    rows = [
        edit(i, i + 1, "甲", Damage.UTF8_AS_GBK, Certainty.INFERRED, weight if i % 2 else None) for i in range(0, 40, 2)
    ] + [edit(41, 42, "甲", Damage.UTF8_AS_GBK, Certainty.INFERRED, weight)]
    columns = Edits(rows)
    for some in (columns, columns[10:], columns.by("x"), columns.kept([True] * 21), columns[-1:]):
        assert [e.weight for e in some] == [some[i].weight for i in range(len(some))]
        assert some[-1].weight == weight
    assert columns.kept([False] * 20 + [True])[0].weight == weight


def test_edits_that_become_one_are_as_probable_as_all_of_them() -> None:
    first = edit(0, 2, "ab", Damage.UTF8_AS_GBK, Certainty.INFERRED, Weight((Guess(0.9),)))
    second = edit(1, 2, "c", Damage.ENTITY, Certainty.INFERRED, Weight((Guess(0.5),)))
    (both,) = compose([first], [second], "ab")
    assert both.probability == 0.45


def test_the_command_says_how_sure_it_is(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text(TORN, encoding="utf-8")
    said = json.loads(seedsearch("clean", "--json", "--sure", "0.8", "page.txt", cwd=tmp_path).stdout)
    assert said["findings"][-1]["candidates"][0]["text"] == "字"
    assert "candidates" not in said["edits"][0]
    less = json.loads(seedsearch("clean", "--json", "page.txt", cwd=tmp_path).stdout)
    assert [e["probability"] for e in less["edits"] if e["certainty"] == "inferred"][-1] < STRICT
    assert all("probability" not in e for e in less["edits"] if e["certainty"] != "inferred")
    wrong = seedsearch("clean", "--sure", "1.5", "page.txt", cwd=tmp_path)
    assert wrong.returncode == 2
    assert b"--sure" in wrong.stderr


def test_an_index_keeps_it_and_reads_again_what_was_asked_otherwise(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text(TORN, encoding="utf-8")
    paths, place = [tmp_path / "page.txt"], tmp_path / "index"
    build_index(paths, place, workers=1, sure=STRICT)
    with open_index(place) as index:
        document = index.document(str(paths[0]))
        assert [one.text for one in document.findings[-1].candidates][:2] == ["字", "学"]
    assert build_index(paths, place, workers=1, sure=STRICT).unchanged == 1
    assert build_index(paths, place, workers=1).updated == 1
    assert build_index(paths, place, workers=1).unchanged == 1
    with open_index(place) as index:
        document = index.document(str(paths[0]))
        assert document.readable == "中文编码错误的文字"
        expected = [e.probability for e in clean(TORN).edits]
        assert [e.probability for e in document.edits] == expected


def test_an_index_counts_what_was_inferred_by_how_probable_it_is(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text(damaged("Big5 as GBK, U+FFFD", PROSE, random.Random(1)).found, encoding="utf-8")
    build_index(tmp_path / "page.txt", tmp_path / "index", workers=1, sure=0.0)
    with open_index(tmp_path / "index") as index:
        stats = index.stats()
        shares = [e.probability for e in index.document(str(tmp_path / "page.txt")).edits if e.probability is not None]
    borders = [(low, high) for low, high, _ in stats.inferred]
    assert len(borders) > 1
    assert borders == sorted(borders)
    for low, high, count in stats.inferred:
        assert count == sum(low <= share < high or share == high == 1 for share in shares)
    assert sum(count for _, _, count in stats.inferred) == len(shares)
    told = [{"from": low, "below": high, "edits": count} for low, high, count in stats.inferred]
    assert stats_object(stats)["inferred"] == told
    low, high, count = stats.inferred[-1]
    assert f"{count} of {low:g} to {high:g}" in "\n".join(stats_text(stats, Style()))
