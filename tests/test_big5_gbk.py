from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.damage import Certainty, Damage
from seedsearch.offsets import apply_edits
from seedsearch.restoring import big5_gbk, pair_reading
from seedsearch.restoring.pair_faults import Fault, Run
from seedsearch.restoring.pair_reading import Way
from tests.misreadings import SENTENCES

TRADITIONAL = [s for s in SENTENCES if "們" in s or "這" in s]
SIMPLIFIED = [s for s in SENTENCES if s not in TRADITIONAL]
pages = st.lists(st.sampled_from(TRADITIONAL), min_size=1, max_size=3).map("\n".join)


def restored(text: str) -> str:
    trigger = big5_gbk.TRIGGER
    return apply_edits(text, big5_gbk.edits(text)) if trigger is None or trigger.search(text) else text


@given(pages)
def test_big5_read_with_private_use_characters_comes_back(page: str) -> None:
    found = page.encode("big5").decode("gb18030")
    edits = big5_gbk.edits(found)
    assert apply_edits(found, edits) == page
    assert {e.kind for e in edits} == {Damage.BIG5_AS_GBK}
    assert {e.certainty for e in edits} == {Certainty.PROVED}


def likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


@pytest.mark.parametrize("lost", ["\ufffd", "?"])
def test_most_of_big5_read_without_them_comes_back(lost: str) -> None:
    page = "\n".join(TRADITIONAL)
    found = page.encode("big5").decode("gbk", "replace").replace("\ufffd", lost)
    edits = big5_gbk.edits(found)
    assert likeness(page, apply_edits(found, edits)) > 0.85
    assert Certainty.INFERRED in {e.certainty for e in edits}
    assert all((e.probability is not None) == (e.certainty is Certainty.INFERRED) for e in edits)


@pytest.mark.parametrize("lost", ["\ufffd", "?"])
@pytest.mark.parametrize("reader", ["big5", "cp950", "big5hkscs"])
def test_most_of_gbk_read_as_big5_comes_back(reader: str, lost: str) -> None:
    page = "\n".join(SIMPLIFIED)
    found = page.encode("gbk").decode(reader, "replace").replace("\ufffd", lost)
    edits = big5_gbk.edits(found)
    assert likeness(page, apply_edits(found, edits)) > (0.9 if reader == "big5hkscs" else 0.8)
    assert {e.kind for e in edits} == {Damage.GBK_AS_BIG5}


def test_question_marks_of_the_text_stay() -> None:
    """Few of them among the wide characters, or none between them, were not lost bytes."""
    page = "\n".join(TRADITIONAL) + "\n真的嗎?真的! http://example.org/?id=3&x=?\n"
    found = page.encode("big5").decode("gb18030")
    assert apply_edits(found, big5_gbk.edits(found)) == page


@given(st.text("硂琌い\ue14c?╰参ㄛ腔恅趼中文，。的 a@\n", max_size=40))
def test_no_replacement_character_is_made(text: str) -> None:
    assert "\ufffd" not in restored(text)


@given(pages, st.sampled_from(SENTENCES))
def test_right_text_beside_it_stays(page: str, other: str) -> None:
    found = f"{other}\n{page.encode('big5').decode('gb18030')}\n{other}"
    assert restored(found) == f"{other}\n{page}\n{other}"


@given(st.text("硂琌い\ue14c\ufffd╰参ㄛ腔恅趼中文，。的 a\n", max_size=40))
def test_a_second_run_makes_no_edits(text: str) -> None:
    once = restored(text)
    assert restored(once) == once


@pytest.mark.parametrize("text", ["\ufffd" * 3000, "\ue000ㄛ" * 3000, "䴉" * 3000, "鸚鵡鸕鷀。" * 400])
def test_rows_of_odd_characters_stay(text: str) -> None:
    assert restored(text) == text


def test_prose_is_not_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    """种种 is two characters of the rare level of Big5, and a search takes a hundred times as long as the rest."""

    def searched(*_: object) -> None:
        raise AssertionError

    text = "孝子的心情是极其悲哀的，用种种礼节来节制他的悲哀，就是为了顺应这种变化。"
    assert big5_gbk.TRIGGER.search(text)
    monkeypatch.setattr(pair_reading, "_search", searched)
    assert not big5_gbk.edits(text)


def test_question_marks_of_prose_are_counted_and_not_put_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of a long text was changed for U+FFFD, only to see that they are too few to be what was lost."""
    monkeypatch.setattr(big5_gbk, "_RUN_ASKED", None)
    assert not big5_gbk.edits(("今天的天气很好，" * 6 + "我们一起去公园里散步吧?") * 9)


def test_a_page_that_reads_well_is_not_asked_by_which_reader_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which of the readers of Big5 it was is told by every character of the page."""
    monkeypatch.setattr(big5_gbk, "faults_of", None)
    assert not big5_gbk.edits("用种种礼节来节制他的悲哀，就是为了顺应这种变化。" * 9)


@given(st.text("种种鵰中文的，。ぁㄅ\ufffd\ue000?a@\n ", max_size=60))
def test_the_runs_to_look_at_are_found_without_looking_at_every_run(text: str) -> None:
    short = [m.span() for m in big5_gbk._RUN.finditer(text) if len(m[0]) <= big5_gbk.SHORT]
    telling = [span for span in short if big5_gbk.TRIGGER.search(text[slice(*span)])]
    found = [(span.start, span.end) for span in big5_gbk._telling(text)]
    assert [span for span in found if span[1] - span[0] <= big5_gbk.SHORT] == telling


@pytest.mark.parametrize("read", ["big5", "cp950"])
def test_gbk_read_as_big5_is_not_searched_for_as_big5_read_as_gbk(read: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """That search takes longer than the right one, and what Big5 shows for everyday signs tells which that is."""
    asked = list[Damage]()
    way_of = pair_reading.way_of

    def watched(runs: Sequence[Run], fault: Fault, *, asks: bool, dropped: bool) -> Way | None:
        asked.append(fault.kind)
        return way_of(runs, fault, asks=asks, dropped=dropped)

    monkeypatch.setattr(big5_gbk, "way_of", watched)
    assert big5_gbk.edits("\n".join(SENTENCES).encode("gbk").decode(read, "replace"))
    assert asked == [Damage.GBK_AS_BIG5]
