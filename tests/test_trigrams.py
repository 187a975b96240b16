"""How likely a character is behind two others, as counted in running text."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.text.code_points import points
from seedsearch.text.trigrams import counts, line_scores, scores
from tools.make_trigrams import counted

TEXT = st.text("中文编码错误的字学我们。，\n1a\U00020000\ue000", min_size=3, max_size=20)


def of(text: str) -> float:
    codes = points(text)
    return float(scores(codes[:-2], codes[1:-1], codes[2:])[0])


def test_the_right_word_is_the_likelier_one() -> None:
    for before, right, wrong, after in (
        ("天津", "將", "孝", "通過"),
        ("社", "保", "海", "卡"),
        ("中华人民共和", "国", "因", "刑法"),
    ):
        first, second = line_scores(before, [right, wrong], after)
        assert first > second + 1


@given(TEXT)
def test_every_character_has_a_chance_and_none_is_certain(text: str) -> None:
    codes = points(text)
    found = scores(codes[:-2], codes[1:-1], codes[2:])
    assert ((found <= 0) & (found > -40)).all()


@given(TEXT, TEXT, TEXT)
def test_a_line_is_the_sum_of_its_rows(before: str, text: str, after: str) -> None:
    one, other = line_scores(before, [text, "中"], after)
    whole = before[-2:] + text + after[:2]
    assert one == pytest.approx(sum(of(whole[i : i + 3]) for i in range(len(whole) - 2)))
    assert other == pytest.approx(line_scores(before, ["中"], after)[0])


def test_each_of_several_is_scored_as_it_is_alone() -> None:
    """Whichever of the three characters there are several of."""
    chars = points("中国的图书馆，1a\U00020000\ue000")
    for shapes in ((1, 1, 3), (3, 3, 1), (1, 3, 1), (3, 1, 3)):
        some = [chars[None, :] if size == 3 else chars[:, None] for size in shapes]
        found = scores(*some)
        for i, codes in np.ndenumerate(found):
            alone = scores(*(np.broadcast_to(one, found.shape)[i][None] for one in some))
            assert codes == alone[0]


def test_both_scripts_are_one() -> None:
    assert of("圖書館") == of("图书馆")


def test_the_chances_behind_a_row_are_no_more_than_one() -> None:
    chars = counts().chars.astype(np.uint32)
    for first, second in ("中国", "的人", "。我", "書館"):
        size = len(chars)
        behind = scores(np.full(size, ord(first), np.uint32), np.full(size, ord(second), np.uint32), chars)
        # A byte for each rounds by a sixteenth, and what is not kept is shared.
        assert float(np.exp(behind).sum()) < 1.15


def test_the_file_is_what_the_tool_makes() -> None:
    text = "中文编码。" * 9 + "文字编码。"
    content = counted(text)
    sizes = np.frombuffer(content, "<u4", 4).tolist()
    assert sizes[0] == len(set(text))
    arrays = [size * width for size, first in zip(sizes, (2, 4, 4, 4), strict=True) for width in (first, 1)]
    assert len(content) == 16 + sum(-(-size // 4) * 4 for size in arrays)
    assert content[16:18] == "码".encode("utf-16-le") or content[16:18] in {c.encode("utf-16-le") for c in "编文码。"}
    assert math.isclose(sizes[3], len({text[i : i + 3] for i in range(45)}), abs_tol=2)
