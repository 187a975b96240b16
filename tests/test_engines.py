"""One contract for every engine, and random histories against the brute-force reference."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seedsearch.engines import Engine, open_engine
from seedsearch.engines.budget import Budget
from seedsearch.engines.embedded import EmbeddedEngine
from seedsearch.engines.entries import (
    IndexEntry,
)
from seedsearch.engines.memory import MemoryEngine
from seedsearch.engines.query import (
    All,
    Any,
    AtLeast,
    Between,
    Fuzzy,
    Gapped,
    Near,
    Not,
    Prefix,
    Query,
    Ranked,
    Run,
    Term,
    Terms,
    Wildcard,
)
from seedsearch.errors import IndexDamaged, IndexLocked, IndexMissing, IndexStale, OutOfTime
from seedsearch.text.analyzer import words
from seedsearch.text.folding import fold
from seedsearch.text.run_text import grams, run_text

MARK = "analysis 0"


def entry(doc_id: str, text: str) -> IndexEntry:
    return IndexEntry(doc_id, f"digest of {text}", text, tuple(words(fold(text))), (f"path:{doc_id}",), text.encode())


def run(text: str) -> Run:
    folded = run_text(text)
    return Run(folded)


def found(engine: Engine, query: Query) -> set[str]:
    return {match.doc_id for match in engine.search(query, 1000).best}


@pytest.fixture(params=["memory", "embedded"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    made = MemoryEngine() if request.param == "memory" else open_engine(tmp_path, MARK, create=True)
    yield made
    made.close()


TEXTS = {"a": "焊接產業鏈", "b": "产业链与焊接", "c": "焊\n接 gen-itgc", "d": "创新联合体 5G"}


@pytest.fixture
def filled(engine: Engine) -> Engine:
    with engine.writer() as writer:
        for doc_id, text in TEXTS.items():
            writer.put(entry(doc_id, text))
    return engine


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (run("焊接"), "abc"),
        (run("接产"), "a"),
        (run("焊"), "abc"),
        (run("N-I"), "c"),
        (run("產業鏈"), "ab"),
        (run("体 5g"), "d"),
        (run("量子"), ""),
        (Term("word", "itgc"), "c"),
        (All((run("焊接"), run("产业链"))), "ab"),
        (All((run("焊接"), Not(run("与")))), "ac"),
        (Any((run("与"), run("5"))), "bd"),
        (Not(run("焊接")), "d"),
        (Not(Not(run("焊接"))), "abc"),
        (AtLeast(2, (run("焊"), run("链"), run("与"))), "ab"),
        (Any((All((run("焊接"), Not(run("链")))), run("5g"))), "cd"),
        (Ranked(run("焊接"), ((Term("word", "与"), 1.0),)), "abc"),
        (Terms("word", Prefix("gen")), "c"),
        (Terms("word", Wildcard("i?g*")), "c"),
        (Terms("word", Wildcard("*接")), "abc"),
        (Terms("word", Fuzzy("itcg", 1)), "c"),
        (Terms("word", Fuzzy("itc", 1)), "c"),
        (Terms("word", Fuzzy("5f", 1)), "d"),
        (Terms("tag", Between("path:b", "path:c")), "bc"),
        (Near(("产", "接"), 1), "a"),
        (Near(("产", "接"), 4), "ab"),
        (Near(("产业", "产业"), 9), ""),
        (Gapped(("焊", "产"), ((1, 1),)), "a"),
        (Gapped(("焊", "链"), ((1, 3),)), "a"),
        (Gapped(("产", "焊", "接"), ((1, 3), (0, 1))), "b"),
    ],
)
def test_what_each_query_matches(filled: Engine, query: Query, expected: str) -> None:
    assert found(filled, query) == set(expected)
    assert filled.search(query, 0).total == len(expected)
    asked = [query, run("量子"), Ranked(query, ((Term("word", "与"), 1.0),))]
    assert filled.count(asked) == [len(expected), 0, len(expected)]
    assert filled.exists(asked) == [bool(expected), False, bool(expected)]


LOOKED_FOR = [
    run("焊接产"),
    Near(("焊", "产"), 5),
    Gapped(("焊", "产"), ((0, 8),)),
    Terms("word", Prefix("gen")),
    Terms("word", Wildcard("i?g*")),
    Terms("word", Fuzzy("itcg", 1)),
]


@pytest.mark.parametrize("query", LOOKED_FOR, ids=lambda query: type(getattr(query, "test", query)).__name__)
@pytest.mark.parametrize("within", [lambda q: q, Not, lambda q: Any((q, run("与"))), lambda q: Ranked(q, ())])
@pytest.mark.parametrize("ask", ["search", "count", "exists"])
def test_a_budget_ends_every_kind_of_query(
    filled: Engine, query: Query, within: Callable[[Query], Query], ask: str
) -> None:
    """The clock goes on by a second at each look, and there are no seconds."""
    asked, seconds = within(query), count()
    filled.budget = Budget(0, lambda: next(seconds))
    with pytest.raises(OutOfTime, match="longer than 0 s"):
        filled.search(asked, 9) if ask == "search" else getattr(filled, ask)([asked])
    filled.budget = Budget()
    expected = {doc_id for doc_id, text in TEXTS.items() if doc_id in found(filled, asked)}
    assert filled.search(asked, 9).total == filled.count([asked])[0] == len(expected)


@pytest.mark.parametrize("query", LOOKED_FOR, ids=lambda query: type(getattr(query, "test", query)).__name__)
def test_the_budget_is_told_what_was_looked_for(filled: Engine, query: Query) -> None:
    clock = [0.0]
    filled.budget = Budget(10, lambda: clock[0])
    told: list[object] = []

    def spend(part: object) -> None:
        told.append(part)

    filled.budget.spend = spend  # type: ignore[method-assign]
    filled.search(query, 9)
    assert query in told


def test_a_budget_ends_the_reading_of_the_vocabulary(filled: Engine) -> None:
    seconds = count()
    filled.budget = Budget(0, lambda: next(seconds))
    with pytest.raises(OutOfTime):
        list(filled.vocabulary("word"))


def test_refresh_says_whether_there_is_something_new(filled: Engine) -> None:
    filled.refresh()
    before = filled.generation
    assert not filled.refresh()
    with filled.writer() as writer:
        writer.put(entry("e", "量子"))
    filled.refresh()
    assert filled.generation > before
    assert found(filled, run("量子")) == {"e"}
    assert not filled.refresh()


def test_a_commit_by_another_is_seen_by_refresh(tmp_path: Path) -> None:
    reader = open_engine(tmp_path, MARK, create=True)
    with open_engine(tmp_path, MARK, create=True).writer() as writer:
        writer.put(entry("a", "焊接"))
        writer.put_metadata("words", b"one")
    assert (reader.generation, found(reader, run("焊接")), reader.metadata("words")) == (0, set(), None)
    assert reader.refresh()
    assert (reader.generation, found(reader, run("焊接")), reader.metadata("words")) == (1, {"a"}, b"one")
    with open_engine(tmp_path, MARK).writer() as writer:
        writer.put(entry("b", "焊接"))
    assert reader.refresh()
    assert found(reader, run("焊接")) == {"a", "b"}


def test_what_was_kept_is_that_of_the_next_commit_where_it_was_swept(tmp_path: Path) -> None:
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
            writer.put(entry("a", text))
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
            writer.put(entry(doc_id, text))
    usual, without = open_engine(tmp_path, MARK), open_engine(tmp_path, MARK, cache_bytes=0)
    some = (run("焊接"), run("产业链"), run("与"), Near(("产", "接"), 4))
    for query in (*some, All(some[:2]), Any(some), AtLeast(2, some), Not(some[0])):
        ranked = Ranked(query, ((Term("gram", "焊"), 1.0), (Term("word", "产业链"), 1.0)))
        assert without.search(ranked, 9) == usual.search(ranked, 9)
        assert without.count([query]) == usual.count([query])


def test_ranked_puts_the_scored_first(filled: Engine) -> None:
    best = filled.search(Ranked(run("焊接"), ((Term("word", "与"), 1.0),)), 10).best
    assert [match.doc_id for match in best] == ["b", "a", "c"]
    assert best[0].score > best[1].score == best[2].score


def test_equal_scores_are_in_the_order_of_ids(filled: Engine) -> None:
    assert [match.doc_id for match in filled.search(run("焊接"), 2).best] == ["a", "b"]


@pytest.mark.parametrize("text", ["焊接", "与", "nothing"])
def test_every_match_is_what_a_search_without_end_finds(filled: Engine, text: str) -> None:
    found = [(match.doc_id, match.stored) for match in filled.search(run(text), 100).best]
    assert list(filled.every_match(run(text))) == found


def test_what_was_stored_comes_back(filled: Engine) -> None:
    assert [match.stored for match in filled.search(run("与"), 1).best] == [TEXTS["b"].encode()]
    assert [(match.readable, match.run) for match in filled.search(run("n-i"), 1).best] == [
        (TEXTS["c"], run_text(TEXTS["c"]))
    ]
    assert list(filled.stored()) == [text.encode() for text in TEXTS.values()]
    assert filled.digests() == {doc_id: f"digest of {text}" for doc_id, text in TEXTS.items()}


def test_put_replaces_and_remove_removes(filled: Engine) -> None:
    with filled.writer() as writer:
        writer.put(entry("a", "量子"))
        writer.remove("b")
        writer.remove("never there")
    assert found(filled, run("焊接")) == {"c"}
    assert found(filled, run("量子")) == {"a"}
    assert filled.info().documents == 3


def test_leaving_by_an_exception_changes_nothing(filled: Engine) -> None:
    def fail() -> None:
        with filled.writer() as writer:
            writer.put(entry("e", "量子"))
            writer.remove("a")
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        fail()
    assert set(filled.digests()) == set(TEXTS)
    with filled.writer() as writer:
        writer.put(entry("e", "量子"))
    assert found(filled, run("量子")) == {"e"}


def test_clear_takes_out_what_was_there_before(filled: Engine) -> None:
    with filled.writer() as writer:
        writer.clear()
        writer.put(entry("e", "量子"))
    assert set(filled.digests()) == {"e"}


def test_a_character_with_a_list_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seedsearch.engines.embedded.unigrams.LEAST", 3)
    memory, embedded = MemoryEngine(), EmbeddedEngine(tmp_path, MARK, create=True)
    for engine in (memory, embedded):
        with engine.writer() as writer:
            for doc_id, text in TEXTS.items():
                writer.put(entry(doc_id, text))
        assert engine is memory or embedded.segments[0].singles.entry("焊") is not None
        with engine.writer() as writer:
            writer.remove("b")
    for char in "焊接产g":
        ranked = Ranked(run(char), ((Term("gram", char), 1.0),))
        expected, best = memory.search(ranked, 9).best, embedded.search(ranked, 9).best
        assert [match.doc_id for match in best] == [match.doc_id for match in expected]
        assert [match.score for match in best] == pytest.approx([match.score for match in expected])


def test_a_second_writer_is_refused(filled: Engine) -> None:
    with filled.writer(), pytest.raises(IndexLocked):
        filled.writer()


def test_info_counts_documents_and_terms(filled: Engine) -> None:
    info = filled.info()
    assert info.documents == 4
    assert info.terms["word"] == len({word for text in TEXTS.values() for word in words(fold(text))})
    assert info.terms["gram"] == len(set().union(*(grams(run_text(text)) for text in TEXTS.values())))
    assert info.size > 0


def test_an_empty_engine_answers(engine: Engine) -> None:
    assert engine.search(Ranked(run("焊接"), ((Term("word", "焊接"), 1.0),)), 10).total == 0
    assert engine.info().documents == 0


def test_no_index(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="seedsearch index"):
        open_engine(tmp_path, MARK)


def test_another_analyzer(tmp_path: Path) -> None:
    with open_engine(tmp_path, MARK, create=True).writer():
        pass
    with pytest.raises(IndexStale, match="--rebuild"):
        open_engine(tmp_path, "analysis 9")
    replaced = open_engine(tmp_path, "analysis 9", create=True, replace=True)
    assert replaced.info().documents == 0


@pytest.mark.parametrize(
    "damage",
    [lambda content: b"", lambda content: b"\0" * len(content), lambda content: content[:-9]],
    ids=["empty", "zeros", "cut"],
)
def test_damaged_files(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    engine = open_engine(tmp_path, MARK, create=True)
    with engine.writer() as writer:
        writer.put(entry("a", "焊接"))
    engine.close()
    path = tmp_path / "seedsearch.json"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(IndexDamaged, match="--rebuild"):
        open_engine(tmp_path, MARK)
    with open_engine(tmp_path, MARK, create=True, replace=True).writer():
        pass
    open_engine(tmp_path, MARK).close()


CHARS = "焊接产业a1 "
texts = st.text(CHARS, max_size=12)
runs = st.text(CHARS.strip(), min_size=1, max_size=3).map(run)
queries = st.recursive(
    runs,
    lambda children: st.one_of(
        st.lists(children, min_size=1, max_size=3).map(lambda c: All(tuple(c))),
        st.lists(children, min_size=1, max_size=3).map(lambda c: Any(tuple(c))),
        st.builds(lambda n, c: AtLeast(n, tuple(c)), st.integers(1, 3), st.lists(children, min_size=3, max_size=3)),
        children.map(Not),
    ),
    max_leaves=6,
)
SCORED = tuple((Term("gram" if len(t) == 1 else "word", t), w) for t, w in (("焊", 0.5), ("焊接", 1.0), ("a", 2.0)))
SCORED += ((Term("gram", "接产"), 1.0),)
histories = st.lists(st.tuples(st.sampled_from("abcdef"), st.none() | texts), max_size=10)


@given(st.lists(histories, min_size=1, max_size=3), st.lists(queries, min_size=1, max_size=6))
@settings(max_examples=40)
def test_engines_agree_on_random_histories(commits: list[list[tuple[str, str | None]]], asked: list[Query]) -> None:
    memory = MemoryEngine()
    with TemporaryDirectory() as folder:
        embedded = open_engine(Path(folder), MARK, create=True)
        for history in commits:
            for engine in (memory, embedded):
                with engine.writer() as writer:
                    for doc_id, text in history:
                        if text is None:
                            writer.remove(doc_id)
                        else:
                            writer.put(entry(doc_id, text))
        for query in asked:
            assert found(embedded, query) == found(memory, query)
            assert embedded.search(query, 0).total == memory.search(query, 0).total
            ranked = Ranked(query, SCORED)
            expected, best = memory.search(ranked, 3).best, embedded.search(ranked, 3).best
            assert [match.score for match in best] == pytest.approx([match.score for match in expected])
            assert [match.doc_id for match in best] == [match.doc_id for match in expected]
        assert embedded.digests() == memory.digests()
        embedded.close()


def test_engines_agree_on_many_documents(tmp_path: Path) -> None:
    """Enough documents for lists as well as counts, for terms that can not matter, and runs that need no look."""
    rng = Random(1)
    syllables = ["的", "的", "的", "焊接", "接焊", "焊接产业", "产业", "业焊", "a1", " ", *"甲乙丙丁戊己庚辛"]
    many = {f"{number:04}": "".join(rng.choices(syllables, k=rng.randint(1, 12))) for number in range(1500)}
    for number, doc_id in enumerate(many):
        many[doc_id] += "壬" * (number % 12 == 0) + "癸" * (number % 18 == 0)
    memory, embedded = MemoryEngine(), open_engine(tmp_path, MARK, create=True)
    for start in (0, 700, 1100):
        for engine in (memory, embedded):
            with engine.writer() as writer:
                for doc_id in [*many][start : start + 700]:
                    writer.put(entry(doc_id, many[doc_id]))
                for doc_id in [*many][start // 2 : start : 5]:
                    writer.remove(doc_id)
    longer = tuple(map(run, ("焊接产", "接产业", "产业焊", "的焊接", "焊接产业")))
    some = (*longer, run("甲"), run("乙丙"), run("的"))
    rare, other, frequent, pair = map(run, ("壬", "癸", "的", "壬癸"))
    conjunctions: list[tuple[Query, ...]] = [
        longer[:2],
        (rare, other),
        (rare, frequent),
        (frequent, run("焊"), Any((rare, run("甲")))),
        (rare, Not(other)),
        (rare, Not(frequent)),
        (rare, Any((other, pair))),
        (Any((rare, frequent)), Any((pair, other))),
        (frequent, Not(rare), longer[0]),
        (frequent, Not(rare)),
        (rare, Not(pair)),
        (Not(frequent), Not(AtLeast(2, (*longer, rare)))),
    ]
    scored = tuple((Term("gram", text), 0.25 * len(text)) for text in ("的", "焊", "甲", "丙", "焊接", "乙丙", "壬癸"))
    asked: list[Query] = [*(AtLeast(n, some) for n in range(4)), *map(All, conjunctions), Any(longer), Not(Any(some))]
    for required in (*asked, rare, frequent):
        query = Ranked(required, (*scored, (Term("word", "焊接"), 1.0), (Term("word", "never"), 1.0)))
        for limit in (1, 10, 2000):
            expected, best = memory.search(query, limit), embedded.search(query, limit)
            assert best.total == expected.total
            assert [match.score for match in best.best] == pytest.approx([match.score for match in expected.best])
            assert [match.doc_id for match in best.best] == [match.doc_id for match in expected.best]
    asked += [*longer, run("焊甲乙丙丁"), *some]
    assert embedded.exists(asked) == memory.exists(asked)
    assert embedded.count(asked) == memory.count(asked)
    terms = [term for term, _ in scored]
    assert embedded.document_frequencies(terms) == memory.document_frequencies(terms)
    embedded.close()
