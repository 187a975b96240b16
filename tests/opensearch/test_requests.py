"""How often a question asks the cluster: each request is a way over the network, however little it asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

import pytest

from seedsearch import build_index, open_index
from seedsearch.engines import Distant
from seedsearch.engines.choice import open_engine
from seedsearch.engines.opensearch.wire import Wire
from seedsearch.engines.query import Any as AnyOf
from seedsearch.engines.query import Fuzzy, Query, Ranked, Run, Term
from seedsearch.text.analyzer import fingerprint
from tools.cluster import Cluster

TEXTS = (
    "焊接机器人在汽车产业中应用很多，焊接质量也提高了。",
    "机器人产业发展很快，焊接是其中一项。",
    "焊接材料的研究。材料的性能决定了焊接的质量，质量就是生命。",
    "汽车产业与材料工业一起发展，应用研究很多。",
    "质量检测要用机器，人也要参加。",
    "语言文字的研究与应用。",
    "转学指南：学生转学要办的手续。",
)


@pytest.fixture(scope="module")
def both(node: Cluster, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The same files in a cluster and in a folder."""
    folder = tmp_path_factory.mktemp("requests")
    (folder / "docs").mkdir()
    for number, text in enumerate(TEXTS):
        (folder / "docs" / f"{number}.txt").write_text(text, encoding="utf-8")
    places = f"{node.url(f'requests-{uuid4().hex[:12]}')}?shards=2&replicas=0", str(folder / "index")
    for place in places:
        build_index(folder / "docs", place)
    return places


@pytest.mark.parametrize(
    ("query", "most"),
    [
        ("焊接", 3),  # the manifest, how many have it, the best of them
        ("质量", 4),  # and 品质, which may be meant as well
        ("焊接机器人", 5),  # besides, how many have what the best one says again and again, and the best by that
        ("材料 应用研究 产业", 5),
        ("焊接机器人的应用研究对产业发展有什么意义", 5),
        ("转学指男", 12),  # words that are near, and what sounds the same
    ],
)
def test_a_question_asks_few_times(
    both: tuple[str, str], query: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And is answered as from a folder."""
    cluster, folder = both
    asked: list[Sequence[str]] = []
    once = Wire._once

    def counted(
        self: Wire,
        method: str,
        path: Sequence[str],
        body: Any,
        timeout: float,
        parameters: Mapping[str, str | int | bool],
    ) -> dict[str, Any]:
        asked.append(path)
        return once(self, method, path, body, timeout, parameters)

    with open_index(cluster) as there, open_index(folder) as here:
        monkeypatch.setattr(Wire, "_once", counted)
        found, same = there.search(query), here.search(query)
    assert [(hit.path, round(hit.score, 4), hit.snippets) for hit in found.hits] == [
        (hit.path, round(hit.score, 4), hit.snippets) for hit in same.hits
    ]
    assert (found.tiers, found.notes, found.suggestions) == (same.tiers, same.notes, same.suggestions)
    assert len(asked) <= most, asked


def test_what_is_asked_ahead_is_what_is_asked(both: tuple[str, str]) -> None:
    """Whatever it is, with nothing known before; and what was counted holds for the commit alone."""
    terms = (Term("word", "焊接"), 1.0), (Term("gram", "质量"), 0.5)
    queries: list[tuple[Query, int]] = [
        (Ranked(Run("焊接"), terms), 2),
        (Run("质量"), 3),
        (Run("没有"), 3),
        (Run("质量"), 0),
    ]
    near = [Fuzzy("焊结", 1), Fuzzy("机器人", 1), Fuzzy("机器人", 2)]
    ahead, plain = (open_engine(both[0], fingerprint()) for _ in range(2))
    assert isinstance(ahead, Distant)
    ahead.ahead(queries, near)
    for query, limit in queries:
        assert ahead.search(query, limit) == plain.search(query, limit)
    for one in near:
        assert list(ahead.vocabulary("word", near=one)) == list(plain.vocabulary("word", near=one))
    assert ahead.count([AnyOf((Run("焊接"), Run("质量")))]) == [4]
    with plain.writer() as writer:
        writer.remove(next(iter(plain.digests())))
    ahead.refresh()
    assert ahead.search(Ranked(Run("焊接"), terms), 2) == plain.search(Ranked(Run("焊接"), terms), 2)
    assert ahead.count([AnyOf((Run("焊接"), Run("质量")))]) == plain.count([AnyOf((Run("焊接"), Run("质量")))])
