"""The socket and the server on it. Slow clients are disconnected, so that they cannot use up all connections."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import signal
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from seedsearch.errors import OutputError, reason
from seedsearch.frontends.web.site import LOOPBACK, Site

# Seconds within which a client must send the head of a request; a browser takes a thousandth.
PATIENCE = 20
# Signals besides SIGINT and SIGTERM that end the server. An exception raised by a Python signal handler might be
# swallowed by the event loop.
ENDING = (signal.SIGHUP, signal.SIGQUIT)
GRACE = 2  # seconds for running requests when the server is stopped
WAITING = 1024  # backlog of connections


class Protocol(H11Protocol):
    """uvicorn's HTTP/1.1 protocol with a time limit for requests, which uvicorn lacks."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has connected; start the time limit for its first request."""
        super().connection_made(transport)
        self._expect()

    def data_received(self, data: bytes) -> None:
        """Data has arrived: a complete head stops the time limit, the beginning of the next one restarts it."""
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._no_more()
        elif self._deadline is None:
            self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has disconnected."""
        self._no_more()
        super().connection_lost(exc)

    def _expect(self) -> None:
        self._deadline = self.loop.call_later(PATIENCE, self._late)

    def _no_more(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _late(self) -> None:
        self._deadline = None
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()


class _Server(uvicorn.Server):
    """A server that reports when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Shut down on more signals than uvicorn does; each is raised again after the server has ended."""
        with super().capture_signals():
            ours = threading.current_thread() is threading.main_thread()
            heard = [number for number in ENDING if ours and signal.getsignal(number) is not signal.SIG_IGN]
            before = [(number, signal.signal(number, self.handle_exit)) for number in heard]
            try:
                yield
            finally:
                for number, handler in before:
                    signal.signal(number, handler)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start answering, and report it."""
        await super().startup(sockets)
        self._ready()


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach a host."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() in LOOPBACK


def address(host: str, site: Site) -> str:
    """Return the address of the start page, with the token if there is one."""
    name = f"[{host.strip('[]')}]" if ":" in host else host
    return f"http://{name}:{site.port}{site.home(token=site.token)}"


def bound(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 means any free one. Raises OutputError if that fails."""
    plain = host.strip("[]")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(plain, port, type=socket.SOCK_STREAM)[0]
        made = socket.socket(family, kind, protocol)
        try:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind(address)
        except OSError:
            made.close()
            raise
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        why = "is taken by another program" if taken else f"cannot be used: {reason(error)}"
        raise OutputError(f"port {port} of {host} {why}", hint="choose another: --port 0 picks a free one") from error
    return made


def serve(app: ASGIApp, listening: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until a signal, which is then delivered to the caller."""
    config = uvicorn.Config(
        app,
        http=Protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        backlog=WAITING,
        timeout_graceful_shutdown=GRACE,
    )
    _Server(config, ready).run(sockets=[listening])
