from __future__ import annotations

from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.damage import Certainty, Damage
from seedsearch.offsets import apply_edits
from seedsearch.restoring import latin1
from seedsearch.text.folding import is_han
from tests.misreadings import SENTENCES, as_windows_1252

pages = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=4).map("\n".join)
WESTERN = (
    "été",
    "élève",
    "Größe",
    "naïveté",
    "señor",
    "×÷±°§",
    "«\xa0déjà\xa0»",
    "“à”…",
    "–é—è–",
    "°°°°",
    "········",
    "中文，。",
    "\n",
)
western = st.lists(st.sampled_from(WESTERN), max_size=12).map(" ".join) | st.text("×÷±°§«»·“”‘’…—– \n", max_size=40)


def restored(text: str) -> str:
    return apply_edits(text, latin1.edits(text)) if latin1.TRIGGER is None or latin1.TRIGGER.search(text) else text


@given(pages)
def test_utf8_comes_back(page: str) -> None:
    for found in (page.encode().decode("latin-1"), as_windows_1252(page.encode())):
        edits = latin1.edits(found)
        assert apply_edits(found, edits) == page
        assert {e.kind for e in edits} == {Damage.UTF8_AS_LATIN1}
        assert {e.certainty for e in edits} == {Certainty.PROVED}


@given(pages)
def test_gbk_comes_back(page: str) -> None:
    for found in (page.encode("gbk").decode("latin-1"), as_windows_1252(page.encode("gbk"))):
        edits = latin1.edits(found)
        assert apply_edits(found, edits) == page
        assert {e.kind for e in edits} == {Damage.GBK_AS_LATIN1}


@pytest.mark.parametrize("undefined", ["dropped", "marked", "asked"])
def test_most_comes_back_where_bytes_are_lost(undefined: str) -> None:
    page = "\n".join(SENTENCES)
    made = restored(as_windows_1252(page.encode(), undefined))
    assert SequenceMatcher(None, page, made, autojunk=False).ratio() > 0.9


# Nine of its characters have a byte in GBK that Windows-1252 has no character for.
IN_GBK = (
    "張先生從來不漏一個細節，漢語課上他把規則並列寫在黑板上。\n"
    "同學們亂哄哄地討論，沒有人覺得無聊？後來他調到濟南，還常常寫信問候大家。"
)


@pytest.mark.parametrize("sign", ["\ufffd", "?"])
def test_bytes_of_gbk_that_were_lost_are_chosen_by_the_text_around(sign: str) -> None:
    found = IN_GBK.encode("gbk").decode("cp1252", "replace").replace("\ufffd", sign)
    edits = latin1.edits(found)
    assert apply_edits(found, edits) == IN_GBK
    guessed = {e.replacement for e in edits if e.certainty is Certainty.INFERRED}
    assert guessed == {"張", "從", "來", "節", "漢", "並", "亂", "濟"}
    assert all(e.weight for e in edits if e.certainty is Certainty.INFERRED)


def test_runs_of_gbk_that_lost_bytes_are_read_together_as_each_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    found = IN_GBK.replace("，", "\n").encode("gbk").decode("cp1252", "replace")
    together = list(latin1.edits(found))
    monkeypatch.setattr(latin1, "AHEAD", 0)
    assert list(latin1.edits(found)) == together


def test_a_guess_is_called_one() -> None:
    found = as_windows_1252("系统设置与恢复".encode(), "marked")
    assert "\ufffd" in found
    assert Certainty.INFERRED in {e.certainty for e in latin1.edits(found)}


@given(pages, pages)
def test_right_text_beside_it_stays(page: str, other: str) -> None:
    found = f"{other}\n{page.encode().decode('latin-1')}\n{other}"
    assert restored(found) == f"{other}\n{page}\n{other}"


@given(western, st.sets(st.integers(0, 60)), st.sampled_from("\ufffd?"))
def test_western_text_stays(text: str, lost: set[int], sign: str) -> None:
    found = "".join(sign if i in lost and char > "\x7f" and char.isalpha() else char for i, char in enumerate(text))
    assert not any(map(is_han, set(restored(found)) - set(found)))
    assert restored(text) == text


@given(st.text("ä¸­æ–‡ÖÐÎÄâ€œÃ©Â·×ʱ¾Êг¡\ufffd a中。", max_size=40))
def test_a_second_run_makes_no_edits(text: str) -> None:
    once = restored(text)
    assert restored(once) == once


def test_chinese_punctuation_beside_a_repair_by_ftfy_stays() -> None:
    assert restored("“引号”，！couldâ€™t，Ｃ＋＋") == "“引号”，！could’t，Ｃ＋＋"


@pytest.mark.parametrize("undefined", ["marked", "asked"])
def test_most_comes_back_of_what_lost_bytes_and_was_read_so_again(undefined: str) -> None:
    page = "\n".join(SENTENCES)
    once = as_windows_1252(page.encode(), undefined)
    made = restored(as_windows_1252(once.encode(), undefined))
    assert SequenceMatcher(None, page, made, autojunk=False).ratio() > 0.9


def test_the_fault_applied_twice_is_undone_twice() -> None:
    once = "中文字符".encode().decode("latin-1")
    assert restored(once.encode().decode("latin-1")) == "中文字符"
