"""Corpora: records restored as they stream by, accounts, filters, near-duplicates, reports; killed and taken up."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from unittest.mock import patch
from xml.etree import ElementTree

import pyarrow
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from fixtures.guides import DOCS
from seedsearch.errors import SettingsError, SourceError
from seedsearch.restoring.budget import Budget
from seedsearch.restoring.clean import clean
from seedsearch.restoring.collection import RestoreOptions, Task, choose, restore_all, tasks
from seedsearch.restoring.containers import clean_values
from seedsearch.restoring.corpus import near, records
from seedsearch.restoring.corpus.accounts import quality
from seedsearch.restoring.corpus.resting import Resting
from seedsearch.restoring.corpus.run import Accounts, public
from seedsearch.restoring.corpus.where import Filter
from seedsearch.restoring.documents import CorpusReport, Restoration
from tests.programs import limited
from tests.programs import warm as seedsearch
from tests.test_restore import mixtures

Records = list[dict[str, Any]]
SENTENCE = "焊接车间完成产量的百分之九十六，焊接材料到货晚了三天，是主要原因；第{}批已经备足。"


def lines(rows: Records) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def corpus(count: int) -> Records:
    """Records of about half a kilobyte, one in ten of them damaged."""
    texts = (SENTENCE.format(i) * 4 + ("焊接&nbsp;材料\u200b" if i % 10 == 0 else "") for i in range(count))
    return [{"id": f"&lt;{i}&gt;", "text": text, "n": i} for i, text in enumerate(texts)]


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def run(place: Path, *arguments: str, stdin: bytes = b"", code: int = 0) -> bytes:
    done = seedsearch("clean", *arguments, cwd=place, stdin=stdin)
    assert done.returncode == code, done.stderr.decode()
    return done.stdout


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def blocks(text: str, kind: str, fields: tuple[str, ...] = (), where: str = "") -> records.BlockDone:
    """All blocks of a file, one after the other."""
    how = records.How(f"a.{kind}", kind, fields, None, records.CorpusOptions(rows=True, where=where))
    tally, pieces, rows, done = records.Tally(), [], [], None
    for block in records.Records(io.BytesIO(text.encode()), how, None).blocks():
        done = records.restored_block(block)
        pieces.append(done.content)
        rows.append(done.rows)
        tally.add(done.tally)
    return records.BlockDone(b"".join(pieces), b"".join(rows), tally, 0, 0)


@pytest.mark.slow
@settings(max_examples=8)
@given(st.lists(mixtures, min_size=1, max_size=6), st.integers(1, 400))
def test_blocks_of_any_size_make_the_same_file(texts: list[str], size: int) -> None:
    """With work without end: what the records of a block may cost they have together, in a larger one more."""
    with patch.object(Budget, "spend", lambda budget, units=1: True):
        check_blocks(texts, size)


def check_blocks(texts: list[str], size: int) -> None:
    written = io.StringIO()
    csv.writer(written).writerows([["id", "text"], *([str(i), text] for i, text in enumerate(texts))])
    before = records.SIZE
    for kind, text in (("jsonl", lines([{"text": one} for one in texts])), ("csv", written.getvalue())):
        whole = blocks(text, kind)
        try:
            records.SIZE = size
            parts = blocks(text, kind)
        finally:
            records.SIZE = before
        assert (parts.content, parts.rows, parts.tally) == (whole.content, whole.rows, whole.tally)
        assert whole.tally.documents == len(texts)


CLEAN: Records = [
    {"text": SENTENCE.format(1) * 3, "meta": {"name": "焊接\n材料", "tags": ["材料", {"id": 10**30}]}, "n": 1.5},
    {"text": 'a "b" \\ c/d', "none": None, "": [[], {}, True]},
]
BROKEN = [
    '{"text": "&amp;焊接", "text": "焊接"}',
    '{"text": "\\u710a接"}',
    '{"text": "焊接"',
    "  ",
    '{"name": "焊接\u200b", "meta": {"text": "甲"}}',
    '{"text": NaN, "meta.text": "&quot;焊&quot;"}',
    json.dumps({"text": SENTENCE * 4}, ensure_ascii=False),
]
FIELDS = [(), ("text",), ("meta.name", "tags"), ("meta.text",)]


@pytest.mark.slow
@settings(max_examples=8)
@given(st.lists(mixtures, max_size=3), st.sampled_from(FIELDS), st.integers(1, 999), st.booleans())
def test_records_that_are_at_rest_come_out_as_by_the_whole_way(
    texts: list[str], fields: tuple[str, ...], together: int, escaped: bool
) -> None:
    kept = [*CLEAN, *({"name": text[:30], "text": [text], "meta": {"name": text[30:50]}} for text in texts)]
    written = "".join(json.dumps(row, ensure_ascii=escaped) + "\n" for row in kept) + "\n".join(BROKEN) + "\n"
    table = io.StringIO()
    csv.writer(table).writerows([["id", "text"], *([text[:5], text] for text in texts), ["1", "焊\n接"], ["", 'a"b']])
    for kind, text in (("jsonl", written), ("csv", table.getvalue())):
        some = fields if kind == "jsonl" or fields == ("text",) else ()
        with patch.object(Budget, "spend", lambda budget, units=1: True), patch.object(records, "TOGETHER", together):
            found = blocks(text, kind, some)
            with patch.object(Resting, "_values", lambda *_: None):
                assert found == blocks(text, kind, some)


def test_records_that_are_at_rest_are_not_restored_one_by_one() -> None:
    rows = lines(CLEAN * 50)
    table = "id,text\n" + f"1,{SENTENCE}\n" * 9
    with patch.object(records, "clean_values", wraps=clean_values) as way:
        assert blocks(rows, "jsonl").content.decode() == rows
        assert way.call_count == 0
        assert blocks(table, "csv", where="edits == 0").content.decode() == table
        assert way.call_count == 1  # the headings


@pytest.mark.slow
def test_the_number_of_workers_changes_no_byte(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jsonl").write_text(lines(corpus(4000)), encoding="utf-8")
    (tmp_path / "in" / "b.txt").write_text("焊接&nbsp;材料", encoding="utf-8")
    seen = []
    for workers in ("1", "2"):
        asked = ("--provenance", "p.jsonl", "--near-duplicates", "--report", "report", "-q")
        run(tmp_path, "in", "-o", "out", "--field", "text", "--include", "*.jsonl", "--workers", workers, *asked)
        report = content(tmp_path / "report")
        seen.append((content(tmp_path / "out")["a.jsonl"], (tmp_path / "p.jsonl").read_bytes(), report))
        (tmp_path / "out" / "a.jsonl").unlink()
    assert seen[0] == seen[1]
    assert [row["id"] for row in map(json.loads, seen[0][0].splitlines())] == [row["id"] for row in corpus(4000)]


@pytest.mark.exhaustive
def test_a_stream_is_the_same_whatever_way_it_comes(tmp_path: Path) -> None:
    text = lines(corpus(50)).encode()
    (tmp_path / "a.jsonl").write_bytes(text)
    expected = run(tmp_path, "a.jsonl")
    assert expected == blocks(text.decode(), "jsonl").content != text
    pack: dict[str, Callable[[bytes], bytes]] = {
        "gz": gzip.compress,
        "bz2": bz2.compress,
        "xz": lzma.compress,
        "zst": zstandard.ZstdCompressor().compress,
    }
    (tmp_path / "in").mkdir()
    for name, packed in pack.items():
        (tmp_path / "in" / f"a.jsonl.{name}").write_bytes(packed(text))
        assert run(tmp_path, stdin=packed(text)) == expected
        assert run(tmp_path, f"in/a.jsonl.{name}") == expected
    assert run(tmp_path, "-", "--input", "jsonl", stdin=text) == expected
    run(tmp_path, "in", "-o", "out", "-q")
    out = {name: (tmp_path / "out" / f"a.jsonl.{name}").read_bytes() for name in pack}
    assert gzip.decompress(out["gz"]) == bz2.decompress(out["bz2"]) == lzma.decompress(out["xz"]) == expected
    assert zstandard.ZstdDecompressor().decompress(out["zst"], max_output_size=1 << 24) == expected


@pytest.mark.slow
def test_a_reader_that_goes_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(lines(corpus(6000)), encoding="utf-8")
    command = f"{sys.executable} -m seedsearch clean a.jsonl | head -n 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, check=False)
    assert json.loads(done.stdout)["n"] == 0
    assert done.stderr == b""
    assert done.returncode in (0, 141)


@pytest.mark.slow
def test_a_packed_file_that_bursts_or_ends_early_is_an_error(tmp_path: Path) -> None:
    line = json.dumps({"text": " " * 4000}).encode() + b"\n"
    (tmp_path / "bomb.jsonl.gz").write_bytes(gzip.compress(line * 10_000))
    done = seedsearch("clean", "bomb.jsonl.gz", cwd=tmp_path)
    assert done.returncode == 2
    assert "unpacks to more than 250 times its size" in done.stderr.decode()
    (tmp_path / "cut.jsonl.gz").write_bytes(gzip.compress(lines(corpus(500)).encode())[:-40])
    done = seedsearch("clean", "cut.jsonl.gz", "-o", "out", cwd=tmp_path)
    assert done.returncode == 2
    assert "cut.jsonl.gz" in done.stderr.decode()
    assert "cannot be unpacked" in done.stderr.decode()
    assert not (tmp_path / "out" / "cut.jsonl.gz").exists()


@pytest.mark.slow
def test_records_in_other_encodings_are_read(tmp_path: Path) -> None:
    rows = corpus(30)
    expected = run(tmp_path, stdin=lines(rows).encode())
    (tmp_path / "a.jsonl").write_bytes(lines(rows).replace("\u200b", "").encode("gb18030"))
    got = [json.loads(line) for line in run(tmp_path, "a.jsonl", "--provenance", "p.jsonl").splitlines()]
    assert got == [json.loads(line) for line in expected.splitlines()]
    assert {row["encoding"] for row in rows_of(tmp_path / "p.jsonl")[1:]} == {"gb18030"}
    # One line that is in another encoding than the rest.
    mixed = lines(rows).encode() + '{"text": "焊接材料已经备足，等待检修。"}\n'.encode("gb18030")
    last = json.loads(run(tmp_path, stdin=mixed).splitlines()[-1])
    assert last == {"text": "焊接材料已经备足，等待检修。"}
    table = "名称,说明\n焊接材料,已经备足&#44;等待检修\n"
    (tmp_path / "b.csv").write_bytes(table.encode("gb18030"))
    assert run(tmp_path, "b.csv").decode() == '名称,说明\n焊接材料,"已经备足,等待检修"\n'
    (tmp_path / "c.csv").write_text("名称，说明，备注\n甲，乙&nbsp;丙，丁\n", encoding="utf-8")
    assert run(tmp_path, "c.csv").decode() == "名称，说明，备注\n甲，乙 丙，丁\n"


@pytest.mark.slow
def test_an_account_says_what_the_restoration_did(tmp_path: Path) -> None:
    texts = ["焊接&nbsp;材料", "焊接材料\ufffd备足", "產(chǎn)業(yè)", "The weld is fine."]
    out = run(tmp_path, "--provenance", "p.jsonl", stdin=lines([{"text": text} for text in texts]).encode())
    assert [json.loads(line)["text"] for line in out.splitlines()] == [clean(text).readable for text in texts]
    head, *rows = rows_of(tmp_path / "p.jsonl")
    assert head["type"] == "run"
    assert [row["path"] for row in rows] == ["-#1", "-#2", "-#3", "-#4"]
    for row, text in zip(rows, texts, strict=True):
        done = clean(text)
        kinds = [str(e.kind) for e in done.edits]
        assert row["edits"] == {kind: kinds.count(kind) for kind in kinds}
        assert sum(row["certainty"].values()) == len(done.edits)
        assert row["characters"] == len(done.readable)
        assert row["kept"] is True
    assert rows[1]["found"] == {"replacement-character": 1}
    assert rows[1]["quality"]["unrepaired"] > 0
    assert rows[3]["language"] == {
        **dict.fromkeys(("chinese", "japanese", "korean", "other", "traditional"), 0.0),
        "latin": 1.0,
    }


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("", {"han": 0.0, "chinese": 0.0, "latin": 0.0}),
        ("焊接 ab", {"han": 0.5, "chinese": 0.5, "latin": 0.5}),
        ("これは日本語です", {"japanese": 1.0, "chinese": 0.0}),
        ("焊接材料焊接材料焊接材料焊接材料の", {"japanese": round(1 / 17, 6), "chinese": round(16 / 17, 6)}),
        ("한국어", {"korean": 1.0}),
        ("Привет", {"other": 1.0}),
        ("\ue000\ufffd甲乙", {"private_use": 0.25, "replacement": 0.25, "han": 0.5}),
        ("東區的", {"traditional": 1.0}),
        ("东区的", {"traditional": 0.0}),
        ("東东", {"traditional": 0.5}),
        ("\U00020000〇々", {"han": 1.0}),
    ],
)
def test_shares_of_a_text(text: str, share: dict[str, float]) -> None:
    found = quality(text)
    assert {name: found[name] for name in share} == share


ROW: dict[str, float | str] = {
    "unrepaired": 0.002,
    "han": 0.8,
    "encoding": "utf-8",
    "path": "a.jsonl#3",
    "entity": 2.0,
    "characters": 300.0,
}


@pytest.mark.parametrize(
    ("expression", "keeps"),
    [
        ("unrepaired < 0.001", False),
        ("unrepaired < 0.5%", True),
        ("entity", True),
        ("not entity", False),
        ("reading-mark", False),
        ("reading-mark = 0", True),
        ("han >= .8 and characters > 200", True),
        ("han > 0.9 or characters > 200 and entity == 2", True),
        ("(han > 0.9 or characters > 200) and entity != 2", False),
        ("not (han > 0.9 OR characters < 200)", True),
        ("not not entity", True),
        ("encoding = 'utf-8'", True),
        ('encoding in ("gb18030", "big5")', False),
        ("entity in (1, 2)", True),
    ],
)
def test_an_expression_keeps(expression: str, keeps: bool) -> None:
    assert Filter(expression).keeps(ROW) is keeps


NONE = (
    *("", "(", "han <", "han < 'x'", "encoding < 3", "foo > 1", "han > 1 han", "1 > han", "han in 3", "han = -1"),
    *("__import__('os')", "encoding in ()", "han > 1 and", "not " * 40 + "han", "(" * 40 + "han" + ")" * 40),
    "han > 1" + " " * 3000,
)


@pytest.mark.parametrize("expression", NONE)
def test_what_is_no_expression_is_said(expression: str) -> None:
    with pytest.raises(SettingsError, match="--where: "):
        Filter(expression)


@given(st.text("han()<>=!'\"01.% notdr\n", max_size=30))
def test_any_expression_is_understood_or_refused(expression: str) -> None:
    with suppress(SettingsError):
        assert Filter(expression).keeps(ROW) in (True, False)


@pytest.mark.slow
def test_only_what_is_asked_for_is_kept(tmp_path: Path) -> None:
    rows = [{"text": "焊接材料"}, {"text": "焊接\ufffd材料"}, {"text": "&nbsp;焊接"}]
    out = run(tmp_path, "--where", "unrepaired = 0", "--provenance", "p.jsonl", stdin=lines(rows).encode())
    assert [json.loads(line)["text"] for line in out.splitlines()] == ["焊接材料", " 焊接"]
    assert [row["kept"] for row in rows_of(tmp_path / "p.jsonl")[1:]] == [True, False, True]
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "good.txt").write_text("焊接材料", encoding="utf-8")
    (tmp_path / "in" / "bad.txt").write_text("焊接\ufffd材料", encoding="utf-8")
    (tmp_path / "in" / "t.csv").write_text("id,text\n1,焊接\ufffd\n2,材料\n", encoding="utf-8")
    run(tmp_path, "in", "-o", "out", "--where", "not findings", "-q")
    assert sorted(path.name for path in (tmp_path / "out").iterdir() if path.name[0] != ".") == ["good.txt", "t.csv"]
    assert (tmp_path / "out" / "t.csv").read_text(encoding="utf-8") == "id,text\n2,材料\n"


def nearly(i: int) -> str:
    """A text of its own for each number: what differs is a good part of it."""
    return "".join(chr(0x4E00 + (i * 7919 + k * k * 31 + k) % 5000) for k in range(200))


def test_near_duplicates_are_those_that_share_most_of_their_text() -> None:
    texts = [nearly(0), nearly(1), nearly(0) + "尾", "", nearly(0).replace(nearly(0)[5], "一", 1), nearly(2), ""]
    found = near.groups([near.signature(text) for text in texts])
    assert found == [0, 1, 0, 3, 0, 5, 6]
    traditional = near.signature("臺灣東區的產業鏈與創新要素集聚")
    assert traditional == near.signature("台湾东区的 产业链与创新要素集聚")


@pytest.mark.slow
def test_of_near_duplicates_the_first_is_kept(tmp_path: Path) -> None:
    texts = [nearly(0), nearly(1), nearly(0) + "尾", nearly(2), nearly(1)]
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jsonl").write_text("\n" + lines([{"text": text} for text in texts]), encoding="utf-8")
    (tmp_path / "in" / "b.csv").write_text(f"id,text\n1,{nearly(3)}\n2,{nearly(0)}\n", encoding="utf-8")
    (tmp_path / "in" / "c.txt").write_text(nearly(2), encoding="utf-8")
    for workers in ("1", "2"):
        asked = ("--where", "not near_duplicate", "--provenance", "p.jsonl", "--workers", workers, "-q")
        run(tmp_path, "in", "-o", f"out{workers}", "--field", "text", *asked, "--exclude", "c.txt")
        rows = rows_of(tmp_path / "p.jsonl")[1:]
        assert [row["near"]["group"] for row in rows] == [
            *("in/a.jsonl#2", "in/a.jsonl#3", "in/a.jsonl#2", "in/a.jsonl#5", "in/a.jsonl#3"),
            *("in/b.csv#1", "in/a.jsonl#2"),
        ]
        assert [row["kept"] for row in rows] == [True, True, False, True, False, True, False]
        out = tmp_path / f"out{workers}"
        assert out.joinpath("a.jsonl").read_text(encoding="utf-8") == lines(
            [{"text": t} for t in (*texts[:2], texts[3])]
        )
        assert out.joinpath("b.csv").read_text(encoding="utf-8") == f"id,text\n1,{nearly(3)}\n"
    run(tmp_path, "in", "-o", "out", "--where", "not near_duplicate", "-q")
    assert not (tmp_path / "out" / "c.txt").exists()
    done = seedsearch("clean", "in/a.jsonl", "--where", "not near_duplicate", cwd=tmp_path)
    assert done.returncode == 2
    assert "name a folder for copies with -o" in done.stderr.decode()


@pytest.mark.exhaustive
@pytest.mark.slow
def test_a_killed_run_goes_on_behind_the_last_block(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with gzip.open(tmp_path / "in" / "a.jsonl.gz", "wb", 1) as file:
        file.write(lines(corpus(12_000)).encode())
    asked = ("--field", "text", "--provenance", "p.jsonl", "-q")
    run(tmp_path, "in", "-o", "whole", *asked)
    expected = content(tmp_path / "whole")["a.jsonl.gz"], (tmp_path / "p.jsonl").read_bytes()
    command = [sys.executable, "-m", "seedsearch", "clean", "in", "-o", "out", *asked, "--workers", "1"]
    for _ in range(2):
        process = subprocess.Popen(command, cwd=tmp_path)
        before = states(tmp_path / "out")
        while states(tmp_path / "out") == before and process.poll() is None:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.wait()
        begins = [json.loads(state)["begin"] for state in states(tmp_path / "out")]
        assert len(begins) == 1
        assert begins[0] > 0
    run(tmp_path, "in", "-o", "out", *asked)
    assert (content(tmp_path / "out")["a.jsonl.gz"], (tmp_path / "p.jsonl").read_bytes()) == expected
    assert sorted(content(tmp_path / "out")) == [".seedsearch-clean.jsonl", "a.jsonl.gz"]


def states(folder: Path) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in folder.glob(".*.state")]


@pytest.mark.exhaustive
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    (tmp_path / "small.jsonl").write_text(lines(corpus(100)), encoding="utf-8")
    with (tmp_path / "large.jsonl").open("w", encoding="utf-8") as file:
        text = lines(corpus(5000))
        for _ in range(20):
            file.write(text)
    assert (tmp_path / "large.jsonl").stat().st_size > 50 << 20
    for name in ("small", "large"):
        done = limited("clean", f"{name}.jsonl", "-o", "out", "--workers", "1", cwd=tmp_path, megabytes=700)
        assert (done.returncode, b"Error" in done.stderr) == (0, False), done.stderr


def test_a_report_says_what_the_corpus_is(tmp_path: Path) -> None:
    rows = [{"text": "焊接材料"}, {"text": "焊接\ufffd|<材料>"}, {"text": "&nbsp;焊接"}]
    (tmp_path / "a|b<c>.jsonl").write_text(lines(rows), encoding="utf-8")
    run(tmp_path, "a|b<c>.jsonl", "-o", "out", "--report", "report", "--where", "han > 0.1", "-q")
    figures = json.loads((tmp_path / "report" / "report.json").read_text(encoding="utf-8"))
    assert (figures["documents"], figures["kept"], figures["damaged"]) == (3, 3, 2)
    assert figures["edits"] == {"entity": 1}
    assert figures["found"] == {"replacement-character": 1}
    assert sum(figures["bars"]["han"]) == 3
    text = (tmp_path / "report" / "report.md").read_text(encoding="utf-8")
    for part in ("## Data card", "| entity | 1 | restored |", "`han &gt; 0.1`", "a\\|b&lt;c&gt;.jsonl#2"):
        assert part in text
    for name in ("damage", "han", "unrepaired"):
        assert f"({name}.svg)" in text
        ElementTree.fromstring((tmp_path / "report" / f"{name}.svg").read_text(encoding="utf-8"))


@pytest.mark.slow
def test_what_cannot_be_written_or_is_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "甲"}\n', encoding="utf-8")
    done = seedsearch("clean", "a.jsonl", "--provenance", "./a.jsonl", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert "a.jsonl is only read" in done.stderr.decode()
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = seedsearch("clean", "a.jsonl", "--provenance", "file/p.jsonl", cwd=tmp_path)
    assert done.returncode == 2
    assert "file/p.jsonl cannot be written" in done.stderr.decode()
    done = seedsearch("clean", "a.jsonl", "-o", "out", "--field", "body", cwd=tmp_path)
    assert done.returncode == 2
    assert "a.jsonl has no field body" in done.stderr.decode()
    assert not (tmp_path / "out" / "a.jsonl").exists()


def test_files_without_records_have_their_copies(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    files = {
        "a.jsonl": '{"text": "甲"}\n'.encode(),
        "empty.jsonl": b"",
        "blank.jsonl": b"\n\n",
        "head.csv": b"id,text\n",
    }
    for name, held in files.items():
        (tmp_path / "in" / name).write_bytes(held)
    run(tmp_path, "in", "-o", "out", "--where", "not near_duplicate", "-q")
    copies = content(tmp_path / "out")
    del copies[".seedsearch-clean.jsonl"]
    assert copies == {**files, "blank.jsonl": b""}


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_copy_of_records_that_cannot_be_made_stops_no_other(tmp_path: Path, workers: str) -> None:
    for folder in ("a", "b"):
        (tmp_path / "in" / folder).mkdir(parents=True)
        (tmp_path / "in" / folder / "a.jsonl").write_text('{"text": "甲"}\n', encoding="utf-8")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a").write_text("", encoding="utf-8")
    table = pyarrow.table({"text": ["甲"] * 4})
    parquet.write_table(table, tmp_path / "in" / "a.parquet", row_group_size=2)
    broken = bytearray((tmp_path / "in" / "a.parquet").read_bytes())
    broken[parquet.ParquetFile(tmp_path / "in" / "a.parquet").metadata.row_group(1).column(0).data_page_offset] ^= 0xFF
    (tmp_path / "in" / "a.parquet").write_bytes(broken)
    for asked in ((), ("--where", "not near_duplicate", "--provenance", "p.jsonl")):
        done = seedsearch("clean", "in", "-o", "out", "--workers", workers, *asked, cwd=tmp_path)
        assert done.returncode == 2
        assert "in/a/a.jsonl" in done.stderr.decode()
        assert "a.parquet: the table is broken" in done.stderr.decode()
        assert "Traceback" not in done.stderr.decode()
        assert (tmp_path / "out" / "b" / "a.jsonl").read_text(encoding="utf-8") == '{"text": "甲"}\n'
    assert [row["path"] for row in rows_of(tmp_path / "p.jsonl")[1:]] == ["in/b/a.jsonl#1"]


@pytest.mark.parametrize("where", ["", "unrepaired = 0"])
def test_accounts_are_complete_as_they_were_written(tmp_path: Path, where: str) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "甲\\n&nbsp;乙"}\n{"text": "焊接�"}\n', encoding="utf-8")
    (tmp_path / "b.txt").write_text("焊接&nbsp;材料", encoding="utf-8")
    asked = records.CorpusOptions(rows=True, where=where)
    paths = [str(tmp_path / name) for name in ("a.jsonl", "b.txt")]
    accounts = Accounts(tmp_path / "rows")
    found = tasks(paths, tmp_path / "out", RestoreOptions(corpus=asked))
    list(restore_all(found, CorpusReport(), output=tmp_path / "out", accounts=accounts))
    written = [json.loads(line) for line in accounts.lines(paths)]
    assert [list(row.items()) for row in written] == [
        list(public(row).items()) for _, row in accounts.completed(paths, where, with_near=False)
    ]
    assert [row["kept"] for row in written] == [True, not where, True]
    assert {row["type"] for row in written} == {"document"}


def test_a_file_that_changes_while_it_is_restored_has_no_copy(tmp_path: Path) -> None:
    source, out = tmp_path / "a.jsonl", tmp_path / "out"
    source.write_text('{"text": "甲"}\n', encoding="utf-8")
    asked = records.CorpusOptions(rows=True, where="not near_duplicate", near=True)
    work = [one for one in tasks([str(source)], out, RestoreOptions(corpus=asked)) if isinstance(one, Task)]
    accounts = Accounts(tmp_path / "rows")
    assert [type(one) for one in restore_all(work, CorpusReport(), output=out, accounts=accounts)] == [Restoration]
    source.write_text('{"text": "甲乙"}\n', encoding="utf-8")
    with pytest.raises(SourceError, match="was changed while it was restored"):
        list(choose(work, accounts.completed([str(source)], asked.where, with_near=True)))
    assert list(content(out)) == [".seedsearch-clean.jsonl"]


def test_what_is_kept_for_a_stream_goes_with_an_error(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "a.jsonl").write_text('{"text": "甲"}\n', encoding="utf-8")
    asked = ("a.jsonl", "--field", "body", "--provenance", "p.jsonl")
    done = seedsearch("clean", *asked, cwd=tmp_path, TMPDIR=str(tmp_path / "kept"))
    assert done.returncode == 2
    assert not list((tmp_path / "kept").iterdir())


@pytest.mark.slow
def test_columns_of_one_name_are_each_restored(tmp_path: Path) -> None:
    columns = [pyarrow.array(["焊接&nbsp;材料"]), pyarrow.array(["備&amp;足"])]
    parquet.write_table(pyarrow.Table.from_arrays(columns, names=["text", "text"]), tmp_path / "a.parquet")
    run(tmp_path, "a.parquet", "-o", "out", "-q")
    got = parquet.ParquetFile(tmp_path / "out" / "a.parquet").read()
    assert [got.column(at).to_pylist() for at in (0, 1)] == [["焊接 材料"], ["備&足"]]


def test_a_record_that_is_too_large_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "SIZE", 10)
    monkeypatch.setattr(records, "TEXT", 100)
    with pytest.raises(SourceError, match="a record of more than"):
        blocks(lines([{"text": "甲" * 200}]), "jsonl")


@pytest.mark.slow
def test_parquet_keeps_types_groups_and_other_columns(tmp_path: Path) -> None:
    texts = ["焊接&nbsp;材料", None, "焊接\ufffd材料", "備足", "焊接 材料"]
    columns = {
        "id": pyarrow.array([b"&lt;", b"2", b"3", b"4", b"5"]),
        "text": pyarrow.array(texts, pyarrow.large_string()),
        "kind": pyarrow.array(["&amp;", "b", "&amp;", None, "b"]).dictionary_encode(),
        "tags": pyarrow.array([["&lt;"], [], None, ["x"], []]),
        "at": pyarrow.array([1, 2, 3, 4, 5], pyarrow.timestamp("ms", "UTC")),
    }
    table = pyarrow.table(columns).replace_schema_metadata({"from": "test"})
    (tmp_path / "in").mkdir()
    parquet.write_table(table, tmp_path / "in" / "a.parquet", row_group_size=2, compression="zstd")
    run(tmp_path, "in", "-o", "out", "--provenance", "p.jsonl", "-q")
    got, old = (parquet.ParquetFile(tmp_path / name / "a.parquet") for name in ("out", "in"))
    assert got.schema_arrow.equals(old.schema_arrow, check_metadata=True)
    assert [got.metadata.row_group(i).num_rows for i in range(3)] == [2, 2, 1]
    assert got.metadata.row_group(0).column(1).compression == "ZSTD"
    rows = got.read().to_pylist()
    assert [row["text"] for row in rows] == [text if text is None else clean(text).readable for text in texts]
    assert [row["kind"] for row in rows] == ["&", "b", "&", None, "b"]
    assert got.read().drop_columns(["text", "kind"]).equals(table.drop_columns(["text", "kind"]))
    accounts = rows_of(tmp_path / "p.jsonl")[1:]
    assert [row["path"] for row in accounts] == [f"in/a.parquet#{i}" for i in range(1, 6)]
    assert accounts[0]["edits"] == {"entity": 2}
    run(tmp_path, "in", "-o", "one", "--field", "text", "--where", "not findings", "-q")
    kept = parquet.read_table(tmp_path / "one" / "a.parquet").to_pylist()
    assert [row["at"].microsecond for row in kept] == [1000, 2000, 4000, 5000]
    assert kept[0]["kind"] == "&amp;"
    run(tmp_path, "in", "-o", "once", "--field", "text", "--where", "not near_duplicate", "-q")
    once = parquet.read_table(tmp_path / "once" / "a.parquet").to_pylist()
    assert [row["at"].microsecond for row in once] == [1000, 2000, 3000, 4000]
    done = seedsearch("clean", "in", "-o", "none", "--field", "body", cwd=tmp_path)
    assert "a.parquet has no field body" in done.stderr.decode()
    (tmp_path / "in" / "a.parquet").write_bytes((tmp_path / "in" / "a.parquet").read_bytes()[:-9])
    done = seedsearch("clean", "in", "-o", "broken", cwd=tmp_path)
    assert "a.parquet: the table is broken" in done.stderr.decode()
    assert not list((tmp_path / "broken").glob("*.parquet"))


@pytest.mark.exhaustive
def test_the_recipe_for_datasets_runs(tmp_path: Path) -> None:
    """Offline, with the library itself; its warnings are its own business."""
    page = (DOCS / "corpora.md").read_text(encoding="utf-8")
    (recipe,) = re.findall(r"<!-- datasets -->\n```python\n(.*?)```", page, re.DOTALL)
    rows = [{"id": "&lt;1&gt;", "text": "焊接&nbsp;材料"}, {"id": "2", "text": "焊接"}]
    (tmp_path / "news.jsonl").write_text(lines(rows), encoding="utf-8")
    script = recipe + "\nimport json\nprint(json.dumps([dataset[0], dataset[1]]))\n"
    home = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path), "HF_HUB_DISABLE_TELEMETRY": "1"}
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=home, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads(done.stdout.splitlines()[-1]) == [
        {"id": "&lt;1&gt;", "text": "焊接 材料", "damage": '{"entity": 1}'},
        {"id": "2", "text": "焊接", "damage": "{}"},
    ]
