"""Watching: files that change are indexed again, by the real program; what ends it leaves the index whole."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.programs import warm as seedsearch

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive]

Running = subprocess.Popen[str]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with one seed."""
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "a.txt").write_text("焊接材料", encoding="utf-8")
    return tmp_path


@contextmanager
def watching(place: Path, *options: str) -> Iterator[Running]:
    """The program, once it watches."""
    command = [sys.executable, "-m", "seedsearch", "watch", "--json", *options]
    with subprocess.Popen(command, cwd=place, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        try:
            yield running
        finally:
            running.kill()


def report(running: Running) -> dict[str, int]:
    """The next report that it prints."""
    assert running.stdout is not None
    found: dict[str, int] = json.loads(running.stdout.readline())
    return found


def said(running: Running) -> str:
    assert running.stderr is not None
    return running.stderr.readline()


def test_what_changes_is_indexed(place: Path) -> None:
    with watching(place) as running:
        assert report(running)["added"] == 1
        assert said(running) == "seedsearch: watching seeds; stop with Ctrl-C\n"
        (place / "seeds" / ".hidden.txt").write_text("不算", encoding="utf-8")
        (place / "seeds" / "b.txt").write_text("机器人", encoding="utf-8")
        assert report(running)["added"] == 1
    assert seedsearch("query", "--count", "机器人", cwd=place).stdout == b"1\n"


def test_hidden_files_are_watched_where_they_are_wanted(place: Path) -> None:
    with watching(place, "--hidden") as running:
        assert report(running)["added"] == 1
        assert "watching" in said(running)
        (place / "seeds" / ".hidden.txt").write_text("机器人", encoding="utf-8")
        assert report(running)["added"] == 1


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_and_the_index_is_whole(place: Path, number: int, code: int) -> None:
    with watching(place) as running:
        assert report(running)["added"] == 1
        assert "watching" in said(running)
        os.kill(running.pid, number)
        assert running.wait() == code
    assert seedsearch("check", cwd=place).returncode == 0
    assert seedsearch("query", "--count", "焊接", cwd=place).stdout == b"1\n"


def test_what_is_not_there_can_not_be_watched(place: Path) -> None:
    done = seedsearch("watch", "nowhere", cwd=place)
    assert done.returncode == 2
    assert b"nowhere does not exist" in done.stderr


def test_a_missing_package_is_said_with_the_way_to_it(place: Path) -> None:
    code = "import sys; sys.modules['watchfiles'] = None; from seedsearch.frontends.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code, "watch"], cwd=place, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"install it with: {sys.executable} -m pip install watchfiles" in done.stderr
