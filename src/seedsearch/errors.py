"""Every error raised on purpose, and the reason that a system error gives.

SeedsearchError            2   the root; what happened, where, what to do
├── SourceError            2   a file that cannot be read as text
│   └── NotText            2   a binary file
├── QueryError             2   a query that cannot be asked
│   └── OutOfTime          2   one that took longer than it may
├── DocumentMissing        2   a document that is not in the index
├── FileChanged            2   a file that is not the one any more that the index was made from
├── IndexFault             2   the index folder
│   ├── IndexMissing       2   there is no index there
│   ├── IndexStale         2   made by another analyzer or version
│   ├── IndexDamaged       2   unreadable, or not what it says
│   ├── EngineUnknown      2   a URL with a scheme that no engine has
│   ├── IndexLocked        2   another process is writing
│   ├── IndexUnreachable   2   the cluster of an index does not answer, or not whole
│   │   ├── IndexForbidden 2   it does not let this user in, or not do this
│   │   └── IndexFull      2   its disks are full
│   └── IndexClosed        2   a question to an index that the program has closed
├── OutputError            2   a place that cannot be written
├── WorkerDied             2   a process that was ended before its work was done
├── SettingsError          2   a file of settings that cannot be used
├── StepUnknown            2   a step of restoring that there is not
└── ExtraMissing           2   something that is asked for needs a package that is not installed

The number is the exit code of the command line (1 is "nothing found" and is not an error).
"""

from __future__ import annotations

from collections.abc import Sequence


class SeedsearchError(Exception):
    """Root of every error raised on purpose; `str()` is a sentence for people."""

    exit_code = 2

    def __init__(self, what: str, *, hint: str | None = None) -> None:
        super().__init__(what if hint is None else f"{what}; {hint}")
        self.what = what
        self.hint = hint


class SourceError(SeedsearchError):
    """A file that cannot be read as text."""


class NotText(SourceError):
    """A file that holds no text: an image, an archive, a program."""


class QueryError(SeedsearchError):
    """A query that cannot be asked: empty, or past a stated limit.

    A value as well as a sentence: `code` (docs/python.md lists them), the `texts` that it names, and a `number`.
    """

    def __init__(
        self, what: str, *, code: str, texts: Sequence[str] = (), number: float | None = None, hint: str | None = None
    ) -> None:
        super().__init__(what, hint=hint)
        self.code = code
        self.texts = tuple(texts)
        self.number = number


class OutOfTime(QueryError):
    """A query that took longer than it may; `part` is what took most of it, a node of its tree or words."""

    def __init__(self, seconds: float, part: object, *, says: str | None = None) -> None:
        most = f", most of it for {says}" if says else ""
        super().__init__(
            f"the query takes longer than {seconds:g} s{most}",
            code="out-of-time",
            texts=[says] if says else [],
            number=seconds,
            hint="simplify the query, or allow more time (--seconds)",
        )
        self.seconds = seconds
        self.part = part


class DocumentMissing(SeedsearchError):
    """A document that is asked for by its path and is not in the index."""


class FileChanged(SeedsearchError):
    """A file that changed or went since it was indexed, where the indexed one is asked for."""


class IndexFault(SeedsearchError):
    """Something about the index folder; never raised itself."""


class IndexMissing(IndexFault):
    """There is no index in the folder."""


class IndexStale(IndexFault):
    """The index was made by another analyzer or another version of its format."""


class IndexDamaged(IndexFault):
    """The index cannot be read, or is not what its own description says."""


class EngineUnknown(IndexFault):
    """A URL names the index, and no engine has its scheme."""


class IndexLocked(IndexFault):
    """Another process is writing to the index."""


class IndexUnreachable(IndexFault):
    """The cluster that holds the index does not answer, or has only a part of an answer."""


class IndexForbidden(IndexUnreachable):
    """The cluster does not let this user in (`status` 401) or not do this (403)."""

    def __init__(self, what: str, *, hint: str | None = None, status: int = 403) -> None:
        super().__init__(what, hint=hint)
        self.status = status


class IndexFull(IndexUnreachable):
    """The cluster takes no more, for its disks are full."""


class IndexClosed(IndexFault):
    """The program that asks has closed the index."""


class OutputError(SeedsearchError):
    """A place that cannot be written."""


class WorkerDied(SeedsearchError):
    """A worker process ended before its work was done."""


class SettingsError(SeedsearchError):
    """A file of settings that cannot be read, or a key in it that means nothing."""


class StepUnknown(SeedsearchError):
    """A name of a step of restoring that no step has."""


class ExtraMissing(SeedsearchError):
    """What is asked for needs a package of an extra that is not installed; `module` is what the package brings."""

    def __init__(self, what: str, *, hint: str | None = None, module: str = "") -> None:
        super().__init__(what, hint=hint)
        self.module = module


def reason(error: OSError) -> str:
    """Why the system would not do something, as the end of a sentence."""
    return (error.strerror or str(error)).lower()
