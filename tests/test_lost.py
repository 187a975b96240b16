from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.damage import FOUND
from seedsearch.restoring import findings

SOUP = st.text("文字好a1?？！，。\n <>[]+B0□■\ue000\ue001\ufffd锟斤拷锘烫屯、；：Яㄅㄆ┺─áùä¸锛鐨|", max_size=40)


@given(SOUP)
def test_findings_are_in_order_apart_and_inside(text: str) -> None:
    last = 0
    for finding in findings.findings(text):
        assert last <= finding.span.start < finding.span.end <= len(text)
        assert finding.kind in FOUND
        last = finding.span.end


@given(SOUP)
def test_the_scan_misses_nothing(text: str) -> None:
    if findings.TRIGGER.search(text) is None:
        assert not [span for _, detect in findings._DETECTORS for span in detect(text)]


@given(st.text("文字甲乙丙，。“”《》、；：abc123\n 　", max_size=60))
def test_clean_text_has_none(text: str) -> None:
    assert findings.findings(text) == []


@pytest.mark.parametrize(
    "piece", ["?", "好?", "□", "\ue000a", "锟", "锟拷", "锛", "ä¸", "好Я", "[好+", "好á", "<好", "B1"]
)
def test_hostile_pages_come_to_an_end(piece: str) -> None:
    text = piece * 20_000
    assert sum(len(f.span) for f in findings.findings(text)) <= len(text)
