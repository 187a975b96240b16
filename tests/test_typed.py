"""What is an expression, how it is read, and that no text makes the parser fail."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.errors import QueryError
from seedsearch.searching.explain import explained
from seedsearch.searching.parsed_query import LONGEST_QUERY, parse
from seedsearch.searching.query_leaves import MOST_PIECES
from seedsearch.searching.query_parser import DEEPEST, MOST_TERMS, expression_of
from seedsearch.searching.sorting import Order, order_of
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
        ("word~", "any of (“word~”, a word within one edit of “word”)"),
        ("welding~", "any of (“welding~”, a word within 2 edits of “welding”)"),
        ("焊结~1", "any of (“焊结~1”, a word within one edit of “焊结”)"),
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
        ("食品 && 药品", "all of (“食品”, “药品”)"),
        ("食品 || 药品", "any of (“食品”, “药品”)"),
        ("食品|药品", "any of (“食品”, “药品”)"),
        ("食品 或 药品", "any of (“食品”, “药品”)"),
        ("食品 非 药品", "all of (“食品”, not “药品”)"),
        ("食品 与 药品 非 进口", "all of (“食品”, “药品”, not “进口”)"),
        ("食品 !药品", "all of (“食品”, not “药品”)"),
        ("食品 ！药品", "all of (“食品”, not “药品”)"),
        ("!(食品 | 药品)", "not any of (“食品”, “药品”)"),
        ("-食品", "not “食品”"),
        ("-welding", "not “welding”"),
        ('+"食品" "药品" -进口', "all of (“食品”, not “进口”)"),
        ("食品 +药品 -进口 ext:txt", "all of (“药品”, not “进口”, ext:txt)"),
        ("+食品", "“食品”"),
        ("+食品 AND 药品", "all of (“食品”, “药品”)"),
        ("ext:txt,html，.MD", "any of (ext:txt, ext:html, ext:md)"),
        ("ext:(txt OR html)", "any of (ext:txt, ext:html)"),
        ("ext:(txt html)", "any of (ext:txt, ext:html)"),
        ("path:(报告 -旧)", "all of (path:*报告*, not path:*旧*)"),
        ("title:（食品 OR 藥品）", "any of (title:*食品*, title:*药品*)"),
        ("filetype:pdf", "ext:pdf"),
        ("encoding:big5", "any of (encoding:big5, encoding:cp950, encoding:big5-hkscs)"),
        ("name:报告", "name:*报告*"),
        ("path:/in/a", "any of (path:*/in/a*, path:in/a…)"),
        ("ext:htm*", "ext:htm*"),
        ("ext:*.txt", "ext:txt"),
        ("dir:a/b", "folder:*a/b*"),
        ("folder:a/b/", "any of (folder:a/b, folder:*/a/b)"),
        ("焊接 NEAR/3 材料", "“焊接” and “材料” with at most 3 between"),
        ('"焊接" PRE/3 材料', "“焊接” then “材料” with at most 3 between"),
        ("a NEAR/3 b NEAR/2 c", "all of (“a” and “b” with at most 3 between, “b” and “c” with at most 2 between)"),
        ('"焊接 材料"~', "“焊接” then “材料” with at most 8 between"),
        ("date:2025-01-01/2026-12-31", "date:2025-01-01..2026-12-31"),
        ("date:[2025 TO 2026]", "date:2025..2026"),
        ("date:[* TO 2026-03]", "date:..2026-03"),
        ("date:2026年1月5日", "date:2026-01-05..2026-01-05"),
        ("date:2026/1/5", "date:2026-01-05..2026-01-05"),
        ("date:>2025", "date:2025+..now"),
        ("date:>=２０２５", "date:2025..now"),
        ("before:2026-03-01", "date:..2026-02-28"),
        ("date:<2026", "date:..2025"),
        ("date:<2026-01", "date:..2025-12"),
        ("size:>1mb", "size:1048577.."),
        ("size:<=1.5k", "size:0..1536"),
        ("size:1k..2KB", "size:1024..2048"),
        ("size:[1k TO *]", "size:1024.."),
        ("exact:乾", "“乾” exactly so"),
        ('case:"USB 线"', "“USB 线” in this case"),
        ("*", "every document"),
        ("* ext:txt", "all of (every document, ext:txt)"),
        ("*:*", "every document"),
        (
            "/焊接.{0,3}材料/",
            "any of (“/焊接.{0,3}材料/”, all of (all of (“焊接”, “材料”), the pattern /焊接(?:.){0,3}材料/))",
        ),
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
        "+86",
        "AT&T",
        "a & b",
        "你好！再见",
        "* 焊接",
        "// 注释",
        "或 食品",
        "ext: txt",
    ],
)
def test_what_is_no_expression_is_looked_for_as_it_stands(typed: str) -> None:
    assert read(typed) is None


@given(st.text('焊接 AND OR NOT()"“”-*?~:15ab\n　pathexdm.+!|&/[]{}非或NEAR', max_size=60))
def test_no_text_makes_it_fail(typed: str) -> None:
    """It is read, or refused in words that say what to do."""
    refused = expression = None
    try:
        expression = expression_of(typed)
    except QueryError as error:
        refused = error
    assert expression is None or explained(expression.query)
    assert refused is None or refused.hint or "cannot be asked" in refused.what


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30).filter(lambda text: run_text(text).strip()))
def test_every_text_can_be_read(typed: str) -> None:
    assert {line.partition(": ")[0] for line in readings(typed)} <= {"phrase", "variant", "all", "most", "any", "query"}


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
        ("size:>", "type a comparison"),
        ("date:>=", "is not a date; type a day"),
        ("date:tomorrow", "is not a date; type a day"),
        ("date:2026-13", "is not a date"),
        ("after:x..y", "is not a date"),
        ("size:5mb", "type a comparison"),
        ("size:>big", "is not a size"),
        ("site:example.org 食品", "type path"),
        ("a NEAR b", "NEAR/5"),
        ("NEAR(a b, 3)", "NEAR/5"),
        ("ext:!txt", "type -ext:txt"),
        ("damage:colour", "type one of big5-as-gbk"),
        ("(a b) NEAR/3 c", "two words or quotations"),
        ("/.*/", "without any certain character"),
        ("/[食药]?/", "without any certain character"),
        ("/食品|.*/", "without any certain character"),
        ("/(食品/", "a bracket is not closed"),
        (r"/食品\1/", "not known"),
        ("/(?=食品)/", "looking around"),
        ("/^食品/", "lines are not kept"),
        ("/(食{1000}){1000}/", "cannot be asked"),
        ("食品 sort:colour", "is not an order"),
        (" \n　", "empty"),
    ],
)
def test_limits_are_said(typed: str, says: str) -> None:
    with pytest.raises(QueryError, match=says):
        readings(typed)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("-v", "minus-as-text"),
        ("-食品", "leaves-out-only"),
        ("NOT 食品", "leaves-out-only"),
        ("a AND", "not-an-expression"),
        ("(食品 OR 药品", "not-an-expression"),
        ('"食品', "not-an-expression"),
        ("ext: txt", "filter-without-value"),
        ("食品^2 药品", "not-known"),
        ("食品~0.8", "not-known"),
        ('"食品 药品"~>3 a', "not-known"),
        ("食品 ANDNOT 药品", "not-known"),
        ("食品 not 药品", "not-known"),
        ("to be or not to be", ""),
        ("foo:(食品)", "not-known"),
        ("title:(食品)", ""),
        ("a~b^c", ""),
        ("食品 -药品", ""),
        ("食品", ""),
        ('5" 屏', ""),
    ],
)
def test_what_may_have_been_meant_otherwise_is_said(typed: str, code: str) -> None:
    assert [note.code for note in parse(typed).notes] == [code] * bool(code)


@pytest.mark.parametrize(
    ("typed", "run", "filters"),
    [
        ("食品 ext:txt", "食品", ["ext:txt"]),
        ("+食品 药品 ext:txt", "+食品药品 ext:txt", []),
        ("食品 -ext:(txt OR html)", "食品", ["not any of (ext:txt, ext:html)"]),
        ("食品 sort:date ext:txt", "食品", ["ext:txt"]),
        ("食品 -进口", "食品 -进口", []),
        ("+食品 OR 药品", "+食品 or 药品", []),
    ],
)
def test_what_narrows_plain_words(typed: str, run: str, filters: list[str]) -> None:
    parsed = parse(typed)
    assert (parsed.run, list(map(explained, parsed.filters))) == (run, filters)


def test_what_only_ranks_is_said() -> None:
    assert readings("+食品 药品") == ["query: “食品”, better with “药品”"]


@pytest.mark.parametrize(
    ("value", "order"),
    [
        ("date", Order("date", descending=True)),
        ("-date", Order("date", descending=False)),
        ("date-asc", Order("date", descending=False)),
        ("path", Order("path", descending=False)),
        ("-path", Order("path", descending=True)),
        ("Size:desc", Order("size", descending=True)),
        ("relevance", Order()),
    ],
)
def test_orders(value: str, order: Order) -> None:
    assert order_of(value) == order
    assert parse(f"食品 sort:{value}").order == order


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
