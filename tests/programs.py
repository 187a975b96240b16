"""The real program in a process of its own, for tests."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

Run = subprocess.CompletedProcess[bytes]


def seedsearch(*arguments: str | bytes, cwd: Path, stdin: bytes | str = b"", **environment: str) -> Run:
    """What comes of a command in a folder; settings of the user who runs the tests do not count."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("SEEDSEARCH_", "COLUMNS"))}
    return subprocess.run(
        [sys.executable, "-m", "seedsearch", *arguments],
        cwd=cwd,
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        env={**mine, "XDG_CONFIG_HOME": str(cwd), **environment},
        capture_output=True,
        check=False,
    )


def limited(*arguments: str, cwd: Path, megabytes: int) -> Run:
    """The same with a limit to the memory that it may ask for; it has one thread, for each reserves some."""
    script = f"ulimit -v {megabytes * 1024}; exec {shlex.join([sys.executable, '-m', 'seedsearch', *arguments])}"
    one = {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL")}
    environment = {**os.environ, **one, "XDG_CONFIG_HOME": str(cwd)}
    return subprocess.run(["bash", "-c", script], cwd=cwd, env=environment, capture_output=True, check=False)
