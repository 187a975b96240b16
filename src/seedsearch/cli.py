"""The command line: parse, call, render, exit. Nothing is decided here that a program could not ask the library for."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seedsearch import __version__
from seedsearch.errors import QueryError, SeedsearchError, SourceError

if TYPE_CHECKING:
    from seedsearch.model import Cleaned
    from seedsearch.render import Style

NOTHING_FOUND = 1
ERROR = 2
INTERRUPTED = 130

_index_dir = click.option(
    "-i",
    "--index-dir",
    type=click.Path(path_type=Path),
    default=Path("index"),
    show_default=True,
    envvar="SEEDSEARCH_INDEX_DIR",
    help="The folder of the index.",
)
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
_paths = click.argument("paths", nargs=-1, type=click.Path())
_limit = click.option(
    "-n", "--limit", type=click.IntRange(min=0), default=10, show_default=True, help="How many to print at most."
)
_workers = click.option(
    "--workers", type=click.IntRange(min=1), help="Processes that clean and analyse.  [default: one a core]"
)
_encoding = click.option("--encoding", help="Read the files in this encoding, whatever they look like.")


def _choosing(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which files of a folder are wanted."""
    for option in (
        click.option("--include", multiple=True, metavar="PATTERN", help="Read only files like this (as .gitignore)."),
        click.option("--exclude", multiple=True, metavar="PATTERN", help="Leave out what is like this."),
        click.option("--hidden", is_flag=True, help="Read hidden files too."),
    ):
        command = option(command)
    return command


class _Group(click.Group):
    """Turns errors raised on purpose into one line on standard error and an exit code."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")
        return super().main(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except SeedsearchError as error:
            _say(str(error))
            ctx.exit(error.exit_code)
        except BrokenPipeError:
            _close_quietly()
            ctx.exit(0)
        except (KeyboardInterrupt, click.exceptions.Abort):
            _say("interrupted; what was there before is unchanged")
            ctx.exit(INTERRUPTED)
        except OSError as error:
            _say(f"output can not be written: {(error.strerror or str(error)).lower()}")
            _close_quietly()
            ctx.exit(ERROR)


def _say(text: str) -> None:
    click.echo(f"seedsearch: {text}", err=True)


def _close_quietly() -> None:
    """Point standard output at nothing, so that closing it at the end can not fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="seedsearch")
def main() -> None:
    """Full-text search over folders of Chinese documents that were damaged on their way.

    \b
    seedsearch index                  clean and index every file of seeds/
    seedsearch query 焊接             find it, with readable snippets
    seedsearch clean page.txt         print a restored text
    """


@main.command()
@_paths
@_index_dir
@click.option("--rebuild", is_flag=True, help="Make the index anew from these paths alone.")
@click.option("--full", is_flag=True, help="Read every file, also where nothing about it looks changed.")
@click.option("--dictionary", type=click.Path(), help="Words that are not cut, a line each; the index remembers it.")
@click.option("--synonyms", type=click.Path(), help="Words that mean the same, a group a line; remembered too.")
@_choosing
@_workers
@_encoding
@_as_json
@click.pass_context
def index(
    ctx: click.Context,
    /,
    paths: tuple[str, ...],
    index_dir: Path,
    rebuild: bool,
    full: bool,
    dictionary: str | None,
    synonyms: str | None,
    workers: int | None,
    encoding: str | None,
    as_json: bool,
    **choice: Any,
) -> None:
    """Clean and index the files at and below PATH (default: seeds).

    Only files that changed are read anew; files that are gone leave the index. The files themselves are never
    written to.
    """
    from seedsearch.indexing import build_index
    from seedsearch.render import report_json, report_text

    report = build_index(
        paths or ("seeds",),
        index_dir,
        workers=workers,
        rebuild=rebuild,
        full=full,
        encoding=encoding,
        dictionary=dictionary,
        synonyms=synonyms,
        **choice,
    )
    _print([report_json(report)] if as_json else report_text(report))
    if any(not failure.skipped for failure in report.failures):
        ctx.exit(ERROR)


@main.command()
@click.argument("words", metavar="QUERY...", nargs=-1, required=True)
@_index_dir
@_limit
@click.option("--offset", type=click.IntRange(min=0), default=0, show_default=True, help="Hits to leave out first.")
@_as_json
@click.option("--count", is_flag=True, help="Print only how many documents match.")
@click.option("-l", "--paths", "only_paths", is_flag=True, help="Print only the paths of the hits.")
@click.option("--snippets", type=click.IntRange(min=1), default=1, show_default=True, help="Snippets a hit at most.")
@click.option("-C", "--context", "lines", type=click.IntRange(min=0), help="Show whole lines, and this many around.")
@click.option("--explain", is_flag=True, help="Say how the query was read.")
@click.pass_context
def query(
    ctx: click.Context,
    words: tuple[str, ...],
    index_dir: Path,
    limit: int,
    offset: int,
    as_json: bool,
    count: bool,
    only_paths: bool,
    snippets: int,
    lines: int | None,
    explain: bool,
) -> None:
    """Find documents: a word, a run of characters, a question, or an expression.

    Script, width and case do not matter: 产业链 finds 產業鏈. Exit code 1 means that nothing was found.

    \b
    "an exact run"           AND OR NOT -word ( )       "a b"~5 (near)
    prefix*  wor?d  word~    path: ext: encoding: damage: date: after: before:
    """
    from seedsearch.render import did_you_mean, results_json, results_text, safe
    from seedsearch.searching import open_index

    typed = " ".join(map(_typed, words))
    with open_index(index_dir) as opened:
        for line in opened.readings(typed) if explain else ():
            _say(safe(line))
        results = opened.search(typed, limit=limit, offset=offset, snippets=snippets, lines=lines)
    for note in results.notes:
        _say(safe(note))
    if as_json:
        _print(results_json(results, offset=offset))
    elif count:
        _print([str(results.total)])
    elif only_paths:
        _print(safe(hit.path) for hit in results.hits)
    elif results.total:
        _print(results_text(results, _style(), offset=offset, lines=lines is not None))
    else:
        _say(f"nothing found for {safe(typed)}" + (did_you_mean(results) if results.suggestions else ""))
    if not results.total:
        ctx.exit(NOTHING_FOUND)


@main.command()
@_paths
@click.option("--json", "as_json", is_flag=True, help="Print the edits and findings, one JSON object a document.")
@click.option("--diff", is_flag=True, help="Print the lines that were changed, with what went and what came.")
@click.option("--jsonl", is_flag=True, help="Print one JSON object a document: path, encoding, text, damage.")
@_encoding
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write restored copies (UTF-8) below it.")
@_choosing
@_workers
@click.pass_context
def clean(
    ctx: click.Context,
    /,
    paths: tuple[str, ...],
    as_json: bool,
    diff: bool,
    jsonl: bool,
    encoding: str | None,
    output: Path | None,
    workers: int | None,
    **choice: Any,
) -> None:
    """Restore damaged text: PATH, or standard input for - or none.

    One file goes to standard output. Folders need -o, --jsonl, --json or --diff.
    """
    from seedsearch.corpus import restore_all, tasks
    from seedsearch.model import CorpusReport, Failure
    from seedsearch.patterns import Choice
    from seedsearch.render import corpus_text, failure_text

    show = _shown_as(as_json=as_json, diff=diff, jsonl=jsonl, copied=output is not None)
    if paths in ((), ("-",)):
        _print_one(sys.stdin.buffer.read(), encoding, show)
        return
    if show is _readable and (len(paths) > 1 or os.path.isdir(paths[0])):
        raise SourceError("several files can not go to standard output as text", hint="use -o DIR, --jsonl or --diff")
    found = tasks(paths, output, encoding, show, Choice.of(**choice))
    report = CorpusReport()
    with _progress(len(found), hidden=output is None and (len(found) < 2 or sys.stdout.isatty())) as bar:
        for outcome in restore_all(found, report, output=output, workers=workers):
            bar.update(1)
            if not isinstance(outcome, Failure) and outcome.shown is not None:
                sys.stdout.write(outcome.shown)
    for line in corpus_text(report) if output or len(found) > 1 else map(failure_text, report.failures):
        click.echo(line, err=True)
    if any(not failure.skipped for failure in report.failures) or not report.documents:
        ctx.exit(ERROR)


def _shown_as(*, as_json: bool, diff: bool, jsonl: bool, copied: bool) -> Callable[[Cleaned], str] | None:
    """What to print of each document."""
    from seedsearch import render

    if as_json + diff + jsonl > 1:
        raise click.UsageError("--json, --diff and --jsonl exclude one another")
    if as_json:
        return render.edits_json
    if jsonl:
        return render.document_json
    if diff:
        return render.diff_colour if _style().colour else render.diff_plain
    return None if copied else _readable


def _readable(cleaned: Cleaned) -> str:
    return cleaned.readable


def _print_one(content: bytes, encoding: str | None, show: Callable[[Cleaned], str] | None) -> None:
    from seedsearch.formats import one_text
    from seedsearch.restoring import clean_document

    if show is None:
        raise click.UsageError("-o needs files or folders, not standard input")
    sys.stdout.write(show(clean_document(one_text("-", content, encoding))))


def _progress(length: int, *, hidden: bool) -> Any:
    """A bar on standard error, where that is a terminal and standard output is not in its way."""
    off = hidden or not sys.stderr.isatty()
    return click.progressbar(length=length, label="restoring", file=sys.stderr, hidden=off, show_pos=True)


@main.command()
@click.argument("file", type=click.Path())
@_index_dir
@_limit
@_as_json
@click.pass_context
def similar(ctx: click.Context, file: str, index_dir: Path, limit: int, as_json: bool) -> None:
    """Find documents that are about the same as FILE, which need not be in the index."""
    from seedsearch.render import results_json, results_text
    from seedsearch.searching import open_index

    readable = _cleaned(file).readable
    with open_index(index_dir) as opened:
        results = opened.similar(readable, limit=limit, name=file)
    if as_json:
        _print(results_json(results))
    elif results.hits:
        _print(results_text(results, _style()))
    if not results.hits:
        ctx.exit(NOTHING_FOUND)


@main.command(name="keywords")
@click.argument("file", type=click.Path())
@_index_dir
@_limit
@_as_json
def keywords_of(file: str, index_dir: Path, limit: int, as_json: bool) -> None:
    """Print the words that tell most of FILE beside the documents of the index, heaviest first."""
    from seedsearch.render import keywords_json, keywords_text
    from seedsearch.searching import open_index

    readable = _cleaned(file).readable
    with open_index(index_dir) as opened:
        found = opened.keywords(readable, limit)
    _print([keywords_json(file, found)] if as_json else keywords_text(found))


def _cleaned(path: str) -> Cleaned:
    """One file, restored; standard input for -."""
    from seedsearch.formats import one_text
    from seedsearch.restoring import clean_document
    from seedsearch.source import read_bytes

    content = sys.stdin.buffer.read() if path == "-" else read_bytes(path)
    return clean_document(one_text(path, content))


@main.command()
@_index_dir
@_as_json
def stats(index_dir: Path, as_json: bool) -> None:
    """Show what the index holds: documents, terms, sizes, encodings, damage."""
    from seedsearch.render import stats_json, stats_text
    from seedsearch.searching import open_index

    with open_index(index_dir) as opened:
        found = opened.stats()
    _print([stats_json(found)] if as_json else stats_text(found))


@main.command()
@_index_dir
@click.pass_context
def check(ctx: click.Context, index_dir: Path) -> None:
    """Verify every file of the index; name what is damaged."""
    from seedsearch.engines import faults

    found = faults(index_dir)
    for fault in found:
        _say(fault)
    if found:
        _say("the index is damaged; make it anew with: seedsearch index --rebuild")
        ctx.exit(ERROR)
    _print([f"{index_dir} is as it was written"])


def _typed(word: str) -> str:
    """An argument as text; bytes that are no UTF-8 are read as GB18030, as a terminal of that encoding sends them."""
    content = os.fsencode(word)
    for encoding in ("utf-8", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise QueryError("the query is neither UTF-8 nor GB18030", hint="check the encoding of the terminal")


def _style() -> Style:
    """Colour on a terminal that has it, unless NO_COLOR is set."""
    from seedsearch.render import Style

    wanted = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Style(colour=wanted)


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        sys.stdout.write(line + "\n")
