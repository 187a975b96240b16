"""Readers of GBK as software has them, that are given UTF-8: what they lose is told by the page and put in again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.offsets import apply_edits
from seedsearch.restoring import utf8_as_gbk
from seedsearch.restoring.budget import Budget
from seedsearch.restoring.corruptions import Private, Reader, decoded
from seedsearch.restoring.gbk_readers import Private as Lost
from seedsearch.restoring.gbk_readers import Reader as Told
from seedsearch.restoring.gbk_readers import eating
from seedsearch.restoring.lossy_gaps import Filled, between, within
from seedsearch.restoring.lossy_guesses import Atom, loss
from seedsearch.restoring.lossy_guesses import Lost as Loss
from seedsearch.restoring.lossy_utf8 import mend, mended
from seedsearch.restoring.own_pairs import PART, Neighbourhoods, OwnPairs
from tests.misreadings import SENTENCES

PAGE = "\n".join(
    (
        *SENTENCES,
        "本办法自2019年10月1日起施行，原办法（2003年8月15日公布）同时废止。",
        "第12条 公司应当在2020年6月30日前完成登记，逾期的处以500元以上2000元以下的罚款。",
        "学校门口的老人说，孩子们明天早上八点在公园里集合，请不要迟到。",
    )
)

READERS: dict[str, Callable[[str], str]] = {
    "Python, GBK, ?": lambda page: page.encode().decode("gbk", "replace").replace("\ufffd", "?"),
    "Python, GBK, ignored": lambda page: page.encode().decode("gbk", "ignore"),
    "Python, GBK, U+FFFD": lambda page: page.encode().decode("gbk", "replace"),
    "Python, GB18030, ignored": lambda page: page.encode().decode("gb18030", "ignore"),
    "Windows": lambda page: decoded(page.encode(), Reader("?", True, Private.KEPT)),
    ".NET": lambda page: decoded(page.encode(), Reader("?", False, Private.ASKED)),
    "iconv -c": lambda page: decoded(page.encode(), Reader("", False, Private.DROPPED)),
}


def restored(text: str) -> str:
    return apply_edits(text, utf8_as_gbk.edits(text))


@pytest.mark.parametrize("name", READERS)
def test_most_of_a_page_comes_back_of_each_reader(name: str) -> None:
    found = READERS[name](PAGE)
    assert SequenceMatcher(None, PAGE, found, autojunk=False).ratio() < 0.4
    assert SequenceMatcher(None, PAGE, restored(found), autojunk=False).ratio() > 0.9


@pytest.mark.parametrize(
    ("name", "eats", "private"),
    [
        ("Python, GBK, ?", False, Lost.FIRST),
        ("Python, GBK, ignored", False, Lost.FIRST),
        ("Windows", True, Lost.KEPT),
        (".NET", False, Lost.WHOLE),
        ("iconv -c", False, Lost.WHOLE),
    ],
)
def test_a_page_tells_its_reader(name: str, eats: bool, private: Lost) -> None:
    page = utf8_as_gbk._Page.of(READERS[name](PAGE), Budget(1000, 0, 0), [])
    assert (bool(page.reader.eats), page.reader.private) == (eats, private)


def test_an_ascii_character_that_was_eaten_stays_a_sign() -> None:
    """The character before it comes back, and what the digit was is not invented."""
    found = decoded("他说，产品在2019年6月投产，2020年8月停产。".encode(), Reader("?", True, Private.KEPT))
    made = apply_edits(found, utf8_as_gbk.edits(found))
    assert "年?月投产" in made or "年6月投产" in made
    assert "骞" not in made


def test_what_a_page_lacks_was_not_eaten() -> None:
    """Where no blank stands behind ideographs, none was lost there."""
    eaten = [tail for lost in Told(tight=True).lost("月", asked=True) if isinstance(lost, Loss) for tail in lost.tails]
    assert b"." in eaten
    assert b" " not in eaten


def test_rows_behind_signs_are_shorter_where_a_reader_eats() -> None:
    assert eating("于1998年中?998年和2003骞?003骞1999") > 0 > eating("于1998年中?1998年和2003骞?2003骞1999")


PAIRS = tuple(bytes((a, b)) for a in range(0xA1, 0xA8) for b in range(0x80, 0xA1))


@given(st.sampled_from(SENTENCES), st.sets(st.integers(0, 60), max_size=4))
def test_what_is_put_in_stands_for_nothing_found(text: str, gone: set[int]) -> None:
    """Each atom is in one piece, whichever were dropped."""
    stream = text.encode()
    every = [stream[i : i + 2] for i in range(0, len(stream), 2)]
    atoms: list[Atom] = [atom for i, atom in enumerate(every) if i not in gone]
    filled = between(atoms, lambda _: (loss(PAIRS),))
    if filled is not None:
        pieces = filled.placed(mend(filled.atoms))
        assert [piece.start for piece in pieces] == [0, *(piece.end for piece in pieces[:-1])]
        assert pieces[-1].end == len(atoms)
        assert all(piece.start < piece.end for piece in pieces)


def test_a_pair_is_put_in_where_the_bytes_are_torn() -> None:
    stream = "请你季度总结一下".encode()
    assert stream[6:10] == b"\xe5\xad\xa3\xe5"
    ends = [0, 3, 6, 7, 12, 15, 18, 21, 24]
    atoms: list[Atom] = [stream[a:b] for a, b in pairwise(ends)]
    atoms[3] = stream[9:12]

    def fill(atoms: Sequence[Atom]) -> Filled | None:
        return between(atoms, lambda _: (loss((b"\xad\xa3", b"\xa4\x9a")),))

    filled = fill(atoms)
    assert filled is not None
    assert filled.starts == [0, 1, 2, 3, 3, 4, 5, 6, 7, 8]
    made = mended(atoms, "\n", "", Budget(1000, 0, 0), fill)
    assert "".join(piece.text for piece in made) == "请你季度总结一下"
    assert [piece.sure for piece in made].count(False) == 1


def test_a_byte_is_put_in_wherever_it_was() -> None:
    """Of one byte of a character that lost another nothing tells whether it was the second or the third."""
    atoms: list[Atom] = [bytes((byte,)) for byte in b"\xe9\x93" + "路".encode()]
    filled = within(atoms, (b"\x81", b"\x8d"))
    assert filled is not None
    assert filled.starts == [0, 2, 3, 4, 5]
    assert filled.atoms[0] == (loss((b"\xe9\x81\x93", b"\xe9\x8d\x93", b"\xe9\x93\x81", b"\xe9\x93\x8d")),)


def test_a_byte_that_is_missing_at_the_end_is_put_in_there_alone() -> None:
    atoms: list[Atom] = ["中".encode(), "文".encode()[:2]]
    assert between(atoms, lambda _: (loss((b"\x87",)),)) is None
    filled = between(atoms, lambda _: (loss((b"\x87",)),), ended=True)
    assert filled is not None
    assert "".join(piece.text for piece in filled.placed(mend(filled.atoms))) == "中文"


def test_a_reader_of_which_nothing_is_known_may_do_anything() -> None:
    atom = Told().lost("a", asked=True)
    assert not isinstance(atom, bytes)
    heads = {head for lost in atom for head in lost.heads}
    assert {b"?", b"\x80", b"\xbf"} <= heads
    assert any(len(head) == 2 for head in heads)


@pytest.mark.parametrize("name", ["Windows", "iconv -c"])
def test_runs_that_are_read_together_are_found_where_they_are(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of most, what they are does not hang on what they are read with."""
    found = f"整页的文字都在。\n{READERS[name](PAGE)}\nabc\n其他的文字也在。"
    together = utf8_as_gbk.edits(found)
    monkeypatch.setattr(utf8_as_gbk, "ALONE", -1)
    alone = utf8_as_gbk.edits(found)
    places = {(edit.span.start, edit.span.end, edit.replacement) for edit in alone}
    same = [edit for edit in together if (edit.span.start, edit.span.end, edit.replacement) in places]
    assert len(same) > 0.95 * len(together)
    assert len(together) > 0.95 * len(alone)
    made = apply_edits(found, together)
    assert made.startswith("整页的文字都在。\n")
    assert made.endswith("\nabc\n其他的文字也在。")


def test_the_pairs_of_a_page_are_counted_as_they_are_folded() -> None:
    """And of lines beside each other only those within each; what nobody asks for is not read."""
    own = OwnPairs(lambda: "學校，学校\ufffd的")
    assert own.scores_of_lines([("学", ["校", "生"], "，"), ("", ["学"], "")]) == [[log(3) + log(2), 0.0], [0.0]]
    assert OwnPairs(lambda: pytest.fail("read")).scores_of_lines([]) == []
    assert OwnPairs(lambda: "").scores_of_lines([("", ["学校"], "")]) == [[0.0]]


def test_far_parts_of_a_text_have_pairs_of_their_own() -> None:
    parts = Neighbourhoods(10 * PART, lambda start, end: f"{start} {end}")
    first, second = parts.of(0), parts.of(PART * 5)
    assert first.number != second.number == parts.of(PART * 6 - 1).number
    assert first.scores_of_lines([("", [f"0 {2 * PART}"], "")])[0][0] > 0
