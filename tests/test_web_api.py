"""The interface for programs: JSON as described, problems, offsets, what a text restored looks like."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from http.client import responses
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from openapi_spec_validator import validate
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from fixtures.guides import DOCS
from seedsearch import build_index, errors, open_index
from seedsearch.damage import Certainty, Damage
from seedsearch.errors import SeedsearchError
from seedsearch.frontends.library import Library
from seedsearch.frontends.mcp.answers import damaged, found
from seedsearch.frontends.web import app, description, names, parameters, problems
from seedsearch.frontends.web.guard import Guard
from seedsearch.frontends.web.interface import LARGEST_TEXT
from seedsearch.frontends.web.site import Site
from tests.programs import warm as seedsearch
from tests.serving import Answer, Server, indexed, serving

API = "/api/v1"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return indexed(tmp_path_factory.mktemp("interface"))


@pytest.fixture(scope="module")
def server(place: Path) -> Iterator[Server]:
    with serving(cwd=place) as running:
        yield running


def fits(answer: Answer, schema: str) -> Any:
    """The JSON of an answer, if it is what the description says."""
    whole = {"$ref": f"#/components/schemas/{schema}", "components": description.description()["components"]}
    jsonschema.validate(answer.json, whole)
    return answer.json


def test_the_description_is_one(server: Server) -> None:
    said = server.ask(f"{API}/openapi.json").json
    validate(said)
    assert said["openapi"].startswith("3.1")


def routes() -> set[str]:
    guard = app.make(Library("nowhere"), Site())
    assert isinstance(guard, Guard)
    inner = guard._app
    assert isinstance(inner, Starlette)
    return {route.path for route in inner.routes if isinstance(route, Route)}


def test_every_address_for_programs_is_described() -> None:
    paths = {path for path in routes() if path.startswith("/api/") or path == "/healthz"}
    assert paths == set(description.description()["paths"])


def test_every_parameter_is_described_with_its_limits() -> None:
    paths = description.description()["paths"]
    for name, (_, table, _) in description.READS.items():
        said = {one["name"]: one["schema"] for one in paths[f"{API}/{name}"]["get"]["parameters"]}
        assert said == {one.name: one.schema() for one in table}


def test_the_kinds_of_damage_are_those_that_there_are() -> None:
    edit = description.SCHEMAS["Edit"]["properties"]
    assert set(edit["kind"]["enum"]) == set(Damage)
    assert set(edit["certainty"]["enum"]) == set(Certainty)
    missing = sorted(set(Damage) - set(names.KINDS))
    assert not missing, f"say in KINDS of frontends/web/names.py what the pages call {missing}, in two languages"


def classes(of: type[SeedsearchError]) -> set[type[SeedsearchError]]:
    return {of} | {inner for one in of.__subclasses__() for inner in classes(one)}


def test_every_error_is_a_problem_of_its_own_kind() -> None:
    ours = {one for one in classes(SeedsearchError) if one.__module__ == errors.__name__}
    assert set(problems.KINDS) == ours
    for kind in problems.KINDS.values():
        assert kind.status in responses


def test_hits_as_the_command_line_has_them(server: Server, place: Path) -> None:
    """One form: the lines of `query --json`, in one object."""
    printed = seedsearch("query", "--json", "焊接材料", "-n", "3", cwd=place).stdout.splitlines()
    summary, *hits = map(json.loads, printed)
    found = fits(server.ask(f"{API}/search", q="焊接材料", limit=3), "Answer")
    assert found["hits"] == [{name: value for name, value in hit.items() if name != "type"} for hit in hits]
    assert {name: found[name] for name in summary if name != "type"} == {
        name: value for name, value in summary.items() if name != "type"
    }


def test_pages_follow_one_another_to_the_end(server: Server) -> None:
    address: str | None = f"{API}/search?q=%E7%84%8A%E6%8E%A5&limit=4"
    seen: list[str] = []
    while address:
        found = fits(server.ask(address), "Answer")
        assert [hit["rank"] for hit in found["hits"]] == list(range(len(seen) + 1, len(seen) + len(found["hits"]) + 1))
        seen += [hit["id"] for hit in found["hits"]]
        address = found["next"]
    assert len(seen) == len(set(seen)) > 12


def test_offsets_are_code_points(server: Server) -> None:
    found = fits(server.ask(f"{API}/search", q="焊接 path:astral"), "Answer")
    snippet = found["hits"][0]["snippets"][0]
    assert [snippet["text"][a:b] for a, b in snippet["highlights"]] == ["焊接", "焊接"]
    document = fits(server.ask(f"{API}/document", id="hostile/astral.txt", q="焊接"), "Document")
    assert [document["text"][a:b] for a, b in document["hits"]] == ["焊接", "焊接"]


@pytest.mark.parametrize(("first", "lines"), [(1, 1), (1, 2), (2, 2), (4, 200), (5, 1), (6, 1), (99, 3)])
def test_a_document_by_its_lines(server: Server, place: Path, first: int, lines: int) -> None:
    with open_index(place / "index") as index:
        document = index.document("seeds/notice.txt")
    raw = (place / "seeds" / "notice.txt").read_text(encoding="utf-8")
    asked = server.ask(f"{API}/document", id="seeds/notice.txt", q="焊接", first_line=first, lines=lines)
    found = fits(asked, "Document")
    every = document.readable.splitlines(keepends=True)
    assert found["text"] == "".join(every[first - 1 : first - 1 + lines])
    assert found["lines"] == document.readable.count("\n") + 1
    assert found["more"] is (first - 1 + lines < found["lines"])
    end = found["start"] + len(found["text"])
    assert found["text"] == document.readable[found["start"] : end]
    assert all(found["start"] <= b and a < end for a, b in found["hits"])
    for edit in found["edits"]:
        assert raw[edit["start"] : edit["end"]] == edit["was"]
    assert len(found["edits"]) <= len(document.edits)
    if first == 1 and lines == 1:
        assert [edit["was"] for edit in found["edits"]] == ["(guān)", "(kù)", "(qiān)"]


def test_every_kind_of_answer_is_as_described(server: Server) -> None:
    for q in ("", "焊接 OR", '"', "hanjie", "焊接 量子", "*", "焊接 damage:markup"):
        answer = server.ask(f"{API}/search", q=q)
        fits(answer, "Answer" if answer.status == 200 else "Problem")
    counted = fits(server.ask(f"{API}/stats"), "Statistics")
    assert counted["documents"] >= 30
    assert len(counted["files"]) <= 100
    assert fits(server.ask(f"{API}/document", id="nothing"), "Problem")["status"] == 404
    assert fits(server.ask(f"{API}/document"), "Problem")["status"] == 400
    assert fits(server.ask(f"{API}/nothing"), "Problem")["status"] == 404
    assert server.ask(f"{API}/search", "POST").problem == "method"


def test_suggestions_begin_as_typed_or_sound_so(server: Server) -> None:
    by_hand = fits(server.ask(f"{API}/suggest", q="材"), "Suggestions")["suggestions"]
    assert {"材料"} <= {one["query"] for one in by_hand}
    by_sound = fits(server.ask(f"{API}/suggest", q="cailiao"), "Suggestions")["suggestions"]
    assert "材料" in {one["query"] for one in by_sound}
    for one in (*by_hand, *by_sound):
        assert server.ask(f"{API}/search", q=one["query"], limit=0).json["tiers"]["phrase"] >= one["count"]
    assert fits(server.ask(f"{API}/suggest", q=""), "Suggestions")["suggestions"] == []
    more = fits(server.ask(f"{API}/suggest", q="焊接 材"), "Suggestions")["suggestions"]
    assert "焊接 材料" in {one["query"] for one in more}


def restored(server: Server, content: bytes, kind: str = "text/plain", **headers: str) -> Answer:
    return server.ask(f"{API}/restore", "POST", content, {"Content-Type": kind, **headers})


def test_a_text_is_restored(server: Server) -> None:
    found = fits(restored(server, "焊接&nbsp;材料".encode(), "text/plain; charset=utf-8"), "Restored")
    assert (found["text"], found["damage"]) == ("焊接 材料", {"entity": 1})
    (edit,) = found["edits"]
    assert edit == {"kind": "entity", "certainty": "certain", "start": 2, "end": 8, "now": " ", "step": "entities"}
    bytes_ = fits(restored(server, "東麗區的焊接材料與設備".encode("big5"), "application/octet-stream"), "Restored")
    assert (bytes_["encoding"], bytes_["text"]) == ("big5", "東麗區的焊接材料與設備")
    lost = fits(restored(server, "损坏的锟斤拷文字".encode()), "Restored")
    assert [one["kind"] for one in lost["findings"]] == ["kun-jin-kao"]


def test_the_guide_shows_what_is_answered(server: Server) -> None:
    (shown,) = re.findall(r"```json\n(.*?)```", (DOCS / "web.md").read_text(encoding="utf-8"), re.DOTALL)
    assert restored(server, "焊接&nbsp;材料".encode()).json == json.loads(shown)


def test_what_is_not_restored_is_said(server: Server) -> None:
    assert restored(server, b"x", Origin="http://evil.example").problem == "cross-site"
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/html", ""):
        assert restored(server, b"a=b", kind).problem == "content-type"
    large = restored(server, b"x" * (LARGEST_TEXT + 1))
    assert (large.status, large.problem) == (413, "too-large")
    binary = restored(server, b"\x89PNG\r\n\x1a\n" + bytes(600), "application/octet-stream")
    assert (binary.status, binary.problem) == (422, "not-text")
    assert restored(server, b"").status in (200, 422)


def test_a_handler_that_fails_is_covered_by_the_guard() -> None:
    """A fault of ours: a problem with all headers, and the exception goes on to who runs the server."""
    import anyio

    sent: list[dict[str, Any]] = []

    async def broken(*_: Any) -> None:
        raise ZeroDivisionError

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    guard = app.make(Library("nowhere"), Site())
    assert isinstance(guard, Guard)
    guard._app = broken
    scope = {
        "type": "http",
        "method": "GET",
        "path": f"{API}/stats",
        "raw_path": b"",
        "query_string": b"",
        "root_path": "",
    }
    scope |= {"headers": [(b"host", b"localhost")], "scheme": "http", "server": ("localhost", 80)}

    async def ask() -> None:
        with pytest.raises(ZeroDivisionError):
            await guard(scope, receive, send)

    anyio.run(ask)
    start, body = sent
    assert start["status"] == 500
    assert dict(start["headers"])[b"content-security-policy"]
    assert json.loads(body["body"])["type"] == "urn:seedsearch:problem:fault"


def test_every_parameter_refuses_what_it_says() -> None:
    for table in (parameters.HOME, parameters.DOCUMENT, parameters.SEARCH, parameters.TEXT, parameters.SUGGEST):
        for one in table:
            wrong = [str(one.most + 1)] if one.is_number else ["x" * (one.longest + 1)]
            with pytest.raises(problems.Problem):
                one.value(wrong)


ASKED: list[tuple[str, dict[str, Any]]] = [
    ("search", {"q": "焊接", "facets": "damage,folder,year", "snippets": 3}),
    ("search", {"q": "焊接材料 设备", "damage": "reading-mark", "offset": 1}),
    ("search", {"q": "hanjie"}),
    ("search", {"q": "焊接 sort:path", "limit": 3}),
    ("search", {"q": "/焊.{0,3}料/ OR 材*"}),
    ("document", {"id": "seeds/notice.txt", "q": "焊接", "first_line": 2}),
    ("document", {"id": "nothing"}),
    ("suggest", {"q": "焊"}),
    ("suggest", {"q": "cailiao"}),
]


@pytest.mark.slow
def test_every_engine_gives_the_same_answers(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of programs, the pages, and what agents read."""
    monkeypatch.chdir(place)
    build_index(["seeds", "hostile"], "memory:served", workers=1)
    answers, pages, said = [], [], []
    for where in (str(place / "index"), "memory:served"):
        library = Library(where)
        client = TestClient(app.make(library, Site()), base_url="http://localhost")
        answers.append([client.get(f"{API}/{name}", params=how).json() for name, how in ASKED])
        pages.append([client.get("/", params={"q": "焊接"}).text, client.get("/document?id=seeds/notice.txt").text])
        counted = client.get(f"{API}/stats").json()
        answers[-1].append({name: counted[name] for name in ("documents", "encodings", "damage", "files")})
        said.append([found(library, "焊接", 8, "", "", ""), damaged(library, "seeds/notice.txt", "", 30, "")])
        library.close()
    assert answers[0] == answers[1]
    assert pages[0] == pages[1]
    assert said[0] == said[1]
