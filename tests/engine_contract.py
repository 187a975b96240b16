"""What every engine keeps to: subclass `EngineContract`, say where a new index of the engine is, and run pytest.

    class TestMine(EngineContract):
        def new_place(self, folder: Path) -> str:
            return f"mine:{folder}"

Indexes are opened by `choice.open_engine` and written by `packer`, `pack` and `add`, as the program does. Answers are
compared with a table, and over random histories with `memory`, which looks at every document.
"""

from __future__ import annotations

import pickle
import sys
import threading
import typing
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import count, starmap
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from seedsearch import build_index, open_index
from seedsearch.engines import Engine, Pack
from seedsearch.engines.budget import Budget
from seedsearch.engines.choice import check, open_engine
from seedsearch.engines.entries import IndexEntry, Matches
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
    Number,
    Pattern,
    Prefix,
    Query,
    Ranked,
    Run,
    Spelled,
    Term,
    Terms,
    Wildcard,
)
from seedsearch.errors import IndexLocked, IndexMissing, IndexStale, OutOfTime
from seedsearch.indexing.pipeline import batch_of
from seedsearch.text.analyzer import words
from seedsearch.text.joints import grams
from seedsearch.text.run_text import run_text
from tests.filling import commit, put
from tests.strategies import examples

MARK, OTHER = "analysis 0", "analysis 9"
TEXTS = {"a": "焊接產業鏈", "b": "产业链与焊接", "c": "焊\n接 gen-itgc", "d": "创新联合体 5G"}


def entry(doc_id: str, text: str) -> IndexEntry:
    return IndexEntry(doc_id, f"digest of {text}", text, (f"path:{doc_id}",), text.encode())


def tagged_entry(doc_id: str, tags: Sequence[str]) -> IndexEntry:
    text = TEXTS.get(doc_id, "别的")
    return IndexEntry(doc_id, f"digest of {text}", text, tuple(tags), text.encode())


def run(text: str) -> Run:
    return Run(run_text(text))


def found(engine: Engine, query: Query) -> set[str]:
    return {match.doc_id for match in engine.search(query, 1000).best}


def state(engine: Engine) -> tuple[set[str], list[bytes], bytes | None]:
    """What an engine shows of a commit."""
    return set(engine.digests()), list(engine.stored()), engine.metadata("note")


MEANT = [
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
    (Number("5g"), "d"),
    (Number("焊接"), "abc"),
    (Near(("产", "接"), 1), "a"),
    (Near(("产", "接"), 4), "ab"),
    (Near(("产业", "产业"), 9), ""),
    (Near(("接", "产"), 1, ordered=True), "a"),
    (Near(("产", "接"), 9, ordered=True), "b"),
    (Near(("焊接", "itgc"), 3, ordered=True), "c"),
    (Near(("itgc", "焊接"), 3, ordered=True), ""),
    (Pattern("焊接.链"), ""),
    (Pattern("焊接?产"), "a"),
    (All((run("接"), Pattern("接.*(链|gen)"))), "ac"),
    (Not(Pattern("[与5]")), "ac"),
    (Spelled("焊接产业链", "焊接產業鏈", True), "a"),
    (Spelled("产业链", "产业链", True), "b"),
    (Spelled("产业链", "產业链", False), "ab"),
    (Spelled("焊接", "焊接", True), "abc"),
    (Spelled("5g", "5G", False), "d"),
    (Spelled("5g", "5g", False), ""),
    (All((run("联合体"), Spelled("体 5", "体 5", True))), "d"),
    (Gapped(("焊", "产"), ((1, 1),)), "a"),
    (Gapped(("焊", "链"), ((1, 3),)), "a"),
    (Gapped(("产", "焊", "接"), ((1, 3), (0, 1))), "b"),
]

LOOKED_FOR = [
    run("焊接产"),
    Number("焊接产"),
    Near(("焊", "产"), 5),
    Gapped(("焊", "产"), ((0, 8),)),
    Near(("焊", "产"), 5, ordered=True),
    Pattern("焊.?产"),
    Spelled("焊接产", "焊接產", True),
    Terms("word", Prefix("gen")),
    Terms("word", Wildcard("i?g*")),
    Terms("word", Fuzzy("itcg", 1)),
]

CHARS = "焊接产业a1 "
texts = st.text(CHARS, max_size=12)
runs = st.text(CHARS.strip(), min_size=1, max_size=3).map(run)
numbers = st.text("1业", min_size=1, max_size=2).map(Number)
queries = st.recursive(
    runs | numbers,
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


class EngineContract:
    """The tests of one engine."""

    def new_place(self, folder: Path) -> str:
        """Return a folder or URL where there is no index yet; `folder` is empty, new, and may be used for it."""
        raise NotImplementedError

    @pytest.fixture
    def place(self, tmp_path: Path) -> str:
        return self.new_place(tmp_path)

    @pytest.fixture
    def engine(self, place: str) -> Iterator[Engine]:
        made = open_engine(place, MARK, create=True)
        missing = [name for name in dir(Engine) if not name.startswith("_") and not hasattr(made, name)]
        assert not missing, (
            f"{type(made).__name__} has no {', '.join(missing)}: src/seedsearch/engines/__init__.py says what they do"
        )
        yield made
        made.close()

    @pytest.fixture
    def filled(self, engine: Engine) -> Engine:
        with engine.writer() as writer:
            put(writer, *starmap(entry, TEXTS.items()))
            writer.put_metadata("note", b"first")
        return engine

    # What a query matches.

    @pytest.mark.parametrize(("query", "expected"), MEANT)
    def test_what_each_query_matches(self, filled: Engine, query: Query, expected: str) -> None:
        assert found(filled, query) == set(expected)
        assert filled.search(query, 0).total == len(expected)
        asked = [query, run("量子"), Ranked(query, ((Term("word", "与"), 1.0),))]
        assert filled.count(asked) == [len(expected), 0, len(expected)]
        assert filled.exists(asked) == [bool(expected), False, bool(expected)]

    @pytest.mark.parametrize(
        ("text", "is_there"), [("第5条", True), ("依第5", True), ("5条办", True), ("条办5", False)]
    )
    def test_what_stands_across_joints_is_there(self, engine: Engine, text: str, is_there: bool) -> None:
        """Where nothing was asked before, too, and in so many documents that an engine looks at the first of them."""
        commit(engine, [entry(f"{n}", f"{n}依第 5 条办理") for n in range(90)])
        assert engine.exists([run(text)]) == [is_there]
        assert engine.count([run(text)]) == [90 * is_there]

    def test_ranked_puts_the_scored_first(self, filled: Engine) -> None:
        best = filled.search(Ranked(run("焊接"), ((Term("word", "与"), 1.0),)), 10).best
        assert [match.doc_id for match in best] == ["b", "a", "c"]
        assert best[0].score > best[1].score == best[2].score

    def test_equal_scores_are_in_the_order_of_ids(self, filled: Engine) -> None:
        assert [match.doc_id for match in filled.search(run("焊接"), 2).best] == ["a", "b"]

    def test_a_search_goes_on_from_where_another_ended(self, filled: Engine) -> None:
        query = Ranked(run("焊接"), ((Term("word", "与"), 1.0),))
        assert [match.doc_id for match in filled.search(query, 2, 1).best] == ["a", "c"]
        assert [filled.search(query, 2, offset).best for offset in (3, 9)] == [(), ()]
        assert filled.search(query, 1, 2) == Matches(3, filled.search(query, 3).best[2:])

    @pytest.mark.parametrize("text", ["焊接", "与", "nothing"])
    def test_every_match_is_what_a_search_without_end_finds(self, filled: Engine, text: str) -> None:
        found = [(match.doc_id, match.stored) for match in filled.search(run(text), 100).best]
        assert list(filled.every_match(run(text))) == found

    def test_matches_are_counted_by_tag(self, engine: Engine) -> None:
        tags = {"a": ("k:2", "k:1", "z:9"), "b": ("k:1",), "c": ("y:1",), "d": ("k:2",)}
        for doc_ids in ("ab", "cd"):
            commit(engine, [tagged_entry(doc_id, tags[doc_id]) for doc_id in doc_ids])
        assert engine.tally(run("焊"), "k:") == [("k:1", 2), ("k:2", 1)]
        assert engine.tally(Not(run("量子")), "k:") == [("k:1", 2), ("k:2", 2)]
        assert engine.tally(run("焊"), "") == [("k:1", 2), ("k:2", 1), ("y:1", 1), ("z:9", 1)]
        assert engine.tally(run("量子"), "k:") == engine.tally(run("焊"), "none:") == []

    def test_matches_come_in_the_order_of_a_tag(self, engine: Engine) -> None:
        tags = {"a": ("k:2", "k:4"), "b": ("k:3",), "c": (), "d": ("k:3",), "e": ("k:1",)}
        for doc_ids in ("bc", "ade"):
            commit(engine, [tagged_entry(doc_id, tags[doc_id]) for doc_id in doc_ids])
        every = All(())

        def ids(query: Query, **how: typing.Any) -> str:
            return "".join(match.doc_id for match in engine.in_order(query, "k:", **how).best)

        assert (ids(every), ids(every, descending=True)) == ("eabdc", "abdec")
        assert [ids(every, offset=at, limit=2) for at in (0, 2, 4, 6)] == ["ea", "bd", "c", ""]
        assert [ids(every, descending=True, offset=at, limit=2) for at in (0, 1, 2)] == ["ab", "bd", "de"]
        assert ids(run("焊")) == "abc"
        for query, descending in ((every, False), (every, True), (run("焊"), False)):
            asked = engine.in_order(query, "k:", descending=descending, limit=9)
            placed = list(engine.every_match(query, "k:", descending=descending))
            assert placed == [(match.doc_id, match.stored) for match in asked.best]
        found = engine.in_order(run("焊"), "k:", limit=1)
        assert (found.total, found.best[0].score, found.best[0].readable) == (3, 0.0, TEXTS["a"])
        assert engine.in_order(run("量子"), "k:").best == ()

    @given(st.dictionaries(st.sampled_from("abcdefgh"), st.sets(st.sampled_from("123"))), st.booleans(), st.data())
    @examples(20, suppress_health_check=[HealthCheck.differing_executors])
    def test_the_order_of_tags_is_that_of_the_reference(
        self, tags: dict[str, set[str]], descending: bool, data: st.DataObject
    ) -> None:
        reference = MemoryEngine(MARK)
        with TemporaryDirectory() as folder:
            engine = open_engine(self.new_place(Path(folder)), MARK, create=True)
            half = data.draw(st.integers(0, len(tags)))
            for some in (list(tags)[:half], list(tags)[half:]):
                for one in (engine, reference):
                    commit(one, [tagged_entry(name, [f"k:{tag}" for tag in sorted(tags[name])]) for name in some])
            if gone := data.draw(st.sampled_from("abcdefgh")):
                for one in (engine, reference):
                    with one.writer() as writer:
                        writer.remove(gone)
            offset, limit = data.draw(st.integers(0, 8)), data.draw(st.integers(1, 8))
            for query in (All(()), run("焊")):
                asked: dict[str, typing.Any] = {"descending": descending, "offset": offset, "limit": limit}
                assert engine.in_order(query, "k:", **asked) == reference.in_order(query, "k:", **asked)
                assert engine.tally(query, "k:") == reference.tally(query, "k:")
                placed = [list(one.every_match(query, "k:", descending=descending)) for one in (engine, reference)]
                assert placed[0] == placed[1]
            engine.close()

    def test_what_was_stored_comes_back(self, filled: Engine) -> None:
        assert [match.stored for match in filled.search(run("与"), 1).best] == [TEXTS["b"].encode()]
        assert [(match.readable, match.run) for match in filled.search(run("n-i"), 1).best] == [
            (TEXTS["c"], run_text(TEXTS["c"]))
        ]
        assert list(filled.stored()) == [text.encode() for text in TEXTS.values()]
        assert filled.digests() == {doc_id: f"digest of {text}" for doc_id, text in TEXTS.items()}

    def test_entries_come_back_as_they_were_added(self, engine: Engine) -> None:
        tags = {"d": ("k:2", "k:1", "k:2"), "b": (), "c": ("y:1",), "a": ("k:2",), "e": ("z:1",)}
        for doc_ids in ("dbe", "ca"):
            commit(engine, [tagged_entry(doc_id, tags[doc_id]) for doc_id in doc_ids])
        with engine.writer() as writer:
            writer.remove("e")
            put(writer, tagged_entry("c", ("y:2",)))
        expected = {**tags, "c": ("y:2",), "d": ("k:1", "k:2")}
        assert list(engine.entries()) == [tagged_entry(doc_id, expected[doc_id]) for doc_id in "abcd"]

    def test_document_frequencies_are_those_of_the_vocabulary(self, filled: Engine) -> None:
        for field in ("gram", "word", "tag"):
            known = dict(filled.vocabulary(field))
            terms = [Term(field, text) for text in [*known, "量子"]]
            assert filled.document_frequencies(terms) == (4, [*known.values(), 0])

    def test_the_vocabulary_is_sorted_and_begins_as_asked(self, filled: Engine) -> None:
        texts = [run_text(text) for text in TEXTS.values()]
        expected = {term: sum(term in words(text) for text in texts) for text in texts for term in words(text)}
        assert list(filled.vocabulary("word")) == sorted(expected.items())
        assert [term for term, _ in filled.vocabulary("word", "gen")] == ["gen", "gen-itgc"]
        assert list(filled.vocabulary("tag", "path:b")) == [("path:b", 1)]
        near = Fuzzy("gem", 1)
        assert [term for term, _ in filled.vocabulary("word", near=near)] == sorted(filter(near.accepts, expected))
        assert list(filled.vocabulary("word", "h", near)) == []

    def test_info_counts_documents_and_terms(self, filled: Engine) -> None:
        info = filled.info()
        assert info.documents == 4
        assert info.terms["word"] == len({word for text in TEXTS.values() for word in words(run_text(text))})
        assert info.terms["gram"] == len(set().union(*(grams(run_text(text)) for text in TEXTS.values())))
        assert info.size > 0

    def test_an_empty_engine_answers(self, engine: Engine) -> None:
        assert engine.search(Ranked(run("焊接"), ((Term("word", "焊接"), 1.0),)), 10).total == 0
        assert (engine.info().documents, engine.generation) == (0, 0)
        assert engine.document_frequencies([Term("word", "焊接")]) == (0, [0])
        assert state(engine) == (set(), [], None)

    # How long a question may take.

    @pytest.mark.parametrize("query", LOOKED_FOR, ids=lambda query: type(getattr(query, "test", query)).__name__)
    @pytest.mark.parametrize("within", [lambda q: q, Not, lambda q: Any((q, run("与"))), lambda q: Ranked(q, ())])
    def test_a_budget_ends_every_kind_of_query(
        self, filled: Engine, place: str, query: Query, within: Callable[[Query], Query]
    ) -> None:
        """The clock goes on by a second at each look, and there are no seconds; who was asked may remember."""
        asked, seconds = within(query), count()
        for ask in ("search", "count", "exists"):
            with closing(open_engine(place, MARK)) as fresh:
                fresh.budget = Budget(0, lambda: next(seconds))
                with pytest.raises(OutOfTime, match="longer than 0 s"):
                    fresh.search(asked, 9) if ask == "search" else getattr(fresh, ask)([asked])
        expected = {doc_id for doc_id, text in TEXTS.items() if doc_id in found(filled, asked)}
        assert filled.search(asked, 9).total == filled.count([asked])[0] == len(expected)

    @pytest.mark.parametrize("query", LOOKED_FOR, ids=lambda query: type(getattr(query, "test", query)).__name__)
    def test_the_budget_is_told_what_was_looked_for(self, filled: Engine, query: Query) -> None:
        clock = [0.0]
        filled.budget = Budget(10, lambda: clock[0])
        told: list[object] = []

        def spend(part: object) -> None:
            told.append(part)

        filled.budget.spend = spend  # type: ignore[method-assign]
        filled.search(query, 9)
        assert query in told

    def test_a_budget_ends_the_reading_of_the_vocabulary(self, filled: Engine) -> None:
        seconds = count()
        filled.budget = Budget(0, lambda: next(seconds))
        with pytest.raises(OutOfTime):
            list(filled.vocabulary("word"))

    # Changes: all of a commit or nothing.

    def test_the_last_change_of_a_document_decides(self, filled: Engine) -> None:
        with filled.writer() as writer:
            put(writer, entry("a", "量子"), entry("e", "焊接"), entry("e", "别的"))
            writer.remove("b")
            writer.remove("never there")
            put(writer, entry("f", "量子"))
            writer.remove("f")
            writer.remove("c")
            put(writer, entry("c", "量子"))
        assert found(filled, run("焊接")) == set()
        assert found(filled, run("量子")) == {"a", "c"}
        assert found(filled, run("别的")) == {"e"}
        assert filled.info().documents == len(filled.digests()) == 4

    def test_packs_are_made_anywhere_and_added_in_order(self, engine: Engine) -> None:
        """A packer goes to another process, and its packs come from there."""
        with engine.writer() as writer:
            packer = pickle.loads(pickle.dumps(writer.packer([entry("a", TEXTS["a"])])))
            for doc_id, text in (*TEXTS.items(), ("a", "量子")):
                writer.add(pickle.loads(pickle.dumps(packer.pack(batch_of([entry(doc_id, text)])))))
        assert found(engine, run("焊接")) == {"b", "c"}
        assert found(engine, run("量子")) == {"a"}

    def test_a_pack_of_another_engine_is_refused(self, filled: Engine) -> None:
        with pytest.raises(TypeError, match="another engine"), filled.writer() as writer:
            writer.add(Pack())
        assert set(filled.digests()) == set(TEXTS)

    def test_leaving_by_an_exception_changes_nothing(self, filled: Engine) -> None:
        before, generation = state(filled), filled.generation

        def fail() -> None:
            with filled.writer() as writer:
                writer.clear()
                put(writer, entry("e", "量子"))
                writer.remove("a")
                writer.put_metadata("note", b"never")
                raise RuntimeError("stop")

        with pytest.raises(RuntimeError, match="stop"):
            fail()
        assert (state(filled), filled.generation) == (before, generation)
        assert not filled.refresh()
        commit(filled, [entry("e", "量子")])
        assert found(filled, run("量子")) == {"e"}

    def test_nothing_is_seen_before_the_commit(self, filled: Engine, place: str) -> None:
        before = state(filled)
        with filled.writer() as writer:
            put(writer, entry("e", "量子"))
            writer.put_metadata("note", b"second")
            assert state(open_engine(place, MARK)) == before
        assert state(filled) == state(open_engine(place, MARK)) != before

    def test_clear_takes_out_what_was_there_before(self, filled: Engine) -> None:
        with filled.writer() as writer:
            put(writer, entry("a", "联合"))
            writer.put_metadata("other", b"new")
            writer.clear()
            put(writer, entry("e", "量子"))
        assert set(filled.digests()) == {"a", "e"}
        assert found(filled, run("联合")) == {"a"}
        assert (filled.metadata("note"), filled.metadata("other")) == (None, b"new")

    def test_metadata_stays_until_it_is_replaced(self, filled: Engine) -> None:
        commit(filled, [entry("e", "量子")])
        assert (filled.metadata("note"), filled.metadata("nothing")) == (b"first", None)
        with filled.writer() as writer:
            writer.put_metadata("note", b"")
            writer.put_metadata("large", bytes(100_000))
        assert (filled.metadata("note"), filled.metadata("large")) == (b"", bytes(100_000))

    def test_a_second_writer_is_refused_until_the_first_is_left(self, filled: Engine, place: str) -> None:
        with filled.writer():
            for engine in (filled, open_engine(place, MARK)):
                with pytest.raises(IndexLocked):
                    engine.writer()
        commit(open_engine(place, MARK), [entry("e", "量子")])

    def test_a_writer_builds_on_what_was_committed_last(self, filled: Engine, place: str) -> None:
        commit(open_engine(place, MARK), [entry("e", "后来")])
        commit(filled, [entry("f", "量子")])
        assert set(filled.digests()) == {*TEXTS, "e", "f"}

    # What is seen, and since when.

    def test_its_own_commit_is_seen_at_once(self, filled: Engine) -> None:
        before = filled.generation
        commit(filled, [entry("e", "量子")])
        assert filled.generation > before
        assert found(filled, run("量子")) == {"e"}
        assert not filled.refresh()

    def test_a_commit_without_a_change_is_none(self, filled: Engine, place: str) -> None:
        before, reader = filled.generation, open_engine(place, MARK)
        with filled.writer():
            pass
        assert not reader.refresh()
        assert filled.generation == reader.generation == before

    def test_a_commit_by_another_is_seen_by_refresh(self, place: str) -> None:
        reader = open_engine(place, MARK, create=True)
        with open_engine(place, MARK, create=True).writer() as writer:
            put(writer, entry("a", "焊接"))
            writer.put_metadata("note", b"one")
        assert (reader.generation, state(reader), found(reader, run("焊接"))) == (0, (set(), [], None), set())
        assert reader.refresh()
        assert (reader.generation, reader.metadata("note"), found(reader, run("焊接"))) == (1, b"one", {"a"})
        commit(open_engine(place, MARK), [entry("b", "焊接")])
        assert found(reader, run("焊接")) == {"a"}
        assert reader.refresh()
        assert found(reader, run("焊接")) == {"a", "b"}
        assert not reader.refresh()

    def test_threads_share_an_index_while_others_commit(self, place: str, tmp_path: Path) -> None:
        """An answer is that of one commit, and the files of each commit are those of the one before and more."""
        files = tmp_path / "files"
        files.mkdir()
        answers: list[list[int] | BaseException] = []

        def index(number: int) -> None:
            (files / f"{number}.txt").write_text(f"焊接材料{number}", encoding="utf-8")
            build_index(files, place, workers=1)

        def ask() -> None:
            try:
                answers.append([shared.search("焊接", limit=3).total for _ in range(20)])
            except BaseException as error:
                answers.append(error)

        index(0)
        interval = sys.getswitchinterval()
        sys.setswitchinterval(1e-5)
        try:
            with open_index(place) as shared:
                threads = [threading.Thread(target=ask) for _ in range(3)]
                for thread in threads:
                    thread.start()
                for number in range(1, 4):
                    index(number)
                for thread in threads:
                    thread.join()
                assert shared.search("焊接").total == 4
        finally:
            sys.setswitchinterval(interval)
        assert [seen for seen in answers if not isinstance(seen, list) or seen != sorted(seen)] == []

    # Opening, checking, closing.

    def test_no_index(self, place: str) -> None:
        with pytest.raises(IndexMissing, match="index"):
            open_engine(place, MARK)
        with pytest.raises(IndexMissing):
            check(place)

    def test_an_index_opened_to_be_made_is_none_before_the_first_commit(self, engine: Engine, place: str) -> None:
        with pytest.raises(IndexMissing):
            open_engine(place, MARK)
        with engine.writer():
            pass
        assert open_engine(place, MARK).info().documents == 0

    def test_an_index_by_another_analyzer(self, filled: Engine, place: str) -> None:
        before = state(filled)
        with pytest.raises(IndexStale, match="--rebuild"):
            open_engine(place, OTHER)
        replaced = open_engine(place, OTHER, create=True, replace=True)
        assert state(replaced) == (set(), [], None)
        assert state(open_engine(place, MARK)) == before  # it stays until the new one is whole
        with replaced.writer() as writer:
            writer.clear()
            put(writer, entry("e", "量子"))
        assert set(replaced.digests()) == set(open_engine(place, OTHER).digests()) == {"e"}
        with pytest.raises(IndexStale, match="--rebuild"):
            filled.refresh()

    def test_a_check_of_what_is_as_it_was_written(self, filled: Engine, place: str) -> None:
        assert filled.check() == check(place) == []
        commit(open_engine(place, OTHER, create=True, replace=True), [])
        assert check(place) == []  # whatever analyzer it was made with

    def test_what_was_closed_holds_nothing(self, filled: Engine, place: str) -> None:
        filled.close()
        filled.close()
        assert set(open_engine(place, MARK).digests()) == set(TEXTS)

    # The program over it.

    def test_the_program_indexes_and_answers(self, place: str, tmp_path: Path) -> None:
        files = tmp_path / "files"
        files.mkdir()
        for doc_id, text in TEXTS.items():
            (files / f"{doc_id}.txt").write_text(text, encoding="utf-8")
        assert build_index(files, place, workers=2).added == 4
        assert build_index(files, place).unchanged == 4
        (files / "a.txt").unlink()
        (files / "b.txt").write_text("量子", encoding="utf-8")
        report = build_index(files, place)
        assert (report.added, report.updated, report.unchanged, report.removed) == (0, 1, 2, 1)
        with open_index(place) as index:
            assert [hit.path for hit in index.search("焊接").hits] == index.paths("焊接") == [f"{files}/c.txt"]
            assert index.search("gen*").total == 1
            assert index.stats().engine.documents == len(list(index.records())) == 3
            assert index.outdated() is None
        assert build_index(files, place, rebuild=True).added == 3
        assert check(place) == []

    # The same as the reference, whatever happens.

    @given(st.lists(histories, min_size=1, max_size=3), st.lists(queries, min_size=1, max_size=6))
    @examples(40, suppress_health_check=[HealthCheck.differing_executors])
    def test_random_histories(self, commits: list[list[tuple[str, str | None]]], asked: list[Query]) -> None:
        memory, last = MemoryEngine(), dict[str, str | None]()
        with TemporaryDirectory() as folder:
            engine = open_engine(self.new_place(Path(folder)), MARK, create=True)
            for history in commits:
                for one in (memory, engine):
                    change(one, history)
                last |= dict(history)
            for query in asked:
                assert found(engine, query) == found(memory, query)
                assert engine.search(query, 0).total == memory.search(query, 0).total
                agree(engine, memory, Ranked(query, SCORED), 3)
            there = {doc_id: text for doc_id, text in last.items() if text is not None}
            assert engine.digests() == memory.digests() == {d: f"digest of {text}" for d, text in there.items()}
            assert list(engine.stored()) == [there[doc_id].encode() for doc_id in sorted(there)]
            engine.close()

    @pytest.mark.slow
    def test_many_documents(self, place: str) -> None:
        """Enough documents for lists as well as counts, for terms that cannot matter, and runs that need no look."""
        rng = Random(1)
        syllables = ["的", "的", "的", "焊接", "接焊", "焊接产业", "产业", "业焊", "a1", " ", *"甲乙丙丁戊己庚辛"]
        many = {f"{number:04}": "".join(rng.choices(syllables, k=rng.randint(1, 12))) for number in range(1500)}
        for number, doc_id in enumerate(many):
            many[doc_id] += "壬" * (number % 12 == 0) + "癸" * (number % 18 == 0)
        memory, engine = MemoryEngine(), open_engine(place, MARK, create=True)
        for start in (0, 700, 1100):
            for one in (memory, engine):
                with one.writer() as writer:
                    put(writer, *(entry(doc_id, many[doc_id]) for doc_id in [*many][start : start + 700]))
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
        scored = tuple(
            (Term("gram", text), 0.25 * len(text)) for text in ("的", "焊", "甲", "丙", "焊接", "乙丙", "壬癸")
        )
        asked: list[Query] = [
            *(AtLeast(n, some) for n in range(4)),
            *map(All, conjunctions),
            Any(longer),
            Not(Any(some)),
        ]
        for required in (*asked, rare, frequent):
            query = Ranked(required, (*scored, (Term("word", "焊接"), 1.0), (Term("word", "never"), 1.0)))
            for limit in (1, 10, 2000):
                agree(engine, memory, query, limit)
        asked += [*longer, run("焊甲乙丙丁"), *some]
        assert engine.exists(asked) == memory.exists(asked)
        assert engine.count(asked) == memory.count(asked)
        terms = [term for term, _ in scored]
        assert engine.document_frequencies(terms) == memory.document_frequencies(terms)
        engine.close()


def change(engine: Engine, history: list[tuple[str, str | None]]) -> None:
    """One commit: for each step a document, or None where it is removed."""
    with engine.writer() as writer:
        for doc_id, text in history:
            if text is None:
                writer.remove(doc_id)
            else:
                put(writer, entry(doc_id, text))


def agree(engine: Engine, memory: MemoryEngine, query: Query, limit: int) -> None:
    """The same best documents, with the same scores but for how numbers are rounded."""
    expected, best = memory.search(query, limit), engine.search(query, limit)
    assert best.total == expected.total
    assert [match.score for match in best.best] == pytest.approx([match.score for match in expected.best])
    assert [match.doc_id for match in best.best] == [match.doc_id for match in expected.best]
