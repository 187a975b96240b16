"""Which engine a folder or a URL means, wherever an index is named."""

from __future__ import annotations

import ast
import json
import os
import re
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import pytest

import seedsearch
from seedsearch import build_index, engines, open_index
from seedsearch.engines import choice
from seedsearch.engines.choice import FOLDER, EngineModule, check, folder_of, open_engine, scheme_of
from seedsearch.engines.embedded import EmbeddedEngine
from seedsearch.engines.memory import MemoryEngine
from seedsearch.errors import EngineUnknown, ExtraMissing, IndexMissing, SettingsError
from seedsearch.frontends.settings import settings_of
from tests.engine_contract import EngineContract, entry
from tests.filling import commit
from tests.parsed import tree_of
from tests.programs import warm as program

SOURCE = Path(seedsearch.__file__).parent


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> Mapping[str, EngineModule]:
    """The engines, and one line more."""
    more = {**choice.ENGINES, "toy": EngineModule("tests.toy_engine")}
    monkeypatch.setattr(choice, "ENGINES", more)
    return more


@pytest.mark.usefixtures("listed")
class TestToy(EngineContract):
    """A module with `open_place`, one line in ENGINES and this class are all that an engine needs."""

    def new_place(self, folder: Path) -> str:
        return f"toy:{folder}"


@pytest.mark.parametrize(
    ("place", "scheme"),
    [
        ("index", None),
        ("./memory:x", None),
        ("/srv/a:b", None),
        ("C:\\index", None),
        ("资料:2024", None),
        ("", None),
        (Path("memory:x"), None),
        ("memory:x", "memory"),
        ("MEMORY:x", "memory"),
        ("memory:", "memory"),
        ("opensearch://host:9200/name", "opensearch"),
        ("memmory:x", "memmory"),
        ("a+b-c.1:x", "a+b-c.1"),
    ],
)
def test_what_a_place_is(place: str | Path, scheme: str | None) -> None:
    assert scheme_of(place) == scheme
    assert folder_of(place) == (Path(place) if scheme is None else None)


def test_a_folder_that_is_there_is_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was made when nothing was a URL is not lost, unless an engine has that scheme or it begins with //."""
    monkeypatch.chdir(tmp_path)
    for name in ("notes:2024", "memory:x"):
        os.mkdir(name)
        commit(open_engine(Path(name), "mark", create=True), [entry("a", "焊接")])
    assert isinstance(open_engine("notes:2024", "mark"), EmbeddedEngine)
    assert isinstance(open_engine("./memory:x", "mark"), EmbeddedEngine)
    assert isinstance(open_engine("memory:x", "mark", create=True), MemoryEngine)
    assert scheme_of("notes://2024") == "notes"


@pytest.mark.slow
def test_a_scheme_that_is_not_known_is_said_and_nothing_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without what stands behind it, which may hold a password."""
    monkeypatch.chdir(tmp_path)
    for work in (open_index, check, lambda place: build_index(".", place)):
        with pytest.raises(EngineUnknown, match=r"no engine has the scheme nosuch: .*memory:.*\./NAME") as caught:
            work("nosuch://user:secret@host/index")
        assert "secret" not in str(caught.value)
    for command in ("index", "query", "stats", "check", "similar", "keywords"):
        arguments = {"index": ["."], "query": ["焊接"], "similar": ["a"], "keywords": ["a"]}.get(command, [])
        (tmp_path / "a").write_text("焊接", encoding="utf-8")
        done = program(command, "-i", "nosuch:x", *arguments, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, b"")
        assert done.stderr.startswith(b"seedsearch: no engine has the scheme nosuch:")
        assert done.stderr.count(b"\n") == 1
    doctor = program("doctor", "--json", "-i", "nosuch:x", cwd=tmp_path)
    assert (doctor.returncode, b"no engine has the scheme" in doctor.stdout) == (2, True)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_an_engine_without_its_package_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "remote_engine.py").write_text("import no_such_client\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(choice, "ENGINES", {"remote": EngineModule("remote_engine", "remote")})
    with pytest.raises(ExtraMissing, match=r"needs the package no_such_client.*pip install 'seedsearch\[remote\]'"):
        open_engine("remote://host/index", "mark")
    monkeypatch.setattr(choice, "ENGINES", {"remote": EngineModule("remote_engine")})
    with pytest.raises(ModuleNotFoundError):  # a fault of ours, which no package mends
        open_engine("remote://host/index", "mark")


@pytest.mark.slow
def test_an_index_in_memory_is_that_of_its_name_and_of_this_process(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("焊接材料", encoding="utf-8")
    one, other = f"memory:{tmp_path}", f"memory:{tmp_path} other"
    build_index(tmp_path, one)
    with open_index(one) as index:
        assert index.search("焊接").total == 1
    with pytest.raises(IndexMissing, match="in this process"):
        open_index(other)
    done = program("query", "-i", one, "焊接", cwd=tmp_path)
    assert (done.returncode, b"ends with the process" in done.stderr) == (2, True)
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_the_command_line_and_named_indexes_take_a_url(tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "a.txt").write_text("焊接材料", encoding="utf-8")
    home = tmp_path / "home"
    home.mkdir()
    (home / "seedsearch").mkdir()
    named = '[index.quick]\npaths = ["seeds"]\ndir = "memory:quick"\n'
    (home / "seedsearch" / "config.toml").write_text(named, encoding="utf-8")
    for place in ("memory:x", "quick"):
        done = program("index", "--json", "-i", place, cwd=tmp_path, XDG_CONFIG_HOME=str(home))
        assert (done.returncode, json.loads(done.stdout)["added"]) == (0, 1), done.stderr
    assert not (tmp_path / "index").exists()


@pytest.mark.parametrize("line", ['index-dir = "{}"', '[index.work]\ndir = "{}"'])
@pytest.mark.parametrize("url", ["memory:x", "opensearch://elsewhere:9200/mine", "nosuch:x"])
def test_the_folder_of_the_data_names_no_url(tmp_path: Path, line: str, url: str) -> None:
    """Texts are not sent where the folder of somebody else says."""
    (tmp_path / "seedsearch.toml").write_text(line.format(url), encoding="utf-8")
    with pytest.raises(SettingsError, match="outside of the folder"):
        settings_of(tmp_path, {"HOME": str(tmp_path / "home")})


def members(protocol: type) -> set[str]:
    return {name for name in (*vars(protocol), *protocol.__annotations__) if not name.startswith("_")}


def used_above(wanted: set[str]) -> set[str]:
    """Those of the attributes that a module above the engines asks for."""
    above = [path for path in SOURCE.rglob("*.py") if path.relative_to(SOURCE).parts[0] not in ("engines", "text")]
    left = set(wanted)
    for path in [SOURCE / "engines" / "choice.py", *above]:
        text = path.read_text(encoding="utf-8")
        if any(f".{name}" in text for name in left):  # to walk a tree takes longer
            left -= {node.attr for node in ast.walk(tree_of(path)) if isinstance(node, ast.Attribute)}
    return wanted - left


def test_the_seam_is_what_the_program_calls() -> None:
    assert members(engines.Writer) == {"packer", "add", "remove", "clear", "put_metadata"}
    assert members(engines.Engine) == {
        *("info", "digests", "stored", "entries", "vocabulary", "document_frequencies", "metadata"),
        *("search", "every_match", "in_order", "tally", "count", "exists", "budget"),
        *("writer", "generation", "refresh", "check", "close"),
    }
    assert members(engines.Packer) == {"pack"}
    for protocol in (engines.Engine, engines.Writer, engines.Packer):
        assert used_above(members(protocol)) == members(protocol)


def test_every_engine_is_listed() -> None:
    """Whoever writes one adds its scheme to ENGINES in engines/choice.py."""
    below = SOURCE / "engines"
    made = {
        path for path in below.rglob("*.py") if re.search(r"^def open_place\(", path.read_text(encoding="utf-8"), re.M)
    }
    names = {".".join(path.relative_to(SOURCE.parent).with_suffix("").parts) for path in made}
    assert {name.removesuffix(".__init__") for name in names} == {one.module for one in choice.ENGINES.values()}


def test_every_engine_keeps_to_the_contract() -> None:
    """Whoever writes one subclasses EngineContract in a test file, and says there where a new index of it is."""
    top = Path(__file__).parents[1]
    files = [path for path in (top / "tests").rglob("test_*.py") if "(EngineContract)" in path.read_text("utf-8")]
    names = [".".join(path.relative_to(top).with_suffix("").parts) for path in files]
    found = [value for name in names for value in vars(import_module(name)).values()]
    suites = [one for one in found if isinstance(one, type) and issubclass(one, EngineContract)]
    tried = {scheme_of(one().new_place(Path("new"))) or FOLDER for one in suites if one is not EngineContract}
    assert tried >= set(choice.ENGINES)


@pytest.mark.parametrize("engine", [MemoryEngine, EmbeddedEngine])
def test_an_engine_has_nothing_beside_the_seam_that_the_program_calls(engine: type) -> None:
    own = {name for name in vars(engine) if not name.startswith("_")} - members(engines.Engine)
    assert not {name for name in used_above(own) if callable(getattr(engine, name))}
