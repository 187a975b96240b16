"""What the parts of a segment write they read again, and arrays say what the plain definitions say."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.engines.embedded import bigrams, postings, varints
from seedsearch.engines.embedded.alphabet import RANKED, Alphabet
from seedsearch.engines.embedded.bigrams import PairsWriter, PairTable
from seedsearch.engines.embedded.expansion import accepted_rows
from seedsearch.engines.embedded.postings import Lists
from seedsearch.engines.embedded.section_file import Container, laid_out
from seedsearch.engines.embedded.term_dictionary import TermsWriter, TermTable
from seedsearch.engines.embedded.text_store import put_together, take_apart
from seedsearch.engines.query import Between, Fuzzy, Prefix, Wildcard
from seedsearch.text.batch import RunTexts
from seedsearch.text.code_points import points, text_of
from seedsearch.text.run_text import plain_grams, run_text
from tests.strategies import mixed_text

DOCUMENTS = 3000

posting_lists = st.lists(
    st.dictionaries(st.integers(0, DOCUMENTS - 1), st.integers(1, 40), min_size=1, max_size=12), min_size=1, max_size=9
)
any_text = st.one_of(mixed_text, st.text(max_size=30), st.text("焊接產后 \n\t\u3000\0A,，𠮷\ud800", max_size=30))


def lists_of(made: list[dict[int, int]]) -> Lists:
    rows = [(document, made_of[document]) for made_of in made for document in sorted(made_of)]
    documents, counts = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    return Lists(np.array([len(made_of) for made_of in made]), documents, counts)


def dicts_of(lists: Lists) -> list[dict[int, int]]:
    made: list[dict[int, int]] = [{} for _ in lists.lengths]
    rows = zip(lists.owners().tolist(), lists.documents.tolist(), lists.counts.tolist(), strict=True)
    for owner, document, count in rows:
        made[owner][document] = count
    return made


@given(st.lists(st.integers(0, 2**60)))
def test_varints(values: list[int]) -> None:
    stored = varints.encode(np.array(values, dtype=np.uint64))
    assert varints.decode(stored).tolist() == values
    assert varints.sizes(np.array(values, dtype=np.uint64)).sum() == len(stored)


@given(posting_lists, st.integers(1, 4))
def test_lists_are_read_one_by_one_and_together(made: list[dict[int, int]], chunk: int) -> None:
    lists = lists_of(made)
    extras = postings.extras_of(lists)
    stored, starts = postings.encode(lists, extras, DOCUMENTS, chunk)
    bits = np.frombuffer(stored, dtype=np.uint8)
    values, _ = postings.numbers_of(lists.lengths, extras)
    documents, read = postings.from_numbers(values.astype(np.int64))
    assert (documents.tolist(), read.tolist()) == (lists.lengths.tolist(), extras.tolist())
    assert postings.starts_of(postings.Shape.of(documents, read, DOCUMENTS).sizes, chunk)[0].tolist() == starts.tolist()
    assert dicts_of(postings.decode(bits, starts, documents, extras, DOCUMENTS)) == made
    for i in range(len(made)):
        one = postings.decode(bits, starts[i : i + 1], documents[i : i + 1], extras[i : i + 1], DOCUMENTS)
        assert dicts_of(one) == [made[i]]
    rows = np.tile(np.arange(len(made)), 2 * postings.FEW // len(made) + 2)
    many, begins = postings.encode(lists_of([made[i] for i in rows]), extras[rows], DOCUMENTS, chunk)
    for some in (slice(None), slice(None, None, 2)):
        columns = (begins[some], documents[rows][some], extras[rows][some])
        together = postings.decode(np.frombuffer(many, dtype=np.uint8), *columns, DOCUMENTS)
        assert dicts_of(together) == [made[i] for i in rows[some]]


@pytest.mark.parametrize("size", [1499, 1500, 2800, DOCUMENTS])
def test_long_lists(size: int) -> None:
    rng = np.random.default_rng(size)
    chosen = np.sort(rng.permutation(DOCUMENTS)[:size])
    made = [{5: 1}, dict(zip(chosen.tolist(), rng.integers(1, 9, size).tolist(), strict=True)), {0: 2, 7: 1}]
    lists = lists_of(made)
    extras = postings.extras_of(lists)
    stored, starts = postings.encode(lists, extras, DOCUMENTS, 256)
    bits = np.frombuffer(stored, dtype=np.uint8)
    assert dicts_of(postings.decode(bits, starts, lists.lengths, extras, DOCUMENTS)) == made
    assert dicts_of(postings.decode(bits, starts[1:2], lists.lengths[1:2], extras[1:2], DOCUMENTS)) == made[1:2]
    assert postings.sizes_of(lists.lengths, extras, DOCUMENTS)[:2].tolist() == np.diff(starts).tolist()


@given(st.integers(1, 700))
def test_lists_of_one_document_are_read_at_once(count: int) -> None:
    order = np.random.default_rng(count).permutation(count).astype(np.int64)
    once = np.ones(count, dtype=np.int64)
    stored, _ = postings.encode(Lists(once, order, once), once * 0, count, 256)
    assert postings.decode_singles(np.frombuffer(stored, dtype=np.uint8), count).tolist() == order.tolist()


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), max_size=120))
def test_occurrences_become_postings(occurrences: list[tuple[int, int]]) -> None:
    keys, documents = (
        (np.array(column, dtype=np.uint64) for column in zip(*occurrences, strict=True))
        if (occurrences)
        else (np.zeros(0, np.uint64), np.zeros(0, np.uint64))
    )
    found, lists = postings.unpacked(postings.packed(keys, documents))
    counted = Counter(occurrences)
    expected = {
        key: {d: n for (k, d), n in sorted(counted.items()) if k == key} for key in sorted({k for k, _ in counted})
    }
    assert dict(zip(found.tolist(), dicts_of(lists), strict=True)) == expected


@given(st.lists(any_text, min_size=1, max_size=4))
def test_texts_are_taken_apart_as_run_texts_are_defined(texts: list[str]) -> None:
    apart = take_apart(RunTexts.of(texts))
    runs = np.split(apart.runs, np.cumsum(apart.lengths)[:-1])
    assert [text_of(run) for run in runs] == [run_text(text) for text in texts]
    assert put_together(apart.runs, apart.lengths, apart.differences, apart.sizes) == texts


@given(st.lists(any_text, min_size=1, max_size=4))
def test_pairs_hold_the_grams(texts: list[str]) -> None:
    apart = take_apart(RunTexts.of(texts))
    keys, owners = bigrams.pairs_of(apart.runs, apart.lengths)
    for number, text in enumerate(texts):
        found = Counter(map(bigrams.text_of, keys[owners == number].tolist()))
        expected = plain_grams(run_text(text))
        assert {gram: n for gram, n in found.items() if len(gram) == 2} == {
            g: n for g, n in expected.items() if len(g) == 2
        }
        singles = Counter(chr(key >> bigrams.SECOND_BITS) for key in keys[owners == number].tolist())
        assert singles == {gram: n for gram, n in expected.items() if len(gram) == 1}


@given(any_text, any_text)
def test_codes_can_be_searched(text: str, part: str) -> None:
    alphabet = Alphabet.usual()
    codes = alphabet.bytes_of(text)
    assert text_of(alphabet.decode(np.frombuffer(codes, dtype=np.uint8))[0]) == text
    assert (alphabet.bytes_of(part) in codes) == (part in text)


def test_every_length_of_code() -> None:
    alphabet = Alphabet.fitted(points("焊接" * 50 + "产业" * 20))
    assert alphabet.characters.startswith("焊接产业") or alphabet.characters.startswith("接焊")
    lengths = [len(alphabet.bytes_of(alphabet.characters[rank])) for rank in (0, 159, 160, 2367, 2368, RANKED - 1)]
    assert lengths == [1, 1, 2, 2, 3, 3]
    assert len(alphabet.bytes_of("𠮷")) == 5


WORDS = sorted(
    {"焊", "焊接", "焊接机", "接", "机器", "机器人", "ab", "abc", "acb", "bac", "", "a*b", "大学", "天津大学", "𠮷野"}
)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> TermTable:
    path = tmp_path_factory.mktemp("terms") / "a.segment"
    lists = lists_of([{i: 1} for i in range(len(WORDS))])
    made = TermsWriter("word", len(WORDS)).sections([([word.encode() for word in WORDS], lists)])
    content = b"".join(laid_out(chain([("count", [len(WORDS).to_bytes(8, "little")])], made)))
    path.write_bytes(content)
    return TermTable(Container(path, len(content)), "word")


patterns = st.text("焊接机a*?b大学", max_size=5)
tests = st.one_of(
    patterns.map(Prefix),
    patterns.map(Wildcard),
    st.builds(Fuzzy, st.text("焊接机器abc大学", min_size=1, max_size=5), st.integers(1, 2)),
    st.builds(Between, patterns, patterns),
)


@given(tests)
def test_the_vocabulary_is_looked_through_as_each_term_would_be(
    table: TermTable, test: Prefix | Wildcard | Fuzzy | Between
) -> None:
    found = [WORDS[place] for place in accepted_rows(table, test).tolist()]
    assert sorted(found) == [word for word in WORDS if test.accepts(word)]


def test_the_terms_with_a_character_are_looked_for_once(table: TermTable) -> None:
    owners = table.owners_of(ord("焊"))
    assert [WORDS[place] for place in owners.tolist()] == [word for word in WORDS for char in word if char == "焊"]
    assert table.owners_of(ord("焊")) is owners


@given(st.dictionaries(st.integers(0, 1 << 41), st.dictionaries(st.integers(0, 9), st.integers(1, 3), min_size=1)))
def test_pairs_are_found_in_chunks(made: dict[int, dict[int, int]]) -> None:
    keys = sorted(made)
    part = (np.array(keys, dtype=np.uint64), lists_of([made[key] for key in keys])) if keys else None
    with TemporaryDirectory() as folder:
        path = Path(folder, "a.segment")
        sections = PairsWriter(10).sections([part] if part else [])
        content = b"".join(laid_out(chain([("count", [(10).to_bytes(8, "little")])], sections)))
        path.write_bytes(content)
        stored = PairTable(Container(path, len(content)))
        for key in (*keys, 5, 1 << 40):
            assert dicts_of(stored.between(key, key + 1)[1]) == ([made[key]] if key in made else [])
            assert [entry[0] if entry else 0 for entry in stored.entries([key])] == [len(made.get(key, ()))]
        between, lists = stored.between(7, 1 << 40)
        assert dict(zip(between.tolist(), dicts_of(lists), strict=True)) == {
            key: of for key, of in made.items() if 7 <= key < 1 << 40
        }
