from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from seedsearch.offsets import apply_edits
from seedsearch.restoring import compatibility

RADICALS = [chr(c) for c in range(0x2F00, 0x2FD6)]


WORDS = st.text("方法零拷贝长度式样", min_size=1, max_size=10)


@given(WORDS, st.sampled_from(RADICALS), WORDS)
def test_a_radical_in_a_word_becomes_its_ideograph(before: str, radical: str, after: str) -> None:
    text = before + radical + after
    cleaned = apply_edits(text, compatibility.edits(text))
    assert cleaned == before + unicodedata.normalize("NFKC", radical) + after
    assert compatibility.edits(cleaned) == []


def test_every_replacement_is_a_unified_ideograph() -> None:
    everything = [chr(c) for c in (*range(0x2E80, 0x2FD6), *range(0xF900, 0xFAFF), *range(0x2F800, 0x2FA20))]
    recognised = [c for c in everything if compatibility.TRIGGER.match(c)]
    assert len(recognised) > 1200
    for char in recognised:
        assert unicodedata.name(compatibility.unified(char)).startswith("CJK UNIFIED IDEOGRAPH")


@given(st.text("ＡＢＣ１２３，。方長﨑⺡", max_size=20))
def test_full_width_and_unified_text_is_left_alone(text: str) -> None:
    assert compatibility.edits(text) == []
