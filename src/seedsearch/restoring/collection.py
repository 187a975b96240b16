"""Restores whole collections: writes copies and a report.

Each file is read, restored and written by one worker. A journal beside the copies records finished files, so an
interrupted run resumes; a file that contains others is processed again as a whole. The originals are only read.
"""

from __future__ import annotations

import json
import os
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path

from seedsearch.damage import SURE
from seedsearch.errors import ExtraMissing, NotText, OutputError, SeedsearchError, SourceError
from seedsearch.offsets import Edits
from seedsearch.parallel import map_in_order
from seedsearch.reading.documents import (
    Failure,
    RawDocument,
)
from seedsearch.reading.files import Found, read_bytes, walk
from seedsearch.reading.formats import EXTRACTED, documents_on_disk
from seedsearch.reading.formats.format import Asked
from seedsearch.reading.formats.streams import Packed
from seedsearch.reading.ignore_patterns import ALL, Choice
from seedsearch.restoring.containers import as_file, clean_file, no_field
from seedsearch.restoring.corpus import parquet_copy, records
from seedsearch.restoring.corpus.accounts import asked_of
from seedsearch.restoring.corpus.parts import Part, written
from seedsearch.restoring.corpus.records import PLAIN, CorpusOptions
from seedsearch.restoring.corpus.run import Accounts, Row
from seedsearch.restoring.corpus.where import Filter
from seedsearch.restoring.documents import (
    CorpusReport,
    Restoration,
)
from seedsearch.versions import RULES

JOURNAL = ".seedsearch-clean.jsonl"


@dataclass(frozen=True, slots=True)
class RestoreOptions:
    """Options for restoring files.

    `encoding` overrides detection. `steps` are the names of the steps to run (`steps.chosen`), None for all. With
    `whole`, each restored document is returned, not only its statistics. `fields` restricts JSON, tables and XML to
    values with these names. `kind` is the kind of a file if its name does not tell. `corpus` has the options for
    corpora. `sure` is the minimum probability of inferred repairs.
    """

    encoding: str | None = None
    steps: tuple[str, ...] | None = None
    whole: bool = False
    fields: tuple[str, ...] = ()
    kind: str = ""
    corpus: CorpusOptions = PLAIN
    sure: float = SURE


DEFAULT = RestoreOptions()


@dataclass(frozen=True, slots=True)
class Task:
    """A file to restore, and the path of its copy, if any.

    `rows` is the path for the provenance of the rows of a table that a worker copies by itself.
    """

    path: str
    target: str | None = None
    options: RestoreOptions = DEFAULT
    rows: str | None = None


def tasks(
    paths: Sequence[str], output: Path | None = None, options: RestoreOptions = DEFAULT, choice: Choice = ALL
) -> list[Task | Failure]:
    """Return a task for every wanted file at and below `paths`; copies go to the same place below `output`.

    Raises OutputError if a copy would overwrite an input file or another copy.
    """
    found: list[Task | Failure] = []
    for given in paths:
        for item in walk(given, choice):
            if isinstance(item, Found):
                target = None if output is None else os.path.join(output, _below(item.path, given))
                told = options if options.encoding else replace(options, encoding=item.encoding)
                found.append(Task(item.path, target, told))
            else:
                found.append(item)
    if output is not None:
        _check_targets([item for item in found if isinstance(item, Task)], paths, output)
    return found


def _below(path: str, given: str) -> str:
    return os.path.basename(path) if path == given else os.path.relpath(path, given)


def _check_targets(found: Sequence[Task], paths: Sequence[str], output: Path) -> None:
    place = os.path.realpath(output)
    for given in paths:
        top = os.path.realpath(given)
        if os.path.isdir(given) and (place == top or place.startswith(top + os.sep)):
            raise OutputError(f"{output} is inside {given}, which is only read", hint="name a folder elsewhere")
    sources = {os.path.realpath(task.path) for task in found}
    targets = Counter(os.path.realpath(task.target) for task in found if task.target)
    if fallen := sources & set(targets):
        raise OutputError(f"the copy of {min(fallen)} would replace the file itself", hint="name a folder elsewhere")
    if twice := [target for target, count in targets.items() if count > 1]:
        raise OutputError(f"two files would be copied to {min(twice)}", hint="restore one folder at a time")


def restore_all(
    found: Sequence[Task | Failure],
    report: CorpusReport,
    *,
    output: Path | None = None,
    workers: int | None = None,
    accounts: Accounts | None = None,
) -> Iterator[Restoration | Failure]:
    """Restore every task, count it in `report`, and yield the results in order.

    With `output`, files that its journal lists as finished are skipped. `accounts` receives the provenance of each
    document, if requested. If the filter depends on all documents, `choose` finishes the copies of records.
    """
    for failure in found:
        if isinstance(failure, Failure):
            report.add(failure)
            yield failure
    work = [task for task in found if isinstance(task, Task)]
    finished = _read_journal(output) if output else {}
    held = [task for task in work if (done := finished.get(task.path)) and _still_holds(task, done)]
    for task in held:
        report.resumed += finished[task.path].documents
        report.add(finished[task.path])
        if accounts is not None and finished[task.path].row:
            accounts.add(task.path, finished[task.path].row)
        yield finished[task.path]
    names = {task.path for task in held}
    left = [task for task in work if task.path not in names]
    alone = len(left) == 1 and not (_of_records(left[0]) and os.path.getsize(left[0].path) > records.SIZE)
    with _Journal(output) as journal:
        run = _Run(accounts)
        came = map_in_order(_worked, run.items(left), 1 if alone else workers, preload=[__name__])
        for outcome in chain(chain.from_iterable(map(run.taken, came)), run.ended()):
            report.add(outcome)
            journal.note(outcome)
            yield outcome


def _of_records(task: Task) -> bool:
    """Tell whether a file is copied record by record, at any size."""
    wanted = task.target is not None and not task.options.whole
    return wanted and bool(records.records_kind(task.path, task.options.kind))


def _of_columns(task: Task) -> bool:
    """Tell whether a file is copied as a Parquet table."""
    return task.target is not None and not task.options.whole and parquet_copy.is_parquet(task.path)


def how_of(path: str, options: RestoreOptions) -> records.How:
    """Return the options for the records of a file."""
    kind = records.records_kind(path, options.kind)
    return records.How(path, kind, options.fields, options.steps, options.corpus, sure=options.sure)


def stream(path: str, file: Packed, options: RestoreOptions, workers: int | None) -> Iterator[records.BlockDone]:
    """Restore the records of one file as they are read.

    Raises SourceError if it cannot be read, or has none of the fields.
    """
    source = records.Records(file, how_of(path, options), options.encoding)
    yield records.BlockDone(source.mark, b"", records.Tally(), len(source.mark), 1)
    seen: set[str] = set()
    held: list[records.BlockDone] = []  # the first block, until it is known whether more follow and have the field
    for number, done in enumerate(map_in_order(records.restored_block, source.blocks(), workers, preload=[__name__])):
        seen |= done.tally.seen
        if number == 0 and options.fields and not seen and source.kind == "jsonl":
            held.append(done)
            continue
        yield from (*held, done)
        held.clear()
    if options.fields and not seen and source.kind == "jsonl":
        raise no_field(path, options.fields)


def _worked(item: Task | records.Block) -> list[Restoration | Failure] | records.BlockDone:
    return restore_file(item) if isinstance(item, Task) else records.restored_block(item)


@dataclass(slots=True, eq=False)
class _Copy:
    """An unfinished copy of a file of records."""

    task: Task
    stamp: str
    part: Part
    error: Failure | None = None
    over: bool = False


class _Run:
    """The work in progress: files, and blocks of files of records, in order."""

    def __init__(self, accounts: Accounts | None) -> None:
        self._accounts = accounts
        self._order: deque[Task | _Copy] = deque()
        self._copies: deque[_Copy | Failure] = deque()

    def items(self, left: Iterable[Task]) -> Iterator[Task | records.Block]:
        """Yield the work items."""
        for task in left:
            if not _of_records(task):
                if self._accounts is not None and _of_columns(task):
                    task = replace(task, rows=str(self._accounts.file(task.path)))
                self._order.append(task)
                yield task
                continue
            yield from self._blocks(task)

    def _blocks(self, task: Task) -> Iterator[records.Block]:
        try:
            stamp = _stamp(task)
            rows = None if self._accounts is None else self._accounts.file(task.path)
            copy = _Copy(task, stamp, Part(Path(task.target or ""), rows, stamp))
        except OSError as error:
            self._copies.append(Failure(task.path, str(error)))
            return
        self._copies.append(copy)
        try:
            with open(task.path, "rb") as file:
                source = records.Records(file, how_of(task.path, task.options), task.options.encoding)
                copy.part.start(source.mark)
                for block in source.blocks(copy.part.begin, copy.part.number):
                    self._order.append(copy)
                    yield block
        except (SeedsearchError, OSError) as error:
            copy.error = Failure(task.path, str(error), skipped=isinstance(error, ExtraMissing | NotText))
        copy.over = True

    def taken(self, done: list[Restoration | Failure] | records.BlockDone) -> Iterator[Restoration | Failure]:
        """Yield the results of complete copies, and of the current item."""
        yield from self.ended()
        of = self._order.popleft()
        if isinstance(of, _Copy) and isinstance(done, records.BlockDone):
            of.part.add(done)
        elif isinstance(of, Task) and isinstance(done, list):
            for outcome in self._told(of.path, done):
                if self._accounts is not None and isinstance(outcome, Restoration) and outcome.row:
                    self._accounts.add(of.path, outcome.row)
                yield outcome

    def ended(self) -> Iterator[Restoration | Failure]:
        """Yield the results of copies without blocks in progress."""
        while self._copies:
            copy = self._copies[0]
            if isinstance(copy, _Copy) and (not copy.over or copy in self._order):
                return
            self._copies.popleft()
            if isinstance(copy, Failure):
                yield from self._told(copy.path, (copy,))
            else:
                yield from self._told(copy.task.path, _finished(copy))

    def _told(self, path: str, outcomes: Iterable[Restoration | Failure]) -> Iterator[Restoration | Failure]:
        """Return the result of a file; without a copy, there is no provenance of records."""
        for outcome in outcomes:
            if self._accounts is not None and isinstance(outcome, Failure):
                self._accounts.forget(path)
            yield outcome


def _finished(copy: _Copy) -> Iterator[Restoration | Failure]:
    tally, task = copy.part.tally, copy.task
    error = copy.error
    if error is None and task.options.fields and records.records_kind(task.path, task.options.kind) == "jsonl":
        error = None if tally.seen else Failure(task.path, str(no_field(task.path, task.options.fields)))
    if error is not None:
        copy.part.drop()
        yield error
        return
    if task.options.corpus.deferred and tally.documents:
        copy.part.close()
    else:
        try:
            copy.part.finish()
        except OSError as problem:
            yield Failure(task.path, str(problem))
            return
    yield _account_of(task, "utf-8", tally, copy.stamp)


def choose(work: Iterable[Task], rows: Iterable[tuple[str, Row]]) -> Iterator[Row]:
    """Yield the provenance of all documents, and reduce copies to the documents that are kept.

    Raises SourceError if a file of records has changed since it was restored.
    """
    tasks_ = {task.path: task for task in work}
    for path, of_file in groupby(rows, key=itemgetter(0)):
        task = tasks_[path]
        if _of_columns(task):
            chosen = [row for _, row in of_file]
            parquet_copy.keep(Path(task.target or ""), [row["kept"] for row in chosen])
            yield from chosen
            continue
        if _of_records(task):
            sizes: list[tuple[int, bool]] = []
            for _, row in of_file:
                sizes.append((row["size"], row["kept"]))
                yield row
            _chosen(task).finish(sizes)
            continue
        for _, row in of_file:
            if not row["kept"]:
                Path(row["copy"]).unlink(missing_ok=True)
            yield row


def _chosen(task: Task) -> Part:
    """Return an unfinished copy of records that waits for the filter."""
    part = Part(Path(task.target or ""), None, _stamp(task))
    if not part.begin:
        part.drop()
        raise SourceError(f"{task.path} was changed while it was restored", hint="restore it again")
    return part


def restore_file(task: Task) -> list[Restoration | Failure]:
    """Read, restore and write one file, or each document in it, to a folder with its name and `!`."""
    try:
        stamp = _stamp(task)
        if _of_columns(task):
            return [_table(task, stamp)]
        content = read_bytes(task.path)
    except ExtraMissing as error:
        return [Failure(task.path, str(error), skipped=True, needs=error.module)]
    except (SeedsearchError, OSError) as error:
        return [Failure(task.path, str(error))]
    found = documents_on_disk(task.path, content, Asked(task.options.encoding, records=False))
    return [one if isinstance(one, Failure) else _restored(task, one, stamp) for one in found]


def _table(task: Task, stamp: str) -> Restoration:
    rows = None if task.rows is None else Path(task.rows)
    tally = parquet_copy.copy_restored(how_of(task.path, task.options), Path(task.target or ""), rows)
    return _account_of(task, parquet_copy.NAME, tally, stamp)


def _account_of(task: Task, encoding: str, tally: records.Tally, stamp: str) -> Restoration:
    damage = dict(sorted(tally.damage.items()))
    account = (task.path, encoding, damage, dict(tally.certainty), tally.characters, stamp)
    return Restoration(*account, documents=tally.documents, damaged=tally.damaged, kept=tally.kept)


def _restored(task: Task, document: RawDocument, stamp: str) -> Restoration | Failure:
    how, asked = task.options, task.options.corpus
    try:
        cleaned = clean_file(document, how.steps, how.fields, how.kind, how.sure)
    except SeedsearchError as error:
        return Failure(document.path, str(error))
    target = None if task.target is None else task.target + _below_target(task, document)
    row, kept = "", True
    if asked.rows or asked.where:
        made = records.row_of_document(cleaned, cleaned.readable, near=asked.near)
        if not asked.deferred:
            kept = made["kept"] = not asked.where or Filter(asked.where).keeps(asked_of(made))
        row = json.dumps({**made, "copy": target}) if asked.rows else ""
    try:
        if target is not None and kept:
            with written(Path(target)) as file:
                file.write(as_file(cleaned))
    except OSError as error:
        return Failure(document.path, str(error))
    certainty = dict(Counter(str(e.certainty) for e in cleaned.edits))
    account = (document.path, cleaned.encoding, cleaned.damage, certainty, len(cleaned.readable), stamp)
    # As columns, which are sent to another process ten times as fast as objects.
    whole = replace(cleaned, edits=Edits(cleaned.edits)) if task.options.whole and kept else None
    return Restoration(*account, whole, damaged=int(bool(cleaned.damage)), kept=int(kept), row=row)


def _below_target(task: Task, document: RawDocument) -> str:
    """Return the path of the copy of a document below that of its file, with `.txt` for extracted text."""
    extracted = f"!/{os.path.basename(document.path)}.txt" if document.encoding in EXTRACTED else ""
    return document.path[len(task.path) :] + extracted


def _stamp(task: Task) -> str:
    """Return a stamp that changes with the file, the rules of cleaning or the options."""
    status, asked = os.stat(task.path), task.options
    corpus = json.dumps(astuple(asked.corpus)) if asked.corpus != PLAIN else ""
    steps = "" if asked.steps is None else " ".join(asked.steps)
    told = "" if asked.encoding is None else f"|{asked.encoding}"
    fields = " ".join(asked.fields)
    how = f"{steps}|{asked.kind}|{fields}|{corpus}|{float(asked.sure)}{told}"
    return f"{status.st_size} {status.st_mtime_ns} {RULES} {how}"


def _still_holds(task: Task, done: Restoration) -> bool:
    there = not done.kept or os.path.exists(task.target or "")
    known = not task.options.corpus.rows or bool(done.row)
    return not task.options.whole and there and known and _is_as_noted(task, done)


def _is_as_noted(task: Task, done: Restoration) -> bool:
    """Tell whether a file, the rules and the options are as recorded; false if the file is gone."""
    try:
        return done.stamp == _stamp(task)
    except OSError:
        return False


def copied(found: Iterable[Task | Failure], output: Path) -> int:
    """Count the documents whose copies are finished according to the journal of `output`."""
    finished = _read_journal(output)
    noted = [(task, finished[task.path]) for task in found if isinstance(task, Task) and task.path in finished]
    return sum(done.documents for task, done in noted if _is_as_noted(task, done))


def _read_journal(output: Path) -> dict[str, Restoration]:
    """Read the journal of the last run by path, skipping a truncated line."""
    finished = {}
    try:
        lines = (output / JOURNAL).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    for line in lines:
        try:
            done = Restoration(**json.loads(line))
        except (ValueError, TypeError):
            continue
        finished[done.path] = done
    return finished


class _Journal:
    """Records each finished file; does nothing without an output folder."""

    def __init__(self, output: Path | None) -> None:
        if output is not None:
            output.mkdir(parents=True, exist_ok=True)
        self._file = None if output is None else (output / JOURNAL).open("a", encoding="utf-8")

    def note(self, outcome: Restoration | Failure) -> None:
        if self._file is not None and isinstance(outcome, Restoration):
            self._file.write(json.dumps(outcome.account) + "\n")
            self._file.flush()

    def __enter__(self) -> _Journal:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()
