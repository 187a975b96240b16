"""Worker processes send what they pack: each document is there once, whatever is cut, refused or killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from seedsearch import build_index
from seedsearch.engines import Sending, Writer
from seedsearch.engines.choice import check, open_engine
from seedsearch.engines.entries import IndexEntry
from seedsearch.engines.opensearch import sending
from seedsearch.engines.opensearch.sending import Packer
from seedsearch.errors import IndexLocked, IndexMissing
from seedsearch.indexing import build
from seedsearch.indexing.pipeline import batch_of
from seedsearch.text.analyzer import fingerprint
from tests.engine_contract import MARK, entry, found, run, state
from tests.filling import put
from tests.opensearch.between import CUT, LATE_CUT, Asked, Between, Says
from tests.opensearch.test_shares import content, write


@pytest.fixture
def docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files of which two are packed by the process that writes, and the others by workers, two at a time."""
    monkeypatch.setattr(build, "WORTH_WORKERS", 0)
    monkeypatch.setattr(build, "TASK_FILES", 2)
    write(tmp_path / "docs", {f"{n}.txt": f"焊接材料第{n}篇" for n in range(8)})
    return tmp_path / "docs"


def is_bulk(asked: Asked) -> bool:
    return "_bulk" in asked.path


def sent(writer: Writer, *entries: IndexEntry) -> None:
    """Add entries that another process has sent."""
    assert isinstance(writer, Sending)
    packer = writer.sending_packer()
    assert isinstance(packer, Packer)
    assert packer.target is not None
    elsewhere = Packer(replace(packer.target, process=0))
    writer.add(elsewhere.pack(batch_of(entries)))


def test_what_others_send_counts_in_the_order_in_which_it_is_added(place: str) -> None:
    """As if the writer had sent it: replaced, taken out, or left with nothing of it."""
    engine = open_engine(place, MARK, create=True)
    with engine.writer() as writer:
        sent(writer, entry("a", "焊接"), entry("b", "焊接"), entry("c", "焊接"))
        put(writer, entry("b", "量子"))
        sent(writer, entry("d", "焊接"), entry("d", "量子"))
        writer.remove("c")
    assert set(state(engine)[0]) == set("abd")
    assert found(engine, run("焊接")) == {"a"}
    with engine.writer() as writer:
        put(writer, entry("b", "焊接"))
        sent(writer, entry("b", "焊接材料"), entry("a", "量子"))
    assert found(engine, run("焊接")) == {"b"}
    writer = engine.writer()
    sent(writer, entry("e", "焊接"))
    writer.__exit__(RuntimeError, RuntimeError(), None)
    assert found(engine, run("焊接")) == {"b"}
    assert check(place) == []


def test_what_was_sent_for_one_writer_is_not_another_s(place: str) -> None:
    engine = open_engine(place, MARK, create=True)
    with engine.writer() as writer:
        sent(writer, entry("a", "焊接"))
        packer = writer.sending_packer()  # type: ignore[attr-defined]
    late = Packer(replace(packer.target, process=0)).pack(batch_of([entry("b", "焊接")]))
    with engine.writer() as writer, pytest.raises(ValueError, match="another writer"):
        writer.add(late)


def test_one_who_sends_to_an_index_that_was_swept_is_told_so(place: str) -> None:
    """The writer has lost the right to write; no index is made again by what comes too late."""
    engine = open_engine(place, MARK, create=True)
    writer = engine.writer()
    packer = writer.sending_packer()  # type: ignore[attr-defined]
    writer.__exit__(RuntimeError, RuntimeError(), None)
    with engine.writer() as another:
        put(another, entry("a", "焊接"))
    with pytest.raises(IndexLocked, match=r"nothing was changed in .*: another process has taken"):
        Packer(replace(packer.target, process=0)).pack(batch_of([entry("b", "焊接")]))
    assert set(engine.digests()) == {"a"}


@pytest.mark.parametrize(("how", "rebuild"), [(None, True), (CUT, False), (LATE_CUT, False)])
def test_workers_send_by_themselves(between: Between, place: str, docs: Path, how: Says | None, rebuild: bool) -> None:
    """With some cut in the middle, or before the answer comes: the index is what one process makes."""
    bulks = count(1)
    between.way = lambda asked: how if is_bulk(asked) and next(bulks) < 3 else None
    options: dict[str, Any] = {"rebuild": True} if rebuild else {"share": "1/1"}
    assert build_index(docs, place, workers=2, **options).added == 8
    assert next(bulks) > 4  # three of workers, and one of the writer
    alone = str(docs.parent / "index")
    build_index(docs, alone)
    assert content(place) == content(alone)


def test_what_a_worker_is_refused_is_a_failure_of_its_file(
    between: Between, place: str, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (docs / "large.txt").write_text("焊接材料与量子计算。\n" * 20_000, encoding="utf-8")
    between.way = lambda asked: Says(413) if asked.size > sending.BULK // 8 else None
    report = build_index(docs, place, workers=2, share="1/1")
    assert report.added == 8
    assert [
        (failure.path.endswith("large.txt"), "more than it takes" in failure.reason) for failure in report.failures
    ] == [(True, True)]
    assert check(place) == []


@pytest.mark.parametrize("how", [CUT, None])
def test_a_run_that_is_killed_while_its_workers_send_is_done_again(
    between: Between, place: str, docs: Path, how: Says | None
) -> None:
    """At any request with documents, before the node has them or after: nothing of it is seen."""
    for last in count(1):
        bulks, running = count(1), os.fork()
        if running == 0:
            try:
                between_workers(place, docs)
            finally:
                os._exit(1)

        def killed(asked: Asked, last: int = last, bulks: Iterator[int] = bulks, pid: int = running) -> Says | None:
            if is_bulk(asked) and next(bulks) == last:
                os.kill(pid, signal.SIGKILL)
                return how
            return None

        between.way = killed
        code = os.waitstatus_to_exitcode(os.waitpid(running, 0)[1])
        between.way = lambda asked: None
        if code == 0:
            break
        assert code == -signal.SIGKILL
        with pytest.raises(IndexMissing):
            open_engine(place, fingerprint())
    assert last > 4
    alone = str(docs.parent / "index")
    build_index(docs, alone)
    assert content(place) == content(alone)


def between_workers(place: str, docs: Path) -> None:
    """Index in a process of its own, with workers, and end."""
    build_index(docs, place, workers=2, share="1/1")
    os._exit(0)
