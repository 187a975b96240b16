"""What an index was made from: it remembers that, and nothing of it is lost because it cannot be seen for a while."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from seedsearch.indexing.build import build_index
from seedsearch.metadata.made_from import MadeFrom, Root, command, remembered
from tests.programs import Run
from tests.programs import warm as seedsearch


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with two folders of texts."""
    for name, text in {"甲/a.txt": "甲的焊接材料", "乙/a.txt": "乙的焊接设备", "乙/b.txt": "乙的检修记录"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def found(query: str, cwd: Path, *options: str) -> list[str]:
    """The paths that a query finds."""
    return sorted(seedsearch("query", "-l", *options, query, cwd=cwd).stdout.decode().splitlines())


def counts(run: Run) -> tuple[int, int, int, int]:
    """Added, updated, unchanged, removed."""
    report = json.loads(run.stdout)
    return report["added"], report["updated"], report["unchanged"], report["removed"]


def advised(run: Run) -> list[str]:
    """The command that a message ends with."""
    line = next(line for line in run.stderr.decode().splitlines() if "seedsearch index" in line)
    return shlex.split(line[line.index("seedsearch index") :])[1:]


@pytest.mark.parametrize("index", ["index", "目录 1/index"])
def test_the_command_that_is_advised_works(desk: Path, index: str) -> None:
    (desk / "目录 1").mkdir()
    seedsearch("index", "甲", "-i", index, cwd=desk)
    (desk / "甲/n.txt").write_text("新的一页", "utf-8")
    said = seedsearch("query", "-i", index, "没有", cwd=desk)
    assert b"(1 new)" in said.stderr
    assert counts(seedsearch(*advised(said), "--json", cwd=desk)) == (1, 0, 1, 0)


def test_a_stale_index_says_a_command_that_makes_it_anew(desk: Path) -> None:
    seedsearch("index", "甲", "-i", "ix", cwd=desk)
    described = desk / "ix/seedsearch.json"
    described.write_text(described.read_text("utf-8").replace("fingerprint", "footprint"), "utf-8")
    said = seedsearch("query", "-i", "ix", "焊接", cwd=desk)
    assert said.returncode == 2
    assert advised(said)[:3] == ["index", "-i", "ix"]
    remade = seedsearch("index", "-i", "ix", "--rebuild", cwd=desk)  # what it was made from went with the rest
    assert remade.returncode == 2
    assert remade.stderr.decode() == (
        "seedsearch: the index does not say what it was made from; name it: seedsearch index -i ix --rebuild PATH\n"
    )
    assert counts(seedsearch("index", "-i", "ix", "--rebuild", "甲", "--json", cwd=desk)) == (1, 0, 0, 0)


@pytest.mark.slow
def test_how_it_was_read_is_remembered(desk: Path) -> None:
    (desk / "乙/旧").mkdir()
    (desk / "乙/旧/c.asc").write_bytes("旧卷".encode("utf-16-le"))
    seedsearch("index", "乙", "--exclude", "b*", cwd=desk)
    seedsearch("index", "乙/旧", "--encoding", "utf-16-le", cwd=desk)
    assert counts(seedsearch("index", "--json", cwd=desk)) == (0, 0, 2, 0)
    assert found("*", desk) == ["乙/a.txt", "乙/旧/c.asc"]
    assert counts(seedsearch("index", "乙", "--json", cwd=desk)) == (1, 0, 2, 0)  # all of it, the old in its encoding
    assert counts(seedsearch("index", "--rebuild", "--json", cwd=desk)) == (3, 0, 0, 0)


@pytest.mark.slow
def test_a_second_folder_stays_beside_the_first(desk: Path) -> None:
    index = str(desk / "ix")
    for name in ("甲", "乙"):
        assert seedsearch("index", ".", "-i", index, cwd=desk / name).returncode == 0
    assert found("焊接", desk, "-i", index) == ["../乙/a.txt", "./a.txt"]
    (desk / "乙/b.txt").unlink()
    assert counts(seedsearch("index", "--json", "-i", index, cwd=desk)) == (0, 0, 2, 1)


@pytest.mark.slow
def test_it_is_found_from_elsewhere_and_where_it_moved(desk: Path) -> None:
    seedsearch("index", "甲", "乙", cwd=desk)
    (desk / "甲/sub").mkdir()
    (desk / "甲/sub/n.txt").write_text("新的焊接", "utf-8")
    assert counts(seedsearch("index", "sub", "-i", "../index", "--json", cwd=desk / "甲")) == (1, 0, 0, 0)
    assert counts(seedsearch("index", "--json", cwd=desk)) == (0, 0, 4, 0)
    moved = desk.parent / f"{desk.name}-moved"
    shutil.copytree(desk, moved)
    shutil.rmtree(desk / "乙")
    again = seedsearch("index", "-i", str(moved / "index"), "--json", cwd=moved.parent)
    assert counts(again) == (0, 0, 4, 0), "beside the index, though the folder in which it was made is there too"
    assert "as they were" in seedsearch("doctor", cwd=moved).stdout.decode()


@pytest.mark.slow
def test_it_can_be_told_where_its_folder_is(desk: Path) -> None:
    seedsearch("index", "甲", "-i", "ix", cwd=desk)
    (desk / "ix").rename(desk.parent / "ix")
    (desk.parent / "disk").mkdir()
    (desk / "甲").rename(desk.parent / "disk/甲")
    index = str(desk.parent / "ix")
    away = seedsearch("index", "-i", index, "--json", cwd=desk)
    assert (away.returncode, counts(away)) == (2, (0, 0, 0, 0))
    assert counts(seedsearch("index", "-i", index, "--base", "../disk", "--json", cwd=desk)) == (0, 0, 1, 0)
    assert counts(seedsearch("index", "-i", index, "--json", cwd=desk)) == (0, 0, 1, 0)
    assert found("焊接", desk, "-i", index) == ["甲/a.txt"]


@pytest.mark.slow
@pytest.mark.parametrize("point", [True, False])
def test_a_disk_that_is_not_connected_keeps_its_documents(desk: Path, point: bool) -> None:
    seedsearch("index", "甲", "乙", cwd=desk)
    (desk / "乙").rename(desk / "away")
    if point:
        (desk / "乙").mkdir()
    away = seedsearch("index", "--json", cwd=desk)
    (failure,) = json.loads(away.stdout)["failures"]
    assert (away.returncode, counts(away), failure["path"]) == (2, (0, 0, 1, 0), "乙")
    assert "2 files of it stay in the index" in failure["reason"]
    assert found("焊接", desk) == ["乙/a.txt", "甲/a.txt"]
    assert "out of reach: 乙 (2 files" in seedsearch("query", "没有", cwd=desk).stderr.decode()
    anew = seedsearch("index", "--rebuild", cwd=desk)
    assert (anew.returncode, anew.stdout) == (2, b"")
    assert found("焊接", desk) == ["乙/a.txt", "甲/a.txt"]
    if point:
        (desk / "乙").rmdir()
    (desk / "away").rename(desk / "乙")
    assert counts(seedsearch("index", "--json", cwd=desk)) == (0, 0, 3, 0)
    shutil.rmtree(desk / "乙")
    assert counts(seedsearch("index", "--prune", "--json", cwd=desk)) == (0, 0, 1, 2)
    assert counts(seedsearch("index", "--json", cwd=desk)) == (0, 0, 1, 0)


def test_a_disk_below_a_path_is_kept_too(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system says of one folder that it is on another disk, as of a mount point."""
    monkeypatch.chdir(desk)
    real = os.stat

    def with_disk(path: str, *more: object, **named: object) -> os.stat_result:
        found = real(path, *more, **named)  # type: ignore[arg-type]
        if str(path).rstrip("/") in ("./乙", "乙"):
            return os.stat_result((*found[:2], found.st_dev + 1, *found[3:10]))
        return found

    monkeypatch.setattr("seedsearch.indexing.places.os.stat", with_disk)
    build_index(".", "ix", exclude=["ix"])
    monkeypatch.undo()
    monkeypatch.chdir(desk)
    kept = remembered("ix")
    assert kept is not None
    assert list(kept.mounts) == ["./乙"]
    (desk / "乙").rename(desk.parent / "away")
    (desk / "乙").mkdir()
    report = build_index((), "ix")
    assert (report.unchanged, report.removed, [f.path for f in report.failures]) == (1, 0, ["./乙"])
    (desk / "乙").rmdir()
    assert build_index((), "ix").removed == 0
    assert build_index((), "ix", prune=True).removed == 2


def test_a_folder_that_was_emptied_is_empty(desk: Path) -> None:
    seedsearch("index", "甲", "乙", cwd=desk)
    (desk / "甲/a.txt").unlink()
    assert counts(seedsearch("index", "--json", cwd=desk)) == (0, 0, 2, 1)


def test_a_file_that_was_named_and_removed_is_gone(desk: Path) -> None:
    seedsearch("index", "乙/a.txt", "乙/b.txt", cwd=desk)
    (desk / "乙/b.txt").unlink()
    assert counts(seedsearch("index", "--json", cwd=desk)) == (0, 0, 1, 1)
    assert counts(seedsearch("index", "--json", cwd=desk)) == (0, 0, 1, 0)


def test_a_path_that_is_not_there_does_not_stop_the_others(desk: Path) -> None:
    done = seedsearch("index", "nowhere", "甲", "--json", cwd=desk)
    assert (done.returncode, counts(done)) == (2, (1, 0, 0, 0))
    assert json.loads(done.stdout)["failures"][0]["path"] == "nowhere"


def test_out_of_date_by_what_it_was_told_to_read(desk: Path) -> None:
    (desk / "甲/.seedsearchignore").write_text("*.md\n", "utf-8")
    (desk / "甲/x.md").write_text("不要", "utf-8")
    seedsearch("index", "甲", "--exclude", "*.bak", cwd=desk)
    (desk / "甲/y.bak").write_text("不要", "utf-8")
    shutil.copytree(desk / "甲", desk / "copy")  # with its times, and other inodes
    shutil.rmtree(desk / "甲")
    (desk / "copy").rename(desk / "甲")
    assert "out of date" not in seedsearch("query", "没有", cwd=desk).stderr.decode()
    (desk / "甲/deep").mkdir()
    (desk / "甲/deep/z.txt").write_text("新的", "utf-8")
    assert "(1 new)" in seedsearch("query", "没有", cwd=desk).stderr.decode()


@pytest.mark.slow
def test_what_leads_out_is_not_opened_unasked(desk: Path) -> None:
    """An index may come with a folder from elsewhere: what it names outside of that is named by the user, or not
    read.
    """
    (desk / "来的").mkdir()
    seedsearch("index", "../甲", cwd=desk / "来的")
    (desk / "甲/n.txt").write_text("新的一页", "utf-8")
    alone = seedsearch("index", cwd=desk / "来的")
    assert alone.returncode == 2
    assert advised(alone) == ["index", "../甲"]
    said = seedsearch("query", "没有", cwd=desk / "来的")
    assert counts(seedsearch(*advised(said), "--json", cwd=desk / "来的")) == (1, 0, 1, 0)


def test_an_index_in_a_folder_is_not_read(desk: Path) -> None:
    seedsearch("index", ".", cwd=desk / "乙")
    done = json.loads(seedsearch("index", "乙", "--json", cwd=desk).stdout)
    assert (done["added"], [failure["path"] for failure in done["failures"]]) == (2, ["乙/index"])


def test_a_file_that_only_has_such_a_name_is_read(desk: Path) -> None:
    (desk / "甲/sub").mkdir()
    (desk / "甲/sub/seedsearch.json").write_text('{"焊接": 1}', "utf-8")
    assert counts(seedsearch("index", "甲", "--json", cwd=desk)) == (2, 0, 0, 0)


@pytest.mark.slow
def test_links_lead_to_the_files_from_elsewhere(desk: Path) -> None:
    seedsearch("index", "甲", cwd=desk)
    script = [sys.executable, "-m", "seedsearch", "query", "-i", "../index", "--link", "file://{path}", "焊接"]
    environment = {**os.environ, "XDG_CONFIG_HOME": str(desk), "TERM": "xterm", "PAGER": "cat"}
    shown = subprocess.run(
        ["script", "-qec", shlex.join(script), "/dev/null"],
        cwd=desk / "乙",
        env=environment,
        capture_output=True,
        check=True,
    )
    assert b"/%E7%94%B2/a.txt" in shown.stdout


def test_the_command_names_what_has_to_be_named() -> None:
    assert command("index") == "seedsearch index"
    assert command("my index", "--rebuild") == "seedsearch index -i 'my index' --rebuild"


def test_what_an_index_at_a_url_names_outside_is_not_opened_unasked(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read would go to where others can read it."""
    monkeypatch.chdir(desk)
    build_index([str(desk / "甲"), "乙"], "memory:shared")
    made = remembered("memory:shared")
    assert made is not None
    assert made.lead_out("memory:shared") == []
    monkeypatch.chdir(desk / "乙")
    assert made.lead_out("memory:shared") == [str(desk / "甲")]


def test_a_path_below_another_begins_as_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a/b")
    base, made = str(tmp_path), MadeFrom(str(tmp_path), None, {".": Root(1), "a": Root(1)})
    assert made.named("c", base) == "a/b/c"
    assert made.named("../../d", base) == "./d"
    assert made.named("/x", base) == "/x"
    assert MadeFrom(base, None).named(".", base) == "a/b"
