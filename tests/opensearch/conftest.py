"""A real OpenSearch on free ports of this machine. Without a JDK and Maven these tests fail, and say what to install.

They are a part of their own (`python tools/check.py cluster`), for not every machine on which one writes has a JDK, and
the jars are fetched where they are not there yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.opensearch.between import Between, standing
from tools import cluster
from tools.cluster import Cluster, ClusterError

LIMIT = 6  # MB of a request


@pytest.fixture(scope="session")
def jars() -> Path:
    try:
        return cluster.prepare()
    except ClusterError as error:
        pytest.fail(f"these tests did not run, for they need a cluster: {error}", pytrace=False)


@pytest.fixture(scope="session")
def node(jars: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster of one node, which all tests share that do no harm to it. It takes small requests only."""
    limit = {"http.max_content_length": f"{LIMIT}mb"}
    with Cluster(tmp_path_factory.mktemp("node"), settings=limit, jars=jars) as running:
        yield running


@pytest.fixture
def between(node: Cluster) -> Iterator[Between]:
    """What stands before the one node, and does with requests what a test tells it to."""
    with standing(node.nodes[0].host) as one:
        yield one


@pytest.fixture
def place(between: Between) -> str:
    """A new index in that node, by way of what stands before it."""
    return f"opensearch://{between.host()}/between-{uuid4().hex[:12]}?shards=1&replicas=0"
