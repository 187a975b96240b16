from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from seedsearch.offsets import apply_edits
from seedsearch.restoring import ruby

PIECES = [
    "<ruby>",
    "</ruby>",
    "<rt>",
    "</rt>",
    "<rb>",
    "<rp>",
    "</rp>",
    "雪",
    "ㄒㄩㄝˇ",
    "xuě",
    "snow",
    "(",
    "`",
    "\ufff9",
    "\ufffa",
    "\ufffb",
    "\n",
    " ",
]
SOUP = st.lists(st.sampled_from(PIECES), max_size=16).map("".join)
READINGS = {"雪": "xuě", "花": "huā", "結": "jié", "構": "gòu"}


@given(SOUP)
def test_idempotent(text: str) -> None:
    assert ruby.edits(apply_edits(text, ruby.edits(text))) == []


@given(SOUP)
def test_a_text_without_the_trigger_has_no_edits(text: str) -> None:
    if ruby.TRIGGER.search(text) is None:
        assert ruby.edits(text) == []


@given(st.text("雪花結構", min_size=1, max_size=12), st.booleans())
def test_the_base_text_comes_back(base: str, brackets: bool) -> None:
    opening, closing = ("<rp>（</rp>", "<rp>）</rp>") if brackets else ("", "")
    page = "".join(f"<ruby>{c}{opening}<rt>{READINGS[c]}</rt>{closing}</ruby>" for c in base)
    assert apply_edits(page, ruby.edits(page)) == base
