"""Standard output: its capabilities (colour, width, links) and the pager."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from seedsearch.errors import OutputError, SettingsError, reason
from seedsearch.frontends.cli.messages import COLOUR, say, width_of

if TYPE_CHECKING:
    from seedsearch.frontends.render.style import Style

# Terminals that support links (OSC 8), by the variable that identifies them.
_WITH_LINKS = {
    "TERM_PROGRAM": ("iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "mintty", "rio", "Tabby"),
    "TERM": ("xterm-kitty", "alacritty", "foot", "wezterm", "xterm-ghostty", "contour"),
}
_MARKS_OF_LINKS = ("VTE_VERSION", "KONSOLE_VERSION", "WT_SESSION", "DOMTERM")
# Excluded: terminal multiplexers, of which only recent versions pass links on.
_BETWEEN = ("TMUX", "STY")

FILE_LINK = "file://{host}{path}"
KITTY_LINK = "file://{host}{path}#{line}"
VSCODE_LINK = "vscode://file{path}:{line}:{column}"
_IN_BRACES = re.compile(r"\{([^{}]*)\}")
_PARTS_OF_LINK = ("path", "line", "column", "host")


def style_of(link: str | None = None, base: str = "") -> Style:
    """Return the style of an answer on this standard output; `link` is the URL template for clicks ("": none), `base`
    the folder to which paths are relative. Raises SettingsError for a link with unknown placeholders.
    """
    from seedsearch.frontends.render.style import Style

    _check(link or "")
    able = is_terminal()
    return Style(colour=_is_coloured(able), width=width_of(sys.stdout), link=_link(link) if able else None, base=base)


def _is_coloured(able: bool) -> bool:
    """Tell whether to use colour: according to --color, the environment, or the terminal."""
    ctx = click.get_current_context(silent=True)
    said = ctx.meta.get(COLOUR, "auto") if ctx is not None else "auto"
    if said != "auto":
        return bool(said == "always")
    if os.environ.get("NO_COLOR"):
        return False
    if any(os.environ.get(name, "0") not in ("", "0") for name in ("CLICOLOR_FORCE", "FORCE_COLOR")):
        return True
    return able and os.environ.get("CLICOLOR") != "0"


def is_terminal() -> bool:
    """Tell whether standard output is a terminal that is not dumb."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _check(link: str) -> None:
    """Raise SettingsError for a link with unknown placeholders."""
    if unknown := [name for name in _IN_BRACES.findall(link) if name not in _PARTS_OF_LINK]:
        what = f"a link cannot contain {unknown[0]}"
        raise SettingsError(what, hint="in braces it takes path, line, column and host")


def _link(wanted: str | None) -> str | None:
    """Return the link template of paths: the user's, else one that this terminal supports."""
    if wanted is not None:
        return wanted or None
    if any(os.environ.get(name) for name in _BETWEEN):
        return None
    if os.environ.get("TERM_PROGRAM") == "vscode":
        return VSCODE_LINK
    if os.environ.get("TERM") == "xterm-kitty":
        return KITTY_LINK
    known = any(os.environ.get(name) in values for name, values in _WITH_LINKS.items())
    return FILE_LINK if known or any(os.environ.get(name) for name in _MARKS_OF_LINKS) else None


def print_lines(lines: Iterable[str], end: str = "\n") -> None:
    """Write lines to standard output as they come; raises OutputError on failure."""
    for line in lines:
        with printing():
            sys.stdout.write(line + end)


def flush() -> None:
    """Flush standard output; raises OutputError on failure."""
    with printing():
        sys.stdout.flush()


@contextmanager
def printing() -> Iterator[None]:
    """Turn errors of standard output into ours; a closed pipe is not an error."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"output cannot be written: {reason(error)}") from error


def print_paged(lines: Iterable[str], pager: str | None) -> None:
    """Write lines to standard output; on a terminal that they do not fit on, through the pager.

    `pager` is a command, "" for none and None for PAGER or less.
    """
    command = _pager(pager) if is_terminal() and sys.stdin.isatty() else []
    if not command:
        print_lines(lines)
        return
    all_lines = list(lines)
    if len(all_lines) < os.get_terminal_size(sys.stdout.fileno()).lines or not _shown_by(command, all_lines):
        print_lines(all_lines)


def _pager(wanted: str | None) -> list[str]:
    import shlex

    command = wanted if wanted is not None else os.environ.get("PAGER", "less")
    try:
        return shlex.split(command)
    except ValueError:
        say(f"the pager {command!r} cannot be understood")
        return []


def _shown_by(command: list[str], lines: list[str]) -> bool:
    """Show lines in the pager and wait for it; tell whether it could be started. The user may quit it early."""
    import subprocess

    environment = {"LESS": "FRX", "LESSCHARSET": "utf-8", **os.environ}
    try:
        pager = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment)
    except OSError:
        return False
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is handled by the pager
    try:
        pager.communicate("".join(line + "\n" for line in lines).encode("utf-8", "backslashreplace"))
    finally:
        signal.signal(signal.SIGINT, before)
    return True
