"""A bit that flips in a file of an index is refused, fails a query in words, or changes nothing; and it is mended."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from seedsearch import build_index, open_index
from seedsearch.engines import embedded
from seedsearch.engines.choice import check, open_engine
from seedsearch.engines.embedded import EmbeddedEngine
from seedsearch.engines.embedded.manifest import NAME
from seedsearch.engines.embedded.section_file import BLOCK, Container, laid_out
from seedsearch.engines.embedded.storage import LOCK
from seedsearch.engines.query import Gapped, Near, Prefix, Ranked, Run, Term, Terms, Wildcard
from seedsearch.errors import IndexDamaged, IndexFault
from seedsearch.text.analyzer import fingerprint
from tests.filling import put
from tests.test_safety import MARK, complaint, entry

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive]

SENTENCES = ("焊接材料与焊接机器人", "天津市东丽区的产业链，創新聯合體", "量子通信 5G network", "一二三四五六七八九十")
FEW = 3  # places in each region


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of two segments, one with deleted documents, and of what is kept."""
    folder = tmp_path_factory.mktemp("flips") / "index"
    for begin, size in ((0, 60), (60, 20)):
        with open_engine(folder, MARK, create=True).writer() as writer:
            for number in range(begin, begin + size):
                put(writer, entry(f"{number:03}", "".join(SENTENCES[number % 4 :]) + chr(0x4E00 + number)))
            writer.put_metadata("note", b"what is kept")
    with open_engine(folder, MARK).writer() as writer:
        writer.remove("003")
    return folder


def answers(folder: Path) -> object:
    """What every part of an index answers."""
    engine = EmbeddedEngine(folder, MARK)
    scored = tuple((Term(field, "焊接"), 1.0) for field in ("word", "gram"))
    queries = (
        Ranked(Run("焊接"), scored),
        Run("接材料"),
        Run("焊"),
        Near(("焊接", "机器"), 9),
        Gapped(("焊", "器"), ((0, 8),)),
        Terms("word", Prefix("焊")),
        Terms("word", Wildcard("*器*")),
        Terms("gram", Wildcard("东?")),
        Terms("tag", Prefix("path:")),
    )
    return (
        [engine.search(query, 100) for query in queries],
        engine.digests(),
        engine.metadata("note"),
        list(engine.stored()),
        [list(engine.vocabulary(field)) for field in ("gram", "word", "tag")],
        engine.info().documents,
    )


def regions(path: Path) -> Iterator[tuple[int, int]]:
    """Where the parts of a file begin and end: the sections of a segment, and what stands around them."""
    size = path.stat().st_size
    borders = {0, size}
    if path.suffix == ".segment":
        container = Container(path, size)
        borders |= {border for name in container.names for border in container.span(name)}
        borders |= {size - 36, size - 28, size - 20, size - 16}
    yield from pairwise(sorted(borders))


def flips(path: Path) -> Iterator[None]:
    """A bit of a file flipped at a few places of each region, one after the other; whole again at the end."""
    whole = path.read_bytes()
    for begin, end in regions(path):
        for at in {begin, (begin + end) // 2, end - 1, *range(begin, end, max(1, (end - begin) // FEW))}:
            for bit in (0, 7):
                damaged = bytearray(whole)
                damaged[at] ^= 1 << bit
                path.write_bytes(damaged)
                yield
    path.write_bytes(whole)


def files_of(folder: Path) -> list[Path]:
    found = sorted(path for path in folder.iterdir() if path.name != LOCK)
    assert {path.suffix for path in found} == {".segment", ".live", ".kept", ".json", ".toc"}
    return found


def test_a_flipped_bit_never_changes_an_answer(sound: Path, tmp_path: Path) -> None:
    index = shutil.copytree(sound, tmp_path / "index")
    right = answers(index)
    refused = 0
    for path in files_of(index):
        for _ in flips(path):
            given: list[object] = []
            failed = complaint(lambda given=given: given.append(answers(index)))  # type: ignore[misc]
            assert isinstance(failed, IndexFault) or given == [right]
            assert failed is None or "seedsearch index --rebuild" in str(failed)
            refused += failed is not None
    assert refused > 300
    assert answers(index) == right


def test_a_bit_that_flips_while_it_is_written_is_not_copied(sound: Path, tmp_path: Path) -> None:
    """The damage comes after the writer has looked; what merges reads it refuses."""
    index = shutil.copytree(sound, tmp_path / "index")
    path = max(index.glob("*.segment"), key=lambda path: path.stat().st_size)
    before = (index / NAME).read_bytes()
    refused = 0
    for _ in flips(path):
        damaged = path.read_bytes()
        shutil.copy(sound / path.name, path)
        failed = complaint(partial(merge, index, path, damaged))
        if failed is None:  # what is flipped was not needed, or looked at already
            assert check(index) == []
            assert Path(index, NAME).read_bytes() != before
            shutil.rmtree(index)
            shutil.copytree(sound, index)
        else:
            assert isinstance(failed, IndexDamaged)
            assert Path(index, NAME).read_bytes() == before
            refused += 1
    assert refused > 50


def merge(index: Path, path: Path, damaged: bytes) -> None:
    """Take so many documents out of a segment that it is written anew, after it was damaged under the writer."""
    with open_engine(index, MARK).writer() as writer:
        path.write_bytes(damaged)
        for number in range(1, 60):
            writer.remove(f"{number:03}")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two folders of files that are one index, of a segment each."""
    monkeypatch.chdir(tmp_path)
    for folder, number in (("seeds", 8), ("others", 3)):
        (tmp_path / folder).mkdir()
        for i in range(number):
            (tmp_path / folder / f"{i}.txt").write_text(f"{SENTENCES[i % 4]}，第{i}篇", encoding="utf-8")
        build_index(folder, "index", workers=1)
    (tmp_path / "seeds" / "table.csv").write_text("名称,城市\n焊机,天津\n钢材,唐山\n", encoding="utf-8")
    build_index("seeds", "index", workers=1)
    return tmp_path


def found(query: str) -> list[str]:
    with open_index("index") as index:
        return sorted(path for hit in index.search(query, limit=50).hits for path in (hit.path, *hit.also_in))


def everything() -> list[list[str]]:
    return [found(query) for query in ("焊接", "第", "唐山", "量子通信")]


@pytest.mark.parametrize("how", [{}, {"full": True}, {"rebuild": True}], ids=["index", "full", "rebuild"])
def test_what_was_damaged_is_read_again(place: Path, how: dict[str, Any]) -> None:
    right, healed = everything(), 0
    for name in sorted(path.name for path in (place / "index").glob("*.segment")):
        for begin, end in regions(place / "index" / name):
            shutil.copytree("index", "kept")
            content = bytearray((place / "index" / name).read_bytes())
            content[(begin + end) // 2] ^= 4
            (place / "index" / name).write_bytes(content)
            assert any(name in fault for fault in check(place / "index"))
            report = build_index(["seeds", "others"], "index", workers=1, **how)
            assert report.failures == ()
            assert check(place / "index") == []
            assert everything() == right
            healed += report.added + report.updated > 0
            shutil.rmtree("index")
            os.rename("kept", "index")
    assert healed > 20


def test_a_missing_file_and_damaged_states_are_mended(place: Path) -> None:
    right = everything()
    for path in sorted((place / "index").iterdir()):
        if path.suffix in (".segment", ".live"):
            path.unlink()
        elif path.suffix == ".kept":
            path.write_bytes(b"damaged")
    report = build_index("seeds", "index", workers=1)
    assert report.added == 10
    build_index("others", "index", workers=1)
    assert check(place / "index") == []
    assert everything() == right


def test_what_is_not_read_again_is_said_every_time(place: Path) -> None:
    """Files that the run is not asked for are not opened, wherever the index says that they lie."""
    right = everything()
    for path in (place / "index").glob("*.segment"):
        path.write_bytes(path.read_bytes()[:-1])
    for _ in range(2):
        report = build_index("seeds", "index", workers=1)
        assert [failure.path for failure in report.failures] == [f"others/{i}.txt" for i in range(3)]
        assert all("was damaged; to have it read again" in failure.reason for failure in report.failures)
    assert check(place / "index") == []
    assert build_index("others", "index", workers=1).failures == ()
    assert everything() == right


def test_a_file_put_over_an_open_one_is_an_error_in_words(sound: Path, tmp_path: Path) -> None:
    """What was read before is remembered as it was; a mapped file would end the process."""
    rng = random.Random(5)
    with open_engine(tmp_path, MARK, create=True).writer() as writer:
        for number in range(9):
            put(writer, entry(f"{number}", "".join(chr(rng.randrange(0x4E00, 0x9FA0)) for _ in range(9000))))
    (path,) = tmp_path.glob("*.segment")
    whole, other = path.read_bytes(), next(sound.glob("*.segment")).read_bytes()
    assert len(whole) > 10 * BLOCK
    for content in (b"", b"x", other, whole[: len(whole) // 2], rng.randbytes(len(whole))):
        engine = EmbeddedEngine(tmp_path, MARK)
        asked = engine.search(Run("一"), 3)
        path.write_bytes(content)  # into the file that is open, as `cp` does it
        with pytest.raises(IndexDamaged, match="--rebuild"):
            list(engine.vocabulary("gram"))
        assert engine.search(Run("一"), 3) == asked
        path.write_bytes(whole)
    assert len(list(engine.vocabulary("gram"))) > 50_000


def test_another_segment_of_the_same_size_is_told(tmp_path: Path) -> None:
    """All that it says of itself is right, but it is not the one that belongs here."""
    for name, text in (("a", "焊接材料"), ("b", "材料焊接")):
        with open_engine(tmp_path / name, MARK, create=True).writer() as writer:
            put(writer, entry("x", text))
    (one,) = (tmp_path / "a").glob("*.segment")
    (other,) = (tmp_path / "b").glob("*.segment")
    assert one.stat().st_size == other.stat().st_size
    assert one.read_bytes() != other.read_bytes()
    shutil.copy(other, one)
    with pytest.raises(IndexDamaged, match="another one"):
        open_engine(tmp_path / "a", MARK)


def test_what_is_let_go_is_read_and_checked_again(tmp_path: Path) -> None:
    path = tmp_path / "a.segment"
    content = b"".join(laid_out([("kept", [b"k" * 100]), ("long", [os.urandom(5 * BLOCK)])]))
    path.write_bytes(content)
    container = Container(path, len(content))
    kept, long, before = container.bytes("kept"), container.slices("long"), container.held
    start = container.span("long")[0]
    assert bytes(long[0 : 5 * BLOCK]) == content[start : start + 5 * BLOCK]
    assert container.held == 6 * BLOCK > before
    container.let_go()
    assert (container.held, bytes(kept)) == (before, b"k" * 100)
    assert bytes(long[7 : 5 * BLOCK]) == content[start + 7 : start + 5 * BLOCK]
    container.let_go()
    with path.open("r+b") as file:
        file.seek(start + 3 * BLOCK)
        file.write(b"other")
    assert bytes(long[0:10]) == content[start : start + 10]
    with pytest.raises(IndexDamaged, match="not what was written"):
        long[0 : 5 * BLOCK]


def test_an_open_index_holds_so_much_of_its_files(sound: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = EmbeddedEngine(sound, MARK)
    held = [segment.container.held for segment in engine.segments]
    right = engine.search(Run("焊接"), 100)
    assert sum(segment.container.held for segment in engine.segments) > sum(held)
    before = engine.segments
    assert (engine.search(Run("焊接"), 100), engine.segments) == (right, before)
    monkeypatch.setattr(embedded, "HELD", sum(held))
    assert engine.search(Run("焊接"), 100) == right
    assert not set(engine.segments) & set(before)


def test_a_slice_outside_of_its_section_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.segment"
    content = b"".join(laid_out([("a", [b"abc"]), ("b", [b"defg"])]))
    path.write_bytes(content)
    piece = Container(path, len(content)).slices("a")
    assert bytes(piece[0:3]) == b"abc"
    for begin, end in ((0, 4), (-1, 2), (2, 1), (0, 1 << 40)):
        with pytest.raises(IndexError):
            piece[begin:end]


def test_a_check_names_what_cannot_be_trusted(place: Path) -> None:
    """And nothing else."""
    paths = sorted(path for path in (place / "index").iterdir() if path.suffix in (".segment", ".kept"))
    for path in paths:
        whole = path.read_bytes()
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        assert [fault for fault in check(place / "index") if "cannot be trusted" in fault] == [
            f"{path} is not what was written, and what it holds cannot be trusted"
        ]
        path.write_bytes(whole)
    assert json.loads((place / "index" / NAME).read_text(encoding="utf-8"))["fingerprint"] == fingerprint()
