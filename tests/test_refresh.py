"""An index that stays open while other processes commit."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seedsearch import build_index, open_index
from seedsearch.errors import IndexClosed, IndexMissing
from seedsearch.searching.index import Index
from seedsearch.searching.results import Results
from tests.programs import warm as seedsearch


def write(files: Path, **texts: str) -> None:
    files.mkdir(exist_ok=True)
    for name, text in texts.items():
        (files / f"{name}.txt").write_text(text, encoding="utf-8")


def index_elsewhere(folder: Path, *arguments: str) -> None:
    made = seedsearch("index", "files", *arguments, cwd=folder)
    assert made.returncode == 0, made.stderr


@pytest.mark.slow
def test_a_commit_of_another_process_is_seen_by_the_next_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "files", a="焊接材料")
    build_index("files", "index")
    with open_index("index") as index:
        assert (index.search("焊接").total, index.generation) == (1, 1)
        assert index.outdated() is None
        for number in range(2, 6):
            write(tmp_path / "files", **{f"b{number}": f"焊接第{number}篇"})
            index_elsewhere(tmp_path)
            assert index.outdated() is None
            assert (index.search("焊接").total, index.generation) == (number, number)
            assert index.stats().engine.documents == len(list(index.records())) == number
        assert not index.refresh()


def test_words_that_another_process_gave_are_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "files", a="熔接材料")
    build_index("files", "index")
    with open_index("index") as index:
        assert index.search("焊接").total == 0
        (tmp_path / "synonyms").write_text("焊接 熔接", encoding="utf-8")
        index_elsewhere(tmp_path, "--synonyms", "synonyms")
        assert index.search("焊接").total == 1


def test_an_index_removed_and_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "files", a="焊接材料")
    build_index("files", "index")
    with open_index("index") as index:
        records = index.records()
        assert next(records).path == "files/a.txt"
        shutil.rmtree("index")
        with pytest.raises(IndexMissing, match="seedsearch index"):
            index.search("焊接")
        write(tmp_path / "files", b="焊接")
        index_elsewhere(tmp_path)
        assert (index.search("焊接").total, index.generation) == (2, 1)
        assert list(records) == []  # those of the commit that was seen when they were asked for


def test_what_did_not_change_is_not_opened_again(tmp_path: Path) -> None:
    write(tmp_path / "files", a="焊接材料" * 50)
    build_index(tmp_path / "files", tmp_path / "index")
    with open_index(tmp_path / "index") as index:
        index.search("焊接")
        engine = index._engine
        (before,) = engine.segments  # type: ignore[attr-defined]
        write(tmp_path / "files", b="产业")
        build_index(tmp_path / "files", tmp_path / "index")
        assert index.search("产业").total == 1
        assert before in engine.segments  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "asked",
    [
        lambda index: index.search("焊接"),
        lambda index: index.paths("焊接"),
        lambda index: index.similar("焊接材料"),
        lambda index: index.keywords("焊接材料"),
        lambda index: list(index.records()),
        Index.stats,
        Index.outdated,
        Index.refresh,
    ],
)
def test_a_closed_index_answers_nothing(tmp_path: Path, asked: Callable[[Index], object]) -> None:
    write(tmp_path / "files", a="焊接材料")
    build_index(tmp_path / "files", tmp_path / "index")
    with open_index(tmp_path / "index") as index:
        asked(index)
    with pytest.raises(IndexClosed, match="was closed; open it again"):
        asked(index)
    index.close()  # twice is no error


def test_a_question_asked_again_is_answered_as_of_the_last_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, place = tmp_path / "files" / "a.txt", tmp_path / "index"
    file.parent.mkdir()
    file.write_text("焊接机器人", encoding="utf-8")
    build_index(file.parent, place, workers=1)
    made: list[str] = []
    answer = Index._results

    def counted(index: Index, *asked: Any) -> Results:
        made.append("")
        return answer(index, *asked)

    monkeypatch.setattr(Index, "_results", counted)
    with open_index(place) as index:
        first = index.search("焊接")
        assert index.search("焊接") is first
        assert len(made) == 1
        file.write_text("焊接，焊接材料", encoding="utf-8")
        build_index(file.parent, place, workers=1)
        assert index.search("焊接").hits[0].snippets[0].text == "焊接，焊接材料"
        assert [index.search("焊接", limit=1, offset=1).hits, index.search("焊接", strict=True).total] == [(), 1]
