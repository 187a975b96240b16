"""Runs libraries that read untrusted files in a separate process, which can be killed and ends with its parent."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread, Timer

from seedsearch.interpreter import environment, python


def confine(watched: int, seconds: int, memory: int) -> None:
    """Limit this process to some seconds of processor time and some bytes of memory, and make it end with its parent.

    `watched` is a pipe to which nobody writes; it is closed when the process that wants the answer ends.
    """
    Thread(target=_end_with, args=[watched], daemon=True).start()
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _end_with(watched: int) -> None:
    os.read(watched, 1)
    os._exit(1)


@contextmanager
def running(module: str, *numbers: int, seconds: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run `module.main(watched, *numbers)` in a process with pipes for input and output, which ends with the block.

    It is killed after `seconds` of wall time; its output then ends, too.
    """
    watched, held = os.pipe()
    code = f"from {module} import main; main{(watched, *numbers)}"
    process = subprocess.Popen(
        python(code),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment(),
        pass_fds=[watched],
    )
    clock = Timer(seconds, process.kill)
    clock.daemon = True
    clock.start()
    try:
        yield process
    finally:
        clock.cancel()
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                _close(pipe)
        process.wait()
        os.close(watched)
        os.close(held)


def _close(pipe: object) -> None:
    """Close a pipe; unread data is discarded, without an error."""
    try:
        pipe.close()  # type: ignore[attr-defined]
    except BrokenPipeError:
        return
