"""From folders to hits: what is in the readable text is found, and a hit says where it stands in the file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch import build_index, clean, open_index
from seedsearch.errors import IndexMissing, QueryError, SourceError
from seedsearch.offsets import OffsetMap, Span
from seedsearch.searching.index import Index
from seedsearch.searching.parsed_query import LONGEST_QUERY
from seedsearch.text.folding import fold, is_han
from tests.strategies import HAN, examples
from tests.test_expressions import engines

pytestmark = pytest.mark.slow

Opened = Callable[[dict[str, str | bytes]], Index]


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    """A function that writes files, indexes them, and opens the index."""

    def make(files: dict[str, str | bytes]) -> Index:
        for name, content in files.items():
            path = tmp_path / "files" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        build_index(tmp_path / "files", tmp_path / "index", workers=1)
        return open_index(tmp_path / "index")

    return make


def names(index: Index, query: str) -> list[str]:
    return [hit.path.rsplit("/", 1)[1] for hit in index.search(query, limit=100).hits]


DOCUMENTS = {
    "a.txt": "焊接产业链的创新联合体。东丽区打通从实验室到现场应用。",
    "b.txt": "東麗區的焊接材料，５Ｇ與C++。",
    "c.txt": "人工智能与AI芯片。重跑gen-itgc后再看。",
    "d.txt": "这一段讲的是别的事情，\n断了的焊\n接也要找到。",
}


@pytest.mark.parametrize(
    ("query", "matched", "expected"),
    [
        ("焊接", "phrase", "abd"),
        ("焊", "phrase", "abd"),
        ("東麗區", "phrase", "ab"),
        ("5g", "phrase", "b"),
        ("c++", "phrase", "b"),
        ("itgc", "phrase", "c"),
        ("人工智能 AI", "all", "c"),
        ("创新联合体 焊接", "all", "a bd"),
        ("焊接的创新", "all", "a bd"),
        ("量子的焊接", "any", "abd"),
        ("焊接 与 芯片", "any", "abcd"),
        ("焊接 & 产业链 、 实验室", "all", "a bd"),
        ("实验室的创新在哪些现场应用", "all", "a"),
        ("量子的实验室在哪些现场应用", "most", "a"),
        ("5g c++ ext:txt", "all", "b"),
        ("焊接的创新 ext:txt", "all", "a bd"),
        ("焊接的创新 path:b.txt", "any", "b"),
        ("焊接的创新 -path:b.txt", "all", "a d"),
        ("焊接的创新 ext:md", "query", ""),
        ("（焊接 OR 芯片） AND NOT 创新", "query", "bcd"),
        ("焊接　ext：txt", "phrase", "abd"),
        ("『创新联合体』", "query", "a"),
        ("「创新 联合体」～３", "query", "a"),
        ('"创新联合体"', "query", "a"),
        ("“焊接” 材料", "query", "b"),
        ('没有"配对', "query", ""),
        ("量子纠缠", "query", ""),
    ],
)
def test_what_each_query_finds(opened: Opened, query: str, matched: str, expected: str) -> None:
    with opened(dict(DOCUMENTS)) as index:
        results = index.search(query)
        found = [hit.path[-5] for hit in results.hits]
        first, _, others = expected.partition(" ")
        assert (sorted(found[: len(first)]), sorted(found[len(first) :])) == (sorted(first), sorted(others))
        assert results.total == sum(results.tiers.values()) == len(first + others)
        assert results.matched == next(iter(results.tiers), "query") == matched
        strict = index.search(query, strict=True)
        assert [hit.path[-5] for hit in strict.hits] == (found[: len(first)] if matched != "any" else [])


TIERED = {
    "a": "焊接材料说明书。",
    "b": "材料说明：焊接用。",
    "c": "焊接用的，别的不说。",
    "d": "材料。材料。材料。",
    "e": "没有关系的一页。",
}


def test_every_page_is_filled_from_one_tier_after_the_other(opened: Opened) -> None:
    with opened(dict(TIERED)) as index:
        results = index.search("焊接材料")
        assert [(hit.path[-1], hit.tier) for hit in results.hits[:2]] == [("a", "phrase"), ("b", "all")]
        assert sorted((hit.path[-1], hit.tier) for hit in results.hits[2:]) == [("c", "any"), ("d", "any")]
        assert results.tiers == {"phrase": 1, "all": 1, "any": 2}
        pages = [hit.path for at in range(4) for hit in index.search("焊接材料", limit=1, offset=at).hits]
        assert pages == [hit.path for hit in results.hits]
        assert index.paths("焊接材料") == pages
        assert index.paths("焊接材料", strict=True) == pages[:1]
        assert [hit.path[-1] for hit in index.search("焊接材料", strict=True).hits] == ["a"]


@pytest.mark.slow
@given(st.lists(st.text("焊接材料甲乙", max_size=8), max_size=8), st.text("焊接材料甲乙 的", min_size=1, max_size=8))
@examples(40)
def test_tiers_are_apart_and_all_that_is_counted_is_found(texts: list[str], query: str) -> None:
    if not query.strip():
        return
    with engines([f"{number}{text}" for number, text in enumerate(texts)]) as made:
        for engine in made:
            results = Index(engine).search(query, limit=50, seconds=None)
            found = Counter(hit.tier for hit in results.hits for _ in (hit.path, *hit.also_in))
            assert found == Counter(results.tiers)
            assert sorted(Index(engine).paths(query)) == sorted(p for h in results.hits for p in (h.path, *h.also_in))


def test_documents_with_the_whole_run_come_first(opened: Opened) -> None:
    with opened({"a": "智能在这里，人工在那里。人工、智能。", "b": "讲人工 智能的文章，长一点，再长一点。"}) as index:
        assert names(index, "人工 智能") == ["b", "a"]


def test_a_hit_points_into_the_untouched_file(opened: Opened) -> None:
    raw = "第一行\n有&nbsp;產(chǎn)品的焊接。\n"
    with opened({"a.txt": raw}) as index:
        (hit,) = index.search("焊接").hits
    snippet = hit.snippets[0]
    assert raw[snippet.raw_span.start : snippet.raw_span.end] == "焊接"
    line, column = snippet.line, snippet.column
    assert raw.split("\n")[line - 1][column - 1 :].startswith("焊接")
    assert [span.cut(snippet.text) for span in snippet.highlights] == ["焊接"]


def test_equal_documents_collapse(opened: Opened) -> None:
    with opened({"a.txt": "焊接材料", "b.txt": "焊接材料", "c.txt": "焊接"}) as index:
        results = index.search("焊接")
    assert results.total == 3
    assert sorted(len(hit.also_in) for hit in results.hits) == [0, 1]


def test_pages_of_hits_join_up(opened: Opened) -> None:
    with opened({f"{i:02}.txt": f"焊接{i}" for i in range(12)}) as index:
        everything = [hit.path for hit in index.search("焊接", limit=12).hits]
        pages = [hit.path for offset in range(0, 12, 5) for hit in index.search("焊接", limit=5, offset=offset).hits]
    assert len(set(everything)) == 12
    assert pages == everything


@pytest.mark.parametrize("query", ["", "   ", "\n", "焊" * (LONGEST_QUERY + 1)])
def test_a_query_that_can_not_be_asked(opened: Opened, query: str) -> None:
    with opened({"a.txt": "焊接"}) as index, pytest.raises(QueryError, match="the query is"):
        index.search(query)


def test_no_index(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing):
        open_index(tmp_path)


@given(st.lists(st.text(HAN + "，。\n ", min_size=1, max_size=40), min_size=1, max_size=4), st.data())
@examples(25)
def test_every_run_of_han_finds_its_document(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("runs")
    (folder / "files").mkdir()
    for i, text in enumerate(texts):
        (folder / "files" / f"{i}.txt").write_text(text, encoding="utf-8", newline="")
    build_index(folder / "files", folder / "index", workers=1)
    with open_index(folder / "index") as index:
        number = data.draw(st.integers(0, len(texts) - 1))
        runs = [run for run in runs_of(clean(texts[number]).readable) if run]
        for run in data.draw(st.lists(st.sampled_from(runs), max_size=5)) if runs else []:
            hits = index.search(run, limit=100).hits
            assert f"{folder}/files/{number}.txt" in {path for hit in hits for path in (hit.path, *hit.also_in)}


def runs_of(text: str) -> list[str]:
    """Every run of 1 to 8 Han characters of a text."""
    return [
        text[start:end]
        for start in range(len(text))
        for end in range(start + 1, min(start + 8, len(text)) + 1)
        if all(map(is_han, text[start:end]))
    ]


SEED = Path(__file__).parents[1] / "seeds"


@pytest.fixture(scope="module")
def seed_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("seed")
    report = build_index(SEED, folder)
    assert (report.added, report.failures) == (1, ())
    return folder


@pytest.mark.slow
def test_every_run_of_the_seed_finds_it(seed_index: Path) -> None:
    readable = clean(next(SEED.iterdir()).read_bytes()).readable
    runs = set(runs_of(readable))
    assert len(runs) > 2000
    with open_index(seed_index) as index:
        assert [run for run in runs if not index.search(run, limit=1).hits] == []


@pytest.mark.parametrize(
    "query",
    ["焊接", "焊", "产业链", "產業鏈", "东丽区", "良性生态", '"创新联合体"', "13家", "打通从实验室到现场应用"],
)
def test_the_seed_is_found(seed_index: Path, query: str) -> None:
    raw = next(SEED.iterdir()).read_text(encoding="utf-8")
    with open_index(seed_index) as index:
        (hit,) = index.search(query).hits
    snippet = hit.snippets[0]
    assert fold(snippet.highlights[0].cut(snippet.text)) == fold(query.strip('"'))
    assert "(" not in snippet.text.replace("(來源", "").replace("(節選", "")
    place = raw.split("\n")[snippet.line - 1][snippet.column - 1 :]
    assert place.startswith(snippet.raw_span.cut(raw))
    cleaned = clean(raw)
    shown = cleaned.readable.index(snippet.text) + snippet.highlights[0].start
    span = Span(shown, shown + len(snippet.highlights[0]))
    assert OffsetMap.of(cleaned.edits).to_raw(span) == snippet.raw_span


def test_what_the_seed_does_not_hold(seed_index: Path) -> None:
    with open_index(seed_index) as index:
        assert index.search("量子纠缠").total == 0


def test_encoding_big5_finds_what_is_told_as_any_of_its_codecs(tmp_path: Path) -> None:
    place = tmp_path / "seeds"
    place.mkdir()
    for name, text, codec in (
        ("standard", "這本書的作者住在臺北，常常到圖書館寫作。", "big5"),
        ("windows", "喬治‧華盛頓在家裏寫作，常常到圖書館。", "cp950"),
        ("hong-kong", "佢哋喺度食嘢，唔知點解咁夜。", "big5hkscs"),
        ("mainland", "会议由副主任主持，参加的有各部门负责人。", "gb2312"),
    ):
        (place / name).write_bytes(text.encode(codec))
    build_index(place, tmp_path / "index")
    with open_index(tmp_path / "index") as index:
        for query, found in (
            ("encoding:big5", ["hong-kong", "standard", "windows"]),
            ("encoding:CP950", ["windows"]),
            ("encoding:big5-hkscs", ["hong-kong"]),
            ("encoding:big5hkscs", ["hong-kong"]),
            ("encoding:gbk", ["mainland"]),
            ("encoding:gb2312", ["mainland"]),
            ("-encoding:big5 会议", ["mainland"]),
        ):
            assert sorted(Path(hit.path).name for hit in index.search(query).hits) == found, query


def test_a_run_follows_what_changed(tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    for name, text in {"a": "焊接", "b": "产业", "c": "创新"}.items():
        (files / name).write_text(text, encoding="utf-8")
    first = build_index(files, tmp_path / "index")
    (files / "a").write_text("量子", encoding="utf-8")
    (files / "b").unlink()
    (files / "d").write_text("新的", encoding="utf-8")
    second = build_index(files, tmp_path / "index")
    assert (first.added, first.updated, first.unchanged, first.removed) == (3, 0, 0, 0)
    assert (second.added, second.updated, second.unchanged, second.removed) == (1, 1, 1, 1)
    with open_index(tmp_path / "index") as index:
        assert [names(index, query) for query in ("焊接", "量子", "产业", "创新", "新的")] == [
            [],
            ["a"],
            [],
            ["c"],
            ["d"],
        ]


def test_other_paths_stay_unless_rebuilt(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a").write_text("焊接" + name, encoding="utf-8")
    build_index([tmp_path / "one", tmp_path / "two"], tmp_path / "index")
    assert build_index(tmp_path / "one", tmp_path / "index").unchanged == 1
    with open_index(tmp_path / "index") as index:
        assert index.search("焊接").total == 2
    build_index(tmp_path / "one", tmp_path / "index", rebuild=True)
    with open_index(tmp_path / "index") as index:
        assert index.search("焊接").total == 1


def test_workers_make_the_same_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = tmp_path / "files"
    files.mkdir()
    for i in range(8):
        (files / f"{i}.txt").write_text(f"焊接产业链第{i}号" * 5, encoding="utf-8")
    monkeypatch.setattr("seedsearch.indexing.build.WORTH_WORKERS", 100)
    build_index(files, tmp_path / "many", workers=2)
    build_index(files, tmp_path / "one", workers=1)
    with open_index(tmp_path / "many") as many, open_index(tmp_path / "one") as one:
        assert list(many.records()) == list(one.records())
        assert many.stats().engine.terms == one.stats().engine.terms


def test_one_bad_file_does_not_stop_the_run(tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    (files / "a.txt").write_text("焊接", encoding="utf-8")
    (files / "b.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4)
    (files / ".hidden").write_text("焊接", encoding="utf-8")
    (files / "link").symlink_to("a.txt")
    report = build_index(files, tmp_path / "index")
    assert report.added == 1
    assert [(failure.path.rsplit("/")[-1], failure.skipped) for failure in report.failures] == [
        ("b.png", True),
        ("link", True),
    ]


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="does not exist"):
        build_index(tmp_path / "nothing", tmp_path / "index")
    assert not (tmp_path / "index").exists()


def test_stored_records_are_json_safe(tmp_path: Path) -> None:
    """The record holds what a hit needs, whatever the name of the file."""
    files = tmp_path / "files"
    files.mkdir()
    name = "名\n字.txt"
    (files / name).write_text("焊接", encoding="utf-8")
    build_index(files, tmp_path / "index")
    with open_index(tmp_path / "index") as index:
        assert json.dumps(index.search("焊接").hits[0].path).endswith('\\n\\u5b57.txt"')
