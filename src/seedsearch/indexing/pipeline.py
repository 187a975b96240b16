"""Turns files into packs of entries, in any process: reads, cleans, tokenizes and packs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from seedsearch.damage import SURE
from seedsearch.engines import Pack, Packer
from seedsearch.engines.batch import Batch
from seedsearch.engines.entries import IndexEntry
from seedsearch.errors import SeedsearchError, SourceError, reason
from seedsearch.indexing.entries import (
    record_of,
    tags,
)
from seedsearch.metadata.document_records import (
    doc_id_of,
    to_bytes,
)
from seedsearch.metadata.file_states import Stamp, State
from seedsearch.parallel import Sent
from seedsearch.reading.documents import (
    Failure,
    RawDocument,
)
from seedsearch.reading.files import read_bytes
from seedsearch.reading.formats import documents_on_disk, readable_now
from seedsearch.reading.formats.format import Asked
from seedsearch.reading.portions import Portion, documents_of, is_large, portions_of
from seedsearch.text.batch import pieces_of
from seedsearch.text.batch_analyzer import words_of
from seedsearch.text.lexicon import NONE, OwnWords
from seedsearch.text.segmenter import LONGEST_RUN

if TYPE_CHECKING:
    from seedsearch.restoring.budget import Shares
    from seedsearch.restoring.documents import Cleaned


@dataclass(frozen=True, slots=True)
class Job(Sent):
    """A file that looks changed; `known` is its state when it was last read, `digest` that of its documents.

    `path` is its name in the index, `place` its path from the current folder if that differs. `piece` is the part to
    read, for a file read in portions; `same` is its stamp if its content is known to be unchanged.
    """

    path: str
    encoding: str | None = None
    sure: float = SURE
    known: State | None = None
    digest: str | None = None
    place: str = ""
    piece: Piece | None = None
    same: Stamp | None = None


@dataclass(frozen=True, slots=True)
class Piece(Sent):
    """A portion of a file, with the stamp and the digest of the whole."""

    portion: Portion
    stamp: Stamp
    digest: str

    @property
    def size(self) -> int:
        """Its size in bytes."""
        return self.portion.end - self.portion.begin


@dataclass(frozen=True, slots=True)
class Outcome(Sent):
    """The result for a file. `state` is None if the next run has to try again.

    `entries` are its documents; empty for a file with known content, and after packing. `damage` is the damage of the
    new documents by path, None if nothing is new. `piece` is the part of the file that the outcome is for.
    """

    path: str
    state: State | None
    entries: tuple[IndexEntry, ...] = ()
    damage: Mapping[str, Mapping[str, int]] | None = None
    failures: tuple[Failure, ...] = ()
    piece: Piece | None = None

    @property
    def goes_on(self) -> bool:
        """Whether more parts of the file follow."""
        return self.piece is not None and not self.piece.portion.is_last


@dataclass(frozen=True, slots=True)
class Task:
    """Work for one process at a time."""

    jobs: Sequence[Job]
    packer: Packer
    own: OwnWords = NONE


@dataclass(frozen=True, slots=True)
class Done:
    """The result of a task; the pack has the entries of the outcomes whose `damage` is not None.

    It is None if there are no entries.
    """

    outcomes: Sequence[Outcome]
    pack: Pack | None


def carry_out(task: Task) -> Done:
    """Analyse the files of a task and pack their entries."""
    return packed([analyse(job) for job in task.jobs], task.packer, task.own)


def packed(outcomes: Sequence[Outcome], packer: Packer, own: OwnWords) -> Done:
    """Return the outcomes, with their entries moved into a pack."""
    entries = [entry for outcome in outcomes for entry in outcome.entries]
    done = [replace(outcome, entries=()) for outcome in outcomes]
    return Done(done, packer.pack(batch_of(entries, own)) if entries else None)


def analyse(job: Job) -> Outcome:
    """Read a file; decode and clean each document in it."""
    place = job.place or job.path
    if job.known is not None and job.same is not None:
        return unchanged(job.path, replace(job.known, stamp=job.same))
    if job.piece is not None:
        return _analysed_piece(job, job.piece, place)
    try:
        stamp, content = _read(place)
    except SeedsearchError as error:
        return Outcome(job.path, None, failures=(Failure(job.path, str(error)),))
    state = State(stamp, job.encoding, sure=job.sure)
    digest = digest_of(content, state)
    if job.known is not None and job.digest == digest and not reads_more(job.known):
        return unchanged(job.path, replace(job.known, stamp=stamp))
    found = documents_on_disk(place, content, Asked(job.encoding))
    if place != job.path:
        found = (named(item, place, job.path) for item in found)
    del content  # frees the bytes before the text is cleaned
    return _analysed(job, found, digest, state)


def _analysed_piece(job: Job, piece: Piece, place: str) -> Outcome:
    state = State(piece.stamp, job.encoding, sure=job.sure)
    try:
        content = _bytes_of(place, piece)
    except SourceError as error:
        return Outcome(job.path, None, failures=(Failure(job.path, str(error)),), piece=piece)
    found = documents_of(place, content, piece.portion, Asked(job.encoding))
    if place != job.path:
        found = (named(item, place, job.path) for item in found)
    del content
    return _analysed(job, found, piece.digest, state)


def _bytes_of(place: str, piece: Piece) -> bytes:
    """Return the bytes of a portion; raises SourceError if the file has changed since it was divided."""
    try:
        with open(place, "rb") as file:
            content = piece.portion.of(file)
            if Stamp.of(os.fstat(file.fileno())) == piece.stamp:
                return content
    except OSError as error:
        raise SourceError(f"{place} cannot be read: {reason(error)}") from error
    raise SourceError(f"{place} changed while it was read", hint="index it again when it is complete")


def jobs_of(job: Job, size: int) -> Iterator[tuple[Job, int]]:
    """Yield the jobs for a file of this size: the file itself or one job per portion, each with its bytes."""
    try:
        if is_large(job.path, size) and (found := _cut(job)):
            yield from ((one, one.piece.size if one.piece is not None else size) for one in found)
            return
    except OSError:  # reported when it is read
        pass
    yield job, size


def _cut(job: Job) -> list[Job]:
    place = job.place or job.path
    if not os.path.isfile(place):
        return []
    with open(place, "rb") as file:
        stamp = Stamp.of(os.fstat(file.fileno()))
        if not (portions := portions_of(place, file, job.encoding)):
            return []
        file.seek(0)
        digest = _digest(iter(lambda: file.read(1 << 20), b""), State(stamp, job.encoding, sure=job.sure))
    if job.known is not None and job.digest == digest and not reads_more(job.known):
        return [replace(job, same=stamp)]
    whole = replace(job, known=None, digest=None)
    return [replace(whole, piece=Piece(portion, stamp, digest)) for portion in portions]


def named(item: RawDocument | Failure, place: str, name: str) -> RawDocument | Failure:
    """Return the outcome for a file at `place` under its name in the index."""
    path = name + item.path[len(place) :]
    if isinstance(item, RawDocument):
        return replace(item, path=path)
    return replace(item, path=path, reason=item.reason.replace(item.path, path))


def reads_more(state: State) -> bool:
    """Tell whether a package that was missing when a file was read is installed now."""
    return readable_now(state.needs)


def unchanged(path: str, state: State) -> Outcome:
    """Return the outcome for an unchanged file, which repeats its failures."""
    whole = (Failure(path, state.reason, state.skipped),) if state.reason else ()
    parts = (Failure(path + name, reason, skipped) for name, reason, skipped in state.lost)
    return Outcome(path, state, failures=(*whole, *parts))


def _analysed(job: Job, documents: Iterable[RawDocument | Failure], digest: str, state: State) -> Outcome:
    from seedsearch.restoring.clean import clean_document  # deferred: takes 0.2 s, for nothing if nothing changed

    entries: list[IndexEntry] = []
    failures: list[Failure] = []
    damage: dict[str, Mapping[str, int]] = {}
    shares: Shares = {}
    for found in documents:
        if isinstance(found, Failure):
            failures.append(found)
            continue
        cleaned = clean_document(found, for_index=True, sure=job.sure, shares=shares)
        entries.append(_entry(cleaned, digest, state))
        damage[found.path] = cleaned.damage
    known = _with(state, job.path, list(damage), failures, is_part=job.piece is not None)
    return Outcome(job.path, known, tuple(entries), damage, tuple(failures), job.piece)


def _with(state: State, path: str, documents_: Sequence[str], failures: Sequence[Failure], *, is_part: bool) -> State:
    """Return the state of a file with the results for it or a part of it added."""
    if documents_ == [path] and not failures:
        return state
    of_all = (failure for failure in failures if failure.path == path and not documents_ and not is_part)
    whole = next(of_all, None)
    lost = tuple((f.path[len(path) :], f.reason, f.skipped) for f in failures if f is not whole)
    return replace(
        state,
        reason=whole.reason if whole else None,
        skipped=whole is not None and whole.skipped,
        names=tuple(name[len(path) :] for name in documents_),
        lost=lost,
        needs=tuple(sorted({failure.needs for failure in failures if failure.needs})),
    )


def _entry(cleaned: Cleaned, digest: str, state: State) -> IndexEntry:
    return IndexEntry(
        doc_id=doc_id_of(cleaned.raw.path),
        digest=digest,
        readable=cleaned.readable,
        tags=tags(cleaned, state.stamp),
        stored=to_bytes(record_of(cleaned)),
    )


def digest_of(content: bytes, state: State) -> str:
    """Return a digest of everything that a document depends on: content, options of reading and restoring, and day of
    change.
    """
    return _digest([content], state)


def _digest(pieces: Iterable[bytes], state: State) -> str:
    asked = state.encoding or "", str(float(state.sure)), state.stamp.date, ""
    whole = sha256("\0".join(asked).encode())
    for piece in pieces:
        whole.update(piece)
    return whole.hexdigest()[:32]


def _read(path: str) -> tuple[Stamp, bytes]:
    """Read a file that does not change meanwhile; raises SourceError if it keeps changing."""
    for _ in range(2):
        before = stamp_of(path)
        content = read_bytes(path)
        if stamp_of(path) == before:
            return before, content
    raise SourceError(f"{path} changed while it was read", hint="index it again when it is complete")


def stamp_of(path: str) -> Stamp:
    """Return the stamp of a file; raises SourceError if it cannot be read."""
    try:
        return Stamp.of(os.stat(path))
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {reason(error)}") from error


def batch_of(entries: Sequence[IndexEntry], own: OwnWords = NONE) -> Batch:
    """Return a batch of entries, whose words are segmented part by part on demand."""
    found = pieces_of([entry.readable for entry in entries], LONGEST_RUN)
    return Batch(entries, (pieces.part(lambda runs: words_of(runs, own), own) for pieces in found))
