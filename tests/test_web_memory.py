"""What a server that runs for weeks holds in memory: no more after many requests than after some."""

from __future__ import annotations

import gc
import random
import re
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from seedsearch.frontends.library import Library
from seedsearch.frontends.web import app
from seedsearch.frontends.web.site import API, Site
from tests.serving import many, memory_of, serving

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive]

TEXTS = 300


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return many(tmp_path_factory.mktemp("memory"), TEXTS)


def requests(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Addresses with their parameters, no two questions the same."""
    rng = random.Random(7)
    texts = [path.read_text(encoding="utf-8") for path in sorted((folder / "seeds").iterdir())]
    while True:
        run = rng.choice(re.findall("[一-鿿]{4,}", rng.choice(texts)))
        typed = run[: rng.randint(2, 8)]
        yield f"{API}/search", {"q": typed, "facets": "damage,folder"}
        yield "/", {"q": typed, "page": rng.randint(1, 3)}
        yield "/", {"q": typed[::-1]}
        yield "/document", {"id": f"seeds/{rng.randrange(TEXTS)}.txt", "q": typed}
        yield f"{API}/document", {"id": f"seeds/{rng.randrange(TEXTS)}.txt", "q": typed}
        yield f"{API}/suggest", {"q": typed[0]}
        yield "/stats", {}


def test_what_questions_leave_behind_is_bounded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ever new questions, with little room for what they work out."""
    monkeypatch.chdir(folder)
    library = Library(str(folder / "index"), cache_bytes=1 << 20)
    client = TestClient(app.make(library, Site()), base_url="http://localhost")
    asked = requests(folder)

    def held_after(count: int) -> int:
        for _ in range(count):
            address, said = next(asked)
            assert client.get(address, params=said).status_code in (200, 503)  # dear ones end
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
                for address, said in some:
                    assert server.ask(address, **said).status in (200, 503)
            return memory_of(server.process)[0]

        before = held_after(4)
        assert held_after(8) - before < 10_000  # kilobytes
