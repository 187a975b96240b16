"""The interface as a tool asks it that knows its description alone, in all ways that this allows and some others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from seedsearch.frontends.library import Library
from seedsearch.frontends.web import app, description
from seedsearch.frontends.web.site import API, Site
from tests.serving import indexed

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive]
# Whether a request is taken is another matter: one that fits may be a search for nothing, and an empty value is none.
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
LOCAL = {"Host": "localhost"}
ASKED = 120  # requests to each address that fit its description, and as many that do not


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """What the tool makes of the description as it is sent."""
    folder = indexed(tmp_path_factory.mktemp("described"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        library = Library(str(folder / "index"))
        made = app.make(library, Site())
        yield schemathesis.openapi.from_asgi(f"{API}/openapi.json", made, headers=LOCAL)
        library.close()


ADDRESSES = [
    (path, method, mode)
    for path, methods in description.description()["paths"].items()
    for method, operation in methods.items()
    for mode in GenerationMode
    if mode.is_positive or operation.get("parameters") or method == "post"  # nothing else can be asked wrongly
]


@pytest.mark.parametrize(("path", "method", "mode"), ADDRESSES)
def test_what_is_asked_by_the_description_is_answered_by_it(
    described: Any, path: str, method: str, mode: GenerationMode
) -> None:
    """What fits it and what does not: no status that it does not have, no body of another shape, no fault."""
    operation = described[path][method]

    @settings(max_examples=ASKED)
    @given(operation.as_strategy(generation_mode=mode))
    def any_request(case: Any) -> None:
        answer = case.call(headers=LOCAL)
        case.validate_response(answer, checks=CHECKS)

    any_request()
