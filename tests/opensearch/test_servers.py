"""The page, the interface over HTTP and the tools for agents answer over a cluster as they do over a folder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import anyio
import pytest

from tests.programs import seedsearch as program
from tests.serving import Server, indexed, serving
from tests.test_mcp import call, client
from tools.cluster import Cluster

FILE = "seeds/000_e256d62e2d3f71b5.txt"


@pytest.fixture(scope="module")
def both(node: Cluster, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder with files and their index, and the URL of the same in the cluster."""
    folder = indexed(tmp_path_factory.mktemp("servers"), harmful=False)
    url = f"{node.url(f'servers-{uuid4().hex[:12]}')}?shards=1&replicas=0"
    done = program("index", "-i", url, "seeds", cwd=folder)
    assert done.stdout.startswith(b"5 added"), done.stderr
    return folder, url


@pytest.fixture(scope="module")
def servers(both: tuple[Path, str]) -> Iterator[tuple[Server, Server]]:
    folder, url = both
    with (
        serving("--no-token", "-i", "index", cwd=folder) as embedded,
        serving("--no-token", "-i", url, cwd=folder) as cluster,
    ):
        yield embedded, cluster


def without_times(found: object) -> object:
    """Return an answer without what differs between two runs: seconds, sizes on disk, addresses, numbers of commits."""
    if isinstance(found, dict):
        left = {"seconds", "took", "generation", "index", "bytes", "size", "instance"}
        return {key: without_times(value) for key, value in found.items() if key not in left}
    if isinstance(found, list):
        return list(map(without_times, found))
    return round(found, 4) if isinstance(found, float) else found


ASKED: list[tuple[str, dict[str, Any]]] = [
    ("search", {"q": "焊接"}),
    ("search", {"q": "焊接", "limit": 2, "offset": 1}),
    ("search", {"q": '"产业 创新"~5'}),
    ("search", {"q": "hanjie"}),
    ("search", {"q": "焊结"}),
    ("search", {"q": "没有这个"}),
    ("search", {"q": ""}),
    ("suggest", {"q": "焊"}),
    ("stats", {}),
]


@pytest.mark.parametrize(("route", "said"), ASKED)
def test_the_interface_answers_the_same(servers: tuple[Server, Server], route: str, said: dict[str, Any]) -> None:
    one, other = (server.ask(f"/api/v1/{route}", **said) for server in servers)
    assert one.status == other.status
    assert without_times(one.json) == without_times(other.json)


def test_documents_and_pages_are_the_same(servers: tuple[Server, Server]) -> None:
    hits = servers[0].ask("/api/v1/search", q="焊接").json["hits"]
    named = urlencode({"id": hits[0]["id"], "q": "焊接"})
    one, other = (server.ask(f"/api/v1/document?{named}") for server in servers)
    assert one.status == 200
    assert without_times(one.json) == without_times(other.json)
    for page in (f"/?{urlencode({'q': '焊接'})}", f"/document?{named}"):
        texts = [re.sub(r"[\d.,]+ (ms|s)\b|:\d{4,5}/", "", server.ask(page).text) for server in servers]
        assert "焊接" in texts[0]
        assert texts[0] == texts[1]


def test_the_tools_for_agents_say_the_same(both: tuple[Path, str]) -> None:
    folder, url = both
    said: dict[str, list[tuple[bool, str]]] = {}

    async def asked(place: str) -> None:
        async with client(folder, "auto", "-i", place) as agent:
            first = await call(agent, "search", query="焊接")
            path = re.findall(r"seeds/\S+", first[1])[0].rstrip(":,，。")
            more = [await call(agent, "search", query=query) for query in ("hanjie", "焊接 -机器人", "没有这个")]
            said[place] = [first, *more, await call(agent, "list_damage", path=path)]

    for place in ("index", url):
        anyio.run(asked, place)
    assert said["index"] == said[url]
    assert said["index"][0][0] is False
