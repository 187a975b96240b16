"""The real program in a process of its own, for tests."""

from __future__ import annotations

import json
import os
import shlex
import socket
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import NamedTuple

from fixtures.guides import environment as of_guides

Run = subprocess.CompletedProcess[bytes]


def seedsearch(*arguments: str | bytes, cwd: Path, stdin: bytes | str = b"", **environment: str) -> Run:
    """What comes of a command in a folder; settings of the user who runs the tests do not count."""
    return subprocess.run(
        [sys.executable, "-m", "seedsearch", *arguments],
        cwd=cwd,
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        env=_environment(cwd, environment),
        capture_output=True,
        check=False,
    )


def warm(*arguments: str | bytes, cwd: Path, stdin: bytes | str = b"", **environment: str) -> Run:
    """The same without its start: the program as a child of one that has loaded it (`tests/warm.py`).

    What Python itself reads of the environment counts only when it starts: with any of that the program is started. Of
    a locale it reads the encoding, which is UTF-8 here; the language is read by the program.
    """
    if any(
        name.startswith("PYTHON") or (name.startswith(("LC_", "LANG")) and not value.endswith("UTF-8"))
        for name, value in environment.items()
    ):
        return seedsearch(*arguments, cwd=cwd, stdin=stdin, **environment)
    words = [os.fsdecode(argument) for argument in arguments]
    request = json.dumps([words, str(cwd), _environment(cwd, environment)]).encode()
    with (
        TemporaryFile() as given,
        TemporaryFile() as printed,
        TemporaryFile() as said,
        socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asked,
    ):
        given.write(stdin.encode() if isinstance(stdin, str) else stdin)
        given.seek(0)
        asked.connect(_loaded().place)
        socket.send_fds(asked, [request], [given.fileno(), printed.fileno(), said.fileno()])
        asked.recv(20)  # the number of its process
        code = int(asked.recv(20))
        printed.seek(0)
        said.seek(0)
        return Run([*arguments], code, printed.read(), said.read())


def shell(home: Path) -> dict[str, str]:
    """Return the environment of the guides for a shell, in which `seedsearch` is the program without its start."""
    whole = of_guides(home)
    return {**whole, "PATH": f"{_loaded().folder.name}{os.pathsep}{whole['PATH']}"}


class Loaded(NamedTuple):
    """The process that becomes the program; it ends when this one does, which holds the other end of its input."""

    process: subprocess.Popen[bytes]
    folder: TemporaryDirectory[str]  # with its socket, and `seedsearch` for a shell

    @property
    def place(self) -> str:
        return f"{self.folder.name}/socket"


@cache
def _loaded() -> Loaded:
    here, folder = Path(__file__).parent, TemporaryDirectory()
    place = f"{folder.name}/socket"
    command = [sys.executable, str(here / "warm.py"), place]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment(here, {}))
    assert process.stdout
    process.stdout.readline()  # it listens
    script = Path(folder.name, "seedsearch")
    script.write_text(f'#!/bin/sh\nexec {sys.executable} -IS {here / "shim.py"} {place} "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    return Loaded(process, folder)


def _environment(cwd: Path, more: dict[str, str]) -> dict[str, str]:
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("SEEDSEARCH_", "COLUMNS"))}
    return {**mine, "XDG_CONFIG_HOME": str(cwd), **more}


def limited(*arguments: str, cwd: Path, megabytes: int) -> Run:
    """The same with a limit to the memory that it may ask for; it has one thread, for each reserves some."""
    script = f"ulimit -v {megabytes * 1024}; exec {shlex.join([sys.executable, '-m', 'seedsearch', *arguments])}"
    one = {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL")}
    environment = {**os.environ, **one, "XDG_CONFIG_HOME": str(cwd)}
    return subprocess.run(["bash", "-c", script], cwd=cwd, env=environment, capture_output=True, check=False)
