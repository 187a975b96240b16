from __future__ import annotations

import html as standard

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.damage import Damage
from seedsearch.offsets import apply_edits
from seedsearch.restoring import html

PAGE = (
    "<!DOCTYPE html>\n<html><head><meta charset=gbk><title> 东丽区 &amp;\n 焊接 </title></head>\n"
    "<body><p>第一段</p><svg><text>图</text></svg><noscript>开启脚本</noscript></body></html>\n"
)
WORD = st.text("甲乙丙<>&\"'a1，。", min_size=1, max_size=8)


def test_the_title_stays_first() -> None:
    assert apply_edits(PAGE, html.edits(PAGE)) == "东丽区 & 焊接\n第一段\n"


@pytest.mark.parametrize("text", ["", "正文", "见 <html> 元素", "<p>一段</p>", "<xml><title>甲</title></xml>"])
def test_other_text_is_no_document(text: str) -> None:
    assert html.edits(text) == []


def test_references_are_edits_of_their_own_kind() -> None:
    assert {e.kind for e in html.edits(PAGE)} == {Damage.MARKUP, Damage.ENTITY}


def test_a_document_shown_in_a_document_stays() -> None:
    shown = "<html><body>&lt;html&gt;&lt;body&gt;正文</body></html>"
    assert html.edits(shown) == []


@given(st.lists(WORD, min_size=1, max_size=6))
def test_paragraphs_come_back(paragraphs: list[str]) -> None:
    page = "<html><body>" + "".join(f"<p title='<b>'>{standard.escape(p)}</p>" for p in paragraphs) + "</body></html>"
    assert apply_edits(page, html.edits(page)) == "\n".join(paragraphs)


PIECES = [
    "<p>",
    "</p>",
    "<b>",
    "<pre>",
    "</pre>",
    "<rt>",
    "<svg>",
    "</svg>",
    "<script>",
    "</script>",
    "甲",
    "a",
    "&lt;",
    "<!--",
]
PIECES += [" ", "\n", '<a b="']


@given(st.lists(st.sampled_from(PIECES), max_size=16).map("".join))
def test_any_page_gives_lawful_edits(body: str) -> None:
    page = "<html>" + body
    assert len(apply_edits(page, html.edits(page))) <= len(page)


@pytest.mark.parametrize("piece", ["<", "<a ", "<!--", "<script>", "<svg>", "<rt>", '<a b="', '<a b=\'"">', "&amp;"])
def test_hostile_pages_come_to_an_end(piece: str) -> None:
    page = "<html>" + piece * 30_000
    assert len(apply_edits(page, html.edits(page))) <= len(page)
