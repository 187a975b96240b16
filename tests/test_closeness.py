"""Pieces with gaps and words near one another, found by arrays, against the meaning of the query text by text."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.engines.embedded import EmbeddedEngine, closeness
from seedsearch.engines.entries import (
    IndexEntry,
)
from seedsearch.engines.memory import MemoryEngine
from seedsearch.engines.query import Gapped, Near
from seedsearch.text.run_text import run_text
from tests.filling import put

# Characters of one, two, three and five bytes, letters of which several are one token, marks, and a blank.
from tests.strategies import examples

CHARS = "的一甲夔\U00020000ab1，。 "
PIECES = st.text(CHARS.replace(" ", ""), min_size=1, max_size=3)
gaps = st.tuples(st.integers(0, 3), st.integers(0, 9)).map(lambda gap: (gap[0], gap[0] + gap[1]))


@st.composite
def in_order(draw: st.DrawFn) -> Gapped:
    texts = draw(st.lists(PIECES, min_size=2, max_size=4))
    return Gapped(tuple(texts), tuple(draw(gaps) for _ in texts[1:]))


near_one_another = st.builds(Near, st.lists(PIECES, min_size=2, max_size=4).map(tuple), st.integers(0, 8))


def entry(number: int, text: str) -> IndexEntry:
    return IndexEntry(f"{number:03}", "", text, (), b"")


@pytest.mark.slow
@given(
    st.lists(st.text(CHARS, max_size=60), min_size=1, max_size=12),
    st.lists(in_order() | near_one_another, min_size=1, max_size=8),
    st.sampled_from([(1, 2, 1), (4, 3, 40), (512, 8, 1 << 20)]),
)
@examples(60)
def test_arrays_find_what_is_meant(texts: list[str], asked: list[Gapped | Near], sizes: tuple[int, int, int]) -> None:
    memory = MemoryEngine()
    with TemporaryDirectory() as folder:
        embedded = EmbeddedEngine(Path(folder), "test", create=True)
        for engine in (memory, embedded):
            with engine.writer() as writer:
                for number, text in enumerate(texts):
                    put(writer, entry(number, run_text(text)))
        first, times, together = sizes
        with patch.multiple(closeness, FIRST=first, TIMES=times, TOGETHER=together):
            for query in asked:
                found = [match.doc_id for match in embedded.search(query, 99).best]
                assert found == [match.doc_id for match in memory.search(query, 99).best]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("query", "looked"),
    [
        (Gapped(("的", "一"), ((0, 8),)), 1),  # in the first bytes of every text
        (Gapped(("的", "壬"), ((0, 8),)), 3),  # too far away: 512 bytes, 4,096, and all of it
        (Near(("的", "一"), 5), 1),
        (Near(("的", "壬"), 5), 4),  # and once more, with its tokens counted
    ],
)
def test_no_more_is_looked_at_than_is_needed(tmp_path: Path, query: Gapped | Near, looked: int) -> None:
    engine = EmbeddedEngine(tmp_path, "test", create=True)
    with engine.writer() as writer:
        for number in range(20):
            put(writer, entry(number, "的甲一" + "甲" * 9000 + "壬"))
    seen: list[object] = []
    (segment,) = engine.segments
    with patch.object(engine.budget, "spend", seen.append):
        engine.search(query, 0)
    assert segment.documents.count == 20
    assert seen.count(query) == looked + 1  # the last when it was done
