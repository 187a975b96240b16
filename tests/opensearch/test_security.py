"""The security plugin of OpenSearch: what the program says to users and certificates of a real cluster with TLS."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from seedsearch.engines.opensearch.address import AUTHORITIES, PASSWORD
from tests.opensearch.between import Authority
from tests.programs import seedsearch as program
from tools import cluster
from tools.cluster import Cluster, ClusterError

DAY = 86_400  # seconds
# For so many seconds the certificate of the second node is good: until it has started, which it refuses to do with one
# that has expired. A slow machine is given the next one.
GOOD_FOR = (30, 90, 270)


@pytest.fixture(scope="module")
def secure(jars: Path) -> Path:
    try:
        return cluster.prepare_secure(jars)
    except ClusterError as error:
        pytest.fail(f"these tests did not run, for they need the security plugin: {error}", pytrace=False)


def test_users_and_certificates_of_a_cluster(secure: Path, tmp_path: Path) -> None:
    """Who is known may do what the role says; anything else is an error in one line, and no output has a password."""
    authority = Authority(tmp_path, "authority")
    for name in ("n1", "n2"):
        authority.certificate(name)
    for number, seconds in enumerate(GOOD_FOR, start=1):
        end = time.time() + seconds
        authority.certificate("n2-http", days=seconds / DAY)
        try:
            with Cluster(tmp_path / f"nodes{number}", 2, jars=secure, certificates=tmp_path) as running:
                _asked(running, authority, tmp_path, end)
                return
        except ClusterError as error:
            if number == len(GOOD_FOR) or "expired" not in str(error).lower():
                raise


def _asked(running: Cluster, authority: Authority, folder: Path, end: float) -> None:
    (folder / "a.txt").write_text("焊接材料", encoding="utf-8")
    first, second = (node.host for node in running.nodes)
    trusted = {AUTHORITIES: str(authority.file), PASSWORD: "admin"}

    def do(*arguments: str, user: str = "admin@", host: str = first, **environment: str) -> tuple[int, str, str]:
        url = f"opensearch+https://{user}{host}/users"
        done = program(*arguments, "-i", url, cwd=folder, **{**trusted, **environment})
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    assert do("index", "a.txt")[0] == 0
    assert do("query", "--count", "焊接") == (0, "1\n", "")
    assert do("query", "--count", "焊接", user="readall@", **{PASSWORD: "readall"}) == (0, "1\n", "")
    where = f"opensearch+https://{first}/users"
    stranger = str(Authority(folder, "stranger").file)
    for asked, user, environment, says in (
        ("query", "bob@", {}, "does not know the user or the password; they are taken from"),
        ("query", "admin@", {PASSWORD: "geheim-%7d"}, "does not know the user or the password; they are taken from"),
        ("query", "", {}, "does not know the user or the password; they are taken from"),
        (
            "index",
            "readall@",
            {PASSWORD: "readall"},
            "does not let this user do that; ask whoever runs it for the right",
        ),
        ("query", "admin@", {AUTHORITIES: stranger}, "cannot be trusted: unable to get local issuer certificate"),
    ):
        code, printed, said = do(asked, "焊接" if asked == "query" else "a.txt", user=user, **environment)
        assert (code, printed) == (2, "")
        assert f"{where} {says}" in said
        assert said.count("\n") == 1
        assert "geheim" not in said
    done = program("query", "焊接", "-i", f"opensearch://{first}/users", cwd=folder)
    assert b"where it speaks TLS its URL begins with opensearch+https://" in done.stderr
    time.sleep(max(0.0, end - time.time()))
    what = "cannot be trusted: certificate has expired; whoever runs it has to renew its certificate"
    said = f"seedsearch: opensearch+https://{second}/users {what}\n"
    assert do("query", "焊接", host=second) == (2, "", said)
    assert do("query", "--count", "焊接") == (0, "1\n", "")
