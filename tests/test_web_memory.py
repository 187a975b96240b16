"""What a server that runs for weeks holds in memory: no more after many requests than after some."""

from __future__ import annotations

import gc
import random
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from benchmarks.soak import addresses
from seedsearch.frontends.library import Library
from seedsearch.frontends.web import app
from seedsearch.frontends.web.site import Site
from tests.serving import many, memory_of, serving

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive]

TEXTS = 300


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return many(tmp_path_factory.mktemp("memory"), TEXTS)


def requests(folder: Path) -> Iterator[str]:
    """Addresses, no two questions the same."""
    texts = [(folder / "seeds" / f"{number}.txt").read_text(encoding="utf-8") for number in range(TEXTS)]
    return addresses(texts, random.Random(7))


def test_what_questions_leave_behind_is_bounded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ever new questions, with little room for what they work out."""
    monkeypatch.chdir(folder)
    library = Library(str(folder / "index"), cache_bytes=1 << 20)
    client = TestClient(app.make(library, Site()), base_url="http://localhost")
    asked = requests(folder)

    def held_after(count: int) -> int:
        for _ in range(count):
            assert client.get(next(asked)).status_code in (200, 503)  # dear ones end
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    held_after(210)
    tracemalloc.start()
    try:
        held_after(210)  # what was there before is replaced by what is counted
        before = held_after(210)
        assert held_after(630) - before < 1 << 20
    finally:
        tracemalloc.stop()
        library.close()


def test_a_server_that_is_asked_again_and_again_does_not_grow(folder: Path) -> None:
    asked = requests(folder)
    some = [next(asked) for _ in range(210)]
    with serving(cwd=folder) as server:

        def held_after(rounds: int) -> int:
            for _ in range(rounds):
                for address in some:
                    assert server.ask(address).status in (200, 503)
            return memory_of(server.process)[0]

        before = held_after(4)
        assert held_after(8) - before < 10_000  # kilobytes
