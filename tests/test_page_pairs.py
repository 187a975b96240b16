"""What a page shows of its own pairs of characters is the same however it is counted."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from seedsearch.restoring.shifted_bytes import score


@given(st.text(alphabet="一二三\u3400\u33ff。a\n\ue000𠀀", max_size=80))
def test_pairs_of_long_pages_are_counted_as_those_of_short_ones(text: str) -> None:
    assert sorted(score._by_arrays(text)) == sorted(score._one_by_one(text))


def test_the_pairs_of_a_long_page_count() -> None:
    pages = [score.PageScore("焊接机和焊接器" * times + "焊机") for times in (3, score.MANY)]
    short, long = ([page.pair("焊", "接"), page.pair("焊", "机")] for page in pages)
    assert short[0] > score.chance("焊", "接")
    assert long[0] > short[0]
    assert short[1] == long[1] == score.chance("焊", "机")
