"""What is an expression, how it is read, and that no text makes the parser fail."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.errors import QueryError
from seedsearch.searching.explain import explained
from seedsearch.searching.parsed_query import LONGEST_QUERY
from seedsearch.searching.query_parser import DEEPEST, MOST_PIECES, MOST_TERMS, expression_of
from seedsearch.searching.tiers import readings
from seedsearch.text.run_text import run_text


def read(typed: str) -> str | None:
    expression = expression_of(typed)
    return explained(expression.query) if expression else None


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ('"创新联合体"', "“创新联合体”"),
        ("“創新聯合體”", "“创新联合体”"),
        ("焊接 AND 材料", "all of (“焊接”, “材料”)"),
        ("焊接 OR 材料 设备", "any of (“焊接”, all of (“材料”, “设备”))"),
        ("(焊接 OR 材料) 设备", "all of (any of (“焊接”, “材料”), “设备”)"),
        ("招商 -公司", "all of (“招商”, not “公司”)"),
        ("招商 NOT (公司 OR 银行)", "all of (“招商”, not any of (“公司”, “银行”))"),
        ("招商 AND NOT 公司", "all of (“招商”, not “公司”)"),
        ("NOT 公司", "not “公司”"),
        ("NOT NOT 公司", "“公司”"),
        ('"招商基金" "公司"', "all of (“招商基金”, “公司”)"),
        ('-"招商 基金" 公司', "all of (not “招商基金”, “公司”)"),
        ("gen*", "any of (“gen*”, a word that begins with “gen”)"),
        ("wor?d", "any of (“wor?d”, a word like “wor?d”)"),
        ("*ing", "any of (“*ing”, a word like “*ing”)"),
        ("焊*材料", "any of (“焊*材料”, “焊” then 0 to 8 characters then “材料”)"),
        ("焊?材", "any of (“焊?材”, “焊” then one character then “材”)"),
        ("焊接*", "any of (“焊接*”, “焊接”)"),
        ("word~", "any of (“word~”, a word within 1 edit of “word”)"),
        ("welding~", "any of (“welding~”, a word within 2 edits of “welding”)"),
        ("焊结~1", "any of (“焊结~1”, a word within 1 edit of “焊结”)"),
        ('"焊接 材料"~5', "“焊接” and “材料” with at most 5 between"),
        ('"焊接"~5', "“焊接”"),
        ("ext:.TXT 焊接", "all of (ext:txt, “焊接”)"),
        ("encoding:GBK", "encoding:gb18030"),
        ("damage:reading-mark", "damage:reading-mark"),
        ("path:报告/2020", "path:*报告/2020*"),
        ('path:"a b"', "path:*a b*"),
        ("date:2026-01", "date:2026-01..2026-01"),
        ("date:2025..2026-03", "date:2025..2026-03"),
        ("after:2026-01-01", "date:2026-01-01..now"),
        ("招商 -path:旧", "all of (“招商”, not path:*旧*)"),
        ("date:tomorrow", "“date:tomorrow”"),
        ("（食品 OR 药品） AND 安全", "all of (any of (“食品”, “药品”), “安全”)"),
        ("『创新联合体』", "“创新联合体”"),
        ("「创新联合体」", "“创新联合体”"),
        ("焊接　－公司", "all of (“焊接”, not “公司”)"),
        ("焊＊材料", "any of (“焊*材料”, “焊” then 0 to 8 characters then “材料”)"),
        ("ｅｘｔ：txt AND 焊接", "all of (ext:txt, “焊接”)"),
        ("path：报告（一） AND 焊接", "all of (path:*报告（一）*, “焊接”)"),
        ("f(x) AND g", "all of (“f(x)”, “g”)"),
    ],
)
def test_expressions(typed: str, expected: str) -> None:
    assert read(typed) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "焊接",
        "焊接材料 设备",
        "焊接 (一)",
        "(草案)",
        '没有"配对',
        '说"好"吗',
        "((((",
        "a AND",
        "OR b",
        "a AND OR b",
        "(a OR b",
        "a OR b)",
        "什么是AI?",
        "这是真的吗？",
        "C++ C# .NET",
        "3.14% v2.0 a@b.c",
        "-v",
        "--help",
        "a - b",
        "2026-01-31",
        "http://example.com/a/b",
        "key:value",
        '""',
        '" "',
        "***",
        "?",
        "and or not",
        "什么？不知道",
        "说「好」吗",
    ],
)
def test_what_is_no_expression_is_looked_for_as_it_stands(typed: str) -> None:
    assert read(typed) is None


@given(st.text('焊接 AND OR NOT()"“”-*?~:15ab\n　pathexdm.+', max_size=60))
def test_no_text_makes_it_fail(typed: str) -> None:
    expression = expression_of(typed)
    assert expression is None or explained(expression.query)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30).filter(lambda text: run_text(text).strip()))
def test_every_text_can_be_read(typed: str) -> None:
    assert {line.partition(": ")[0] for line in readings(typed)} <= {"phrase", "all", "most", "any", "query"}


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("(" * (DEEPEST + 1) + '"a"' + ")" * (DEEPEST + 1), "brackets"),
        (" OR ".join("a" * (MOST_TERMS + 1)), "terms"),
        ("焊*" * (MOST_PIECES + 1) + "接", "pieces"),
        (f'"{"焊 " * (MOST_PIECES + 1)}"~5', "pieces"),
        ("焊" * (LONGEST_QUERY + 1), "longer than"),
        ("(" * 3000 + "a" + ")" * 3000, "longer than"),
        ("", "empty"),
        (" \n　", "empty"),
    ],
)
def test_limits_are_said(typed: str, says: str) -> None:
    with pytest.raises(QueryError, match=says):
        readings(typed)


@pytest.mark.parametrize(
    ("typed", "tiers"),
    [
        ("焊接", ["phrase"]),
        ("焊接材料", ["phrase", "all", "any"]),
        ("焊接 材料", ["phrase", "all", "any"]),
        ("焊接的创新", ["phrase", "all", "any"]),
        ("新的", ["phrase", "all"]),
        ("公司 & 清算", ["phrase", "all", "any"]),
        ("第三章", ["phrase", "variant"]),
        ("软件", ["phrase", "variant"]),
        ("焊接是谁发明的", ["phrase", "all", "most"]),
        ("打通从实验室到现场应用的最后一公里", ["phrase", "variant", "all", "most", "any"]),
    ],
)
def test_the_tiers_of_plain_text(typed: str, tiers: list[str]) -> None:
    assert [line.partition(":")[0] for line in readings(typed)] == tiers
