"""What a text is about, and what is like it."""

from __future__ import annotations

import pytest

from seedsearch.engines.memory import MemoryEngine
from seedsearch.searching.index import Index
from tests.filling import put
from tests.test_expressions import entry

TEXTS = [
    "焊接机器人在车间里焊接钢板，焊接材料由供应商提供。",
    "新的焊接材料用于钢板，机器人完成焊接。",
    "春天的花园里开满了玫瑰，园丁修剪玫瑰。",
    "公司公告：会议推迟到下周。",
]


@pytest.fixture
def index() -> Index:
    engine = MemoryEngine()
    with engine.writer() as writer:
        for number, text in enumerate(TEXTS):
            put(writer, entry(number, text))
    return Index(engine)


def test_keywords_are_frequent_here_and_rare_elsewhere(index: Index) -> None:
    words = [word for word, _ in index.keywords(TEXTS[2])]
    assert words[0] == "玫瑰"
    assert not {"的", "了", "里"} & set(words)


def test_keywords_are_sorted_and_as_many_as_asked(index: Index) -> None:
    found = index.keywords(TEXTS[0], 3)
    assert len(found) == 3
    assert [weight for _, weight in found] == sorted((weight for _, weight in found), reverse=True)


def test_what_is_similar_comes_first_and_the_text_itself_not_at_all(index: Index) -> None:
    results = index.similar(TEXTS[0], name="0")
    assert results.hits[0].path == "1"
    assert "0" not in {hit.path for hit in results.hits}
    assert (results.matched, results.query) == ("similar", "0")


def test_a_text_from_elsewhere(index: Index) -> None:
    assert index.similar("玫瑰与花园").hits[0].path == "2"


@pytest.mark.parametrize("text", ["", "的了在", "123 456"])
def test_a_text_that_tells_nothing(index: Index, text: str) -> None:
    assert index.keywords(text) == []
    assert index.similar(text).hits == ()


def test_names_of_fields_do_not_tell_of_a_record(index: Index) -> None:
    record = "机关名称: 焊接车间\n说明: 焊接材料\n备注：到货\n"
    of_text = {word for word, _ in index.keywords(record)}
    of_record = {word for word, _ in index.keywords(record, name="d/a.db#表/12")}
    assert {"说明", "名称"} <= of_text
    assert not of_record & {"机关", "说明", "名称"}
    assert "焊接" in of_record
    assert "备注" in of_record  # a value may hold such a line
