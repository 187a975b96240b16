"""Every engine keeps to the contract; and what is the embedded engine's own."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from seedsearch.engines.choice import open_engine
from seedsearch.engines.embedded import EmbeddedEngine
from seedsearch.engines.embedded.scoring import Row, Scoring
from seedsearch.engines.memory import MemoryEngine
from seedsearch.engines.query import All, Any, AtLeast, Near, Not, Number, Query, Ranked, Term
from seedsearch.errors import IndexDamaged, IndexMissing
from seedsearch.text.array_types import Scores
from tests.engine_contract import MARK, TEXTS, EngineContract, entry, found, run
from tests.filling import put


class TestMemory(EngineContract):
    """Gone with the process."""

    def new_place(self, folder: Path) -> str:
        return f"memory:{folder}"


class TestEmbedded(EngineContract):
    """In a folder."""

    def new_place(self, folder: Path) -> str:
        return str(folder / "index")


def test_metadata_is_that_of_the_next_commit_where_it_was_swept(tmp_path: Path) -> None:
    with open_engine(tmp_path, MARK, create=True).writer() as writer:
        writer.put_metadata("words", b"one")
    reader = open_engine(tmp_path, MARK)
    with open_engine(tmp_path, MARK).writer() as writer:
        writer.put_metadata("words", b"two")
    assert reader.metadata("words") == b"two"
    for path in tmp_path.glob("*.kept"):
        path.unlink()
    with pytest.raises(IndexDamaged, match="it is missing"):
        reader.metadata("words")


def test_an_index_that_was_made_anew_is_seen(tmp_path: Path) -> None:
    """Its commits are numbered from 1 again, and its files are named alike."""
    for text in ("焊接", "产业"):
        shutil.rmtree(tmp_path)
        with open_engine(tmp_path, MARK, create=True).writer() as writer:
            put(writer, entry("a", text))
        if text == "焊接":
            reader = open_engine(tmp_path, MARK)
            assert found(reader, run("焊接")) == {"a"}
    assert reader.generation == 1
    assert reader.refresh()
    assert (found(reader, run("焊接")), found(reader, run("产业"))) == (set(), {"a"})
    shutil.rmtree(tmp_path)
    with pytest.raises(IndexMissing):
        reader.refresh()


def test_a_cache_without_room_gives_the_same_answers(tmp_path: Path) -> None:
    with open_engine(tmp_path, MARK, create=True).writer() as writer:
        for doc_id, text in TEXTS.items():
            put(writer, entry(doc_id, text))
    usual, without = open_engine(tmp_path, MARK), open_engine(tmp_path, MARK, cache_bytes=0)
    some = (run("焊接"), run("产业链"), run("与"), Near(("产", "接"), 4))
    for query in (*some, All(some[:2]), Any(some), AtLeast(2, some), Not(some[0])):
        ranked = Ranked(query, ((Term("gram", "焊"), 1.0), (Term("word", "产业链"), 1.0)))
        assert without.search(ranked, 9) == usual.search(ranked, 9)
        assert without.count([query]) == usual.count([query])


def test_a_character_with_a_list_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seedsearch.engines.embedded.unigrams.LEAST", 3)
    memory, embedded = MemoryEngine(), EmbeddedEngine(tmp_path, MARK, create=True)
    for engine in (memory, embedded):
        with engine.writer() as writer:
            for doc_id, text in TEXTS.items():
                put(writer, entry(doc_id, text))
        assert engine is memory or embedded.segments[0].singles.entry("焊") is not None
        with engine.writer() as writer:
            writer.remove("b")
    for char in "焊接产g":
        ranked = Ranked(run(char), ((Term("gram", char), 1.0),))
        expected, best = memory.search(ranked, 9).best, embedded.search(ranked, 9).best
        assert [match.doc_id for match in best] == [match.doc_id for match in expected]
        assert [match.score for match in best] == pytest.approx([match.score for match in expected])


def test_how_many_documents_have_a_term_is_told_without_reading_lists(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_engine(tmp_path, MARK, create=True).writer() as writer:
        for doc_id, text in TEXTS.items():
            put(writer, entry(doc_id, text))
    terms = [Term("gram", "焊接"), Term("gram", "接焊"), Term("word", "产业链")]
    expected = open_engine(tmp_path, MARK).document_frequencies(terms)
    assert expected[1][0] > 1
    monkeypatch.setattr("seedsearch.engines.embedded.postings.decode_few", None)
    assert open_engine(tmp_path, MARK).document_frequencies(terms) == expected


@pytest.mark.slow
def test_numbers_are_whole_in_every_engine(tmp_path: Path) -> None:
    """Beside other digits, points and the blanks of a scanned text; of so many documents that some are put off."""
    rng = random.Random(3)
    memory, embedded = MemoryEngine(), EmbeddedEngine(tmp_path, MARK, create=True)
    texts = {f"{n:03}": "".join(rng.choices("44年年四十点.2 第", k=rng.randint(4, 14))) for n in range(400)}
    for engine in (memory, embedded):
        with engine.writer() as writer:
            for doc_id, text in texts.items():
                put(writer, entry(doc_id, text))
    asked = [Number(text) for text in ("4年", "四年", "4", "第四", "十4", "24.2", "年")]
    some: list[Query] = [
        *asked,
        *[AtLeast(2, (number, run("第"), run("年"))) for number in asked],
        All((asked[0], Not(asked[1]))),
    ]
    for query in some:
        assert found(embedded, query) == found(memory, query)
        assert embedded.exists([query]) == memory.exists([query])
    assert 0 < len(found(memory, asked[0])) < len(found(memory, run("4年")))


@pytest.mark.slow
def test_characters_without_lists_are_counted_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(5)
    memory, embedded = MemoryEngine(), EmbeddedEngine(tmp_path, MARK, create=True)
    texts = ["".join(rng.choices("焊接产业链与联合体", k=5)) * 2 for _ in range(60)]
    for engine in (memory, embedded):
        with engine.writer() as writer:
            for number, text in enumerate(texts):
                put(writer, entry(f"{number:02}", text))
    terms = [Term("gram", char) for char in "焊接产业链与联合体没龥a"]
    for at_once in (1 << 20, 600):
        monkeypatch.setattr("seedsearch.engines.embedded.segment.COUNTED", at_once)
        with closing(open_engine(tmp_path, MARK)) as fresh:
            assert fresh.document_frequencies(terms)[1] == memory.document_frequencies(terms)[1]
            assert fresh.document_frequencies(terms * 30)[1] == memory.document_frequencies(terms)[1] * 30
        with closing(open_engine(tmp_path, MARK)) as fresh:
            for term in terms:
                ranked = Ranked(Any((term, Term("gram", "焊"))), ((term, 1.0),))
                scores = [match.score for match in fresh.search(ranked, 60).best]
                assert scores == pytest.approx([match.score for match in memory.search(ranked, 60).best])


def test_the_tiers_of_an_answer_add_up_the_terms_that_they_share_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_engine(tmp_path, MARK, create=True).writer() as writer:
        for number in range(40):  # each term in few of the documents
            put(writer, entry(f"{number:02}", "abcd"[number % 4] + TEXTS["abcd"[number % 4]] * (number < 4)))
    shared, more = ((Term("gram", "焊接"), 1.0),), (Term("word", "产业链"), 0.5)
    asked = Ranked(run("焊接"), shared), Ranked(run("接"), shared), Ranked(run("接"), (*shared, more))
    fresh = [open_engine(tmp_path, MARK).search(query, 9) for query in asked]
    summed: list[int] = []
    add = Scoring._of_few

    def counted(self: Scoring, i: int, rows: Sequence[Row]) -> Scores:
        summed.append(len(rows))
        return add(self, i, rows)

    monkeypatch.setattr(Scoring, "_of_few", counted)
    engine = open_engine(tmp_path, MARK)
    assert [engine.search(query, 9) for query in asked] == fresh
    assert summed == [1, 1]  # of the last one what the ones before it lack


@pytest.mark.parametrize(
    "damage",
    [lambda content: b"", lambda content: b"\0" * len(content), lambda content: content[:-9]],
    ids=["empty", "zeros", "cut"],
)
def test_damaged_files(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    engine = open_engine(tmp_path, MARK, create=True)
    with engine.writer() as writer:
        put(writer, entry("a", "焊接"))
    engine.close()
    path = tmp_path / "seedsearch.json"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(IndexDamaged, match="--rebuild"):
        open_engine(tmp_path, MARK)
    with open_engine(tmp_path, MARK, create=True, replace=True).writer():
        pass
    open_engine(tmp_path, MARK).close()
