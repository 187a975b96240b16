"""Whoosh's own searcher over our segments finds what the brute-force engine finds, whatever was deleted since."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any as AnyType

import pytest

from seedsearch.engines.embedded import EmbeddedEngine
from seedsearch.engines.embedded.codec import query as whoosh
from seedsearch.engines.entries import (
    IndexEntry,
)
from seedsearch.engines.memory import MemoryEngine
from seedsearch.engines.query import All, Any, Fuzzy, Not, Prefix, Query, Ranked, Term, Terms, Wildcard
from seedsearch.text.analyzer import words
from seedsearch.text.folding import fold

WORDS = ("焊接", "焊", "材料", "产业链", "创新", "联合体", "gen-itgc", "itgc", "5g", "的")
BOTH = tuple[MemoryEngine, EmbeddedEngine]


def entry(doc_id: str, text: str) -> IndexEntry:
    return IndexEntry(doc_id, f"digest of {text}", text, tuple(words(fold(text))), (f"path:{doc_id}",), text.encode())


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BOTH]:
    """The same history in both: three segments, some documents replaced and some removed."""
    rng = random.Random(5)
    memory, embedded = MemoryEngine(), EmbeddedEngine(tmp_path_factory.mktemp("index"), "m", create=True)
    commits = [range(400), range(380, 460), range(455, 470)]
    for ids in commits:
        texts = {f"{i:03}": "，".join(rng.choices(WORDS, k=rng.randint(1, 8))) for i in ids}
        for engine in (memory, embedded):
            with engine.writer() as writer:
                for doc_id, text in texts.items():
                    writer.put(entry(doc_id, text))
                for gone in (f"{min(ids) + 3:03}", f"{min(ids) + 7:03}"):
                    writer.remove(gone)
    assert len(embedded.segments) == 3
    assert any(segment.live is not None for segment in embedded.segments)
    yield memory, embedded
    embedded.close()


def ids(engine: EmbeddedEngine, asked: AnyType) -> set[str]:
    searcher = engine.whoosh_searcher()
    return {hit["doc_id"] for hit in searcher.search(asked, limit=None)}


def brute(engine: MemoryEngine, query: Query) -> set[str]:
    return {match.doc_id for match in engine.search(query, 1000).best}


WORD = {text: (whoosh.Term("word", text), Term("word", text)) for text in WORDS}
A, B, C = WORD["焊接"], WORD["材料"], WORD["创新"]


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        *WORD.values(),
        (whoosh.Term("gram", "产业"), Term("gram", "产业")),
        (whoosh.Term("gram", "焊"), Term("gram", "焊")),
        (whoosh.Term("tag", "path:005"), Term("tag", "path:005")),
        (whoosh.Or([A[0], B[0]]), Any((A[1], B[1]))),
        (whoosh.And([A[0], B[0], C[0]]), All((A[1], B[1], C[1]))),
        (whoosh.AndNot(A[0], B[0]), All((A[1], Not(B[1])))),
        (whoosh.AndMaybe(A[0], B[0]), A[1]),
        (whoosh.Prefix("word", "焊"), Terms("word", Prefix("焊"))),
        (whoosh.Prefix("gram", "焊"), Terms("gram", Prefix("焊"))),
        (whoosh.Wildcard("word", "*t?c"), Terms("word", Wildcard("*t?c"))),
        (whoosh.Wildcard("tag", "path:00?"), Terms("tag", Wildcard("path:00?"))),
        (whoosh.FuzzyTerm("word", "itgd"), Terms("word", Fuzzy("itgd", 1))),
        (whoosh.TermRange("tag", "path:390", "path:400"), Terms("tag", Wildcard("path:39?"))),
    ],
    ids=str,
)
def test_the_same_documents(engines: BOTH, asked: AnyType, meant: Query) -> None:
    memory, embedded = engines
    expected = brute(memory, meant)
    if isinstance(asked, whoosh.TermRange):
        expected |= brute(memory, Term("tag", "path:400"))
    assert expected
    assert ids(embedded, asked) == expected


def test_the_same_scores(tmp_path: Path) -> None:
    """Where nothing was deleted: Whoosh counts deleted documents in its statistics, the engine does not."""
    memory, embedded = MemoryEngine(), EmbeddedEngine(tmp_path, "m", create=True)
    for i, texts in enumerate((("焊接，焊", "材料，材料，创新", "的"), ("焊接，材料，itgc，的",))):
        for engine in (memory, embedded):
            with engine.writer() as writer:
                for j, text in enumerate(texts):
                    writer.put(entry(f"{i}{j}", text))
    asked = whoosh.Or([A[0], B[0], whoosh.Term("word", "焊", boost=0.5)])
    meant = Ranked(Any((A[1], B[1], WORD["焊"][1])), ((A[1], 1.0), (B[1], 1.0), (WORD["焊"][1], 0.5)))
    found = {hit["doc_id"]: hit.score for hit in embedded.whoosh_searcher().search(asked, limit=None)}
    assert found == pytest.approx({match.doc_id: match.score for match in memory.search(meant, 1000).best})


def test_what_is_stored_and_what_is_known_of_terms(engines: BOTH) -> None:
    memory, embedded = engines
    searcher = embedded.whoosh_searcher()
    reader = searcher.reader()
    assert {row["doc_id"]: row["digest"] for row in reader.all_stored_fields()} == memory.digests()
    assert [term.decode() for term in reader.lexicon("word")] == [term for term, _ in memory.vocabulary("word")]
    assert [term.decode() for term in reader.lexicon("gram")] == [term for term, _ in memory.vocabulary("gram")]
    assert {term: reader.doc_frequency("word", term) for term, _ in memory.vocabulary("word")} == dict(
        memory.vocabulary("word")
    )
    assert reader.doc_count() == memory.info().documents
    assert ("word", "焊接") in reader
    assert ("word", "没有") not in reader
    assert [text for _, text in zip(range(2), reader.field_terms("tag"), strict=False)] == ["path:000", "path:001"]
