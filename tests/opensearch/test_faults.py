"""Three real nodes that are killed, hang, or start again: nothing committed is lost, and no answer is a part of one."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from threading import Event, Thread
from urllib.request import Request, urlopen
from uuid import uuid4

import pytest

from seedsearch.engines import Engine
from seedsearch.engines.choice import check, open_engine
from seedsearch.engines.query import Run
from seedsearch.errors import IndexUnreachable
from tests.engine_contract import MARK, entry
from tests.filling import put
from tools.cluster import Cluster

# A node that hangs is left out after about ten seconds, and its copies are given up at once. A copy that is asked for
# from a node that was about to end is asked for again soon, not after a quarter of an hour.
IMPATIENT = {
    "indices.recovery.internal_action_timeout": "10s",
    "indices.recovery.recovery_activity_timeout": "15s",
    "cluster.fault_detection.follower_check.timeout": "2s",
    "cluster.fault_detection.leader_check.timeout": "2s",
}
HEAP = 384  # MB of each node
DOCUMENTS, TOGETHER = 300, 10
# Seconds for an answer while a node hangs: three looks of two seconds at it, and one time-out of the client.
LONGEST = 60.0


@pytest.fixture(scope="module")
def three(jars: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("three")
    with Cluster(folder, 3, heap=HEAP, settings=IMPATIENT, jars=jars) as running:
        yield running


@pytest.fixture
def place(three: Cluster) -> Iterator[str]:
    """A new index in three parts, each of them twice; all nodes run before and after, and it is gone then."""
    name = f"fault-{uuid4().hex[:12]}"
    yield f"{three.url(name)}?shards=3&replicas=1"
    for node in three.nodes:
        if node.process is None:
            three.start(node)
    three.wait("red")  # the nodes have found each other
    urlopen(Request(f"http://{three.nodes[0].host}/{name}*", method="DELETE"), timeout=60).close()
    three.wait("green")


def fill(engine: Engine, first: int, count: int, word: str) -> Iterator[int]:
    """Add so many documents, and yield how many were added before they are committed."""
    with engine.writer() as writer:
        for begin in range(first, first + count, TOGETHER):
            put(writer, *(entry(f"{n:04}", f"{word}{n}") for n in range(begin, begin + TOGETHER)))
            yield begin + TOGETHER - first


class Asking:
    """Somebody who asks all the time in a thread, how many documents there are, and notes how long it took."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._end = Event()
        self.answers: list[tuple[int, float]] = []
        self.errors: list[BaseException] = []
        self._thread = Thread(target=self._ask, daemon=True)

    def _ask(self) -> None:
        engine = open_engine(self._place, MARK)
        while not self._end.is_set():
            began = time.monotonic()
            try:
                engine.refresh()
                found = engine.search(Run("焊接"), 3).total
            except BaseException as error:
                self.errors.append(error)
            else:
                self.answers.append((found, time.monotonic() - began))
            time.sleep(0.05)
        engine.close()

    def __enter__(self) -> Asking:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._end.set()
        self._thread.join()


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_node_that_is_killed_while_all_write_and_ask(three: Cluster, place: str, number: int) -> None:
    """One of them is the manager that the others have elected."""
    engine = open_engine(place, MARK, create=True)
    assert sum(1 for _ in fill(engine, 0, DOCUMENTS, "焊接"))
    three.wait("green")
    with Asking(place) as asking:
        for added in fill(engine, DOCUMENTS, DOCUMENTS, "焊接"):
            if added == DOCUMENTS // 2:
                three.nodes[number].kill()
        time.sleep(1)
    assert not asking.errors
    assert {found for found, _ in asking.answers} <= {DOCUMENTS, 2 * DOCUMENTS}
    assert max(seconds for _, seconds in asking.answers) < LONGEST
    assert engine.count([Run("焊接")]) == [2 * DOCUMENTS]
    three.start(three.nodes[number])
    three.wait("green")
    assert check(place) == []
    assert len(open_engine(place, MARK).digests()) == 2 * DOCUMENTS


def test_a_node_that_hangs(three: Cluster, place: str) -> None:
    """It is asked, and it has parts of the index: what is answered is whole, and what is written is there."""
    engine = open_engine(place, MARK, create=True)
    assert sum(1 for _ in fill(engine, 0, DOCUMENTS, "焊接"))
    three.wait("green")
    node = three.nodes[0]
    with Asking(place) as asking:
        time.sleep(1)
        node.pause()
        try:
            assert sum(1 for _ in fill(engine, DOCUMENTS, DOCUMENTS, "焊接"))
        finally:
            node.resume()
    assert {found for found, _ in asking.answers} <= {DOCUMENTS, 2 * DOCUMENTS}
    assert all(isinstance(error, IndexUnreachable) and "\n" not in str(error) for error in asking.errors)
    assert max(seconds for _, seconds in asking.answers) < LONGEST
    three.wait("green")
    assert engine.count([Run("焊接")]) == [2 * DOCUMENTS]
    assert check(place) == []


def test_two_of_three_that_are_gone_make_an_error_and_no_smaller_answer(three: Cluster, place: str) -> None:
    engine = open_engine(place, MARK, create=True)
    assert sum(1 for _ in fill(engine, 0, DOCUMENTS, "焊接"))
    three.wait("green")
    with urlopen(f"http://{three.nodes[0].host}/_cat/shards/fault-*-000001?format=json", timeout=60) as answer:
        held = Counter(copy["node"] for copy in json.load(answer))
    for node in sorted(three.nodes, key=lambda node: held[node.name])[1:]:  # who has least of six copies lacks a part
        node.kill()
    for ask in (lambda: engine.search(Run("焊接"), 9), lambda: engine.count([Run("焊接")]), engine.digests):
        with pytest.raises(IndexUnreachable) as caught:
            ask()
        assert "\n" not in str(caught.value)


def test_all_nodes_start_again(three: Cluster, place: str) -> None:
    """While none runs a question is an error; then everything is there as it was, and goes on."""
    engine = open_engine(place, MARK, create=True)
    assert sum(1 for _ in fill(engine, 0, DOCUMENTS, "焊接"))
    half = fill(engine, DOCUMENTS, DOCUMENTS, "焊接")
    assert list(islice(half, 10))
    for node in three.nodes:
        node.kill()
    with pytest.raises(IndexUnreachable, match=r"cannot be reached: connection refused; see whether it runs"):
        open_engine(place, MARK)
    with pytest.raises(IndexUnreachable):
        list(half)
    for node in three.nodes:
        three.start(node)
    three.wait("green")
    assert check(place) == []
    again = open_engine(place, MARK)
    assert again.count([Run("焊接")]) == [DOCUMENTS]
    assert sum(1 for _ in fill(again, DOCUMENTS, DOCUMENTS, "焊接"))
    assert len(again.digests()) == 2 * DOCUMENTS
