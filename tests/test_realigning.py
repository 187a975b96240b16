"""Bytes that went out of step: arrays find what the search step by step does, and what is passed over is told."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import seedsearch
from seedsearch.damage import Damage
from seedsearch.offsets import apply_edits
from seedsearch.reading.encodings import alignment, decode
from seedsearch.text import double_byte
from seedsearch.text.character_model import pair_score
from seedsearch.text.double_byte import DOUBLE_BYTE, plain_parts, realigned_parts
from seedsearch.text.pair_scores import pair_scores
from seedsearch.text.realigning import realigned

CHINESE = st.text(
    "焊接材料的创新第1２年月①，。！？!?..“”」（【…—-~ \n\u3000aA\ufffd\ue000\U00020000\x05ㄅ０²", max_size=60
)


@given(st.one_of(CHINESE, st.text(max_size=60)).map(lambda text: text.encode("utf-8", "ignore").decode()))
@example("第1年１２月。。！？，”“，（。")
def test_scores_by_arrays_are_those_one_by_one(text: str) -> None:
    assert pair_scores("\n" + text).tolist() == list(map(pair_score, "\n" + text, text))


def out_of_step(codec: str) -> st.SearchStrategy[bytes]:
    lost = st.tuples(st.text("焊接材料的創新aA1，。 \n龘", min_size=1, max_size=60), st.sets(st.integers(0, 119)))
    made = lost.map(lambda both: bytes(b for i, b in enumerate(both[0].encode(codec, "ignore")) if i not in both[1]))
    return st.one_of(made, st.binary(max_size=120))


@pytest.mark.parametrize("codec", sorted(DOUBLE_BYTE))
def test_arrays_read_as_the_search_does(codec: str) -> None:
    @given(out_of_step(codec), st.sampled_from("\n中，"))
    @example(b"\xb0\xa1\xa3", "\n")
    @example(b"\x88\x62\xb0", "\n")  # two characters of two bytes in Big5 of Hong Kong
    def read(stretch: bytes, before: str) -> None:
        by_arrays = realigned(stretch, codec, before, double_byte.LOST) if stretch else None
        if by_arrays is not None:
            assert by_arrays == realigned_parts(stretch, DOUBLE_BYTE[codec], before)

    read()


def test_arrays_read_nearly_all_that_is_out_of_step() -> None:
    stretch = prose(2_000).encode("gb18030")[1:]
    assert realigned(stretch, "gb18030", "\n", double_byte.LOST) is not None


TRADITIONAL = str.maketrans("们国会经济发问题业企术研创学校历时间产", "們國會經濟發問題業企術研創學校歷時間產")


_WORDS = "我们 的 是 在 了 中国 人民 社会 经济 发展 问题 工作 国家 企业 技术 研究 材料 焊接 产业 创新 学校 历史 文化"


def prose(size: int) -> str:
    """About so many characters in lines of sixty."""
    rng = Random(size)
    words = _WORDS.split()
    lines = (
        "".join(rng.choices(words, k=16)) + "，" + "".join(rng.choices(words, k=16)) + "。" for _ in range(size // 60)
    )
    return "\n".join(lines) + "\n"


def losing(data: bytes, every: int) -> bytes:
    """Without one byte in so many, none of them ASCII."""
    rng = Random(every)
    places = rng.sample([at for at, byte in enumerate(data) if byte >= 0x80], len(data) // every)
    kept = bytearray(data)
    for at in sorted(places, reverse=True):
        del kept[at]
    return bytes(kept)


def share_right(text: str, codec: str) -> float:
    """Of the lines of a text in which one byte of 2,000 is lost, how many come back but for two characters."""
    read = decode(losing(text.encode(codec), 2_000))
    lines = list(zip(text.split("\n"), apply_edits(read.text, read.edits).split("\n"), strict=True))
    assert not read.passed_over
    return sum((Counter(true) - Counter(made)).total() <= 2 for true, made in lines) / len(lines)


@pytest.mark.slow
@pytest.mark.parametrize("codec", ["gb18030", "cp950"])
def test_lost_bytes_of_a_megabyte_are_made_good_as_those_of_a_page(codec: str) -> None:
    page, megabyte = (prose(size).translate(TRADITIONAL if codec == "cp950" else {}) for size in (10_000, 500_000))
    assert share_right(megabyte, codec) > max(0.95, share_right(page, codec) - 0.01)


@pytest.mark.slow
def test_what_lies_behind_the_budget_is_left_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = losing(prose(9_000).encode("gb18030"), 200)
    monkeypatch.setattr(alignment, "SEARCHED_LEAST", 3_000)
    monkeypatch.setattr(alignment, "SEARCHED_SHARE", 1 << 30)
    cleaned = seedsearch.clean(stream)
    passed_over = cleaned.raw.passed_over
    told = {finding.span for finding in cleaned.findings if finding.kind is Damage.UNREPAIRED_BYTES}
    assert passed_over
    assert told >= set(passed_over)
    assert cleaned.raw.text == stream.decode(cleaned.encoding, "replace")
    assert 0 < cleaned.raw.edits[-1].span.end <= passed_over[0].start
    lost = [at for at, char in enumerate(cleaned.raw.text) if char == "\ufffd" and at >= passed_over[0].start]
    assert lost
    assert all(any(span.start <= at < span.end for span in passed_over) for at in lost)


def test_slips_of_utf16_behind_the_budget_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = prose(6_000).replace("是", "不").splitlines()
    stream = b"\xff\xfe" + "\r\n".join(lines).encode("utf-16-le").replace(b"\r", b"")
    assert not decode(stream).passed_over
    monkeypatch.setattr(alignment, "SEARCHED_LEAST", 400)
    monkeypatch.setattr(alignment, "SEARCHED_SHARE", 1 << 30)
    read = decode(stream)
    assert read.edits
    assert read.passed_over
    assert all(0 <= span.start < span.end <= len(read.text) for span in read.passed_over)


@pytest.mark.parametrize("codec", sorted(DOUBLE_BYTE))
def test_a_character_that_stands_often_is_in_memory_once(codec: str) -> None:
    parts = plain_parts("中文中文".encode(codec), DOUBLE_BYTE[codec])
    assert parts == [(2, "中"), (2, "文")] * 2
    assert parts[0] is parts[2]
