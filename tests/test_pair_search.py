"""Bytes in pairs that readers lost: every kind of reader, told by the page alone."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

import numpy as np
import pytest

from seedsearch.damage import Certainty
from seedsearch.offsets import apply_edits, check_edits
from seedsearch.restoring import big5_gbk, calibration, gbk_replacement, pair_frames, pair_search, utf8_as_gbk
from seedsearch.restoring.clean import clean
from seedsearch.restoring.pair_faults import Reader, Rule, Run, faults
from seedsearch.restoring.pair_frames import framed
from seedsearch.restoring.pair_search import searched
from seedsearch.text import forms, trigrams
from seedsearch.text.array_types import Points, Scores
from seedsearch.text.code_points import points
from tests.misreadings import by_pairs

pytestmark = pytest.mark.slow

TRADITIONAL = (
    "這份文件說明如何安裝軟體、設定網路與更新系統。\n孩子們在公園裡玩耍，老人們坐在樹下聊天。\n"
    "主管機關應於收到申請書後三十日內完成審查，並將審查結果以書面通知申請人。\n"
    "委員會開會時，應有全體委員過半數之出席，始得開會；出席委員過半數之同意，始得決議。\n"
    "學校為辦理前項業務，得訂定教師聘任、解聘及獎懲的規定，報請教育部備查。"
)
SIMPLIFIED = (
    "系统升级完成以后，请重新登录并检查原来的设置是否还在。\n其中期限届满前七日内，人民法院应当驳回申请。\n"
    "当事人确有困难的，可以向人民法院申请缓交、减交或者免交诉讼费用。\n"
    "国家鼓励企业采取各种形式吸收农村劳动力就业，提高职工的工资和生活水平。\n"
    "前款规定的请求权自知道权利受到侵害之日起计算，超过二十年的不予保护。"
)
FAULTS = {"Big5 as GBK": (TRADITIONAL, "big5", "gbk"), "GBK as Big5": (SIMPLIFIED, "gbk", "cp950")}


def restored(found: str) -> str:
    edits = big5_gbk.edits(found)
    check_edits(edits, len(found))
    return apply_edits(found, edits)


def likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


@pytest.mark.parametrize(
    ("fault", "eaten", "sign", "sources"),
    [
        (
            *("Big5 as GBK", "pair", "?"),
            {"whole pair" + around for around in ("", " near another", " beside another", " between others")},
        ),
        ("Big5 as GBK", "lead", "?", {"pair", "pair beside another", "two signs"}),
        ("GBK as Big5", "lead", "", {"dropped byte"}),
        ("Big5 as GBK", "pair", "", {"dropped"}),
    ],
)
def test_a_guess_is_told_by_how_much_is_left_of_it_and_around_it(
    monkeypatch: pytest.MonkeyPatch, fault: str, eaten: str, sign: str, sources: set[str]
) -> None:
    asked = set[str]()
    told = calibration.probability

    def probability(source: str, odds: float) -> float:
        asked.add(source)
        return told(source, odds)

    monkeypatch.setattr(calibration, "probability", probability)
    true, written, read = FAULTS[fault]
    restored(by_pairs(true.encode(written), read, eaten, sign))
    assert asked == sources


@pytest.mark.parametrize(
    ("fault", "eaten", "sign", "least"),
    [
        # What of a character of Big5 is lost is both of its bytes, unless the second one is ASCII.
        *(("Big5 as GBK", "pair", sign, 0.7) for sign in "?\ufffd"),
        *(("Big5 as GBK", "pair unless ASCII", sign, 0.9) for sign in "?\ufffd"),
        *(("Big5 as GBK", "lead", sign, 0.95) for sign in "?\ufffd"),
        ("Big5 as GBK", "each", "?", 0.7),
        *(("GBK as Big5", eaten, sign, 0.95) for eaten in ("pair", "lead", "each") for sign in "?\ufffd"),
        ("GBK as Big5", "lead", "", 0.95),
        ("GBK as Big5", "pair", "", 0.95),
        ("Big5 as GBK", "pair", "", 0.7),
    ],
)
def test_the_reader_is_told_by_the_page(fault: str, eaten: str, sign: str, least: float) -> None:
    true, written, read = FAULTS[fault]
    found = by_pairs(true.encode(written), read, eaten, sign)
    assert likeness(true, found) < 0.3
    assert likeness(true, restored(found)) > least


@pytest.mark.parametrize("sign", ["?", ""])
def test_what_a_reader_lost_is_never_said_to_be_proved(sign: str) -> None:
    true, written, read = FAULTS["GBK as Big5"]
    found = by_pairs(true.encode(written), read, "lead", sign)
    guessed = [e for e in big5_gbk.edits(found) if not sign or sign in found[e.span.start : e.span.end]]
    assert guessed
    assert {e.certainty for e in guessed} == {Certainty.INFERRED}
    assert all(e.probability is not None for e in guessed)


def test_characters_that_were_dropped_are_put_where_something_stands() -> None:
    """An edit of nothing would have no place in the file."""
    true, written, read = FAULTS["Big5 as GBK"]
    edits = big5_gbk.edits(by_pairs(true.encode(written), read, "pair", ""))
    assert any(len(e.replacement) > len(e.span) for e in edits)
    assert all(e.span.start < e.span.end for e in edits)


def test_a_row_is_read_as_its_windows_are() -> None:
    """A long row is searched in windows that are joined where both have a border between characters."""
    true, written, read = FAULTS["GBK as Big5"]
    line = true.replace("\n", "")
    found = by_pairs((line * 4).encode(written), read, "lead", "\ufffd")
    (long,) = searched([Run(found, "\n", "\n")], faults()[1], [Reader(Rule.LEAD)], "gb2312")
    assert [slot.end for slot in long.slots] == sorted({slot.end for slot in long.slots})
    assert long.slots[-1].end == 2 * len(found)
    assert likeness("".join(long.made), line * 4) > 0.95


def test_what_repeats_itself_is_searched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text made of three characters over and over was searched window by window, at 20 s a megabyte."""
    asked = [0]

    def counted(*codes: Points) -> Scores:
        made = trigrams.scores(*codes)
        asked[0] += made.size
        return made

    def read(times: int) -> list[str]:
        asked[0] = 0
        (one,) = searched([Run(unit * times, "\n", "\n")], faults()[1], [Reader(Rule.LEAD, drops=True)], "gb2312")
        return one.made

    monkeypatch.setattr(pair_search, "scores", counted)
    unit = "笢恅趼笢恅趼，笢"
    few, of_few = read(60), asked[0]
    many, of_many = read(240), asked[0]
    assert (read(240), asked[0]) == (many, 0)  # nor is it in the next part of a page
    assert of_many < 1.2 * of_few
    assert len(many) > 3.9 * len(few)


@pytest.mark.parametrize("rule", [Rule.LEAD, Rule.PAIR, Rule.EACH])
def test_a_row_is_read_alone_as_it_is_beside_others(rule: Rule) -> None:
    """Rows take each step together, and what is chosen for one hung on how many choices another one had."""
    true, written, read = FAULTS["GBK as Big5"]
    eaten = {Rule.LEAD: "lead", Rule.PAIR: "pair", Rule.EACH: "each"}[rule]
    rows = [
        Run(by_pairs(one.encode(written), read, eaten, "\ufffd"), "\n", "\n") for one in re.split("[\n，；、]", true)
    ]
    rows.append(Run("\ufffd", "的", "\n"))
    together = searched(rows, faults()[1], [Reader(rule)] * len(rows), "gb2312")
    for row, one in zip(rows, together, strict=True):
        pair_search._recent.cache_clear()
        (alone,) = searched([row], faults()[1], [Reader(rule)], "gb2312")
        assert (alone.slots, alone.made) == (one.slots, one.made)
        assert alone.score == pytest.approx(one.score)


def test_rows_are_taken_apart_alone_as_they_are_beside_others() -> None:
    true, written, read = FAULTS["GBK as Big5"]
    rules = {Rule.LEAD: "lead", Rule.PAIR: "pair", Rule.PAIR_UNLESS_ASCII: "pair unless ASCII", Rule.EACH: "each"}
    pieces = re.split("[\n，；、]", true)
    rows = [
        Run(by_pairs(one.encode(written), read, eaten, "\ufffd"), "\n", "\n")
        for eaten in rules.values()
        for one in pieces
    ]
    readers = [Reader(rule) for rule in rules for _ in pieces]
    together = framed([*rows, Run("笢恅\U0001f600", "\n", "\n")], faults()[1], [*readers, readers[0]], "gb2312")
    for number, (row, reader) in enumerate(zip(rows, readers, strict=True)):
        alone = framed([row], faults()[1], [reader], "gb2312")
        assert alone.shown(0) == together.shown(number)
        assert alone.score[0] == pytest.approx(together.score[number])
    assert not together.shown(len(rows))  # a character without bytes


def test_a_row_that_gets_out_of_step_comes_into_it_again() -> None:
    """A byte is missing without a sign behind the first sentence."""
    true, written, read = FAULTS["GBK as Big5"]
    first, second, *_ = true.split("\n")
    stream = first.encode(written) + second.encode(written)[1:]
    found = by_pairs(stream, read, "lead", "\ufffd")
    read_as = framed([Run(found, "\n", "\n")], faults()[1], [Reader(Rule.LEAD)], "gb2312").shown(0)
    assert sum(char in read_as for char in set(second)) > 0.7 * len(set(second))


def test_a_page_is_searched_once_and_its_sample_once() -> None:
    """What a search costs is above all how often it begins, and pages have many runs."""
    true, written, read = FAULTS["GBK as Big5"]
    found = by_pairs((true + "\n").encode(written) * 12, read, "lead", "\ufffd")
    times = list[int]()

    def counted(rows: list[Run], *args: object) -> pair_frames.Framed:
        times.append(len(rows))
        return framed(rows, *args)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pair_frames, "framed", counted)
        restored(found)
    assert len(times) <= 6
    assert sum(times) > 20


def test_the_same_character_at_two_places_of_big5_is_the_one_that_gbk_can_hold() -> None:
    """十 is A451 and A2CC, of which the one stands in no text in GBK, and the other one between 、 and 污."""
    assert "贪、污" in restored(by_pairs(SIMPLIFIED.replace("，", "，贪、污").encode("gbk"), "big5", "lead", "\ufffd"))


def test_other_steps_leave_what_a_reader_of_pairs_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each sign that stayed was searched for what a program may have torn, and each page for UTF-8."""
    true, written, read = FAULTS["Big5 as GBK"]
    found = by_pairs(true.encode(written), read, "pair", "?")
    monkeypatch.setattr(gbk_replacement, "_Pass", None)
    monkeypatch.setattr(utf8_as_gbk._Page, "_score_of", None)
    assert "?" in clean(found).readable


def test_a_row_with_a_character_that_has_no_bytes_is_not_read() -> None:
    (read,) = searched([Run("笢恅\U0001f600", "\n", "\n")], faults()[1], [Reader(Rule.LEAD)], "")
    assert not read.slots


def test_the_table_of_pairs_holds_what_the_trigrams_say_of_pairs() -> None:
    """Behind a character that they know nothing before."""
    chars = points("的一是在不了有和人这中大为上个国我以要他")
    ranks = trigrams.places(chars)
    table = trigrams.pair_table()[ranks[:, None], ranks[None]] * trigrams.STEP
    none = points("\ue000")
    assert np.allclose(table, trigrams.scores(none, chars[:, None], chars[None]), atol=-trigrams.STEP)


@pytest.mark.parametrize(
    ("usual", "odd", "script"),
    [("家", "傢", "big5"), ("，", "﹐", "big5"), ("於", "于", "gb2312"), ("後", "后", "big5"), ("为", "為", "gb2312")],
)
def test_the_usual_form_of_a_character_is_that_of_the_script(usual: str, odd: str, script: str) -> None:
    if (usual, script) == ("於", "gb2312"):
        usual, odd = odd, usual
    assert forms.unlikely(usual, script) > forms.unlikely(odd, script)
    assert forms.unlikely(odd, "") == 0.0
