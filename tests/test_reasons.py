"""Why a file is broken: in words of ours, whatever library found it out, and in Chinese without English in them."""

from __future__ import annotations

import io
import re
import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing

import pyarrow
import pytest
import zstandard
from pyarrow import parquet

from seedsearch.frontends import language
from seedsearch.reading.documents import Failure
from seedsearch.reading.formats import documents
from seedsearch.reading.formats.reasons import worded

TEXT = "焊接车间完成产量的百分之九十六，焊接材料到货晚了三天。\n" * 200


def tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("a.txt")
        info.size = len(TEXT.encode())
        archive.addfile(info, io.BytesIO(TEXT.encode()))
    return out.getvalue()


def table() -> bytes:
    out = io.BytesIO()
    parquet.write_table(pyarrow.table({"题": TEXT.splitlines()}), out)
    return out.getvalue()


def database() -> bytes:
    with closing(sqlite3.connect(":memory:")) as made:
        made.execute("CREATE TABLE a (b)")
        made.executemany("INSERT INTO a VALUES (?)", [(line,) for line in TEXT.splitlines()])
        made.commit()
        return made.serialize()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "made", "begin", "end", "reason"),
    [
        ("a.tar", tar, 0, 2000, "it ends too early"),
        ("a.parquet", table, 0, -20, "it ends too early"),
        ("a.db", database, 0, 4096, "the record of its parts is damaged"),
        ("a.txt.zst", lambda: zstandard.compress(TEXT.encode()), 0, -9, "it ends too early"),
    ],
)
def test_a_broken_file_is_said_in_our_words(
    name: str, made: Callable[[], bytes], begin: int, end: int, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [one for one in documents(name, made()[begin:end]) if isinstance(one, Failure)]
    assert [one.reason.rpartition(": ")[2] for one in found] == [reason]
    monkeypatch.setattr(language, "_chosen", language.CHINESE)
    assert not re.search("[a-z]{3}", language.worded(found[0].reason).replace(name, ""))


@pytest.mark.parametrize(
    ("said", "ours"),
    [
        ("mismatched tag: line 3, column 7", "a closing tag does not match, at line 3, column 7"),
        ("Truncated 7-Zip file body", "it ends too early"),
        ("Damaged 7-Zip archive", "the record of its parts is damaged"),
        ("7-Zip archive encrypted", "it is encrypted"),
        ("File CRC error", "its checksum is wrong"),
        ("Couldn't deserialize thrift: TProtocolException", "the record of its parts is damaged"),
        ("something\n else", "something else"),
    ],
)
def test_the_usual_reasons_have_words(said: str, ours: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert worded(said) == ours
    if "else" not in said:
        monkeypatch.setattr(language, "_chosen", language.CHINESE)
        assert not re.search("[a-z]{3}", language.worded(f"its XML is broken: {ours}").replace("XML", ""))
