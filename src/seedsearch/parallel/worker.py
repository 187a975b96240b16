"""The worker processes: a nursery, and workers forked from it.

The nursery imports what workers need and then waits on a socket. Each message carries the socket of a new worker, which
is a fork of the nursery. End of file means that the requesting process is gone, for whatever reason; the workers are
then killed. Only that process handles signals. Nothing here has a name in the file system or needs a process that keeps
track of it.

A message between the process and a worker is its length (8 bytes, big-endian) and a pickle.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import socket
import traceback
import warnings
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module

# Signals that end a program: workers end with the program, not before it.
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)

_LENGTH = 8


def send(line: socket.socket, content: bytes) -> None:
    """Send one message."""
    line.sendall(len(content).to_bytes(_LENGTH, "big"))
    line.sendall(content)


def receive(line: socket.socket) -> bytearray | None:
    """Receive one message; None if the other end is closed."""
    length = _exactly(line, _LENGTH)
    return None if length is None else _exactly(line, int.from_bytes(length, "big"))


def _exactly(line: socket.socket, size: int) -> bytearray | None:
    content = bytearray(size)
    rest = memoryview(content)
    while rest:
        read = line.recv_into(rest)
        if not read:
            return None
        rest = rest[read:]
    return content


def main(control: int, preload: Sequence[str]) -> None:
    """Run the nursery until the process at the other end of the socket `control` (a file descriptor) is gone."""
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    for name in preload:
        import_module(name)
    gc.freeze()  # workers do not scan imported objects for garbage
    workers: list[int] = []
    with socket.socket(fileno=control) as asked:
        while handles := socket.recv_fds(asked, 1, 1)[1]:
            workers = [*_running(workers), _started(asked, handles[0])]
    for worker in _running(workers):
        os.kill(worker, signal.SIGKILL)


def _running(workers: Sequence[int]) -> list[int]:
    """Return the children that have not ended; the system does not reuse a process ID before it is waited for here."""
    return [worker for worker in workers if os.waitpid(worker, os.WNOHANG)[0] == 0]


def _started(asked: socket.socket, handle: int) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python warns about threads; none of them are ours
        worker = os.fork()
    if worker:
        os.close(handle)
        return worker
    try:
        asked.close()
        with socket.socket(fileno=handle) as line:
            _serve(line)
    except OSError:
        os._exit(0)  # no one waits for the answer
    finally:
        os._exit(0)


def _serve(line: socket.socket) -> None:
    """Change to the folder that the first message names, then answer messages until there are none."""
    folder = receive(line)
    if folder:
        os.chdir(bytes(folder))
    while (content := receive(line)) is not None:
        send(line, _answer(content))


def _answer(content: bytes | bytearray) -> bytes:
    """Return the pickle of (success, result or error)."""
    try:
        function, item = pickle.loads(content)
        return pickle.dumps((True, function(item)), pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        error.add_note(f"in a worker process:\n{traceback.format_exc()}")
        with suppress(Exception):
            made = pickle.dumps((False, error))
            pickle.loads(made)
            return made
        return pickle.dumps((False, RuntimeError(traceback.format_exc())))
