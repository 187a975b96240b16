"""The picture of the house is true: who imports whom, what loads when, what is public."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import seedsearch
from seedsearch import errors

SOURCE = Path(seedsearch.__file__).parent

# Modules of the ground floor import nothing but one another.
GROUND = ("damage", "errors", "offsets", "parallel", "versions")
HOMES = {
    "whoosh": {"engines"},
    "numpy": {"engines", "restoring", "text"},
    "jieba": {"text"},
    "rjieba": {"text"},
    "ftfy": {"restoring"},
    "pypinyin": {"restoring"},
    "click": {"frontends"},
    "pypdf": {"reading"},
    "watchfiles": {"indexing"},
    "opencc": set(),
}


def package(module: str) -> str:
    """The package of a module named from below `seedsearch`: `ground` for the files beside the packages."""
    first = module.split(".")[0]
    return "ground" if first in GROUND else first


def name_of(path: Path) -> str:
    """The dotted name of a module from below `seedsearch`."""
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)


def imports(path: Path) -> set[str]:
    """Every name that a file imports, at its top or later; for types alone does not count."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    found = set()
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


FILES = {name_of(path): path for path in sorted(SOURCE.rglob("*.py"))}


@pytest.mark.parametrize(("foreign", "packages"), HOMES.items())
def test_a_foreign_package_is_imported_in_its_home_only(foreign: str, packages: set[str]) -> None:
    users = {package(name) for name, path in FILES.items() if foreign in {i.split(".")[0] for i in imports(path)}}
    assert users <= packages


def loaded(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has after `code`."""
    script = f"import sys\n{code}\nprint(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in done.stdout.split()}


HEAVY = {"pypdf", "whoosh", "jieba", "ftfy", "pypinyin", "opencc", "numpy"}


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert not loaded("import seedsearch, seedsearch.frontends.cli") & HEAVY


def test_cleaning_clean_text_loads_nothing_heavy() -> None:
    assert not loaded("import seedsearch; seedsearch.clean('清楚的文字，没有损坏。')") & HEAVY


def test_every_public_name_is_there_and_listed_in_order() -> None:
    assert seedsearch.__all__ == sorted(seedsearch.__all__)
    assert all(getattr(seedsearch, name) is not None for name in seedsearch.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = seedsearch.nothing


def test_every_error_has_one_root_and_is_in_the_picture() -> None:
    classes = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, Exception)]
    assert all(issubclass(value, errors.SeedsearchError) for value in classes)
    assert all(value.__name__ in (errors.__doc__ or "") for value in classes)
