"""What docs/scale.md says of backup, of more copies, and of a cluster from a file."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml

from seedsearch.engines.choice import check, open_engine
from seedsearch.errors import IndexMissing
from tests.engine_contract import MARK, TEXTS, entry, found, run
from tests.filling import commit
from tests.opensearch.test_writers import ask
from tools.cluster import TOP, Cluster

GUIDE = (TOP / "docs" / "scale.md").read_text(encoding="utf-8")
COMPOSE = TOP / "docs" / "compose-opensearch.yml"


def told(path: str) -> tuple[str, Any]:
    """The method and the body with which the guide asks for a path."""
    (method, body) = re.findall(rf"-X (\w+) \S+{re.escape(path)}'?(?: -H \S+ -d '(.+?)')?$", GUIDE, re.MULTILINE)[0]
    return method, json.loads(body) if body else None


def test_an_index_is_backed_up_and_restored_as_the_guide_says(node: Cluster, tmp_path: Path) -> None:
    """What was taken away is there again, whole, and goes on; what was written after the backup is not."""
    name = f"backup-{uuid4().hex[:12]}"
    place = f"{node.url(name)}?shards=1&replicas=0"
    engine = open_engine(place, MARK, create=True)
    commit(engine, [entry(doc_id, text) for doc_id, text in TEXTS.items()])

    def do(path: str, here: str = "") -> None:
        method, body = told(path)
        text = json.dumps(body).replace("/srv/backup", node.backup).replace("archive", name)
        ask(node, method, (here or path).replace("archive", name), json.loads(text))

    do("/_snapshot/backup")
    do("/_snapshot/backup/monday?wait_for_completion=true")
    commit(engine, [entry("z", "焊接")])
    for index in ask(node, "GET", f"/{name}*/_settings"):
        ask(node, "DELETE", f"/{index}")
    with pytest.raises(IndexMissing):
        open_engine(place, MARK)
    do("/_snapshot/backup/monday/_restore?wait_for_completion=true")
    engine = open_engine(place, MARK)
    assert set(engine.digests()) == set(TEXTS)
    assert found(engine, run("焊接")) == set("abc")
    assert check(place) == []
    commit(engine, [entry("z", "焊接")])
    assert found(engine, run("焊接")) == set("abcz")
    do("/archive,archive-*/_settings")
    assert check(place) == []


def test_the_file_of_three_nodes_has_settings_that_there_are(node: Cluster) -> None:
    """Docker is not here, so that it is read and compared with what a node knows; and it is one cluster."""
    asked = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    every = ask(node, "GET", "/_cluster/settings?include_defaults=true&flat_settings=true")
    known = {name for some in every.values() for name in some}
    nodes = {name: service for name, service in asked["services"].items() if name != "backup"}
    names = list(nodes)
    for name, service in nodes.items():
        environment = service["environment"]
        settings = {key for key in environment if "." in key}
        assert settings <= known
        assert environment["node.name"] == name
        assert environment["discovery.seed_hosts"].split(",") == names
        assert environment["cluster.initial_cluster_manager_nodes"].split(",") == names
        assert {volume.partition(":")[0] for volume in service["volumes"]} == {name, "backup"}
        assert service["depends_on"] == {"backup": {"condition": "service_completed_successfully"}}
        assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert set(asked["volumes"]) == {*names, "backup"}
    assert len({port for service in nodes.values() for port in service["ports"]}) == len(names)
    assert asked["services"]["backup"]["entrypoint"][-1] == nodes["one"]["environment"]["path.repo"]
    assert COMPOSE.name in GUIDE
