"""The whole restoration over random mixtures of what damaged pages hold: lawful, at rest, and never an error."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from seedsearch.errors import StepUnknown
from seedsearch.offsets import apply_edits, check_edits
from seedsearch.restoring import findings, steps
from seedsearch.restoring.budget import Shares
from seedsearch.restoring.clean import clean
from seedsearch.restoring.signs import any_of
from seedsearch.restoring.steps import DECODING, STEPS, chosen, is_at_rest, kinds_of_steps, restore, signs
from tests.misreadings import SENTENCES
from tests.strategies import examples

# Pieces of damaged pages of all kinds, and single characters that mean something to one step or another.
PIECES = (
    *SENTENCES,
    "產(chǎn)業(yè)",
    "服務(wù )",
    "優(you)質",
    "？！",
    "?！睎|麗區",
    "?！墩ぷ鲌?bào)告",
    "社??ā耙豢ㄍā睉",
    "天津?qū)⑼ㄟ^",
    "…W",
    "?/p>",
    "\x06\x07，",
    "\ufffd\ufffd",
    "\0\0huan)",
    "涓枃",
    "鏁版嵁搴撹繛鎺ュけ璐?",
    "ä¸\xadæ–‡",
    "ÖÐÎÄ£¬",
    "い ゅ ゎ",
    "笢恅趼",
    "犕醯且跃诤佣秸焦僖蛔",
    "闂傚倸鍊搁",
    "&nbsp;",
    "&amp;lt;",
    "<br />",
    "</p>",
    "<ruby>雪<rt>ㄒㄩㄝˇ</rt></ruby>",
    "锟斤拷",
    "□",
    "⻉⽅",
    "\u200b",
    "\ue000\ue49e",
    "\n",
    "\r\n",
)
SINGLE = "?！？。，!()（）[<>&;/#\x05\x08\0\ufffd\ue000\ue494€ \n\tab1我的產務睎麗觔锟涓Ã中ÖÐㄍくā"
mixtures = st.lists(st.sampled_from(PIECES) | st.text(SINGLE, max_size=6), max_size=14).map("".join)


@examples(150)
@given(mixtures)
@example("產(chǎn)業(yè)?！墩ぷ鲌?bào)告?！墩ぷ鲌?bào)告?！墩ぷ鲌?bào)告")
@pytest.mark.slow
def test_edits_are_lawful_and_a_second_run_makes_none(text: str) -> None:
    left: Shares = {}
    once = restore(text, shares=left)
    check_edits(once.edits, len(text))
    assert apply_edits(text, once.edits) == once.text
    # Where no work was left, another run goes on with what the first one did not search; and what was in doubt, it asks
    # anew, of the text that the first one made.
    doubted = any(finding.candidates for finding in once.findings)
    assert restore(once.text).edits == () or doubted or any(units <= 0 for units in left.values())


@pytest.mark.slow
@examples(150)
@given(mixtures, st.sets(st.sampled_from(chosen())))
def test_only_the_steps_that_are_asked_for_make_edits(text: str, names: set[str]) -> None:
    kinds = dict(kinds_of_steps())
    every = restore(text)
    assert all(e.kind in kinds[e.step] for e in every.edits)
    without = clean(text, skip=sorted(names))
    assert not {e.step for e in without.edits} & names
    alone = clean(text, only=sorted(names)) if names else every
    assert {e.step for e in alone.edits} <= (names or kinds.keys())
    check_edits(without.edits, len(text))


def test_a_step_that_there_is_not_is_named_with_those_that_there_are() -> None:
    with pytest.raises(StepUnknown, match=r"no step tags; the steps are decoding, .*, repeated-passage"):
        clean("文字", only=["markup", "tags"])
    with pytest.raises(StepUnknown, match="no step a, b;"):
        clean("文字", skip=["b", "a"])


def test_what_decoding_repaired_is_a_step() -> None:
    row = json.loads((Path(__file__).parent / "cases" / "mixed-encoding.json").read_text(encoding="utf-8"))[0]
    content = bytes.fromhex(row["bytes"])
    assert {e.step for e in clean(content).edits} == {DECODING}
    assert clean(content, only=[DECODING]).readable == clean(content).readable
    left = clean(content, skip=[DECODING])
    assert not left.edits
    assert left.readable == left.raw.text


def test_the_one_scan_is_made_for_many_texts_and_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[str]()

    def scanned(text: str) -> bool:
        asked.append(text)
        return is_at_rest(text)

    monkeypatch.setattr(steps, "is_at_rest", scanned)
    monkeypatch.setattr(steps, "_scanned", Counter[str]())
    monkeypatch.setattr(steps, "SCANNED", 22)
    texts = ["清楚的文字。", "没有损坏。", "後(hòu)來的人。", "清楚的文字。", "後(hòu)來的人。"]
    first, *others = [restore(text) for text in texts]
    assert asked == texts[3:]  # the first three have 22 characters
    assert (first.text, others[1].text) == (others[2].text, others[3].text)


@examples(150)
@given(st.text(max_size=60))
def test_any_text_is_taken(text: str) -> None:
    once = restore(text)
    check_edits(once.edits, len(text))
    assert all(0 <= f.span.start < f.span.end <= len(text) for f in once.findings)


@examples(40)
@given(st.lists(mixtures, min_size=1, max_size=3), st.sampled_from(["\n", ",", '"', "\t"]))
def test_one_scan_sees_what_any_trigger_sees(texts: list[str], mark: str) -> None:
    """In a text, and in several of them behind one another: what stands around it hides no sign."""
    triggers = [*filter(None, (step.trigger for step in STEPS)), findings.TRIGGER]
    shown = [any(trigger.search(text) for trigger in triggers) for text in texts]
    assert [signs().search(text) is not None for text in texts] == shown
    at = 0
    for text, shows in zip(texts, shown, strict=True):
        there = signs().search(mark.join(texts), at)
        assert not shows or (there is not None and there.start() < at + len(text))
        at += len(text) + len(mark)


def test_a_trigger_that_begins_with_several_characters_is_refused() -> None:
    with pytest.raises(ValueError, match="one character"):
        any_of([re.compile("[ab]+c")])
