from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.offsets import Span, apply_edits
from seedsearch.restoring import markup
from seedsearch.restoring.tags import tags

PIECES = [
    "<",
    ">",
    "/",
    "b",
    "br",
    "<br>",
    "<p>",
    "</p>",
    "<td>",
    "<!--",
    "-->",
    "<script>",
    "</script>",
    "文",
    "`",
    '="',
    "\n",
    " ",
]
SOUP = st.lists(st.sampled_from(PIECES), max_size=16).map("".join)


@given(SOUP)
def test_idempotent(text: str) -> None:
    assert markup.edits(apply_edits(text, markup.edits(text))) == []


@given(SOUP)
def test_a_text_without_the_trigger_has_no_edits(text: str) -> None:
    if markup.TRIGGER.search(text) is None:
        assert markup.edits(text) == []


@given(SOUP, st.booleans())
def test_tags_are_in_order_and_start_with_a_bracket(text: str, page: bool) -> None:
    last = 0
    for tag in tags(text, page=page):
        assert last <= tag.start < tag.end <= len(text)
        assert Span(tag.start, tag.end).cut(text).startswith("<")
        last = tag.end


@given(st.lists(st.text("甲乙丙丁，。", min_size=1, max_size=8), min_size=1, max_size=6))
def test_every_paragraph_becomes_a_line(lines: list[str]) -> None:
    page = "".join(f'<p class="x">{line}</p>' for line in lines)
    assert apply_edits(page, markup.edits(page)).splitlines() == lines


@pytest.mark.slow
@pytest.mark.parametrize("piece", ["<", "<a ", "<!--", "<script>", "<b>", "</b>", '<a b="', "`<b>", "\n\n    <b"])
def test_hostile_pages_come_to_an_end(piece: str) -> None:
    text = piece * 30_000
    cleaned = apply_edits(text, markup.edits(text))
    assert len(cleaned) <= len(text)
