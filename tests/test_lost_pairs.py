"""Pairs of bytes of which some are lost: the scores, the choice, and texts of any length."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.offsets import apply_edits, check_edits
from seedsearch.restoring import big5_gbk
from seedsearch.restoring.lost_pairs import GONE, Slot, filled
from seedsearch.restoring.pair_faults import faults
from seedsearch.restoring.scripts import script_of, unlikely
from seedsearch.text import trigrams
from seedsearch.text.character_model import COUNTED, MARKS, model, pair_score
from seedsearch.text.code_points import points
from seedsearch.text.pair_scores import scores_of
from tests.misreadings import SENTENCES
from tests.strategies import examples

TRADITIONAL = [s for s in SENTENCES if "們" in s or "這" in s]
SIMPLIFIED = [s for s in SENTENCES if s not in TRADITIONAL]

chars = st.one_of(
    st.sampled_from(sorted(model().rank, key=model().rank.__getitem__)[:6000]),
    st.sampled_from([*MARKS, *COUNTED, *"09aZ０９Ａé①②龘々〇第於约號𠀀😀\ufffd\ue000\x05"]),
    st.characters(exclude_categories=["Cs"]),
)


@examples(300)
@given(st.lists(st.tuples(chars, chars), min_size=1, max_size=40))
def test_arrays_are_scored_as_single_characters_are(pairs: list[tuple[str, str]]) -> None:
    firsts, seconds = (points("".join(some)) for some in zip(*pairs, strict=True))
    assert scores_of(firsts, seconds).tolist() == [pair_score(a, b) for a, b in pairs]


@given(st.lists(chars, min_size=1, max_size=9), st.lists(chars, min_size=1, max_size=300))
def test_each_is_scored_with_each(firsts: list[str], seconds: list[str]) -> None:
    every = scores_of(points("".join(firsts))[:, None], points("".join(seconds))[None])
    assert every.tolist() == [[pair_score(a, b) for b in seconds] for a in firsts]


COMMON = "的一是在不了有和人这中大为上个国我以要他时來們，。"
known = st.sampled_from(COMMON)
# Lost characters side by side with so few choices that every row of them is among the readings that are kept.
lost = st.one_of(
    st.tuples(st.text(COMMON, min_size=2, max_size=12)),
    st.tuples(*[st.text(COMMON, min_size=2, max_size=4)] * 2),
    st.tuples(*[st.text(COMMON, min_size=2, max_size=2)] * 3),
)


@given(st.tuples(known, known), st.lists(st.tuples(lost, st.tuples(known, known)), max_size=3))
def test_of_all_ways_to_fill_the_slots_the_best_is_taken(
    begun: tuple[str, ...], content: list[tuple[tuple[str, ...], tuple[str, ...]]]
) -> None:
    every = [*begun, *(one for pair in content for some in pair for one in some)]
    script = script_of("".join(one for one in every if len(one) == 1).encode())
    made = filled([Slot(i, one if len(one) == 1 else "", one * (len(one) > 1)) for i, one in enumerate(every)], 16)
    assert len(made) == len(every)
    at = len(begun)
    for choices, behind in content:
        before, after, size = made[at - 2 : at], made[at + len(choices)], len(choices)

        def reads(row: Sequence[str], around: Sequence[str] = before, after: str = after) -> float:
            odd = sum(round(unlikely(char, script) / trigrams.STEP) * trigrams.STEP for char in row)
            chars = points("".join((*around, *row, after)))
            return odd + float(trigrams.scores(chars[:-2], chars[1:-1], chars[2:]).sum())

        assert np.isclose(reads(made[at : at + size]), max(map(reads, product(*choices))))
        at += size + len(behind)


def test_of_too_many_side_by_side_nothing_is_told() -> None:
    asked = [Slot(i, "", "的一是") for i in range(4)]
    assert filled(asked, 3) == [GONE] * 4
    assert GONE not in filled(asked, 4)


def test_a_character_beyond_the_first_plane_comes_back_as_itself() -> None:
    """Big5 of Hong Kong has two thousand of them."""
    assert filled([Slot(1, "佢"), Slot(2, "", "𠵱𠻹"), Slot(3, "", "𠻹")], 16)[2] == "𠻹"


def test_what_a_codec_has_no_character_for_is_no_ascii() -> None:
    for fault in faults():
        assert all(char >= "\x80" for char in fault.byte_pairs)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("written", "read", "sentences"), [("big5", "gbk", TRADITIONAL), ("gbk", "big5", SIMPLIFIED)], ids=["Big5", "GBK"]
)
def test_a_long_run_is_read_to_its_end(written: str, read: str, sentences: list[str]) -> None:
    """Without an ASCII character between, part by part; the parts begin where the ones before end."""
    page = "".join("".join(c for c in s if c >= "\x80") for s in sentences)
    page = page.encode(written, "ignore").decode(written)
    text = page * (9000 // len(page))
    found = text.encode(written).decode(read, "replace")
    edits = big5_gbk.edits(found)
    check_edits(edits, len(found))
    made = apply_edits(found, edits)
    short = apply_edits(one := page.encode(written).decode(read, "replace"), big5_gbk.edits(one))
    right = sum(map(str.__eq__, short, page)) / len(page)
    assert len(made) == len(text)
    assert sum(map(str.__eq__, made, text)) / len(text) > right - 0.01


def test_right_text_in_the_same_long_run_stays() -> None:
    right = "人们在公园里散步，看见许多老人和孩子，他们都说今天的天气很好，不会下雨。" * 120
    wrong = "".join("".join(c for c in s if c >= "\x80") for s in TRADITIONAL)
    found = right + wrong.encode("big5").decode("gb18030") * 60 + right
    edits = big5_gbk.edits(found)
    check_edits(edits, len(found))
    assert all(len(right) - big5_gbk.LONGEST < e.span.start < len(found) - len(right) + big5_gbk.LONGEST for e in edits)


@pytest.mark.parametrize("at", range(101, 151, 7))
def test_behind_a_dropped_byte_the_reading_is_in_step_again(at: int) -> None:
    page = "".join(c for s in SIMPLIFIED for c in s if c >= "\x80") * 3
    stream = page.encode("gbk")
    found = (stream[:at] + stream[at + 1 :]).decode("big5", "replace")
    made = apply_edits(found, big5_gbk.edits(found))
    assert SequenceMatcher(None, made, page, autojunk=False).ratio() > 0.9
