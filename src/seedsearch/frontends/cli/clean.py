"""The command `clean`, which restores without an index."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seedsearch.errors import SourceError
from seedsearch.frontends.cli import corpus, options
from seedsearch.frontends.cli.group import ERROR
from seedsearch.frontends.cli.inputs import file_of_part, one_cleaned
from seedsearch.frontends.cli.messages import detail, is_quiet, progress, tell_line
from seedsearch.frontends.cli.stdout import print_lines, print_paged, style_of
from seedsearch.frontends.cli.stopping import keep_account

if TYPE_CHECKING:
    from seedsearch.reading.documents import (
        Failure,
    )
    from seedsearch.restoring.collection import RestoreOptions, Task
    from seedsearch.restoring.corpus.run import Accounts
    from seedsearch.restoring.documents import (
        Cleaned,
        CorpusReport,
    )


Show = Callable[["Cleaned"], str]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What to restore, and how to print it.

    `form` is the output form of each document: `text`, `json`, `jsonl` or `diff`; None prints nothing.
    """

    paths: tuple[str, ...]
    output: Path | None
    form: str | None
    options: RestoreOptions
    workers: int | None
    pager: str | None
    choice: Mapping[str, Any]
    files: corpus.Wanted

    @property
    def as_stream(self) -> bool:
        """Whether restored documents are streamed to another program."""
        return self.form == "text" and not sys.stdout.isatty()

    @property
    def show(self) -> Show:
        """The function that renders a document."""
        from seedsearch.frontends.render import repairs

        return {
            "json": repairs.edits_json,
            "jsonl": repairs.document_json,
            "diff": repairs.diff_colour if style_of().colour else repairs.diff_plain,
            "text": repairs.readable_safe if sys.stdout.isatty() else repairs.readable,
        }[self.form or "text"]


@click.command()
@options.paths
@click.option("--json", "as_json", is_flag=True, help="Print the edits and findings, one JSON object per document.")
@click.option("--diff", is_flag=True, help="Print changed lines as a character-level diff.")
@click.option("--jsonl", is_flag=True, help="Print one JSON object per document: path, encoding, text, damage.")
@options.steps
@click.option(
    "--field", "fields", multiple=True, metavar="NAME", help="In JSON, tables and XML, restore only this field."
)
@click.option(
    "--input",
    "kind",
    type=click.Choice(["jsonl", "json", "csv", "xml", "text"]),
    help="Format of the files, if their names do not show it.",
)
@options.encoding
@options.sure
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Write restored copies (UTF-8) below this folder."
)
@corpus.corpus_options
@options.choosing
@options.workers
@options.paged
@options.talking
@click.pass_context
def clean(
    ctx: click.Context,
    /,
    paths: tuple[str, ...],
    as_json: bool,
    diff: bool,
    jsonl: bool,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    fields: tuple[str, ...],
    kind: str | None,
    encoding: str | None,
    sure: float,
    output: Path | None,
    provenance: Path | None,
    where: str,
    near: bool,
    report: Path | None,
    workers: int | None,
    pager: str | None,
    **choice: Any,
) -> None:
    """Restore damaged text from PATH, or from standard input if PATH is - or missing.

    One file goes to standard output. Folders need -o, --jsonl, --json or --diff.
    """
    from seedsearch.restoring.collection import RestoreOptions

    form = _form(as_json=as_json, diff=diff, jsonl=jsonl, copied=output is not None)
    files = corpus.Wanted(provenance, report)
    asked = corpus.asked(files, where, near=near, copied=output is not None)
    files.check(paths)
    how = RestoreOptions(encoding, _steps(only, skip), form is not None, fields, kind or "", asked, sure)
    wanted = _Wanted(paths, output, form, how, workers, pager, choice, files)
    if paths in ((), ("-",)):
        done = _of_input(wanted)
        if done is None:
            return
    elif form is not None and len(paths) == 1 and file_of_part(paths[0]):
        _print_texts([wanted.show(one_cleaned(paths[0], how))], pager)
        return
    else:
        done = _records(wanted)
    if done is None and form == "text" and (len(paths) > 1 or os.path.isdir(paths[0])):
        raise SourceError("several files cannot go to standard output as text", hint="use -o DIR, --jsonl or --diff")
    done = _restored(wanted) if done is None else done
    if not (done.documents or done.failures or output):
        raise SourceError(f"no text in {', '.join(paths)}")
    if any(not failure.skipped for failure in done.failures) or not done.documents:
        ctx.exit(ERROR)


def _records(wanted: _Wanted) -> CorpusReport | None:
    """Restore a file of records to standard output as it is read; return None if this does not apply."""
    if not wanted.as_stream or len(wanted.paths) > 1:
        return None
    return _told(corpus.records_printed(wanted.paths[0], wanted.options, wanted.workers, wanted.files))


def _of_input(wanted: _Wanted) -> CorpusReport | None:
    """Restore standard input; return the summary if it has records."""
    source = corpus.Input(wanted.options.kind, wanted.options.fields) if wanted.as_stream else None
    if source is None or not source.kind:
        _print_standard_input(wanted, source)
        return None
    return _told(corpus.printed("-", source, replace(wanted.options, kind=source.kind), wanted.workers, wanted.files))


def _told(report: CorpusReport | None) -> CorpusReport | None:
    from seedsearch.frontends.render.reports import failure_text

    for failure in report.failures if report is not None else ():
        tell_line(failure_text(failure))
    return report


def _steps(only: tuple[str, ...], skip: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the names of the requested steps; None for all."""
    from seedsearch.restoring.steps import chosen

    return chosen(only, skip) if only or skip else None


def _form(*, as_json: bool, diff: bool, jsonl: bool, copied: bool) -> str | None:
    """Return the output form."""
    if as_json + diff + jsonl > 1:
        raise click.UsageError("--json, --diff and --jsonl exclude one another")
    named = {"json": as_json, "jsonl": jsonl, "diff": diff, "text": not copied}
    return next((form for form, wanted in named.items() if wanted), None)


def _print_standard_input(wanted: _Wanted, source: corpus.Input | None) -> None:
    if wanted.form is None:
        raise click.UsageError("-o needs files or folders, not standard input")
    if wanted.files or wanted.options.corpus.where:
        raise click.UsageError("accounts of standard input need --input jsonl or --input csv")
    _print_texts([wanted.show(one_cleaned("-", wanted.options, source))], wanted.pager)


def _print_texts(texts: Iterable[str], pager: str | None) -> None:
    """Print the output for each document, on a terminal through the pager."""
    if sys.stdout.isatty():
        print_paged((line for text in texts for line in text.splitlines()), pager)
    else:
        print_lines(texts, end="")


def _restored(wanted: _Wanted) -> CorpusReport:
    """Restore files and folders, print the output, and report."""
    from seedsearch.frontends.render.reports import corpus_text, failure_text
    from seedsearch.reading.ignore_patterns import Choice
    from seedsearch.restoring.collection import tasks
    from seedsearch.restoring.documents import (
        CorpusReport,
    )

    choice = Choice.of(**wanted.choice)
    found = tasks(wanted.paths, wanted.output, wanted.options, choice)
    report = CorpusReport()
    keep_account(lambda: _account(report, found, wanted.output))
    with corpus.gathering(wanted.output, asked=wanted.options.corpus.rows) as accounts:
        _print_texts(_shown(found, report, wanted, accounts), wanted.pager)
        if accounts is not None:
            corpus.finished_accounts(found, accounts, wanted.options, wanted.files)
    several = wanted.output is not None or len(found) > 1
    for line in corpus_text(report) if several and not is_quiet() else map(failure_text, report.failures):
        tell_line(line)
    return report


def _account(report: CorpusReport, found: Sequence[Task | Failure], output: Path | None) -> str:
    """Return how far an interrupted run got. A file may contain several documents.

    Copies are counted in their journal, from which the same command resumes, because a signal may arrive between the
    entry for a copy and its place in the report.
    """
    from seedsearch.restoring.collection import copied

    if output is None:
        return f"after {report.documents:,} documents, of {len(found):,} files"
    done = f"with {copied(found, output):,} copies finished in {output}, of {len(found):,} files"
    return f"{done}; the same command goes on from there"


def _shown(
    found: list[Task | Failure], report: CorpusReport, wanted: _Wanted, accounts: Accounts | None
) -> Iterator[str]:
    """Restore each document and yield the output for it. The progress bar is only for copies, as it would mix with
    output.
    """
    from seedsearch.frontends.render.reports import files_text
    from seedsearch.indexing.reports import (
        Progress,
    )
    from seedsearch.restoring.collection import restore_all
    from seedsearch.restoring.documents import (
        Restoration,
    )

    show = wanted.show
    with progress("restoring", hidden=wanted.output is None) as tell:
        outcomes = restore_all(found, report, output=wanted.output, workers=wanted.workers, accounts=accounts)
        for done, outcome in enumerate(outcomes, start=1):
            if tell is not None:
                tell(Progress(done, len(found), report.damage))
            if isinstance(outcome, Restoration):
                for line in files_text({outcome.path: outcome.damage}) if outcome.damage else ():
                    detail(line.strip())
                if outcome.cleaned is not None:
                    yield show(outcome.cleaned)
