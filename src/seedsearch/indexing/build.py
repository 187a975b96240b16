"""Updates an index from folders: finds what changed, has it analyzed and packed, and commits it."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from seedsearch.damage import SURE
from seedsearch.engines import Engine, Packer, Refusing, Sending, Shared, Writer
from seedsearch.engines.choice import Place, open_engine
from seedsearch.engines.entries import IndexEntry
from seedsearch.errors import IndexDamaged, IndexLocked, SourceError
from seedsearch.indexing.moves import Moves, moved_entries
from seedsearch.indexing.options import BuildOptions
from seedsearch.indexing.pipeline import (
    Done,
    Job,
    Task,
    analyse,
    batch_of,
    carry_out,
    jobs_of,
    packed,
    reads_more,
    stamp_of,
    unchanged,
)
from seedsearch.indexing.places import Places, Wanted
from seedsearch.indexing.reports import (
    IndexReport,
    Progress,
    Stop,
)
from seedsearch.indexing.shares import Share, missing, shared, to_join, whole_of
from seedsearch.indexing.tally import Tally, count, count_moved, report_of
from seedsearch.metadata import failures as unread
from seedsearch.metadata import unfinished
from seedsearch.metadata.document_records import doc_id_of
from seedsearch.metadata.file_states import STATES, State, from_bytes, keep
from seedsearch.metadata.file_states import load as load_states
from seedsearch.metadata.made_from import KEPT as MADE_FROM
from seedsearch.metadata.made_from import command, load, remembered
from seedsearch.metadata.synonyms import remember, remember_anew
from seedsearch.metadata.user_dictionary import not_counting, words_anew, words_for
from seedsearch.parallel import map_in_order, prepare
from seedsearch.reading.documents import (
    Failure,
)
from seedsearch.reading.folder_settings import NAME as SETTINGS
from seedsearch.text.analyzer import fingerprint
from seedsearch.text.lexicon import OwnWords
from seedsearch.versions import RULES

# With fewer bytes of changed files than this, starting worker processes costs more than it saves.
WORTH_WORKERS = 1_500_000
# Bytes analyzed first, in this process, from which an empty index learns which characters are frequent. They are taken
# from all parts of the input.
SAMPLE = 400_000
# Bytes and files per task: enough work for each message between processes, and a small part of the memory.
TASK_BYTES, TASK_FILES = 400_000, 500
# Tasks in flight per worker: enough to keep it busy while a segment is written.
AHEAD = 32

# From this number of new files on, starting worker processes is likely to pay.
MANY_FILES = 1000

# Seconds between commits, which limit what a crash costs; but at least so many times the duration of the last commit,
# so that commits take at most a twentieth of a run.
SAVED_EVERY, SAVED_SELDOM = 120.0, 20

# The modules that a worker needs besides the packer.
PIPELINE, RESTORING = "seedsearch.indexing.pipeline", "seedsearch.restoring.clean"

# What the path of a document adds to the path of its file.
_INSIDE = re.compile(r"(?:!/.*|#\d+)\Z", re.DOTALL)

Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]


def build_index(
    paths: Paths,
    index_dir: Place,
    *,
    workers: int | None = None,
    rebuild: bool = False,
    full: bool = False,
    encoding: str | None = None,
    sure: float = SURE,
    dictionary: str | Path | None = None,
    synonyms: str | Path | None = None,
    hidden: bool = False,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    base: str | os.PathLike[str] | None = None,
    prune: bool = False,
    share: str | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> IndexReport:
    """Update an index so that it matches the files at and below `paths`; make it if there is none.

    Unchanged files (same size, modification time and inode) are not read again, unless they were read by the rules of
    another version. Deleted files leave the index; documents from other paths stay. If a path itself is gone, or is
    now an empty folder other than the one indexed, its disk may not be connected: its documents stay, and it is
    reported. A file that cannot be read is reported and does not stop the run. Documents in a damaged part of the
    index are read again, or reported if their files are not below `paths`.

    A run commits every two minutes, and an interrupted run resumes from the last commit. Until it is complete, the
    index holds either the old or the new version of each file, and tells how many are left. A rebuild and a share are
    each one commit.

    Args:
        paths: Files and folders; empty for the paths that the index was made from, with the options used then.
        index_dir: A folder or a URL. The folder is never indexed itself.
        workers: Number of processes that clean and analyze; by default one per core.
        rebuild: Make a new index of these paths alone; it replaces the old one when it is complete.
        full: Read unchanged files too.
        encoding: Decode the files in this encoding instead of detecting it.
        sure: Do not make inferred repairs with a lower probability (0 to 1).
        dictionary: A file of words in jieba's format, for the segmenter; stored in the index.
        synonyms: A file of synonym groups; stored in the index.
        hidden: Read hidden files too.
        include: Patterns of the only files to read, in .gitignore syntax.
        exclude: Patterns of files to leave out, in .gitignore syntax.
        base: The folder that relative paths refer to from now on. By default it is the one in which the index was
            made; it is found again if both have moved together.
        prune: Drop the documents of paths that are gone.
        share: "2/8" indexes the second of eight shares of the files into a cluster. The last share to finish
            commits all of them; with `rebuild`, they replace the old index.
        progress: Called with a `Progress` as the run advances.

    Returns:
        The numbers of documents added, updated and so on, the failures, and the damage.

    Raises:
        SourceError: A path does not exist.
        IndexStale: The dictionary is not the one that the index was made with.
        IndexFault: The index cannot be opened or written; see the subclasses.


    >>> report = build_index("seeds", "index")
    >>> report.added, report.failures
    (5, (Failure(path='seeds/photo.png', reason='seeds/photo.png: a binary file, by its first bytes', skipped=True),))
    >>> build_index("seeds", "index").unchanged
    5
    """
    options = BuildOptions(
        workers=workers,
        rebuild=rebuild,
        full=full,
        encoding=encoding,
        sure=sure,
        dictionary=dictionary,
        synonyms=synonyms,
        hidden=hidden,
        include=include,
        exclude=exclude,
        base=base,
        prune=prune,
        share=share,
    )
    return build(paths, index_dir, options, progress)


def build(
    paths: Paths,
    index_dir: Place,
    options: BuildOptions,
    progress: Callable[[Progress], None] | None = None,
    say: Callable[[str], None] | None = None,
    stop: Stop | None = None,
) -> IndexReport:
    """Do the same as `build_index`, with its options in one record; `say` is called with messages before the work.

    If `stop` asks for it, the run ends early and commits what is done; the report says how much is left.
    """
    begun = time.monotonic()
    given = [os.fspath(p) for p in ([paths] if isinstance(paths, str | os.PathLike) else paths)]
    share = None if options.share is None else Share.of(options.share)
    before_it = remembered(index_dir) if options.rebuild else None
    engine = open_engine(index_dir, fingerprint(), create=True, replace=options.rebuild)
    try:
        known = {} if options.rebuild else _known(engine)
        places = Places.of(given, index_dir, options, before_it if options.rebuild else load(engine), known)
        run = _Run(engine, places, options, progress, say, stop)
        if share is None:
            run.all_of_it(Tally())
        else:
            run.a_share(share, shared(engine, index_dir))
    finally:
        engine.close()
    return replace(report_of(run.tally, time.monotonic() - begun), left=run.left)


class _Run:
    """One run over the files found; `tally` counts what it has done, `left` the files that remain."""

    def __init__(
        self,
        engine: Engine,
        places: Places,
        options: BuildOptions,
        progress: Callable[[Progress], None] | None,
        say: Callable[[str], None] | None,
        stop: Stop | None,
    ) -> None:
        self._engine, self._places, self._options = engine, places, options
        self._progress, self._say, self._stop = progress, say, stop
        self.tally = Tally()
        self.left = 0

    def all_of_it(self, done: Tally) -> None:
        """Update the index, joining the finished shares; `done` is what this run has done of them."""
        engine, places, options, tally = self._engine, self._places, self._options, self.tally
        if options.share is not None:  # the work of an earlier attempt is in the shares
            options = replace(options, rebuild=False)
        elif isinstance(engine, Shared):
            engine.refresh()  # shares may have finished during the search for files
        tally.failures += places.failures
        wholes = [] if options.rebuild else to_join(engine, places.index, places.named)
        is_joined = isinstance(engine, Shared) and bool(wholes)
        with ExitStack() as transaction:
            joined = engine.joining_writer(wholes) if isinstance(engine, Shared) and wholes else None
            writer = transaction.enter_context(joined or engine.writer())
            own = _own_words(engine, writer, options, places, tally)
            before = _Before() if options.rebuild else _Before(_known(engine), engine.digests())
            if options.rebuild or places.made != places.before:
                writer.put_metadata(MADE_FROM, places.made.to_bytes())
            writing = _Writing(engine, transaction, writer, before, before.gone(places), tally)
            torn = self._index(writing, before, own, places.files, at_once=options.rebuild or is_joined)
            tally.failures += _lost(torn - _below(torn, places.named), places)
            if not options.rebuild:
                known = {(failure.path, failure.reason) for failure in writing.failures}
                known -= {(failure.path, failure.reason) for failure in places.of_paths()}
                tally.as_before = [f for f in tally.failures if (f.path, f.reason) in known]
            if not self.left:
                writing.ended(places, anew=options.rebuild, is_joined=is_joined)
        tally.add(done)

    def a_share(self, share: Share, engine: Shared) -> None:
        """Index the files of a share; commit all shares if it is the last one."""
        options, places, tally = self._options, self._places, self.tally
        whole = whole_of(share, places.named, options.dictionary, anew=options.rebuild)
        if str(share) in missing(engine, share, whole):
            with ExitStack() as transaction:
                writer = transaction.enter_context(engine.share_writer(str(share), whole, anew=options.rebuild))
                own = _own_words(self._engine, writer, options, places, tally)
                before = _Before() if options.rebuild else _Before(_known(self._engine), self._engine.digests())
                if options.rebuild:  # the old index is replaced
                    writer.put_metadata(MADE_FROM, places.made.to_bytes())
                files = [file for file in places.files if share.has(file.path, places.named)]
                writing = _Writing(self._engine, transaction, writer, before, before.gone(places), tally)
                self._index(writing, before, own, files, at_once=True)
                keep(tally.states, writer.put_metadata)
        if left := missing(engine, share, whole):
            tally.notes.append(f"share {share} is done, and counts when all are: {', '.join(left)} missing")
            return
        self.tally = Tally()
        try:
            self.all_of_it(tally)
        except IndexLocked:  # the other writer has found all of them finished, too
            self.tally = tally
            tally.notes.append(f"share {share} is done, and another process brings all of them together")

    def _index(
        self, writing: _Writing, before: _Before, own: OwnWords, files: Sequence[Wanted], *, at_once: bool
    ) -> set[str]:
        """Read and write the files that have changed; return those of which the index had lost documents."""
        options, tally, writer = self._options, self.tally, writing.writer
        if len(files) > len(before.known) + MANY_FILES and options.workers != 1:
            prepare(_preload(writer))  # ready by the time the changes are known
        if self._say is not None and (older := before.by_other_rules(files)):
            self._say(
                f"the rules of restoring have changed since {older:,} of the files were read: they are read again, "
                "and until that is done the index answers as it did"
            )
        torn = before.torn()
        moves = Moves.of(before.known, writing.gone - torn)
        jobs = list(_changed(files, before, torn, options, tally, moves))
        _carry(self._engine, writer, moves, before, own, tally)
        done = _done(writer, jobs, own, options.workers, at_once=at_once)
        tell = _telling(jobs, tally, self._progress)
        self.left = writing.written(done, len(jobs), tell, self._stop, at_once=at_once)
        return torn


class _Writing:
    """The transactions of a run, one after the other; each leaves an index that can answer queries."""

    def __init__(
        self,
        engine: Engine,
        transaction: ExitStack,
        writer: Writer,
        before: _Before,
        gone: Set[str],
        tally: Tally,
    ) -> None:
        self._engine, self._transaction, self.writer = engine, transaction, writer
        self._before, self.gone, self._tally = before, gone, tally
        self._states = before.known  # as committed
        self._left_out: set[str] = set()
        self._has_more = False  # since the last commit
        self.failures = unread.before(engine)  # of earlier runs

    def written(
        self,
        done: Iterable[Done],
        total: int,
        tell: Callable[[Done], None],
        stop: Stop | None,
        *,
        at_once: bool,
    ) -> int:
        """Write the portions as they come, `tell` of each, and commit now and then unless everything is one commit
        (`at_once`); return how many of the `total` files are left if the run is stopped early.

        A file in several portions counts only when it is complete: there is a commit before it, and if the run stops
        within it, its portions are discarded. Raises KeyboardInterrupt if the run is stopped and nothing of it may be
        committed.
        """
        left, last, least = total, time.monotonic(), SAVED_EVERY
        if stop is not None:
            stop.is_heeded = True  # from now on, an interrupt takes effect after a portion
        is_within = False
        for portion in done:
            was_within, is_within = is_within, portion.outcomes[-1].goes_on
            if not at_once and is_within and not was_within and self._has_more:
                self._commit(left)
                last = time.monotonic()
            if portion.pack is not None:
                self.writer.add(portion.pack)
            for outcome in portion.outcomes:
                count(outcome, self._before.digests, self._tally)
            left -= sum(not outcome.goes_on for outcome in portion.outcomes)
            self._has_more = True
            tell(portion)
            if stop is not None and stop.asked and left:
                if at_once:
                    raise KeyboardInterrupt
                if is_within:
                    self._let_go_of_all()
                    path = portion.outcomes[-1].path
                    self._tally.notes.append(f"{path} counts when all of it is read: the next run begins it anew")
                else:
                    self._save(left)
                return left
            if not at_once and left and not is_within and time.monotonic() - last >= least:
                begun = time.monotonic()
                self._commit(left)
                last = time.monotonic()
                least = max(SAVED_EVERY, SAVED_SELDOM * (last - begun))
        self._heed_refusals()
        return 0

    def _commit(self, left: int) -> None:
        """Commit what is done, and continue with a new transaction."""
        self._save(left)
        self._transaction.close()
        self.writer = self._transaction.enter_context(self._engine.writer())
        self._has_more = False

    def _let_go_of_all(self) -> None:
        """Abandon the transaction."""
        with suppress(_LetGo), self._transaction.pop_all():
            raise _LetGo

    def _heed_refusals(self) -> None:
        """Count documents that the engine refused in this transaction as unreadable."""
        if isinstance(self.writer, Refusing):
            for doc_id, why in self.writer.refused().items():
                _refused(doc_id, why, self._before.digests, self._tally)

    def _save(self, left: int) -> None:
        """Store the states of finished files and the number of files `left`, for the next commit."""
        self._heed_refusals()
        known, tally = self._before.known, self._tally
        self._let_go({*self.gone, *tally.states})
        self._keep({name: state for name, state in known.items() if name not in self.gone} | tally.states)
        earlier = [failure for failure in self.failures if doc_id_of(failure.path) not in tally.states]
        unread.remember(self._engine, self.writer, {*earlier, *tally.failures})
        unfinished.remember(self._engine, self.writer, left)

    def ended(self, places: Places, *, anew: bool, is_joined: bool) -> None:
        """Remove the documents of deleted files below the paths, unless they are out of reach, and store the states of
        the existing files.
        """
        known, tally = self._before.known, self._tally
        held = {*known, *self._before.files_of.values()}
        gone = _below(held, places.named) - _below(held, places.away)
        self._let_go(gone)
        self._keep(
            {name: state for name, state in known.items() if name not in gone} | tally.states, anew=anew or is_joined
        )
        unread.remember(self._engine, self.writer, tally.failures, anew=anew)
        unfinished.remember(self._engine, self.writer, 0)

    def _let_go(self, files: Collection[str]) -> None:
        """Remove documents that their files no longer contain."""
        found = {doc_id for doc_id, file in self._before.files_of.items() if file in files}
        for doc_id in sorted(found - self._tally.kept - self._left_out):
            self.writer.remove(doc_id)
            self._left_out.add(doc_id)
            self._tally.removed += 1

    def _keep(self, states: Mapping[str, State], *, anew: bool = False) -> None:
        if anew or states != self._states:
            keep(states, self.writer.put_metadata)
            self._states = states


class _LetGo(Exception):
    """Raised to leave a transaction without a commit."""


@dataclass(frozen=True)
class _Before:
    """The index before the run: the states of files by doc_id, and the digests of documents."""

    known: Mapping[str, State] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)

    def torn(self) -> set[str]:
        """Return the files of which the index has lost documents in a damaged part.

        They are read again if they are below a path given by the user. Anyone may have made the index, so other files
        that it names are not opened.
        """
        return {n for n, state in self.known.items() if any(n + below not in self.digests for below in state.names)}

    def by_other_rules(self, files: Iterable[Wanted]) -> int:
        """Return how many of these files were read by the rules of another version."""
        states = (self.known.get(doc_id_of(file.path)) for file in files)
        return sum(state is not None and state.rules != RULES for state in states)

    def gone(self, places: Places) -> set[str]:
        """Return the files below the paths of a run that no longer exist, except those out of reach."""
        there = {doc_id_of(file.path) for file in places.files}
        left = self.known.keys() - there
        return _below(left, places.named) - _below(left, places.away)

    @cached_property
    def files_of(self) -> dict[str, str]:
        """Return the documents in the index, each with the doc_id of its file, guessed from its name if the file is
        unknown.
        """
        files = {file + name: file for file, state in self.known.items() for name in state.names}
        return {doc_id: files.get(doc_id) or _INSIDE.sub("", doc_id) for doc_id in self.digests}


def _own_words(engine: Engine, writer: Writer, options: BuildOptions, places: Places, tally: Tally) -> OwnWords:
    """Return the dictionary of the run, and store it and the synonyms. A rebuilt index is emptied first."""
    try:
        beside = OwnWords.parse("\n".join(places.words))
    except ValueError as error:
        raise SourceError(f"the words in {SETTINGS}: {error}", hint="they must be ideographs only") from error
    if options.rebuild:
        writer.clear()
        own = words_anew(engine, writer, options.dictionary, tally.notes.append, beside)
        remember_anew(engine, writer, options.synonyms, tally.notes.append)
        return own
    own = words_for(engine, writer, options.dictionary, beside)
    remember(engine, writer, options.synonyms)
    if (new := not_counting(engine, beside)) and engine.info().documents:
        again = command(places.index, "--rebuild")
        tally.notes.append(
            f"words of {SETTINGS} that the index was not made with: {', '.join(new)}; take them with: {again}"
        )
    return own


def _known(engine: Engine) -> dict[str, State]:
    """Return the stored states of files; none if they are damaged, so that all files are read again."""
    try:
        if isinstance(engine, Shared):
            return {
                name: state for content in engine.every_metadata(STATES) for name, state in from_bytes(content).items()
            }
        return load_states(engine.metadata)
    except IndexDamaged:
        return {}


def _lost(names: Iterable[str], places: Places) -> Iterator[Failure]:
    """Return the failures for files with lost documents that the run does not cover."""
    reason = f"its part of the index was damaged; to have it read again: {command(places.index, 'PATH')}"
    return (Failure(name, reason) for name in sorted(names))


def _changed(
    files: Iterable[Wanted], before: _Before, torn: set[str], options: BuildOptions, tally: Tally, moves: Moves
) -> Iterator[tuple[Job, int]]:
    """Yield the files that look changed, with their sizes; count the others."""
    sure = options.sure
    for path, place, encoding in files:
        doc_id = doc_id_of(path)
        state = None if doc_id in torn else before.known.get(doc_id)
        try:
            stamp = stamp_of(place)
        except SourceError as error:
            tally.failures.append(Failure(path, str(error)))
            continue
        asked = stamp, encoding, sure
        if state is None and not options.full and moves.take(path, asked):
            continue
        if state is not None and state.rules != RULES:
            yield Job(path, encoding, sure, place=place), stamp.size
        elif state is None or options.full or state.asked != asked or reads_more(state):
            first = state.names[0] if state and state.names else ""
            yield Job(path, encoding, sure, state, before.digests.get(doc_id + first), place), stamp.size
        else:
            count(unchanged(path, state), (), tally)


def _carry(engine: Engine, writer: Writer, moves: Moves, before: _Before, own: OwnWords, tally: Tally) -> None:
    """Store the documents of moved files under their new names, in batches."""
    packer = writer.packer()
    some: list[IndexEntry] = []
    for number, (path, (name, state)) in enumerate(moves.found.items(), start=1):
        some += moved_entries(engine, path, name, state, before.digests)
        count_moved(path, state, tally)
        if number == len(moves.found) or sum(len(entry.readable) for entry in some) > TASK_BYTES:
            writer.add(packer.pack(batch_of(some, own)))
            some = []


def _done(
    writer: Writer, jobs: Sequence[tuple[Job, int]], own: OwnWords, workers: int | None, *, at_once: bool
) -> Iterator[Done]:
    """Yield the outcome of each job, in order; use worker processes only if the work is worth it."""
    groups = _groups(one for job in _spread(jobs) for one in jobs_of(*job))
    if (sample := next(groups, None)) is None:
        return
    left = sum(size for _, size in jobs) - sum(size for _, size in sample)
    worth = workers if left > WORTH_WORKERS else 1
    if worth != 1:
        prepare(_preload(writer))
    outcomes = [analyse(job) for job, _ in sample]
    packer = _packer(writer, [entry for outcome in outcomes for entry in outcome.entries], at_once=at_once)
    first = [packed(outcomes, packer, own)]
    tasks = (Task([job for job, _ in group], packer, own) for group in groups)
    for done in map_in_order(carry_out, tasks, worth, AHEAD, _preload(writer)):
        yield from first  # written while the workers work
        first.clear()
        yield done
    yield from first


def _packer(writer: Writer, sample: Sequence[IndexEntry], *, at_once: bool) -> Packer:
    """Return the packer; in a run of one commit it may also send, because everything sent belongs to that commit."""
    return writer.sending_packer() if at_once and isinstance(writer, Sending) else writer.packer(sample)


def _preload(writer: Writer) -> tuple[str, ...]:
    """Return the names of the modules that a worker needs."""
    return PIPELINE, RESTORING, type(writer.packer()).__module__


def _spread(jobs: Sequence[tuple[Job, int]]) -> Sequence[tuple[Job, int]]:
    """Return the jobs with a few from all parts of the list first."""
    step = 1 + sum(size for _, size in jobs) // SAMPLE
    return [*jobs[::step], *(job for i, job in enumerate(jobs) if i % step)]


def _telling(
    jobs: Sequence[tuple[Job, int]], tally: Tally, progress: Callable[[Progress], None] | None
) -> Callable[[Done], None]:
    """Return a function that reports `progress`, to be called when a portion is written."""
    sizes = {job.path: size for job, size in jobs}
    files, size, total = 0, 0, sum(sizes.values())

    def tell(portion: Done) -> None:
        nonlocal files, size
        files += sum(not outcome.goes_on for outcome in portion.outcomes)
        size += sum(outcome.piece.size if outcome.piece else sizes[outcome.path] for outcome in portion.outcomes)
        if progress is not None:
            progress(Progress(files, len(jobs), tally.damage, size / total if total else None))

    return tell


def _groups(jobs: Iterable[tuple[Job, int]]) -> Iterator[Sequence[tuple[Job, int]]]:
    """Group the jobs by TASK_BYTES or TASK_FILES; a portion of a file is a group of its own."""
    group: list[tuple[Job, int]] = []
    left = TASK_BYTES
    for job, size in jobs:
        if group and (job.piece is not None or left <= 0 or len(group) == TASK_FILES):
            yield group
            group, left = [], TASK_BYTES
        group.append((job, size))
        left -= size if job.piece is None else TASK_BYTES
    if group:
        yield group


def _refused(doc_id: str, why: str, before: Collection[str], tally: Tally) -> None:
    """Count a document that was read but refused by the engine as unreadable."""
    name, state = next((name, s) for name, s in tally.states.items() if any(name + n == doc_id for n in s.names))
    below = doc_id[len(name) :]
    names = tuple(one for one in state.names if one != below)
    is_whole = not below
    tally.states[name] = replace(
        state,
        names=names,
        reason=why if is_whole else state.reason,
        lost=state.lost if is_whole else (*state.lost, (below, why, False)),
    )
    tally.failures.append(Failure(doc_id, why))
    tally.kept.discard(doc_id)
    tally.files.pop(doc_id, None)
    if doc_id in before:
        tally.updated -= 1
    else:
        tally.added -= 1


def _below(doc_ids: Iterable[str], roots: Sequence[str]) -> set[str]:
    """Return the `doc_ids` that equal one of `roots` or lie below one."""
    whole = {doc_id_of(root.rstrip("/")) for root in roots}
    folders = tuple(root + "/" for root in whole)
    return {doc_id for doc_id in doc_ids if doc_id in whole or doc_id.startswith(folders)}
