"""Errors for programs and people: RFC 9457 problems, one for each class of errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from seedsearch import errors
from seedsearch.errors import QueryError, SeedsearchError


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: its name, the HTTP status, and the common title."""

    name: str
    status: int
    title: str


QUERY = Kind("query", 400, "the query cannot be asked")
PARAMETER = Kind("parameter", 400, "a parameter has a value that it cannot have")
HOST = Kind("host", 400, "this is not the host that was asked for")
TOKEN = Kind("token", 401, "a token is needed")
CROSS_SITE = Kind("cross-site", 403, "another site asked")
NO_PAGE = Kind("no-page", 404, "there is nothing at this address")
NO_DOCUMENT = Kind("no-document", 404, "there is no such document in the index")
METHOD = Kind("method", 405, "that cannot be done with this address")
TIMEOUT = Kind("timeout", 408, "the request did not come in time")
CHANGED = Kind("file-changed", 409, "the file is not the one that was indexed")
LARGE = Kind("too-large", 413, "the text is too large")
LONG = Kind("uri-too-long", 414, "the address is too long")
CONTENT = Kind("content-type", 415, "this type of content is not read")
NOT_TEXT = Kind("not-text", 422, "these bytes hold no text")
FAULT = Kind("fault", 500, "something went wrong")
BUSY = Kind("busy", 503, "too many questions at a time")
SLOW = Kind("too-slow", 503, "the query takes too long")
MISSING = Kind("index-missing", 503, "there is no index")
STALE = Kind("index-stale", 503, "the index was made by another version")
DAMAGED = Kind("index-damaged", 503, "the index is damaged")
UNREACHABLE = Kind("index-unreachable", 503, "the cluster of the index does not answer")

# Every class of errors has a row, which a test checks. Errors that cannot happen in a server are faults.
KINDS: Mapping[type[SeedsearchError], Kind] = {
    errors.SeedsearchError: FAULT,
    errors.SourceError: CHANGED,
    errors.NotText: NOT_TEXT,
    errors.StepUnknown: FAULT,
    errors.QueryError: QUERY,
    errors.OutOfTime: SLOW,
    errors.DocumentMissing: NO_DOCUMENT,
    errors.FileChanged: CHANGED,
    errors.IndexFault: DAMAGED,
    errors.IndexMissing: MISSING,
    errors.IndexStale: STALE,
    errors.IndexDamaged: DAMAGED,
    errors.EngineUnknown: MISSING,
    errors.IndexLocked: BUSY,
    errors.IndexUnreachable: UNREACHABLE,
    errors.IndexForbidden: UNREACHABLE,
    errors.IndexFull: UNREACHABLE,
    errors.IndexClosed: BUSY,
    errors.OutputError: FAULT,
    errors.WorkerDied: FAULT,
    errors.SettingsError: FAULT,
    errors.ExtraMissing: FAULT,
}
AGAIN = 1  # seconds after which to retry a busy server


@dataclass(slots=True)
class Problem(Exception):
    """An error response: its kind, what is wrong with the request, what to do, and the `error` that caused it."""

    kind: Kind
    detail: str = ""
    hint: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    error: SeedsearchError | None = None

    def object(self) -> dict[str, object]:
        """Return the problem in the format of RFC 9457, with a `hint` and, for a refused query, a `code`."""
        row: dict[str, object] = {"type": f"urn:seedsearch:problem:{self.kind.name}", "title": self.kind.title}
        row |= {"status": self.kind.status, "detail": self.detail or self.kind.title}
        if isinstance(self.error, QueryError):
            row["code"] = self.error.code
        return row if self.hint is None else row | {"hint": self.hint}


def problem_of(error: SeedsearchError) -> Problem:
    """Return the problem for one of our errors."""
    kind = next(KINDS[base] for base in type(error).__mro__ if base in KINDS)
    headers = {"retry-after": str(AGAIN)} if kind.status == BUSY.status else {}
    return Problem(kind, error.what, error.hint, headers, error)


def busy() -> Problem:
    """Return the problem for a request when too many are waiting."""
    return Problem(BUSY, "too many are waiting", "ask again in a moment", {"retry-after": str(AGAIN)})
