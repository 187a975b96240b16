"""The words of the two sides, numbers and composed characters: what means the same is found, below what was typed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch import build_index, open_index
from seedsearch.engines.memory import MemoryEngine
from seedsearch.searching.index import Index
from seedsearch.searching.variants import MOST, OF_A_WORD, variants_of
from seedsearch.text.analyzer import placed_query_words
from seedsearch.text.folding import fold, is_han, other_forms
from seedsearch.text.run_text import run_text
from seedsearch.text.wordings import TABLE, others, wordings
from tests.filling import put
from tests.test_expressions import entry
from tools.make_wordings import as_text, make_pairs

TEXTS = {
    "a": "第两百一十八章 夜航",
    "b": "第218章 夜雨",
    "c": "這套軟體需要連上網路",
    "d": "软件和网络的手册",
    "e": normalize("NFD", "Café au lait 开门"),
    "f": "Café 关门",
    "g": "买了十个苹果",
    "h": "买了10个梨",
    "i": "十分好，為了解決問題",
    "j": "我的帳號",
    "k": "請您瞭解，請您回覆",
    "l": "先读五经与四书",
    "m": "四书五经的注",
    "n": "廿四节气歌",
    "o": "电脑坏了",
    "p": "廿五史补编",
    "q": "屋裏沒有氷箱",
    "r": "厨房里有冰箱",
}


@pytest.fixture(scope="module")
def index() -> Iterator[Index]:
    engine = MemoryEngine()
    with engine.writer() as writer:
        for name, text in TEXTS.items():
            put(writer, entry(name, text))
    with Index(engine) as opened:
        yield opened


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("第218章", "b phrase, a variant"),
        ("第二百一十八章", "a variant, b variant"),
        ("软件", "d phrase, c variant"),
        ("軟體", "c phrase, d variant"),
        ("网络 软件", "d all, c all"),
        ("café", "f phrase, e phrase"),
        (normalize("NFD", "café 开门"), "e all, f any"),
        ("10个", "h phrase, g variant"),
        ("十分", "i phrase"),
        ("账号", "j variant"),
        ("了解", "i phrase, k variant"),
        ("回复", "k variant"),
        ("四书五经", "m phrase, l variant"),
        ("五经四书", "l all, m all"),
        ("二十四节气", "n variant"),
        ("24节气", "n variant"),
        ("二十五史", "p variant"),
        ("计算机", "o variant"),
        ("冰箱", "r phrase, q variant"),
        ("氷箱", "q phrase, r variant"),
    ],
)
def test_what_means_the_same_comes_after_what_was_typed(index: Index, typed: str, says: str) -> None:
    results = index.search(typed)
    found = ", ".join(f"{hit.path} {hit.tier}" for hit in results.hits)
    assert sorted(found.split(", ")) == sorted(says.split(", "))
    tiers = [hit.tier for hit in results.hits]
    assert tiers == sorted(tiers, key=["phrase", "variant", "all", "any"].index)
    assert ("also looked for" in " ".join(results.notes)) == ("variant" in says or "c all" in says)


@pytest.mark.parametrize("typed", ["Café", '"café"', "café AND (关门 OR 开门)", "名 path:Café", "title:café"])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_composed_and_decomposed_characters_are_one_in_text_and_in_names(
    tmp_path: Path, typed: str, form: Literal["NFC", "NFD"]
) -> None:
    folder = tmp_path / "seeds"
    folder.mkdir()
    for kept in ("NFC", "NFD"):
        (folder / normalize(kept, f"Café {kept}.txt")).write_text(
            normalize(kept, "Café\n关门，开门，名"), encoding="utf-8"
        )
    build_index(folder, tmp_path / "index")
    with open_index(tmp_path / "index") as index:
        assert index.search(normalize(form, typed)).total == 2


NUMBERS = {
    "a": "2024年的报告",
    "b": "到4年为止",
    "c": "1月13日",
    "d": "增长了2.30%",
    "e": "占百分之三十五",
    "f": "占百分之三十",
    "g": "共十三个人",
    "h": "几十个人",
    "i": "第1,230页",
    "j": "来了**3**个人",
    "k": "长5米",
}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("四年", "b"),
        ("三日", ""),
        ("百分之三十", "ef"),  # what was typed is a run, whatever follows
        ("30%", "df"),
        ("3个", "j"),
        ("10个", ""),
        ("二百三十页", ""),
        ("三个", "gj"),
        ("三点五米", ""),
    ],
)
def test_a_number_in_other_digits_is_the_whole_number(typed: str, found: str) -> None:
    engine = MemoryEngine()
    with engine.writer() as writer:
        for name, text in NUMBERS.items():
            put(writer, entry(name, text))
    with Index(engine) as opened:
        hits = [hit for hit in opened.search(typed).hits if hit.tier in ("phrase", "variant")]
    assert sorted(hit.path for hit in hits) == list(found)
    assert all(hit.snippets[0].highlights for hit in hits)


def test_what_was_looked_for_besides_is_marked_and_said(index: Index) -> None:
    results = index.search("软件")
    (snippet,) = results.hits[1].snippets
    assert [span.cut(snippet.text) for span in snippet.highlights] == ["軟體"]
    assert results.notes == ("also looked for: 软体",)
    assert index.search("软件", strict=True).tiers == {"phrase": 1}
    assert index.search('"软件"').total == 1


@pytest.mark.slow
def test_the_table_is_what_its_sources_give() -> None:
    assert TABLE.read_text(encoding="utf-8") == as_text(make_pairs())


def test_the_table_is_folded_and_goes_both_ways() -> None:
    lines = [line[1:].split(" ") for line in TABLE.read_text(encoding="utf-8").splitlines()]
    assert len(lines) > 1000
    for a, b in lines:
        assert (fold(a), fold(b)) == (a, b)
        assert b in others(a) or a in others(b)
    assert "接口" in others("介面")
    assert "接口" not in others("界面")
    assert (others("布什"), others("布希")) == (("布希",), ("布什",))
    assert ("智慧财产" in others("知识产权"), "品质" in others("质量")) == (True, True)


@pytest.mark.parametrize("run", ["为了解决问题", "宏大的叙事", "信息素的"])
def test_a_word_inside_of_others_is_not_varied(run: str) -> None:
    borders = {at + end for at, word in placed_query_words(run) for end in (0, len(word))}
    assert not [found for found in wordings(run, borders) if found.span.end - found.span.start < 2 or "解" in run]


@pytest.mark.parametrize(
    ("run", "other"),
    [("二氧化硅", "二氧化矽"), ("矽晶圆", "硅晶圆"), ("宏定义", "巨集定义"), ("硅谷的公司", "矽谷的公司")],
)
def test_a_word_of_one_character_is_varied_inside_of_others_where_it_is_one_on_both_sides(run: str, other: str) -> None:
    """宏 is 巨集 as a word by itself alone; what it makes with others is in the table."""
    assert other in variants_of(run, placed_query_words(run)).whole


def test_rare_forms_of_characters_are_named_only_where_a_document_has_them(index: Index) -> None:
    assert variants_of("回到冰箱", placed_query_words("回到冰箱")).whole == ()
    assert index.search("冰箱").notes == ("also looked for: 氷箱",)
    assert index.search("回复").notes == ("also looked for: 回覆",)


def test_composed_and_decomposed_characters_are_forms_of_each_other() -> None:
    assert other_forms("café") == (normalize("NFD", "café"),)
    assert other_forms(normalize("NFD", "nǐ hǎo")) == ("nǐ hǎo",)
    assert other_forms("焊接") == other_forms("plain") == ()


@given(
    st.lists(
        st.sampled_from(["软件", "网络", "第3章", "2026年", "的", "信息", "默认", "程序", "a", "十个"]), max_size=12
    ).map("".join)
)
def test_variants_are_few_and_none_is_what_was_typed(typed: str) -> None:
    run = run_text(typed)
    made = variants_of(run, placed_query_words(run))
    assert len(made.whole) <= MOST
    assert run not in made.whole
    assert all(len(texts) <= OF_A_WORD for texts in made.words.values())
    assert not any(is_han(word) and texts for word, texts in made.words.items() if len(word) == 1 and word in "的一十")
