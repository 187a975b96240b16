from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.cleaning import repeated_passage
from seedsearch.offsets import apply_edits

SUBJECTS = ["东丽区的企业", "天津大学的老师", "焊接车间的工人", "研究所的专家", "各地的农民", "这一带的居民"]
VERBS = ["在去年秋天终于完成了", "着力推动并不断改进", "认真地记录和总结了", "向来访的客人介绍过"]
OBJECTS = ["新材料的第一批试制品", "沿海大桥的全部检测工作", "十三家单位的联合方案", "关于水源的长期观察"]
SENTENCE = st.builds(
    "{}{}{}，编号{}。".format,
    st.sampled_from(SUBJECTS),
    st.sampled_from(VERBS),
    st.sampled_from(OBJECTS),
    st.integers(0, 9**9),
)
BODY = st.lists(SENTENCE, min_size=6, max_size=14, unique=True)


@given(BODY, st.sampled_from(["", "\n", "\n\n", "\u3000"]))
def test_a_doubled_body_is_there_once(body: list[str], between: str) -> None:
    text = "".join(body)
    doubled = text + between + text
    cleaned = apply_edits(doubled, repeated_passage.edits(doubled))
    assert cleaned.strip() == text
    assert repeated_passage.edits(cleaned) == []


@given(BODY, st.integers(5, 40))
def test_other_line_breaks_do_not_hide_a_copy(body: list[str], width: int) -> None:
    text = "".join(body)
    wrapped = "\n".join(text[i : i + width] for i in range(0, len(text), width))
    doubled = text + "\n" + wrapped
    assert apply_edits(doubled, repeated_passage.edits(doubled)) == text + "\n"


@given(BODY)
def test_a_text_without_copies_is_left_alone(body: list[str]) -> None:
    assert repeated_passage.edits("\n".join(body)) == []


@given(BODY, st.data())
def test_idempotent(body: list[str], data: st.DataObject) -> None:
    sentences = data.draw(st.lists(st.sampled_from(body), max_size=30))
    text = "".join(sentence + data.draw(st.sampled_from(["", "\n"])) for sentence in sentences)
    cleaned = apply_edits(text, repeated_passage.edits(text))
    assert repeated_passage.edits(cleaned) == []
    assert set("".join(cleaned.split())) == set("".join(text.split()))


@pytest.mark.parametrize(
    "piece", ["这是一个很长的句子吧。", "天下大事合久必分", "好", "\n", "a。", "第一条 施行日期。\n"]
)
def test_hostile_pages_come_to_an_end(piece: str) -> None:
    text = piece * 20_000
    assert len(apply_edits(text, repeated_passage.edits(text))) <= len(text)
