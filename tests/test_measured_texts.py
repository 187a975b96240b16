"""The benchmarks read their texts from a folder or a file, and say when there are none."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest

from benchmarks.corpus import documents


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    (tmp_path / "law").mkdir()
    (tmp_path / "law" / "a.txt").write_text("第一条", encoding="utf-8")
    lines = [{"text": "焊接"}, {"text": "材料", "path": "news/1.txt"}, {"title": "no text"}]
    packed = "\n".join(json.dumps(one) for one in lines)
    (tmp_path / "m.jsonl.xz").write_bytes(lzma.compress(packed.encode()))
    return tmp_path


def test_a_folder_gives_the_texts_of_its_files(corpus: Path) -> None:
    found = [("law", "第一条"), ("m.jsonl.xz", "焊接"), ("news", "材料")]
    assert list(documents(corpus)) == found


def test_a_file_gives_its_own(corpus: Path) -> None:
    assert [text for _, text in documents(corpus / "m.jsonl.xz")] == ["焊接", "材料"]
    assert [text for _, text in documents(corpus / "law" / "a.txt")] == ["第一条"]


def test_no_text_is_said(tmp_path: Path) -> None:
    for missing in (tmp_path, tmp_path / "none"):
        with pytest.raises(SystemExit, match="no text"):
            list(documents(missing))
