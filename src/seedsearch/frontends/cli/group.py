"""The command group: errors raised on purpose become one line on standard error and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import suppress
from importlib import import_module
from typing import Any

import click

from seedsearch.errors import IndexFault, IndexMissing, SeedsearchError, reason
from seedsearch.frontends.cli.advice import advice, index_above
from seedsearch.frontends.cli.messages import INDEX, say
from seedsearch.frontends.cli.stdout import flush
from seedsearch.frontends.cli.stopping import STOPPER, Stopper, account_of, stopping
from seedsearch.frontends.cli.translation import speaker
from seedsearch.frontends.language import worded

COMMAND = "seedsearch index"  # the command suggested by errors of an index
NOTHING_FOUND = 1
ERROR = 2
_WORDS = "seedsearch.words"  # what was typed
LONGEST_SENTENCE = 200  # characters of a command's summary in lists, which is wrapped and not truncated


class Commands(MutableMapping[str, click.Command]):
    """The commands by name, each loaded on demand: a query need not load indexing.

    `places` maps names to modules below `cli`, with the function after a colon if it has another name.
    """

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = dict(places)
        self._loaded: dict[str, click.Command] = {}
        self._translate: Callable[[str, click.Command], None] | None = None

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._loaded:
            module, _, function = self._places[name].partition(":")
            self._loaded[name] = command = getattr(import_module(f"{__package__}.{module}"), function or name)
            command.short_help = command.get_short_help_str(LONGEST_SENTENCE)
            if self._translate is not None:
                self._translate(name, command)
        return self._loaded[name]

    def translated(self, translate: Callable[[str, click.Command], None]) -> None:
        """Translate the help of every command, now or when it is loaded."""
        self._translate = translate
        for name, command in self._loaded.items():
            translate(name, command)

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._loaded[name] = command
        self._places.setdefault(name, "")

    def __delitem__(self, name: str) -> None:
        del self._places[name]
        self._loaded.pop(name, None)

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


class Group(click.Group):
    """The command group, in the order of definition, with error handling."""

    commands: Commands

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, most used first."""
        return list(self.commands)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run with UTF-8 on both streams, whatever the locale."""
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")
        if (translate := speaker()) is not None:
            translate("", self)
            self.commands.translated(translate)
        return super().main(*args, **kwargs)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Store the command line, for advice about it."""
        ctx.meta[_WORDS] = list(args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; turn its errors into a line and an exit code."""
        with stopping() as stopper:
            ctx.meta[STOPPER] = stopper
            try:
                return self._invoked(ctx)
            except KeyboardInterrupt as interrupt:
                ctx.exit(_stopped(ctx, stopper, interrupt))
            except OSError as error:
                _say_all(_in_words(error))
                ctx.exit(ERROR)

    def _invoked(self, ctx: click.Context) -> Any:
        from seedsearch.frontends.render.safe import safe

        try:
            result = super().invoke(ctx)
            flush()
            return result
        except SeedsearchError as error:
            _say_all(f"{error}; {NO_FOLDER}" if _is_nowhere() else _with_place(error, ctx))
            ctx.exit(error.exit_code)
        except click.UsageError as error:
            meant = advice(error, ctx.meta.get(_WORDS, ()))
            said = safe(worded(error.format_message()))
            raise click.UsageError(said if meant is None else f"{said}\n{safe(worded(meant))}", error.ctx) from error
        except click.Abort:
            raise KeyboardInterrupt from None
        except BrokenPipeError:
            _close_quietly()
            ctx.exit(0)


def _with_place(error: SeedsearchError, ctx: click.Context) -> str:
    """Return the message of an error; commands that it suggests name the index in use."""
    place = ctx.meta.get(INDEX)
    if isinstance(error, IndexMissing) and place is not None and (above := index_above(place)):
        return worded(f"{error.what}; there is one in {above}: name it with -i {above}")
    if place is None or error.hint is None or not isinstance(error, IndexFault):
        return worded(str(error))
    from seedsearch.metadata.made_from import command

    return worded(str(error)).replace(COMMAND, command(place))


NO_FOLDER = "the current folder no longer exists: change to another one"


def _stopped(ctx: click.Context, stopper: Stopper, interrupt: KeyboardInterrupt) -> int:
    """Report how far a stopped command got; return the exit code. The terminal may be gone, too (SIGHUP).

    The command may have reported that itself, like an index run stopped after its commit.
    """
    with suppress(OSError):
        _say_all(f"{stopper.word}; {interrupt}" if interrupt.args else stopper.word + account_of(ctx))
    return stopper.exit_code


def _in_words(error: OSError) -> str:
    """Return a message for a system error with its path; a command that knows more raises an error of its own."""
    if _is_nowhere():
        return NO_FOLDER
    if error.filename is None:
        return f"the system refused: {reason(error)}"
    return f"{os.fsdecode(error.filename)} cannot be used: {reason(error)}"


def _is_nowhere() -> bool:
    """Tell whether the current folder was removed."""
    try:
        os.getcwd()
    except FileNotFoundError:
        return True
    return False


def _say_all(text: str) -> None:
    """Print messages after flushing earlier output; give up what can no longer be printed."""
    try:
        sys.stdout.flush()
    except OSError:
        _close_quietly()
    say(text)


def _close_quietly() -> None:
    """Redirect standard output to the null device, so that closing it cannot fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
