"""What is found by sound and spelling when nothing is found as typed, and that the answer says so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from seedsearch.engines.memory import MemoryEngine
from seedsearch.searching.index import Index
from seedsearch.text.folding import fold
from tests.filling import commit, put
from tests.test_expressions import entry

TEXTS = [
    "转学指南：九月办理。",
    "自动焊接机器人，焊接材料。",
    "西安的城墙与绿色农业",
    "著作权的保护",
    "hello world, welding",
]


@pytest.fixture(scope="module")
def index() -> Iterator[Index]:
    engine = MemoryEngine()
    with engine.writer() as writer:
        for number, text in enumerate(TEXTS):
            put(writer, entry(number, text))
    with Index(engine) as opened:
        yield opened


@pytest.mark.parametrize(
    ("typed", "matched", "marked"),
    [
        ("hanjie", "pinyin", "焊接"),
        ("hàn jiē", "pinyin", "焊接"),
        ("han'jie", "pinyin", "焊接"),
        ("han4jie1", "pinyin", "焊接"),
        ("xian", "pinyin", "西安"),
        ("lvse", "pinyin", "绿色"),
        ("lǜsè", "pinyin", "绿色"),
        ("zhuanxuezhinan", "pinyin", "转学指南"),
        ("zhuan xue zhi nan", "pinyin", "转学指南"),
        ("zi dong han jie", "pinyin", "自动焊接"),
        ("zhuzuoquan", "pinyin", "著作权"),  # 著 is folded to 着, which is not read so
        ("zzq", "pinyin", "著作权"),
        ("jqr", "pinyin", "机器人"),
        ("转学指男", "sound", "转学指南"),
        ("悍接", "sound", "焊接"),
        ("轉學指男", "sound", "转学指南"),
    ],
)
def test_found_by_sound(index: Index, typed: str, matched: str, marked: str) -> None:
    results = index.search(typed)
    assert results.matched == matched
    (snippet,) = results.hits[0].snippets
    assert snippet.highlights[0].cut(snippet.text) == marked
    assert results.notes
    assert fold(marked) in fold(results.notes[0])


@pytest.mark.parametrize("typed", ["焊接", "world", "指南", "材料 焊接"])
def test_what_is_found_as_typed_has_no_note(index: Index, typed: str) -> None:
    results = index.search(typed)
    assert results.matched in ("phrase", "all")
    assert results.notes == ()


@pytest.mark.parametrize(
    ("typed", "total", "suggested"),
    [("wprld", 0, ("world",)), ("weldign", 0, ("welding",)), ("hello wrld", 1, ("world",))],
)
def test_did_you_mean(index: Index, typed: str, total: int, suggested: tuple[str, ...]) -> None:
    results = index.search(typed)
    assert (results.total, results.suggestions) == (total, suggested)
    assert (index.search(typed, strict=True).total, results.matched) == (0, "any" if total else "query")


def test_a_word_that_shares_one_ideograph_is_no_suggestion() -> None:
    """巴黎 and 巴西 are not what 歐巴馬 means, whose last two characters are taken for a word."""
    engine = MemoryEngine()
    commit(engine, [entry("a", "巴黎与巴西的委员会")])
    with Index(engine) as index:
        assert index.search("歐巴馬").suggestions == ()


def test_what_sounds_the_same_comes_before_some_of_the_words(index: Index) -> None:
    """And a filter narrows it as it narrows whatever answers."""
    results = index.search("转学指男")
    assert (results.matched, results.tiers) == ("sound", {"sound": 1})
    results = index.search("焊结材料")
    assert [hit.tier for hit in results.hits] == ["sound"]
    assert index.search("hanjie path:1").matched == "pinyin"
    assert index.search("hanjie path:0").total == 0


def test_words_that_no_document_holds_are_named(index: Index) -> None:
    assert index.search("焊接 量子", strict=True).notes == ("not in any document: 量子",)
    assert index.search("焊接 量子").notes[-1] == "not in any document: 量子"
    (note, missing) = index.search("焊接是谁发明的").notes
    assert note.startswith("no document has all of the words; these have at least 1 of 焊接")
    assert missing == "not in any document: 发明"


@pytest.mark.parametrize("typed", ["量子纠缠", "qqqq", "zz9", "ūūū", "。。"])
def test_nothing_is_made_up(index: Index, typed: str) -> None:
    results = index.search(typed)
    assert (results.total, results.hits, results.suggestions) == (0, (), ())
