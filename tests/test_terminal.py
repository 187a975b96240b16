"""Answers on a terminal and off one: colour, width, links, pager, progress, and nothing that steers it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from fixtures.guides import environment, furnished
from seedsearch import clean
from seedsearch.frontends.render.layout import cells
from tests.programs import shell
from tests.programs import warm as seedsearch
from tools.terminal_svg import on_terminal

ESCAPES = re.compile(r"\x1b\]8;;[^\x1b]*\x1b\\|\x1b\[[\d;]*[mK]")
LINK = re.compile(r"\x1b\]8;;([^\x1b]+)\x1b\\")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the guides, and their index."""
    folder = furnished(tmp_path_factory.mktemp("terminal"))
    assert seedsearch("index", cwd=folder).returncode == 0
    return folder


def shown(place: Path, command: str, columns: int = 60, rows: int = 60, **more: str) -> str:
    """What a command prints on a terminal."""
    return on_terminal(command, place, columns, shell(place) | more, rows)


@pytest.mark.slow
@pytest.mark.parametrize("columns", [20, 40, 80])
@pytest.mark.parametrize("command", ["query --snippets 3 焊接", "stats", "similar seeds/report.txt", "index --full"])
def test_lines_fit_the_terminal_by_cells(place: Path, command: str, columns: int) -> None:
    printed = ESCAPES.sub("", shown(place, f"seedsearch {command}", columns, rows=500))
    names = r"seeds/|\S{9,}"  # a name or a word is not broken where there is no room for it
    assert [line for line in printed.split("\n") if cells(line) > columns and not re.search(names, line)] == []


def test_matches_and_paths_are_in_colour(place: Path) -> None:
    printed = shown(place, "seedsearch query 焊接机器人")
    assert "\x1b[1;31m焊接机器人\x1b[0m" in printed
    assert "\x1b[35mseeds/letter.txt:1:16\x1b[0m" in printed
    assert "【" not in printed


@pytest.mark.slow
@pytest.mark.parametrize("variable", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_colour_where_it_is_not_wanted(place: Path, variable: dict[str, Any]) -> None:
    for command in ("query 焊接", "stats", "doctor", "clean --diff seeds/page.txt", "index"):
        assert "\x1b[3" not in shown(place, f"seedsearch {command}", **variable).replace("\x1b[K", "")
    assert "【焊接】" in shown(place, "seedsearch query 焊接", **variable)


def test_off_a_terminal_lines_are_whole_unless_a_width_is_given(place: Path) -> None:
    whole = seedsearch("query", "焊接", cwd=place).stdout.decode()
    assert "\x1b" not in whole
    assert max(map(cells, whole.split("\n"))) > 80
    narrow = seedsearch("query", "焊接", cwd=place, COLUMNS="20").stdout.decode()
    assert max(cells(line) for line in narrow.split("\n") if "seeds/" not in line) <= 20


def test_a_snippet_says_where_it_is_cut_and_what_was_repaired(place: Path, tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_text(
        "开头的一句话说了很多。" * 20 + "有&nbsp;焊点。" + "后面还有话。" * 40, encoding="utf-8"
    )
    assert seedsearch("index", "long.txt", cwd=tmp_path).returncode == 0
    *_, snippet, restored = seedsearch("query", "焊点", cwd=tmp_path).stdout.decode().splitlines()
    assert re.fullmatch(r"   … .*【焊点】.* …", snippet)
    assert restored == "   restored here: 1 entity"


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, None),
        ({"VTE_VERSION": "7600"}, "file://.*/seeds/letter.txt"),
        ({"TERM": "xterm-kitty"}, "file://.*/seeds/letter.txt#1"),
        ({"TERM_PROGRAM": "vscode"}, "vscode://file/.*/seeds/letter.txt:1:16"),
        ({"VTE_VERSION": "7600", "TMUX": "/tmp/tmux"}, None),
        ({"VTE_VERSION": "7600", "TERM": "dumb"}, None),
        ({"VTE_VERSION": "7600", "SEEDSEARCH_LINK": ""}, None),
        ({"SEEDSEARCH_LINK": "editor:{path}?{line},{column}"}, "editor:/.*/seeds/letter.txt\\?1,16"),
    ],
)
def test_a_path_can_be_clicked_where_the_terminal_can(
    place: Path, variables: dict[str, Any], expected: str | None
) -> None:
    found = LINK.findall(shown(place, "seedsearch query --strict 焊接机器人", **variables))
    assert len(found) == (expected is not None)
    assert expected is None or re.fullmatch(expected, found[0])


def test_a_file_that_is_gone_is_no_link(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("焊接", encoding="utf-8")
    assert seedsearch("index", "a.txt", cwd=tmp_path).returncode == 0
    (tmp_path / "a.txt").unlink()
    assert LINK.findall(shown(tmp_path, "seedsearch query 焊接", VTE_VERSION="7600")) == []


PAGER: dict[str, Any] = {"SEEDSEARCH_PAGER": "sed s/^/P:/"}


@pytest.mark.slow
def test_a_pager_shows_what_does_not_fit(place: Path) -> None:
    assert "\nP:1. " in shown(place, "seedsearch query 焊接", rows=5, **PAGER)
    assert "P:" not in shown(place, "seedsearch query 焊接", rows=60, **PAGER)
    assert "P:" not in shown(place, "seedsearch query --no-pager 焊接", rows=5, **PAGER)
    assert "P:" not in shown(place, "seedsearch query 焊接 | cat", rows=5, **PAGER)
    assert "P:" not in shown(place, "seedsearch query 焊接", rows=5, TERM="dumb", **PAGER)
    assert "\nQ:1. " in shown(place, "seedsearch query 焊接", rows=5, PAGER="sed s/^/Q:/")


@pytest.mark.parametrize("pager", ["no-such-program", "'unclosed", ""])
def test_an_answer_comes_without_a_pager_too(place: Path, pager: str) -> None:
    assert "1. " in shown(place, "seedsearch query 焊接", rows=5, SEEDSEARCH_PAGER=pager)


def test_a_pager_that_is_left_early_is_no_error(place: Path) -> None:
    printed = shown(place, "seedsearch query 焊接; echo $?", rows=5, SEEDSEARCH_PAGER="head -n 1")
    assert printed.splitlines()[-1] == "0"
    assert len(printed.splitlines()) == 2


@pytest.mark.slow
def test_progress_is_shown_on_a_terminal_and_cleared(place: Path) -> None:
    printed = shown(place, "seedsearch index --full --rebuild", 100)
    assert "6/6 files" in printed
    assert "24 reading-mark" in printed
    assert re.search(r"\r\x1b\[K5 added", printed)
    assert "6/6 files" in shown(place, "seedsearch clean seeds -o copies", 100)
    assert "6 files" not in shown(place, "seedsearch index --full --quiet", 100)
    assert "6 files" not in shown(place, "seedsearch index --full", 100, TERM="dumb")
    assert seedsearch("index", "--full", cwd=place).stderr == b""


@pytest.mark.slow
def test_quiet_and_verbose(place: Path) -> None:
    assert seedsearch("index", "--quiet", cwd=place).stdout == b""
    assert seedsearch("query", "-q", "hanjie", "-l", cwd=place).stderr == b""
    assert seedsearch("query", "-q", "量子", cwd=place).stderr == b""
    assert "  seeds/letter.txt: 23 utf8-as-gbk" in seedsearch("index", "-v", "--rebuild", cwd=place).stdout.decode()
    assert seedsearch("query", "-v", "焊接", cwd=place).stderr.decode() == "seedsearch: phrase: “焊接”\n"
    assert (
        "seeds/page.txt: 5 markup, 3 entity" in seedsearch("clean", "-v", "seeds/page.txt", cwd=place).stderr.decode()
    )


def test_files_without_text_are_not_all_listed_unless_asked_for(tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    for number in range(13):
        (tmp_path / "seeds" / f"{number:02}.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(99))
    said = seedsearch("index", cwd=tmp_path).stdout.decode().splitlines()
    assert said[-2:] == [
        "skipped: seeds/09.png: a binary file, by its first bytes",
        "skipped: 3 more; --verbose names them",
    ]
    assert len(seedsearch("index", "--verbose", cwd=tmp_path).stdout.splitlines()) == 1 + 13


def test_quiet_is_silent_about_all_but_errors(place: Path) -> None:
    done = seedsearch("index", "--quiet", "nowhere", cwd=place)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"nowhere does not exist" in done.stderr


STEERING = "\x1b]0;title\x07\x1b[31m\x9b31m\u202e\u2066\r"


@pytest.mark.slow
def test_nothing_steers_the_terminal(tmp_path: Path) -> None:
    """Text and names: in answers, reports, errors, restored text, differences, JSON."""
    name = f"a{STEERING}\n.txt"
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / name).write_text(f"邪恶{STEERING}的&nbsp;文字", encoding="utf-8")
    (tmp_path / "seeds" / f"b{STEERING}.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(99))
    commands = [
        "index", "index --json", "query 邪恶", "query -l 邪恶", "query --json 邪恶", "stats", "stats --json", "doctor",
        "clean seeds/a*", "clean --diff seeds/a*", "clean --json seeds/a*", "clean --jsonl seeds", "keywords seeds/a*",
        "query $'邪\\e[31m恶'", "index $'nowhere\\e[31m\\n'", "clean $'\\e[31m'", "check -i $'\\e[31m'",
        "query -n $'\\e[31m' 邪恶", "$'\\e[31m'", "index $'--\\e[31m'",
    ]  # fmt: skip
    for command in commands:
        printed = shown(tmp_path, f"seedsearch {command}", NO_COLOR="1").replace("\x1b[K", "")
        assert not set(printed) & set("\x1b\x07\x9b\u202e\u2066"), command


def test_text_off_a_terminal_is_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("红\x1b[31m字\x05\u2066", encoding="utf-8")
    restored = clean((tmp_path / "a.txt").read_bytes()).readable
    assert seedsearch("clean", "a.txt", cwd=tmp_path).stdout.decode() == restored


@pytest.mark.slow
@pytest.mark.parametrize("command", ["query 焊接", "clean seeds/page.txt", "stats", "index --json", "config"])
def test_a_full_disk_is_an_error_and_a_closed_pipe_none(place: Path, command: str) -> None:
    full = subprocess.run(
        ["bash", "-c", f"seedsearch {command} > /dev/full"], cwd=place, env=environment(place), capture_output=True
    )
    assert (full.returncode, full.stderr) == (2, b"seedsearch: output cannot be written: no space left on device\n")
    closed = ["bash", "-c", f"seedsearch {command} | true; exit ${{PIPESTATUS[0]}}"]
    done = subprocess.run(closed, cwd=place, env=environment(place), capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.slow
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("command", ["query 焊接", "index --full", "clean seeds/page.txt"])
def test_closed_streams_change_nothing_else(place: Path, command: str, closed: str) -> None:
    """A file that is opened takes the lowest number that is free: what is printed would go into it."""
    command = f"seedsearch {command} {closed}"
    done = subprocess.run(["bash", "-c", command], cwd=place, env=environment(place), capture_output=True)
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False)
    assert seedsearch("check", cwd=place).returncode == 0
