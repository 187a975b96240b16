"""What filters, exact spelling and regular expressions find in an index of files, and that it is what they say."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch import build_index, open_index
from seedsearch.engines.query import All, Pattern
from seedsearch.errors import QueryError
from seedsearch.searching.index import Index
from seedsearch.searching.regular_expressions import pattern_of
from seedsearch.text.run_text import run_text
from tests.strategies import examples
from tests.test_expressions import engines

FILES = {
    "letters/a.txt": "关于焊接的通知\n各车间请领取焊接材料。",
    "letters/old/b.md": "設備清單\n乾隆年间的USB设备，焊接用。",
    "reports/c.html": "<html><title>食品安全年报</title><p>药品的检验，焊接不在内。乾燥usb</p></html>",
    "reports/big.txt": "很长的报告，讲焊接。" * 200,
    "reports2/d.txt": "干隆不是乾隆。焊，\n接。",
}
DAYS = {"letters/a.txt": 0, "letters/old/b.md": 1, "reports/c.html": 400, "reports/big.txt": 400, "reports2/d.txt": 900}


@pytest.fixture(scope="module", params=["folder", "memory:"])
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("files")
    now = datetime.now(UTC)
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        changed = (now - timedelta(days=DAYS[name])).timestamp()
        os.utime(path, (changed, changed))
    before = Path.cwd()
    os.chdir(folder)
    try:
        where = "index" if request.param == "folder" else f"memory:{folder}"
        build_index(["letters", "reports", "reports2"], where, workers=1)
        with open_index(where) as opened:
            yield opened
    finally:
        os.chdir(before)


def day(ago: int) -> str:
    return str((datetime.now(UTC) - timedelta(days=ago)).date())


def names(index: Index, typed: str) -> set[str]:
    return {Path(path).stem for path in index.paths(typed, strict=True)}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("*", "a b c big d"),
        ("* -ext:txt", "b c"),
        ("ext:md,html", "b c"),
        ("焊接 ext:(md OR html)", "b c"),
        ("name:b", "b big"),
        ("name:*.md", "b"),
        ("folder:reports", "c big d"),
        ("folder:reports/", "c big"),
        ("dir:letters", "a b"),
        ("dir:old/", "b"),
        ("焊接 -dir:letters", "c big"),
        ("size:>3k", "big"),
        ("size:<=3k", "a b c d"),
        ("size:1k..1mb", "big"),
        ("size:>1mb", ""),
        ("date:today", "a"),
        ("date:yesterday", "b"),
        ("after:yesterday", "a b"),
        ("date:今天", "a"),
        (f"date:{day(1)}..", "a b"),
        (f"date:>{day(1)}", "a"),
        (f"date:[{day(500)} TO {day(300)}]", "c big"),
        (f"date:{day(500)}/{day(300)}", "c big"),
        (f"before:{day(400)}", "d"),
        (f"date:<={day(400)}", "c big d"),
        ("title:设备", "b"),
        ("title:通知 焊接", "a"),
        ("title:食品安全", "c"),
        ("title:(通知 OR 年报)", "a c"),
        ("焊接材料 -title:通知", ""),
        ("exact:乾", "b c d"),
        ("exact:干", "d"),
        ("乾", "b c d"),
        ("exact:乾隆 焊接", "b"),
        ("exact:焊接", "a b c big"),
        ("case:USB", "b"),
        ("case:usb", "c"),
        ("USB", "b c"),
        ('case:"USB設備"', "b"),
        ("/焊接(材料|用)/", "a b"),
        ("/[焊]，?接/", "a b c big d"),
        ("/usb\\b/ ext:html", "c"),
        ("焊接 NEAR/1 材料", "a"),
        ("材料 PRE/9 焊接", ""),
        ('"焊接 通知"~', "a"),
        ('"通知 焊接"~1', "a"),
        ("焊接 !材料 !设备", "c big"),
        ("材料 | 设备", "a b"),
        ("设备 或 材料", "a b"),
        ("焊接 && 通知", "a"),
        ("-焊接", "d"),
        ("+设备 材料", "b"),
    ],
)
def test_what_is_found(index: Index, typed: str, expected: str) -> None:
    found = names(index, typed)
    assert found == set(expected.split())
    assert index.search(typed, strict=True, limit=0).total == len(found)


def test_a_word_with_a_plus_sign_must_stand_and_others_rank(index: Index) -> None:
    results = index.search("+焊接 通知 设备")
    assert {Path(hit.path).stem for hit in results.hits} == {"a", "b", "c", "big"}
    assert {Path(hit.path).stem for hit in results.hits[:2]} == {"a", "b"}
    assert results.tiers == {"query": 4}


def test_a_filter_narrows_every_tier(index: Index) -> None:
    for typed in ("通知设备", "什么是通知的主要设备", "hanjie"):
        every = names(index, typed) if typed == "hanjie" else {Path(p).stem for p in index.paths(typed)}
        narrowed = {Path(path).stem for path in index.paths(f"{typed} title:通知,设备 dir:letters")}
        assert narrowed <= every
        assert {Path(path).stem for path in index.paths(f"{typed} dir:letters")} == every & {"a", "b"}


def test_what_is_exact_is_marked(index: Index) -> None:
    (hit,) = index.search("exact:乾隆 path:d.txt").hits
    assert [(span.start, span.end) for span in hit.snippets[0].highlights] == [(4, 6)]
    (hit,) = index.search("/焊.?接/ path:d.txt").hits
    assert [span.cut(hit.snippets[0].text) for span in hit.snippets[0].highlights] == ["焊，\n接"]


@pytest.mark.parametrize("typed", ["date:tomorrow", "size:5", "site:a", "/.*/", "a NEAR b"])
def test_what_means_nothing_is_refused(index: Index, typed: str) -> None:
    with pytest.raises(QueryError, match="type"):
        index.search(typed)


CHARS = "焊接产A1"
atoms = st.one_of(
    st.sampled_from([*CHARS, ".", "[焊接]", "[^焊]", r"\d", r"\w", "[a-c产]"]),
    st.text(CHARS, min_size=1, max_size=3),
)
patterns = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.tuples(inner, inner).map(lambda two: f"({two[0]}|{two[1]})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{1,2}", "{0,1}", "+?"])).map(
            lambda two: f"({two[0]}){two[1]}"
        ),
    ),
    max_leaves=5,
)


@pytest.mark.slow
@given(patterns, st.lists(st.text(CHARS, max_size=8), min_size=1, max_size=4))
@examples(200)
def test_a_pattern_finds_what_python_finds(pattern: str, texts: list[str]) -> None:
    """What it must hold rules out nothing that matches."""
    runs = [run_text(text) for text in texts]
    expected = {str(n) for n, run in enumerate(runs) if re.search(pattern.lower(), run, re.DOTALL)}
    try:
        query = pattern_of(pattern)
    except QueryError:
        return  # it may match without any certain character
    assert isinstance(query, All)
    assert isinstance(query.children[-1], Pattern)
    with engines(texts) as made:
        for engine in made:
            assert {match.doc_id for match in engine.search(query, 9).best} == expected


@pytest.mark.slow
@given(
    st.lists(st.text("乾干隆Aa 　\n", max_size=8), min_size=1, max_size=4), st.text("乾干隆Aa", min_size=1, max_size=3)
)
@examples(60)
def test_exact_spelling_is_that_of_the_text(texts: list[str], typed: str) -> None:
    blankless = [re.sub(r"\s+", "", text) for text in texts]
    expected = {str(n) for n, text in enumerate(blankless) if typed in text}
    with engines(texts) as made:
        found = [{*Index(engine).paths(f"exact:{typed}")} for engine in made]
    assert found[0] == found[1]
    assert found[0] <= expected
    glued = {str(n) for n, text in enumerate(texts) if typed in text}
    assert glued <= found[0]
