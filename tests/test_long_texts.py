"""A text that is looked at in pieces is indexed as it would be whole."""

from __future__ import annotations

import random
import subprocess
import sys
import tracemalloc
from collections import Counter
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from seedsearch.engines.batch import (
    Batch,
)
from seedsearch.engines.embedded import postings
from seedsearch.engines.embedded.packer import Pack, Packer, TermsPack
from seedsearch.engines.embedded.postings import Rows
from seedsearch.engines.embedded.text_store import put_together
from seedsearch.engines.entries import IndexEntry
from seedsearch.indexing import pipeline
from seedsearch.indexing.pipeline import batch_of
from seedsearch.text import batch, batch_analyzer
from seedsearch.text.array_types import Bytes
from seedsearch.text.batch import Part, RunTexts, pieces_of
from seedsearch.text.batch_analyzer import words_of
from seedsearch.text.code_points import text_of
from seedsearch.text.run_text import run_text
from tests.strategies import mixed_text

pytestmark = pytest.mark.slow

LONGEST = 3  # ideographs that are cut together here: few, so that short texts are cut in their rows

long_texts = st.lists(
    st.one_of(
        mixed_text,
        st.text("焊接產，。ab1 \n,;.-+", max_size=60),
        st.text("焊接产业 \n", max_size=60),
        st.lists(
            st.sampled_from(["焊接", "，", "產業", "Ab", " ", "\n", "；", "v2.0", "C++", ", ", "。\n"]), max_size=40
        ).map("".join),
    ),
    max_size=4,
)


def entries_of(texts: Sequence[str]) -> list[IndexEntry]:
    return [IndexEntry(f"{i}", "00", text, (f"tag:{i}",), b"") for i, text in enumerate(texts)]


def packed(texts: Sequence[str], together: int, longest: int = LONGEST) -> tuple[Pack, int]:
    """The pack of some texts that are looked at in parts of so many characters, and how many parts there were."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch, "TOGETHER", together)
        for module in (batch_analyzer, pipeline):
            patch.setattr(module, "LONGEST_RUN", longest)
        made = batch_of(entries_of(texts))
        parts = list(made.parts)
        return Packer.fitted([]).pack(Batch(made.entries, parts)), len(parts)


def counts_of(rows: Rows) -> dict[tuple[int, int], int]:
    keys, lists = postings.unpacked(rows)
    owners = keys[lists.owners()].tolist() if len(keys) else []
    return dict(zip(zip(owners, lists.documents.tolist(), strict=True), lists.counts.tolist(), strict=True))


def words_in(pack: TermsPack) -> dict[tuple[bytes, int, int], int]:
    assert len(set(pack.terms)) == len(pack.terms) == len(pack.known)
    counts = counts_of(pack.rows).items()
    return {(pack.terms[key], int(pack.known[key]), document): count for (key, document), count in counts}


def together_again(pieces: Sequence[Bytes]) -> Bytes:
    return np.concatenate([np.zeros(0, dtype=np.uint8), *pieces])


@given(long_texts, st.integers(1, 12))
@example(["焊接，產業，" * 12, "", "Ab, Ab, Ab, Ab", "一" * 40], 4)
@example(["Ab,a;b,A;B,", "a b c d e f g h"], 1)
@example(["〇5〇焊接"], 1)
def test_pieces_make_the_pack_of_the_whole(texts: list[str], together: int) -> None:
    whole, _ = packed(texts, 1 << 20)
    cut, _ = packed(texts, together)
    assert together_again(cut.codes).tobytes() == together_again(whole.codes).tobytes()
    for column in ("code_sizes", "gram_lengths", "word_lengths"):
        assert getattr(cut, column).tolist() == getattr(whole, column).tolist()
    assert cut.pairs.tolist() == whole.pairs.tolist()
    assert words_in(cut.words) == words_in(whole.words)
    assert words_in(cut.tags) == words_in(whole.tags)
    runs = RunTexts.of(texts)
    points = runs.points[runs.is_text()]
    assert put_together(points, runs.lengths, together_again(cut.differences), cut.difference_sizes) == texts


@given(long_texts, st.integers(1, 12))
def test_pieces_are_the_text_and_their_run_texts_that_of_the_whole(texts: list[str], together: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch, "TOGETHER", together)
        found = [(one, one.part(words_of)) for one in pieces_of(texts, LONGEST)]
    for owner, text in enumerate(texts):
        mine = [
            (one.texts[i], *piece_of(part, i))
            for one, part in found
            for i in np.flatnonzero(one.owners == owner).tolist()
        ]
        assert "".join(piece for piece, _, _ in mine) == text
        assert "".join(run for _, run, _ in mine) == run_text(text)
        for i, (_, run, char) in enumerate(mine):
            after = "".join(run for _, run, _ in mine[i + 1 :])
            assert char == after[:1] or run.endswith(" ") or (char, after) == (" ", "")


def piece_of(part: Part, i: int) -> tuple[str, str]:
    """The run text of one piece and what comes after it."""
    begin = int((part.runs.lengths[:i] + 1).sum())
    return text_of(part.runs.points[begin : begin + part.runs.lengths[i]]), chr(part.following[i])


@pytest.mark.parametrize(
    "text",
    [
        "焊接材料的创新是一个产业的基础" * 800,
        "焊接\n材料\n的\n" * 2000,
        "\n" * 12_000,
        "ab" + "\n" * 12_000 + "焊接",
    ],
)
def test_a_text_without_marks_is_looked_at_in_pieces(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "TOGETHER", 1_000)
    found = list(pieces_of([text], 400))
    assert "".join(chain.from_iterable(one.texts for one in found)) == text
    assert max(len(piece) for one in found for piece in one.texts) < 3_000


def test_a_long_text_is_looked_at_in_pieces() -> None:
    text = "焊接材料的创新，是一个产业的基础。\nIn English, with words;\n" * 400
    _, parts = packed([text], 1_000)
    assert parts > len(text) // 1_100
    whole = words_of(RunTexts.of([text]))
    pack, _ = packed([text], 1_000, 400)
    assert sum(words_in(pack.words).values()) == len(whole.numbers)


@given(st.lists(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), max_size=40), max_size=4))
def test_postings_of_parts_are_added_up(parts: list[list[tuple[int, int]]]) -> None:
    def rows_of(some: Sequence[tuple[int, int]]) -> Rows:
        columns = np.array(some, dtype=np.uint64).reshape(-1, 2)
        return postings.packed(columns[:, 0], columns[:, 1])

    every = [one for part in parts for one in part]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postings, "WAITING", 5)
        patch.setattr(postings, "AT_ONCE", 3)
        total = postings.Sum()
        for part in parts:
            total.add(rows_of(part))
        found = total.rows()
    assert found.tolist() == rows_of(every).tolist()
    assert counts_of(found) == Counter(every)


def test_of_many_parts_with_the_same_postings_few_are_held() -> None:
    rows = postings.packed(np.arange(50_000), np.zeros(50_000, dtype=np.int64))
    peaks = []
    for parts in (20, 80):
        total = postings.Sum()
        tracemalloc.start()
        for _ in range(parts):
            total.add(rows.copy())
        assert counts_of(total.rows()) == {(key, 0): parts for key in range(50_000)}
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]


def test_the_memory_of_a_long_text_is_bounded() -> None:
    """To cut a text and to pack it takes four bytes more for each more that it has; whole it was twenty."""
    text = "焊接材料的创新，是一个产业的基础。我们都在学，English words too;" * 40_000
    peaks = []
    for some in (text[: len(text) // 4], text):
        entries = entries_of([some])
        tracemalloc.start()
        Packer.fitted([]).pack(batch_of(entries))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] - peaks[0] < 4 * 0.75 * len(text.encode())


# The arrays of one part would hide what grows; so parts are small here.
MEASURED = """
import sys
from pathlib import Path
from seedsearch import build_index
from seedsearch.text import batch
batch.TOGETHER = 1 << 15
assert build_index(sys.argv[1], sys.argv[2], workers=1).added == 1
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
"""


def prose(size: int) -> str:
    """About so many bytes of sentences in UTF-8, the same words at any size, with a character of four bytes in each."""
    chance = random.Random(7)
    common = "".join(map(chr, range(0x4E00, 0x5400)))
    words = ["".join(chance.choices(common, k=chance.choice((1, 2, 2, 3)))) for _ in range(4_000)]
    sentences = ["，".join("".join(chance.choices(words, k=6)) for _ in range(3)) + "𠮷。" for _ in range(5_000)]
    of_one = sum(map(len, sentences)) * 3 // len(sentences)
    return "\n".join(chance.choices(sentences, k=size // of_one))


@pytest.mark.exhaustive
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of a process is read from there")
@pytest.mark.parametrize(("encoding", "times"), [("utf-8", 4.5), ("gb18030", 6.5)])
def test_the_memory_of_indexing_grows_with_a_few_times_the_text(encoding: str, times: float, tmp_path: Path) -> None:
    """What grows: tables, the dictionary and the arrays of one part are in both runs.

    3.7 and 5.4 times the bytes are measured, over 40 MB (3.1 and 5.1 while what is in both runs took 50 MB more, and
    some of that was free again where a large text needs it): the postings that wait to be added up grow in steps that
    double, and over 24 MB such a step moved the second figure to 6.1. (A character that is not of the first 65,536
    makes each one of the text take four bytes, where GB18030 has two.)
    """
    sizes, peaks = [], []
    for size in (8 << 20, 48 << 20):
        path = tmp_path / f"{size}.txt"
        sizes.append(path.write_bytes(prose(size).encode(encoding)))
        command = [sys.executable, "-c", MEASURED, str(path), str(tmp_path / f"{size}")]
        run = subprocess.run(command, capture_output=True, check=True, text=True)
        peaks.append(int(run.stdout) << 10)
    assert peaks[1] - peaks[0] <= times * (sizes[1] - sizes[0])
