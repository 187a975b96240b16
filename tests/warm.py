"""A process that has loaded the program and used it once, and becomes the program whenever it is asked to.

Most of what a short command costs is its start: modules, dictionaries, tables. Tests of what a command answers do not
need that again, so this process forks, and its child runs the command as if it had just been started: with its own
arguments, folder, environment, standard streams, signals and end. Tests of the start itself (what is loaded, from
where, in which language) start the program (`programs.seedsearch`).

It listens at the Unix socket that is its argument, until its standard input ends. A connection is for one command: a
message of JSON with the three streams comes in; the number of the child goes out, and then the code that it ended with,
below zero for a signal.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import selectors
import signal
import socket
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

LONGEST = 1 << 20  # bytes of a request


class Request(NamedTuple):
    """What to run, where, and the file descriptors of its standard streams."""

    arguments: list[str]
    folder: str
    environment: dict[str, str]
    streams: list[int]


def use_once() -> None:
    """Load what commands load, by doing what they do."""
    import seedsearch.frontends.cli.config
    import seedsearch.frontends.cli.inspect
    import seedsearch.frontends.cli.query  # noqa: F401
    from seedsearch import build_index, open_index
    from seedsearch.restoring.clean import clean

    with tempfile.TemporaryDirectory() as folder:
        seeds = Path(folder, "seeds")
        seeds.mkdir()
        (seeds / "page.txt").write_text(
            "公司的產(chǎn)品和服務(wù)，產(chǎn)業(yè)優(yōu)勢。天津?qū)⑼ㄟ^", encoding="utf-8"
        )
        (seeds / "page.html").write_bytes("<p>我们做焊接机器人。</p>".encode("gbk"))
        build_index(seeds, Path(folder, "index"))
        with contextlib.closing(open_index(Path(folder, "index"))) as index:
            index.search("焊接机器人 公司")
        clean("锘挎垜浠潵鑷簬涓€涓編涓界殑鍩庡競锛岄偅閲岀殑浜烘皯鐢熸椿骞哥")


def asked(listening: socket.socket) -> Request | None:
    """Serve until standard input ends: None. In a child, return what it is to run."""
    with selectors.DefaultSelector() as waiting:
        waiting.register(listening, selectors.EVENT_READ)
        waiting.register(0, selectors.EVENT_READ)
        while True:
            for key, _ in waiting.select():
                if key.fd == 0:
                    return None
                if key.fd == listening.fileno():
                    connection, _ = listening.accept()
                    content, streams, _, _ = socket.recv_fds(connection, LONGEST, 3)
                    arguments, folder, environment = json.loads(content)
                    if not (pid := os.fork()):
                        listening.close()
                        connection.close()
                        return Request(arguments, folder, environment, streams)
                    for stream in streams:
                        os.close(stream)
                    connection.send(b"%d" % pid)
                    waiting.register(os.pidfd_open(pid), selectors.EVENT_READ, (pid, connection))
                else:
                    waiting.unregister(key.fd)
                    os.close(key.fd)
                    pid, connection = key.data
                    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                    with connection, contextlib.suppress(OSError):  # one who asked may be gone
                        connection.send(b"%d" % code)


def become(request: Request) -> None:
    """Make this process what a new one for a request would be."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, stream in enumerate(request.streams):
        os.dup2(stream, number)
        os.close(stream)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        usual: io.TextIOWrapper = getattr(sys, name)
        raw = io.FileIO(number, "w" if number else "r", closefd=False)
        buffered = io.BufferedWriter(raw) if number else io.BufferedReader(raw)
        new = io.TextIOWrapper(buffered, usual.encoding, usual.errors, line_buffering=usual.line_buffering)
        setattr(sys, name, new)
        setattr(sys, f"__{name}__", new)
    os.chdir(request.folder)
    os.environ.clear()
    os.environ.update(request.environment)
    sys.argv[1:] = request.arguments


if __name__ == "__main__":
    del sys.path[0]  # the folder of this file
    requests = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    requests.bind(sys.argv.pop(1))
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    use_once()
    gc.collect()
    gc.freeze()
    requests.listen()
    print("listening", flush=True)
    if found := asked(requests):
        become(found)
        from seedsearch.__main__ import main

        main()
