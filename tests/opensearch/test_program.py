"""The program over a cluster prints what it prints over a folder, byte for byte, but for times, sizes and names."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.programs import seedsearch as program
from tools.cluster import TOP, Cluster

FILE = "seeds/000_e256d62e2d3f71b5.txt"
QUERIES = (
    "焊接",
    "良性生态",
    "hanjie",
    "焊结",
    "焊?接",
    '"产业 创新"~5',
    "/焊.接/",
    "焊接 -机器人",
    "ext:txt 创新",
    "没有这个",
)


@pytest.fixture(scope="module")
def both(node: Cluster, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder with the seed and its index in `index`, and the URL of the same in the cluster."""
    folder = tmp_path_factory.mktemp("both")
    shutil.copytree(TOP / "seeds", folder / "seeds")
    url = f"{node.url('seed')}?replicas=0"
    said = [program("index", "-i", place, cwd=folder) for place in ("index", url)]
    assert [(done.returncode, done.stderr) for done in said] == [(0, b""), (0, b"")]
    assert same_times(said[0].stdout) == same_times(said[1].stdout)
    return folder, url


def same_times(said: bytes) -> bytes:
    return re.sub(rb"[\d.]+ s$", b"0 s", said, flags=re.M)


def lines_of(said: bytes) -> list[str]:
    """Return what was printed without what it takes on the disk, which is not the same."""
    return re.sub(r"[\d.]+ MB", "0 MB", said.decode()).splitlines()


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("how", [(), ("--json",), ("--explain",), ("--count",), ("-l",), ("--sort", "path")])
def test_a_query_prints_the_same(both: tuple[Path, str], query: str, how: tuple[str, ...]) -> None:
    folder, url = both
    asked = [program("query", "-i", place, *how, "--", query, cwd=folder) for place in ("index", url)]
    assert (asked[1].returncode, asked[1].stdout, asked[1].stderr) == (
        asked[0].returncode,
        asked[0].stdout,
        asked[0].stderr,
    )


@pytest.mark.parametrize(
    "command", [("stats",), ("files",), ("keywords", FILE), ("similar", FILE), ("check",), ("doctor",)]
)
def test_every_command_prints_the_same(both: tuple[Path, str], command: tuple[str, ...]) -> None:
    folder, url = both
    asked = [program(command[0], "-i", place, *command[1:], cwd=folder) for place in ("index", url)]
    assert asked[1].returncode == asked[0].returncode
    said = asked[1].stdout.replace(url.encode(), b"index").replace(url.partition("?")[0].encode(), b"index")
    assert [line for line in lines_of(said) if " cluster " not in line] == lines_of(asked[0].stdout)


def test_a_second_run_changes_nothing_and_a_rebuild_makes_it_anew(both: tuple[Path, str]) -> None:
    folder, url = both
    again = program("index", "-i", url, cwd=folder)
    assert again.stdout.startswith(b"0 added, 0 updated, 1 unchanged, 0 removed")
    anew = program("index", "-i", url, "--rebuild", cwd=folder)
    assert anew.stdout.startswith(b"1 added, 0 updated, 0 unchanged, 0 removed")
    assert program("check", "-i", url, cwd=folder).returncode == 0
