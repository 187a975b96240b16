"""What stands before a cluster, and certificates: an error in one line, and nothing is lost."""

from __future__ import annotations

import time
from itertools import count
from pathlib import Path

import pytest

from seedsearch import build_index
from seedsearch.engines import Engine
from seedsearch.engines.choice import check, open_engine
from seedsearch.engines.opensearch import sending, wire
from seedsearch.engines.opensearch.address import AUTHORITIES
from seedsearch.errors import IndexForbidden, IndexUnreachable
from tests.engine_contract import MARK, entry, found, run
from tests.filling import commit, put
from tests.opensearch.between import CUT, LATE_CUT, Authority, Between, Says, standing
from tests.opensearch.conftest import LIMIT
from tools.cluster import Cluster


@pytest.fixture
def filled(place: str) -> Engine:
    engine = open_engine(place, MARK, create=True)
    commit(engine, [entry("a", "焊接材料")])
    return engine


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"), "authority")


@pytest.mark.parametrize(
    ("which", "says"),
    [
        ("expired", "cannot be trusted: certificate has expired; whoever runs it has to renew its certificate"),
        ("stranger", "cannot be trusted: (unable to get local issuer certificate|self.signed certificate.*); "),
        (
            "elsewhere",
            "cannot be trusted: ip address mismatch, certificate is not valid for '127.0.0.1'; name",
        ),
        ("plain", "does not speak TLS; its URL begins with opensearch:// then"),
    ],
)
def test_a_certificate_that_is_not_right(
    node: Cluster, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, which: str, says: str
) -> None:
    made = {
        "expired": lambda: authority.certificate("expired", days=-1),
        "stranger": lambda: Authority(tmp_path, "another").certificate("stranger"),
        "elsewhere": lambda: authority.certificate("elsewhere", host="10.1.2.3"),
    }
    monkeypatch.setenv(AUTHORITIES, str(authority.file))
    with standing(node.nodes[0].host, made[which]() if which in made else None) as between:
        with pytest.raises(IndexUnreachable, match=f"(?i){says}") as caught:
            open_engine(f"opensearch+https://{between.host()}/any", MARK)
        assert "\n" not in str(caught.value)
        assert not between.seen


def test_tls_where_none_was_asked_for(node: Cluster, authority: Authority) -> None:
    with (
        standing(node.nodes[0].host, authority.certificate("asked")) as between,
        pytest.raises(IndexUnreachable, match=r"where it speaks TLS its URL begins with opensearch\+https://"),
    ):
        open_engine(f"opensearch://{between.host()}/any", MARK)


PAGE = "<html>"


@pytest.mark.parametrize(
    ("says", "what"),
    [
        (Says(200, PAGE, "text/html"), "does not answer (with JSON|as OpenSearch does)|is not OpenSearch"),
        (Says(404, PAGE, "text/html"), r"does not answer as OpenSearch does \(404\)"),
        (Says(404, "{}"), r"does not answer as OpenSearch does \(404\)"),
        (Says(502, PAGE, "text/html"), r"answers with an error \(502\)"),
        (Says(200, '{"version": {"number": "9.0.0"}}'), "is not OpenSearch"),
        (Says(200, '{"version": {"distribution": "opensearch", "number": "1.3.0"}}'), "is OpenSearch 1.3.0; releases"),
    ],
)
def test_what_is_no_cluster_is_said_and_never_that_the_index_is_gone(
    between: Between, filled: Engine, place: str, monkeypatch: pytest.MonkeyPatch, says: Says, what: str
) -> None:
    monkeypatch.setattr(wire, "AGAIN", (0.01,))
    between.way = lambda asked: says
    with pytest.raises(IndexUnreachable, match=what) as caught:
        open_engine(place, MARK)
    assert "--rebuild" not in str(caught.value)
    if says.status != 200 or says.body == PAGE:
        with pytest.raises(IndexUnreachable, match=what):
            filled.search(run("焊接"), 3)
    between.way = lambda asked: None
    assert found(filled, run("焊接")) == {"a"}


@pytest.mark.parametrize("how", [CUT, LATE_CUT])
def test_a_cut_in_the_middle_of_documents_is_sent_again(
    between: Between, filled: Engine, place: str, how: Says
) -> None:
    """Before the node has them, or when it has and its answer does not come: each is there once."""
    cuts = count(1)
    between.way = lambda asked: (
        how if asked.path.startswith("/between") and "_bulk" in asked.path and next(cuts) < 3 else None
    )
    commit(filled, [entry(f"b{n}", "焊接") for n in range(30)])
    assert next(cuts) > 3
    assert filled.info().documents == len(filled.digests()) == 31
    assert check(place) == []


def test_documents_that_are_cut_for_good_are_an_error_and_nothing_has_changed(
    between: Between, filled: Engine, place: str
) -> None:
    between.way = lambda asked: CUT if "_bulk" in asked.path else None
    with pytest.raises(IndexUnreachable, match="cannot be reached: ") as caught:
        commit(filled, [entry("b", "焊接")])
    assert "\n" not in str(caught.value)
    between.way = lambda asked: None
    assert set(open_engine(place, MARK).digests()) == {"a"}
    commit(filled, [entry("b", "焊接")])
    assert found(filled, run("焊接")) == {"a", "b"}


def test_a_slow_node_is_waited_for_and_no_longer(
    between: Between, filled: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    between.way = lambda asked: time.sleep(0.3)
    assert found(filled, run("焊接")) == {"a"}
    monkeypatch.setattr(wire, "ASKING", 0.1)
    with pytest.raises(IndexUnreachable, match=r"did not answer within 0\.1 s") as caught:
        filled.search(run("焊接"), 3)
    assert "\n" not in str(caught.value)


def test_forbidden_in_the_middle_leaves_everything(between: Between, filled: Engine, place: str) -> None:
    """A user who may ask and not write, and one whose password was changed meanwhile."""
    between.way = lambda asked: (
        Says(403, '{"error": {"type": "security_exception"}}') if "_bulk" in asked.path else None
    )
    with pytest.raises(IndexForbidden, match="does not let this user do that"):
        commit(filled, [entry("b", "焊接")])
    between.way = lambda asked: Says(401)
    with pytest.raises(IndexForbidden, match="does not know the user or the password"):
        filled.refresh()
    between.way = lambda asked: None
    assert set(open_engine(place, MARK).digests()) == {"a"}


def test_a_text_that_is_more_than_the_cluster_takes_is_a_failure_of_its_file(place: str, tmp_path: Path) -> None:
    """It is said at every run; the others are there. What it was before is gone from the index."""
    (tmp_path / "large.txt").write_text("焊接", encoding="utf-8")
    (tmp_path / "small.txt").write_text("焊接", encoding="utf-8")
    assert build_index(tmp_path, place, workers=1).added == 2
    (tmp_path / "large.txt").write_text("焊接材料与量子计算。\n" * (LIMIT * 20_000), encoding="utf-8")
    (tmp_path / "new.txt").write_text("焊接", encoding="utf-8")
    first, again = (build_index(tmp_path, place, workers=1) for _ in range(2))
    assert (first.added, first.updated, first.removed, again.unchanged) == (1, 0, 1, 2)
    for report in (first, again):
        (failure,) = report.failures
        assert failure.path.endswith("large.txt")
        assert "more than it takes at once (http.max_content_length of its nodes)" in failure.reason
    assert check(place) == []


@pytest.mark.parametrize("status", [413, 429])
def test_a_document_that_is_refused_stands_alone(
    between: Between, filled: Engine, place: str, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    """By what stands before the nodes and takes less, or by one without memory; those sent with it are there."""
    monkeypatch.setattr(sending, "BUSY", (0.01,))
    monkeypatch.setattr(wire, "BUSY", (0.01,))
    busy = '{"error": {"type": "rejected_execution_exception", "reason": "memory"}, "status": 429}'
    between.way = lambda asked: Says(status, busy) if asked.size > sending.BULK // 8 else None
    with filled.writer() as writer:
        put(writer, entry("b", "焊接"), entry("c", "焊接" * 200_000), entry("d", "焊接"))
        refused = writer.refused()  # type: ignore[attr-defined]
    assert [(doc_id, why.startswith("its text takes")) for doc_id, why in refused.items()] == [("c", True)]
    assert set(filled.digests()) == {"a", "b", "d"}
    with pytest.raises(IndexUnreachable, match="does not take c: "), filled.writer() as writer:
        put(writer, entry("c", "焊接" * 200_000))
    assert check(place) == []
