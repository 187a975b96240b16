"""What is fed with bytes, and the laws that no bytes may break.

A target takes any bytes and raises only when a law is broken; `seeds` are good bytes to start from. The same targets
are run by property tests with random bytes, and by a fuzzer that watches which code they reach.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from fixtures import chm, made
from fixtures.known_files import KNOWN_FILES
from seedsearch.errors import NotText, QueryError
from seedsearch.offsets import apply_edits, check_edits
from seedsearch.reading.documents import (
    Failure,
)
from seedsearch.reading.formats import documents
from seedsearch.reading.formats.limits import TEXTS
from seedsearch.restoring.clean import clean
from seedsearch.searching.tiers import readings
from seedsearch.text.analyzer import placed_words
from seedsearch.text.run_text import run_text

# Those of the files of known answers, of which each format has one, and others that formats go by.
ENDINGS = tuple(dict.fromkeys((*(name.partition(".")[2] for name in KNOWN_FILES), "tsv", "ass", "lrc")))
PAGE = "<html><title>題</title><p>焊接(hàn)&nbsp;材料<ruby>焊<rt>hàn</ruby></p></html>"
DAMAGED = "生態?!睎|麗區創(chuàng)新&amp;lt;\u200b\ufffdÃ¤锟斤拷\x05\x06"


@dataclass(frozen=True, slots=True)
class Target:
    """A function that is fed with bytes, and bytes to start from."""

    feed: Callable[[bytes], None]
    seeds: tuple[bytes, ...]


def cleaning(content: bytes) -> None:
    """Edits are lawful and make the readable text, which is sound Unicode; its words stand in it."""
    try:
        cleaned = clean(content)
    except NotText:
        return
    edits = cleaned.edits
    check_edits(edits, len(cleaned.raw.text))
    assert apply_edits(cleaned.raw.text, edits) == cleaned.readable
    assert len(cleaned.text) == len(cleaned.readable)
    assert all(0 <= f.span.start < f.span.end <= len(cleaned.raw.text) for f in cleaned.findings)
    cleaned.readable.encode("utf-8")
    run = run_text(cleaned.readable)
    assert all(run.startswith(word, at) for at, word in placed_words(run))


def query(content: bytes) -> None:
    """Every text is read in some way, or refused as a query that cannot be asked."""
    with suppress(QueryError):
        assert readings(content.decode("utf-8", "replace"))


def formats(content: bytes) -> None:
    """A file gives documents and failures and raises nothing; paths go on from its own; texts are sound."""
    name = f"in/a.{ENDINGS[content[0] % len(ENDINGS)]}" if content else "in/a"
    size = 0
    for item in documents(name, content[1:]):
        assert item.path.startswith(name)
        item.path.encode("utf-8")
        if isinstance(item, Failure):
            assert item.reason
        else:
            size += len(item.text)
            item.text.encode("utf-8")
    assert size <= TEXTS


_ARCHIVES = (
    made.zip_of({"a.txt": "焊接", "b/c.csv": "名,值\n焊,1\n", "d.zip": made.zip_of({"e.txt": "字"})}),
    made.tar_of({"a.txt": "焊接", "b.jsonl": '{"a": [1, "焊"]}\n'}),
    made.tar_of({"a.txt": "焊接"}, "w:gz"),
    made.tar_of({"a.txt": "焊接"}, "w:xz"),
    made.zip_of({"a.txt": "焊接"}, zipfile.ZIP_LZMA),
    made.zip_of({"a.txt": "焊接"}, zipfile.ZIP_BZIP2),
    made.docx_of(made.paragraph("焊接") + f"<w:tbl><w:tr><w:tc>{made.paragraph('甲')}</w:tc></w:tr></w:tbl>"),
    made.epub_of({"c.xhtml": made.page_of("题", "书")}, about="<title>书</title>"),
    made.xlsx_of({"表": '<row><c t="s"><v>0</v></c></row>'}, ["<t>焊</t>"]),
    made.pptx_of([made.shown("焊接")]),
    made.odf_of("<text:p>焊接</text:p>"),
    made.rtf_of(made.escaped("焊接", "gbk") + b"\\par \\u26448?{\\*\\x y}"),
    made.doc_of("焊接\r\x13 A \x14甲\x15"),
    made.xls_of({"表": [["焊", "接"]]}, cut=6),
    made.ppt_of("焊接"),
    made.sqlite_of("CREATE TABLE t (a, b)", ("INSERT INTO t VALUES (?, ?)", ("焊", 1))),
    made.mobi_of("<p>焊接</p>", author="甲"),
    made.mobi_of("\x01\x23", packing=17480, huff=made.huff_of(["焊接".encode(), b"x", (0, 1), (2, 2)])),
    *(
        chm.chm_of({"a.htm": b"<p>x</p>", "c.hhc": b"<object><param name=name value=y></object>"}, styles=styles)
        for styles in ((), ("flat",), ("aligned",), ("plain",), ("literal",))
    ),
    b"<TEI><teiHeader><char xml:id='a'><mapping type='unicode'>U+4E00</mapping></char></teiHeader>"
    b"<p><g ref='#a'/></p></TEI>",
    "<FictionBook><body><p>焊接</p></body></FictionBook>".encode(),
    b"From a Mon Jan  1 00:00:00 2024\nSubject: =?gbk?B?xMM=?=\nMIME-Version: 1.0\nTo: b\n\nx\n",
)
_PARTS = b"--b\n\nx\n--b\nContent-Disposition: attachment; filename=c\n\ny\n"
_MAIL = b"Subject: a\nContent-Type: multipart/mixed; boundary=b\n\n" + _PARTS
_TEXTS = (
    _MAIL,
    b'{"cells": [{"source": ["a"], "outputs": [{"text": "b"}]}]}',
    b"a,b\n1,2\n",
    "a\t乙\n1\t2\n".encode("utf-16"),
    '{"题": "焊", "x": {"y": [1]}}\n'.encode(),
    PAGE.encode(),
    'msgid "a"\n"b"\nmsgstr[0] "焊\\n"\n'.encode(),
    '"a" = "焊\\U63a5";'.encode(),
    "1\n00:00:01,000 --> 00:00:02,000\n焊接\n".encode(),
    "[Events]\nFormat: Start, End, Text\nDialogue: 0:00:01.00,0:00:02.00,焊\\N接\n".encode(),
    "[ti:a]\n[00:01.00][00:02.00]焊接\n".encode(),
    "---\ntitle: [a, 'b']\nauthor:\n  - c\n---\n焊接\n".encode(),
    "\\title{焊\\emph{接}}% a\n\\begin{a}[b]{c}\\\\\\%\n".encode(),
    "#+TITLE: a\n<pb:KR1a_1-1a>焊¶\n".encode(),
)

TARGETS = {
    "cleaning": Target(cleaning, (PAGE.encode(), DAMAGED.encode(), "东丽区的焊接".encode("gb18030"), b"~{<:Ky~}")),
    "query": Target(query, ('"创新 联合体"~5 AND (焊接 OR 材料) NOT -a* wor?d~1 path:x date:2025..2026-03'.encode(),)),
    "formats": Target(
        formats,
        (
            *(bytes([i]) + content for i, content in enumerate((*_TEXTS, *_ARCHIVES), 1)),
            *(
                bytes([ENDINGS.index(name.partition(".")[2])]) + made.as_bytes(file)
                for name, file in KNOWN_FILES.items()
            ),
        ),
    ),
}
