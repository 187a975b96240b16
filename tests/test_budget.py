"""What a question may take: the clock of a test is moved by the test, and nothing is timed."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Hashable
from itertools import count
from pathlib import Path

import pytest

from seedsearch import build_index, open_index
from seedsearch.engines.budget import SECONDS, Budget
from seedsearch.engines.embedded import EmbeddedEngine
from seedsearch.errors import OutOfTime, QueryError
from seedsearch.searching.index import Index
from tests.programs import warm as seedsearch


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_part_that_took_most_is_named() -> None:
    clock = Clock()
    budget = Budget(5, clock)
    for seconds, part in ((1, "a"), (2, "b"), (1.5, "a")):
        clock.now += seconds
        budget.spend(part)
    clock.now += 1
    with pytest.raises(OutOfTime, match=r"longer than 5 s; .*--seconds") as caught:
        budget.spend("b")
    assert caught.value.part == "b"
    clock = Clock()
    Budget(None, clock).spend("a")


def test_only_work_is_charged_and_looked_at_when_it_may_be_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    passed, worked, looks = Clock(), Clock(), count()
    monkeypatch.setattr("seedsearch.engines.budget.perf_counter", passed)
    monkeypatch.setattr("seedsearch.engines.budget.thread_time", lambda: (next(looks), worked())[1])
    budget = Budget(5)
    for _ in range(5):
        passed.now += 1
        budget.spend("a")
    assert next(looks) == 1  # the beginning alone
    passed.now += 100  # another program ran
    worked.now = 5
    budget.spend("a")
    worked.now = 5.5
    with pytest.raises(OutOfTime):
        budget.spend("a")


@pytest.fixture
def index_dir(tmp_path: Path) -> Path:
    files = tmp_path / "files"
    files.mkdir()
    for number in range(30):
        (files / f"{number}.txt").write_text(
            f"焊接机器人的材料，第{number}篇的一个例子，gen{number} and more", encoding="utf-8"
        )
    build_index(files, tmp_path / "index", workers=1)
    return tmp_path / "index"


@pytest.fixture
def ticking(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Every question begins with a clock that goes on by a second a look; how often it was looked at so far."""
    looks = count()
    monkeypatch.setattr("seedsearch.searching.index.Budget", lambda seconds=None: Budget(seconds, lambda: next(looks)))
    return lambda: next(looks)


ODD = {
    "的*的": "“的” then 0 to 8 characters then “的”",
    '"的 一"~5': "“的” and “一” with at most 5 between",
    "gen*": "a word that begins with “gen”",
    "焊接机器人 OR 一个例子": "“焊接机器人”",
    "abd~": "a word within one edit of “abd”",
}


@pytest.mark.parametrize("query", ODD)
def test_an_odd_query_is_ended_and_its_dear_part_named(
    index_dir: Path, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    class Slow(Budget):
        """What is looked for takes a second a look, all else takes no time."""

        def __init__(self, seconds: float | None = None) -> None:
            self.now = 0.0
            super().__init__(seconds, lambda: self.now)

        def spend(self, part: Hashable) -> None:
            self.now += not isinstance(part, str)
            super().spend(part)

    monkeypatch.setattr("seedsearch.searching.index.Budget", Slow)
    with open_index(index_dir) as index:
        with pytest.raises(QueryError, match=r"longer than 0\.5 s, most of it for ") as caught:
            index.search(query, seconds=0.5)
        assert f"most of it for {ODD[query]};" in str(caught.value)
        assert index.search(query, seconds=None) == index.search(query, seconds=1000)
    with open_index(index_dir) as index, pytest.raises(QueryError, match=r"longer than 0\.5 s"):
        index.paths(query, seconds=0.5)  # an index that has kept nothing yet


def test_pages_far_behind_are_ended(index_dir: Path, ticking: Callable[[], int]) -> None:
    with open_index(index_dir) as index:
        index.search("焊接", limit=0)
        with pytest.raises(QueryError, match="most of it for the places to show"):
            index.search("焊接", offset=10**6, seconds=10)
        assert index.search("焊接", offset=10**6, seconds=None).hits == ()


def test_a_plain_query_looks_at_the_clock_now_and_then(index_dir: Path, ticking: Callable[[], int]) -> None:
    with open_index(index_dir) as index:
        before = ticking()
        assert index.search("焊接", limit=3, seconds=10**6).total == 30
        assert 2 < ticking() - before < 60
        before = ticking()
        index.search("焊接", limit=3, seconds=None)
        assert ticking() - before == 1


def test_the_default_is_two_seconds(index_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[float | None] = []

    def budget(seconds: float | None = None) -> Budget:
        seen.append(seconds)
        return Budget(seconds)

    monkeypatch.setattr("seedsearch.searching.index.Budget", budget)
    with open_index(index_dir) as index:
        index.search("焊接")
    assert seen[0] == SECONDS == 2.0


def test_the_command_says_it_in_one_line(index_dir: Path) -> None:
    ended = seedsearch("query", "--seconds", "1e-9", "的*的", cwd=index_dir.parent)
    assert (ended.returncode, ended.stdout) == (2, b"")
    assert ended.stderr.decode().startswith("seedsearch: the query takes longer than 1e-09 s, most of it for ")
    assert ended.stderr.count(b"\n") == 1
    for seconds in ("0", "100"):
        found = seedsearch("query", "--seconds", seconds, "--count", "的*的", cwd=index_dir.parent)
        assert (found.returncode, found.stdout, found.stderr) == (0, b"30\n", b"")


def answers(index: Index, queries: list[str]) -> list[object]:
    return [index.search(query, limit=5, offset=number % 3, seconds=None) for number, query in enumerate(queries)]


@pytest.mark.exhaustive
def test_threads_share_an_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With little room everything that is kept goes and comes all the time, and threads change often."""
    files = tmp_path / "files"
    files.mkdir()
    texts = ["".join(chr(0x4E00 + (number * 7 + k * k) % 900) for k in range(200)) for number in range(60)]
    for number, text in enumerate(texts):
        (files / f"{number}.txt").write_text(text + "焊接机器人的一种材料", encoding="utf-8")
    build_index(files, tmp_path / "index", workers=1)
    monkeypatch.setattr("seedsearch.engines.embedded.bigrams.KEPT_CHUNKS", 4)
    monkeypatch.setattr("seedsearch.engines.embedded.documents.KEPT_TEXTS", 3000)
    monkeypatch.setattr("seedsearch.engines.embedded.documents.KEPT_BYTES", 3000)
    queries = [text[at : at + 2 + at % 3] for at, text in enumerate(texts)]
    queries += ["焊接 材料", "焊*人", '"焊接 材料"~9', "机器人 NOT 一丁", "焊接机器人的一种材料", "材料~"]
    with open_index(tmp_path / "index") as alone:
        expected = answers(alone, queries)
    wrong: list[object] = []

    def ask(index: Index) -> None:
        try:
            for _ in range(4):
                wrong.extend(a for a, b in zip(answers(index, queries), expected, strict=True) if a != b)
                assert len(list(index.records())) == 60
        except Exception as error:
            wrong.append(error)

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with open_index(tmp_path / "index", cache_bytes=4_000) as shared:
            threads = [threading.Thread(target=ask, args=(shared,)) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    finally:
        sys.setswitchinterval(before)
    assert wrong == []


def test_threads_ask_one_after_the_other(index_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is asked of the engine, no other thread is asking: each call lets the others go on in the middle."""
    inside: list[str] = []
    together: list[list[str]] = []

    def alone(name: str) -> Callable[..., object]:
        whole = getattr(EmbeddedEngine, name)

        def called(*arguments: object) -> object:
            inside.append(threading.current_thread().name)
            time.sleep(0.001)
            together.append(sorted(set(inside)))
            try:
                return whole(*arguments)
            finally:
                inside.remove(threading.current_thread().name)

        return called

    for name in ("search", "count", "exists", "document_frequencies", "metadata", "info", "stored", "refresh"):
        monkeypatch.setattr(EmbeddedEngine, name, alone(name))

    def ask(index: Index) -> None:
        index.search("焊接", limit=3)
        index.search("没有的字", limit=3)
        index.similar("焊接机器人的材料")
        index.keywords("焊接机器人的材料")
        index.stats()
        index.outdated()
        list(index.records())
        index.readings("焊接")

    with open_index(index_dir) as shared:
        threads = [threading.Thread(target=ask, args=(shared,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(together) > 40
    assert [names for names in together if len(names) > 1] == []
