"""Tells how to install the packages of an extra here: with pipx, uv, or pip of the running Python.

Stored messages and JSON name the extra (`pip install 'seedsearch[pdf]'`); people see the command for this installation.
"""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, requires
from importlib.util import find_spec
from pathlib import Path

NAME = "seedsearch"
_ADVICE = re.compile(rf"pip install '{NAME}\[(\w+)\]'")
_REQUIREMENT = re.compile(r"[\w.-]+(?:\[[\w,.-]*\])?")
_EXTRA = re.compile(r"""extra == ["'](\w+)["']""")


def in_place(sentence: str) -> str:
    """Replace the install command in a sentence by the one for this installation."""
    return _ADVICE.sub(lambda found: command(found[1]), sentence)


@cache
def command(extra: str) -> str:
    """Return the command that installs the packages of an extra where this program is installed."""
    packages = packages_of(extra)
    if not packages:
        return f"pip install '{NAME}[{extra}]'"
    names = " ".join(map(shlex.quote, packages))
    prefix = Path(sys.prefix)
    if (prefix / "pipx_metadata.json").is_file():
        return f"pipx inject {NAME} {names}"
    if (prefix / "uv-receipt.toml").is_file():
        return _by_uv(prefix / "uv-receipt.toml", packages)
    python = shlex.quote(sys.executable)
    if find_spec("pip") is None:
        return f"uv pip install --python {python} {names}"
    return f"{python} -m pip install {names}"


def packages_of(extra: str) -> list[str]:
    """Return the names of the packages of an extra; none if they are unknown."""
    return [package for package, of in requirements() if of == extra]


def requirements() -> Iterator[tuple[str, str]]:
    """Yield each required package with its requested extras, and the extra of ours that requires it ("": always).

    Yields nothing if the program is not installed as a package.
    """
    try:
        required = requires(NAME) or []
    except PackageNotFoundError:
        return
    for one in required:
        if package := _REQUIREMENT.match(one):
            extra = _EXTRA.search(one)
            yield package[0], extra[1] if extra else ""


def _by_uv(receipt: Path, packages: list[str]) -> str:
    """Return the command for `uv tool`, which must repeat earlier additions."""
    try:
        import tomllib  # deferred: rarely needed

        tool = tomllib.loads(receipt.read_text("utf-8")).get("tool", {})
    except (OSError, ValueError):
        tool = {}
    source, others = NAME, []
    for one in tool.get("requirements", ()):
        if one.get("name") != NAME:
            others.append(str(one.get("name", "")))
            continue
        source = next((str(one[key]) for key in ("directory", "editable", "path", "url", "git") if key in one), NAME)
    added = " ".join(f"--with {shlex.quote(name)}" for name in dict.fromkeys(filter(None, (*others, *packages))))
    return f"uv tool install {added} {shlex.quote(source)}"
