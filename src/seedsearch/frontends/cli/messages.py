"""Messages on standard error, at the chosen level of detail."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

import click

from seedsearch.frontends.language import said, worded

if TYPE_CHECKING:
    from seedsearch.indexing.reports import (
        Progress,
    )

QUIET, VERBOSE = "seedsearch.quiet", "seedsearch.verbose"
COLOUR = "seedsearch.colour"  # auto, always or never
INDEX = "seedsearch.index"  # the place of the index of the command

# Seconds between two states of a progress bar.
OFTEN = 0.1


def remember(ctx: click.Context, parameter: click.Parameter, value: bool) -> None:
    """Store --quiet and --verbose, for `note` and `detail`."""
    ctx.meta[f"seedsearch.{parameter.name}"] = value


def is_quiet() -> bool:
    """Tell whether only errors are printed."""
    return bool(click.get_current_context().meta.get(QUIET))


def is_verbose() -> bool:
    """Tell whether details are printed."""
    return bool(click.get_current_context().meta.get(VERBOSE))


def say(text: str) -> None:
    """Print an error, or the message that nothing was found."""
    from seedsearch.frontends.render.safe import one_line

    click.echo(f"seedsearch: {one_line(worded(text))}", err=True)


def tell_line(text: str) -> None:
    """Print a line of a report that is not data."""
    from seedsearch.frontends.render.safe import one_line

    click.echo(one_line(text), err=True)


def note(text: str) -> None:
    """Print a note, unless quiet."""
    if not is_quiet():
        say(text)


def detail(text: str) -> None:
    """Print a detail if verbose."""
    if is_verbose():
        say(text)


@contextmanager
def progress(label: str, *, hidden: bool = False) -> Iterator[Callable[[Progress], None] | None]:
    """Return a progress bar on standard error; None without a terminal, or with --quiet."""
    if hidden or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb" or is_quiet():
        yield None
        return
    bar = _Bar(label)
    bar.begin()
    try:
        yield bar.show
    finally:
        bar.clear()


class _Bar:
    """A line of a terminal that is overwritten."""

    def __init__(self, label: str) -> None:
        self._label, self._begun, self._shown = label, time.monotonic(), 0.0

    def begin(self) -> None:
        """Show at once that work has begun: finding the files of a large folder takes seconds."""
        begun = said("{label}: looking for changes …", label=said(self._label))
        click.echo(f"\r\x1b[K{begun}", err=True, nl=False)

    def show(self, state: Progress) -> None:
        """Draw the progress, with a limited rate."""
        from seedsearch.frontends.render.progress import progress_text

        now = time.monotonic()
        if now - self._shown >= OFTEN or state.done == state.total:
            self._shown = now
            line = progress_text(self._label, state, now - self._begun, (width_of(sys.stderr) or 80) - 1)
            click.echo(f"\r\x1b[K{line}", err=True, nl=False)

    def clear(self) -> None:
        """Leave an empty line."""
        click.echo("\r\x1b[K", err=True, nl=False)


def width_of(stream: TextIO) -> int | None:
    """Return the width of a line in cells, from COLUMNS or the terminal; None if it is not a terminal."""
    said = os.environ.get("COLUMNS", "")
    if said.isdecimal() and int(said):
        return int(said)
    try:
        return os.get_terminal_size(stream.fileno()).columns or None
    except (OSError, ValueError):
        return None
