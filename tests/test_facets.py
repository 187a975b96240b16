"""Facets, filters by them, orders and pages: each is what a look at every document gives."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from seedsearch import build_index, open_index
from seedsearch.engines.entries import Matches
from seedsearch.engines.memory import MemoryEngine
from seedsearch.engines.query import Query
from seedsearch.errors import OutOfTime, QueryError
from seedsearch.searching.index import Index
from tests.filling import commit, put
from tests.programs import warm as seedsearch
from tests.strategies import examples
from tests.test_expressions import engines, entry

YEARS = {"a": 2021, "b": 2024, "c": 2024, "d": 2026}
FILES = {
    "x/a.txt": "焊接的材料一",
    "x/deep/b.md": "焊接的設備&nbsp;二，说得很长很长",
    "y/c.txt": "焊接別的事情",
    "y/d.html": "<p>焊接&amp;材料",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    place = tmp_path_factory.mktemp("facets")
    for name, text in FILES.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("big5" if name == "y/c.txt" else "utf-8"))
        changed = 86400 * 365.25 * (YEARS[path.stem] - 1970) + 9e6
        os.utime(path, (changed, changed))
    before = Path.cwd()
    os.chdir(place)
    try:
        build_index(["x", "y"], "index", workers=1)
        build_index(["x", "y"], f"memory:{place}", workers=1)
        yield place
    finally:
        os.chdir(before)


@pytest.fixture(params=["index", "memory:"])
def index(request: pytest.FixtureRequest, folder: Path) -> Iterator[Index]:
    with open_index("index" if request.param == "index" else f"memory:{folder}") as opened:
        yield opened


def counts(index: Index, query: str, name: str) -> dict[str, int]:
    return {one.value: one.count for one in index.search(query, facets=[name], limit=1).facets[name]}


def test_facets_count_what_is_found(index: Index) -> None:
    assert counts(index, "焊接", "ext") == {"txt": 2, "html": 1, "md": 1}
    assert counts(index, "焊接", "folder") == {"x": 2, "y": 2, "x/deep": 1}
    assert counts(index, "焊接", "year") == {"2024": 2, "2021": 1, "2026": 1}
    assert counts(index, "焊接", "encoding") == {"utf-8": 3, "big5": 1}
    assert counts(index, "焊接", "damage") == {"entity": 2, "markup": 1}
    assert counts(index, "焊接 设备", "ext") == {"txt": 2, "html": 1, "md": 1}
    assert counts(index, "量子", "ext") == {}
    values = index.search("焊接", facets=["ext"]).facets["ext"]
    assert [one.value for one in values] == ["txt", "html", "md"]


def test_a_value_that_is_chosen_finds_what_it_counts(index: Index) -> None:
    for query in ("焊接", "焊接 设备", "hanjie", "焊接 OR 材料", "什么是焊接的材料"):
        every = index.search(query, facets=["ext", "folder", "year", "encoding", "damage"])
        for name, values in every.facets.items():
            for one in values:
                chosen = index.search(query, filters={name: [one.value]})
                assert chosen.total == one.count, (query, name, one)
                assert chosen.matched in every.tiers


def test_several_values_of_a_facet_are_alternatives_and_several_facets_are_not(index: Index) -> None:
    assert index.search("焊接", filters={"ext": ["md", "html"]}).total == 2
    assert index.search("焊接", filters={"ext": ["md", "html"], "folder": ["y"]}).total == 1
    assert index.search("", filters={"folder": ["x"]}).total == 2
    assert index.search("焊接", filters={"ext": []}).total == 4
    assert sorted(index.paths("", filters={"folder": ["x"]})) == ["x/a.txt", "x/deep/b.md"]


def grouped(index: Index, query: str, name: str) -> list[tuple[str, int, str]]:
    groups = index.search(query, group_by=name).groups
    return [(one.value, one.count, "".join(Path(hit.path).stem for hit in one.hits)) for one in groups]


def test_groups_have_the_best_of_each_value(index: Index) -> None:
    assert [row[:2] for row in grouped(index, "焊接", "folder")] == [("y", 2), ("x", 1), ("x/deep", 1)]
    assert grouped(index, "焊接", "year") == [("2026", 1, "d"), ("2024", 2, "cb"), ("2021", 1, "a")]
    assert [row[:2] for row in grouped(index, "焊接", "damage")] == [("entity", 2), ("markup", 1), ("", 2)]
    assert sorted(grouped(index, "焊接", "damage")[-1][2]) == ["a", "c"]
    results = index.search("材料 设备", group_by="ext")
    assert results.hits == ()
    assert {one.value: {hit.tier for hit in one.hits} for one in results.groups} == {
        "html": {"any"},
        "md": {"any"},
        "txt": {"any"},
    }
    assert index.search("量子", group_by="ext").groups == ()


def test_groups_come_in_pages(index: Index) -> None:
    pages = [index.search("焊接", group_by="folder", limit=1, offset=at) for at in range(4)]
    assert [[one.value for one in page.groups] for page in pages] == [["y"], ["x"], ["x/deep"], []]
    assert [page.more for page in pages] == [True, True, False, False]


def test_what_is_no_facet_is_refused(index: Index) -> None:
    with pytest.raises(QueryError, match="type one of damage"):
        index.search("焊接", facets=["colour"])
    with pytest.raises(QueryError, match="type one of damage"):
        index.search("焊接", filters={"colour": ["red"]})
    with pytest.raises(QueryError, match="type one of damage"):
        index.search("焊接", group_by="colour")
    with pytest.raises(QueryError, match="the query is empty"):
        index.search(" ", filters={})


@pytest.mark.parametrize(
    ("order", "expected"),
    [("date", "dbca"), ("-date", "abcd"), ("path", "abcd"), ("-path", "dcba"), ("size-asc", "cadb"), ("size", "bdac")],
)
def test_orders_are_those_of_the_files(index: Index, order: str, expected: str) -> None:
    for results in (index.search("焊接", sort=order), index.search(f"焊接 sort:{order}")):
        assert "".join(Path(hit.path).stem for hit in results.hits) == expected
        assert {hit.tier for hit in results.hits} == {"phrase"}
    assert "".join(Path(path).stem for path in index.paths("焊接", sort=order)) == expected
    pages = [index.search("焊接", sort=order, offset=at, limit=1) for at in range(5)]
    assert "".join(Path(hit.path).stem for page in pages for hit in page.hits) == expected
    assert [page.more for page in pages] == [True, True, True, False, False]


def test_a_hit_in_another_order_says_its_tier(index: Index) -> None:
    results = index.search("材料 设备", sort="path", limit=9)
    assert {Path(hit.path).stem: hit.tier for hit in results.hits} == {"a": "any", "b": "any", "d": "any"}
    assert all(hit.snippets[0].highlights for hit in results.hits)


SENTENCES = ["焊接的材料说明在这里。", "别的句子也在这里。", "第三句话说的是焊接机器人。", "最后一句没有别的了。"]
corpora = st.lists(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=5).map("".join), min_size=1, max_size=30)


@pytest.mark.slow
@given(corpora, st.integers(1, 7), st.sampled_from(["焊接", "材料 机器人", "的"]))
@examples(30)
def test_pages_are_the_pieces_of_one_answer(corpus: list[str], limit: int, query: str) -> None:
    with engines(corpus) as made:
        for engine in made:
            whole = [hit.path for hit in Index(engine).search(query, limit=99).hits]
            index, found, offset = Index(engine), list[str](), 0
            while True:
                page = index.search(query, limit=limit, offset=offset)
                alone = Index(engine).search(query, limit=limit, offset=offset)
                assert [hit.path for hit in page.hits] == [hit.path for hit in alone.hits]
                assert page.more == alone.more == (offset + limit < len(whole))
                found += [hit.path for hit in page.hits]
                offset += limit
                if not page.more:
                    break
            assert found == whole


class Counting(MemoryEngine):
    """Counts the matches whose texts were asked for."""

    asked = 0

    def search(self, *args: object, **how: object):  # type: ignore[no-untyped-def]
        found = super().search(*args, **how)  # type: ignore[arg-type]
        self.asked += len(found.best)
        return found


@pytest.mark.slow
def test_a_later_page_costs_what_the_first_did() -> None:
    engine = Counting()
    with engine.writer() as writer:
        put(
            writer,
            *(entry(f"{number:03}", f"焊接材料的第{number}种说明，与别的都不一样{number}。") for number in range(400)),
        )
    index, costs = Index(engine), []
    for offset in range(0, 300, 10):
        before = engine.asked
        assert len(index.search("焊接", limit=10, offset=offset).hits) == 10
        costs.append(engine.asked - before)
    assert max(costs) <= 2 * costs[0]


def test_a_page_goes_on_from_what_is_committed_now() -> None:
    engine = MemoryEngine()
    with engine.writer() as writer:
        put(writer, *(entry(f"{number}", f"焊接{number}") for number in range(6)))
    index = Index(engine)
    index.search("焊接", limit=2)
    with engine.writer() as writer:
        writer.remove("0")
    assert [hit.path for hit in index.search("焊接", limit=2, offset=2).hits] == ["3", "4"]


def test_an_answer_that_took_too_long_is_begun_anew() -> None:
    engine = MemoryEngine()
    with engine.writer() as writer:
        put(writer, *(entry(f"{number:02}", f"焊接{number}") for number in range(60)))
    index = Index(engine)
    index.search("焊接", limit=2)
    with pytest.raises(OutOfTime):
        index.search("焊接", limit=40, offset=2, seconds=0.0)
    assert [hit.path for hit in index.search("焊接", limit=2, offset=2).hits] == ["02", "03"]


@given(
    st.lists(st.sampled_from(["txt", "md"]), min_size=1, max_size=9), st.sampled_from(["焊接", "材料", "焊接 -材料"])
)
@examples(15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_facets_equal_counting(tmp_path_factory: pytest.TempPathFactory, endings: list[str], query: str) -> None:
    place = tmp_path_factory.mktemp("many")
    for number, ending in enumerate(endings):
        (place / f"{number}.{ending}").write_text("焊接" + "材料" * (number % 2), encoding="utf-8")
    build_index([place], f"memory:{place}", workers=1)
    with open_index(f"memory:{place}") as index:
        found = Counter(Path(path).suffix[1:] for path in index.paths(query))
        assert counts(index, query, "ext") == found


def printed(folder: Path, *arguments: str) -> list[str]:
    return seedsearch("query", *arguments, cwd=folder).stdout.decode().splitlines()


def test_the_command_prints_facets_and_sorts(folder: Path) -> None:
    lines = printed(folder, "焊接", "--facets", "ext,year", "--sort", "date")
    assert lines[-2:] == ["ext: txt 2, html 1, md 1", "year: 2024 2, 2021 1, 2026 1"]
    assert [line for line in lines if line.startswith("1. ")] == ["1. y/d.html:1:4"]
    assert printed(folder, "-l", "--sort=-path", "焊接") == sorted(FILES)[::-1]
    assert printed(folder, "-l", "焊接 sort:size")[0] == "x/deep/b.md"


def test_the_command_takes_all_facets_where_none_is_named(folder: Path) -> None:
    summary = json.loads(printed(folder, "--json", "--facets", "焊接")[0])
    assert summary["query"] == "焊接"
    assert summary["facets"]["encoding"] == [{"value": "utf-8", "count": 3}, {"value": "big5", "count": 1}]
    assert (summary["more"], set(summary["facets"])) == (False, {"damage", "encoding", "ext", "folder", "year"})


def test_the_command_groups(folder: Path) -> None:
    lines = printed(folder, "焊接", "--group-by", "year", "-n", "2")
    assert [line for line in lines if line.endswith(")") or line[:2] in ("1.", "2.")] == [
        "4 documents for 焊接 (the whole run)",
        "2026 (1)",
        "1. y/d.html:1:4",
        "2024 (2)",
        "1. y/c.txt:1:1",
        "2. x/deep/b.md:1:1",
    ]
    summary, *hits = map(json.loads, printed(folder, "焊接", "--group-by", "ext", "--json"))
    assert summary["groups"][0] == {"value": "txt", "count": 2}
    assert [(hit["group"], hit["rank"]) for hit in hits] == [("txt", 1), ("txt", 2), ("html", 1), ("md", 1)]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["-l", "--facets", "ext", "焊接"], "printed with hits"),
        (["--count", "--group-by", "ext", "焊接"], "printed with hits"),
        (["--group-by", "colour", "焊接"], "is not a facet"),
        (["--sort", "colour", "焊接"], "is not an order"),
        (["--facets", "ext"], "Missing argument 'QUERY...'"),
    ],
)
def test_the_command_refuses_in_words(folder: Path, arguments: list[str], says: str) -> None:
    done = seedsearch("query", *arguments, cwd=folder)
    assert (done.returncode, done.stdout) == (2, b"")
    assert says in done.stderr.decode()


class Asked(MemoryEngine):
    """An engine that counts what it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: Counter[str] = Counter()

    def count(self, queries: Sequence[Query]) -> list[int]:
        self.asked["count"] += 1
        return super().count(queries)

    def in_order(self, *asked: Any, **how: Any) -> Matches:
        self.asked["in_order"] += 1
        return super().in_order(*asked, **how)


def filled(count: int) -> Asked:
    engine = Asked()
    commit(engine, [entry(f"{number:03}", f"焊接的材料{number}") for number in range(count)])
    return engine


def test_all_paths_in_an_order_are_one_question_to_the_engine() -> None:
    """Each page of them sorts all documents anew."""
    engine = filled(250)
    with Index(engine) as index:
        paths = index.paths("焊接", sort="path")
        assert len(paths) == 250
        engine.asked.clear()
        assert index.paths("焊接", sort="-path") == paths[::-1]
    assert engine.asked["in_order"] == 1


def test_the_next_page_of_an_answer_is_not_counted_again() -> None:
    engine = filled(40)
    with Index(engine) as index:
        for strict in (False, True):
            index.search("焊接的材料", strict=strict)
            engine.asked.clear()
            index.search("焊接的材料", strict=strict, offset=10)
            index.search("焊接的材料", strict=strict, sort="path", limit=3)
            assert not engine.asked["count"]
        commit(engine, [entry("040", "焊接的材料")])
        assert index.search("焊接的材料").total == 41
