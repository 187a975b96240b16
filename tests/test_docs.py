"""The guides are true: what they show is printed again, the examples run, nothing that is named is missing."""

from __future__ import annotations

import doctest
import inspect
import os
import re
import subprocess
import sys
from importlib import import_module
from itertools import zip_longest
from pathlib import Path
from xml.etree import ElementTree

import click
import pytest

import seedsearch
from fixtures.guides import DOCS, TOP, furnished
from seedsearch.damage import Certainty, Damage
from seedsearch.frontends import cli
from seedsearch.frontends.settings import KEYS
from tests.programs import seedsearch as seedsearch_run
from tests.programs import shell
from tools.make_docs import PAGES, PICTURES, api_page, commands_page, page_again, picture, steps_page

README = (TOP / "README.md").read_text(encoding="utf-8")
CHINESE = (TOP / "README.zh.md").read_text(encoding="utf-8")
GUIDES = sorted(DOCS.rglob("*.md"))
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
PAGES_AT_THE_TOP = [
    TOP / name for name in ("README.md", "README.zh.md", "CONTRIBUTING.md", "SECURITY.md", "tests/README.md")
]
SITUATIONS = (DOCS / "situations.md").read_text(encoding="utf-8")


@pytest.mark.docs
@pytest.mark.parametrize("name", PAGES)
def test_what_a_page_shows_is_what_is_printed(name: str, tmp_path: Path) -> None:
    """Made again by: python -m tools.make_docs"""
    text = (DOCS / name).read_text(encoding="utf-8")
    again = page_again(text, furnished(tmp_path), shell(tmp_path))
    assert again == text, f"write it again with: python -m tools.make_docs {name}"


@pytest.mark.docs
@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_what_a_terminal_shows(name: str, tmp_path: Path) -> None:
    made = (DOCS / "terminal" / name).read_text(encoding="utf-8")
    assert picture(name, furnished(tmp_path)) == made
    assert ElementTree.fromstring(made).tag.endswith("svg")


def test_the_reference_of_python_has_every_public_name() -> None:
    """Made again by: python -m tools.make_docs"""
    assert api_page() == (DOCS / "api.md").read_text(encoding="utf-8")


def test_the_table_of_steps_is_made_from_the_steps() -> None:
    as_made = steps_page() == (DOCS / "steps.md").read_text(encoding="utf-8")
    assert as_made, "write it again with: python -m tools.make_docs steps.md"


@pytest.mark.docs
def test_the_list_of_commands_is_made_from_what_help_prints() -> None:
    assert commands_page() == (DOCS / "commands.md").read_text(encoding="utf-8")


@pytest.mark.docs
@pytest.mark.parametrize("name", cli.main.commands)
def test_the_list_of_commands_is_what_help_prints(name: str, tmp_path: Path) -> None:
    printed = seedsearch_run(name, "--help", cwd=tmp_path, COLUMNS="80").stdout.decode()
    assert "-h, --help" in printed
    assert f"## seedsearch {name}\n\n```text\n{printed}```\n" in (DOCS / "commands.md").read_text(encoding="utf-8")


def test_the_python_guide_has_every_parameter_of_build_index() -> None:
    """In their order, with their defaults."""
    guide = re.sub(r"\s+", " ", (DOCS / "python.md").read_text(encoding="utf-8"))
    shown = re.search(r"`build_index\((.*?)\) -> IndexReport`", guide)
    assert shown
    parameters = list(inspect.signature(seedsearch.build_index).parameters.values())
    words = [one.name if one.default is one.empty else f"{one.name}={one.default!r}" for one in parameters]
    first = next(i for i, one in enumerate(parameters) if one.kind is one.KEYWORD_ONLY)
    assert shown[1] == ", ".join([*words[:first], "*", *words[first:]])


@pytest.mark.parametrize("name", cli.main.commands)
def test_every_command_is_run_in_a_guide_or_told_of_there(name: str) -> None:
    guides = "".join(path.read_text(encoding="utf-8") for path in GUIDES if path.name != "commands.md")
    assert f"seedsearch {name}" in guides


def test_every_setting_is_shown_in_the_guide() -> None:
    shown = (DOCS / "settings.md").read_text(encoding="utf-8")
    assert [key for key in KEYS if not re.search(rf"^{key}\b", shown, re.MULTILINE)] == []


@pytest.mark.docs
@pytest.mark.parametrize("name", ["python.md", "whoosh.md"])
def test_a_guide_for_programs_runs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import_module("seedsearch.engines.whoosh_reader.library")  # Whoosh, without the warnings of its source
    monkeypatch.chdir(furnished(tmp_path))
    done = doctest.testfile(str(DOCS / name), module_relative=False, encoding="utf-8")
    assert done.attempted > 10
    assert done.failed == 0


PUBLIC_ROOMS = sorted({seedsearch._HOME[name] for name in seedsearch.__all__})


@pytest.mark.parametrize("room", PUBLIC_ROOMS)
def test_the_examples_of_the_public_names_run(room: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(furnished(tmp_path))
    assert doctest.testmod(import_module(f"seedsearch.{room}")).failed == 0


@pytest.mark.parametrize("name", ["clean", "build_index", "open_index"])
def test_every_public_function_has_an_example(name: str) -> None:
    assert ">>> " in getattr(seedsearch, name).__doc__


@pytest.mark.parametrize("name", seedsearch.__all__)
def test_every_public_name_is_in_the_python_guide(name: str) -> None:
    assert name in (DOCS / "python.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", [*PAGES_AT_THE_TOP, *GUIDES], ids=lambda path: str(path.relative_to(TOP)))
def test_links_lead_to_files(path: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_the_two_readmes_name_the_same() -> None:
    """Options, commands, damage, fenced blocks that are run: nothing is in one only.

    The Chinese one links to the Chinese page where there is one.
    """
    for pattern in (r"--[a-z-]+", r"`seedsearch \w+", r"```(?:sh|python)\n(?s:.*?)```", r"\]\(([^)]+\.md)\)"):
        there = [set(re.findall(pattern, text.replace("(docs/zh/", "(docs/"))) for text in (README, CHINESE)]
        switched = {link for found in there for link in found if "README" in link}
        assert there[0] - switched == there[1] - switched
    in_english = {link for link in re.findall(r"\(docs/(\w+\.md)", CHINESE) if (DOCS / "zh" / link).exists()}
    assert not in_english, "link from README.zh.md to docs/zh/"
    unnamed = [str(kind) for kind in (*Damage, *Certainty) if f"`{kind}`" not in CHINESE]
    assert not unnamed, "name them in README.zh.md, below 损伤的名称"


PAGES_IN_CHINESE = sorted((DOCS / "zh").glob("*.md"))


@pytest.mark.parametrize("path", PAGES_IN_CHINESE, ids=lambda path: path.name)
def test_a_chinese_page_shows_what_the_english_one_shows(path: Path) -> None:
    """The English one may show more. Links lead to the Chinese page where there is one."""
    english, chinese = ((folder / path.name).read_text(encoding="utf-8") for folder in (DOCS, path.parent))
    shown, said = (set("".join(re.findall(FENCED, text)).splitlines()) for text in (english, chinese))
    assert said - shown == set()
    others = {link for link in re.findall(r"\(\.\./(\w+\.md)", chinese) if (path.parent / link).exists()}
    assert others <= {path.name}, "link to the page in docs/zh/"


@pytest.mark.parametrize(
    "path", [path for path in PAGES_IN_CHINESE if path.stem != "index"], ids=lambda path: path.name
)
def test_the_tables_of_a_chinese_page_have_the_rows_and_numbers_of_the_english_one(path: Path) -> None:
    """Situations are there without the names of their tests."""
    english, chinese = (_rows((folder / path.name).read_text(encoding="utf-8")) for folder in (DOCS, path.parent))
    for row, other in zip_longest(english, chinese, fillvalue="no row"):
        wanted = f"give the tables of docs/zh/{path.name} the rows and numbers of docs/{path.name}; first differs:"
        assert _numbers(other) == _numbers(row), f"{wanted}\n{row}\n{other}"


def _rows(text: str) -> list[str]:
    return re.findall(r"^\|.*", re.sub(FENCED, "", text), re.MULTILINE)


def _numbers(row: str) -> list[str]:
    said = re.sub(r"`\w+::\w+`|`\w+/\w+::\w+`|\(\.\./[^)]*\)", "", row)
    return sorted([*re.findall(r"\d[\d,.]*\d|\d", said), *(["no row"] if row == "no row" else [])])


def test_the_change_log_begins_with_this_version() -> None:
    """Below what is not released yet, which is there for the next change."""
    headings = re.findall(r"^## (\S+)", (TOP / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[:2] == ["Unreleased", seedsearch.__version__]


def rows() -> list[tuple[str, str]]:
    return re.findall(r"^\| (C\d+) \|.*\| ([^|]*) \|$", SITUATIONS, re.MULTILINE)


def test_the_table_has_every_situation() -> None:
    assert sorted((name for name, _ in rows()), key=lambda name: int(name[1:])) == [f"C{n}" for n in range(1, 41)]


@pytest.mark.parametrize(("situation", "covered"), rows())
def test_a_situation_is_covered_by_a_test_that_exists_or_says_why_not(situation: str, covered: str) -> None:
    named = re.findall(r"`(\w+)::(test_\w+)`", covered)
    missing = [(file, test) for file, test in named if f"def {test}(" not in source_of(file)]
    assert missing == [], situation
    assert named or len(covered) > 20


def source_of(file: str) -> str:
    path = TOP / "tests" / f"{file}.py"
    return path.read_text(encoding="utf-8") if path.exists() else ""


@pytest.mark.parametrize("command", cli.main.commands.values(), ids=lambda command: command.name)
def test_every_option_says_what_it_does(command: click.Command) -> None:
    options = [one for one in command.params if isinstance(one, click.Option)]
    assert [one.name for one in options if not one.help] == []


def test_completion_completes(tmp_path: Path) -> None:
    """As the script of bash asks for it."""
    asked = {
        "PATH": str(Path(sys.executable).parent) + os.pathsep + os.environ["PATH"],
        "_SEEDSEARCH_COMPLETE": "bash_complete",
        "COMP_WORDS": "seedsearch qu",
        "COMP_CWORD": "1",
    }
    done = subprocess.run(["seedsearch"], cwd=tmp_path, env={**os.environ, **asked}, capture_output=True, text=True)
    assert done.stdout == "plain,query\n"
