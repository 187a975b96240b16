"""Small files that would become large: what comes of a file, and what it takes, is bounded by its size."""

from __future__ import annotations

import io
import json
import lzma
import struct
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures import made
from seedsearch.reading.documents import (
    Failure,
)
from seedsearch.reading.formats import documents, limits
from seedsearch.reading.formats import tables as records
from seedsearch.reading.formats.limits import Budget
from seedsearch.reading.formats.members import Lost, Member
from seedsearch.reading.formats.streams import xz
from seedsearch.reading.formats.zip_archive import members, opened


def read(name: str, content: bytes) -> tuple[dict[str, str], dict[str, str]]:
    """Path → text of the documents, and path → reason of the failures."""
    found = list(documents(name, content))
    texts = {item.path: item.text for item in found if not isinstance(item, Failure)}
    return texts, {item.path: item.reason for item in found if isinstance(item, Failure)}


def size(texts: dict[str, str]) -> int:
    return sum(map(len, texts.values()))


def _wide_table(columns: int, heading: int, rows: int) -> bytes:
    names = ",".join(f"{i}{'长' * heading}" for i in range(columns))
    return "\n".join([names, *(",".join(f"值{row}" for _ in range(columns)) for row in range(rows))]).encode()


def _nested(key: bytes, depth: int, value: bytes) -> bytes:
    return (b'{"' + key + b'":') * depth + value + b"}" * depth


# Each is made when its test runs.
NAMED: dict[str, Callable[[], bytes]] = {
    "a long key of many values.jsonl": lambda: (
        _nested(b"k" * 24_000, 1, b"[" + b"1," * 8_000 + b"1]") + b'\n{"a": "rest"}'
    ),
    "long keys in long keys.jsonl": lambda: _nested(b"k" * 400, 400, b"[" + b"1," * 999 + b'"rest"]'),
    "many lines.jsonl": lambda: (b'{"' + b"k" * 500 + b'": [' + b"1," * 99 + b'"rest"]}\n') * 200,
    "long headings.csv": lambda: _wide_table(100, 100, 300),
    "a heading of a page.tsv": lambda: b"k" * 20_000 + b"\n" + b"1\n" * 5_000 + b"rest",
}


@pytest.mark.parametrize("name", NAMED)
def test_names_of_fields_come_to_a_few_times_the_file(name: str) -> None:
    """And nothing is lost: what stands without names, does, and the first such record is named."""
    content = NAMED[name]()
    texts, reasons = read(name, content)
    values = content.count(b",") + content.count(b"\n") + 1
    assert size(texts) <= (1 + limits.NAMES) * len(content) + limits.NAMES_GRANTED + 3 * values
    assert len(texts) >= content.count(b"\n")
    ((path, reason),) = reasons.items()
    assert path in texts
    assert path.startswith(f"{name}#")
    assert "more than 4 times the file" in reason
    last = list(texts.values())[-1]
    assert "rest" in last or "值299" in last


def test_an_ordinary_table_has_its_names_to_the_end() -> None:
    rows = [",".join(["1.234"] * 20)] * 3_000
    content = "\n".join([",".join(f"一二三四五六七八九十{i}" for i in range(20)), *rows]).encode()
    texts, reasons = read("t.csv", content)
    assert reasons == {}
    assert texts["t.csv#3000"].startswith("一二三四五六七八九十0: 1.234\n")


def test_names_have_one_budget_over_all_members() -> None:
    tables = {f"{i}.csv": b"k" * 2_000 + b"\n" + b"1\n" * 40 for i in range(50)}
    content = made.zip_of(tables)
    texts, reasons = read("a.zip", content)
    assert size(texts) <= (1 + limits.NAMES) * sum(map(len, tables.values())) + limits.NAMES_GRANTED + 3 * 50 * 40
    assert reasons
    assert len(texts) == 50 * 40


leaves = st.none() | st.booleans() | st.integers() | st.text("ab焊.", max_size=3)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("k.键", max_size=2), inner, max_size=3)
)


def _plainly(name: str, value: object) -> Iterator[str]:
    """The definition: a line a leaf, with its keys and dots between them."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _plainly(f"{name}.{key}" if name else key, inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _plainly(name, inner)
    elif value not in (None, ""):
        shown = str(value) if isinstance(value, str | bool) else json.dumps(value)
        yield f"{name}: {shown}\n" if name else f"{shown}\n"


@given(values)
def test_a_line_of_json_is_its_leaves_with_their_keys(value: object) -> None:
    (record,) = records.of_lines(json.dumps(value), Budget())
    assert record == records.Record(1, "".join(_plainly("", value)))


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_rows_with_too_many_fields_are_the_rest_of_the_table(ends: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "FIELDS", 5)
    text = ends.join(["a,b", '1,"x', ',y",2', "1,2,3,4,5", "1,2,3,4,5,6,7", "8,9"])
    found = list(records.of_table(text, Budget()))
    assert [record.number for record in found] == [1, 2, 3]
    assert found[2].text == ends.join(["1,2,3,4,5,6,7", "8,9"])
    assert "more than 5 fields" in found[2].reason


def test_a_line_of_too_many_values_stands_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "FIELDS", 5)
    found = list(records.of_lines("[1,2,3,4,5,6]\n[1,2,3]", Budget()))
    assert [record.text for record in found] == ["[1,2,3,4,5,6]", "1\n2\n3\n"]
    assert "more than 5 values" in found[0].reason


PAGE = ("焊接材料的创新，" * 44_000).encode()[: 1 << 20]


TEXTS = [f"{i}.txt" for i in range(24)]
# Each is made when its test runs: to pack them takes longer than to import everything else.
SHARING: dict[str, Callable[[], bytes]] = {
    "xz in ZIP": lambda: made.zip_of(dict.fromkeys([f"{name}.xz" for name in TEXTS], lzma.compress(PAGE))),
    "LZMA": lambda: made.zip_of(dict.fromkeys(TEXTS, PAGE), zipfile.ZIP_LZMA),
    # Of one character: what repeats otherwise takes bzip2 ten times as long.
    "bzip2": lambda: made.zip_of(dict.fromkeys(TEXTS, b"a" * len(PAGE)), zipfile.ZIP_BZIP2),
    "TAR in xz": lambda: made.tar_of(dict.fromkeys(TEXTS, PAGE), "w:xz"),
    "ZIP in ZIP": lambda: made.zip_of(
        dict.fromkeys([f"{i}.zip" for i in range(6)], made.zip_of(dict.fromkeys("abcdefghi", PAGE), zipfile.ZIP_LZMA))
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SHARING)
def test_small_members_share_what_is_granted(name: str) -> None:
    content = SHARING[name]()
    assert len(content) < 100_000
    texts, reasons = read("a", content)
    unpacked = sum(len(text.encode()) for text in texts.values())
    assert unpacked <= limits.GRANTED + limits.RATIO * len(content)
    assert any(f"more than {limits.RATIO} times its size" in reason for reason in reasons.values())


@pytest.mark.slow
def test_all_that_is_unpacked_is_counted_once_for_all_members(monkeypatch: pytest.MonkeyPatch) -> None:
    """The work, not only what comes of it: bytes that were unpacked, of members that were refused too."""
    spent: list[int] = []
    spend = Budget.spend

    def counted(budget: Budget, size: int) -> None:
        spent.append(size)
        spend(budget, size)

    monkeypatch.setattr(Budget, "spend", counted)
    content = SHARING["xz in ZIP"]()
    read("a.zip", content)
    assert sum(spent) <= (limits.REFUSED + 1) * limits.GRANTED + limits.RATIO * len(content)


@pytest.mark.slow
def test_good_members_are_read_beside_one_that_bursts() -> None:
    content = made.zip_of({"a.txt": "焊接", "b.txt": bytes(50 << 20), "c.txt": "材料"})
    texts, reasons = read("a.zip", content)
    assert list(texts) == ["a.zip!/a.txt", "a.zip!/c.txt"]
    assert list(reasons) == ["a.zip!/b.txt"]


def test_members_that_overlap_are_read_once() -> None:
    """A directory that names the same bytes a thousand times."""
    content = made.zip_of({"a.txt": PAGE[:3_000]}, zipfile.ZIP_STORED)
    at, end = content.index(b"PK\x01\x02"), content.index(b"PK\x05\x06")
    entries = content[at:end] * 1_000
    counts = struct.pack("<HHLL", 1_000, 1_000, len(entries), at)
    archive = opened(content[:at] + entries + content[end : end + 8] + counts + b"\0\0")
    found = list(members(archive, Budget()))
    assert sum(isinstance(one, Member) for one in found) <= (len(entries) + 3_000) // 3_000
    assert any(isinstance(one, Lost) and "verlap" in one.reason for one in found)


def _demanding(dictionary: int) -> bytes:
    """A file of xz that demands a dictionary of so many bytes."""
    least = {"id": lzma.FILTER_LZMA2, "mode": lzma.MODE_FAST, "mf": lzma.MF_HC3, "nice_len": 8}
    return lzma.compress(b"a" * 100, filters=[{**least, "dict_size": dictionary}])


def test_a_dictionary_has_a_limit() -> None:
    assert read("a.txt.xz", _demanding(limits.DICTIONARY))[1] == {}
    assert "emory" in read("a.txt.xz", _demanding(limits.DICTIONARY + (32 << 20)))[1]["a.txt.xz"]
    content = bytearray(made.zip_of({"a.txt": "焊接"}, zipfile.ZIP_LZMA))
    at = 30 + len("a.txt") + 4 + 1
    content[at : at + 4] = (1 << 30).to_bytes(4, "little")
    assert "emory" in read("a.zip", bytes(content))[1]["a.zip!/a.txt"]


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=4), st.integers(1, 9), st.booleans())
def test_streams_of_xz_that_follow_one_another_are_one(parts: list[bytes], piece: int, more: bool) -> None:
    packed = b"".join(lzma.compress(part) + b"\0" * 4 for part in parts) + b"not xz" * more
    stream = xz(io.BytesIO(packed))
    assert b"".join(iter(lambda: stream.read(piece), b"")) == b"".join(parts)
    with pytest.raises(EOFError):
        xz(io.BytesIO(packed[:20])).read(1)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_flipped_bit_in_a_member_is_said(method: int) -> None:
    content = bytearray(made.zip_of({"a.txt": PAGE[:3_000]}, method))
    content[content.index(b"PK\x01\x02") - 8] ^= 1
    assert "cannot be unpacked" in read("a.zip", bytes(content))[1]["a.zip!/a.txt"]


def _peak(name: str, content: bytes) -> int:
    """The most memory that is held while the documents of a file are read and dropped, in bytes."""
    tracemalloc.start()
    try:
        for item in documents(name, content):
            del item
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_members_are_in_memory_one_by_one(mode: str) -> None:
    page = b"".join(b"%d," % (i * i) for i in range(50_000))
    few, many = (made.tar_of({f"{i}.txt": page for i in range(count)}, mode) for count in (2, 8))
    whole = len(page) * 6 if mode != "w" else 0  # a TAR is unpacked as a whole
    assert _peak("a.tar", many) < _peak("a.tar", few) + 2 * whole + len(page)


@pytest.mark.slow
def test_what_a_piece_of_packed_bytes_grows_to_is_not_taken_whole() -> None:
    """The library would hand out all 40 MB of it at once."""
    packed = made.zip_of({"a.txt": bytes(40 << 20)}, zipfile.ZIP_BZIP2)
    assert len(packed) < 1_000
    assert _peak("a.zip", packed) < 8 << 20


@pytest.mark.slow
def test_a_tag_has_a_limit_and_text_has_none() -> None:
    long = "".join(chr(0x4E00 + i * i % 20_000) for i in range(600_000))
    texts, reasons = read("a.docx", made.docx_of(made.paragraph(long)))
    assert (size(texts), reasons) == (600_001, {})
    tag = "<w:p " + " ".join(f'a{i}="{i * i}"' for i in range(100_000)) + "/>"
    assert "a tag of more than 1,024 KiB" in read("a.docx", made.docx_of(tag))[1]["a.docx"]


def test_a_chapter_is_read_once_however_often_it_is_listed() -> None:
    content = made.epub_of({"a.xhtml": made.page_of("题", "书")}, ["a.xhtml"] * 1_000)
    assert list(read("a.epub", content)[0]) == ["a.epub!/OEBPS/a.xhtml"]


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (700 << 20, 700 << 20))
from pathlib import Path
from seedsearch.reading.formats import documents
content = Path(sys.argv[1]).read_bytes()
print(sum(len(getattr(item, "text", "")) for item in documents(sys.argv[1], content)))
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("values.jsonl", b"[" + b"[]," * 4_000_000 + b"1]"),
        ("fields.csv", b"a\n" + b"12," * 4_000_000),
        ("lines.jsonl", b"12\n" * 4_000_000),
        ("elements.epub", made.zip_of({"META-INF/container.xml": b"<c>" + b"<a/>" * 1_500_000 + b"</c>"}, 0)),
    ],
)
def test_what_is_taken_apart_does_not_fill_the_memory(name: str, content: bytes, tmp_path: Path) -> None:
    """12 MB of values, fields and lines took two gigabytes as objects."""
    path = tmp_path / name
    path.write_bytes(content)
    command = [sys.executable, "-W", "error", "-c", LIMITED, str(path)]
    done = subprocess.run(command, capture_output=True, check=False, env={"OPENBLAS_NUM_THREADS": "1"})
    assert (done.returncode, done.stderr) == (0, b"")
