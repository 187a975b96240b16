"""Keeping an index for months: moves, settings of folders, names of parts, the service, updates of the program."""

from __future__ import annotations

import configparser
import json
import os
import plistlib
import shlex
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

import seedsearch as package
from seedsearch.errors import SourceError
from seedsearch.indexing import pipeline
from seedsearch.indexing.build import build_index
from seedsearch.reading.files import Found, walk
from seedsearch.reading.folder_settings import LARGEST, settings_in
from seedsearch.searching.index import open_index
from tests.programs import warm as seedsearch

BIG5 = "你好，中文的舊檔案".encode("big5")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with texts and a table, in which one stands."""
    (tmp_path / "d/a").mkdir(parents=True)
    (tmp_path / "d/a/1.txt").write_text("题目甲\n焊接&#26448;料的说明", "utf-8")
    (tmp_path / "d/a/t.csv").write_text("id,t\n1,焊接\n2,检修\n", "utf-8")
    (tmp_path / "d/2.md").write_text("# 题目乙\n检修记录", "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def answers(index: str = "index") -> dict[str, list[tuple[str, int, int, dict[str, int]]]]:
    """What an index answers to some queries, with places and what was repaired, but for scores."""
    queries = ("焊接", "检修", "title:题目甲", "ext:csv", "name:1.txt", "folder:d", "path:3", "damage:entity")
    with open_index(index) as opened:
        return {
            query: [
                (hit.path, hit.snippets[0].line, hit.snippets[0].column, dict(hit.damage))
                for hit in opened.search(query, sort="path").hits
            ]
            for query in queries
        }


def test_what_moved_is_not_read_again(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_index("d", "index")
    (desk / "d/a").rename(desk / "d/b")
    (desk / "d/b/1.txt").rename(desk / "d/3.txt")
    read: list[str] = []
    monkeypatch.setattr(pipeline, "read_bytes", lambda path: read.append(path))
    report = build_index("d", "index")
    monkeypatch.undo()
    monkeypatch.chdir(desk)
    assert (read, report.moved, report.added, report.removed, report.unchanged) == ([], 3, 3, 3, 1)
    build_index("d", "fresh")
    assert answers() == answers("fresh")
    assert build_index("d", "index").unchanged == 4


def test_what_is_another_file_is_read(desk: Path) -> None:
    build_index("d", "index")
    (desk / "d/2.md").rename(desk / "d/2.html")  # the ending says how it is read
    first = desk / "d/a/1.txt"
    status = first.stat()
    copy = desk / "d/a/copy.txt"
    copy.write_bytes(first.read_bytes())
    os.utime(copy, ns=(status.st_atime_ns, status.st_mtime_ns))  # as large and as old, and another file
    first.unlink()
    report = build_index("d", "index")
    assert (report.moved, report.added, report.removed) == (0, 2, 2)


def test_what_moved_is_read_where_it_is_to_be_restored_otherwise(desk: Path) -> None:
    build_index("d", "index", sure=0.99)
    (desk / "d/2.md").rename(desk / "d/3.md")
    report = build_index("d", "index")
    assert (report.moved, report.added, report.removed, report.updated) == (0, 1, 1, 3)
    assert build_index("d", "index").unchanged == 4


@pytest.mark.parametrize("root", ["/", "."])
def test_the_top_of_all_folders_is_a_path(desk: Path, root: str) -> None:
    parts, only = desk.parts[1:], []
    for depth, name in enumerate(parts):
        above = "".join(f"/{part}" for part in parts[:depth])
        only += ["--exclude", f"{above}/*", "--exclude", f"!{above}/{name}"]
    done = seedsearch("index", root, "-i", f"{desk}/index", "--json", *only, cwd=Path("/"))
    assert json.loads(done.stdout)["added"] == 4
    again = seedsearch("index", "-i", "../index", "--json", cwd=desk / "d")
    assert (json.loads(again.stdout)["unchanged"], json.loads(again.stdout)["removed"]) == (4, 0)


def test_a_file_that_was_damaged_or_lost_a_part_is_read(desk: Path) -> None:
    (desk / "d/bad.zip").write_bytes(b"PK\x03\x04 broken")
    build_index("d", "index")
    (desk / "d/bad.zip").rename(desk / "d/worse.zip")
    report = build_index("d", "index")
    assert [failure.path for failure in report.failures] == ["d/worse.zip"]
    assert "bad.zip" not in report.failures[0].reason


def test_a_folder_says_how_its_files_are_read(desk: Path) -> None:
    (desk / "d/a/x.asc").write_bytes(BIG5)
    (desk / "d/a/y.bak").write_text("不要", "utf-8")
    encodings = '[encoding]\n"*" = "gb18030"\n"*.asc" = "big5"\n"*.txt" = "utf-8"\n'
    settings = 'exclude = ["*.bak"]\nwords = ["焊接材料的"]\n' + encodings
    (desk / "d/a/.seedsearch.toml").write_text(settings, "utf-8")
    found = {item.path: item.encoding for item in walk("d") if isinstance(item, Found)}
    assert found == {"d/2.md": None, "d/a/1.txt": "utf-8", "d/a/t.csv": "gb18030", "d/a/x.asc": "big5"}
    report = build_index("d", "index")
    assert (report.added, report.failures, report.notes) == (5, (), ())
    with open_index("index") as index:
        assert [hit.encoding for hit in index.search("中文的旧档案").hits[:1]] == ["big5"]
        assert "焊接材料的" in dict(index.keywords("焊接材料的说明"))
    (cleaned,) = seedsearch("clean", "d/a/x.asc", "d/2.md", "--jsonl", cwd=desk).stdout.splitlines()[:1]
    assert json.loads(cleaned)["path"] == "d/a/x.asc"
    told = [json.loads(line) for line in seedsearch("clean", "d", "--jsonl", cwd=desk).stdout.splitlines()]
    assert {row["path"]: row["encoding"] for row in told}["d/a/x.asc"] == "big5"


def test_words_of_a_folder_count_from_a_rebuild_on(desk: Path) -> None:
    build_index("d", "index")
    (desk / "d/.seedsearch.toml").write_text('words = ["检修记录"]', "utf-8")
    (note,) = build_index("d", "index").notes
    assert note.endswith("检修记录; take them with: seedsearch index --rebuild")
    (desk / "words.txt").write_text("焊接材料的 9", "utf-8")
    assert build_index("d", "index", rebuild=True, dictionary="words.txt").notes == ()
    assert build_index("d", "index", dictionary="words.txt").notes == ()
    with open_index("index") as index:
        both = {word for word, _ in index.keywords("检修记录，焊接材料的说明")}
    assert {"检修记录", "焊接材料的"} <= both
    (desk / "d/.seedsearch.toml").unlink()
    build_index("d", "index", rebuild=True)
    with open_index("index") as index:
        both = {word for word, _ in index.keywords("检修记录，焊接材料的说明")}
    assert "检修记录" not in both
    assert "焊接材料的" in both


def test_words_of_a_folder_leave_the_dictionary_known(desk: Path) -> None:
    (desk / "e").mkdir()
    (desk / "words.txt").write_text("焊接材料的 9", "utf-8")
    build_index("e", "index", dictionary="words.txt")
    (desk / "e/.seedsearch.toml").write_text('words = ["检修记录"]', "utf-8")
    (desk / "e/1.txt").write_text("检修记录", "utf-8")
    build_index("e", "index")
    (desk / "words.txt").write_text("焊接材料 9", "utf-8")
    with open_index("index") as index:
        (said,) = index.stats().stale
    assert said.endswith(f"seedsearch index --rebuild --dictionary {desk}/words.txt")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('pager = "x"', "cannot set pager"),
        ("exclude = 3", "exclude is not a list"),
        ('[encoding]\n"*" = "klingon"', "there is no encoding klingon"),
        ("encoding = 3", "encoding is not a table"),
        ("words = [", "is not valid TOML"),
        ("# " + "x" * LARGEST, "is larger than 64 KiB"),
    ],
)
def test_a_folder_cannot_say_anything_else(desk: Path, content: str, says: str) -> None:
    build_index("d", "index")
    (desk / "d/a/.seedsearch.toml").write_text(content, "utf-8")
    with pytest.raises(SourceError, match=says):
        settings_in("d/a")
    report = build_index("d", "index")
    assert [failure.path for failure in report.failures] == ["d/a/.seedsearch.toml"]
    assert (report.removed, report.unchanged) == (0, 1)
    (desk / "d/a/.seedsearch.toml").unlink()
    assert build_index("d", "index").unchanged == 4


def test_settings_that_are_no_file_are_refused(desk: Path) -> None:
    (desk / "d/a/.seedsearch.toml").symlink_to("/dev/zero")
    with pytest.raises(SourceError, match="not a regular file"):
        settings_in("d/a")


@pytest.mark.slow
def test_a_part_of_a_file_is_named_as_query_prints_it(desk: Path) -> None:
    with zipfile.ZipFile(desk / "d/x.zip", "w") as archive:
        archive.write(desk / "d/a/1.txt", "里/1.txt")
    seedsearch("index", "d", cwd=desk)
    (path,) = seedsearch("query", "-l", "焊接 ext:zip", cwd=desk).stdout.decode().splitlines()
    assert path == "d/x.zip!/里/1.txt"
    assert seedsearch("clean", path, cwd=desk).stdout.decode() == "题目甲\n焊接材料的说明"
    assert seedsearch("clean", "d/a/t.csv#2", cwd=desk).stdout.decode().strip().endswith("检修")
    assert seedsearch("keywords", path, cwd=desk).returncode == 0
    assert b"d/a/t.csv#1" in seedsearch("similar", path, cwd=desk).stdout
    gone = seedsearch("clean", "d/x.zip!/别的.txt", cwd=desk)
    assert (gone.returncode, b"is not in d/x.zip" in gone.stderr) == (2, True)


def test_show_needs_no_file(desk: Path) -> None:
    seedsearch("index", "d", cwd=desk)
    (desk / "d/a/1.txt").unlink()
    shown = seedsearch("show", "d/a/1.txt", cwd=desk)
    assert shown.stdout.decode() == "题目甲\n焊接材料的说明\n"
    row = json.loads(seedsearch("show", "--json", "d/a/1.txt", cwd=desk).stdout)
    assert (row["path"], row["text"], row["damage"]) == ("d/a/1.txt", "题目甲\n焊接材料的说明", {"entity": 1})
    assert seedsearch("show", "d/none", cwd=desk).returncode == 2


def test_an_update_is_said_before_it_is_done(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from seedsearch.indexing import build
    from seedsearch.indexing.options import BuildOptions

    build_index("d", "index")
    said: list[str] = []
    build.build("d", "index", BuildOptions(), say=said.append)
    assert said == []
    monkeypatch.setattr(build, "RULES", 10_000)
    order: list[str] = []
    build.build("d", "index", BuildOptions(), lambda _: order.append("done"), lambda text: order.append(text))
    assert "changed since 3 of the files were read" in order[0]
    assert order[-1] == "done"


@pytest.mark.slow
def test_the_service_is_what_was_typed(desk: Path) -> None:
    folder = desk / "a b%c"
    (folder / "文 档").mkdir(parents=True)
    (folder / "文 档/x.txt").write_text("焊接材料", "utf-8")
    asked = ("watch", "文 档", "-i", 'in"dex', "--service", "systemd", "--quiet")
    printed = seedsearch(*asked, cwd=folder).stdout.decode()
    unit = configparser.RawConfigParser()
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string(printed)
    place = unit["Service"]["WorkingDirectory"].replace("%%", "%")
    assert place == str(folder)
    words = [word.replace("%%", "%").replace("$$", "$") for word in shlex.split(unit["Service"]["ExecStart"])]
    assert words[-5:] == ["watch", "文 档", "-i", 'in"dex', "--quiet"]
    running = subprocess.Popen(words, cwd=place, env={**os.environ, "XDG_CONFIG_HOME": str(desk)})
    try:
        end = time.monotonic() + 60
        while not (folder / 'in"dex/seedsearch.json').exists() and time.monotonic() < end:
            time.sleep(0.1)
        assert (folder / 'in"dex/seedsearch.json').exists()
    finally:
        running.send_signal(signal.SIGTERM)
        assert running.wait(60) == 143


def test_the_job_of_launchd_is_the_same(desk: Path) -> None:
    job = plistlib.loads(seedsearch("watch", "d", "--service=launchd", cwd=desk).stdout)
    assert (job["WorkingDirectory"], job["ProgramArguments"][-2:]) == (str(desk), ["watch", "d"])


@pytest.mark.slow
def test_a_notebook_is_offered_the_public_names() -> None:
    """As the Tab key asks for them, in a process that has imported nothing of the package yet."""
    code = "import rlcompleter, seedsearch\nc = rlcompleter.Completer({'seedsearch': seedsearch})\n"
    code += "c.complete('seedsearch.', 0)\nprint(*(m.removeprefix('seedsearch.').rstrip('()') for m in c.matches))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(package.__all__) <= set(done.stdout.split())
    assert not {"Any", "TYPE_CHECKING"} & set(done.stdout.split())
