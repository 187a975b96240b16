"""Patterns that are compiled when they are first used are what they stand for."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.text.late_pattern import late_pattern

METHODS = ("search", "match", "fullmatch", "findall", "finditer", "split", "sub", "subn")


@given(st.text("甲乙ab\n", max_size=12))
def test_its_methods_are_those_of_the_compiled_one(text: str) -> None:
    late, made = late_pattern("(甲)|[a-c]+", re.IGNORECASE), re.compile("(甲)|[a-c]+", re.IGNORECASE)
    for name in METHODS:
        arguments = ("x", text) if name.startswith("sub") else (text,)
        got, expected = (getattr(one, name)(*arguments) for one in (late, made))
        if name == "finditer":
            assert [m.span() for m in got] == [m.span() for m in expected]
        elif isinstance(expected, re.Match):
            assert (got.span(), got[1]) == (expected.span(), expected[1])
        else:
            assert got == expected
    assert late.pattern == made.pattern


def test_bytes_are_taken_as_well() -> None:
    assert late_pattern(b"[a-c]+").findall(b"abx") == [b"ab"]


def test_it_is_compiled_when_it_is_used_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled, compile_ = list[object](), re.compile

    def watched(pattern: str, flags: int = 0) -> re.Pattern[str]:
        compiled.append(pattern)
        return compile_(pattern, flags)

    monkeypatch.setattr(re, "compile", watched)
    late = late_pattern("甲")
    assert (compiled, late.pattern) == ([], "甲")
    assert late.search("乙甲")
    assert late.match("甲")
    assert compiled == ["甲"]
