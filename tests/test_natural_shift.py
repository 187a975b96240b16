from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.damage import Certainty, Damage
from seedsearch.offsets import apply_edits
from seedsearch.restoring import lossless_shift
from seedsearch.restoring.corruptions import Private, Reader, decoded
from seedsearch.restoring.steps import restore
from tests.misreadings import SENTENCES

STORY = (
    "县里派人到河边查看，见水势很大，就叫百姓搬到山上去住。老人和孩子先走，年轻人留下来搬粮食。",
    "第二天早上雨停了，太阳出来，大家才放下心来。村长说今年的收成不会好，要早一点准备过冬的东西。",
)


def restored(text: str) -> str:
    trigger = lossless_shift.TRIGGER
    return apply_edits(text, lossless_shift.edits(text)) if trigger is None or trigger.search(text) else text


@pytest.mark.parametrize("line", STORY)
@pytest.mark.parametrize("private", [Private.KEPT, Private.DROPPED])
def test_halves_of_characters_are_not_joined_where_pairs_were_dropped(line: str, private: Private) -> None:
    """Every tenth pair of a shift has no character; a reader that dropped them left halves that fit one another."""
    cut, stream = 4, line.encode("gb18030")
    shifted = decoded(stream[: 2 * cut] + stream[2 * cut + 1 :], Reader("", False, private))
    made = restore(shifted)
    assert (made.text == shifted) == (private is not Private.KEPT)
    if private is Private.KEPT:
        assert made.text[cut + 1 :].startswith(line[cut + 2 : -1])
    else:
        assert any(finding.candidates for finding in made.findings)


@pytest.mark.parametrize("line", STORY)
@pytest.mark.parametrize("left_over", [b"\xa0", b"\xb1", b"\xe3"])
def test_a_byte_left_over_shifts_the_rest_of_the_line(line: str, left_over: bytes) -> None:
    cut = 14
    stream = line[:cut].encode("gb18030") + left_over + line[cut:].encode("gb18030")
    found = stream.decode("gb18030", "replace") + "\n" + STORY[0]
    edits = lossless_shift.edits(found)
    assert {e.kind for e in edits} == {Damage.SHIFTED_BYTES}
    made = apply_edits(found, edits)
    assert made.startswith(line[: cut - 1])
    assert line[cut + 1 : -1] in made
    assert made.count("\ufffd") == found.count("\ufffd")
    assert made.endswith("\n" + STORY[0])
    assert restored(made) == made


def test_a_sure_repair_reads_wrongly_as_what_was_found() -> None:
    for seed in range(20):
        line = Random(seed).choice(STORY)
        found = (b"\xa0" + line.encode("gb18030")).decode("gb18030", "replace")
        for e in lossless_shift.edits(found):
            if e.certainty is Certainty.PROVED:
                assert e.replacement.encode("gb18030") == e.span.cut(found).encode("gb18030")


def test_dropped_pairs_that_tore_a_comma_are_guessed() -> None:
    line = STORY[0][:-1] + "，制作农具的人也留了下来"
    stream = b"\xa0" + line.encode("gb18030")
    found = stream.decode("gb18030", "replace")
    dropped = b"\xac\xd6".decode("gb18030")  # ， and 制 torn: a pair without a character
    assert dropped in found
    made = lossless_shift.edits(found.replace(dropped, ""))
    assert [e.certainty for e in made] == [Certainty.INFERRED]
    assert "，制作农具的人" in made[0].replacement


@given(st.lists(st.sampled_from(STORY + SENTENCES), max_size=4).map("".join))
def test_clean_text_stays(text: str) -> None:
    assert restored(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "偏旁：亻彳氵讠丬忄宀辶纟艹扌犭饣",
        "鹧鸪、鹦鹉、鸬鹚、鸳鸯、鹌鹑、鹁鸪，都是鸟名。",
        "①②③④⑤⑥⑦⑧⑨⑩ Ⅰ Ⅱ Ⅲ αβγδ",
        "饕餮、貔貅、麒麟、狴犴、睚眦、螭吻，各有其说。",
    ],
)
def test_lists_of_rare_characters_stay(text: str) -> None:
    assert restored(text) == text


def test_the_character_that_lost_its_byte_is_a_finding() -> None:
    line = STORY[0]
    found = (line[:14].encode("gb18030") + b"\xa0" + line[14:].encode("gb18030")).decode("gb18030", "replace")
    done = restore(found + "\n" + STORY[1])
    lost = [f for f in done.findings if f.kind is Damage.LOST_CHARACTER]
    assert [f.span for f in lost] == [e.span for e in done.edits]
    assert not [f for f in restore("".join(STORY)).findings if f.kind is Damage.LOST_CHARACTER]


def test_sums_by_arrays_are_those_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    run = "犕醯且跃诤佣，焊接材料的创新" * 30
    one_by_one = lossless_shift._sums(run)
    monkeypatch.setattr(lossless_shift, "MANY", 1)
    monkeypatch.setattr(lossless_shift, "PORTION", 50)
    assert lossless_shift._sums(run) == one_by_one
