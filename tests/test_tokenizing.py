"""Many texts at once have the run texts and the words that each of them has alone."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from seedsearch.text import batch_segmenter
from seedsearch.text.analyzer import plain_words
from seedsearch.text.batch import RunTexts, Terms
from seedsearch.text.batch_analyzer import words_of
from seedsearch.text.code_points import text_of
from seedsearch.text.lexicon import NONE, OwnWords
from seedsearch.text.run_text import run_text
from seedsearch.text.segmenter import LONGEST_RUN
from tests.strategies import mixed_text

OWN = OwnWords.parse("焊接产业链\n的人 5000 n\n")
texts = st.lists(
    st.one_of(
        mixed_text,
        st.text("焊接产业链创新联合体的人是，。 \n", max_size=60),
        st.text("焊接々〇龦𠮷的 v2.0-.C++#%@_/'&:+\0\ud800𝒳①ａＢ", max_size=40),
    ),
    max_size=5,
)


def counted(terms: Terms, count: int) -> list[Counter[str]]:
    found: list[Counter[str]] = [Counter() for _ in range(count)]
    for number, owner in zip(terms.numbers.tolist(), terms.owners.tolist(), strict=True):
        found[owner][terms.terms[number]] += 1
    return found


@given(texts)
def test_run_texts(given_texts: list[str]) -> None:
    made = RunTexts.of(given_texts)
    joined = text_of(made.points)
    assert joined == "".join(run_text(text) + "\0" for text in given_texts)
    assert made.lengths.tolist() == [len(run_text(text)) for text in given_texts]
    assert text_of(made.points[made.is_text()]) == "".join(run_text(text) for text in given_texts)


@pytest.mark.parametrize("own", [NONE, OWN], ids=["none", "own"])
@given(texts)
@example(["", "焊接" * LONGEST_RUN + "〇" + "创新的人" * LONGEST_RUN, "的人abc", "abc的人"])
@example(["一" * (2 * LONGEST_RUN + 1)])
@example(["5 5"])  # a joint between digits, whose word is not among the plain ones
def test_words(own: OwnWords, given_texts: list[str]) -> None:
    found = words_of(RunTexts.of(given_texts), own)
    assert len(set(found.terms)) == len(found.terms)
    assert counted(found, len(given_texts)) == [Counter(plain_words(run_text(text), own)) for text in given_texts]


@given(texts)
def test_words_of_many_parts(given_texts: list[str]) -> None:
    """However little of a text is looked at at once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch_segmenter, "AT_ONCE", 7)
        found = words_of(RunTexts.of(given_texts))
    assert counted(found, len(given_texts)) == [Counter(plain_words(run_text(text))) for text in given_texts]
