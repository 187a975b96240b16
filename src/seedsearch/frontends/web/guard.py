"""Access control and security headers, around the whole application, so that its errors are covered too.

* The host that a request is for is this machine by name, or one that was allowed: a page elsewhere whose name is made
  to lead here (DNS rebinding) is refused.
* What another site's page asks for is refused (`Origin`, `Sec-Fetch-Site`), but for links that a person follows. No
  answer ever allows another origin to read it.
* Where a token is set, every request needs it: other users of this machine reach a loopback port too.
* Every answer forbids everything but our own style, script and images.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

import anyio
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from seedsearch.frontends.web import problems
from seedsearch.frontends.web.problems import Problem
from seedsearch.frontends.web.site import LOOPBACK, Site

# Bytes of path and query of an address: a query of 2,000 characters takes 24,000 (four bytes each, three times as long
# when it is spelled out), and filters come beside it.
LONGEST_ADDRESS = 32_000
# Seconds within which a client must receive what is sent.
SENDING = 60

CSP = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = (
    (b"content-security-policy", CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_PRIVATE = (b"cache-control", b"private, no-cache")
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?", re.IGNORECASE | re.ASCII)
# Responses here reveal nothing about the index.
OPEN = ("/healthz",)

Answer = Callable[[Scope, Problem], ASGIApp]


class Guard:
    """Wraps an application; `answer` renders the page or the JSON of a problem."""

    def __init__(self, app: ASGIApp, site: Site, answer: Answer) -> None:
        self._app, self._site, self._answer = app, site, answer
        self._hosts = {*LOOPBACK, *(host.lower() for host in site.hosts)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request or refuse it."""
        if scope["type"] != "http":
            return
        sending = _Sending(send)
        scope = self._below_root(scope)
        try:
            try:
                sending.cookie = self._let_in(scope)
                await self._app(scope, receive, sending)
            except Problem as problem:
                await self._answer(scope, problem)(scope, receive, sending)
        except TimeoutError:
            return  # a client that does not receive its response gets no more of it
        except Exception:
            if sending.begun:
                raise
            await self._answer(scope, Problem(problems.FAULT, "it is not your fault"))(scope, receive, sending)
            raise

    def _below_root(self, scope: Scope) -> Scope:
        """Remove the path prefix if the proxy has left it in the address."""
        root, path = self._site.root, scope["path"]
        return {**scope, "path": path[len(root) :] or "/"} if root and f"{path}/".startswith(f"{root}/") else scope

    def _let_in(self, scope: Scope) -> bytes | None:
        """Raise Problem unless the request is allowed; return the cookie to set, if any."""
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        host = self._checked_host(_all(headers, b"host"))
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > LONGEST_ADDRESS:
            raise Problem(problems.LONG, f"an address may have {LONGEST_ADDRESS:,} bytes", "ask for less at a time")
        _check_site(headers, host, is_read=scope["method"] in ("GET", "HEAD"))
        return self._checked_token(scope, headers)

    def _checked_host(self, said: list[str]) -> str:
        found = _HOST.fullmatch(said[0]) if len(said) == 1 else None
        if found is None or found[1].lower().strip("[]") not in self._hosts:
            hint = "if this name is meant to lead here, allow it: seedsearch serve --allow-host NAME"
            raise Problem(problems.HOST, "the request is for another host than this one", hint)
        return said[0].lower()

    def _checked_token(self, scope: Scope, headers: Iterable[tuple[bytes, bytes]]) -> bytes | None:
        token = self._site.token
        if token is None or scope["path"] in OPEN:
            return None
        asked = parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=None).get("token", [])
        bearer = [value[7:].strip() for value in _all(headers, b"authorization") if value[:7].lower() == "bearer "]
        kept = _cookies(_all(headers, b"cookie"), self._site.cookie)
        if not any(secrets.compare_digest(one.encode(), token.encode()) for one in (*asked, *bearer, *kept)):
            hint = "open the address that seedsearch serve printed; programs send Authorization: Bearer TOKEN"
            raise Problem(problems.TOKEN, "this server wants a token", hint, {"www-authenticate": "Bearer"})
        path = self._site.root or "/"
        cookie = f"{self._site.cookie}={token}; Path={path}; HttpOnly; SameSite=Strict"
        return cookie.encode() if asked and not kept else None


class _Sending:
    """Sends a response with the common headers, with a time limit for the client."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.begun = False
        self.cookie: bytes | None = None

    async def __call__(self, message: Message) -> None:
        """Send a message."""
        if message["type"] == "http.response.start":
            self.begun = True
            headers = list(message.get("headers", ()))
            names = {name.lower() for name, _ in headers}
            headers += [row for row in (*HEADERS, _PRIVATE) if row[0] not in names]
            if self.cookie is not None:
                headers.append((b"set-cookie", self.cookie))
            message = {**message, "headers": headers}
        with anyio.fail_after(SENDING):
            await self._send(message)


def _check_site(headers: Iterable[tuple[bytes, bytes]], host: str, *, is_read: bool) -> None:
    """Raise Problem for requests by pages of other sites, except followed links."""
    origins = _all(headers, b"origin")
    if any(origin.lower() not in (f"http://{host}", f"https://{host}") for origin in origins):
        raise Problem(problems.CROSS_SITE, "the page of another origin asked")
    site, mode, goal = (_all(headers, name) for name in (b"sec-fetch-site", b"sec-fetch-mode", b"sec-fetch-dest"))
    is_followed = is_read and mode == ["navigate"] and goal in ([], ["document"])
    if set(site) - {"same-origin", "none"} and not is_followed:
        raise Problem(problems.CROSS_SITE, "the page of another site asked")


def _all(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> list[str]:
    return [value.decode("latin-1") for found, value in headers if found == name]


def _cookies(lines: Iterable[str], name: str) -> list[str]:
    found = []
    for line in lines:
        try:
            cookies = SimpleCookie(line)
        except CookieError:
            continue
        found += [cookies[name].value] if name in cookies else []
    return found
