from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.offsets import apply_edits
from seedsearch.restoring import entities

PIECES = ["&", "amp", ";", "lt", "#", "x", "38", "51", "nbsp", "中", " ", "&amp;", "&lt;", "&#20013;", "`", "\n", "；"]
SOUP = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


@given(SOUP)
def test_idempotent(text: str) -> None:
    assert entities.edits(apply_edits(text, entities.edits(text))) == []


@given(SOUP)
def test_a_text_without_the_trigger_has_no_edits(text: str) -> None:
    if entities.TRIGGER.search(text) is None:
        assert entities.edits(text) == []


@given(st.text("中文标题焊接，。“”…—<>&\"'", min_size=1, max_size=30))
def test_escaped_text_comes_back(text: str) -> None:
    escaped = "".join(f"&#{ord(c)};" if c in "，。“”" else html.escape(c) for c in text)
    assert apply_edits(escaped, entities.edits(escaped)) == text


@pytest.mark.parametrize("number", ["0", "7", "55296", "57343", "127", "x1f", "xFFFE", "x110000", "9999999"])
def test_numbers_of_no_character_stay(number: str) -> None:
    assert entities.edits(f"甲&#{number};乙") == []


@given(
    st.lists(
        st.sampled_from(["&amp;", "&#", "x4E2D", "20013", ";", "；", "&nbsp", "&shy;", "&#173;", "lt", "中", "，", " "])
    )
)
def test_what_is_written_for_a_reference_makes_no_other_one(pieces: list[str]) -> None:
    """The quick look at what cannot become part of a reference changes nothing."""
    text = "".join(pieces)
    quick = entities.edits(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(entities, "_OF_REFERENCE", re.compile(""))
        assert entities.edits(text) == quick
