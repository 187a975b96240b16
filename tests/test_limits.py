"""The table of situations is true: each test that it names is there, and its limits are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fuzz.targets import TARGETS
from seedsearch.reading.files import LARGEST_FILE, LARGEST_IGNORE
from seedsearch.reading.formats import limits

TOP = Path(__file__).parents[1]
DOCS = TOP / "docs"
FILES = (DOCS / "files.md").read_text(encoding="utf-8")
SITUATIONS = (
    (DOCS / "situations.md").read_text(encoding="utf-8").split("## Files and what they hold")[1].split("\n## ")[0]
)


def test_every_situation_of_files_is_there() -> None:
    rows = re.findall(r"^\| (C\d+) \|.*::test_", SITUATIONS, re.MULTILINE)
    assert rows == [f"C{number}" for number in (*range(13, 23), 26, 27, 28)]


@pytest.mark.parametrize(
    "row",
    [
        f"| a file that is not read in portions | {LARGEST_FILE >> 20} MiB |",
        f"| a text | {limits.TEXT >> 20} MiB |",
        f"| all texts in one file | {limits.TEXTS >> 20} MiB |",
        f"; one member of it | {limits.UNPACKED >> 20:,} MiB; {limits.MEMBER >> 20} MiB |",
        f"| {limits.RATIO} times |",
        f"all members of a file together | {limits.GRANTED >> 20} MiB |",
        f"| the dictionary of an LZMA stream | {limits.DICTIONARY >> 20} MiB |",
        f"| {limits.NAMES} times its text, and {limits.NAMES_GRANTED:,} characters |",
        f"HUFF/CDIC; all its phrases | {limits.HUFF_RECORD >> 10} KiB; {limits.HUFF_PHRASES >> 20} MiB |",
        f"a CHM that is unpacked at once | {limits.LZX_PIECE >> 20} MiB |",
        f"| fields of a row, values of a line of JSON | {limits.FIELDS:,} |",
        f"| a tag in XML | {limits.XML_TAG >> 10:,} KiB |",
        f"| {limits.PARTS:,} |",
        f"| records of a file that is read in portions | {limits.RECORDS:,} |",
        f"| {limits.DEPTH} deep |",
        f"| {limits.XML_DEPTH:,} |",
        f"| {limits.PDF_SECONDS} s of processor time, {limits.PDF_WALL_SECONDS} s of wall time, "
        f"{limits.PDF_MEMORY >> 20:,} MiB of memory, {limits.PDF_CHARACTERS:,} characters |",
        f"| {limits.ARCHIVE_SECONDS} s of processor time, {limits.ARCHIVE_WALL_SECONDS} s of wall time, "
        f"{limits.ARCHIVE_MEMORY >> 20:,} MiB of memory |",
        f"| {LARGEST_IGNORE >> 10} KiB |",
    ],
)
def test_every_limit_is_the_one_of_the_code(row: str) -> None:
    assert row in FILES


@pytest.mark.parametrize("name", TARGETS)
def test_every_target_of_the_fuzzer_is_named(name: str) -> None:
    assert re.search(rf"\b{name}\b", FILES.split("## Fuzzing")[1])
