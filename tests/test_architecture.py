"""The picture of the house is true: who imports whom, what loads when, what is public."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import seedsearch
from seedsearch import errors
from seedsearch.frontends.cli import COMMANDS
from tests.parsed import statements, tree_of

SOURCE = Path(seedsearch.__file__).parent
PICTURE = Path(__file__).parents[1] / "docs" / "architecture.md"

# Modules of the ground floor import nothing but one another.
GROUND = ("damage", "errors", "interpreter", "offsets", "parallel", "versions")
# A package imports itself, the ground, and these packages; `frontends` and the public names import everything.
MAY_IMPORT: dict[str, set[str]] = {
    "text": set(),
    "reading": {"text"},
    "restoring": {"reading", "text"},
    "engines": {"text"},
    "metadata": {"engines", "reading", "text"},
    "indexing": {"engines", "metadata", "reading", "restoring", "text"},
    "searching": {"engines", "metadata", "text"},
    "frontends": {"engines", "indexing", "metadata", "reading", "restoring", "searching", "text"},
}
TOP = ("__init__", "__main__")
HOMES = {
    "whoosh": {"engines"},
    "numpy": {"engines", "restoring", "text"},
    "jieba": {"text"},
    "rjieba": {"text"},
    "ftfy": {"restoring"},
    "pypinyin": {"restoring"},
    "click": {"frontends"},
    "pdfminer": {"reading"},
    "libarchive": {"reading"},
    "pyarrow": {"reading", "restoring"},
    "rensa": {"restoring"},
    "zstandard": {"restoring"},
    "olefile": {"reading"},
    "pypdf": set(),
    "watchfiles": {"indexing"},
    "starlette": {"frontends"},
    "uvicorn": {"frontends"},
    "jinja2": {"frontends"},
    "markupsafe": {"frontends"},
    "anyio": {"frontends"},
    "mcp": {"frontends"},
    "mcp_types": {"frontends"},
    "opencc": set(),
    "re2": {"engines"},
    "opensearchpy": {"engines"},
}


def package(module: str) -> str:
    """The package of a module named from below `seedsearch`: `ground` for the files beside the packages."""
    first = module.split(".")[0]
    return "ground" if first in GROUND else first


def name_of(path: Path) -> str:
    """The dotted name of a module from below `seedsearch`."""
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)


@cache
def imports(path: Path) -> frozenset[str]:
    """Every name that a file imports, at its top or later; for types alone does not count."""
    tree = tree_of(path)
    typing_only = {
        id(inner)
        for node in statements(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in statements(node)
    }
    found = set()
    for node in statements(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(found)


FILES = {name_of(path): path for path in sorted(SOURCE.rglob("*.py"))}


@cache
def used_by(module: str) -> frozenset[str]:
    """The modules of ours that a module imports, lazily or not."""
    names = {name.removeprefix("seedsearch.") for name in imports(FILES[module]) if name.startswith("seedsearch.")}
    return frozenset({name if name in FILES else name.rpartition(".")[0] or "__init__" for name in names} - {module})


def above(module: str) -> set[str]:
    """The packages that a module imports and may not."""
    here = package(module)
    used = {package(name) for name in used_by(module)} - {here, "ground"}
    if here == "frontends":
        used -= set(TOP)  # the version is said by the command line
    return used - (set(MAY_IMPORT) if here in TOP else set() if here == "ground" else MAY_IMPORT[here])


def test_a_module_imports_only_packages_below_its_own() -> None:
    wrong = {module: sorted(above(module)) for module in FILES if above(module)}
    assert wrong == {}, "these modules import packages that are not below their own: see docs/architecture.md"


def test_no_modules_import_each_other_in_a_circle() -> None:
    left = {module: set(used_by(module)) & set(FILES) for module in FILES}
    while free := {module for module, used in left.items() if not used & set(left)}:
        left = {module: used for module, used in left.items() if module not in free}
    assert not left, f"in a circle, or above one: {sorted(left)}; move what both need to a module below them"


def test_the_picture_of_the_packages_is_what_they_import() -> None:
    block = re.search(r"```packages\n(.+?)```", PICTURE.read_text(encoding="utf-8"), re.DOTALL)
    assert block, "docs/architecture.md has a block ```packages"
    drawn = {m[1]: set(m[2].split()) for m in re.finditer(r"^(\w+) +← ([\w ]+?)(?:  .*)?$", block[1], re.MULTILINE)}
    made: dict[str, set[str]] = {name: set() for name in MAY_IMPORT}
    for module in FILES:
        if package(module) in made:
            made[package(module)] |= {package(used) for used in used_by(module)} - {package(module), *TOP}
    assert drawn == made


def test_every_package_has_its_heading() -> None:
    headings = set(re.findall(r"^## `(\w+)/`", PICTURE.read_text(encoding="utf-8"), re.MULTILINE))
    assert headings == set(MAY_IMPORT)


@pytest.mark.parametrize(("foreign", "packages"), HOMES.items())
def test_a_foreign_package_is_imported_in_its_home_only(foreign: str, packages: set[str]) -> None:
    users = {package(name) for name, path in FILES.items() if foreign in {i.split(".")[0] for i in imports(path)}}
    assert users <= packages


# The folders beside the program, each with those that it may import; the program itself imports none of them.
AROUND: dict[str, set[str]] = {
    "fixtures": set(),
    "tools": {"fixtures"},
    "fuzz": {"fixtures"},
    "benchmarks": {"fixtures", "tools"},
    "tests": {"fixtures", "tools", "fuzz", "benchmarks"},
}
TOP_FOLDER = Path(__file__).parents[1]


@pytest.mark.parametrize("folder", ["src", *AROUND])
@pytest.mark.slow
def test_a_folder_beside_the_program_imports_only_those_below_it(folder: str) -> None:
    files = (TOP_FOLDER / folder).rglob("*.py")
    used = {name.split(".")[0] for path in files for name in imports(path)} & set(AROUND) - {folder}
    assert used <= AROUND.get(folder, set()), f"put what {folder}/ shares with the others into fixtures/"


def modules_after(code: str) -> set[str]:
    """The modules that a fresh interpreter has after `code`, by their whole names."""
    script = f"import sys\n{code}\nprint(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def loaded(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has after `code`."""
    return {name.split(".")[0] for name in modules_after(code)}


SERVERS = {
    "starlette": "frontends.web",
    "uvicorn": "frontends.web",
    "jinja2": "frontends.web",
    "markupsafe": "frontends.web",
    "anyio": "frontends.web",
    "mcp": "frontends.mcp",
    "mcp_types": "frontends.mcp",
}


@pytest.mark.parametrize(("foreign", "home"), SERVERS.items())
def test_what_serves_is_imported_by_its_server_only(foreign: str, home: str) -> None:
    users = {name for name, path in FILES.items() if foreign in {i.split(".")[0] for i in imports(path)}}
    assert {".".join(name.split(".")[:2]) for name in users} <= {home}


HEAVY = {"olefile", "pdfminer", "whoosh", "jieba", "ftfy", "pypinyin", "opencc", "numpy", "re2", *SERVERS}


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert not loaded("import seedsearch, seedsearch.frontends.cli") & HEAVY


def test_the_command_line_loads_no_command_and_no_renderer_before_one_runs() -> None:
    names = modules_after("import seedsearch.frontends.cli")
    assert not {name for name in names if name.startswith("seedsearch.frontends.render.")}
    assert not names & {f"seedsearch.frontends.cli.{place.partition(':')[0]}" for place in COMMANDS.values()}
    assert "tempfile" not in names


@pytest.mark.slow
def test_a_plain_query_compiles_no_class_of_ideographs_but_one(tmp_path: Path) -> None:
    """Each takes a millisecond; the one tells passages from one another."""
    (tmp_path / "a.txt").write_text("焊接机器人的材料", encoding="utf-8")
    seedsearch.build_index(tmp_path / "a.txt", tmp_path / "index", workers=1)
    code = (
        "import re, sys\n"
        "compiled, compile_ = [], re._compiler.compile\n"
        "re._compiler.compile = lambda pattern, flags=0: compiled.append(pattern) or compile_(pattern, flags)\n"
        "from seedsearch.frontends.cli import main\n"
        f"main(['query', '-i', {str(tmp_path / 'index')!r}, '焊接机器人'], standalone_mode=False)\n"
        "print(sum(isinstance(one, str) and '\\U00020000' in one for one in compiled), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stderr.split()[-1], "焊接机器人" in done.stdout) == ("1", True)


# The third text holds characters that Big5 shows for others, the last an address, which may be UTF-7.
@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    ["清楚的文字，没有损坏。", "消防救援机构应当履行职责：", "王八蛋，咱屙也没有屙完，你就要吃！", "见http://a.cn/"],
)
def test_cleaning_clean_text_loads_nothing_heavy(text: str) -> None:
    assert not loaded(f"import seedsearch; assert not seedsearch.clean({text!r}).edits") & HEAVY


@pytest.mark.slow
def test_cleaning_a_file_loads_nothing_of_corpora_and_networks(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("清楚的文字，没有损坏。", encoding="utf-8")
    command = "from seedsearch.frontends.cli import main\nmain(standalone_mode=False)"
    names = modules_after(f"sys.argv = {['seedsearch', 'clean', '-q', str(tmp_path / 'a.txt')]!r}\n{command}")
    assert "seedsearch.restoring.steps" in names
    assert not names & {*HEAVY, "urllib.request", "ssl"}


# What writes an index, checks one, and what facets, orders, patterns and words near one another need.
NOT_FOR_A_PLAIN_QUESTION = {
    *[f"seedsearch.engines.embedded.{name}" for name in ("checking", "closeness", "entries", "packer", "tagged")],
    *["seedsearch.text.batch", "click.shell_completion", "decimal"],
}


@pytest.mark.slow
def test_a_plain_question_loads_no_module_that_only_others_need(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("焊接机器人在2026年", encoding="utf-8")
    seedsearch.build_index([tmp_path / "a.txt"], tmp_path / "index", workers=1)
    for query in ("焊接机器人", "焊接机器人有哪些", "二〇二六年"):
        arguments = ["seedsearch", "query", "-i", str(tmp_path / "index"), query]
        command = "from seedsearch.frontends.cli import main\nmain(standalone_mode=False)"
        names = modules_after(f"sys.argv = {arguments!r}\n{command}")
        assert "seedsearch.engines.embedded.searcher" in names
        assert not names & NOT_FOR_A_PLAIN_QUESTION, query


@pytest.mark.slow
def test_a_question_loads_no_part_of_numpy_that_it_does_not_need(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("焊接机器人\n> 从头\n> 开始", encoding="utf-8")
    seedsearch.build_index([tmp_path / "a.txt"], tmp_path / "index", workers=1)
    asked = "import sys, seedsearch\nwith seedsearch.open_index(sys.argv[1]) as index: index.search(sys.argv[2])"
    for query in ("焊接机器人", "焊机", "从头开始"):  # as it stands, near a word, across a joint
        code = f"sys.argv[1:] = {[str(tmp_path / 'index'), query]!r}\n{asked}"
        assert "numpy.ma" not in modules_after(code), query


def test_every_public_name_is_there_and_listed_in_order() -> None:
    assert seedsearch.__all__ == sorted(seedsearch.__all__)
    assert all(getattr(seedsearch, name) is not None for name in seedsearch.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = seedsearch.nothing


def test_every_error_has_one_root_and_is_in_the_picture() -> None:
    classes = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, Exception)]
    assert all(issubclass(value, errors.SeedsearchError) for value in classes)
    assert all(value.__name__ in (errors.__doc__ or "") for value in classes)
