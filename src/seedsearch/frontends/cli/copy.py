"""The command `copy`, which copies an index to another place."""

from __future__ import annotations

import click

from seedsearch.frontends.cli import options
from seedsearch.frontends.cli.messages import progress
from seedsearch.frontends.cli.stdout import print_lines
from seedsearch.frontends.language import said

_FROM, _TO = options.IndexPlace(), options.IndexPlace()


@click.command()
@click.argument("source", metavar="FROM", type=_FROM)
@click.argument("target", metavar="TO", type=_TO)
@options.as_json
@options.talking
def copy(source: options.Place, target: options.Place, as_json: bool) -> None:
    """Copy the index FROM to TO, each a folder, a URL or a name from the settings.

    The original files are not needed. At the end the copy is checked and compared with FROM. An interrupted copy
    resumes where it stopped. TO must not hold another index.
    """
    from seedsearch.indexing.copying import copy_index

    with progress("copying") as tell:
        report = copy_index(source.where, target.where, progress=tell)
    if as_json:
        from seedsearch.frontends.render.safe import json_line

        print_lines([json_line({"copied": report.copied, "there": report.there, "seconds": round(report.seconds, 3)})])
    else:
        before = said(" ({count:,} were there)", count=report.there) if report.there else ""
        done = "documents copied: {copied:,}{before}, in {seconds:.1f} s; all checksums match"
        print_lines([said(done, copied=report.copied, before=before, seconds=report.seconds)])
