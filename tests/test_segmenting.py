"""All ways of cutting give the same words: the mapped dictionary, many texts at once, rjieba, jieba."""

from __future__ import annotations

import importlib.util
import random
import subprocess
import sys
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seedsearch.text import batch_segmenter, lexicon
from seedsearch.text import segmenter as segmenter_module
from seedsearch.text.code_points import points
from seedsearch.text.folding import fold, is_han
from seedsearch.text.lexicon import NONE, Lexicon, OwnWords
from seedsearch.text.segmenter import (
    LONGEST_RUN,
    WORTH_LOADING,
    Cut,
    Segmenter,
    jieba_cut,
    loaded_cut,
    mapped_cut,
)
from tests.strategies import HAN

pytestmark = pytest.mark.slow

TOOLS = Path(__file__).parents[1] / "tools"
OWN = OwnWords.parse("焊接产业链\n創新聯合體 30\n的人 5000 n\n不是 3\n")
# Words that overlap and begin one another, single characters, words that are taken out, frequencies from none to all.
OVERLAPPING = OwnWords.parse(
    "焊接 5\n  焊接产   1 n\n接产业 99999999\n产业链创新\t50\n链创 2\n创新联 1000000\n新联合体 3 nz\n"
    "联合体\n合体的人 4611686018427387904\n的人不\n人不是 7\n是 9\n的 1\n焊 123456\n不是焊接产业链创新联合体的人\n"
)


def tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, TOOLS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def words() -> list[str]:
    import jieba

    lines = Path(jieba.__file__).with_name("dict.txt").read_text(encoding="utf-8").splitlines()
    return [word for line in lines if all(map(is_han, word := line.split(" ")[0]))]


def lattice_cut(run: str) -> list[str]:
    """The cut over arrays of a run between two others; what it does not take stands alone."""
    text = f"产业。{run}\0焊接\0"
    found = batch_segmenter.cut(points(text))
    ends = {a: a + n for a, n in zip(found.starts.tolist(), found.lengths.tolist(), strict=True)}
    words, at = [], 0
    while at < len(text):
        words.append(text[at : ends.get(at, at + 1)])
        at += len(words[-1])
    assert len(set(found.numbers.tolist())) == len({text[a:end] for a, end in ends.items()})
    assert words[:2] == ["产业", "。"]
    assert words[-3:] == ["\0", "焊接", "\0"]
    return words[2:-3]


TAKEN_OUT = OwnWords((*OVERLAPPING.frequencies, ("焊接", 0), ("是", 0), ("龦", 0), ("联", 0)))


@pytest.fixture(
    scope="module", params=[NONE, OWN, OVERLAPPING, TAKEN_OUT], ids=["none", "own", "overlapping", "taken out"]
)
def cuts(request: pytest.FixtureRequest) -> list[Cut]:
    made = [make(request.param) for make in (mapped_cut, loaded_cut, jieba_cut)]
    return [*made, lattice_cut] if request.param == NONE else made


def agree(cuts: list[Cut], run: str) -> None:
    first, *others = (cut(run) for cut in cuts)
    assert "".join(first) == run
    assert all(other == first for other in others)


def test_runs_of_words_cut_the_same(cuts: list[Cut]) -> None:
    rng = random.Random(3)
    for _ in range(3000):
        agree(cuts, fold("".join(rng.choices(words(), k=rng.randint(1, 7)))))


def test_pieces_across_words_cut_the_same(cuts: list[Cut]) -> None:
    rng = random.Random(4)
    for a, b in pairwise(rng.choices(words(), k=3000)):
        agree(cuts, fold(a[len(a) // 2 :] + b[: len(b) // 2 + 1]))


@given(st.text(HAN + "〇々龦𠮷的人不是焊接产业链创新联合体", min_size=1, max_size=30))
def test_any_characters_cut_the_same(cuts: list[Cut], run: str) -> None:
    agree(cuts, run)


PIECES = [word[:n] for word, _ in (*OWN.frequencies, *OVERLAPPING.frequencies) for n in range(1, len(word) + 1)]


@given(st.lists(st.sampled_from(PIECES) | st.text(HAN, max_size=2), min_size=1, max_size=8).map("".join))
def test_pieces_of_a_users_words_cut_the_same(cuts: list[Cut], run: str) -> None:
    agree(cuts, fold(run) or "焊")


@pytest.mark.exhaustive
@pytest.mark.slow
@given(st.lists(st.tuples(st.sampled_from(PIECES), st.none() | st.integers(0, 1 << 62)), max_size=9))
@settings(max_examples=8, deadline=None)
def test_any_dictionary_cuts_the_same(rows: list[tuple[str, int | None]]) -> None:
    """Each is loaded by all three, which takes a second."""
    own = OwnWords.parse("\n".join(word if count is None else f"{word}  {count}" for word, count in rows))
    made, rng = [make(own) for make in (mapped_cut, loaded_cut, jieba_cut)], random.Random(7)
    for _ in range(100):
        agree(made, fold("".join(rng.choices(PIECES, k=rng.randint(1, 5)))))


def test_jieba_itself_cuts_where_a_user_has_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """rjieba decides ties otherwise, and takes a frequency of 0 for a word that is infinitely rare."""
    monkeypatch.setattr(segmenter_module, "rjieba_cut", None)
    for own, run, expected in (
        (OwnWords((("中药用", 2), ("侧", 0))), "中药用侧用", "中 药用 侧 用"),
        (OwnWords((("眼睑", 3), ("睑", 3), ("宋任穷", 2))), "矩周规折矩周规宋任穷", "矩 周规折矩 周 规 宋任穷"),
    ):
        assert loaded_cut(own)(run) == mapped_cut(own)(run) == expected.split()


@pytest.mark.exhaustive
def test_the_committed_words_are_what_the_tool_makes() -> None:
    import jieba

    assert lexicon.WORDS.read_bytes() == tool("make_words").make_words()
    assert jieba.__version__ == lexicon.JIEBA


def test_the_committed_characters_are_what_the_tool_makes() -> None:
    made = tool("make_characters")
    assert made.CHARACTERS.read_text(encoding="utf-8") == made.make_characters()


def test_the_committed_readings_are_what_the_tool_makes() -> None:
    made = tool("make_readings")
    assert made.READINGS.read_text(encoding="utf-8") == made.make_readings()
    assert made.SOUNDS.read_text(encoding="utf-8") == made.make_sounds()


def test_own_words_are_kept_whole() -> None:
    assert list(Lexicon().cut("创新联合体")) != ["创新联合体"]
    assert list(Lexicon(OWN).cut("创新联合体")) == ["创新联合体"]
    assert OwnWords.from_text(OWN.to_text()) == OWN


@pytest.mark.parametrize("text", ["a b c d\n", "焊接 x y\n", "12\n"])
def test_what_is_no_dictionary(text: str) -> None:
    with pytest.raises(ValueError, match="line 1 must be at most 64 ideographs"):
        OwnWords.parse(text)


def test_a_segmenter_goes_on_with_a_loaded_dictionary() -> None:
    segmenter = Segmenter()
    first = segmenter.words("焊接产业链")
    assert "".join(segmenter.words("焊" * (WORTH_LOADING + LONGEST_RUN))) == "焊" * (WORTH_LOADING + LONGEST_RUN)
    assert segmenter.words("焊接产业链") == first


def test_a_word_added_is_as_one_that_was_there_from_the_start() -> None:
    added = Lexicon()
    for word, frequency in (("焊接机", 9), ("机器人", 70_000), ("焊接机", 500), ("新词语", 3)):
        added.add(word, frequency)
    made = Lexicon(OwnWords((("焊接机", 500), ("机器人", 70_000), ("新词语", 3))))
    assert (added.total, added.added) == (made.total, made.added)
    text = "焊接机器人的新词语"
    assert list(added.cut(text)) == list(made.cut(text))
    assert [added.suggested(word) for word in ("焊接的", "新词语")] == [
        made.suggested(word) for word in ("焊接的", "新词语")
    ]


def test_queries_do_not_bring_a_dictionary_into_memory() -> None:
    """However many are asked, where the same many characters of documents would."""
    code = f"""
import sys
from seedsearch.text.analyzer import plain_words, query_words
run = "焊接材料" * 50
for ask, loaded in ((query_words, False), (plain_words, True)):
    for _ in range({WORTH_LOADING} // len(run) + 1):
        ask(run)
    assert ("rjieba" in sys.modules or "jieba" in sys.modules) is loaded, ask
"""
    subprocess.run([sys.executable, "-c", code], check=True)
