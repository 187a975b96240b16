"""What a folder may hold that is not meant well, or not whole: the rows of docs/situations.md."""

from __future__ import annotations

import base64
import json
import os
import socket
import struct
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest

from fixtures import made
from seedsearch import build_index, open_index
from seedsearch.indexing.pipeline import Job, analyse
from seedsearch.indexing.reports import (
    IndexReport,
)
from seedsearch.reading.documents import (
    Failure,
)
from seedsearch.reading.files import read_bytes, walk
from seedsearch.reading.formats import documents, limits
from seedsearch.restoring.collection import JOURNAL

GOOD = "东丽区的焊接产业链"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one good file, beside which a test puts others."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "good.txt").write_text(GOOD, encoding="utf-8")
    return tmp_path / "in"


def indexed(folder: Path, **options: object) -> IndexReport:
    report = build_index("in", folder.parent / "index", workers=1, **options)  # type: ignore[arg-type]
    assert "in/good.txt" in paths(folder, "产业链")
    return report


def paths(folder: Path, query: str) -> list[str]:
    """Every path that a query finds, those of equal passages too."""
    with open_index(folder.parent / "index") as index:
        return sorted(path for hit in index.search(query, limit=50).hits for path in (hit.path, *hit.also_in))


def said(report: IndexReport) -> dict[str, str]:
    return {failure.path: failure.reason for failure in report.failures}


def read(name: str, content: bytes) -> tuple[dict[str, str], dict[str, str]]:
    """The texts of the documents in a file, and what is said of those that cannot be read."""
    found = list(documents(name, content))
    texts = {item.path: item.text for item in found if not isinstance(item, Failure)}
    return texts, {item.path: item.reason for item in found if isinstance(item, Failure)}


def refused(name: str, content: bytes, says: str) -> None:
    """That nothing of a file is read, and that its one failure says why."""
    texts, reasons = read(name, content)
    assert texts == {}
    (reason,) = reasons.values()
    assert says in reason


class TestFiles:
    """C13 to C18: what lies in a folder besides files that stay as they are."""

    def test_what_is_no_file_is_said_and_the_run_goes_on(self, folder: Path) -> None:
        os.mkfifo(folder / "pipe")
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind("in/socket")
            report = indexed(folder)
        assert said(report) == {"in/pipe": "not a regular file", "in/socket": "not a regular file"}

    @pytest.mark.parametrize("path", ["/dev/null", "/proc/self/mem", "nowhere/gone.txt", "in/good.txt/x"])
    def test_what_can_not_be_read_is_said(self, folder: Path, path: str) -> None:
        outcome = analyse(Job(path))
        assert outcome.state is None
        assert [failure.path for failure in outcome.failures] == [path]

    @pytest.mark.slow
    def test_a_folder_that_can_not_be_read_is_said(self, folder: Path) -> None:
        """One that lies deeper than a path may be long; and a tree deeper than calls may nest is walked."""
        at = os.open(folder, os.O_RDONLY)
        for _ in range(2100):
            os.mkdir("a", dir_fd=at)
            inner = os.open("a", os.O_RDONLY, dir_fd=at)
            os.close(at)
            at = inner
        os.close(at)
        (failure,) = indexed(folder).failures
        assert failure.reason == "file name too long"
        assert failure.path.startswith("in/a/a/a")
        subprocess.run(["rm", "-r", folder / "a"], check=True)

    def test_a_file_that_vanishes_between_walk_and_read(self, folder: Path) -> None:
        (folder / "b.txt").write_text("字", encoding="utf-8")
        found = [item.path for item in walk("in")]
        (folder / "b.txt").unlink()
        outcomes = [analyse(Job(path)) for path in found]
        assert [len(outcome.entries) for outcome in outcomes] == [0, 1]
        assert "no such file" in outcomes[0].failures[0].reason

    @pytest.mark.parametrize("times", [1, 2])
    def test_a_file_that_changes_while_it_is_read(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, times: int
    ) -> None:
        """Read again once; then left for the next run."""
        written: list[int] = []

        def read_while_written(path: str) -> bytes:
            content = read_bytes(path)
            if len(written) < times:
                written.append(1)
                Path(path).write_text(GOOD + "变" * len(written), encoding="utf-8")
            return content

        monkeypatch.setattr("seedsearch.indexing.pipeline.read_bytes", read_while_written)
        outcome = analyse(Job("in/good.txt"))
        assert [entry.readable for entry in outcome.entries] == ([GOOD + "变"] if times == 1 else [])
        assert [failure.reason for failure in outcome.failures] == (
            [] if times == 1 else ["in/good.txt changed while it was read; index it again when it is complete"]
        )
        assert (outcome.state is None) == (times == 2)

    def test_what_is_gone_from_the_folder_is_gone_from_the_index(self, folder: Path) -> None:
        (folder / "a.zip").write_bytes(made.zip_of({"x/b.txt": "焊接一", "c.csv": "名\n焊接二\n焊接三\n"}))
        (folder / "t.jsonl").write_text('"焊接四"\n"焊接五"\n', encoding="utf-8")
        assert indexed(folder).added == 6
        assert (indexed(folder).unchanged, indexed(folder).removed) == (6, 0)
        (folder / "t.jsonl").rename(folder / "T.jsonl")
        (folder / "a.zip").write_bytes(made.zip_of({"c.csv": "名\n焊接二\n"}))
        report = indexed(folder)
        assert (report.added, report.updated, report.unchanged, report.removed) == (2, 1, 1, 4)
        rest = ["in/T.jsonl#1", "in/T.jsonl#2", "in/a.zip!/c.csv#1", "in/good.txt"]
        assert paths(folder, "焊接") == rest
        (folder / "a.zip").unlink()
        assert build_index("in/T.jsonl", folder.parent / "index").removed == 0
        assert indexed(folder).removed == 1
        assert paths(folder, "焊接") == [path for path in rest if "zip" not in path]

    def test_neighbours_named_like_parts_stay(self, folder: Path) -> None:
        (folder / "a").mkdir()
        (folder / "a!").mkdir()
        for name in ("a/1.txt", "a!/1.txt", "a#1"):
            (folder / name).write_text(f"焊接{name}", encoding="utf-8")
        assert indexed(folder).added == 4
        assert build_index("in/a", folder.parent / "index").removed == 0
        assert paths(folder, "焊接") == ["in/a!/1.txt", "in/a#1", "in/a/1.txt", "in/good.txt"]

    def test_a_file_named_like_a_part_goes_before_it(self, folder: Path) -> None:
        (folder / "t.csv").write_text("名\n焊接一\n焊接二\n", encoding="utf-8")
        (folder / "t.csv#2").write_text("焊接三", encoding="utf-8")
        report = indexed(folder)
        assert said(report) == {"in/t.csv#2": "shadowed by a file of the same name next to in/t.csv"}
        assert (report.added, indexed(folder).unchanged) == (3, 3)
        (folder / "t.csv#2").unlink()
        assert indexed(folder).removed == 1
        assert paths(folder, "焊接") == ["in/good.txt", "in/t.csv#1"]

    def test_links_are_not_followed_and_twins_are_one_hit(self, folder: Path) -> None:
        (folder / "loop").symlink_to(".")
        (folder / "up").symlink_to("..")
        (folder / "passwd").symlink_to("/etc/passwd")
        os.link(folder / "good.txt", folder / "twin.txt")
        report = indexed(folder)
        assert set(said(report)) == {"in/loop", "in/up", "in/passwd"}
        with open_index(folder.parent / "index") as index:
            (hit,) = index.search("产业链").hits
        assert sorted([hit.path, *hit.also_in]) == ["in/good.txt", "in/twin.txt"]

    @pytest.mark.slow
    @pytest.mark.parametrize(
        "name",
        [
            b"a\nb.txt",
            b"\x1b]8;;x\x07.txt",
            b"-rf",
            b"\xff\xfe\xb0\xa1.txt",
            b"n" * 255,
            "焊接.txt".encode(),
            b"e\xcc\x81",
        ],
    )
    def test_every_name_is_indexed_and_printed_harmlessly(self, folder: Path, name: bytes) -> None:
        Path(os.fsdecode(b"in/" + name)).write_text("量子纠缠", encoding="utf-8")
        indexed(folder)
        for options in ([], ["--json"], ["-l"]):
            done = subprocess.run(
                [sys.executable, "-m", "seedsearch", "query", *options, "量子纠缠"], capture_output=True, check=True
            )
            assert not set(done.stdout.decode()) & {"\x1b", "\x07", "\x9b"}
            if options == ["--json"]:
                hit = json.loads(done.stdout.splitlines()[1])
                assert os.fsencode(hit["path"]) == b"in/" + name


class TestContent:
    """C19 to C22: files that hold something else than sound text."""

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"\x89PNG\r\n\x1a\n" + bytes(100), "a binary file, by its first bytes"),
            (bytes(range(256)) * 20, "a binary file: no encoding makes text of it"),
            (b"\0" * 1000, "a binary file: no encoding makes text of it"),
        ],
    )
    def test_a_binary_file_named_text_is_skipped(self, folder: Path, content: bytes, reason: str) -> None:
        (folder / "b.txt").write_bytes(content)
        (failure,) = indexed(folder).failures
        assert (failure.path, failure.skipped) == ("in/b.txt", True)
        assert failure.reason.endswith(reason)

    @pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\n\n"])
    @pytest.mark.parametrize("name", ["b.txt", "b.csv", "b.jsonl", "b.html"])
    def test_an_empty_file_is_no_error(self, folder: Path, content: bytes, name: str) -> None:
        (folder / name).write_bytes(content)
        assert indexed(folder).failures == ()

    LONG: dict[str, Callable[[int], bytes]] = {  # noqa: RUF012
        "equal.txt": lambda n: ("焊" * n).encode(),
        "base64.txt": lambda n: base64.b64encode(bytes(i * i % 251 for i in range(n))),
        "line.txt": lambda n: ("焊接材料的创新，" * (n // 8)).encode(),
        "tags.html": lambda n: b"<html>" + b"<p" * (n // 2),
        "row.csv": lambda n: b"a" + b",b" * (n // 2) + b"\n" + b"1" + b",2" * (n // 2),
        "quote.csv": lambda n: b'a\n"' + b"x," * (n // 2),
        "deep.jsonl": lambda n: b"[" * n,
        "list.jsonl": lambda n: b"[" + b"1," * (n // 2) + b"1]",
        "lost.txt": lambda n: "\ufffd?".encode() * (n // 2),
    }

    @pytest.mark.slow
    @pytest.mark.parametrize("name", LONG)
    def test_work_grows_as_the_file_does(self, folder: Path, name: str) -> None:
        """Twice as long is about twice the steps, and nothing of it is cut off."""
        steps = []
        for size in (50_000, 100_000):
            (folder / name).write_bytes(self.LONG[name](size))
            steps.append(_steps(lambda: analyse(Job(f"in/{name}"))))
        assert steps[1] < 2.5 * steps[0]
        (folder / name).write_bytes(self.LONG[name](200_000) + "末尾的焊接".encode())
        assert indexed(folder).failures == ()

    @pytest.mark.parametrize(
        ("size", "says"), [(1 << 30, "larger than 256 MiB"), (limits.TEXT + 1, "a text of more than 64 MiB")]
    )
    def test_what_is_too_large_is_said_and_not_cut(self, folder: Path, size: int, says: str) -> None:
        with (folder / "large.txt").open("wb") as file:
            file.truncate(size)
        (failure,) = indexed(folder).failures
        assert says in failure.reason
        assert not failure.skipped

    @pytest.mark.parametrize(
        "content",
        [
            "量子纠缠".encode() + "焊".encode()[:2],
            b"\xed\xa0\x80" + "量子纠缠".encode(),
            "量子纠缠的实验".encode("gb18030") + b"\x81",
            "前面是一种编码，".encode() * 30 + "量子纠缠".encode() + "后面的另一种".encode("gb18030"),
        ],
    )
    def test_what_is_torn_is_found_otherwise(self, folder: Path, content: bytes) -> None:
        (folder / "torn.txt").write_bytes(content)
        report = indexed(folder)
        assert paths(folder, "量子纠缠") == ["in/torn.txt"]
        assert report.failures == ()

    @pytest.mark.parametrize(
        "encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "big5", "gb18030", "hz", "utf-8-sig"]
    )
    def test_every_encoding_is_read(self, folder: Path, encoding: str) -> None:
        traditional = "量子的研究在這個地方是有的，我們都在學。"
        text = "量子的研究在这个地方是有的，我们都在学。" if encoding == "hz" else traditional
        (folder / "b.txt").write_bytes(text.encode(encoding))
        (folder / "b.csv").write_bytes(f"名,值\n{text},1\n".encode(encoding))
        assert indexed(folder).failures == ()
        assert paths(folder, "这个地方是有的") == ["in/b.csv#1", "in/b.txt"]


def _steps(work: Callable[[], object]) -> int:
    """How many calls and returns a piece of work takes."""
    count = 0

    def seen(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(seen)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def _deep(depth: int) -> bytes:
    content = made.zip_of({"a.txt": GOOD})
    for _ in range(depth):
        content = made.zip_of({"in.zip": content}, zipfile.ZIP_STORED)
    return content


def _overlapping(count: int) -> bytes:
    """An archive whose directory names the same megabyte many times."""
    content = made.zip_of({"a.txt": bytes(i * i % 251 for i in range(1 << 20))}, zipfile.ZIP_STORED)
    at, end = content.index(b"PK\x01\x02"), content.index(b"PK\x05\x06")
    entries = content[at:end] * count
    sizes = struct.pack("<HHLL", count, count, len(entries), at)
    return content[:at] + entries + content[end : end + 8] + sizes + b"\0\0"


def _special(kind: bytes) -> bytes:
    place = BytesIO()
    with tarfile.open(fileobj=place, mode="w") as archive:
        info = tarfile.TarInfo("x")
        info.type, info.linkname = kind, "/etc/passwd"
        archive.addfile(info)
    return place.getvalue()


class TestArchives:
    """C26: bombs, and archives that reach out of themselves."""

    @pytest.mark.slow
    def test_a_bomb_is_refused_before_it_is_unpacked(self) -> None:
        content = made.zip_of({"zeros.txt": bytes(50 << 20)})
        assert len(content) < 100_000
        refused("a.zip", content, "more than 250 times its size")
        refused("a.tgz", made.tar_of({"zeros.txt": bytes(50 << 20)}, "w:gz"), "more than 250 times its size")

    @pytest.mark.slow
    def test_all_that_a_file_unpacks_to_has_a_limit(self, monkeypatch: pytest.MonkeyPatch) -> None:
        texts, reasons = read("a.zip", _overlapping(1_100))
        assert len(texts) <= 1
        assert any("verlap" in reason for reason in reasons.values())
        monkeypatch.setattr(limits, "UNPACKED", 2 << 20)
        files: dict[str, made.Content] = {f"{i}.txt": b"a" * (1 << 20) for i in range(4)}
        texts, reasons = read("a.tar", made.tar_of(files))
        assert list(texts) == ["a.tar!/0.txt", "a.tar!/1.txt"]
        assert "it unpacks to more than 250 times its size, or 2 MiB" in reasons["a.tar"]

    @pytest.mark.slow
    def test_all_texts_of_a_file_have_a_limit(self) -> None:
        files: dict[str, made.Content] = {f"{i}.txt": b"a" * (40 << 20) for i in range(4)}
        texts, reasons = read("a.tar", made.tar_of(files))
        assert list(texts) == ["a.tar!/0.txt", "a.tar!/1.txt", "a.tar!/2.txt"]
        assert "more than 128 MiB of text" in reasons["a.tar"]

    def test_archives_a_hundred_deep(self) -> None:
        assert list(read("a.zip", _deep(limits.DEPTH - 1))[0]) == ["a.zip!/in.zip!/in.zip!/a.txt"]
        refused("a.zip", _deep(100), "deep in others")

    def test_a_million_entries(self) -> None:
        content = made.zip_of({"a.txt": GOOD})
        at, end = content.index(b"PK\x01\x02"), content.index(b"PK\x05\x06")
        many = content[:at] + content[at:end] * 1_000_000 + content[end:]
        refused("a.zip", many, "more than 100,000 files")

    @pytest.mark.slow
    def test_a_million_records(self) -> None:
        texts, reasons = read("a.csv", b"a\n" + b"1\n" * 1_000_000)
        assert len(texts) == limits.PARTS
        assert reasons == {"a.csv": "it holds more than 100,000 files or records; split it"}

    @pytest.mark.parametrize("name", ["../../etc/x", "/etc/x", "a/../../x", "..\\x", "C:\\x", "C:x", ".", "a/.."])
    @pytest.mark.parametrize("make", [made.zip_of, made.tar_of])
    def test_names_that_lead_out(self, name: str, make: Callable[[dict[str, made.Content]], bytes]) -> None:
        texts, reasons = read("a", make({name: "坏", "b.txt": GOOD}))
        assert list(texts) == ["a!/b.txt"]
        assert list(reasons.values()) == ["its name leads out of the archive"]

    def test_a_member_without_a_name(self) -> None:
        content = bytearray(made.zip_of({"x": GOOD}))
        for at in (26, content.index(b"PK\x01\x02") + 28):
            content[at : at + 4] = b"\0\0\x01\0"  # the name counts as a note of one byte
        refused("a.zip", bytes(content), "its name leads out of the archive")

    @pytest.mark.slow
    def test_copies_stay_below_their_folder(self, folder: Path) -> None:
        (folder / "a.zip").write_bytes(made.zip_of({"../../x.txt": "坏", "/x.txt": "坏", "b/c.txt": GOOD}))
        (folder / "a.pdf").write_bytes(made.pdf_of("焊接"))
        (folder / "t.csv").write_text("名\n焊\n", encoding="utf-8")
        (folder / "b.zip!").mkdir()
        (folder / "b.zip!" / "c.txt").write_text("先", encoding="utf-8")
        (folder / "b.zip").write_bytes(made.zip_of({"c.txt": "后"}))
        command = [sys.executable, "-m", "seedsearch", "clean", "in", "-o", "out/deep"]
        assert subprocess.run(command, check=False, capture_output=True).returncode == 2
        assert Path("out/deep/b.zip!/c.txt").read_text(encoding="utf-8") == "先"
        there = {str(path.relative_to(folder.parent)) for path in folder.parent.rglob("*.*") if path.is_file()}
        expected = {"a.zip!/b/c.txt", "a.pdf!/a.pdf.txt", "t.csv", "good.txt", "b.zip!/c.txt", JOURNAL}
        originals = {"a.zip", "a.pdf", "t.csv", "good.txt", "b.zip", "b.zip!/c.txt"}
        assert there == {f"out/deep/{name}" for name in expected} | {f"in/{name}" for name in originals}

    def test_links_and_devices_in_archives(self) -> None:
        link = zipfile.ZipInfo("x")
        link.external_attr = 0o120777 << 16
        place = BytesIO()
        with zipfile.ZipFile(place, "w") as archive:
            archive.writestr(link, "/etc/passwd")
        refused("a.zip", place.getvalue(), "a symbolic link, not followed")
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
            refused("a.tar", _special(kind), "a link, not followed")
        for kind in (tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE):
            refused("a.tar", _special(kind), "not a regular file")

    def test_an_encrypted_member_is_said(self) -> None:
        content = bytearray(made.zip_of({"a.txt": GOOD}))
        content[6] |= 1
        content[content.index(b"PK\x01\x02") + 8] |= 1
        refused("a.zip", bytes(content), "it is encrypted")

    def test_two_members_of_one_name(self) -> None:
        content = made.zip_of({"a.txt": "一", "b.txt": "二"}).replace(b"b.txt", b"a.txt")
        texts, reasons = read("a.zip", content)
        assert texts == {"a.zip!/a.txt": "一"}
        assert reasons == {"a.zip!/a.txt": "another file of this name is in the archive"}

    def test_a_header_that_points_backwards(self) -> None:
        content = bytearray(made.tar_of({"a.txt": GOOD, "b.txt": GOOD}))
        content[124:136] = b"\xff" * 10 + b"\xfc\x00"  # a size of -1024 bytes
        content[148:156] = b" " * 8
        content[148:156] = b"%06o\0 " % sum(content[:512])
        assert list(read("a.tar", bytes(content))[1]) != []

    @pytest.mark.parametrize("content", [made.zip_of({"a.txt": GOOD * 50}), made.tar_of({"a.txt": GOOD * 50}, "w:gz")])
    def test_archives_that_were_cut_off(self, content: bytes) -> None:
        for length in range(8, len(content) - 22, 7):
            assert read("a", content[:length])[1] != {}


class TestBooks:
    """C27 and C28: XML and PDF that are made to burst."""

    LAUGHS = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))
    DTDS = (
        f'<!DOCTYPE x [<!ENTITY a0 "ha">{LAUGHS}]>',
        '<!DOCTYPE x [<!ENTITY a9 SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]>',
    )

    @pytest.mark.parametrize("dtd", DTDS)
    def test_entities_are_refused(self, dtd: str) -> None:
        refused("a.docx", made.docx_of(made.paragraph("&a9;"), before=dtd), "declares entities")
        container = f'{dtd}<container><rootfile full-path="b"/></container>'
        refused("a.epub", made.zip_of({"META-INF/container.xml": container, "b": ""}), "declares entities")

    def test_entities_of_a_page_stay_as_they_are(self, folder: Path) -> None:
        for name in ("a.svg", "a.xhtml", "a.xml"):
            (folder / name).write_text(f"{self.DTDS[0]}<html><p>量子&a9;纠缠</p></html>", encoding="utf-8")
        indexed(folder)
        with open_index(folder.parent / "index") as index:
            assert all(len(hit.snippets[0].text) < 2_000 for hit in index.search("量子").hits)

    def test_elements_without_end(self) -> None:
        refused("a.docx", made.docx_of("<w:p>" * 100_000), "levels deep")
        refused("a.docx", made.docx_of("<w:p>"), "its XML is broken")

    @pytest.mark.slow
    def test_a_part_that_bursts(self) -> None:
        refused("a.docx", made.docx_of(made.paragraph(" " * (60 << 20))), "250 times")

    # Two million operators: seconds of work, in a file of a few kilobytes.
    SLOW = made.pdf_of(content=b"BT /F1 12 Tf " + b"(a) Tj " * 2_000_000)
    # One operator with as many operands as memory holds: they are read before it is done.
    LARGE = made.pdf_of(content=b"BT /F1 12 Tf [" + b"(a)" * 600_000 + b"] TJ")

    @pytest.mark.slow
    def test_a_pdf_that_spins_is_stopped_by_its_processor_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits, "PDF_SECONDS", 1)
        refused("a.pdf", self.SLOW, "cannot be read in 1 s")

    @pytest.mark.slow
    def test_a_pdf_that_waits_is_stopped_by_the_clock(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits, "PDF_WALL_SECONDS", 1)
        refused("a.pdf", self.SLOW, "takes more than 1 s")

    @pytest.mark.slow
    def test_a_pdf_that_eats_memory_is_stopped(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits, "PDF_MEMORY", 150 << 20)
        refused("a.pdf", self.LARGE, "150 MiB")

    @pytest.mark.slow
    def test_a_pdf_that_is_broken_is_said(self) -> None:
        content = made.pdf_of("焊接")
        refused("a.pdf", content[:200], "the PDF cannot be read")
        refused("a.pdf", b"%PDF-1.7\n", "the PDF cannot be read")

    @pytest.mark.slow
    def test_the_reader_imports_nothing_from_where_one_stands(self, folder: Path) -> None:
        for name in ("pdfminer.py", "json.py", "seedsearch.py"):
            (folder.parent / name).write_text("open('seen', 'w')", encoding="utf-8")
        assert list(read("a.pdf", made.pdf_of("焊接"))[0]) == ["a.pdf"]
        assert not (folder.parent / "seen").exists()


def _harmful() -> Iterator[tuple[str, bytes]]:
    """One of each kind that is refused."""
    yield "bomb.zip", made.zip_of({"zeros.txt": bytes(50 << 20)})
    yield "deep.zip", _deep(100)
    yield "out.zip", made.zip_of({"../../x": "坏"})
    yield "device.tar", _special(tarfile.CHRTYPE)
    yield "laughs.docx", made.docx_of(made.paragraph("&a9;"), before=TestBooks.DTDS[0])
    yield "broken.pdf", b"%PDF-1.7\n"
    yield "binary.txt", bytes(range(256)) * 20


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_one_of_each_in_a_folder_stops_nothing(folder: Path, workers: int) -> None:
    """The program itself: everything is named, the exit code says so, and what is good is found."""
    for name, content in _harmful():
        (folder / name).write_bytes(content)
    command = [sys.executable, "-m", "seedsearch", "index", "in", "--json", "--workers", str(workers)]
    done = subprocess.run(command, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (2, b"")
    report = json.loads(done.stdout)
    assert report["added"] == 1
    assert {failure["path"].split("!/")[0] for failure in report["failures"]} == {f"in/{n}" for n, _ in _harmful()}
    again = json.loads(subprocess.run(command, capture_output=True, check=False).stdout)
    assert again["failures"] == report["failures"]
    assert again["unchanged"] == 1


@pytest.mark.slow
def test_a_package_that_comes_later_is_used(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that could not be read without it is read again, and no other is."""
    (folder / "a.zip").write_bytes(made.zip_of({"a.pdf": made.pdf_of("量子纠缠"), "b.txt": "字"}))
    with monkeypatch.context() as without:
        without.setattr("seedsearch.reading.formats.format.find_spec", lambda _: None)
        first, second = indexed(folder), indexed(folder)
    assert said(first) == said(second) == {"in/a.zip!/a.pdf": "a PDF; to read it: pip install 'seedsearch[pdf]'"}
    assert (first.added, second.unchanged) == (2, 2)
    report = indexed(folder)
    assert (report.added, report.updated, report.unchanged, report.failures) == (1, 1, 1, ())
    assert paths(folder, "量子纠缠") == ["in/a.zip!/a.pdf"]
