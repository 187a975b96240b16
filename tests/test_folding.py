"""Folding: one to one, closed, and the table is what its sources say."""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.text.folding import HAN, fold, han_runs, is_han, table, wide_blanks
from tools.make_folding import as_text, make_table


@pytest.mark.parametrize(
    "variants",
    [
        "台臺",
        "里裏裡",
        "为爲為",
        "产產産",
        "说說説",
        "线線綫",
        "么麼",
        "户戶戸",
        "着著",
        "你妳",
        "昵暱",
        "炮砲礮",
        "村邨",
        "回囘囬",
    ],
)
def test_variants_fold_to_one(variants: str) -> None:
    assert {fold(char) for char in variants} == {fold(variants[0])}


@pytest.mark.parametrize(
    ("typed", "meant"), [("５Ｇ", "5g"), ("Ｃ＋＋", "c++"), ("東麗區", "东丽区"), ("，！？", ",!?"), ("ÀÉ", "àé")]
)
def test_script_width_and_case(typed: str, meant: str) -> None:
    assert fold(typed) == meant


@pytest.mark.parametrize("apart", ["后厚", "己已", "未末", "干千", "的地", "喆哲", "甯宁"])
def test_different_characters_stay_different(apart: str) -> None:
    assert len({fold(char) for char in apart}) == 2


@given(st.text())
def test_folding_keeps_length_and_is_closed(text: str) -> None:
    folded = fold(text)
    assert len(folded) == len(text)
    assert fold(folded) == folded


@pytest.mark.exhaustive
def test_the_table_is_what_its_sources_give() -> None:
    committed = Path(__file__).parents[1] / "src" / "seedsearch" / "text" / "folding.txt"
    assert committed.read_text(encoding="utf-8") == as_text(make_table())


def test_the_table_never_makes_a_blank() -> None:
    assert not [char for char in table().values() if char.isspace()]


@pytest.mark.parametrize("char", ["焊", "〇", "々", "𠮷", "㐀", "\uf900"])
def test_ideographs_of_every_plane_are_han(char: str) -> None:
    assert is_han(char)


@pytest.mark.parametrize("char", ["a", "，", "あ", "5", " ", "한", "\ue000", "\ud800"])
def test_other_characters_are_not(char: str) -> None:
    assert not is_han(char)


@pytest.mark.parametrize(
    ("text", "blanks"),
    [
        ("焊\n接", [(1, 2)]),
        ("第 四　章", [(1, 2), (3, 4)]),
        ("用 Python 写", []),
        ("焊，\r\n接", [(2, 4)]),
        ("gen itgc", []),
        ("한국어 문서", []),
    ],
)
def test_blanks_are_read_across_between_wide_characters_only(text: str, blanks: list[tuple[int, int]]) -> None:
    assert wide_blanks(text) == blanks


@given(st.text("一鿿〇々㐀𠀀龦，a \n\ue000"))
def test_runs_of_ideographs_are_whole(text: str) -> None:
    assert han_runs(text) == ["".join(run) for han, run in groupby(text, is_han) if han]


@pytest.mark.slow
def test_what_is_han_is_what_the_class_says() -> None:
    pattern = re.compile(f"[{HAN}]")
    assert [code for code in range(0x110000) if is_han(chr(code)) != bool(pattern.fullmatch(chr(code)))] == []
