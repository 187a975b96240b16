"""The command line: parse, call the library, render, exit. It contains no logic that the library lacks.

group      errors → a line and an exit code         options   what several commands share
messages   standard error: messages and progress    stdout    standard output: colour, width, links, a pager
index · query · exports · news · clean · inspect · copy · serve · config     the commands
"""

from __future__ import annotations

import click

from seedsearch import __version__
from seedsearch.frontends.cli.group import Commands, Group
from seedsearch.frontends.cli.messages import QUIET, say
from seedsearch.frontends.cli.stdout import print_lines
from seedsearch.frontends.settings import FILE, settings_of

# The commands, most used first: the module of each, and its function if that has another name.
COMMANDS = {
    "index": "index",
    "query": "query",
    "show": "inspect",
    "news": "news",
    "clean": "clean",
    "similar": "query",
    "keywords": "query:keywords_of",
    "stats": "inspect",
    "files": "files",
    "check": "inspect",
    "doctor": "inspect",
    "copy": "copy",
    "watch": "index",
    "serve": "serve",
    "mcp": "serve",
    "config": "config",
    "completion": "config",
    "man": "config",
    "help": "config:help_of",
}


@click.group(
    cls=Group,
    commands=Commands(COMMANDS),
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="seedsearch")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Full-text search over folders of damaged Chinese documents.

    \b
    seedsearch index                  clean and index every file of seeds/
    seedsearch query 焊接             find it, with readable snippets
    seedsearch clean page.txt         print a restored text
    """
    if ctx.invoked_subcommand is None:
        print_lines([ctx.get_help()])
        return
    ctx.obj = settings_of()
    ctx.call_on_close(lambda: _say_ignored(ctx))
    ctx.default_map = dict.fromkeys(COMMANDS, ctx.obj.defaults())


def _say_ignored(ctx: click.Context) -> None:
    """Name the keys of the folder's file that are ignored there, if they would have affected the command."""
    command = main.commands.get(ctx.invoked_subcommand or "")
    taken = {parameter.name for parameter in command.params} if command else set()
    if keys := [key for key in ctx.obj.ignored if key in taken and not ctx.meta.get(QUIET)]:
        say(f"{FILE} in this folder cannot set {' and '.join(keys)}; that is for your own settings")
