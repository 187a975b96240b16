from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import seedsearch
from seedsearch.damage import Certainty, Damage
from seedsearch.offsets import apply_edits, edit
from seedsearch.restoring import repeated_passage
from seedsearch.restoring.steps import restore

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


FAMILY = frozenset({Damage.READING_MARK})


@given(BODY, BODY)
def test_a_distant_block_stays_on_a_sound_page(body: list[str], others: list[str]) -> None:
    block = "".join(body)
    assert repeated_passage.edits(f"第一部分\n{block}\n{''.join(others)}\n第二部分\n{block}\n{others[0]}\n") == []


def test_a_distant_block_goes_from_a_damaged_page() -> None:
    block = "".join(f"{subject}{verb}{OBJECTS[0]}。" for subject in SUBJECTS for verb in VERBS)
    text = f"{block}\n{SUBJECTS[0]}另有安排。\n{block}\n"
    assert repeated_passage.edits(text) == []
    (gone,) = repeated_passage.edits(text, FAMILY)
    assert gone.span.cut(text).strip() == block


def test_what_decoding_repaired_is_no_damage_of_the_family() -> None:
    """A file of which a byte was lost is no page of a program that prints its articles twice."""
    block = "".join(f"{subject}{verb}{OBJECTS[0]}。" for subject in SUBJECTS for verb in VERBS)
    text = f"{block}\n{SUBJECTS[0]}另有安排。\n{block}\n?\n"
    done = (edit(len(text) - 2, len(text) - 1, "完", Damage.SHIFTED_BYTES, Certainty.INFERRED),)
    assert restore(text, done=done).text == text.replace("?", "完")


ROWS = ["INSERT INTO t VALUES ('{}');", "2024-05-01 {}", '"{}",']


@given(SENTENCE, SENTENCE, st.integers(2, 9), st.sampled_from(ROWS))
def test_equal_rows_stay(first: str, second: str, times: int, row: str) -> None:
    text = (row.format(first * 3 + second * 2) + "\n") * times
    assert repeated_passage.edits(text) == []


def test_a_clause_in_two_parts_stays_and_is_found_across_its_edge(tmp_path: Path) -> None:
    clause = "双方应当在收到通知之日起三十日内答复，逾期不答复的，视为同意；因故不能按期答复的，应当及时告知对方。"
    clause += "一方违约的，应当赔偿对方因此受到的损失，包括为追究违约责任而支出的合理费用；双方另有约定的，从其约定。"
    parts = [f"第{n}编 {name}\n第一条 {clause}\n第二条 {last}。\n" for n, name, last in
             (("一", "买卖", "货物由卖方送达"), ("二", "租赁", "租金按月支付"))]  # fmt: skip
    assert restore("".join(parts)).edits == ()
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "a.txt").write_text("".join(parts), encoding="utf-8")
    seedsearch.build_index(str(seeds), str(tmp_path / "index"))
    with seedsearch.open_index(str(tmp_path / "index")) as index:
        for query in ("租赁第一条双方", "从其约定。第二条租金"):
            found = index.search(query)
            assert (found.matched, len(found.hits)) == ("phrase", 1)


@given(st.text(st.sampled_from([c for c in map(chr, range(0x110000)) if c.isspace()] + list("焊接。a\n")), max_size=60))
def test_a_dense_text_lacks_all_that_is_white(text: str) -> None:
    assert repeated_passage._Dense(text).dense == "".join(text.split())
