"""The real program in a process of its own, for tests."""

from __future__ import annotations

import os
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
