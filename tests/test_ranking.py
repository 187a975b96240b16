"""What makes a document come first, and what passages are shown together."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.engines.entries import (
    Match,
)
from seedsearch.engines.memory import MemoryEngine
from seedsearch.engines.query import Run, Term
from seedsearch.metadata.document_records import Record, to_bytes
from seedsearch.searching.hits import Shown, found
from seedsearch.searching.index import Index
from seedsearch.searching.parsed_query import parse
from seedsearch.searching.ranking import (
    PASSAGE,
    TITLE,
    Passages,
    Weighted,
    content_words,
    scored_terms,
    without_interrogatives,
)
from seedsearch.searching.snippets import best_stretches, sentences
from seedsearch.searching.tiers import plain_tiers
from seedsearch.text.analyzer import placed_query_words
from seedsearch.text.folding import fold, is_han
from seedsearch.text.run_text import run_text
from tests.filling import put
from tests.test_expressions import entry

Opened = Callable[[list[str]], Index]
FILLER = "这里写的是别的事情，和问题没有关系，只是让文章变长。" * 6


def index_of(texts: list[str]) -> Index:
    engine = MemoryEngine()
    with engine.writer() as writer:
        for number, text in enumerate(texts):
            put(writer, entry(number, text))
    return Index(engine)


def ranked(texts: list[str], query: str) -> list[str]:
    return [hit.path for hit in index_of(texts).search(query).hits]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("焊接用什么材料", "焊接用  材料"),
        ("他在哪一年出生", "他在   出生"),
        ("南海有多少岛屿", "南海有  岛屿"),
        ("谁发明了电灯", " 发明了电灯"),
        ("苏联于何年解体", "苏联于  解体"),
        ("许多大学的几何课", "许多大学的几何课"),
        ("哪吒与吗啡与呢绒", "哪吒与吗啡与呢绒"),
        ("何先生任何时候", "何先生任何时候"),
    ],
)
def test_interrogatives_are_taken_out(typed: str, said: str) -> None:
    assert without_interrogatives(typed, placed_query_words(typed)) == said


def test_interrogatives_are_not_scored() -> None:
    *_, by_words = plain_tiers(parse("焊接用什么材料"))
    terms = {term.text for term, _ in by_words.scored}
    assert not terms & {"什么", "用什", "么材", "什"}
    assert {"焊接", "材料", "焊", "料"} <= terms


def test_marks_and_blanks_are_not_scored() -> None:
    assert {term.text for term, _ in scored_terms("焊接，c++ 的", [])} == set("焊接c的") | {"焊接"}


def test_content_words() -> None:
    assert content_words(["焊接", "的", "什么", "材料"]) == ["焊接", "材料"]
    assert content_words(["什么", "的"]) == ["什么", "的"]


def test_words_that_stand_together_beat_words_far_apart() -> None:
    together = FILLER + "新型焊接机器人的工作电压。" + FILLER
    apart = "新型" + FILLER + "焊接" + FILLER + "机器人" + "工作" + "电压"
    assert ranked([apart, together], "焊接机器人的工作电压是多少") == ["1", "0"]


def test_a_title_counts() -> None:
    inside = "年度报告\n焊接材料在这里。" + FILLER
    titled = "焊接材料\n年度报告在这里。" + FILLER
    assert ranked([inside, titled], "焊接材料") == ["1", "0"]


def test_a_title_counts_for_more_than_a_passage() -> None:
    """Even for more than a passage that holds the words twice, for a title says what all of a page is about."""
    inside = "年度报告\n供水管网的焊接，材料和焊接的验收。" + FILLER
    titled = "供水管网的焊接材料验收\n年度报告在这里。" + FILLER
    assert ranked([inside, titled], "供水管网焊接验收办法") == ["1", "0"]


def test_a_rare_word_weighs_more_than_a_common_one() -> None:
    texts = ["公司公告一", "公司公告二", "公司公告三", "焊接说明"]
    assert ranked(texts, "焊接公司在哪里")[0] == "3"


@given(st.text("焊接材料a ，", max_size=200), st.lists(st.sampled_from(["焊接", "材料a焊接", "料", "a"]), unique=True))
def test_the_best_passage_is_that_of_the_best_window(text: str, terms: list[str]) -> None:
    """The same as trying every window."""
    scored = tuple((Term("gram", term), 1.0) for term in terms)

    def best(scored: Weighted, text: str) -> float:
        passages = Passages(scored, [1] * len(scored), 9)
        return passages.best(passages.places(text))

    worth = {term: best(scored[i : i + 1], term) for i, term in enumerate(terms)}
    windows = [text[start : start + PASSAGE] for start in range(max(1, len(text)))]
    expected = max(sum(worth[term] for term in terms if term in window) for window in windows)
    assert best(scored, text) == pytest.approx(expected)


@given(
    st.text("焊接材料a ，", max_size=80), st.lists(st.sampled_from(["焊接", "焊焊", "接，材", "焊", "a"]), unique=True)
)
def test_a_text_is_found_wherever_it_stands(text: str, terms: list[str]) -> None:
    scored = tuple((Term("gram", term), 1.0) for term in terms)
    places = Passages(scored, [1] * len(terms), 9).places(text)
    expected = {term: [at for at in range(len(text)) if text.startswith(term, at)] for term in terms}
    assert {term: list(found) for term, found in places.items()} == expected


@given(st.text("焊接材料a ，\n\u3000", max_size=90))
def test_a_title_is_the_first_line(text: str) -> None:
    scored = tuple((Term("gram", term), 1.0) for term in ("焊接", "焊", "料a"))
    passages = Passages(scored, [1, 1, 1], 9)
    line = text[: 2 * TITLE].lstrip().partition("\n")[0]
    expected = passages.best(passages.places(run_text(line))) if len(line) <= TITLE else 0.0
    assert passages.title(run_text(text), text) == pytest.approx(expected)


SHARED = "焊接材料以过硬品质在极端工况下守护重大工程的安全，从川气东送到跨江大桥。"


def test_files_that_share_a_passage_are_one_hit() -> None:
    texts = ["甲页的开头。\n" + SHARED, "完全不同的抬头\n" + SHARED + "\n后面还有。", "焊接材料另有说明。"]
    results = index_of(texts).search("焊接材料")
    assert results.total == 3
    assert sorted(sorted((hit.path, *hit.also_in)) for hit in results.hits) == [["0", "1"], ["2"]]


def test_files_with_a_short_sentence_in_common_are_two_hits() -> None:
    results = index_of(["焊接材料。\n甲页", "焊接材料。\n乙页"]).search("焊接材料")
    assert [hit.also_in for hit in results.hits] == [(), ()]


@given(st.text("焊接材料東a ，。\n\u3000", max_size=300), st.sampled_from([None, 0, 1]))
def test_a_passage_is_what_its_sentences_are_folded(text: str, lines: int | None) -> None:
    match = Match("0", 0.0, text, run_text(text), to_bytes(Record("0", "utf-8", 1.0, (), (0,), {})))
    one = found(match, [Run("焊接"), Run("东"), Run("a")], Shown(lines=lines))
    for stretch in one.stretches[:1]:
        start, end = sentences(text, stretch)
        assert one.passage == "".join(filter(is_han, fold(text[start:end])))


occurrences = st.lists(st.tuples(st.integers(0, 300), st.integers(1, 4), st.integers(0, 3)), min_size=1, max_size=30)


@given(st.text("焊接材料 ，。\n", min_size=310, max_size=400), occurrences)
def test_the_best_stretch_is_the_first_of_several(text: str, drawn: list[tuple[int, int, int]]) -> None:
    apart = sorted(
        {start // 4 * 4: (start // 4 * 4, start // 4 * 4 + size, term) for start, size, term in drawn}.values()
    )
    assert best_stretches(text, apart, 1) == best_stretches(text, apart, 3)[:1]


LINES = "第一行。\n第二行焊接。\n第三行。\n第四行焊接材料。\n第五行。"


def test_lines_around_a_hit() -> None:
    (hit,) = index_of([LINES]).search("焊接材料", lines=1).hits
    (snippet,) = hit.snippets
    assert snippet.text == "第三行。\n第四行焊接材料。\n第五行。"
    assert [span.cut(snippet.text) for span in snippet.highlights] == ["焊接材料"]
    (hit,) = index_of([LINES]).search("焊接材料", lines=0).hits
    assert hit.snippets[0].text == "第四行焊接材料。"


def test_several_snippets() -> None:
    text = FILLER.join(["焊接一。", "焊接二。", "焊接三。", ""])
    (hit,) = index_of([text]).search("焊接", snippets=2).hits
    assert len(hit.snippets) == 2
    assert len({snippet.raw_span for snippet in hit.snippets}) == 2


def test_a_filter_alone_shows_the_beginning() -> None:
    (hit,) = index_of(["\n  开头的句子。" + FILLER]).search("path:0").hits
    (snippet,) = hit.snippets
    assert snippet.text.startswith("开头的句子。")
    assert snippet.highlights == ()
    assert snippet.raw_span.start == 3


def test_an_empty_document_can_be_a_hit() -> None:
    (hit,) = index_of([""]).search("path:0").hits
    assert hit.snippets == ()


def test_nearly_identical_files_are_one_hit() -> None:
    sentences = [f"第{i}段说的是各自不同的第{i}件事情。" for i in range(10)]
    first, second = "".join([*sentences, "焊接材料一。"]), "".join([*sentences, "焊接材料二。"])
    results = index_of([first, second, "焊接材料。" + FILLER]).search("焊接材料")
    assert results.total == 3
    assert sorted(sorted((hit.path, *hit.also_in)) for hit in results.hits) == [["0", "1"], ["2"]]
