"""A client that is made of the description alone, and of nothing else that is known of the interface."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import make_dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from seedsearch.restoring.steps import STEPS
from tests.serving import Server, indexed, serving


class Refused(Exception):
    """A problem, as the description has it."""

    def __init__(self, problem: Any) -> None:
        super().__init__(problem.detail)
        self.problem = problem


class Client:
    """A method for each operation of a description, and a class for each schema."""

    def __init__(self, server: Server, description: Mapping[str, Any]) -> None:
        self._server = server
        self._schemas = description["components"]["schemas"]
        self._classes = {name: self._class(name, schema) for name, schema in self._schemas.items()}
        self._base = description["servers"][0]["url"].rstrip("/")
        for path, methods in description["paths"].items():
            for method, operation in methods.items():
                setattr(self, operation["operationId"].replace(".", "_"), self._made(path, method.upper(), operation))

    @staticmethod
    def _class(name: str, schema: Mapping[str, Any]) -> type:
        needed = set(schema.get("required", ()))
        names = sorted(schema.get("properties", ()), key=lambda one: one not in needed)
        return make_dataclass(name, [(one, Any) if one in needed else (one, Any, None) for one in names])

    def _made(self, path: str, method: str, operation: Mapping[str, Any]) -> Any:
        known = {one["name"]: one for one in operation.get("parameters", ())}
        types = operation.get("requestBody", {}).get("content", {})

        def ask(body: bytes | None = None, **said: Any) -> Any:
            assert said.keys() <= known.keys()
            assert all(name in said for name, one in known.items() if one["required"])
            assert all(isinstance(said[name], list) == (known[name]["schema"]["type"] == "array") for name in said)
            headers = {"content-type": next(iter(types))} if types else {}
            answer = self._server.ask(self._base + path, method, body, headers, **said)
            of_status = operation["responses"].get(str(answer.status), operation["responses"]["default"])
            ((kind, content),) = of_status["content"].items()
            assert answer.headers["content-type"].partition(";")[0] == kind
            made = self._read(content["schema"], answer.json if kind.endswith("json") else answer.text)
            if str(answer.status) not in operation["responses"]:
                raise Refused(made)
            return made

        return ask

    def _read(self, schema: Mapping[str, Any], value: Any) -> Any:
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            return self._read({**self._schemas[name], "title": name}, value)
        if isinstance(value, list):
            return [self._read(schema["items"], one) for one in value]
        if isinstance(value, dict) and "additionalProperties" in schema:
            return {name: self._read(schema["additionalProperties"], one) for name, one in value.items()}
        if isinstance(value, dict) and "properties" in schema:
            read = {name: self._read(schema["properties"].get(name, {}), one) for name, one in value.items()}
            return self._classes.get(schema.get("title", ""), SimpleNamespace)(**read)
        return value


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(cwd=indexed(tmp_path_factory.mktemp("client"), harmful=False)) as running:
        yield running


@pytest.fixture(scope="module")
def client(server: Server) -> Any:
    return Client(server, server.ask("/api/v1/openapi.json").json)


def test_what_is_found_is_read_and_explained(client: Any) -> None:
    answer = client.search(q="焊接", limit=2, facets="damage,ext", damage=[])
    assert answer.total >= len(answer.hits) == 2
    assert {value.value for value in answer.facets["ext"]} >= {"txt"}
    hit = answer.hits[0]
    start, end = hit.snippets[0].highlights[0]
    assert hit.snippets[0].text[start:end] in ("焊接", "焊接")
    document = client.document(id="seeds/notice.txt", q="焊接", lines=3)
    assert [document.text[start - document.start : end - document.start] for start, end in document.hits]
    assert document.edits
    assert {edit.step for edit in document.edits} <= {step.name for step in STEPS}
    assert client.suggest(q="hanjie").suggestions[0].query == "焊接"
    assert client.stats().documents > 3
    assert client.health() == "ok\n"


def test_the_next_page_is_where_an_answer_says(client: Any, server: Server) -> None:
    first = client.search(q="焊接", limit=1)
    second = client._read({"$ref": "#/components/schemas/Answer"}, server.ask(first.next).json)
    assert second.hits[0].rank == 2
    assert second.hits[0].id != first.hits[0].id


def test_a_text_is_restored(client: Any) -> None:
    restored = client.restore("焊接(jiē)材料&nbsp;".encode())
    assert [(edit.kind, edit.step) for edit in restored.edits] == [("entity", "entities")]
    assert restored.text == "焊接(jiē)材料 "


@pytest.mark.parametrize(
    ("name", "said", "type_", "code"),
    [
        ("search", {"q": " "}, "query", "empty"),
        ("search", {"q": "焊接 size:large"}, "query", "filter-value"),
        ("search", {"limit": 1000}, "parameter", None),
        ("document", {"id": "nothing"}, "no-document", None),
    ],
)
def test_what_is_refused_is_a_problem(client: Any, name: str, said: dict[str, Any], type_: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        getattr(client, name)(**said)
    problem = caught.value.problem
    assert (problem.type, problem.code) == (f"urn:seedsearch:problem:{type_}", code)
    assert problem.detail
