"""Whatever programs and people ask for: an answer as described or a problem, never a fault of ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from seedsearch.frontends.library import Library
from seedsearch.frontends.web import app, description, parameters
from seedsearch.frontends.web.parameters import Parameter, Table
from seedsearch.frontends.web.site import API, Site
from tests.serving import indexed

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive]

PAGES = {
    "/": parameters.HOME,
    "/document": parameters.DOCUMENT,
    "/document/raw": parameters.RAW,
    "/stats": parameters.PAGE,
}
IDS = ["seeds/notice.txt", "seeds/report.txt", "hostile/a.zip!/b/c.txt", "hostile/rows.jsonl#2", "hostile/script.txt"]
SAID = [
    "焊接",
    "焊接材料",
    "hanjie",
    "材料 OR 设备",
    '"焊接 材料"~3',
    "焊*料",
    "-焊接",
    "/焊.料/",
    "damage:markup",
    "*",
    "的" * 2001,
]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = indexed(tmp_path_factory.mktemp("fuzzed"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        library = Library(str(Path(folder) / "index"))
        yield TestClient(app.make(library, Site()), base_url="http://localhost", raise_server_exceptions=True)
        library.close()


def values_of(one: Parameter) -> st.SearchStrategy[Any]:
    """Values that a parameter can have, and others."""
    odd = st.text(max_size=30) | st.sampled_from(["", "-1", "9" * 20, "\0", "\x1b", "../../etc/passwd"])
    if one.is_number:
        return st.integers(one.least, min(one.most, 100_000)).map(str) | odd
    known = {"id": IDS, "q": SAID, "facets": ["damage,folder", "year,,ext"]}.get(
        one.name, [*one.choices, "entity", "seeds"]
    )
    fitting = st.sampled_from(known) if known else odd
    return st.lists(fitting | odd, max_size=3) if one.several else fitting | odd


def asked(table: Table) -> st.SearchStrategy[dict[str, Any]]:
    """Some parameters of a table; those that are needed most of the time."""
    return st.fixed_dictionaries(
        {one.name: values_of(one) for one in table if one.needed},
        optional={one.name: values_of(one) for one in table if not one.needed},
    )


def encodable(said: dict[str, Any]) -> dict[str, Any]:
    """What an address can hold: a lone surrogate comes as bytes that are no UTF-8."""
    plain = {name: [value] if isinstance(value, str) else value for name, value in said.items()}
    return {name: [one.encode("utf-8", "replace").decode() for one in values] for name, values in plain.items()}


@pytest.mark.parametrize("name", description.READS)
def test_programs_get_what_is_described(client: TestClient, name: str) -> None:
    _, table, schema = description.READS[name]
    components = description.description()["components"]

    @settings(max_examples=60)
    @given(asked(table))
    def any_request(said: dict[str, Any]) -> None:
        answer = client.get(f"{API}/{name}", params=encodable(said))
        assert answer.status_code in (200, 400, 404, 409, 414, 503), answer.text
        kind = schema if answer.status_code == 200 else "Problem"
        jsonschema.validate(answer.json(), {"$ref": f"#/components/schemas/{kind}", "components": components})

    any_request()


@pytest.mark.parametrize("path", PAGES)
def test_people_get_a_page(client: TestClient, path: str) -> None:
    @settings(max_examples=40)
    @given(asked(PAGES[path]))
    def any_request(said: dict[str, Any]) -> None:
        answer = client.get(path, params=encodable(said))
        assert answer.status_code in (200, 400, 404, 409, 414, 503), answer.text
        assert "content-security-policy" in answer.headers

    any_request()


@settings(max_examples=60)
@given(content=st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_are_restored_or_refused(client: TestClient, content: bytes) -> None:
    headers = {"content-type": "application/octet-stream"}
    answer = client.post(f"{API}/restore", content=content, headers=headers)
    assert answer.status_code in (200, 422), answer.text
