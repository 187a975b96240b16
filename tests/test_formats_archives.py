"""7z, RAR, Zstandard and LZ4: what is read of them, and what they may cost."""

from __future__ import annotations

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


def test_7z_gives_each_file() -> None:
    assert read("a.7z", made.seven_zip_of(FILES)) == ({f"a.7z!/{name}": text for name, text in READ.items()}, "")


def test_rar_gives_each_file() -> None:
    assert read("a.rar", made.rar_of(FILES)) == ({f"a.rar!/{name}": text for name, text in READ.items()}, "")


@pytest.mark.parametrize(("encoding", "name"), [("gbk", "合同\\采购合同.txt"), ("big5", "會議記錄.txt")])
def test_names_in_an_old_rar(encoding: str, name: str) -> None:
    found, said = read("a.rar", made.old_rar_of({name.encode(encoding): "字"}))
    assert (list(found), said) == ([f"a.rar!/{name}".replace("\\", "/")], "")


@pytest.mark.parametrize(("pack", "ending"), [(zstandard.compress, "zst"), (lz4.frame.compress, "lz4")])
def test_zstd_and_lz4_hold_one_file_or_an_archive(pack: object, ending: str) -> None:
    packed = pack("焊接".encode()) + pack("材料".encode())  # type: ignore[operator]
    assert read(f"x/a.txt.{ending}", packed) == ({f"x/a.txt.{ending}!/a.txt": "焊接材料"}, "")
    archive = pack(made.tar_of(READ))  # type: ignore[operator]
    assert read(f"a.tar.{ending}", archive) == ({f"a.tar.{ending}!/{name}": text for name, text in READ.items()}, "")


def test_what_is_broken_is_said_without_addresses_in_memory() -> None:
    _, said = read("a.rar", b"Rar!\x1a\x07\x01\x00" + bytes(100))
    assert said.startswith("a.rar: the archive is broken: ")
    assert "0 bytes" in said
    assert "archive_p" not in said


def test_what_has_a_password_is_said() -> None:
    texts, said = read("a.7z", made.seven_zip_of({"b.txt": "焊接"}, password="secret"))
    assert texts == {}
    assert "encrypted" in said


def test_what_unpacks_to_too_much_is_said_and_the_rest_is_read() -> None:
    texts, said = read("a.7z", made.seven_zip_of({"b": bytes(64 << 20), "c.txt": "字"}))
    assert texts == {"a.7z!/c.txt": "字"}
    assert said == f"a.7z!/b: it unpacks to more than {limits.RATIO} times its size"
    texts, said = read("a.zst", zstandard.compress(bytes(64 << 20)))
    assert (texts, said) == ({}, f"a.zst: it unpacks to more than {limits.RATIO} times its size")


def test_an_archive_that_takes_too_long_or_too_much_memory_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seedsearch.reading.formats.libarchive.ARCHIVE_MEMORY", 1 << 20)
    texts, said = read("a.7z", made.seven_zip_of(FILES))
    assert texts == {}
    assert said


def test_an_archive_that_leads_out_is_not_followed() -> None:
    texts, said = read("a.rar", made.rar_of({"../b.txt": "字", "c.txt": "好"}))
    assert texts == {"a.rar!/c.txt": "好"}
    assert "leads out of the archive" in said


def test_archives_in_archives_are_read_to_a_depth() -> None:
    content: bytes = made.zip_of({"a.txt": "字"})
    for _ in range(limits.DEPTH):
        content = made.rar_of({"b": content})
    assert "archive more than 3 deep" in read("a.rar", content)[1]
