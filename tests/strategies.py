"""Texts and edits for property tests."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from seedsearch.damage import Certainty, Damage
from seedsearch.offsets import Edit, Span

HAN = "焊接產業鏈东麗區区创新实验室的一是〇中文台臺裏里"
MIXED = HAN + "abC5 ++.-\n　，。”Ｇé"

han_text = st.text(HAN, min_size=1, max_size=60)
mixed_text = st.text(MIXED, max_size=80)


def examples(count: int, **more: Any) -> settings:
    """Try `count` examples where a test without this tries 100; in the quick part both try a fifth (`conftest.py`)."""
    return settings(max_examples=max(1, count * settings().max_examples // 100), **more)


@st.composite
def edits_of(draw: st.DrawFn, text: str) -> list[Edit]:
    """A lawful list of edits of `text`."""
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=12)))
    edits = []
    for start, end in zip(cuts[::2], cuts[1::2], strict=False):
        replacement = draw(st.text("xyz换", max_size=3))
        kind = draw(st.sampled_from(Damage))
        edits.append(Edit(Span(start, end), replacement, kind, draw(st.sampled_from(Certainty))))
    return edits


@st.composite
def spans_of(draw: st.DrawFn, length: int) -> Span:
    """A span of a text of `length` code points (at least 1) that is not empty."""
    start = draw(st.integers(0, length - 1))
    return Span(start, draw(st.integers(start + 1, length)))
