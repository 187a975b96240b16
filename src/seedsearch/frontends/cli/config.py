"""The commands `config`, `completion`, `man` and `help`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from seedsearch.errors import OutputError, reason
from seedsearch.frontends.cli import options
from seedsearch.frontends.cli.messages import is_verbose
from seedsearch.frontends.cli.stdout import print_lines

SHELLS = ("bash", "zsh", "fish")


@click.command()
@options.as_json
@options.talking
@click.pass_context
def config(ctx: click.Context, as_json: bool) -> None:
    """Show every setting in effect and where it comes from.

    Options take precedence, then the environment, seedsearch.toml in this folder, and
    ~/.config/seedsearch/config.toml. --verbose also explains each setting.
    """
    from seedsearch.frontends.render.health import settings_json, settings_text
    from seedsearch.frontends.settings import KEYS

    found = options.settings_in(ctx)
    shown = (found.holding(os.environ), list(found.indexes.values()), found.files, found.ignored)
    about = {name: key.about for name, key in KEYS.items()} if is_verbose() else {}
    print_lines([settings_json(*shown)] if as_json else settings_text(*shown, about=about))


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion script for SHELL.

    \b
    bash    echo 'eval "$(seedsearch completion bash)"' >> ~/.bashrc
    zsh     echo 'eval "$(seedsearch completion zsh)"' >> ~/.zshrc
    fish    seedsearch completion fish > ~/.config/fish/completions/seedsearch.fish
    """
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    assert made is not None
    print_lines([made(ctx.find_root().command, {}, "seedsearch", "_SEEDSEARCH_COMPLETE").source()])


@click.command()
@click.argument("command", required=False)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Write the pages of all commands below this folder."
)
@click.pass_context
def man(ctx: click.Context, command: str | None, output: Path | None) -> None:
    """Print the manual page of COMMAND, or of the program.

    \b
    seedsearch man query | man -l -
    seedsearch man -o ~/.local/share/man/man1
    """
    from seedsearch.frontends.render.manual import page

    group = _commands(ctx, command)
    if output is None:
        print_lines([page(group, command)], end="")
        return
    try:
        output.mkdir(parents=True, exist_ok=True)
        for name in (None, *group.commands):
            (output / f"{'-'.join(filter(None, ('seedsearch', name)))}.1").write_text(page(group, name), "utf-8")
    except OSError as error:
        raise OutputError(f"{output} cannot be written: {reason(error)}") from error


@click.command(name="help")
@click.argument("command", required=False)
@click.pass_context
def help_of(ctx: click.Context, command: str | None) -> None:
    """Show the help of COMMAND, or of the program."""
    group, whole = _commands(ctx, command), ctx.find_root()
    if command is None:
        print_lines([group.get_help(whole)])
    else:
        found = group.commands[command]
        print_lines([found.get_help(click.Context(found, info_name=command, parent=whole))])


def _commands(ctx: click.Context, name: str | None) -> click.Group:
    """Return the group of all commands; raises UsageError if it has none of this name."""
    group = ctx.find_root().command
    assert isinstance(group, click.Group)
    if name is not None and name not in group.commands:
        group.resolve_command(ctx.find_root(), [name])
    return group
