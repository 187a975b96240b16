"""The command `news` for saved queries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from seedsearch.errors import SettingsError
from seedsearch.frontends.cli import options
from seedsearch.frontends.cli.group import NOTHING_FOUND
from seedsearch.frontends.cli.messages import note
from seedsearch.frontends.cli.stdout import print_lines, style_of
from seedsearch.frontends.language import said

if TYPE_CHECKING:
    from seedsearch.frontends.news import News
    from seedsearch.searching.index import Index


@click.command()
@click.argument("name", required=False)
@options.index_dir
@click.option("--peek", is_flag=True, help="Do not record this run.")
@options.as_json
@options.talking
@click.pass_context
def news(ctx: click.Context, name: str | None, index_dir: options.Place, peek: bool, as_json: bool) -> None:
    """Show what is new for the saved query NAME since its last run; without NAME, list all saved queries.

    Save a query in seedsearch.toml: [query.NAME] query = "焊接". Exit code 1 means that nothing is new.
    """
    from seedsearch.frontends.news import news_of, place_of, remember
    from seedsearch.frontends.render.news import listed, news_json, news_lines
    from seedsearch.searching.index import open_index

    saved = options.settings_in(ctx).queries
    if name is not None and name not in saved:
        raise _unknown(name, list(saved))
    with open_index(index_dir.where) as opened:
        if name is None:
            asked = {one: news_of(opened, query, place_of(index_dir.where, query)) for one, query in saved.items()}
            if as_json:
                print_lines(news_json(one, saved[one], asked[one]) for one in saved)
            else:
                print_lines(listed(saved, asked))
            if not saved:
                note(said("no query is saved; save one in seedsearch.toml: [query.NAME] query = …"))
                ctx.exit(NOTHING_FOUND)
            return
        found = news_of(opened, saved[name], kept := place_of(index_dir.where, saved[name]))
        if as_json:
            print_lines([news_json(name, saved[name], found)])
        else:
            print_lines(news_lines(found, _lines(opened, found, saved[name], index_dir.where), style_of()))
    if found.first:
        note(said("{name} was never run before: all its hits are new", name=name))
    if not peek:
        remember(found, kept)
    if not (found.new or found.changed or found.gone):
        ctx.exit(NOTHING_FOUND)


def _lines(opened: Index, found: News, query: str, place: str) -> dict[str, str]:
    """Return the first match of each new or changed document, with its place."""
    from seedsearch.frontends.cli.exports import first_lines

    return first_lines(opened, (*found.new, *found.changed), query, place)


def _unknown(name: str, saved: list[str]) -> SettingsError:
    from difflib import get_close_matches

    near = get_close_matches(name, saved, n=1)
    hint = f"did you mean {near[0]}?" if near else f"save it in seedsearch.toml: [query.{name}] query = …"
    return SettingsError(f"there is no saved query {name}", hint=hint)
