"""Patterns of names: as Git reads them, by comparison with a library that does, and never slow."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from seedsearch.errors import SourceError
from seedsearch.reading.documents import (
    Failure,
)
from seedsearch.reading.files import IGNORE, LARGEST_IGNORE, walk
from seedsearch.reading.ignore_patterns import Choice, decided, parse

PIECES = st.text("ab*?", min_size=1, max_size=4).filter(lambda piece: "**" not in piece) | st.just("**")
LINES = st.builds(
    lambda start, pieces, end: start + "/".join(pieces) + end,
    st.sampled_from(["", "/"]),
    st.lists(PIECES, min_size=1, max_size=3),
    st.sampled_from(["", "/"]),
).filter(lambda line: not line.endswith("**/"))  # folders only, to Git and to us; files too, to the library
PATHS = st.lists(st.text("ab", min_size=1, max_size=3), min_size=1, max_size=4).map("/".join)


@given(LINES, PATHS)
@example("a/**/b", "a/b")
@example("**/a", "a")
def test_a_pattern_leaves_out_what_git_leaves_out(line: str, path: str) -> None:
    """A walk does not look below a folder that is left out, so the folders above count too."""
    (pattern,) = parse([line])
    above = ["/".join(path.split("/")[:i]) for i in range(1, path.count("/") + 1)]
    left_out = pattern.matches(path, folder=False) or any(pattern.matches(name, folder=True) for name in above)
    assert left_out == GitIgnoreSpec.from_lines([line]).match_file(path)


@pytest.mark.parametrize(
    ("line", "path", "folder", "expected"),
    [
        ("*.log", "a/b.log", False, True),
        ("/a.txt", "b/a.txt", False, None),
        ("/a.txt", "a.txt", False, True),
        ("a/b.txt", "c/a/b.txt", False, None),
        ("build/", "x/build", True, True),
        ("build/", "x/build", False, None),
        ("a/**", "a", True, None),
        ("a/**", "a/b/c", False, True),
        ("a/**/", "a/b", False, None),
        ("a/**/", "a/b", True, True),
        ("a/**/c", "a/c", False, True),
        ("a/**/c", "a/x/y/c", False, True),
        ("*", "a/b", False, True),
        (r"\#a", "#a", False, True),
        (r"\!a", "!a", False, True),
        (r"a\*b", "a*b", False, True),
        (r"a\*b", "axb", False, None),
        ("[^a]b", "cb", False, True),
        ("[ab]c", "bc", False, True),
        ("a ", "a", False, True),
        ("草稿*", "新/草稿一.txt", False, True),
        ("!a", "a", False, False),
    ],
)
def test_lines(line: str, path: str, folder: bool, expected: bool | None) -> None:
    assert decided(parse([line]), path, folder=folder) is expected


@pytest.mark.parametrize("line", ["", "#a", "/", "!", "  "])
def test_lines_that_are_no_patterns(line: str) -> None:
    assert parse([line]) == ()


def test_no_pattern_takes_long() -> None:
    """A pattern that a backtracking matcher would need years for, on names of the greatest length."""
    patterns = parse(["*a" * 100 + "b", "/".join(["**", "*a*a*a*a*a*b"] * 50)])
    assert decided(patterns, "/".join(["a" * 255] * 16), folder=False) is None


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("a.txt", "a.log", "build/x.txt", "sub/build/y.txt", "sub/keep.log", ".hidden/z.txt", "sub/.h"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_text("字", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "in"


def names(choice: Choice) -> list[str]:
    return [item.path.removeprefix("in/") for item in walk("in", choice)]


@pytest.mark.usefixtures("tree")
def test_options_choose_files() -> None:
    everything = ["a.log", "a.txt", "build/x.txt", "sub/build/y.txt", "sub/keep.log"]
    assert names(Choice.of()) == everything
    assert names(Choice.of(hidden=True)) == sorted([*everything, ".hidden/z.txt", "sub/.h"], key=os.fsencode)
    assert names(Choice.of(exclude=["build/", "*.log"])) == ["a.txt"]
    assert names(Choice.of(exclude=["*.log", "!keep.log"])) == [name for name in everything if name != "a.log"]
    assert names(Choice.of(include=["*.txt"], exclude=["/build"])) == ["a.txt", "sub/build/y.txt"]
    assert names(Choice.of(include=["sub/**"])) == ["sub/build/y.txt", "sub/keep.log"]


def test_a_file_of_patterns_holds_for_its_folder_and_the_nearest_comes_first(tree: Path) -> None:
    (tree / IGNORE).write_text("# no logs\n*.log\n/build/\n", encoding="utf-8")
    assert names(Choice.of()) == ["a.txt", "sub/build/y.txt"]
    (tree / "sub" / IGNORE).write_text("!keep.log\nbuild\n", encoding="utf-8")
    assert names(Choice.of()) == ["a.txt", "sub/keep.log"]
    assert IGNORE not in names(Choice.of(hidden=True))


@pytest.mark.parametrize("make", [lambda p: p.symlink_to("/etc/passwd"), lambda p: p.mkdir(), os.mkfifo])
def test_a_file_of_patterns_that_is_none_is_said(tree: Path, make: object) -> None:
    make(tree / "sub" / IGNORE)  # type: ignore[operator]
    assert [type(item) for item in walk("in") if item.path.endswith(IGNORE)] == [Failure]
    assert len(names(Choice.of())) == 4


def test_a_file_of_patterns_has_a_greatest_size(tree: Path) -> None:
    (tree / IGNORE).write_text("a\n" * LARGEST_IGNORE, encoding="utf-8")
    (failure,) = walk("in")
    assert isinstance(failure, Failure)
    assert "KiB" in failure.reason


def test_what_is_named_by_itself_is_wanted(tree: Path) -> None:
    assert [item.path for item in walk("in/a.log", Choice.of(exclude=["*.log"]))] == ["in/a.log"]
    with pytest.raises(SourceError, match="does not exist"):
        list(walk("in/b.log"))
