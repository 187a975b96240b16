"""`python -m seedsearch`."""

from seedsearch.cli import main

main(prog_name="seedsearch")
