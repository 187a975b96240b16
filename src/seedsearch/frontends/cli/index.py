"""The commands `index` and `watch`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from seedsearch.errors import SeedsearchError, SourceError
from seedsearch.frontends.cli import options
from seedsearch.frontends.cli.group import ERROR
from seedsearch.frontends.cli.messages import detail, is_quiet, is_verbose, note, progress, say
from seedsearch.frontends.cli.stdout import flush, print_lines, style_of
from seedsearch.frontends.cli.stopping import asking, keep_account
from seedsearch.frontends.language import said
from seedsearch.frontends.settings import KEYS

if TYPE_CHECKING:
    from seedsearch.indexing.options import BuildOptions
    from seedsearch.indexing.reports import (
        IndexReport,
        Progress,
    )


def _of_files(command: options.Function) -> options.Function:
    """Return the options shared by `index` and `watch`: the paths, the index, how to read files."""
    shared = (
        options.paths,
        options.index_dir,
        options.dictionary,
        options.synonyms,
        options.choosing,
        options.workers,
        options.encoding,
        options.sure,
        options.as_json,
    )
    for decorate in reversed((*shared, options.talking)):
        command = decorate(command)
    return command


SERVICES = ("systemd", "launchd")  # as frontends/service.py writes them


@click.command()
@_of_files
@click.option("--rebuild", is_flag=True, help="Rebuild the index from these paths alone.")
@click.option("--full", is_flag=True, help="Re-read every file, even unchanged ones.")
@click.option("--prune", is_flag=True, help="Drop paths that no longer exist.")
@click.option(
    "--base",
    type=click.Path(file_okay=False),
    metavar="FOLDER",
    help="New location of the folder that relative paths start from.",
)
@click.option("--share", metavar="I/N", help="Index the I-th of N shares into one index in a cluster.")
@click.pass_context
def index(ctx: click.Context, /, paths: tuple[str, ...], index_dir: options.Place, as_json: bool, **how: Any) -> None:
    """Clean and index the files at and below PATH.

    Without PATH, index the paths that the index was made from, read as before; at first, seeds. Only changed files
    are read again, and deleted files are dropped. The files of a PATH that is missing as a whole stay: its disk may
    not be connected. The files themselves are never written to.
    """
    from seedsearch.indexing.options import BuildOptions

    report = _built(_wanted(ctx, paths, index_dir, how["rebuild"]), index_dir, BuildOptions(**how))
    _show(report, index_dir, as_json=as_json)
    if not (how["share"] or report.added or report.updated or report.unchanged or report.failures):
        note(said("no file to index here; name the folder with your documents"))
    if any(not failure.skipped for failure in report.failures):
        ctx.exit(ERROR)


@click.command()
@_of_files
@click.option(
    "--service",
    type=click.Choice(SERVICES),
    help="Print a service file for the system to run this, and exit.",
)
@click.pass_context
def watch(
    ctx: click.Context,
    /,
    paths: tuple[str, ...],
    index_dir: options.Place,
    as_json: bool,
    service: str | None,
    **how: Any,
) -> None:
    """Index the files at and below PATH, then again whenever they change.

    Without PATH, index the paths that the index was made from; at first, seeds. Stop with Ctrl-C. Needs the package
    watchfiles: pip install 'seedsearch[watch]'
    """
    from seedsearch.engines.choice import folder_of
    from seedsearch.indexing.options import BuildOptions
    from seedsearch.indexing.watch import changes

    wanted, build_options = _wanted(ctx, paths, index_dir), BuildOptions(**how)
    if service is not None:
        from seedsearch.frontends.service import service_file

        print_lines([service_file(service, sys.argv[1:])], end="")
        return
    watched = wanted or _remembered_places(index_dir)
    for number, count in enumerate(changes(watched, folder_of(index_dir.where), hidden=build_options.hidden)):
        detail(f"{count:,} files changed")
        try:
            _show(_built(wanted, index_dir, build_options), index_dir, as_json=as_json)
        except SeedsearchError as error:
            say(str(error))
        if number == 0:
            note(said("watching {paths}; stop with Ctrl-C", paths=", ".join(watched)))


def _wanted(ctx: click.Context, paths: Sequence[str], place: options.Place, rebuild: bool = False) -> tuple[str, ...]:
    """Return the paths to index: as given, else those of the named index, else those of the settings, else none, which
    means those stored in the index; at first the default.

    Raises SourceError for an index that was made from paths outside this folder, or does not store them.
    """
    from seedsearch.engines.choice import is_there
    from seedsearch.metadata.made_from import command, remembered

    anew = ["--rebuild"] if rebuild else []
    told = tuple(paths) or place.paths or options.settings_in(ctx).paths()
    if told:
        return told
    made = remembered(place.where)
    if made is None or not made.roots:
        first = tuple(KEYS["paths"].default)
        if is_there(place.where) and not any(map(os.path.lexists, first)):
            what = "the index does not say what it was made from"
            raise SourceError(what, hint=f"name it: {command(place.where, *anew)} PATH")
        return first
    if outside := made.lead_out(place.where):
        what = f"the index was made from {', '.join(outside)}, outside of this folder"
        raise SourceError(what, hint=f"if it is yours: {made.command(place.where, *anew)}")
    return ()


def _remembered_places(place: options.Place) -> list[str]:
    """Return the paths that an index was made from, relative to the current folder."""
    from seedsearch.metadata.made_from import remembered

    made = remembered(place.where)
    return [] if made is None else made.places(place.where)


def _built(paths: tuple[str, ...], place: options.Place, how: BuildOptions) -> IndexReport:
    from seedsearch.indexing.build import build

    last: list[Progress] = []
    keep_account(lambda: _account(last))
    with progress("indexing") as tell, asking() as stop:

        def told(state: Progress) -> None:
            last[:] = [state]
            if tell is not None:
                tell(state)

        report = build(paths, place.where, how, told, note, stop)
    if stop.asked:
        for line in report.notes if report.left else ():
            note(line)
        raise KeyboardInterrupt(_kept(report.left, last, place))
    keep_account(lambda: f"between two runs; {_AS_IT_WAS}")
    return report


def _kept(left: int, last: Sequence[Progress], place: options.Place) -> str:
    """Return the message about an interrupted run."""
    if not left:
        return f"the new state of the index in {place} is in place"
    total = last[0].total
    return f"the index has {total - left:,} of {total:,} changed files now; the same command goes on from there"


_AS_IT_WAS = "the index is as the last run that finished left it"


def _account(last: Sequence[Progress]) -> str:
    far = f"after {last[0].done:,} of {last[0].total:,} changed files" if last else "before the first file was done"
    return f"{far}; {_AS_IT_WAS}"


def _show(report: IndexReport, place: options.Place, *, as_json: bool) -> None:
    """Print the report; when quiet, only new failures, as messages."""
    from seedsearch.frontends.render.reports import failure_text, report_json, report_text
    from seedsearch.metadata.made_from import command

    for line in report.notes:
        say(line)
    if as_json:
        print_lines([report_json(report)])
    elif is_quiet():
        known = frozenset(report.as_before)
        for failure in report.failures:
            if not failure.skipped and failure not in known:
                say(failure_text(failure))
    else:
        listing = command(place.where, "--skipped", of="files")
        print_lines(report_text(report, style_of(), listing, verbose=is_verbose()))
    flush()
