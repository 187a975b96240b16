"""The file that makes `seedsearch watch` a service: a systemd unit or a launchd job."""

from __future__ import annotations

import os
import plistlib
import sys
from collections.abc import Sequence

LAUNCHD = "launchd"
_OPTION = "--service"


def service_file(kind: str, arguments: Sequence[str]) -> str:
    """Return the service file for the current command line, without the option that requests it."""
    command = [*program(), *_without(arguments)]
    folder = os.getcwd()
    if kind == LAUNCHD:
        job = {
            "Label": "seedsearch.watch",
            "ProgramArguments": command,
            "WorkingDirectory": folder,
            "RunAtLoad": True,
            "KeepAlive": {"SuccessfulExit": False},
            "ProcessType": "Background",
        }
        return plistlib.dumps(job).decode()
    return "\n".join(
        (
            "# Put this into ~/.config/systemd/user/seedsearch.service, then:",
            "#   systemctl --user daemon-reload && systemctl --user enable --now seedsearch",
            "[Unit]",
            f"Description=seedsearch keeps an index of {_one_line(folder)} up to date",
            "",
            "[Service]",
            f"WorkingDirectory={_one_line(folder)}",
            f"ExecStart={' '.join(map(_quoted, command))}",
            "Restart=on-failure",
            "RestartSec=30",
            "Nice=10",
            "",
            "[Install]",
            "WantedBy=default.target",
            "",
        )
    )


def program() -> list[str]:
    """Return the command of this installation with its full path."""
    beside = os.path.join(os.path.dirname(sys.executable), "seedsearch")
    return [beside] if os.path.exists(beside) else [sys.executable, "-m", "seedsearch"]


def _without(arguments: Sequence[str]) -> list[str]:
    kept: list[str] = []
    rest = iter(arguments)
    for word in rest:
        if word == _OPTION:
            next(rest, None)
        elif not word.startswith(f"{_OPTION}="):
            kept.append(word)
    return kept


def _one_line(text: str) -> str:
    """Escape percent signs for a value of a systemd unit."""
    return text.replace("%", "%%").replace("\n", "\\n")


def _quoted(word: str) -> str:
    """Quote a word of ExecStart for systemd."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return '"' + escaped.replace("%", "%%").replace("$", "$$") + '"'
