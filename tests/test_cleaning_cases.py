"""Every row of `cases/*.json` through the whole restoration, and what each table has to hold.

The form of a row is described in tests/README.md.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark.structures import ParameterSet

from seedsearch import clean
from seedsearch.damage import FOUND, RESTORED, SURE, Damage
from seedsearch.offsets import Edit, apply_edits
from seedsearch.restoring import findings
from seedsearch.restoring.steps import kinds_of_steps, restore

CASES = Path(__file__).parent / "cases"
TABLES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(CASES.glob("*.json"))}
ORIGINS = ("wild", "synthetic", "clean")
KEYS = {
    "label",
    "raw",
    "bytes",
    "encoding",
    "readable",
    "found",
    "origin",
    "certainty",
    "step",
    "alone",
    "sure",
    "comment",
    "expect",
}

# Kinds of which no wild example may be quoted: what was seen were whole files of other people.
NOT_QUOTED = {Damage.REALIGNED_BYTES, Damage.MIXED_ENCODING}


def rows(kind: str, *keys: str) -> Iterator[ParameterSet]:
    """Yield the rows of one case table that have all of `keys`, known failures as strict xfail."""
    for row in TABLES[kind]:
        if row.keys() >= set(keys):
            marks = [pytest.mark.xfail(strict=True)] if row.get("expect") == "fail" else []
            yield pytest.param(kind, row, id=f"{kind}: {row['label']}", marks=marks)


def all_rows(*keys: str) -> list[ParameterSet]:
    return [row for kind in TABLES for row in rows(kind, *keys)]


@pytest.mark.parametrize(("kind", "row"), all_rows("raw", "readable"))
def test_case_reads_as_it_should(kind: str, row: dict[str, Any]) -> None:
    sure = row.get("sure", SURE)
    restored = restore(row["raw"], sure=sure)
    assert restored.text == row["readable"]
    assert apply_edits(row["raw"], restored.edits) == restored.text
    assert not restore(restored.text, sure=sure).edits
    assert_edits(kind, row, restored.edits, row["raw"])
    assert {f.kind for f in restored.findings} <= FOUND


@pytest.mark.parametrize(("kind", "row"), all_rows("bytes", "readable"))
def test_case_of_bytes_reads_as_it_should(kind: str, row: dict[str, Any]) -> None:
    cleaned = clean(bytes.fromhex(row["bytes"]))
    assert (cleaned.encoding, cleaned.readable) == (row["encoding"], row["readable"])
    assert apply_edits(cleaned.raw.text, cleaned.edits) == cleaned.readable
    assert_edits(kind, row, cleaned.edits, cleaned.raw.text)


def assert_edits(kind: str, row: dict[str, Any], edits: Sequence[Edit], raw: str) -> None:
    """Check the kinds of the edits, how sure they are and which steps made them; what reads as it stands has none."""
    if raw == row["readable"]:
        assert not edits
        return
    assert kind in {str(e.kind) for e in edits}
    assert {e.kind for e in edits} <= RESTORED
    assert certainty(edits) == row["certainty"]
    assert steps_of(edits) == row["step"]
    kinds = dict(kinds_of_steps())
    assert {(e.step, e.kind) for e in edits if e.kind not in kinds[e.step]} == set()


def certainty(edits: Sequence[Edit]) -> str:
    """Return how many edits of each kind there are, and how sure: `2 ruby certain, 1 entity certain`."""
    counts = Counter(f"{e.kind} {e.certainty}" for e in edits)
    return ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))


def steps_of(edits: Sequence[Edit]) -> str:
    """Return how many edits each step made: `1 entities, 2 ruby`."""
    counts = Counter(e.step for e in edits)
    return ", ".join(f"{count} {step}" for step, count in sorted(counts.items()))


@pytest.mark.parametrize(("kind", "row"), all_rows("found"))
def test_case_is_found(kind: str, row: dict[str, Any]) -> None:
    """By the whole restoration, or, in rows that are `alone`, by the detectors of findings."""
    found = findings.findings(row["raw"]) if row.get("alone") else restore(row["raw"]).findings
    assert [f.span.cut(row["raw"]) for f in found] == row["found"]
    assert {str(f.kind) for f in found} <= {kind}


@pytest.mark.parametrize(("kind", "row"), list(rows("clean")))
def test_clean_text_has_no_findings(kind: str, row: dict[str, Any]) -> None:
    assert not restore(row["raw"]).findings


@pytest.mark.parametrize("kind", Damage)
def test_every_kind_has_a_table(kind: Damage) -> None:
    """With a wild, a synthetic and a clean row."""
    assert kind in TABLES, f"write tests/cases/{kind}.json; tests/README.md says how"
    asked = {*ORIGINS} - ({"wild"} if kind in NOT_QUOTED else set())
    missing = asked - {row["origin"] for row in TABLES[kind]}
    assert not missing, f"tests/cases/{kind}.json has no row of origin {', '.join(sorted(missing))}"


def complaints(kind: str, row: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the form of a row."""
    if unknown := row.keys() - KEYS:
        yield f"unknown keys {sorted(unknown)}"
    if row.get("origin") not in ORIGINS:
        yield f"origin is one of {ORIGINS}"
    if ("raw" in row) == ("bytes" in row) or ("readable" in row) == ("found" in row):
        yield "a row has raw or bytes, and readable or found"
    changed = "readable" in row and row.get("raw") != row["readable"] and row.get("origin") != "clean"
    if changed and "expect" not in row and "certainty" not in row:
        yield "certainty is missing: how many edits of each kind, and how sure"
    if changed and "expect" not in row and "step" not in row:
        yield "step is missing: how many edits each step made"
    if row.get("origin") == "clean" and "raw" in row and (row.get("readable", row["raw"]) != row["raw"]):
        yield "clean text reads as it stands"
    if kind in FOUND and "found" not in row:
        yield f"{kind} is found and not restored: say what is found"


@pytest.mark.parametrize("kind", TABLES)
def test_every_row_has_the_form_of_one(kind: str) -> None:
    said = {row.get("label"): list(complaints(kind, row)) for row in TABLES[kind]}
    assert not {label: why for label, why in said.items() if why}
    assert len(said) == len(TABLES[kind]), "two rows have one label"
    assert kind == "clean" or kind in set(Damage), f"{kind} is no kind of damage: see damage.py"


def test_a_row_without_its_parts_is_refused() -> None:
    assert list(complaints("entity", {"label": "a", "raw": "&lt;", "readable": "<", "origin": "wild"}))
    assert list(complaints("entity", {"label": "a", "raw": "x", "readable": "y", "origin": "clean"}))
    assert list(complaints("stray-symbol", {"label": "a", "raw": "x", "readable": "x", "origin": "clean"}))
    assert list(complaints("entity", {"label": "a", "raw": "x", "origin": "elsewhere", "rule": "x"}))


def test_every_kind_is_restored_by_a_step_or_found() -> None:
    restored = {kind for _, kinds in kinds_of_steps() for kind in kinds}
    nobody, both = sorted(RESTORED - restored), sorted(restored & FOUND)
    assert not nobody, f"no step in STEPS of restoring/steps.py names {nobody} in its kinds; or put them in FOUND"
    assert not both, f"a step restores {both}: take them out of FOUND in src/seedsearch/damage.py"
