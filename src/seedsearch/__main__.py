"""Entry point of `seedsearch` and `python -m seedsearch`: before anything else, it removes the current folder from the
module path.
"""

import atexit
import gc
import os
import sys

from seedsearch.interpreter import leave_here, run_as_program

# Allocations before Python collects garbage cycles. Loading modules leaves no cycles to collect, and 80 collections
# meanwhile took a tenth of a short command. `YOUNG` of these come before one that goes over what they left: most of
# Python's ten are over before `main` runs, and a short command then made one, which took 15 ms.
OBJECTS, YOUNG = 50_000, 30


def main() -> None:
    """Run the command line."""
    leave_here()
    run_as_program()
    _fill_streams()
    gc.set_threshold(OBJECTS, YOUNG)
    # NumPy starts a thread per core for matrix multiplication, which nothing here uses.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        from seedsearch.frontends.cli import main as commands
    except KeyboardInterrupt:
        sys.exit(130)
    try:
        commands(prog_name="seedsearch")
    except SystemExit as end:
        _leave(end)
        raise


def _fill_streams() -> None:
    """Connect closed standard streams to the null device; otherwise the next opened file would take their place."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, os.fdopen(number, "w" if number else "r", encoding="utf-8"))


def _leave(end: SystemExit) -> None:
    """Exit like Python, but without destroying every object, which takes a tenth of the time of a short command.

    Leave it to Python if there is more to do: a message as exit code, other threads, output that cannot be written.
    """
    import threading

    if (end.code is None or isinstance(end.code, int)) and threading.active_count() == 1:
        atexit._run_exitfuncs()
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except (OSError, ValueError):  # disk full, or closed
            return
        os._exit(end.code or 0)


if __name__ == "__main__":
    main()
