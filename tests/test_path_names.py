"""Names of files that are not written as they read: found by `path:` as they read, and shown so."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import seedsearch
from seedsearch.frontends.render.safe import one_line
from seedsearch.reading.path_names import as_read, decoded


@pytest.mark.parametrize(("encoding", "name"), [("gbk", "合同文本/甲方.txt"), ("big5", "會議記錄/功課.txt")])
def test_names_in_an_older_encoding(encoding: str, name: str) -> None:
    path = os.fsdecode(b"x/" + name.encode(encoding))
    assert decoded(path) == as_read(path) == f"x/{name}"
    assert one_line(path) == f"x/{name}"


@pytest.mark.parametrize(
    ("path", "read"),
    [
        ("#U5408#U540c.txt", "合同.txt"),
        ("a/%E5%90%88%E5%90%8C.txt", "a/合同.txt"),
        ("100%.txt", "100%.txt"),
        ("%2F%2F%2F.txt", "%2F%2F%2F.txt"),
        ("a#U0041.txt", "a#U0041.txt"),
        ("caf\udce9.txt", "caf\udce9.txt"),
        ("合同.txt", "合同.txt"),
    ],
)
def test_names_spelled_by_numbers(path: str, read: str) -> None:
    assert as_read(path) == read
    assert decoded(path) == path


def test_a_filter_finds_them_as_they_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkdir("in")
    for name in ("采购合同.txt".encode("gbk"), b"#U91c7#U8d2d#U5408#U540c.md"):
        with open(b"in/" + name, "wb") as file:
            file.write("违约责任".encode())
    seedsearch.build_index(["in"], "index", workers=1)
    with seedsearch.open_index("index") as index:
        assert index.search("path:采购合同").total == 2
        assert index.search("违约责任 ext:md name:采购合同.md").total == 1
