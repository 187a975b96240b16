"""7z, RAR, Zstandard and LZ4: what is read of them, and what they may cost."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import re
import zipfile
from collections.abc import Callable
from typing import Any

import lz4.frame
import pytest
import zstandard

from fixtures import made
from seedsearch.reading.documents import Failure
from seedsearch.reading.formats import documents, limits

FILES: dict[str, made.Content] = {"b.txt": "焊接材料", "第一/说明.md": "东丽区".encode("gb18030"), ".c": "字"}
READ = {"b.txt": "焊接材料", "第一/说明.md": "东丽区"}


def read(name: str, content: bytes) -> tuple[dict[str, str], str]:
    """Path → text of each document in a file, and why the rest is missing."""
    found = list(documents(name, content))
    texts = {item.path: item.text for item in found if not isinstance(item, Failure)}
    return texts, "; ".join(f"{item.path}: {item.reason}" for item in found if isinstance(item, Failure))


@pytest.mark.slow
def test_7z_gives_each_file() -> None:
    assert read("a.7z", made.seven_zip_of(FILES)) == ({f"a.7z!/{name}": text for name, text in READ.items()}, "")


def test_rar_gives_each_file() -> None:
    assert read("a.rar", made.rar_of(FILES)) == ({f"a.rar!/{name}": text for name, text in READ.items()}, "")


@pytest.mark.slow
@pytest.mark.parametrize(("encoding", "name"), [("gbk", "合同\\采购合同.txt"), ("big5", "會議記錄.txt")])
def test_names_in_an_old_rar(encoding: str, name: str) -> None:
    found, said = read("a.rar", made.old_rar_of({name.encode(encoding): "字"}))
    assert (list(found), said) == ([f"a.rar!/{name}".replace("\\", "/")], "")


@pytest.mark.slow
@pytest.mark.parametrize(("pack", "ending"), [(zstandard.compress, "zst"), (lz4.frame.compress, "lz4")])
def test_zstd_and_lz4_hold_one_file_or_an_archive(pack: object, ending: str) -> None:
    packed = pack("焊接".encode()) + pack("材料".encode())  # type: ignore[operator]
    assert read(f"x/a.txt.{ending}", packed) == ({f"x/a.txt.{ending}!/a.txt": "焊接材料"}, "")
    archive = pack(made.tar_of(READ))  # type: ignore[operator]
    assert read(f"a.tar.{ending}", archive) == ({f"a.tar.{ending}!/{name}": text for name, text in READ.items()}, "")


class Pipe(io.RawIOBase):
    """What bytes are written to and nobody can go back in: sizes then stand behind each file."""

    def __init__(self) -> None:
        self.written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self.written += data
        return len(data)


def in_one_go(files: dict[str, str]) -> bytes:
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return bytes(pipe.written)


@pytest.mark.parametrize("packed", [made.zip_of, in_one_go])
def test_of_a_zip_that_is_cut_off_the_whole_files_are_read(packed: Callable[[dict[str, str]], bytes]) -> None:
    files = {"一.txt": "焊接材料", "二/b.txt": "东丽区", "c.txt": "PK\x07\x08" * 3}
    whole = packed(files)
    begins = [found.start() for found in re.finditer(b"PK\x03\x04|PK\x01\x02", whole)][: len(files) + 1]
    for size in range(begins[1], len(whole) - 1, 5):
        count = sum(begin <= size for begin in begins) - 1
        there = {f"a.zip!/{name}": text for name, text in [*files.items()][:count]}
        assert read("a.zip", whole[:size]) == (there, f"a.zip: the archive is cut off; files that are whole: {count}")
    assert read("a.zip", whole[: begins[1] - 20])[1].startswith("a.zip: the archive is broken: its list")


@pytest.mark.slow
@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_of_a_packed_file_that_is_cut_off_the_beginning_is_read(pack: Callable[[bytes], bytes]) -> None:
    numbered = "".join(f"第{number}行：{number * 7919 % 10007}\n" for number in range(1, 60_000))
    texts, reason = read("a.txt.gz", pack(numbered.encode())[:-3000])
    assert reason == "a.txt.gz: the packed file is cut off"
    (text,) = texts.values()
    assert text.startswith("第1行：7919\n")
    assert len(text) > len(numbered) // 10
    assert numbered.startswith(text.rstrip("\ufffd"))
    assert read("a.txt.gz", pack("短".encode())[:-8])[1].startswith("a.txt.gz: ")


def test_of_a_packed_tar_that_is_cut_off_the_whole_files_are_read() -> None:
    packed = gzip.compress(made.tar_of({"a.txt": "焊接材料", "b.bin": bytes(random.Random(1).randbytes(90_000))}))
    texts, reason = read("a.tgz", packed[:40_000])
    assert texts == {"a.tgz!/a.txt": "焊接材料"}
    assert reason


def test_names_that_a_zip_marks_as_utf8_and_are_not() -> None:
    """As some archivers write them: every name is marked, and is in the code page of the system."""
    files = {"甲/年报.txt".encode("gbk"): "今年的收入", "说明.txt".encode("gbk"): "请先阅读", b"plain.txt": "无"}
    assert read("a.zip", made.zip_of_bytes(files, marked=True)) == (
        {f"a.zip!/{name.decode('gbk')}": text for name, text in files.items()},
        "",
    )


def test_of_documents_and_books_that_are_cut_off_it_is_read_what_is_there() -> None:
    document = made.docx_of(made.paragraph("焊接材料"))
    at = document.index(b"PK\x01\x02")
    assert read("a.docx", document[:at]) == (
        {"a.docx": "焊接材料\n"},
        "a.docx: the archive is cut off; files that are whole: 2",
    )
    assert read("a.docx", document[: at - 40])[1] == "a.docx: an office document that is cut off before its text"
    book = made.epub_of({"1.xhtml": made.page_of("甲", "一"), "2.xhtml": made.page_of("乙", "二")})
    begins = [found.start() for found in re.finditer(b"PK\x03\x04", book)]
    texts, said = read("a.epub", book[: begins[-1] + 9])
    assert list(texts) == ["a.epub!/OEBPS/1.xhtml"]
    assert "a.epub!/OEBPS/2.xhtml: a chapter that is not in the book; a.epub: the archive is cut off" in said


@pytest.mark.slow
def test_what_is_broken_is_said_without_addresses_in_memory() -> None:
    _, said = read("a.rar", b"Rar!\x1a\x07\x01\x00" + bytes(100))
    assert said == "a.rar: the archive is broken: the record of its parts is damaged"


@pytest.mark.slow
def test_what_has_a_password_is_said() -> None:
    texts, said = read("a.7z", made.seven_zip_of({"b.txt": "焊接"}, password="secret"))
    assert texts == {}
    assert "encrypted" in said


@pytest.mark.slow
def test_what_unpacks_to_too_much_is_said_and_the_rest_is_read() -> None:
    texts, said = read("a.7z", made.seven_zip_of({"b": bytes(64 << 20), "c.txt": "字"}))
    assert texts == {"a.7z!/c.txt": "字"}
    assert said == f"a.7z!/b: it unpacks to more than {limits.RATIO} times its size"
    texts, said = read("a.zst", zstandard.compress(bytes(64 << 20)))
    assert (texts, said) == ({}, f"a.zst: it unpacks to more than {limits.RATIO} times its size")


@pytest.mark.slow
def test_an_archive_that_takes_too_long_or_too_much_memory_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seedsearch.reading.formats.libarchive.ARCHIVE_MEMORY", 1 << 20)
    texts, said = read("a.7z", made.seven_zip_of(FILES))
    assert texts == {}
    assert said


@pytest.mark.slow
def test_an_archive_that_leads_out_is_not_followed() -> None:
    texts, said = read("a.rar", made.rar_of({"../b.txt": "字", "c.txt": "好"}))
    assert texts == {"a.rar!/c.txt": "好"}
    assert "leads out of the archive" in said


@pytest.mark.slow
def test_archives_in_archives_are_read_to_a_depth() -> None:
    content: bytes = made.zip_of({"a.txt": "字"})
    for _ in range(limits.DEPTH):
        content = made.rar_of({"b": content})
    assert "archive more than 3 deep" in read("a.rar", content)[1]
