"""What others raise over an index ends as an error of ours, whatever it is and whatever was asked."""

from __future__ import annotations

import ast
import builtins
import errno
import os
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from seedsearch import engines
from seedsearch.engines import embedded
from seedsearch.engines.choice import open_engine
from seedsearch.engines.embedded import EmbeddedEngine, checking
from seedsearch.engines.embedded.foreign import BROKEN, mapped
from seedsearch.engines.query import Run, Term
from seedsearch.errors import IndexDamaged, IndexLocked, OutputError, SeedsearchError
from seedsearch.indexing.pipeline import batch_of
from tests.engine_contract import MARK, TEXTS, entry
from tests.filling import commit
from tests.parsed import statements, tree_of

pytestmark = pytest.mark.slow

# Exceptions that no content of a file leads to: faults of the program are not told as damage.
OF_THE_PROGRAM: dict[str, str] = {
    "AssertionError": "what cannot be",
    "AttributeError": "a name that is not there",
    "ImportError": "a module that is not installed",
    "NameError": "a name that is not there",
    "NotImplementedError": "a method that a subclass lacks",
    "ReferenceError": "weak references, which only caches use",
    "RuntimeError": "a generator or a dictionary that is changed in use",
    "StopAsyncIteration": "there is nothing asynchronous",
    "StopIteration": "an iterator that is asked too often",
    "SyntaxError": "source text, of which an index has none",
    "SystemError": "the interpreter itself",
    "TooHardError": "asked by numpy.shares_memory alone",
    "Warning": "no error",
    "ExceptionGroup": "made by tasks, of which there are none",
}


def exceptions_of(module: ModuleType) -> set[type[Exception]]:
    found = {value for value in vars(module).values() if isinstance(value, type) and issubclass(value, Exception)}
    return found - {Exception}


def foreign_modules() -> dict[str, ModuleType]:
    """Every module of others that the package imports, and where numpy has its exceptions."""
    names = {"numpy.exceptions", "numpy.linalg"}
    for path in Path(embedded.__file__).parent.glob("*.py"):
        for node in statements(tree_of(path)):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module)
    return {name: import_module(name) for name in sorted(names) if not name.startswith("seedsearch")}


def is_of_the_program(kind: type[Exception]) -> bool:
    """`re.error`: patterns are made by the program, none is read from an index."""
    return issubclass(kind, re.error) or any(ancestor.__name__ in OF_THE_PROGRAM for ancestor in kind.__mro__)


@pytest.mark.parametrize("module", [builtins, *foreign_modules().values()], ids=lambda module: module.__name__)
def test_no_exception_is_forgotten(module: ModuleType) -> None:
    """One that comes new is to be put into BROKEN, or named here with the reason why it cannot come of a file."""
    forgotten = {
        kind.__name__
        for kind in exceptions_of(module)
        if not issubclass(kind, (OSError, *BROKEN)) and not is_of_the_program(kind)
    }
    assert forgotten == set()


def test_those_that_libraries_hide_are_looked_at() -> None:
    """The test above sees what there is to see."""
    assert {zlib.error, struct.error} <= exceptions_of(zlib) | exceptions_of(struct)
    assert {"zlib", "struct", "json", "mmap", "numpy", "os"} <= set(foreign_modules())
    assert not any(issubclass(kind, (zlib.error, struct.error)) for kind in exceptions_of(builtins))


ERRORS: dict[str, Callable[[], Exception]] = {
    **{kind.__name__: kind for kind in (*BROKEN[:-2], UnicodeError, OverflowError)},
    "struct.error": struct.error,
    "zlib.error": zlib.error,
    "EACCES": lambda: PermissionError(errno.EACCES, os.strerror(errno.EACCES), "some/file"),
    "EIO": lambda: OSError(errno.EIO, os.strerror(errno.EIO)),
    "an OSError of few words": lambda: OSError("no more"),
}


@pytest.mark.parametrize("error", ERRORS)
def test_each_is_mapped_and_says_where(error: str, tmp_path: Path) -> None:
    made = ERRORS[error]()
    with pytest.raises(OutputError if isinstance(made, OSError) else IndexDamaged) as caught, mapped(tmp_path):
        raise made
    assert caught.value.__cause__ is made
    assert str(tmp_path) in str(caught.value) or "some/file" in str(caught.value)
    assert "None" not in str(caught.value)
    assert caught.value.hint


def test_errors_of_ours_and_interrupts_pass(tmp_path: Path) -> None:
    for error in (IndexLocked("busy"), KeyboardInterrupt(), AssertionError()):
        with pytest.raises(type(error)) as caught, mapped(tmp_path):
            raise error
        assert caught.value is error


class Broken:
    """Whatever is asked of it fails."""

    def __init__(self, error: Callable[[], Exception]) -> None:
        object.__setattr__(self, "error", error)

    def __getattribute__(self, name: str) -> object:
        raise object.__getattribute__(self, "error")()

    def __iter__(self) -> Iterator[object]:
        raise object.__getattribute__(self, "error")()


def drained(found: object) -> None:
    if hasattr(found, "__iter__"):
        list(found)


ASKED: dict[str, tuple[object, ...]] = {
    **dict.fromkeys(("info", "digests", "entries", "stored", "check", "refresh", "writer"), ()),
    "vocabulary": ("word",),
    "document_frequencies": ([Term("word", "焊接")],),
    "search": (Run("焊接"), 3),
    "every_match": (Run("焊接"),),
    "count": ([Run("焊接")],),
    "exists": ([Run("焊接")],),
    "tally": (Run("焊接"), "ext:"),
    "in_order": (Run("焊接"), "date:"),
    "metadata": ("note",),
}
WITHOUT_FILES = {"budget", "generation", "close"}  # these read nothing


def test_every_method_of_the_seam_is_tried() -> None:
    members = {name for name in (*vars(engines.Engine), *engines.Engine.__annotations__) if not name.startswith("_")}
    assert members == set(ASKED) | WITHOUT_FILES
    assert {name for name in vars(engines.Writer) if not name.startswith("_")} == set(WRITTEN) | {"put_metadata"}


@pytest.mark.parametrize("error", ["zlib.error", "struct.error", "ValueError", "EIO"])
@pytest.mark.parametrize("method", ASKED)
def test_every_question_maps_what_is_raised_below(method: str, error: str, tmp_path: Path) -> None:
    commit(open_engine(tmp_path, MARK, create=True), [entry(*item) for item in TEXTS.items()])
    engine = EmbeddedEngine(tmp_path, MARK)
    broken = Broken(ERRORS[error])
    for name in ("segments", "manifest", "committed", "_answering", "_disk"):
        setattr(engine, name, broken)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checking, "faults", lambda folder: drained(broken))
        patch.setattr(embedded, "Manifest", broken)
        patch.setattr(engine, "_stamp", None)
        with pytest.raises(SeedsearchError):
            drained(getattr(engine, method)(*ASKED[method]))


WRITTEN: dict[str, Callable[[engines.Writer, engines.Pack], object]] = {
    "packer": lambda writer, pack: writer.packer([entry("a", "焊接")]),
    "add": lambda writer, pack: writer.add(pack),
    "remove": lambda writer, pack: writer.remove("a"),
    "clear": lambda writer, pack: writer.clear(),
}


@pytest.mark.parametrize("error", ["zlib.error", "struct.error", "ValueError", "EIO"])
@pytest.mark.parametrize("method", WRITTEN)
def test_every_change_maps_what_is_raised_below(method: str, error: str, tmp_path: Path) -> None:
    entries = [entry(*item) for item in TEXTS.items()]
    commit(open_engine(tmp_path, MARK, create=True), entries)
    writer = EmbeddedEngine(tmp_path, MARK).writer()
    pack = writer.packer().pack(batch_of(entries))
    writer._segments = Broken(ERRORS[error])  # type: ignore[assignment]
    with pytest.raises(SeedsearchError), writer:
        WRITTEN[method](writer, pack)
    assert set(open_engine(tmp_path, MARK).digests()) == set(TEXTS)
    open_engine(tmp_path, MARK).writer().__exit__(None, None, None)  # nothing is locked
