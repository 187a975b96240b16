"""What a file says of itself, and its first line, are what `title:` and `author:` look for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures import made
from seedsearch import build_index, open_index
from seedsearch.searching.index import Index

TORN = "材料手册".encode().decode("latin-1")
SAID = (("title", TORN), ("title", "第二版"), ("creator", "東麗出版社"))
BOOK = "".join(f"<dc:{name}>{text}</dc:{name}>" for name, text in SAID)
CHAPTERS = {"1.xhtml": made.page_of("第一章", "机器"), "2.xhtml": made.page_of("", "人")}
INFO = b"/Title <%s> /Author (Li)" % "手册".encode("gbk").hex().encode()
FILES = {
    "book.epub": made.epub_of(CHAPTERS, about=f"<metadata>{BOOK}</metadata>"),
    "a.xlsx": made.xlsx_of({"表": ""}, **{"docProps/core.xml": made.core("设备清单", "张三")}),
    "a.pdf": made.pdf_in_font("GBK-EUC-H", made.pdf_line("材料", "gb18030"), info=INFO),
    "a.eml": "Subject: 开会\nFrom: wang@example.org\nContent-Type: text/plain; charset=utf-8\n\n明天。\n".encode(),
    "page.html": "<html><title>年报 &amp; 附录</title><p>别的</p></html>".encode(),
    "long.txt": ("很长的一行，没有标题。" * 20).encode(),
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("titles")
    (folder / "in").mkdir()
    for name, content in FILES.items():
        (folder / "in" / name).write_bytes(content)
    before = Path.cwd()
    os.chdir(folder)
    try:
        report = build_index(["in"], "index", workers=1)
        assert report.added == len(FILES) + 2
        with open_index("index") as opened:
            yield opened
    finally:
        os.chdir(before)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("title:材料手册", "in/book.epub in/book.epub!/OEBPS/1.xhtml in/book.epub!/OEBPS/2.xhtml"),
        ("title:第二版 机器", "in/book.epub!/OEBPS/1.xhtml"),
        ("title:第一章", "in/book.epub!/OEBPS/1.xhtml"),
        ("author:东丽 人", "in/book.epub!/OEBPS/2.xhtml"),
        ("title:设备", "in/a.xlsx"),
        ("author:张三", "in/a.xlsx"),
        ("title:手册 ext:pdf", "in/a.pdf"),
        ("author:li", "in/a.pdf"),
        ("title:开会", "in/a.eml"),
        ("author:wang@example.org", "in/a.eml"),
        ('title:"年报 & 附录"', "in/page.html"),
        ("intitle:附录", "in/page.html"),
        ("title:很长", ""),
        ("author:(张三 OR li)", "in/a.pdf in/a.xlsx"),
    ],
)
def test_what_is_found_by_title_and_author(index: Index, typed: str, expected: str) -> None:
    assert sorted(index.paths(typed, strict=True)) == expected.split()
