"""Whatever happens to a writer, readers see the state before or the state after, and the next writer carries on."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from seedsearch.engines.choice import check, open_engine
from seedsearch.engines.embedded import EmbeddedEngine
from seedsearch.engines.embedded.manifest import NAME
from seedsearch.engines.embedded.storage import LOCK, Disk
from seedsearch.engines.entries import (
    IndexEntry,
)
from seedsearch.engines.query import Prefix, Ranked, Run, Term, Terms
from seedsearch.errors import IndexDamaged, IndexLocked, IndexStale, OutputError, SeedsearchError
from seedsearch.versions import FORMAT
from tests.filling import put

pytestmark = pytest.mark.slow

MARK = "analysis 0"
BEFORE = {"a": "焊接产业链", "b": "焊接材料，創新", "c": "量子", "y": "这里", "x": "别的"}
AFTER = {"a": "焊接产业链", "b": "联合体", "d": "焊接", "x": "别的", "y": "这里"}


def entry(doc_id: str, text: str) -> IndexEntry:
    return IndexEntry(doc_id, f"{len(text):02x}", text, (f"path:{doc_id}",), text.encode())


def change(engine: EmbeddedEngine) -> None:
    """From BEFORE to AFTER, with a segment that is merged and one of which a document is deleted."""
    with engine.writer() as writer:
        put(writer, entry("b", AFTER["b"]))
        put(writer, entry("d", AFTER["d"]))
        writer.remove("c")
        writer.put_metadata("note", b"after")


def state(folder: Path) -> tuple[dict[str, str], bytes | None]:
    """What a reader sees: every readable text, and the note."""
    engine = open_engine(folder, MARK)
    found = engine.search(Terms("tag", Prefix("path:")), 100).best
    assert {match.doc_id for match in found} == set(engine.digests())
    return {match.doc_id: match.readable for match in found}, engine.metadata("note")


OLD, NEW = (BEFORE, b"before"), (AFTER, b"after")


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("safety") / "index"
    engine = open_engine(folder, MARK, create=True)
    for doc_ids in ("abx", "cy"):
        with engine.writer() as writer:
            for doc_id in doc_ids:
                put(writer, entry(doc_id, BEFORE[doc_id]))
            writer.put_metadata("note", b"before")
    assert state(folder) == OLD
    assert len(EmbeddedEngine(folder, MARK).segments) == 2
    return folder


@pytest.fixture
def index(before: Path, tmp_path: Path) -> Path:
    """A copy of an index in the state OLD."""
    return shutil.copytree(before, tmp_path / "index")


def complaint(work: Callable[[], None]) -> SeedsearchError | None:
    """The error that was raised on purpose; any other passes."""
    try:
        work()
    except SeedsearchError as error:
        return error
    return None


def leftovers(folder: Path) -> set[str]:
    manifest = EmbeddedEngine(folder, MARK).manifest
    named = {file.name for file in manifest.files()}
    return {path.name for path in folder.iterdir()} - named - {NAME, LOCK, manifest.toc_name}


class Dying(Disk):
    """Ends the process before the `last`-th operation; an audit hook sees those that do not go through `Disk`."""

    EVENTS = frozenset(("open", "os.rename", "os.remove", "os.truncate", "mmap.__new__"))

    def __init__(self, last: int) -> None:
        self._left = last
        sys.addaudithook(lambda event, _: self.tick() if event in self.EVENTS else None)

    def tick(self) -> None:
        self._left -= 1
        if self._left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def append(self, descriptor: int, chunk: bytes | memoryview) -> None:
        self.tick()
        super().append(descriptor, chunk)

    def sync(self, descriptor: int) -> None:
        self.tick()
        super().sync(descriptor)


def in_child(work: Callable[[], None]) -> int:
    """The status of a forked process that did the work."""
    child = os.fork()
    if not child:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1]


def change_until(folder: Path, last: int) -> None:
    change(EmbeddedEngine(folder, MARK, disk=Dying(last)))


@pytest.mark.exhaustive
def test_killed_before_every_operation(before: Path, tmp_path: Path) -> None:
    seen = set()
    for last in count():
        folder = shutil.copytree(before, tmp_path / f"{last}")
        status = in_child(partial(change_until, folder, last))
        found = state(folder)
        assert found in (OLD, NEW)
        seen.add(found == NEW)
        assert check(folder) == []
        assert len(EmbeddedEngine(folder, MARK).segments) == (1 if found == NEW else 2)
        change(EmbeddedEngine(folder, MARK))
        assert state(folder) == NEW
        assert leftovers(folder) == set()
        shutil.rmtree(folder)
        if status == 0:
            break
        assert os.WTERMSIG(status) == signal.SIGKILL
    assert seen == {False, True}
    assert last > 30


class Recorded(Disk):
    """Notes what reaches the disk: contents when a file is synced, names when the folder is."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._synced = {path.name: path.read_bytes() for path in folder.iterdir()}
        self._names = dict.fromkeys(self._synced)
        self.states: list[tuple[dict[str, bytes], dict[str, bytes]]] = []
        self._durable = dict(self._synced)
        self._current = dict(self._synced)

    def _note(self) -> None:
        self.states.append((dict(self._durable), dict(self._current)))

    def append(self, descriptor: int, chunk: bytes | memoryview) -> None:
        super().append(descriptor, chunk)
        self._current[Path(os.readlink(f"/proc/self/fd/{descriptor}")).name] = b""
        self._note()

    def sync(self, descriptor: int) -> None:
        super().sync(descriptor)
        path = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        if path == self._folder:
            self._durable = dict(self._current)
        else:
            self._current[path.name] = path.read_bytes()
        self._note()

    def replace(self, made: Path, final: Path) -> None:
        super().replace(made, final)
        self._current[final.name] = self._current.pop(made.name)
        self._note()

    def remove(self, path: Path) -> None:
        super().remove(path)
        self._current.pop(path.name, None)
        self._note()


def test_power_lost_after_every_operation(index: Path, tmp_path: Path) -> None:
    """What was not synced is gone: the contents of files in any case, their names in one of two ways."""
    disk = Recorded(index)
    change(EmbeddedEngine(index, MARK, disk=disk))
    seen = set()
    for number, both in enumerate(disk.states):
        for kind, files in zip(("durable", "current"), both, strict=True):
            folder = tmp_path / f"{number} {kind}"
            folder.mkdir()
            for name, content in files.items():
                (folder / name).write_bytes(content)
            found = state(folder)
            assert found in (OLD, NEW)
            assert check(folder) == []
            seen.add(found == NEW)
    assert seen == {False, True}
    assert len(disk.states) > 20


class Full(Disk):
    """No space is left at the `last`-th write."""

    def __init__(self, last: int) -> None:
        self._left = last

    def append(self, descriptor: int, chunk: bytes | memoryview) -> None:
        self._left -= 1
        if self._left < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        super().append(descriptor, chunk)


def test_disk_full_at_every_write(index: Path) -> None:
    for last in count():
        engine = EmbeddedEngine(index, MARK, disk=Full(last))
        failed = complaint(partial(change, engine))
        if failed is None:
            break
        assert isinstance(failed, OutputError)
        assert "No space left on device" in str(failed)
        assert state(index) == OLD
        assert leftovers(index) == set()
        assert len(engine.search(Run("焊接"), 10).best) == 2
    assert last > 10
    assert state(index) == NEW


def test_a_second_writer_is_told_who_writes(index: Path) -> None:
    with open_engine(index, MARK).writer(), pytest.raises(IndexLocked, match=f"pid {os.getpid()}"):
        open_engine(index, MARK).writer()
    open_engine(index, MARK).writer().__exit__(None, None, None)


def test_an_index_is_not_thrown_away_under_a_writer(index: Path) -> None:
    with open_engine(index, MARK).writer() as writer:
        with pytest.raises(IndexLocked):
            open_engine(index, "analysis 1", create=True, replace=True)
        put(writer, entry("e", "后来"))
    assert set(state(index)[0]) == {*BEFORE, "e"}


def test_a_killed_writer_leaves_no_lock(index: Path) -> None:
    def hold() -> None:
        open_engine(index, MARK).writer()
        os.kill(os.getpid(), signal.SIGKILL)

    assert os.WTERMSIG(in_child(hold)) == signal.SIGKILL
    change(EmbeddedEngine(index, MARK))
    assert state(index) == NEW


def test_a_writer_builds_on_what_was_committed_last(index: Path) -> None:
    late = EmbeddedEngine(index, MARK)
    change(EmbeddedEngine(index, MARK))
    with late.writer() as writer:
        put(writer, entry("e", "后来"))
    assert set(state(index)[0]) == {*AFTER, "e"}


@pytest.mark.exhaustive
def test_readers_see_whole_states_while_it_is_written(tmp_path: Path) -> None:
    rounds, documents = 40, 30
    with open_engine(tmp_path, MARK, create=True).writer():
        pass

    def write() -> None:
        engine = open_engine(tmp_path, MARK)
        for i in range(rounds):
            with engine.writer() as writer:
                for number in range(documents):
                    put(writer, entry(f"{number:02}", f"第{i}轮"))

    child = os.fork()
    if not child:
        write()
        os._exit(0)
    looked, done = 0, False
    while not done:
        done = os.waitpid(child, os.WNOHANG)[0] == child
        texts = [match.readable for match in open_engine(tmp_path, MARK).search(Run("轮"), 100).best]
        assert len(texts) in (0, documents)
        assert len(set(texts)) <= 1
        looked += 1
    assert texts == [f"第{rounds - 1}轮"] * documents
    assert looked > 3


def test_an_open_reader_keeps_its_state(index: Path) -> None:
    reader = open_engine(index, MARK)
    change(EmbeddedEngine(index, MARK))
    shutil.rmtree(index)
    assert {match.readable for match in reader.search(Run("焊接"), 10).best} == {BEFORE["a"], BEFORE["b"]}


def test_a_query_opens_nothing_for_writing(index: Path) -> None:
    def look() -> None:
        def refuse(event: str, arguments: tuple[object, ...]) -> None:
            writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT
            if event in ("os.rename", "os.remove", "os.mkdir"):
                os._exit(3)
            if event == "open" and isinstance(arguments[2], int) and arguments[2] & writing:
                os._exit(4)

        sys.addaudithook(refuse)
        assert state(index) == OLD

    assert in_child(look) == 0


def test_what_was_left_behind_is_swept(index: Path) -> None:
    for name in ("00000009-000.segment", "00000009-001.live", f"{NAME}.new"):
        (index / name).write_bytes(b"left")
    for name in ("note.txt", "video.segment"):
        (index / name).write_bytes(b"not ours")
    change(EmbeddedEngine(index, MARK))
    assert leftovers(index) == {"note.txt", "video.segment"}


def ask_everything(folder: Path) -> None:
    """Uses every part of an index."""
    engine = open_engine(folder, MARK)
    scored = tuple((Term(field, "焊接"), 1.0) for field in ("word", "gram"))
    for query in (Ranked(Run("焊接"), scored), Run("接产业"), Run("焊"), Terms("word", Prefix("焊"))):
        engine.search(query, 10)
    engine.digests()
    engine.metadata("note")
    list(engine.stored())
    list(engine.vocabulary("gram"))
    list(engine.vocabulary("word"))


def is_named(path: Path) -> bool:
    """Whether a check of the index names this file, or finds the index to be of another version."""
    try:
        return any(path.name in fault for fault in check(path.parent))
    except IndexStale:
        return path.name == NAME


def damages(content: bytes) -> Iterator[bytes]:
    yield b""
    yield content[: len(content) // 2]
    yield content + b"x"
    for at in range(0, len(content), max(1, len(content) // 150)):
        yield content[:at] + bytes([content[at] ^ 0x55]) + content[at + 1 :]


def test_damage_is_named_and_never_a_traceback(index: Path) -> None:
    change(EmbeddedEngine(index, MARK))
    with EmbeddedEngine(index, MARK).writer() as writer:
        for number in range(10):
            put(writer, entry(f"more {number}", f"焊接产业链{number}"))
    with EmbeddedEngine(index, MARK).writer() as writer:
        writer.remove("more 3")
    ask_everything(index)
    paths = [path for path in index.iterdir() if path.name != LOCK]
    assert {path.suffix for path in paths} == {".segment", ".live", ".kept", ".json", ".toc"}
    for path in paths:
        whole = path.read_bytes()
        for damaged in damages(whole):
            path.write_bytes(damaged)
            failed = complaint(partial(ask_everything, index))
            assert failed is None or "seedsearch index --rebuild" in str(failed)
            assert is_named(path)
        path.unlink()
        if path.suffix == ".toc":  # nothing of ours reads it
            ask_everything(index)
            assert is_named(path)
        else:
            with pytest.raises(SeedsearchError):
                ask_everything(index)
        path.write_bytes(whole)
    assert check(index) == []


def test_a_newer_index_is_told_from_a_broken_one(index: Path) -> None:
    path = index / NAME
    path.write_text(
        path.read_text(encoding="utf-8").replace(f'"format": {FORMAT}', f'"format": {FORMAT + 1}'), encoding="utf-8"
    )
    with pytest.raises(IndexStale, match="newer version; update seedsearch"):
        open_engine(index, MARK)


def test_a_file_of_others_is_no_index(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(json.dumps({"format": FORMAT, "fingerprint": MARK}), encoding="utf-8")
    with pytest.raises(IndexDamaged, match="checksum"):
        open_engine(tmp_path, MARK)
