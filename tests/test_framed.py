"""Bytes of which some are lost in their places: what is there stays, and what was lost is what the reader loses."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.restoring.framed import ANY, Written, lost_before, read
from seedsearch.restoring.lost_pairs import GONE

PAGES = {
    "utf-8": "他们说：“明天早上八点在学校门口集合，不要迟到。”打印机缺纸，请放入A4纸后按继续键。",
    "gb18030": "他们说：“明天早上八点在学校门口集合，不要迟到。”打印机缺纸，请放入A4纸后按继续键。",
    "big5": "他們說：「明天早上八點在學校門口集合，不要遲到。」印表機缺紙，請放入A4紙後按繼續鍵。",
}
READERS = ("cp949", "cp932", "big5hkscs", "gb18030")


@pytest.mark.parametrize("written", get_args(Written))
def test_what_lost_nothing_is_read_as_it_is(written: Written) -> None:
    stream = PAGES[written].encode(written)
    (parts,) = read([([bytes((byte,)) for byte in stream], "\n")], written, "")
    assert "".join(part.text for part in parts) == PAGES[written]
    assert sum(part.size for part in parts) == len(stream)
    assert all(part.sure for part in parts)


@pytest.mark.slow
@pytest.mark.parametrize("written", get_args(Written))
@pytest.mark.parametrize("reader", READERS)
def test_what_is_chosen_is_lost_by_the_reader(written: Written, reader: str) -> None:
    """Run forward again, each byte that was lost is one that the reader cannot use, and the others are those found."""
    page = PAGES[written]

    @given(st.sets(st.integers(0, len(page) - 1), max_size=8))
    def law(places: set[int]) -> None:
        stream = page.encode(written)
        starts = [len(page[:i].encode(written)) for i in sorted(places)]
        lost = {at for at in starts if stream[at] in lost_before((*stream, 10)[at + 1], reader, written)}
        choices = [
            lost_before((*stream, 10)[i + 1], reader, written) if i in lost else bytes((stream[i],))
            for i in range(len(stream))
        ]
        (parts,) = read([(choices, "\n")], written, "", reader)
        made = b"".join(part.text.encode(written) for part in parts if part.text != GONE)
        if all(part.text != GONE for part in parts):
            assert all(byte in choice for byte, choice in zip(made, choices, strict=True))
        assert sum(not part.sure for part in parts) <= len(lost)

    law()


def test_behind_a_byte_too_many_the_reading_is_in_step_again() -> None:
    stream = PAGES["utf-8"].encode()
    (parts,) = read([([bytes((byte,)) for byte in stream[:9] + b"\x80" + stream[9:]], "\n")], "utf-8", "")
    assert "".join(part.text for part in parts) == PAGES["utf-8"][:3] + GONE + PAGES["utf-8"][3:]


def test_what_nothing_is_left_of_is_not_made_up() -> None:
    stream = PAGES["utf-8"].encode()
    choices = [ANY["utf-8"] if i % 9 < 3 else stream[i : i + 1] for i in range(len(stream))]
    (parts,) = read([(choices[:90], "\n")], "utf-8", "")
    assert not parts
