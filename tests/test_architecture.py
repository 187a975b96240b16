"""The picture of the house is true: who imports whom, what loads when, what is public."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import seedsearch
from seedsearch import errors

SOURCE = Path(seedsearch.__file__).parent

# A room may import rooms of lower layers.
LAYERS = {
    "damage": 0,
    "errors": 0,
    "interpreter": 0,
    "worker": 0,
    "pool": 1,
    "budget": 1,
    "parallel": 2,
    "patterns": 0,
    "offsets": 1,
    "model": 2,
    "folding": 1,
    "code_points": 1,
    "userfile": 2,
    "arrays": 0,
    "versions": 0,
    "batch": 4,
    "lattice": 4,
    "tokenizing": 6,
    "bm25": 2,
    "runs": 3,
    "language": 3,
    "lexicon": 3,
    "states": 3,
    "stored": 1,
    "settings": 3,
    "watching": 3,
    "freshness": 4,
    "segmenting": 4,
    "records": 3,
    "query": 4,
    "double_byte": 4,
    "analysis": 5,
    "engines": 5,
    "encodings": 5,
    "cleaning": 5,
    "snippets": 6,
    "typed": 7,
    "ranking": 6,
    "tiers": 8,
    "hits": 7,
    "fallbacks": 9,
    "likeness": 9,
    "source": 6,
    "neighbours": 6,
    "dictionary": 6,
    "synonyms": 6,
    "formats": 7,
    "unread": 6,
    "restoring": 7,
    "corpus": 8,
    "analysing": 8,
    "indexing": 9,
    "searching": 10,
    "health": 10,
    "render": 11,
    "cli": 12,
    "__init__": 13,
    "__main__": 13,
}
# Rooms that know less than their layer allows.
ONLY: dict[str, set[str]] = {
    "engines": {
        *("arrays", "batch", "bm25", "budget", "code_points", "errors", "folding", "model", "parallel", "query"),
        *("runs", "stored", "versions"),
    },
    "render": {"errors", "model", "offsets", "settings"},
    "snippets": {"model", "offsets"},
}
HOMES = {
    "whoosh": {"engines"},
    "numpy": {"arrays", "batch", "cleaning", "code_points", "engines", "lattice", "tokenizing"},
    "jieba": {"segmenting"},
    "rjieba": {"segmenting"},
    "ftfy": {"cleaning"},
    "pypinyin": {"cleaning"},
    "click": {"cli"},
    "pypdf": {"formats"},
    "watchfiles": {"watching"},
    "opencc": set(),
}


def room(path: Path) -> str:
    """The room that a file belongs to."""
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    """Every module that a file imports, at its top or later; for types alone does not count."""
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
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


FILES = sorted(SOURCE.rglob("*.py"))


def test_the_picture_in_the_readme_is_this_one() -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \|", readme, re.MULTILINE)
    drawn = {name: int(layer) for layer, names in rows for name in re.findall(r"`(\w+)/?`", names)}
    assert drawn == {name: layer for name, layer in LAYERS.items() if not name.startswith("__")}
    assert {room(path) for path in FILES} == set(LAYERS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_room_imports_only_what_stands_below_it(path: Path) -> None:
    here = room(path)
    layer = LAYERS[here]
    used = {parts[1] for name in imports(path) if (parts := name.split("."))[0] == "seedsearch" and len(parts) > 1}
    used = {name for name in used if name in LAYERS} - {here}
    assert {name for name in used if LAYERS[name] >= layer} == set()
    assert here not in ONLY or used <= ONLY[here]


@pytest.mark.parametrize(("package", "rooms"), HOMES.items())
def test_a_package_is_imported_in_its_room_only(package: str, rooms: set[str]) -> None:
    users = {room(path) for path in FILES if package in {name.split(".")[0] for name in imports(path)}}
    assert users <= rooms


def loaded(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has after `code`."""
    script = f"import sys\n{code}\nprint(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in done.stdout.split()}


HEAVY = {"pypdf", "whoosh", "jieba", "ftfy", "pypinyin", "opencc", "numpy"}


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert not loaded("import seedsearch, seedsearch.cli") & HEAVY


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
