"""Work by several processes: in order, whatever the program is, and an error of ours where a worker dies."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from seedsearch.errors import WorkerDied
from seedsearch.parallel import made_ahead, map_in_order


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_order(workers: int) -> None:
    assert list(map_in_order(abs, range(-40, 0), workers, ahead=2)) == list(range(40, 0, -1))


def test_a_worker_that_dies_is_an_error_of_ours() -> None:
    with pytest.raises(WorkerDied, match="--workers 1"):
        list(map_in_order(os._exit, [3, 3], workers=2))


@pytest.mark.slow
def test_a_script_without_a_guard_can_index(tmp_path: Path) -> None:
    """Its workers do not run it again."""
    (tmp_path / "seeds").mkdir()
    for number in range(4):
        (tmp_path / "seeds" / f"{number}.txt").write_text(f"第{number}页讲焊接的方法。\n" * 20_000, encoding="utf-8")
    script = "import seedsearch\nprint(seedsearch.build_index('seeds', 'index', workers=2).added)\n"
    (tmp_path / "script.py").write_text(script, encoding="utf-8")
    done = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("4\n", "", 0)


def test_what_is_made_ahead_comes_in_order() -> None:
    assert list(made_ahead(map(abs, range(-9, 0)))) == list(range(9, 0, -1))
    assert list(made_ahead([])) == []


def test_what_is_made_ahead_is_one_item_only() -> None:
    made: list[int] = []
    some = made_ahead(map(made.append, range(9)))
    next(some)
    some.close()
    assert made == [0, 1]


def test_an_error_comes_where_the_item_would() -> None:
    some = made_ahead(1 // i for i in (1, 0))
    assert next(some) == 1
    with pytest.raises(ZeroDivisionError):
        next(some)


# What a program changed after it began, which a Python of its own does not have: the longest field of a table.
COPIED = """
import csv, fcntl, sys, threading
from seedsearch.interpreter import run_as_program
from seedsearch.parallel import map_in_order, prepare
if sys.argv[1] != "library":
    run_as_program()
if sys.argv[1] == "threads":
    threading.Thread(target=threading.Event().wait, daemon=True).start()
prepare([])
csv.field_size_limit(7)
with open("lock", "w") as held:
    fcntl.flock(held, fcntl.LOCK_EX)
    some = map_in_order(csv.field_size_limit, [9] * 99, 2, ahead=1)
    print(next(some))
with open("lock", "w") as again:
    fcntl.flock(again, fcntl.LOCK_EX | fcntl.LOCK_NB)
print(sum(1 for _ in some))
"""


@pytest.mark.parametrize(("kind", "limit"), [("program", 7), ("threads", 131072), ("library", 131072)])
def test_workers_are_copies_of_a_program_with_one_thread(tmp_path: Path, kind: str, limit: int) -> None:
    """They have what it has loaded, and hold none of its files; those of a library know nothing of their program."""
    (tmp_path / "script.py").write_text(COPIED)
    command = [sys.executable, "script.py", kind]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr, done.returncode) == (f"{limit}\n98\n", "", 0)
