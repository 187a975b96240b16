"""What `doctor` says of a cluster, and a disk that has reached its last mark."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from seedsearch.engines.choice import check, open_engine
from seedsearch.engines.opensearch import OpenSearchEngine
from seedsearch.engines.opensearch.condition import least_room
from seedsearch.errors import IndexFull
from tests.engine_contract import MARK, entry, found, run
from tests.filling import commit, put
from tests.opensearch.between import Says, standing
from tests.opensearch.test_writers import ask
from tests.programs import seedsearch as program
from tools.cluster import PATIENCE, Cluster

DISK = "cluster.routing.allocation.disk"


@pytest.fixture
def place(node: Cluster) -> str:
    return f"{node.url(f'condition-{uuid4().hex[:12]}')}?shards=1&replicas=0"


@pytest.fixture
def marks(node: Cluster) -> Iterator[Callable[[dict[str, object]], None]]:
    """Set where the marks of disks are, as long as the test runs."""
    changed: set[str] = set()

    def to(settings: dict[str, object]) -> None:
        changed.update(settings)
        ask(node, "PUT", "/_cluster/settings", {"transient": settings})

    yield to
    ask(node, "PUT", "/_cluster/settings", {"transient": dict.fromkeys(changed)})


def said(place: str, folder: Path) -> list[tuple[str, str]]:
    """How the cluster stands and what is said of it."""
    done = program("doctor", "--json", "-i", place, cwd=folder)
    remarks = json.loads(done.stdout)["remarks"]
    return [(one["health"], one["says"]) for one in remarks if one["topic"] == "cluster"]


def eventually(test: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not test():
        assert time.monotonic() < end
        time.sleep(0.5)


def test_a_disk_that_has_reached_its_last_mark(
    node: Cluster, place: str, tmp_path: Path, marks: Callable[[dict[str, object]], None]
) -> None:
    """The cluster takes no more and says so, questions are answered, and with room it goes on by itself."""
    engine = open_engine(place, MARK, create=True)
    commit(engine, [entry("a", "焊接")])
    lowest = {f"{DISK}.watermark.{mark}": f"{n}%" for n, mark in enumerate(("low", "high", "flood_stage"), start=1)}
    often = {"cluster.info.update.interval": "10s", f"{DISK}.reroute_interval": "1s"}
    marks({f"{DISK}.threshold_enabled": True, **lowest, **often})
    block = f"/{place.partition('?')[0].rpartition('/')[2]}-*/_settings?flat_settings=true"

    def is_blocked() -> bool:
        return any("index.blocks.read_only_allow_delete" in one["settings"] for one in ask(node, "GET", block).values())

    eventually(is_blocked)
    with pytest.raises(IndexFull, match=r"takes no more: .*[^;]; make room"):
        commit(engine, [entry("b", "焊接")])
    assert found(engine, run("焊接")) == {"a"}
    remarks = said(place, tmp_path)
    assert any(health == "fault" and "past the mark flood_stage (3%)" in says for health, says in remarks)
    assert any(health == "fault" and "takes no more, because a disk was full" in says for health, says in remarks)
    marks(dict(zip(lowest, ("98%", "99%", "99.9%"), strict=True)))
    eventually(lambda: not is_blocked())
    eventually(lambda: not ask(node, "GET", "/_cluster/state/blocks")["blocks"])
    commit(engine, [entry("b", "焊接")])
    assert found(engine, run("焊接")) == {"a", "b"}
    assert check(place) == []


def test_copies_that_no_node_is_there_for_and_shares_that_wait(node: Cluster, place: str) -> None:
    place = place.replace("replicas=0", "replicas=1")
    engine = open_engine(place, MARK, create=True)
    assert isinstance(engine, OpenSearchEngine)
    commit(engine, [entry("a", "焊接")])
    with engine.share_writer("1/2", "[]") as writer:
        put(writer, entry("b", "焊接"))
    engine.refresh()
    says = {one.says.partition(":")[0]: (one.is_fault, one.says) for one in engine.condition()}
    assert says["OpenSearch 2.19.6, nodes"][0] is False
    assert "yellow: 2 copies of parts are missing" in says["OpenSearch 2.19.6, nodes"][1]
    assert "1/2 (done)" in says["shares that wait for others"][1]


def test_a_user_who_may_not_ask_how_it_stands(node: Cluster, place: str) -> None:
    refusal = Says(403, '{"error": {"type": "security_exception"}}')
    with standing(node.nodes[0].host) as between:
        engine = open_engine(place.replace(node.nodes[0].host, between.host()), MARK, create=True)
        assert isinstance(engine, OpenSearchEngine)
        between.way = lambda asked: refusal if "_cluster" in asked.path else None
        (one,) = engine.condition()
        assert (one.is_fault, one.says) == (False, "OpenSearch 2.19.6, whose state this user may not ask")


@pytest.mark.parametrize(("mark", "bytes_"), [("85%", 150), ("0.9", 100), ("10b", 10), ("2kb", 2048), ("None", 0)])
def test_the_marks_of_disks(mark: str, bytes_: int) -> None:
    assert round(least_room(mark, 1000)) == bytes_
