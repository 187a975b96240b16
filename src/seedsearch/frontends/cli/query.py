"""The commands `query`, `similar` and `keywords`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from seedsearch.frontends.cli import exports, options
from seedsearch.frontends.cli.advice import doubts
from seedsearch.frontends.cli.group import NOTHING_FOUND
from seedsearch.frontends.cli.inputs import one_cleaned
from seedsearch.frontends.cli.messages import is_quiet, is_verbose, note, say
from seedsearch.frontends.cli.stdout import print_lines, print_paged, printing, style_of
from seedsearch.frontends.language import said

if TYPE_CHECKING:
    from seedsearch.searching.index import Index
    from seedsearch.searching.results import (
        Results,
    )


ALL_FACETS = "damage,encoding,ext,folder,year"


@click.command()
@click.argument("words", metavar="QUERY...", nargs=-1)
@options.index_dir
@options.limit
@click.option("--offset", type=click.IntRange(min=0), default=0, show_default=True, help="Skip the first N hits.")
@options.as_json
@click.option(
    "--format", "form", type=click.Choice(exports.FORMS), help="Output format; csv and those after it list every match."
)
@click.option("--vimgrep", is_flag=True, help="Print every match for an editor: path:line:column:text.")
@click.option("--evidence", is_flag=True, help="Show the line in the file, the restored line, and every repair.")
@click.option("--open", "opens", type=click.IntRange(min=1), metavar="N", help="Open hit N at its place in the editor.")
@click.option(
    "--count", is_flag=True, help="Print only the number of matching documents, including copies and parts of files."
)
@click.option(
    "-l", "--paths", "only_paths", is_flag=True, help="Print only the paths of matching documents, at most -n if given."
)
@click.option("-0", "--null", is_flag=True, help="Like -l, but print raw bytes with a NUL after each path.")
@options.setting("snippets", "--snippets", help="Maximum number of snippets per hit.")
@options.setting("context", "-C", "--context", help="Show N lines of context around each match.")
@options.setting(
    "strict", "--strict/--fill", help="Answer only from the strictest tier with a hit: the whole run, else all words, …"
)
@click.option(
    "--sort",
    default="relevance",
    metavar="ORDER",
    help="Sort by relevance, date, size or path; -date reverses the order.",
)
@click.option(
    "--facets",
    is_flag=False,
    flag_value=ALL_FACETS,
    metavar="[NAMES]",
    help=f"Count matching documents by {ALL_FACETS} or some of these.",
)
@click.option(
    "--group-by", default="", metavar="NAME", help="Show the best hits of each folder, ext, year, …; at most -n groups."
)
@click.option("--explain", is_flag=True, help="Show how the query was parsed.")
@options.setting("seconds", "--seconds", help="Time limit in seconds; 0 for none.")
@options.link
@options.paged
@options.talking
@click.pass_context
def query(ctx: click.Context, /, words: tuple[str, ...], index_dir: options.Place, explain: bool, **shown: Any) -> None:
    """Find documents: a word, a run of characters, a question, or an expression.

    Script, width and case do not matter: 产业链 finds 產業鏈. Exit code 1 means that nothing was found.

    \b
    "an exact run"   AND OR NOT  && || !  -word +word ( )  与 或 非  * (everything)
    "a b"~5  a NEAR/5 b (near)   "a b"~  a PRE/5 b (in this order)
    prefix*  wor?d  word~  /regular expression/  exact:乾  case:USB
    path: name: folder: author: encoding: damage:  ext:txt,html  title:(a OR b)
    date:2025..2026-03  date:today  after: before:  size:>1mb  sort:date
    """
    from seedsearch.frontends.render.safe import one_line
    from seedsearch.searching.index import open_index

    facets, words = _facets(shown.pop("facets"), words)
    if not words:
        raise click.MissingParameter(ctx=ctx, param=ctx.command.params[0])
    for doubt in doubts(words):
        note(doubt)
    typed, seconds = " ".join(map(options.typed, words)), shown["seconds"] or None
    form = _form(shown)
    if form in OF_ALL and ctx.get_parameter_source("context") is ParameterSource.COMMANDLINE:
        raise click.UsageError("--context is printed with hits")
    how = {name: shown[name] for name in ("limit", "offset", "snippets", "strict", "sort", "group_by")}
    if form in OF_ALL:
        if facets or shown["group_by"]:
            raise click.UsageError("--facets and --group-by are printed with hits, or with --json")
        how["limit"] = 0  # no hits are shown
    if form in (*OF_ALL, "evidence") and ctx.get_parameter_source("strict") is ParameterSource.DEFAULT:
        how["strict"] = True  # names, counts and exports only cover matches, nothing similar
    with open_index(index_dir.where) as opened:
        for line in opened.readings(typed, said) if explain or is_verbose() else ():
            say(line)
        results = opened.search(typed, lines=shown["context"], seconds=seconds, facets=facets, **how)
        if heard := (form in OF_ALL or (is_quiet() and form != "json")) and _is_heard(typed, results):
            results = _as_suggestion(results)
        for line in results.notes:
            note(line)
        if not results.total and form in ("text", "evidence", "open") and not shown["as_json"]:
            _say_nothing_found(opened, results)
        place, number = index_dir.where, shown["opens"]
        if form in ("names", "null", *exports.OF_MATCHES):
            paths = opened.paths(typed, strict=how["strict"], seconds=seconds, sort=how["sort"]) if not heard else []
            paths = paths[_page(ctx, **shown)]
            if form in exports.OF_MATCHES:
                exports.print_matches(form, opened, paths, typed, place, seconds)
            else:
                _print_names(paths) if form == "null" else print_lines(map(one_line, paths))
        elif form == "evidence":
            how_shown = {"as_json": shown["as_json"], "pager": shown["pager"]}
            exports.print_evidence(opened, results, typed, place, seconds, **how_shown)
        elif form == "open" and results.total:
            ctx.exit(exports.open_hit(opened, results, number, how["offset"], typed, place))
        else:
            _print_answer(results, opened.base, form, **shown)
    if not results.total:
        ctx.exit(NOTHING_FOUND)


OF_ALL = ("count", "names", "null", *exports.OF_MATCHES)  # output forms that cover all matches


def _is_heard(typed: str, results: Results) -> bool:
    """Tell whether characters were typed and the results only sound like them."""
    from seedsearch.text.folding import is_han

    return results.matched == "sound" and any(map(is_han, typed))


def _as_suggestion(results: Results) -> Results:
    """Return the answer with text that only sounds like the typed characters as suggestions instead of hits.

    A script that counts or lists matches would not see the note about it.
    """
    return replace(results, total=0, hits=(), groups=(), facets={}, tiers={}, more=False)


def _form(shown: Mapping[str, Any]) -> str:
    """Return the output form; raises UsageError for forms that exclude one another."""
    asked = {
        "--format": shown["form"],
        "--vimgrep": "vimgrep" if shown["vimgrep"] else None,
        "--evidence": "evidence" if shown["evidence"] else None,
        "--open": "open" if shown["opens"] else None,
        "--count": "count" if shown["count"] else None,
        "--paths": "names" if shown["only_paths"] and not shown["null"] else None,
        "--null": "null" if shown["null"] else None,
        "--json": "json" if shown["as_json"] and not shown["evidence"] else None,
    }
    given = [name for name, form in asked.items() if form]
    if len(given) > 1:
        raise click.UsageError(f"{' and '.join(given)} exclude one another")
    return str(asked[given[0]]) if given else "text"


def _facets(asked: str | None, words: tuple[str, ...]) -> tuple[list[str], tuple[str, ...]]:
    """Return the names of facets and the words of the query, the first of which may have been parsed as those names."""
    names = [] if asked is None else asked.split(",")
    if asked is None or set(names) <= set(ALL_FACETS.split(",")):
        return names, words
    return ALL_FACETS.split(","), (asked, *words)


def _say_nothing_found(opened: Index, results: Results) -> None:
    from seedsearch.frontends.render.answers import empty_text

    for line in () if is_quiet() else empty_text(results, opened.outdated()):
        say(line)


def _print_answer(
    results: Results,
    base: str,
    printed_as: str,
    *,
    offset: int,
    context: int | None,
    link: str | None,
    pager: str | None,
    **_: Any,
) -> None:
    """Print the results in the requested format."""
    from seedsearch.frontends.render.answers import results_json, results_text

    if printed_as == "json":
        print_lines(results_json(results, offset=offset))
    elif printed_as == "count":
        print_lines([str(results.total)])
    elif results.total:
        print_paged(results_text(results, style_of(link, base), offset=offset, whole_lines=context is not None), pager)


def _page(ctx: click.Context, *, offset: int, limit: int, **_: Any) -> slice:
    """Return the slice of paths to print: all, as with grep -l, unless a limit was set."""
    of_itself = ctx.get_parameter_source("limit") is ParameterSource.DEFAULT
    return slice(offset, None if of_itself else offset + limit)


def _print_names(paths: Iterable[str]) -> None:
    """Print names for programs: raw bytes, each terminated by NUL."""
    for path in paths:
        with printing():
            sys.stdout.buffer.write(os.fsencode(path) + b"\0")


@click.command()
@click.argument("file", type=click.Path())
@options.index_dir
@options.limit
@options.as_json
@options.link
@options.paged
@options.talking
@click.pass_context
def similar(
    ctx: click.Context,
    file: str,
    index_dir: options.Place,
    limit: int,
    as_json: bool,
    link: str | None,
    pager: str | None,
) -> None:
    """Find documents similar to FILE, which need not be in the index."""
    from seedsearch.frontends.render.answers import results_json, results_text
    from seedsearch.searching.index import open_index

    readable = one_cleaned(file).readable
    with open_index(index_dir.where) as opened:
        results, base = opened.similar(readable, limit=limit, name=file), opened.base
    if as_json:
        print_lines(results_json(results))
    elif results.hits:
        print_paged(results_text(results, style_of(link, base)), pager)
    else:
        note(said("no similar documents for {file}", file=file))
    if not results.hits:
        ctx.exit(NOTHING_FOUND)


@click.command(name="keywords")
@click.argument("file", type=click.Path())
@options.index_dir
@options.limit
@options.as_json
@options.talking
@click.pass_context
def keywords_of(ctx: click.Context, file: str, index_dir: options.Place, limit: int, as_json: bool) -> None:
    """Print FILE's most characteristic words, weighted against the index."""
    from seedsearch.frontends.render.answers import keywords_json, keywords_text
    from seedsearch.searching.index import open_index

    readable = one_cleaned(file).readable
    with open_index(index_dir.where) as opened:
        found = opened.keywords(readable, limit, name=file)
    print_lines([keywords_json(file, found)] if as_json else keywords_text(found))
    if not found:
        ctx.exit(NOTHING_FOUND)
