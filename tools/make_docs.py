"""Makes what in docs/ can be made: commands.md from --help, api.md from the public names, steps.md from the steps, what
blocks print, pictures.

    python -m tools.make_docs                    all of it, which takes minutes
    python -m tools.make_docs steps.md find.md   these alone

A test makes all of it again and compares. The blocks of a page are run by bash in a folder of its own with the
files of docs/sample as `seeds`, so what is shown is what is printed.
"""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import seedsearch as package
from fixtures.guides import DOCS, environment, furnished
from seedsearch.frontends.cli import main as seedsearch
from seedsearch.restoring.steps import DECODING, kinds_of_steps
from tools.terminal_svg import on_terminal, svg

CHINESE = (
    "zh/corpora.md",
    "zh/keep.md",
    "zh/quote.md",
    "zh/find.md",
    "zh/repairs.md",
    "zh/certainty.md",
    "zh/scripts.md",
    "zh/words.md",
    "zh/settings.md",
)
PAGES = (
    "corpora.md",
    "keep.md",
    "quote.md",
    "find.md",
    "repairs.md",
    "certainty.md",
    "scripts.md",
    "words.md",
    "settings.md",
    *CHINESE,
)

# What a run prints that is another each time.
VARYING = ((re.compile(r"\b\d+\.\d s\b"), "0.1 s"), (re.compile(r'"seconds": [\d.]+'), '"seconds": 0.1'))

PICTURES = {
    "query.svg": ("seedsearch query 焊接材料", 64),
    "diff.svg": ("seedsearch clean --diff seeds/notice.txt", 64),
    "stats.svg": ("seedsearch stats", 64),
}
BEFORE = "seedsearch index --quiet"

_BLOCK = re.compile(r"(```console\n)(.*?)(```)", re.DOTALL)


def commands_page() -> str:
    """Return every command with its help, as the program prints it."""
    parts = ["# Commands\n\nMade from `--help` by `python -m tools.make_docs`; a test compares.\n"]
    for name in seedsearch.commands:
        parts.append(f"## seedsearch {name}\n\n```text\n{help_of(name)}```\n")
    return "\n".join(parts)


def api_page() -> str:
    """Return every public name, for mkdocstrings to put its docstring there."""
    parts = [
        "# Python\n\nThe public names, `seedsearch.__all__`. Made by `python -m tools.make_docs`; a test compares.\n"
    ]
    for title, classes in (("Functions", False), ("Records and names", True)):
        names = [name for name in package.__all__ if inspect.isclass(getattr(package, name)) is classes]
        parts.append(f"## {title}\n")
        parts += [f"::: seedsearch.{package._HOME[name]}.{name}\n" for name in names]
    return "\n".join(parts)


def steps_page() -> str:
    """Return every step of restoring, in the order in which they are done, with the first words of its module."""
    rows = [
        f"| `{name}` | {_says(name)} | {', '.join(f'`{kind}`' for kind in kinds)} |" for name, kinds in kinds_of_steps()
    ]
    return "\n".join([_STEPS, "| step | undoes | kinds of its edits |", "|---|---|---|", *rows, ""])


_STEPS = """# Steps of restoring

Made from the steps and their modules by `python -m tools.make_docs`; a test compares.

Steps run in this order, and again until none of them finds anything more. `clean --only STEP` runs one of them,
`clean --skip STEP` leaves one out (both can be repeated), and each edit of `clean --json` names the step that made it
(`step`). [Check what was repaired](repairs.md#one-step) has examples.
"""


def _says(step: str) -> str:
    """Return the first sentence of the module of a step, for a cell of a table."""
    module = "reading.encodings.byte_repairs" if step == DECODING else f"restoring.{step.replace('-', '_')}"
    said = inspect.getdoc(import_module(f"seedsearch.{module}")) or ""
    sentence = re.split(r"\.\s", said, maxsplit=1)[0]
    return " ".join(sentence.split()).replace("|", "\\|").replace("<", "&lt;")


def help_of(name: str) -> str:
    """Return what `seedsearch NAME --help` prints on 80 columns."""
    with TemporaryDirectory() as home:
        wide = {**environment(Path(home)), "COLUMNS": "80"}
        done = subprocess.run(
            ["seedsearch", name, "--help"], cwd=home, env=wide, stdout=subprocess.PIPE, text=True, check=True
        )
    return done.stdout


def page_again(text: str, folder: Path, within: Mapping[str, str]) -> str:
    """Return a page with the output of each of its console blocks as it is printed in `folder`, in an environment."""
    return _BLOCK.sub(lambda block: block[1] + "".join(_session(block[2], folder, within)) + block[3], text)


def _session(block: str, folder: Path, within: Mapping[str, str]) -> Iterator[str]:
    """Yield the commands of a block, each followed by what it prints, standard error included."""
    for command in re.findall(r"^\$ (.*(?:\\\n.*)*)\n", block, re.MULTILINE):
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=folder,
            env=within,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        printed = done.stdout.replace(str(folder), "~")
        for varying, fixed in VARYING:
            printed = varying.sub(fixed, printed)
        yield f"$ {command}\n{printed}"


def picture(name: str, folder: Path) -> str:
    """Return a picture of a terminal, made from what is printed on one."""
    command, columns = PICTURES[name]
    subprocess.run(["bash", "-c", BEFORE], cwd=folder, env=environment(folder), check=True)
    return svg(command, on_terminal(command, folder, columns, environment(folder)), columns)


def of_page(name: str) -> Callable[[], str]:
    """Return what makes a page with blocks again."""

    def page() -> str:
        with TemporaryDirectory() as folder:
            text = (DOCS / name).read_text(encoding="utf-8")
            return page_again(text, furnished(Path(folder)), environment(Path(folder)))

    return page


def of_picture(name: str) -> Callable[[], str]:
    """Return what makes a picture of a terminal again."""

    def terminal() -> str:
        with TemporaryDirectory() as folder:
            return picture(name, furnished(Path(folder)))

    return terminal


# What is made, by its name in docs/, and what makes it.
MADE: Mapping[str, Callable[[], str]] = {
    "commands.md": commands_page,
    "api.md": api_page,
    "steps.md": steps_page,
    **{name: of_page(name) for name in PAGES},
    **{f"terminal/{name}": of_picture(name) for name in PICTURES},
}


def main(names: Sequence[str]) -> int:
    """Write those that are named, or all; return 1 for a name of none."""
    if unknown := [name for name in names if name not in MADE]:
        print(f"{unknown[0]} is not made; these are: {', '.join(MADE)}", file=sys.stderr)
        return 1
    for name in names or MADE:
        path = DOCS / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(MADE[name](), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
