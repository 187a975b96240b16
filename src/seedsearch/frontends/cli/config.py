"""Setting things up: `config`, `completion`."""

from __future__ import annotations

import os

import click

from seedsearch.frontends.cli import options
from seedsearch.frontends.cli.messages import is_verbose
from seedsearch.frontends.cli.stdout import print_lines

SHELLS = ("bash", "zsh", "fish")


@click.command()
@options.as_json
@options.talking
@click.pass_context
def config(ctx: click.Context, as_json: bool) -> None:
    """Show every setting that holds here, and where it is from.

    Options come first, then the environment, seedsearch.toml in this folder, ~/.config/seedsearch/config.toml. With
    --verbose also what each is for.
    """
    from seedsearch.frontends.render import settings_json, settings_text
    from seedsearch.frontends.settings import KEYS

    found = options.settings_in(ctx)
    shown = (found.holding(os.environ), list(found.indexes.values()), found.files, found.ignored)
    about = {name: key.about for name, key in KEYS.items()} if is_verbose() else {}
    print_lines([settings_json(*shown)] if as_json else settings_text(*shown, about=about))


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print what makes SHELL complete commands and options.

    \b
    bash    echo 'eval "$(seedsearch completion bash)"' >> ~/.bashrc
    zsh     echo 'eval "$(seedsearch completion zsh)"' >> ~/.zshrc
    fish    seedsearch completion fish > ~/.config/fish/completions/seedsearch.fish
    """
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    assert made is not None
    print_lines([made(ctx.find_root().command, {}, "seedsearch", "_SEEDSEARCH_COMPLETE").source()])
