"""A server of ours in a process of its own, and requests that reach it over a real socket, byte for byte."""

from __future__ import annotations

import http.client
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

import pytest

from benchmarks.corpus import endless
from fixtures.guides import furnished
from fixtures.hostile import hostile
from seedsearch import build_index

PATIENCE = 120  # seconds for what a test waits for; a machine may be busy with other tests


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; the headers in lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.content)

    @property
    def problem(self) -> str:
        """The kind of a problem."""
        assert self.headers["content-type"] == "application/problem+json"
        return str(self.json["type"]).removeprefix("urn:seedsearch:problem:")


@dataclass
class Server:
    """A running server."""

    process: subprocess.Popen[str]
    address: str
    port: int

    def ask(
        self, path: str, method: str = "GET", body: bytes | None = None, headers: Mapping[str, str] = {}, **said: Any
    ) -> Answer:
        """Make a request; what is said more are parameters of the address."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            query = "?" + urlencode(said, doseq=True) if said else ""
            connection.request(method, path + query, body, dict(headers))
            got = connection.getresponse()
            return Answer(got.status, {name.lower(): value for name, value in got.getheaders()}, got.read())
        finally:
            connection.close()

    def send(self, content: bytes, *, is_whole: bool = False) -> bytes:
        """Send bytes as they are, and read until the other side closes; say that no more come unless it `is_whole`."""
        got = b""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as connection, suppress(OSError):
            connection.sendall(content)
            if not is_whole:
                connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(1 << 16):
                got += piece
        return got

    def raw(self, *lines: str, path: str = "/healthz", method: str = "GET") -> int:
        """The status of a request with these header lines and no others; 0 where there was no answer."""
        head = "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "Connection: close", "", ""])
        found = re.match(rb"HTTP/1\.1 (\d{3})", self.send(head.encode("latin-1"), is_whole=True))
        return int(found[1]) if found else 0

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and wait; the exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


def begun(*options: str, cwd: Path) -> subprocess.Popen[str]:
    """`seedsearch serve` with signals as at a terminal."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SEEDSEARCH_")}
    return subprocess.Popen(
        [sys.executable, "-m", "seedsearch", "serve", *options],
        cwd=cwd,
        env={**environment, "XDG_CONFIG_HOME": str(cwd)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def serving(*options: str, cwd: Path, port: int = 0) -> Iterator[Server]:
    """A server on a port that is free, from when it says that it is ready."""
    process = begun("--port", str(port), *options, cwd=cwd)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.fullmatch(r"serving (http://.+:(\d+)/.*)\n", line)
        assert found, (line, process.communicate(timeout=PATIENCE))
        yield Server(process, found[1], int(found[2]))
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE)


def indexed(folder: Path, *, harmful: bool = True, more: Mapping[str, bytes] = MappingProxyType({})) -> Path:
    """The folder with the files of the guides, those that were made to do harm (`harmful`), others, and their index.

    `more` are contents by their paths.
    """
    furnished(folder)
    if harmful:
        hostile(folder / "hostile")
    for name, content in more.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        build_index(["seeds", "hostile"] if harmful else "seeds", "index", workers=1)
    return folder


def many(folder: Path, count: int) -> Path:
    """The folder with so many texts in `seeds`, each of about 900 characters, and their index."""
    (folder / "seeds").mkdir()
    for number, text in enumerate(islice(endless(random.Random(3), 900), count)):
        (folder / "seeds" / f"{number}.txt").write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        build_index("seeds", "index")
    return folder


def memory_of(process: subprocess.Popen[str]) -> tuple[int, int]:
    """Resident kilobytes and threads."""
    said = dict(line.split(":\t", 1) for line in Path(f"/proc/{process.pid}/status").read_text().splitlines())
    return int(said["VmRSS"].split()[0]), int(said["Threads"])
