"""No code is run that lies in the folder in which one stands, whatever its name and whichever process looks for it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from importlib.machinery import PathFinder
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from fixtures import made
from seedsearch import interpreter

pytestmark = pytest.mark.slow

PROGRAM = (str(Path(sys.executable).with_name("seedsearch")),)
MODULE = (sys.executable, "-m", "seedsearch")
COMMANDS = (
    "clean seeds -o out --workers 2",
    "index --workers 2",
    "index --full --workers 2",
    "query --explain 焊接",
    "query -l jiqiren",
    "query --json 焊接?机器*",
    "similar seeds/0.txt",
    "keywords seeds/0.txt",
    "stats",
    "check",
    "doctor",
    "config",
    "completion bash",
)


@cache
def names() -> set[str]:
    """Return the names of all that could be loaded, and some that start a Python."""
    return {*sys.stdlib_module_names, *packages_distributions(), "seedsearch", "sitecustomize", "usercustomize"}


@pytest.fixture
def probe(tmp_path: Path) -> Path:
    """A program that prints the modules that are there before the first line of any program."""
    (tmp_path / "probe.py").write_text("import re, sys\nprint(*sys.modules)", encoding="utf-8")
    return tmp_path / "probe.py"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with 3.6 MB of seeds of several kinds."""
    seeds = tmp_path / "place" / "seeds"
    seeds.mkdir(parents=True)
    for number in range(6):
        (seeds / f"{number}.txt").write_text(f"第{number}页讲焊接的方法和焊接机器人。\n" * 14_000, encoding="utf-8")
    (seeds / "latin.txt").write_text("焊接材料".encode().decode("latin-1"), encoding="utf-8")
    (seeds / "a.pdf").write_bytes(made.pdf_of("hanjie"))
    (seeds / "a.zip").write_bytes(made.zip_of({"b.txt": "焊接"}))
    (seeds / "a.docx").write_bytes(made.docx_of(made.paragraph("焊接")))
    return seeds.parent


def planted(place: Path, *, but: AbstractSet[str] = frozenset()) -> Path:
    """Modules of all names, which write that they were run; the file that they write to."""
    seen = place.parent / "seen"
    for name in names() - but:
        code = f"import sys\nopen({str(seen)!r}, 'a').write(f'{{__name__}} in {{sys.argv}}\\n')\n"
        (place / f"{name}.py").write_text(code, encoding="utf-8")
    return seen


def run(command: Sequence[str], place: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=place, env=_environment(place) | variables, capture_output=True, text=True)


def _environment(place: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SEEDSEARCH_", "PYTHON"))}
    return kept | {"XDG_CONFIG_HOME": str(place)}


def before(*command: str, cwd: Path) -> set[str]:
    """The modules that Python itself has loaded, started in this way, before a program begins."""
    return {name.split(".")[0] for name in run([sys.executable, *command], cwd).stdout.split()}


@pytest.mark.exhaustive
@pytest.mark.parametrize(("way", "folder"), [(PROGRAM, ""), (PROGRAM, ":"), (MODULE, "")])
def test_no_command_imports_from_where_one_stands(place: Path, probe: Path, way: tuple[str, ...], folder: str) -> None:
    """`python -m` and PYTHONPATH let Python itself look there, before there is a program that could say no."""
    first: set[str] = set()
    if way is MODULE:
        first = before("-m", "probe", cwd=probe.parent) | {"seedsearch"}
    elif folder:
        first = before(str(probe), cwd=probe.parent) | {"seedsearch", "sitecustomize", "usercustomize"}
    seen = planted(place, but=first)
    for command in COMMANDS:
        done = run([*way, *command.split()], place, **({"PYTHONPATH": folder} if folder else {}))
        assert not seen.exists(), f"{command}: {seen.read_text()}"
        assert done.returncode == 0, (command, done.stderr)


def test_nor_does_one_that_watches(place: Path) -> None:
    seen = planted(place)
    with subprocess.Popen(
        [*PROGRAM, "watch", "--workers", "2"], cwd=place, env=_environment(place), stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stderr is not None
        assert "watching seeds" in running.stderr.readline()
        running.send_signal(signal.SIGTERM)
        assert running.wait() == 143
    assert not seen.exists(), seen.read_text()


@pytest.mark.exhaustive
@pytest.mark.parametrize("path", ["", ":", "."])
def test_nor_do_the_processes_that_the_library_starts(place: Path, tmp_path: Path, path: str) -> None:
    """Of a script that lies elsewhere; what its own Python does is its own affair, so it has all that it needs."""
    seen = planted(place, but={name for name in names() if PathFinder.find_spec(name) is None})
    script = tmp_path / "script.py"
    body = "import os, sys, seedsearch\nsys.path.append('')\nos.environ['PYTHONPATH'] = sys.argv[1]\n"
    script.write_text(body + "print(seedsearch.build_index('seeds', 'index', workers=2).added)\n", encoding="utf-8")
    done = run([sys.executable, str(script), path], place)
    assert not seen.exists(), seen.read_text()
    assert (done.stdout, done.stderr) == ("10\n", "")


@pytest.fixture
def standing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, in which one stands."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    return tmp_path


@pytest.mark.parametrize("entry", ["", ".", "./", "..", "link"])
def test_the_module_path_is_the_same_wherever_one_stands(standing: Path, entry: str) -> None:
    standing.joinpath("link").symlink_to(standing)
    elsewhere = [name for name in sys.path if Path(name or "nowhere").is_absolute()]
    sys.path[:] = [entry if entry != ".." else f"{standing}/link/../{standing.name}", *elsewhere, str(standing)]
    assert interpreter.module_path() == elsewhere


def test_relative_entries_of_pythonpath_are_left_out_too(standing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    standing.joinpath("lib").mkdir()
    monkeypatch.setenv("PYTHONPATH", f"lib{os.pathsep}/usr")
    sys.path[:] = [str(standing / "lib"), "/usr"]  # as Python makes them of it
    assert interpreter.module_path() == ["/usr"]
    assert "PYTHONPATH" not in interpreter.environment()


def test_what_the_program_is_installed_in_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    import click

    for module in (interpreter, click, os):
        assert module.__file__ is not None
        folder = Path(module.__file__).parent if module is os else Path(module.__file__).parents[1]
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "path", ["", str(folder)])
        assert interpreter.module_path()[-1] == str(folder)
