"""Chinese read in the wrong encoding of two bytes, or wrongly twice: it comes back, and other languages stay."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Indel

from fixtures.readers import MISREADINGS
from seedsearch.damage import Certainty, Damage
from seedsearch.restoring.steps import restore
from tests.misreadings import SENTENCES

SIMPLIFIED = "\n".join(text for text in SENTENCES if "們" not in text and "軟" not in text)
TRADITIONAL = "\n".join(text for text in SENTENCES if "們" in text or "軟" in text)

# How much comes back, by Indel similarity: the readers lose a byte in ten to twenty, which is a guess on short pages.
# A reader of Big5 loses one of two bytes out of three.
REACHED = {
    "UTF-8 as Shift_JIS": 0.95,
    "GBK as Shift_JIS": 0.9,
    "Big5 as Shift_JIS": 0.95,
    "UTF-8 as EUC-KR": 0.85,
    "GBK as EUC-KR": 0.95,
    "Big5 as EUC-KR": 0.85,
    "UTF-8 as Big5": 0.6,
    "UTF-8 as Latin-1 as GBK": 0.98,
    "UTF-8 as Windows-1252 as GBK": 0.95,
    "UTF-16 with its bytes swapped": 0.95,
}


@pytest.mark.parametrize("kind", REACHED)
def test_a_page_comes_back(kind: str) -> None:
    true, found = MISREADINGS[kind](TRADITIONAL if kind.startswith("Big5") else SIMPLIFIED, Random(kind))
    restored = restore(found, sure=0.0)
    assert Indel.normalized_similarity(true, restored.text) >= REACHED[kind]
    assert Damage.MISREAD_BYTES in {e.kind for e in restored.edits}


def test_signs_of_browsers_stand_for_one_byte_or_two() -> None:
    """They take a second byte along that is not ASCII: the characters show how many were lost."""
    stream = SIMPLIFIED.encode()
    found, at = "", 0
    while at < len(stream):
        size = next((size for size in (1, 2) if _reads(stream[at : at + size])), 0)
        taken = size or (2 if stream[at + 1 : at + 2] >= b"\x80" and stream[at] not in b"\x80\xa0" else 1)
        found += stream[at : at + size].decode("cp932") if size else "\ufffd"
        at += taken
    assert Indel.normalized_similarity(SIMPLIFIED, restore(found).text) > 0.6


def _reads(piece: bytes) -> bool:
    try:
        return len(piece.decode("cp932")) == 1
    except UnicodeDecodeError:
        return False


def test_a_character_that_the_way_can_not_write_spoils_no_run() -> None:
    found = (SIMPLIFIED[:30] + "好好" + SIMPLIFIED[30:]).encode("utf-16-le").decode("utf-16-be", "replace")
    found = found.replace("\u7d59\u7d59", "😀")
    assert Indel.normalized_similarity(SIMPLIFIED, restore(found).text) > 0.9


def test_what_lost_nothing_is_proved() -> None:
    _, found = MISREADINGS["UTF-8 as Latin-1 as GBK"](SIMPLIFIED, Random(0))
    assert {e.certainty for e in restore(found).edits} == {Certainty.PROVED}


def test_right_text_on_the_same_page_stays() -> None:
    right = "現代化的設備與人員，管理制度。"
    for kind in ("GBK as EUC-KR", "GBK as Shift_JIS", "UTF-8 as Latin-1 as GBK"):
        _, found = MISREADINGS[kind](SIMPLIFIED, Random(kind))
        assert restore(f"{right}\n{found}\n{right}").text.split("\n")[:: len(found.split("\n")) + 1] == [right] * 2


@pytest.mark.parametrize(
    "text",
    [
        "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다. 漢字(한자)도 있다.",
        "ﾃﾞｰﾀ ｦ ﾎｿﾞﾝ ｼﾃｸﾀﾞｻｲ。ﾌﾟﾘﾝﾀ ﾉ ｶﾐ ｶﾞ ｱﾘﾏｾﾝ。半角ｶﾅの電話番号を入力",
        "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता",
        "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์",
    ],
)
def test_other_languages_stay(text: str) -> None:
    assert not [e for e in restore("\n".join([text] * 4)).edits if e.kind is Damage.MISREAD_BYTES]


@given(st.text("한국어문서ｶﾀﾅ盲赂颅忙聳聡ભારત漢字中文的。， ab\n\ufffd", max_size=80))
def test_restoring_again_changes_nothing(text: str) -> None:
    once = restore(text).text
    assert restore(once).text == once
