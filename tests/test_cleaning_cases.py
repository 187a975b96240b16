"""Every row of `cases/*.json` through the whole restoration.

A row has a label, the raw text, the readable text (missing where a file is about findings only), its origin (wild,
synthetic, clean), how many edits of each kind there are and how sure
(`certainty`), perhaps a comment, and `"expect": "fail"` where the answer is known and not yet reached.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark.structures import ParameterSet

from seedsearch.damage import FOUND, RESTORED, Damage
from seedsearch.offsets import Edit, apply_edits
from seedsearch.restoring.steps import restore

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
    assert {e.kind for e in restored.edits} <= RESTORED
    assert {f.kind for f in restored.findings} <= FOUND
    if "certainty" in row:
        assert certainty(restored.edits) == row["certainty"]


def certainty(edits: Sequence[Edit]) -> str:
    """How many edits of each kind there are, and how sure."""
    counts = Counter(f"{e.kind} {e.certainty}" for e in edits)
    return ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))


@pytest.mark.parametrize("kind", sorted({str(row.values[0]) for row in ROWS} - {"clean"}))
def test_a_table_says_how_sure_its_repairs_are(kind: str) -> None:
    assert any(row.values for row in rows(kind, "certainty"))


def test_every_kind_is_restored_or_found_and_not_both() -> None:
    assert frozenset(Damage) == RESTORED | FOUND
    assert not RESTORED & FOUND


@pytest.mark.parametrize(("kind", "row"), list(rows("clean", "readable")))
def test_clean_text_has_no_findings(kind: str, row: dict[str, Any]) -> None:
    assert not restore(row["raw"]).findings
