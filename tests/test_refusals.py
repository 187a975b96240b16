"""Queries that cannot be asked, as values: a code, what the error names, a number; and the same in Chinese."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import seedsearch
from seedsearch.errors import OutOfTime, QueryError
from seedsearch.frontends.web.names import NOTES, REFUSALS, refusal_of
from seedsearch.frontends.web.problems import problem_of
from seedsearch.frontends.web.words import EN, ZH
from seedsearch.searching.facets import filters_of
from seedsearch.searching.parsed_query import parse

SOURCE = Path(seedsearch.__file__).parent
DOCS = SOURCE.parents[1] / "docs"

REFUSED = [
    (" ", "empty", (), None),
    ("的" * 2001, "too-long", (), 2000),
    (" OR ".join(f"a{number}" for number in range(257)), "too-many-terms", (), 256),
    ("*".join("的一是不人了有在这中大来上国个到说们") + " OR 材料", "too-many-pieces", (), 16),
    ("(" * 33 + "a OR b" + ")" * 33, "too-deep", (), 32),
    ("焊接 size:large", "filter-value", ("size:large",), None),
    ("焊接 date:2026-13", "filter-value", ("date:2026-13",), None),
    ("焊接 date:2026..2025-11", "filter-value", ("date:2026..2025-11",), None),
    ("焊接 size:5mb..1mb", "filter-value", ("size:5mb..1mb",), None),
    ("焊接 damage:rust", "filter-value", ("damage:rust",), None),
    ("焊接 site:example.org", "filter-not-known", ("site:example.org",), None),
    ("焊接 ext:-txt", "sign-in-filter", ("ext:-txt",), None),
    ("焊接 NEAR 材料", "near-how", ("NEAR",), None),
    ("焊接 NEAR/3 焊*料", "near-of-that", ("NEAR/3",), None),
    ("/.*/", "regular-expression", (".*",), None),
    ("焊接 sort:colour", "not-an-order", ("colour",), None),
]


@pytest.mark.parametrize(("typed", "code", "texts", "number"), REFUSED)
def test_a_query_is_refused_as_a_value(typed: str, code: str, texts: tuple[str, ...], number: int | None) -> None:
    with pytest.raises(QueryError) as caught:
        parse(typed)
    error = caught.value
    assert (error.code, error.texts, error.number) == (code, texts, number)
    assert problem_of(error).object()["code"] == code
    chinese, lang = refusal_of(error, ZH) or ("", "")
    assert lang == "zh-Hans"
    assert all(text in chinese for text in texts)
    assert number is None or str(number) in chinese
    assert refusal_of(error, EN) is None


def test_a_facet_that_is_none_and_a_query_without_time() -> None:
    with pytest.raises(QueryError) as caught:
        filters_of({"colour": ["red"]})
    assert (caught.value.code, caught.value.texts) == ("not-a-facet", ("colour",))
    error = OutOfTime(0.5, "的", says="的")
    assert (error.code, error.texts, error.number) == ("out-of-time", ("的",), 0.5)
    assert refusal_of(error, ZH) == ("查询用时超过 0.5 秒；请把要找的内容说得具体一些", "zh-Hans")


def codes_of_docs() -> set[str]:
    text = (DOCS / "python.md").read_text(encoding="utf-8").partition("## Errors")[2]
    rows = re.findall(r"^\| (`.+?) \|", text, re.MULTILINE)
    return {code for row in rows for code in re.findall(r"`([\w-]+)`", row)}


def test_every_code_is_in_the_guide_and_said_in_chinese() -> None:
    """The tools for agents answer in English alone, and the command line reads no page."""
    sources = [path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py")]
    raised = {code for text in sources for code in re.findall(r"code=\"([\w-]+)\"", text)}
    assert raised == codes_of_docs()
    assert raised - {"parameter", "cursor", "encoding"} == set(REFUSALS)
    assert not NOTES.keys() & REFUSALS.keys()
