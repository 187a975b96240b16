"""PDF: what is read of its pages, and what is said of those that do not say which characters they show."""

from __future__ import annotations

import io

import pytest
from pdfminer.psexceptions import PSException
from pypdf import PdfReader, PdfWriter

from fixtures import made
from seedsearch.reading.documents import Failure, RawDocument
from seedsearch.reading.formats import documents, pdf_worker


def read(content: bytes) -> tuple[str, str]:
    """The text of a PDF, and the reasons of what could not be read of it."""
    found = list(documents("a.pdf", content))
    texts = [item.text for item in found if isinstance(item, RawDocument)]
    return "".join(texts), "; ".join(item.reason for item in found if isinstance(item, Failure))


@pytest.mark.slow
def test_pdf_gives_its_pages_with_a_form_feed_after_each() -> None:
    assert read(made.pdf_of("焊接材料", "第二页")) == ("焊接材料\n\f第二页\n\f", "")


@pytest.mark.slow
def test_of_a_pdf_that_is_cut_off_the_pages_are_read_that_are_there() -> None:
    whole = made.pdf_of("焊接材料", "第二页", "第三页")
    assert read(whole[: whole.index(b"xref")]) == (
        "焊接材料\n\f第二页\n\f第三页\n\f",
        "the PDF is cut off; pages that were read: 3",
    )
    # One made for the web: at its beginning is a table of the first page, which names a root that is not there.
    head, rest = whole[: whole.index(b"1 0 obj")], whole[whole.index(b"1 0 obj") :]
    table = b"xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Root 99 0 R >>\nstartxref\n0\n%%EOF\n" + b"%" * 2000 + b"\n"
    cut = rest[: rest.rindex(b"endobj") - 20]
    answer = pdf_worker.read(head + table + cut, 1000)
    assert (answer["pages"], answer["cut"]) == (["焊接材料", "第二页", ""], ["cut"])
    with pytest.raises(PSException):
        pdf_worker.read(whole[:300], 1000)


@pytest.mark.slow
def test_a_pdf_of_pictures_is_skipped() -> None:
    (found,) = documents("a.pdf", made.pdf_of(content=b""))
    assert isinstance(found, Failure)
    assert "holds no text" in found.reason
    assert found.skipped


@pytest.mark.slow
@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_what_is_encrypted_with_an_empty_password_is_read(algorithm: str) -> None:
    def encrypted(password: str) -> bytes:
        writer, place = PdfWriter(PdfReader(io.BytesIO(made.pdf_of("适用范围")))), io.BytesIO()
        writer.encrypt(password, "owner", algorithm=algorithm)
        writer.write(place)
        return place.getvalue()

    assert read(encrypted("")) == ("适用范围\n\f", "")
    assert read(encrypted("secret")) == ("", "it is encrypted; save it without a password")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "encoding", "ordering", "text"),
    [
        ("GBK-EUC-H", "gbk", "GB1", "防汛工作的通知"),
        ("GBKp-EUC-H", "gbk", "GB1", "检查排水设施"),
        ("GB-EUC-H", "gb2312", "GB1", "检查排水设施"),
        ("GBK2K-H", "gb18030", "GB1", "电话八八六六"),
        ("UniGB-UCS2-H", "utf-16-be", "GB1", "转办公室"),
        ("UniGB-UTF16-H", "utf-16-be", "GB1", "转办公室"),
        ("ETen-B5-H", "big5", "CNS1", "會議紀錄"),
        ("B5pc-H", "big5", "CNS1", "會議紀錄"),
        ("ETenms-B5-H", "big5", "CNS1", "會議紀錄"),
        ("90ms-RKSJ-H", "cp932", "Japan1", "会議の記録"),
        ("KSCms-UHC-H", "cp949", "Korea1", "회의록"),
    ],
)
def test_the_tables_of_adobe_are_used_where_a_font_has_none(name: str, encoding: str, ordering: str, text: str) -> None:
    content = made.pdf_in_font(name, made.pdf_line(text, encoding), ordering=ordering)
    assert read(content) == (f"{text}\n\f", "")


@pytest.mark.slow
def test_codes_of_glyphs_are_read_by_the_collection_of_characters() -> None:
    """Identity-H: the codes are those of Adobe-GB1, where 4559 is 中, without any table in the file."""
    content = made.pdf_in_font("Identity-H", b"BT /F1 14 Tf 1 0 0 1 50 800 Tm <11cf> Tj ET")
    text, said = read(content)
    assert not said
    assert text == "中\n\f"


@pytest.mark.slow
def test_codes_that_nothing_explains_are_never_another_character() -> None:
    content = made.pdf_in_font("Identity-H", made.pdf_line("焊接材料", "utf-16-be"), ordering="Identity")
    reason = "pages that cannot be read: 1; their fonts do not say which characters they show"
    assert read(content) == ("", reason)


@pytest.mark.slow
@pytest.mark.parametrize("apart", [0.0, 0.3, 0.7])
def test_what_is_drawn_twice_is_read_once(apart: float) -> None:
    def twice(text: str, x: float, y: float) -> bytes:
        return made.pdf_line(text, "gbk", x, y) + made.pdf_line(text, "gbk", x + apart, y)

    by_line = twice("安全操作规程", 50, 800)
    by_character = b"".join(twice(char, 50 + 14 * i, 776) for i, char in enumerate("第一章总则"))
    assert read(made.pdf_in_font("GBK-EUC-H", by_line + by_character)) == ("安全操作规程\n第一章总则\n\f", "")


@pytest.mark.slow
def test_characters_that_stand_doubled_stay() -> None:
    """Of words, of lines that are alike, and of dots."""
    lines = [
        made.pdf_line(text, "gbk", 50, 800 - 20 * i) for i, text in enumerate(["人人好好学习", "人人好好学习", "……"])
    ]
    assert read(made.pdf_in_font("GBK-EUC-H", b"".join(lines)))[0] == "人人好好学习\n人人好好学习\n……\n\f"


@pytest.mark.slow
def test_columns_of_vertical_text_are_read_from_the_right() -> None:
    drawn = made.pdf_line("老船长的", "gbk", 500, 800) + made.pdf_line("帽子", "gbk", 480, 800)
    assert read(made.pdf_in_font("GBK-EUC-V", drawn))[0] == "老船长的\n帽子\n\f"


@pytest.mark.slow
def test_title_and_author_come_first_where_they_are_not_on_the_page() -> None:
    page = made.pdf_line("焊接的材料", "gbk")
    marked = "焊接手册".encode("utf-16").hex().encode()
    info = b"/Title <%s> /Author <%s>" % (marked, "东丽区出版社".encode("gbk").hex().encode())
    assert read(made.pdf_in_font("GBK-EUC-H", page, info=info))[0] == "焊接手册\n东丽区出版社\n焊接的材料\n\f"
    info = b"/Title <%s>" % "焊接的材料".encode("gbk").hex().encode()
    assert read(made.pdf_in_font("GBK-EUC-H", page, info=info))[0] == "焊接的材料\n\f"


@pytest.mark.slow
def test_lines_that_are_stretched_to_the_margin_get_no_blanks() -> None:
    drawn = b"".join(made.pdf_line(char, "gbk", 50 + 18 * i) for i, char in enumerate("焊接材料"))
    assert read(made.pdf_in_font("GBK-EUC-H", drawn))[0] == "焊接材料\n\f"
