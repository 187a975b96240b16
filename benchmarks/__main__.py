"""Run benchmarks by name, or all of them.

    python -m benchmarks [NAME]... [--corpus FOLDER] [--smoke]
    python -m benchmarks restoration [--generator NAME] [--pages N]
    python -m benchmarks calibration [--pages N]
    python -m benchmarks ranking [--half dev|report]
    python -m benchmarks thresholds [--only NAME]...

Each prints a table with named peers measured in the same run. A corpus is a folder of texts, or of JSON Lines
(`text` in each, .xz as well); without one, text is generated. `--smoke` takes seconds and shows that the benchmark
runs; its figures mean nothing.
"""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path

from benchmarks.questions import HALVES

NAMES = ("calibration", "encodings", "harm", "index", "mistakes", "ranking", "restoration", "thresholds", "worst")
# Options, and whose they are.
OPTIONS = {
    "generator": ("restoration",),
    "pages": ("restoration", "calibration"),
    "half": ("ranking",),
    "only": ("thresholds",),
}


def main() -> None:
    """Parse the command line and run what it names."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(NAMES)} (default: all)")
    parser.add_argument("--corpus", type=Path, help="a folder or a file of clean text to measure on")
    parser.add_argument("--smoke", action="store_true", help="a few seconds, to see that it runs")
    parser.add_argument("--generator", choices=("first", "second"), help="of restoration: what damages the pages")
    parser.add_argument("--pages", type=int, help="of restoration and calibration: how many pages of each kind")
    parser.add_argument("--half", choices=HALVES, help="of ranking: which questions (default: report)")
    parser.add_argument("--only", action="append", metavar="NAME", help="of thresholds: one, or the module of some")
    chosen = parser.parse_args()
    options = {name: value for name in OPTIONS if (value := getattr(chosen, name)) is not None}
    for name in options:
        if chosen.names not in [[owner] for owner in OPTIONS[name]]:
            parser.error(f"--{name} is of {' and of '.join(OPTIONS[name])} alone")
    for name in chosen.names or NAMES:
        if name not in NAMES:
            parser.error(f"no benchmark is called {name}")
        import_module(f"benchmarks.{name}").run(chosen.corpus, smoke=chosen.smoke, **options)


if __name__ == "__main__":
    main()
