"""Requests to a cluster, with failures mapped to our errors. Nothing else imports the client.

A request without a response is repeated with the next node, so every request here may arrive twice.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

from opensearchpy import OpenSearch
from opensearchpy.exceptions import (
    AuthenticationException,
    ConflictError,
    ConnectionError,
    ConnectionTimeout,
    ImproperlyConfigured,
    NotFoundError,
    OpenSearchException,
    SerializationError,
    SSLError,
    TransportError,
)

from seedsearch.engines.choice import SECURE
from seedsearch.engines.opensearch.address import AUTHORITIES, PASSWORD, USER, Address, Credentials
from seedsearch.engines.opensearch.mapping import Json
from seedsearch.errors import (
    IndexForbidden,
    IndexFull,
    IndexUnreachable,
    QueryError,
    SettingsError,
)

T = TypeVar("T")

# Timeouts in seconds: for searches, and for requests that write or wait for all shards.
ASKING, WRITING = 10.0, 60.0
RETRIES = 3
# Seconds before a request is repeated that the cluster refused for lack of capacity.
BUSY = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 8.0)
# Repetitions if part of a response is missing: as long as a cluster takes to notice that a node has gone.
AGAIN = (0.1, 0.4, 1.0, 2.0)
CONNECTIONS = 8
CLAUSES = 1024  # clauses of a query, by default
OLDEST, NEWEST = (2, 11), (3,)  # versions: the first with the scripts needed, the latest known major one
TOO_OLD = "2.11"

_TOO_MANY = ("too_many_clauses", "too_many_nested_clauses", "max_clause_count", "maxClauseCount")
_FULL = ("cluster_block_exception", "index_create_block_exception")

# The client reports every 404 and every retry on standard error if there is no handler.
logging.getLogger("opensearch").addHandler(logging.NullHandler())
logging.getLogger("opensearch").propagate = False


class Absent(Exception):
    """The object of a request is not in the cluster; the engine decides what that means."""


class Conflict(Exception):
    """Another process has changed or created the same object."""


class Wire:
    """The connection to a cluster; thread-safe."""

    def __init__(self, address: Address, credentials: Credentials) -> None:
        self.address = address
        self.credentials = credentials
        self._largest: int | None = None
        user, secret = credentials.user, credentials.secret
        tls: dict[str, Any] = (
            {"use_ssl": True, "verify_certs": True, "ca_certs": credentials.authorities} if address.is_secure else {}
        )
        try:
            self._client = OpenSearch(
                hosts=[{"host": host, "port": port} for host, port in address.hosts],
                http_auth=(user, secret[0]) if user is not None and secret else None,
                timeout=ASKING,
                max_retries=max(RETRIES, len(address.hosts)),
                retry_on_timeout=True,
                pool_maxsize=CONNECTIONS,
                **tls,
            )
        except (OSError, ImproperlyConfigured) as error:
            what = f"{credentials.authorities}, which {AUTHORITIES} names, cannot be used: {error}"
            raise SettingsError(what) from error

    def close(self) -> None:
        """Give back the connections."""
        self._client.close()

    def ask(
        self,
        method: str,
        path: Sequence[str],
        body: Json | bytes | None = None,
        *,
        timeout: float = ASKING,
        **parameters: str | int | bool,
    ) -> Any:
        """Send a request and return the JSON of the response; the parts of `path` are quoted here.

        Raises Absent, Conflict, and errors of the index for all other failures.
        """
        return self._patiently(lambda: self._once(method, path, body, timeout, parameters))

    def search(self, index: str, body: Json) -> Any:
        """Search all shards of an index; raises IndexUnreachable if some do not answer."""
        path, whole = [index, "_search"], {"allow_partial_search_results": "false"}
        return self._patiently(lambda: self._whole(self._once("POST", path, body, ASKING, whole)))

    def searches(self, index: str, bodies: Sequence[Json]) -> list[Any]:
        """Send several searches in one request."""
        if not bodies:
            return []
        head = json.dumps({"index": index, "allow_partial_search_results": False})
        lines = "".join(f"{head}\n{json.dumps(body, ensure_ascii=False)}\n" for body in bodies)
        content = lines.encode(errors="surrogatepass")

        def once() -> list[Any]:
            answers = self._once("POST", ["_msearch"], content, ASKING, {})["responses"]
            return list(map(self._whole, answers))

        return self._patiently(once)

    def refresh(self, index: str) -> None:
        """Make everything that was sent visible to searches, in all shards and replicas."""
        self._patiently(lambda: self._whole(self._once("POST", [index, "_refresh"], None, WRITING, {})))

    def largest(self) -> int:
        """Return the largest request in bytes that every node accepts; practically unlimited if this user may not query
        it. Cached.
        """
        if self._largest is None:
            try:
                nodes = self.ask("GET", ["_nodes", "http"]).get("nodes", {}).values()
            except (IndexForbidden, Absent):
                nodes = ()
            limits = (node.get("http", {}).get("max_content_length_in_bytes", sys.maxsize) for node in nodes)
            self._largest = min(map(int, limits), default=sys.maxsize)
        return self._largest

    def refused(self, status: int, error: object) -> Exception:
        """Return the error for a refused document."""
        found = self._of(status, error)
        return self._unreachable(found.says) if isinstance(found, _Passing) else found

    def _patiently(self, once: Callable[[], T]) -> T:
        """Return the result of an attempt; retry after a while if the failure may be temporary."""
        waits: dict[type[_Passing], Iterator[float]] = {_Busy: iter(BUSY), _Failing: iter(AGAIN)}
        while True:
            try:
                return once()
            except _Passing as error:
                wait = next(waits[type(error)], None)
                if wait is None:
                    raise self._unreachable(error.says) from None
                time.sleep(wait)

    def _once(
        self,
        method: str,
        path: Sequence[str],
        body: Json | bytes | None,
        timeout: float,
        parameters: Mapping[str, str | int | bool],
    ) -> dict[str, Any]:
        url = "/" + "/".join(part if part.startswith("_") else quote(part, safe="") for part in path)
        found = self._send(method, url, body, timeout, parameters)
        if not isinstance(found, dict):
            raise self._unreachable("does not answer as OpenSearch does", _NOT_IT)
        return found

    def _whole(self, answer: Any) -> Any:
        """Return a response if all shards contributed to it; raise otherwise."""
        if "error" in answer:
            raise self._of(answer.get("status", 500), answer["error"])
        shards = answer.get("_shards", {})
        if answer.get("timed_out") or shards.get("failed"):
            raise _Failing(f"has an answer of {shards.get('successful')} of {shards.get('total')} parts only")
        return answer

    def look(self) -> str:
        """Return the version of the server; raises IndexUnreachable if it is not OpenSearch."""
        try:
            said = self.ask("GET", [""])
        except IndexForbidden as error:
            if error.status == 403:  # a user may lack this right and still be allowed to search
                return ""
            raise
        except Absent:
            raise self._unreachable("does not answer as OpenSearch does", _NOT_IT) from None
        version = said.get("version") if isinstance(said.get("version"), dict) else None
        number = str(version.get("number", "")) if version else ""
        parts = tuple(map(int, re.findall(r"[0-9]+", number)[:2]))
        if version is None or version.get("distribution") != "opensearch":
            raise self._unreachable("is not OpenSearch", _NOT_IT)
        if parts < OLDEST or parts[:1] > NEWEST:
            raise self._unreachable(f"is OpenSearch {number}", f"releases from {TOO_OLD} to {NEWEST[0]}.x are known")
        return number

    def _send(
        self, method: str, url: str, body: Json | bytes | None, timeout: float, parameters: Mapping[str, Any]
    ) -> Any:
        transport = self._client.transport
        try:
            return transport.perform_request(method, url, params=dict(parameters), body=body, timeout=timeout)
        except ConnectionTimeout as error:
            raise self._unreachable(f"did not answer within {timeout:g} s") from error
        except SSLError as error:
            raise self._distrusted(error) from error
        except ConnectionError as error:
            raise self._unreachable(f"cannot be reached: {_why(error)}", self._other_way(error)) from error
        except ConflictError:
            raise Conflict from None
        except NotFoundError as error:
            is_without = isinstance(error.info, Mapping) and error.info.get("found") is False
            if not (is_without or _type_of(error.info)):
                raise self._unreachable("does not answer as OpenSearch does (404)", _NOT_IT) from error
            raise Absent(str(error.error)) from None
        except AuthenticationException as error:
            raise self._forbidden(401) from error
        except SerializationError as error:
            raise self._unreachable("does not answer with JSON", _NOT_IT) from error
        except TransportError as error:
            raise self._of(error.status_code, error.info) from error
        except OpenSearchException as error:
            raise self._unreachable(f"cannot be used ({type(error).__name__})") from error

    def _of(self, status: int | str, info: object) -> Exception:
        """Return the error for a status and its response."""
        kind, text = _type_of(info), json.dumps(info) if not isinstance(info, str) else info
        if any(word in text for word in _TOO_MANY):
            what = "the query has more parts than the cluster takes"
            return QueryError(what, code="too-many-terms", number=CLAUSES, hint="ask for fewer at a time")
        if kind in _FULL:
            what = f"{self.address} takes no more: {_reason_of(info)}"
            return IndexFull(what, hint="make room on the disks of its nodes; it goes on by itself then")
        if kind == "resource_already_exists_exception":
            return Conflict()
        if kind == "index_not_found_exception":
            return Absent(_reason_of(info))
        if status in (401, 403):
            return self._forbidden(int(status))
        if status == 413:
            return TooLarge()
        if status == 429:
            return _Busy(f"has no room for a request ({_reason_of(info) or kind or '429'})")
        says = f"answers with an error ({status}): {_reason_of(info) or kind or 'no reason given'}"
        return _Failing(says) if isinstance(status, int) and status >= 500 else self._unreachable(says)

    def _forbidden(self, status: int) -> IndexForbidden:
        if status == 401:
            what, hint = "does not know the user or the password", f"they are taken from {USER} and {PASSWORD}"
        else:
            what, hint = "does not let this user do that", "ask whoever runs it for the right, or name another user"
        return IndexForbidden(f"{self.address} {what}", hint=hint, status=status)

    def _unreachable(self, what: str, hint: str = "see whether the cluster is well and ask again") -> IndexUnreachable:
        return IndexUnreachable(f"{self.address} {what}", hint=hint)

    def _distrusted(self, error: SSLError) -> IndexUnreachable:
        """Return the error for a TLS failure; each kind has its own remedy."""
        said = str(error.info)
        if re.search("WRONG_VERSION_NUMBER|RECORD_LAYER_FAILURE|UNKNOWN_PROTOCOL", said):
            return self._unreachable("does not speak TLS", "its URL begins with opensearch:// then")
        why = re.search(r"certificate verify failed: (.+?)\.? *\(_ssl", said) or re.search(r"\] ([a-z ]+)", said)
        reason = why[1].strip() if why else type(error.info).__name__
        hint = f"{AUTHORITIES} names the file with its authority"
        if "expired" in reason:
            hint = "whoever runs it has to renew its certificate"
        elif "mismatch" in reason.lower():
            hint = "name the host in the URL as its certificate does"
        return self._unreachable(f"cannot be trusted: {reason}", hint)

    def _other_way(self, error: ConnectionError) -> str:
        if not self.address.is_secure and re.search(
            "RemoteDisconnected|Connection aborted|BadStatusLine", str(error.info)
        ):
            return f"where it speaks TLS its URL begins with opensearch{SECURE}://"
        if self.address.is_secure:
            return "where it does not speak TLS its URL begins with opensearch://"
        return "see whether it runs and whether host and port are right"


class TooLarge(Exception):
    """A request that is larger than the cluster accepts."""


class _Passing(Exception):
    """A failure that may be temporary."""

    def __init__(self, says: str) -> None:
        super().__init__(says)
        self.says = says


class _Busy(_Passing):
    """The cluster is busy; the request may succeed later."""


class _Failing(_Passing):
    """A node disappeared during its response, or is not up yet; others have copies of its data."""


_NOT_IT = "see what listens there: a proxy, or another program"


def _why(error: ConnectionError) -> str:
    """Return the reason of a failed connection, without the class name and the host, which the message names anyway."""
    said = str(error.info)
    for pattern in (r"\[Errno -?\d+\] ([^)\"']+)", r"RemoteDisconnected\(['\"]([^'\"]+)", r": ([^:()]+)\)?$"):
        if found := re.search(pattern, said):
            return found[1].strip().lower()
    return type(error.info).__name__


def _type_of(info: object) -> str:
    """Return the error type in an OpenSearch response; empty if something else has answered."""
    error = info.get("error", info) if isinstance(info, Mapping) else None
    return str(error.get("type", "")) if isinstance(error, Mapping) else ""


def _reason_of(info: object) -> str:
    """Return the innermost reason in an OpenSearch response, on one line."""
    error = info.get("error", info) if isinstance(info, Mapping) else None
    if not isinstance(error, Mapping):
        return ""
    roots = error.get("root_cause") or [error]
    root = roots[0] if isinstance(roots, list) and isinstance(roots[0], Mapping) else error
    return " ".join(str(root.get("reason") or error.get("reason") or "").split())[:200].rstrip(";")
