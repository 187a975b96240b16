"""Terms: every run can be looked up, and words keep their parts."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.text.analyzer import query_words, words
from seedsearch.text.folding import fold
from seedsearch.text.joints import grams
from seedsearch.text.run_text import occurrences, readable_places, run_grams, run_text
from seedsearch.text.segmenter import LONGEST_RUN, han_words
from tests.strategies import han_text, mixed_text


@given(mixed_text, st.data())
def test_a_text_has_the_grams_of_each_of_its_runs(text: str, data: st.DataObject) -> None:
    run = run_text(text)
    start = data.draw(st.integers(0, len(run)))
    part = run[start : data.draw(st.integers(start, min(len(run), start + 8)))]
    assert set(run_grams(part)) <= set(grams(run))


@given(mixed_text)
def test_a_run_is_found_where_it_stands(text: str) -> None:
    run = run_text(text)
    for part in {a + b for a, b in pairwise(run) if " " not in a + b}:
        places = [(at, at + 2, 0) for at in occurrences(run, part)]
        assert places
        for start, end, _ in readable_places(run, text, places):
            assert run_text(text[start:end]) == part


@given(han_text)
def test_words_of_han_are_the_text_cut(text: str) -> None:
    assert "".join(words(fold(text))) == fold(text)


def test_no_run_is_longer_than_the_cap() -> None:
    text = "焊" * (3 * LONGEST_RUN)
    assert "".join(han_words(text)) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("C++", ["c++", "c"]),
        ("C#", ["c#", "c"]),
        (".NET", [".net", "net"]),
        ("5G", ["5g", "5", "g"]),
        ("3.14%", ["3.14%", "3.14", "3", "14"]),
        ("v2.0", ["v2.0", "v", "2", "0"]),
        ("한국어 문서", ["한국어", "문서"]),
        ("COVID-19", ["covid-19", "covid", "19"]),
        ("a@b.c", ["a@b.c", "a", "b", "c"]),
        ("重跑gen-itgc后", ["重", "跑", "gen-itgc", "gen", "itgc", "后"]),
        ("foo_bar", ["foo_bar", "foo", "bar"]),
        ("café", ["café"]),
    ],
)
def test_latin_and_digits_whole_and_in_parts(text: str, expected: list[str]) -> None:
    assert list(words(fold(text))) == expected


def test_a_query_has_the_wholes_only() -> None:
    assert query_words("用c++写5g协议") == ["用", "c++", "写", "5g", "协议"]


def test_hard_breaks_and_blanks_between_han_are_read_across() -> None:
    assert run_text("焊\n接 材　料 and  more\n") == "焊接材料 and more "


def test_jieba_says_nothing_and_writes_no_cache(tmp_path: Path) -> None:
    code = "from seedsearch.text.segmenter import han_words; print(list(han_words('焊接产业链')))"
    environment = {"TMPDIR": str(tmp_path), "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.strip() == "['焊接', '产业链']"
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []


@given(st.one_of(mixed_text, st.text("焊接a。 \n\u3000\u2028", max_size=40)), st.data())
def test_places_in_a_run_text_are_found_in_its_readable_text(text: str, data: st.DataObject) -> None:
    run = run_text(text)
    solid, solid_in_text = ([at for at, char in enumerate(of) if not char.isspace()] for of in (run, text))
    borders = data.draw(st.lists(st.sampled_from(solid), unique=True)) if solid else []
    places = [(a, b + 1, a) for a, b in zip(*[iter(sorted(borders))] * 2, strict=False)]
    readable = dict(zip(solid, solid_in_text, strict=True))
    expected = [(readable[start], readable[end - 1] + 1, of) for start, end, of in places]
    assert readable_places(run, text, places) == expected


@pytest.mark.slow
def test_folding_makes_no_blanks() -> None:
    """So white space can be found before folding or after it."""
    assert [char for code in range(0x110000) if fold(char := chr(code)).isspace() != char.isspace()] == []
