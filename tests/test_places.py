"""Whatever stands in the place of a file of an index is said in words, never waited for and never written over."""

from __future__ import annotations

import os
import shutil
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from seedsearch.engines.choice import check, open_engine
from seedsearch.engines.embedded import EmbeddedEngine
from seedsearch.engines.embedded.manifest import NAME, NEW
from seedsearch.engines.embedded.storage import LOCK, Disk, Lock
from seedsearch.errors import IndexDamaged, OutputError, SeedsearchError
from tests.filling import put
from tests.test_safety import BEFORE, MARK, complaint, entry

VICTIM = "12345\nnot ours, and to be kept\n"


@pytest.fixture(autouse=True)
def _no_hanging() -> Iterator[None]:
    """What waits for the other end of a pipe is ended."""
    before = signal.signal(signal.SIGALRM, lambda *_: pytest.fail("it hangs"))
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """An index that has a file of each kind."""
    folder = tmp_path / "index"
    with open_engine(folder, MARK, create=True).writer() as writer:
        for doc_id, text in BEFORE.items():
            put(writer, entry(doc_id, text))
        writer.put_metadata("note", b"kept")
    with open_engine(folder, MARK).writer() as writer:
        writer.remove("x")
    (tmp_path / "victim").write_text(VICTIM, encoding="utf-8")
    return folder


def link(path: Path) -> None:
    path.symlink_to(path.parent.parent / "victim")


def dangling(path: Path) -> None:
    path.symlink_to(path.parent.parent / "to be made")


def loop(path: Path) -> None:
    path.symlink_to(path.name)


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


def occupied(path: Path) -> None:
    path.mkdir()
    (path / "something of others").write_text(VICTIM, encoding="utf-8")


KINDS: dict[str, Callable[[Path], None]] = {
    "link": link,
    "dangling": dangling,
    "loop": loop,
    "device": device,
    "pipe": lambda path: os.mkfifo(path),
    "socket": listening,
    "folder": occupied,
}
WORDS = ("symbolic link", "pipe", "socket", "folder")


def asked(folder: Path) -> None:
    engine = EmbeddedEngine(folder, MARK)
    engine.metadata("note")
    assert len(engine.digests()) == len(BEFORE) - 1


def changed(folder: Path) -> None:
    with open_engine(folder, MARK).writer() as writer:
        put(writer, entry("new", "新的"))
        writer.put_metadata("note", b"new")


def rebuilt(folder: Path) -> None:
    with open_engine(folder, MARK, create=True, replace=True).writer() as writer:
        writer.clear()
        put(writer, entry("new", "新的"))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", [LOCK, NAME, NEW, "segment", "live", "kept", "00000003-000.segment"])
def test_what_is_no_file_is_said_and_left_alone(index: Path, kind: str, name: str) -> None:
    path = next(index.glob(f"*.{name}"), index / name)
    for work in (asked, changed, rebuilt):
        folder = shutil.copytree(index, index.parent / work.__name__, copy_function=shutil.copy)
        place = folder / path.name
        place.unlink(missing_ok=True)
        KINDS[kind](place)
        failed = complaint(lambda work=work, folder=folder: work(folder))  # type: ignore[misc]
        if failed is not None:
            assert str(place) in str(failed)
            assert any(word in str(failed) for word in WORDS)
            assert "remove it" in str(failed)
        assert not (index.parent / "to be made").exists()
        assert (index.parent / "victim").read_text(encoding="utf-8") == VICTIM
        if kind == "folder":
            assert [inner.name for inner in place.iterdir()] == ["something of others"]
    if name not in (LOCK, NEW) and path.exists():
        with pytest.raises(SeedsearchError):
            asked(index.parent / "asked")


def test_a_check_names_what_is_no_file(index: Path) -> None:
    (path,) = index.glob("*.kept")
    path.unlink()
    os.mkfifo(path)
    assert check(index) == [f"{path} is a pipe, where a file of the index should be"]


@pytest.mark.parametrize("content", ["not ours\n", "", "77\n"], ids=["text", "empty", "number"])
def test_a_lock_that_others_made_is_not_written_to(index: Path, content: str) -> None:
    """Under a second name it may be anything; under its own only what looks like a lock is one."""
    victim = index.parent / "victim"
    victim.write_text(content, encoding="utf-8")
    (index / LOCK).unlink()
    os.link(victim, index / LOCK)
    with pytest.raises(OutputError, match="a file of another program"):
        Lock(index)
    assert victim.read_text(encoding="utf-8") == content


def test_a_file_named_like_the_lock_is_not_written_to(index: Path) -> None:
    (index / LOCK).write_text("my notes on locks", encoding="utf-8")
    with pytest.raises(OutputError, match="not the lock of an index; remove it"):
        changed(index)
    assert (index / LOCK).read_text(encoding="utf-8") == "my notes on locks"


def test_a_new_file_is_never_one_that_was_there(tmp_path: Path) -> None:
    path = tmp_path / "00000001-000.segment"
    path.write_bytes(b"of another run")
    with pytest.raises(OutputError, match="another file is in its place"):
        Disk().write(path, [b"new"])
    assert path.read_bytes() == b"of another run"


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    (tmp_path / "round").symlink_to("round")
    for name in ("file", "round"):
        for work in (asked, changed, rebuilt):
            failed = complaint(lambda work=work, name=name: work(tmp_path / name))  # type: ignore[misc]
            assert isinstance(failed, OutputError)
            assert f"{tmp_path / name}" in str(failed)
            assert "--index-dir" in str(failed)


def test_an_index_behind_a_link_is_an_index(index: Path, tmp_path: Path) -> None:
    """Only the files themselves may not be links: where a folder lies is its owner's affair."""
    (tmp_path / "behind").symlink_to(index)
    changed(tmp_path / "behind")
    assert "new" in EmbeddedEngine(index, MARK).digests()


def test_a_manifest_without_end_is_refused(index: Path) -> None:
    with (index / NAME).open("r+b") as file:
        file.truncate(1 << 40)
    with pytest.raises(IndexDamaged, match="longer than"):
        asked(index)
