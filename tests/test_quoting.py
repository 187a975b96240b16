"""Quoting what was found: every match with its place, evidence of repairs, the editor, news of saved queries."""

from __future__ import annotations

import csv
import io
import json
import shutil
from hashlib import sha256
from pathlib import Path

import pytest

from seedsearch.frontends.editor import command_of
from tests.programs import Run
from tests.programs import warm as seedsearch

pytestmark = pytest.mark.slow

PAGE = "第一行\n这里说焊接&#26448;料，又说焊接设备。\n末行"
PLAIN = "焊接材料 | *要*\n检修记录"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """An index of three files: one with a repair before its matches, one in an archive's place, one plain."""
    (tmp_path / "d").mkdir()
    (tmp_path / "d/page.txt").write_text(PAGE, "utf-8")
    (tmp_path / "d/plain.txt").write_text(PLAIN, "utf-8")
    shutil.copy(tmp_path / "d/plain.txt", tmp_path / "d/copy.txt")
    (tmp_path / "d/old.txt").write_bytes("舊卷裡的焊接記錄，檔案第三冊".encode("big5"))
    assert seedsearch("index", "d", cwd=tmp_path).returncode == 0
    return tmp_path


def lines(run: Run) -> list[str]:
    return run.stdout.decode().splitlines()


def test_lines_for_an_editor_lead_to_the_bytes(desk: Path) -> None:
    printed = lines(seedsearch("query", "--vimgrep", "焊接", cwd=desk))
    assert len(printed) == 5, "every match of every file, copies too, whatever a page holds"
    for line in printed:
        path, number, column, text = line.split(":", 3)
        content = (desk / path).read_bytes()
        raw = content.decode("big5" if "old" in path else "utf-8").split("\n")[int(number) - 1].encode()
        assert raw[int(column) - 1 :].startswith("焊接".encode())
        assert "焊接" in text
    assert lines(seedsearch("query", "--format", "vimgrep", "焊接", cwd=desk)) == printed
    assert len(lines(seedsearch("query", "--vimgrep", "-n", "1", "焊接", cwd=desk))) <= 2


def test_a_column_behind_a_repair_is_that_of_the_file(desk: Path) -> None:
    printed = lines(seedsearch("query", "--vimgrep", "焊接设备", cwd=desk))
    column = len("这里说焊接&#26448;料，又说".encode()) + 1
    assert printed == [f"d/page.txt:2:{column}:这里说焊接材料，又说焊接设备。"]


def test_lines_lead_to_the_files_from_elsewhere(desk: Path) -> None:
    (desk / "x").mkdir()
    printed = lines(seedsearch("query", "--vimgrep", "-i", "../index", "焊接设备", cwd=desk / "x"))
    assert printed[0].startswith(f"{desk}/d/page.txt:2:")


def test_a_file_that_changed_is_said(desk: Path) -> None:
    (desk / "d/page.txt").write_text("另外的", "utf-8")
    done = seedsearch("query", "--vimgrep", "焊接设备", cwd=desk)
    assert b"columns count characters" in done.stderr
    assert len(lines(done)) == 1


def test_a_table_has_every_match_with_its_place(desk: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(seedsearch("query", "--format", "csv", "焊接", cwd=desk).stdout.decode())))
    assert len(rows) == 5
    for row in rows:
        raw = (desk / row["path"]).read_bytes().decode(row["encoding"])
        assert raw[int(row["raw_start"]) : int(row["raw_end"])] == row["match"] == "焊接"
    assert {row["path"] for row in rows} == {"d/page.txt", "d/plain.txt", "d/copy.txt", "d/old.txt"}


def test_markdown_shows_marks_as_they_are(desk: Path) -> None:
    printed = seedsearch("query", "--format", "markdown", "焊接材料", cwd=desk).stdout.decode()
    assert "## d/plain.txt\n\n* 1:1 **焊接材料** \\| \\*要\\*\n" in printed


def test_notes_name_the_file_by_its_digest(desk: Path) -> None:
    printed = seedsearch("query", "--format", "note", "焊接设备", cwd=desk).stdout.decode()
    assert "howpublished = {d/page.txt, line 2, column 18}" in printed
    assert sha256(PAGE.encode()).hexdigest() in printed
    assert printed.startswith("@misc{")


def test_evidence_has_both_lines_and_every_repair(desk: Path) -> None:
    (row, _) = [
        json.loads(line) for line in lines(seedsearch("query", "--evidence", "--json", "焊接 name:page.txt", cwd=desk))
    ]
    assert row["raw_line"] == PAGE.split("\n")[1]
    assert row["restored_line"] == "这里说焊接材料，又说焊接设备。"
    (edit,) = row["edits"]
    assert (edit["kind"], edit["was"], edit["now"]) == ("entity", "&#26448;", "材")
    assert PAGE[edit["start"] : edit["end"]] == "&#26448;"
    assert edit["certainty"] == "certain"
    assert row["sha256"] == sha256((desk / "d/page.txt").read_bytes()).hexdigest()
    text = seedsearch("query", "--evidence", "焊接设备", cwd=desk).stdout.decode()
    assert "file      这里说焊接&#26448;料，又说焊接设备。" in text
    assert "restored  这里说焊接材料，又说【焊接设备】。" in text
    assert "2:6 entity, certain: [-&#26448;-]{+材+}" in text
    (desk / "d/page.txt").write_text("另外的", "utf-8")
    assert "differs from the indexed file" in seedsearch("query", "--evidence", "焊接设备", cwd=desk).stdout.decode()


def test_places_of_every_highlight(desk: Path) -> None:
    (_, hit) = [json.loads(line) for line in lines(seedsearch("query", "--json", "焊接 name:page.txt", cwd=desk))]
    (snippet,) = hit["snippets"]
    assert len(snippet["matches"]) == len(snippet["highlights"]) == 2
    for match in snippet["matches"]:
        assert PAGE[match["raw_start"] : match["raw_end"]] == "焊接"
        line = PAGE.split("\n")[match["line"] - 1]
        assert line[match["column"] - 1 :].startswith("焊接")


@pytest.mark.slow
def test_a_hit_is_opened_at_its_place(desk: Path) -> None:
    (desk / "vim").write_text('#!/bin/sh\nprintf "%s\\n" "$@" > opened\nexit 7\n', "utf-8")
    (desk / "vim").chmod(0o755)
    done = seedsearch("query", "--open", "1", "焊接设备", cwd=desk, VISUAL="", EDITOR=f"{desk}/vim -R")
    column = len("这里说焊接&#26448;料，又说".encode()) + 1
    assert (desk / "opened").read_text("utf-8").splitlines() == ["-R", f"+call cursor(2,{column})", "d/page.txt"]
    assert (done.returncode, done.stdout) == (7, b"")
    none = seedsearch("query", "--open", "9", "焊接设备", cwd=desk, EDITOR="true")
    assert (none.returncode, b"there is no hit 9" in none.stderr) == (2, True)
    unset = seedsearch("query", "--open", "1", "焊接设备", cwd=desk, VISUAL="", EDITOR="")
    assert b"set VISUAL or EDITOR" in unset.stderr
    lost = seedsearch("query", "--open", "1", "焊接设备", cwd=desk, VISUAL="no-such-editor")
    assert (lost.returncode, b"cannot be started" in lost.stderr) == (2, True)
    open_quote = seedsearch("query", "--open", "1", "焊接设备", cwd=desk, VISUAL="", EDITOR="vim '")
    assert (open_quote.returncode, open_quote.stderr.decode().splitlines()[-1]) == (
        2, "seedsearch: the editor vim ' cannot be started: No closing quotation; "
        "set VISUAL or EDITOR, as in: export EDITOR=vim",
    )  # fmt: skip
    blank = seedsearch("query", "--open", "1", "焊接设备", cwd=desk, VISUAL=" ", EDITOR=" ")
    assert (blank.returncode, b"no editor is set" in blank.stderr) == (2, True)


@pytest.mark.parametrize(
    ("editor", "command"),
    [
        ("nvim", ["nvim", "+call cursor(3,7)", "p"]),
        ("/usr/bin/emacs -nw", ["/usr/bin/emacs", "-nw", "+3:5", "p"]),
        ("code --wait", ["code", "--wait", "--goto", "p:3:5"]),
        ("nano", ["nano", "+3,5", "p"]),
        ("kate", ["kate", "--line", "3", "--column", "5", "p"]),
        ("hx", ["hx", "p:3:5"]),
        ("something", ["something", "p"]),
    ],
)
def test_editors_are_told_a_place_as_they_take_it(editor: str, command: list[str]) -> None:
    assert command_of(editor, "p", 3, 5, 7) == command


def test_a_path_with_names_of_places_in_it_stays() -> None:
    assert command_of("hx", "{line}", 3, 5, 7) == ["hx", "{line}:3:5"]


@pytest.mark.parametrize("form", ["csv", "vimgrep"])
def test_nothing_found_is_1(desk: Path, form: str) -> None:
    assert seedsearch("query", "--format", form, "没有这句", cwd=desk).returncode == 1


@pytest.mark.parametrize(
    "options",
    [("--format", "csv", "--json"), ("--count", "--vimgrep"), ("-l", "--evidence"), ("--open", "1", "--json")],
)
def test_forms_that_exclude_one_another_are_refused(desk: Path, options: tuple[str, ...]) -> None:
    done = seedsearch("query", *options, "焊接", cwd=desk)
    assert (done.returncode, done.stdout) == (2, b"")


@pytest.mark.slow
def test_what_is_new_for_a_saved_query(desk: Path) -> None:
    (desk / "seedsearch.toml").write_text('[query.weld]\nquery = "焊接"\n', "utf-8")
    state = {"XDG_STATE_HOME": str(desk / "state")}
    first = seedsearch("news", "weld", cwd=desk, **state)
    assert (first.returncode, len([line for line in lines(first) if line.startswith("new")])) == (0, 4)
    assert seedsearch("news", "weld", cwd=desk, **state).returncode == 1
    (desk / "d/new.txt").write_text("新的焊接记录", "utf-8")
    (desk / "d/plain.txt").write_text("焊接材料又写了", "utf-8")
    (desk / "d/copy.txt").unlink()
    seedsearch("index", cwd=desk)
    peeked = seedsearch("news", "weld", "--peek", "--json", cwd=desk, **state)
    row = json.loads(peeked.stdout)
    assert (row["new"], row["changed"], row["gone"], row["total"]) == (
        ["d/new.txt"], ["d/plain.txt"], ["d/copy.txt"], 4
    )  # fmt: skip
    said = lines(seedsearch("news", "weld", cwd=desk, **state))
    assert said[0].startswith("new      d/new.txt:1:7")
    assert said[1].startswith("changed  d/plain.txt:1:1")
    assert "gone     d/copy.txt" in said
    assert seedsearch("news", "weld", cwd=desk, **state).returncode == 1
    assert not list(desk.glob("d/*.json"))


def test_saved_queries_are_listed(desk: Path) -> None:
    (desk / "seedsearch.toml").write_text('[query.weld]\nquery = "焊接"\n\n[query."检 修"]\nquery = "检修"\n', "utf-8")
    listed = lines(seedsearch("news", cwd=desk, XDG_STATE_HOME=str(desk / "state")))
    assert listed == ["weld   焊接  4 new of 4", "检 修  检修  2 new of 2"]
    as_json = lines(seedsearch("news", "--json", cwd=desk, XDG_STATE_HOME=str(desk / "state")))
    rows = [json.loads(line) for line in as_json]
    assert [(row["name"], row["query"], row["total"], len(row["new"]), row["first"]) for row in rows] == [
        ("weld", "焊接", 4, 4, True), ("检 修", "检修", 2, 2, True)
    ]  # fmt: skip
    none = seedsearch("news", "wled", cwd=desk)
    assert (none.returncode, none.stderr.decode()) == (
        2, "seedsearch: there is no saved query wled; did you mean weld?\n"
    )  # fmt: skip


def test_a_saved_query_without_its_text_is_an_error(desk: Path) -> None:
    (desk / "seedsearch.toml").write_text("[query.weld]\nlimit = 3\n", "utf-8")
    done = seedsearch("news", "weld", cwd=desk)
    assert (done.returncode, b"unknown setting query.weld.limit" in done.stderr) == (2, True)
    (desk / "seedsearch.toml").write_text("[query.weld]\n", "utf-8")
    assert b"query.weld has no query" in seedsearch("config", cwd=desk).stderr
