"""A run of indexing that does not come to its end: what it had done counts, and the next one goes on from there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from seedsearch import build_index, open_index
from seedsearch.engines.choice import check
from seedsearch.frontends.doctor import examine
from seedsearch.indexing import build as building
from seedsearch.indexing.options import BuildOptions
from seedsearch.indexing.reports import Progress, Stop
from tests.programs import warm as seedsearch

FILES, TOGETHER = 16, 4


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of files, of which four make a portion, and every portion a commit."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(building, "SAVED_EVERY", 0.0)
    monkeypatch.setattr(building, "SAVED_SELDOM", 0)
    monkeypatch.setattr(building, "TASK_FILES", TOGETHER)
    (tmp_path / "d").mkdir()
    for number in range(FILES):
        write(number)
    return tmp_path


def write(number: int, more: str = "") -> None:
    Path(f"d/{number:02}.txt").write_text(f"第{number}页讲焊接的方法{more}", "utf-8")


class Broken(Exception):
    """What ends a run in the middle."""


def cut_off(after: int) -> None:
    """Index d, and break off in the portion behind so many files."""

    def tell(state: Progress) -> None:
        if state.done > after:
            raise Broken

    with pytest.raises(Broken):
        build_index("d", "index", workers=1, progress=tell)


def held() -> dict[str, str]:
    with open_index("index") as index:
        return {hit.path: hit.snippets[0].text for hit in index.search("焊接", limit=100).hits}


def said() -> list[str]:
    """What a query, `stats` and `doctor` say of files that are left; all of them the same."""
    with open_index("index") as index:
        notes = [str(note) for note in index.search("焊接").notes if "not read yet" in note]
        assert [text for text in index.stats().stale if "not read yet" in text] == notes
    assert [remark.says for remark in examine("index") if "not read yet" in remark.says] == notes
    return notes


def left(files: str) -> list[str]:
    return [f"{files} not read yet, as the last run of index has not finished; it goes on with: seedsearch index"]


@pytest.mark.slow
@pytest.mark.parametrize("after", [4, 12])
def test_a_first_run_that_breaks_off_keeps_what_it_has_done(after: int) -> None:
    cut_off(after)
    assert len(held()) == after
    assert said() == left(f"{FILES - after} files are")
    assert check("index") == []
    again = build_index((), "index")
    assert (again.added, again.unchanged, again.removed) == (FILES - after, after, 0)
    assert (len(held()), said()) == (FILES, [])
    assert build_index((), "index").unchanged == FILES


@pytest.mark.slow
def test_what_changed_moved_and_went_is_one_state_at_every_commit() -> None:
    build_index("d", "index")
    for number in range(8):
        write(number, "，改过")
    os.remove("d/10.txt")
    os.rename("d/11.txt", "d/moved.txt")
    Path("d/12.txt").rename("d/12.bad")
    Path("d/12.bad").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    cut_off(4)
    before = held()
    assert sum("改过" in text for text in before.values()) == 4
    assert before.keys() == {f"d/{n:02}.txt" for n in range(FILES) if n not in (10, 11, 12)} | {"d/moved.txt"}
    assert said() == left("5 files are")
    again = build_index((), "index")
    assert (again.updated, again.added, again.removed, again.moved) == (4, 0, 0, 0)
    assert [failure.path for failure in again.failures] == ["d/12.bad"]
    made = held()
    build_index("d", "fresh")
    with open_index("fresh") as fresh:
        assert made.keys() == {hit.path for hit in fresh.search("焊接", limit=100).hits}
    assert all(("改过" in text) == (path < "d/08") for path, text in made.items())


def test_members_that_a_file_lost_leave_with_its_commit(tmp_path: Path) -> None:
    table = tmp_path / "d/00.csv"
    table.write_text("字\n焊接一\n焊接二\n焊接三\n", "utf-8")
    build_index("d", "index")
    table.write_text("字\n焊接甲\n", "utf-8")
    for number in range(FILES):
        write(number, "，改过")
    cut_off(4)
    assert {path for path in held() if ".csv" in path} == {"d/00.csv#1"}


@pytest.mark.slow
def test_a_run_that_is_asked_to_end_commits_what_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "SAVED_EVERY", 120.0)
    stop = Stop()

    def tell(state: Progress) -> None:
        assert stop.is_heeded
        stop.asked = state.done >= 8

    report = building.build("d", "index", BuildOptions(workers=1), tell, stop=stop)
    assert (report.added, report.left) == (8, 8)
    assert (len(held()), said()) == (8, left("8 files are"))


@pytest.mark.slow
def test_an_index_that_is_made_anew_stays_as_it_was_until_that_is_done() -> None:
    build_index("d", "index")
    before = held()
    write(0, "，改过")
    with pytest.raises(KeyboardInterrupt):
        building.build("d", "index", BuildOptions(workers=1, rebuild=True), stop=Stop(asked=True))
    assert (held(), said()) == (before, [])


KILLED = """
import os, signal, sys
from seedsearch.frontends.cli import main
from seedsearch.indexing import build
build.SAVED_EVERY, build.SAVED_SELDOM, build.TASK_FILES = 0.0, 0, 4
renamed = []
def stop(event, arguments):
    if event == "os.rename" and str(arguments[1]).endswith("seedsearch.json"):
        renamed.append(1)
        if len(renamed) == 2:
            os.kill(os.getpid(), signal.SIGNAL)
sys.addaudithook(stop)
sys.argv = ["seedsearch", "index", "d", "--workers", "1"]
main()
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "code"), [pytest.param("SIGKILL", -signal.SIGKILL, marks=pytest.mark.exhaustive), ("SIGINT", 130)]
)
def test_a_program_that_is_stopped_goes_on_where_it_was(name: str, code: int, desk: Path) -> None:
    program = [sys.executable, "-c", KILLED.replace("SIGNAL", name)]
    done = subprocess.run(program, cwd=desk, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (code, "")
    if code == 130:
        far = "the index has 12 of 16 changed files now; the same command goes on from there"
        assert done.stderr == f"seedsearch: interrupted; {far}\n"
    there = 12 if code == 130 else 4
    assert seedsearch("query", "--count", "焊接", cwd=desk).stdout == f"{there}\n".encode()
    assert seedsearch("index", cwd=desk).stdout.startswith(f"{FILES - there} added, 0 updated, {there} un".encode())


@pytest.mark.slow
def test_what_could_not_be_read_before_is_counted(desk: Path) -> None:
    """A disk that is away is said at each run, for that is no file."""
    Path("d/a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    Path("d/b.json.gz").write_bytes(b"\x1f\x8b\x08 broken")
    first = seedsearch("index", "d", "-i", "ix", cwd=desk)
    assert (first.returncode, first.stdout.count(b"skipped: "), first.stdout.count(b"failed: ")) == (2, 1, 1)
    Path("d/c.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    again = seedsearch("index", "-i", "ix", cwd=desk)
    assert again.returncode == 2
    assert again.stdout.splitlines()[1:] == [
        b"skipped: d/c.png: a binary file, by its first bytes",
        b"as before: 2 not read; listed by: seedsearch files -i ix --skipped",
    ]
    quiet = seedsearch("index", "-i", "ix", "--quiet", cwd=desk)
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (2, b"", b"")
    report = build_index((), "ix")
    assert [failure.path for failure in report.failures] == ["d/a.png", "d/b.json.gz", "d/c.png"]
    assert report.as_before == report.failures
    Path("d/00.bin").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    for number in range(FILES):
        write(number, "，改过")
    new = build_index((), "ix", workers=1)
    assert {failure.path for failure in new.failures} - {failure.path for failure in new.as_before} == {"d/00.bin"}
    os.rename("d", "away")
    assert [build_index((), "ix").as_before for _ in range(2)] == [(), ()]
