"""Run benchmarks by name, or all of them.

    python -m benchmarks [NAME]... [--corpus FOLDER] [--smoke]

Each prints a table with named peers measured in the same run. A corpus is a folder of texts, or of JSON Lines
(`text` in each, .xz as well); without one, text is generated. `--smoke` takes seconds and shows that the benchmark
runs; its figures mean nothing.
"""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path

NAMES = ("calibration", "encodings", "harm", "index", "mistakes", "ranking", "restoration", "thresholds", "worst")


def main() -> None:
    """Parse the command line and run what it names."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(NAMES)} (default: all)")
    parser.add_argument("--corpus", type=Path, help="a folder of clean text to measure on")
    parser.add_argument("--smoke", action="store_true", help="a few seconds, to see that it runs")
    chosen = parser.parse_args()
    for name in chosen.names or NAMES:
        if name not in NAMES:
            parser.error(f"no benchmark is called {name}")
        import_module(f"benchmarks.{name}").run(chosen.corpus, smoke=chosen.smoke)


if __name__ == "__main__":
    main()
