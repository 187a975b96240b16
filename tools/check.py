"""Every check of the project in one command: ruff, mypy --strict, the tests with warnings as errors."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CHECKS = (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"], ["pytest", "-q"])


def main() -> int:
    """Run the checks from the top of the project; the exit code of the first that fails, else 0."""
    for check in CHECKS:
        print("$", *check, flush=True)
        done = subprocess.run([sys.executable, "-m", *check], cwd=Path(__file__).parents[1], check=False)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
