"""Files → packs of entries: read, clean, tokenize and pack, in whatever process it is asked for."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from seedsearch.analysis import words
from seedsearch.engines import Pack, Packer
from seedsearch.errors import NotText, SeedsearchError, SourceError
from seedsearch.lexicon import NONE, OwnWords
from seedsearch.model import Failure, IndexEntry
from seedsearch.records import record_of, tags, to_bytes
from seedsearch.restoring import clean_document
from seedsearch.runs import run_text
from seedsearch.segmenting import segmenter
from seedsearch.source import raw_document, read_bytes
from seedsearch.states import Stamp, State


@dataclass(frozen=True, slots=True)
class Job:
    """A file that looks changed; `known` is the digest that it has in the index."""

    path: str
    encoding: str | None = None
    known: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a file. `state` is None where the next run has to try again.

    `entry` is None for a failure, for a file whose content is the known one, and after packing. `damage` is that of
    what is new.
    """

    path: str
    state: State | None
    entry: IndexEntry | None = None
    damage: Mapping[str, int] | None = None
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """Work for one process at a time."""

    jobs: Sequence[Job]
    packer: Packer
    own: OwnWords = NONE


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a task; the pack holds the entries of those outcomes that have damage, an empty one included."""

    outcomes: Sequence[Outcome]
    pack: Pack


def carry_out(task: Task) -> Done:
    """Analyse the files of a task and pack their entries."""
    segmenter(task.own).load()
    return packed([analyse(job, task.own) for job in task.jobs], task.packer)


def packed(outcomes: Sequence[Outcome], packer: Packer) -> Done:
    """The outcomes with their entries in a pack."""
    entries = [outcome.entry for outcome in outcomes if outcome.entry is not None]
    return Done([replace(outcome, entry=None) for outcome in outcomes], packer.pack(entries) if entries else None)


def doc_id_of(path: str) -> str:
    """The path as an engine can store it: bytes that are no UTF-8 are spelled out."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def analyse(job: Job, own: OwnWords = NONE) -> Outcome:
    """Read, decode, clean and tokenize one file."""
    try:
        stamp, content = _read(job.path)
    except SeedsearchError as error:
        return Outcome(job.path, None, failure=Failure(job.path, str(error)))
    digest = digest_of(content, job.encoding, stamp)
    state = State(stamp, job.encoding)
    if job.known == digest:
        return Outcome(job.path, state)
    try:
        return _analysed(job, content, digest, state, own)
    except SeedsearchError as error:
        failure = Failure(job.path, str(error), skipped=isinstance(error, NotText))
        return Outcome(job.path, replace(state, reason=failure.reason, skipped=failure.skipped), failure=failure)


def _analysed(job: Job, content: bytes, digest: str, state: State, own: OwnWords) -> Outcome:
    cleaned = clean_document(raw_document(job.path, content, job.encoding))
    entry = IndexEntry(
        doc_id=doc_id_of(job.path),
        digest=digest,
        readable=cleaned.readable,
        words=tuple(words(run_text(cleaned.readable).text, own)),
        tags=tags(cleaned, state.stamp.date),
        stored=to_bytes(record_of(cleaned)),
    )
    return Outcome(job.path, state, entry, cleaned.damage)


def digest_of(content: bytes, encoding: str | None, stamp: Stamp) -> str:
    """What changes when the document would: with the content, the encoding if one is given, and the day."""
    return sha256(b"\0".join([(encoding or "").encode(), stamp.date.encode(), content])).hexdigest()[:32]


def _read(path: str) -> tuple[Stamp, bytes]:
    """A file that did not change while it was read; raises SourceError where that can not be had."""
    for _ in range(2):
        before = _stamp(path)
        content = read_bytes(path)
        if _stamp(path) == before:
            return before, content
    raise SourceError(f"{path} changed while it was read", hint="index it again when it is written")


def _stamp(path: str) -> Stamp:
    try:
        return Stamp.of(os.stat(path))
    except OSError as error:
        raise SourceError(f"{path} can not be read: {(error.strerror or str(error)).lower()}") from error
