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
from tempfile import TemporaryFile

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

    What Python itself reads of the environment counts only when it starts: with any of that the program is started.
    """
    if any(name.startswith(("PYTHON", "LC_", "LANG")) for name in environment):
        return seedsearch(*arguments, cwd=cwd, stdin=stdin, **environment)
    words = [os.fsdecode(argument) for argument in arguments]
    request = json.dumps([words, str(cwd), _environment(cwd, environment)]).encode()
    ending, answer = os.pipe()
    with TemporaryFile() as given, TemporaryFile() as printed, TemporaryFile() as said:
        given.write(stdin.encode() if isinstance(stdin, str) else stdin)
        given.seek(0)
        socket.send_fds(_loaded()[0], [request], [given.fileno(), printed.fileno(), said.fileno(), answer])
        os.close(answer)
        with open(ending, "rb") as ended:
            code = int(ended.read())
        printed.seek(0)
        said.seek(0)
        return Run([*arguments], code, printed.read(), said.read())


@cache
def _loaded() -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """Start the program that becomes others; it ends when this end of its socket does."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    script = Path(__file__).with_name("warm.py")
    with theirs:
        number = theirs.fileno()
        command = [sys.executable, str(script), str(number)]
        return ours, subprocess.Popen(command, pass_fds=[number], env=_environment(script.parent, {}))


def _environment(cwd: Path, more: dict[str, str]) -> dict[str, str]:
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("SEEDSEARCH_", "COLUMNS"))}
    return {**mine, "XDG_CONFIG_HOME": str(cwd), **more}


def limited(*arguments: str, cwd: Path, megabytes: int) -> Run:
    """The same with a limit to the memory that it may ask for; it has one thread, for each reserves some."""
    script = f"ulimit -v {megabytes * 1024}; exec {shlex.join([sys.executable, '-m', 'seedsearch', *arguments])}"
    one = {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL")}
    environment = {**os.environ, **one, "XDG_CONFIG_HOME": str(cwd)}
    return subprocess.run(["bash", "-c", script], cwd=cwd, env=environment, capture_output=True, check=False)
