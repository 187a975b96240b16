from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from seedsearch.offsets import apply_edits
from seedsearch.restoring import invisible

DROPPED = "\x00\x07\x1b\x7f\xad\u200b\u2060\ufeff\ufffc"
VISIBLE = "文字a1 \n👩💻❤🏴שم葛กé"
SOUP = st.text(VISIBLE + DROPPED + "\u200c\u200d\u200e\u202e\ufe0f\x85\x9a\U000e0067\U000e007f\U000e0100[m")


@given(SOUP)
def test_idempotent_and_never_visible(text: str) -> None:
    found = invisible.edits(text)
    cleaned = apply_edits(text, found)
    assert invisible.edits(cleaned) == []
    between_thai = re.sub("(?<=ก)\u200b(?=ก)", "", cleaned)  # a border of words there, and stays
    assert not set(between_thai) & set(DROPPED)


@given(SOUP)
def test_only_invisible_characters_and_colour_sequences_go(text: str) -> None:
    for e in invisible.edits(text):
        gone = e.span.cut(text)
        assert gone.startswith("\x1b[") or all(invisible.TRIGGER.match(char) for char in gone)


@given(st.text("文字abc，。\t\n\r\x0c 　é", max_size=40))
def test_visible_text_is_left_alone(text: str) -> None:
    assert invisible.TRIGGER.search(text) is None
    assert invisible.edits(text) == []
