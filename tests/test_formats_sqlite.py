"""Databases of SQLite: what is read of them, and that nothing in them is run."""

from __future__ import annotations

import pytest

from fixtures import made
from seedsearch.reading.documents import Failure
from seedsearch.reading.formats import documents, one_text


def read(*statements: str | tuple[str, tuple[object, ...]]) -> tuple[dict[str, str], str]:
    """Place → text of each document, and what is said of the rest."""
    found = list(documents("a.db", made.sqlite_of(*statements)))
    texts = {item.path.partition("#")[2]: item.text for item in found if not isinstance(item, Failure)}
    return texts, "; ".join(item.reason for item in found if isinstance(item, Failure))


TABLE = 'CREATE TABLE 材料 (id INTEGER PRIMARY KEY, 名称 TEXT, "价 ""元""" REAL, 图 BLOB)'
ROW = "INSERT INTO 材料 VALUES (?, ?, ?, ?)"


def test_sqlite_gives_a_document_a_row() -> None:
    rows = [(ROW, (7, "焊丝", 1.5, b"x")), (ROW, (8, None, 2.0, None)), (ROW, (9, "焊条", None, None))]
    first, third = 'id: 7\n名称: 焊丝\n价 "元": 1.5\n', "id: 9\n名称: 焊条\n"
    assert read(TABLE, *rows) == ({"材料/1": first, "材料/3": third}, "")
    assert one_text("a.db", made.sqlite_of(TABLE, *rows)).text == f"{first}\n{third}"


def test_texts_that_are_not_utf_8_are_read() -> None:
    gbk = "CREATE TABLE t (a TEXT)", ("INSERT INTO t VALUES (CAST(? AS TEXT))", ("东丽区科技局".encode("gbk"),))
    assert read(*gbk) == ({"t/1": "a: 东丽区科技局\n"}, "")


@pytest.mark.slow
def test_nothing_of_the_schema_is_run() -> None:
    """A computed column or a view of a few bytes can come to gigabytes."""
    statements = (
        "CREATE TABLE t (a TEXT, b TEXT AS (printf('%.*c', 100000000, 'x')))",
        "INSERT INTO t (a) VALUES ('字')",
        "CREATE VIEW v AS SELECT printf('%.*c', 100000000, 'x') AS c",
    )
    assert read(*statements) == ({"t/1": "a: 字\n"}, "")


def test_long_names_of_columns_do_not_grow_without_end() -> None:
    name = "名" * 30_000
    rows = [("INSERT INTO t VALUES (?)", (f"字{number}",)) for number in range(50)]
    texts, said = read(f"CREATE TABLE t ({name} TEXT)", *rows)
    assert len(texts) == 50
    assert sum(map(len, texts.values())) < 8 * len(name)
    assert said.startswith("from this row on names of columns are left out")


def test_a_database_that_is_broken_is_said() -> None:
    content = made.sqlite_of(TABLE, (ROW, (7, "焊丝", 1.5, b"x")))
    (found,) = documents("a.db", content[:100] + bytes(len(content) - 100))
    assert isinstance(found, Failure)
    assert found.reason.startswith("the database is broken: ")
