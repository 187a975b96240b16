"""`Index.document` and `Index.places`: what the index says of one document is what restoring says of its file."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.guides import furnished
from seedsearch import build_index, open_index
from seedsearch.damage import Certainty
from seedsearch.errors import DocumentMissing, IndexDamaged
from seedsearch.frontends.cli.inputs import one_cleaned
from seedsearch.metadata import document_records
from seedsearch.metadata.document_records import Found, Record, doc_id_of, from_bytes, to_bytes
from seedsearch.offsets import Edit, apply_edits
from seedsearch.searching.document import Document

DAMAGED: dict[str, str | bytes] = {
    "marks.txt": "焊接(jiē)材料(liào)&nbsp;与设备",
    "misread.txt": "焊接机器人已经到了，请您抽空来看看。".encode().decode("gb18030", "replace"),
    "lost.txt": "第一�行，第二锟斤拷行\n<br>第三&#30;行",
    "clean.txt": "清楚的文字，没有损坏。\r\n第二行",
    "bytes.txt": "東麗區的焊接材料與設備，科技局。".encode("big5"),
}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Damaged files, and their index."""
    monkeypatch.chdir(furnished(tmp_path))
    for name, content in DAMAGED.items():
        Path("seeds", name).write_bytes(content if isinstance(content, bytes) else content.encode())
    build_index("seeds", "index", workers=1)
    return tmp_path


def test_a_document_has_the_edits_and_findings_of_its_file(place: Path) -> None:
    paths = [f"seeds/{name}" for name in os.listdir("seeds") if name != "photo.png"]
    with open_index("index") as index:
        for path in paths:
            cleaned, document = one_cleaned(path), index.document(path)
            assert (document.id, document.path, document.readable) == (path, path, cleaned.readable)
            assert document.edits == tuple(cleaned.edits)
            assert [edit.step for edit in document.edits] == [edit.step for edit in cleaned.edits]
            assert document.findings == tuple(cleaned.findings)
            assert (document.encoding, document.damage) == (cleaned.encoding, cleaned.damage)
            assert apply_edits(cleaned.raw.text, document.edits) == document.readable
    assert {edit.certainty for path in paths for edit in one_cleaned(path).edits} >= {
        Certainty.CERTAIN,
        Certainty.PROVED,
    }


def test_every_place_of_a_query_is_named(place: Path) -> None:
    with open_index("index") as index:
        document = index.document("seeds/notice.txt")
        for query, found in (("焊接材料", "焊接材料"), ("庫房", "庫房"), ("库房", "庫房")):
            cuts = [span.cut(document.readable) for span in index.places(document.id, query)]
            assert cuts == [found] * document.readable.count(found), query
        words = [span.cut(document.readable) for span in index.places(document.id, "车间 规格")]
        assert sorted(set(words)) == ["規格", "車間"]
        assert index.places(document.id, "量子纠缠") == ()
        assert index.places("seeds/clean.txt", "焊接材料") == ()


def test_places_are_of_the_tier_that_the_document_is_in(place: Path) -> None:
    Path("seeds/apart.txt").write_text("材料在前，焊接在后，材料又来。", encoding="utf-8")
    build_index("seeds", "index", workers=1)
    with open_index("index") as index:
        text = index.document("seeds/apart.txt").readable
        tiers = {hit.path: hit.tier for hit in index.search("焊接材料").hits}
        assert (tiers["seeds/notice.txt"], tiers["seeds/apart.txt"]) == ("phrase", "all")
        assert [span.cut(text) for span in index.places("seeds/apart.txt", "焊接材料")] == ["材料", "焊接", "材料"]


@pytest.mark.parametrize(
    "path", ["seeds/gone.txt", "", "../seeds/clean.txt", "seeds/*", "seeds/\0", "\ud800", "字" * 999]
)
def test_what_is_not_in_the_index_is_said(place: Path, path: str) -> None:
    with open_index("index") as index, pytest.raises(DocumentMissing):
        index.document(path)


def test_a_name_that_is_no_utf8_names_its_document(place: Path) -> None:
    name = os.fsdecode(b"seeds/" + "焊接".encode("gb18030") + b".txt")
    Path(name).write_text("材料", encoding="utf-8")
    build_index("seeds", "index", workers=1)
    with open_index("index") as index:
        assert index.document(name).path == name
        assert index.document(doc_id_of(name)) == index.document(name)
        json.dumps(index.document(name).id).encode()


def test_a_record_that_does_not_name_all_edits_is_damaged() -> None:
    """Each of the three has to name one edit, by names that there are."""

    def edits(kind: str, certainty: str, kinds: int = 1, certainties: int = 1, steps: int = 1) -> Sequence[Edit]:
        runs = ((kind, kinds),), "text", ((certainty, certainties),), (), (("entities", steps),)
        return Document("a", "甲", Record("a", "utf-8", 1.0, ((0, 1, 1),), (0,), {}, *runs)).edits

    (edit,) = edits("entity", "certain")
    assert (edit.kind, edit.certainty, edit.step) == ("entity", "certain", "entities")
    odd: list[dict[str, Any]] = [{"kind": "nothing"}, {"certainty": "nothing"}]
    odd += [{name: count} for name in ("kinds", "certainties", "steps") for count in (0, 2)]
    for said in odd:
        with pytest.raises(IndexDamaged, match="does not say what was repaired"):
            edits(**{"kind": "entity", "certainty": "certain", **said})


_runs = st.lists(st.tuples(st.text("ab", min_size=1), st.integers(1, 9)), max_size=3).map(tuple)
_findings = st.tuples(st.integers(0, 99), st.integers(0, 99), st.text("xyz"), _runs)


@given(_runs, st.lists(_findings, max_size=3).map(tuple), _runs, st.lists(st.integers(0, 100), max_size=3).map(tuple))
def test_a_record_is_read_as_it_was_written(
    certainties: tuple[tuple[str, int], ...],
    findings: tuple[Found, ...],
    steps: tuple[tuple[str, int], ...],
    shares: tuple[int, ...],
) -> None:
    record = Record("a", "utf-8", 0.5, (), (0, 7), {"entity": 1}, (), "text", certainties, findings, steps, shares)
    assert from_bytes(to_bytes(record)) == record


def test_the_record_of_a_long_document_is_written_like_that_of_a_short_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one is written in portions, the other at once."""
    left = (3, 4, "lost-character", (("好", 40),))
    record = Record("a", "utf-8", 0.5, ((0, 2, 1), (5, 6, 0)), (0, 7), {"entity": 2}, (("entity", 2),), "text")
    record = replace(record, certainties=(("certain", 2),), findings=(left,), steps=(("entities", 2),))
    at_once = to_bytes(record)
    monkeypatch.setattr(document_records, "_TOGETHER", 1)
    assert to_bytes(record) == at_once
