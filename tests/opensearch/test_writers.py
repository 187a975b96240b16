"""A commit is whole or not there: writers that die or come too late, and indexes that are not what they should be."""

from __future__ import annotations

import json
import urllib.request
from itertools import count
from typing import Any
from uuid import uuid4

import pytest

from seedsearch import build_index, open_index
from seedsearch.engines import Engine
from seedsearch.engines.choice import check, open_engine
from seedsearch.engines.opensearch import right, writing
from seedsearch.engines.opensearch.control import Control
from seedsearch.engines.opensearch.wire import Absent
from seedsearch.errors import IndexDamaged, IndexFull, IndexLocked, IndexMissing, IndexStale, OutputError
from seedsearch.text.analyzer import fingerprint
from tests.engine_contract import MARK, TEXTS, entry, found, run, state
from tests.filling import commit, put
from tests.opensearch import dying
from tests.programs import seedsearch as program
from tools.cluster import PATIENCE, Cluster


@pytest.fixture
def name() -> str:
    return f"commit-{uuid4().hex[:12]}"


@pytest.fixture
def place(node: Cluster, name: str) -> str:
    return f"{node.url(name)}?shards=1&replicas=0"


@pytest.fixture
def filled(place: str) -> Engine:
    engine = open_engine(place, MARK, create=True)
    with engine.writer() as writer:
        put(writer, *(entry(doc_id, text) for doc_id, text in TEXTS.items()))
        writer.put_metadata("note", b"old")
    return engine


def ask(cluster: Cluster, method: str, path: str, body: object = None) -> Any:
    """Do something to a cluster that the program never does."""
    content = None if body is None else json.dumps(body).encode()
    head = {"content-type": "application/json"}
    request = urllib.request.Request(f"http://{cluster.nodes[0].host}{path}", content, head, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


OLD = set(TEXTS), b"old"
NEW = {"a", "c", "d", "e"}, b"new"


def seen(engine: Engine) -> tuple[set[str], bytes | None]:
    digests, _, note = state(engine)
    return digests, note


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_writer_that_dies_at_any_request_leaves_the_old_state_or_the_new(
    node: Cluster, filled: Engine, place: str, name: str, when: str
) -> None:
    """And whoever writes next goes on at once, and sweeps up what it has left."""
    old = 0
    for number in count(1):
        code = dying.run(place, number, when)
        reader = open_engine(place, MARK)
        assert seen(reader) in (OLD, NEW)
        assert filled.refresh() == (seen(reader) == NEW)
        assert check(place) == []
        assert code in (0, dying.ENDED)
        if code == 0 or seen(reader) == NEW:
            break
        old += 1
        assert found(reader, run("焊接")) == set("abc")
    assert old > 5
    commit(filled, [entry("f", "后来")])
    assert seen(filled) == (NEW[0] | {"f"}, b"new")
    ask(node, "POST", f"/{name}*/_refresh")
    assert ask(node, "GET", f"/{name}-*/_count")["count"] <= len(NEW[0]) + 3  # those that were replaced are there yet


def test_what_replaced_documents_leave_is_removed_later(
    node: Cluster, filled: Engine, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Documents that were replaced, and the index that a rebuild replaced; not before others had time to read them."""
    commit(filled, [entry("a", "后来")])
    with filled.writer() as writer:
        writer.clear()
        put(writer, entry("g", "量子"))
    commit(filled, [entry("g", "焊接")])
    assert len(ask(node, "GET", f"/{name}-*/_settings")) == 2
    monkeypatch.setattr(writing, "GRACE", -1)
    commit(filled, [entry("h", "焊接")])
    (left,) = ask(node, "GET", f"/{name}-*/_settings")
    ask(node, "POST", f"/{left}/_refresh")
    assert ask(node, "GET", f"/{left}/_count")["count"] == 2
    assert found(filled, run("焊接")) == {"g", "h"}


def test_a_writer_elsewhere_that_is_silent_is_taken_over_and_cannot_commit(
    filled: Engine, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(right, "BEAT", 0.5)
    monkeypatch.setattr(right, "LEASE", 1.5)
    hosts = iter(["elsewhere"])
    monkeypatch.setattr(right, "this_host", lambda: next(hosts, "here"))
    slow = filled.writer()
    with pytest.raises(IndexLocked, match="another process, of another machine, is writing"):
        open_engine(place, MARK).writer()
    slow._right._left.set()  # type: ignore[attr-defined]  # it gives no more signs of life
    slow._right._beating.join()  # type: ignore[attr-defined]
    put(slow, entry("z", "僵尸"))
    commit(open_engine(place, MARK), [entry("f", "后来")])
    put(slow, entry("y", "僵尸"))
    with pytest.raises(IndexLocked, match=r"nothing was changed in .*: another process has taken the right to write"):
        slow.__exit__(None, None, None)
    reader = open_engine(place, MARK)
    assert set(reader.digests()) == {*TEXTS, "f"}
    assert found(reader, run("僵尸")) == set()
    assert check(place) == []


def test_an_index_of_another_program_is_left_alone(node: Cluster, place: str, name: str) -> None:
    ask(node, "PUT", f"/{name}", {"mappings": {"_meta": {"owner": "another"}}})
    ask(node, "PUT", f"/{name}/_doc/manifest?refresh=true", {"theirs": 1})
    for replace in (False, True):
        with pytest.raises(OutputError, match="an index of another program; name another one"):
            open_engine(place, MARK, create=True, replace=replace)
    assert ask(node, "GET", f"/{name}/_doc/manifest")["_source"] == {"theirs": 1}


@pytest.mark.parametrize("change", ["newer", "damaged", "none"])
def test_what_describes_an_index_is_of_another_version_or_damaged(
    node: Cluster, filled: Engine, place: str, name: str, change: str
) -> None:
    body = ask(node, "GET", f"/{name}/_doc/manifest")["_source"]
    if change == "newer":
        body["content"] = json.dumps({**json.loads(body["content"]), "format": 99})
    elif change == "damaged":
        body["checksum"] += 1
    else:
        body = {}
    ask(node, "PUT", f"/{name}/_doc/manifest", body)
    kind, says = (IndexStale, "newer version") if change == "newer" else (IndexDamaged, "is damaged")
    with pytest.raises(kind, match=f"{says}.*--rebuild"):
        open_engine(place, MARK)
    again = open_engine(place, MARK, create=True, replace=True)
    assert set(again.digests()) == set()
    with again.writer() as writer:
        writer.clear()
        put(writer, entry("e", "量子"))
    assert set(open_engine(place, MARK).digests()) == {"e"}
    assert check(place) == []


def test_documents_that_are_gone_are_damage_and_never_an_empty_answer(
    node: Cluster, filled: Engine, place: str, name: str
) -> None:
    (data,) = ask(node, "GET", f"/{name}-*/_settings")
    ask(node, "POST", f"/{data}/_delete_by_query?refresh=true", {"query": {"term": {"id": "b"}}})
    assert check(place) == [
        f"{data} has 3 documents of {place.partition('?')[0]}, and 4 were written",
    ]
    ask(node, "DELETE", f"/{data}")
    with pytest.raises(IndexDamaged, match="the index with its documents is gone"):
        filled.search(run("焊接"), 1)
    assert check(place) == [f"the index {data}, which has the documents of {place.partition('?')[0]}, is gone"]
    ask(node, "DELETE", f"/{name}")
    with pytest.raises(IndexMissing):
        open_engine(place, MARK)


def test_signs_of_life_end_silently_where_the_index_was_taken_away(
    filled: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever writes says it."""

    def gone(*_: object) -> None:
        raise Absent

    monkeypatch.setattr(right, "BEAT", 0.01)
    with filled.writer() as writer, monkeypatch.context() as patch:
        patch.setattr(Control, "write", gone)
        writer._right._beating.join(PATIENCE)  # type: ignore[attr-defined]
        assert not writer._right._beating.is_alive()  # type: ignore[attr-defined]


def test_metadata_that_is_gone_or_changed_is_damage(node: Cluster, filled: Engine, place: str, name: str) -> None:
    found = json.loads(ask(node, "GET", f"/{name}/_doc/manifest")["_source"]["content"])["commit"]["kept"]["note"]
    ask(node, "PUT", f"/{name}/_doc/{found['id']}-0", {"name": "note", "content": "bmV3"})
    with pytest.raises(IndexDamaged, match="kept as “note” is not what was written"):
        filled.metadata("note")
    assert len(check(place)) == 1
    ask(node, "DELETE", f"/{name}/_doc/{found['id']}-0")
    with pytest.raises(IndexDamaged, match="kept as “note” is missing"):
        filled.metadata("note")
    assert len(check(place)) == 1


def test_a_full_disk_is_said_and_what_is_there_is_answered(
    node: Cluster, filled: Engine, place: str, name: str
) -> None:
    """The block is the one that OpenSearch sets itself when a disk is at its last watermark."""
    block = "index.blocks.read_only_allow_delete"
    ask(node, "PUT", f"/{name}*/_settings", {block: True})
    with pytest.raises(IndexFull, match=r"takes no more: .*make room"):
        commit(filled, [entry("f", "后来")])
    assert found(filled, run("焊接")) == set("abc")
    ask(node, "PUT", f"/{name}*/_settings", {block: None})
    commit(filled, [entry("f", "后来")])
    assert found(filled, run("后来")) == {"f"}


def test_a_run_that_is_killed_is_done_again(place: str, tmp_path: Any) -> None:
    (tmp_path / "a.txt").write_text("焊接材料", encoding="utf-8")
    assert build_index(tmp_path, place, workers=1).added == 1
    (tmp_path / "b.txt").write_text("焊接产业", encoding="utf-8")
    holder = open_engine(place, fingerprint()).writer()
    done = program("index", "-i", place, str(tmp_path), cwd=tmp_path)
    assert (done.returncode, b"is writing to opensearch://" in done.stderr) == (2, True)
    holder.__exit__(RuntimeError, RuntimeError(), None)
    assert build_index(tmp_path, place, workers=1).added == 1
    with open_index(place) as index:
        assert index.search("焊接").total == 2
