"""What is released: the wheel and the sdist in a clean environment, the files for containers, one version."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.parser import BytesParser
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml

import seedsearch
from seedsearch.frontends.cli import main

TOP = Path(__file__).parents[1]
PROJECT = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))["project"]
VERSIONS = [f"3.{minor}" for minor in range(11, 15)]  # that are promised


def _interpreters() -> dict[str, str]:
    """Return those of the versions that this machine has, those that pyenv keeps too."""
    kept = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    found = {}
    for version_ in VERSIONS:
        of_pyenv = (str(path) for path in sorted(kept.glob(f"{version_}.*/bin/python")))
        for path in filter(None, (shutil.which(f"python{version_}"), *of_pyenv)):
            if subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode == 0:
                found[version_] = path
    return found or {"this one": sys.executable}


PYTHONS = _interpreters()


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel and an sdist, as hatchling builds them."""
    place = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(place)], cwd=TOP, check=True, capture_output=True
    )
    return place


def test_the_version_is_from_one_place() -> None:
    assert seedsearch.__version__ == version("seedsearch")
    assert "version" in PROJECT.get("dynamic", ()), "pyproject.toml takes it from the package"


@pytest.mark.slow
def test_the_wheel_has_the_package_and_nothing_else(dist: Path) -> None:
    (wheel,) = dist.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {
        "seedsearch",
        f"seedsearch-{seedsearch.__version__}.dist-info",
    }
    assert not [name for name in names if name.endswith((".pyc", ".so")) or "test" in name.lower()]
    for needed in ("seedsearch/py.typed", "seedsearch/text/words.bin", "seedsearch/frontends/web/static/page.css"):
        assert needed in names
    said = BytesParser().parsebytes(
        zipfile.ZipFile(wheel).read(f"seedsearch-{seedsearch.__version__}.dist-info/METADATA")
    )
    assert (said["Version"], said["License-Expression"]) == (seedsearch.__version__, "MIT")
    assert wheel.stat().st_size < 12e6, "it is stated in docs/install.md"


@pytest.mark.slow
def test_the_sdist_builds_the_same_wheel(dist: Path, tmp_path: Path) -> None:
    (sdist,) = dist.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (top,) = tmp_path.iterdir()
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "again")]
    subprocess.run(command, cwd=top, check=True, capture_output=True)
    (again,), (first,) = (tmp_path / "again").glob("*.whl"), dist.glob("*.whl")
    contents = [{one.filename: one.CRC for one in zipfile.ZipFile(path).infolist()} for path in (again, first)]
    assert contents[0] == contents[1]


def first_commands(program: Path, place: Path) -> None:
    """Index a folder and ask, as somebody does who has just installed the program."""
    (place / "文档").mkdir()
    (place / "文档/信.txt").write_bytes("焊接材料的說明".encode("big5"))
    environment = {"PATH": os.environ["PATH"], "HOME": str(place), "LANG": "C.UTF-8"}

    def run(*arguments: str) -> str:
        command = [str(program), *arguments]
        done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=True)
        assert done.stderr == ""
        return done.stdout

    assert run("--version") == f"seedsearch, version {seedsearch.__version__}\n"
    assert run("index", "文档").startswith("1 added")
    assert "【焊接】" in run("query", "焊接")


@pytest.mark.exhaustive
@pytest.mark.parametrize("install", ["pipx install", "uv tool install"])
def test_the_first_commands_after_the_tools_that_the_guide_names(dist: Path, install: str, tmp_path: Path) -> None:
    assert f"`{install} .`" in (TOP / "docs/install.md").read_text("utf-8")
    (wheel,) = dist.glob("*.whl")
    tool, *words = install.split()
    subprocess.run([sys.executable, "-m", "venv", "tools"], cwd=tmp_path, check=True)
    subprocess.run(["tools/bin/pip", "install", "-q", tool], cwd=tmp_path, check=True)
    places = {
        "PIPX_HOME": str(tmp_path / "home"),
        "PIPX_BIN_DIR": str(tmp_path / "bin"),
        "UV_TOOL_DIR": str(tmp_path / "home"),
        "UV_TOOL_BIN_DIR": str(tmp_path / "bin"),
    }
    command = [f"tools/bin/{tool}", *words, str(wheel)]
    subprocess.run(command, cwd=tmp_path, env={**os.environ, **places}, check=True, capture_output=True)
    first_commands(tmp_path / "bin/seedsearch", tmp_path)


@pytest.mark.exhaustive
@pytest.mark.parametrize("python", PYTHONS.values(), ids=PYTHONS)
def test_the_first_commands_in_a_clean_environment(dist: Path, python: str, tmp_path: Path) -> None:
    """With what it requires, from the registry that pip is set to."""
    (wheel,) = dist.glob("*.whl")
    subprocess.run([python, "-m", "venv", "env"], cwd=tmp_path, check=True)
    subprocess.run(["env/bin/pip", "install", "-q", str(wheel)], cwd=tmp_path, check=True)
    first_commands(tmp_path / "env/bin/seedsearch", tmp_path)
    size = sum(path.stat().st_size for path in (tmp_path / "env/lib").rglob("*") if path.is_file()) / 1e6
    stated = float(re.search(r"takes about (\d+) MB", (TOP / "docs/install.md").read_text("utf-8")).group(1))  # type: ignore[union-attr]
    assert size < stated * 1.1, "docs/install.md states how large an installation is"


def test_the_files_for_containers_name_what_there_is() -> None:
    lines = (TOP / "Containerfile").read_text("utf-8").splitlines()
    copied = [
        word for line in lines if line.startswith("COPY ") and "--from" not in line for word in line.split()[1:-1]
    ]
    assert [name for name in copied if not (TOP / name).exists()] == []
    extras = re.search(r"'\.\[(.*)\]'", "\n".join(lines))
    assert extras is not None
    assert set(extras[1].split(",")) <= set(PROJECT["optional-dependencies"])
    (command,) = [line for line in lines if line.startswith("CMD ")]
    for name, options in re.findall(r"seedsearch (\w+)((?: --[\w-]+ \S+)*)", command):
        known = {option for parameter in main.commands[name].params for option in parameter.opts}
        assert set(re.findall(r"--[\w-]+", options)) <= known
    service = yaml.safe_load((TOP / "compose.yaml").read_text("utf-8"))["services"]["seedsearch"]
    assert (TOP / service["build"]["dockerfile"]).exists()
    assert service["ports"] == ["127.0.0.1:8790:8790"], "only this machine reaches it"
    assert service["volumes"][0].endswith(":/documents:ro")
