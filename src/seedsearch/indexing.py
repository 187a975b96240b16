"""Folder → engine: find what changed, clean and analyse it, write it in one commit."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from seedsearch.analysis import fingerprint, words
from seedsearch.engines import Writer, open_engine
from seedsearch.errors import NotText, SeedsearchError
from seedsearch.model import Failure, IndexEntry, IndexReport
from seedsearch.parallel import map_in_order
from seedsearch.records import record_of, tags, to_bytes
from seedsearch.restoring import clean_document
from seedsearch.runs import run_text
from seedsearch.source import Found, digest, raw_document, read_bytes, walk

# Bytes of changed files under which starting worker processes costs more than it saves.
WORTH_WORKERS = 2_000_000

Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]


@dataclass(frozen=True, slots=True)
class Job:
    """A file whose content is not the one in the index."""

    path: str
    content: bytes
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class Analysed:
    """A document ready to be stored, and the damage it had."""

    path: str
    entry: IndexEntry
    damage: Mapping[str, int]


@dataclass(slots=True)
class _Tally:
    """What a run has done so far; `kept` holds the doc_ids that the finished index has from this run's paths."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    failures: list[Failure] = field(default_factory=list)
    damage: Counter[str] = field(default_factory=Counter)
    files: dict[str, Mapping[str, int]] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)


def build_index(
    paths: Paths,
    index_dir: str | Path,
    *,
    workers: int | None = None,
    rebuild: bool = False,
    encoding: str | None = None,
) -> IndexReport:
    """Bring the index in `index_dir` up to date with the files at and below `paths`.

    Files that are gone from a given path leave the index; what stands elsewhere in it stays. With `rebuild` the index
    holds these paths and nothing else. A file that can not be read is reported and does not stop the run.
    `workers`: processes that clean and analyse (default: one a core). `encoding`: read the files in this one, whatever
    they look like. Raises SourceError for a path that does not
    exist, and the errors of the engine.
    """
    begun = time.monotonic()
    roots = [os.fspath(p) for p in ([paths] if isinstance(paths, str | os.PathLike) else paths)]
    found = [item for root in roots for item in walk(root)]
    tally = _Tally(failures=[item for item in found if isinstance(item, Failure)])
    files = list(dict.fromkeys(item.path for item in found if isinstance(item, Found)))
    engine = open_engine(Path(index_dir), fingerprint(), create=True, replace=rebuild)
    try:
        before = {} if rebuild else engine.digests()
        with engine.writer() as writer:
            if rebuild:
                writer.clear()
            _write(writer, _analysed(_changed(files, before, encoding, tally), workers), before, tally)
            _remove(writer, _below(before, roots) - tally.kept, tally)
    finally:
        engine.close()
    return _report(tally, time.monotonic() - begun)


def doc_id_of(path: str) -> str:
    """The path as an engine can store it: bytes that are no UTF-8 are spelled out."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _changed(files: Iterable[str], before: Mapping[str, str], encoding: str | None, tally: _Tally) -> Iterator[Job]:
    """The files whose content the index does not have; counts the others."""
    for path in files:
        try:
            job = Job(path, read_bytes(path), encoding)
        except SeedsearchError as error:
            tally.failures.append(Failure(path, str(error)))
            continue
        doc_id = doc_id_of(path)
        if before.get(doc_id) == _digest(job):
            tally.unchanged += 1
            tally.kept.add(doc_id)
        else:
            yield job


def _digest(job: Job) -> str:
    """What changes when the document would: the content, and the encoding where it is given."""
    return digest(job.content) if job.encoding is None else f"{digest(job.content)} as {job.encoding}"


def _analysed(jobs: Iterator[Job], workers: int | None) -> Iterator[Analysed | Failure]:
    """What came of each job, in order; in this process until the work is worth others."""
    done = 0
    while done < WORTH_WORKERS and (job := next(jobs, None)) is not None:
        done += len(job.content)
        yield analyse(job)
    if (job := next(jobs, None)) is not None:
        yield from map_in_order(analyse, chain([job], jobs), workers)


def analyse(job: Job) -> Analysed | Failure:
    """Decode, clean and analyse one file; a Failure where it holds no text."""
    try:
        cleaned = clean_document(raw_document(job.path, job.content, job.encoding))
    except NotText as error:
        return Failure(job.path, str(error), skipped=True)
    except SeedsearchError as error:
        return Failure(job.path, str(error))
    entry = IndexEntry(
        doc_id=doc_id_of(job.path),
        digest=_digest(job),
        readable=cleaned.readable,
        words=tuple(words(run_text(cleaned.readable).text)),
        tags=tags(cleaned),
        stored=to_bytes(record_of(cleaned)),
    )
    return Analysed(job.path, entry, cleaned.damage)


def _write(writer: Writer, done: Iterable[Analysed | Failure], before: Mapping[str, str], tally: _Tally) -> None:
    for outcome in done:
        if isinstance(outcome, Failure):
            tally.failures.append(outcome)
            continue
        writer.put(outcome.entry)
        tally.kept.add(outcome.entry.doc_id)
        if outcome.damage:
            tally.damage.update(outcome.damage)
            tally.files[outcome.path] = outcome.damage
        if outcome.entry.doc_id in before:
            tally.updated += 1
        else:
            tally.added += 1


def _below(doc_ids: Iterable[str], roots: Sequence[str]) -> set[str]:
    """Those of `doc_ids` that are one of `roots` or lie below one."""
    whole = {doc_id_of(root.rstrip("/")) for root in roots}
    folders = tuple(root + "/" for root in whole)
    return {doc_id for doc_id in doc_ids if doc_id in whole or doc_id.startswith(folders)}


def _remove(writer: Writer, gone: Iterable[str], tally: _Tally) -> None:
    for doc_id in gone:
        writer.remove(doc_id)
        tally.removed += 1


def _report(tally: _Tally, seconds: float) -> IndexReport:
    return IndexReport(
        added=tally.added,
        updated=tally.updated,
        unchanged=tally.unchanged,
        removed=tally.removed,
        failures=tuple(sorted(tally.failures, key=lambda failure: failure.path)),
        damage=dict(sorted(tally.damage.items())),
        files=tally.files,
        seconds=round(seconds, 3),
    )
