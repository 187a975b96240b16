"""An index in another place: the same answers, without the files, whatever engines there are at both ends."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import seedsearch
from seedsearch import build_index, open_index
from seedsearch.engines.choice import check, open_engine
from seedsearch.engines.entries import IndexEntry
from seedsearch.engines.memory import MemoryEngine
from seedsearch.errors import IndexDamaged, IndexMissing, OutputError
from seedsearch.indexing import copying
from seedsearch.indexing.copying import KEPT, copy_index
from seedsearch.indexing.reports import Progress
from seedsearch.text.analyzer import fingerprint
from tests.parsed import tree_of
from tests.programs import warm as program

SOURCE = Path(seedsearch.__file__).parent


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Some files, one of which cannot be read, with their index in `index`, made with words and synonyms."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "files"
    folder.mkdir()
    for number, text in enumerate(("焊接材料", "产业链与创新", "焊\n接 gen-itgc", "<b>焊接</b>&nbsp;机器人")):
        (folder / f"{number}.txt").write_text(text, encoding="utf-8")
    (folder / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    Path("words").write_text("焊接材料 9\n", encoding="utf-8")
    Path("alike").write_text("焊接,熔接\n", encoding="utf-8")
    build_index("files", "index", dictionary="words", synonyms="alike", workers=1)
    return folder


@pytest.fixture
def memory(tmp_path: Path) -> str:
    return f"memory:{tmp_path}"


def held(place: str) -> tuple[object, ...]:
    engine = open_engine(place, fingerprint())
    try:
        kept = {name: engine.metadata(name) for name in KEPT if name != "made-from"}
        return list(engine.entries()), engine.digests(), kept, dict(engine.vocabulary("word"))
    finally:
        engine.close()


def test_a_copy_there_and_back_holds_the_same(files: Path, memory: str) -> None:
    told: list[Progress] = []
    report = copy_index("index", memory, progress=told.append)
    assert (report.copied, report.there) == (4, 0)
    assert (told[-1].done, told[-1].total) == (4, 4)
    copy_index(memory, "again")
    assert held("index") == held(memory) == held("again")
    assert check("again") == []
    with open_index("index") as one, open_index("again") as other:
        for query in ("熔接", "焊接材料", "ext:txt", "gen*"):
            assert one.search(query) == other.search(query)
    assert build_index((), "again").unchanged == 4


def test_the_files_are_not_needed(files: Path) -> None:
    for path in files.iterdir():
        path.unlink()
    done = program("copy", "--json", "index", "copied", cwd=files.parent)
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["copied"] == 4
    assert program("query", "-i", "copied", "--count", "焊接", cwd=files.parent).stdout == b"3\n"


def test_a_copy_that_was_stopped_goes_on(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each commit is a part of it; the one that was not made is made again."""
    monkeypatch.setattr(copying, "FEW", 1)
    monkeypatch.setattr(copying, "COMMITTED", 1)

    def stop(state: Progress) -> None:
        if state.done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_index("index", "copied", progress=stop)
    assert len(open_engine("copied", fingerprint()).digests()) == 2
    report = copy_index("index", "copied")
    assert (report.copied, report.there) == (2, 2)
    assert held("index") == held("copied")


def test_an_index_that_is_there_is_not_copied_over(files: Path) -> None:
    build_index("files", "other", workers=1)
    before = held("other")
    for target in ("other", "index"):
        done = program("copy", "index", target, cwd=files.parent)
        assert (done.returncode, b"there is an index in" in done.stderr) == (2, True)
    assert held("other") == before
    with pytest.raises(IndexMissing):
        copy_index("none", "copied")
    assert not Path("copied").exists()
    copy_index("other", "copied")
    with pytest.raises(OutputError, match="name another place"):
        copy_index("other", "copied")


def test_a_copy_that_is_not_what_was_copied_is_said(files: Path, memory: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MemoryEngine, "check", lambda self: ["a bit has changed"])
    with pytest.raises(IndexDamaged, match="is not what was copied: a bit has changed"):
        copy_index("index", memory)


def test_documents_that_go_while_they_are_copied_are_missed(
    files: Path, memory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cluster takes out what newer commits replaced, after a while: at the end neither index has it."""
    copy_index("index", memory)
    every = MemoryEngine.entries

    def some(self: MemoryEngine) -> Iterator[IndexEntry]:
        with self.writer() as writer:
            writer.remove(min(self.digests()))
        yield from every(self)

    monkeypatch.setattr(MemoryEngine, "entries", some)
    with pytest.raises(IndexDamaged, match="is not what was copied: its documents are others; copy it again"):
        copy_index(memory, "again")


def test_nothing_else_is_kept_beside_the_entries() -> None:
    """Whoever keeps more under a name of its own adds that to KEPT of indexing/copying.py."""
    kept = set()
    for path in SOURCE.rglob("*.py"):
        if "engines" in path.parts or path.name == "copying.py" or "put_metadata" not in path.read_text("utf-8"):
            continue
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "put_metadata":
                kept.add(ast.unparse(node.args[0]))
    # STATES and RULES_OF_ALL are kept by a function that is given as `put_metadata`.
    assert kept == {"KEPT", "MADE_FROM", "BESIDE"}
    assert len(set(KEPT)) == 8
