"""The README is true: its commands run, its examples answer, every command, option, kind and key is in it."""

from __future__ import annotations

import json
import os
import random
import re
import shlex
import shutil
import subprocess
import sys
from itertools import islice
from pathlib import Path

import click
import pytest

from benchmarks.corpus import endless
from seedsearch import build_index
from seedsearch.damage import Certainty, Damage
from seedsearch.frontends import cli
from tests.programs import warm as seedsearch

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


@pytest.mark.docs
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


@pytest.mark.docs
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


@pytest.mark.docs
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
    assert f"`{kind}`" in README, f"name {kind} in README.md, below 'Names of damage'"


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the seed and of a file that is not text."""
    folder = tmp_path_factory.mktemp("asked")
    shutil.copytree(TOP / "seeds", folder / "seeds")
    (folder / "seeds" / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    return folder


def keys_of(value: object) -> set[str]:
    """Return the names in a JSON value; the names of files and kinds are data."""
    match value:
        case dict():
            data = {"damage", "files"}
            return set(value) | {key for name, inner in value.items() if name not in data for key in keys_of(inner)}
        case list():
            return {key for inner in value for key in keys_of(inner)}
        case _:
            return set()


def test_every_key_of_json_is_named(asked: Path) -> None:
    """Those of a report with a failure, and of a summary and a hit, as the program prints them."""
    report = json.loads(seedsearch("index", "--json", cwd=asked).stdout)
    assert report["failures"]
    lines = [json.loads(line) for line in seedsearch("query", "--json", "焊接", cwd=asked).stdout.splitlines()]
    assert [line["type"] for line in lines] == ["summary", "hit"]
    assert lines[1]["snippets"]
    assert [key for key in sorted(keys_of([report, lines])) if not re.search(rf"\b{key}\b", README)] == []


EXITS = {
    0: [["query", "焊接"], ["index"]],
    1: [["query", "量子纠缠"], ["keywords", "empty.txt"]],
    2: [["query", "-i", "nowhere", "焊接"], ["clean", "nowhere.txt"]],
}


@pytest.mark.slow
@pytest.mark.parametrize("code", EXITS)
def test_the_exit_codes_are_those_of_the_readme(asked: Path, code: int) -> None:
    said = {0: "0 found or done", 1: "1 nothing found", 2: "2 an error"}
    assert said[code] in README.split("**Exit codes**")[1].split("\n\n")[0]
    (asked / "empty.txt").touch()
    assert seedsearch("index", cwd=asked).returncode == 0
    assert [seedsearch(*command, cwd=asked).returncode for command in EXITS[code]] == [code] * len(EXITS[code])


@pytest.mark.slow
def test_an_index_takes_less_than_the_readme_says(tmp_path: Path) -> None:
    """Of texts of the size of an article; the few files that every index has weigh on less."""
    most = re.search(r"takes less than ([\d.]+) times the text", README)
    assert most
    texts = list(islice(endless(random.Random(5), 2_000), 500))
    (tmp_path / "seeds").mkdir()
    for number, text in enumerate(texts):
        (tmp_path / "seeds" / f"{number}.txt").write_text(text, encoding="utf-8")
    build_index(tmp_path / "seeds", tmp_path / "index", workers=1)
    size = sum(path.stat().st_size for path in (tmp_path / "index").rglob("*") if path.is_file())
    assert size < float(most[1]) * sum(len(text.encode()) for text in texts)
