"""Entry point of `seedsearch` and `python -m seedsearch`: before anything else, it removes the current folder from the
module path.
"""

import atexit
import gc
import os
import sys

from seedsearch.interpreter import leave_here, run_as_program

# Objects that are made before Python looks for circles among them. What modules are made of has none to give back, and
# to look for them 80 times while they load took a tenth of a short command.
OBJECTS = 50_000


def main() -> None:
    """Run the command line."""
    leave_here()
    run_as_program()
    _fill_streams()
    gc.set_threshold(OBJECTS)
    # NumPy begins a thread a core to multiply matrices, which nothing here does.
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
    """Give a standard stream that is closed to nothing: the next file that is opened would take its place."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, os.fdopen(number, "w" if number else "r", encoding="utf-8"))


def _leave(end: SystemExit) -> None:
    """Leave the process as Python does, but for taking apart every object, a tenth of the time of a short command.

    Python is left to it where more is to be done: a message as the code, other threads, output that cannot be written.
    """
    import threading

    if (end.code is None or isinstance(end.code, int)) and threading.active_count() == 1:
        atexit._run_exitfuncs()
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except (OSError, ValueError):  # full, or closed
            return
        os._exit(end.code or 0)


if __name__ == "__main__":
    main()
