"""The engine over a real cluster keeps to the contract of all engines."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from tests.engine_contract import EngineContract
from tools.cluster import Cluster


class TestOpenSearch(EngineContract):
    """In a cluster of one node; an index of one part, without copies."""

    cluster: Cluster | None = None

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def _running(cls, node: Cluster) -> None:
        cls.cluster = node

    def new_place(self, folder: Path) -> str:
        hosts = "localhost:9200" if self.cluster is None else self.cluster.hosts
        return f"opensearch://{hosts}/test-{uuid4().hex[:12]}?shards=1&replicas=0"
