"""Every row of `cases/*.json` through the whole restoration.

A row has a label, the raw text, the readable text (missing where a file is about findings only), its origin (wild,
synthetic, clean), perhaps a comment, and `"expect": "fail"` where the answer is known and not yet reached.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark.structures import ParameterSet

from seedsearch.cleaning import restore
from seedsearch.offsets import apply_edits

CASES = Path(__file__).parent / "cases"


def rows(kind: str, key: str) -> Iterator[ParameterSet]:
    """The rows of one case table that have `key`, known failures as strict xfail."""
    for row in json.loads((CASES / f"{kind}.json").read_text(encoding="utf-8")):
        if key in row:
            marks = [pytest.mark.xfail(strict=True)] if row.get("expect") == "fail" else []
            yield pytest.param(kind, row, id=f"{kind}: {row['label']}", marks=marks)


ROWS = [row for path in sorted(CASES.glob("*.json")) for row in rows(path.stem, "readable")]


@pytest.mark.parametrize(("kind", "row"), ROWS)
def test_case_reads_as_it_should(kind: str, row: dict[str, Any]) -> None:
    restored = restore(row["raw"])
    assert restored.text == row["readable"]
    assert apply_edits(row["raw"], restored.edits) == restored.text
    assert not restore(restored.text).edits
    if row["raw"] == row["readable"]:
        assert not restored.edits
    else:
        assert kind in {str(e.kind) for e in restored.edits}


@pytest.mark.parametrize(("kind", "row"), list(rows("clean", "readable")))
def test_clean_text_has_no_findings(kind: str, row: dict[str, Any]) -> None:
    assert not restore(row["raw"]).findings
