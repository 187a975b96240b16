"""Collections: restored copies, a report, and a run that can be stopped anywhere."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from seedsearch.errors import OutputError
from seedsearch.reading.documents import (
    Failure,
)
from seedsearch.reading.files import raw_document
from seedsearch.restoring.clean import clean_document
from seedsearch.restoring.collection import JOURNAL, RestoreOptions, Task, restore_all, tasks
from seedsearch.restoring.documents import (
    CorpusReport,
    Restoration,
)

PAGE = "第{}页的文字\u200b没有别的毛病，只多了一个看不见的字符。\n"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for i in range(6):
        path = tmp_path / "in" / f"{i % 2}" / f"{i}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PAGE.format(i), encoding="utf-8")
    return tmp_path / "in"


def run(files: Path, output: Path, workers: int = 1) -> CorpusReport:
    report = CorpusReport()
    list(restore_all(tasks([str(files)], output), report, output=output, workers=workers))
    return report


def copies(output: Path) -> dict[str, str]:
    return {
        str(path.relative_to(output)): path.read_text(encoding="utf-8")
        for path in output.rglob("*")
        if path.is_file() and path.name != JOURNAL
    }


EXPECTED = {f"{i % 2}/{i}.txt": PAGE.format(i).replace("\u200b", "") for i in range(6)}


@pytest.mark.parametrize("workers", [1, 2])
def test_copies_have_the_same_names_and_the_report_counts(files: Path, tmp_path: Path, workers: int) -> None:
    report = run(files, tmp_path / "out", workers)
    assert copies(tmp_path / "out") == EXPECTED
    assert (report.documents, report.damaged, report.resumed) == (6, 6, 0)
    assert report.damage == {"invisible-character": 6}
    assert report.certainty == {"certain": 6}


def test_a_second_run_does_only_what_is_left(files: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    run(files, output)
    (output / "0" / "2.txt").unlink()
    (files / "1" / "3.txt").write_text("变了", encoding="utf-8")
    report = run(files, output)
    assert (report.documents, report.resumed) == (6, 4)
    assert copies(output) == EXPECTED | {"1/3.txt": "变了"}


def test_other_steps_do_all_files_again(files: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    run(files, output)
    for steps, resumed in ((("ruby",), 0), (("ruby",), 6), (None, 0)):
        report = CorpusReport()
        list(restore_all(tasks([str(files)], output, RestoreOptions(steps=steps)), report, output=output))
        assert (report.documents, report.resumed) == (6, resumed)
        assert (copies(output) == EXPECTED) is (steps is None)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_document_comes_back_as_it_was_restored_where_it_is_asked_for(files: Path, workers: int) -> None:
    """As a value, from another process, too: nobody but the caller makes it into something to print."""
    found = tasks([str(files)], None, RestoreOptions(whole=True))
    outcomes = list(restore_all(found, CorpusReport(), workers=workers))
    assert [outcome.cleaned for outcome in outcomes if isinstance(outcome, Restoration)] == [
        clean_document(raw_document(task.path, Path(task.path).read_bytes()))
        for task in found
        if isinstance(task, Task)
    ]


def test_a_journal_cut_off_anywhere_is_no_obstacle(files: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    run(files, output)
    whole = (output / JOURNAL).read_bytes()
    for length in range(0, len(whole), 97):
        (output / JOURNAL).write_bytes(whole[:length])
        report = run(files, output)
        assert report.documents == 6
        assert copies(output) == EXPECTED


@pytest.mark.slow
def test_a_killed_run_goes_on(files: Path, tmp_path: Path) -> None:
    for i in range(6, 120):
        (files / f"{i}.txt").write_text(PAGE.format(i) * 40, encoding="utf-8")
    output = tmp_path / "out"
    command = [sys.executable, "-m", "seedsearch", "clean", str(files), "-o", str(output), "--workers", "1"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    while not (output / JOURNAL).exists() or not (output / JOURNAL).stat().st_size:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = {path: path.read_bytes() for path in files.rglob("*.txt")}
    report = run(files, output)
    assert report.documents == 120
    assert report.resumed > 0
    assert len(copies(output)) == 120
    assert {path: path.read_bytes() for path in files.rglob("*.txt")} == before


def test_what_can_not_be_read_is_reported_and_the_rest_is_done(files: Path, tmp_path: Path) -> None:
    (files / "image.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(500))
    (files / "loop").symlink_to(files)
    report = run(files, tmp_path / "out")
    assert report.documents == 6
    assert sorted(os.path.basename(failure.path) for failure in report.failures) == ["image.png", "loop"]
    assert not (tmp_path / "out" / "image.png").exists()


def test_a_copy_never_falls_on_an_original_or_another_copy(files: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(files)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "0").mkdir()
    (tmp_path / "other" / "0" / "0.txt").write_text("另一个", encoding="utf-8")
    for paths, output, says in (
        ([files], files, "is only read"),
        ([files], files / "out", "is only read"),
        ([files], tmp_path / "link" / "out", "is only read"),
        ([files / "0" / "0.txt"], files / "0", "replace the file itself"),
        ([files, tmp_path / "other"], tmp_path / "out", "two files would be copied"),
    ):
        with pytest.raises(OutputError, match=says):
            tasks([str(path) for path in paths], output)


def test_the_worst_files_come_first(tmp_path: Path) -> None:
    report = CorpusReport()
    for name, lost in (("a", 1), ("b", 5), ("c", 0)):
        damage = {"replacement-character": lost, "entity": 9} if lost else {"entity": 9}
        report.add(Restoration(name, "utf-8", damage, {"certain": 9}, 100, ""))
    report.add(Failure("d", "gone"))
    assert report.worst == [("b", 5), ("a", 1)]
    assert report.documents == 3
