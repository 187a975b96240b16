"""The server as it runs: signals, ports, many and slow clients, an index that comes, changes and goes under it."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from fixtures.guides import furnished
from seedsearch import build_index
from seedsearch.frontends.web import serving as module
from seedsearch.frontends.web.asking import WAITING
from tests.programs import warm as seedsearch
from tests.serving import PATIENCE, Server, begun, many, memory_of, serving

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive]

# A text to restore that is longer than what comes.
POST = b"POST /api/v1/restore HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 99\r\n\r\n"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(furnished(tmp_path))
    build_index("seeds", "index", workers=1)
    return tmp_path


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_it_as_it_ends_every_command(place: Path, number: int, code: int) -> None:
    with serving(cwd=place) as server:
        with socket.create_connection(("127.0.0.1", server.port)) as idle:  # a client that is in the midst of asking
            idle.sendall(b"GET / HTTP/1.1\r\nHost: localho")
            assert server.ask("/").status == 200
            assert server.stop(number) == code
        said = server.process.stderr.read() if server.process.stderr else ""
        assert "Traceback" not in said
        assert said.splitlines()[-1].startswith("seedsearch: ")


def test_a_request_that_is_answered_does_not_keep_it_from_ending(place: Path) -> None:
    with serving(cwd=place) as server:
        slow = socket.create_connection(("127.0.0.1", server.port))
        slow.sendall(
            b"POST /api/v1/restore HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\n"
        )
        assert server.ask("/healthz").status == 200
        assert server.stop(signal.SIGINT) == 130
        slow.close()


def test_a_port_that_is_taken_is_an_error_in_a_line(place: Path) -> None:
    with serving(cwd=place) as server:
        second = begun("--port", str(server.port), cwd=place)
        out, said = second.communicate(timeout=PATIENCE)
        assert (second.returncode, out) == (2, "")
        assert f"port {server.port} of 127.0.0.1 is taken by another program" in said
        assert len(said.splitlines()) == 1


def test_an_address_that_is_not_of_this_machine_is_an_error_in_a_line(place: Path) -> None:
    done = seedsearch("serve", "--host", "192.0.2.1", cwd=place)
    assert done.returncode == 2
    assert b"cannot be used" in done.stderr


def test_addresses_of_both_families(place: Path) -> None:
    with serving("--host", "localhost", cwd=place) as server:
        assert server.address.startswith("http://localhost:")
    if socket.has_ipv6 and Path("/proc/net/if_inet6").exists() and Path("/proc/net/if_inet6").read_text():
        with serving("--host", "::1", cwd=place) as server:
            assert server.address == f"http://[::1]:{server.port}/"


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server over 500 texts."""
    with serving(cwd=many(tmp_path_factory.mktemp("large"), 500)) as running:
        yield running


DEAR = [
    " OR ".join(f"{a}*{b}" for a in "的一是不人了有" for b in "的一是不人了有"),
    '"的 一"~5',
    "的*的*的",
    "/的.*一.*是.*不/",
    "(" * 32 + "的" + ")" * 32,
    "的" * 2000,
    "?" * 16,
    "hjhjhjhjhjhj",
]


def test_a_dear_question_ends_and_keeps_nobody_from_answers(large: Server) -> None:
    done = threading.Event()
    meanwhile: list[int] = []

    def others() -> None:
        while not done.is_set():
            meanwhile.append(large.ask("/healthz").status)
            time.sleep(0.05)

    thread = threading.Thread(target=others)
    thread.start()
    try:
        for typed in DEAR:
            answer = large.ask("/api/v1/search", q=typed, limit=100, offset=900)
            assert answer.status == 200 or answer.problem in ("too-slow", "query"), typed
    finally:
        done.set()
        thread.join()
    assert set(meanwhile) == {200}


async def _status(port: int, path: str) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    got = await reader.read()
    writer.close()
    if got.startswith(b"HTTP/1.1 503"):
        assert b"\r\nretry-after: 1\r\n" in got
    return int(got.split()[1])


def test_five_hundred_clients_at_once_are_answered_or_told_to_come_again(large: Server) -> None:
    async def at_once(path: str) -> Counter[int]:
        return Counter(await asyncio.gather(*[_status(large.port, path) for _ in range(500)]))

    paths = ["/api/v1/search?q=%E5%8F%91%E5%B1%95", "/document?id=seeds/1.txt"]
    before = memory_of(large.process)
    for path in (*paths, paths[0]):
        statuses = asyncio.run(at_once(path))
        assert set(statuses) <= {200, 503}
        assert statuses[200] >= min(500, WAITING)
    after = memory_of(large.process)
    assert after[0] - before[0] < 200_000
    assert after[1] - before[1] < 50
    assert large.ask("/", q="发展").status == 200


_PATIENCE = """
import sys
from seedsearch.frontends.web import app, guard, serving
serving.PATIENCE = app.PATIENCE = guard.SENDING = 1
from seedsearch.__main__ import main
sys.argv = ["seedsearch", "serve", "--port", "0"]
main()
"""


def test_slow_clients_are_let_go(place: Path) -> None:
    """Those that send nothing, half a head, half a body; the deadlines are those of the program, made shorter."""
    assert module.PATIENCE < 60
    command = [sys.executable, "-c", _PATIENCE]
    process = subprocess.Popen(command, cwd=place, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline().rpartition(":")[2].strip("/\n"))
        server = Server(process, "", port)
        begun_ = [b"", b"G", b"GET / HTTP/1.1\r\nHost: loc", POST + b"half"]
        with ExitStack() as stack:

            def client(content: bytes) -> socket.socket:
                made = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE))
                made.sendall(content)
                return made

            clients = [client(content) for content in begun_ * 25]
            assert server.ask("/", q="焊接").status == 200
            ends = [one.recv(1 << 16) for one in clients]
            assert {end[:12] for end in ends} <= {b"", b"HTTP/1.1 408"}
            assert sum(end != b"" for end in ends) == 25
            again = client(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert again.recv(1 << 16).startswith(b"HTTP/1.1 200")
            again.sendall(b"GET /healthz HTTP/1.1\r\nHo")  # a second request that does not come
            while again.recv(1 << 16):
                pass
    finally:
        process.kill()
        process.communicate()


def test_commits_under_the_server_are_seen(place: Path) -> None:
    """Also where the index is made anew; nobody meanwhile is told of an error."""
    statuses: Counter[int] = Counter()
    done = threading.Event()
    with serving(cwd=place) as server:

        def ask() -> None:
            while not done.is_set():
                for path in ("/api/v1/search?q=%E7%84%8A%E6%8E%A5", "/stats", "/document?id=seeds/notice.txt"):
                    statuses[server.ask(path).status] += 1
                done.wait(0.1)

        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        try:
            for number in range(3):
                (place / "seeds" / f"new{number}.txt").write_text(f"量子纠缠第{'一二三'[number]}份", encoding="utf-8")
                assert seedsearch("index", *(["--rebuild"] if number == 1 else []), cwd=place).returncode == 0
                found = server.ask("/api/v1/search", q="量子纠缠").json
                assert found["tiers"]["phrase"] == number + 1
                assert server.ask("/api/v1/stats").json["documents"] == 6 + number
        finally:
            done.set()
            for thread in threads:
                thread.join()
    assert set(statuses) == {200}


def test_an_index_may_come_break_and_come_back(tmp_path: Path) -> None:
    place = furnished(tmp_path)

    def asked(server: Server) -> tuple[int, str]:
        assert server.ask("/healthz").status == 200
        page, answer = server.ask("/", q="焊接"), server.ask("/api/v1/search", q="焊接")
        assert page.status == answer.status
        return answer.status, "" if answer.status == 200 else answer.problem

    with serving(cwd=place) as server:
        assert asked(server) == (503, "index-missing")
        assert "make one with: seedsearch index" in server.ask("/").text
        assert seedsearch("index", cwd=place).returncode == 0
        assert asked(server) == (200, "")
        shutil.move(place / "index", place / "away")
        assert asked(server) == (503, "index-missing")
        shutil.move(place / "away", place / "index")
        assert asked(server) == (200, "")
        manifest = place / "index" / "seedsearch.json"
        kept = manifest.read_bytes()
        manifest.write_bytes(b"{")
        assert asked(server)[0] == 503
        manifest.write_bytes(kept)
        assert asked(server) == (200, "")
        (segment,) = (place / "index").glob("*.segment")
        segment.unlink()
        manifest.write_bytes(kept)
        os.utime(manifest)
        assert asked(server)[0] in (200, 503)
        assert seedsearch("index", "--rebuild", cwd=place).returncode == 0
        assert asked(server) == (200, "")


def test_nothing_is_written_anywhere(place: Path) -> None:
    def state() -> dict[str, tuple[int, int]]:
        return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in sorted(place.rglob("*"))}

    before = state()
    with serving(cwd=place) as server:
        for path in (
            "/",
            "/?q=x",
            "/?q=hanjie",
            "/stats",
            "/document?id=seeds/notice.txt",
            "/document/raw?id=seeds/page.txt",
        ):
            assert server.ask(path).status == 200
    assert state() == before


@pytest.mark.parametrize("engine", ["memory:", "embedded"])
def test_pages_are_the_same_over_every_engine(place: Path, engine: str) -> None:
    """An index in memory has no process of its own, so it is asked in this one."""
    from starlette.testclient import TestClient

    from seedsearch.frontends.library import Library
    from seedsearch.frontends.web import app
    from seedsearch.frontends.web.site import Site

    where = "index" if engine == "embedded" else "memory:web"
    build_index("seeds", where, workers=1)
    client = TestClient(app.make(Library(where), Site()), base_url="http://localhost")
    for path in ("/?q=焊接", "/document?id=seeds/notice.txt&q=焊接", "/stats"):
        assert client.get(path).status_code == 200
    assert [hit["id"] for hit in client.get("/api/v1/search?q=焊接材料").json()["hits"]][:1] == ["seeds/notice.txt"]
