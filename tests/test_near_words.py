"""Chinese typed wrongly: the word that was meant is named, and nothing where nothing was wrong."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from benchmarks.mistakes import Mistakes, first_text
from seedsearch.engines.memory import MemoryEngine
from seedsearch.engines.query import Field, Fuzzy
from seedsearch.searching.index import Index
from seedsearch.searching.near_words import near_texts
from seedsearch.searching.parsed_query import parse
from seedsearch.text.run_text import run_text
from tests.filling import commit
from tests.test_expressions import engines, entry

pytestmark = pytest.mark.slow

TEXTS = {
    "a": "著作权保护的规定",
    "b": "著文做事，有权利的人",
    "c": "建国大业与重庆火锅",
    "d": "机器人焊接的委员会",
    "e": "中国人民，重划地区",
    "f": "略有所得，绿茶，女儿",
    "g": "知识产权与著作权",
}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("著做权", "著作权"),
        ("著权作", "著作权"),
        ("著作作权", "著作权"),
        ("著机权", "著作权"),
        ("機器仁", "機器人"),
        ("机器", ""),
        ("机人", "机器人"),
        ("著做权 保护", "著作权保护"),
        ("知识产全", "知识产权"),
        ("著做权保护", "著作权保护"),
        ("著作权", ""),
        ("著文做事", ""),
        ("量子纠缠", ""),
        ("焊接的机器人有哪些优点", ""),
    ],
)
def test_the_word_that_was_meant(typed: str, meant: str) -> None:
    with engines(TEXTS) as made:
        for engine in made:
            index = Index(engine)
            assert first_text(index, typed) == meant


def test_it_is_named_where_single_characters_are_found() -> None:
    with engines(TEXTS) as made:
        for engine in made:
            results = Index(engine).search("著做权")
            assert (results.matched, results.suggestions) == ("all", ("著作权",))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("zhongguo", "中国"),
        ("zhongg", "中国"),
        ("jian国", "建国"),
        ("中guo", "中国"),
        ("chongq", "重庆"),
        ("lueyou", "略有"),
        ("lüeyou", "略有"),
        ("lvcha", "绿茶"),
        ("nv'er", "女儿"),
        ("Nǚ ér", "女儿"),
        ("zhg", "中国"),
        ("zhishi", "知识"),
    ],
)
def test_readings_in_the_order_of_how_usual_they_are(typed: str, found: str) -> None:
    with engines(TEXTS) as made:
        for engine in made:
            results = Index(engine).search(typed)
            assert results.matched == "pinyin"
            assert [note.texts[0] for note in results.notes if note.code == "heard"] == [found]
            assert results.hits[0].tier == "pinyin"


MARKED = {
    "a": "他说 nǐ hǎo，然后走了",
    "b": "Café de Flore 与 naïve 的读者",
    "c": "中国人民站起来了",
    "d": "人民与中国",
}


@pytest.mark.parametrize(
    ("typed", "found", "name"),
    [
        ("ni hao", "nǐ hǎo", "a"),
        ("nihao", "nǐ hǎo", "a"),
        ("nǐhǎo", "nǐ hǎo", "a"),
        ("cafe", "café", "b"),
        ("cafe de flore", "café de flore", "b"),
        ("naive", "naïve", "b"),
        ("zgrm", "中国人民", "c"),
    ],
)
def test_letters_without_marks_and_initials_of_several_words(typed: str, found: str, name: str) -> None:
    with engines(MARKED) as made:
        for engine in made:
            results = Index(engine).search(typed)
            assert [note.texts for note in results.notes if note.code == "heard"] == [(found,)]
            assert [hit.path for hit in results.hits] == [name]
            assert results.hits[0].snippets[0].highlights


@pytest.mark.parametrize("typed", ["zgrx", "rmzg", "cafes", "hao ni"])
def test_letters_that_stand_nowhere_find_nothing(typed: str) -> None:
    with engines(MARKED) as made:
        for engine in made:
            assert not Index(engine).search(typed).total


@pytest.mark.parametrize("typed", ["hanger", "begin", "docker容器", "x国", "国1", "zzz国"])
def test_what_is_no_pinyin_is_not_heard(typed: str) -> None:
    with engines(TEXTS) as made:
        for engine in made:
            assert Index(engine).search(typed).matched != "pinyin"


def test_mistakes_are_made_as_they_are_called() -> None:
    rng = random.Random(3)
    mistakes = Mistakes(["著作权", "做作", "机器人"])
    for _ in range(20):
        assert sorted(mistakes.kinds["swapped"]("著作权", rng)) == sorted("著作权")
        assert len(mistakes.kinds["missing"]("著作权", rng)) == 2
        assert mistakes.kinds["same sound"]("著作权", rng) in ("", "著做权")
        assert len(mistakes.kinds["any"]("著作权", rng)) == 3


class Recording(MemoryEngine):
    """An engine that keeps what near words it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def vocabulary(self, field: Field, prefix: str = "", near: Fuzzy | None = None) -> Iterator[tuple[str, int]]:
        self.asked += [near.text] if near else []
        return super().vocabulary(field, prefix, near)


@pytest.mark.parametrize("typed", ["著做权保护", "规定著做权", "焊接量子著权作", "人权利著做权保护", "中国任民著文"])
def test_no_word_is_looked_for_where_what_is_around_it_stands_nowhere(typed: str) -> None:
    """That would find no text: every look goes through all words of the index."""
    engine = Recording()
    commit(engine, [entry(name, text) for name, text in TEXTS.items()])
    parsed, runs = parse(typed), list(map(run_text, TEXTS.values()))
    near_texts(parsed, engine)
    assert engine.asked
    for text in engine.asked:
        before, _, behind = parsed.run.partition(text)
        assert all(any(part in run for run in runs) for part in (before, behind)), text


def test_the_digits_of_a_number_are_not_taken_for_what_sounds_the_same() -> None:
    """Nobody types 实八 for 十八; what is counted may be typed wrongly."""
    engine = MemoryEngine()
    commit(engine, [entry("a", "实八章"), entry("b", "十八涨"), entry("c", "一会儿")])
    with Index(engine) as index:
        assert [hit.path for hit in index.search("十八章").hits if hit.tier == "sound"] == ["b"]
        assert index.search("一回儿").matched == "sound"  # a digit alone may be part of a word
