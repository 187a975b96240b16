"""The pool of workers on the side of the process that uses it: one nursery per process, and threads that wait for
answers.

The nursery of the command line is a fork of it, which has already loaded what workers need. The nursery of a library is
a fresh Python, because threads, streams and other state of a foreign program must not be copied.
"""

from __future__ import annotations

import atexit
import os
import pickle
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from queue import SimpleQueue
from types import TracebackType
from typing import Self, TypeVar

from seedsearch.errors import WorkerDied, reason
from seedsearch.interpreter import environment, is_program, python
from seedsearch.parallel.worker import ENDING, main, receive, send

R = TypeVar("R")

# Seconds within which the nursery ends after it is released; it does nothing else then, unless it is still importing.
GOING = 5.0
# One thread for matrix operations: there is a process per core, and only a process with one thread may be forked.
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class Workers:
    """A number of worker processes, each with a thread that sends it work and receives the answer; a context
    manager.
    """

    def __init__(self, count: int, preload: Sequence[str]) -> None:
        self._lines = [_line(preload) for _ in range(count)]
        self._idle: SimpleQueue[socket.socket] = SimpleQueue()
        for line in self._lines:
            self._idle.put(line)
        self._threads = ThreadPoolExecutor(count)

    def submit(self, function: Callable[..., R], item: object) -> Future[R]:
        """Compute the function of an item in a worker; an exception raised there is raised when the result is
        requested.
        """
        return self._threads.submit(self._asked, function, item)

    def _asked(self, function: Callable[..., R], item: object) -> R:
        line = self._idle.get()  # there is one per thread
        try:
            content = _answered(line, pickle.dumps((function, item), pickle.HIGHEST_PROTOCOL))
        finally:
            self._idle.put(line)
        done, result = pickle.loads(content)
        if not done:
            raise result
        return result  # type: ignore[no-any-return]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Release the workers; their unfinished work is discarded."""
        for line in self._lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        self._threads.shutdown(cancel_futures=True)
        for line in self._lines:
            line.close()


def _answered(line: socket.socket, content: bytes) -> bytes | bytearray:
    try:
        send(line, content)
        answer = receive(line)
    except OSError:
        answer = None
    if answer is None:
        what = "a worker process was killed (out of memory?)"
        raise WorkerDied(what, hint="use fewer of them: --workers 1")
    return answer


class Nursery:
    """The process from which workers are forked; it and they end when this process does."""

    def __init__(self, preload: Sequence[str]) -> None:
        self._control, theirs = socket.socketpair()
        with theirs:
            if may_copy():
                self.pid = _copied(theirs.fileno(), preload)
            else:
                theirs.set_inheritable(True)
                code = f"from seedsearch.parallel.worker import main; main({theirs.fileno()}, {list(preload)!r})"
                self.pid = _spawned(python(code))

    def line(self) -> socket.socket:
        """Request a worker without waiting for it; return the socket to it. Raises OSError."""
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self._control, [b"w"], [theirs.fileno()])
        send(ours, _folder())
        return ours

    def forget(self) -> None:
        """Close this end, in a fork of the process that it belongs to."""
        self._control.close()

    def stop(self) -> None:
        """Release it, and wait until it has ended."""
        self._control.close()
        with suppress(ChildProcessError):
            until = time.monotonic() + GOING
            while os.waitpid(self.pid, os.WNOHANG)[0] == 0:
                if time.monotonic() > until:
                    os.kill(self.pid, signal.SIGKILL)
                time.sleep(0.002)


def _folder() -> bytes:
    """Return the current folder, which may differ from that of the nursery; empty if it was removed."""
    try:
        return os.getcwdb()
    except OSError:
        return b""


def may_copy() -> bool:
    """Tell whether this process is our program and has only one thread."""
    try:
        return is_program() and len(os.listdir("/proc/self/task")) == 1
    except OSError:
        return False


def _copied(control: int, preload: Sequence[str]) -> int:
    """Fork this process; the fork has no input, no output and no open file but `control`."""
    waiting = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        if copy := os.fork():
            return copy
        try:
            nothing = os.open(os.devnull, os.O_RDWR)
            for number in (0, 1):
                os.dup2(nothing, number)
            os.closerange(3, control)  # including index locks, which are held as long as the file is open
            os.closerange(control + 1, os.sysconf("SC_OPEN_MAX"))
            main(control, preload)
        finally:
            os._exit(0)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, waiting)


def _spawned(command: list[str]) -> int:
    """Start a process without input and output that blocks the signals that it is about to ignore."""
    nothing = [(os.POSIX_SPAWN_OPEN, at, os.devnull, os.O_RDWR, 0) for at in (0, 1)]
    variables = {**environment(), **_ONE_THREAD}
    return os.posix_spawn(sys.executable, command, variables, file_actions=nothing, setsigmask=ENDING)


_guard = threading.Lock()
_nursery: Nursery | None = None


def nursery(preload: Sequence[str]) -> Nursery:
    """Return the nursery of this process; start it if there is none, importing `preload`.

    Raises OSError if it cannot be started.
    """
    global _nursery
    with _guard:
        if _nursery is None:
            _nursery = Nursery(preload)
        return _nursery


def _line(preload: Sequence[str]) -> socket.socket:
    """Return the connection to a new worker; replace a killed nursery once. Raises WorkerDied."""
    try:
        return nursery(preload).line()
    except OSError:
        _stop()
    try:
        return nursery(preload).line()
    except OSError as error:
        raise WorkerDied(f"worker processes cannot be started: {reason(error)}", hint="use --workers 1") from error


def _stop() -> None:
    global _nursery
    with _guard:
        if _nursery is not None:
            _nursery.stop()
        _nursery = None


def _in_copy() -> None:
    """A fork of this process (os.fork) has no workers, and must not keep those of its parent alive."""
    global _nursery, _guard
    if _nursery is not None:
        _nursery.forget()
    _nursery, _guard = None, threading.Lock()


os.register_at_fork(after_in_child=_in_copy)
atexit.register(_stop)
