"""What a contributor may forget fails here, and says what to do. CONTRIBUTING.md names these tests."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
import yaml

import seedsearch
from fixtures import made
from fixtures.guides import DOCS, TOP
from seedsearch.engines import choice
from seedsearch.frontends import cli
from seedsearch.reading.documents import RawDocument
from seedsearch.reading.formats import EXTRACTED, documents
from seedsearch.restoring import steps
from tests.engine_contract import EngineContract
from tools.make_golden import FILES

SOURCE = Path(seedsearch.__file__).parent
FORMATS = SOURCE / "reading" / "formats"
CONTRIBUTING = (TOP / "CONTRIBUTING.md").read_text(encoding="utf-8")

# What runs in a process of its own.
ELSEWHERE = {"pdf_worker"}


def defines(path: Path) -> set[str]:
    """Return the names of functions and of values that a module has at its top."""
    names = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        match node:
            case ast.FunctionDef(name=name):
                names.add(name)
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
    return names


STEPS = [path for path in sorted((SOURCE / "restoring").glob("*.py")) if {"TRIGGER", "edits"} <= defines(path)]


@pytest.mark.parametrize("path", STEPS, ids=lambda path: path.stem)
def test_every_module_with_edits_is_a_step(path: Path) -> None:
    assert re.search(rf"\b{path.stem}\.edits\b", Path(steps.__file__).read_text(encoding="utf-8")), (
        f"restoring/{path.name} has TRIGGER and edits, and no line in STEPS of restoring/steps.py"
    )
    assert path.stem.replace("_", "-") in steps.chosen(), f"name the step of restoring/{path.name} like its module"


@pytest.mark.parametrize("path", STEPS, ids=lambda path: path.stem)
def test_every_step_begins_with_what_the_damage_is(path: Path) -> None:
    """What it is, how it arises, how it is recognized, what is left alone: not in a line."""
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    assert len(said) > 400, f"restoring/{path.name}: say what the damage is and how it arises, and what is left alone"


@contextmanager
def recorded(ran: set[str]) -> Iterator[None]:
    """Add to `ran` the file of every function that is called inside."""

    def note(frame: FrameType, event: str, argument: Any) -> None:
        ran.add(frame.f_code.co_filename)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield
    finally:
        sys.setprofile(before)


def test_every_format_has_a_file_of_known_answers() -> None:
    """So that no change of what is read from it goes unnoticed."""
    ran: set[str] = set()
    with recorded(ran):
        for name, content in FILES.items():
            list(documents(name, made.as_bytes(content)))
    there = {path.stem for path in FORMATS.glob("*.py")} - ELSEWHERE
    missing = sorted(there - {Path(name).stem for name in ran if Path(name).parent == FORMATS})
    assert not missing, (
        f"no file in FILES of tools/make_golden.py is read by reading/formats/{missing}: add a small one"
    )


@pytest.mark.parametrize("ending", sorted({name.rpartition(".")[2] for name in FILES}))
def test_every_format_is_in_the_table_of_files(ending: str) -> None:
    table = (DOCS / "files.md").read_text(encoding="utf-8").split("## Formats")[1].split("\n\n")[1]
    names = {"txt": "text", "gz": "gzip", "bz2": "bzip2", "jsonl": "JSON Lines"}
    said = f"say in the table of docs/files.md what is read of .{ending}"
    assert re.search(rf"\b{names.get(ending, ending)}\b", table, re.IGNORECASE), said


def is_codec(name: str) -> bool:
    try:
        "".encode(name)
    except LookupError:
        return False
    return True


@pytest.mark.parametrize("name", FILES)
def test_a_copy_of_an_extracted_text_is_a_text_file(name: str) -> None:
    """What was taken out of a format is not written under the name of a file of that format."""
    for item in documents(name, made.as_bytes(FILES[name])):
        if isinstance(item, RawDocument) and not is_codec(item.encoding):
            assert item.encoding in EXTRACTED, f"name {item.encoding} in EXTRACTED of reading/formats/__init__.py"


@pytest.mark.parametrize("named", sorted(set(re.findall(r"`(test_\w+::test_\w+)`", CONTRIBUTING))))
def test_every_test_that_the_guide_names_is_there(named: str) -> None:
    file, test = named.split("::")
    assert f"def {test}(" in (TOP / "tests" / f"{file}.py").read_text(encoding="utf-8")


def test_every_engine_keeps_the_contract() -> None:
    """Each line of ENGINES has a subclass of the contract suite that makes its indexes there."""
    kept = set()
    for path in sorted((TOP / "tests").glob("test_*.py")):
        if "(EngineContract)" in path.read_text(encoding="utf-8"):
            for made_of in vars(import_module(f"tests.{path.stem}")).values():
                if isinstance(made_of, type) and issubclass(made_of, EngineContract) and made_of is not EngineContract:
                    kept.add(choice.scheme_of(made_of().new_place(Path("there"))))
    missing = sorted(scheme for scheme in choice.ENGINES if (None if scheme == choice.FOLDER else scheme) not in kept)
    assert not missing, f"no subclass of tests/engine_contract.py makes indexes of {missing}: see CONTRIBUTING.md"


FORMS = sorted((TOP / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
FOR_PEOPLE = [*FORMS, TOP / "SECURITY.md", TOP / "CONTRIBUTING.md"]


@pytest.mark.parametrize("path", FOR_PEOPLE, ids=lambda path: path.stem)
def test_the_commands_that_are_asked_for_are_there(path: Path) -> None:
    for command, options in re.findall(r"seedsearch(?: ([a-z]+))?((?: --[a-z]+)+)", path.read_text(encoding="utf-8")):
        of = cli.main.commands[command] if command else cli.main
        known = {name for parameter in of.params for name in parameter.opts}
        assert set(options.split()) <= known, f"{path.name}: seedsearch {command}{options}"


@pytest.mark.parametrize("path", [path for path in FORMS if path.stem != "config"], ids=lambda path: path.stem)
def test_an_issue_form_has_what_a_form_needs(path: Path) -> None:
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert form.keys() >= {"name", "description", "body"}
    names = [part["id"] for part in form["body"]]
    assert len(set(names)) == len(names)
    assert all(part["attributes"]["label"] for part in form["body"])


def test_a_wrong_repair_is_reported_with_its_bytes_and_edits() -> None:
    form = yaml.safe_load((TOP / ".github" / "ISSUE_TEMPLATE" / "wrong-repair.yml").read_text(encoding="utf-8"))
    needed = {part["id"]: part["attributes"] for part in form["body"] if part.get("validations", {}).get("required")}
    assert "xxd" in needed["bytes"]["description"]
    assert "clean --json" in needed["json"]["label"]


def test_the_hooks_before_a_commit_download_nothing() -> None:
    """They run what `pip install -e '.[dev]'` has put there."""
    (repository,) = yaml.safe_load((TOP / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    assert repository["repo"] == "local"
    for hook in repository["hooks"]:
        assert hook["language"] == "system"
        module = re.fullmatch(r"python -m (\w+).*", hook["entry"])
        assert module
        assert find_spec(module[1])


PATHS = re.findall(r"`((?:src|tests|tools|docs|fuzz)/[\w/.-]+)`", CONTRIBUTING)


@pytest.mark.parametrize("path", sorted({path for path in PATHS if "NAME" not in path}))
def test_every_file_that_the_guide_names_is_there(path: str) -> None:
    assert (TOP / path).exists()
