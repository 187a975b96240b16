"""The tool that starts a cluster: its nodes answer, and none outlives the program that started it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tools import cluster
from tools.cluster import PATIENCE, TOP, Cluster, ClusterError, ask


def test_a_node_answers_as_the_release_that_was_asked_for(node: Cluster) -> None:
    assert ask(node.nodes[0], "/")["version"]["number"] == cluster.VERSION
    assert node.url("mine") == f"opensearch://{node.hosts}/mine"


def test_a_node_that_cannot_start_is_said_with_its_log(tmp_path: Path) -> None:
    with (
        pytest.raises(ClusterError, match=r"(?s)node n1 ended:.*no.such.setting"),
        Cluster(tmp_path, settings={"no.such.setting": "1"}),
    ):
        pass


def test_without_a_jdk_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(ClusterError, match=r"there is no mvn: .*apt-get install openjdk-17-jdk-headless maven"):
        cluster.prepare(tmp_path / "jars")
    assert not (tmp_path / "jars").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_no_node_outlives_the_program_that_started_it(jars: Path, number: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-m", "tools.cluster"], cwd=TOP, stdout=subprocess.PIPE, text=True) as one:
        assert one.stdout is not None
        said = one.stdout.readline()
        (node,) = _children(one.pid)
        one.send_signal(number)
        one.wait()
    assert said.startswith("seedsearch index -i opensearch://127.0.0.1:")
    assert one.returncode == (0 if number == signal.SIGINT else -number)
    end = time.monotonic() + PATIENCE
    while _is_running(node) and time.monotonic() < end:
        time.sleep(0.1)
    assert not _is_running(node)


def test_a_cluster_that_was_started_runs_until_it_is_stopped(jars: Path, tmp_path: Path) -> None:
    """A node that is killed meanwhile stays so, and the others go on; what else runs is left alone."""

    def do(*arguments: str) -> subprocess.CompletedProcess[str]:
        code = f"from tools import cluster; cluster.STARTED = cluster.Path({str(tmp_path / 'started')!r}); "
        code += f"raise SystemExit(cluster.main({list(arguments)!r}))"
        return subprocess.run([sys.executable, "-c", code], cwd=TOP, capture_output=True, text=True, check=False)

    done = do("start", "--nodes", "2", "--heap", "384")
    try:
        assert re.fullmatch(r"opensearch://127\.0\.0\.1:\d+,127\.0\.0\.1:\d+\n", done.stdout), done.stderr
        rows = [line.split() for line in do("pids").stdout.splitlines()]
        nodes = [int(pid) for _, pid in rows]
        assert [number for number, _ in rows] == ["1", "2"]
        again = do("start")
        assert (again.returncode, again.stdout, "one was started already" in again.stderr) == (1, "", True)
        os.kill(nodes[0], signal.SIGKILL)
        end = time.monotonic() + PATIENCE
        while _is_running(nodes[0]) and time.monotonic() < end:
            time.sleep(0.1)
        assert [_is_running(node) for node in nodes] == [False, True]
    finally:
        stopped = do("stop")
    assert stopped.returncode == 0
    assert not any(map(_is_running, nodes))
    assert [(do(what).returncode, do(what).stderr) for what in ("stop", "pids")] == [
        (1, "cluster: no cluster was started\n")
    ] * 2


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _is_running(pid: int) -> bool:
    """Tell whether there is such a process; one that has ended and waits to be asked for it is none."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
