"""Opens a file at a given place in the user's editor."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Mapping

from seedsearch.errors import SourceError, reason

# Editors by program name, and the arguments for a place: {column} in code points, {bytes} in bytes.
_PLACES: Mapping[tuple[str, ...], tuple[str, ...]] = {
    ("vi", "vim", "nvim", "gvim", "view"): ("+call cursor({line},{bytes})", "{path}"),
    ("emacs", "emacsclient"): ("+{line}:{column}", "{path}"),
    ("nano", "pico"): ("+{line},{column}", "{path}"),
    ("micro", "kak"): ("+{line}:{column}", "{path}"),
    ("code", "codium", "code-insiders"): ("--goto", "{path}:{line}:{column}"),
    ("subl", "hx", "helix", "zed"): ("{path}:{line}:{column}",),
    ("kate",): ("--line", "{line}", "--column", "{column}", "{path}"),
}
_HINT = "set VISUAL or EDITOR, as in: export EDITOR=vim"


def command_of(editor: str, path: str, line: int, column: int, byte_column: int) -> list[str]:
    """Return the command that opens a file at a place; an unknown editor just opens the file.

    `editor` has at least one word; raises ValueError for unbalanced quotes.
    """
    words = shlex.split(editor)
    name = os.path.basename(words[0]).removesuffix(".exe")
    places = next((told for names, told in _PLACES.items() if name in names), ("{path}",))
    values = {"line": str(line), "column": str(column), "bytes": str(byte_column), "path": path}
    return [*words, *(_filled(place, values) for place in places)]


def _filled(place: str, values: Mapping[str, str]) -> str:
    for name in ("line", "column", "bytes", "path"):  # the path last, because it may contain any of these
        place = place.replace(f"{{{name}}}", values[name])
    return place


def open_in_editor(path: str, line: int, column: int, byte_column: int) -> int:
    """Open a file in VISUAL or EDITOR, wait for it and return its exit code. Raises SourceError if there is no
    editor.
    """
    editor = next(filter(None, (os.environ.get(name, "").strip() for name in ("VISUAL", "EDITOR"))), None)
    if editor is None:
        raise SourceError("no editor is set", hint=_HINT)
    try:
        command = command_of(editor, path, line, column, byte_column)
    except ValueError as error:
        raise SourceError(f"the editor {editor} cannot be started: {error}", hint=_HINT) from error
    try:
        return subprocess.run(command, check=False).returncode
    except OSError as error:
        raise SourceError(f"the editor {command[0]} cannot be started: {reason(error)}") from error
