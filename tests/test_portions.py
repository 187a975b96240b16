"""Large files of records, which are read in portions: the records are those of the whole file, and count together."""

from __future__ import annotations

import io
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pyarrow
import pytest
from pyarrow import parquet

from seedsearch import build_index, open_index
from seedsearch.errors import FileChanged
from seedsearch.frontends import library
from seedsearch.frontends.cli.inputs import one_cleaned
from seedsearch.indexing import build as building
from seedsearch.indexing import pipeline
from seedsearch.indexing.options import BuildOptions
from seedsearch.indexing.reports import Progress, Stop
from seedsearch.reading import portions
from seedsearch.reading.documents import Failure, RawDocument
from seedsearch.reading.formats import documents
from seedsearch.reading.formats.format import Asked

LINES = "".join(f'{{"题": "第{n}条讲焊接", "序": {n}}}\n' if n % 7 else "\n" for n in range(1, 200))
ROWS = "序,题\r\n" + "".join(
    f'{n},"第{n}条，\n讲""焊接"""\r\n' if n % 5 else f'{n},半个"引号{n}\r\n' for n in range(1, 200)
)


@pytest.fixture(autouse=True)
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, in which files of more than a hundred bytes are read in portions of some hundreds."""
    monkeypatch.chdir(tmp_path)
    for name, value in (("WHOLE", 100), ("SIZE", 700), ("HEAD", 128)):
        monkeypatch.setattr(portions, name, value)
    (tmp_path / "d").mkdir()
    return tmp_path


def in_portions(path: str, content: bytes) -> list[RawDocument | Failure]:
    Path(path).write_bytes(content)
    with open(path, "rb") as file:
        found = portions.portions_of(path, file)
        assert found[0].begin == 0
        assert [one.end for one in found[:-1]] == [one.begin for one in found[1:]]
        assert [one.is_last for one in found] == [False] * (len(found) - 1) + [True]
        return [item for one in found for item in portions.documents_of(path, one.of(file), one, Asked())]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("d/a.jsonl", LINES.encode()),
        ("d/a.jsonl", LINES.rstrip().encode()),
        ("d/a.ndjson", LINES.replace("\n", "\r\n").encode("gb18030")),
        ("d/a.csv", ROWS.encode()),
        ("d/a.csv", ROWS.replace(",", "|").encode()),
        ("d/a.csv", ROWS.replace("，", "").replace(",", "，").encode()),
        ("d/a.csv", ROWS.replace("，", "東").replace(",", "|").encode("gb18030")),  # 東 ends in the byte of |
        ("d/a.csv", ROWS.replace("，", "").replace(",", "，").encode("gb18030")),
        ("d/a.jsonl", LINES.encode("utf-16")),
        ("d/a.jsonl", b"\xfe\xff" + LINES.replace("讲", "\u0a0a\u0a00").encode("utf-16-be")),  # bytes 0A 00 within
        ("d/a.csv", ROWS.encode("utf-16")),
        ("d/a.csv", b"\xef\xbb\xbf" + ROWS.rstrip().encode()),
        ("d/a.tsv", ROWS.replace(",", "\t").encode("gb18030")),
        (
            "d/a.csv",
            ROWS.replace("题", "題")
            .replace("条", "條")
            .replace("讲", "講")
            .replace("个", "個")
            .replace("号", "號")
            .encode("big5"),
        ),
    ],
)
def test_the_records_are_those_of_the_whole(name: str, content: bytes) -> None:
    whole = [(one.path, one.text) for one in documents(name, content) if isinstance(one, RawDocument)]
    found = in_portions(name, content)
    assert len(whole) > 150
    assert [(one.path, one.text) for one in found if isinstance(one, RawDocument)] == whole
    with open(name, "rb") as file:
        assert len(portions.portions_of(name, file)) > 5


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("d/a.txt", LINES.encode()),
        ("d/a.jsonl", LINES.encode("utf-16-le")),
        ("d/a.csv", b"%PDF-1.4\n" + ROWS.encode()),
    ],
)
def test_what_is_read_as_one(name: str, content: bytes, small: Path) -> None:
    (small / name).write_bytes(content)
    with open(name, "rb") as file:
        assert portions.portions_of(name, file) == []


def test_records_past_the_limit_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portions, "RECORDS", 60)
    found = in_portions("d/a.jsonl", LINES.encode())
    assert 50 < sum(isinstance(one, RawDocument) for one in found) < 90
    assert found[-1] == Failure("d/a.jsonl", "it holds more than 60 records; split it")


def test_a_portion_holds_fewer_records_than_a_file_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portions, "MANY", 20)
    found = in_portions("d/a.csv", b"a\n" + b"1\n" * 1_000)
    assert [one.path for one in found] == [f"d/a.csv#{n}" for n in range(1, 1_001)]
    with open("d/a.csv", "rb") as file:
        assert len(portions.portions_of("d/a.csv", file)) == 50


def test_a_row_that_does_not_end_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portions, "TEXT", 3_000)
    found = in_portions("d/a.csv", ROWS.encode() + b'200,"' + b"x\n" * 4_000)
    assert [one.path for one in found[:-1]] == [f"d/a.csv#{n}" for n in range(1, 200)]
    assert isinstance(found[-1], Failure)
    assert "what follows is not read" in found[-1].reason


def held(place: str = "index") -> dict[str, str]:
    with open_index(place) as index:
        return {hit.path: hit.snippets[0].text for hit in index.search("焊接", limit=1000).hits}


def test_an_index_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("d/a.jsonl").write_text(LINES, "utf-8")
    Path("d/b.txt").write_text("焊接", "utf-8")
    first = build_index("d", "index", workers=1)
    monkeypatch.setattr(portions, "WHOLE", 1 << 20)
    whole = build_index("d", "whole", workers=1)
    assert first.added == whole.added == 172
    assert held() == held("whole")
    assert build_index((), "index").unchanged == 172


@pytest.mark.exhaustive
def test_several_processes_read_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "WORTH_WORKERS", 0)
    Path("d/a.csv").write_text(ROWS, "utf-8")
    build_index("d", "index", workers=2)
    build_index("d", "second", workers=1)
    assert held() == held("second")
    assert len(held()) == 160


def test_what_is_gone_or_other_leaves_and_what_is_the_same_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    file = Path("d/a.jsonl")
    file.write_text(LINES, "utf-8")
    build_index("d", "index", workers=1)
    os.utime(file, ns=(1, file.stat().st_mtime_ns + 1))
    with monkeypatch.context() as patched:
        patched.setattr(pipeline, "_analysed", None)  # nothing is read
        assert build_index((), "index", workers=1).unchanged == 171
    file.write_text(LINES[: len(LINES) // 2].replace("第1条", "头一条"), "utf-8")
    report = build_index((), "index", workers=1)
    assert report.added == 0
    assert report.updated + report.removed == 171
    assert (len(held()), "头一条" in held()["d/a.jsonl#1"]) == (report.updated, True)


def test_a_file_that_is_not_whole_does_not_count() -> None:
    """A run that is to stop within it lets go of what it has of it, and keeps what it did before."""
    Path("d/0.txt").write_text("焊接", "utf-8")
    Path("d/a.jsonl").write_text(LINES, "utf-8")
    Path("d/b.txt").write_text("焊接", "utf-8")
    stop = Stop()

    def tell(state: Progress) -> None:
        stop.asked = (state.share or 0) > 0.5

    report = building.build("d", "index", BuildOptions(workers=1), tell, stop=stop)
    assert (report.left, held()) == (2, {"d/0.txt": "焊接"})
    assert report.notes == ("d/a.jsonl counts when all of it is read: the next run begins it anew",)
    assert build_index((), "index", workers=1).added == 172


def test_a_file_that_changes_meanwhile_is_said_and_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    file = Path("d/a.jsonl")
    file.write_text(LINES, "utf-8")

    def tell(state: Progress) -> None:
        os.utime(file, ns=(1, 1))

    (failure,) = {one.reason for one in build_index("d", "index", workers=1, progress=tell).failures}
    assert "changed while it was read" in failure
    assert build_index((), "index", workers=1).failures == ()
    assert len(held()) == 171


def test_a_record_is_shown_beside_its_file() -> None:
    Path("d/a.jsonl").write_text(LINES.replace("焊接", "焊接&nbsp;", 1), "utf-8")
    build_index("d", "index", workers=1)
    shelf = library.Library("index")
    for number in (1, 198):
        document = shelf.document(f"d/a.jsonl#{number}")
        assert shelf.raw(document).startswith(f"题: 第{number}条")
        assert f"第{number}条".encode() in shelf.content(document)


def test_what_is_too_large_to_be_shown_is_not_called_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("d/a.jsonl").write_text(LINES, "utf-8")
    build_index("d", "index", workers=1)
    monkeypatch.setattr(library, "LARGEST_FILE", 1 << 10)
    with pytest.raises(FileChanged, match="more than 0 MiB; its text is in the index"):
        library.Library("index").raw(library.Library("index").document("d/a.jsonl#1"))


MESSAGES = "".join(
    f"From a@b Thu Jan  1 00:00:{n % 60:02} 1998\nSubject: =?utf-8?q?n{n}?=\nMIME-Version: 1.0\nFrom: a@b\nTo: c@d\n"
    f"Content-Type: text/plain; charset=utf-8\n\n第{n}封讲焊接\n>From 甲\n\n"
    for n in range(200)
)


def table(name: str) -> bytes:
    """A table of two hundred rows, some without text, in groups of thirty; or two tables of a database."""
    rows = [(n, f"第{n}条讲焊接" if n % 7 else None) for n in range(200)]
    if name.endswith(".db"):
        with closing(sqlite3.connect("made")) as database:
            for one, some in (("甲", rows[:90]), ("空", []), ("乙", rows[90:])):
                database.execute(f"CREATE TABLE {one} (序, 题)")
                database.executemany(f"INSERT INTO {one} VALUES (?, ?)", some)
            database.commit()
        return Path("made").read_bytes()
    made = pyarrow.table({"序": [n for n, _ in rows], "题": [text for _, text in rows]})
    out = io.BytesIO()
    if name.endswith(".arrow"):
        with pyarrow.ipc.new_file(out, made.schema) as writer:
            writer.write_table(made, max_chunksize=30)
    else:
        parquet.write_table(made, out, row_group_size=30)
    return out.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["d/a.mbox", "d/a.parquet", "d/a.arrow", "d/a.db"])
def test_messages_and_rows_of_packed_tables_come_in_portions(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portions, "PACKED", 100)
    monkeypatch.setattr(portions, "MANY", 140)
    monkeypatch.setattr(portions, "ROWS", 70)
    monkeypatch.setattr(portions, "SIZE", 7_000)
    content = MESSAGES.encode() if name.endswith(".mbox") else table(name)
    whole = [(one.path, one.text) for one in documents(name, content) if isinstance(one, RawDocument)]
    assert len(whole) > 150
    found = in_portions(name, content)
    assert [(one.path, one.text) for one in found if isinstance(one, RawDocument)] == whole
    with open(name, "rb") as file:
        assert 2 < len(portions.portions_of(name, file)) < 9
    for path, text in (whole[0], whole[99], whole[-1]):
        some = list(portions.documents_with(path, name, content, Asked()))
        assert (path, text) in [(one.path, one.text) for one in some if isinstance(one, RawDocument)]
        assert name.endswith(".db") or len(some) < 150
    assert one_cleaned(whole[-1][0]).readable == whole[-1][1]
    monkeypatch.setattr(portions, "RECORDS", 100)
    assert in_portions(name, content)[-1] == Failure(name, "it holds more than 100 records; split it")


@pytest.mark.slow
def test_an_index_of_a_table_in_portions_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("d/a.db", "d/b.mbox"):
        Path(name).write_bytes(MESSAGES.encode() if name.endswith(".mbox") else table(name))
    build_index("d", "whole", workers=1)
    monkeypatch.setattr(portions, "PACKED", 100)
    monkeypatch.setattr(portions, "MANY", 60)
    monkeypatch.setattr(portions, "ROWS", 30)
    assert build_index("d", "index", workers=1).failures == ()
    assert held() == held("whole")
    assert build_index((), "index").unchanged == len(held()) == 371


STOPPED = """
import os, signal, sys
from seedsearch.frontends.cli import main
from seedsearch.indexing import build
from seedsearch.reading import portions
portions.WHOLE, portions.SIZE, portions.HEAD = 100, 700, 128
count, done = build.count, []
def counted(*arguments):
    done.append(count(*arguments))
    if len(done) == 5:
        os.kill(os.getpid(), signal.SIGINT)
build.count = counted
sys.argv = ["seedsearch", "index", "d", "--workers", "1"]
main()
"""


@pytest.mark.slow
def test_a_file_that_a_run_is_stopped_in_is_named() -> None:
    Path("d/0.txt").write_text("焊接", "utf-8")
    Path("d/a.jsonl").write_text(LINES, "utf-8")
    done = subprocess.run([sys.executable, "-c", STOPPED], capture_output=True, text=True, check=False)
    assert done.returncode == 130
    assert done.stderr.splitlines() == [
        "seedsearch: d/a.jsonl counts when all of it is read: the next run begins it anew",
        "seedsearch: interrupted; the index has 1 of 2 changed files now; the same command goes on from there",
    ]
