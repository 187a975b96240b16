"""The folder of an index is a Whoosh index: programs as any user of Whoosh writes them, against brute force."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any as AnyType

import pytest

from seedsearch import build_index
from seedsearch.engines.choice import check, open_engine
from seedsearch.engines.embedded import EmbeddedEngine, whoosh_toc
from seedsearch.engines.embedded.manifest import NAME, Manifest
from seedsearch.engines.entries import IndexEntry
from seedsearch.engines.memory import MemoryEngine
from seedsearch.engines.query import All, Any, Fuzzy, Not, Prefix, Query, Ranked, Run, Term, Terms, Wildcard
from seedsearch.engines.whoosh_reader import Okapi
from seedsearch.engines.whoosh_reader.analyzers import GramTokenizer, WordTokenizer
from seedsearch.engines.whoosh_reader.library import index as whoosh_index
from seedsearch.engines.whoosh_reader.library import qparser, scoring, sorting
from seedsearch.engines.whoosh_reader.library import query as whoosh
from seedsearch.engines.whoosh_reader.matcher import PostingMatcher
from seedsearch.errors import IndexStale, OutputError
from seedsearch.text.analyzer import words
from seedsearch.text.folding import fold
from seedsearch.text.joints import Joined, grams
from seedsearch.text.lexicon import OwnWords
from seedsearch.text.run_text import run_text
from tests.filling import put
from tests.programs import warm as command

pytestmark = pytest.mark.slow

WORDS = ("焊接", "焊", "材料", "产业链", "创新", "联合体", "gen-itgc", "itgc", "5g", "的")
MARK = "m"
BOTH = tuple[MemoryEngine, Path]


def entry(doc_id: str, text: str) -> IndexEntry:
    tags = (f"path:{doc_id}", f"ext:{doc_id[-1]}")
    return IndexEntry(doc_id, f"digest of {text}", text, tags, text.encode())


def write(engine: MemoryEngine | EmbeddedEngine, texts: dict[str, str], gone: tuple[str, ...] = ()) -> None:
    with engine.writer() as writer:
        put(writer, *(entry(doc_id, text) for doc_id, text in texts.items()))
        for doc_id in gone:
            writer.remove(doc_id)


def history(folder: Path, commits: list[range]) -> MemoryEngine:
    """The same history in both: some documents replaced and some removed in each commit."""
    rng = random.Random(5)
    memory, embedded = MemoryEngine(), EmbeddedEngine(folder, MARK, create=True)
    for ids in commits:
        texts = {f"{i:03}": "，".join(rng.choices(WORDS, k=rng.randint(1, 8))) for i in ids}
        for engine in (memory, embedded):
            write(engine, texts, (f"{min(ids) + 3:03}", f"{min(ids) + 7:03}"))
    embedded.close()
    return memory


@pytest.fixture(scope="module", params=["segments", "merged", "made anew"])
def engines(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> BOTH:
    """What memory holds, and the folder of the same: three segments with deletions, all merged, or made anew."""
    folder = tmp_path_factory.mktemp("index")
    commits = [range(400), range(380, 460), range(455, 470)]
    memory = history(folder, commits if request.param == "segments" else [*commits, range(470)])
    if request.param == "made anew":
        with EmbeddedEngine(folder, MARK, create=True, replace=True).writer() as writer:
            writer.clear()
            for match in memory.search(Terms("tag", Prefix("path:")), 1000).best:
                put(writer, entry(match.doc_id, match.readable))
    segments = EmbeddedEngine(folder, MARK).segments
    assert len(segments) == (3 if request.param == "segments" else 1)
    assert any(segment.live is not None for segment in segments) == (request.param != "made anew")
    return memory, folder


@pytest.fixture(scope="module")
def opened(engines: BOTH) -> Iterator[AnyType]:
    """The index as Whoosh opens it."""
    assert whoosh_index.exists_in(str(engines[1]))
    with whoosh_index.open_dir(str(engines[1])).searcher() as searcher:
        yield searcher


def ids(searcher: AnyType, asked: AnyType) -> set[str]:
    return {hit["path"] for hit in searcher.search(asked, limit=None)}


def brute(engine: MemoryEngine, query: Query) -> set[str]:
    return {match.doc_id for match in engine.search(query, 1000).best}


def texts_of(engine: MemoryEngine) -> dict[str, str]:
    return {match.doc_id: match.readable for match in engine.search(Terms("tag", Prefix("path:")), 1000).best}


WORD = {text: (whoosh.Term("word", text), Term("word", text)) for text in WORDS}
A, B, C = WORD["焊接"], WORD["材料"], WORD["创新"]


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        *WORD.values(),
        (whoosh.Term("text", "焊接"), Term("word", "焊接")),
        (whoosh.Term("gram", "产业"), Term("gram", "产业")),
        (whoosh.Term("gram", "焊"), Term("gram", "焊")),
        (whoosh.Term("tag", "path:005"), Term("tag", "path:005")),
        (whoosh.Term("path", "005"), Term("tag", "path:005")),
        (whoosh.Or([A[0], B[0]]), Any((A[1], B[1]))),
        (whoosh.And([A[0], B[0], C[0]]), All((A[1], B[1], C[1]))),
        (whoosh.AndNot(A[0], B[0]), All((A[1], Not(B[1])))),
        (whoosh.AndMaybe(A[0], B[0]), A[1]),
        (whoosh.Not(A[0]), Not(A[1])),
        (whoosh.Every(), Terms("tag", Prefix("path:"))),
        (whoosh.Every("word"), Terms("tag", Prefix("path:"))),
        (whoosh.Prefix("word", "焊"), Terms("word", Prefix("焊"))),
        (whoosh.Prefix("gram", "焊"), Terms("gram", Prefix("焊"))),
        (whoosh.Prefix("path", "39"), Terms("tag", Prefix("path:39"))),
        (whoosh.Wildcard("word", "*t?c"), Terms("word", Wildcard("*t?c"))),
        (whoosh.Wildcard("tag", "path:00?"), Terms("tag", Wildcard("path:00?"))),
        (whoosh.FuzzyTerm("word", "itgd"), Terms("word", Fuzzy("itgd", 1))),
        (whoosh.TermRange("tag", "path:390", "path:399"), Terms("tag", Wildcard("path:39?"))),
        (whoosh.TermRange("path", "390", "399"), Terms("tag", Wildcard("path:39?"))),
        (whoosh.Phrase("gram", ["焊接", "接,", ",材", "材料"]), Run("焊接,材料")),
    ],
    ids=str,
)
def test_the_same_documents(engines: BOTH, opened: AnyType, asked: AnyType, meant: Query) -> None:
    expected = brute(engines[0], meant)
    assert expected
    assert ids(opened, asked) == expected


@pytest.mark.parametrize(
    ("field", "typed", "meant"),
    [
        ("word", "焊接 材料", All((A[1], B[1]))),
        ("word", "焊接 OR 材料", Any((A[1], B[1]))),
        ("word", "焊接 NOT 材料", All((A[1], Not(B[1])))),
        ("word", "(焊接 OR 材料) 創新", All((Any((A[1], B[1])), C[1]))),  # folded as the index is
        ("word", "产业链创新", All((Term("word", "产业链"), C[1]))),  # cut by jieba
        ("word", "ＧＥＮ-itgc", Term("word", "gen-itgc")),
        ("word", "ge*", Terms("word", Prefix("ge"))),
        ("word", "联*", Terms("word", Prefix("联"))),
        ("word", "tag:'ext:7' 焊接", All((Term("tag", "ext:7"), A[1]))),
        ("word", "gram:产业链", Run("产业链")),
        ("gram", "産業鏈，创新", Run("产业链,创新")),
        ("gram", "产", Run("产")),
        ("text", "焊接 材料", All((A[1], B[1]))),
    ],
)
def test_the_parser_of_whoosh(engines: BOTH, opened: AnyType, field: str, typed: str, meant: Query) -> None:
    expected = brute(engines[0], meant)
    assert expected
    assert ids(opened, qparser.QueryParser(field, opened.schema).parse(typed)) == expected


def test_phrases_of_words_stand_side_by_side(engines: BOTH, opened: AnyType) -> None:
    expected = {path for path, text in texts_of(engines[0]).items() if "材料，产业链" in text}
    parsed = qparser.QueryParser("word", opened.schema).parse('"材料 产业链"')
    assert isinstance(parsed, whoosh.Phrase)
    assert expected
    assert ids(opened, parsed) == expected


def test_sorting_and_facets(engines: BOTH, opened: AnyType) -> None:
    expected = sorted(brute(engines[0], A[1]))
    found = opened.search(A[0], sortedby="path", limit=None)
    assert [hit["path"] for hit in found] == expected
    backwards = sorting.FieldFacet("path", reverse=True)
    assert [hit["path"] for hit in opened.search(A[0], sortedby=backwards, limit=None)] == expected[::-1]
    assert [hit["path"] for hit in opened.search(A[0], sortedby=backwards, limit=5)] == expected[:-6:-1]
    tags = sorting.FieldFacet("tag", allow_overlap=True)
    groups = opened.search(A[0], groupedby=tags, limit=None).groups()
    by_ext = {name: len(group) for name, group in groups.items() if name.startswith("ext:")}
    assert by_ext == Counter(f"ext:{path[-1]}" for path in expected)
    by_path = opened.search(A[0], groupedby="path", limit=None).groups("path")
    assert sorted(by_path) == expected


@pytest.mark.parametrize(
    ("field", "typed", "marked"),
    [
        ("word", "焊接", "焊接"),
        ("word", "焊接 材料", "焊接"),
        ("gram", "产业链", "产业链"),
        ("gram", "焊", "焊"),
        ("text", "创新", "创新"),
        ("word", "产业*", "产业链"),
    ],
)
@pytest.mark.parametrize("terms", [False, True])
def test_highlights(opened: AnyType, field: str, typed: str, marked: str, terms: bool) -> None:
    found = opened.search(qparser.QueryParser(field, opened.schema).parse(typed), limit=5, terms=terms)
    assert len(found)
    for hit in found:
        for shown in (hit.highlights("text"), hit.highlights(field, text=hit["text"])):
            assert f">{marked}</b>" in shown
            assert shown.replace("...", "").replace("</b>", "").count("<b") == shown.count("</b>")


def test_documents_and_terms(engines: BOTH, opened: AnyType) -> None:
    memory, reader = engines[0], opened.reader()
    texts = texts_of(memory)
    assert {row["path"]: row["text"] for row in reader.all_stored_fields()} == texts
    assert {row["path"]: row["text"] for row in opened.documents()} == texts
    assert opened.document(path="010") == {"path": "010", "text": texts["010"]}
    assert opened.document(path="999") is None
    assert [row["path"] for row in opened.documents(tag="ext:7")] == sorted(brute(memory, Term("tag", "ext:7")))
    for field in ("word", "gram", "tag"):
        vocabulary = dict(memory.vocabulary(field))
        assert list(reader.field_terms(field)) == list(vocabulary)
        assert [term.decode() for term in reader.lexicon(field)] == list(vocabulary)
        assert {term: reader.doc_frequency(field, term) for term in vocabulary} == vocabulary
    assert list(reader.field_terms("path")) == sorted(texts)
    assert list(reader.all_terms()) == sorted(reader.all_terms())
    assert Counter(field for field, _ in reader.all_terms())["text"] == len(list(memory.vocabulary("word")))
    assert reader.doc_count() == memory.info().documents
    assert [term.decode() for term in reader.expand_prefix("gram", "焊")] == [
        t for t, _ in memory.vocabulary("gram", "焊")
    ]
    assert ("word", "焊接") in reader
    assert ("word", "没有") not in reader
    assert ("path", "003") not in reader
    assert reader.frequency("word", "焊接") == sum(words(run_text(text)).count("焊接") for text in texts.values())


def test_places_and_vectors(engines: BOTH, opened: AnyType) -> None:
    """What the analyzer finds in the readable text is what the index counts."""
    reader = opened.reader()
    for number in list(reader.all_doc_ids())[::29]:
        text = reader.stored_fields(number)["text"]
        counts = {"word": Counter(words(run_text(text))), "gram": grams(run_text(text))}
        for field, expected in counts.items():
            assert dict(reader.vector_as("weight", number, field)) == expected
            assert dict(reader.vector_as("frequency", number, field)) == expected
            for term, count in expected.items():
                postings = reader.postings(field, term)
                postings.skip_to(number)
                assert (postings.id(), postings.weight()) == (number, count)
                places = postings.value_as("characters")
                assert [fold(text[start:end]) for _, start, end in places] == [term] * count
                assert [place for place, _, _ in places] == postings.value_as("positions")


def test_documents_like_one_and_its_key_terms(opened: AnyType) -> None:
    number = opened.document_number(path="011")
    text = opened.stored_fields(number)["text"]
    terms = [term for term, _ in opened.key_terms([number], "word")]
    assert terms
    assert set(terms) <= set(words(run_text(text)))
    assert [term for term, _ in opened.key_terms_from_text("word", text)] == terms
    like = opened.more_like(number, "word", top=5)
    assert "011" not in [hit["path"] for hit in like]
    assert all(set(terms) & set(words(run_text(hit["text"]))) for hit in like)
    assert len(opened.search(A[0], limit=1)[0].more_like_this("gram"))


def test_suggestions(opened: AnyType) -> None:
    assert opened.suggest("word", "itgd", maxdist=1) == ["itgc"]
    assert opened.suggest("word", "联合休", maxdist=1) == ["联合体"]
    parsed = qparser.QueryParser("word", opened.schema).parse("itgd 焊接")
    assert opened.correct_query(parsed, "itgd 焊接", maxdist=1).string == "itgc 焊接"


def test_pages_and_filters(engines: BOTH, opened: AnyType) -> None:
    expected = sorted(brute(engines[0], A[1]))
    page = opened.search_page(A[0], 2, pagelen=7, sortedby="path")
    assert [hit["path"] for hit in page] == expected[7:14]
    assert len(page) == len(expected)
    found = opened.search(A[0], filter=whoosh.Prefix("path", "0"), mask=B[0], limit=None)
    meant = All((A[1], Terms("tag", Prefix("path:0")), Not(B[1])))
    assert {hit["path"] for hit in found} == brute(engines[0], meant)


def test_the_best_few_are_the_first_of_all(opened: AnyType) -> None:
    """Whoosh passes over blocks that cannot give a hit among the best."""
    asked = whoosh.Or([pair[0] for pair in WORD.values()])
    every = [hit.score for hit in opened.search(asked, limit=None)]
    for limit in (1, 5, 20):
        assert [hit.score for hit in opened.search(asked, limit=limit)] == pytest.approx(every[:limit])


def test_scores_are_those_of_the_engine_and_of_stock_whoosh(tmp_path: Path) -> None:
    """Where nothing was deleted: Whoosh counts deleted documents in its statistics, the engine does not."""
    memory, embedded = MemoryEngine(), EmbeddedEngine(tmp_path / "ours", MARK, create=True)
    commits = ({"0a": "焊接，焊", "0b": "材料，材料，创新", "0c": "的"}, {"1a": "焊接，材料，itgc，的"})
    for texts in commits:
        for engine in (memory, embedded):
            write(engine, texts)
    asked = whoosh.Or([A[0], B[0], whoosh.Term("word", "焊", boost=0.5)])
    meant = Ranked(Any((A[1], B[1], WORD["焊"][1])), ((A[1], 1.0), (B[1], 1.0), (WORD["焊"][1], 0.5)))
    ours = whoosh_index.open_dir(str(tmp_path / "ours"))
    found = {hit["path"]: hit.score for hit in ours.searcher(weighting=Okapi()).search(asked, limit=None)}
    assert found == pytest.approx({match.doc_id: match.score for match in memory.search(meant, 1000).best})
    stock = copy_of(ours, tmp_path / "stock")
    for weighting in (scoring.BM25F(), scoring.TF_IDF(), scoring.Frequency()):
        a, b = (ix.searcher(weighting=weighting).search(asked, limit=None) for ix in (ours, stock))
        assert {hit["path"]: hit.score for hit in a} == pytest.approx({hit["path"]: hit.score for hit in b})
        assert len(a) == 3


def copy_of(ix: AnyType, folder: Path) -> AnyType:
    """An index that Whoosh wrote itself, with the same schema and documents."""
    folder.mkdir()
    made = whoosh_index.create_in(str(folder), ix.schema)
    writer = made.writer()
    with ix.searcher() as searcher:
        for row in searcher.documents():
            tags = [f"path:{row['path']}", f"ext:{row['path'][-1]}"]
            writer.add_document(path=row["path"], text=row["text"], word=row["text"], gram=row["text"], tag=tags)
    writer.commit()
    return made


def test_an_index_that_whoosh_writes_with_our_schema_holds_the_same(engines: BOTH, tmp_path: Path) -> None:
    """Terms, their places, and what a parsed query finds."""
    ours = whoosh_index.open_dir(str(engines[1]))
    stock = copy_of(ours, tmp_path / "stock")
    with ours.searcher() as a, stock.searcher() as b:
        assert list(a.reader().all_terms()) == list(b.reader().all_terms())
        for field, term in list(a.reader().all_terms())[::7]:
            assert a.reader().frequency(field, term) == b.reader().frequency(field, term)
        for typed in ("焊接", "产业链创新", '"材料 产业链"', "焊* NOT 材料", "itgc~", "[a TO z]"):
            for field in ("word", "gram", "text"):
                parser = qparser.QueryParser(field, ours.schema)
                parser.add_plugin(qparser.FuzzyTermPlugin())
                assert ids(a, parser.parse(typed)) == ids(b, parser.parse(typed))


def test_commits_are_seen_by_what_is_open(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path, MARK, create=True)
    write(engine, {"a": "焊接"})
    ix = whoosh_index.open_dir(str(tmp_path))
    first = ix.searcher()
    assert (first.up_to_date(), first.doc_count(), ix.latest_generation()) == (True, 1, 1)
    write(engine, {"b": "材料"})
    assert not first.up_to_date()
    second = first.refresh()
    assert (second.up_to_date(), second.doc_count(), ix.latest_generation()) == (True, 2, 2)
    assert second.refresh() is second
    write(engine, {}, gone=("a", "b"))
    assert (ix.is_empty(), ix.doc_count(), list(ix.searcher().documents())) == (True, 0, [])
    assert sorted(path.name for path in tmp_path.glob("_MAIN*")) == ["_MAIN_3.toc"]


@pytest.mark.parametrize("texts", [{"a": "焊接"}, {}], ids=["some", "none"])
def test_whoosh_cannot_write(tmp_path: Path, texts: dict[str, str]) -> None:
    engine = EmbeddedEngine(tmp_path, MARK, create=True)
    write(engine, {**texts, "b": "材料"})
    write(engine, {}, gone=("b",))
    ix = whoosh_index.open_dir(str(tmp_path))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    for change in (
        ix.writer,
        ix.optimize,
        lambda: ix.writer(procs=2),
        lambda: ix.delete_by_term("path", "a"),
        lambda: ix.add_field("title", ix.schema["text"]),
    ):
        with pytest.raises(OutputError, match=r"Whoosh cannot write to this index.*seedsearch index"):
            change()
    after = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert {name: after[name] for name in before} == before
    assert after.keys() - before.keys() <= {"MAIN_WRITELOCK"}
    write(EmbeddedEngine(tmp_path, MARK), {"c": "创新"})
    assert whoosh_index.open_dir(str(tmp_path)).doc_count() == len(texts) + 1


BROKEN = {
    "missing": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-9]),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"x"),
    "other": lambda path: path.write_bytes(b"cos\nsystem\n(S'exit 1'\ntR."),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
    "a link": lambda path: (path.unlink(), path.symlink_to("/dev/zero")),
}


@pytest.mark.exhaustive
@pytest.mark.parametrize("how", BROKEN)
def test_the_command_line_does_without_the_file_for_whoosh(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`check` names it, `query` answers, and the next run of `index` makes it again."""
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "a.txt").write_text("焊接材料", encoding="utf-8")
    assert command("index", cwd=tmp_path).returncode == 0
    toc = tmp_path / "index" / "_MAIN_1.toc"
    whole = toc.read_bytes()
    BROKEN[how](toc)  # type: ignore[no-untyped-call]
    assert command("query", "-l", "焊接", cwd=tmp_path).stdout == b"seeds/a.txt\n"
    checked = command("check", cwd=tmp_path)
    assert (checked.returncode, b"_MAIN_1.toc" in checked.stdout + checked.stderr) == (2, True)
    assert command("index", cwd=tmp_path).returncode == 0
    if how == "a folder":  # something of others: it stays, and the next commit has another name
        (tmp_path / "seeds" / "b.txt").write_text("材料", encoding="utf-8")
        assert command("index", cwd=tmp_path).returncode == 0
        assert toc.is_dir()
    else:
        assert toc.read_bytes() == whole
    assert command("check", cwd=tmp_path).returncode == 0
    assert whoosh_index.open_dir(str(tmp_path / "index")).doc_count() >= 1


def test_a_run_that_was_stopped_after_the_commit_is_caught_up_with(tmp_path: Path) -> None:
    """Whoosh sees the commit before, all of it; nothing is wrong; the next writer puts the file in its place."""
    engine = EmbeddedEngine(tmp_path, MARK, create=True)
    write(engine, {"a": "焊接"})
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    write(engine, {"b": "材料"})
    write(engine, {"c": "材料"}, gone=("a",))
    for name, content in before.items():
        if not (tmp_path / name).exists():
            (tmp_path / name).write_bytes(content)
    (tmp_path / "_MAIN_3.toc").rename(tmp_path / whoosh_toc.NEW)
    assert check(tmp_path) == []
    assert [row["path"] for row in whoosh_index.open_dir(str(tmp_path)).searcher().documents()] == ["a"]
    with open_engine(tmp_path, MARK).writer():
        pass
    assert sorted(path.name for path in tmp_path.glob("_MAIN*")) == ["_MAIN_3.toc"]
    assert {row["path"] for row in whoosh_index.open_dir(str(tmp_path)).searcher().documents()} == {"b", "c"}


def test_the_index_of_another_program_is_left_alone(tmp_path: Path) -> None:
    """In a folder where somebody keeps an index that Whoosh wrote, none of ours is begun."""
    schema = whoosh_index.open_dir(str(made(tmp_path / "ours"))).schema
    (tmp_path / "theirs").mkdir()
    writer = whoosh_index.create_in(str(tmp_path / "theirs"), schema).writer()
    writer.add_document(path="x", text="焊接")
    writer.commit()
    before = {path.name: path.read_bytes() for path in (tmp_path / "theirs").iterdir()}
    with pytest.raises(OutputError, match="another program"):
        EmbeddedEngine(tmp_path / "theirs", MARK, create=True).writer()
    assert {path.name: path.read_bytes() for path in (tmp_path / "theirs").iterdir()} == before


def made(folder: Path) -> Path:
    write(EmbeddedEngine(folder, MARK, create=True), {"a": "焊接"})
    return folder


@pytest.mark.filterwarnings("ignore")  # Whoosh leaves the file open that it fails to read
def test_the_index_of_another_version_is_refused_in_words(tmp_path: Path) -> None:
    (toc,) = made(tmp_path / "index").glob("_MAIN*")
    manifest = Manifest.read(tmp_path / "index", MARK)
    toc.write_bytes(whoosh_toc.content(manifest.generation, [], 99, ""))
    with pytest.raises(IndexStale, match=r"form 99.*--rebuild"):
        whoosh_index.open_dir(str(tmp_path / "index"))


def test_any_number_of_commits_has_a_name(tmp_path: Path) -> None:
    """As anybody may write a manifest: what Whoosh reads a generation from has 31 bits."""
    made(tmp_path)
    manifest = Manifest.read(tmp_path, MARK)
    for generation in (1 << 31, (1 << 63) + 5):
        many = Manifest(MARK, generation, manifest.parts)
        for toc in tmp_path.glob("_MAIN*"):
            toc.unlink()
        (tmp_path / many.toc_name).write_bytes(many.toc(""))
        assert whoosh_index.open_dir(str(tmp_path)).doc_count() == 1


def test_long_words_take_more_than_a_byte_to_say() -> None:
    words = "".join(f"焊接{chr(0x4E00 + i)} {i}\n" for i in range(3000))
    content = whoosh_toc.content(7, [], 5, words)
    assert words.encode() in content


def test_writing_and_asking_load_neither_whoosh_nor_pickles_reader(tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "a.txt").write_text("焊接材料", encoding="utf-8")
    script = (
        "import sys, pickle; pickle.loads = pickle.load = pickle.Unpickler = None\n"
        "import seedsearch; seedsearch.build_index('seeds', 'index', workers=1)\n"
        "seedsearch.open_index('index').search('焊接')\n"
        "print(sorted({'whoosh', 'jieba'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
    assert (tmp_path / "index" / "_MAIN_1.toc").exists()


def test_the_words_of_the_user_are_not_cut_by_whoosh_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "a.txt").write_text("新的焊接机器人，焊接", encoding="utf-8")
    (tmp_path / "words.txt").write_text("焊接机器人\n", encoding="utf-8")
    build_index("seeds", "index", dictionary="words.txt")
    ix = whoosh_index.open_dir("index")
    assert [token.text for token in ix.schema["word"].analyzer("焊接机器人")] == ["焊接机器人"]
    with ix.searcher() as searcher:
        found = searcher.search(qparser.QueryParser("word", ix.schema).parse("焊接机器人"))
        assert ">焊接机器人</b>" in found[0].highlights("text")
        assert dict(searcher.vector_as("weight", 0, "word")) == Counter(
            words(run_text("新的焊接机器人，焊接"), OwnWords.parse("焊接机器人"))
        )


@pytest.mark.parametrize(
    "text",
    [
        "焊接，\n材料 v2.0 的 GEN-itgc",
        "焊(hàn)接**机**器人 inter-\nnational",
        "五 G　５Ｇ網絡",
        " a  b\n",
        "",
        "的" * 900,
    ],
)
def test_analyzers_give_the_terms_of_the_index_and_their_places(text: str) -> None:
    for analyzer, expected in (
        (WordTokenizer(), Counter(words(run_text(text)))),
        (GramTokenizer(), grams(run_text(text))),
    ):
        found = [
            (t.text, t.pos, t.startchar, t.endchar) for t in analyzer(text, positions=True, chars=True, mode="index")
        ]
        assert Counter(term for term, *_ in found) == expected
        assert all(Joined(run_text(text[start:end])).text == term for term, _, start, end in found)
        assert [place for _, place, *_ in found] == sorted(place for _, place, *_ in found)


def test_what_a_query_asks_for() -> None:
    def asked(analyzer: AnyType, text: str, **options: bool) -> list[str]:
        return [token.text for token in analyzer(text, mode="query", **options)]

    assert asked(WordTokenizer(), "焊接V2.0") == ["焊接", "v2.0"]
    assert asked(WordTokenizer(), "焊*料", tokenize=False) == ["焊*料"]
    assert asked(GramTokenizer(), "產業鏈") == ["产业", "业链"]
    assert asked(GramTokenizer(), "焊") == ["焊"]
    assert asked(GramTokenizer(), "ab c") == ["ab", "b", "c"]
    assert [token.original for token in WordTokenizer()("焊接", keeporiginal=True)] == ["焊接"]
    assert WordTokenizer() == WordTokenizer("") != WordTokenizer("焊接机 3\n")


def test_a_matcher_goes_on_by_itself_after_it_was_copied(opened: AnyType) -> None:
    postings = PostingMatcher([1, 4, 9], [1.0, 2.0, 1.0], None)
    other = postings.copy()
    postings.skip_to(5)
    other.skip_to(2)
    assert (postings.id(), other.id()) == (9, 4)
    other.skip_to(1)
    assert other.id() == 4
    assert postings.block_max_weight() == 2.0
    items = opened.reader().postings("word", "焊接")
    assert all(items.supports(name) for name in ("frequency", "weight", "positions", "characters"))
    field = opened.schema["word"]
    assert field.format.decode_as("characters", items.value()) == [
        tuple(place) for place in items.value_as("characters")
    ]


def test_a_folder_is_moved_and_read_only(tmp_path: Path) -> None:
    """The file for Whoosh names files, and not where they lie."""
    folder = Path(shutil.move(made(tmp_path / "index"), tmp_path / "moved"))
    folder.chmod(0o555)
    assert [row["path"] for row in whoosh_index.open_dir(str(folder)).searcher().documents()] == ["a"]
    folder.chmod(0o755)
    assert (folder / NAME).exists()
