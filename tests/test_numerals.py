"""Numbers in the digits of the West and of China are one where something says that they are numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.searching.parsed_query import parse
from seedsearch.text.analyzer import query_words
from seedsearch.text.numerals import MOST, han_number, numbers, value_of


def others(text: str) -> set[str]:
    """All spellings of the numbers of a text, each in the place of the number."""
    return {text[: span.start] + other + text[span.end :] for span, found in numbers(text) for other in found}


@pytest.mark.parametrize(
    ("some", "same"),
    [
        ("第218章", "第二百一十八章"),
        ("第218章", "第两百一十八章"),
        ("第 218 章", "第二百一十八章"),
        ("第1章", "第壹章"),
        ("第一章", "第1章"),
        ("第325章", "第叁佰贰拾伍章"),
        ("第7章", "第007章"),
        ("第34章", "第034章"),
        ("第12章", "第0012章"),
        ("第一百二十三回", "第0123回"),
        ("第二十一回", "第廿一回"),
        ("30岁", "卅岁"),
        ("40年", "卌年"),
        ("二十四节", "廿四节"),
        ("廿五史", "二十五史"),
        ("第三", "第3"),
        ("2026年", "二〇二六年"),
        ("2026年", "二零二六年"),
        ("98年", "九八年"),
        ("二十一世纪", "21世纪"),
        ("九十年代", "90年代"),
        ("10个", "十个"),
        ("2个", "两个"),
        ("30%", "百分之三十"),
        ("百分之三点五", "3.5%"),
        ("10万", "十万"),
        ("一千万元", "1000万元"),
        ("廿一日", "21日"),
        ("3月", "03月"),
        ("218", "二百一十八"),
        ("36计", "三十六计"),
        ("24史", "二十四史"),
        ("4大名著", "四大名著"),
        ("唐宋8大家", "唐宋八大家"),
        ("2岸", "两岸"),
        ("200多人", "两百多人"),
        ("二百余人", "200余人"),
        ("卷21", "卷二十一"),
        ("附件一", "附件1"),
        ("表十二", "表12"),
        ("第108回", "第一百〇八回"),
        ("第7章", "第〇〇七章"),
        ("第58章", "第五八章"),
        ("第110章", "第一百十章"),
        ("第4卷", "第ⅳ卷"),
        ("08年", "〇八年"),
        ("1234元", "1,234元"),
        ("1,234元", "一千二百三十四元"),
        ("35000元", "3.5万元"),
        ("3.5万元", "三万五千元"),
        ("2万5千人", "25000人"),
        ("两万五千人", "2万5千人"),
        ("1.2亿人", "120000000人"),
        ("一亿两千万人", "1.2亿人"),
        ("24节", "廿四节"),
        ("3点半", "三点半"),
    ],
)
def test_spellings_of_one_number(some: str, same: str) -> None:
    assert same in others(some)


@pytest.mark.parametrize(
    "text",
    [
        "十分",
        "一点",
        "千万",
        "万一",
        "百度",
        "三峡",
        "四川",
        "一些",
        "五四",
        "一样",
        "百姓",
        "九寨",
        "三万五",
        "1.5.2万",
        "covid-19",
        "v2.0",
        "mp3播放",
        "5g网络",
        "图书",
        "代表一切",
        "5g",
        "1:30",
        "192.168.1.1",
        "2026-01-02",
        "a218",
        "218b",
    ],
)
def test_what_is_no_number_has_no_other_spelling(text: str) -> None:
    assert others(text) == set()


@given(st.integers(min_value=0, max_value=MOST - 1))
def test_what_is_read_is_what_was_written(value: int) -> None:
    assert value_of(han_number(value)) == value


@given(st.integers(min_value=1, max_value=9999))
def test_a_chapter_finds_all_its_spellings_and_each_of_them_the_chapter(value: int) -> None:
    for spelled in others(f"第{value}章"):
        assert f"第{value}章" in others(spelled)


@given(st.text("〇零一二两三十百千万亿第章年个0123.%", max_size=20))
def test_any_row_of_numerals_is_read_without_an_error(text: str) -> None:
    for span, found in numbers(text):
        assert 0 <= span.start < span.end <= len(text)
        assert len(found) < 16


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("二〇二六年 计划", "二〇二六年|计划"),
        ("二零二四年", "二零二四年"),
        ("第二百一十八章", "第二百一十八章"),
        ("第12条规定", "第12条|规定"),
        ("2024年5月1日", "2024|年|5月|1日"),
        ("三万五千元", "三万五千元"),
        ("第218章", "第|218|章"),  # also written without 章
        ("2026年 计划", "2026|年|计划"),
        ("一个人", "一个|人"),
    ],
)
def test_a_number_is_one_word_of_a_query(typed: str, words: str) -> None:
    """Its digits alone, and 月 and 日, stand in most texts; documents are ranked by the words of the index."""
    parsed = parse(typed)
    assert "|".join(parsed.words) == words
    assert not set(parsed.scored) - {word for part in (parsed.parts or [parsed.run]) for word in query_words(part)}
