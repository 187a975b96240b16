"""Width in cells, and lines broken to a width."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcwidth

from seedsearch.frontends.render.layout import NARROWEST, cell, cells, clipped, columns, lines, padded, wrapped
from seedsearch.frontends.render.progress import progress_text
from seedsearch.indexing.reports import (
    Progress,
)

BLOCKS = {
    "ascii": (0x20, 0x7F),
    "latin": (0xA1, 0x250),
    "combining": (0x300, 0x370),
    "punctuation": (0x2010, 0x2028),
    "symbols and kana": (0x3000, 0x3100),
    "bopomofo": (0x3105, 0x3130),
    "extension a": (0x3400, 0x4DC0),
    "ideographs": (0x4E00, 0xA000),
    "compatibility": (0xF900, 0xFA6E),
    "vertical forms": (0xFE30, 0xFE50),
    "full width": (0xFF01, 0xFFE7),
    "extension b": (0x20000, 0x2A6E0),
}
texts = st.text(st.sampled_from("焊接材料，。“”（）ab 1.\u0301ｅ\n"), max_size=80)


@pytest.mark.parametrize("name", BLOCKS)
def test_widths_are_those_of_wcwidth(name: str) -> None:
    """A soft hyphen, tone marks of old Korean and a filler are no Chinese text."""
    chars = [char for char in map(chr, range(*BLOCKS[name])) if unicodedata.category(char) != "Cn"]
    assert [char for char in chars if cell(char) != max(wcwidth(char), 0)] in (
        [],
        ["\xad"],
        ["\uffa0"],
        ["\u302e", "\u302f"],
    )


@given(texts, st.integers(NARROWEST, 40))
def test_lines_fit_and_nothing_but_blanks_is_lost(text: str, width: int) -> None:
    spans = lines(text, width)
    assert all(cells(span.cut(text)) <= width for span in spans)
    assert "".join(span.cut(text) for span in spans).replace(" ", "") == text.replace("\n", "").replace(" ", "")
    assert all(a.end <= b.start for a, b in pairwise(spans))


@given(texts)
def test_without_a_width_only_line_breaks_hold(text: str) -> None:
    assert [span.cut(text) for span in lines(text, None)] == text.split("\n")


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("焊接材料接连下线。川气东送", 16, ["焊接材料接连下", "线。川气东送"]),
        ("他说“焊接材料很好”就走了", 10, ["他说“焊接", "材料很好”", "就走了"]),
        ("the welding robot arrived", 12, ["the welding", "robot", "arrived"]),
        ("https://example.org/long/path", 10, ["https://ex", "ample.org/", "long/path"]),
        ("版本v2.0的焊接", 10, ["版本v2.0的", "焊接"]),
        ("", 10, [""]),
    ],
)
def test_where_lines_are_broken(text: str, width: int, expected: list[str]) -> None:
    assert wrapped(text, width) == expected


def test_the_indent_hangs() -> None:
    assert wrapped("damage: one, two, three", 16, hanging=4) == ["damage: one,", "    two, three"]


def test_columns_are_aligned_by_cells() -> None:
    assert columns([("焊接", "a"), ("b", "c")]) == ["焊接  a", "b     c"]
    assert padded("焊", 4) == "焊  "


@given(texts, st.integers(2, 30))
def test_what_is_clipped_fits(text: str, width: int) -> None:
    assert cells(clipped(text, width)) <= width
    assert clipped(text, max(cells(text), 2)) == text


def test_a_progress_bar_says_how_far_how_fast_and_what_was_met() -> None:
    state = Progress(300, 1200, {"entity": 2, "reading-mark": 1000})
    assert progress_text("indexing", state, 3.0, 120) == (
        "indexing ━━━━━─────────────── " + " 25%  300/1,200 files  100/s  0:09 left  1,000 reading-mark, 2 entity"
    )
    assert cells(progress_text("indexing", state, 3.0, 40)) <= 40
    assert "1:00:00 left" in progress_text("indexing", Progress(100, 1100, {}), 360.0, 120)
    assert "left" not in progress_text("indexing", Progress(1, 3601, {}), 1.0, 120)
    assert "100%" in progress_text("indexing", Progress(0, 0, {}), 0.0, 120)
