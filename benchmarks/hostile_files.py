"""Hostile files for each format, and long texts as they are indexed: rows of `benchmarks.worst`.

A file is read, every document in it restored, cut into words and packed, as `index` does it in one process.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import zipfile
from collections.abc import Callable
from functools import partial

from benchmarks.hostile_texts import prose
from benchmarks.worst import Row
from fixtures import chm, made
from seedsearch.engines.embedded.packer import Packer
from seedsearch.engines.entries import (
    IndexEntry,
)
from seedsearch.indexing.pipeline import (
    batch_of,
)
from seedsearch.reading.documents import (
    Failure,
)
from seedsearch.reading.formats import documents
from seedsearch.restoring.clean import clean_document

PAGE = 1 << 20  # bytes of a member that is packed a thousandfold
LARGE = 20  # times the size of other rows


def indexed(name: str, content: bytes) -> int:
    """Read, restore and pack the file; how many documents it holds."""
    entries = [
        IndexEntry(item.path, "00", clean_document(item).readable, (), b"")
        for item in documents(name, content)
        if not isinstance(item, Failure)
    ]
    if entries:
        Packer.fitted(entries).pack(batch_of(entries))
    return len(entries)


def _long_keys(size: int) -> bytes:
    """Return a line: half of it a key, half of it values that are all called by it."""
    return b'{"' + b"k" * (size // 2) + b'": [' + b"1," * (size // 4) + b"1]}"


def _nested_keys(size: int) -> bytes:
    """Keys in keys, to the depth that the parser has, and values at the bottom."""
    key = b'{"' + b"k" * (size // 1_000) + b'":'
    return key * 500 + b"[" + b"1," * (size // 4) + b"1]" + b"}" * 500


def _long_headings(size: int) -> bytes:
    """Return a table: half of it headings, half of it rows of one character a field."""
    columns = max(size // 400, 1)
    rows = max(size // (4 * columns), 1)
    return b",".join([b"k" * 200] * columns) + (b"\n" + b",".join([b"1"] * columns)) * rows


def _one_heading(size: int) -> bytes:
    return b"k" * (size // 2) + b"\n1" * (size // 4)


def _members(pack: Callable[[bytes], bytes], ending: str, size: int) -> bytes:
    """Return a ZIP of members that unpack to a megabyte each."""
    packed = pack(("焊接材料的创新，" * (PAGE // 24)).encode())
    return made.zip_of({f"{i}{ending}": packed for i in range(size // (len(packed) + 130) + 1)}, zipfile.ZIP_STORED)


def _by_method(method: int, size: int) -> bytes:
    """Return the same, packed by the archive itself."""
    page = ("焊接材料的创新，" * (PAGE // 24)).encode()
    one = made.zip_of({"0.txt": page}, method)
    at, end = one.index(b"PK\x01\x02"), one.index(b"PK\x05\x06")
    count = min(size // end + 1, 0xFFFF)
    directory = b"".join(
        one[at : at + 42] + (number * at).to_bytes(4, "little") + one[at + 46 : end] for number in range(count)
    )
    return one[:at] * count + directory + _end(count, len(directory), at * count)


def _end(count: int, size: int, at: int) -> bytes:
    """Return the end of an archive with so many members, whose directory has so many bytes and begins there."""
    return b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, count, count, size, at, 0)


def _overlapping(size: int) -> bytes:
    """Return a directory that names the same bytes again and again."""
    content = made.zip_of({"a.txt": prose(size // 2)}, zipfile.ZIP_STORED)
    at, end = content.index(b"PK\x01\x02"), content.index(b"PK\x05\x06")
    count = min(size // 2 // (end - at) + 1, 0xFFFF)
    return content[:at] + content[at:end] * count + _end(count, (end - at) * count, at)


def _docx(unit: str, size: int) -> bytes:
    """Return a document of so many bytes that are not packed, so that the format is measured and not what packs it."""
    with zipfile.ZipFile(io.BytesIO(made.docx_of(unit * (size // len(unit) + 1)))) as packed:
        return made.zip_of({name: packed.read(name) for name in packed.namelist()}, zipfile.ZIP_STORED)


def _table_in_table(size: int) -> bytes:
    """Tables in tables, side by side."""
    deep = 200
    inner = "<w:tbl><w:tr><w:tc>" * deep + made.paragraph("字") + "</w:tc></w:tr></w:tbl>" * deep
    return _docx(inner, size)


def _epub(size: int) -> bytes:
    """Return a chapter that the spine lists again and again."""
    pages = {
        "META-INF/container.xml": '<c><rootfile full-path="b.opf"/></c>',
        "a.xhtml": made.page_of("题", prose(2_000)),
    }
    spine = '<itemref idref="a"/>' * (size // 20)
    return made.zip_of({**pages, "b.opf": f'<p><item id="a" href="a.xhtml"/>{spine}</p>'}, zipfile.ZIP_STORED)


def _mobi(size: int) -> bytes:
    """Return a book with eight codes a byte, which stand for nothing."""
    table = struct.pack(">4sIII8x", b"HUFF", 24, 24, 24 + 1024) + struct.pack(">I", 1 << 8 | 0x80 | 1) * 256
    words = struct.pack(">4sIIIHHH", b"CDIC", 16, 2, 1, 4, 4, 0x8000)
    pieces = max(1, size // 4_000)
    return made.mobi_of("\x55" * 4_000 * pieces, packing=17480, records=pieces, huff=[table + bytes(256), words])


def _small_blocks(size: int) -> bytes:
    """Return a book of blocks of one byte each, which take 56 bytes with their codes."""
    return chm.chm_of({"a.htm": bytes(i % 17 for i in range(size // 56))}, styles=("skewed",), block=1)


def _one_bit(size: int) -> bytes:
    """Return a book of bytes that take a bit each."""
    return chm.chm_of({"a.htm": bytes(8 * size)}, styles=("skewed",))


def _row(what: str, name: str, make: Callable[[int], bytes], times: int = 1) -> Row:
    """`times` as large as other rows: what is granted to every file, and the arrays of a part, take no more then."""
    return Row(f"{what} ({name})", lambda size: make(times * size), partial(indexed, name))


ROWS = (
    _row("long keys", "a.jsonl", _long_keys),
    _row("keys in keys", "a.jsonl", _nested_keys),
    _row("lists of lists", "a.jsonl", lambda size: b"[" + b"[]," * (size // 3) + b"1]"),
    _row("short lines", "a.jsonl", lambda size: b"12\n" * (size // 3)),
    _row("long headings", "a.csv", _long_headings),
    _row("one long heading", "a.csv", _one_heading),
    _row("a row of many fields", "a.csv", lambda size: b"a\n" + b"1," * (size // 2)),
    _row("a quote that is not closed", "a.csv", lambda size: b'a\n"' + b"1,\n" * (size // 3)),
    _row("members of xz", "a.zip", partial(_members, lzma.compress, ".txt.xz"), LARGE),
    _row("members of bzip2", "a.zip", partial(_members, bz2.compress, ".txt.bz2"), LARGE),
    _row("members of gzip", "a.zip", partial(_members, gzip.compress, ".txt.gz"), LARGE),
    _row("members by LZMA", "a.zip", partial(_by_method, zipfile.ZIP_LZMA), LARGE),
    _row("members by bzip2", "a.zip", partial(_by_method, zipfile.ZIP_BZIP2), LARGE),
    _row("members that overlap", "a.zip", _overlapping),
    _row("tables in tables", "a.docx", _table_in_table),
    _row("breaks", "a.docx", lambda size: _docx("<w:r><w:br/></w:r>", size)),
    _row("codes of one bit", "a.mobi", _mobi),
    _row("blocks of one byte", "a.chm", _small_blocks),
    _row("bytes of one bit", "a.chm", _one_bit),
    _row("a chapter listed often", "a.epub", _epub),
    _row("a long text", "a.txt", lambda size: prose(size).encode(), LARGE),
    _row("a long text in GB18030", "a.txt", lambda size: prose(size).encode("gb18030", "ignore"), LARGE),
    _row("a text without a mark", "a.txt", lambda size: ("焊" * (size // 3)).encode(), LARGE),
    _row("a word a line", "a.txt", lambda size: ("焊接\n材料\n产业链\n" * (size // 24)).encode(), LARGE),
    _row("words that stand once", "a.txt", lambda size: b" ".join(b"%x" % (i * i) for i in range(size // 8)), LARGE),
    _row("capitals", "a.txt", lambda size: b"ABC DEF, " * (size // 9), LARGE),
)
