"""Office documents and books in XML and RTF: what is read of them, in which order, and what they may cost."""

from __future__ import annotations

import pytest

from fixtures import made
from seedsearch.reading.documents import Failure, RawDocument
from seedsearch.reading.formats import documents
from seedsearch.reading.formats.limits import NAMES, XML_DEPTH


def read(name: str, content: bytes) -> tuple[str, str]:
    """The text of a file that is one document, and the reasons of what could not be read of it."""
    found = list(documents(name, content))
    texts = [item for item in found if isinstance(item, RawDocument)]
    assert all((item.path, item.encoding) == (name, name.rpartition(".")[2]) for item in texts)
    reasons = [f"{item.path[len(name) :]} {item.reason}".strip() for item in found if isinstance(item, Failure)]
    return "".join(item.text for item in texts), "; ".join(reasons)


ABOUT: dict[str, made.Content] = {"docProps/core.xml": made.core("标题", "张三")}


def cell(number: int) -> str:
    return f'<c t="s"><v>{number}</v></c>'


def test_xlsx_gives_rows_of_all_sheets() -> None:
    strings = ["<t>焊丝</t>", "<r><t>直</t></r><r><t>径</t></r><rPh><t>zhí</t></rPh>"]
    inline = '<c t="inlineStr"><is><t>两行&#10;字</t></is></c>'
    sheets = {"材料": f"<row>{cell(0)}<c/><c><v>1.2</v></c></row><row></row><row>{cell(1)}</row>", "乙": inline}
    sheets["乙"] = f"<row>{inline}</row>"
    text, said = read("a.xlsx", made.xlsx_of(sheets, strings, **ABOUT))
    assert (text, said) == ("标题\n张三\n材料\n焊丝\t1.2\n直径\n\f乙\n两行 字\n\f", "")


@pytest.mark.parametrize(
    ("style", "number", "read_as"),
    [
        (0, "45366.5", "45366.5"),
        (1, "45366", "2024-03-15"),
        (2, "45366.354166667", "2024-03-15 08:30:00"),
        (3, "0.75", "18:00:00"),
        (4, "45366", "2024-03-15"),
        (5, "45366", "45366"),
        (6, "1.5", "1.5"),
        (7, "1.5", "1.5"),
        (8, "1.5", "1.5"),
        (1, "-1", "-1"),
        (1, "9e99", "9e99"),
        (1, "", ""),
    ],
)
def test_days_and_times_are_read_as_the_format_of_the_cell_shows_them(style: int, number: str, read_as: str) -> None:
    codes = {164: "[$-804]yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;;@", 165: "0&quot; days&quot;", 166: "[h]:mm"}
    codes |= {167: "[h]:mm:ss"}
    defined = "".join(f'<numFmt numFmtId="{i}" formatCode="{code}"/>' for i, code in codes.items())
    styles = "".join(f'<xf numFmtId="{i}"/>' for i in (0, 14, 22, 21, *codes, 46))
    other = '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
    parts = {"xl/styles.xml": f"<s><numFmts>{defined}</numFmts>{other}<cellXfs>{styles}</cellXfs></s>"}
    cells = f'<c s="{style}"><v>{number}</v></c><c t="str" s="1"><v>字</v></c>'
    text, said = read("a.xlsx", made.xlsx_of({"表": f"<row>{cells}</row>"}, **parts))
    assert (text, said) == (f"表\n{read_as}\t字\n\f".replace("\n\t", "\n"), "")


def test_days_of_a_macintosh_begin_in_1904() -> None:
    workbook = (
        '<workbook xmlns:r="r"><workbookPr date1904="1"/><sheets><sheet name="表" r:id="r1"/></sheets></workbook>'
    )
    content = made.xlsx_of(
        {"表": '<row><c s="0"><v>0.5</v></c></row>'},
        **{"xl/styles.xml": '<s><cellXfs><xf numFmtId="22"/></cellXfs></s>', "xl/workbook.xml": workbook},
    )
    assert read("a.xlsx", content)[0] == "表\n1904-01-01 12:00:00\n\f"


def test_comments_and_boxes_of_a_sheet_are_read() -> None:
    parts = {
        "xl/worksheets/_rels/sheet1.xml.rels": made.relations(
            {"a": "../comments1.xml", "b": "../drawings/drawing1.xml"}
        ),
        "xl/comments1.xml": "<comments><comment><text><r><t>批</t></r><r><t>注</t></r></text></comment></comments>",
        "xl/drawings/drawing1.xml": f'<d xmlns:a="a">{made.shown("框里的字")}</d>',
    }
    assert read("a.xlsx", made.xlsx_of({"表": ""}, **parts))[0] == "表\n批注\n框里的字\n\f"


def test_a_sheet_that_is_broken_is_said_and_the_others_are_read() -> None:
    content = made.xlsx_of({"甲": "<row>", "乙": f"<row>{cell(0)}</row>"}, ["<t>字</t>"])
    text, said = read("a.xlsx", content)
    assert text == "甲\n\f乙\n字\n\f" or text == "\f乙\n字\n\f"
    assert said.startswith("!/xl/worksheets/sheet1.xml its XML is broken")


def test_a_workbook_with_broken_styles_is_read() -> None:
    content = made.xlsx_of({"甲": f"<row>{cell(0)}</row>"}, ["<t>字</t>"], **{"xl/styles.xml": "<s><cellXfs>"})
    text, said = read("a.xlsx", content)
    assert text == "甲\n字\n\f"
    assert said.startswith("!/xl/styles.xml its XML is broken")


def test_a_text_that_stands_in_many_cells_does_not_grow_without_end() -> None:
    """A workbook of some kilobytes would come to a hundred megabytes of text."""
    content = made.xlsx_of({"表": f"<row>{cell(0)}</row>" * 2_000}, [f"<t>{'焊接' * 25_000}</t>"])
    text, said = read("a.xlsx", content)
    assert len(text) < 100
    assert f"more than {NAMES} times the sheet" in said


def test_pptx_gives_slides_in_their_order_with_notes() -> None:
    table = f"<a:tbl><a:tr><a:tc>{made.shown('甲')}</a:tc><a:tc>{made.shown('乙')}</a:tc></a:tr></a:tbl>"
    parts: dict[str, made.Content] = ABOUT | {
        "ppt/slides/_rels/slide1.xml.rels": made.relations({"n": "../notesSlides/notesSlide1.xml"}),
        "ppt/notesSlides/notesSlide1.xml": f'<n xmlns:a="a">{made.shown("备注")}</n>',
    }
    content = made.pptx_of([made.shown("一", "二行"), made.shown("三") + table], [2, 1], **parts)
    assert read("a.pptx", content) == ("标题\n张三\n三\n甲\t乙\n\f一\n二行\n备注\n\f", "")


def test_a_slide_that_is_missing_is_said() -> None:
    content = made.pptx_of(["<a:p>", made.shown("好")])
    text, said = read("a.pptx", content)
    assert text == "\f好\n\f"
    assert said.startswith("!/ppt/slides/slide1.xml its XML is broken")


def test_docx_begins_with_title_and_author() -> None:
    parts: dict[str, made.Content] = {"word/document.xml": f'<w:body xmlns:w="w">{made.paragraph("正文")}</w:body>'}
    assert read("a.docx", made.zip_of(parts | ABOUT)) == ("标题\n张三\n正文\n", "")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            "<text:h>标题</text:h><text:p>焊<text:s text:c='9'/>接</text:p>",
            "标题\n焊 接\n",
        ),
        ("<text:p>一<text:line-break/>二<text:tab/>三</text:p>\n <text:p/>\n", "一\n二\t三\n"),
        ("<text:tracked-changes><text:p>删去</text:p></text:tracked-changes><text:p>留下</text:p>", "留下\n"),
        ("<text:p><text:ruby>焊<text:ruby-text>hàn</text:ruby-text></text:ruby>接</text:p>", "焊接\n"),
        ("<draw:page><text:p>一</text:p></draw:page><draw:page><text:p>二</text:p></draw:page>", "一\n\f二\n\f"),
        (
            "<table:table table:name='表'><table:table-row><table:table-cell><text:p>甲</text:p></table:table-cell>"
            "<table:table-cell/><table:table-cell table:number-columns-repeated='99'><text:p>乙</text:p>"
            "</table:table-cell></table:table-row></table:table>",
            "表\n甲\t\t乙\n",
        ),
    ],
)
def test_odf(body: str, text: str) -> None:
    found = list(documents("a.odt", made.odf_of(body)))
    assert [(item.encoding, item.text) for item in found if isinstance(item, RawDocument)] == [("odf", text)]


def test_an_opendocument_begins_with_title_and_author() -> None:
    content = made.odf_of("<text:p>文</text:p>", "<dc:title>标题</dc:title><dc:creator>张三</dc:creator>")
    (found,) = documents("a.odt", content)
    assert isinstance(found, RawDocument)
    assert found.text == "标题\n张三\n文\n"


def test_an_opendocument_with_a_password_is_said() -> None:
    files: dict[str, made.Content] = {
        "mimetype": "m",
        "content.xml": b"\x01\x02",
        "META-INF/manifest.xml": "<encryption-data/>",
    }
    assert read("a.odt", made.zip_of(files)) == ("", "it is encrypted; save it without a password")


def both(text: str, encoding: str) -> bytes:
    return made.escaped(text, encoding)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (made.rtf_of(both("借款合同", "gbk") + b"\\par \n" + b"\\u21033?\\u29575?"), "借款合同\n利率"),
        # The second byte as it stands: a letter, a backslash, a brace; and both bytes as they stand.
        (made.rtf_of(b"\\'81A\\'d6\\\\\\'d6\\'5c"), "丄謀謀"),
        (made.rtf_of("謀略陰謀".encode("gbk") + b"\\par " + "字".encode("gbk")), "謀略陰謀\n字"),
        # Two bytes that stand for a unit, none, and a pair of surrogates.
        (
            made.rtf_of(b"\\uc2\\u28938" + both("焊", "gbk") + b"\\uc0\\u25509 \\uc1\\u-10174?\\u-9087?"),
            "焊接\U00020881",
        ),
        # Each font has its code page.
        (
            made.rtf_of(
                b"\\f1 "
                + both("會議", "big5")
                + b"\\f0 "
                + both("会议", "gbk")
                + b"{\\f1 "
                + both("紀錄", "big5")
                + b"}",
                fonts=b"{\\f0\\fcharset134 S;}{\\f1\\fcharset136 M;}",
            ),
            "會議会议紀錄",
        ),
        (made.rtf_of(both("會議", "big5"), b"\\ansi\\ansicpg950", b"{\\f0 M;}"), "會議"),
        (made.rtf_of(b"caf\\'e9\\par", b"\\ansi\\ansicpg1252", b"{\\f0\\fcharset0 A;}"), "café\n"),
        (made.rtf_of(b"{\\info{\\title " + both("标题", "gbk") + b"}{\\creatim\\yr2020}}" + b"a"), "标题\na"),
        (made.rtf_of(b"a{\\*\\unheard x}{\\pict ffff}{\\field{\\*\\fldinst HYPERLINK}{\\fldrslt b}}{\\v c}d"), "abd"),
        (made.rtf_of(b"\\trowd a\\cell b\\cell\\row \\~c\\_d\\{\\}\\emdash"), "a\tb\n\u00a0c-d{}—"),
        (made.rtf_of(b"a\\bin5 {}{}}b"), "ab"),
    ],
)
def test_rtf(content: bytes, text: str) -> None:
    assert read("a.rtf", content) == (text, "")


def test_rtf_is_bounded() -> None:
    deep = b"{\\rtf1" + b"{" * (XML_DEPTH + 1)
    assert read("a.rtf", deep) == ("", f"an RTF document of more than {XML_DEPTH:,} levels")
    assert read("a.rtf", b"{\\rtf1\\uc99999999\\u1 " + b"a" * 99)[0] == "\x01" + "a" * (99 - 16)


@pytest.mark.parametrize("encoding", ["utf-8", "gb2312", "gbk", "big5"])
def test_fb2_in_the_encoding_that_it_declares(encoding: str) -> None:
    text = "<title-info><book-title>渡口</book-title><genre>x</genre></title-info><body><p>老船<b>夫</b></p></body>"
    content = f'<?xml version="1.0" encoding="{encoding}"?><FictionBook>{text}<binary>AAAA</binary></FictionBook>'
    assert read("a.fb2", content.encode(encoding)) == ("渡口\n老船夫\n", "")


@pytest.mark.parametrize(
    ("declared", "encoding"), [("utf-8", "gbk"), ("UTF-8", "big5"), ("gb2312", "utf-8"), ("GBK", "utf-8")]
)
def test_a_declaration_that_is_wrong_loses_no_book(declared: str, encoding: str) -> None:
    text = "老船夫在渡口等了一天，天黑了。"
    content = f'<?xml version="1.0" encoding="{declared}"?><FictionBook><body><p>{text}</p></body></FictionBook>'
    assert read("a.fb2", content.encode(encoding)) == (f"{text}\n", "")


def test_a_book_with_a_broken_byte_is_read() -> None:
    content = "<FictionBook><body><p>老船夫在渡口等了一天</p></body></FictionBook>".encode().replace(
        b"\xe7\xad", b"\xe7"
    )
    assert read("a.fb2", content) == ("老船夫在渡口\ufffd了一天\n", "")


def test_a_book_in_an_encoding_that_nobody_knows_is_said() -> None:
    content = b'<?xml version="1.0" encoding="klingon"?><FictionBook></FictionBook>'
    assert read("a.fb2", content) == ("", "its XML is in an encoding that is not known: klingon")


@pytest.mark.parametrize(
    ("stream", "says"), [("Other", "save it as DOCX, XLSX or PPTX"), ("EncryptedPackage", "save it without one")]
)
def test_ole_is_named_with_what_can_be_done(stream: str, says: str) -> None:
    (found,) = documents("a.doc", made.ole_of({stream: b"1"}))
    assert isinstance(found, Failure)
    assert found.reason.endswith(says)
    assert found.skipped


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("焊接材料\r第二段\x0b换行\x0c第二页\r", "焊接材料\n第二段\n换行\f第二页\n"),
        ("Plain text\r", "Plain text\n"),
        ("甲\x07乙\x07\x07丙\r", "甲\t乙\t\t丙\n"),
        ('见\x13 HYPERLINK "x" \x14\x13 REF y \x14这里\x15\x15。\x01\r', "见这里。\n"),
    ],
)
def test_doc(text: str, says: str) -> None:
    assert read("a.doc", made.doc_of(text)) == (says, "")


def test_doc_of_word_95_is_in_the_code_page_that_is_found_out() -> None:
    text = "关于做好防汛工作的通知，各有关单位请检查排水设施。"
    assert read("a.doc", made.old_doc_of(f"{text}\r".encode("gbk"))) == (f"{text}\n", "")


def test_doc_with_a_password_or_broken_is_said() -> None:
    assert read("a.doc", made.doc_of("字", flags=0x0100)) == ("", "it is encrypted; save it without a password")
    assert (
        "does not say where its text is"
        in read("a.doc", made.ole_of({"WordDocument": b"\xec\xa5\xc1\0", "0Table": b""}))[1]
    )
    assert (
        "broken: its parts are not where it says" in read("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504))[1]
    )


def test_ppt_gives_slides_without_the_prompts_of_the_master() -> None:
    assert read("a.ppt", made.ppt_of("第一张\r二行", "第二张")) == ("第一张\n二行\n\f第二张\n", "")


@pytest.mark.parametrize("cut", [8000, 9, 12])
def test_xls_gives_rows_of_all_sheets(cut: int) -> None:
    """Also where the texts go on in another record, within one of them."""
    sheets = {"材料": [["焊丝", "直径"], ["焊条"]], "乙": [["东丽区"]]}
    assert read("a.xls", made.xls_of(sheets, cut=cut)) == ("材料\n焊丝\t直径\n焊条\n1.5\n\f乙\n东丽区\n1.5\n\f", "")


def test_xls_with_a_password_is_said() -> None:
    assert read("a.xls", made.xls_of({"表": []}, password=True)) == ("", "it is encrypted; save it without a password")


def test_epub_says_title_author_and_headings() -> None:
    about = "<metadata><dc:creator>沈</dc:creator><dc:title>雾中渡口</dc:title></metadata>"
    item = '<item id="toc" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
    toc = "<ncx><navLabel><text>第一回 老船长</text></navLabel></ncx>"
    chapter = '<?xml version="1.0" encoding="gbk"?><html><body><p>老船长的帽子</p></body></html>'.encode("gbk")
    content = made.epub_of({"1.xhtml": chapter}, about=about + item, **{"OEBPS/toc.ncx": toc})
    first, second = documents("a.epub", content)
    assert isinstance(first, RawDocument)
    assert (first.path, first.text) == ("a.epub", "雾中渡口\n沈\n第一回 老船长\n")
    assert isinstance(second, RawDocument)
    assert second.encoding == "gb18030"
    assert "老船长的帽子" in second.text


def test_a_book_that_says_much_of_itself_loses_no_chapter() -> None:
    said = "".join(chr(0x4E00 + 7919 * i % 20_000) for i in range(9_000))  # hardly packed
    about = f"<metadata><dc:title>雾中渡口</dc:title><dc:description>{said}</dc:description></metadata>"
    chapters = {"1.xhtml": "老船长的帽子", "2.xhtml": said[::-1]}
    _, *found = documents("a.epub", made.epub_of(chapters, about=about))
    assert [getattr(document, "text", "")[-6:] for document in found] == ["老船长的帽子", said[5::-1]]


def test_chapters_that_are_encrypted_are_said() -> None:
    encryption = '<encryption><CipherReference URI="OEBPS/1.xhtml"/></encryption>'
    content = made.epub_of({"1.xhtml": b"\x93" * 99, "2.xhtml": "好"}, **{"META-INF/encryption.xml": encryption})
    first, second = documents("a.epub", content)
    assert (first.path, getattr(first, "reason", "")) == ("a.epub!/OEBPS/1.xhtml", "it is encrypted")
    assert getattr(second, "text", "") == "好"
