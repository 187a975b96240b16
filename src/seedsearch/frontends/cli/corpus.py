"""The parts of `clean` for building corpora: streams of records, provenance, reports."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from seedsearch.errors import OutputError, SeedsearchError, SourceError, reason
from seedsearch.frontends.cli.stdout import flush, printing

if TYPE_CHECKING:
    from seedsearch.reading.formats.streams import Packed
    from seedsearch.restoring.collection import RestoreOptions
    from seedsearch.restoring.corpus.records import CorpusOptions
    from seedsearch.restoring.corpus.run import Accounts, Row
    from seedsearch.restoring.documents import CorpusReport

Function = TypeVar("Function", bound=Callable[..., Any])

# A folder below the copies with provenance data until it is complete.
ROWS = ".seedsearch-rows"


def corpus_options(command: Function) -> Function:
    """Return the options of those who build corpora."""
    for option in (
        click.option(
            "--report", type=click.Path(path_type=Path), metavar="DIR", help="Write report.md, report.json and charts."
        ),
        click.option("--near-duplicates", "near", is_flag=True, help="Group near-duplicate documents (MinHash)."),
        click.option(
            "--where", default="", metavar="EXPR", help="Keep only documents that match, such as 'unrepaired < 0.001'."
        ),
        click.option(
            "--provenance",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Write a record of each document as JSON Lines.",
        ),
    ):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class Wanted:
    """The destinations of provenance and reports."""

    provenance: Path | None
    report: Path | None

    def __bool__(self) -> bool:
        return self.provenance is not None or self.report is not None

    def check(self, paths: Iterable[str]) -> None:
        """Raise OutputError if an input file would be overwritten."""
        for path in paths:
            if self.provenance is not None and os.path.realpath(path) == os.path.realpath(self.provenance):
                raise OutputError(f"{path} is only read", hint="name another file for --provenance")


def asked(wanted: Wanted, where: str, *, near: bool, copied: bool) -> CorpusOptions:
    """Return the options for restoring; raises SettingsError for an invalid expression."""
    from seedsearch.restoring.corpus.near import require
    from seedsearch.restoring.corpus.records import CorpusOptions
    from seedsearch.restoring.corpus.where import Filter

    of_all = bool(where) and Filter(where).of_all
    if of_all and not copied:
        raise click.UsageError(
            "which near-duplicate to keep is known only at the end; name a folder for copies with -o"
        )
    if near or of_all:
        require()
    return CorpusOptions(rows=bool(wanted) or of_all, where=where, near=near or of_all)


def records_printed(path: str, options: RestoreOptions, workers: int | None, wanted: Wanted) -> CorpusReport | None:
    """Restore the records of a file to standard output; return None if it has none."""
    from seedsearch.restoring.corpus.records import records_kind

    if not os.path.isfile(path) or not records_kind(path, options.kind):
        return None
    try:
        file = open(path, "rb")  # noqa: SIM115  # output errors must not count as errors of the file
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {reason(error)}") from error
    with file:
        return printed(path, file, options, workers, wanted)


@contextmanager
def gathering(output: Path | None, *, asked: bool) -> Iterator[Accounts | None]:
    """Yield the collector of provenance for a run, or None if it was not requested. Its files are deleted at the end;
    below a folder of copies they stay if the run is interrupted, for the next run.
    """
    from seedsearch.restoring.corpus.run import Accounts

    if not asked:
        yield None
        return
    if output is None:
        from tempfile import TemporaryDirectory

        with TemporaryDirectory(prefix="seedsearch-") as folder:
            yield Accounts(Path(folder))
        return
    accounts = Accounts(output / ROWS)
    yield accounts
    accounts.remove()


def write_accounts(wanted: Wanted, rows: Iterable[Row], options: RestoreOptions) -> None:
    """Write the provenance of all documents, and the report on them; each file completely or not at all."""
    from seedsearch.frontends.render.corpus_report import corpus_charts, corpus_json, corpus_markdown
    from seedsearch.frontends.render.safe import json_line
    from seedsearch.restoring.corpus.run import Figures, public

    figures, run = Figures(), _run(options)
    with _written(wanted.provenance) as out:
        out(json_line({"type": "run", **run}) + "\n")
        for row in rows:
            figures.add(row)
            out(json_line(public(row)) + "\n")
    if wanted.report is None:
        return
    files = {"report.md": corpus_markdown(figures, run), "report.json": corpus_json(figures, run)}
    for name, text in {**files, **corpus_charts(figures)}.items():
        with _written(wanted.report / name) as out:
            out(text)


def _accounts_written(wanted: Wanted, accounts: Accounts, paths: Sequence[str], options: RestoreOptions) -> bool:
    """Write the provenance as the workers wrote it; tell whether that is sufficient, without a report."""
    from seedsearch.frontends.render.safe import json_line, safe_json

    if wanted.report is not None or options.corpus.near or options.corpus.deferred:
        return False
    with _written(wanted.provenance) as out:
        out(json_line({"type": "run", **_run(options)}) + "\n")
        for line in accounts.lines(paths):
            out(safe_json(line) + "\n")
    return True


def _run(options: RestoreOptions) -> dict[str, Any]:
    from importlib.metadata import version

    from seedsearch.versions import RULES

    asked = options.corpus
    return {
        "program": version("seedsearch"),
        "rules": RULES,
        "steps": options.steps,
        "fields": options.fields,
        "where": asked.where,
        "near_duplicates": asked.near,
    }


@contextmanager
def _written(path: Path | None) -> Iterator[Callable[[str], object]]:
    """Yield a writer for a file that is renamed when complete; raises OutputError on failure."""
    if path is None:
        yield lambda text: None
        return
    from seedsearch.restoring.corpus.parts import written

    try:
        with written(path) as file:
            yield file.write
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {reason(error)}") from error


def printed(path: str, file: Packed, options: RestoreOptions, workers: int | None, wanted: Wanted) -> CorpusReport:
    """Restore the records of one file to standard output as they are read."""
    from seedsearch.restoring.collection import stream
    from seedsearch.restoring.corpus.records import Tally
    from seedsearch.restoring.documents import CorpusReport, Restoration

    report, tally = CorpusReport(), Tally()
    with gathering(None, asked=options.corpus.rows) as accounts:
        flush()
        with nullcontext() if accounts is None else accounts.file(path).open("wb") as rows:
            for done in stream(path, file, options, workers):
                tally.add(done.tally)
                with printing():
                    sys.stdout.buffer.write(done.content)
                if rows is not None:
                    rows.write(done.rows)
        with printing():
            sys.stdout.buffer.flush()
        if accounts is not None and not _accounts_written(wanted, accounts, [path], options):
            found = accounts.completed([path], options.corpus.where, with_near=options.corpus.near)
            write_accounts(wanted, (row for _, row in found), options)
    damage = dict(sorted(tally.damage.items()))
    account = (path, "utf-8", damage, dict(tally.certainty), tally.characters, "")
    report.add(Restoration(*account, documents=tally.documents, damaged=tally.damaged, kept=tally.kept))
    return report


class Input:
    """Standard input with lookahead: `kind` is "" if it does not have records.

    A table is recognized by one of the `fields` in its first row.
    """

    def __init__(self, kind: str, fields: Sequence[str]) -> None:
        from seedsearch.restoring.corpus.records import Joined

        source, head = sys.stdin.buffer, b""
        while not kind and b"\n" not in head and len(head) < _HEAD and (piece := os.read(source.fileno(), _HEAD)):
            head += piece
        self._file = Joined(head, source)
        self.kind = _kind_of(head, fields) if not kind else kind if kind in ("jsonl", "csv") else ""

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, at most `size`; the rest if that is negative."""
        return self._file.read(size)


_HEAD = 1 << 20  # bytes within which the first record of standard input must end


def _kind_of(head: bytes, fields: Sequence[str]) -> str:
    from seedsearch.restoring.containers import sniffed
    from seedsearch.restoring.containers.table_cells import Layout
    from seedsearch.restoring.corpus.packing import BROKEN, packing_by

    packing = packing_by(head)
    try:
        begin = head if packing is None else packing.begin(head, _HEAD)
    except (SeedsearchError, *BROKEN):  # reported when it is read
        return ""
    text, seen = begin.decode("utf-8", "replace"), set[str]()
    kind = sniffed(text)
    if kind == "jsonl":
        return kind
    Layout.of(text.split("\n", 1)[0], fields, seen)
    return "csv" if seen and kind == "text" else ""


def finished_accounts(found: Iterable[object], accounts: Accounts, options: RestoreOptions, wanted: Wanted) -> None:
    """Write the summary of all provenance, and reduce copies to the documents that are kept."""
    from seedsearch.restoring.collection import Task, choose

    work = [item for item in found if isinstance(item, Task)]
    paths = [task.path for task in work]
    if _accounts_written(wanted, accounts, paths, options):
        return
    rows = accounts.completed(paths, options.corpus.where, with_near=options.corpus.near)
    chosen: Iterable[Row] = choose(work, rows) if options.corpus.deferred else (row for _, row in rows)
    write_accounts(wanted, chosen, options)
