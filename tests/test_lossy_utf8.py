"""Scoring many characters at once, and losses that the characters on both sides settle."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.damage import Damage
from seedsearch.offsets import Edits
from seedsearch.restoring import (
    evidence,
    latin1,
    lossy_alone,
    lossy_bridges,
    lossy_choices,
    lossy_utf8,
    utf8_as_gbk,
)
from seedsearch.restoring.budget import Budget
from seedsearch.restoring.calibration import HIGHEST
from seedsearch.restoring.candidates import Candidates
from seedsearch.restoring.gbk_readers import Reader
from seedsearch.restoring.lossy_choices import Piece
from seedsearch.restoring.lossy_guesses import Atom, Lost
from seedsearch.restoring.lossy_utf8 import mend
from seedsearch.restoring.page import Page
from seedsearch.restoring.recent import Recent
from seedsearch.restoring.steps import restore
from seedsearch.text.character_model import STEP, model, pair_score
from seedsearch.text.pair_scores import NO_WORD, in_words
from tests.misreadings import SENTENCES

chars = st.sampled_from(
    "的一是在不了有和人這中大為上個國我以要他年月日第约于十0９aZ，。？！“”（）—… \n龘𠀀😀é\ufffd\ue000Ａ々〇"
)
LAST = Lost(tuple(bytes((b,)) for b in range(0x80, 0xC0)))
FEW = Lost((b"\xad", b"\xae", b"\xbd"))


@given(st.lists(chars, min_size=1, max_size=30), chars)
def test_many_are_scored_as_each_is(many: list[str], one: str) -> None:
    made = Candidates("".join(many))
    for char, after, before in zip(many, made.after(one), made.before(one), strict=True):
        assert math.isclose(after, pair_score(one, char))
        assert math.isclose(before, pair_score(char, one))


@given(st.lists(st.integers(0, 9000), min_size=1, max_size=9), st.lists(st.integers(0, 9000), max_size=400))
def test_words_hold_the_pairs_that_the_model_says(firsts: list[int], seconds: list[int]) -> None:
    """By the table and by the list in order."""
    ranked, follow = list(model().rank), model().follow
    for first in firsts:
        rows = follow[ranked[first]]
        wanted = [int(rows[ranked[s]] / STEP) if ranked[s] in rows else NO_WORD for s in seconds]
        assert in_words(first, np.array(seconds, np.int32)).tolist() == wanted


def torn(text: str, lost: Lost, places: set[int]) -> list[Atom]:
    """The bytes of `text`, those at `places` lost, where they are those that `lost` can stand for."""
    stream = text.encode()
    single = [stream[i : i + 1] for i in range(len(stream))]
    return [(lost,) if i in places and byte in lost.heads else byte for i, byte in enumerate(single)]


WORD = 4.0  # nats that a word of the dictionary may weigh more than its pairs: 網路 is one, and 爲路 reads better by 2


@given(st.sampled_from(SENTENCES), st.sets(st.integers(0, 120), max_size=12), st.sampled_from((LAST, FEW)))
def test_what_is_settled_is_what_a_search_finds(text: str, places: set[int], lost: Lost) -> None:
    """Losses that hang together in any way: settled at once, or by the beam alone."""
    atoms = torn(text, lost, places)
    settled = mend(atoms, work=Budget(10**6, 0, 0))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lossy_utf8, "CHAIN", 0)
        patch.setattr(lossy_utf8, "SHORT", 0)
        patch.setattr(lossy_utf8, "settled_alone", lambda *_: {})
        searched = mend(atoms, work=Budget(10**6, 0, 0))
    assert [piece[:2] for piece in settled] == [piece[:2] for piece in searched]
    assert read(settled) >= read(searched) - WORD


def read(pieces: list[Piece]) -> float:
    text = "".join(piece.text for piece in pieces)
    return sum(map(pair_score, "\n" + text, text))


@given(st.sampled_from(SENTENCES), st.sets(st.integers(0, 120), max_size=12))
def test_every_atom_is_in_one_piece(text: str, places: set[int]) -> None:
    atoms = torn(text, LAST, places)
    pieces = mend(atoms)
    assert [piece.start for piece in pieces] == [0, *(piece.end for piece in pieces[:-1])]
    assert pieces[-1].end == len(atoms)
    for piece in pieces:
        if piece.sure and not piece.torn:
            assert piece.text.encode() == b"".join(a for a in atoms[piece.start : piece.end] if isinstance(a, bytes))


@given(st.lists(st.binary(min_size=1, max_size=4) | st.just((LAST,)) | st.just((FEW, LAST)), max_size=12))
def test_any_bytes_are_read_to_their_end(atoms: list[Atom]) -> None:
    pieces = mend(atoms)
    assert [piece.start for piece in pieces] == [0, *(piece.end for piece in pieces[:-1])][: len(pieces)]
    assert not atoms or pieces[-1].end == len(atoms)


KINDS = [(LAST,), (LAST, utf8_as_gbk._EURO[0]), Reader(eats=None).lost("a", asked=True)]


@given(st.sampled_from(SENTENCES), st.sets(st.integers(0, 120), max_size=24), st.sampled_from(KINDS))
def test_what_stands_alone_is_settled_as_by_itself(text: str, places: set[int], lost: tuple[Lost, ...]) -> None:
    """All of them at once, or each when it comes: the same characters, as sure."""
    stream = text.encode()
    atoms: list[Atom] = [lost if i in places else stream[i : i + 1] for i in range(len(stream))]
    together = mend(atoms, work=Budget(10**6, 0, 0))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lossy_utf8, "settled_alone", lambda *_: {})
        each = mend(atoms, work=Budget(10**6, 0, 0))
    assert together == each


@given(st.sampled_from(SENTENCES), st.sets(st.integers(0, 120), max_size=24), st.sampled_from(KINDS))
def test_what_is_asked_together_is_what_each_is_by_itself(text: str, places: set[int], lost: tuple[Lost, ...]) -> None:
    """Losses that hang together, and how sure each of them is: the same characters for the same work."""
    stream = text.encode()
    atoms: list[Atom] = [lost if i in places else stream[i : i + 1] for i in range(len(stream))]
    work, others = Budget(10**6, 0, 0), Budget(10**6, 0, 0)
    together = mend(atoms, work=work)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lossy_utf8, "prepare", lambda *_: None)
        patch.setattr(lossy_bridges, "_kept", Recent(0))
        patch.setattr(lossy_alone, "FEW", len(atoms) + 1)
        each = mend(atoms, work=others)
    assert together == each
    assert work.left == others.left


def test_what_comes_again_on_a_page_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = "他说：今天天气很好。".encode()
    atoms: list[Atom] = [(LAST,) if i in (11, 12, 17) else stream[i : i + 1] for i in range(len(stream))]
    asked, told = list[object](), lossy_choices._Torn.of

    def counted(*of: Any) -> lossy_choices._Torn:
        asked.append(of)
        return told(*of)

    monkeypatch.setattr(lossy_choices._Torn, "of", counted)
    once = mend(atoms)
    number = len(asked)
    again = mend(atoms * 40)
    assert "".join(piece.text for piece in again) == 40 * "".join(piece.text for piece in once)
    assert 0 < len(asked) <= 4 * number


def test_what_stands_alone_needs_no_search(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "系统升级完成以后，请重新登录并检查设置是否正确。"
    stream = text.encode()
    atoms: list[Atom] = [(LAST,) if i % 12 == 5 else stream[i : i + 1] for i in range(len(stream))]
    monkeypatch.setattr(lossy_utf8, "_decided", lambda *_: pytest.fail("asked for one loss"))
    assert not any(piece.torn for piece in mend(atoms))


def test_a_short_text_that_comes_again_is_what_it_was() -> None:
    stream = "中文章".encode()
    atoms: list[Atom] = [stream[:2], (LAST,), *(stream[i : i + 1] for i in range(3, len(stream)))]
    assert mend(atoms, "新") == mend(atoms, "新") != mend(atoms, "\n")
    none_left = Budget(0, 0, 0)
    assert mend([(FEW,), b"\xad"], work=none_left)[0].torn
    assert none_left.refused


def test_a_short_text_that_comes_again_costs_what_it_did() -> None:
    """What is restored, where work is scarce, does not hang on the texts before it."""
    lost: list[Atom] = [(FEW,), (FEW,), b"\x80"]
    first, again = Budget(1000, 0, 0), Budget(1000, 0, 0)
    assert mend(lost, work=first) == mend(lost, work=again)
    assert first.left == again.left < 1000
    assert not again.refused
    scarce = Budget(1, 0, 0)
    assert mend(lost, work=scarce)[-1].torn
    assert scarce.refused


def test_a_lead_byte_before_other_characters_settles_nothing() -> None:
    assert "".join(piece.shown for piece in mend([b"\xe4\xb8", (FEW,), b"\xf0ab", b"cd"])).endswith("abcd")


def test_what_another_reading_is_far_behind_is_as_good_as_sure() -> None:
    lost = (Lost((b"\xb8",)), Lost((b"\xb9",), cost=60.0))
    piece = mend([b"\xe4", lost, b"\xad", *(char.encode() for char in "文章")])[0]
    assert piece.text == "中"
    assert piece.weight is not None
    assert piece.weight.probability == HIGHEST


def test_all_bytes_of_a_piece_are_shared_out_to_its_atoms() -> None:
    """Also where those of a loss begin with what could be all that was lost."""
    lost = (Lost((b"\xa0\xa0\xe4\xb8",)), Lost((b"\xa0",), cost=40.0))
    piece = mend([b"\xe4", lost, b"\xa0", *(char.encode() for char in "中文")])[0]
    assert piece.text == "䠠丠"
    assert piece.weight is not None
    assert all(other.text != piece.text for guess in piece.weight.guesses for other in guess.others)
    assert piece.weight.probability == HIGHEST


@pytest.mark.parametrize("step", [utf8_as_gbk, latin1], ids=["GBK", "Latin-1"])
def test_what_no_work_was_left_for_is_reported(monkeypatch: pytest.MonkeyPatch, step: object) -> None:
    page = "\n".join(SENTENCES * 3)
    found = page.encode().decode("gbk" if step is utf8_as_gbk else "cp1252", "replace")
    assert not any(f.kind is Damage.UNREPAIRED_BYTES for f in restore(found, sure=0.0).findings)
    monkeypatch.setattr(step, "WORK", 5)
    monkeypatch.setattr(step, "WORK_EACH", 0)
    left = restore(found, sure=0.0)
    places = [f.span for f in left.findings if f.kind is Damage.UNREPAIRED_BYTES]
    assert places
    assert any("\ufffd" in span.cut(found) for span in places)
    assert "系统升级完成以后" in left.text


def test_sound_text_around_a_long_stretch_is_not_read() -> None:
    """In a run without an ASCII character, only what is near two signs of the fault is asked."""
    sound, lost = "人们在公园里散步，看见许多老人和孩子。" * 50, "系统升级完成以后，请重新登录并检查设置是"
    found = sound + lost.encode().decode("gb18030") + sound
    assert restore(found).text == sound + lost + sound
    run = next(utf8_as_gbk._suspect_runs(found))[0]
    assert sum(end - start for start, end in utf8_as_gbk._windows(run)) < 100


def test_columns_are_believed_as_lists_are() -> None:
    found = "\n".join(SENTENCES * 2).encode().decode("gb18030", "replace")
    edits = utf8_as_gbk.edits(found)
    assert len(edits) > 100
    assert list(evidence.believed(Page(found), Edits(edits))) == list(evidence.believed(Page(found), list(edits)))
