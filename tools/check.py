"""Every check of the project in one command, or one part of it.

    python tools/check.py               everything, as continuous integration runs it
    python tools/check.py lint types    parts: lint, types, docs, tests; quick, the tests that take about
                                        a minute together; deep, those that take minutes; browser, which
                                        needs a Chromium; cluster, which needs a JDK and Maven
    python tools/check.py --fix         lint and docs, put right what can be put right: layout, imports, made pages

Every part that is asked for is run, also after one that fails; the last line names those that failed. In continuous
integration (`CI` is set) tests that fail are run once more, alone and named one by one. What passes only then is a
fault of the test or a race in the program, and is to be mended; it does not hold up everything else.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

TOP = Path(__file__).parents[1]
Command = Sequence[str]

# Processes that run tests. Half as many again as there are processors: a third of their time they wait for the programs
# that they start (two processes kept 1.6 of two processors busy).
PROCESSES = str(max(2, 3 * (os.cpu_count() or 1) // 2))

QUICK = "not slow and not docs and not exhaustive"
# Part → the modules that it runs with their arguments. `quick` is what to run while one writes; `tests` are those
# that need no minutes, and `deep` the others: every operation killed, many clients, every page printed again.
PARTS: Mapping[str, tuple[Command, ...]] = {
    "lint": (("ruff", "check", "."), ("ruff", "format", "--check", ".")),
    "types": (("mypy",),),
    "docs": (("mkdocs", "build", "--strict", "--quiet"),),
    # One process a processor: a third of the time of these is what each process imports and collects.
    "quick": (("pytest", "-q", "-n", "auto", "--dist", "loadfile", "--hypothesis-profile", "quick", "-m", QUICK),),
    "tests": (
        ("pytest", "-q", "-n", PROCESSES, "--dist", "loadfile", "-m", "not exhaustive and not docs", "--durations=10"),
    ),
    "deep": (("pytest", "-q", "-n", PROCESSES, "--dist", "loadfile", "-m", "exhaustive or docs", "--durations=10"),),
    "browser": (("pytest", "-q", "-n", "auto", "tests/browser"),),
    # Two clusters, one for the contract of all engines.
    "cluster": (
        ("tools.cluster", "--prepare"),
        ("pytest", "-q", "-n", "2", "--dist", "loadfile", "tests/opensearch", "--durations=10"),
    ),
}
ALL = ("lint", "types", "docs", "tests")
FIXES: Mapping[str, tuple[Command, ...]] = {
    "lint": (("ruff", "check", "--fix", "."), ("ruff", "format", ".")),
    "docs": (("tools.make_docs",),),
}

TESTS_FAILED = 1  # how pytest ends then; 2 and more are errors of another kind
AGAIN = ("-vv", "-n", "0", "--last-failed", "--last-failed-no-failures", "none")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts that are named, or all; return 0 where all of them pass, else 1."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"one of {', '.join(PARTS)} (default: {' '.join(ALL)})"
    )
    parser.add_argument("--fix", action="store_true", help="put right what can be put right first")
    asked = parser.parse_args(arguments)
    if unknown := [part for part in asked.parts if part not in PARTS]:
        parser.error(f"no part is called {unknown[0]}; there are {', '.join(PARTS)}")
    parts = asked.parts or (list(FIXES) if asked.fix else list(ALL))
    failed = [part for number, part in enumerate(parts, 1) if not passes(part, f"[{number}/{len(parts)}]", asked.fix)]
    print(f"failed: {', '.join(failed)}" if failed else f"passed: {', '.join(parts)}", flush=True)
    return bool(failed)


def passes(part: str, place: str, fix: bool) -> bool:
    """Run one part, saying what runs and how long it took; tell whether all of it passed."""
    began = time.monotonic()
    commands = (*(FIXES.get(part, ()) if fix else ()), *PARTS[part])
    failed = sum(not runs(command, f"{place} {part}:") for command in commands)
    print(f"{place} {part} {'FAILED' if failed else 'passed'} in {time.monotonic() - began:.0f} s", flush=True)
    return not failed


def runs(command: Command, place: str) -> bool:
    """Run one module at the top of the project and tell whether it ended with 0; tests in CI at the second try, too."""
    code = _ended(command, place)
    if code == TESTS_FAILED and command[0] == "pytest" and os.environ.get("CI"):
        code = _ended((*command, *AGAIN), f"{place} those that failed, once more:")
    return code == 0


def _ended(command: Command, place: str) -> int:
    print(place, *command, flush=True)
    quiet = {**os.environ, "NO_MKDOCS_2_WARNING": "true", "DISABLE_MKDOCS_2_WARNING": "true"}
    return subprocess.run([sys.executable, "-m", *command], cwd=TOP, env=quiet, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
