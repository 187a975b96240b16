"""What files hold: each format, recognised by its content, and what is said of those that cannot be read."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import struct
import sys
import zipfile
import zlib
from pathlib import Path

import pytest

from fixtures import made
from fixtures.known_files import KNOWN_FILES
from seedsearch.errors import SourceError
from seedsearch.reading import formats
from seedsearch.reading.documents import (
    Failure,
)
from seedsearch.reading.formats import documents, documents_on_disk, one_text
from seedsearch.reading.formats import format as format_module
from seedsearch.reading.formats.format import Asked
from seedsearch.restoring.clean import clean_document

Found = dict[str, str]


def texts(name: str, content: bytes, asked: Asked | None = None) -> Found:
    """Path → raw text of each document; nothing may have failed."""
    found = list(documents(name, content, asked))
    assert [item for item in found if isinstance(item, Failure)] == []
    return {item.path: item.text for item in found if not isinstance(item, Failure)}


def failures(name: str, content: bytes) -> list[tuple[str, str, bool]]:
    found = documents(name, content)
    return [(item.path, item.reason, item.skipped) for item in found if isinstance(item, Failure)]


FILES: dict[str, made.Content] = {"b.txt": "焊接材料", "第一/说明.md": "东丽区".encode("gb18030")}
READ = {"b.txt": "焊接材料", "第一/说明.md": "东丽区"}


class TestArchives:
    """ZIP, TAR and packed files."""

    @pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    def test_zip(self, method: int) -> None:
        found = texts("in/a.zip", made.zip_of(FILES, method))
        assert found == {f"in/a.zip!/{name}": text for name, text in READ.items()}

    @pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
    def test_tar(self, mode: str) -> None:
        assert texts("a.tgz", made.tar_of(FILES, mode)) == {f"a.tgz!/{name}": text for name, text in READ.items()}

    @pytest.mark.parametrize(("pack", "ending"), [(gzip.compress, "gz"), (bz2.compress, "bz2"), (lzma.compress, "xz")])
    def test_gzip_bzip2_xz(self, pack: object, ending: str) -> None:
        packed = pack("焊接".encode()) + pack("材料".encode())  # type: ignore[operator]
        assert texts(f"x/a.txt.{ending}", packed) == {f"x/a.txt.{ending}!/a.txt": "焊接材料"}

    def test_an_archive_in_an_archive(self) -> None:
        inner = made.zip_of({"c.csv": "名,值\n焊,1\n"})
        found = texts("a.tar", made.tar_of({"b.zip": inner}))
        assert found == {"a.tar!/b.zip!/c.csv#1": "名: 焊\n值: 1\n"}

    def test_names_of_a_chinese_windows(self) -> None:
        content = made.zip_of({"AAAABBBB.txt": "字"}).replace(b"AAAABBBB", "说明文件".encode("gbk"))
        assert list(texts("a.zip", content)) == ["a.zip!/说明文件.txt"]
        content = made.tar_of({"AAAABBBB.txt": "字"})
        head = content[:512].replace(b"AAAABBBB", "说明文件".encode("gbk"))
        checked = head[:148] + b" " * 8 + head[156:]
        head = head[:148] + b"%06o\0 " % sum(checked) + head[156:]
        assert list(texts("a.tar", head + content[512:])) == ["a.tar!/说明文件.txt"]

    def test_a_name_that_info_zip_wrote_beside_the_other(self) -> None:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            info = zipfile.ZipInfo("??.txt")
            field = struct.pack("<BI", 1, zlib.crc32(b"??.txt")) + "合同.txt".encode()
            info.extra = struct.pack("<HH", 0x7075, len(field)) + field
            archive.writestr(info, "字")
        assert [item.path for item in documents("a.zip", packed.getvalue())] == ["a.zip!/合同.txt"]

    @pytest.mark.parametrize(
        ("encoding", "names"),
        [
            ("gbk", ["合同/采购合同.txt", "尤里的陰謀.txt"]),
            ("gbk", ["联通.txt"]),
            ("big5", ["報告/會議記錄.txt"]),
            ("big5", ["許功蓋.txt", "餐廳.txt"]),
            ("utf-8", ["资料/名单.txt", "é.txt"]),
        ],
    )
    def test_names_in_a_zip_that_does_not_say_their_encoding(self, encoding: str, names: list[str]) -> None:
        """The second byte of 謀 in GBK, of 許, 功 and 蓋 in Big5, is a backslash."""
        assert list(texts("a.zip", made.zip_of_bytes({name.encode(encoding): "字" for name in names}))) == [
            f"a.zip!/{name}" for name in names
        ]

    def test_backslashes_are_slashes_and_folders_are_no_files(self) -> None:
        assert list(texts("a.zip", made.zip_of({"a\\b.txt": "字", "c/": "", "d\\": ""}))) == ["a.zip!/a/b.txt"]

    def test_hidden_members_are_left_out(self) -> None:
        files = {".git/a": "字", "__MACOSX/._b": "字", "b/.c": "字", "d.txt": "字"}
        assert list(texts("a.zip", made.zip_of(files))) == ["a.zip!/d.txt"]
        assert list(texts("a.tar", made.tar_of(files))) == ["a.tar!/d.txt"]

    def test_what_is_no_text_is_skipped_and_the_rest_is_read(self) -> None:
        content = made.zip_of({"a.png": b"\x89PNG\r\n\x1a\n" + bytes(64), "b.txt": "字"})
        first, second = documents("x.zip", content)
        assert isinstance(first, Failure)
        assert (first.path, first.skipped) == ("x.zip!/a.png", True)
        assert not isinstance(second, Failure)
        assert second.text == "字"


class TestTables:
    """Records of CSV, TSV and JSON Lines."""

    def test_csv_a_record_is_a_document_with_the_names_of_its_fields(self) -> None:
        content = '名称,说明,"价, 元"\n焊机,"两行\n说明",3\n,,\n焊丝,,2,多的\n'.encode("gb18030")
        assert texts("t.csv", content) == {
            "t.csv#1": "名称: 焊机\n说明: 两行\n说明\n价, 元: 3\n",
            "t.csv#3": "名称: 焊丝\n价, 元: 2\n4: 多的\n",
        }

    @pytest.mark.parametrize(("name", "mark"), [("t.tsv", "\t"), ("t.csv", ";"), ("t.csv", "，"), ("t.CSV", "\t")])
    def test_what_parts_fields_is_found_out(self, name: str, mark: str) -> None:
        content = f"甲{mark}乙\n1{mark}2\n".encode("utf-16")
        assert texts(name, content) == {f"{name}#1": "甲: 1\n乙: 2\n"}

    def test_a_quote_that_is_never_closed_loses_nothing(self) -> None:
        (found,) = texts("t.csv", '甲,乙\n1,"二\n三,四\n'.encode()).values()
        assert found == "甲: 1\n乙: 二\n三,四\n\n"

    def test_jsonl(self) -> None:
        row = {"id": 7, "题": "焊接", "作者": [{"名": "甲"}, {"名": "乙"}], "空": None, "是": True, "数": 1.50}
        content = (json.dumps(row, ensure_ascii=False) + '\n\n"只有字"\n[1, 2]\n').encode()
        assert texts("t.jsonl", content) == {
            "t.jsonl#1": "id: 7\n题: 焊接\n作者.名: 甲\n作者.名: 乙\n是: True\n数: 1.5\n",
            "t.jsonl#3": "只有字\n",
            "t.jsonl#4": "1\n2\n",
        }

    @pytest.mark.parametrize("line", ['{"a": "断', "[" * 100_000, "1" * 10, '{"a": ' * 50_000])
    def test_a_line_that_is_no_json_is_a_text(self, line: str) -> None:
        assert texts("t.ndjson", line.encode())["t.ndjson#1"].rstrip("\n") == line

    def test_half_a_character_in_json_is_lost_and_nothing_else(self) -> None:
        assert texts("t.jsonl", rb'{"a": "x\ud800y"}')["t.jsonl#1"] == "a: x\ufffd\ufffd\ufffdy\n"

    def test_a_table_can_be_read_as_one_text(self) -> None:
        assert texts("t.csv", b"a,b\n1,2\n", Asked(records=False)) == {"t.csv": "a,b\n1,2\n"}


class TestBooks:
    """DOCX, EPUB, PDF, and HTML."""

    def test_docx(self) -> None:
        cells = "".join(f"<w:tc>{made.paragraph(text)}</w:tc>" for text in ("甲", "乙"))
        inside = "<w:t>制表</w:t><w:tab/><w:t>符</w:t><w:br/><w:t>换行</w:t><w:delText>删</w:delText>"
        moved = "<w:moveFrom><w:r><w:t>移走</w:t></w:r></w:moveFrom>"
        run = f"<w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr><w:r>{inside}</w:r>{moved}</w:p>"
        reading = f"<w:rt>{made.paragraph('hàn')}</w:rt><w:rubyBase><w:r><w:t>焊</w:t></w:r></w:rubyBase>"
        ruby = f"<w:p><w:r><w:ruby>{reading}</w:ruby></w:r></w:p>"
        body = made.paragraph("焊接 &amp; 材料") + f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>" + run + ruby
        content = made.docx_of(body, footnotes=made.paragraph("脚注"))
        assert texts("a.docx", content) == {"a.docx": "焊接 & 材料\n甲\t乙\n制表\t符\n换行\n焊\n脚注\n"}
        (found,) = documents("a.docx", content)
        assert not isinstance(found, Failure)
        assert found.encoding == "docx"

    def test_epub_gives_its_chapters_in_the_order_of_reading(self) -> None:
        chapters = {"b.xhtml": made.page_of("第二章", "乙"), "a%20b.xhtml": made.page_of("第一章", "甲&amp;")}
        content = made.epub_of(chapters, ["a%20b.xhtml", "b.xhtml"])
        content = content.replace(b"OEBPS/a%20b.xhtml", b"OEBPS/a b.xhtml\0\0")
        found = [item for item in documents("x.epub", content) if not isinstance(item, Failure)]
        assert [item.path for item in found] == ["x.epub!/OEBPS/a b.xhtml", "x.epub!/OEBPS/b.xhtml"]
        assert [clean_document(item).readable for item in found] == ["第一章\n甲&", "第二章\n乙"]

    def test_a_chapter_that_is_missing_is_said(self) -> None:
        container = '<container><rootfile full-path="b.opf"/></container>'
        items = '<item id="a" href="no.html"/><item id="b" href="../x"/>'
        book = f'<package>{items}<itemref idref="a"/><itemref idref="b"/></package>'
        content = made.zip_of({"META-INF/container.xml": container, "b.opf": book})
        reason = "a chapter that is not in the book"
        assert failures("a.epub", content)[0] == ("a.epub!/no.html", reason, False)
        assert failures("a.epub", content)[1][0] == "a.epub!/../x"

    def test_a_package_that_is_missing_is_said_with_the_way_out(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(format_module, "find_spec", lambda _: None)
        expected = ("a.pdf", "a PDF; to read it: pip install 'seedsearch[pdf]'", True)
        assert failures("a.pdf", made.pdf_of("字")) == [expected]

    def test_other_office_documents_are_named(self) -> None:
        ((_, reason, skipped),) = failures("a.xlsx", made.zip_of({"[Content_Types].xml": "<Types/>"}))
        assert "office document" in reason
        assert skipped

    def test_text_is_what_no_other_format_recognises(self) -> None:
        assert texts("a.unheard-of", "其实是文字".encode()) == {"a.unheard-of": "其实是文字"}
        ((_, reason, skipped),) = failures("a.unheard-of", b"\x7fELF" + bytes(64))
        assert "a binary file" in reason
        assert skipped

    def test_content_comes_before_the_name(self) -> None:
        assert list(texts("a.txt", made.zip_of({"b": "字"}))) == ["a.txt!/b"]
        assert texts("a.pdf", "其实是文字".encode()) == {"a.pdf": "其实是文字"}


@pytest.mark.slow
def test_a_file_can_be_taken_as_one_text() -> None:
    assert one_text("a.txt", "焊接".encode("gbk"), "gbk").text == "焊接"
    assert one_text("t.csv", b"a,b\n1,2\n").text == "a,b\n1,2\n"
    several = one_text("a.zip", made.zip_of({"b.txt": "焊接", "c.pdf": made.pdf_of("材料")}))
    assert (several.path, several.text) == ("a.zip", "焊接\n材料\n\f")
    with pytest.raises(SourceError, match="binary"):
        one_text("-", b"\x89PNG\r\n\x1a\n" + bytes(64))
    with pytest.raises(SourceError, match="holds no text"):
        one_text("a.zip", made.zip_of({}))


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", KNOWN_FILES)
def test_a_file_that_was_cut_off_or_changed_is_said_and_raises_nothing(name: str) -> None:
    """Each format: what can be had of the file comes, and a line says what cannot."""
    content = made.as_bytes(KNOWN_FILES[name])
    places = sorted({len(content) * part // 8 for part in range(1, 8)})
    cut = [content[:at] for at in places]
    changed = [content[:at] + bytes([content[at] ^ 0x55]) + content[at + 1 :] for at in places]
    for broken in (*cut, *changed, content + content, content[: len(content) // 2] + bytes(999)):
        for item in documents(name, broken):
            assert item.path.startswith(name)
            said = item.reason if isinstance(item, Failure) else ""
            assert "\n" not in said
            assert "Traceback" not in said


@pytest.mark.slow
@pytest.mark.parametrize("name", KNOWN_FILES)
def test_a_document_that_bears_the_name_of_its_file_is_the_text_of_that_file(name: str) -> None:
    content = made.as_bytes(KNOWN_FILES[name])
    for item in documents(name, content, Asked(records=False)):
        if not isinstance(item, Failure) and item.path == name and item.encoding not in formats.EXTRACTED:
            assert item.text.lstrip("\ufeff") == content.decode(item.encoding).lstrip("\ufeff")


@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.jsonl"])
def test_the_bytes_of_a_text_are_let_go_before_it_is_restored(name: str, tmp_path: Path) -> None:
    content = '{"名": "焊接材料"}\n'.encode("gb18030") * 3
    held = sys.getrefcount(content)
    found = documents_on_disk(str(tmp_path / name), content, Asked())
    assert sys.getrefcount(content) > held
    assert not isinstance(next(found), Failure)
    assert sys.getrefcount(content) == held
