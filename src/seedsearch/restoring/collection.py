"""Whole collections → restored copies and a report of what was done.

Each file is read, restored and written by one worker. What is finished is noted in a journal beside the copies, so
that a run that was stopped goes on where it stood; a file that holds others is done again as a whole. The originals
are only ever read.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from seedsearch.errors import OutputError, SeedsearchError
from seedsearch.offsets import Edits
from seedsearch.parallel import map_in_order
from seedsearch.reading.documents import (
    Failure,
    RawDocument,
)
from seedsearch.reading.files import Found, read_bytes, walk
from seedsearch.reading.formats import EXTRACTED, documents_on_disk
from seedsearch.reading.formats.format import Asked
from seedsearch.reading.ignore_patterns import ALL, Choice
from seedsearch.restoring.containers import as_file, clean_file
from seedsearch.restoring.documents import (
    CorpusReport,
    Restoration,
)
from seedsearch.versions import RULES

JOURNAL = ".seedsearch-clean.jsonl"


@dataclass(frozen=True, slots=True)
class RestoreOptions:
    """How files are restored.

    `encoding`: they are read in this one, whatever they look like. `steps`: the names of those that restore
    (`steps.chosen`), None for all. `whole`: each restored document is handed back, and not the account of it alone.
    `fields`: of JSON, tables and XML, only the values with these names. `kind`: what a file is, where its name does not
    say it.
    """

    encoding: str | None = None
    steps: tuple[str, ...] | None = None
    whole: bool = False
    fields: tuple[str, ...] = ()
    kind: str = ""


DEFAULT = RestoreOptions()


@dataclass(frozen=True, slots=True)
class Task:
    """One file to restore, and where its copy goes (if anywhere)."""

    path: str
    target: str | None = None
    options: RestoreOptions = DEFAULT


def tasks(
    paths: Sequence[str], output: Path | None = None, options: RestoreOptions = DEFAULT, choice: Choice = ALL
) -> list[Task | Failure]:
    """Return a task for every file at and below `paths` that is wanted; copies go to the same place below `output`.

    Raises OutputError where a copy would fall on a file that is read, or on another copy.
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
    found: Sequence[Task | Failure], report: CorpusReport, *, output: Path | None = None, workers: int | None = None
) -> Iterator[Restoration | Failure]:
    """Restore every task and count it in `report`; yields what came of each, in order.

    With `output`, files that its journal has as finished are not done again.
    """
    for failure in found:
        if isinstance(failure, Failure):
            report.add(failure)
            yield failure
    work = [task for task in found if isinstance(task, Task)]
    finished = _read_journal(output) if output else {}
    for task in work:
        if (done := finished.get(task.path)) and _still_holds(task, done):
            report.resumed += 1
            report.add(done)
            yield done
    left = [task for task in work if not ((done := finished.get(task.path)) and _still_holds(task, done))]
    with _Journal(output) as journal:
        for outcomes in map_in_order(restore_file, left, workers if len(left) > 1 else 1, preload=[__name__]):
            for outcome in outcomes:
                report.add(outcome)
                journal.note(outcome)
                yield outcome


def restore_file(task: Task) -> list[Restoration | Failure]:
    """Read, restore and write one file, or each document in it: those go to a folder that is named like it and `!`."""
    try:
        stamp = _stamp(task)
        content = read_bytes(task.path)
    except (SeedsearchError, OSError) as error:
        return [Failure(task.path, str(error))]
    found = documents_on_disk(task.path, content, Asked(task.options.encoding, records=False))
    return [one if isinstance(one, Failure) else _restored(task, one, stamp) for one in found]


def _restored(task: Task, document: RawDocument, stamp: str) -> Restoration | Failure:
    try:
        cleaned = clean_file(document, task.options.steps, task.options.fields, task.options.kind)
    except SeedsearchError as error:
        return Failure(document.path, str(error))
    try:
        if task.target is not None:
            _write(Path(task.target + _below_target(task, document)), as_file(cleaned))
    except OSError as error:
        return Failure(document.path, str(error))
    certainty = dict(Counter(str(e.certainty) for e in cleaned.edits))
    account = (document.path, cleaned.encoding, cleaned.damage, certainty, len(cleaned.readable), stamp)
    # As columns, which go to another process ten times as fast as objects.
    return Restoration(*account, replace(cleaned, edits=Edits(cleaned.edits)) if task.options.whole else None)


def _below_target(task: Task, document: RawDocument) -> str:
    """Return where the copy of a document stands below that of its file; text out of a format that is none is no
    such file.
    """
    extracted = f"!/{os.path.basename(document.path)}.txt" if document.encoding in EXTRACTED else ""
    return document.path[len(task.path) :] + extracted


def _stamp(task: Task) -> str:
    """Return what changes when the file, the rules of cleaning or the steps that are asked for change."""
    status, asked = os.stat(task.path), task.options
    steps = "" if asked.steps is None else " ".join(asked.steps)
    told = "" if asked.encoding is None else f"|{asked.encoding}"
    return f"{status.st_size} {status.st_mtime_ns} {RULES} {steps}|{asked.kind}|{' '.join(asked.fields)}{told}"


def _write(target: Path, text: str) -> None:
    """Write a copy whole or not at all; a part left by a killed run is written over by the next."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{sha256(os.fsencode(target.name)).hexdigest()[:16]}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
        os.replace(part, target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _still_holds(task: Task, done: Restoration) -> bool:
    return not task.options.whole and os.path.exists(task.target or "") and done.stamp == _stamp(task)


def _read_journal(output: Path) -> dict[str, Restoration]:
    """Path → what the last run noted of it; a line that was cut off is passed over."""
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
    """Notes each finished file; does nothing where there is no output folder."""

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
