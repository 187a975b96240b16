"""Clean text is not restored: what proves nothing, kind by kind, and what a repair of bytes may do at all."""

from __future__ import annotations

from itertools import islice
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypinyin import Style, lazy_pinyin

from benchmarks import harm_kinds, harm_others
from benchmarks.harm import HARM, row
from benchmarks.harm_kinds import character_set, texts
from fixtures.generator import traditional as traditional_of
from seedsearch.damage import Certainty, Damage
from seedsearch.offsets import edit
from seedsearch.reading.documents import (
    RawDocument,
)
from seedsearch.restoring import evidence
from seedsearch.restoring.clean import clean_document
from seedsearch.restoring.corruptions import Private, Reader, decoded
from seedsearch.restoring.page import Page
from seedsearch.restoring.steps import restore
from seedsearch.text.character_model import model
from seedsearch.text.folding import is_han
from tests.misreadings import SENTENCES
from tests.test_restore import mixtures

KINDS = harm_kinds.KINDS | harm_others.KINDS
A_FEW = 12  # texts of a kind
PLANTED_LISTS = 240
RARE = "".join(islice(character_set("gb2312"), 4500, 7000)) + "".join(islice(character_set("big5"), 6000, 9000))


def read(char: str) -> str:
    reading: str = lazy_pinyin(char, style=Style.TONE)[0]
    return reading


def harm(text: str) -> list[str]:
    return [str(e.kind) for e in restore(text).edits if e.kind in HARM]


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_clean_text_of_every_kind_stays(kind: str) -> None:
    done = row(texts(kind, KINDS[kind], A_FEW))
    assert done.texts
    assert not done.offenders


PROSE = "他们走到河边的时候，天已经黑了。渡船上的人说，今晚的风太大，谁也不能过去。老人坐下来，把灯放在脚边。"
OFTEN = "每年的產量和每年的銷量都要報告，"


@pytest.mark.slow
@pytest.mark.parametrize("rate", [0.05, 0.1, 0.2])
@pytest.mark.parametrize("traditional", [False, True])
def test_readings_planted_on_characters_that_stand_once_stay(rate: float, traditional: bool) -> None:
    rng = Random(f"{rate} {traditional}")
    words = [word for word in sorted(model().long_words) if len(word) < 5 and all(map(is_han, word))]
    harmed = 0
    for _ in range(PLANTED_LISTS):
        some = (word if not traditional else "".join(map(traditional_of, word)) for word in rng.sample(words, 60))
        harmed += bool(harm("，".join(f"{word}({read(word[-1])})" if rng.random() < rate else word for word in some)))
    assert (
        harmed <= 2
    )  # of 240, by the sample of words; twenty before consistency had to be shown by characters that stand again


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("長(zhǎng)" * 3 + PROSE * 4, 0),  # one character, however often, is what an author glosses
        (
            PROSE.replace("河", "河(hé)")
            .replace("船", "船(chuán)")
            .replace("脚", "脚(jiǎo)")
            .replace("灯", "灯(dēng)"),
            0,
        ),
        (OFTEN.replace("產", "產(chǎn)").replace("報", "報(bào)").replace("銷", "銷(xiāo)") * 2, 6),
    ],
)
def test_chance_marks_nothing_twice(text: str, marks: int) -> None:
    assert len(harm(text)) == marks


@pytest.mark.slow
@pytest.mark.parametrize("codec", ["gb2312", "big5"])
def test_no_character_is_restored_alone_or_repeated(codec: str) -> None:
    """Lines of one character four times, each a text, and all of them together."""
    lines = [char * 4 for char in character_set(codec)[::7]]
    assert not [line for line in lines if harm(line)]
    assert not harm("\n".join(lines))


@pytest.mark.slow
@settings(max_examples=100)
@given(st.text(RARE, min_size=1, max_size=5), st.lists(st.integers(0, 4), min_size=1, max_size=40))
def test_a_few_different_characters_prove_nothing(chars: str, order: list[int]) -> None:
    assert not harm("".join(chars[i % len(chars)] for i in order))


@pytest.mark.slow
@settings(max_examples=100)
@given(mixtures)
def test_no_repair_adds_what_can_not_be_read(text: str) -> None:
    assert restore(text).text.count("\ufffd") <= text.count("\ufffd")


def misread_with_losses(text: str) -> str:
    """Big5 as a reader of GBK without private-use characters shows it."""
    return decoded(text.encode("big5"), Reader("\ufffd", eats=False, private=Private.ASKED)).replace("?", "\ufffd")


@pytest.mark.slow
@pytest.mark.parametrize(("first", "mark"), [("浠", "\n"), ("鍙", " "), ("鍏", "\n"), ("鍦", " "), ("路", "")])
def test_one_character_with_every_other_proves_nothing(first: str, mark: str) -> None:
    """Pairs that could have lost bytes without a sign, and 路 by turns, which is · of Latin-1 in GBK."""
    assert not harm(mark.join(first + second for second in harm_kinds.frequent()[:2000]))


SOUND = "".join(SENTENCES)
PROOF = "这是一个很长的句子，用来说明数据库连接失败的原因和处理办法。"


@pytest.mark.parametrize("word", ["中文", "测试", "说明书"])
@pytest.mark.parametrize("page", ["gb18030", "latin-1"])
def test_a_word_in_utf8_proves_itself(word: str, page: str) -> None:
    shown = word.encode().decode(page, "replace")
    if "\ufffd" not in shown:
        assert restore(f"msg={shown} code=5\n").text == f"msg={word} code=5\n"


@pytest.mark.parametrize("word", ["中文", "测试", "姓名"])
def test_a_word_in_gbk_between_what_are_no_letters_proves_itself(word: str) -> None:
    shown = word.encode("gbk").decode("latin-1")
    assert restore(f"msg={shown} code=5\n").text == f"msg={word} code=5\n"
    assert restore(f"msg{shown} code=5\n").text == f"msg{shown} code=5\n"


@pytest.mark.parametrize(
    "text", ["é›…é›…", "ƒø´ïå≠ÃŸ\nÏ∞", "ÁÉÍÓÚ ÄÖÜ", "ÒÓÔÕ", "àâæç éèêë", "娴嬭 瘯", "ÖÐ ÎÄ", "°±²³´µ¶·"]
)
def test_what_is_no_word_proves_nothing(text: str) -> None:
    assert restore(text).text == text


def test_what_is_short_is_believed_beside_what_proves_itself() -> None:
    short = "果白".encode().decode("gb18030")  # in no word
    long = "".join(c for c in PROOF if c not in "，。").encode().decode("gb18030", "ignore")
    assert restore(short).text == short
    assert restore(f"{long}\n{short}").text.endswith("\n果白")
    far = f"{long}\n{SOUND * 8}\n{short}"
    assert len(far) > len(long) + evidence.AROUND
    assert restore(far).text.endswith(f"\n{short}")


READ = "数据库连接失败的原因"


@pytest.mark.parametrize(
    ("found", "made", "kept"),
    [
        ("犕醯且跃诤佣秸焦僖", READ, True),
        ("犕醯且跃犕醯且跃诤", READ, False),  # five different characters found
        ("犕醯且跃诤佣秸焦僖", "数据数据数据数据数据", False),  # one word, again and again
        ("犕醯且跃诤佣秸焦僖", "妈钟鱼晚湖帽纸猫窗铜", False),  # many characters and no words
        ("数据库连接失败的原", READ, False),  # as many words before
        ("犕醯且跃诤佣秸焦僖", READ + "\ufffd", False),
    ],
)
def test_evidence(found: str, made: str, kept: bool) -> None:
    change = edit(0, len(found), made, Damage.GBK_AS_BIG5, Certainty.PROVED)
    assert evidence.believed(Page(found), [change]) == [change] * kept


def test_a_guess_is_no_evidence() -> None:
    found = "犕醯\ufffd且跃\ufffd诤佣"
    guessed = [edit(0, len(found), READ, Damage.BIG5_AS_GBK, Certainty.INFERRED)]
    assert not evidence.believed(Page(found), guessed)
    known = edit(len(found), 2 * len(found), READ, Damage.BIG5_AS_GBK)
    page = found + "犕醯且跃诤佣秸焦"
    assert evidence.believed(Page(page), [*guessed, known]) == [*guessed, known]
    assert evidence.believed(Page(page, unsure=True), [*guessed, known]) == [known]


@pytest.mark.parametrize("unsure", [False, True])
def test_nothing_is_built_on_what_the_decoder_could_not_read(unsure: bool) -> None:
    """Big5 read as GBK in which pairs were lost: guessed where the file held the signs, not where we wrote them."""
    found = misread_with_losses("本書的內容是經濟全球化以後的長期發展，作者在書中討論了很多問題。")
    assert "\ufffd" in found
    done = restore(found, unsure=unsure)
    guessed = [e for e in done.edits if e.kind in HARM and "\ufffd" in e.span.cut(found)]
    assert bool(guessed) is not unsure


def test_which_decoders_are_unsure() -> None:
    found = misread_with_losses("本書的內容是經濟全球化以後的長期發展，作者在書中討論了很多問題。")
    for encoding, guessed in (("str", True), ("utf-8", True), ("gb18030", False), ("big5", False)):
        done = clean_document(RawDocument("", encoding, found))
        assert any("\ufffd" in e.span.cut(found) for e in done.edits) is guessed
