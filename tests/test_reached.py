"""No line of the reference engine and of the writer is there for tests alone: the program reaches each."""

from __future__ import annotations

import ast
import dis
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from inspect import CO_OPTIMIZED
from pathlib import Path
from types import CodeType, FrameType, ModuleType
from typing import Any

import pytest

from seedsearch import build_index, open_index
from seedsearch.engines import choice, memory
from seedsearch.engines.embedded import writer
from seedsearch.errors import IndexLocked, IndexMissing, IndexStale, SeedsearchError
from seedsearch.frontends.doctor import examine
from seedsearch.text.analyzer import fingerprint

# What happens, besides handlers of exceptions, only where the disk, the user or another program fails;
# tests/test_commit.py makes every operation fail.
WHERE_IT_FAILS = {"_failed", "_interrupted", "_give_up"}


def lines(module: ModuleType) -> set[int]:
    """The lines of the functions of a module, without those of what fails."""
    path = Path(str(module.__file__))
    text = path.read_text(encoding="utf-8")
    failing = {line for node in ast.walk(ast.parse(text)) if is_of_failing(node) for line in span(node)}
    functions = [code for code in codes(compile(text, str(path), "exec")) if code.co_flags & CO_OPTIMIZED]
    starts = {line for code in functions for _, line in dis.findlinestarts(code) if line != code.co_firstlineno}
    return {line for line in starts if line is not None} - failing


def is_of_failing(node: ast.AST) -> bool:
    named = isinstance(node, ast.FunctionDef) and node.name in WHERE_IT_FAILS
    return named or isinstance(node, ast.ExceptHandler | ast.Raise)


def span(node: ast.AST) -> range:
    return range(getattr(node, "lineno", 1), getattr(node, "end_lineno", 0) + 1)


def codes(code: CodeType) -> Iterator[CodeType]:
    """The code of a module, a class or a function, and of all that are in it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes(constant)


@contextmanager
def traced(*modules: ModuleType) -> Iterator[dict[str, set[int]]]:
    """The lines of some modules that are run, by file."""
    reached: dict[str, set[int]] = {str(module.__file__): set() for module in modules}

    def step(frame: FrameType, event: str, _: object) -> Any:
        mine = reached.get(frame.f_code.co_filename)
        if mine is None:
            return None
        mine.add(frame.f_lineno)
        return step

    before = sys.gettrace()
    sys.settrace(step)
    try:
        yield reached
    finally:
        sys.settrace(before)


TEXTS = {f"{number:02}": f"焊接材料第{number}篇，机器人 gen-itgc" for number in range(40)}
QUERIES = (
    *(
        "焊接",
        "焊*人",
        "gen*",
        "itgd~",
        '"焊接 机器人"~9',
        "焊接 NOT 第3篇",
        "焊接 OR 材料",
        "path:3",
        "exact:焊接",
        "/焊接.材料/",
        "date:1970..2100",
    ),
    *("hanjie", "焊接机器人用什么材料做成的呢", "没有的字", "焊接 材料"),
)


def write(files: Path, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        (files / f"{name}.txt").write_text(text, encoding="utf-8")


def run_all(files: Path, place: str) -> None:
    """What the commands do: index, again after changes, ask, look, make anew."""
    refused: list[type[SeedsearchError]] = []

    def refuse(*arguments: str) -> None:
        try:
            open_index(place)
        except SeedsearchError as error:
            refused.append(type(error))

    refuse()
    write(files, TEXTS)
    for name in (b"\\xb5.txt", b"\xb5.txt"):  # both have the same doc_id: the later one counts
        Path(os.fsdecode(os.fsencode(files) + b"/" + name)).write_text("同名", encoding="utf-8")
    build_index(files, place, workers=1)
    for number in range(4):  # small segments, which are merged; documents that are replaced, and removed
        write(files, {f"{number}{at}": f"另外的{number}{at}" for at in range(5)})
        (files / f"3{number}.txt").unlink()
        build_index(files, place, workers=1)
    for path in (*sorted(files.iterdir())[::2], *Path(place).glob("*.toc")):
        path.unlink()
    build_index(files, place, workers=1)
    with open_index(place) as index:
        for query in QUERIES:
            index.search(query)
            index.paths(query)
            list(index.paths(query, sort="date"))
        for sort in ("date", "path", "size"):
            index.search("焊接", sort=sort, facets=["ext", "folder"], offset=3)
        index.search("旱接", group_by="ext")
        assert index.similar(TEXTS["11"]).total
        assert index.keywords(TEXTS["11"])
        assert index.stats().engine.documents == len(list(index.records()))
        assert index.outdated() is None
        assert index.generation > 5
    assert choice.check(place) == []
    assert len(list(choice.open_engine(place, fingerprint()).entries())) > 5
    assert all(remark.says for remark in examine(place))
    (files.parent / "words").write_text("焊接材料", encoding="utf-8")
    with pytest.raises(IndexStale):  # in the midst of a transaction
        build_index(files, place, workers=1, dictionary=files.parent / "words")
    with choice.open_engine(place, fingerprint()).writer(), pytest.raises(IndexLocked):
        build_index(files, place, workers=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("seedsearch.searching.index.fingerprint", lambda: "of another version")
        refuse()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("seedsearch.indexing.build.fingerprint", lambda: "of another version")
        build_index(files, place, workers=1, rebuild=True)
    assert refused == [IndexMissing, IndexStale]


@pytest.mark.slow
@pytest.mark.parametrize("module", [memory, writer], ids=["memory", "embedded"])
def test_the_program_reaches_every_line(module: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever adds a line that only tests reach adds it to the program, or takes it out again."""
    monkeypatch.setattr("seedsearch.engines.embedded.writer.ROOM", 10_000)  # a segment is full after some packs
    monkeypatch.setattr("seedsearch.engines.embedded.writer.MANY_LOOKUPS", 3)
    monkeypatch.setattr("seedsearch.indexing.build.SAMPLE", 200)
    monkeypatch.setattr("seedsearch.indexing.build.TASK_BYTES", 200)
    (tmp_path / "files").mkdir()
    place = f"memory:{tmp_path}" if module is memory else str(tmp_path / "index")
    with traced(module) as reached:
        run_all(tmp_path / "files", place)
    left = sorted(lines(module) - reached[str(module.__file__)])
    source = Path(str(module.__file__)).read_text(encoding="utf-8").splitlines()
    assert [source[line - 1].strip() for line in left] == []
