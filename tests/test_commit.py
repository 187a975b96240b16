"""A commit happens in one moment, whatever breaks before, in and after an operation; and what is said of it is true."""

from __future__ import annotations

import errno
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from seedsearch import build_index, open_index
from seedsearch.engines.choice import check, open_engine
from seedsearch.engines.embedded import EmbeddedEngine
from seedsearch.engines.embedded.manifest import NAME
from seedsearch.engines.embedded.storage import Disk
from seedsearch.errors import IndexDamaged, IndexMissing, IndexStale, OutputError, SeedsearchError
from tests.filling import put
from tests.programs import seedsearch
from tests.test_safety import AFTER, BEFORE, MARK, Dying, Full, change, complaint, entry, in_child, leftovers, state

pytestmark = pytest.mark.slow

OLD, NEW = (BEFORE, b"before"), (AFTER, b"after")
EARLIER = "analysis of before"
IN_PLACE = "is in place"


def make(folder: Path, mark: str, texts: dict[str, str], note: bytes, disk: Disk | None = None) -> None:
    """All of an index, in the place of any, in two segments."""
    with EmbeddedEngine(folder, mark, create=True, replace=True, disk=disk).writer() as writer:
        writer.clear()
        for doc_id, text in texts.items():
            put(writer, entry(doc_id, text))
        writer.put_metadata("note", note)


def update(folder: Path, disk: Disk | None) -> None:
    change(EmbeddedEngine(folder, MARK, disk=disk))


def build(folder: Path, disk: Disk | None) -> None:
    make(folder, MARK, AFTER, b"after", disk)


def nothing(folder: Path) -> None:
    folder.mkdir()


def sound(folder: Path) -> None:
    with EmbeddedEngine(folder, MARK, create=True).writer() as writer:
        for doc_id in "abx":
            put(writer, entry(doc_id, BEFORE[doc_id]))
    with EmbeddedEngine(folder, MARK).writer() as writer:
        for doc_id in "cy":
            put(writer, entry(doc_id, BEFORE[doc_id]))
        writer.put_metadata("note", b"before")


def stale(folder: Path) -> None:
    make(folder, EARLIER, BEFORE, b"before")


def broken(folder: Path) -> None:
    sound(folder)
    (folder / NAME).write_text("{", encoding="utf-8")


def is_sound(folder: Path) -> bool:
    return state(folder) == OLD


def is_missing(folder: Path) -> bool:
    with pytest.raises(IndexMissing):
        open_engine(folder, MARK)
    return True


def is_stale(folder: Path) -> bool:
    """And answers whoever made it."""
    with pytest.raises(IndexStale):
        open_engine(folder, MARK)
    return open_engine(folder, EARLIER).digests().keys() == BEFORE.keys() and check(folder) == []


def is_broken(folder: Path) -> bool:
    with pytest.raises(IndexDamaged):
        open_engine(folder, MARK)
    return {"00000001-000.segment", "00000002-000.segment"} <= {path.name for path in folder.iterdir()}


Before = Callable[[Path], None]
Work = Callable[[Path, Disk | None], None]
SCENES: dict[str, tuple[Before, Work, Callable[[Path], bool]]] = {
    "update": (sound, update, is_sound),
    "first": (nothing, build, is_missing),
    "stale": (stale, build, is_stale),
    "broken": (broken, build, is_broken),
}


def is_new(folder: Path) -> bool:
    """Whether the index is as it was to be; everything else fails."""
    try:
        return state(folder) == NEW
    except SeedsearchError:
        return False


class Failing(Disk):
    """Raises an error before or after the `last`-th operation; `done` are those that were begun."""

    def __init__(
        self, last: int = -1, error: Callable[[], BaseException] = AssertionError, after: bool = False
    ) -> None:
        self._last = last
        self._error = error
        self._after = after
        self.done: list[str] = []

    def _do(self, work: partial[None]) -> None:
        fails = len(self.done) == self._last
        self.done.append(work.func.__name__)
        if fails and not self._after:
            raise self._error()
        work()
        if fails:
            raise self._error()

    def append(self, descriptor: int, chunk: bytes | memoryview) -> None:
        self._do(partial(super().append, descriptor, chunk))

    def sync(self, descriptor: int) -> None:
        self._do(partial(super().sync, descriptor))

    def replace(self, made: Path, final: Path) -> None:
        self._do(partial(super().replace, made, final))

    def remove(self, path: Path) -> None:
        self._do(partial(super().remove, path))


ERRORS: dict[str, Callable[[], BaseException]] = {
    "EIO": lambda: OSError(errno.EIO, os.strerror(errno.EIO)),
    "ENOSPC": lambda: OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
    "interrupt": KeyboardInterrupt,
}


def raised(work: Callable[[], None]) -> BaseException | None:
    try:
        work()
    except (SeedsearchError, KeyboardInterrupt) as error:
        return error
    return None


@pytest.mark.exhaustive
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("scene", SCENES)
def test_an_error_at_every_operation(scene: str, error: str, after: bool, tmp_path: Path) -> None:
    prepare, work, is_old = SCENES[scene]
    prepare(tmp_path / "origin")
    whole = Failing()
    work(shutil.copytree(tmp_path / "origin", tmp_path / "whole"), whole)
    assert {"append", "sync", "replace"} <= set(whole.done)
    seen = set()
    for last in (i for i, name in enumerate(whole.done) if name != "append" or i % 9 == 0):
        folder = shutil.copytree(tmp_path / "origin", tmp_path / f"{last}")
        said = raised(partial(work, folder, Failing(last, ERRORS[error], after)))
        happened = is_new(folder)
        assert happened or is_old(shutil.copytree(folder, tmp_path / f"{last} copy"))
        if said is not None:
            assert (IN_PLACE in str(said)) == happened
            assert isinstance(said, KeyboardInterrupt) == (error == "interrupt")
            seen.add(happened)
        else:
            assert happened  # it was the removing of what nobody needs any more
        work(folder, None)
        assert state(folder) == NEW
        assert leftovers(folder) == set()
    assert seen == {False, True}


def interrupted_at(folder: Path, work: Work, is_old: Callable[[Path], bool], last: int) -> None:
    """Interrupted in the call of the system that comes `last`; leaves the process with 3 where there is none."""
    left = [last]

    def tick(event: str, _: object) -> None:
        if event in Dying.EVENTS:
            left[0] -= 1
            if left[0] == -1:
                raise KeyboardInterrupt

    sys.addaudithook(tick)
    said = raised(partial(work, folder, None))
    is_over, left[0] = left[0] >= 0, -2
    happened = is_new(folder)
    assert happened or is_old(folder)
    assert said is None or (IN_PLACE in str(said)) == happened
    if is_over:
        os._exit(3)


@pytest.mark.exhaustive
@pytest.mark.parametrize("scene", SCENES)
def test_an_interrupt_in_every_call_of_the_system(scene: str, tmp_path: Path) -> None:
    prepare, work, is_old = SCENES[scene]
    prepare(tmp_path / "origin")
    for last in count():
        folder = shutil.copytree(tmp_path / "origin", tmp_path / f"{last}")
        status = in_child(partial(interrupted_at, folder, work, is_old, last))
        if os.waitstatus_to_exitcode(status) == 3:
            break
        assert status == 0
    assert last > 15


@pytest.mark.exhaustive
@pytest.mark.parametrize("scene", ["first", "stale", "broken"])
def test_killed_before_every_operation_of_a_whole_build(scene: str, tmp_path: Path) -> None:
    """What was there stays, or all that is new is there: never an empty index that is called well."""
    prepare, work, is_old = SCENES[scene]
    prepare(tmp_path / "origin")
    for last in count():
        folder = shutil.copytree(tmp_path / "origin", tmp_path / f"{last}")
        status = in_child(lambda folder=folder, last=last: work(folder, Dying(last)))  # type: ignore[misc]
        assert is_new(folder) or is_old(shutil.copytree(folder, tmp_path / f"{last} copy"))
        work(folder, None)
        assert (state(folder), leftovers(folder)) == (NEW, set())
        if status == 0:
            break
        assert os.WTERMSIG(status) == signal.SIGKILL
    assert last > 20


def test_a_first_build_without_an_end_says_so(tmp_path: Path) -> None:
    in_child(lambda: build(tmp_path, Dying(12)))
    for program in ("check", "stats", "query"):
        done = seedsearch(program, "-i", ".", *(["焊接"] if program == "query" else []), cwd=tmp_path)
        assert done.returncode == 2
        assert b"was begun, and no run has finished it" in done.stderr
        assert b"seedsearch index" in done.stderr


STOPPED_LATE = """
import os, signal, sys
from seedsearch.frontends.cli import main
sent = []  # a second one would end the process at once
def stop(event, arguments):
    if event == "os.remove" and str(arguments[0]).endswith(".kept") and not sent:
        sent.append(event)
        os.kill(os.getpid(), signal.SIGINT)
sys.addaudithook(stop)
sys.argv = ["seedsearch", "index"]
main()
"""


def test_an_interrupt_behind_the_commit_is_told_as_it_is(tmp_path: Path) -> None:
    """Ctrl-C while what the new state no longer needs is removed: the new state stands, and that is said."""
    (tmp_path / "seeds").mkdir()
    for name in ("a.txt", "b.txt"):
        (tmp_path / "seeds" / name).write_text(f"焊接材料 {name}", encoding="utf-8")
        program = [sys.executable, "-c", STOPPED_LATE]
        done = subprocess.run(program, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "seedsearch: interrupted; the new state of the index in index is in place\n"
    assert seedsearch("query", "--count", "焊接", cwd=tmp_path).stdout == b"2\n"


def test_a_full_disk_is_said_with_path_and_bytes(tmp_path: Path) -> None:
    """And a first run that fails so leaves nothing that would answer."""
    for last in count():
        failed = complaint(lambda last=last: build(tmp_path, Full(last)))  # type: ignore[misc]
        if failed is None:
            break
        assert isinstance(failed, OutputError)
        assert re.search(f"{tmp_path}/(0000|{NAME}.new|_MAIN.toc.new)", str(failed))
        assert "No space left on device" in str(failed)
        assert "bytes of it were, at least" in str(failed)
        assert is_missing(tmp_path)
        assert {path.name for path in tmp_path.iterdir()} == {"lock"}
    assert last > 8
    assert state(tmp_path) == NEW


def test_an_index_that_is_made_anew_is_never_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "a.txt").write_text("焊接材料", encoding="utf-8")

    def again_and_again() -> None:
        for _ in range(60):
            shutil.rmtree("index", ignore_errors=True)
            build_index("seeds", "index", workers=1)

    child = os.fork()
    if not child:
        again_and_again()
        os._exit(0)
    answered = missing = 0
    while not os.waitpid(child, os.WNOHANG)[0]:
        try:
            with open_index("index") as index:
                assert index.search("焊接").total == 1
                assert index.stats().engine.documents == 1
            answered += 1
        except SeedsearchError:
            missing += 1
    assert min(answered, missing) > 0
