from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.damage import Certainty, Damage
from seedsearch.offsets import apply_edits
from seedsearch.restoring import utf8_as_gbk
from seedsearch.restoring.budget import Budget, Budgets
from seedsearch.restoring.clean import clean
from seedsearch.restoring.corruptions import Private, Reader, decoded
from seedsearch.restoring.lossy_choices import Piece
from seedsearch.restoring.lossy_guesses import Atom, Lost
from seedsearch.restoring.lossy_utf8 import WORK, mend, mended, searched
from tests.misreadings import SENTENCES

pages = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=4).map("\n".join)
KEPT = Reader("?", True, Private.KEPT)


def restored(text: str) -> str:
    trigger = utf8_as_gbk.TRIGGER
    return apply_edits(text, utf8_as_gbk.edits(text)) if trigger is None or trigger.search(text) else text


def lossless(text: str) -> str:
    """Whole pairs only: a last character is left out of what would lose a byte."""
    lines = []
    for line in text.split("\n"):
        while "?" in decoded(line.encode(), KEPT):
            line = line[:-1]
        lines.append(line)
    return "\n".join(lines)


# Read by a program that eats line ends and loses pairs without a character.
BOOKSHOP = """城南的旧书店开了四十年，老板姓周，记得每一本书放在哪里。
去年冬天下了很大的雪，河面结了冰，孩子们都去溜冰。
他常说自己没有读过多少书，可是来借书的学生都愿意听他讲故事。
后来街道要拓宽，书店被拆了，他把书都送给了学校的图书馆。
学校在图书馆门口挂了一块木牌，上面写着书店的名字。
每年春天，老人都要去看一看那块木牌，再坐一会儿。
"""
EATING = Reader("?", True, Private.ASKED)


def test_each_reader_of_a_page_has_the_same_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last one tried is the right one; what the first ones cost must not be taken from it."""
    monkeypatch.setattr(utf8_as_gbk, "WORK", 0)
    monkeypatch.setattr(utf8_as_gbk, "WORK_EACH", 0.15)
    page = utf8_as_gbk._Page.of(decoded(BOOKSHOP.encode(), EATING), Budget(1000, 0, 0), [])
    assert page.reader.eats is True


def test_a_reader_by_which_a_page_reads_far_worse_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """All four are asked about the first part of a page, and only those that may be it about the others."""
    asked = list[int]()

    def counted(atoms: Sequence[Atom], *others: Any) -> str:
        asked.append(len(atoms))
        return searched(atoms, *others)

    monkeypatch.setattr(utf8_as_gbk, "searched", counted)
    found = decoded(BOOKSHOP.encode(), EATING)
    assert utf8_as_gbk._Page.of(found, Budget(1000, 0, 1), []).reader.eats is True
    assert min(asked[:4]) > utf8_as_gbk.PART
    assert sum(asked) < 3 * len(found)


def test_what_is_half_read_does_not_crowd_out_what_is_right() -> None:
    """Two pairs side by side are lost: the last two bytes of 恭 with the first one of 被, and the other two of that."""
    text = "学校的老师周文恭被选为会长，大家都很高兴。他说自己一定努力工作，不辜负大家的期望。"
    found = decoded(text.encode(), EATING)
    assert "鎭??閫" in found
    assert restored(found) == text


@given(pages.map(lossless))
def test_what_lost_nothing_comes_back_and_is_proved(page: str) -> None:
    found = decoded(page.encode(), KEPT)
    edits = utf8_as_gbk.edits(found)
    if len(page) > 20:
        assert apply_edits(found, edits) == page
    assert {e.kind for e in edits} <= {Damage.UTF8_AS_GBK}
    assert {e.certainty for e in edits} <= {Certainty.PROVED}


def test_most_comes_back_where_bytes_are_lost() -> None:
    page = "\n".join(SENTENCES)
    for reader in (KEPT, Reader("\ufffd", False, Private.KEPT), Reader("?", True, Private.ASKED)):
        found = decoded(page.encode(), reader)
        assert SequenceMatcher(None, page, found, autojunk=False).ratio() < 0.2
        assert SequenceMatcher(None, page, restored(found), autojunk=False).ratio() > 0.9


def test_a_guess_is_called_one_and_what_nothing_tells_is_shown_as_lost() -> None:
    found = decoded("请求失败后再试一次。7月".encode(), KEPT)
    edits = utf8_as_gbk.edits(found)
    assert Certainty.INFERRED in {e.certainty for e in edits}
    assert apply_edits(found, edits).startswith("请求失败后再试一次")


@given(pages.map(lossless).filter(lambda page: len(page) > 20), pages)
def test_right_text_beside_it_stays(page: str, other: str) -> None:
    found = f"{other}\n{decoded(page.encode(), KEPT)}\n{other}"
    assert restored(found) == f"{other}\n{page}\n{other}"


@given(st.text("涓枃銆鏂鏄浠绋?€\ufffd中文。 a\n", max_size=40))
def test_a_second_run_makes_no_edits(text: str) -> None:
    once = restored(text)
    assert restored(once) == once


@given(st.text("中文字符？?！!。，的一是了\ufffd a\n", max_size=60))
def test_clean_text_with_question_marks_stays(text: str) -> None:
    assert restored(text) == text


def test_mending_covers_every_atom_once() -> None:
    stream = "中文".encode()
    atoms: list[bytes | tuple[Lost, ...]] = [stream[:2], (Lost((b"\xad", b"\xae")),), stream[3:], b"\x80", b"!"]
    pieces = mend(atoms)
    assert [piece.start for piece in pieces] == [0, *(piece.end for piece in pieces[:-1])]
    assert pieces[-1].end == len(atoms)
    assert "".join(piece.shown for piece in pieces) == "中文\ufffd!"
    assert [piece.sure for piece in pieces] == [False, True, True, True]


@given(st.lists(st.binary(min_size=1, max_size=3), max_size=12))
def test_mending_known_bytes_is_decoding_them(atoms: list[bytes]) -> None:
    stream = b"".join(atoms)
    made = "".join(piece.text for piece in mend(atoms))
    try:
        assert made == stream.decode()
    except UnicodeDecodeError:
        assert mend(atoms)[-1].end == len(atoms)


def test_the_fault_applied_twice_is_undone_twice() -> None:
    page = "系统升级完成以后"
    once = decoded(page.encode(), KEPT)
    twice = decoded(once.encode(), KEPT)
    assert "?" not in twice
    assert restored(twice) == page
    assert utf8_as_gbk.edits(page) == []


def _read_each(page: utf8_as_gbk._Page, window: utf8_as_gbk._Window, _: object) -> Sequence[Piece]:
    return page._read(window.start, page.text[window.start : window.end], "")


def test_short_runs_that_come_again_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found = list[object]()

    def counted(*asked: Any) -> Sequence[Piece]:
        found.append(asked)
        return mended(*asked)

    monkeypatch.setattr(utf8_as_gbk, "mended", counted)
    page = "锛?a" * 500
    once = clean(page).readable
    assert 0 < len(found) < 50
    monkeypatch.setattr(utf8_as_gbk._Page, "_read_again", _read_each)
    assert clean(page).readable == once


# What Big5 shows as GBK: each line has signs of UTF-8, and none is UTF-8.
NOTHING = "绁\ufffd琌и穦硂妓弧"


def test_where_run_after_run_is_nothing_no_more_is_searched_for() -> None:
    def spent(lines: int) -> int:
        # Numbers between them, as a page that repeats itself is not searched at all.
        numbers = (range(16 * line, 16 * line + 16) for line in range(lines))
        budgets, text = Budgets(), "".join(NOTHING + "\n" + "".join(f"{n:05}" for n in some) + "\n" for some in numbers)
        assert utf8_as_gbk.edits(text, budgets) == []
        made = Budget(WORK, len(text), utf8_as_gbk.WORK_EACH)
        return made.left - budgets.of("UTF-8 as GBK", 0, 0, 0).left

    assert 0 < spent(1) < spent(10)
    assert spent(4 * utf8_as_gbk.PATIENCE) == spent(8 * utf8_as_gbk.PATIENCE)


@pytest.mark.parametrize("lines", [3, 4 * utf8_as_gbk.PATIENCE])
def test_after_all_that_is_nothing_utf8_that_lost_bytes_comes_back(lines: int) -> None:
    found = decoded("\n".join(SENTENCES[:4]).encode(), KEPT)
    before = (NOTHING + "\n" + "\u4e00" * 80 + "\n") * lines
    assert "?" in found
    made, alone = restored(before + found)[-len(restored(found)) :], restored(found)
    assert SequenceMatcher(None, made, alone, autojunk=False).ratio() > 0.98  # guesses ask the page around
