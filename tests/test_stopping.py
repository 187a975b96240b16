"""Signals on a program that is at work: one line that says how far it got, and no process of ours is left."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.programs import seedsearch

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive]

SEEDSEARCH = (sys.executable, "-m", "seedsearch")
# Seconds after which a test fails that waits for something; nothing is measured.
PATIENCE = 60

Running = subprocess.Popen[str]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with an index of one document, and many that are not in it yet."""
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "first.txt").write_text("焊接材料", encoding="utf-8")
    assert seedsearch("index", cwd=tmp_path).returncode == 0
    for number in range(300):
        (seeds / f"{number}.txt").write_text(f"第{number}页讲焊接的方法和机器人。\n" * 1_000, encoding="utf-8")
    return tmp_path


@contextmanager
def running(place: Path, *arguments: str, **more: str) -> Iterator[Running]:
    """A command at work in a process group of its own."""
    command = [*SEEDSEARCH, *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    environment = {**os.environ, "XDG_CONFIG_HOME": str(place), **more}
    with subprocess.Popen(command, cwd=place, env=environment, text=True, process_group=0, **pipes) as process:  # type: ignore[call-overload]
        try:
            yield process
        finally:
            process.kill()


def family(root: int) -> set[int]:
    """The processes below one; a zombie is none."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            except OSError:
                continue
            if state != "Z":
                parents[int(folder.name)] = int(parent)
    found, more = set[int](), {root}
    while more:
        found |= more
        more = {child for child, parent in parents.items() if parent in more} - found
    return found - {root}


def until(holds: Callable[[], bool]) -> bool:
    """Wait for something."""
    end = time.monotonic() + PATIENCE
    while not (done := holds()) and time.monotonic() < end:
        time.sleep(0.01)
    return done


def at_work(process: Running) -> set[int]:
    """The nursery and two workers, once all of them are there."""
    assert until(lambda: len(family(process.pid)) >= 3 or process.poll() is not None)
    assert process.poll() is None, process.communicate()
    return family(process.pid)


def gone(processes: set[int]) -> bool:
    return until(lambda: not any(is_running(process) for process in processes))


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


STOPS = [(signal.SIGINT, "interrupted"), (signal.SIGTERM, "stopped by SIGTERM")]
STOPS += [(signal.SIGHUP, "stopped by SIGHUP"), (signal.SIGQUIT, "stopped by SIGQUIT")]


@pytest.mark.parametrize("whole_group", [False, True])
@pytest.mark.parametrize(("number", "word"), STOPS)
def test_a_signal_on_a_busy_index(place: Path, number: signal.Signals, word: str, whole_group: bool) -> None:
    """A supervisor signals the program, a terminal and timeout(1) all that it has started."""
    with running(place, "index", "--workers", "2") as process:
        workers = at_work(process)
        (os.killpg if whole_group else os.kill)(process.pid, number)
        printed, said = process.communicate(timeout=PATIENCE)  # which waits for all that hold the pipes
    assert process.returncode == 128 + number
    assert printed == ""
    far = re.fullmatch(
        f"seedsearch: {word}; the index has (\\d+) of 300 changed files now; the same command goes on from there\n",
        said,
    )
    assert far, said
    assert gone(workers)
    assert seedsearch("check", cwd=place).returncode == 0
    assert seedsearch("query", "--count", "焊接", cwd=place).stdout == f"{1 + int(far[1])}\n".encode()


@pytest.mark.parametrize("command", ["index --workers 2", "clean seeds -o out --workers 2"])
def test_workers_end_with_a_program_that_was_killed(place: Path, command: str) -> None:
    with running(place, *command.split()) as process:
        workers = at_work(process)
        process.kill()
        process.communicate(timeout=PATIENCE)
    assert gone(workers)


def test_workers_end_also_while_they_are_busy(tmp_path: Path) -> None:
    """With work that has no end, of a nursery that they do not look at."""
    script = "from seedsearch.parallel import map_in_order\nimport time\nlist(map_in_order(time.sleep, [10**6] * 2, 2))"
    with subprocess.Popen([sys.executable, "-c", script], text=True) as process:
        workers = at_work(process)
        process.kill()
    assert gone(workers)


def test_a_reader_of_pdf_ends_with_who_waits_for_it() -> None:
    """Here it never gets what it is to read."""
    from seedsearch.interpreter import python

    watched, held = os.pipe()
    code = f"from seedsearch.reading.formats.pdf_worker import main; main({watched}, 9, 1 << 30, 9)"
    with subprocess.Popen(python(code), stdin=subprocess.PIPE, pass_fds=[watched]) as process:
        os.close(held)
        assert process.wait(PATIENCE) == 1
    os.close(watched)


@pytest.mark.parametrize(("number", "word"), STOPS[:2])
def test_a_signal_on_copies_says_how_many_there_are(place: Path, number: signal.Signals, word: str) -> None:
    journal = place / "out" / ".seedsearch-clean.jsonl"
    with running(place, "clean", "seeds", "-o", "out", "--workers", "2") as process:
        assert until(lambda: journal.exists() and journal.stat().st_size > 0)
        workers = at_work(process)
        process.send_signal(number)
        _, said = process.communicate(timeout=PATIENCE)
    noted = len(journal.read_text(encoding="utf-8").splitlines())
    assert process.returncode == 128 + number
    done = f"{word} with {noted} copies finished in out, of 301 files"
    assert said == f"seedsearch: {done}; the same command goes on from there\n"
    assert noted <= len(list((place / "out").glob("*.txt")))
    assert gone(workers)
    again = seedsearch("clean", "seeds", "-o", "out", cwd=place)
    assert f"({noted} of them by an earlier run)" in again.stderr.decode()


def test_a_second_signal_ends_it_at_once(place: Path) -> None:
    """The first waits here for the one who reads, and does not."""
    with running(place, "clean", "seeds", "--jsonl", "--workers", "2") as process:
        workers = at_work(process)
        assert process.stdout is not None
        process.stdout.read(1)  # what comes behind it fills the pipe
        process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        # A shell says 143 of both: it left by itself, or the system ended it while Python was shutting down.
        assert process.wait(PATIENCE) in (143, -signal.SIGTERM)
    assert gone(workers)


def test_a_signal_that_is_ignored_stays_so(place: Path) -> None:
    """As nohup has it."""
    ignoring = "import os, sys; from signal import *; signal(SIGHUP, SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"
    command = [sys.executable, "-c", ignoring, *SEEDSEARCH, "index", "--workers", "2", "--json"]
    with subprocess.Popen(command, cwd=place, stdout=subprocess.PIPE, text=True) as process:
        at_work(process)
        process.send_signal(signal.SIGHUP)
        printed, _ = process.communicate(timeout=PATIENCE)
    assert (process.returncode, json.loads(printed)["added"]) == (0, 300)
