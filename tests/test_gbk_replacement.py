"""Marks and shifts: damage that the generator makes is undone, everything else stays."""

from __future__ import annotations

import re
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Indel

from fixtures.generator import SITES, damaged, traditional, without_controls
from seedsearch.damage import Certainty, Damage
from seedsearch.offsets import Edit, OffsetMap, Span, apply_edits, check_edits
from seedsearch.restoring import gbk_replacement
from seedsearch.restoring.budget import Budgets
from seedsearch.restoring.corruptions import (
    Private,
    Reader,
    decoded,
    marked,
    narrowed,
    noisy,
)
from seedsearch.restoring.reading_marks import also_marked, suspected_characters
from seedsearch.restoring.shifted_bytes.repair import READERS, Repair, repair
from seedsearch.restoring.shifted_bytes.traces import Site
from seedsearch.text.gbk import (
    encode,
)
from seedsearch.text.pinyin import is_reading
from tests.misreadings import SENTENCES

# A page of everyday text with many characters that the sites mark, and many places where marks can be false.
PAGE = """县里的图书馆今年办了三十场讲座，来听的人比去年多了一倍。“我们想让大家都来读书。”馆长张建国说。
为了让老人和孩子也能借到书，图书馆把书送到了学校、医院和各个村子。《读书指南》发给了每一个家庭。
“以前要坐一个小时的车，现在走几分钟就到。”住在东门的李老师说，她每个星期都来还书。
今后两年，馆里还要建电子阅览室，引进新的设备，并且同省里的图书馆联网。可以预计，来的人会越来越多。
负责这项工作的王经理介绍，资金已经到位，下个月就开工。大家关心的停车问题也会一起解决。
"""
MARKS_ALONE = [kind for kind, site in SITES.items() if not site.noise]
SHARE = 0.985  # of a page; of a damaged page 0.85 or so are left as found


def restored(text: str) -> str:
    trigger = gbk_replacement.TRIGGER
    return apply_edits(text, gbk_replacement.edits(text)) if trigger is None or trigger.search(text) else text


def seen(text: str) -> str:
    return narrowed(without_controls(text))


@pytest.mark.parametrize("kind", SITES)
@pytest.mark.parametrize("seed", range(3))
def test_damage_is_undone(kind: str, seed: int) -> None:
    page = damaged(kind, PAGE, Random(seed))
    made = restored(page.found)
    assert Indel.normalized_similarity(seen(page.true), seen(made)) > SHARE
    assert len(seen(page.found)) > len(seen(page.true))


@pytest.mark.parametrize("kind", SITES)
def test_a_second_run_makes_no_edits_and_edits_are_lawful(kind: str) -> None:
    for seed in range(5):
        found = damaged(kind, PAGE, Random(seed)).found
        edits = gbk_replacement.edits(found)
        check_edits(edits, len(found))
        assert {e.kind for e in edits} <= {Damage.READING_MARK, Damage.SHIFTED_BYTES}
        made = apply_edits(found, edits)
        assert restored(made) == made


@given(st.sampled_from(sorted(SITES)), st.integers(0, 10_000), st.data())
def test_places_point_at_what_was_there(kind: str, seed: int, data: st.DataObject) -> None:
    found = damaged(kind, PAGE, Random(seed)).found
    edits = gbk_replacement.edits(found)
    made, back = apply_edits(found, edits), OffsetMap.of(edits)
    at = data.draw(st.integers(0, len(made) - 1))
    raw = back.to_raw(Span(at, at + 1))
    touched = [e for e in edits if e.span.start < raw.end and raw.start < e.span.end]
    if touched:
        assert [raw] == [e.span for e in touched]
        assert made[at] in touched[0].replacement
    else:
        assert raw.cut(found) == made[at]


@given(st.sampled_from(MARKS_ALONE), st.integers(0, 10_000))
def test_a_mark_behind_its_character_is_sure_and_taken_out_whole(kind: str, seed: int) -> None:
    found = damaged(kind, PAGE, Random(seed)).found
    for e in gbk_replacement.edits(found):
        if e.kind is Damage.READING_MARK:
            assert e.certainty is Certainty.PROVED or SITES[kind].rare
            assert e.replacement == ""
            assert is_reading(found[e.span.start - 1], e.span.cut(found)[1:-1])


PLANTED = ("?!", "？！", "??", "???", "？？", "?！", "！？", "?", "(tp)", "(x)", "（mm）", "…?", "(1)", "?)", "\ufffd")
GLOSSES = ("荨(qián)麻", "褊(biǎn)陋", "嫽(liáo)", "银行(háng)", "長(zhǎng)", "重(chóng)庆")
planted = st.lists(st.sampled_from((*PLANTED, *GLOSSES)), max_size=3)


@given(
    st.lists(st.sampled_from((*SENTENCES, *PAGE.splitlines())), min_size=1, max_size=4).map("\n".join),
    planted,
    st.data(),
)
def test_clean_text_stays_whatever_is_planted_in_it(text: str, strings: list[str], data: st.DataObject) -> None:
    for string in strings:
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + string + text[at:]
    assert restored(text) == text


SEEN = (("?", True), ("?", False), ("", False), ("\ufffd", True), ("\ufffd", False))


@pytest.mark.parametrize(("bad", "eats"), SEEN)
@pytest.mark.parametrize("private", Private)
def test_torn_words_come_back_through_every_reader(bad: str, eats: bool, private: Private) -> None:
    reader = Reader(bad, eats, private)
    assert reader in READERS
    marks = {"圖": "tú", "書": "shū", "讀": "dú", "館": "guǎn", "個": "gè", "們": "men", "說": "shuō"}
    text = "縣里的圖書館辦了講座，來了很多人。“我們想讓大家都來讀書。”館長說，《讀書報》每個人都有，讀書的人多了。"
    found = decoded(noisy(marked(encode(text), marks), lambda: b"\x06"), reader)
    assert Indel.normalized_similarity(seen(text), seen(restored(found))) > SHARE


# Quotations that end in a full stop, at ends of lines and within: all of them are torn where noise stands before marks.
QUOTED = """“我們想讓大家都來讀書。”館長說，“今年的圖書比去年多。”
“以前要坐一個小時的車。”李老師說，現在走幾分鐘就到。
他又說：“關心的問題也會一起解決。”
“資金已經到位。”王經理介紹，“下個月就開工。”
"""
MARKED = "本公司的產(chǎn)品經(jīng)過國(guó)家質(zhì)量檢驗，服務(wù)網(wǎng)絡(luò)遍布全國(guó)。\n"
NO_READINGS = {"(" + letters + ")": "" for letters in ("chǎn", "jīng", "guó", "zhì", "wù", "wǎng", "luò")}


def without_readings(text: str) -> str:
    for mark in NO_READINGS:
        text = text.replace(mark, "")
    return text


@pytest.mark.parametrize("reader", [reader for reader in READERS if reader.bad == "?" or not reader.eats])
@pytest.mark.parametrize("marks", ["", MARKED])
def test_quotations_come_back_whatever_a_reader_does_with_line_ends(reader: Reader, marks: str) -> None:
    """Without marks the torn characters have to prove the page, for which a reader has to leave signs of them."""
    stream = encode(marks) + noisy(encode(QUOTED), lambda: b"\x05")
    found = without_controls(decoded(stream, reader))
    assert "。”" not in found
    made = restored(found)
    if marks or reader.bad:
        assert made.rstrip() == without_readings(marks) + QUOTED.rstrip()
    else:
        assert made == found


@pytest.mark.parametrize(
    "torn", ["他說劉光裕、王經理都來。", "他不知去何處取，只好回家。", "又是一場大敗；大家都沒有話說。"]
)
def test_a_character_of_which_both_bytes_stood_alone_comes_back(torn: str) -> None:
    stream = encode(MARKED) + noisy(encode(torn), lambda: b"\x05", marks="。！，、；？")
    found = without_controls(decoded(stream, Reader("?", True, Private.KEPT)))
    assert "??" in found
    assert restored(found).split("\n")[1][-len(torn) :].count("?") == 0


# Of pages of the second generator: what tears leave where they lie beside one another, and what is true.
BESIDE = {
    "a pair without a character beside a tear": ("已經改名。“受英國大學制度的影響。", {"國": "guó"}),
    "two readings in one character": ("多年生草本，廣泛分布在全球的溫帶。", {"在": "zài", "植": "zhí", "分": "fēn"}),
    "a reading behind a character that is marked": ("都是承受的氣太少的緣故。", {"氣": "qì", "臍": "qí", "的": "de"}),
}
LISTED = {"圖": "tú", "書": "shū", "館": "guǎn", "個": "gè", "們": "men", "說": "shuō", "來": "lái"}
ABOVE = "".join(map(traditional, PAGE)).replace("国", "國")


def site_page(true: bytes, marks: dict[str, str] | None = None) -> bytes:
    """Return the bytes of a page that ends in some, as a site marks it: one character after another."""
    stream = encode(ABOVE) + true
    for char, reading in (LISTED | (marks or {})).items():
        stream = marked(stream, {char: reading})
    return stream


@pytest.mark.parametrize("label", BESIDE)
@pytest.mark.parametrize("private", Private)
def test_tears_beside_one_another_come_back(label: str, private: Private) -> None:
    true, marks = BESIDE[label]
    stream = noisy(site_page(encode(true), marks), lambda: b"\x05", marks="！" if "“" in true else "")
    found = without_controls(decoded(stream, Reader("?", True, private)))
    assert "?" in found
    assert restored(found) == ABOVE + true


def test_marks_of_which_a_later_program_made_some_ascii_are_false_ones_all_the_same() -> None:
    stream = noisy(site_page(encode("他說。“受英國大學制度的影響。")), lambda: b"\x05", marks="！")
    found = without_controls(decoded(stream, Reader())).replace("！", "!")
    assert "，" in found
    assert restored(found) == ABOVE + "他說。“受英國大學制度的影響。"


@pytest.mark.parametrize(
    ("true", "made"),
    [
        ("他們獨立。“1845年的時候又來了。", "他們獨立。“?845年的時候又來了。"),
        ("他們獨立。“1800名士兵來了。", "他們獨立。“?800名士兵來了。"),
        ("“他們獨立。”1800名士兵來了。", "“他們獨立。”?800名士兵來了。"),
        ("從2023年起。他們獨立。“2025年的時候又來了。", "從2023年起。他們獨立。“?025年的時候又來了。"),
    ],
)
def test_a_digit_that_a_reader_took_is_no_guess(true: str, made: str) -> None:
    """Be it that of a century: a sign stays in its place."""
    found = without_controls(decoded(site_page(noisy(encode(true), lambda: b"\x05", marks="！")), Reader()))
    assert "?！?" in found
    assert restored(found) == ABOVE + made


@pytest.mark.parametrize(
    "true",
    [
        "他說：“我們想讓大家都來讀書。”2013年又說，以前要走一個小時。",
        "館長說。“2013年走一個小時。”大家都來了，大家都說好。",
        "“我們想讓大家都來讀書。”\n館長說。",
    ],
)
def test_quotations_of_which_a_mark_is_left_come_back(true: str) -> None:
    stream = noisy(site_page(encode(true)), lambda: b"\x05", marks="！")
    found = without_controls(decoded(stream, Reader("", False, Private.DROPPED)))
    assert "。”" not in found
    assert restored(found).endswith(true)


@pytest.mark.slow
@pytest.mark.parametrize("sign", ["?！?", "?；?", "?，", "??，"])
def test_a_sign_of_loss_in_clean_text_proves_nothing(sign: str) -> None:
    """What stands behind it was typed so, however well it reads."""
    for at in range(0, len(PAGE), 7):
        text = PAGE[:at] + sign + PAGE[at:]
        assert restored(text) == text


def test_one_long_stretch_proves_a_page_without_marks() -> None:
    true = "金星犯左執法星。火星犯右執法星，十月木星與金星相會。"
    found = without_controls(decoded(noisy(encode(true), lambda: b"\x05", marks="；"), Reader()))
    assert "?；" in found
    assert restored(found) == true


@pytest.mark.parametrize("unit", ["人\0\0！国", "人\ufffd\x05！国", "态?！睎|麗"])
def test_places_that_are_alike_are_repaired_alike_and_searched_once(unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page made of one was searched until the budget was spent."""
    asked = list[int]()

    def counted(text: str, site: Site, *args: Any, **options: Any) -> Repair | None:
        asked.append(site.start)
        return repair(text, site, *args, **options)

    monkeypatch.setattr(gbk_replacement, "repair", counted)
    budgets = Budgets()
    gbk_replacement.edits(unit * 8000, budgets)
    assert len(asked) < 30
    assert budgets.of("torn characters", 0, 0, 0).left <= 0  # what is not searched again is paid for all the same


def test_where_the_budget_is_spent_no_place_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[str]()
    edit_of = gbk_replacement._Pass._edit

    def counted(one: gbk_replacement._Pass, event: re.Match[str]) -> Edit | None:
        asked.append(event[0])
        return edit_of(one, event)

    monkeypatch.setattr(gbk_replacement._Pass, "_edit", counted)
    gbk_replacement.edits("?！" * 2000)
    assert len(asked) < 20


class ReadOnce(str):
    """A text that cannot be searched from end to end for each of its characters."""

    __slots__ = ()

    def count(self, *_: object) -> int:
        pytest.fail("searched for one mark")


def test_a_page_is_not_searched_again_for_each_mark() -> None:
    """Each ideograph can have one: of a page of a megabyte that took ten seconds."""
    listed = "发(fa)会(hui)学(xue)国(guo)对(dui)时(shi)来(lai)个(ge)们(men)说(shuo)动(dong)进(jin)" * 3
    text = ReadOnce(listed + "".join(f"{chr(code)}(zz)" for code in range(0x4E00, 0x4F00)))
    assert not also_marked(text, suspected_characters(text))
