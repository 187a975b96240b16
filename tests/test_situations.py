"""Situations of the table in docs/situations.md that concern the whole program and have no other home."""

from __future__ import annotations

import json
import os
import unicodedata
from pathlib import Path

import pytest

from fixtures.guides import furnished
from seedsearch import build_index, open_index
from seedsearch.indexing import pipeline
from seedsearch.reading.files import read_bytes
from tests.programs import seedsearch, warm


def indexed(folder: Path) -> Path:
    assert warm("index", cwd=folder).returncode == 0
    return folder


NAMES = {
    "no UTF-8": b"\xb5\xe7.txt",
    "line breaks": "一\n行\r.txt".encode(),
    "escapes": b"\x1b[31m\x07.txt",
    "a leading minus": b"-n.txt",
    "255 bytes": b"a" * 251 + b".txt",
    "Han": "焊接（一）.txt".encode(),
    "decomposed": unicodedata.normalize("NFD", "é.txt").encode(),
    "blanks and quotes": b" ' \" $(x) .txt",
}


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_any_name_of_a_file(tmp_path: Path, name: bytes) -> None:
    """Indexed, found, printed on one line, lossless in JSON and with -0, and restored under the same name."""
    path = os.fsencode(tmp_path) + b"/seeds/" + name
    (tmp_path / "seeds").mkdir()
    Path(os.fsdecode(path)).write_text("罕见的文件名", encoding="utf-8")
    indexed(tmp_path)
    assert warm("query", "-0", "罕见", cwd=tmp_path).stdout == b"seeds/" + name + b"\0"
    assert len(warm("query", "-l", "罕见", cwd=tmp_path).stdout.splitlines()) == 1
    hit = json.loads(warm("query", "--json", "罕见", cwd=tmp_path).stdout.splitlines()[1])
    assert os.fsencode(hit["path"]) == b"seeds/" + name
    assert warm("clean", "seeds", "-o", "out", cwd=tmp_path).returncode == 0
    assert name in os.listdir(os.fsencode(tmp_path / "out"))


@pytest.mark.slow
def test_a_path_that_looks_like_an_option(tmp_path: Path) -> None:
    (tmp_path / "-n.txt").write_text("焊接", encoding="utf-8")
    assert seedsearch("index", "--", "-n.txt", cwd=tmp_path).returncode == 0
    assert seedsearch("query", "-l", "焊接", cwd=tmp_path).stdout == b"-n.txt\n"


LOCALES = (
    {"LANG": "C", "LC_ALL": "C"},
    {"PYTHONIOENCODING": "ascii"},
    {"PYTHONIOENCODING": "cp936"},
    {"PYTHONUTF8": "0", "LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0"},
)


@pytest.mark.exhaustive
@pytest.mark.parametrize("variables", LOCALES, ids=str)
def test_any_locale(tmp_path: Path, variables: dict[str, str]) -> None:
    """Every command prints UTF-8 and none fails, whatever the locale says."""
    indexed(furnished(tmp_path))
    for command in (["query", "焊接"], ["stats"], ["doctor"], ["clean", "seeds/page.txt"], ["index", "--verbose"]):
        done = seedsearch(*(word.encode() for word in command), cwd=tmp_path, **variables)
        assert (done.returncode, done.stderr) == (0, b"")
        done.stdout.decode("utf-8")
    assert "焊接".encode() in seedsearch("query", "焊接".encode(), cwd=tmp_path, **variables).stdout


@pytest.mark.exhaustive
@pytest.mark.parametrize("seconds", [0, 1, -1, 2**31, 2**33, 253402300800])
def test_any_time_of_change(tmp_path: Path, seconds: int) -> None:
    """1970 and before, past 2038, past the calendar: indexed, filtered without an error, not read again."""
    (tmp_path / "seeds").mkdir()
    path = tmp_path / "seeds" / "a.txt"
    path.write_text("焊接", encoding="utf-8")
    os.utime(path, (seconds, seconds))
    indexed(tmp_path)
    assert warm("query", "--count", "焊接 after:1900", cwd=tmp_path).stdout == b"1\n"
    assert warm("query", "--count", "焊接 before:1900", cwd=tmp_path).stdout == b"0\n"
    assert json.loads(warm("index", "--json", cwd=tmp_path).stdout)["unchanged"] == 1


@pytest.mark.slow
def test_the_same_answer_whatever_the_hash_seed(tmp_path: Path) -> None:
    """Equal scores included, from two builds."""
    furnished(tmp_path)
    for number in range(4):
        (tmp_path / "seeds" / f"same{number}.txt").write_text(f"焊接{'甲乙丙丁'[number]}", encoding="utf-8")
    answers = set()
    for seed in ("0", "1", "2"):
        assert seedsearch("index", "-i", f"index{seed}", cwd=tmp_path, PYTHONHASHSEED=seed).returncode == 0
        for command in ("query", "similar"):
            asked = "焊接" if command == "query" else "seeds/report.txt"
            done = seedsearch(command, "--json", "-i", f"index{seed}", asked, cwd=tmp_path, PYTHONHASHSEED=seed)
            answers.add((command, done.stdout))
    assert len(answers) == 2


@pytest.mark.exhaustive
def test_nothing_is_said_when_all_is_compiled_anew(tmp_path: Path) -> None:
    """No warning of ours or of a package gets through, with user warnings as errors."""
    furnished(tmp_path)
    fresh = {"PYTHONPYCACHEPREFIX": str(tmp_path / "cache"), "PYTHONWARNINGS": "error::UserWarning"}
    for command in ("index", "query 焊接", "query hanjie -q", "similar seeds/report.txt", "clean seeds/page.txt"):
        done = seedsearch(*command.split(), cwd=tmp_path, **fresh)
        assert (done.returncode, done.stderr) == (0, b""), command


@pytest.mark.slow
def test_a_home_that_can_not_be_written(tmp_path: Path) -> None:
    """Nothing is written but the index: no home, no folder for caches is needed."""
    nowhere = {"HOME": "/nonexistent", "XDG_CONFIG_HOME": "/nonexistent", "TMPDIR": "/nonexistent"}
    furnished(tmp_path)
    assert seedsearch("index", cwd=tmp_path, **nowhere).returncode == 0
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert seedsearch("query", "焊接", cwd=tmp_path, **nowhere).stderr == b""
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


@pytest.mark.slow
@pytest.mark.parametrize(("changes", "added"), [(1, 1), (2, 0)])
def test_a_file_that_changes_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: int, added: int
) -> None:
    """Read once more; if it changed again, reported, and indexed by the next run."""
    (tmp_path / "seeds").mkdir()
    path = tmp_path / "seeds" / "a.txt"
    path.write_text("焊接", encoding="utf-8")
    left = list(range(1, changes + 1))

    def read_and_change(name: str) -> bytes:
        content = read_bytes(name)
        if left:
            path.write_text("焊接" * (1 + left.pop()) * 2, encoding="utf-8")
        return content

    monkeypatch.setattr(pipeline, "read_bytes", read_and_change)
    report = build_index(tmp_path / "seeds", tmp_path / "index")
    assert report.added == added
    assert [failure.reason.partition(" changed ")[2] for failure in report.failures] == [
        "while it was read; index it again when it is complete"
    ] * (1 - added)
    assert build_index(tmp_path / "seeds", tmp_path / "index").failures == ()
    with open_index(tmp_path / "index") as index:
        assert index.search("焊接").total == 1
