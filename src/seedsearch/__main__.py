"""`seedsearch`, and `python -m seedsearch`: before all else, modules are no longer looked for in the current folder."""

import sys

from seedsearch.interpreter import leave_here


def main() -> None:
    """Run the command line."""
    leave_here()
    try:
        from seedsearch.frontends.cli import main as commands
    except KeyboardInterrupt:
        sys.exit(130)
    commands(prog_name="seedsearch")


if __name__ == "__main__":
    main()
