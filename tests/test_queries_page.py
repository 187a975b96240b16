"""The page docs/queries.md: every query of it finds what the page says, on every engine."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from seedsearch import build_index, open_index
from seedsearch.searching.index import Index

PAGE = (Path(__file__).parents[1] / "docs" / "queries.md").read_text(encoding="utf-8")


def lines(kind: str) -> list[list[str]]:
    """The lines of the blocks of a kind, cut where two blanks or more stand, or before what is found."""
    blocks = re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)
    return [
        re.split(" {2,}| (?=[a-e] [a-z]+(?:, |$))", line, maxsplit=1) for block in blocks for line in block.splitlines()
    ]


DOCUMENTS = dict(lines("documents"))


@pytest.fixture(scope="module")
def indexes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Index]]:
    """The documents of the page as files, in an index of each engine."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "notes").mkdir()
    for month, (name, text) in enumerate(DOCUMENTS.items(), start=1):
        path = folder / "notes" / f"{name}.txt"
        path.write_text(text, encoding="utf-8")
        changed = datetime(2025, month, 1, tzinfo=UTC).timestamp()
        os.utime(path, (changed, changed))
    before = Path.cwd()
    os.chdir(folder)
    try:
        made = []
        for where in ("index", f"memory:{folder}"):
            build_index(["notes"], where, workers=1)
            made.append(open_index(where))
        yield made
    finally:
        os.chdir(before)


def test_the_chinese_page_shows_the_same_queries() -> None:
    chinese = (Path(__file__).parents[1] / "docs" / "zh" / "queries.md").read_text(encoding="utf-8")
    blocks = re.compile(r"```\w+\n.*?```", re.DOTALL)
    assert blocks.findall(chinese) == blocks.findall(PAGE)


def test_the_page_has_examples() -> None:
    assert len(DOCUMENTS) > 5
    assert len(lines("queries")) > 60


@pytest.mark.parametrize("line", lines("queries"), ids=lambda line: line[0])
def test_a_query_finds_what_the_page_says(indexes: list[Index], line: list[str]) -> None:
    typed, says = line if len(line) == 2 else (line[0], "")
    for index in indexes:
        hits = index.search(typed).hits
        assert ", ".join(f"{Path(hit.path).stem} {hit.tier}" for hit in hits) == says
