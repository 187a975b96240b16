"""The command `files`."""

from __future__ import annotations

import click

from seedsearch.frontends.cli import options
from seedsearch.frontends.cli.group import NOTHING_FOUND
from seedsearch.frontends.cli.messages import is_verbose, say
from seedsearch.frontends.cli.stdout import print_lines, print_paged, style_of
from seedsearch.frontends.language import said


@click.command()
@options.index_dir
@click.option("--skipped", is_flag=True, help="List the files not in the index, why, and what to do.")
@options.as_json
@options.paged
@options.talking
@click.pass_context
def files(ctx: click.Context, index_dir: options.Place, skipped: bool, as_json: bool, pager: str | None) -> None:
    """List the files in the index or, with --skipped, those not in it and what would read them.

    Exit code 1 means that there is nothing to list.
    """
    from seedsearch.frontends.files import listed
    from seedsearch.frontends.render.files import files_json, files_lines, skipped_json, skipped_lines

    found, unread = listed(index_dir.where)
    if not (unread if skipped else found):
        say(said("every file is in the index" if skipped else "the index holds no files"))
        ctx.exit(NOTHING_FOUND)
    if as_json:
        print_lines(skipped_json(unread) if skipped else files_json(found))
    else:
        lines = skipped_lines(unread, style_of(), verbose=is_verbose()) if skipped else files_lines(found)
        print_paged(lines, pager)
