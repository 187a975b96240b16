"""Expressions over random corpora find exactly what a brute-force reading of the texts finds, on every engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from seedsearch.engines import Engine
from seedsearch.engines.choice import open_engine
from seedsearch.engines.entries import (
    IndexEntry,
)
from seedsearch.engines.memory import MemoryEngine
from seedsearch.metadata.document_records import Record, to_bytes
from seedsearch.searching.index import Index
from seedsearch.searching.query_parser import expression_of
from seedsearch.text.joints import holds
from seedsearch.text.run_text import run_text
from tests.filling import put
from tests.strategies import examples

CHARS = "焊接产业aB1 \n，"
texts = st.text(CHARS, max_size=14)
corpora = st.lists(texts, min_size=1, max_size=5)


class Asked(NamedTuple):
    """A query as typed, and the same as a test of a run text."""

    typed: str
    holds: Callable[[str], bool]


def quoted(text: str) -> Asked:
    run = run_text(text).strip()
    # Also across a blank or a hyphen that parts what was one word: "11" in 1 1.
    return Asked(f'"{text}"', lambda found: run in found or holds(found, run))


def both(a: Asked, b: Asked, word: str) -> Asked:
    return Asked(f"({a.typed}{word}{b.typed})", lambda found: a.holds(found) and b.holds(found))


def either(a: Asked, b: Asked) -> Asked:
    return Asked(f"({a.typed} OR {b.typed})", lambda found: a.holds(found) or b.holds(found))


def neither(a: Asked, word: str) -> Asked:
    return Asked(f"{word}{a.typed}", lambda found: not a.holds(found))


leaves = st.text(CHARS, min_size=1, max_size=4).filter(lambda text: run_text(text).strip()).map(quoted)
asked = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(both, inner, inner, st.sampled_from([" ", " AND "])),
        st.builds(either, inner, inner),
        st.builds(neither, inner, st.just("NOT ")),
    ),
    max_leaves=6,
)


def entry(number: int | str, text: str) -> IndexEntry:
    record = Record(f"{number}", "utf-8", 1.0, (), (0,), {})
    return IndexEntry(f"{number}", text, text, (f"path:{number}",), to_bytes(record))


@contextmanager
def engines(corpus: list[str] | dict[str, str]) -> Iterator[list[Engine]]:
    """Every engine, with the texts of a corpus in it, by number or by name."""
    with TemporaryDirectory() as folder:
        made: list[Engine] = [MemoryEngine(), open_engine(Path(folder), "test", create=True)]
        for engine in made:
            with engine.writer() as writer:
                for number, text in corpus.items() if isinstance(corpus, dict) else enumerate(corpus):
                    put(writer, entry(number, text))
        yield made
        for engine in made:
            engine.close()


@given(corpora, st.lists(asked, min_size=1, max_size=4))
@example(["1 1"], [quoted("11")])
@example(["业，"], [quoted("业 ，")])
@examples(40)
def test_operators_and_quotations(corpus: list[str], queries: list[Asked]) -> None:
    runs = [run_text(text) for text in corpus]
    with engines(corpus) as made:
        for query in queries:
            expected = sum(map(query.holds, runs))
            for engine in made:
                assert Index(engine).search(query.typed, limit=0).total == expected


@given(corpora, st.data())
@examples(40)
def test_every_run_of_a_text_finds_it(corpus: list[str], data: st.DataObject) -> None:
    """Whatever it is made of, and also where it looks like an operator's place."""
    number = data.draw(st.integers(0, len(corpus) - 1))
    start = data.draw(st.integers(0, len(corpus[number])))
    part = corpus[number][start : start + data.draw(st.integers(1, 8))]
    if not run_text(part).strip():
        return
    with engines(corpus) as made:
        for engine in made:
            hits = Index(engine).search(part, limit=len(corpus)).hits
            assert str(number) in {path for hit in hits for path in (hit.path, *hit.also_in)}


@pytest.mark.parametrize("part", ["c++", ".net", "5g", "3.14%", "v2.0", "covid-19", "a@b.c", "gen-itgc", "itgc", "gen"])
def test_technical_words_are_found_whole_and_in_parts(part: str) -> None:
    text = "重跑gen-itgc后，C++与.NET、5G、3.14%、v2.0、COVID-19，写信给a@b.c。"
    with engines([text, "别的"]) as made:
        for engine in made:
            (hit,) = Index(engine).search(part).hits
            assert [span.cut(hit.snippets[0].text).lower() for span in hit.snippets[0].highlights] == [part]


@pytest.mark.parametrize("char", ["〇", "𠮷", "龦", "㐀", "一", "é"])
def test_one_rare_character_is_found(char: str) -> None:
    with engines([f"前{char}后", "别的文字"]) as made:
        for engine in made:
            assert [hit.path for hit in Index(engine).search(char).hits] == ["0"]


PLANTED = ["焊接新材料", "焊材料", "world wird", "世界 word", "材料在这里，离焊接很远很远很远的地方", "焊接，新的材料"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("焊*材料", "015"),
        ("焊?新*料", "0"),
        ("wo?ld", "2"),
        ("wor*", "23"),
        ("w?r*d", "23"),
        ("word~1", "23"),
        ("焊结~", "0145"),
        ('"焊接 材料"~1', "0"),
        ('"焊接 材料"~2', "05"),
        ('"材料 焊接"~3', "05"),
        ('"材料 焊接"~4', "045"),
        ("焊接 -新", "4"),
        ("path:3", "3"),
        ("path:* 材料", "0145"),
        ("材料 -path:0", "145"),
    ],
)
def test_other_leaves(typed: str, expected: str) -> None:
    with engines(PLANTED) as made:
        for engine in made:
            assert sorted(hit.path for hit in Index(engine).search(typed).hits) == list(expected)


def test_a_pattern_without_a_match_is_said() -> None:
    engine = MemoryEngine()
    with engine.writer() as writer:
        put(writer, IndexEntry("a", "", "焊接材料 word", (), b""))
    with Index(engine) as index:
        assert [expression_of(typed) is not None for typed in ("w??d", "焊??料", "材料??", "材料?? 焊接")] == [
            True,
            True,
            False,
            False,
        ]
        assert index.search("w??d", limit=0).notes == index.search("焊??料", limit=0).notes == ()
        results = index.search("材*焊", limit=0)
    assert (results.total, results.notes) == (1, ("nothing matches 材*焊 as a pattern; looked for it as it stands",))
