"""What a contributor may forget fails here, and says what to do. CONTRIBUTING.md names these tests."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

import seedsearch
from fixtures import made
from fixtures.guides import DOCS, TOP
from fixtures.known_files import KNOWN_FILES
from seedsearch.engines import choice
from seedsearch.frontends import cli
from seedsearch.reading.documents import RawDocument
from seedsearch.reading.formats import FORMATS, documents, format_of
from seedsearch.reading.formats.format import Asked, File
from seedsearch.reading.formats.limits import Budget
from seedsearch.restoring import steps
from tests.engine_contract import EngineContract
from tests.parsed import tree_of

SOURCE = Path(seedsearch.__file__).parent
FORMATS_FOLDER = SOURCE / "reading" / "formats"
CONTRIBUTING = (TOP / "CONTRIBUTING.md").read_text(encoding="utf-8")


def defines(path: Path) -> set[str]:
    """Return the names of functions and of values that a module has at its top."""
    names = set()
    for node in tree_of(path).body:
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
    said = ast.get_docstring(tree_of(path)) or ""
    assert len(said) > 400, f"restoring/{path.name}: say what the damage is and how it arises, and what is left alone"


def format_name(name: str, content: bytes) -> str:
    return format_of(File(name, content, Asked(), Budget.of(len(content)))).name


@cache
def with_files() -> Mapping[str, str]:
    """Return the format that each of the files is read by; when a test asks, not in every process that runs tests."""
    return {name: format_name(name, made.as_bytes(content)) for name, content in KNOWN_FILES.items()}


EACH_FORMAT = pytest.mark.parametrize("name", [format_.name for format_ in FORMATS])


@EACH_FORMAT
def test_every_format_has_a_file_of_known_answers(name: str) -> None:
    """So that no change of what is read from it goes unnoticed, and the laws of all formats are tried on it."""
    assert name in with_files().values(), (
        f"no file in KNOWN_FILES of fixtures/known_files.py is read by the format {name}: add a small one"
    )


def test_a_format_that_takes_text_out_of_a_file_says_so() -> None:
    """Else a restored copy is written under the name of a format that it is not in."""
    unsaid = {format_.name for format_ in FORMATS if not format_.extracted}
    silent = {format_.name for format_ in FORMATS if not format_.extracted or format_.archive}
    for name, content in KNOWN_FILES.items():
        if with_files()[name] not in silent:  # it says so, and holds no other files; some are read in processes
            continue
        for found in documents(name, made.as_bytes(content)):
            encoding = found.encoding if isinstance(found, RawDocument) else ""
            assert encoding not in unsaid, f"extracted=True is missing in the line of {encoding} in FORMATS"


@EACH_FORMAT
def test_every_format_has_a_test_of_its_own(name: str) -> None:
    tests = "".join(path.read_text(encoding="utf-8") for path in sorted((TOP / "tests").glob("test_formats*.py")))
    assert re.search(rf"def test_(?:\w+_)?{name}(?:_\w+)?\(", tests), (
        f"write test_{name} in a tests/test_formats*.py: what is read, in which place, what is said of a broken file"
    )


@EACH_FORMAT
def test_every_format_is_in_the_table_of_files(name: str) -> None:
    """`name` in the first column; a format that needs a package says in the last one which extra it is in."""
    table = (DOCS / "files.md").read_text(encoding="utf-8").split("## Formats")[1].split("\n\n")[2]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    rows = [row for row in cells if f"`{name}`" in row[0]]
    assert len(rows) == 1, f"say in a row of docs/files.md, with `{name}` in its first column, what is read of it"
    needs = next(format_.needs for format_ in FORMATS if format_.name == name)
    assert needs is None or f"`{needs.extra}`" in rows[0][-1], f"name the extra `{needs.extra}` in that row"


def test_every_module_of_a_format_is_in_the_table_of_formats() -> None:
    """A module that defines `recognises` is one; FORMATS names it."""
    table = (FORMATS_FOLDER / "__init__.py").read_text(encoding="utf-8")
    modules = [path.stem for path in sorted(FORMATS_FOLDER.glob("*.py")) if "recognises" in defines(path)]
    missing = [name for name in modules if f"{name}.recognises" not in table]
    assert not missing, f"reading/formats/{missing} have no line in FORMATS of reading/formats/__init__.py"


def test_the_packages_of_formats_are_in_their_extras() -> None:
    """Which extra brings a package is said to people; and the tests run with all of them."""
    extras = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    (included,) = [found[1] for line in extras["dev"] if (found := re.match(r"seedsearch\[(.+)\]", line))]
    of_tests = included.split(",")
    for format_ in FORMATS:
        if format_.needs is not None:
            assert format_.needs.extra in extras, f"no extra {format_.needs.extra} in pyproject.toml"
            assert format_.needs.extra in of_tests, f"add the extra {format_.needs.extra} to dev in pyproject.toml"
            assert format_.needs.here()


@pytest.mark.parametrize("named", sorted(set(re.findall(r"`(test_\w+::test_\w+)`", CONTRIBUTING))))
def test_every_test_that_the_guide_names_is_there(named: str) -> None:
    file, test = named.split("::")
    assert f"def {test}(" in (TOP / "tests" / f"{file}.py").read_text(encoding="utf-8")


def test_every_module_with_open_place_is_an_engine() -> None:
    listed = {engine.module for engine in choice.ENGINES.values()}
    for path in sorted((SOURCE / "engines").rglob("*.py")):
        if "open_place" in defines(path):
            parts = path.relative_to(SOURCE.parent).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            assert name in listed, f"{name} has open_place, and no line in ENGINES of engines/choice.py"


def test_every_engine_keeps_the_contract() -> None:
    """Each line of ENGINES has a subclass of the contract suite that makes its indexes there."""
    kept = set()
    for path in sorted((TOP / "tests").rglob("test_*.py")):
        if "(EngineContract)" in path.read_text(encoding="utf-8"):
            for made_of in vars(import_module(".".join(path.relative_to(TOP).with_suffix("").parts))).values():
                if isinstance(made_of, type) and issubclass(made_of, EngineContract) and made_of is not EngineContract:
                    kept.add(choice.scheme_of(made_of().new_place(Path("there"))))
    missing = sorted(scheme for scheme in choice.ENGINES if (None if scheme == choice.FOLDER else scheme) not in kept)
    assert not missing, f"no test subclasses EngineContract of tests/engine_contract.py with new indexes of {missing}"


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


def uncommented(source: str) -> Iterator[str]:
    """Yield the numbers at the top of a module without a comment in their line or the one above it."""
    lines = source.splitlines()
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and is_numeric(node.value):
            line, above = lines[node.lineno - 1], lines[node.lineno - 2] if node.lineno > 1 else ""
            if "#" not in line and not above.startswith("#"):
                yield line


def is_numeric(value: ast.expr) -> bool:
    match value:
        case ast.Constant(value=number):
            return isinstance(number, int | float) and not isinstance(number, bool)
        case ast.UnaryOp(operand=inner):
            return is_numeric(inner)
        case ast.BinOp(left=left, right=right):
            return is_numeric(left) and is_numeric(right)
        case ast.Tuple(elts=several):
            return bool(several) and all(map(is_numeric, several))
    return False


THRESHOLDS = [*sorted((SOURCE / "restoring").rglob("*.py")), *sorted((SOURCE / "reading" / "encodings").glob("*.py"))]


@pytest.mark.parametrize("path", THRESHOLDS, ids=lambda path: str(path.relative_to(SOURCE)))
def test_every_threshold_says_what_it_is(path: Path) -> None:
    """And what it was measured on: `python -m benchmarks thresholds` measures it on both sides."""
    assert not list(uncommented(path.read_text(encoding="utf-8"))), "say what the number is, of what, and why that"


def test_a_number_without_a_word_is_seen() -> None:
    source = "A = 1  # characters\n# Two nats.\nB, C = -2.0, 3\n\nD = 1 << 4\nE = 4, 5\nF = 'text'\n"
    assert list(uncommented(source)) == ["D = 1 << 4", "E = 4, 5"]
