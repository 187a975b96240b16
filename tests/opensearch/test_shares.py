"""Several writers at once, each at a share: together what one writer makes, whoever dies and whoever comes last."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from itertools import count
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seedsearch import build_index
from seedsearch.engines import Shared, Writer
from seedsearch.engines.choice import check, open_engine
from seedsearch.engines.opensearch import OpenSearchEngine
from seedsearch.engines.opensearch.writing import PartWriter
from seedsearch.engines.query import Term
from seedsearch.errors import IndexDamaged, IndexLocked, IndexMissing, OutputError
from seedsearch.indexing.reports import IndexReport
from seedsearch.metadata.file_states import STATES, from_bytes
from seedsearch.metadata.made_from import KEPT as MADE_FROM
from seedsearch.metadata.user_dictionary import KEPT as WORDS
from seedsearch.text.analyzer import fingerprint
from tests.engine_contract import MARK, TEXTS, entry, found, run, state
from tests.filling import put
from tests.opensearch import dying
from tests.opensearch.test_writers import ask
from tests.programs import seedsearch as program
from tools.cluster import Cluster


@pytest.fixture
def place(node: Cluster) -> str:
    return new_place(node)


def new_place(node: Cluster) -> str:
    return f"{node.url(f'shares-{uuid4().hex[:12]}')}?shards=1&replicas=0"


def content(place: str) -> tuple[object, ...]:
    """What an index holds, the same for every engine; each document is there once."""
    engine = open_engine(place, fingerprint())
    states = from_bytes(engine.metadata(STATES) or b"")
    digests = dict(engine.digests())
    assert engine.info().documents == len(digests)
    assert check(place) == []
    return digests, states, list(engine.entries()), engine.metadata("unread"), found(engine, run("焊接"))


def write(folder: Path, texts: dict[str, str]) -> None:
    """Have these files in a folder, and no others."""
    folder.mkdir(exist_ok=True)
    for file in folder.iterdir():
        if file.name not in texts:
            file.unlink()
    for name, text in texts.items():
        if not (folder / name).is_file() or (folder / name).read_text() != text:
            (folder / name).write_text(text)


files = st.dictionaries(
    st.sampled_from([f"{n}.txt" for n in range(8)]),
    st.sampled_from(["焊接材料", "量子\ufffd计算", "东丽区", "\0"]),
    min_size=1,
)


@settings(max_examples=4, deadline=None)
@given(before=files, after=files, shares=st.integers(1, 4), chance=st.randoms(use_true_random=False))
def test_shares_in_any_order_are_what_one_writer_makes(
    node: Cluster,
    tmp_path_factory: pytest.TempPathFactory,
    before: dict[str, str],
    after: dict[str, str],
    shares: int,
    chance: Random,
) -> None:
    """Of a new index and of one that is brought up to date; the others wait for the last, and nobody sees any."""
    folder, place = tmp_path_factory.mktemp("shares"), new_place(node)
    alone = str(folder / "index")
    for texts in (before, after):
        write(folder / "docs", texts)
        order = [f"{number}/{shares}" for number in range(1, shares + 1)]
        chance.shuffle(order)
        reports = [build_index(folder / "docs", place, workers=1, share=share) for share in order]
        one = build_index(folder / "docs", alone, workers=1)
        assert content(place) == content(alone)
        assert sum(report.added for report in reports) == one.added
        assert sum(report.updated for report in reports) == one.updated
        assert [report.removed for report in reports] == [0] * (shares - 1) + [one.removed]
        assert reports[-1].failures == one.failures


@pytest.mark.parametrize("last", [("--share", "2/3"), ()])
def test_shares_at_once_of_which_one_is_killed_and_done_again(
    place: str, tmp_path: Path, last: tuple[str, ...]
) -> None:
    """By one that does the same share, or by one that does all that is missing."""
    write(tmp_path / "docs", {f"{n}.txt": f"焊接材料第{n}篇" for n in range(40)})
    command = [sys.executable, "-m", "seedsearch", "index", "-i", place, "docs", "--share"]
    runs = [subprocess.Popen([*command, f"{n}/3"], cwd=tmp_path, stdout=-3, stderr=-3) for n in (1, 2, 3)]
    engine = open_engine(place, fingerprint(), create=True)
    assert isinstance(engine, Shared)
    while "2/3" not in {share.name for share in engine.shares()}:
        time.sleep(0.01)
        engine.refresh()
    runs[1].kill()
    assert [one.wait() for one in runs] == [0, -9, 0]
    with pytest.raises(IndexMissing):
        open_engine(place, fingerprint())
    done = program("index", "-i", place, "docs", *last, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    os.chdir(tmp_path)
    build_index("docs", "alone")
    assert content(place) == content("alone")


@pytest.mark.parametrize("last", [{"share": "2/2", "rebuild": True}, {}])
def test_an_index_is_made_anew_in_shares(place: str, tmp_path: Path, last: dict[str, Any]) -> None:
    """By other words; until all are done the old one is there, and nothing of it afterwards."""
    (tmp_path / "words").write_text("焊接材料\n", encoding="utf-8")
    before, after = ({f"{n}.txt": f"{text}第{n}篇" for n in range(9)} for text in ("量子计算", "焊接材料"))
    write(tmp_path / "others", {"a.txt": "东丽区"})
    write(tmp_path / "docs", before)
    build_index([tmp_path / "docs", tmp_path / "others"], place)
    old = content(place)
    write(tmp_path / "docs", after)
    how: dict[str, Any] = {"dictionary": tmp_path / "words"}
    first = build_index(tmp_path / "docs", place, share="1/2", rebuild=True, **how)
    assert 0 < first.added < 9
    assert first.notes[-1].endswith("2/2 missing")
    assert content(place) == old
    rest = build_index(tmp_path / "docs", place, **{**how, **last})
    assert rest.added == 9 - first.added
    alone = str(tmp_path / "index")
    build_index(tmp_path / "docs", alone, **how)
    assert content(place) == content(alone)
    assert build_index(tmp_path / "docs", place).unchanged == 9
    engines = [open_engine(where, fingerprint()) for where in (place, alone)]
    assert engines[0].document_frequencies([Term("word", "焊接材料")]) == (9, [9])
    assert engines[0].metadata(WORDS) == engines[1].metadata(WORDS)
    roots = [json.loads(engine.metadata(MADE_FROM) or b"")["roots"] for engine in engines]
    assert roots[0] == roots[1]


@pytest.mark.parametrize("rebuild", [False, True])
def test_of_shares_that_end_at_once_the_last_brings_all_together(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rebuild: bool
) -> None:
    """The other ends, and commits all, between the end of the first and its next look: the first is not missing."""
    write(tmp_path / "docs", {f"{n}.txt": f"焊接材料第{n}篇" for n in range(9)})
    if rebuild:
        build_index(tmp_path / "docs", place)
    commit, others = PartWriter._commit, iter(["2/2"])
    reports: list[IndexReport] = []

    def ended(self: PartWriter) -> None:
        commit(self)
        for share in others:
            reports.append(build_index(tmp_path / "docs", place, share=share, rebuild=rebuild))

    monkeypatch.setattr(PartWriter, "_commit", ended)
    first = build_index(tmp_path / "docs", place, share="1/2", rebuild=rebuild)
    assert first.notes == ("share 1/2 is done, and counts when all are: 2/2 missing",)
    assert [report.notes for report in reports] == [()]
    build_index(tmp_path / "docs", tmp_path / "index")
    assert content(place) == content(str(tmp_path / "index"))


def second(engine: OpenSearchEngine) -> Writer:
    return engine.share_writer("2/2", "all")


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_share_that_dies_at_any_request_is_done_again(place: str, when: str) -> None:
    """What it has sent is never seen; the other share waits for it, and both are there at once."""
    engine = open_engine(place, MARK, create=True)
    assert isinstance(engine, OpenSearchEngine)
    with engine.writer() as writer:
        put(writer, *(entry(doc_id, text) for doc_id, text in TEXTS.items()))
        writer.put_metadata("note", b"old")
    with engine.share_writer("1/2", "all") as writer:
        put(writer, entry("c", "后来"))
    for number in count(1):
        code = dying.run(place, number, when, second)
        engine.refresh()
        assert state(engine)[0] == set(TEXTS)
        assert check(place) == []
        if code == 0 or [share.is_done for share in engine.shares() if share.name == "2/2"] == [True]:
            break
        assert code == dying.ENDED
    assert number > 5
    with engine.joining_writer(["all"]):
        assert set(engine.digests()) == {"a", "c", "d", "e"}
    digests, _, note = state(open_engine(place, MARK))
    assert (digests, note) == ({"a", "c", "d", "e"}, b"new")
    assert found(engine, run("后来")) == {"c"}
    assert check(place) == []


def test_what_is_not_joined_is_not_seen_and_is_swept(node: Cluster, place: str) -> None:
    """By a writer that does not know of shares; afterwards the share may be written again."""
    engine = open_engine(place, MARK, create=True)
    assert isinstance(engine, OpenSearchEngine)
    with engine.share_writer("1/2", "all") as writer:
        put(writer, entry("a", "焊接"))
    with engine.writer() as writer:
        put(writer, entry("b", "量子"))
    assert set(engine.digests()) == {"b"}
    assert engine.shares() == []
    writer = engine.share_writer("1/2", "all")
    put(writer, entry("a", "焊接"))
    writer.__exit__(RuntimeError, RuntimeError(), None)
    with engine.share_writer("1/2", "all") as writer:
        put(writer, entry("a", "焊接"))
    engine.joining_writer(["all"]).__exit__(RuntimeError, RuntimeError(), None)
    assert set(engine.digests()) == {"b"}
    with engine.joining_writer(["all"]) as writer:
        writer.clear()
        put(writer, entry("c", "焊接"))
    assert set(engine.digests()) == {"c"}
    assert check(place) == []


def test_what_is_gone_of_a_share_is_said_and_others_may_write(node: Cluster, place: str) -> None:
    """Whether somebody took the documents away or what was kept beside them."""
    engine = open_engine(place, MARK, create=True)
    assert isinstance(engine, OpenSearchEngine)
    name = place.partition("?")[0].rpartition("/")[2]
    with engine.share_writer("1/2", "all") as writer:
        put(writer, entry("a", "焊接"))
        writer.put_metadata("note", b"new")
    (kept,) = (part.kept["note"] for part in engine._control.read().manifest.parts)  # type: ignore[union-attr]
    ask(node, "DELETE", f"/{name}/_doc/{kept.id}-0")
    joining = engine.joining_writer(["all"])
    with pytest.raises(IndexDamaged, match=r"what is kept as “note” is missing"):
        engine.every_metadata("note")
    joining.__exit__(RuntimeError, RuntimeError(), None)
    ask(node, "DELETE", f"/{name}-000001")
    with pytest.raises(IndexDamaged, match=f"{name} is damaged: "):
        engine.joining_writer(["all"])
    with engine.writer() as writer:
        put(writer, entry("b", "量子"))
    assert set(engine.digests()) == {"b"}
    assert check(place) == []


def test_what_excludes_one_another(place: str) -> None:
    """The same share twice, shares and the whole, and shares of different wholes."""
    engine, other = (open_engine(place, MARK, create=True) for _ in range(2))
    assert isinstance(engine, OpenSearchEngine)
    assert isinstance(other, OpenSearchEngine)
    with engine.share_writer("1/2", "all"):
        with other.share_writer("2/2", "all"):
            pass
        for begin in (other.writer, lambda: other.share_writer("1/2", "all"), lambda: other.joining_writer(["all"])):
            with pytest.raises(IndexLocked, match="is writing to"):
                begin()
        with pytest.raises(IndexLocked, match=r"is writing to|is being indexed in other shares"):
            other.share_writer("1/3", "others")
    for whole, says in (("all", r"share 1/2 of .* is done"), ("others", "is being indexed in other shares")):
        with pytest.raises(IndexLocked, match=says):
            other.share_writer("1/2", whole)
    with engine.writer(), pytest.raises(IndexLocked, match="is writing to"):
        other.share_writer("1/2", "all")


def test_what_cannot_be_done_in_shares(place: str, tmp_path: Path) -> None:
    for name in ("docs", "others"):
        write(tmp_path / name, {f"{n}.txt": "焊接" for n in range(20)})
    with pytest.raises(OutputError, match="takes one writer at a time, so it cannot be indexed in shares"):
        build_index(tmp_path / "docs", tmp_path / "index", share="1/2")
    first, again = (build_index(tmp_path / "docs", place, share="1/2") for _ in range(2))
    assert 0 < first.added < 20
    assert (again.added, again.notes) == (0, first.notes)
    for share in (None, "1/3"):
        with pytest.raises(IndexLocked, match="is being indexed in"):
            build_index(tmp_path / "others", place, share=share)
    rest = build_index(tmp_path / "docs", place)
    assert (rest.unchanged, rest.added) == (first.added, 20 - first.added)
