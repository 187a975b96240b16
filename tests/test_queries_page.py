"""The page docs/queries.md: every query of it finds what the page says, on every engine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from seedsearch.searching.index import Index
from tests.test_expressions import engines

PAGE = (Path(__file__).parents[1] / "docs" / "queries.md").read_text(encoding="utf-8")


def lines(kind: str) -> list[list[str]]:
    """The lines of the blocks of a kind, cut where two blanks or more stand."""
    blocks = re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)
    return [re.split(" {2,}", line) for block in blocks for line in block.splitlines()]


DOCUMENTS = dict(lines("documents"))


def test_the_page_has_examples() -> None:
    assert len(DOCUMENTS) > 5
    assert len(lines("queries")) > 20


@pytest.mark.parametrize(("typed", "says"), lines("queries"))
def test_a_query_finds_what_the_page_says(typed: str, says: str) -> None:
    with engines(DOCUMENTS) as made:
        for engine in made:
            hits = Index(engine).search(typed).hits
            assert ", ".join(f"{hit.path} {hit.tier}" for hit in hits) == says
