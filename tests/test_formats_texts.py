"""Texts with a grammar of their own: catalogues, subtitles, front matter, TeX, TEI, Kanripo, Kindle, Parquet."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures import made
from seedsearch.reading.documents import Failure, Said
from seedsearch.reading.formats import documents, huff, one_text, tables
from seedsearch.reading.formats.huff import Huff
from seedsearch.reading.formats.mobi import _unpacked
from seedsearch.reading.formats.tex import plain


def read(name: str, content: str | bytes) -> tuple[dict[str, str], str]:
    """Path → text of each document, and what is said of the rest."""
    found = list(documents(name, made.as_bytes(content)))
    texts = {item.path: item.text for item in found if not isinstance(item, Failure)}
    return texts, "; ".join(item.reason for item in found if isinstance(item, Failure))


def said(name: str, content: str | bytes) -> Said:
    """What a file says of itself."""
    (found,) = (item for item in documents(name, made.as_bytes(content)) if not isinstance(item, Failure))
    return found.said


PO = """msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

# 说明
#: a.c:1
msgctxt "menu"
msgid "Out of "
"memory"
msgid_plural "x"
msgstr[0] "内存"
"不足\\n"
msgstr[1] ""
#~ msgid "old"
#~ msgstr "旧的 \\"引号\\""
"""


def test_po_gives_an_entry_each_by_its_line() -> None:
    texts, failed = read("a.po", PO)
    assert texts == {
        "a.po#1": "Content-Type: text/plain; charset=UTF-8\n\n",
        "a.po#6": "menu\nOut of memory\nx\n内存不足\n\n",
        "a.po#13": 'old\n旧的 "引号"\n',
    }
    assert not failed
    assert one_text("a.po", PO.encode()).text == PO
    octal = r'msgid "hot \101 \\345"' + "\n" + r'msgstr "\346\270\251\345\272\246 \345\377"' + "\n"
    assert read("a.po", octal)[0] == {"a.po#1": "hot 101 \\345\n温度 345377\n"}
    assert read("a.po", "没有条目")[0] == {"a.po": "没有条目"}
    big5 = PO.replace("UTF-8", "Big5").replace("内存不足", "記憶體").replace("旧的", "老的").replace("说明", "說明")
    big5 = big5.replace("内存", "記憶體").replace("不足", "不夠").replace("引号", "引文")
    assert read("a.po", big5.encode("big5"))[0]["a.po#6"] == "menu\nOut of memory\nx\n記憶體不夠\n\n"


def test_strings_gives_a_pair_each_by_its_line() -> None:
    text = '/* "a" = "b"; */\n"key.one" = "打开\\n文件";\n// "x" = "y";\nkey2 =\n "\\U4fdd\\U5b58 \\"";\n'
    expected = {"a.strings#2": "key.one\n打开\n文件\n", "a.strings#4": 'key2\n保存 "\n'}
    assert read("a.strings", text) == (expected, "")
    assert read("a.strings", text.encode("utf-16"))[0] == expected
    assert one_text("a.strings", text.encode()).text == text


SRT = """1
00:00:01,000 --> 00:00:02,500
我们明天

2
00:00:03,000 --> 00:00:04,000
{\\an8}一起去北京

3
00:01:00,000 --> 00:01:01,000
第二天
"""


def test_subtitles_are_passages_whose_place_is_a_time() -> None:
    texts, failed = read("a.srt", SRT)
    assert texts == {"a.srt#00:00:01,000": "我们明天\n一起去北京\n", "a.srt#00:01:00,000": "第二天\n"}
    assert not failed
    assert read("a.srt", SRT.replace("\n", "\r\n"))[0] == texts
    assert one_text("a.srt", SRT.encode()).text == SRT
    vtt = "WEBVTT\n\nNOTE x\n\nid\n00:01.000 --> 00:02.000 align:start\n第一句\n第二句\n"
    assert read("a.vtt", vtt)[0] == {"a.vtt#00:01.000": "第一句\n第二句\n"}
    marked = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v.loud 老张>早<c.red>上</c><00:01.500>好\n<lang zh>走</lang>吧\n"
    assert read("a.vtt", marked)[0] == {"a.vtt#00:01.000": "老张: 早上好\n走吧\n"}
    ass = (
        "[Script Info]\nTitle: x\n[Events]\nFormat: Layer, Start, End, Style, Text\n"
        "Dialogue: 0,0:00:05.00,0:00:06.00,Default,{\\i1}后来\\N是这样，对\n"
        "Dialogue: 0,0:00:01.00,0:00:02.00,Default,{\\pos(1,2)}先前{\\an5\\p1}m 0 0 l 100 0{\\p0}\n"
        "Comment: 0,0:00:01.00,0:00:02.00,Default,不显示\n"
    )
    assert read("a.ass", ass)[0] == {"a.ass#0:00:01.00": "先前\n", "a.ass#0:00:05.00": "后来\n是这样，对\n"}
    lrc = "[ti:夜曲]\n[ar:某人]\n[00:12.00][00:50.00]副歌\n[00:13.50]第二行\n"
    assert read("a.lrc", lrc)[0] == {"a.lrc#00:12.00": "夜曲\n某人\n副歌\n第二行\n", "a.lrc#00:50.00": "副歌\n"}
    assert next(iter(documents("a.lrc", lrc.encode()))).said == Said(("夜曲",), ("某人",))  # type: ignore[union-attr]
    assert read("a.srt", "没有时间")[0] == {"a.srt": "没有时间"}
    two = "1\n00:00:01,000 --> 00:00:01,100\n甲\n\n2\n00:00:09,000 --> 00:00:09,100\n乙\n\n"
    assert list(read("a.srt", two + two)[0]) == ["a.srt#00:00:01,000", "a.srt#00:00:09,000"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("---\ntitle: 夜航船\nauthor: [张岱, '某人']\n---\n正文", Said(("夜航船",), ("张岱", "某人"))),
        (
            '---\ntitle: "夜: 航"\nauthors:\n  - 张岱\n  - name: 乙\ndate: 2024\n...\n',
            Said(("夜: 航",), ("张岱", "乙")),
        ),
        ('+++\ntitle = "夜航船"\nauthors = ["张岱"]\n[x]\na = 1\n+++\n正文', Said(("夜航船",), ("张岱",))),
        ("+++\ntitle = \n+++\n", Said()),
        ("---\n没有结尾", Said()),
        ("---\r\ntitle: 甲\r\n---\r\n", Said(("甲",))),
    ],
)
def test_front_matter_says_title_and_authors(text: str, expected: Said) -> None:
    assert said("a.md", text) == expected
    assert read("a.md", text)[0] == {"a.md": text}


TEX = (
    "\\documentclass[a4]{ctexart}\n\\title{论\\emph{焊接}}\\author{张三}\n% 注释\n"
    "\\begin{document}\n\\section{第一节}\\label{a}\n"
    "焊\\textbf{接}材料~100\\%，见\\cite{b}$x_1$。\n\\end{document}\n"
)


def test_tex_gives_what_it_prints_line_by_line() -> None:
    assert read("a.tex", TEX)[0] == {"a.tex": "\n论焊接张三\n\n\n第一节\n焊接材料 100%，见$x_1$。\n\n"}
    assert said("a.tex", TEX) == Said(("论焊接",), ("张三",))
    assert one_text("a.tex", TEX.encode()).text == TEX


@given(st.text("\\{}[]%$~ \nab焊title", max_size=60))
def test_tex_keeps_its_lines(text: str) -> None:
    assert plain(text).count("\n") <= text.count("\n")


KANRIPO = (
    "#+TITLE: 論語\n#+PROPERTY: ID KR1h0004\n"
    "<pb:KR1h0004_WYG_001-1a>¶\n子曰學而¶\n時習之<pb:KR1h0004_WYG_001-1b>不亦說乎¶\n"
)


MANY = 300_000  # of what makes a pattern that begins anew at each of them run for many minutes


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.tex", "x\\title" + " " * MANY, "x"),
        ("a.tex", "\\a[" * MANY, "[" * MANY),
        ("a.tex", "\\cite[" * MANY, "[" * MANY),
        ("a.po", "x" + " " * MANY, "x" + " " * MANY),
        ("a.po", " " * MANY + "x", " " * MANY + "x"),
        ("a.strings", "字" * MANY, "字" * MANY),
        ("a.strings", "/*" * MANY, "/*" * MANY),
        ("a.strings", '\\"' * MANY, '\\"' * MANY),
    ],
    ids=["title", "option", "names", "po", "blanks", "word", "comments", "quotes"],
)
def test_long_broken_texts_are_read_in_one_go(name: str, text: str, expected: str) -> None:
    assert read(name, text) == ({name: expected}, "")


def test_options_of_tex_hold_brackets() -> None:
    assert plain("见\\cite[第[一]章]{k}与\\item[[1]]甲") == "见与甲"


def test_titles_that_end_before_they_begin_are_one_passage() -> None:
    assert read("a.srt", "0:10.0 --> 0:01.0\n甲\n\n" * 3)[0] == {"a.srt#0:10.0": "甲\n甲\n甲\n"}


def test_mandoku_reads_across_lines_and_pages() -> None:
    assert read("a.txt", KANRIPO)[0] == {"a.txt": "\n\n\n子曰學而\n時習之不亦說乎\n"}
    assert said("a.txt", KANRIPO) == Said(("論語",))
    assert one_text("a.txt", KANRIPO.encode()).text == KANRIPO


TEI = """<?xml version="1.0" encoding="UTF-8"?>
<TEI xmlns="http://www.tei-c.org/ns/1.0" xml:id="T01"><teiHeader><fileDesc><titleStmt><title>長阿含經</title>
<author>佛陀耶舍</author></titleStmt></fileDesc><encodingDesc><charDecl>
<char xml:id="CB00001"><mapping type="unicode">U+2A3C7</mapping></char>
<char xml:id="CB00002"><charProp><localName>composition</localName><value>[金*本]</value></charProp></char>
</charDecl></encodingDesc></teiHeader><text><body><head>序</head><p>甲<g ref="#CB00001">X</g>乙<lb n="2"/>
丙<g ref="#CB00002"/><app><lem>丁</lem><rdg>戊</rdg></app><note>校注</note></p>
<lg><l>一句</l><l>二句</l></lg></body></text></TEI>
"""


def test_tei_reads_characters_that_its_head_names() -> None:
    assert read("a.xml", TEI)[0] == {"a.xml": "序\n甲\U0002a3c7乙丙[金*本]丁\n一句\n二句\n"}
    assert said("a.xml", TEI) == Said(("長阿含經",), ("佛陀耶舍",))
    assert "broken" in read("a.xml", TEI[:-30])[1]
    assert one_text("a.xml", TEI.encode()).text == TEI


def test_mobi_gives_its_text_with_title_and_author() -> None:
    for packing in (1, 2):
        for pieces in (1, 3):
            content = made.mobi_of("<p>焊接材料</p>" * 40, title="书名", author="作者", packing=packing, records=pieces)
            (found,) = documents("a.mobi", content)
            assert not isinstance(found, Failure)
            assert (found.path, found.text) == ("a.mobi!/text.html", "<p>焊接材料</p>" * 40)
            assert found.said == Said(("书名",), ("作者",))
    book = made.mobi_of("甲", title="书名", author="")
    assert "packed by an unknown way (3)" in read("a.azw3", made.mobi_of("甲", packing=3))[1]
    assert "protected" in read("a.mobi", made.mobi_of("甲", protected=2))[1]
    for size in range(68, len(book) - 1, 7):
        texts, reason = read("a.mobi", book[:size])
        assert "the book is broken" in reason or texts


PHRASES = [*(char.encode() for char in "焊接材料的一二三四五"), b"<p>", b"</p>", (0, 1), (12, 12, 2, 3), *[b"x"] * 200]


def packed_by_huff(numbers: Sequence[int], phrases: Sequence[bytes | Sequence[int]] = PHRASES) -> bytes:
    """Return a book of which the text is these phrases."""
    packed = made.codes_of(numbers).decode("latin-1")
    return made.mobi_of(packed, author="作者", packing=17480, huff=made.huff_of(phrases))


def test_mobi_packed_by_huff_and_cdic_is_read() -> None:
    book = packed_by_huff([10, 12, 13, 9, 200, 11] * 100)
    texts, failed = read("a.azw3", book)
    assert texts == {"a.azw3!/text.html": "<p>焊接焊接焊接材料五x</p>" * 100}
    assert not failed
    for size in range(400, len(book), 97):
        texts, reason = read("a.azw3", book[:size])
        assert "broken" in reason or texts


@pytest.mark.parametrize(
    ("phrases", "numbers", "reason"),
    [
        ([(0,)], [0], "records are not where it says"),  # of itself
        ([*((i + 1,) for i in range(100)), b"x"], [0], "records are not where it says"),  # of others, too deep
        ([*((i + 1,) * 9 for i in range(20)), b"x"], [0], "a record of it is too long"),
        ([b"x" * 30_000], [0] * 3, "a record of it is too long"),
        ([b""], [0] * 70_000, "a record of it is too long"),
        ([b"x" * 30_000] * 2 + [(0, 1)] * 250, [*range(252)], "its phrases come to more than"),
        ([b"x"], [1], "records are not where it says"),  # not there
    ],
)
def test_phrases_of_huff_cannot_grow_without_end(
    phrases: Sequence[bytes | Sequence[int]], numbers: list[int], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(huff, "HUFF_PHRASES", 1_000_000)
    if len(numbers) == 252:  # each phrase in a record of its own would do; in one, the record is full first
        monkeypatch.setattr(huff, "HUFF_RECORD", 100_000_000)
    assert reason in read("a.mobi", packed_by_huff(numbers, phrases))[1]


def test_a_table_of_codes_that_is_not_there_is_said() -> None:
    assert "its table of codes is missing" in read("a.mobi", made.mobi_of("甲", packing=17480))[1]


@given(st.lists(st.integers(0, len(PHRASES) - 1), max_size=60))
def test_huff_is_undone(numbers: list[int]) -> None:
    flat: list[bytes] = []
    for phrase in PHRASES:
        flat.append(phrase if isinstance(phrase, bytes) else b"".join(flat[n] for n in phrase))
    assert Huff(made.huff_of(PHRASES)).unpacked(made.codes_of(numbers)) == b"".join(flat[n] for n in numbers)


@given(st.binary(max_size=200))
def test_palmdoc_is_undone(content: bytes) -> None:
    packed = made.palmdoc(content)
    assert _unpacked(packed) == content


ROWS: list[dict[str, object]] = [
    {"id": 1, "text": "焊接材料", "tags": ["甲", "乙"]},
    {"id": 2, "text": None, "tags": []},
    {"id": 3, "text": "备足"},
]


@pytest.mark.slow
def test_parquet_gives_a_document_a_row() -> None:
    texts = {"a.parquet#1": "id: 1\ntext: 焊接材料\ntags: 甲\ntags: 乙\n", "a.parquet#3": "id: 3\ntext: 备足\n"}
    assert read("a.parquet", made.parquet_of(ROWS)) == (texts, "")
    arrow = io.BytesIO()
    table = pyarrow.Table.from_pylist(ROWS)
    with pyarrow.ipc.new_file(arrow, table.schema) as writer:
        writer.write_table(table)
    assert list(read("a.arrow", arrow.getvalue())[0].values()) == list(texts.values())
    assert one_text("a.parquet", made.parquet_of(ROWS)).text == "\n".join(texts.values())
    assert "the table is broken" in read("a.parquet", made.parquet_of(ROWS)[:-20])[1]
    many = made.parquet_of([{"t": f"第{i}行"} for i in range(1000)])
    assert len(read("a.parquet", many)[0]) == 1000


def test_lines_of_json_may_be_more_than_one_text_may(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but a record is limited then, and all of them together."""
    text = '{"t": "甲"}\n\n{"t": "乙"\n{"t": "丙"}'
    expected, failed = read("a.jsonl", text)
    monkeypatch.setattr(tables, "TEXT", 20)
    assert (
        read("a.jsonl", text)
        == (expected, failed)
        == (
            {"a.jsonl#1": "t: 甲\n", "a.jsonl#3": '{"t": "乙"', "a.jsonl#4": "t: 丙\n"},
            "",
        )
    )
    texts, reason = read("a.jsonl", text.encode() + "\n焊接".encode("gbk"))
    assert texts == expected
    assert "a line that is not UTF-8" in reason
