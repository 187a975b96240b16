from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.damage import Damage
from seedsearch.offsets import apply_edits
from seedsearch.restoring import overstrike
from seedsearch.restoring.steps import restore

LETTERS = "NAMEerrno.-名称用途返回的值"
BACK = {char: "\b" * (2 if char >= "\u3000" else 1) for char in LETTERS}


def bold(text: str, times: int) -> str:
    return "".join(char + (BACK[char] + char) * times for char in text)


def underlined(text: str) -> str:
    return "".join("_" * len(BACK[char]) + BACK[char] + char for char in text)


def restored(text: str) -> str:
    return apply_edits(text, overstrike.edits(text))


@given(st.text("NAMEerrno名称用途返回的值", min_size=1, max_size=12), st.integers(1, 3))
def test_struck_text_is_there_once(text: str, times: int) -> None:
    for struck in (bold(text, times), underlined(text), f"前 {bold(text, times)} 后 {underlined(text)}"):
        once = struck.replace(bold(text, times), text).replace(underlined(text), text)
        assert restored(struck) == once
        assert overstrike.edits(once) == []


@given(st.text(LETTERS + "_\b ，！", max_size=30))
def test_lawful_and_at_rest(text: str) -> None:
    once = restored(text)
    assert restored(once) == once
    assert {e.kind for e in overstrike.edits(text)} <= {Damage.OVERSTRIKE}
    assert set(once) <= set(text)


@pytest.mark.parametrize(
    ("noisy", "readable"),
    [("焊接\b，材料", "焊接，材料"), ("好\b！\b\b！", "好！！"), ("a\bb", "ab"), ("标准GB\b,适用", "标准GB,适用")],
)
def test_the_noise_of_a_program_is_no_overstrike(noisy: str, readable: str) -> None:
    once = restore(noisy)
    assert once.text == readable
    assert Damage.OVERSTRIKE not in {e.kind for e in once.edits}
