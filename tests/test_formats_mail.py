"""E-mail and notebooks: what is read of them, and how Chinese in them is found out."""

from __future__ import annotations

import base64
import json
import quopri
from email.message import EmailMessage

import pytest

from fixtures import made
from seedsearch.reading.documents import Failure
from seedsearch.reading.formats import documents, limits
from seedsearch.reading.formats.mail import DECODED, pieces
from seedsearch.restoring.clean import clean_document


def read(name: str, content: bytes) -> dict[str, str]:
    """Path → readable text of each document; nothing may have failed."""
    found = list(documents(name, content))
    assert [item for item in found if isinstance(item, Failure)] == []
    return {item.path: clean_document(item).readable for item in found if not isinstance(item, Failure)}


def word(content: bytes, charset: str = "gb2312") -> str:
    return f"=?{charset}?B?{base64.b64encode(content).decode()}?="


def message(subject: str | bytes, body: bytes, kind: str = "text/plain; charset=gb2312", packed: str = "8bit") -> bytes:
    told = subject if isinstance(subject, bytes) else subject.encode()
    head = f"From: a@example.com\nMIME-Version: 1.0\nContent-Type: {kind}\nContent-Transfer-Encoding: {packed}\n"
    return b"Subject: " + told + b"\n" + head.encode() + b"\n" + body


BODY = "雾中渡口的老船长，朱镕基与囧字".encode("gbk")  # two characters that gb2312 does not have
SAYS = "雾中渡口的老船长，朱镕基与囧字"
SUBJECT = "会议通知".encode("gbk")


@pytest.mark.parametrize(
    ("packed", "body"),
    [
        ("base64", base64.encodebytes(BODY)),
        ("quoted-printable", quopri.encodestring(BODY)),
        ("8bit", BODY),
    ],
)
@pytest.mark.parametrize("kind", ["text/plain; charset=gb2312", "text/plain", "text/plain; charset=iso-8859-1"])
def test_eml_in_the_charset_that_it_is_in(packed: str, body: bytes, kind: str) -> None:
    (text,) = read("a.eml", message(word(SUBJECT), body, kind, packed)).values()
    assert text.rstrip("\n") == f"会议通知\nFrom: a@example.com\n\n{SAYS}"


@pytest.mark.parametrize(
    "subject",
    [
        word(SUBJECT),
        f"{word(SUBJECT[:3])}\n {word(SUBJECT[3:])}",  # cut within a character
        f"=?GB2312?Q?{''.join(f'={byte:02X}' for byte in SUBJECT)}?=",
        SUBJECT,
        "会议通知",
        word("会议通知".encode(), "utf-8"),
    ],
)
def test_the_subject_is_the_first_line(subject: str | bytes) -> None:
    (text,) = read("a.eml", message(subject, BODY)).values()
    assert text.split("\n")[0] == "会议通知"


@pytest.mark.parametrize("said", [f"{word(b'a')} " * 9000, "会 议\n " * 40_000, "a" * 3 * DECODED])
def test_a_long_field_is_decoded_piece_by_piece(said: str) -> None:
    cut = pieces(said)
    assert "".join(cut) == said
    assert len(cut) > 1
    assert max(map(len, cut)) <= DECODED
    assert all("=?" not in piece or piece.lstrip().startswith("=?") for piece in cut)  # no word is cut


def attached() -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = "附件"
    mail["From"] = "a@example.com"
    mail.set_content("正文")
    mail.add_alternative("<html><body><p>正文</p></body></html>", subtype="html")
    mail.add_attachment(made.docx_of(made.paragraph("合同")), maintype="a", subtype="b", filename="合同.docx")
    inner = EmailMessage()
    inner["Subject"] = "转发"
    inner.set_content("里面的信")
    mail.add_attachment(inner)
    return mail


def test_attachments_are_files_in_the_message() -> None:
    found = read("a.eml", attached().as_bytes())
    assert found == {
        "a.eml": "附件\nFrom: a@example.com\n\n正文\n",
        "a.eml!/合同.docx": "合同\n",
        "a.eml!/part-2.eml": "转发\n\n里面的信\n",
    }


@pytest.mark.parametrize(
    "name",
    [
        "filename*=GBK''" + "".join(f"%{byte:02X}" for byte in "合同".encode("gbk")) + ".txt",
        f'filename="{word("合同.txt".encode("gbk"))}"',
        'filename="合同.txt"',
    ],
)
def test_names_of_attachments(name: str) -> None:
    head = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: application/x\n"
    content = f"{head}Content-Disposition: attachment; {name}\n\n东丽区\n--x--\n".encode("gbk")
    assert [path for path in read("a.eml", content) if "!" in path] == ["a.eml!/合同.txt"]


def test_a_message_in_html_is_read_as_a_browser_shows_it() -> None:
    head = "<html><head><title>x</title><style>p{}</style></head>"
    page = f"{head}<body><p>老船长<b>的</b>帽子</p></body></html>\n-- \n".encode("gbk")
    (text,) = read("a.mht", message(word(SUBJECT), page, "text/html; charset=gb2312")).values()
    assert text.startswith("会议通知\nFrom: a@example.com")
    assert "老船长的帽子" in text
    assert "<" not in text


def test_what_a_page_looks_like_is_no_attachment_of_it() -> None:
    kinds = {
        "text/html": "<p>老船长</p>",
        "text/css": "p { color: red }",
        "image/svg+xml": "<svg><text>图</text></svg>",
    }
    inner = "".join(f"--x\nContent-Type: {kind}\n\n{content}\n" for kind, content in kinds.items())
    found = read("a.mht", f"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n{inner}--x--\n".encode())
    assert list(found) == ["a.mht", "a.mht!/part-1"]


def test_mbox_gives_its_messages() -> None:
    first, second = message(word(SUBJECT), b">From here on\n"), message("b", BODY)
    line = b"From a@example.com Mon Jan  1 00:00:00 2024\n"
    found = read("a.mbox", line + first + b"\n" + line + second + b"\n")
    assert list(found) == ["a.mbox!/1.eml", "a.mbox!/2.eml"]
    assert found["a.mbox!/1.eml"] == "会议通知\nFrom: a@example.com\n\nFrom here on\n"
    assert list(read("inbox", line + first)) == ["inbox!/1.eml"]


def test_a_text_that_looks_like_a_message_is_a_text() -> None:
    def encoding(name: str, content: bytes) -> str:
        (found,) = documents(name, content)
        assert not isinstance(found, Failure)
        return found.encoding

    assert encoding("a.txt", message("b", BODY)) == "gb18030"
    assert encoding("1700.M1:2,S", message("b", BODY)) == "eml"
    assert encoding("a.md", "From 12:30 to 2024\n\n字".encode()) == "utf-8"


@pytest.mark.slow
def test_parts_in_parts_are_bounded() -> None:
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(3_000))
    (failure,) = documents("a.eml", deep + b"Content-Type: text/plain\n\nx")
    assert isinstance(failure, Failure)
    assert failure.reason == "a message that cannot be taken apart: hundreds of parts, one inside the other"
    inner = b"Subject: x\n\ny"
    for _ in range(limits.DEPTH + 1):
        inner = b"Content-Type: message/rfc822\n\n" + inner
    for _ in documents("a.eml", inner):
        pass


def test_ipynb_gives_its_cells_and_what_they_printed() -> None:
    output = {"output_type": "stream", "text": ["结果\n"]}, {"data": {"text/plain": "42", "image/png": "AAAA"}}
    error = {"output_type": "error", "ename": "ValueError", "evalue": "温度过高", "traceback": ["\x1b[31m"]}
    cells = [
        {"source": ["# 标题\n", "设备温度"]},
        {"source": "print(1)", "outputs": [*output, error]},
        {"source": 7},
        8,
    ]
    assert read("a.ipynb", json.dumps({"cells": cells}).encode()) == {
        "a.ipynb": "# 标题\n设备温度\n\nprint(1)\n\n结果\n\n\n42\n\nValueError: 温度过高\n"
    }


@pytest.mark.parametrize("text", ["", "{", "[" * 99_999, '{"cells": 3}', '"设备"'])
def test_what_is_not_a_notebook_is_a_text(text: str) -> None:
    assert read("a.ipynb", text.encode()) == {"a.ipynb": text}
