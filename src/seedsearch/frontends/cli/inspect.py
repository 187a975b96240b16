"""The commands `show`, `stats`, `check` and `doctor`."""

from __future__ import annotations

import click

from seedsearch.frontends.cli import options
from seedsearch.frontends.cli.group import ERROR
from seedsearch.frontends.cli.messages import say
from seedsearch.frontends.cli.stdout import print_lines, print_paged, style_of
from seedsearch.frontends.language import said


@click.command()
@options.index_dir
@options.as_json
@options.paged
@options.talking
def stats(index_dir: options.Place, as_json: bool, pager: str | None) -> None:
    """Show what the index holds: documents, terms, sizes, encodings, damage."""
    from seedsearch.frontends.render.reports import stats_json, stats_text
    from seedsearch.searching.index import open_index

    with open_index(index_dir.where) as opened:
        found = opened.stats()
    if as_json:
        print_lines([stats_json(found)])
    else:
        print_paged(stats_text(found, style_of()), pager)


@click.command()
@click.argument("name")
@options.index_dir
@options.as_json
@options.paged
@options.talking
def show(name: str, index_dir: options.Place, as_json: bool, pager: str | None) -> None:
    """Print the text of a document as stored in the index.

    NAME is what query prints, without line and column: a path, a.zip!/b.txt, table.csv#12. No file is needed.
    """
    from seedsearch.frontends.render.repairs import shown_json
    from seedsearch.frontends.render.safe import safe
    from seedsearch.searching.index import open_index

    with open_index(index_dir.where) as opened:
        document = opened.document(name)
    if as_json:
        print_lines([shown_json(document)])
    elif style_of().width is None:
        print_lines([document.readable], end="" if document.readable.endswith("\n") else "\n")
    else:
        print_paged(map(safe, document.readable.splitlines()), pager)


_DAMAGED = "the index is damaged; what is in it is read again by: seedsearch index, or seedsearch index --rebuild"


@click.command()
@options.index_dir
@options.as_json
@options.talking
@click.pass_context
def check(ctx: click.Context, index_dir: options.Place, as_json: bool) -> None:
    """Verify every file of the index and name the damaged ones."""
    from seedsearch.engines import choice
    from seedsearch.frontends.render.health import faults_json
    from seedsearch.frontends.render.safe import one_line

    found = choice.check(index_dir.where)
    if as_json:
        print_lines([faults_json(found)])
    elif not found:
        print_lines([one_line(said("{index}: all checksums match", index=index_dir))])
    if found:
        for line in (*found, _DAMAGED):
            say(line)
        ctx.exit(ERROR)


@click.command()
@options.index_dir
@options.as_json
@options.talking
@click.pass_context
def doctor(ctx: click.Context, index_dir: options.Place, as_json: bool) -> None:
    """Report problems: versions, packages, the index and its files, words, files that were not read.

    Exits with 2 if anything needs fixing.
    """
    from seedsearch.frontends.doctor import (
        Health,
        examine,
    )
    from seedsearch.frontends.render.health import diagnosis_json, diagnosis_text

    remarks = list(examine(index_dir.where))
    print_lines([diagnosis_json(remarks)] if as_json else diagnosis_text(remarks, style_of()))
    if any(remark.health is Health.ERROR for remark in remarks):
        ctx.exit(ERROR)
