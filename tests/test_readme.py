"""The README is true: its commands run, its examples answer, every command, option, kind and key is in it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from seedsearch.damage import Certainty, Damage
from seedsearch.frontends import cli, render
from seedsearch.indexing.reports import (
    IndexReport,
)
from seedsearch.searching.results import (
    Results,
)

TOP = Path(__file__).parents[1]
README = (TOP / "README.md").read_text(encoding="utf-8")
CHINESE = (TOP / "README.zh.md").read_text(encoding="utf-8")
both = pytest.mark.parametrize("readme", [README, CHINESE], ids=["English", "Chinese"])
COMMANDS = (TOP / "docs" / "commands.md").read_text(encoding="utf-8")


def block(mark: str, readme: str = README) -> str:
    """The command below a mark."""
    found = re.search(rf"<!-- {mark} -->\n```sh\n(.+)\n```", readme)
    assert found, mark
    return found[1]


def bin_of_this_environment() -> dict[str, str]:
    folder = str(Path(sys.executable).parent)
    return {**os.environ, "PATH": folder + os.pathsep + os.environ["PATH"]}


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with what a clone has for the main job."""
    shutil.copytree(TOP / "seeds", tmp_path / "seeds")
    return tmp_path


def steps(command: str) -> list[list[str]]:
    return [shlex.split(step) for step in command.split(" && ")]


@both
def test_the_first_command_indexes_the_seed_and_answers(clone: Path, readme: str) -> None:
    """Its steps after the set-up run as written, with the programs of this environment."""
    set_up, install, *job = steps(block("main job", readme))
    assert set_up == ["python3", "-m", "venv", ".venv"]
    assert install == [".venv/bin/pip", "install", "-q", "."]
    for step in job:
        step[0] = step[0].removeprefix(".venv/bin/")
        done = subprocess.run(
            step, cwd=clone, env=bin_of_this_environment(), capture_output=True, text=True, check=True
        )
    assert "【焊接】" in done.stdout
    assert done.stderr == ""


def test_the_second_command_is_what_continuous_integration_calls() -> None:
    assert "<!-- tests -->" in (TOP / ".ci" / "run").read_text(encoding="utf-8")
    assert block("tests").endswith(".venv-test/bin/python tools/check.py")


@both
def test_the_example_on_the_seed_answers_as_shown(clone: Path, readme: str) -> None:
    found = re.search(r"```console\n\$ (.+)\n((?s:.+?))```", readme)
    assert found
    command, shown = found.groups()
    environment = bin_of_this_environment()
    subprocess.run(["seedsearch", "index"], cwd=clone, env=environment, capture_output=True, check=True)
    done = subprocess.run(shlex.split(command), cwd=clone, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == shown


@both
def test_the_raw_line_is_one_of_the_seed(readme: str) -> None:
    seed = next((TOP / "seeds").iterdir()).read_text(encoding="utf-8")
    assert re.findall(r"```\n(“鏈.+)\n```", readme)[0] in seed


def test_the_python_example_runs(
    clone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (code,) = re.findall(r"```python\n((?s:.+?))```", README)
    monkeypatch.chdir(clone)
    exec(compile(code, "README.md", "exec"), {})
    assert "焊接" in capsys.readouterr().out


def commands() -> list[tuple[str, click.Command]]:
    return sorted(cli.main.commands.items())


@pytest.mark.parametrize(("name", "command"), commands())
def test_every_command_and_option_is_named(name: str, command: click.Command) -> None:
    assert f"`seedsearch {name}" in README
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert any(option in COMMANDS for option in parameter.opts), parameter.opts


@pytest.mark.parametrize("kind", [*Damage, *Certainty])
def test_every_kind_of_damage_is_named(kind: str) -> None:
    assert f"`{kind}`" in README


def test_every_key_of_json_is_named() -> None:
    keys = set(re.findall(r'"(\w+)":', render.report_json(IndexReport())))
    keys |= set(re.findall(r'"(\w+)":', next(iter(render.results_json(Results("", 0, "all", ()))))))
    assert keys
    assert [key for key in keys if key not in README] == []


@pytest.mark.parametrize("code", ["0 found or done", "1 nothing found", "2 an error", "130 interrupted"])
def test_every_exit_code_is_named(code: str) -> None:
    assert code in README
