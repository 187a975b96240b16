"""Who may ask the server, and what every answer carries: hosts, origins, tokens, odd requests, over real sockets."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from seedsearch.frontends.web.guard import CSP, LONGEST_ADDRESS
from tests.serving import Server, indexed, serving


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the guides and their index."""
    return indexed(tmp_path_factory.mktemp("guarded"), harmful=False)


@pytest.fixture(scope="module")
def server(place: Path) -> Iterator[Server]:
    with serving(cwd=place) as running:
        yield running


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.0.0.1:{port}", "localhost", "LocalHost:{port}", "[::1]", "[::1]:{port}", "127.0.0.1:1"],
)
def test_this_machine_by_its_names(server: Server, host: str) -> None:
    assert server.raw(f"Host: {host.format(port=server.port)}") == 200


BAD_HOSTS = [
    "evil.example", "127.0.0.1.evil.example", "localhost@evil", "evil@localhost", "0.0.0.0", "127.1", "2130706433",
    "[::ffff:127.0.0.1]", "localhost.", "", "localhost:80:80", "localhost, evil.example", "localhost/../", "127.0.0.1 ",
    "[::1", "localhost:port", "ｌocalhost", "localhost\tevil",
]  # fmt: skip


@pytest.mark.parametrize("host", BAD_HOSTS)
def test_another_host_is_refused(server: Server, host: str) -> None:
    """A name that leads here from elsewhere (DNS rebinding) has not the name of this machine."""
    said = f"Host: {host}".encode("utf-8", "replace").decode("latin-1")
    expected = 200 if host == "127.0.0.1 " else 400  # blanks around a value do not belong to it
    assert server.raw(said) == expected


@pytest.mark.parametrize(
    "lines", [[], ["Host: localhost", "Host: evil.example"], ["Host: localhost", "Host: localhost"]]
)
def test_there_is_one_host(server: Server, lines: list[str]) -> None:
    assert server.raw(*lines) == 400


def test_what_a_proxy_may_add_changes_nothing(server: Server) -> None:
    forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Forwarded": "host=evil.example"}
    for path in ("/", "/stats", "/opensearch.xml"):
        answer = server.ask(path, headers=forged)
        assert answer.status == 200
        assert b"evil.example" not in answer.content
        assert b"https://" not in answer.content


SITES = [
    ({"Origin": "http://evil.example"}, 403),
    ({"Origin": "null"}, 403),
    ({"Origin": "http://localhost:1"}, 403),
    ({"Origin": "http://127.0.0.1:{port}"}, 200),
    ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403),
    ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"}, 403),
    ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, 403),
    ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, 200),
    ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 200),
    ({"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}, 200),
    ({"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}, 200),
    ({}, 200),
]


@pytest.mark.parametrize(("headers", "status"), SITES)
def test_the_page_of_another_site_gets_no_answer(server: Server, headers: dict[str, str], status: int) -> None:
    said = {name: value.format(port=server.port) for name, value in headers.items()}
    for path in ("/api/v1/search?q=x", "/", "/static/x"):
        answer = server.ask(path, headers=said)
        assert answer.status == (404 if status == 200 and path == "/static/x" else status)
        assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_a_question_before_the_question_is_refused(server: Server) -> None:
    said = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    answer = server.ask("/api/v1/restore", "OPTIONS", headers=said)
    assert answer.status in (403, 405)
    assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_every_answer_carries_the_same_headers(server: Server) -> None:
    """Whatever becomes of a request; also where a handler itself fails (below)."""
    asked = ["/", "/?page=0", "/nothing", "/document?id=nothing", "/api/v1/search?q=", "/api/v1/stats", "/healthz"]
    answers = [server.ask(path) for path in asked]
    style = server.ask(server.ask("/").text.partition('rel="stylesheet" href="')[2].partition('"')[0])
    assert [answer.status for answer in answers] == [200, 400, 404, 404, 400, 200, 200]
    assert (style.status, style.headers["cache-control"]) == (200, "public, max-age=31536000, immutable")
    for answer in (*answers, style):
        assert answer.headers["content-security-policy"] == CSP
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "server" not in answer.headers
    assert all(answer.headers["cache-control"] == "private, no-cache" for answer in answers)


OUTSIDE = [
    "/static/../../etc/passwd", "/static/%2e%2e/%2e%2e/etc/passwd", "/static/..%2f..%2fetc/passwd",
    "/static/x/../page.css",
    "/static//etc/passwd", "/static/%00", "/static/" + "../" * 20 + "etc/passwd", "/static/..\\..\\etc\\passwd",
    "/static/%252e%252e/etc/passwd", "/static/.",
]  # fmt: skip


@pytest.mark.parametrize("path", OUTSIDE)
def test_nothing_outside_of_the_static_files(server: Server, path: str) -> None:
    got = server.send(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    assert got.split()[1] in (b"404", b"400", b"405")
    assert b"root:" not in got


IDS = [
    "../../../../etc/passwd", "/etc/passwd", "./seeds/notice.txt", "seeds//notice.txt", "seeds/../seeds/notice.txt",
    "seeds/notice.txt\0", "seeds/notice.txt!/", "*", "seeds/*", "x!/y", "seeds/notice.txt#1", "\ud800",
]  # fmt: skip


@pytest.mark.parametrize("id", IDS)
def test_a_document_is_one_of_the_index(server: Server, id: str) -> None:
    for path in ("/document", "/document/raw", "/api/v1/document"):
        answer = server.ask(path, id=id.encode("utf-8", "surrogatepass"))
        assert answer.status == 404
        assert b"root:" not in answer.content
    assert server.ask("/document/raw", id="").status in (400, 404)


def test_addresses_and_headers_past_their_limits(server: Server) -> None:
    assert server.ask("/", q="字" * 2000).status == 200  # 18 kB as they are sent
    assert server.ask("/", q="𠮷" * 2000).status == 200  # 24 kB
    assert server.ask("/", q="字" * 2001).status == 400
    assert server.ask("/api/v1/search", q="x" * LONGEST_ADDRESS).status in (400, 414)
    assert server.raw("Host: localhost", path="/?q=" + "x" * 200_000) in (0, 400, 414, 431)
    assert server.raw("Host: localhost", "X-Long: " + "x" * 100_000) in (200, 400, 431)
    assert server.raw("Host: localhost", *[f"X-{n}: y" for n in range(500)]) in (200, 400, 431)
    assert server.ask("/", damage=["entity"] * 1500).status in (400, 414)
    assert server.ask("/healthz").status == 200


@pytest.mark.parametrize("typed", ["%FF%FE", "%ED%A0%80", "%00", "%", "%E7%84", "a%0d%0aX-Evil:%20b", "%25"])
def test_any_bytes_are_a_query(server: Server, typed: str) -> None:
    for path in (f"/?q={typed}", f"/api/v1/search?q={typed}"):
        answer = server.ask(path)
        assert answer.status in (200, 400)
        assert "x-evil" not in answer.headers


REFUSED = ["limit=-1", "limit=101", "limit=1e3", "limit=%EF%BC%99", "limit=abc", "limit=1&limit=2", "snippets=0",
           "offset=1001", "facets=nothing", "nothing=1"]  # fmt: skip


@pytest.mark.parametrize("said", REFUSED)
def test_a_parameter_has_values_that_it_can_have(server: Server, said: str) -> None:
    assert server.ask(f"/api/v1/search?q=x&{said}").problem == "parameter"


@pytest.mark.parametrize("said", ["page=101", "page=0", "page=x", "lang=fr"])
def test_a_page_has_parameters_that_it_can_have(server: Server, said: str) -> None:
    answer = server.ask(f"/?q=x&{said}")
    assert answer.status == 400
    assert "That did not work" in answer.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "POST", "BREW"])
def test_pages_are_only_read(server: Server, method: str) -> None:
    answer = server.ask("/", method)
    assert answer.status == 405
    assert "GET" in answer.headers["allow"]


def test_the_head_of_a_page(server: Server) -> None:
    answer = server.ask("/", "HEAD")
    assert (answer.status, answer.content) == (200, b"")


@pytest.mark.parametrize(
    "content",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),  # a client that speaks TLS
        b"hello\r\n\r\n",
        b"\r\n" * 100,
        b"GET /\0 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
    ],
)
def test_what_is_no_request_is_refused_or_closed(server: Server, content: bytes) -> None:
    got = server.send(content)
    assert not got or got.split()[1] in (b"400", b"404")
    assert server.ask("/healthz").status == 200


def test_no_second_request_hides_in_the_first(server: Server) -> None:
    """A body whose length is said twice, in two ways."""
    hidden = b"0\r\n\r\nGET /stats HTTP/1.1\r\nHost: localhost\r\n\r\n"
    head = b"POST /api/v1/restore HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nConnection: close\r\n"
    got = server.send(head + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n" + hidden)
    assert got.count(b"HTTP/1.1 ") <= 1
    assert b"<h1>" not in got


@pytest.fixture(scope="module")
def locked(place: Path) -> Iterator[Server]:
    with serving("--token", cwd=place) as running:
        yield running


def test_a_token_is_asked_of_every_request(locked: Server) -> None:
    token = locked.address.partition("?token=")[2]
    assert len(token) >= 24
    for path in ("/", "/stats", "/api/v1/search?q=x", "/static/x", "/nothing", "/document/raw?id=x"):
        assert locked.ask(path).status == 401
        assert locked.ask(path, headers={"Authorization": "Bearer wrong"}).status == 401
    assert locked.ask("/?token=wrong").status == 401
    assert locked.ask("/?token=").status == 401
    refused = locked.ask("/api/v1/stats")
    assert (refused.problem, refused.headers["www-authenticate"]) == ("token", "Bearer")
    opened = locked.ask("/", token=token)
    assert opened.status == 200
    cookie = opened.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert token not in opened.text
    assert locked.ask("/stats", headers={"Cookie": cookie.partition(";")[0]}).status == 200
    assert locked.ask("/stats", headers={"Cookie": 'x="unclosed; ' + cookie.partition(";")[0]}).status in (200, 401)
    assert locked.ask("/api/v1/stats", headers={"Authorization": f"Bearer {token}"}).status == 200
    assert locked.ask("/healthz").status == 200


@pytest.mark.slow
def test_where_other_machines_reach_it_a_token_is_asked_for(place: Path) -> None:
    with serving("--host", "0.0.0.0", cwd=place) as running:
        assert "?token=" in running.address
        assert running.ask("/").status == 401
    with serving("--host", "0.0.0.0", "--no-token", "--allow-host", "archive.example", cwd=place) as running:
        assert running.raw("Host: archive.example", path="/stats") == 200
        assert running.raw("Host: other.example", path="/stats") == 400


@pytest.mark.slow
def test_behind_a_proxy_every_address_begins_with_its_path(place: Path) -> None:
    with serving("--root-path", "/archive/", cwd=place) as running:
        for path in ("/archive/", "/archive", "/"):  # one that leaves it in the address, one that takes it off
            page = running.ask(path, q="焊接").text
            addresses = [piece.partition('"')[0] for piece in page.split(' href="')[1:]]
            inside = [one for one in addresses if not one.startswith(("#", "?"))]
            assert inside
            assert all(one.startswith("/archive/") for one in inside)
        assert (
            running.ask("/archive/api/v1/search", q="焊接", limit=1).json["next"].startswith("/archive/api/v1/search?")
        )
        assert running.ask("/archives").status == 404


def test_without_its_packages_it_says_what_to_install(place: Path, tmp_path: Path) -> None:
    from tests.programs import warm as seedsearch

    (tmp_path / "starlette").mkdir()
    (tmp_path / "starlette" / "__init__.py").write_text("raise ModuleNotFoundError('none', name='starlette')")
    done = seedsearch("serve", cwd=place, PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"install it with: " in done.stderr
    assert b" -m pip install jinja2 starlette uvicorn" in done.stderr
    shutil.rmtree(tmp_path / "starlette")
