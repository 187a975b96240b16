"""Requests to a cluster, and what goes wrong with them as errors of ours. Nothing else imports the client.

A request is sent again, to the next node, where no answer came: all that is sent here may come twice.
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

# Seconds for an answer to a question, and for what writes or waits for all parts of an index.
ASKING, WRITING = 10.0, 60.0
RETRIES = 3
# A cluster that has no room for a request at the moment says so; it is asked again after so many seconds.
BUSY = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 8.0)
# And so often where a part of the answer is missing: as long as a cluster takes to see that a node has gone.
AGAIN = (0.1, 0.4, 1.0, 2.0)
CONNECTIONS = 8
CLAUSES = 1024  # of a query, where nobody has told the nodes otherwise
OLDEST, NEWEST = (2, 11), (3,)  # releases: the first that can give the score, and the last major one that is known
TOO_OLD = "2.11"

_TOO_MANY = ("too_many_clauses", "too_many_nested_clauses", "max_clause_count", "maxClauseCount")
_FULL = ("cluster_block_exception", "index_create_block_exception")

# It says every 404 and every retry on standard error, where no handler is.
logging.getLogger("opensearch").addHandler(logging.NullHandler())
logging.getLogger("opensearch").propagate = False


class Absent(Exception):
    """What a request names is not in the cluster; an engine says what that means."""


class Conflict(Exception):
    """Another one has changed the same, or made it, before."""


class Wire:
    """The connection to a cluster, for several threads."""

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
        """Return the JSON that is answered; `path` is in parts, which are made fit for a URL here.

        Raises Absent, Conflict, and the errors of an index for everything else that is not an answer.
        """
        return self._patiently(lambda: self._once(method, path, body, timeout, parameters))

    def search(self, index: str, body: Json) -> Any:
        """Return the answer of all parts of an index to one search; raises IndexUnreachable for one of some of them."""
        path, whole = [index, "_search"], {"allow_partial_search_results": "false"}
        return self._patiently(lambda: self._whole(self._once("POST", path, body, ASKING, whole)))

    def searches(self, index: str, bodies: Sequence[Json]) -> list[Any]:
        """Return the answers to several searches."""
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
        """Let searches see what was sent to every part of an index and all of its copies."""
        self._patiently(lambda: self._whole(self._once("POST", [index, "_refresh"], None, WRITING, {})))

    def largest(self) -> int:
        """Return how many bytes of a request every node takes; what no request reaches where nobody may tell. It is
        asked once.
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
        """Return the error for a document that was not taken."""
        found = self._of(status, error)
        return self._unreachable(found.says) if isinstance(found, _Passing) else found

    def _patiently(self, once: Callable[[], T]) -> T:
        """Return what an attempt returns; one more is made, after a while, where the reason may have gone then."""
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
        """Return an answer of every part of an index."""
        if "error" in answer:
            raise self._of(answer.get("status", 500), answer["error"])
        shards = answer.get("_shards", {})
        if answer.get("timed_out") or shards.get("failed"):
            raise _Failing(f"has an answer of {shards.get('successful')} of {shards.get('total')} parts only")
        return answer

    def look(self) -> str:
        """Return the release of what answers; raises IndexUnreachable for something other than OpenSearch."""
        try:
            said = self.ask("GET", [""])
        except IndexForbidden as error:
            if error.status == 403:  # a user may be refused this, and may ask for what there is
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
        """Return the error for a status and what was said with it."""
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
        """Return the error for what TLS does not take: each has another way out."""
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
    """A request that is larger than the cluster takes."""


class _Passing(Exception):
    """What may be otherwise in a moment."""

    def __init__(self, says: str) -> None:
        super().__init__(says)
        self.says = says


class _Busy(_Passing):
    """A request that may be taken later."""


class _Failing(_Passing):
    """A node that has gone while it answered, or is not there yet: others have copies of what it had."""


_NOT_IT = "see what listens there: a proxy, or another program"


def _why(error: ConnectionError) -> str:
    """Return the reason of a connection that failed, without the name of the class and the host, which are said."""
    said = str(error.info)
    for pattern in (r"\[Errno -?\d+\] ([^)\"']+)", r"RemoteDisconnected\(['\"]([^'\"]+)", r": ([^:()]+)\)?$"):
        if found := re.search(pattern, said):
            return found[1].strip().lower()
    return type(error.info).__name__


def _type_of(info: object) -> str:
    """Return the kind of an error that OpenSearch names; empty where somebody else has answered."""
    error = info.get("error", info) if isinstance(info, Mapping) else None
    return str(error.get("type", "")) if isinstance(error, Mapping) else ""


def _reason_of(info: object) -> str:
    """Return the innermost reason that OpenSearch gives, in a line."""
    error = info.get("error", info) if isinstance(info, Mapping) else None
    if not isinstance(error, Mapping):
        return ""
    roots = error.get("root_cause") or [error]
    root = roots[0] if isinstance(roots, list) and isinstance(roots[0], Mapping) else error
    return " ".join(str(root.get("reason") or error.get("reason") or "").split())[:200].rstrip(";")
