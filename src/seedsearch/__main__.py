"""`seedsearch`, and `python -m seedsearch`: before all else, modules are no longer looked for in the current folder."""

import gc
import os
import sys

from seedsearch.interpreter import leave_here

# Objects that are made before Python looks for circles among them. What modules are made of has none to give back, and
# to look for them 80 times while they load took a tenth of a short command.
OBJECTS = 50_000


def main() -> None:
    """Run the command line."""
    leave_here()
    gc.set_threshold(OBJECTS)
    # NumPy begins a thread a core to multiply matrices, which nothing here does.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        from seedsearch.frontends.cli import main as commands
    except KeyboardInterrupt:
        sys.exit(130)
    commands(prog_name="seedsearch")


if __name__ == "__main__":
    main()
