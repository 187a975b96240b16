"""Walking folders and reading files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from seedsearch.errors import NotText, SourceError
from seedsearch.reading.documents import (
    Failure,
)
from seedsearch.reading.files import Found, _entries, raw_document, read_bytes, walk


def test_files_come_in_the_order_of_their_names_with_the_path_as_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("b.txt", "a/z.txt", "a/b/c.txt", ".hidden", ".git/x"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_text("字", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    expected = ["a/b/c.txt", "a/z.txt", "b.txt"]
    assert [item.path for item in walk("in")] == [f"in/{name}" for name in expected]
    assert [item.path for item in walk("./in/")] == [f"./in/{name}" for name in expected]
    assert list(walk("in/.hidden")) == [Found("in/.hidden")]


def test_what_is_no_regular_file_is_left_out_with_its_reason(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "out").symlink_to("/etc/passwd")
    assert list(walk(str(tmp_path))) == [
        Failure(f"{tmp_path}/loop", "a symbolic link, not followed", skipped=True),
        Failure(f"{tmp_path}/out", "a symbolic link, not followed", skipped=True),
        Failure(f"{tmp_path}/pipe", "not a regular file", skipped=True),
    ]


def test_a_folder_is_left_out_whatever_leads_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("in/a.txt", "in/index/b.txt", "in/index/sub/c.txt", "in/index.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "in" / "link").symlink_to("index")
    (tmp_path / "in" / "loose").symlink_to("nowhere")
    monkeypatch.chdir(tmp_path)
    loose = Failure("in/loose", "a symbolic link, not followed", skipped=True)
    for without in ("in/index", "in/link", tmp_path / "in" / "link"):
        assert list(walk("in", without=without)) == [Found("in/a.txt"), Found("in/index.txt"), loose]
        for inside in ("in/index", "in/link", "in/index/sub", "in/link/sub/c.txt"):
            assert list(walk(inside, without=without)) == []
    assert [item.path for item in walk("in/index", without="in/nowhere")] == ["in/index/b.txt", "in/index/sub/c.txt"]


def test_a_folder_that_is_left_out_is_not_entered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "index").mkdir()
    entered: list[str] = []

    def entries(folder: str) -> list[os.DirEntry[str]]:
        entered.append(folder)
        return _entries(folder)

    monkeypatch.setattr("seedsearch.reading.files._entries", entries)
    assert list(walk(str(tmp_path), without=tmp_path / "index")) == []
    assert entered == [str(tmp_path)]


def test_a_pipe_named_by_itself_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SourceError, match="not a regular file"):
        read_bytes(str(tmp_path / "pipe"))


def test_a_file_that_vanished(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        read_bytes(str(tmp_path / "gone.txt"))


def test_a_document_says_where_it_came_from() -> None:
    content = "东丽区的焊接产业链".encode("gb18030")
    document = raw_document("a.txt", content)
    assert (document.path, document.encoding, document.text) == ("a.txt", "gb18030", "东丽区的焊接产业链")


def test_a_binary_file_names_itself() -> None:
    with pytest.raises(NotText, match=r"^a\.png: "):
        raw_document("a.png", b"\x89PNG\r\n\x1a\n" + bytes(500))


def test_an_encoding_can_be_given() -> None:
    assert raw_document("a", "焊接".encode("utf-16-le"), "utf-16-le").text == "焊接"
    with pytest.raises(SourceError, match="klingon"):
        raw_document("a", b"x", "klingon")
