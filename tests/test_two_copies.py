"""A body that is there twice, torn in other places each time: each copy decides what the other lost."""

from __future__ import annotations

from random import Random

import pytest

from seedsearch.damage import Damage
from seedsearch.offsets import apply_edits, check_edits
from seedsearch.restoring import gbk_replacement
from seedsearch.restoring.corruptions import Private, Reader, decoded, marked, noisy
from seedsearch.restoring.steps import restore
from seedsearch.text.gbk import encode

BODY = """區里的圖書館今年辦了三十場講座，聽的人比去年多了一倍。“1992年的時候只有兩場。”館長張建國說。
負責這項工作的王經理介紹，資金已經到位，下個月就可以開工。“2004年以前沒有這樣的設備。”
以前要坐一個小時的車，現在走幾分鐘就到。住在東門的李老師說，她每個星期都還書。“關心停車的人也會滿意。”
今后兩年，館里還要建電子閱覽室，引進新的設備。可以預計，看書的人會越多越好，大家關心的停車問題也會一起解決。
"""
READINGS = {"館": "guǎn", "說": "shuō", "個": "gè", "書": "shū", "設": "shè", "張": "zhāng"}
BOTH = BODY + BODY


def copies(rng: Random, torn: tuple[bool, bool], reader: Reader) -> str:
    """Return two copies of the body, of which each is torn where noise happens to be."""
    made = b""
    for often in torn:
        made += noisy(marked(encode(BODY), READINGS), lambda often=often: b"\x05" * (often and rng.randint(0, 1)))  # type: ignore[misc]
    return decoded(made, reader).replace("\x05", "")


@pytest.mark.slow
@pytest.mark.parametrize("private", Private)
@pytest.mark.parametrize("seed", range(3))
def test_each_copy_decides_for_the_other(seed: int, private: Private) -> None:
    """What both lost is the same in both then, and one of them goes."""
    text = copies(Random(seed), (True, True), Reader("?", True, private))
    assert "?！?" in text
    edits = gbk_replacement.edits(text)
    check_edits(edits, len(text))
    made = apply_edits(text, edits)
    assert made[: len(made) // 2] == made[len(made) // 2 :]
    restored = restore(text)
    assert restored.text.count("區里") == 1
    assert Damage.REPEATED_PASSAGE in {e.kind for e in restored.edits}


@pytest.mark.parametrize("torn", [(True, False), (False, True)])
@pytest.mark.parametrize("bad", ["?", "\ufffd", ""])
def test_what_one_copy_holds_comes_back(torn: tuple[bool, bool], bad: str) -> None:
    """Digits too, of which a reader leaves nothing."""
    text = copies(Random(2), torn, Reader(bad, bool(bad), Private.DROPPED))
    edits = gbk_replacement.edits(text)
    assert apply_edits(text, edits) == BOTH
    assert all(e.probability is None or e.probability > 0.3 for e in edits)


@pytest.mark.parametrize("other", ["1993年的時候", "1992年的秋天，那時候", "1992 年的時候"])
def test_copies_that_differ_otherwise_keep_what_they_have(other: str) -> None:
    """An editor may have changed one of them: nothing was torn there."""
    true = BODY + BODY.replace("1992年的時候", other)
    text = decoded(marked(encode(true), READINGS), Reader())
    assert apply_edits(text, gbk_replacement.edits(text)) == true
