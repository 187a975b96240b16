"""Every error raised on purpose.

SeedsearchError            2   the root; what happened, where, what to do
├── SourceError            2   a file that cannot be read as text
│   └── NotText            2   a binary file
├── QueryError             2   a query that cannot be asked
│   └── OutOfTime          2   one that exceeded its time limit
├── DocumentMissing        2   a document that is not in the index
├── FileChanged            2   a file that has changed since it was indexed
├── IndexFault             2   the index folder
│   ├── IndexMissing       2   there is no index there
│   ├── IndexStale         2   made with another analyzer or version
│   ├── IndexDamaged       2   unreadable or inconsistent
│   ├── EngineUnknown      2   a URL with an unknown scheme
│   ├── IndexLocked        2   another process is writing
│   ├── IndexUnreachable   2   the cluster of an index does not answer, or not completely
│   │   ├── IndexForbidden 2   the user has no access, or not this right
│   │   └── IndexFull      2   its disks are full
│   └── IndexClosed        2   a query to an index after close()
├── OutputError            2   a file or folder that cannot be written
├── WorkerDied             2   a worker process that ended before its work was done
├── SettingsError          2   an invalid settings file
├── StepUnknown            2   an unknown step of restoring
└── ExtraMissing           2   a required package is not installed

The number is the exit code of the command line (1 is "nothing found" and is not an error).
"""

from __future__ import annotations

from collections.abc import Sequence


class SeedsearchError(Exception):
    """Base class of every error raised on purpose; `str()` is a sentence for people."""

    exit_code = 2

    def __init__(self, what: str, *, hint: str | None = None) -> None:
        super().__init__(what if hint is None else f"{what}; {hint}")
        self.what = what
        self.hint = hint


class SourceError(SeedsearchError):
    """A file that cannot be read as text."""


class NotText(SourceError):
    """A file that is not text: an image, an archive, a program."""


class QueryError(SeedsearchError):
    """A query that is refused, because it is invalid, empty or beyond a limit.

    The message is also structured: `code` (docs/python.md lists them), the `texts` in the message, and a `number`.
    """

    def __init__(
        self, what: str, *, code: str, texts: Sequence[str] = (), number: float | None = None, hint: str | None = None
    ) -> None:
        super().__init__(what, hint=hint)
        self.code = code
        self.texts = tuple(texts)
        self.number = number


class OutOfTime(QueryError):
    """A query that exceeded its time limit; `part` is its most expensive part, a node of its tree or words."""

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
    """The document with the given path is not in the index."""


class FileChanged(SeedsearchError):
    """A file was changed or removed since it was indexed."""


class IndexFault(SeedsearchError):
    """Base class of the errors of an index; never raised itself."""


class IndexMissing(IndexFault):
    """There is no index in the folder."""


class IndexStale(IndexFault):
    """The index was made with another analyzer or another version of its format."""


class IndexDamaged(IndexFault):
    """The index cannot be read, or contradicts its own description."""


class EngineUnknown(IndexFault):
    """The URL of the index has an unknown scheme."""


class IndexLocked(IndexFault):
    """Another process is writing to the index."""


class IndexUnreachable(IndexFault):
    """The cluster that holds the index does not answer, or only some of its shards do."""


class IndexForbidden(IndexUnreachable):
    """The cluster refuses this user (`status` 401) or this operation (403)."""

    def __init__(self, what: str, *, hint: str | None = None, status: int = 403) -> None:
        super().__init__(what, hint=hint)
        self.status = status


class IndexFull(IndexUnreachable):
    """The cluster refuses writes because its disks are full."""


class IndexClosed(IndexFault):
    """The index was closed by this program."""


class OutputError(SeedsearchError):
    """A file or folder that cannot be written."""


class WorkerDied(SeedsearchError):
    """A worker process ended before its work was done."""


class SettingsError(SeedsearchError):
    """A settings file that cannot be read, or an unknown key in it."""


class StepUnknown(SeedsearchError):
    """An unknown name of a step of restoring."""


class ExtraMissing(SeedsearchError):
    """A required package of an extra is not installed; `module` is the module that it provides."""

    def __init__(self, what: str, *, hint: str | None = None, module: str = "") -> None:
        super().__init__(what, hint=hint)
        self.module = module


def reason(error: OSError) -> str:
    """Return the reason of a system error, worded as the end of a sentence."""
    return (error.strerror or str(error)).lower()
