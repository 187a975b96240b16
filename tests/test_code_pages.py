"""Chinese read by code pages of one byte a character: every page gives it back, and texts of their languages stay."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.readers import CODE_PAGES, MARKED, WRITTEN, carried, in_page
from seedsearch.damage import Certainty, Damage
from seedsearch.restoring.steps import restore
from tests.misreadings import SENTENCES

PAGE = "\n".join(SENTENCES)


@pytest.mark.parametrize("page", CODE_PAGES)
@pytest.mark.parametrize("written", WRITTEN)
def test_every_page_gives_it_back(page: str, written: str) -> None:
    true = carried(PAGE, written)
    restored = restore(in_page(true.encode(written), page))
    assert restored.text == true
    # In UTF-8, Turkish and Western bytes are the same characters: then it is the step for Latin-1 that reads them.
    kinds = {Damage.MISREAD_CODE_PAGE} | ({Damage.UTF8_AS_LATIN1} if page in ("cp1254", "iso8859_9") else set())
    assert {e.certainty for e in restored.edits if e.kind in kinds} == {Certainty.PROVED}


@pytest.mark.parametrize("page", ["cp1252", "latin-1"])
def test_big5_by_western_pages(page: str) -> None:
    """UTF-8 and GBK by them are the field of the step for Latin-1, which does not read Big5."""
    true = carried(PAGE, "big5")
    restored = restore(in_page(true.encode("big5"), page))
    assert restored.text == true
    assert {e.kind for e in restored.edits} == {Damage.MISREAD_CODE_PAGE}


def test_bytes_of_utf8_that_the_page_has_not_are_inferred() -> None:
    """Windows-1250 has no characters for 81, 83, 88, 90, 98."""
    found = in_page(PAGE.encode(), "cp1250", MARKED)
    assert "\ufffd" in found
    restored = restore(found, sure=0.0)
    right = sum(a == b for a, b in zip(restored.text, PAGE, strict=True)) if len(restored.text) == len(PAGE) else 0
    assert right > 0.9 * len(PAGE)
    assert Certainty.INFERRED in {e.certainty for e in restored.edits}


def test_a_pair_that_lost_a_byte_costs_one_character() -> None:
    stream = PAGE.encode("gbk")
    at = stream.index("请重新登录".encode("gbk"))
    found = in_page(stream[:at], "koi8_r") + "\ufffd" + in_page(stream[at + 1 :], "koi8_r")
    restored = restore(found).text
    assert restored.startswith(PAGE[: PAGE.index("请重新登录")])
    assert restored.endswith(PAGE[PAGE.index("请重新登录") + 1 :])


LETTERS = "".join({char for page in CODE_PAGES for char in bytes(range(0x80, 0x100)).decode(page, "ignore")})


@given(st.lists(st.text(LETTERS, min_size=1, max_size=14), max_size=30), st.sampled_from([" ", "\n", "，", ""]))
def test_letters_in_any_order_stay(made: list[str], between: str) -> None:
    assert not [e for e in restore(between.join(made)).edits if e.kind is Damage.MISREAD_CODE_PAGE]


@pytest.mark.slow
@pytest.mark.parametrize("page", CODE_PAGES)
def test_restoring_again_changes_nothing(page: str) -> None:
    rng = Random(page)
    for _ in range(20):
        true = "".join(rng.sample(PAGE, 60))
        once = restore(in_page(carried(true, "gbk").encode("gbk"), page)).text
        assert restore(once).text == once
