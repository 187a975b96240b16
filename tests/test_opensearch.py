"""What of the distributed engine needs no cluster: URLs, what is asked, what is packed, when a document is seen."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch import build_index
from seedsearch.engines.entries import IndexEntry
from seedsearch.engines.opensearch.address import (
    PASSWORD,
    PASSWORD_FILE,
    USER,
    Address,
    Credentials,
)
from seedsearch.engines.opensearch.asking import Asking
from seedsearch.engines.opensearch.control import has_ended, this_host, this_process
from seedsearch.engines.opensearch.counting import before, is_changed, one_edit
from seedsearch.engines.opensearch.manifest import FORMAT, Commit, Holder, Kept, Manifest
from seedsearch.engines.opensearch.mapping import COUNT, LONGEST_TERM, Json, key_of, plain, term_of
from seedsearch.engines.opensearch.packing import SKETCH, distinct, least, original, pack, united
from seedsearch.engines.query import All, AtLeast, Fuzzy, Near, Not, OnText, Pattern, Query, Run, Term
from seedsearch.errors import IndexDamaged, IndexStale, SettingsError
from seedsearch.indexing.pipeline import batch_of
from seedsearch.text.analyzer import words
from seedsearch.text.array_types import Keys
from seedsearch.text.joints import Joined, grams
from seedsearch.text.run_text import run_text
from tests.programs import warm as program

TEXTS = st.text("焊接产业a1 \n*[]·(-。\ud800\U0001f600", max_size=40)

# Where it is.


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("opensearch://host/name", Address((("host", 9200),), "name")),
        ("opensearch://a:1,b:2/名字", Address((("a", 1), ("b", 2)), "名字")),
        ("opensearch+https://ann@host:443/x?shards=3&replicas=0", Address((("host", 443),), "x", True, "ann", 3, 0)),
        ("OpenSearch+HTTPS://[::1]:9200/x", Address((("::1", 9200),), "x", True)),
        ("opensearch://host/%E5%90%8D", Address((("host", 9200),), "名")),
    ],
)
def test_what_a_url_says(url: str, meant: Address) -> None:
    assert Address.of(url) == meant
    assert Address.of(str(meant)) == replace(meant, user=None, shards=None, replicas=None)


@pytest.mark.parametrize(
    "rest",
    [
        *("", "host/x", "//host", "//host/", "///x", "//host/X", "//host/_x", "//host/a b", "//host/a,b", "//host/a*"),
        *("//host:0/x", "//host:99999/x", "//host:x/x", "//a,,b/x", "//host/x?shards=0", "//host/x?shards=a"),
        *("//host/x?more=1", "//host/a/b", f"//host/{'x' * 201}"),
    ],
)
def test_a_url_that_says_nothing_is_refused_in_a_line(rest: str) -> None:
    with pytest.raises(SettingsError, match="opensearch://localhost:9200/archive") as caught:
        Address.of(f"opensearch:{rest}")
    assert "\n" not in str(caught.value)


def test_a_password_is_never_a_part_of_a_url(tmp_path: Path) -> None:
    url = "opensearch://ann:geheim@host:9200/x"
    with pytest.raises(SettingsError, match=PASSWORD) as caught:
        Address.of(url)
    assert "geheim" not in str(caught.value)
    done = program("query", "-i", url, "焊接", cwd=tmp_path)
    assert (done.returncode, b"geheim" in done.stderr, done.stderr.count(b"\n")) == (2, False, 1)


def test_who_asks_is_in_the_environment_or_in_a_file(tmp_path: Path) -> None:
    address, file = Address.of("opensearch://ann@host/x"), tmp_path / "password"
    file.write_text("geheim\n", encoding="utf-8")
    for environment in ({PASSWORD: "geheim"}, {PASSWORD_FILE: str(file), USER: "bob"}):
        found = Credentials.of(address, environment)
        assert (found.user, found.secret) == ("ann", ("geheim",))
        assert "geheim" not in repr(found)
    assert Credentials.of(replace(address, user=None), {}) == Credentials(None)
    with pytest.raises(SettingsError, match="no password for ann"):
        Credentials.of(address, {})
    with pytest.raises(SettingsError, match="cannot be read: no such file"):
        Credentials.of(address, {PASSWORD_FILE: str(tmp_path / "none")})


@pytest.mark.slow
@pytest.mark.parametrize("command", [["--help"], ["query", "-i", "index", "焊接"], ["stats", "-i", "index"]])
def test_nothing_of_it_is_loaded_for_an_index_in_a_folder(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "a.txt").write_text("焊接材料", encoding="utf-8")
    build_index(tmp_path / "a.txt", tmp_path / "index", workers=1)
    done = program(*command, cwd=tmp_path, PYTHONPROFILEIMPORTTIME="1")
    loaded = re.findall(rb"\| +(\S+)$", done.stderr, re.M)
    assert b"seedsearch" in loaded
    assert not [name for name in loaded if b"opensearch" in name or b"urllib3" in name]


def test_a_cluster_that_is_not_there_is_said_in_a_line(tmp_path: Path) -> None:
    done = program("query", "-i", "opensearch://127.0.0.1:1/x", "焊接", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == (
        b"seedsearch: opensearch://127.0.0.1:1/x cannot be reached: connection refused; "
        b"see whether it runs and whether host and port are right\n"
    )


# What is asked.


def asked(query: Query, looked_at: list[tuple[OnText, int]] | None = None) -> Json:
    def look(node: OnText, among: Sequence[Json]) -> Json:
        if looked_at is not None:
            looked_at.append((node, len(among)))
        return {"ids": {"values": []}}

    return Asking(query, look, lambda part: None).asked(query)


def clauses(asked: Any) -> int:
    if isinstance(asked, dict):
        return sum(1 if key in ("term", "match_phrase") else clauses(value) for key, value in asked.items())
    return sum(map(clauses, asked)) if isinstance(asked, list) else 0


def test_a_run_is_its_pairs_and_a_phrase_in_either_text() -> None:
    assert asked(Run("焊")) == {"term": {"run": "焊"}}
    assert asked(Run("焊接")) == asked(Term("gram", "焊接")) == {"term": {"pair": "焊接"}}
    assert asked(Run("焊接a")) == {
        "bool": {
            "filter": [{"term": {"pair": "焊接"}}, {"term": {"pair": "接a"}}],
            "should": [{"match_phrase": {"run": "焊接a"}}, {"match_phrase": {"joined": "焊接a"}}],
            "minimum_should_match": 1,
        }
    }
    assert asked(Run("")) == asked(All(())) == asked(AtLeast(0, ())) == {"match_all": {}}
    assert asked(AtLeast(2, (Run("焊"),))) == {"match_none": {}}


def test_what_has_to_be_looked_at_is_among_what_the_others_leave() -> None:
    told: list[tuple[OnText, int]] = []
    asked(All((Pattern("a"), Run("焊"), Near(("焊", "接"), 3))), told)
    assert told == [(Pattern("a"), 1), (Near(("焊", "接"), 3), 4)]
    told.clear()
    asked(Not(Pattern("a")), told)
    assert told == [(Pattern("a"), 0)]


@pytest.mark.parametrize("count", [1, 59, 61, 400])
def test_no_query_has_more_clauses_than_a_cluster_takes(count: int) -> None:
    """1,024 in all: with many runs none of their pairs is looked for first."""
    runs = tuple(Run("".join(chr(0x4E00 + 60 * i + j) for j in range(60))) for i in range(count))
    assert clauses(asked(AtLeast(1, runs))) <= 1024


@given(st.text("ab焊.*", min_size=1, max_size=4), st.text("ab焊.*", max_size=5))
def test_the_terms_near_one_are_those_of_one_edit(text: str, other: str) -> None:
    """Lucene's expressions are a part of Python's here."""
    found = re.fullmatch(one_edit(text), other, re.DOTALL) is not None
    assert found == (Fuzzy(text, 1).accepts(other) and other != "")


@given(st.text("ab焊", min_size=1, max_size=3), st.text("ab焊接", max_size=4))
def test_before_a_prefix_are_all_terms_that_do_not_begin_with_it_and_come_first(prefix: str, term: str) -> None:
    if term.startswith(prefix):
        assert (before(prefix) or "") < term
    elif term < prefix:
        assert term <= (before(prefix) or "")


# What is packed.


def packed(*texts: str) -> list[dict[str, Any]]:
    entries = [IndexEntry(f"doc {n}", "d", text, ("k:1", "k:1"), b"") for n, text in enumerate(texts)]
    return [json.loads(b"{" + one.json) for one in pack(batch_of(entries)).documents]


def counted(document: dict[str, Any]) -> Counter[str]:
    """The terms of the field `gram`, as the cluster counts them: characters and pairs of each value."""
    found: Counter[str] = Counter()
    for value in document["run"]:
        found.update(char for char in value if char != " ")
    for value in (*document["run"], *document.get("pair", ())):
        found.update(value[at : at + 2] for at in range(len(value) - 1) if " " not in value[at : at + 2])
    return found


@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_a_document_has_the_terms_that_every_engine_counts(texts: list[str]) -> None:
    for text, document in zip(texts, packed(*texts), strict=True):
        run = run_text(text)
        expected = Counter({plain(gram): count for gram, count in grams(run).items()})
        assert document["run"][0] == plain(run)
        assert counted(document) == expected
        assert document["gram_length"] == expected.total()
        assert document.get("joined", plain(run)) == plain(Joined(run).text)
        in_words = dict((row if COUNT in row else f"{row}{COUNT}1").split(COUNT) for row in document.get("word", ()))
        assert {word: int(count) for word, count in in_words.items()} == Counter(map(plain, words(run)))
        assert document["word_length"] == len(list(words(run)))
        assert original(document)[2] == text
        assert document["tag"] == ["k:1"]


@pytest.mark.slow
def test_a_long_text_in_pieces_is_packed_as_one() -> None:
    text = "焊接产业。" * 60_000 + "a b" * 9
    (document,) = packed(text)
    assert document["run"][0] == run_text(text)
    assert document["gram_length"] == grams(run_text(text)).total()


def test_a_name_that_is_no_text_comes_back() -> None:
    """And is told from others; one that is too long for a term as well."""
    for doc_id in ("a\udcff", "名" * LONGEST_TERM):
        (one,) = pack(batch_of([IndexEntry(doc_id, "d", "焊", (), b"")])).documents
        document = json.loads(b"{" + one.json)
        assert original(document) == (doc_id, "d", "焊")
        assert is_changed(document["id"])
        assert len(document["id"].encode()) < 32_766
    assert not is_changed("名字")
    assert term_of("a\udcff") != term_of("a\udcfe")
    assert key_of("a\udcff") != key_of("a\udcfe")


@given(st.sets(st.integers(0, 2**64 - 1), max_size=50))
def test_few_numbers_are_counted_exactly(numbers: set[int]) -> None:
    assert distinct(least(np.array(sorted(numbers), dtype=np.uint64))) == len(numbers)


numbers = st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 5)).map(lambda found: np.array(found, dtype=np.uint64))


@given(a=numbers, b=numbers)
def test_the_least_of_two_are_those_of_both(a: Keys, b: Keys) -> None:
    """However many there are of each, and where some are in both."""
    both = least(np.concatenate([a, b]))
    assert united(least(a), least(b)).tolist() == both.tolist()


@pytest.mark.slow
def test_many_numbers_are_counted_within_two_in_a_hundred() -> None:
    text = "".join(chr(0x4E00 + (n * 7919) % 20_000) for n in range(200_000))
    made = pack(batch_of([IndexEntry("a", "d", text, (), b"")]))
    assert len(made.grams) == SKETCH or len(grams(run_text(text))) < SKETCH
    assert distinct(made.grams) == pytest.approx(len(grams(run_text(text))), rel=0.02)


# When a document is seen.


def sees(manifest: Manifest, number: int, born: int, died: Sequence[int]) -> bool:
    """Tell whether a document matches what a reader asks for, as the cluster would."""

    def matches(asked: Json) -> bool:
        ((kind, value),) = asked.items()
        if kind == "range":
            ((field, bounds),) = value.items()
            return any(bounds["gte"] <= one <= bounds["lte"] for one in ([born] if field == "born" else died))
        if kind == "bool":
            some = any(map(matches, value["should"])) if "should" in value else True
            return some and not any(map(matches, value.get("must_not", ())))
        return kind == "match_all"

    return all(map(matches, manifest.seen(number)))


@given(st.sets(st.integers(1, 9)), st.integers(0, 9), st.integers(1, 9), st.sets(st.integers(1, 9), max_size=3))
def test_a_document_is_seen_where_it_was_born_and_has_not_died(
    lost: set[int], number: int, born: int, died: set[int]
) -> None:
    """By writers that committed: those up to a number but for the lost ones."""
    committed = set(range(1, number + 1)) - lost
    manifest = Manifest(lost=tuple(sorted(lost)))
    assert sees(manifest, number, born, sorted(died)) == (born in committed and not died & committed)


WHOLE = Manifest(
    Commit(3, "mark\ud800", 7, "x-000001", 2, 9, 4, {"note": Kept("kept-1", 1, 5, 6)}),
    next=9,
    lost=(2, 8),
    swept=2,
    dead=((7, 100),),
    old=(("x-000000", 99),),
    holder=Holder("t", 8, "host", "1 2", 3),
    nonce="n",
)


def test_a_manifest_comes_back_as_it_was_written() -> None:
    assert Manifest.read(json.loads(json.dumps(WHOLE.body())), "x") == WHOLE


@pytest.mark.parametrize("version", [FORMAT + 1, 0, "1", None])
def test_a_manifest_of_another_format_is_stale(version: object) -> None:
    body = dict(WHOLE.body())
    body["content"] = json.dumps({**json.loads(body["content"]), "format": version})
    said = "newer version" if version == FORMAT + 1 else f"in form {version}"
    with pytest.raises(IndexStale, match=f"{said}.*--rebuild"):
        Manifest.read(body, "x")


@given(st.data())
def test_a_manifest_that_was_changed_is_damaged(data: st.DataObject) -> None:
    body = dict(WHOLE.body())
    at = data.draw(st.integers(0, len(body["content"]) - 1))
    other = data.draw(st.characters(codec="ascii"))
    content = body["content"][:at] + other + body["content"][at + 1 :]
    if content == body["content"]:
        return
    with pytest.raises((IndexDamaged, IndexStale)):
        Manifest.read({**body, "content": content}, "x")


@pytest.mark.parametrize("source", [None, {}, [], {"content": 1, "checksum": 2}, {"content": "[]", "checksum": 0}])
def test_what_is_no_manifest_is_damaged(source: object) -> None:
    with pytest.raises(IndexDamaged, match="--rebuild"):
        Manifest.read(source, "x")


def test_a_writer_has_ended_with_its_process_and_not_where_that_is_elsewhere() -> None:
    mine = Holder("t", 1, this_host(), this_process())
    assert not has_ended(mine)
    assert has_ended(replace(mine, process=mine.process + "0"))  # its number was given again
    assert has_ended(replace(mine, process="999999999 1"))
    assert not has_ended(replace(mine, host="elsewhere", process="999999999 1"))
